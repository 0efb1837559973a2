"""Dialect 0.2: GET /api/auth/profile and POST /api/auth/profile/edit (dialects §4.5 and
§4.6)."""

from datetime import datetime

import pytest

from tests.harness.answers import BAD_RESET_TOKEN, PASSWORD_UPDATED, error, exact
from tests.api.support.bodies import WRONG_FOR_STRINGS
from tests.api.support.dialects import ALL, DIALECTS
from tests.harness.passwords import matches
from tests.harness.people import PASSWORD, differences, insert_workout, unique, user_row
from tests.api.support.profile import expected_profile_02
from tests.api.support.scoped import oauth2_token, personal_token
from tests.harness.tokens import ABSENT, sha256_hex

PROFILE = '/api/auth/profile'
EDIT = '/api/auth/profile/edit'
LOGIN = '/api/auth/login'
REGISTER = '/api/auth/register'
DIALECT = DIALECTS['0.2']
INVALID = error('Invalid payload.')
NOT_TWICE = error("Password and password confirmation don't match.\n")
SHORT = error('Password: 8 characters required.\n')
NEW_PASSWORD = 'another long password'
WITH_PASSWORD = {'password': NEW_PASSWORD, 'password_conf': NEW_PASSWORD}
GOOD = {'first_name': 'Zoë', 'last_name': 'O’Hara', 'location': 'Łódź', 'bio': 'Runs.\nSwims.',
        'birth_date': '1980-01-02', 'timezone': 'Asia/Tokyo'}
LIMITS = {'first_name': 80, 'last_name': 80, 'location': 80, 'bio': 200, 'timezone': 50}
BEFORE = {'first_name': 'Old', 'last_name': 'Older', 'location': 'There', 'bio': 'Long ago',
          'birth_date': datetime(1970, 2, 3), 'weekm': 0, 'language': 'fr', 'imperial_units': 1}
KEYS = {'id', 'admin', 'bio', 'birth_date', 'created_at', 'email', 'first_name', 'last_name',
        'location', 'nb_activities', 'nb_sports', 'picture', 'timezone', 'total_distance',
        'total_duration', 'username', 'weekm'}


@pytest.fixture
def api(api_02):
    """Requests in this file are made in 0.2, unless a test uses another client."""
    return api_02


@pytest.fixture
def account(make_user):
    """An account that already has values in all edited fields."""
    return make_user(**BEFORE)


@pytest.fixture
def bearer(minter, account):
    """A token as 0.2 issues it: only these tokens can set a password in 0.2."""
    return minter.token(account.id, set_pwd=True)


@pytest.fixture
def edit(api, bearer):
    return lambda body: api.post(EDIT, json=body, token=bearer)


@pytest.fixture
def is_refused(edit, db, account):
    """Assert that the body is refused and nothing is stored."""
    def check(body, expected=INVALID):
        before = user_row(db, account)
        exact(edit(body), expected)
        assert user_row(db, account) == before
    return check


@pytest.fixture
def is_updated(db, account):
    def check(answer):
        exact(answer, (200, {'data': expected_profile_02(db, account.id), 'status': 'success',
                             'message': 'User profile updated.'}))
    return check


# ---- the profile ---------------------------------------------------------------------------------

def test_a_new_account_has_zeros(api, db, user, token):
    answer = api.get(PROFILE, token=token)
    data = answer.json()['data']
    exact(answer, (200, {'data': expected_profile_02(db, user.id), 'status': 'success'}))
    assert data.keys() == KEYS
    assert (data['id'], data['nb_activities'], data['nb_sports']) == (user.id, 0, 0)
    assert data['total_distance'] == 0 and isinstance(data['total_distance'], int)
    assert data['total_duration'] == '0:00:00' and data['picture'] is False


def test_activities_are_counted_for_the_user_alone(api, db, make_user, minter):
    account, other = make_user(admin=1, weekm=1, **{'bio': 'é'}), make_user()
    for sport, duration, distance in ((1, 3600, '10.500'), (1, 60, None), (4, 90000, '7.250')):
        insert_workout(db, account.id, sport, duration=duration, distance=distance)
    insert_workout(db, other.id, 2)
    answer = api.get(PROFILE, token=minter.token(account.id))
    exact(answer, (200, {'data': expected_profile_02(db, account.id), 'status': 'success'}))
    data = answer.json()['data']
    assert (data['nb_activities'], data['nb_sports'], data['total_distance'],
            data['total_duration']) == (3, 2, 17.75, '1 day, 2:01:00')
    assert data['admin'] is True and data['weekm'] is True and data.keys() == KEYS


def test_a_profile_with_newer_data_can_be_shown(api, db, make_user, minter):
    account = make_user(email_to_confirm='x@example.org', language='pl', picture='pictures/1/a.png')
    answer = api.get(PROFILE, token=minter.token(account.id))
    exact(answer, (200, {'data': expected_profile_02(db, account.id), 'status': 'success'}))
    assert answer.json()['data']['picture'] is True


# ---- editing -------------------------------------------------------------------------------------

def test_the_six_fields_are_stored_and_shown(edit, db, account, is_updated):
    before = user_row(db, account)
    is_updated(edit(GOOD))
    assert differences(before, user_row(db, account)) == {
        **GOOD, 'birth_date': datetime(1980, 1, 2)}


def test_the_answer_shows_the_whole_profile(edit, db, account, is_updated):
    insert_workout(db, account.id, sport_id=3)
    answer = edit({**GOOD, 'weekm': True})
    is_updated(answer)
    assert answer.json()['data'].keys() == KEYS and answer.json()['data']['nb_activities'] == 1


def test_null_empties_each_field(edit, db, account, is_updated):
    is_updated(edit(dict.fromkeys(GOOD)))
    row = user_row(db, account)
    assert [row[name] for name in GOOD] == [None] * 6


def test_an_empty_text_is_stored_and_an_empty_date_clears_the_date(edit, db, account, is_updated):
    is_updated(edit(dict.fromkeys(GOOD, '')))
    row = user_row(db, account)
    assert {name: row[name] for name in GOOD} == {**dict.fromkeys(LIMITS, ''), 'birth_date': None}


@pytest.mark.parametrize('name', GOOD)
def test_each_key_must_be_there(is_refused, name):
    is_refused({key: value for key, value in GOOD.items() if key != name})
    is_refused({key: value for key, value in {**GOOD, **WITH_PASSWORD}.items() if key != name})


@pytest.mark.parametrize('value', WRONG_FOR_STRINGS.values(), ids=WRONG_FOR_STRINGS.keys())
@pytest.mark.parametrize('name', GOOD)
def test_another_type_is_refused(is_refused, name, value):
    is_refused({**GOOD, name: value})


@pytest.mark.parametrize('character', ['x', 'é', '😀'])
@pytest.mark.parametrize(('name', 'limit'), LIMITS.items())
def test_the_limit_counts_code_points(edit, is_refused, db, account, name, limit, character):
    is_refused({**GOOD, name: character * (limit + 1)})
    assert edit({**GOOD, name: character * limit}).status == 200
    assert user_row(db, account)[name] == character * limit


@pytest.mark.parametrize('text', ['1980-02-30', '1980-13-01', '0999-12-31', '80-01-01', 'x',
                                  '1980-01-01 ', '1980/01/01', '1980-01-01T00:00:00'])
def test_a_text_that_is_not_a_date_is_refused(is_refused, text):
    is_refused({**GOOD, 'birth_date': text})


# ---- weekm ---------------------------------------------------------------------------------------

@pytest.mark.parametrize(('first', 'second'), [(True, False), (False, True)])
def test_the_first_day_of_the_week_is_stored(edit, db, account, is_updated, first, second):
    for value in (first, second):
        is_updated(edit({**GOOD, 'weekm': value}))
        assert user_row(db, account)['weekm'] == int(value)


@pytest.mark.parametrize('stored', [0, 1])
def test_without_the_first_day_of_the_week_it_stays(api, db, minter, make_user, stored):
    account = make_user(weekm=stored)
    answer = api.post(EDIT, json=GOOD, token=minter.token(account.id))
    assert answer.json()['data']['weekm'] is bool(stored)
    assert user_row(db, account)['weekm'] == stored


@pytest.mark.parametrize('value', [None, 'true', '', 2, -1, 0.5, [], {}])
def test_a_first_day_of_the_week_that_is_not_a_flag_is_refused(is_refused, value):
    is_refused({**GOOD, 'weekm': value})


# ---- the password --------------------------------------------------------------------------------

def test_a_password_is_stored_and_ends_all_sessions_but_this_one(api, edit, db, account, bearer,
                                                                 is_updated, minter):
    other, before = minter.token(account.id), user_row(db, account)
    is_updated(edit({**GOOD, **WITH_PASSWORD}))
    row = user_row(db, account)
    assert matches(NEW_PASSWORD, row['password']) and row['password'].startswith('$2b$04$')
    assert row['token_epoch'] == before['token_epoch'] + 1
    assert row['kept_token'] == sha256_hex(bearer)
    assert api.get(PROFILE, token=bearer).status == 200
    DIALECT.refuses(api.get(PROFILE, token=other), DIALECT.bad_token)
    exact(api.post(LOGIN, json=account.credentials), DIALECT.bad_credentials)
    again = api.post(LOGIN, json={'email': account.email, 'password': NEW_PASSWORD})
    assert api.get(PROFILE, token=again.json()['auth_token']).status == 200


def test_a_password_changes_nothing_else(edit, db, account):
    before = user_row(db, account)
    assert edit({**GOOD, **WITH_PASSWORD}).status == 200
    assert differences(before, user_row(db, account)).keys() == {
        *GOOD, 'password', 'token_epoch', 'kept_token'}


def test_a_second_change_keeps_only_the_token_of_the_second(api, edit, account, bearer, minter):
    assert edit({**GOOD, **WITH_PASSWORD}).status == 200
    fresh = api.post(LOGIN, json={'email': account.email, 'password': NEW_PASSWORD})
    fresh = fresh.json()['auth_token']
    third = {'password': 'a third password', 'password_conf': 'a third password'}
    assert api.post(EDIT, json={**GOOD, **third}, token=fresh).status == 200
    assert api.get(PROFILE, token=fresh).status == 200
    DIALECT.refuses(api.get(PROFILE, token=bearer), DIALECT.bad_token)


def test_a_password_ends_links_that_reset_it(api_in, edit, db, account, minter):
    link = minter.reset_token(account.id, user_row(db, account)['password'], account.email)
    assert edit({**GOOD, **WITH_PASSWORD}).status == 200
    body = {'token': link, 'password': 'a third password'}
    exact(api_in('0.7').post('/api/auth/password/update', json=body), BAD_RESET_TOKEN)


def test_a_link_that_resets_it_works_for_an_account_of_02(api_in, db, account, minter):
    """The reset itself is not part of 0.2."""
    link = minter.reset_token(account.id, user_row(db, account)['password'], account.email)
    body = {'token': link, 'password': NEW_PASSWORD}
    exact(api_in('0.7').post('/api/auth/password/update', json=body), PASSWORD_UPDATED)


def test_the_owner_is_notified_of_a_new_password(edit, account, mail_for):
    assert edit({**GOOD, **WITH_PASSWORD}).status == 200
    mail = mail_for(account.email)
    assert account.username in mail.text and 'token=' not in mail.text


def test_no_mail_is_sent_without_a_new_password(no_mail, edit):
    assert edit(GOOD).status == 200


def test_tokens_that_02_issues_set_a_password(api, account):
    for path, body in ((LOGIN, account.credentials), (REGISTER, {
            'username': unique()[:12], 'email': f'{unique()}@example.org', 'password': PASSWORD,
            'password_conf': PASSWORD})):
        token = api.post(path, json=body).json()['auth_token']
        assert api.post(EDIT, json={**GOOD, **WITH_PASSWORD}, token=token).status == 200


@pytest.mark.parametrize('claims', [{}, {'set_pwd': False}, {'set_pwd': 1}, {'set_pwd': 'true'}])
def test_another_token_sets_no_password(api, db, account, minter, claims):
    """It was issued in another dialect, or before this rule."""
    before = user_row(db, account)
    token = minter.token(account.id, **claims)
    answer = api.post(EDIT, json={**GOOD, **WITH_PASSWORD}, token=token)
    DIALECT.refuses(answer, DIALECT.bad_token)
    assert user_row(db, account) == before
    assert api.post(EDIT, json=GOOD, token=token).status == 200


@pytest.mark.parametrize('dialect', ['0.7', '0.6'])
def test_a_token_of_another_dialect_sets_no_password(api, api_in, account, dialect):
    token = api_in(dialect).post(LOGIN, json=account.credentials).json()['auth_token']
    answer = api.post(EDIT, json={**GOOD, **WITH_PASSWORD}, token=token)
    DIALECT.refuses(answer, DIALECT.bad_token)
    assert api.post(LOGIN, json=account.credentials).status == 200


def test_a_new_password_ends_tokens_with_scopes_and_a_pending_address(edit, db, account):
    oauth2 = oauth2_token(db, account.id)
    personal = personal_token(db, account.id)
    db.run('UPDATE users SET email_to_confirm = %s, confirmation_token = %s WHERE id = %s',
           f'{unique()}@example.org', sha256_hex(unique()), account.id)
    assert edit({**GOOD, **WITH_PASSWORD}).status == 200
    row = user_row(db, account)
    assert (row['email_to_confirm'], row['confirmation_token']) == (None, None)
    assert db.value('SELECT access_token_revoked_at FROM oauth2_token WHERE id = %s', oauth2.id) > 0
    assert db.value('SELECT revoked_at FROM personal_tokens WHERE id = %s', personal.id)


@pytest.mark.parametrize('password', [None, ''])
@pytest.mark.parametrize('again', [ABSENT, None, '', 'x', NEW_PASSWORD, 1, []])
def test_without_a_password_the_old_one_stays_whatever_the_confirmation(
        edit, db, account, is_updated, password, again):
    body = {**GOOD, 'password': password}
    if again is not ABSENT:
        body['password_conf'] = again
    before = user_row(db, account)
    is_updated(edit(body))
    assert differences(before, user_row(db, account)).keys() == GOOD.keys()


def test_a_confirmation_alone_is_ignored(edit, db, account, is_updated):
    before = user_row(db, account)
    is_updated(edit({**GOOD, 'password_conf': NEW_PASSWORD}))
    assert differences(before, user_row(db, account)).keys() == GOOD.keys()


@pytest.mark.parametrize('again', [ABSENT, None, '', 'x', NEW_PASSWORD + ' ', NEW_PASSWORD.upper()])
def test_a_password_must_be_confirmed_exactly(is_refused, again):
    body = {**GOOD, 'password': NEW_PASSWORD}
    if again is not ABSENT:
        body['password_conf'] = again
    is_refused(body, NOT_TWICE)


def test_a_different_confirmation_is_reported_before_the_length(is_refused):
    is_refused({**GOOD, 'password': 'short', 'password_conf': 'shorT'}, NOT_TWICE)
    is_refused({**GOOD, 'password': 'short'}, NOT_TWICE)


@pytest.mark.parametrize('password', ['x', '1234567', 'é' * 7, ' '])
def test_a_password_that_is_too_short_is_refused(is_refused, password):
    is_refused({**GOOD, 'password': password, 'password_conf': password}, SHORT)


@pytest.mark.parametrize('password', ['x' * 512, 'é' * 256])
def test_a_password_that_crypt_cannot_take_is_refused(is_refused, password):
    is_refused({**GOOD, 'password': password, 'password_conf': password})


@pytest.mark.parametrize('value', WRONG_FOR_STRINGS.values(), ids=WRONG_FOR_STRINGS.keys())
def test_a_password_of_another_type_is_refused(is_refused, value):
    is_refused({**GOOD, 'password': value, 'password_conf': value})
    is_refused({**GOOD, 'password': NEW_PASSWORD, 'password_conf': value})


def test_a_bad_field_is_reported_before_the_password(is_refused):
    is_refused({**GOOD, 'bio': 1, 'password': NEW_PASSWORD, 'password_conf': 'x'})


def test_the_same_password_again_is_accepted(edit, db, account, is_updated):
    is_updated(edit({**GOOD, 'password': PASSWORD, 'password_conf': PASSWORD}))
    assert user_row(db, account)['token_epoch'] == 1


# ---- only in 0.2, and only this account ----------------------------------------------------------

@pytest.mark.parametrize('name', [name for name in ALL if name != '0.2'])
def test_the_others_neither_ask_for_a_timezone_nor_take_a_password(api_in, db, account, bearer,
                                                                   name):
    body = {key: value for key, value in GOOD.items() if key != 'timezone'}
    before = user_row(db, account)
    answer = api_in(name).post(EDIT, json={**body, **WITH_PASSWORD, 'weekm': True}, token=bearer)
    assert answer.json()['message'] == 'user profile updated'
    assert differences(before, user_row(db, account)).keys() == body.keys()


def test_other_keys_are_ignored(edit, db, account):
    before = user_row(db, account)
    body = {**GOOD, 'id': 1, 'admin': True, 'is_active': False, 'email': 'x@example.org',
            'username': 'other', 'language': 'de', 'picture': 'x', 'date_format': 'x'}
    assert edit(body).status == 200
    assert differences(before, user_row(db, account)).keys() == GOOD.keys()


def test_other_accounts_are_not_changed(edit, db, make_user):
    other = make_user(**BEFORE)
    before = user_row(db, other)
    assert edit({**GOOD, **WITH_PASSWORD}).status == 200
    assert user_row(db, other) == before
