"""The filters of GET /api/workouts (contract §29.2); statistics share those of the period and of the sport."""

from urllib.parse import quote

import pytest

from tests.api.support.workouts import WORKOUTS, expected_page
from tests.harness.answers import INVALID, exact


# ---- numbers ------------------------------------------------------------------------------------

@pytest.fixture
def measured(add):
    """Workouts whose title is the value of all their columns; one has no values."""
    for minute, value in enumerate(('0', '8.09', '8.1', '8.11', '60')):
        add(f'2024-05-01 10:{minute:02}:00', title=value,
            distance=value, ave_speed=value, max_speed=value)
    add('2024-05-01 11:00:00', title='none', distance=None, ave_speed=None, max_speed=None)


@pytest.mark.parametrize('name', ['distance', 'ave_speed', 'max_speed'])
@pytest.mark.parametrize(('query', 'titles'), [
    ('{}_from=8.1', ['60', '8.11', '8.1']), ('{}_to=8.1', ['8.1', '8.09', '0']),
    ('{}_from=8.1&{}_to=8.1', ['8.1']), ('{}_from=8.100', ['60', '8.11', '8.1']),
    ('{}_from=0', ['60', '8.11', '8.1', '8.09', '0']),
    ('{}_from=-1', ['60', '8.11', '8.1', '8.09', '0']),
    ('{}_from=60.001', []), ('{}_from=%2B6e1', ['60']), ('{}_from=.6E2', ['60']), ('{}_to=5.', ['0']),
    ('{}_from=9&{}_to=8', []), ('{}_from=1e300', []),
    ('{}_from=&{}_to=', ['none', '60', '8.11', '8.1', '8.09', '0']), ('{}_from=60&{}_from=0', ['60'])])
def test_limits_are_included_and_an_unknown_value_meets_none(measured, found, name, query, titles):
    assert found(query.replace('{}', name)) == titles


@pytest.mark.parametrize(('query', 'titles'), [
    ('from=1:00', ['5400', '3600']), ('to=1:00', ['3600', '3599', '0']),
    ('from=0:60&to=00:60', ['3600']), ('from=1:30', ['5400']), ('from=0:90', ['5400']),
    ('from=00001:30', ['5400']), ('from=1:5', ['5400']),
    ('from=99999:99', []), ('to=0:0', ['0']), ('from=&to=', ['none', '5400', '3600', '3599', '0'])])
def test_the_duration_is_the_time_in_motion(add, found, query, titles):
    for minute, seconds in enumerate((0, 3599, 3600, 5400)):
        add(f'2024-05-01 10:{minute:02}:00', title=str(seconds), moving=seconds, duration=7200)
    add('2024-05-01 11:00:00', title='none', moving=None, duration=7200)
    assert found(query.replace('from', 'duration_from').replace('to=', 'duration_to=')) == titles


@pytest.mark.parametrize('query', [
    'distance_from=x', 'distance_to=1,5', 'distance_from=nan', 'distance_to=inf', 'ave_speed_from=-inf',
    'ave_speed_to=1e400', 'max_speed_from=%201', 'max_speed_to=1_0', 'max_speed_to=0x10', 'max_speed_to=.',
    'max_speed_to=1e', 'distance_from=%00', 'duration_from=1', 'duration_to=1:', 'duration_from=:30',
    'duration_from=1:234', 'duration_to=123456:00', 'duration_to=1:30:00', 'duration_from=-1:00', 'duration_from=1:+5',
    'duration_to=%201:00', 'sport_id=x', 'sport_id=1.0', 'sport_id=2147483648', 'sport_id=-2147483649', 'sport_id=%201',
    'from=x', 'from=2024-13-01', 'from=2023-02-29', 'to=2024-04-31', 'to=0999-01-01', 'to=10000-01-01',
    'from=2024-001-01', 'from=2024-1', 'from=2024-01-01T00:00', 'from=%202024-01-01', 'to=01-01-2024', 'to=2024/01/01',
    'title=%00', 'title=%FF'])
def test_an_invalid_filter_is_refused(api, token, query):
    exact(api.get(f'{WORKOUTS}?{query}', token=token), INVALID)


# ---- texts --------------------------------------------------------------------------------------

@pytest.mark.parametrize(('part', 'titles'), [
    ('lake', ['Around the LAKE', 'lake 50%']), ('Äro', ['Around the LAKE']),
    ('50%', ['lake 50%']), ('%', ['lake 50%']), ('_', ['a_b']), ('\\', ['a\\b']), ('!', ['a!b']),
    ('a_b', ['a_b']), ('a!b', ['a!b']), ("'", []), ('ß', []),
    ('', [None, 'a!b', 'a\\b', 'a_b', 'Around the LAKE', 'lake 50%'])])
def test_a_title_is_found_by_a_part_of_it(add, found, part, titles):
    for minute, title in enumerate(('lake 50%', 'Around the LAKE', 'a_b', 'a\\b', 'a!b', None)):
        add(f'2024-05-01 10:{minute:02}:00', title=title)
    assert found(f'title={quote(part)}') == titles


@pytest.mark.parametrize(('sport', 'titles'), [
    ('1', ['one']), ('%2B1', ['one']), ('-1', []), ('0', []), ('2147483647', []), ('', ['two', 'one'])])
def test_an_unknown_sport_has_no_workouts(add, found, sport, titles):
    add('2024-05-01 10:00:00', 1, title='one')
    add('2024-05-01 11:00:00', 2, title='two')
    assert found(f'sport_id={sport}') == titles


# ---- days in the user's time zone ---------------------------------------------------------------

def zone_of(db, user, zone):
    db.run('UPDATE users SET timezone = %s WHERE id = %s', zone, user.id)


def move(db, workout, seconds):
    db.run('UPDATE workouts SET workout_date = workout_date + INTERVAL %s SECOND WHERE id = %s',
           seconds, workout['id'])


@pytest.mark.parametrize(('zone', 'first', 'last'), [
    ('America/New_York', '2018-02-01 05:00:00', '2018-05-01 03:59:59.999999'),
    ('Europe/Paris', '2018-01-31 23:00:00', '2018-04-30 21:59:59.999999'),
    ('Asia/Kathmandu', '2018-01-31 18:15:00', '2018-04-30 18:14:59.999999'),
    (None, '2018-02-01 00:00:00', '2018-04-30 23:59:59.999999'),
    ('', '2018-02-01 00:00:00', '2018-04-30 23:59:59.999999'),
    ('Mars/Phobos', '2018-02-01 00:00:00', '2018-04-30 23:59:59.999999'),
    ('../../../etc/passwd', '2018-02-01 00:00:00', '2018-04-30 23:59:59.999999')])
@pytest.mark.parametrize('query', ['from=2018-02-01&to=2018-04-30', 'from=2018-2-1&to=2018-4-30'])
def test_a_period_has_whole_days_of_the_users_time_zone(
        db, user, add, found, zone, first, last, query):
    zone_of(db, user, zone)
    for title, date, seconds in (('before', first, '-0.000001'), ('first', first, '0'), ('last', last, '0'),
                                 ('after', last, '0.000001')):
        move(db, add(date, title=title), seconds)
    assert found(query) == ['last', 'first']


@pytest.mark.parametrize(('day', 'first', 'last'), [
    # clocks go forward: the day has no midnight
    ('2018-03-11', '2018-03-11 05:00:00', '2018-03-12 03:59:59'),
    # clocks go back: midnight comes twice
    ('2018-11-04', '2018-11-04 05:00:00', '2018-11-05 04:59:59')])
def test_a_day_on_which_clocks_change(db, user, add, found, day, first, last):
    zone_of(db, user, 'America/Havana')
    for title, date, seconds in (('before', first, -1), ('first', first, 0),
                                 ('last', last, 0), ('after', last, 1)):
        move(db, add(date, title=title), seconds)
    assert found(f'from={day}&to={day}') == ['last', 'first']


@pytest.mark.parametrize(('query', 'titles'), [
    ('from=1000-01-01&to=9999-12-31', ['late', 'early']),
    ('from=9999-12-31', ['late']), ('to=1000-01-01', ['early']),
    ('from=2018-05-02&to=2018-05-01', []), ('from=&to=', ['late', 'early'])])
def test_the_first_and_the_last_day_of_the_calendar(db, user, add, found, query, titles):
    zone_of(db, user, 'America/New_York')
    add('1000-01-01 12:00:00', title='early')
    add('9999-12-31 23:59:59.999999', title='late')
    assert found(query) == titles


# ---- together -----------------------------------------------------------------------------------

def test_all_filters_must_match(add, found):
    rows = {'title': 'x', 'distance': '10', 'moving': 3600, 'ave_speed': '10', 'max_speed': '20'}
    add('2024-05-01 10:00:00', 2, **rows)
    for name, value in (('title', 'y'), ('distance', '1'), ('moving', 60),
                        ('ave_speed', '1'), ('max_speed', '1')):
        add('2024-05-01 10:00:00', 2, **{**rows, name: value})
    add('2024-05-01 10:00:00', 1, **rows)
    add('2024-04-01 10:00:00', 2, **rows)
    assert found('title=X&distance_from=9&distance_to=11&duration_from=0:59&duration_to=1:01&ave_speed_from=9&'
                 'ave_speed_to=11&max_speed_from=19&max_speed_to=21&sport_id=2&from=2024-05-01&to=2024-05-01') == ['x']


@pytest.mark.parametrize('order_by', ['workout_date', 'distance', 'duration', 'ave_speed'])
@pytest.mark.parametrize(('query', 'days'), [
    ('from=2024-05-03&to=2024-05-08', range(3, 9)),
    ('sport_id=2', range(2, 10, 2)), ('title=t1', [1]),
    ('max_speed_to=5', range(1, 6)), ('duration_from=0:04', range(4, 10))])
def test_neighbors_in_a_list_match_its_filters(db, user, add, listed, order_by, query, days):
    rows = {day: add(f'2024-05-{day:02} 10:00:00', 2 - day % 2, title=f't{day}', max_speed=day, moving=60 * day,
                     distance=10 - day, ave_speed=day % 4) for day in range(1, 10)}
    matching = [rows[day] for day in days]
    for page in (1, 2):
        workouts, pagination = listed(f'?{query}&order_by={order_by}&per_page=3&page={page}')
        assert workouts == expected_page(db, user, matching, page, 3, order_by=order_by)
        assert pagination['total'] == len(matching)
