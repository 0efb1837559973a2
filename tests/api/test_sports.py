"""GET /api/sports and /api/sports/<sport_id> (contract §7.3)."""

import pytest

from tests.api.support.administrators import FORBIDDEN, admin, admin_token  # noqa: F401
from tests.api.support.dialects import BOTH, DIALECTS
from tests.api.support.scoped import oauth2_token
from tests.harness.answers import INVALID, NOT_ALLOWED, NOURL, exact, is_bad_scope, is_no_auth
from tests.harness.people import insert_user, insert_workout
from tests.api.support.schema import SPORTS as SEED

SPORTS = '/api/sports'
RUNNING, WALKING = 5, 6
NOT_FOUND = (404, {'data': {'sports': []}, 'status': 'not found'})


def seed_sport(sport_id, **changes):
    label, threshold = SEED[sport_id - 1]
    return {'id': sport_id, 'label': label, 'is_active': True, 'is_active_for_user': True,
            'color': None, 'stopped_speed_threshold': threshold, **changes}


def found(*sports):
    return 200, {'data': {'sports': list(sports)}, 'status': 'success'}


@pytest.fixture
def prefer(db, user):
    def write(sport_id, **columns):
        db.insert('users_sports_preferences', user_id=user.id, sport_id=sport_id, **columns)
    return write


@pytest.fixture
def change_sport(db):
    """Change a sport until the test ends."""
    changed = []

    def write(sport_id, **columns):
        changed.append(db.row('SELECT * FROM sports WHERE id = %s', sport_id))
        for name, value in columns.items():
            db.run(f'UPDATE sports SET {name} = %s WHERE id = %s', value, sport_id)

    yield write
    for row in changed:
        db.run('UPDATE sports SET label = %s, is_active = %s, stopped_speed_threshold = %s '
               'WHERE id = %s', row['label'], row['is_active'], row['stopped_speed_threshold'],
               row['id'])


@pytest.fixture
def get(api, token):
    return lambda path=SPORTS: api.get(path, token=token)


def test_all_sports_are_listed_by_their_number(get):
    exact(get(), found(*map(seed_sport, range(1, len(SEED) + 1))))


@pytest.mark.parametrize('sport_id', [1, 6, 14])
def test_one_sport_is_a_list_of_one(get, sport_id):
    exact(get(f'{SPORTS}/{sport_id}'), found(seed_sport(sport_id)))


def test_preferences_are_merged_in(get, prefer):
    prefer(RUNNING, color='#aB1', is_active=0, stopped_speed_threshold=2.5)
    expected = seed_sport(RUNNING, color='#aB1', is_active_for_user=False,
                          stopped_speed_threshold=2.5)
    exact(get(f'{SPORTS}/{RUNNING}'), found(expected))
    sports = get().json()['data']['sports']
    assert sports[RUNNING - 1] == expected
    assert sports[WALKING - 1] == seed_sport(WALKING)


def test_preferences_of_others_are_not_shown(api, get, minter, make_user, prefer):
    prefer(RUNNING, color='#abc', is_active=0, stopped_speed_threshold=9)
    other = minter.token(make_user().id)
    exact(api.get(f'{SPORTS}/{RUNNING}', token=other), found(seed_sport(RUNNING)))


@pytest.mark.parametrize(('of_sport', 'of_user', 'for_user'), [
    (1, None, True), (1, 1, True), (1, 0, False), (0, None, False), (0, 1, False), (0, 0, False)])
def test_a_sport_is_active_for_a_user_when_both_flags_are_set(
        get, prefer, change_sport, of_sport, of_user, for_user):
    change_sport(RUNNING, is_active=of_sport)
    if of_user is not None:
        prefer(RUNNING, is_active=of_user)
    exact(get(f'{SPORTS}/{RUNNING}'),
          found(seed_sport(RUNNING, is_active=bool(of_sport), is_active_for_user=for_user)))


def test_an_inactive_sport_is_listed_too(get, change_sport):
    change_sport(RUNNING, is_active=0)
    assert len(get().json()['data']['sports']) == len(SEED)


def test_the_current_threshold_of_the_sport_is_shown(get, change_sport):
    change_sport(RUNNING, stopped_speed_threshold=0.7)
    exact(get(f'{SPORTS}/{RUNNING}'), found(seed_sport(RUNNING, stopped_speed_threshold=0.7)))


def test_a_label_in_another_script_is_shown_unchanged(get, change_sport):
    change_sport(RUNNING, label='Løb 走 "quick" 😀')
    exact(get(f'{SPORTS}/{RUNNING}'), found(seed_sport(RUNNING, label='Løb 走 "quick" 😀')))


# ---- has_workouts -------------------------------------------------------------------------------

def test_only_an_administrator_sees_whether_a_sport_has_workouts(api, db, scratch, minter,
                                                                 programs):
    settings = {'DATABASE_URL': scratch.url}
    with scratch.connect() as sql:
        admin, other = insert_user(sql, admin=1), insert_user(sql)
        insert_workout(sql, other.id, sport_id=RUNNING)

        def sports(account, path=SPORTS):
            return programs.cgi('GET', path, token=minter.token(account.id), settings=settings)

        exact(sports(admin), found(*(seed_sport(number, has_workouts=number == RUNNING)
                                     for number in range(1, len(SEED) + 1))))
        exact(sports(admin, f'{SPORTS}/{RUNNING}'), found(seed_sport(RUNNING, has_workouts=True)))
        exact(sports(admin, f'{SPORTS}/{WALKING}'), found(seed_sport(WALKING, has_workouts=False)))
        exact(sports(other), found(*map(seed_sport, range(1, len(SEED) + 1))))


# ---- unknown sports -----------------------------------------------------------------------------

@pytest.mark.parametrize('sport_id', ['0', '15', '4000000', '2147483648', '4294967301',
                                      '9223372036854775808', '18446744073709551621', '9' * 200])
def test_an_unknown_sport_is_not_found(get, sport_id):
    exact(get(f'{SPORTS}/{sport_id}'), NOT_FOUND)


@pytest.mark.parametrize('sport_id', ['abc', '-1', '+1', '1.0', '1x', 'x1', '%201', '1%20', '1%0A',
                                      '1/', '1/x', '', '1%2F', '%EF%BC%91', '0x1', '%23sport_id'])
def test_an_id_that_is_not_a_number_is_an_unknown_path(get, sport_id):
    exact(get(f'{SPORTS}/{sport_id}'), NOURL)


def test_an_unknown_path_asks_for_no_authentication(api):
    exact(api.get(f'{SPORTS}/abc'), NOURL)


def test_an_unknown_sport_asks_for_authentication_first(api):
    is_no_auth(api.get(f'{SPORTS}/4000000'))


def test_a_query_string_is_ignored(get):
    exact(get(f'{SPORTS}?page=2&id=1'), found(*map(seed_sport, range(1, len(SEED) + 1))))


@pytest.mark.parametrize('path', [SPORTS, f'{SPORTS}/1', f'{SPORTS}/4000000'])
def test_head_answers_as_get_without_a_body(api, token, path):
    full, head = api.get(path, token=token), api.request('HEAD', path, token=token)
    assert (head.status, head.body) == (full.status, b'')


@pytest.mark.parametrize('method', ['POST', 'PUT', 'PATCH', 'DELETE'])
def test_the_list_is_only_read(api, token, method):
    answer = api.request(method, SPORTS, token=token)
    exact(answer, NOT_ALLOWED)
    assert answer.headers['Allow'] == 'GET, HEAD, OPTIONS'


# ---- an administrator's change ------------------------------------------------------------------

@pytest.fixture
def change(api, admin_token):
    """PATCH a sport as an administrator."""
    return lambda sport_id, json: api.request('PATCH', f'{SPORTS}/{sport_id}', json=json,
                                              token=admin_token)


@pytest.mark.parametrize('name', BOTH)
def test_administrators_make_a_sport_available_or_not(
        api_in, db, token, admin_token, change_sport, name):
    change_sport(RUNNING)
    for active in (False, True):
        answer = api_in(name).request('PATCH', f'{SPORTS}/{RUNNING}', json={'is_active': active},
                                      token=admin_token)
        has = db.value('SELECT COUNT(*) FROM workouts WHERE sport_id = %s', RUNNING) > 0
        exact(answer, found(seed_sport(RUNNING, is_active=active, is_active_for_user=active,
                                       has_workouts=has)))
        shown = api_in(name).get(f'{SPORTS}/{RUNNING}', token=token)
        exact(shown, found(seed_sport(RUNNING, is_active=active, is_active_for_user=active)))


def test_an_unchanged_sport_is_no_error(change, change_sport):
    change_sport(RUNNING)
    assert [change(RUNNING, {'is_active': True}).status for _ in range(2)] == [200, 200]


@pytest.mark.parametrize('body', [{'is_active': 0}, {'is_active': 1}, {'is_active': None}, {'x': 1},
                                  {'is_active': 'true'}, {'is_active': [True]}])
@pytest.mark.parametrize('sport_id', [RUNNING, 4000000])
def test_only_true_and_false_say_whether(change, db, body, sport_id):
    exact(change(sport_id, body), INVALID)
    assert db.value('SELECT is_active FROM sports WHERE id = %s', RUNNING) == 1


def test_an_unknown_sport_is_not_changed(change):
    for sport_id in ('15', '4000000', '9' * 30):
        exact(change(sport_id, {'is_active': True}), NOT_FOUND)


def test_others_change_nothing(api, db, user, token, admin):
    def patch(**options):
        return api.request('PATCH', f'{SPORTS}/{RUNNING}', data=b'{', **options)

    is_no_auth(patch())
    exact(patch(token=token), FORBIDDEN)
    is_bad_scope(patch(token=oauth2_token(db, admin.id, 'workouts:read').text))
    exact(patch(token=oauth2_token(db, admin.id, 'workouts:write').text), INVALID)


@pytest.mark.parametrize('way', ['header', 'path'])
def test_a_post_can_stand_for_it(api, admin_token, change_sport, way):
    change_sport(RUNNING)
    path = f'{SPORTS}/{RUNNING}' + ('/patch' if way == 'path' else '')
    headers = {'X-HTTP-Method-Override': 'PATCH'} if way == 'header' else {}
    answer = api.post(path, json={'is_active': False}, token=admin_token, headers=headers)
    assert answer.status == 200 and answer.json()['data']['sports'][0]['is_active'] is False


@pytest.mark.parametrize('method', ['POST', 'PUT', 'DELETE', 'OPTIONS'])
def test_both_programs_name_all_methods(api, token, method):
    answer = api.request(method, f'{SPORTS}/1', token=token)
    assert answer.status == (200 if method == 'OPTIONS' else 405)
    assert answer.headers['Allow'] == 'GET, HEAD, PATCH, OPTIONS'


@pytest.mark.parametrize('method', ['POST', 'PATCH'])
def test_0_2_only_reads_sports(api_02, admin_token, method):
    answer = api_02.request(method, f'{SPORTS}/1', json={'is_active': True}, token=admin_token)
    exact(answer, DIALECTS['0.2'].not_allowed)
    assert answer.headers['Allow'] == 'GET, HEAD, OPTIONS'
