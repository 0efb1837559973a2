"""POST /api/auth/profile/edit (contract §6.6)."""

from datetime import datetime

import pytest

from tests.harness.answers import INVALID, NOT_ALLOWED, exact
from tests.api.support.bodies import WRONG_FOR_STRINGS, refuses_unreadable_bodies
from tests.harness.people import differences, insert_record, insert_workout, user_row
from tests.api.support.profile import expected_profile

EDIT = '/api/auth/profile/edit'
GOOD = {'first_name': 'Zoë', 'last_name': 'O’Hara', 'location': 'Łódź', 'bio': 'Runs.\nSwims.',
        'birth_date': '1980-01-02'}
TEXTS = {'first_name': 80, 'last_name': 80, 'location': 80, 'bio': 200}
BEFORE = {'first_name': 'Old', 'last_name': 'Older', 'location': 'There', 'bio': 'Long ago',
          'birth_date': datetime(1970, 2, 3)}


@pytest.fixture
def account(make_user):
    """An account that already has values in all edited fields."""
    return make_user(**BEFORE)


@pytest.fixture
def edit(api, minter, account):
    bearer = minter.token(account.id)
    return lambda body: api.post(EDIT, json=body, token=bearer)


@pytest.fixture
def is_refused(edit, db, account):
    """Assert that the body is refused and nothing is stored."""
    def check(body):
        before = user_row(db, account)
        exact(edit(body), INVALID)
        assert user_row(db, account) == before
    return check


def is_updated(answer, profile):
    exact(answer, (200, {'status': 'success', 'message': 'user profile updated', 'data': profile}))


def test_the_five_fields_are_stored_and_shown(edit, db, account):
    before = user_row(db, account)
    is_updated(edit(GOOD), expected_profile(db, account.id))
    assert differences(before, user_row(db, account)) == {
        **GOOD, 'birth_date': datetime(1980, 1, 2)}


def test_the_answer_shows_the_whole_profile(edit, db, account):
    workout = insert_workout(db, account.id, sport_id=3)
    insert_workout(db, account.id, ascent=None, distance='7.250')
    insert_record(db, workout, 'LD', 3500)
    insert_record(db, workout, 'AS', 1234)
    answer = edit(GOOD)
    is_updated(answer, expected_profile(db, account.id))
    assert answer.json()['data']['nb_workouts'] == 2 and len(answer.json()['data']['records']) == 2


def test_edited_values_are_in_the_profile_afterwards(edit, profile, minter, account):
    shown = edit(GOOD).json()['data']
    assert profile(minter.token(account.id)) == shown


def test_null_empties_each_field(edit, db, account):
    is_updated(edit(dict.fromkeys(GOOD)), expected_profile(db, account.id))
    row = user_row(db, account)
    assert [row[name] for name in GOOD] == [None] * 5


def test_an_empty_text_is_stored_and_an_empty_date_clears_the_date(edit, db, account):
    is_updated(edit(dict.fromkeys(GOOD, '')), expected_profile(db, account.id))
    row = user_row(db, account)
    assert {name: row[name] for name in GOOD} == {**dict.fromkeys(TEXTS, ''), 'birth_date': None}


@pytest.mark.parametrize('text', [
    ' ', '  x  ', 'x\n', '\t', '0', 'null', 'é', 'e\u0301', '日本語', '😀', '"\'`\\', '%s {x}',
    '<b>&amp;</b>', "'; DROP TABLE users; --", '\u200b', '\x01', '\x7f', '\ufeff'])
@pytest.mark.parametrize('name', TEXTS)
def test_any_text_is_stored_unchanged(edit, db, account, name, text):
    answer = edit({**GOOD, name: text})
    assert answer.status == 200 and answer.json()['data'][name] == text
    assert user_row(db, account)[name] == text


@pytest.mark.parametrize('character', ['x', 'é', '日', '😀'])
@pytest.mark.parametrize(('name', 'limit'), TEXTS.items())
def test_the_limit_counts_code_points(edit, is_refused, db, account, name, limit, character):
    is_refused({**GOOD, name: character * (limit + 1)})
    assert edit({**GOOD, name: character * limit}).status == 200
    assert user_row(db, account)[name] == character * limit


@pytest.mark.parametrize(('name', 'limit'), TEXTS.items())
def test_spaces_and_line_feeds_at_the_end_count(is_refused, name, limit):
    for end in (' ', '\n'):
        is_refused({**GOOD, name: 'x' * limit + end})


@pytest.mark.parametrize(('text', 'date'), [
    ('1980-01-01', (1980, 1, 1)), ('1980-1-1', (1980, 1, 1)), ('1980-1-02', (1980, 1, 2)),
    ('1980-02-9', (1980, 2, 9)), ('2000-02-29', (2000, 2, 29)), ('2024-02-29', (2024, 2, 29)),
    ('1980-12-31', (1980, 12, 31)), ('1000-01-01', (1000, 1, 1)), ('1582-10-10', (1582, 10, 10)),
    ('9999-12-31', (9999, 12, 31))])
def test_a_real_date_is_midnight_of_that_day(edit, db, account, text, date):
    answer = edit({**GOOD, 'birth_date': text})
    assert user_row(db, account)['birth_date'] == datetime(*date)
    is_updated(answer, expected_profile(db, account.id))
    assert answer.json()['data']['birth_date'].endswith(' 00:00:00 GMT')


@pytest.mark.parametrize('text', [
    '1900-02-29', '2001-02-29', '1980-02-30', '1980-04-31', '1980-13-01', '1980-00-10',
    '1980-01-00', '1980-1-32', '0999-12-31', '0000-01-01', '999-01-01', '10000-01-01', '80-01-01',
    '01980-01-01', '1980-001-01', '1980-01-001', '1980-1', '1980', '1980-', '1980-01-', '--',
    '1980--01', 'x', '0', '1980/01/01', '01/02/1980', '19800101', '1980-01-01T00:00:00',
    '1980-01-01 00:00', '1980-01-01Z',
    ' 1980-01-01', '1980-01-01 ', '1980-01-01\n', '\n1980-01-01', '1980- 1-01', '1980-01-0x',
    '1980-0x1-01', '-1980-01-01', '+1980-01-01', '1980-+1-01', '1980-01--1', '１９８０-01-01',
    '1980-٠١-01', '1980–01–01',
    'Tue, 01 Jan 1980 00:00:00 GMT', 'None', '1980-01-01' * 30])
def test_a_text_that_is_not_a_date_is_refused(is_refused, text):
    is_refused({**GOOD, 'birth_date': text})


@pytest.mark.parametrize('name', GOOD)
def test_each_key_must_be_there(is_refused, name):
    is_refused({key: value for key, value in GOOD.items() if key != name})


@pytest.mark.parametrize('value', WRONG_FOR_STRINGS.values(), ids=WRONG_FOR_STRINGS.keys())
@pytest.mark.parametrize('name', GOOD)
def test_another_type_is_refused(is_refused, name, value):
    is_refused({**GOOD, name: value})


def test_other_keys_are_ignored(edit, db, account):
    before = user_row(db, account)
    body = {**GOOD, 'id': 1, 'admin': True, 'is_active': False, 'email': 'x@example.org',
            'username': 'other', 'password': 'other password', 'language': 'fr', 'picture': 'x'}
    assert edit(body).status == 200
    assert differences(before, user_row(db, account)).keys() == GOOD.keys()


def test_the_same_values_again_are_accepted(edit, db, account):
    edit(GOOD)
    is_updated(edit(GOOD), expected_profile(db, account.id))


def test_other_accounts_are_not_changed(edit, db, make_user):
    other = make_user(**BEFORE)
    before = user_row(db, other)
    assert edit(GOOD).status == 200
    assert user_row(db, other) == before


def test_no_mail_is_sent(no_mail, edit):
    assert edit(GOOD).status == 200


def test_a_body_that_is_not_a_json_object_is_refused(api, token):
    refuses_unreadable_bodies(
        lambda data, headers: api.post(EDIT, data=data, headers=headers, token=token), GOOD)


@pytest.mark.parametrize('method', ['GET', 'PUT', 'PATCH', 'DELETE'])
def test_other_methods_are_not_allowed(api, token, method):
    answer = api.request(method, EDIT, token=token)
    exact(answer, NOT_ALLOWED)
    assert answer.headers['Allow'] == 'POST, OPTIONS'
