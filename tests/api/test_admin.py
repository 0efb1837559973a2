"""`fitgate-admin` but for its users: help, tokens, jobs, clean, settings, totals, doctor."""

import json
import re
import time
from datetime import timedelta

import pytest

from support import database
from support.answers import BADTOKEN, exact
from support.mail import Catcher
from support.operator import Command
from support.people import insert_record, insert_user, insert_workout, now, unique
from support.scoped import SCOPES, oauth2_token, personal_token
from support.tokens import sha256_hex

COMMANDS = [*(['users', word] for word in ('create', 'list', 'show', 'update', 'delete')),
            *(['tokens', word] for word in ('create', 'list', 'revoke')),
            *(['jobs', word] for word in ('list', 'show', 'retry', 'drop')),
            *(['clean', word] for word in ('tokens', 'archives', 'jobs')),
            ['settings', 'list'], ['settings', 'set'], ['totals', 'verify'], ['totals', 'rebuild'],
            ['import', 'fittrackee'], ['migrate'], ['doctor']]


@pytest.fixture
def admin(programs):
    return Command(programs)


@pytest.fixture
def apart(programs, scratch, tmp_path):
    """On a database of the test's own, that no worker looks at, with a folder for files."""
    folder = tmp_path / 'files'
    folder.mkdir(mode=0o700)
    return Command(programs, scratch, {'UPLOAD_FOLDER': str(folder)})


@pytest.fixture
def apart_db(scratch):
    with scratch.connect() as sql:
        yield sql


# ---- help and usage -------------------------------------------------------------------------------

@pytest.mark.parametrize('words', COMMANDS, ids=' '.join)
def test_every_command_has_help_without_a_database(admin, words):
    said = admin.done(*words, '--help', DATABASE_URL='')
    assert said.startswith(f'usage: fitgate-admin {" ".join(words)}')
    assert re.search(r'^[A-Z].*\.$', said, re.MULTILINE)


def test_the_help_names_every_command(admin):
    said = admin.done('--help')
    for words in COMMANDS:
        assert f'  {" ".join(words)} ' in said
    assert 'tokens revoke' in admin.done('tokens', '--help')


@pytest.mark.parametrize('words', [
    [], ['nonsense'], ['tokens'], ['tokens', 'create', 'sam'], ['tokens', 'create', 'sam', '--name', 'x'],
    ['tokens', 'create', 'sam', '--name', 'x', '--scopes', 'profile:read', '--days', '0'],
    ['tokens', 'create', 'sam', '--name', 'x', '--scopes', 'profile:read', '--days', 'x'],
    ['tokens', 'revoke'], ['jobs', 'show'], ['jobs', 'retry'], ['jobs', 'retry', '1', '--all'],
    ['jobs', 'drop'], ['clean', 'tokens'], ['clean', 'archives', '--days', '-1'],
    ['clean', 'jobs', '--days', '99999999999999999999'], ['settings', 'set', 'about'],
    ['settings', 'set', 'about', 'x', 'y'], ['settings', 'list', 'x'], ['totals', 'verify', 'a', 'b'],
    ['migrate', 'x'], ['migrate', '--json'], ['doctor', 'x']])
def test_wrong_usage(admin, words):
    admin.misused(*words)


@pytest.mark.parametrize('words', [['users', 'list'], ['users', 'show', 'x'], ['tokens', 'list'],
                                   ['jobs', 'list'], ['clean', 'jobs', '--days', '1'],
                                   ['settings', 'list'], ['totals', 'verify']])
def test_without_a_database_one_line_says_so(admin, words):
    url = 'mysql://someone:hidden@localhost/x?unix_socket=/nonexistent/socket'
    assert 'hidden' not in admin.refused(*words, DATABASE_URL=url)


# ---- tokens ---------------------------------------------------------------------------------------

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
    assert token not in admin.done('tokens', 'list') and row['token'] not in admin.done('tokens', 'list')


def test_every_scope_at_once_and_no_end(admin, user, db):
    admin.done('tokens', 'create', user.email, '--name', 'é' * 100, '--scopes', ' '.join(SCOPES))
    row = db.row('SELECT scope, expires_at FROM personal_tokens WHERE user_id = %s', user.id)
    assert row == {'scope': ' '.join(SCOPES), 'expires_at': None}


@pytest.mark.parametrize(('name', 'scopes'), [
    ('x', 'profile:reads'), ('x', 'profile'), ('x', ''), ('x', ' '), ('x', 'profile:read,users:read'),
    ('x', 'PROFILE:READ'), ('x', 'x' * 300), ('', 'profile:read'), ('x' * 101, 'profile:read')])
def test_a_token_of_no_known_scope_or_name_is_refused(admin, user, db, name, scopes):
    admin.refused('tokens', 'create', user.username, '--name', name, '--scopes', scopes)
    assert db.value('SELECT COUNT(*) FROM personal_tokens WHERE user_id = %s', user.id) == 0


@pytest.mark.parametrize('number', ['0', '2000000000', 'x', '99999999999999999999'])
def test_a_token_that_does_not_exist_is_told(admin, number):
    assert 'there is no token' in admin.refused('tokens', 'revoke', number)


# ---- jobs -----------------------------------------------------------------------------------------

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


def test_a_job_is_shown_without_any_token(apart, apart_db):
    """A letter as `users update --confirm` leaves it in the queue."""
    account = insert_user(apart_db)
    apart.done('users', 'update', account.username, '--email', 'new@example.org', '--confirm')
    rows = apart_db.rows('SELECT id, payload FROM jobs ORDER BY id')
    secrets = [found for row in rows for found in re.findall(r'token=([A-Za-z0-9_-]+)', row['payload'])]
    assert len(secrets) == 1
    for row in rows:
        for said in (apart.done('jobs', 'show', row['id']),
                     apart.done('jobs', 'show', row['id'], '--json')):
            assert secrets[0] not in said
    shown = apart.object('jobs', 'show', rows[1]['id'])['payload']
    assert shown['link'].endswith('?token=…') and shown['to'] == 'new@example.org'


@pytest.mark.parametrize('payload', [
    {'a': [{'b': 'x?token=eyJh.eyJi.c-_&more=1 and token=second end'}]}, 'token=alone',
    {'link': 'https://x.example/?x=1&token=' + 'A' * 5000}])
def test_tokens_are_left_out_wherever_they_are(apart, apart_db, payload):
    job = add_job(apart_db, payload=json.dumps(payload))
    said = json.dumps(apart.object('jobs', 'show', job)['payload'], ensure_ascii=False)
    assert 'token=…' in said and not re.search('token=[^…]|eyJ|second|alone|AAA', said)


def test_a_payload_that_is_no_json_is_not_shown(apart, apart_db):
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


# ---- clean ----------------------------------------------------------------------------------------

def days_ago(days):
    return now() - timedelta(days=days)


def test_tokens_that_ended_long_ago_go(apart, apart_db):
    account, seconds = insert_user(apart_db), int(time.time())
    for days in (1, 4, 5, 6):
        apart_db.insert('blacklisted_tokens', token=sha256_hex(str(days)),
                        expired_at=seconds - days * 86400, blacklisted_on=now())
    oauth2_token(apart_db, account.id, issued_at=seconds - 10 * 86400, expires_in=86400)
    kept = [oauth2_token(apart_db, account.id, issued_at=1, expires_in=0).id,
            oauth2_token(apart_db, account.id, issued_at=seconds - 10 * 86400, expires_in=864000).id]
    personal_token(apart_db, account.id, expires_at=days_ago(4))
    personal_token(apart_db, account.id, revoked_at=days_ago(4))
    personal_token(apart_db, account.id, revoked_at=days_ago(4), expires_at=days_ago(1))
    alive = [personal_token(apart_db, account.id).id,
             personal_token(apart_db, account.id, revoked_at=days_ago(1), expires_at=days_ago(2)).id]
    assert apart.object('clean', 'tokens', '--days', '3') == {
        'blacklisted_tokens': 3, 'oauth2_tokens': 1, 'personal_tokens': 3}
    assert apart_db.value('SELECT COUNT(*) FROM blacklisted_tokens') == 1
    assert [row['id'] for row in apart_db.rows('SELECT id FROM oauth2_token ORDER BY id')] == kept
    assert [row['id'] for row in apart_db.rows('SELECT id FROM personal_tokens ORDER BY id')] == alive
    assert 'blacklisted_tokens' in apart.done('clean', 'tokens', '--days', '3')


def test_more_rows_than_a_batch_go(apart, apart_db):
    failed_job(apart_db)
    apart_db.run('UPDATE jobs SET failed_at = %s', days_ago(9))
    for _ in range(14):
        apart_db.run('INSERT INTO jobs (kind, payload, run_after, failed_at, created_at) '
                     'SELECT kind, payload, run_after, failed_at, created_at FROM jobs')
    kept = [add_job(apart_db, created_at=days_ago(99)), failed_job(apart_db)]
    assert apart.object('clean', 'jobs', '--days', '8') == {'jobs': 16384}
    assert [row['id'] for row in apart_db.rows('SELECT id FROM jobs ORDER BY id')] == kept


def test_what_remembers_files_is_not_cleaned_away(apart, apart_db):
    kept = failed_job(apart_db)
    apart_db.run("UPDATE jobs SET kind = 'cleanup', failed_at = %s", days_ago(99))
    assert apart.object('clean', 'jobs', '--days', '30') == {'jobs': 0}
    assert [row['id'] for row in apart_db.rows('SELECT id FROM jobs')] == [kept]


def add_export(sql, root, *, days, size=None, **columns):
    """A completed archive of a new user, with its file when a size is given; returns its path."""
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


def test_old_archives_go_with_their_files(apart, apart_db, tmp_path):
    root = tmp_path / 'files'
    old = [add_export(apart_db, root, days=9, size=1000), add_export(apart_db, root, days=8, size=500)]
    add_export(apart_db, root, days=9)  # building it failed
    add_export(apart_db, root, days=9, file_name='')  # the same, as other programs may say it
    add_export(apart_db, root, days=9, size=0)  # its file is gone
    young = add_export(apart_db, root, days=6, size=100)
    waiting = add_export(apart_db, root, days=9, size=100, completed=0)
    assert apart.object('clean', 'archives', '--days', '7') == {'rows': 5, 'files': 2, 'bytes': 1500}
    assert not any(path.exists() for path in old) and young.exists() and waiting.exists()
    assert apart_db.value('SELECT COUNT(*) FROM users_data_export') == 2


@pytest.mark.parametrize('name', ['../../precious', '..', '.'])
def test_an_archive_is_never_looked_for_elsewhere(apart, apart_db, tmp_path, name):
    precious = tmp_path / 'files' / 'uploads' / 'exports' / 'precious'
    add_export(apart_db, tmp_path / 'files', days=9, file_name=name)
    precious.write_text('x')
    answer = apart.run('clean', 'archives', '--days', '7')
    assert answer.returncode == 1 and precious.exists()
    assert apart_db.value('SELECT COUNT(*) FROM users_data_export') == 1


def test_archives_without_a_folder_are_left_alone(apart):
    assert 'UPLOAD_FOLDER' in apart.refused('clean', 'archives', '--days', '7', UPLOAD_FOLDER='')


# ---- settings -------------------------------------------------------------------------------------

@pytest.fixture
def restored(app_config):
    """Whatever the test changes in app_config is undone."""
    return app_config


@pytest.mark.parametrize(('key', 'value', 'shown'), [
    ('max_users', '0', 0), ('max_users', '2147483647', 2147483647), ('gpx_limit_import', '3', 3),
    ('max_single_file_size', '1', 1), ('max_zip_file_size', '33554432', 33554432),
    ('admin_contact', 'a@b.org', 'a@b.org'), ('admin_contact', '', None), ('about', 'é ☃', 'é ☃'),
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
    assert row['privacy_policy'] == text and now() - row['privacy_policy_date'] < timedelta(minutes=1)
    assert api.get('/api/config').json()['data']['privacy_policy'] == text
    admin.done('settings', 'set', 'privacy_policy', '')
    assert set(db.row('SELECT privacy_policy, privacy_policy_date FROM app_config').values()) == {None}


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
    ('privacy_policy_date', '2026-02-30', 'a time'), ('privacy_policy_date', 'x', 'a time'),
    ('about', 'x' * 65536, '65535'), ('id', '7', 'no setting')])
def test_a_value_that_cannot_be_is_refused(admin, db, key, value, message):
    before = db.row('SELECT * FROM app_config')
    assert message in admin.refused('settings', 'set', '--', key, value)
    assert db.row('SELECT * FROM app_config') == before


@pytest.mark.parametrize('octets', [b'x' * 65536, b'\xff', b'a\0b'])
def test_what_is_no_text_is_no_policy(admin, octets):
    admin.refused('settings', 'set', 'privacy_policy', '-', stdin=octets)


def test_without_its_row_there_is_nothing_to_set(apart, apart_db):
    apart_db.run('DELETE FROM app_config')
    assert 'app_config' in apart.refused('settings', 'set', 'max_users', '3')
    assert 'app_config' in apart.refused('settings', 'list')


# ---- totals ---------------------------------------------------------------------------------------

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
def test_wrong_totals_are_found_and_counted_anew(apart, apart_db, damage):
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


def test_totals_are_right_while_others_write(apart, apart_db, in_parallel, scratch):
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


# ---- doctor ---------------------------------------------------------------------------------------

CHECKS = ['settings', 'secret', 'password hash', 'upload folder', 'mail', 'database', 'schema',
          'rights', 'triggers', 'app_config', 'clock', 'jobs']


def wrong_checks(command, **settings):
    """What the doctor finds: {check: text}."""
    answer = command.run('doctor', '--json', **settings)
    found = {}
    for line in answer.stdout.splitlines():
        one = json.loads(line)
        if not one['ok']:
            found[one['check']] = one['text']
    assert answer.returncode == (1 if found else 0) and not answer.stderr, answer.stderr
    return found


def test_a_sound_system_is_found_sound_and_left_as_it_is(apart, apart_db):
    before = apart_db.checksums()
    assert [one['check'] for one in apart.objects('doctor')] == CHECKS
    lines = apart.done('doctor').splitlines()
    assert [line.startswith(f'ok {check}: ') for line, check in zip(lines, CHECKS)] == [True] * 12
    assert apart_db.checksums() == before


@pytest.mark.parametrize(('settings', 'check', 'words'), [
    ({'APP_SECRET_KEY': ''}, 'settings', 'APP_SECRET_KEY'),
    ({'APP_SECRET_KEY': 'short'}, 'secret', '32'),
    ({'EMAIL_URL': 'nonsense'}, 'settings', 'EMAIL_URL'),
    ({'PASSWORD_HASH': '$nonsense$4'}, 'settings', 'PASSWORD_HASH'),
    ({'UPLOAD_FOLDER': ''}, 'upload folder', 'UPLOAD_FOLDER'),
    ({'UPLOAD_FOLDER': '/nonexistent'}, 'upload folder', 'make it'),
    ({'UPLOAD_FOLDER': '/etc/passwd'}, 'upload folder', 'no folder'),
    ({'UPLOAD_FOLDER': '/proc'}, 'upload folder', 'everybody'),
    ({'EMAIL_URL': 'smtp://127.0.0.1:1'}, 'mail', 'EMAIL_URL'),
    ({'DATABASE_URL': 'mysql://u:hidden@localhost/x?unix_socket=/nonexistent'}, 'database',
     'DATABASE_URL')])
def test_a_wrong_setting_is_found(apart, settings, check, words):
    found = wrong_checks(apart, **settings)
    assert words in found[check] and not any('hidden' in text for text in found.values())


def test_a_mail_log_in_that_is_refused_is_found(apart, tmp_path):
    (tmp_path / 'password').write_text('hidden1')
    with Catcher(tmp_path / 'smtp', '--user', 'sam', '--password-file',
                 tmp_path / 'password') as catcher:
        good = f'smtp://sam:hidden1@127.0.0.1:{catcher.port}'
        assert 'mail' not in wrong_checks(apart, EMAIL_URL=good)
        assert catcher.mails.all() == []
        found = wrong_checks(apart, EMAIL_URL=good.replace('hidden1', 'hidden2'))
        assert 'hidden' not in found['mail']


@pytest.mark.parametrize(('damage', 'check', 'words'), [
    ('DELETE FROM app_config', 'app_config', 'exactly one row'),
    ('INSERT INTO app_config () VALUES ()', 'app_config', 'exactly one row'),
    ('DELETE FROM schema_version WHERE version = 4', 'schema', 'migrate'),
    ('UPDATE schema_version SET version = 999 WHERE version = 4', 'schema', 'another version'),
    ("UPDATE schema_version SET state = 'applying' WHERE version = 2", 'schema', 'migrate'),
    ("UPDATE schema_version SET checksum = '' WHERE version = 2", 'schema', 'another version'),
    ('DROP TABLE schema_version', 'schema', 'migrate'),
    ('DROP TABLE throttle', 'rights', 'throttle'),
    ('DROP TRIGGER fitgate_users_insert', 'triggers', 'rebuild'),
    ('DROP TRIGGER fitgate_workouts_update', 'triggers', 'rebuild'),
    ("INSERT INTO jobs (kind, payload, run_after, failed_at, created_at) VALUES "
     "('mail', '{}', NOW(), NOW(), NOW())", 'jobs', '1 failed')])
def test_a_damaged_database_is_found(apart, apart_db, damage, check, words):
    apart_db.run(damage)
    assert words in wrong_checks(apart)[check]


def test_an_account_without_a_right_is_found(apart, scratch, stack):
    with database.root_sql(stack) as root:
        root.run(f'REVOKE DELETE ON {scratch.name}.* FROM {scratch.user}@localhost')
    found = wrong_checks(apart)
    assert 'DELETE' in found.pop('rights') and not found


def test_triggers_of_an_account_that_is_gone_are_found(apart, scratch, stack, programs):
    """The account of DATABASE_URL is replaced by another one, as on a move to another server."""
    other = unique('t')
    with database.root_sql(stack) as root:
        root.run(f"CREATE USER {other}@localhost IDENTIFIED BY 'x'")
        root.run(f'GRANT ALL PRIVILEGES ON {scratch.name}.* TO {other}@localhost')
        root.run(f'RENAME USER {scratch.user}@localhost TO {scratch.user}@gone.example')
        try:
            moved = database.Database(scratch.name, other, 'x', scratch.socket)
            found = wrong_checks(Command(programs, moved, apart.settings | {
                'DATABASE_URL': moved.url}))
        finally:
            root.run(f'RENAME USER {scratch.user}@gone.example TO {scratch.user}@localhost')
            root.run(f'DROP USER {other}@localhost')
    assert scratch.user in found['triggers']
