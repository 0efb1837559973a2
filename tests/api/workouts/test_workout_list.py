"""GET /api/workouts: pages and orders of the user's own workouts (contract §29.3)."""

import json
import random
import re
from decimal import Decimal

import pytest

from tests.api.support.exports import insert_segment
from tests.api.support.workouts import WORKOUTS, expected_page, expected_workout, rows_of
from tests.harness.answers import INVALID, exact
from tests.harness.log import parse_line
from tests.harness.people import insert_record

ORDERS = ('workout_date', 'distance', 'duration', 'ave_speed')
EMPTY = {'has_next': False, 'has_prev': False, 'page': 1, 'pages': 0, 'total': 0}


# ---- the objects --------------------------------------------------------------------------------

def test_a_workout_has_all_27_keys(db, user, add, listed):
    row = add('2019-07-14 14:09:58.987654', title='Täglich <b>', notes='', creation_date='2019-07-15 00:00:00',
              modification_date='2019-07-16 01:02:03', pauses=60, min_alt='120.50', max_alt='310.2',
              descent='248.5', ascent='250.125', max_speed='35.5', ave_speed='20.51',
              gpx='workouts/1/a.gpx', map='workouts/1/a.png', map_id='0a1b2c3d',
              bounds='[45.1, 5.7, 45.3, 5.9]', weather_start='{"icon": "rain", "temperature": 12.5}',
              weather_end='{"icon": "x", "other": null}')
    for number in (1, 0):
        insert_segment(db, row['id'], number, pauses=0, ascent='0.000', ave_speed=Decimal('12.5'))
    for kind, value in (('MS', 3550), ('AS', 2051), ('LD', 90061), ('FD', 10000), ('HA', 250125)):
        insert_record(db, row['id'], kind, value)
    workouts, _ = listed()
    assert workouts == [expected_workout(db, row, user.username)]
    assert len(workouts[0]) == 27 and len(workouts[0]['segments'][0]) == 12
    assert [record['record_type']
            for record in workouts[0]['records']] == ['AS', 'FD', 'HA', 'LD', 'MS']
    assert workouts[0]['records'][3]['value'] == '1 day, 1:01:01'
    assert [segment['segment_id'] for segment in workouts[0]['segments']] == [0, 1]
    assert workouts[0]['segments'][0]['ascent'] is None
    assert workouts[0]['workout_date'] == 'Sun, 14 Jul 2019 14:09:58 GMT'


def test_what_is_not_known_is_null(db, user, add, listed):
    row = add(duration=0, moving=None, distance=None, ascent=None)
    workout = listed()[0][0]
    assert workout == expected_workout(db, row, user.username)
    empty = {key for key, value in workout.items() if value in (None, [], False)}
    assert empty == {'title', 'notes', 'creation_date', 'modification_date', 'duration', 'moving', 'pauses',
                     'distance', 'ave_speed', 'max_speed', 'min_alt', 'max_alt', 'ascent', 'descent', 'with_gpx',
                     'map', 'bounds', 'segments', 'records', 'weather_start', 'weather_end', 'previous_workout',
                     'next_workout'}


def test_zero_is_null_except_for_ascent_and_descent(add, listed):
    add(duration=1, moving=0, pauses=0, distance='0', ave_speed='0', max_speed='0', min_alt='0', max_alt='0',
        ascent='0', descent='0')
    workout = listed()[0][0]
    assert (workout['ascent'], workout['descent']) == (0, 0)
    for key in ('moving', 'pauses', 'distance', 'ave_speed', 'max_speed', 'min_alt', 'max_alt'):
        assert workout[key] is None, key


@pytest.mark.parametrize(('columns', 'shown'), [
    ({'map': None, 'map_id': 'x'}, None), ({'map': '', 'map_id': 'x'}, None),
    ({'map': 'a.png', 'map_id': 'x'}, 'x'), ({'map': 'a.png', 'map_id': None}, None)])
def test_the_map_has_a_name_only_if_there_is_one(add, listed, columns, shown):
    add(**columns)
    assert listed()[0][0]['map'] == shown


@pytest.mark.parametrize(('weather', 'shown'), [
    (None, None), ('null', None), ('{}', {}), ('{"a": [1, {"b": "ü"}]}', {'a': [1, {'b': 'ü'}]})])
def test_the_weather_is_shown_as_it_is_stored(add, listed, weather, shown):
    add(weather_start=weather, weather_end=weather)
    workout = listed()[0][0]
    assert (workout['weather_start'], workout['weather_end']) == (shown, shown)


@pytest.mark.parametrize(('bounds', 'shown'), [
    (None, []), ('[]', []), ('null', []), ('[-1.5, 2, 3e1, 4]', [-1.5, 2, 30, 4])])
def test_the_bounds_are_an_array(add, listed, bounds, shown):
    add(bounds=bounds)
    assert listed()[0][0]['bounds'] == shown


def test_each_workout_has_its_own_segments_and_records(db, user, add, listed):
    rows = [add(f'2024-05-0{day} 10:00:00', sport_id=day) for day in (3, 1, 2)]
    for row in rows[1:]:
        for number in range(row['sport_id']):
            insert_segment(db, row['id'], number, distance=Decimal(row['sport_id']))
        insert_record(db, row['id'], 'FD', 1000 * row['sport_id'])
    assert listed()[0] == expected_page(db, user, rows)


# ---- whose --------------------------------------------------------------------------------------

def test_only_own_workouts_are_listed_and_are_neighbors(db, user, make_user, add, listed):
    other = make_user(admin=1)
    rows = []
    for day in range(1, 8):
        add(f'2024-05-0{day} 09:00:00', owner=other)
        rows.append(add(f'2024-05-0{day} 10:00:00'))
    workouts, pagination = listed()
    assert workouts == expected_page(db, user, rows) and pagination['total'] == 7
    assert listed('?order_by=distance')[0] == expected_page(db, user, rows, order_by='distance')


def test_administrators_see_only_their_own_workouts(api, db, make_user, minter, add):
    admin = make_user(admin=1)
    add()
    own = add(owner=admin)
    body = api.get(WORKOUTS, token=minter.token(admin.id)).json()
    assert body['data']['workouts'] == [expected_workout(db, own, admin.username)]


def test_without_workouts_the_list_is_empty(listed):
    assert listed() == ([], EMPTY)
    assert listed('?order_by=distance&title=x') == ([], EMPTY)


# ---- pages --------------------------------------------------------------------------------------

@pytest.mark.parametrize(('query', 'page', 'size'), [
    ('', 1, 5), ('page=2', 2, 5), ('page=3', 3, 5), ('page=4', 4, 5), ('per_page=3', 1, 3),
    ('page=2&per_page=3', 2, 3), ('page=4&per_page=3', 4, 3), ('page=0', 1, 5), ('page=-7', 1, 5),
    ('page=%2B2', 2, 5), ('per_page=0', 1, 20), ('per_page=-1', 1, 20), ('per_page=101', 1, 100),
    ('per_page=100', 1, 100), ('page=2147483647&per_page=100',
                               2147483647, 100), ('per_page=1&page=11', 11, 1),
    ('page=1&page=2', 1, 5), ('page=%32&per_page=3', 2, 3), ('unknown=x&Page=2&with_ascent=true', 1, 5)])
@pytest.mark.parametrize('order', ['workout_date', 'distance'])
def test_a_page_has_its_part_of_the_list(db, user, add, listed, query, page, size, order):
    rows = [add(f'2024-05-{day:02} 10:00:00', distance=day % 3) for day in range(1, 12)]
    workouts, pagination = listed(f'?{query}&order_by={order}')
    assert workouts == expected_page(db, user, rows, page, size, order_by=order)
    pages = -(-11 // size)
    assert pagination == {
        'has_next': page < pages,
        'has_prev': page > 1,
        'page': page,
        'pages': pages,
        'total': 11}


def test_a_page_has_at_most_100_workouts(db, user, add, listed):
    rows = [add(f'2024-05-01 10:00:{number % 60:02}.{number:03}') for number in range(103)]
    for row in rows[:3]:
        insert_segment(db, row['id'], 0)
    for page in (1, 2):
        workouts, pagination = listed(f'?per_page=500&page={page}')
        assert workouts == expected_page(db, user, rows, page, 100)
        assert (pagination['pages'], pagination['total']) == (2, 103)


# ---- orders -------------------------------------------------------------------------------------

@pytest.fixture
def varied(add):
    """Workouts with equal and unknown values in every order, and in two sports."""
    numbers = random.Random(17)
    return [add(f'2024-05-{numbers.randint(1, 9):02} 10:00:00', sport_id=numbers.randint(1, 2),
                distance=numbers.choice([None, '0', '1.5', '10', '9.999']),
                moving=numbers.choice([None, 0, 60, 3600]), ave_speed=numbers.choice([None, '9.5', '10.25']))
            for _ in range(24)]


@pytest.mark.parametrize('order', ['asc', 'desc', 'ASC', ''])
@pytest.mark.parametrize('order_by', ORDERS)
def test_the_list_is_ordered_and_pages_have_each_workout_once(
        db, user, varied, listed, order_by, order):
    """Unknown values count as larger than all others; equal values are by id, in the same direction."""
    pages = [listed(f'?order_by={order_by}&order={order}&per_page=7&page={page}')[
        0] for page in (1, 2, 3, 4)]
    expected = expected_page(db, user, varied, size=100, order_by=order_by, order=order)
    assert sum(pages, []) == expected
    of_sport = [row for row in varied if row['sport_id'] == 2]
    assert listed(f'?order_by={order_by}&order={order}&sport_id=2&per_page=4&page=2')[0] == expected_page(
        db, user, of_sport, 2, 4, order_by=order_by, order=order)


def test_the_newest_workout_is_the_first_by_default(db, user, varied, listed):
    assert listed('?per_page=100')[0] == expected_page(db, user, varied, size=100)


@pytest.mark.parametrize('order_by', ORDERS)
def test_workouts_at_the_same_time_have_one_order(user, db, add, listed, order_by):
    """Two workouts are not each other's previous and next one."""
    rows = [add() for _ in range(3)]
    workouts = listed(f'?order_by={order_by}&order=asc')[0]
    assert workouts == expected_page(db, user, rows, order='asc')
    assert [workout['previous_workout']
            for workout in workouts] == [None, workouts[0]['id'], workouts[1]['id']]
    assert [workout['next_workout'] for workout in workouts] == [
        workouts[1]['id'], workouts[2]['id'], None]


# ---- parameters ---------------------------------------------------------------------------------

@pytest.mark.parametrize('query', [
    'page=x', 'page=', 'page', 'page=1.0', 'page=%201', 'page=+1', 'page=%2B-1', 'page=2147483648', 'page=1e3',
    'page=1_0', 'per_page=x', 'per_page=', 'per_page=-2147483649', 'per_page=%00', 'order_by=', 'order_by=id',
    'order_by=moving', 'order_by=user_id', 'order_by=Workout_date', 'order=%80'])
def test_an_invalid_page_or_order_is_refused(api, token, add, query):
    add()
    exact(api.get(f'{WORKOUTS}?{query}', token=token), INVALID)


@pytest.mark.parametrize('query', ['title=%', 'title=%zz', 'page=1%'])
def test_a_badly_encoded_parameter_is_refused(api, token, query):
    exact(api.get_with_header(f'{WORKOUTS}?{query}', f'Authorization: Bearer {token}'), INVALID)


# ---- cost ---------------------------------------------------------------------------------------

def queries_of(programs, token, query):
    """The texts of the queries of workouts that a request makes."""
    answer = programs.cgi('GET', WORKOUTS, token=token, settings={'LOG_LEVEL': 'debug', 'LOG': ''},
                          parameters={'QUERY_STRING': query})
    assert answer.status == 200
    texts = [parse_line(line).get('query', '') for line in answer.stderr.splitlines()]
    return [text for text in texts if 'workouts AS w' in text]


@pytest.fixture
def many(db, user):
    """Many workouts of the user, and of another one at the same times."""
    db.run('INSERT INTO workouts (uuid, user_id, sport_id, workout_date, duration) '
           "SELECT UUID(), %s, 1, '2020-01-01' + INTERVAL seq HOUR, 60 FROM ("
           'SELECT @n := @n + 1 AS seq FROM (SELECT @n := 0) AS start, information_schema.COLLATIONS AS a, '
           'information_schema.COLLATIONS AS b LIMIT 3000) AS numbers', user.id)
    db.run('ANALYZE TABLE workouts')


@pytest.mark.parametrize('query', ['', 'order=asc', 'from=2020-02-01&to=2020-04-01', 'sport_id=1'])
def test_the_default_order_reads_its_index_and_sorts_no_table(programs, db, token, many, query):
    count, page = queries_of(programs, token, query)
    assert 'COUNT' not in page and 'ORDER BY' not in count
    for text in (count, page):
        value = 'w.id' if text == page else 'COUNT(*)'
        plan = db.plan(f'SELECT {value} {text}'.replace('BETWEEN ? AND ?', "BETWEEN '2020-01-01' AND '2020-06-01'")
                       .replace('?', '1'))
        scans = [row for row in plan if row['key'] == 'ix_workouts_user_date']
        assert len(scans) == 1, plan
        assert 'filesort' not in (scans[0]['Extra'] or ''), plan
        if 'sport_id' not in query:  # the index alone
            assert 'Using index' in scans[0]['Extra'], plan


def index_reads(db, text):
    """How many entries of indexes a query reads."""
    def count():
        return sum(int(row['Value']) for row in db.rows(
            "SHOW SESSION STATUS WHERE Variable_name IN ('Handler_read_key', 'Handler_read_first', "
            "'Handler_read_last', 'Handler_read_next', 'Handler_read_prev')"))
    before = count()
    db.rows(text)
    return count() - before


def test_the_first_page_reads_as_much_of_many_workouts_as_of_few(
        programs, db, token, user, many, make_user, add):
    """Only the count and later pages read more."""
    few = make_user()
    for day in range(1, 9):
        add(f'2024-05-0{day} 10:00:00', owner=few)
    _count, page = queries_of(programs, token, '')

    def reads(account):
        values = iter((str(account.id), "'0001-01-01'", "'9999-12-31'", '6', '0'))
        return index_reads(db, 'SELECT w.id ' + re.sub('[?]', lambda _: next(values), page))
    assert len(rows_of(db, user)) == 3000
    assert 6 < reads(user) <= reads(few) + 2 < 40


def test_the_objects_of_a_page_are_valid_json(add, api, token):
    add(title='"\\\n</script>', notes='\u2028', weather_start='{"a": "\\u0000"}')
    body = api.get(WORKOUTS, token=token).body
    assert json.loads(body)['data']['workouts'][0]['title'] == '"\\\n</script>'
