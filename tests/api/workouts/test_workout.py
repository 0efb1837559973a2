"""GET /api/workouts/<short_id>: one workout of the user (contract §29.4); and the records (§29.7)."""

import uuid

import pytest

from tests.api.support.exports import insert_segment
from tests.api.support.profile import expected_profile, shortuuid
from tests.api.support.workouts import NO_WORKOUT, RECORDS, WORKOUTS, expected_workout
from tests.harness.answers import NOURL, exact
from tests.harness.people import insert_record

FORBIDDEN = (403, {'status': 'error', 'message': 'you do not have permissions'})


@pytest.fixture
def shown(api, token):
    def get(row):
        answer = api.get(f'{WORKOUTS}/{shortuuid(row["uuid"])}', token=token)
        body = answer.json()
        assert (answer.status, body['status'], list(body), list(body['data'])) == (
            200, 'success', ['status', 'data'], ['workouts'])
        assert len(body['data']['workouts']) == 1
        return body['data']['workouts'][0]
    return get


def test_a_workout_is_shown_with_segments_and_records(db, user, add, shown):
    add('2024-05-01 09:00:00')
    row = add(
        '2024-05-01 10:00:00',
        title='x',
        gpx='a.gpx',
        bounds='[1, 2, 3, 4]',
        ave_speed='20.51')
    for number in range(3):
        insert_segment(db, row['id'], number, moving=60 * number)
    insert_record(db, row['id'], 'AS', 2051)
    before = db.row('SELECT * FROM workouts WHERE user_id = %s ORDER BY id LIMIT 1', user.id)
    assert shown(row) == expected_workout(db, row, user.username, before)
    assert len(shown(row)['segments']) == 3 and len(shown(row)['records']) == 1


def test_its_neighbors_are_those_in_time(db, user, make_user, add, shown):
    """Of workouts at the same time, the one with the smaller id comes first."""
    other = make_user()
    late, early, first, second = (add(f'2024-05-{day} 10:00:00.123456')
                                  for day in ('03', '01', '02', '02'))
    add('2024-05-02 10:00:00.123456', owner=other)
    in_time = [early, first, second, late]
    for before, row, after in zip([None, *in_time], in_time, [*in_time[1:], None]):
        assert shown(row) == expected_workout(db, row, user.username, before, after)


def test_a_workout_of_another_user_is_refused_also_to_administrators(api, minter, make_user, add):
    row = add()
    for caller in (make_user(), make_user(admin=1)):
        exact(
            api.get(
                f'{WORKOUTS}/{shortuuid(row["uuid"])}',
                token=minter.token(
                    caller.id)),
            FORBIDDEN)


def test_an_unknown_workout_is_not_found(api, token, add):
    add()
    exact(api.get(f'{WORKOUTS}/{shortuuid(str(uuid.uuid4()))}', token=token), NO_WORKOUT)


@pytest.mark.parametrize('change', [
    lambda short: short[:-1], lambda short: '2' +
    short, lambda short: short + '2', lambda short: short.lstrip('2'),
    lambda short: short[:-1] + '0', lambda short: short[:-1] + 'l', lambda short: short[:-1] + '-',
    lambda short: short[:-1] + '%C3%A9', lambda short: 'z' *
    22, lambda short: 'oZEq7ovRbLq6UnGMPwc8B6',
    lambda short: 'no_gpx', lambda short: short[:-1] + '%20'])
def test_a_workout_has_one_spelling(api, token, add, change):
    row = add(uuid='00000000-0000-4000-8000-' + uuid.uuid4().hex[:12])
    short = shortuuid(row['uuid'])
    assert short.startswith('2222')
    assert api.get(f'{WORKOUTS}/{short}', token=token).status == 200
    exact(api.get(f'{WORKOUTS}/{change(short)}', token=token), NO_WORKOUT)


def test_the_uuid_itself_is_no_id(api, token, add):
    exact(api.get(f'{WORKOUTS}/{add()["uuid"]}', token=token), NO_WORKOUT)


@pytest.mark.parametrize('path', ['/gpx', '/chart_data',
                         '/gpx/segment/1', '/chart_data/segment/1', '/gpx/download', '/'])
def test_what_is_below_a_workout_is_not_offered(api, token, add, path):
    exact(api.get(f'{WORKOUTS}/{shortuuid(add()["uuid"])}{path}', token=token), NOURL)


# ---- records ------------------------------------------------------------------------------------

def test_the_records_are_those_of_the_profile(api, db, user, make_user, token, add):
    for day, sport in ((1, 2), (2, 1), (3, 1)):
        row = add(f'2024-05-0{day} 10:00:00', sport)
        for kind, value in {3: [('HA', None)], 2: [('MS', 3550), ('AS', 2050)], 1: [
                ('LD', 60), ('FD', 9)]}[day]:
            insert_record(db, row['id'], kind, value)
    insert_record(db, add(owner=make_user())['id'], 'AS', 1)
    records = expected_profile(db, user.id)['records']
    assert [(record['sport_id'], record['record_type'], record['value']) for record in records] == [
        (1, 'AS', 20.5), (1, 'HA', None), (1, 'MS', 35.5), (2, 'FD', 0.009), (2, 'LD', '0:01:00')]
    exact(api.get(RECORDS, token=token), (200, {'status': 'success', 'data': {'records': records}}))


def test_without_records_the_list_is_empty(api, token, add):
    add()
    exact(api.get(f'{RECORDS}?page=x', token=token),
          (200, {'status': 'success', 'data': {'records': []}}))
