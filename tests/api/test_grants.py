"""Each program's own account in the database (sql/grants.sql). That it may do what it must is shown by all
other tests, which run with these accounts; here is what it may not."""

import contextlib

import pymysql
import pytest

PROGRAMS = ('register', 'login', 'profile', 'picture', 'export', 'config', 'worker')
READ_HASHES = {'login', 'profile', 'worker'}  # who check a password or bind a reset link to it
DENIED = {1142, 1143, 1044, 1370}  # table, column, database, routine


@pytest.fixture
def denied(stack):
    """Whether a program's account is refused a statement; anything else but success is an error."""
    def ask(program, sql):
        connection = pymysql.connect(
            unix_socket=str(stack.database_socket), user=f'{stack.database_user}_{program}',
            password=stack.database_password, database=stack.database_name)
        with contextlib.closing(connection), connection.cursor() as cursor:
            try:
                cursor.execute(sql)
            except pymysql.MySQLError as error:
                assert error.args[0] in DENIED, error
                return True
        return False
    return ask


@pytest.mark.parametrize('program', PROGRAMS)
def test_only_who_checks_passwords_can_read_their_hashes(denied, program):
    assert denied(program, 'SELECT password FROM users WHERE 1 = 0') == (program not in READ_HASHES)


@pytest.mark.parametrize('program', PROGRAMS)
@pytest.mark.parametrize('sql', [
    'UPDATE users SET admin = 1 WHERE 1 = 0', 'UPDATE users SET suspended_at = NULL WHERE 1 = 0',
    'DELETE FROM users WHERE 1 = 0', 'UPDATE users SET username = username WHERE 1 = 0',
    'UPDATE app_config SET max_users = 0 WHERE 1 = 0', 'DELETE FROM workouts WHERE 1 = 0',
    'INSERT INTO personal_tokens (user_id, name, token, scope, created_at) '
    "SELECT 1, 'x', 'x', 'x', NOW() FROM users WHERE 1 = 0",
    'UPDATE personal_tokens SET scope = scope WHERE 1 = 0',
    'UPDATE oauth2_token SET scope = scope WHERE 1 = 0', 'SELECT client_secret FROM oauth2_client',
    'SELECT refresh_token FROM oauth2_token', 'DROP TABLE users', 'CREATE TABLE x (y INT)',
    'ALTER TABLE users ADD x INT'])
def test_no_program_can_do_what_only_the_operator_does(denied, program, sql):
    assert denied(program, sql)


@pytest.mark.parametrize(('program', 'sql'), [
    ('picture', 'SELECT payload FROM jobs'), ('picture', 'SELECT confirmation_token FROM users'),
    ('picture', 'UPDATE users SET email = email WHERE 1 = 0'),
    ('picture', 'SELECT notes FROM workouts'), ('config', 'UPDATE users SET bio = bio WHERE 1 = 0'),
    ('config', 'SELECT payload FROM jobs'), ('export', 'SELECT payload FROM jobs'),
    ('export', 'SELECT title FROM workouts'), ('register', 'SELECT token FROM blacklisted_tokens'),
    ('register', 'SELECT payload FROM jobs'), ('register', 'SELECT access_token FROM oauth2_token'),
    ('login', 'SELECT payload FROM jobs'), ('profile', 'SELECT payload FROM jobs'),
    ('profile', 'SELECT notes FROM workouts'), ('worker', 'SELECT token FROM personal_tokens'),
    ('worker', 'SELECT access_token FROM oauth2_token'),
    ('worker', 'UPDATE users SET password = password WHERE 1 = 0')])
def test_a_program_is_refused_what_is_none_of_its_business(denied, program, sql):
    assert denied(program, sql)
