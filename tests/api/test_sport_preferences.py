"""POST /api/auth/profile/edit/sports and DELETE /api/auth/profile/reset/sports/<sport_id> (contract
§6.9 and §6.10)."""

import pytest

from tests.harness.answers import INVALID, NO_SUCH_SPORT, NOT_ALLOWED, NOURL, error, exact
from tests.api.support.bodies import WRONG_FOR_FLAGS, refuses_unreadable_bodies

EDIT = '/api/auth/profile/edit/sports'
RESET = '/api/auth/profile/reset/sports'
BAD_COLOR = error('invalid hexadecimal color')
RUNNING, WALKING = 5, 6  # their thresholds are 1 and 0.1
NO_SPORT = 4_000_000
PREFERENCES = 'SELECT * FROM users_sports_preferences WHERE user_id = %s ORDER BY sport_id'


@pytest.fixture
def preferences(db, user):
    """The stored rows of the user, without the user."""
    def read(account=user):
        rows = db.rows(PREFERENCES, account.id)
        return [(row['sport_id'], row['color'], row['is_active'], row['stopped_speed_threshold'])
                for row in rows]
    return read


@pytest.fixture
def edit(api, token):
    return lambda body: api.post(EDIT, json=body, token=token)


@pytest.fixture
def reset(api, token):
    return lambda sport_id: api.request('DELETE', f'{RESET}/{sport_id}', token=token)


@pytest.fixture
def is_refused(edit, preferences):
    def check(body, answer):
        before = preferences()
        exact(edit(body), answer)
        assert preferences() == before
    return check


@pytest.fixture
def own_sport(db):
    """Create a sport for the test: own_sport(threshold)."""
    made = []

    def make(**columns):
        values = {'label': f'test {len(made)} of sports', 'stopped_speed_threshold': 0.5, **columns}
        made.append(db.insert('sports', **values))
        return made[-1]

    yield make
    for sport_id in made:
        db.run('DELETE FROM users_sports_preferences WHERE sport_id = %s', sport_id)
        db.run('DELETE FROM sports WHERE id = %s', sport_id)


def updated(user, sport_id, color=None, is_active=True, threshold=1.0):
    return 200, {
        'status': 'success', 'message': 'user sport preferences updated',
        'data': {'color': color, 'is_active': is_active, 'sport_id': sport_id,
                 'stopped_speed_threshold': threshold, 'user_id': user.id}}


# ---- storing ------------------------------------------------------------------------------------

def test_all_three_preferences_are_stored_together(edit, preferences, user):
    exact(edit({'sport_id': RUNNING, 'color': '#00ff7F', 'is_active': False,
                'stopped_speed_threshold': 2.25}), updated(user, RUNNING, '#00ff7F', False, 2.25))
    assert preferences() == [(RUNNING, '#00ff7F', 0, 2.25)]


@pytest.mark.parametrize(('body', 'row'), [
    ({'color': '#123456'}, ('#123456', 1, 0.1)), ({'is_active': False}, (None, 0, 0.1)),
    ({'is_active': True}, (None, 1, 0.1)), ({'stopped_speed_threshold': 3}, (None, 1, 3)),
    ({'color': None}, (None, 1, 0.1)), ({'color': ''}, (None, 1, 0.1)),
    ({'is_active': None}, (None, 1, 0.1)), ({'stopped_speed_threshold': None}, (None, 1, 0.1)),
    ({'stopped_speed_threshold': 0}, (None, 1, 0.1)), ({'no such key': 1}, (None, 1, 0.1))])
def test_the_first_use_makes_a_row_with_the_threshold_of_the_sport(edit, preferences, user, body,
                                                                   row):
    color, active, threshold = row
    exact(edit({'sport_id': WALKING, **body}),
          updated(user, WALKING, color, bool(active), threshold))
    assert preferences() == [(WALKING, *row)]


@pytest.mark.parametrize('body', [
    {'color': None}, {'color': ''}, {'is_active': None}, {'stopped_speed_threshold': None},
    {'stopped_speed_threshold': 0}, {'stopped_speed_threshold': 0.0},
    {'stopped_speed_threshold': -0.0}, {'x': 1}, {'color': '', 'is_active': None,
                                                  'stopped_speed_threshold': None}])
def test_a_value_that_is_not_given_stays(edit, preferences, user, body):
    edit({'sport_id': WALKING, 'color': '#abc', 'is_active': False, 'stopped_speed_threshold': 4})
    exact(edit({'sport_id': WALKING, **body}), updated(user, WALKING, '#abc', False, 4))
    assert preferences() == [(WALKING, '#abc', 0, 4)]


@pytest.mark.parametrize(('body', 'row'), [
    ({'color': '#DEF'}, ('#DEF', 0, 4)), ({'is_active': True}, ('#abc', 1, 4)),
    ({'stopped_speed_threshold': 0.25}, ('#abc', 0, 0.25)),
    ({'color': '#DEF', 'is_active': 1, 'stopped_speed_threshold': 5}, ('#DEF', 1, 5))])
def test_a_given_value_replaces_the_old_one(edit, preferences, body, row):
    edit({'sport_id': WALKING, 'color': '#abc', 'is_active': False, 'stopped_speed_threshold': 4})
    assert edit({'sport_id': WALKING, **body}).status == 200
    assert preferences() == [(WALKING, *row)]


def test_the_same_values_again_are_accepted(edit, user):
    body = {'sport_id': RUNNING, 'color': '#abc'}
    edit(body)
    exact(edit(body), updated(user, RUNNING, '#abc'))


def test_each_sport_and_each_user_has_preferences_of_its_own(api, edit, minter, make_user,
                                                             preferences):
    other = make_user()
    edit({'sport_id': RUNNING, 'color': '#111'})
    edit({'sport_id': WALKING, 'color': '#222'})
    api.post(EDIT, json={'sport_id': RUNNING, 'color': '#333'}, token=minter.token(other.id))
    assert preferences() == [(RUNNING, '#111', 1, 1), (WALKING, '#222', 1, 0.1)]
    assert preferences(other) == [(RUNNING, '#333', 1, 1)]


def test_preferences_of_a_disabled_sport_can_be_edited(edit, own_sport, user):
    sport_id = own_sport(is_active=0)
    exact(edit({'sport_id': sport_id, 'color': '#abc'}),
          updated(user, sport_id, '#abc', threshold=0.5))


def test_a_later_threshold_of_the_sport_does_not_change_a_row(db, edit, own_sport, user):
    sport_id = own_sport(stopped_speed_threshold=0.5)
    edit({'sport_id': sport_id, 'color': '#abc'})
    db.run('UPDATE sports SET stopped_speed_threshold = 9 WHERE id = %s', sport_id)
    exact(edit({'sport_id': sport_id, 'is_active': True}),
          updated(user, sport_id, '#abc', threshold=0.5))


def test_concurrent_first_uses_make_one_row(edit, in_parallel, preferences, user):
    body = {'sport_id': RUNNING, 'color': '#abc'}
    for answer in in_parallel([lambda: edit(body)] * 8):
        exact(answer, updated(user, RUNNING, '#abc'))
    assert preferences() == [(RUNNING, '#abc', 1, 1)]


# ---- the sport ----------------------------------------------------------------------------------

@pytest.mark.parametrize('sport_id', [5, '5', 5.0, 5e0])
def test_a_number_or_its_digits_name_a_sport(edit, user, sport_id):
    exact(edit({'sport_id': sport_id, 'is_active': True}), updated(user, RUNNING))


@pytest.mark.parametrize('sport_id', [
    None, 0, -1, 5.5, NO_SPORT, 2**31, 2**32 + 5, 2**63, 2**64 + 5, 10**30, 1e300, -2**63, '', ' ',
    'abc', '5x', 'x5', '5.0', '5e0', '0x5', '-5', '5 5', '0', str(NO_SPORT), str(2**32 + 5),
    str(2**64 + 5), '9' * 400, '５',
    'Running', '5\n5', "5' OR '1'='1"])
def test_a_value_that_names_no_sport_is_not_found(is_refused, sport_id):
    is_refused({'sport_id': sport_id, 'is_active': True}, NO_SUCH_SPORT)


@pytest.mark.parametrize('sport_id', [True, False, [], [5], {}, {'id': 5}])
def test_a_sport_of_another_type_is_refused(is_refused, sport_id):
    is_refused({'sport_id': sport_id, 'is_active': True}, INVALID)


def test_the_sport_must_be_there(is_refused):
    is_refused({'color': '#abc', 'is_active': True, 'stopped_speed_threshold': 1}, INVALID)


@pytest.mark.parametrize('sport_id', [RUNNING, NO_SPORT, None, 'abc', [5]])
def test_the_sport_alone_is_refused(is_refused, sport_id):
    is_refused({'sport_id': sport_id}, INVALID)


def test_the_sport_named_twice_is_the_sport_alone(api, token):
    exact(api.post(EDIT, token=token, data=f'{{"sport_id": {RUNNING}, "sport_id": {RUNNING}}}',
                   headers={'Content-Type': 'application/json'}), INVALID)


def test_an_unknown_sport_is_reported_before_other_errors(is_refused):
    is_refused({'sport_id': NO_SPORT, 'color': 'x', 'is_active': 'x',
                'stopped_speed_threshold': -1}, NO_SUCH_SPORT)


# ---- the values ---------------------------------------------------------------------------------

@pytest.mark.parametrize('color', ['#000', '#fff', '#FFF', '#aB3', '#000000', '#FFFFFF', '#a1B2c3'])
def test_a_color_is_stored_as_given(edit, preferences, user, color):
    exact(edit({'sport_id': RUNNING, 'color': color}), updated(user, RUNNING, color))
    assert preferences()[0][1] == color


@pytest.mark.parametrize('color', [
    '#', '#f', '#ff', '#ffff', '#fffff', '#fffffff', '#ffffffff', 'fff', 'ffffff', '#ggg',
    '#ggffff', 'red', ' ', '##fff', '#fff ', ' #fff', '#fff\n', '#ffffff\n', '\n#fff', '#ff\nf',
    '#-12', '#ｆｆｆ', '#' + 'f' * 100000])
def test_a_text_that_is_not_a_color_is_refused(is_refused, color):
    is_refused({'sport_id': RUNNING, 'color': color}, BAD_COLOR)


@pytest.mark.parametrize('color', [0, 1, 1.5, True, False, [], ['#fff'], {}, {'a': '#fff'}])
def test_a_color_of_another_type_is_refused(is_refused, color):
    is_refused({'sport_id': RUNNING, 'color': color}, INVALID)


def test_a_bad_color_stores_nothing_of_the_rest(edit, is_refused):
    edit({'sport_id': RUNNING, 'color': '#abc', 'is_active': True})
    is_refused({'sport_id': RUNNING, 'color': 'x', 'is_active': False,
                'stopped_speed_threshold': 7}, BAD_COLOR)


def test_a_bad_color_is_reported_before_other_errors(is_refused):
    is_refused({'sport_id': RUNNING, 'color': 'x', 'is_active': 'x', 'stopped_speed_threshold': -1},
               BAD_COLOR)


@pytest.mark.parametrize(('given', 'stored'), [(True, 1), (False, 0), (1, 1), (0, 0), (1.0, 1),
                                               (0.0, 0)])
def test_is_active_is_a_boolean_or_0_or_1(edit, preferences, user, given, stored):
    exact(edit({'sport_id': RUNNING, 'is_active': given}),
          updated(user, RUNNING, is_active=bool(stored)))
    assert preferences() == [(RUNNING, None, stored, 1)]


@pytest.mark.parametrize('value', WRONG_FOR_FLAGS.values(), ids=WRONG_FOR_FLAGS.keys())
def test_an_is_active_of_another_kind_is_refused(is_refused, value):
    is_refused({'sport_id': RUNNING, 'is_active': value, 'color': '#abc'}, INVALID)


@pytest.mark.parametrize('threshold', [1, 0.1, 2.5, 1e-300, 5e-324, 1e300, 123456789.125,
                                       0.30000000000000004])
def test_a_threshold_is_returned_as_the_same_number(edit, preferences, user, threshold):
    exact(edit({'sport_id': RUNNING, 'stopped_speed_threshold': threshold}),
          updated(user, RUNNING, threshold=threshold))
    assert preferences()[0][3] == threshold


@pytest.mark.parametrize('threshold', [-1, -0.1, -1e-300, -1e300, '', '1', '0.5', 'x', True, False,
                                       [], [1], {}])
def test_a_value_that_is_not_a_threshold_is_refused(is_refused, threshold):
    is_refused({'sport_id': RUNNING, 'stopped_speed_threshold': threshold, 'color': '#abc'},
               INVALID)


@pytest.mark.parametrize('text', ['Infinity', '-Infinity', 'NaN', '1e999'])
def test_an_infinite_threshold_is_not_json(api, token, preferences, text):
    content = b'{"sport_id": 5, "stopped_speed_threshold": ' + text.encode() + b'}'
    exact(api.post_text(EDIT, content, token=token), INVALID)
    assert preferences() == []


def test_no_mail_is_sent(no_mail, edit, reset):
    assert edit({'sport_id': RUNNING, 'color': '#abc'}).status == 200
    assert reset(RUNNING).status == 204


def test_a_body_that_is_not_a_json_object_is_refused(api, token):
    refuses_unreadable_bodies(
        lambda data, headers: api.post(EDIT, data=data, headers=headers, token=token),
        {'sport_id': RUNNING, 'color': '#abc'})


@pytest.mark.parametrize('method', ['GET', 'PUT', 'PATCH', 'DELETE'])
def test_other_methods_to_edit_are_not_allowed(api, token, method):
    answer = api.request(method, EDIT, token=token)
    exact(answer, NOT_ALLOWED)
    assert answer.headers['Allow'] == 'POST, OPTIONS'


# ---- resetting ----------------------------------------------------------------------------------

def is_reset(answer):
    assert (answer.status, answer.body) == (204, b'')


def test_a_reset_deletes_the_preferences_of_one_sport(edit, reset, preferences):
    edit({'sport_id': RUNNING, 'color': '#111'})
    edit({'sport_id': WALKING, 'color': '#222'})
    is_reset(reset(RUNNING))
    assert preferences() == [(WALKING, '#222', 1, 0.1)]


def test_a_reset_of_preferences_that_were_never_set_succeeds(reset, preferences):
    is_reset(reset(RUNNING))
    is_reset(reset(RUNNING))
    assert preferences() == []


def test_a_reset_leaves_others_alone(api, edit, reset, minter, make_user, preferences):
    other = make_user()
    api.post(EDIT, json={'sport_id': RUNNING, 'color': '#333'}, token=minter.token(other.id))
    edit({'sport_id': RUNNING, 'color': '#111'})
    is_reset(reset(RUNNING))
    assert preferences(other) == [(RUNNING, '#333', 1, 1)]


def test_after_a_reset_the_next_use_starts_with_defaults(edit, reset, user):
    edit({'sport_id': WALKING, 'color': '#111', 'is_active': False, 'stopped_speed_threshold': 7})
    is_reset(reset(WALKING))
    exact(edit({'sport_id': WALKING, 'is_active': True}), updated(user, WALKING, threshold=0.1))


def test_preferences_of_a_disabled_sport_can_be_reset(edit, own_sport, preferences, reset):
    sport_id = own_sport(is_active=0)
    edit({'sport_id': sport_id, 'color': '#abc'})
    is_reset(reset(sport_id))
    assert preferences() == []


@pytest.mark.parametrize('sport_id', [
    '0', '-1', NO_SPORT, 2**31, 2**32 + 5, 2**63, 2**64 + 5, '9' * 200, 'abc', '5x', 'x', '5.0',
    '1e0', '0x5', '%20', '5%20', '%205', '5%0A', '5%27', '%C3%A9', '%EF%BC%95', ':sport_id', '*'])
def test_an_unknown_sport_cannot_be_reset(reset, edit, preferences, sport_id):
    edit({'sport_id': RUNNING, 'color': '#111'})
    exact(reset(sport_id), NO_SUCH_SPORT)
    assert preferences() == [(RUNNING, '#111', 1, 1)]


@pytest.mark.parametrize('path', ['', '/', '/5/', '/5/x', '/5%2F', '/5%2F6'])
def test_another_path_is_unknown(api, token, path):
    exact(api.request('DELETE', RESET + path, token=token), NOURL)


def test_the_body_of_a_reset_is_ignored(api, token):
    is_reset(api.request('DELETE', f'{RESET}/{RUNNING}', data=b'{', token=token,
                         headers={'Content-Type': 'application/json'}))


@pytest.mark.parametrize('method', ['GET', 'PUT', 'PATCH', 'POST'])
def test_other_methods_to_reset_are_not_allowed(api, token, method):
    answer = api.request(method, f'{RESET}/{RUNNING}', token=token)
    exact(answer, NOT_ALLOWED)
    assert answer.headers['Allow'] == 'DELETE, OPTIONS'
