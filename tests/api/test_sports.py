"""GET /api/sports and /api/sports/<sport_id> (contract section 7.3)."""

import pytest

from support.answers import NOT_ALLOWED, NOURL, exact, is_no_auth
from support.people import insert_user, insert_workout
from support.schema import SPORTS as SEED

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
    """Change a sport for the length of the test."""
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
def test_a_sport_is_active_for_a_user_when_both_say_so(get, prefer, change_sport, of_sport, of_user,
                                                      for_user):
    change_sport(RUNNING, is_active=of_sport)
    if of_user is not None:
        prefer(RUNNING, is_active=of_user)
    exact(get(f'{SPORTS}/{RUNNING}'),
          found(seed_sport(RUNNING, is_active=bool(of_sport), is_active_for_user=for_user)))


def test_an_inactive_sport_is_listed_too(get, change_sport):
    change_sport(RUNNING, is_active=0)
    assert len(get().json()['data']['sports']) == len(SEED)


def test_the_threshold_of_the_sport_is_that_of_the_moment(get, change_sport):
    change_sport(RUNNING, stopped_speed_threshold=0.7)
    exact(get(f'{SPORTS}/{RUNNING}'), found(seed_sport(RUNNING, stopped_speed_threshold=0.7)))


def test_a_label_in_other_letters_comes_back_whole(get, change_sport):
    change_sport(RUNNING, label='Løb 走 "quick" 😀')
    exact(get(f'{SPORTS}/{RUNNING}'), found(seed_sport(RUNNING, label='Løb 走 "quick" 😀')))


# ---- has_workouts -------------------------------------------------------------------------------

def test_only_an_administrator_is_told_whether_a_sport_has_workouts(api, db, scratch, minter,
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


# ---- what is no sport ---------------------------------------------------------------------------

@pytest.mark.parametrize('sport_id', ['0', '15', '4000000', '2147483648', '4294967301',
                                      '9223372036854775808', '18446744073709551621', '9' * 200])
def test_an_unknown_sport_is_not_found(get, sport_id):
    exact(get(f'{SPORTS}/{sport_id}'), NOT_FOUND)


@pytest.mark.parametrize('sport_id', ['abc', '-1', '+1', '1.0', '1x', 'x1', '%201', '1%20', '1%0A',
                                      '1/', '1/x', '', '1%2F', '%EF%BC%91', '0x1', '%23sport_id'])
def test_what_is_no_number_is_an_unknown_path(get, sport_id):
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
@pytest.mark.parametrize('path', [SPORTS, f'{SPORTS}/1'])
def test_sports_are_only_read(api, token, path, method):
    answer = api.request(method, path, token=token)
    exact(answer, NOT_ALLOWED)
    assert answer.headers['Allow'] == 'GET, HEAD, OPTIONS'
