"""Database servers with other defaults, with exhausted limits, and one that becomes read-only."""

import re

import pytest

from tests.api.support import schema
from tests.api.support.admin_command import Command
from tests.api.support.client import Api
from tests.harness.answers import ERR500, REGISTERED, exact
from tests.harness.database_programs import chosen
from tests.harness.people import insert_user
from tests.harness.sql import connect, drop_database, make_database, root_sql
from tests.api.support.waiting import until

PROFILE = '/api/auth/profile'
REGISTER = '/api/auth/register'
BIO = 'Crème brûlée 🚲'


@pytest.fixture(scope='module')
def odd(make_stack):
    """A separate stack, because the tests change global variables of its server. The server begins sessions in
    another character set than the client asks for, and writes a binary log, as MySQL does by default."""
    return make_stack('odd', database_options=(
        *chosen().IGNORE_CHARACTER_SET, '--log-bin', '--log-bin-trust-function-creators=1', '--character-set-server=latin1',
        '--collation-server=latin1_swedish_ci'))


@pytest.fixture
def api(odd, transcript):
    return Api(odd, transcript)


@pytest.fixture
def sql(odd):
    with connect(odd) as connection:
        yield connection


@pytest.fixture
def root(odd):
    with root_sql(odd) as connection:
        yield connection


@pytest.fixture
def account(sql, minter):
    user = insert_user(sql)
    user.token = minter.token(user.id)
    return user


def connections(root, program='%'):
    return {row['ID'] for row in root.rows(
        "SELECT ID FROM information_schema.PROCESSLIST WHERE USER LIKE %s ESCAPE '~'", f'fitgate~_{program}')}


def connections_ever(root):
    return int(root.rows("SHOW GLOBAL STATUS LIKE 'Connections'")[0]['Value'])


@pytest.fixture
def with_global(root):
    """Set a global variable and close the programs' connections, so that new connections use it."""
    before = {}

    def use(name, value):
        before.setdefault(name, root.value(f'SELECT @@GLOBAL.{name}'))
        root.run(f'SET GLOBAL {name} = %s', value)
        close_all()

    def close_all():
        for number in connections(root):
            root.run(f'KILL {number}')

    yield use
    for name, value in before.items():
        root.run(f'SET GLOBAL {name} = %s', value)
    close_all()


@pytest.fixture
def new_database(odd, programs):
    """Create databases with all tables: new_database()."""
    made = []

    def make():
        made.append(make_database(odd))
        done = programs.migrate(made[-1])
        assert done.returncode == 0, done.stderr
        return made[-1]

    yield make
    for one in made:
        drop_database(odd, one)


def edit(api, account, bio):
    return api.post(PROFILE + '/edit', token=account.token,
                    json={'first_name': None, 'last_name': None, 'location': None, 'bio': bio,
                          'birth_date': None})


def stored_bio(sql, account):
    return sql.value('SELECT bio FROM users WHERE id = %s', account.id)


# All modes that both MariaDB and MySQL have.
EVERY_MODE = ('ALLOW_INVALID_DATES,ANSI_QUOTES,ERROR_FOR_DIVISION_BY_ZERO,HIGH_NOT_PRECEDENCE,IGNORE_SPACE,'
              'NO_AUTO_VALUE_ON_ZERO,NO_BACKSLASH_ESCAPES,NO_DIR_IN_CREATE,NO_ENGINE_SUBSTITUTION,'
              'NO_UNSIGNED_SUBTRACTION,NO_ZERO_DATE,NO_ZERO_IN_DATE,ONLY_FULL_GROUP_BY,'
              'PAD_CHAR_TO_FULL_LENGTH,PIPES_AS_CONCAT,REAL_AS_FLOAT,STRICT_ALL_TABLES,STRICT_TRANS_TABLES')


@pytest.mark.parametrize('name, value', [
    ('autocommit', 0),
    ('init_connect', 'SET NAMES latin1'),
    ('sql_mode', ''),
    ('sql_mode', EVERY_MODE),
    ('time_zone', '+05:00'),
], ids=['autocommit', 'init_connect', 'no sql_mode', 'every sql_mode', 'time_zone'])
def test_a_change_is_stored_whatever_the_servers_defaults_are(
        api, sql, account, registration, with_global, name, value):
    with_global(name, value)
    for i in range(4):
        assert edit(api, account, f'{BIO} {i}').status == 200
        assert stored_bio(sql, account) == f'{BIO} {i}'
        assert api.get(PROFILE, token=account.token).json()['data']['bio'] == f'{BIO} {i}'
    body = registration()
    exact(api.post(REGISTER, json=body), REGISTERED)
    assert sql.value('SELECT COUNT(*) FROM users WHERE username = %s', body['username']) == 1


@pytest.mark.parametrize('name, value', [
    ('sql_mode', ''), ('sql_mode', EVERY_MODE), (chosen().REQUIRE_PRIMARY_KEY, 1)],
    ids=['no sql_mode', 'every sql_mode', 'primary key'])
def test_the_tables_are_created_whatever_the_servers_defaults_are(
        new_database, with_global, name, value):
    usual = new_database()
    with_global(name, value)
    with usual.connect() as expected, new_database().connect() as made:
        assert schema.whole(made) == schema.whole(expected)


def test_text_is_kept_where_the_server_ignores_the_clients_character_set(api, sql, account):
    assert edit(api, account, BIO).status == 200
    assert sql.value('SELECT HEX(bio) FROM users WHERE id = %s', account.id) == \
        BIO.encode().hex().upper()


def test_a_connection_that_the_server_closed_because_it_was_idle_is_opened_again(
        api, sql, account, root, with_global):
    with_global('wait_timeout', 1)
    for i in range(2):
        assert edit(api, account, f'edit {i}').status == 200
        # the worker's is not idle for a second
        until(lambda: not connections(root, 'profile'), 'the idle connections are closed')
    assert edit(api, account, 'last').status == 200
    assert stored_bio(sql, account) == 'last'


def test_a_session_sets_one_variable_with_each_statement(api, account, root, with_global):
    """Connection poolers such as ProxySQL keep track of SET statements, and parse no other form."""
    with_global('log_output', 'TABLE')
    with_global('general_log', 1)
    assert edit(api, account, 'pooled').status == 200
    sets = {row['statement'] for row in root.rows(
        "SELECT CONVERT(argument USING utf8mb4) AS statement FROM mysql.general_log "
        "WHERE command_type = 'Query' AND user_host LIKE 'fitgate%%' AND argument LIKE 'SET %%'")}
    assert any('sql_mode' in statement for statement in sets), sets
    for statement in sets:
        assert re.fullmatch(
            r"SET (NAMES \w+|(SESSION )?\w+ ?= ?('[\w,]*'|\d+))", statement), statement


def test_a_server_that_became_read_only_costs_the_connection_and_nothing_more(
        api, sql, root, account, with_global):
    """A new connection can reach the server that has replaced it."""
    assert edit(api, account, 'before').status == 200
    root.run('SET GLOBAL read_only = 1')
    try:
        before = connections_ever(root)
        exact(edit(api, account, 'refused'), ERR500)
        assert connections_ever(root) >= before + 2
        assert api.get(PROFILE, token=account.token).status == 200
    finally:
        root.run('SET GLOBAL read_only = 0')
    for _ in range(4):
        assert edit(api, account, 'after').status == 200
    assert stored_bio(sql, account) == 'after'


def test_requests_succeed_while_the_server_allows_few_prepared_statements(
        api, account, root, with_global):
    """Other programs on the server can exhaust max_prepared_stmt_count."""
    with_global('max_prepared_stmt_count', 6)
    for i in range(6):
        assert edit(api, account, f'edit {i}').status == 200
        assert api.get(PROFILE, token=account.token).status == 200


def test_exhausted_prepared_statements_are_a_temporary_error(
        api, account, with_global, root):
    with_global('max_prepared_stmt_count', 0)
    exact(api.get(PROFILE, token=account.token), ERR500)
    root.run('SET GLOBAL max_prepared_stmt_count = 16382')
    until(lambda: api.get(PROFILE, token=account.token).status == 200, 'profiles are read again')


def test_triggers_that_the_binary_log_prevents_are_warned_about(
        with_global, new_database, programs):
    """Both MariaDB and MySQL refuse them with error 1419 then, also to an account that has TRIGGER."""
    with_global('log_bin_trust_function_creators', 0)
    report = {line['check']: line for line in Command(programs, new_database()).objects('doctor')}
    assert report['triggers']['result'] == 'WARN'
    assert 'log_bin_trust_function_creators=1 on the server (error 1419)' in report[
        'triggers']['text']
