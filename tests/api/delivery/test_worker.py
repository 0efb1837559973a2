"""The worker and the queue: SMTP that is down, refuses or hangs; workers that die."""

import shutil
import signal
import subprocess
import uuid
from pathlib import Path

import pytest

from tests.api.delivery.mail_queue import REGISTER, smtp
from tests.api.support.waiting import until
from tests.harness.answers import REGISTERED, RESET_REQUESTED, exact
from tests.harness.waiting import LIMIT

RESET = '/api/auth/password/reset-request'


# ---- normal operation --------------------------------------------------------------------------

def test_once_processes_all_due_jobs_and_ends(queue, catcher):
    server = catcher()
    addresses = [queue.register() for _ in range(5)]
    assert queue.work(smtp(server)).returncode == 0
    assert [mail.recipients for mail in server.mails.all()] == [[a] for a in addresses]
    assert queue.jobs() == []


def test_once_with_nothing_to_do_ends_immediately(queue, catcher):
    assert queue.work(smtp(catcher())).returncode == 0


def test_only_mail_sends_mail(queue, catcher):
    server = catcher()
    address = queue.register()
    assert queue.work(smtp(server), '--only', 'mail').returncode == 0
    assert len(server.mails.to(address)) == 1


def test_only_mail_leaves_other_kinds_alone(queue, catcher):
    queue.sql.run("INSERT INTO jobs (kind, payload, run_after, created_at) VALUES "
                  "('export', '{}', UTC_TIMESTAMP(6), UTC_TIMESTAMP(6))")
    before = queue.job()
    assert queue.work(smtp(catcher()), '--only', 'mail').returncode == 0
    after = queue.job()
    assert (after['attempts'], after['failed_at'], after['owner']) == (before['attempts'], None,
                                                                       None)


@pytest.mark.parametrize('arguments', [['--only'], ['--only', 'nonsense'], ['--nonsense'],
                                       ['mail']])
def test_wrong_arguments_are_refused(queue, closed_port, arguments):
    done = queue.work(f'smtp://127.0.0.1:{closed_port}', *arguments)
    assert done.returncode != 0 and done.stderr


def test_a_job_that_is_not_due_waits(queue, catcher):
    server = catcher()
    queue.register()
    queue.sql.run('UPDATE jobs SET run_after = UTC_TIMESTAMP(6) + INTERVAL 1 HOUR')
    assert queue.work(smtp(server)).returncode == 0
    assert server.mails.all() == [] and queue.job()['attempts'] == 0


def test_a_job_given_up_is_not_tried_again(queue, catcher):
    server = catcher()
    queue.register()
    queue.sql.run('UPDATE jobs SET failed_at = UTC_TIMESTAMP(6)')
    assert queue.work(smtp(server)).returncode == 0
    assert server.mails.all() == [] and queue.job()['attempts'] == 0


def test_a_running_worker_sends_new_mail_and_ends_on_request(queue, catcher):
    server = catcher()
    with queue.start(smtp(server)) as worker:
        for number in range(1, 4):
            queue.register()
            until(lambda number=number: len(server.mails.all()) == number, 'the mail is sent')
        worker.send_signal(signal.SIGTERM)
        _output, complaints = worker.communicate(timeout=LIMIT)
    assert worker.returncode == 0, complaints
    assert queue.jobs() == []


def program_of(process):
    return Path('/proc', str(process.pid), 'comm').read_text(encoding='utf-8').strip()


def wait_until_idle(worker):
    until(lambda: program_of(worker) == 'idle_worker', 'it waits as the small program')


def stop(worker):
    worker.send_signal(signal.SIGTERM)
    _output, log = worker.communicate(timeout=LIMIT)
    assert worker.returncode == 0, log
    return log.decode()


def test_while_no_job_is_due_a_worker_is_a_smaller_program(queue, catcher):
    """It sends the next mail all the same, and has not forgotten when it last cleaned up."""
    server = catcher()
    with queue.start(smtp(server)) as worker:
        wait_until_idle(worker)
        queue.sql.run("REPLACE INTO throttle VALUES ('expired', 1, UTC_TIMESTAMP(6) - INTERVAL 1 DAY)")
        queue.register()
        until(server.mails.all, 'the mail is sent')
        wait_until_idle(worker)
        assert 'level=error' not in stop(worker)
    assert queue.jobs() == []
    assert queue.sql.run("DELETE FROM throttle WHERE throttle_key = 'expired'")[0] == 1


def test_a_worker_that_was_idle_still_runs_only_its_kind_of_job(queue, catcher):
    server = catcher()
    with queue.start(smtp(server), '--only', 'mail') as worker:
        wait_until_idle(worker)
        queue.sql.run("INSERT INTO jobs (kind, payload, run_after, created_at) VALUES "
                      "('export', '{}', UTC_TIMESTAMP(6), UTC_TIMESTAMP(6))")
        queue.register()
        until(server.mails.all, 'the mail is sent')
        stop(worker)
    assert (queue.job()['kind'], queue.job()['attempts']) == ('export', 0)


def test_without_the_smaller_program_a_worker_waits_itself(queue, catcher, programs, tmp_path):
    server = catcher()
    alone = shutil.copy(programs.build / 'worker', tmp_path)
    with subprocess.Popen([alone], env=programs.environment(queue.settings(smtp(server))),
                          stderr=subprocess.PIPE) as worker:
        assert any(b'idle_worker' in line for line in worker.stderr)
        queue.register()
        until(server.mails.all, 'the mail is sent')
        stop(worker)


def test_several_workers_send_each_mail_once(queue, catcher):
    server = catcher()
    addresses = [queue.register() for _ in range(20)]
    workers = [queue.start(smtp(server), '--once') for _ in range(4)]
    for worker in workers:
        with worker:
            worker.communicate(timeout=LIMIT)
        assert worker.returncode == 0
    assert sorted(mail.recipients[0] for mail in server.mails.all()) == sorted(addresses)
    assert queue.jobs() == []


@pytest.mark.parametrize('payload', ['', 'x', '{}', '[]', 'null', '{"template": 1}',
                                     '{"errand": "nonsense"}',
                                     '{"template": "nonsense", "to": "a@b.c", "username": "x"}'])
def test_a_job_with_an_invalid_payload_does_not_block_other_jobs(queue, catcher, payload):
    server = catcher()
    queue.sql.run("INSERT INTO jobs (kind, payload, run_after, created_at) VALUES "
                  "('mail', %s, UTC_TIMESTAMP(6) - INTERVAL 1 MINUTE, UTC_TIMESTAMP(6))", payload)
    address = queue.register()
    queue.work(smtp(server))
    assert len(server.mails.to(address)) == 1
    assert queue.job()['last_error']


def test_a_job_of_an_unknown_kind_does_not_block_other_jobs(queue, catcher):
    server = catcher()
    queue.sql.run("INSERT INTO jobs (kind, payload, run_after, created_at) VALUES "
                  "('nonsense', '{}', UTC_TIMESTAMP(6) - INTERVAL 1 MINUTE, UTC_TIMESTAMP(6))")
    address = queue.register()
    queue.work(smtp(server))
    assert len(server.mails.to(address)) == 1


def test_with_sending_disabled_jobs_wait(queue, catcher):
    server = catcher()
    address = queue.register()
    queue.work('')
    assert queue.job()['failed_at'] is None
    assert queue.work(smtp(server)).returncode == 0
    assert len(server.mails.to(address)) == 1


# ---- SMTP that is down or refuses --------------------------------------------------------------

def test_while_smtp_is_down_jobs_wait_and_nothing_is_lost(queue, catcher, closed_port):
    addresses = [queue.register() for _ in range(3)]
    for _ in range(3):
        queue.work(f'smtp://127.0.0.1:{closed_port}')
        queue.make_due()
    assert len(queue.jobs()) == 3
    assert all(job['failed_at'] is None for job in queue.jobs())
    assert any(job['last_error'] for job in queue.jobs())
    server = catcher()
    queue.make_due()
    assert queue.work(smtp(server)).returncode == 0
    assert sorted(mail.recipients[0] for mail in server.mails.all()) == sorted(addresses)
    assert queue.jobs() == []


def test_while_smtp_is_down_other_jobs_are_done(queue, closed_port):
    queue.register()
    queue.sql.run("INSERT INTO jobs (kind, payload, run_after, created_at) VALUES ('cleanup', "
                  "'{\"user_id\":2000000000}', UTC_TIMESTAMP(6), UTC_TIMESTAMP(6))")
    assert queue.work(f'smtp://127.0.0.1:{closed_port}').returncode == 1
    assert (queue.job()['kind'], queue.job()['attempts']) == ('mail', 1)


def test_while_smtp_is_down_a_running_worker_tries_one_mail_at_a_time(queue, catcher, closed_port):
    addresses = [queue.register() for _ in range(3)]
    with queue.start(f'smtp://127.0.0.1:{closed_port}', '--only', 'mail') as worker:
        until(lambda: sum(job['attempts'] for job in queue.jobs()) == 2, 'it is tried again')
        worker.send_signal(signal.SIGTERM)
        _output, complaints = worker.communicate(timeout=LIMIT)
    assert worker.returncode == 0, complaints
    assert sorted(job['attempts'] for job in queue.jobs()) == [0, 1, 1]
    server = catcher()
    queue.make_due()
    assert queue.work(smtp(server)).returncode == 0
    assert sorted(mail.recipients[0] for mail in server.mails.all()) == sorted(addresses)


@pytest.mark.parametrize(('attempts', 'days', 'given_up'), [(7, 4, True), (0, 4, False),
                                                            (7, 2, False)])
def test_a_mail_is_given_up_when_it_is_old_and_was_tried_often(queue, closed_port, attempts, days,
                                                               given_up):
    """Both conditions are required: a mail that only waited, or that the administrator retries, is
    not given up immediately."""
    queue.register()
    queue.sql.run('UPDATE jobs SET attempts = %s, created_at = created_at - INTERVAL %s DAY',
                  attempts, days)
    queue.work(f'smtp://127.0.0.1:{closed_port}')
    assert queue.job()['attempts'] == attempts + 1
    assert (queue.job()['failed_at'] is not None) == given_up


def test_the_link_of_a_password_reset_is_made_when_the_message_is_sent(queue, catcher, closed_port):
    """It is valid for an hour from then on, however long the mail server was unavailable."""
    address = queue.register()
    queue.sql.run('UPDATE users SET is_active = 1')
    queue.sql.run('DELETE FROM jobs')
    exact(queue.programs.cgi('POST', RESET, json={'email': address},
                             settings=queue.settings('smtp://127.0.0.1:1')), RESET_REQUESTED)
    asked = queue.job()['payload']
    queue.work(f'smtp://127.0.0.1:{closed_port}')
    assert (queue.job()['attempts'], queue.job()['payload']) == (1, asked)
    server = catcher()
    queue.make_due()
    assert queue.work(smtp(server)).returncode == 0
    assert len(server.mails.to(address)) == 1 and queue.jobs() == []


def test_the_request_does_not_wait_for_smtp(queue, tarpit):
    """register does not even connect to the mail server, which never answers here."""
    body = queue.registration()
    url = f'smtp://127.0.0.1:{tarpit.getsockname()[1]}'
    exact(queue.programs.cgi('POST', REGISTER, json=body, settings=queue.settings(url)), REGISTERED)
    tarpit.setblocking(False)
    with pytest.raises(BlockingIOError):
        tarpit.accept()


def test_each_failure_waits_longer(queue, closed_port):
    queue.register()
    waits = []
    for attempt in range(1, 5):
        queue.work(f'smtp://127.0.0.1:{closed_port}')
        assert queue.job()['attempts'] == attempt and queue.job()['waits'] == 1
        waits.append(queue.sql.value(
            'SELECT TIMESTAMPDIFF(SECOND, UTC_TIMESTAMP(6), run_after) FROM jobs'))
        queue.make_due()
    assert all(earlier < later for earlier, later in zip(waits, waits[1:])), waits


def test_a_mailbox_not_available_now_is_tried_again_later(queue, catcher):
    address = queue.register()
    queue.work(smtp(catcher('--tempfail', address)))
    assert (queue.job()['failed_at'], queue.job()['waits']) == (None, 1)
    assert queue.job()['last_error']
    server = catcher()
    queue.make_due()
    assert queue.work(smtp(server)).returncode == 0
    assert len(server.mails.to(address)) == 1


@pytest.mark.parametrize('option', ['--refuse', '--tempfail'])
def test_a_refused_recipient_does_not_block_other_messages(queue, catcher, option):
    refused, accepted = queue.register(), queue.register()
    server = catcher(option, refused)
    queue.work(smtp(server))
    assert len(server.mails.to(accepted)) == 1 and not server.mails.to(refused)
    assert queue.job()['last_error']


def test_a_mail_keeps_its_message_id_however_often_it_is_tried(queue, catcher, closed_port):
    """So a mail server can recognize a message that was sent twice."""
    server = catcher()
    queue.register()
    copy = queue.job()
    assert queue.work(smtp(server)).returncode == 0
    queue.sql.insert('jobs', **{name: value for name, value in copy.items() if name != 'waits'})
    queue.work(f'smtp://127.0.0.1:{closed_port}')
    queue.make_due()
    assert queue.work(smtp(server)).returncode == 0
    first, second = server.mails.all()
    assert first.message['Message-ID'] == second.message['Message-ID']


def test_no_job_holds_the_password_of_the_mail_account(queue):
    queue.register()
    assert 'correct horse' not in queue.job()['payload']


# ---- workers that die --------------------------------------------------------------------------

def killed_while_it_sends(queue, tarpit):
    """Kill a worker in the middle of a job."""
    with queue.start(f'smtp://127.0.0.1:{tarpit.getsockname()[1]}') as worker:
        connection, _address = tarpit.accept()  # it has leased the job
        with connection:
            worker.kill()
            worker.communicate(timeout=LIMIT)
    assert worker.returncode == -signal.SIGKILL


def test_the_job_of_a_killed_worker_is_taken_over_when_its_lease_ends(queue, catcher, tarpit):
    address = queue.register()
    killed_while_it_sends(queue, tarpit)
    assert queue.job()['owner'] is not None and queue.job()['waits'] == 1
    server = catcher()
    assert queue.work(smtp(server)).returncode == 0
    assert server.mails.all() == []  # the lease still holds
    queue.make_due()
    assert queue.work(smtp(server)).returncode == 0
    assert len(server.mails.to(address)) == 1
    assert queue.jobs() == []


def test_jobs_that_a_killed_worker_had_not_leased_are_available_immediately(queue, catcher, tarpit):
    first, second = queue.register(), queue.register()
    killed_while_it_sends(queue, tarpit)
    server = catcher()
    assert queue.work(smtp(server)).returncode == 0
    assert [mail.recipients for mail in server.mails.all()] in ([[first]], [[second]])


def test_a_worker_that_lost_its_lease_does_not_finish_the_job_of_another(queue, tarpit):
    """While it sends, another worker leases the job; then its own attempt ends."""
    queue.register()
    other = uuid.uuid4().hex
    with queue.start(f'smtp://127.0.0.1:{tarpit.getsockname()[1]}', '--once') as worker:
        connection, _address = tarpit.accept()
        queue.sql.run('UPDATE jobs SET owner = %s, '
                      'run_after = UTC_TIMESTAMP(6) + INTERVAL 2 MINUTE', other)
        before = queue.job()
        connection.close()
        worker.communicate(timeout=LIMIT)
    assert queue.job() == before


def test_a_worker_killed_again_and_again_loses_nothing(queue, catcher):
    server = catcher()
    addresses = [queue.register() for _ in range(12)]
    for number in (1, 3, 6):
        with queue.start(smtp(server)) as worker:
            until(lambda number=number: len(server.mails.all()) >= number, 'some mails are sent')
            worker.kill()
            worker.communicate(timeout=LIMIT)
        queue.make_due()
    assert queue.work(smtp(server)).returncode == 0
    assert {mail.recipients[0] for mail in server.mails.all()} == set(addresses)
    assert queue.jobs() == []


def test_sigterm_while_it_sends_lets_the_job_end_first(queue, tarpit):
    queue.register()
    with queue.start(f'smtp://127.0.0.1:{tarpit.getsockname()[1]}') as worker:
        connection, _address = tarpit.accept()
        worker.send_signal(signal.SIGTERM)
        connection.close()
        worker.communicate(timeout=LIMIT)
    assert worker.returncode == 0
    assert queue.job()['owner'] is None and queue.job()['last_error']


def test_the_worker_reports_a_missing_database(queue, catcher):
    settings = queue.settings(smtp(catcher()),
                              DATABASE_URL='mysql://x:y@localhost/z?unix_socket=/nonexistent')
    done = queue.programs.run('worker', '--once', settings=settings)
    assert done.returncode != 0 and done.stderr
