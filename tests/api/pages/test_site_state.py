"""What administrators see of the state of the site: data exports, the worker's checks, and recent errors."""

import socket

import pytest

from tests.api.support.waiting import until
from tests.harness.people import unique
from tests.harness.pictures import PATH as PICTURE, form, part, png

HOST = socket.gethostname()


@pytest.fixture
def administrator(make_visitor, make_user):
    visitor = make_visitor()
    visitor.log_in(make_user(admin=1, timezone='UTC'))
    return visitor


# ---- data exports ------------------------------------------------------------------------------

@pytest.fixture
def add_export(db, make_user):
    """Add an export of a new user with its job; kind `other`, so that no worker takes it."""
    numbers = []

    def add(job=None, **columns):
        account = make_user()
        number = db.insert(
            'users_data_export',
            user_id=account.id,
            created_at='2026-01-02 03:04:05',
            **columns)
        if job is not None:
            numbers.append(db.insert('jobs', kind='export', payload=f'{{"export_id":{number},"user_id":{account.id}}}',
                                     created_at='2026-01-02', **{'run_after': '2999-01-01', **job}))
        return account
    yield add
    for number in numbers:
        db.run('DELETE FROM jobs WHERE id = %s', number)


def row_of(administrator, account):
    return next(row for row in administrator.open(
        '/admin/exports').table if row['User name'] == account.username)


def test_a_waiting_export_is_shown_with_what_hindered_it(administrator, add_export):
    row = row_of(administrator, add_export({'last_error': 'disk <full>'}))
    assert (
        row['State'],
        row['Finished'],
        row['Size'],
        row['Reason']) == (
        'waits',
        '',
        '',
        'disk <full>')
    assert row['Requested'].startswith('01/02/2026 03:04')


def test_a_running_export_is_shown_with_its_progress(administrator, add_export):
    assert row_of(administrator, add_export(
        {'owner': 'x' * 32, 'progress': 42}))['State'] == 'is being made (42 %)'


def test_an_export_whose_worker_has_died_waits(administrator, add_export):
    account = add_export({'owner': 'x' * 32, 'progress': 42,
                         'run_after': '2001-01-01', 'failed_at': '2001-01-01'})
    assert row_of(administrator, account)['State'] == 'waits'


def test_a_finished_export_is_shown_with_size_and_date_and_no_link_to_the_archive(
        administrator, add_export):
    account = add_export(completed=1, file_name='archive_secret.zip', file_size=3_500_000,
                         updated_at='2026-01-02 04:05:06')
    row = row_of(administrator, account)
    assert (row['State'], row['Reason']) == ('done', '')
    assert row['Size'].endswith('MB') and row['Finished'].startswith('01/02/2026 04:05')
    assert 'archive_secret' not in administrator.page.body


def test_a_failed_export_is_shown_with_the_reason_and_a_link_to_its_job(
        administrator, add_export, db):
    account = add_export({'failed_at': '2026-01-03', 'last_error': 'no space'},
                         completed=1, updated_at='2026-01-03')
    row = row_of(administrator, account)
    assert (row['State'], row['Reason']) == ('failed', 'no space')
    assert administrator.request('GET', administrator.page.parsed.links['failed']).title == 'Job'


def test_a_failed_export_whose_job_is_gone_has_no_reason(administrator, add_export):
    row = row_of(administrator, add_export(completed=1, updated_at='2026-01-03'))
    assert row['Reason'] == 'not known any more: the job has been removed'


def test_an_export_without_a_readable_job_does_not_hide_the_others(administrator, add_export, db):
    job = db.insert(
        'jobs',
        kind='export',
        payload='{',
        run_after='2999-01-01',
        created_at='2026-01-01')
    try:
        assert row_of(administrator, add_export())['State'] == 'waits'
    finally:
        db.run('DELETE FROM jobs WHERE id = %s', job)


def test_many_exports_are_on_several_pages(administrator, add_export):
    names = [add_export(completed=1).username for _ in range(51)][::-1]
    page = administrator.open('/admin/exports')
    assert [row['User name'] for row in page.table] == names[:50]
    page = administrator.request('GET', page.parsed.links['Next page'])
    assert page.table[0]['User name'] == names[50]


def test_a_page_of_exports_reads_the_primary_key(db):
    plan = db.plan('SELECT e.id FROM users_data_export AS e LEFT JOIN users AS u ON u.id = e.user_id '
                   'WHERE e.id < 1000 ORDER BY e.id DESC LIMIT 51')
    assert plan[0]['key'] == 'PRIMARY' and 'filesort' not in (plan[0]['Extra'] or '')


# ---- findings ----------------------------------------------------------------------------------

@pytest.fixture
def unchecked(db):
    db.run('DELETE FROM findings')
    yield
    db.run('DELETE FROM findings')


def findings(administrator):
    return {row['Check']: row for row in administrator.open('/admin/findings').table}


def test_the_worker_checks_the_site(administrator, stack, unchecked, db):
    assert 'No worker has checked anything yet. Is it running?' in administrator.open(
        '/admin/findings').texts('p')
    stack.run_worker_once()
    found = findings(administrator)
    assert found.keys() == {'secret', 'upload directory', 'mail', 'database', 'schema', 'app_config', 'character set',
                            'clock', 'jobs', 'queued mail'}
    assert {row['Host'] for row in found.values()} == {HOST}
    for name in ('secret', 'upload directory', 'mail', 'database',
                 'schema', 'app_config', 'character set', 'clock'):
        assert found[name]['Result'] == 'in order', found[name]


def test_a_failure_is_above_all_others_with_how_to_fix_it(administrator, stack, unchecked):
    stack.run_worker_once(settings={'UPLOAD_FOLDER': '/nonexistent'})
    found = findings(administrator)
    failures = [name for name, row in found.items() if row['Result'] == 'failure']
    assert 'upload directory' in failures
    assert list(found)[:len(failures)] == failures
    assert found['upload directory']['Explanation'].startswith('create directory "/nonexistent"')


def test_the_checks_are_made_once_an_hour(administrator, stack, unchecked, db):
    db.run("INSERT INTO findings VALUES (%s, 'old', 'OK', '', UTC_TIMESTAMP() - INTERVAL 59 MINUTE)", HOST)
    stack.run_worker_once()
    assert list(findings(administrator)) == ['old']
    db.run('UPDATE findings SET checked_at = UTC_TIMESTAMP() - INTERVAL 61 MINUTE')
    stack.run_worker_once()
    assert 'schema' in findings(administrator) and 'old' not in findings(administrator)


def test_a_worker_that_has_stopped_is_noticed(administrator, unchecked, db):
    for host, minutes in (('one <b>', 181), ('two', 179)):
        for name in ('a', 'b'):
            db.run("INSERT INTO findings VALUES (%s, %s, 'OK', '', UTC_TIMESTAMP() - INTERVAL %s MINUTE)", host, name,
                   minutes)
    texts = [text for text in administrator.open(
        '/admin/findings').texts('p') if 'Is it running?' in text]
    assert texts == [
        'The worker of this host has not checked anything for hours. Is it running? one <b>']


def test_findings_of_a_host_that_is_gone_are_removed(stack, unchecked, db):
    for host, days in (('gone', 8), ('away', 6)):
        db.run(
            "INSERT INTO findings VALUES (%s, 'a', 'OK', '', UTC_TIMESTAMP() - INTERVAL %s DAY)",
            host,
            days)
    stack.run_worker_once()
    hosts = {row['host'] for row in db.rows('SELECT host FROM findings')}
    assert hosts == {'away', HOST}


# ---- errors ------------------------------------------------------------------------------------

@pytest.fixture
def no_errors(db):
    db.run('DELETE FROM recent_errors')


@pytest.fixture
def fail(programs, token):
    """A request that fails because it has no upload directory; returns its answer."""
    def request(**parameters):
        body, headers = form(part('file', png(), 'a.png'))
        return programs.cgi('POST', PICTURE, token=token, data=body, settings={'UPLOAD_FOLDER': '/nonexistent'},
                            parameters={'CONTENT_TYPE': headers['Content-Type'], **parameters})
    return request


def test_a_failed_request_is_among_the_recent_errors(administrator, no_errors, fail):
    assert 'There is no error.' in administrator.open('/admin/errors').texts('p')
    assert fail(REQUEST_ID='f' * 32).status == 500
    row, = administrator.open('/admin/errors').table
    assert (row['Program'], row['Request']) == ('upload', 'f' * 32)
    assert row['Message'].startswith('could not open directory "pictures"')
    assert row['First time'] == row['Last time'] != ''


def test_an_error_that_happens_again_is_one_row(no_errors, fail, db):
    fail()
    db.run("UPDATE recent_errors SET first_at = '2001-01-01', last_at = '2001-01-01'")
    fail()
    row, = db.rows('SELECT * FROM recent_errors')
    assert (row['first_at'].year, row['last_at'].year > 2001) == (2001, True)


def test_another_error_of_the_same_slot_replaces_it(no_errors, fail, db):
    fail()
    db.run("UPDATE recent_errors SET digest = digest + 250, first_at = '2001-01-01', last_at = '2001-01-01'")
    fail()
    row, = db.rows('SELECT * FROM recent_errors')
    assert row['first_at'].year > 2001


def test_a_message_never_becomes_markup(administrator, no_errors, db):
    db.run("INSERT INTO recent_errors VALUES ('x', 1, 0, '<script>', '<script>', UTC_TIMESTAMP(), UTC_TIMESTAMP())")
    page = administrator.open('/admin/errors')
    assert page.table[0]['Message'] == page.table[0]['Request'] == '<script>'
    assert '<script' not in page.body


def test_a_failed_job_of_the_worker_is_among_the_recent_errors(administrator, no_errors, stack, db):
    job = db.insert(
        'jobs',
        kind=unique()[
            :10],
        payload='{}',
        run_after='2001-01-01',
        created_at='2001-01-01')
    stack.run_worker_once()  # this one or that of the stack takes it, and stores the error afterwards
    programs = until(lambda: [row['Program'] for row in administrator.open('/admin/errors').table
                              if 'unrecognized job kind' in row['Message']], 'the error')
    db.run('DELETE FROM jobs WHERE id = %s', job)
    assert programs == ['worker']


def test_a_page_that_fails_is_among_the_recent_errors(no_errors, programs, administrator, db):
    cookies = '; '.join(f'{cookie.name}={cookie.value}' for cookie in administrator.session.cookies)
    db.run("INSERT INTO app_config () VALUES ()")
    try:
        answer = programs.cgi(
            'GET',
            '/account/policy',
            program='pages',
            parameters={
                'HTTP_COOKIE': cookies})
        assert answer.status == 500
    finally:
        db.run('DELETE FROM app_config ORDER BY id DESC LIMIT 1')
    assert [row['Program'] for row in administrator.open('/admin/errors').table] == ['pages']


def test_without_an_error_nothing_is_stored(no_errors, api, db):
    assert api.get('/api/config').status == 200 and api.get('/api/nothing').status == 404
    assert db.rows('SELECT * FROM recent_errors') == []


def test_old_errors_are_removed(no_errors, stack, db):
    for slot, days in ((1, 31), (2, 29)):
        db.run("INSERT INTO recent_errors VALUES ('x', %s, 0, '', NULL, UTC_TIMESTAMP(), "
               'UTC_TIMESTAMP() - INTERVAL %s DAY)', slot, days)
    stack.run_worker_once()
    assert [row['slot'] for row in db.rows('SELECT slot FROM recent_errors')] == [2]
