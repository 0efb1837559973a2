"""POST /api/auth/profile/edit/preferences (contract §6.8)."""

import pytest

from tests.harness.answers import INVALID, NOT_ALLOWED, exact
from tests.api.support.bodies import WRONG_FOR_FLAGS, WRONG_FOR_STRINGS, refuses_unreadable_bodies
from tests.harness.people import differences, insert_workout, user_row
from tests.api.support.profile import expected_profile

PREFERENCES = '/api/auth/profile/edit/preferences'
TEXTS = ('date_format', 'timezone')
FLAGS = ('display_ascent', 'imperial_units', 'start_elevation_at_zero', 'use_raw_gpx_speed',
         'weekm')
GOOD = {'date_format': 'yyyy-MM-dd', 'timezone': 'America/New_York', 'language': 'fr',
        'display_ascent': False, 'imperial_units': True, 'start_elevation_at_zero': False,
        'use_raw_gpx_speed': True, 'weekm': True}


@pytest.fixture
def prefer(api, token):
    return lambda body: api.post(PREFERENCES, json=body, token=token)


@pytest.fixture
def is_refused(prefer, db, user):
    def check(body):
        before = user_row(db, user)
        exact(prefer(body), INVALID)
        assert user_row(db, user) == before
    return check


def is_updated(answer, profile):
    exact(answer, (200, {'status': 'success', 'message': 'user preferences updated',
                         'data': profile}))


def test_the_eight_preferences_are_stored_and_shown(prefer, db, user):
    before = user_row(db, user)
    is_updated(prefer(GOOD), expected_profile(db, user.id))
    assert differences(before, user_row(db, user)) == GOOD


def test_the_answer_shows_the_whole_profile(prefer, db, user):
    insert_workout(db, user.id)
    is_updated(prefer(GOOD), expected_profile(db, user.id))


@pytest.mark.parametrize('name', FLAGS)
@pytest.mark.parametrize(('given', 'stored'), [(True, 1), (False, 0), (1, 1), (0, 0), (1.0, 1),
                                               (0.0, 0)])
def test_a_flag_is_a_boolean_or_0_or_1(prefer, db, user, name, given, stored):
    answer = prefer({**GOOD, name: given})
    is_updated(answer, expected_profile(db, user.id))
    assert answer.json()['data'][name] is bool(stored)
    assert user_row(db, user)[name] == stored


@pytest.mark.parametrize('value', [None, *WRONG_FOR_FLAGS.values()], ids=['null', *WRONG_FOR_FLAGS])
@pytest.mark.parametrize('name', FLAGS)
def test_a_flag_of_another_kind_is_refused(is_refused, name, value):
    is_refused({**GOOD, name: value})


@pytest.mark.parametrize('text', [
    None, '', ' ', 'x', 'MM/dd/yyyy', 'dd/MM/yyyy', 'yyyy-MM-dd', 'date_string', 'no such thing',
    'é😀', 'Europe/Paris', 'x\n', "'\"\\", 'é' * 50, '😀' * 50])
@pytest.mark.parametrize('name', TEXTS)
def test_any_text_up_to_fifty_code_points_is_stored(prefer, db, user, name, text):
    answer = prefer({**GOOD, name: text})
    is_updated(answer, expected_profile(db, user.id))
    assert user_row(db, user)[name] == text


@pytest.mark.parametrize('text', ['x' * 51, 'é' * 51, '😀' * 51, 'x' * 50 + ' ', 'x' * 50 + '\n',
                                  'x' * 9999])
@pytest.mark.parametrize('name', TEXTS)
def test_a_longer_text_is_refused(is_refused, name, text):
    is_refused({**GOOD, name: text})


@pytest.mark.parametrize('value', WRONG_FOR_STRINGS.values(), ids=WRONG_FOR_STRINGS.keys())
@pytest.mark.parametrize('name', TEXTS)
def test_a_text_of_another_type_is_refused(is_refused, name, value):
    is_refused({**GOOD, name: value})


@pytest.mark.parametrize('language', ['en', 'fr', 'de', 'it', 'nb', 'nl', 'es', 'gl', 'pl'])
def test_each_language_is_stored(prefer, db, user, language):
    is_updated(prefer({**GOOD, 'language': language}), expected_profile(db, user.id))
    assert user_row(db, user)['language'] == language


@pytest.mark.parametrize('language', [
    None, '', ' ', 'xx', 'FR', 'Fr', 'fr ', ' fr', 'fr\n', 'fr de', 'en fr', 'f', 'fra', 'fr-FR',
    'é', 'x' * 1000, 0, 1, 1.5, True, False, [], ['fr'], {}, {'fr': 'fr'}])
def test_any_other_language_is_english(prefer, db, make_user, api, minter, language):
    account = make_user(language='pl')
    answer = api.post(PREFERENCES, json={**GOOD, 'language': language},
                      token=minter.token(account.id))
    is_updated(answer, expected_profile(db, account.id))
    assert user_row(db, account)['language'] == 'en'


@pytest.mark.parametrize('name', GOOD)
def test_each_key_must_be_there(is_refused, name):
    is_refused({key: value for key, value in GOOD.items() if key != name})


def test_other_keys_are_ignored(prefer, db, user):
    before = user_row(db, user)
    assert prefer({**GOOD, 'admin': True, 'is_active': False, 'first_name': 'x',
                   'id': 1}).status == 200
    assert differences(before, user_row(db, user)).keys() == GOOD.keys()


def test_other_accounts_are_not_changed(prefer, db, make_user):
    other = make_user()
    before = user_row(db, other)
    assert prefer(GOOD).status == 200
    assert user_row(db, other) == before


def test_no_mail_is_sent(no_mail, prefer):
    assert prefer(GOOD).status == 200


def test_a_body_that_is_not_a_json_object_is_refused(api, token):
    refuses_unreadable_bodies(
        lambda data, headers: api.post(PREFERENCES, data=data, headers=headers, token=token), GOOD)


@pytest.mark.parametrize('method', ['GET', 'PUT', 'PATCH', 'DELETE'])
def test_other_methods_are_not_allowed(api, token, method):
    answer = api.request(method, PREFERENCES, token=token)
    exact(answer, NOT_ALLOWED)
    assert answer.headers['Allow'] == 'POST, OPTIONS'
