"""`admin migrate`: its result (schema §1), repeated, concurrent, interrupted and refused runs."""

import re
import subprocess

import pymysql
import pytest

from tests.harness.tree import SOURCE
from tests.api.support import schema
from tests.harness.sql import root_sql
from tests.harness.people import insert_record, insert_user, insert_workout
from tests.api.support.waiting import until
from tests.harness.waiting import LIMIT


@pytest.fixture
def fresh(shared_scratch):
    """SQL on a migrated database, which must only be read."""
    with shared_scratch.connect() as sql:
        yield sql


def steps_done(sql):
    """The number of all recorded statements; 0 before the first."""
    if 'schema_version' not in sql.tables():
        return 0
    return int(sql.value('SELECT COALESCE(SUM(next_statement), 0) FROM schema_version'))


# ---- the result --------------------------------------------------------------------------------

@pytest.mark.parametrize('table', schema.TABLES)
def test_a_table_has_the_columns_of_the_schema(fresh, table):
    assert schema.actual_columns(fresh, table) == schema.expected_columns(table), (
        f'TABLES in {schema.__file__} has the expected columns')


def test_all_tables_are_there(fresh):
    assert {*schema.TABLES, *schema.OURS} <= set(fresh.tables())


def test_all_tables_are_innodb_and_compare_without_case(fresh):
    for row in fresh.rows('SELECT TABLE_NAME, ENGINE, TABLE_COLLATION '
                          'FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE()'):
        assert (row['ENGINE'], row['TABLE_COLLATION']) == ('InnoDB', 'utf8mb4_unicode_ci'), row


def test_no_index_has_a_virtual_column(fresh):
    """A MariaDB server that is stopped while InnoDB removes old rows of that index may never end."""
    assert not fresh.rows(
        'SELECT s.TABLE_NAME, s.INDEX_NAME FROM information_schema.STATISTICS AS s '
        'JOIN information_schema.COLUMNS AS c USING (TABLE_SCHEMA, TABLE_NAME, COLUMN_NAME) '
        "WHERE s.TABLE_SCHEMA = DATABASE() AND c.EXTRA LIKE '%VIRTUAL%'")


def test_ids_count_up_by_themselves(fresh):
    counting = {row['TABLE_NAME'] for row in fresh.rows(
        'SELECT TABLE_NAME FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() '
        "AND COLUMN_NAME = 'id' AND EXTRA LIKE '%auto_increment%'")}
    with_id = {name for name in schema.TABLES if schema.TABLES[name].split()[0] == 'id'}
    assert with_id <= counting


def has_key(keys, wanted):
    (table, name), columns = wanted
    if name is None:
        return any(key[0] == table and keys[key] == columns for key in keys)
    return keys.get((table, name)) == columns


def test_the_keys_are_there(fresh):
    unique, others = schema.keys(fresh, True), schema.keys(fresh, False)
    for table in schema.TABLES:
        assert unique[(table, 'PRIMARY')] == schema.PRIMARY_KEYS.get(table, 'id')
    assert [key for key in schema.UNIQUE_KEYS.items() if not has_key(unique, key)] == []
    assert [key for key in schema.INDEXES.items() if not has_key(others, key)] == []


def test_the_foreign_keys_are_there(fresh):
    actual = {key for key in schema.foreign_keys(fresh) if key[0] in schema.TABLES}
    assert actual == schema.FOREIGN_KEYS


def test_the_sports_are_those_of_fittrackee(fresh):
    rows = fresh.rows('SELECT * FROM sports ORDER BY id')
    assert [row['id'] for row in rows] == list(range(1, 15))
    assert [(row['label'], row['stopped_speed_threshold']) for row in rows] == schema.SPORTS
    assert all(row['is_active'] == 1 for row in rows)


def test_there_is_one_row_of_configuration(fresh):
    row = fresh.row('SELECT * FROM app_config')
    assert (row['max_users'], row['gpx_limit_import'], row['max_single_file_size'],
            row['max_zip_file_size']) == (0, 10, 1048576, 10485760)


@pytest.mark.parametrize('first', [('Sam', 'a@example.org'), ('other', 'Sam@Example.org')])
def test_names_and_emails_are_unique_without_case(scratch, first):
    with scratch.connect() as sql:
        insert_user(sql, username=first[0], email=first[1])
        with pytest.raises(pymysql.err.IntegrityError):
            insert_user(sql, username='SAM', email='sam@EXAMPLE.org')


def test_it_reports_each_migration(programs, empty_database):
    made = empty_database()
    done = programs.migrate(made)
    assert done.returncode == 0 and done.stdout.strip()
    with made.connect() as sql:
        for row in sql.rows('SELECT version, name FROM schema_version'):
            assert f'{row["version"]:04}'.encode() in done.stdout
            assert row['name'].encode() in done.stdout


# ---- repeated and concurrent runs --------------------------------------------------------------

def test_a_second_time_changes_nothing(programs, scratch):
    with scratch.connect() as sql:
        before, sums = schema.whole(sql), sql.checksums()
        done = programs.migrate(scratch)
        assert done.returncode == 0 and done.stdout.strip()
        assert schema.whole(sql) == before
        assert {name: one for name, one in sql.checksums().items() if name != 'schema_lease'} == {
            name: one for name, one in sums.items() if name != 'schema_lease'}


def test_concurrent_migrations_run_once(programs, shared_scratch, empty_database):
    made = empty_database()
    running = [programs.start('admin', 'migrate', settings={'DATABASE_URL': made.url})
               for _ in range(4)]
    for one in running:
        with one:
            output, complaints = one.communicate(timeout=LIMIT)
        assert one.returncode == 0, (output, complaints)
    with made.connect() as several, shared_scratch.connect() as alone:
        assert schema.whole(several) == schema.whole(alone)


# ---- interrupted runs --------------------------------------------------------------------------

def let_the_lease_end(sql):
    if 'schema_lease' in sql.tables():
        sql.run('UPDATE schema_lease SET lease_until = UTC_TIMESTAMP(6) - INTERVAL 1 SECOND '
                'WHERE lease_until IS NOT NULL')


def test_a_migration_killed_at_any_step_is_resumed(programs, shared_scratch,
                                                   empty_database):
    made = empty_database()
    with made.connect() as sql:
        for _ in range(200):
            before = steps_done(sql)
            with programs.start('admin', 'migrate', settings={'DATABASE_URL': made.url}) as running:
                until(lambda before=before, running=running:
                      steps_done(sql) > before or running.poll() is not None, 'a step is done')
                running.kill()
                running.communicate(timeout=LIMIT)
            if running.returncode == 0:
                break
            let_the_lease_end(sql)
        assert programs.migrate(made).returncode == 0
        with shared_scratch.connect() as alone:
            assert schema.whole(sql) == schema.whole(alone)


def as_if_killed_before(sql, version, statement):
    sql.run("UPDATE schema_version SET state = 'applying', next_statement = %s "
            'WHERE version = %s', statement, version)


def statements(path):
    """The statements of a migration, separated as the mysql client does it."""
    delimiter, current, found = ';', [], []
    for line in path.read_text().splitlines():
        if line.startswith('DELIMITER '):
            delimiter = line.split()[1]
        elif line.strip() and not line.lstrip().startswith('--'):
            current.append(line)
            if line.rstrip().endswith(delimiter):
                found.append('\n'.join(current).rstrip()[:-len(delimiter)])
                current = []
    return found


def all_ddl():
    for number, path in enumerate(sorted((SOURCE / 'sql').glob('[0-9]*.sql')), 1):
        for position, text in enumerate(statements(path)):
            if text.split()[0] in ('CREATE', 'ALTER', 'DROP'):
                yield pytest.param(number, position, id=f'{number:04} {" ".join(text.split()[:3])}')


@pytest.mark.parametrize(('version', 'position'), all_ddl())
def test_a_migration_killed_before_a_statement_is_recorded_continues(
        programs, stack, scratch, version, position):
    """DDL commits implicitly: the statement has run, but schema_version does not record it."""
    with scratch.connect() as sql:
        before = schema.whole(sql)
        undo_after(sql, version, position)
        sql.run('DELETE FROM schema_version WHERE version > %s', version)
        as_if_killed_before(sql, version, position)
        done = programs.migrate(scratch)
        assert done.returncode == 0
        assert schema.whole(sql) == before


def undo_after(sql, version, position):
    """Undo everything after this statement, so that the database is in the state of that time."""
    sql.run('SET foreign_key_checks = 0')
    for number, path in reversed([*enumerate(sorted((SOURCE / 'sql').glob('[0-9]*.sql')), 1)]):
        for place, text in reversed([*enumerate(statements(path))]):
            if (number, place) <= (version, position):
                continue
            words = text.split()
            if words[0] == 'CREATE':
                sql.run(f'DROP {words[1]} IF EXISTS {words[2]}')
            elif words[:2] == ['INSERT', 'INTO'] and words[2] in sql.tables():
                sql.run(f'TRUNCATE {words[2]}')
            elif words[3:5] == ['ADD', 'COLUMN'] and words[2] in sql.tables():
                sql.run(f'ALTER TABLE {words[2]} DROP COLUMN {words[5]}')
            elif words[3:5] == ['ADD', 'KEY'] and words[2] in sql.tables():
                sql.run(f'ALTER TABLE {words[2]} DROP KEY {words[5]}')
            elif words[3:6] == ['ADD', 'UNIQUE', 'KEY'] and words[2] in sql.tables():
                sql.run(f'ALTER TABLE {words[2]} DROP KEY {words[6]}')
            # else what follows replaces it
            elif words[3:5] == ['DROP', 'KEY'] and not words[5].endswith(','):
                sql.run(f'ALTER TABLE {words[2]} ADD {definition_of_key(words[5])}')


def definition_of_key(name):
    texts = (path.read_text() for path in sorted((SOURCE / 'sql').glob('[0-9]*.sql')))
    return next(found[0] for found in (
        re.search(rf'\bKEY {name} \(.*?\)', text) for text in texts) if found)


# ---- refused runs ------------------------------------------------------------------------------

def test_a_changed_old_migration_is_refused(programs, scratch):
    with scratch.connect() as sql:
        sql.run('UPDATE schema_version SET checksum = %s WHERE version = 1', '0' * 64)
        as_if_killed_before(sql, 2, 0)
        before = schema.whole(sql)
        done = programs.migrate(scratch)
        assert done.returncode != 0
        assert b'0001' in done.stdout + done.stderr and b'checksum' in done.stdout + done.stderr
        assert schema.whole(sql) == before


def test_a_newer_database_is_left_alone(programs, scratch):
    with scratch.connect() as sql:
        row = sql.row('SELECT * FROM schema_version WHERE version = 1')
        sql.insert('schema_version', **{**row, 'version': 9999})
        before = schema.whole(sql)
        done = programs.migrate(scratch)
        assert done.returncode != 0 and (done.stdout + done.stderr).strip()
        assert schema.whole(sql) == before


def test_a_failing_statement_is_reported_and_can_be_repeated(programs, stack, empty_database):
    made = empty_database()
    with made.connect() as sql:
        sql.run('CREATE TABLE workouts (id INT)')  # conflicts with the migration
        done = programs.migrate(made)
        assert done.returncode != 0
        assert b'0001' in done.stdout + done.stderr and b'workouts' in done.stdout + done.stderr
        sql.run('DROP TABLE workouts')
        assert programs.migrate(made).returncode == 0
        assert schema.actual_columns(sql, 'workouts') == schema.expected_columns('workouts')


def test_an_account_without_privileges_is_reported(programs, empty_database):
    done = programs.migrate(empty_database('SELECT'))
    assert done.returncode != 0 and b'denied' in done.stdout + done.stderr


def test_a_missing_database_is_reported(programs):
    settings = {'DATABASE_URL': 'mysql://someone:secret@localhost/x?unix_socket=/nonexistent'}
    done = programs.run('admin', 'migrate', settings=settings)
    assert done.returncode != 0
    assert (done.stdout + done.stderr).strip() and b'secret' not in done.stdout + done.stderr


# ---- a short key -----------------------------------------------------------

def test_a_new_database_requires_a_key_that_cannot_be_guessed(programs, empty_database):
    made = empty_database()
    settings = {'DATABASE_URL': made.url, 'APP_SECRET_KEY': 'k' * 31}
    done = programs.run('admin', 'migrate', settings=settings)
    assert done.returncode == 1 and b'--imported-key' in done.stderr
    with made.connect() as sql:
        assert sql.rows('SHOW TABLES') == []
    assert programs.run('admin', 'migrate', settings={**settings, 'APP_SECRET_KEY': 'k' * 32}
                        ).returncode == 0


@pytest.mark.parametrize('key', ['k', None])
def test_a_key_of_another_program_or_none_is_accepted(programs, empty_database, key):
    """The key is one of FitTrackee, or missing because this program has no access to it."""
    arguments = ['--imported-key'] if key else []
    done = programs.run('admin', 'migrate', *arguments, settings={
        'DATABASE_URL': empty_database().url, 'APP_SECRET_KEY': key})
    assert done.returncode == 0, done.stderr


def test_an_upgrade_does_not_look_at_the_key(programs, empty_database):
    made = empty_database()
    assert programs.migrate(made).returncode == 0
    settings = {'DATABASE_URL': made.url, 'APP_SECRET_KEY': 'k'}
    assert programs.run('admin', 'migrate', settings=settings).returncode == 0


@pytest.mark.parametrize('arguments', [[], ['nonsense'], ['migrate', 'x']])
def test_wrong_arguments_are_refused(programs, arguments):
    done = programs.run('admin', *arguments)
    assert done.returncode != 0 and done.stderr


# ---- triggers ----------------------------------------------------------------------------------

def test_workouts_that_are_there_before_the_triggers_are_counted(programs, stack, empty_database):
    """Even if the server truncates GROUP_CONCAT by default, as MySQL does."""
    made = empty_database('SELECT, INSERT, UPDATE, DELETE, CREATE, DROP, ALTER, INDEX, REFERENCES')
    assert programs.migrate(made).returncode == 0
    with made.connect() as sql:
        account = insert_user(sql)
        for sport in range(1, 15):
            workout = insert_workout(sql, account.id, sport)
            for kind in ('AS', 'FD', 'HA', 'LD', 'MS'):
                insert_record(sql, workout, kind, sport)
    with root_sql(stack) as root:
        before = root.value('SELECT @@GLOBAL.group_concat_max_len')
        root.run(f'GRANT TRIGGER ON {made.name}.* TO {made.user}@localhost')
        root.run('SET GLOBAL group_concat_max_len = 1024')
        try:
            assert programs.migrate(made).returncode == 0
        finally:
            root.run('SET GLOBAL group_concat_max_len = %s', before)
    with made.connect() as sql:
        row = sql.row('SELECT nb_workouts, JSON_LENGTH(records) AS records, '
                      'JSON_LENGTH(sports) AS sports FROM user_totals WHERE user_id = %s',
                      account.id)
        assert (row['nb_workouts'], row['records'], row['sports']) == (14, 70, 14)


def test_accounts_made_while_the_triggers_are_being_made_are_counted(programs, stack, scratch,
                                                                     minter):
    """The totals of accounts and workouts created after a migration stopped at the triggers are correct."""
    with scratch.connect() as sql:
        early = insert_user(sql)
        insert_workout(sql, early.id)
        sql.run('DELETE FROM user_totals')  # the state before the last two statements
        insert_workout(sql, early.id)
        late = insert_user(sql)
        insert_workout(sql, late.id)
        for account, number in ((early, 2), (late, 1)):
            answer = programs.cgi('GET', '/api/auth/profile', token=minter.token(account.id),
                                  settings={'DATABASE_URL': scratch.url})
            assert answer.json()['data']['nb_workouts'] == number
        applied = sql.value('SELECT next_statement FROM schema_version WHERE version = 3')
        as_if_killed_before(sql, 3, applied - 2)
        assert programs.migrate(scratch).returncode == 0
        rows = sql.rows('SELECT user_id, nb_workouts FROM user_totals ORDER BY user_id')
        assert [row['nb_workouts'] for row in rows] == [2, 1]


def test_without_the_privilege_for_triggers_the_rest_is_created(programs, empty_database):
    made = empty_database('SELECT, INSERT, UPDATE, DELETE, CREATE, DROP, ALTER, INDEX, REFERENCES')
    for _ in range(2):
        done = programs.migrate(made)
        assert done.returncode == 0 and b'skipped' in done.stdout
    with made.connect() as sql:
        assert {*schema.TABLES, *schema.OURS} <= set(sql.tables())


def test_programs_on_a_database_without_tables_answer_with_an_error(programs, empty_database,
                                                                    minter):
    settings = {'DATABASE_URL': empty_database().url}
    for method, path, body in (('GET', '/api/auth/profile', None),
                               ('POST', '/api/auth/login', {'email': 'a@b.c', 'password': 'x'})):
        answer = programs.cgi(method, path, json=body, token=minter.token(1), settings=settings)
        assert answer.status == 500 and answer.json()['status'] == 'error'


def test_the_file_for_the_mysql_client_gives_the_same_database(stack, shared_scratch,
                                                               empty_database):
    """The files of sql/ can also be run with the client of the database."""
    made = empty_database()
    for path in sorted((SOURCE / 'sql').glob('[0-9]*.sql')):
        subprocess.run([*stack.database.programs.client(), f'--socket={made.socket}',
                        f'--user={made.user}', f'--password={made.password}', made.name],
                       stdin=path.open(), check=True, timeout=LIMIT)
    with made.connect() as by_client, shared_scratch.connect() as by_program:
        expected = schema.whole(by_program)
        for name in set(by_program.tables()) - {'schema_version', 'schema_lease'}:
            assert schema.definition(by_client, name) == expected[name]
