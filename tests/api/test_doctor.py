"""`fitgate-admin doctor`: the problems that it finds, and its reports."""

import json
from dataclasses import replace

import pytest

from tests.api.support.admin_command import Command
from tests.api.support.mail import Catcher
from tests.harness.database_programs import identified_by
from tests.harness.people import unique
from tests.harness.sql import root_sql


CHECKS = ['settings', 'secret', 'password hash', 'upload directory', 'picture filter', 'mail', 'database',
          'schema', 'privileges', 'triggers', 'app_config', 'character set', 'clock', 'jobs', 'queued mail']


def failed_checks(command, **settings):
    """The problems that the doctor finds: {check: text}."""
    answer = command.run('doctor', '--json', **settings)
    found = {}
    for line in answer.stdout.splitlines():
        one = json.loads(line)
        if not one['ok']:
            found[one['check']] = one['text']
    assert answer.returncode == (1 if found else 0) and not answer.stderr, answer.stderr
    return found


def test_a_sound_system_passes_and_is_not_changed(apart, apart_db):
    before = apart_db.checksums()
    assert [one['check'] for one in apart.objects('doctor')] == CHECKS
    lines = apart.done('doctor').splitlines()
    assert [line.startswith(f'OK {check}: ')
            for line, check in zip(lines, CHECKS)] == [True] * len(CHECKS)
    assert apart_db.checksums() == before


@pytest.mark.parametrize(('settings', 'check', 'words'), [
    ({'APP_SECRET_KEY': ''}, 'settings', 'APP_SECRET_KEY'),
    ({'EMAIL_URL': 'nonsense'}, 'settings', 'EMAIL_URL'),
    ({'PASSWORD_HASH': '$nonsense$4'}, 'settings', 'PASSWORD_HASH'),
    ({'UPLOAD_FOLDER': ''}, 'upload directory', 'UPLOAD_FOLDER'),
    ({'UPLOAD_FOLDER': '/nonexistent'}, 'upload directory', 'create'),
    ({'UPLOAD_FOLDER': '/etc/passwd'}, 'upload directory', 'not a directory'),
    ({'UPLOAD_FOLDER': '/proc'}, 'upload directory', 'every account'),
    ({'EMAIL_URL': 'smtp://127.0.0.1:1'}, 'mail', 'EMAIL_URL'),
    ({'DATABASE_URL': 'mysql://u:hidden@localhost/x?unix_socket=/nonexistent'}, 'database',
     'DATABASE_URL')])
def test_a_wrong_setting_is_found(apart, settings, check, words):
    found = failed_checks(apart, **settings)
    assert words in found[check] and not any('hidden' in text for text in found.values())


def test_a_rejected_login_to_the_mail_server_is_found(apart, tmp_path):
    (tmp_path / 'password').write_text('hidden1')
    with Catcher(tmp_path / 'smtp', '--user', 'sam', '--password-file',
                 tmp_path / 'password') as catcher:
        good = f'smtp://sam:hidden1@127.0.0.1:{catcher.port}'
        assert 'mail' not in failed_checks(apart, EMAIL_URL=good)
        assert catcher.mails.all() == []
        found = failed_checks(apart, EMAIL_URL=good.replace('hidden1', 'hidden2'))
        assert 'hidden' not in found['mail']


@pytest.mark.parametrize(('damage', 'check', 'words'), [
    ('DELETE FROM app_config', 'app_config', 'exactly one row'),
    ('INSERT INTO app_config () VALUES ()', 'app_config', 'exactly one row'),
    ('DELETE FROM schema_version WHERE version = 4', 'schema', 'migrate'),
    ('UPDATE schema_version SET version = 999 WHERE version = 4', 'schema', 'another version'),
    ("UPDATE schema_version SET state = 'applying' WHERE version = 2", 'schema', 'migrate'),
    ("UPDATE schema_version SET checksum = '' WHERE version = 2", 'schema', 'another version'),
    ('DROP TABLE schema_version', 'schema', 'migrate'),
    ('DROP TABLE throttle', 'privileges', 'throttle'),
    ('DROP TRIGGER fitgate_users_insert', 'triggers', 'rebuild'),
    ('DROP TRIGGER fitgate_workouts_update', 'triggers', 'rebuild'),
    ("INSERT INTO jobs (kind, payload, run_after, failed_at, created_at) VALUES "
     "('mail', '{}', NOW(), NOW(), NOW())", 'jobs', '1 failed')])
def test_a_damaged_database_is_found(apart, apart_db, damage, check, words):
    apart_db.run(damage)
    assert words in failed_checks(apart)[check]


def test_a_missing_privilege_is_found(apart, scratch, stack):
    with root_sql(stack) as root:
        root.run(f'REVOKE DELETE ON {scratch.name}.* FROM {scratch.user}@localhost')
    found = failed_checks(apart)
    assert 'DELETE' in found.pop('privileges') and not found


def results(command, **settings):
    """The doctor's report: {check: (result, text)}."""
    answer = command.run('doctor', '--json', **settings)
    lines = [json.loads(line) for line in answer.stdout.splitlines()]
    return {line['check']: (line['result'], line['text']) for line in lines}


def test_a_warning_is_not_a_failure(apart):
    assert 'WARN secret: ' in apart.done('doctor', APP_SECRET_KEY='short')


def test_a_short_key_is_warned_about(apart):
    result, text = results(apart, APP_SECRET_KEY='x' * 31)['secret']
    assert result == 'WARN' and '32 random bytes' in text
    assert results(apart, APP_SECRET_KEY='x' * 32)['secret'][0] == 'OK'


def test_missing_triggers_are_warned_about(programs, empty_database):
    made = empty_database('SELECT, INSERT, UPDATE, DELETE, CREATE, DROP, ALTER, INDEX, REFERENCES')
    assert programs.migrate(made).returncode == 0
    result, text = results(Command(programs, made))['triggers']
    assert result == 'WARN' and 'grant TRIGGER' in text


def test_triggers_of_a_deleted_database_account_are_found(apart, scratch, stack, programs):
    """Another account replaces that of DATABASE_URL, as after a move to another server."""
    other = unique('t')
    with root_sql(stack) as root:
        root.run(f'CREATE USER {other}@localhost {identified_by("x")}')
        root.run(f'GRANT ALL PRIVILEGES ON {scratch.name}.* TO {other}@localhost')
        root.run(f'RENAME USER {scratch.user}@localhost TO {scratch.user}@gone.example')
        try:
            moved = replace(scratch, user=other, password='x')
            found = failed_checks(Command(programs, moved, apart.settings | {
                'DATABASE_URL': moved.url}))
        finally:
            root.run(f'RENAME USER {scratch.user}@gone.example TO {scratch.user}@localhost')
            root.run(f'DROP USER {other}@localhost')
    assert scratch.user in found['triggers']


def test_the_checks_of_the_worker_log_no_error(apart, scratch, programs):
    """In particular on servers that have no variables of Galera."""
    with scratch.connect() as sql:
        assert sql.value('SELECT COUNT(*) FROM findings') == 0  # so the checks are due
        done = programs.run(
            'worker',
            '--once',
            settings={
                'DATABASE_URL': scratch.url,
                **apart.settings})
        assert done.returncode == 0 and b'level=error' not in done.stderr
        assert sql.value("SELECT COUNT(*) FROM findings WHERE name = 'clock'") == 1
        assert sql.value('SELECT COUNT(*) FROM recent_errors') == 0
