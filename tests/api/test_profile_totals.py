"""GET profile: the totals of workouts and the records, whichever program writes them (contract §5)."""

import random
import re
import uuid
from concurrent.futures import ThreadPoolExecutor

import pymysql
import pytest

from tests.harness.sql import root_sql
from tests.harness.answers import exact, same_json
from tests.harness.people import insert_record, insert_user, insert_workout
from tests.api.support.profile import expected_profile, shortuuid

PROFILE = '/api/auth/profile'
WITHOUT_TRIGGERS = ('SELECT, INSERT, UPDATE, DELETE, CREATE, DROP, ALTER, INDEX, REFERENCES')
DEADLOCK = 1213

SHORTUUIDS = {
    'e060bde0-5e3f-4906-a329-13b102c814cb': 'hvYBqYBRa7wwXpaStWR4V2',
    '00000000-0000-4000-8000-000000000001': '222222226WxN9XkumNJJJ9',
    '6ba7b810-9dad-41d1-80b4-00c04fd430c8': 'MAnkyno2YaVgVvVUa4M22R',
    '00000000-0000-0000-0000-000000000000': '2222222222222222222222',
    'ffffffff-ffff-ffff-ffff-ffffffffffff': 'oZEq7ovRbLq6UnGMPwc8B5',
}


@pytest.fixture
def shown(profile, minter):
    def get(account):
        return profile(minter.token(account.id))
    return get


@pytest.fixture
def is_right(shown, db):
    """Assert that the profile agrees with the tables."""
    def check(account):
        data = shown(account)
        assert same_json(data, expected_profile(db, account.id))
        return data
    return check


def number_texts(content):
    """All numbers in a JSON text, as they are written."""
    without_strings = re.sub(r'"(\\.|[^"\\])*"', '', content.decode())
    return re.findall(r'-?[0-9][0-9.eE+-]*', without_strings)


# ---- totals ------------------------------------------------------------------------------------

def test_workouts_are_summed_up(is_right, db, user):
    insert_workout(db, user.id, 1, distance='10.000', ascent='100.500', duration=3600)
    insert_workout(db, user.id, 5, distance='0.100', ascent='0.250', duration=59)
    insert_workout(db, user.id, 1, distance='0.200', ascent=None, duration=1)
    data = is_right(user)
    assert (data['nb_workouts'], data['nb_sports'], data['sports_list']) == (3, 2, [1, 5])
    assert data['total_distance'] == 10.3 and data['total_ascent'] == 100.75
    assert data['total_duration'] == '1:01:00'


def test_sums_of_decimals_are_exact(is_right, db, user):
    for _ in range(30):
        insert_workout(db, user.id, distance='0.100', ascent='0.001')
    data = is_right(user)
    assert data['total_distance'] == 3.0 and data['total_ascent'] == 0.03


@pytest.mark.parametrize(('distance', 'ascent'), [(None, None), ('0.000', '0.000'), (None, '5.000'),
                                                  ('5.000', None)])
def test_empty_sums_are_zero(is_right, db, user, distance, ascent):
    insert_workout(db, user.id, distance=distance, ascent=ascent)
    insert_workout(db, user.id, distance=distance, ascent=ascent)
    is_right(user)


@pytest.mark.parametrize(('seconds', 'text'), [
    ([0], '0:00:00'), ([59], '0:00:59'), ([3600], '1:00:00'), ([86399], '23:59:59'),
    ([86400], '1 day, 0:00:00'), ([86460], '1 day, 0:01:00'), ([172799], '1 day, 23:59:59'),
    ([172800], '2 days, 0:00:00'), ([36000, 360, 7], '10:06:07'),
    ([2147483647] * 3, '74565 days, 9:42:21')])
def test_durations_are_written_as_python_does(is_right, db, user, seconds, text):
    for one in seconds:
        insert_workout(db, user.id, duration=one)
    assert is_right(user)['total_duration'] == text


def test_large_totals_are_exact(is_right, db, user):
    for _ in range(40):
        insert_workout(db, user.id, distance='999.999', ascent='99999.999')
    data = is_right(user)
    assert data['total_distance'] == 39999.96 and data['total_ascent'] == 3999999.96


def test_numbers_are_written_in_their_shortest_form(api, db, user, minter):
    for sport, (distance, ascent) in enumerate([('0.100', '0.300'), ('123.456', '99999.999')], 1):
        insert_record(db, insert_workout(db, user.id, sport, distance=distance, ascent=ascent),
                      'FD', 123457)
    answer = api.get(PROFILE, token=minter.token(user.id))
    for text in number_texts(answer.body):
        assert text in (repr(float(text)), str(int(float(text)))), text


def test_all_sports_are_listed_in_ascending_order(is_right, db, user):
    for sport in (14, 3, 9, 1, 10, 2, 14, 11):
        insert_workout(db, user.id, sport)
    assert is_right(user)['sports_list'] == [1, 2, 3, 9, 10, 11, 14]


def test_disabled_sports_count_like_others(is_right, db, user):
    insert_record(db, insert_workout(db, user.id, 14), 'FD', 10000)
    db.run('UPDATE sports SET is_active = 0 WHERE id = 14')
    try:
        assert is_right(user)['sports_list'] == [14]
    finally:
        db.run('UPDATE sports SET is_active = 1 WHERE id = 14')


def test_other_accounts_workouts_do_not_count(is_right, db, make_user):
    first, second = make_user(), make_user()
    insert_record(db, insert_workout(db, first.id, 1), 'AS', 100)
    insert_record(db, insert_workout(db, second.id, 2), 'MS', 200)
    assert is_right(first)['sports_list'] == [1]
    assert is_right(second)['sports_list'] == [2]


# ---- records -----------------------------------------------------------------------------------

@pytest.mark.parametrize(('kind', 'stored', 'value'), [
    ('AS', 1000, 10.0), ('AS', 2537, 25.37), ('AS', 1, 0.01), ('FD', 10000, 10.0),
    ('FD', 12345, 12.345),
    ('FD', 1, 0.001), ('HA', 235106, 235.106), ('HA', 2147483647, 2147483.647),
    ('LD', 3600, '1:00:00'),
    ('LD', 86460, '1 day, 0:01:00'), ('LD', 172800, '2 days, 0:00:00'), ('LD', 59, '0:00:59'),
    ('MS', 3333, 33.33), ('MS', 0, 0.0), ('LD', 0, '0:00:00'), ('AS', None, None),
    ('LD', None, None)])
def test_a_record_s_value_is_in_its_unit(is_right, db, user, kind, stored, value):
    insert_record(db, insert_workout(db, user.id), kind, stored)
    assert same_json(is_right(user)['records'][0]['value'], value)


def test_a_record_is_the_object_of_the_contract(is_right, db, user):
    workout = insert_workout(db, user.id, 5, workout_date='2018-01-01 00:00:00.900000')
    record = insert_record(db, workout, 'AS', 1000)
    text = db.value('SELECT uuid FROM workouts WHERE id = %s', workout)
    assert is_right(user)['records'] == [{
        'id': record, 'record_type': 'AS', 'sport_id': 5, 'user': user.username, 'value': 10.0,
        'workout_date': 'Mon, 01 Jan 2018 00:00:00 GMT', 'workout_id': shortuuid(text)}]


@pytest.mark.parametrize(('text', 'short'), SHORTUUIDS.items())
def test_workout_ids_are_shortuuids(is_right, db, user, text, short):
    insert_record(db, insert_workout(db, user.id), 'LD', 1, workout_uuid=text)
    assert is_right(user)['records'][0]['workout_id'] == short
    assert shortuuid(text) == short


def test_records_are_in_the_order_of_sport_and_type(is_right, db, user):
    pairs = [(sport, kind) for sport in (10, 2, 1, 14) for kind in ('MS', 'FD', 'LD', 'AS', 'HA')]
    random.Random(1).shuffle(pairs)
    for sport, kind in pairs:
        insert_record(db, insert_workout(db, user.id, sport), kind, 1000)
    records = is_right(user)['records']
    assert [(r['sport_id'], r['record_type']) for r in records] == sorted(pairs)


def test_many_records_are_all_shown(is_right, db, user):
    for sport in range(1, 15):
        workout = insert_workout(db, user.id, sport)
        for kind in ('AS', 'FD', 'HA', 'LD', 'MS'):
            insert_record(db, workout, kind, sport * 1000 + 1)
    assert len(is_right(user)['records']) == 70


def test_a_record_without_a_type_causes_no_error(shown, db, user):
    insert_record(db, insert_workout(db, user.id), None, 1)
    assert len(shown(user)['records']) == 1


def test_a_record_shows_the_current_username(shown, db, user):
    insert_record(db, insert_workout(db, user.id), 'AS', 100)
    renamed = f'{user.username}_X'
    db.run('UPDATE users SET username = %s WHERE id = %s', renamed, user.id)
    assert shown(user)['records'][0]['user'] == renamed


# ---- changes -----------------------------------------------------------------------------------

def test_inserting_and_deleting_workouts_is_shown(is_right, db, user):
    workouts = [insert_workout(db, user.id, sport) for sport in (1, 2, 1)]
    assert is_right(user)['nb_workouts'] == 3
    db.run('DELETE FROM workouts WHERE id = %s', workouts[0])
    assert is_right(user)['sports_list'] == [1, 2]
    db.run('DELETE FROM workouts WHERE id = %s', workouts[2])
    assert is_right(user)['sports_list'] == [2]
    db.run('DELETE FROM workouts WHERE id = %s', workouts[1])
    assert is_right(user)['nb_workouts'] == 0


@pytest.mark.parametrize('change', [
    {'sport_id': 7}, {'duration': 1}, {'distance': '1.234'}, {'distance': None},
    {'ascent': '5.678'},
    {'ascent': None}, {'sport_id': 2, 'duration': 9, 'distance': '0.001', 'ascent': '0.001'},
    {'title': 'other'}, {'moving': None}])
def test_changing_a_workout_is_shown(is_right, db, user, change):
    workout = insert_workout(db, user.id, 1)
    insert_workout(db, user.id, 2)
    names = ', '.join(f'{name} = %s' for name in change)
    db.run(f'UPDATE workouts SET {names} WHERE id = %s', *change.values(), workout)
    is_right(user)


def test_a_workout_without_numbers_that_gets_some_is_shown(is_right, db, user):
    workout = insert_workout(db, user.id, distance=None, ascent=None)
    db.run("UPDATE workouts SET distance = '2.5', ascent = '3.5' WHERE id = %s", workout)
    assert is_right(user)['total_distance'] == 2.5


def test_moving_a_workout_to_another_account_is_shown_at_both(is_right, db, make_user):
    first, second = make_user(), make_user()
    workout = insert_workout(db, first.id, 3)
    insert_workout(db, first.id, 4)
    record = insert_record(db, workout, 'AS', 1000)
    db.run('UPDATE workouts SET user_id = %s, sport_id = 6 WHERE id = %s', second.id, workout)
    db.run('UPDATE records SET user_id = %s, sport_id = 6 WHERE id = %s', second.id, record)
    assert is_right(first)['sports_list'] == [4]
    assert is_right(second)['sports_list'] == [6]


@pytest.mark.parametrize('change', [
    {'value': 5}, {'value': None}, {'record_type': 'MS'}, {'sport_id': 9},
    {'workout_date': '2030-06-01 12:00:00'}, {'workout_uuid': str(uuid.uuid4())}])
def test_changing_a_record_is_shown(is_right, db, user, change):
    record = insert_record(db, insert_workout(db, user.id), 'AS', 1000)
    name, value = next(iter(change.items()))
    db.run(f'UPDATE records SET {name} = %s WHERE id = %s', value, record)
    is_right(user)


def test_changing_the_id_of_a_record_is_shown(is_right, db, user):
    record = insert_record(db, insert_workout(db, user.id), 'AS', 1000)
    db.run('UPDATE records SET id = %s WHERE id = %s', record + 1000000, record)
    assert is_right(user)['records'][0]['id'] == record + 1000000


def test_deleting_records_is_shown(is_right, db, user):
    workout = insert_workout(db, user.id)
    for kind in ('AS', 'FD', 'LD'):
        insert_record(db, workout, kind, 1000)
    db.run("DELETE FROM records WHERE user_id = %s AND record_type = 'FD'", user.id)
    assert [r['record_type'] for r in is_right(user)['records']] == ['AS', 'LD']
    db.run('DELETE FROM records WHERE user_id = %s', user.id)
    assert is_right(user)['records'] == []


def test_replacing_a_record_is_shown(is_right, db, user):
    workout = insert_workout(db, user.id)
    insert_record(db, workout, 'AS', 1000)
    db.run('INSERT INTO records (user_id, sport_id, workout_id, workout_uuid, record_type, '
           'workout_date, value) SELECT user_id, sport_id, workout_id, workout_uuid, record_type, '
           'workout_date, 2000 FROM records WHERE user_id = %s '
           'ON DUPLICATE KEY UPDATE value = 2000', user.id)
    assert is_right(user)['records'][0]['value'] == 20.0
    db.run('REPLACE INTO records (user_id, sport_id, workout_id, workout_uuid, record_type, '
           'workout_date, value) SELECT user_id, sport_id, workout_id, workout_uuid, record_type, '
           'workout_date, 3000 FROM records WHERE user_id = %s', user.id)
    assert is_right(user)['records'][0]['value'] == 30.0


def test_one_statement_that_changes_many_rows_is_shown(is_right, db, user):
    for sport in (1, 2, 3):
        insert_workout(db, user.id, sport)
    db.run('INSERT INTO workouts (uuid, user_id, sport_id, workout_date, duration, distance) '
           'SELECT UUID(), user_id, sport_id + 3, workout_date, 10, 1.5 FROM workouts '
           'WHERE user_id = %s', user.id)
    assert is_right(user)['nb_workouts'] == 6
    db.run('UPDATE workouts SET duration = duration * 2, sport_id = 8 WHERE user_id = %s', user.id)
    assert is_right(user)['sports_list'] == [8]
    db.run('DELETE FROM workouts WHERE user_id = %s', user.id)
    assert is_right(user)['nb_workouts'] == 0


def test_a_rolled_back_change_is_not_shown(is_right, db, user):
    insert_workout(db, user.id)
    with db.another() as other:
        other.run('START TRANSACTION')
        workout = insert_workout(other, user.id, 9)
        insert_record(other, workout, 'AS', 1)
        assert is_right(user)['nb_workouts'] == 1
        other.run('ROLLBACK')
    assert is_right(user)['nb_workouts'] == 1


def test_an_account_with_workouts_can_be_deleted_as_fittrackee_does(db, user):
    insert_record(db, insert_workout(db, user.id), 'AS', 1)
    for table in ('records', 'workouts'):
        db.run(f'DELETE FROM {table} WHERE user_id = %s', user.id)
    assert db.run('DELETE FROM users WHERE id = %s', user.id)[0] == 1


class Writer:
    """Changes workouts and records of some accounts at random, as other programs do."""

    def __init__(self, sql, user_ids, seed):
        self.sql = sql
        self.user_ids = user_ids
        self.random = random.Random(seed)

    def step(self):
        self.random.choices((self.add, self.change, self.remove, self.add_record,
                             self.change_record,
                             self.remove_record), (6, 4, 2, 4, 2, 1))[0]()

    def number(self, digits):
        if self.random.random() < 0.2:
            return None
        return f'{self.random.randrange(10 ** digits)}.{self.random.randrange(1000):03}'

    def values(self):
        return {'user_id': self.random.choice(self.user_ids), 'sport_id': self.random.randint(1,
                                                                                              14),
                'duration': self.random.randrange(100000), 'distance': self.number(3),
                'ascent': self.number(5)}

    def any_of(self, table):
        marks = ', '.join(['%s'] * len(self.user_ids))
        rows = self.sql.rows(f'SELECT id FROM {table} WHERE user_id IN ({marks})', *self.user_ids)
        return self.random.choice(rows)['id'] if rows else None

    def add(self):
        values = self.values()
        insert_workout(self.sql, values.pop('user_id'), values.pop('sport_id'), **values)

    def change(self):
        chosen = self.any_of('workouts')
        values = self.values()
        some = self.random.sample(sorted(values), self.random.randint(1, len(values)))
        names = ', '.join(f'{name} = %s' for name in some)
        self.sql.run(f'UPDATE workouts SET {names} WHERE id = %s', *[values[n] for n in some],
                     chosen)

    def remove(self):
        chosen = self.any_of('workouts')
        self.sql.run('START TRANSACTION')
        # the lock keeps other writers from adding a record meanwhile
        self.sql.rows('SELECT id FROM workouts WHERE id = %s FOR UPDATE', chosen)
        self.sql.run('DELETE FROM records WHERE workout_id = %s', chosen)
        self.sql.run('DELETE FROM workouts WHERE id = %s', chosen)
        self.sql.run('COMMIT')

    def add_record(self):
        chosen = self.any_of('workouts')
        if chosen is None:
            return
        self.sql.run(
            'INSERT INTO records (user_id, sport_id, workout_id, workout_uuid, record_type, '
            'workout_date, value) SELECT user_id, sport_id, id, uuid, %s, workout_date, %s '
            'FROM workouts WHERE id = %s ON DUPLICATE KEY UPDATE value = VALUES(value)',
            self.random.choice(('AS', 'FD', 'HA', 'LD', 'MS')), self.random.randrange(200000),
            chosen)

    def change_record(self):
        self.sql.run('UPDATE records SET value = %s WHERE id = %s', self.random.randrange(200000),
                     self.any_of('records'))

    def remove_record(self):
        self.sql.run('DELETE FROM records WHERE id = %s', self.any_of('records'))


@pytest.mark.parametrize('seed', range(4))
def test_after_any_sequence_of_changes_the_totals_are_right(is_right, db, make_user, seed):
    accounts = [make_user() for _ in range(3)]
    writer = Writer(db, [account.id for account in accounts], seed)
    for _ in range(8):
        for _ in range(15):
            writer.step()
        for account in accounts:
            is_right(account)


def test_concurrent_writers_of_one_account_keep_the_totals_exact(is_right, db, user, in_parallel):
    def write(seed):
        with db.another() as sql:
            writer = Writer(sql, [user.id], seed)
            for _ in range(60):
                again_after_deadlock(writer.step)

    in_parallel([lambda seed=seed: write(seed) for seed in range(6)])
    assert is_right(user)['nb_workouts'] > 0


def again_after_deadlock(step):
    """Repeat a transaction that the database rolled back because of a deadlock."""
    for _ in range(20):
        try:
            return step()
        except pymysql.err.OperationalError as refused:
            if refused.args[0] != DEADLOCK:
                raise
    raise AssertionError('twenty deadlocks in a row')


def test_concurrent_inserts_for_one_account_never_deadlock(is_right, db, user, in_parallel):
    def write():
        with db.another() as sql:
            for sport in range(1, 15):
                for _ in range(5):
                    insert_workout(sql, user.id, sport)

    in_parallel([write] * 4)
    assert is_right(user)['nb_workouts'] == 4 * 14 * 5


def test_a_profile_read_while_others_write_is_never_torn(shown, db, user, in_parallel):
    """Each transaction adds one workout of 1 km and 60 s, so the three totals must always agree."""
    def write():
        with db.another() as sql:
            for _ in range(60):
                insert_workout(sql, user.id, distance='1.000', duration=60)

    def read():
        for _ in range(60):
            data = shown(user)
            hours, minutes, seconds = map(int, data['total_duration'].split(':'))
            assert hours * 60 + minutes == data['nb_workouts'] == data['total_distance']
            assert seconds == 0

    in_parallel([write, write, read, read])


# ---- one query ---------------------------------------------------------------------------------

@pytest.mark.parametrize('workouts', [0, 30])
def test_one_request_is_one_query(api_without_mail, stack_without_mail, db_without_mail, workouts):
    account = insert_user(db_without_mail)
    for sport in range(workouts):
        insert_record(db_without_mail, insert_workout(db_without_mail, account.id, sport % 14 + 1),
                      ('AS', 'FD', 'HA')[sport // 14], 1000)
    token = api_without_mail.post('/api/auth/login', json=account.credentials).json()['auth_token']

    def ask(times):
        for _ in range(times):
            assert api_without_mail.get(PROFILE, token=token).status == 200

    def counted(name):
        return int(root.row(f"SHOW GLOBAL STATUS LIKE '{name}'")['Value'])

    with ThreadPoolExecutor(8) as pool:  # in parallel, so that every process prepares its statement
        list(pool.map(ask, [20] * 8))
    with root_sql(stack_without_mail) as root:
        executed, queries = counted('Com_stmt_execute'), counted('Questions')
        ask(40)
        assert counted('Questions') - queries == 40 + 1  # including this query of the test
        assert counted('Com_stmt_execute') - executed == 40


# ---- without triggers --------------------------------------------------------------------------

@pytest.fixture
def no_triggers(empty_database, programs):
    """A database whose account cannot create triggers."""
    made = empty_database(WITHOUT_TRIGGERS)
    done = programs.migrate(made)
    assert done.returncode == 0 and b'skipped' in done.stdout + done.stderr
    return made


@pytest.fixture
def is_right_in(programs, minter):
    """Assert that the profile agrees with the tables of another database."""
    def check(where, sql, account):
        answer = programs.cgi('GET', PROFILE, token=minter.token(account.id),
                              settings={'DATABASE_URL': where.url})
        exact(answer, (200, {'status': 'success', 'data': expected_profile(sql, account.id)}))
        return answer.json()['data']
    return check


def test_without_triggers_the_profile_is_read_from_the_tables(no_triggers, is_right_in):
    with no_triggers.connect() as sql:
        accounts = [insert_user(sql) for _ in range(3)]
        writer = Writer(sql, [account.id for account in accounts], 7)
        for _ in range(3):
            for account in accounts:
                is_right_in(no_triggers, sql, account)
            for _ in range(30):
                writer.step()
        for account in accounts:
            is_right_in(no_triggers, sql, account)


def test_without_triggers_many_records_are_all_shown(no_triggers, is_right_in):
    with no_triggers.connect() as sql:
        account = insert_user(sql)
        for sport in range(1, 15):
            workout = insert_workout(sql, account.id, sport)
            for kind in ('AS', 'FD', 'HA', 'LD', 'MS'):
                insert_record(sql, workout, kind, 1000)
        assert len(is_right_in(no_triggers, sql, account)['records']) == 70


def test_existing_rows_are_counted_when_the_triggers_become_possible(no_triggers, is_right_in,
                                                                     programs,
                                                                     stack):
    with no_triggers.connect() as sql:
        accounts = [insert_user(sql) for _ in range(4)]
        writer = Writer(sql, [account.id for account in accounts[:3]], 11)
        for _ in range(60):
            writer.step()
    with root_sql(stack) as root:
        root.run(f'GRANT TRIGGER ON {no_triggers.name}.* TO {no_triggers.user}@localhost')
    assert programs.migrate(no_triggers).returncode == 0
    with no_triggers.connect() as sql:  # only a new connection has the new privilege
        writer.sql = sql
        assert sql.value("SELECT COUNT(*) FROM information_schema.TRIGGERS "
                         "WHERE TRIGGER_SCHEMA = DATABASE()") > 0
        for _ in range(3):
            for account in accounts:
                is_right_in(no_triggers, sql, account)
            for _ in range(15):
                writer.step()
