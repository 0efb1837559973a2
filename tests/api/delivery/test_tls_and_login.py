"""TLS and AUTH: what the worker sends over them, and what it never sends without."""

import pytest

from tests.api.delivery.mail_queue import Queue, smtp
from tests.api.support.other_hosts import AUTHORITIES, with_certificates


def test_mail_is_sent_over_tls(queue, catcher, keys, tls):
    option, parameters = tls
    address = queue.register()
    server = catcher(option, *keys['good'])
    assert queue.work(smtp(server, parameters), EMAIL_CA_FILE=str(keys['ca'])).returncode == 0
    assert len(server.mails.to(address)) == 1


def test_a_server_that_insists_on_starttls_gets_it(queue, catcher, keys):
    address = queue.register()
    server = catcher('--starttls', *keys['good'], '--require-starttls')
    assert queue.work(smtp(server, '?tls=True'), EMAIL_CA_FILE=str(keys['ca'])).returncode == 0
    assert len(server.mails.to(address)) == 1


@pytest.mark.parametrize('which', ['other host', 'other authority'])
def test_a_certificate_that_is_not_the_server_s_stops_the_mail(queue, catcher, keys, tls, which):
    option, parameters = tls
    queue.register()
    server = catcher(option, *keys[which])
    queue.work(smtp(server, parameters), EMAIL_CA_FILE=str(keys['ca']))
    assert server.mails.all() == []
    assert queue.job()['failed_at'] is None and queue.job()['last_error']


def test_without_a_ca_file_a_private_certificate_is_not_trusted(queue, catcher, keys, tls):
    option, parameters = tls
    queue.register()
    server = catcher(option, *keys['good'])
    queue.work(smtp(server, parameters))
    assert server.mails.all() == []
    assert queue.job()['last_error']


@pytest.mark.parametrize('place', AUTHORITIES)
def test_without_a_ca_file_the_authorities_of_the_host_are_trusted(
        queue, catcher, keys, tmp_path, place):
    address = queue.register()
    server = catcher('--smtps', *keys['good'])
    host = with_certificates(queue.programs, 'worker', tmp_path, keys['ca'], place)
    queue_of_host = Queue(host, queue.database, queue.sql, queue.registration)
    done = queue_of_host.work(smtp(server, '?ssl=True'))
    assert done.returncode == 0, done.stderr
    assert len(server.mails.to(address)) == 1


def test_mail_that_requires_tls_is_not_sent_without_it(queue, catcher, tls):
    _option, parameters = tls
    queue.register()
    server = catcher()
    queue.work(smtp(server, parameters))
    assert server.mails.all() == []
    assert queue.job()['failed_at'] is None and queue.job()['last_error']


def test_the_worker_logs_in_with_the_percent_decoded_password(queue, catcher, keys, tls, account):
    option, parameters = tls
    options, credentials = account
    address = queue.register()
    server = catcher(option, *keys['good'], *options)
    done = queue.work(smtp(server, parameters, credentials), EMAIL_CA_FILE=str(keys['ca']))
    assert done.returncode == 0
    assert len(server.mails.to(address)) == 1


def test_a_refused_smtp_login_keeps_the_job(queue, catcher, keys, account):
    options, _credentials = account
    queue.register()
    server = catcher('--smtps', *keys['good'], *options)
    done = queue.work(smtp(server, '?ssl=True', 'some%20one:wrong-secret@'),
                      EMAIL_CA_FILE=str(keys['ca']))
    assert server.mails.all() == []
    assert queue.job()['failed_at'] is None and queue.job()['last_error']
    assert b'wrong-secret' not in done.stderr and 'wrong-secret' not in queue.job()['last_error']


def test_a_missing_smtp_login_keeps_the_job(queue, catcher, keys, account):
    options, _credentials = account
    queue.register()
    server = catcher('--smtps', *keys['good'], *options)
    queue.work(smtp(server, '?ssl=True'), EMAIL_CA_FILE=str(keys['ca']))
    assert server.mails.all() == []
    assert queue.job()['failed_at'] is None and queue.job()['last_error']


def test_the_password_is_not_sent_to_a_server_with_a_wrong_certificate(queue, catcher, keys,
                                                                       account):
    options, credentials = account
    queue.register()
    server = catcher('--starttls', *keys['other host'], *options)
    queue.work(smtp(server, '?tls=True', credentials), EMAIL_CA_FILE=str(keys['ca']))
    assert server.mails.all() == []
    assert queue.job()['failed_at'] is None
