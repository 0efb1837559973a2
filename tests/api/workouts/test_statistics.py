"""GET /api/stats/<user_name>/by_time and by_sport (contract §29.5 and §29.6)."""

import random

import pytest

from tests.api.support.workouts import by_sport, by_time
from tests.harness.answers import INVALID, NO_SUCH_SPORT, NOURL, UNKNOWN_USER, exact

FORBIDDEN = (403, {'status': 'error', 'message': 'you do not have permissions'})
BAD_PERIOD = (400, {'status': 'fail', 'message': 'Invalid time period.'})
KINDS = ('by_time', 'by_sport')
TIMES = ('week', 'weekm', 'month', 'year')


@pytest.fixture
def statistics(api, user, token):
    """The statistics that the user gets."""
    def get(kind, query=''):
        answer = api.get(f'/api/stats/{user.username}/{kind}?{query}', token=token)
        assert answer.status == 200, answer.body
        body = answer.json()
        assert (list(body), body['status'], list(body['data'])) == (
            ['status', 'data'], 'success', ['statistics'])
        return body['data']['statistics']
    return get


@pytest.fixture
def history(add, make_user):
    """Workouts of several years in three sports, with unknown values, and one of another user."""
    numbers = random.Random(7)
    add(owner=make_user())
    return [add(f'{numbers.randint(2016, 2019)}-{numbers.randint(1, 12):02}-{numbers.randint(1, 28):02} '
                f'{numbers.choice(("00:00:00", "12:30:00", "23:59:59.999999"))}', numbers.randint(
                    1, 3),
                moving=numbers.choice([None, 0, 100000, 3601]), distance=numbers.choice([None, '0.001', '99.999']),
                ascent=numbers.choice([None, '1.5']), descent=numbers.choice([None, '2.125']),
                ave_speed=numbers.choice([None, '10', '20.01', '33.33'])) for _ in range(60)]


@pytest.fixture(autouse=True)
def in_utc(db, user):
    db.run("UPDATE users SET timezone = 'Etc/UTC' WHERE id = %s", user.id)


# ---- figures ------------------------------------------------------------------------------------

@pytest.mark.parametrize('time', TIMES)
def test_each_period_and_sport_has_its_figures(statistics, history, time):
    assert statistics('by_time', f'time={time}') == by_time(history, time)


def test_a_period_is_a_year_by_default(statistics, history):
    assert statistics('by_time') == statistics('by_time', 'time=') == by_time(history, 'year')


def test_each_sport_has_its_figures(statistics, history):
    assert statistics('by_sport') == statistics('by_sport', 'time=fortnight') == by_sport(history)


@pytest.mark.parametrize('kind', KINDS)
def test_without_workouts_the_statistics_are_an_empty_object(statistics, kind):
    assert statistics(kind) == {}


def test_the_figures_are_exact(statistics, add):
    add('2018-01-01 10:00:00', distance='10', moving=90000,
        duration=99999, ascent='0.1', descent='0.2', ave_speed='10')
    add('2018-01-02 10:00:00', distance='0.001', moving=1,
        duration=99999, ascent='0.2', descent='0.1', ave_speed='10.01')
    assert statistics('by_time') == {'2018': {'1': {
        'average_speed': 10.01, 'nb_workouts': 2, 'total_ascent': 0.3, 'total_descent': 0.3, 'total_distance': 10.001,
        'total_duration': 90001}}}


@pytest.mark.parametrize(('speeds', 'mean'), [
    (['10.00', '10.01'], 10.01), (['10.00', '10.00', '10.01'],
                                  10.0), (['0.01', None, None], 0.01), ([None, None], 0),
    (['33.33', '33.33', '33.34'], 33.33), (['9999.99', '9999.99'], 9999.99), (['10', '20', '40'], 23.33)])
def test_the_average_speed_is_rounded_once_half_up(statistics, add, speeds, mean):
    for day, speed in enumerate(speeds, 1):
        add(f'2018-01-{day:02} 10:00:00', ave_speed=speed)
    assert statistics('by_sport')['1']['average_speed'] == mean


def test_unknown_values_count_as_zero(statistics, add):
    add(distance=None, moving=None, ascent=None, descent=None, ave_speed=None)
    assert statistics('by_sport') == {'1': {
        'average_speed': 0, 'nb_workouts': 1, 'total_ascent': 0, 'total_descent': 0, 'total_distance': 0,
        'total_duration': 0}}


# ---- periods ------------------------------------------------------------------------------------

@pytest.mark.parametrize(('time', 'sunday', 'monday'), [
    ('week', '2018-04-01', '2017-12-31'), ('weekm', '2018-03-26',
                                           '2018-01-01'), ('month', '2018-04', '2018-01'),
    ('year', '2018', '2018')])
@pytest.mark.parametrize('clock', ['00:00:00', '23:59:59.999999'])
def test_the_key_of_a_period(statistics, add, time, sunday, monday, clock):
    add(f'2018-04-01 {clock}')
    add(f'2018-01-01 {clock}')
    assert set(statistics('by_time', f'time={time}')) == {sunday, monday}


@pytest.mark.parametrize('zone', ['America/New_York', 'Pacific/Auckland'])
def test_the_day_of_a_workout_is_the_day_in_utc_though_limits_are_local(
        db, user, statistics, add, zone):
    db.run('UPDATE users SET timezone = %s, weekm = 1 WHERE id = %s', zone, user.id)
    add('2018-01-01 00:00:00')
    assert list(statistics('by_time', 'time=month')) == ['2018-01']
    inside = 'from=2017-12-31&to=2017-12-31' if zone == 'America/New_York' else 'from=2018-01-01&to=2018-01-01'
    assert list(statistics('by_time', f'time=month&{inside}')) == ['2018-01']
    outside = 'from=2018-01-01' if zone == 'America/New_York' else 'from=2018-01-02'
    assert statistics('by_time', f'time=month&{outside}') == {}


@pytest.mark.parametrize('kind', KINDS)
def test_only_workouts_in_the_period_count(statistics, history, kind):
    inside = [row for row in history if '2017-03-01' <=
              str(row['workout_date'])[:10] <= '2018-10-15']
    assert 0 < len(inside) < len(history)
    expected = by_time(inside) if kind == 'by_time' else by_sport(inside)
    assert statistics(kind, 'from=2017-03-01&to=2018-10-15') == expected
    assert statistics(kind, 'from=2018-10-15&to=2017-03-01') == {}


@pytest.mark.parametrize('kind', KINDS)
def test_only_the_sport_of_the_filter_counts(statistics, history, kind):
    inside = [row for row in history if row['sport_id'] == 2]
    assert statistics(
        kind, 'sport_id=2') == (
        by_time(inside) if kind == 'by_time' else by_sport(inside))
    assert statistics(kind, 'sport_id=14') == {}
    assert statistics(kind, 'sport_id=') == statistics(kind)


def test_disabled_sports_count_like_others(db, statistics, add):
    add(sport_id=13)
    db.run('UPDATE sports SET is_active = 0 WHERE id = 13')
    try:
        assert set(statistics('by_sport')) == set(statistics('by_sport', 'sport_id=13')) == {'13'}
    finally:
        db.run('UPDATE sports SET is_active = 1 WHERE id = 13')


# ---- refusals -----------------------------------------------------------------------------------

@pytest.mark.parametrize('kind', KINDS)
def test_other_users_see_no_statistics(api, user, minter, make_user, history, kind):
    for caller in (make_user(), make_user(admin=1)):
        exact(
            api.get(
                f'/api/stats/{user.username}/{kind}?from=x&time=x',
                token=minter.token(
                    caller.id)),
            FORBIDDEN)


@pytest.mark.parametrize('kind', KINDS)
def test_the_username_is_compared_exactly(api, token, user, kind):
    for name in (user.username.upper(), f'{user.username}%20',
                 'nobody', '%C3%A9', user.username[:-1]):
        exact(api.get(f'/api/stats/{name}/{kind}?from=x', token=token), UNKNOWN_USER)


@pytest.mark.parametrize('kind', KINDS)
@pytest.mark.parametrize('query', ['from=x', 'to=2018-02-30',
                         'sport_id=x', 'sport_id=2147483648', 'from=%FF'])
def test_an_invalid_filter_is_refused(api, token, user, kind, query):
    exact(api.get(f'/api/stats/{user.username}/{kind}?{query}&time=x', token=token), INVALID)


@pytest.mark.parametrize('time', ['day', 'Week', 'weeks', '%20week', 'null', '0'])
def test_an_unknown_period_is_refused_also_without_workouts(api, token, user, time):
    exact(api.get(f'/api/stats/{user.username}/by_time?time={time}', token=token), BAD_PERIOD)


def test_by_time_an_unknown_sport_is_empty_and_by_sport_it_is_not_found(
        api, token, user, statistics, history):
    assert statistics('by_time', 'sport_id=2147483647') == {}
    for sport in ('2147483647', '0', '-1'):
        exact(
            api.get(
                f'/api/stats/{user.username}/by_sport?sport_id={sport}',
                token=token),
            NO_SUCH_SPORT)


@pytest.mark.parametrize('path', ['/api/stats/all', '/api/stats', '/api/stats/{}', '/api/stats/{}/by_year',
                                  '/api/stats/{}/by_time/'])
def test_other_statistics_are_not_offered(api, token, user, path):
    exact(api.get(path.format(user.username), token=token), NOURL)
