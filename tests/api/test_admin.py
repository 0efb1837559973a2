"""`fitgate-admin` tokens, jobs, clean, settings and totals; usage errors."""

import json
import re
import time
from datetime import timedelta

import pytest

from tests.harness.answers import BADTOKEN, exact
from tests.api.support.admin_command import Command
from tests.harness.people import (insert_record, insert_session, insert_user, insert_workout, now,
                                  unique)
from tests.api.support.scoped import SCOPES, oauth2_token, personal_token
from tests.harness.tokens import sha256_hex


@pytest.fixture
def admin(programs):
    return Command(programs)


# ---- usage -------------------------------------------------------------

@pytest.mark.parametrize('words', [
    [], ['nonsense'], ['tokens'], [
        'tokens', 'create', 'sam'], [
        'tokens', 'create', 'sam', '--name', 'x'],
    ['tokens', 'create', 'sam', '--name', 'x', '--scopes', 'profile:read', '--days', '0'],
    ['tokens', 'create', 'sam', '--name', 'x', '--scopes', 'profile:read', '--days', 'x'],
    ['tokens', 'revoke'], ['jobs', 'show'], ['jobs', 'retry'], ['jobs', 'retry', '1', '--all'],
    ['jobs', 'drop'], ['clean', 'tokens'], ['clean', 'archives', '--days', '-1'],
    ['clean', 'jobs', '--days', '99999999999999999999'], ['settings', 'set', 'about'],
    ['settings', 'set', 'about', 'x', 'y'], ['settings', 'list', 'x'], ['totals', 'verify', 'a', 'b'],
    ['migrate', 'x'], ['migrate', '--json'], ['doctor', 'x']])
def test_usage_errors_are_reported(admin, words):
    admin.misused(*words)


@pytest.mark.parametrize('words', [['users', 'list'], ['users', 'show', 'x'], ['tokens', 'list'],
                                   ['jobs', 'list'], ['clean', 'jobs', '--days', '1'],
                                   ['settings', 'list'], ['totals', 'verify']])
def test_an_unreachable_database_is_reported_in_one_line(admin, words):
    url = 'mysql://sam:hidden@localhost/x?unix_socket=/nonexistent/socket'
    assert 'hidden' not in admin.refused(*words, DATABASE_URL=url)


# ---- tokens ------------------------------------------------------------

def test_a_personal_token_works_until_it_is_revoked(admin, user, api, db):
    answer = admin.run('tokens', 'create', user.username, '--name', 'a script', '--scopes',
                       ' profile:read  profile:write profile:read ', '--days', '3')
    token = answer.stdout.removesuffix('\n')
    assert answer.returncode == 0 and re.fullmatch('fgpt_[A-Za-z0-9_-]{40}', token)
    assert token not in answer.stderr
    row = db.row('SELECT * FROM personal_tokens WHERE user_id = %s', user.id)
    assert (row['token'], row['scope']) == (sha256_hex(token), 'profile:read profile:write')
    assert row['expires_at'] - row['created_at'] <= timedelta(days=3, seconds=5)
    assert api.get('/api/auth/profile', token=token).status == 200
    listed = admin.object('tokens', 'list', user.username)
    assert listed['name'] == 'a script' and listed['last_used_at'] and not listed['revoked_at']
    admin.done('tokens', 'revoke', row['id'])
    exact(api.get('/api/auth/profile', token=token), BADTOKEN)
    assert admin.object('tokens', 'list', user.username)['revoked_at']
    assert token not in admin.done(
        'tokens', 'list') and row['token'] not in admin.done(
        'tokens', 'list')


def test_a_token_can_have_every_scope_and_no_expiry(admin, user, db):
    admin.done('tokens', 'create', user.email, '--name', 'é' * 100, '--scopes', ' '.join(SCOPES))
    row = db.row('SELECT scope, expires_at FROM personal_tokens WHERE user_id = %s', user.id)
    assert row == {'scope': ' '.join(SCOPES), 'expires_at': None}


@pytest.mark.parametrize(('name', 'scopes'), [
    ('x', 'profile:reads'), ('x', 'profile'), ('x', ''), ('x', ' '), ('x', 'profile:read,users:read'),
    ('x', 'PROFILE:READ'), ('x', 'x' * 300), ('', 'profile:read'), ('x' * 101, 'profile:read')])
def test_an_unrecognized_scope_or_an_invalid_name_is_rejected(admin, user, db, name, scopes):
    admin.refused('tokens', 'create', user.username, '--name', name, '--scopes', scopes)
    assert db.value('SELECT COUNT(*) FROM personal_tokens WHERE user_id = %s', user.id) == 0


@pytest.mark.parametrize('number', ['0', '2000000000', 'x', '99999999999999999999'])
def test_a_missing_token_is_reported(admin, number):
    assert 'there is no token' in admin.refused('tokens', 'revoke', number)


# ---- jobs --------------------------------------------------------------

def add_job(sql, **columns):
    values = {'kind': 'mail', 'payload': '{}', 'run_after': now(), 'created_at': now()}
    return sql.insert('jobs', **{**values, **columns})


def failed_job(sql, **columns):
    return add_job(sql, failed_at=now(), last_error='it did not go', attempts=7, **columns)


def test_jobs_are_listed_without_their_payload(apart, apart_db):
    waiting = add_job(apart_db, payload='{"link": "https://x.example/?token=hidden"}')
    failed = failed_job(apart_db)
    listed = apart.objects('jobs', 'list')
    assert [one['id'] for one in listed] == [waiting, failed]
    assert listed[0]['failed_at'] is None and listed[1]['last_error'] == 'it did not go'
    assert apart.object('jobs', 'list', '--failed')['id'] == failed
    assert 'hidden' not in apart.done('jobs', 'list')


def test_a_pending_change_of_address_leaves_no_token_in_the_queue(apart, apart_db):
    """The worker makes the token when it sends the message."""
    account = insert_user(apart_db)
    apart.done('users', 'update', account.username, '--email', 'new@example.org', '--confirm')
    rows = apart_db.rows('SELECT id, payload FROM jobs ORDER BY id')
    assert rows and not [row for row in rows if 'token=' in row['payload']]
    assert 'new@example.org' in json.dumps([apart.object('jobs',
                                           'show', row['id']) for row in rows])


@pytest.mark.parametrize('payload', [
    {'a': [{'b': 'x?token=eyJh.eyJi.c-_&more=1 and token=second end'}]}, 'token=alone',
    {'link': 'https://x.example/?x=1&token=' + 'A' * 5000}])
def test_tokens_are_left_out_anywhere_in_a_payload(apart, apart_db, payload):
    job = add_job(apart_db, payload=json.dumps(payload))
    said = json.dumps(apart.object('jobs', 'show', job)['payload'], ensure_ascii=False)
    assert 'token=…' in said and not re.search('token=[^…]|eyJ|second|alone|AAA', said)


def test_a_payload_that_is_not_json_is_not_shown(apart, apart_db):
    job = add_job(apart_db, payload='{"link": "?token=hidden"')
    assert 'hidden' not in apart.done('jobs', 'show', job)


def test_failed_jobs_become_due_again(apart, apart_db):
    first, second, third = (failed_job(apart_db) for _ in range(3))
    waiting = add_job(apart_db, run_after='2099-01-01 00:00:00')
    assert apart.done('jobs', 'retry', first) == '1 job due again\n'
    row = apart_db.row('SELECT * FROM jobs WHERE id = %s', first)
    assert (row['failed_at'], row['attempts']) == (None, 0)
    assert apart_db.value('SELECT COUNT(*) FROM jobs WHERE failed_at IS NOT NULL') == 2
    assert 'has not failed' in apart.refused('jobs', 'retry', waiting)
    assert apart.done('jobs', 'retry', '--all') == '2 jobs due again\n'
    assert apart_db.value('SELECT COUNT(*) FROM jobs WHERE id IN (%s, %s) AND '
                          'run_after <= UTC_TIMESTAMP(6)', second, third) == 2
    assert apart_db.value('SELECT YEAR(run_after) FROM jobs WHERE id = %s', waiting) == 2099


def test_a_job_is_dropped(apart, apart_db):
    job, other = failed_job(apart_db), add_job(apart_db)
    apart.done('jobs', 'drop', job)
    assert [row['id'] for row in apart_db.rows('SELECT id FROM jobs')] == [other]
    for words in (['show', job], ['retry', job], ['drop', job], ['show', 'x'], ['drop', '0']):
        assert 'there is no job' in apart.refused('jobs', *words)


# ---- clean -------------------------------------------------------------

def days_ago(days):
    return now() - timedelta(days=days)


def test_old_expired_tokens_are_deleted(apart, apart_db):
    account, seconds = insert_user(apart_db), int(time.time())
    for days in (1, 4, 5, 6):
        apart_db.insert('blacklisted_tokens', token=sha256_hex(str(days)),
                        expired_at=seconds - days * 86400, blacklisted_on=now())
    oauth2_token(apart_db, account.id, issued_at=seconds - 10 * 86400, expires_in=3 * 86400)
    # a refresh token lives twice as long as its access token
    kept = [oauth2_token(apart_db, account.id, issued_at=1, expires_in=0).id,
            oauth2_token(apart_db, account.id, issued_at=seconds - 10 * 86400, expires_in=4 * 86400).id]
    for hours in (1, 23, 25, 100):  # codes stay for a day
        code, made = sha256_hex(str(hours)), seconds - hours * 3600
        apart_db.insert('oauth2_code', code=code, auth_time=made)
        apart_db.insert('oauth2_device_code', device_code=code, client_id='c', user_code=code,
                        created_at=made)
    personal_token(apart_db, account.id, expires_at=days_ago(4))
    personal_token(apart_db, account.id, revoked_at=days_ago(4))
    personal_token(apart_db, account.id, revoked_at=days_ago(4), expires_at=days_ago(1))
    alive = [personal_token(apart_db, account.id).id,
             personal_token(apart_db, account.id, revoked_at=days_ago(1), expires_at=days_ago(2)).id]
    for days in (1, 4):
        insert_session(apart_db, account.id, str(days), expires_at=days_ago(days))
    assert apart.object('clean', 'tokens', '--days', '3') == {
        'blacklisted_tokens': 3, 'oauth2_tokens': 1, 'oauth2_codes': 4, 'personal_tokens': 3,
        'sessions': 1}
    assert apart_db.value('SELECT COUNT(*) FROM blacklisted_tokens') == 1
    assert [row['id'] for row in apart_db.rows('SELECT id FROM oauth2_token ORDER BY id')] == kept
    assert [row['id'] for row in apart_db.rows(
        'SELECT id FROM personal_tokens ORDER BY id')] == alive
    assert 'blacklisted_tokens' in apart.done('clean', 'tokens', '--days', '3')


def test_revoked_tokens_of_applications_are_deleted(apart, apart_db):
    account, seconds = insert_user(apart_db), int(time.time())
    old, new = seconds - 4 * 86400, seconds - 2 * 86400
    for revoked in ({'access_token_revoked_at': old}, {'refresh_token_revoked_at': old, 'expires_in': 0},
                    {'access_token_revoked_at': old, 'refresh_token_revoked_at': new}):
        oauth2_token(apart_db, account.id, **{'expires_in': 86400 * 10, **revoked})
    kept = oauth2_token(apart_db, account.id, expires_in=0, access_token_revoked_at=new).id
    assert apart.object('clean', 'tokens', '--days', '3')['oauth2_tokens'] == 3
    assert [row['id'] for row in apart_db.rows('SELECT id FROM oauth2_token')] == [kept]


@pytest.mark.parametrize(('last', 'days', 'deleted'), [
    ({}, 3, 1), ({'expires_in': 0, 'issued_at': 1}, 3, 1),  # usable: only the expired one goes
    ({'access_token_revoked_at': 1}, 0, 4), ({
        'refresh_token_revoked_at': 1}, 0, 4), ({'issued_at': 1}, 0, 4),
    ({'access_token_revoked_at': int(time.time())}, 3, 3)])
def test_revoked_tokens_of_a_grant_stay_until_they_expire_while_one_is_usable(
        apart, apart_db, last, days, deleted):
    """A refresh token that is used a second time is recognized by its row, and ends the grant."""
    account, rotated = insert_user(apart_db), int(time.time()) - 9 * 86400
    grant, other = 'g' * 32, 'h' * 32
    for issued_at in (1, rotated, rotated):
        oauth2_token(apart_db, account.id, issued_at=issued_at, access_token_revoked_at=rotated,
                     expires_in=10 * 86400, grant_id=grant)
    oauth2_token(apart_db, account.id, **{'grant_id': grant, **last})
    usable = oauth2_token(apart_db, account.id, grant_id=other).id
    assert apart.object('clean', 'tokens', '--days', days)['oauth2_tokens'] == deleted
    assert apart_db.value(
        'SELECT COUNT(*) FROM oauth2_token WHERE grant_id = %s',
        grant) == 4 - deleted
    assert apart_db.value('SELECT id FROM oauth2_token WHERE grant_id = %s', other) == usable


def test_more_rows_than_a_batch_are_deleted(apart, apart_db):
    failed_job(apart_db)
    apart_db.run('UPDATE jobs SET failed_at = %s', days_ago(9))
    for _ in range(14):
        apart_db.run('INSERT INTO jobs (kind, payload, run_after, failed_at, created_at) '
                     'SELECT kind, payload, run_after, failed_at, created_at FROM jobs')
    kept = [add_job(apart_db, created_at=days_ago(99)), failed_job(apart_db)]
    assert apart.object('clean', 'jobs', '--days', '8') == {'jobs': 16384}
    assert [row['id'] for row in apart_db.rows('SELECT id FROM jobs ORDER BY id')] == kept


def test_failed_cleanup_jobs_are_kept(apart, apart_db):
    kept = failed_job(apart_db)
    apart_db.run("UPDATE jobs SET kind = 'cleanup', failed_at = %s", days_ago(99))
    assert apart.object('clean', 'jobs', '--days', '30') == {'jobs': 0}
    assert [row['id'] for row in apart_db.rows('SELECT id FROM jobs')] == [kept]


def add_export(sql, root, *, days, size=None, **columns):
    """A completed archive of a new user, with its file if a size is given; returns its path."""
    account = insert_user(sql)
    name = f'archive_{unique()}.zip' if size is not None else None
    values = {'user_id': account.id, 'created_at': days_ago(days), 'completed': 1, 'file_name': name,
              'file_size': size}
    sql.insert('users_data_export', **{**values, **columns})
    path = root / 'uploads' / 'exports' / str(account.id) / (name or 'none')
    path.parent.mkdir(parents=True)
    if size:
        path.write_bytes(b'x' * size)
    return path


def test_old_archives_are_deleted_with_their_files(apart, apart_db, tmp_path):
    root = tmp_path / 'files'
    old = [
        add_export(
            apart_db,
            root,
            days=9,
            size=1000),
        add_export(
            apart_db,
            root,
            days=8,
            size=500)]
    add_export(apart_db, root, days=9)  # building it failed
    add_export(apart_db, root, days=9, file_name='')  # the same, as another program can store it
    add_export(apart_db, root, days=9, size=0)  # its file is missing
    young = add_export(apart_db, root, days=6, size=100)
    waiting = add_export(apart_db, root, days=9, size=100, completed=0)
    assert apart.object(
        'clean',
        'archives',
        '--days',
        '7') == {
        'rows': 5,
        'files': 2,
        'bytes': 1500}
    assert not any(path.exists() for path in old) and young.exists() and waiting.exists()
    assert apart_db.value('SELECT COUNT(*) FROM users_data_export') == 2


@pytest.mark.parametrize('name', ['../../precious', '..', '.'])
def test_a_file_outside_of_the_archives_is_never_deleted(apart, apart_db, tmp_path, name):
    precious = tmp_path / 'files' / 'uploads' / 'exports' / 'precious'
    add_export(apart_db, tmp_path / 'files', days=9, file_name=name)
    precious.write_text('x')
    answer = apart.run('clean', 'archives', '--days', '7')
    assert answer.returncode == 1 and precious.exists()
    assert apart_db.value('SELECT COUNT(*) FROM users_data_export') == 1


def test_archives_are_kept_without_an_upload_directory(apart):
    assert 'UPLOAD_FOLDER' in apart.refused('clean', 'archives', '--days', '7', UPLOAD_FOLDER='')


# ---- settings ----------------------------------------------------------

@pytest.fixture
def restored(app_config):
    """Restores the columns of app_config that the test changes."""
    return app_config


@pytest.mark.parametrize(('key', 'value', 'shown'), [
    ('max_users', '0', 0), ('max_users', '2147483647', 2147483647), ('gpx_limit_import', '3', 3),
    ('max_single_file_size', '1', 1), ('max_zip_file_size', '33554432', 33554432),
    ('admin_contact', 'a@b.org', 'a@b.org'), ('admin_contact', '', None),
    ('admin_contact', ' a@b.org ', 'a@b.org'), ('admin_contact', ' ', None), ('about', 'é ☃', 'é ☃'),
    ('about', '', None), ('privacy_policy', 'the text', 'the text'), ('privacy_policy', '', None)])
def test_a_setting_is_shown_by_get_config(admin, api, restored, key, value, shown):
    restored(privacy_policy='old', privacy_policy_date='2001-02-03 04:05:06', about='old')
    admin.done('settings', 'set', key, value)
    assert api.get('/api/config').json()['data'][key] == shown
    assert admin.object('settings', 'list')[key] == shown
    assert key in admin.done('settings', 'list')


def test_a_privacy_policy_has_the_date_of_its_change(admin, api, db, restored):
    restored(privacy_policy=None, privacy_policy_date=None)
    text = 'A policy\nin "two" lines é\n'
    admin.done('settings', 'set', 'privacy_policy', '-', stdin=text.encode())
    row = db.row('SELECT privacy_policy, privacy_policy_date FROM app_config')
    assert row['privacy_policy'] == text and now(
    ) - row['privacy_policy_date'] < timedelta(minutes=1)
    assert api.get('/api/config').json()['data']['privacy_policy'] == text
    admin.done('settings', 'set', 'privacy_policy', '')
    assert set(
        db.row('SELECT privacy_policy, privacy_policy_date FROM app_config').values()) == {None}


@pytest.mark.parametrize(('value', 'stored'), [
    ('2026-11-22', '2026-11-22T00:00:00Z'), ('2026-11-22T19:00:01Z', '2026-11-22T19:00:01Z'),
    ('2026-11-22 19:00:01', '2026-11-22T19:00:01Z'), ('', None)])
def test_the_date_of_the_policy_can_be_set(admin, restored, value, stored):
    restored(privacy_policy='x')
    admin.done('settings', 'set', 'privacy_policy_date', value)
    assert admin.object('settings', 'list')['privacy_policy_date'] == stored


@pytest.mark.parametrize(('key', 'value', 'message'), [
    ('max_users', '-1', 'from 0'), ('max_users', '2147483648', 'from 0'), ('max_users', '', 'from 0'),
    ('max_users', '1.5', 'from 0'), ('gpx_limit_import', '0', 'from 1'),
    ('max_zip_file_size', '33554433', 'nginx'), ('max_zip_file_size', '1000', 'max_single_file_size'),
    ('max_single_file_size', '33554432', 'max_zip_file_size'), ('admin_contact', 'x', 'valid email'),
    ('privacy_policy_date', '2026-02-30', 'must be a time'), ('privacy_policy_date', 'x', 'must be a time'),
    ('about', 'x' * 65536, '65535'), ('id', '7', 'unrecognized setting')])
def test_an_invalid_value_is_rejected(admin, db, key, value, message):
    before = db.row('SELECT * FROM app_config')
    assert message in admin.refused('settings', 'set', '--', key, value)
    assert db.row('SELECT * FROM app_config') == before


@pytest.mark.parametrize('text', [b'x' * 65536, b'\xff', b'a\0b'])
def test_a_policy_must_be_text(admin, text):
    admin.refused('settings', 'set', 'privacy_policy', '-', stdin=text)


def test_a_missing_row_of_app_config_is_reported(apart, apart_db):
    apart_db.run('DELETE FROM app_config')
    assert 'app_config' in apart.refused('settings', 'set', 'max_users', '3')
    assert 'app_config' in apart.refused('settings', 'list')


# ---- totals ------------------------------------------------------------

def user_with_workouts(sql, workouts):
    account = insert_user(sql)
    for number in range(workouts):
        workout = insert_workout(sql, account.id, number % 5 + 1, distance='1.234', ascent=None)
        if number < 5:
            insert_record(sql, workout, 'MS', 100 + number)
    return account


def totals_of(sql, account):
    row = sql.row('SELECT * FROM user_totals WHERE user_id = %s', account.id)
    row.pop('changes')
    return {**row, 'sports': json.loads(row['sports']), 'records': json.loads(row['records'])}


DAMAGES = ['nb_workouts = nb_workouts + 1', 'total_distance = total_distance + 0.001',
           'total_ascent = 7', 'total_duration = 0', "sports = '{}'", "records = '{}'",
           "sports = JSON_SET(sports, '$.\"1\"', 99)", 'nb_workouts = NULL', 'records = NULL']


@pytest.mark.parametrize('damage', [*DAMAGES, None])
def test_wrong_totals_are_found_and_corrected(apart, apart_db, damage):
    right, wrong = user_with_workouts(apart_db, 12), user_with_workouts(apart_db, 7)
    empty, good = insert_user(apart_db), totals_of(apart_db, wrong)
    assert apart.objects('totals', 'verify') == []
    if damage:
        apart_db.run(f'UPDATE user_totals SET {damage} WHERE user_id = %s', wrong.id)
    else:
        apart_db.run('DELETE FROM user_totals WHERE user_id = %s', wrong.id)
    answer = apart.run('totals', 'verify', '--json')
    assert answer.returncode == 1
    assert json.loads(answer.stdout) == {'id': wrong.id, 'username': wrong.username}
    assert apart.done('totals', 'verify', right.username) == ''
    assert apart.done('totals', 'rebuild', empty.username) == ''
    assert apart.object('totals', 'rebuild')['id'] == wrong.id
    assert totals_of(apart_db, wrong) == good
    assert apart.objects('totals', 'verify') == []
    insert_workout(apart_db, wrong.id)
    assert totals_of(apart_db, wrong)['nb_workouts'] == 8


def test_totals_are_right_while_workouts_are_added(apart, apart_db, in_parallel, scratch):
    account = user_with_workouts(apart_db, 3)
    with scratch.connect() as writer:
        def write():
            for _ in range(150):
                insert_workout(writer, account.id)

        def rebuild():
            return [apart.run('totals', word).returncode for word in ('rebuild', 'verify') * 6]

        _written, statuses = in_parallel([write, rebuild])
    assert set(statuses) == {0}
    assert apart.objects('totals', 'verify') == []
    assert totals_of(apart_db, account)['nb_workouts'] == 153


def test_without_triggers_there_are_no_totals(programs, empty_database):
    made = empty_database('SELECT, INSERT, UPDATE, DELETE, CREATE, DROP, ALTER, INDEX, REFERENCES')
    assert programs.migrate(made).returncode == 0
    command = Command(programs, made)
    answer = command.run('totals', 'verify')
    assert answer.returncode == 0 and 'migration 3' in answer.stderr
    assert 'migration 3' in command.refused('totals', 'rebuild')
