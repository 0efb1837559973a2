"""What a mail server refuses: which refusals are final, and how the others are reported."""

import json

import pytest

from tests.api.delivery.mail_queue import smtp
from tests.api.support.admin_command import Command
from tests.api.support.waiting import until
from tests.harness.log import entries
from tests.harness.waiting import LIMIT

BLOCKED = 'no e-mail can be sent: '
LIMITED = 'no e-mail can be sent for now: '
GMAIL = '550-5.4.5 Daily user sending limit exceeded. For more information go to\n550 5.4.5  x-9 - gsmtp'
PLESK = '554 5.7.0 The limit on the number of allowed outgoing messages was exceeded. Try again later.'

# command, its reply, how the reason begins, what it contains
DEFERRED = [
    ('CONNECT',
     '554 5.7.1 blocked',
     f'{BLOCKED}the mail server rejects the connection',
     '554 5.7.1'),
    ('EHLO', '504 need a fully-qualified name', f'{BLOCKED}the mail server rejects the name',
     'EMAIL_EHLO_NAME'),
    ('MAIL', '553 5.7.1 not owned by user', f'{BLOCKED}the mail server rejects the sender',
     'SENDER_EMAIL'),
    ('MAIL', '550 5.1.0 sender rejected', f'{BLOCKED}the mail server rejects the sender', '5.1.0'),
    ('RCPT', '504 5.5.2 Helo command rejected', f'{BLOCKED}the mail server rejects the client',
     'EMAIL_EHLO_NAME'),
    ('RCPT', '554 5.7.1 Relay access denied', f'{BLOCKED}the mail server rejects the client',
     'EMAIL_URL'),
    ('RCPT', GMAIL, f'{LIMITED}the mail server limits',
     'limit exceeded. For more information go to x-9 - gsmtp'),
    ('RCPT', '550 5.1.90 daily limit for message recipients',
     f'{LIMITED}the mail server', '5.1.90'),
    ('RCPT', '450 4.7.1 rate exceeded', f'{LIMITED}the mail server limits', '4.7.1'),
    ('MESSAGE', GMAIL, f'{LIMITED}the mail server limits', 'Daily user sending limit exceeded'),
    ('MESSAGE', PLESK, f'{LIMITED}the mail server limits', 'Try again later'),
    ('MESSAGE', '421 4.7.0 closing', f'{LIMITED}the mail server limits', '4.7.0'),
    ('MESSAGE', '554 5.7.1 rejected as spam', 'the mail server rejects the message: ', 'spam'),
    ('RCPT', '552 5.2.2 over quota', 'the mail server rejects the recipient: ', 'quota'),
    ('RCPT', '450 4.2.0 graylisted', 'the mail server rejects the recipient: ', 'graylisted'),
]


def option(command, reply):
    return '--reply', f'{command}={reply}'


@pytest.fixture
def admin(queue, programs, tmp_path):
    """`fitgate-admin` on the database of the queue."""
    return Command(programs, queue.database, {'UPLOAD_FOLDER': str(tmp_path)})


def check_of(admin, name, **settings):
    """The line of a check of the doctor: (result, text)."""
    lines = map(json.loads, admin.run('doctor', '--json', **settings).stdout.splitlines())
    return next((line['result'], line['text']) for line in lines if line['check'] == name)


@pytest.mark.parametrize('reply', [
    '550 5.1.1 <{}>: Recipient address rejected: User unknown in relay recipient table',
    '550-5.1.1 The email account that you tried\n550 5.1.1 to reach does not exist',
    '550 no such user', '556 domain does not accept mail'])
def test_only_a_recipient_that_does_not_exist_is_final(queue, catcher, reply):
    address = queue.register()
    server = catcher(*option('RCPT', reply.format(address)))
    done = queue.work(smtp(server))
    job = queue.job()
    assert done.returncode == 0 and job['failed_at'] is not None and job['attempts'] == 1
    assert job['last_error'].startswith('the mail server rejects the recipient: 55')
    assert address not in job['last_error'] and address not in done.stderr.decode()


@pytest.mark.parametrize(('command', 'reply', 'start', 'words'), DEFERRED)
def test_every_other_refusal_is_deferred(queue, catcher, command, reply, start, words):
    address = queue.register()
    done = queue.work(smtp(catcher(*option(command, reply))))
    job = queue.job()
    assert (job['failed_at'], job['attempts'], job['waits']) == (None, 1, 1)
    assert job['last_error'].startswith(start) and words in job['last_error']
    line, = (*entries(done.stderr.decode(), level='error'),
             *entries(done.stderr.decode(), level='warning'))
    assert job['last_error'] in line['message']
    assert (line['level'] == 'error') == start.startswith('no e-mail')
    server = catcher()
    queue.make_due()
    assert queue.work(smtp(server)).returncode == 0
    assert len(server.mails.to(address)) == 1 and queue.jobs() == []


@pytest.mark.parametrize(('command', 'reply', 'start', 'words'), DEFERRED[::4])
def test_a_deferred_mail_is_not_lost_for_three_days(queue, catcher, command, reply, start, words):
    queue.register()
    queue.sql.run('UPDATE jobs SET attempts = 99, created_at = created_at - INTERVAL 71 HOUR')
    server = catcher(*option(command, reply))
    queue.work(smtp(server))
    assert queue.job()['failed_at'] is None
    queue.make_due()
    queue.sql.run('UPDATE jobs SET created_at = created_at - INTERVAL 2 HOUR')
    queue.work(smtp(server))
    job = queue.job()
    assert job['failed_at'] is not None
    assert job['last_error'].startswith(start) and words in job['last_error']


def test_a_failure_of_all_mail_is_reported_once(queue, catcher):
    """However many mails there are, and however often a worker starts; another failure is reported again."""
    for _ in range(3):
        queue.register()
    errors = []
    for refused in (option('MAIL', '553 5.7.1 not owned by user 1'),
                    option('MAIL', '553 5.7.1 not owned by user 2'), option('CONNECT', '554 blocked')):
        server = catcher(*refused)
        queue.make_due()
        for _ in range(3):
            log = queue.work(smtp(server)).stderr.decode()
            errors += [one['message'] for one in entries(log, level='error')]
            assert not entries(log, level='warning')
    assert errors == [f'{BLOCKED}the mail server rejects the sender (check SENDER_EMAIL): '
                      '553 5.7.1 not owned by user 1',
                      f'{BLOCKED}the mail server rejects the connection: 554 blocked']
    assert {job['attempts'] for job in queue.jobs()} == {3}


def test_a_deferral_is_logged_as_a_warning_once(queue, catcher):
    address = queue.register()
    server = catcher('--tempfail', address)
    levels = []
    for _ in range(3):
        log = queue.work(smtp(server)).stderr.decode()
        levels += [line['level'] for line in entries(log) if 'attempt' in line['message']]
        queue.make_due()
    assert levels == ['warning', 'info', 'info']


def test_the_doctor_and_the_list_of_jobs_report_a_failure_of_all_mail(queue, catcher, admin):
    assert check_of(admin, 'queued mail') == ('OK', 'none waits for the mail server')
    addresses = [queue.register() for _ in range(2)]
    assert check_of(admin, 'queued mail')[0] == 'OK'
    server = catcher(*option('MAIL', '553 5.7.1 not owned by user'))
    for _ in addresses:
        queue.work(smtp(server))
    reason = (f'{BLOCKED}the mail server rejects the sender (check SENDER_EMAIL): '
              '553 5.7.1 not owned by user')
    assert check_of(admin, 'queued mail') == ('FAIL', f'2 waiting: {reason}')
    listed = admin.run('jobs', 'list')
    assert listed.returncode == 0 and listed.stdout.count(reason) == 2
    assert listed.stderr == f'fitgate-admin: waiting e-mails: 2: {reason}\n'
    server = catcher()
    queue.make_due()
    assert queue.work(smtp(server)).returncode == 0
    assert check_of(admin, 'queued mail')[0] == 'OK'
    assert admin.run('jobs', 'list').stderr == ''


def test_the_doctor_warns_of_limits_and_of_mail_that_waits(queue, catcher, admin):
    address = queue.register()
    queue.work(smtp(catcher('--tempfail', address)))
    result, text = check_of(admin, 'queued mail')
    assert result == 'WARN' and text.startswith(
        '1 waiting: the mail server rejects the recipient: 451')
    assert admin.run('jobs', 'list').stderr == ''
    queue.make_due()
    queue.work(smtp(catcher(*option('RCPT', GMAIL))))
    result, text = check_of(admin, 'queued mail')
    assert result == 'WARN' and text.startswith(f'1 waiting: {LIMITED}the mail server limits')
    assert 'waiting e-mails: 1: ' in admin.run('jobs', 'list').stderr


def test_one_refusal_of_all_mail_ends_the_attempts_for_now(queue, catcher):
    for _ in range(3):
        queue.register()
    for refused in (option('MAIL', '553 no'), option('RCPT', GMAIL)):
        queue.make_due()
        before = sum(job['attempts'] for job in queue.jobs())
        assert queue.work(smtp(catcher(*refused))).returncode == 1
        assert sum(job['attempts'] for job in queue.jobs()) == before + 1


def test_when_mail_can_be_sent_again_those_that_waited_are_sent(queue, catcher):
    """One does not wait for the end of its pause, which may be an hour."""
    waiting = [queue.register() for _ in range(3)]
    refusing = catcher(*option('MAIL', '553 no'))
    for _ in waiting:
        queue.work(smtp(refusing))
    assert all(job['waits'] for job in queue.jobs())
    later = queue.register()
    server = catcher()
    assert queue.work(smtp(server)).returncode == 0
    assert [mail.recipients[0] for mail in server.mails.all()][0] == later
    assert {mail.recipients[0] for mail in server.mails.all()} == {later, *waiting}
    assert queue.jobs() == []


def test_when_a_worker_starts_the_mail_that_waited_is_sent(queue, catcher):
    """Its settings may have been corrected."""
    address = queue.register()
    queue.work(smtp(catcher(*option('MAIL', '553 no'))))
    queue.sql.run('UPDATE jobs SET run_after = UTC_TIMESTAMP(6) + INTERVAL 1 HOUR')
    server = catcher()
    with queue.start(smtp(server)) as worker:
        until(lambda: server.mails.to(address), 'the mail is sent')
        worker.terminate()
        worker.communicate(timeout=LIMIT)
    assert queue.jobs() == []


def test_mail_that_a_limit_defers_keeps_its_pause(queue, catcher):
    limited = queue.register()
    queue.work(smtp(catcher(*option('RCPT', GMAIL))))
    other = queue.register()
    server = catcher()
    assert queue.work(smtp(server)).returncode == 0
    assert [mail.recipients for mail in server.mails.all()] == [[other]]
    assert queue.job()['waits'] == 1
    queue.make_due()
    assert queue.work(smtp(server)).returncode == 0
    assert len(server.mails.to(limited)) == 1


# ---- the doctor's own attempt ------------------------------------------------------------------

@pytest.mark.parametrize(('command', 'reply', 'words'), [
    ('CONNECT', '554 5.7.1 blocked', 'rejects the connection: 554'),
    ('EHLO', '550 no', 'EMAIL_EHLO_NAME'), ('MAIL', '553 5.7.1 not owned', 'SENDER_EMAIL'),
    ('RCPT', '504 5.5.2 Helo command rejected', 'EMAIL_EHLO_NAME'),
    ('RCPT', '554 5.7.1 Relay access denied', 'EMAIL_URL'), ('RCPT', GMAIL, 'limits')])
def test_the_doctor_finds_what_the_server_refuses(admin, catcher, command, reply, words):
    result, text = check_of(admin, 'mail', EMAIL_URL=smtp(catcher(*option(command, reply))))
    assert result == 'FAIL' and words in text


@pytest.mark.parametrize('arguments', [
    (), ('--refuse', 'fitgate@example.org'), ('--tempfail', 'fitgate@example.org')])
def test_the_doctor_sends_nothing_to_a_server_that_accepts_mail(admin, catcher, arguments):
    server = catcher(*arguments)
    result, text = check_of(admin, 'mail', EMAIL_URL=smtp(server))
    assert (
        result,
        text) == (
        'OK',
        f'127.0.0.1 port {server.port} accepts e-mails from SENDER_EMAIL')
    assert server.mails.all() == []


def test_the_doctor_says_that_a_certificate_needs_a_ca_file(admin, catcher, keys, tls):
    server_option, parameters = tls
    server = catcher(server_option, *keys['good'])
    result, text = check_of(admin, 'mail', EMAIL_URL=smtp(server, parameters))
    assert result == 'FAIL' and 'check EMAIL_CA_FILE' in text and 'certificate' in text
    assert check_of(admin, 'mail', EMAIL_URL=smtp(server, parameters),
                    EMAIL_CA_FILE=str(keys['ca']))[0] == 'OK'
