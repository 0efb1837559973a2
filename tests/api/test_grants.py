"""The limits of each program's own database account (sql/grants.sql). That the privileges are
sufficient is shown by all other tests, which run with these accounts."""

import contextlib

import pymysql
import pytest

from tests.api.support.admin_command import Command
from tests.harness.database import OWN_ACCOUNTS

# they check a password or bind a reset link to it
READ_HASHES = {'login', 'profile', 'pages', 'users', 'worker'}
DENIED = {1142, 1143, 1044, 1370}  # table, column, database, routine


@pytest.fixture
def denied(stack):
    """Whether the database denies a statement to a program's account. Any other failure is an error."""
    def ask(program, sql):
        connection = pymysql.connect(
            unix_socket=str(stack.database.socket), user=f'{stack.database.user}_{program}',
            password=stack.database.password, database=stack.database.name)
        with contextlib.closing(connection), connection.cursor() as cursor:
            try:
                cursor.execute(sql)
            except pymysql.MySQLError as error:
                assert error.args[0] in DENIED, error
                return True
        return False
    return ask


@pytest.mark.parametrize('program', OWN_ACCOUNTS)
def test_only_programs_that_check_passwords_can_read_their_hashes(denied, program):
    assert denied(program, 'SELECT password FROM users WHERE 1 = 0') == (program not in READ_HASHES)


ADD_JOB = ("INSERT INTO jobs (kind, payload, run_after, created_at) "
           "VALUES ('{}', '{{}}', UTC_TIMESTAMP(), UTC_TIMESTAMP())")
KINDS = {'register': {'mail'}, 'login': {'mail'}, 'profile': {'mail'}, 'export': {'export'},
         'pages': {'mail', 'export', 'cleanup'},
         'users': {'mail', 'cleanup'}, 'worker': {'mail', 'export', 'cleanup'}}


@pytest.mark.parametrize('program', OWN_ACCOUNTS)
@pytest.mark.parametrize('kind', ['mail', 'export', 'cleanup', 'other'])
def test_a_program_adds_only_its_own_kinds_of_jobs(denied, program, kind):
    """The worker can add all kinds. (Nothing is committed.)"""
    if program == 'worker':
        assert not denied(program, ADD_JOB.format(kind))
    else:
        assert denied(program, ADD_JOB.format(kind)) == (kind not in KINDS.get(program, ()))


@pytest.mark.parametrize('kind', ['mail', 'export', 'cleanup'])
def test_only_these_programs_delete_jobs_and_pages_only_mail(denied, db, kind):
    db.run(ADD_JOB.format(kind).replace('UTC_TIMESTAMP()', "'2999-01-01'"))
    delete = "DELETE FROM jobs WHERE id = (SELECT * FROM (SELECT MAX(id) FROM jobs) AS newest)"
    try:
        for program in OWN_ACCOUNTS:
            allowed = {'worker', 'clean', 'users', *(['pages'] if kind == 'mail' else [])}
            assert denied(program, delete) == (program not in allowed), program
    finally:
        db.run("DELETE FROM jobs WHERE run_after = '2999-01-01'")


STORE_ERROR = ("INSERT INTO recent_errors (program, slot, digest, message, request, first_at, last_at) "
               "VALUES ('x', 1, 1, 'x', 'x', UTC_TIMESTAMP(), UTC_TIMESTAMP())")
REPLACE_ERROR = ("UPDATE recent_errors SET first_at = IF(digest = 2, first_at, UTC_TIMESTAMP()), digest = 2, "
                 "message = 'y', request = 'y', last_at = UTC_TIMESTAMP() WHERE program = 'x' AND slot = 1")


@pytest.mark.parametrize('program', OWN_ACCOUNTS)
def test_each_program_stores_its_errors_and_only_users_reads_them(denied, program):
    """(Nothing is committed.)"""
    for change in (STORE_ERROR, REPLACE_ERROR):
        assert denied(program, change) == (program == 'clean')
    assert denied(program, 'SELECT message FROM recent_errors') == (program != 'users')
    assert denied(
        program,
        'SELECT explanation FROM findings') == (
        program not in (
            'users',
            'worker'))
    assert denied(program, 'DELETE FROM recent_errors WHERE last_at < 0') == (program != 'worker')


def test_no_program_can_register_an_administrator(denied):
    columns = 'username, email, password, created_at'
    values = "'x', 'x@example.org', 'x', UTC_TIMESTAMP()"
    assert denied(
        'register',
        f'INSERT INTO users ({columns}, admin) SELECT {values}, 1 FROM users WHERE 1 = 0')
    assert not denied(
        'register',
        f'INSERT INTO users ({columns}) SELECT {values} FROM users WHERE 1 = 0')


@pytest.mark.parametrize('command', [
    ('tokens', '--days', '36500'), ('archives', '--days', '36500'), ('jobs', '--days', '36500'),
    ('accounts',)])
def test_the_cleanup_works_with_the_privileges_of_its_account(programs, stack, command):
    url = stack.database.url(f'{stack.database.user}_clean')
    done = programs.run('admin', 'clean', *command,
                        settings={'DATABASE_URL_ADMIN': url, 'APP_SECRET_KEY': ''})
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize('program', OWN_ACCOUNTS)
@pytest.mark.parametrize('sql', [
    'UPDATE personal_tokens SET scope = scope WHERE 1 = 0',
    'DROP TABLE users', 'CREATE TABLE x (y INT)',
    'ALTER TABLE users ADD x INT'])
def test_no_program_has_the_privileges_of_the_administrator(denied, program, sql):
    assert denied(program, sql)


@pytest.mark.parametrize('program', OWN_ACCOUNTS)
@pytest.mark.parametrize(('sql', 'allowed'), [
    # to remove accounts that were never confirmed
    ('DELETE FROM users WHERE 1 = 0', {'worker', 'clean', 'pages', 'users'}),
    # administrators
    ('UPDATE users SET admin = 1 WHERE 1 = 0', {'users'}),
    ('UPDATE app_config SET max_users = 0 WHERE 1 = 0', {'users'}),
    ('UPDATE sports SET is_active = 1 WHERE 1 = 0', {'users'}),
    ('DELETE FROM workouts WHERE 1 = 0', {'pages', 'users'}),
    # to activate the registration that a link was mailed for
    ('UPDATE users SET username = username WHERE 1 = 0', {'login', 'pages'}),
    ('UPDATE users SET is_active = is_active WHERE 1 = 0', {'login', 'pages', 'users'}),
    ('UPDATE users SET suspended_at = NULL WHERE 1 = 0', {'users'}),
    ('UPDATE users SET password = password WHERE 1 = 0', {'login', 'profile', 'pages', 'users'}),
    # for the owner's own tokens
    ('INSERT INTO personal_tokens (user_id, name, token, scope, created_at) '
     "SELECT 1, 'x', 'x', 'x', NOW() FROM users WHERE 1 = 0", {'login', 'pages'}),
    ('DELETE FROM sessions WHERE 1 = 0', {'login', 'pages', 'clean'}),
    ('SELECT password FROM registrations', {'login', 'pages'}),
    # to authenticate applications and refresh their tokens
    ('SELECT client_secret FROM oauth2_client', {'oauth'}),
    ('SELECT refresh_token FROM oauth2_token', {'oauth'}),
    ('UPDATE oauth2_token SET scope = scope WHERE 1 = 0', {'oauth'}),
    ('INSERT INTO oauth2_token (access_token, issued_at) SELECT access_token, issued_at FROM oauth2_token '
     'WHERE 1 = 0', {'oauth'})])
def test_only_the_programs_that_need_it_can_change_other_accounts(
        denied, program, sql, allowed):
    assert denied(program, sql) == (program not in allowed)


@pytest.mark.parametrize(('program', 'sql'), [
    ('pages', 'UPDATE users SET admin = admin WHERE 1 = 0'),
    ('pages', 'UPDATE app_config SET max_users = max_users'),
    ('upload', 'SELECT payload FROM jobs'), ('upload', 'SELECT confirmation_token FROM users'),
    ('upload', 'UPDATE users SET email = email WHERE 1 = 0'),
    ('upload', 'SELECT notes FROM workouts'), ('picture', 'SELECT email FROM users'),
    ('picture', 'UPDATE users SET picture = picture WHERE 1 = 0'),
    ('picture', 'SELECT scope FROM oauth2_token'), ('config', 'UPDATE users SET bio = bio WHERE 1 = 0'),
    ('config', 'SELECT payload FROM jobs'), ('export', 'SELECT payload FROM jobs'),
    ('export', 'SELECT title FROM workouts'), ('register', 'SELECT token FROM blacklisted_tokens'),
    ('register', 'SELECT payload FROM jobs'), ('register', 'SELECT access_token FROM oauth2_token'),
    ('oauth', 'SELECT password FROM users'), ('oauth',
                                              'UPDATE oauth2_client SET user_id = 1 WHERE 1 = 0'),
    ('workouts', 'SELECT payload FROM jobs'), ('workouts',
                                               'UPDATE workouts SET title = title WHERE 1 = 0'),
    ('workouts', 'INSERT INTO events (kind, created_at) SELECT kind, created_at FROM events WHERE 1 = 0'),
    ('workouts', 'UPDATE users SET bio = bio WHERE 1 = 0'),
    ('oauth', 'SELECT title FROM workouts'), ('oauth', 'SELECT payload FROM jobs'),
    ('login', 'SELECT payload FROM jobs'), ('profile', 'SELECT payload FROM jobs'),
    ('profile', 'SELECT notes FROM workouts'), ('worker', 'SELECT token FROM personal_tokens'),
    ('worker', 'SELECT access_token FROM oauth2_token'),
    ('worker', 'UPDATE users SET password = password WHERE 1 = 0')])
def test_a_program_has_no_unneeded_privileges(denied, program, sql):
    assert denied(program, sql)


def test_the_daily_cleanup_deletes_tokens_with_its_own_account(stack, programs):
    url = stack.database.url(stack.database.account_of('clean'))
    assert 'oauth2_tokens' in Command(programs, settings={'DATABASE_URL': url}).object(
        'clean', 'tokens', '--days', '36500')
