"""Dialect 0.6: where it differs from 0.7, and that it is equal elsewhere (dialects §3)."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from tests.harness.answers import (BAD_RESET_TOKEN, INVALID, NAME_TAKEN, NO_SUCH_SPORT, NOAUTH, PONG,
                                   REGISTERED, REGISTRATION_DISABLED, RESENT, RESET_REQUESTED, error,
                                   exact, is_bad_scope)
from tests.api.support.bodies import WRONG_FOR_FLAGS, WRONG_FOR_STRINGS, refuses_unreadable_bodies
from tests.harness.sql import root_sql
from tests.api.support.dialects import DIALECTS
from tests.harness.people import (PASSWORD, differences, insert_record, insert_user, insert_workout, now,
                                  unique, user_row)
from tests.api.support.profile import NOT_IN_06, expected_profile_06
from tests.api.support.scoped import SCOPES, oauth2_token, personal_token
from tests.harness.tokens import ABSENT, HEADER, b64, compact, other_last_character, sha256_hex, sign
from tests.api.support.waiting import until

PROFILE = '/api/auth/profile'
REGISTER = '/api/auth/register'
PREFERENCES = '/api/auth/profile/edit/preferences'
ACCOUNT = '/api/auth/profile/edit/account'
DIALECT = DIALECTS['0.6']
EXPIRED = error('signature expired, please log in again', 401)
BAD_TOKEN = error('invalid token, please log in again', 401)
PROTECTED = {  # (method, path): the required scope
    ('GET', '/api/auth/profile'): 'profile:read',
    ('POST', '/api/auth/profile/edit'): 'profile:write',
    ('PATCH', '/api/auth/profile/edit/account'): 'profile:write',
    ('POST', '/api/auth/profile/edit/preferences'): 'profile:write',
    ('POST', '/api/auth/profile/edit/sports'): 'profile:write',
    ('DELETE', '/api/auth/profile/reset/sports/1'): 'profile:write',
    ('GET', '/api/sports'): 'workouts:read',
    ('GET', '/api/sports/1'): 'workouts:read',
}


@pytest.fixture
def api(api_06):
    """All requests in this file are made in 0.6."""
    return api_06


@pytest.fixture
def api_07(api_in):
    return api_in('0.7')


@pytest.fixture
def registration():
    return DIALECT.registration


def row_of(db, username):
    return db.row('SELECT * FROM users WHERE username = %s', username)


def name_of(call):
    return ' '.join(call)


def hour_ago():
    return int(time.time()) - 3600


# ---- tokens --------------------------------------------------------------------------------------

@pytest.mark.parametrize('header', ['', ' ', 'Bearer', 'Bearer ', 'Bearer \t', 'abc', 'Basic eDp5',
                                    'Token x.y.z', 'Bearerx y'])
def test_without_a_bearer_token_authentication_is_required(api, header):
    DIALECT.refuses(api.get(PROFILE), NOAUTH)
    DIALECT.refuses(api.get_with_header(PROFILE, f'Authorization: {header}'), NOAUTH)


def test_a_valid_token_with_another_scheme_is_ignored(api, token):
    for scheme in ('Basic', 'Token', 'JWT'):
        answer = api.get(PROFILE, headers={'Authorization': f'{scheme} {token}'})
        DIALECT.refuses(answer, NOAUTH)


def test_the_scheme_can_be_in_any_case(api, token):
    assert api.get(PROFILE, headers={'Authorization': f'bEARER {token}'}).status == 200


@pytest.mark.parametrize('columns', [{'active': False}, {'suspended_at': now()}])
def test_an_account_that_cannot_log_in_must_authenticate(api, minter, make_user, columns):
    DIALECT.refuses(api.get(PROFILE, token=minter.token(make_user(**columns).id)), NOAUTH)


def test_a_deleted_account_must_authenticate(api, db, minter, make_user):
    account = make_user()
    db.run('DELETE FROM users WHERE id = %s', account.id)
    DIALECT.refuses(api.get(PROFILE, token=minter.token(account.id)), NOAUTH)
    DIALECT.refuses(api.get(PROFILE, token=minter.token(2_000_000_000)), NOAUTH)


@pytest.mark.parametrize('exp', [1, 0, hour_ago])
def test_an_expired_token_is_reported_as_expired(api, minter, user, exp):
    bearer = minter.token(user.id, exp=exp() if callable(exp) else exp)
    DIALECT.refuses(api.get(PROFILE, token=bearer), EXPIRED)


def test_an_expired_token_of_an_inactive_account_is_reported_as_expired(api, minter, make_user):
    bearer = minter.token(make_user(active=False).id, exp=1)
    DIALECT.refuses(api.get(PROFILE, token=bearer), EXPIRED)


def test_an_expired_token_with_a_bad_signature_is_invalid(api, minter, user):
    DIALECT.refuses(api.get(PROFILE, token=minter.token(user.id, exp=1, key='wrong')), BAD_TOKEN)


BAD_CLAIMS = {
    'no exp': {'exp': ABSENT}, 'exp a string': {'exp': '9999999999'}, 'exp null': {'exp': None},
    'no iat': {'iat': ABSENT}, 'iat ahead': {'iat': 2**40}, 'nbf ahead': {'nbf': 2**40},
    'aud': {'aud': 'x'}, 'aud of a reset': {'aud': 'password-reset'}, 'aud a list': {'aud': ['x']},
    'no sub': {'sub': ABSENT}, 'sub a text': {'sub': 'some text'}, 'sub a digit': {'sub': '1'},
    'sub true': {'sub': True}, 'sub a fraction': {'sub': 1.5}, 'gen of another epoch': {'gen': 1}}


@pytest.mark.parametrize('changes', BAD_CLAIMS.values(), ids=BAD_CLAIMS.keys())
def test_a_token_with_a_bad_claim_is_invalid(api, minter, user, changes):
    DIALECT.refuses(api.get(PROFILE, token=minter.token(user.id, **changes)), BAD_TOKEN)


@pytest.mark.parametrize('text', ['x', '.', 'a.b', 'a.b.c', 'x y', 'x,y', '..', 'a.b.c.d', '{}'])
def test_a_text_that_is_not_a_token_is_invalid(api, text):
    DIALECT.refuses(api.get_with_header(PROFILE, f'Authorization: Bearer {text}'), BAD_TOKEN)


def test_a_token_in_another_spelling_is_invalid(api, minter, user, token):
    head, _, last = token.rpartition('.')
    for other in (f'{head}.{other_last_character(last)}', token + '=', token + ',', head,
                  head + '.', sign('other', compact(HEADER), compact(minter.claims(user.id))),
                  f'{b64(b"{}")}.{compact(minter.claims(user.id))}.'):
        DIALECT.refuses(api.get(PROFILE, token=other), BAD_TOKEN)


def test_a_revoked_token_is_invalid(api, db, minter, user):
    token = minter.token(user.id)
    db.insert('blacklisted_tokens', token=sha256_hex(token), expired_at=int(time.time()) + 3600,
              blacklisted_on=now())
    DIALECT.refuses(api.get(PROFILE, token=token), BAD_TOKEN)


@pytest.mark.parametrize('call', PROTECTED, ids=name_of)
def test_every_protected_endpoint_requires_a_token_first(api, minter, user, call):
    DIALECT.refuses(api.request(*call), NOAUTH)
    DIALECT.refuses(api.request(*call, data=b'{'), NOAUTH)
    DIALECT.refuses(api.request(*call, token='x'), BAD_TOKEN)
    DIALECT.refuses(api.request(*call, token=minter.token(user.id, exp=1)), EXPIRED)


def test_head_of_the_profile_names_no_challenge(api):
    answer = api.request('HEAD', PROFILE, token='x')
    assert (answer.status, answer.body) == (401, b'')
    assert 'WWW-Authenticate' not in answer.headers


# ---- tokens with scopes --------------------------------------------------------------------------

@pytest.fixture(params=[oauth2_token, personal_token], ids=['OAuth 2.0', 'personal'])
def issue(request, db):
    return lambda account, scope, **columns: request.param(db, account.id, scope, **columns).text


@pytest.mark.parametrize('scope', SCOPES)
@pytest.mark.parametrize('call', PROTECTED, ids=name_of)
def test_each_endpoint_accepts_only_the_scope_that_it_needs(api, issue, user, call, scope):
    answer = api.request(*call, token=issue(user, scope))
    if PROTECTED[call] == scope:
        assert answer.status not in (401, 403)
    else:
        is_bad_scope(answer)


def test_an_expired_or_revoked_token_with_scopes_is_invalid(api, db, user):
    for token in (oauth2_token(db, user.id, issued_at=1000),
                  oauth2_token(db, user.id, access_token_revoked_at=1),
                  oauth2_token(db, user.id, refresh_token_revoked_at=1),
                  personal_token(db, user.id, expires_at=now()),
                  personal_token(db, user.id, revoked_at=now())):
        DIALECT.refuses(api.get(PROFILE, token=token.text), BAD_TOKEN)


def test_an_unknown_token_of_either_kind_is_invalid(api):
    for text in (unique(''), f'fgpt_{unique()}'):
        DIALECT.refuses(api.get(PROFILE, token=text), BAD_TOKEN)


def test_a_token_with_scopes_of_an_inactive_account_must_authenticate(api, issue, make_user):
    DIALECT.refuses(api.get(PROFILE, token=issue(make_user(active=False), 'profile:read')), NOAUTH)


# ---- register ------------------------------------------------------------------------------------

def test_an_account_is_stored_as_in_07_except_for_the_policy(api, db, registration, mail_for):
    body = registration()
    started = now() - timedelta(seconds=1)
    exact(api.post(REGISTER, json=body), REGISTERED)
    token = mail_for(body['email']).token
    row = row_of(db, body['username'])
    fixed = {'email': body['email'], 'language': 'en', 'timezone': 'Europe/Paris',
             'date_format': 'MM/dd/yyyy', 'admin': 0, 'is_active': 0, 'weekm': 0,
             'imperial_units': 0, 'display_ascent': 1, 'start_elevation_at_zero': 1,
             'use_raw_gpx_speed': 0, 'token_epoch': 0, 'accepted_policy_date': None}
    assert {name: row[name] for name in fixed} == fixed
    assert started <= row['created_at'] <= now() + timedelta(seconds=1)
    assert row['confirmation_token'] == sha256_hex(token)


@pytest.mark.parametrize('value', [True, False, None, '', 'true', 0, 1, [], {}, {'a': 1}])
def test_the_policy_is_not_a_field(api, db, registration, value):
    body = registration(accepted_policy=value)
    exact(api.post(REGISTER, json=body), REGISTERED)
    assert row_of(db, body['username'])['accepted_policy_date'] is None


def test_an_account_of_06_has_not_accepted_the_policy_in_07(api, api_07, db, registration, minter):
    body = registration(accepted_policy=True)
    exact(api.post(REGISTER, json=body), REGISTERED)
    number = row_of(db, body['username'])['id']
    db.run('UPDATE users SET is_active = 1 WHERE id = %s', number)
    shown = api_07.get(PROFILE, token=minter.token(number)).json()['data']
    assert shown['accepted_privacy_policy'] is False


@pytest.mark.parametrize('name', ['username', 'email', 'password'])
@pytest.mark.parametrize('how', ['absent', 'null', 'number', 'list'])
def test_a_missing_field_or_a_field_of_another_type_is_an_invalid_payload(
        api, db, registration, name, how):
    body = registration(**{name: {'number': 1, 'list': ['x']}.get(how)})
    if how == 'absent':
        del body[name]
    exact(api.post(REGISTER, json=body), INVALID)
    assert db.value('SELECT COUNT(*) FROM users WHERE username = %s OR email = %s',
                    str(body.get('username')), str(body.get('email'))) == 0


@pytest.mark.parametrize(('changes', 'message'), [
    ({'username': 'ab'}, 'username: 3 to 30 characters required\n'),
    ({'username': 'a' * 31}, 'username: 3 to 30 characters required\n'),
    ({'username': 'a-b'},
     'username: only alphanumeric characters and the underscore character "_" allowed\n'),
    ({'email': 'x'}, 'email: valid email must be provided\n'),
    ({'password': '1234567'}, 'password: 8 characters required\n'),
    ({'password': ''}, 'password: 8 characters required\n'),
    ({'username': 'é', 'email': '', 'password': 'x'},
     'username: 3 to 30 characters required\n'
     'username: only alphanumeric characters and the underscore character "_" allowed\n'
     'email: valid email must be provided\npassword: 8 characters required\n')])
def test_violations_are_reported_without_a_title(api, registration, changes, message):
    exact(api.post(REGISTER, json=registration(**changes)), error(message))


def test_a_name_of_30_characters_is_taken(api, db, registration):
    name = (unique() + 'x' * 30)[:30]
    exact(api.post(REGISTER, json=registration(username=name)), REGISTERED)
    assert row_of(db, name)['is_active'] == 0


@pytest.mark.parametrize('change', [str, str.upper, str.swapcase])
def test_a_taken_username_is_named(api, registration, user, change):
    exact(api.post(REGISTER, json=registration(username=change(user.username))), NAME_TAKEN)
    exact(api.post(REGISTER, json=registration(username=user.username, email=user.email)),
          NAME_TAKEN)


def test_a_known_email_is_answered_as_a_new_one_and_changes_nothing(api, db, no_mail, registration,
                                                                    user):
    before = user_row(db, user)
    body = registration(email=user.email.upper())
    exact(api.post(REGISTER, json=body), REGISTERED)
    assert user_row(db, user) == before
    assert db.value('SELECT COUNT(*) FROM users WHERE username = %s', body['username']) == 0


def test_violations_are_reported_before_a_taken_username(api, registration, user):
    body = registration(username=user.username, password='short')
    exact(api.post(REGISTER, json=body), error('password: 8 characters required\n'))


def test_without_a_free_place_registration_is_disabled_before_the_body(api, db, registration, user,
                                                                       app_config):
    app_config(max_users=1)
    exact(api.post(REGISTER, json=registration()), REGISTRATION_DISABLED)
    exact(api.post(REGISTER, json={}), REGISTRATION_DISABLED)
    exact(api.post_text(REGISTER, b'{'), REGISTRATION_DISABLED)


@pytest.mark.parametrize('key', ['language', 'lang'])
@pytest.mark.parametrize(('language', 'stored'), [
    ('en', 'en'), ('fr', 'fr'), ('de', 'de'), ('it', 'en'), ('nb', 'en'), ('nl', 'en'),
    ('es', 'en'), ('gl', 'en'), ('pl', 'en'), ('xx', 'en'), ('FR', 'en'), ('fr de', 'en'),
    ('', 'en'), (None, 'en'), (1, 'en')])
def test_three_languages_are_accepted(api, db, registration, key, language, stored):
    body = registration(**{key: language})
    exact(api.post(REGISTER, json=body), REGISTERED)
    assert row_of(db, body['username'])['language'] == stored


def test_language_takes_precedence_over_lang(api, db, registration):
    body = registration(language='fr', lang='de')
    exact(api.post(REGISTER, json=body), REGISTERED)
    assert row_of(db, body['username'])['language'] == 'fr'


def test_a_body_that_is_not_a_json_object_is_refused(api, registration):
    refuses_unreadable_bodies(lambda data, headers: api.post(REGISTER, data=data, headers=headers),
                              registration())


def test_a_new_account_cannot_log_in_before_it_is_confirmed(api, registration):
    body = registration()
    exact(api.post(REGISTER, json=body), REGISTERED)
    exact(api.post('/api/auth/login', json={'email': body['email'], 'password': PASSWORD}),
          DIALECT.bad_credentials)


# ---- the profile ---------------------------------------------------------------------------------

def test_the_profile_has_24_keys(api, db, user, token):
    workout = insert_workout(db, user.id, sport_id=3)
    insert_workout(db, user.id, sport_id=1, ascent=None)
    for kind, value in (('AS', 1234), ('FD', 5678), ('HA', 91011), ('LD', 3500), ('MS', 2345)):
        insert_record(db, workout, kind, value)
    answer = api.get(PROFILE, token=token)
    exact(answer, (200, {'data': expected_profile_06(db, user.id), 'status': 'success'}))
    assert len(answer.json()['data']) == 24 and not answer.json()['data'].keys() & set(NOT_IN_06)
    assert [record['record_type'] for record in answer.json()['data']['records']] == [
        'AS', 'FD', 'HA', 'LD', 'MS']


def test_the_pending_address_and_the_ascent_are_shown(api, minter, make_user):
    account = make_user(email_to_confirm='other@example.org')
    data = api.get(PROFILE, token=minter.token(account.id)).json()['data']
    assert data['email_to_confirm'] == 'other@example.org' and data['total_ascent'] == 0


@pytest.mark.parametrize('language', ['pl', 'gl', 'en', None, 'xx'])
def test_a_stored_language_is_shown_unchanged(api, minter, make_user, language):
    account = make_user(language=language)
    assert api.get(PROFILE, token=minter.token(account.id)).json()['data']['language'] == language


def test_the_other_edit_endpoints_show_the_same_profile(api, db, user, token):
    answer = api.post('/api/auth/profile/edit', token=token, json=dict.fromkeys(
        ('first_name', 'last_name', 'bio', 'birth_date', 'location'), None))
    exact(answer, (200, {'data': expected_profile_06(db, user.id), 'status': 'success',
                         'message': 'user profile updated'}))
    answer = api.request('PATCH', ACCOUNT, token=token, json=user.credentials)
    exact(answer, (200, {'data': expected_profile_06(db, user.id), 'status': 'success',
                         'message': 'user account updated'}))


# ---- preferences ---------------------------------------------------------------------------------

GOOD = {'display_ascent': False, 'imperial_units': True, 'language': 'fr',
        'timezone': 'America/New_York', 'weekm': True}
IGNORED = {'date_format': 'yyyy-MM-dd', 'start_elevation_at_zero': False, 'use_raw_gpx_speed': True}


@pytest.fixture
def prefer(api, token):
    return lambda body: api.post(PREFERENCES, json=body, token=token)


def test_five_preferences_are_stored_and_shown(prefer, db, user):
    before = user_row(db, user)
    exact(prefer(GOOD), (200, {'status': 'success', 'message': 'user preferences updated',
                               'data': expected_profile_06(db, user.id)}))
    assert differences(before, user_row(db, user)) == GOOD


def test_a_concurrent_change_by_another_client_is_not_undone(prefer, db, stack, user):
    """The request has read the account, and waits for the lock of the row."""
    def waits():
        return root.value('SELECT COUNT(*) FROM information_schema.PROCESSLIST '
                          "WHERE INFO LIKE 'UPDATE users SET %%timezone%%'")

    with ThreadPoolExecutor(1) as pool, root_sql(stack) as root, db.another() as other:
        other.run('START TRANSACTION')
        other.run("UPDATE users SET date_format = 'dd/MM/yyyy' WHERE id = %s", user.id)
        edit = pool.submit(prefer, GOOD)
        until(waits, 'the request waits')
        other.run('COMMIT')
        assert edit.result().status == 200
    assert user_row(db, user)['date_format'] == 'dd/MM/yyyy'


def test_the_other_three_are_ignored(prefer, db, user):
    before = user_row(db, user)
    assert prefer({**GOOD, **IGNORED}).status == 200
    assert differences(before, user_row(db, user)).keys() == GOOD.keys()


@pytest.mark.parametrize('name', IGNORED)
@pytest.mark.parametrize('value', [None, 1, 2, 'x' * 100, [], {}])
def test_an_ignored_preference_can_have_any_type(prefer, db, user, name, value):
    before = user_row(db, user)
    assert prefer({**GOOD, name: value}).status == 200
    assert differences(before, user_row(db, user)).keys() == GOOD.keys()


@pytest.mark.parametrize('name', GOOD)
def test_each_of_the_five_keys_must_be_there(prefer, db, user, name):
    before = user_row(db, user)
    body = {**GOOD, **IGNORED}
    del body[name]
    exact(prefer(body), INVALID)
    assert user_row(db, user) == before


@pytest.mark.parametrize('name', ['display_ascent', 'imperial_units', 'weekm'])
@pytest.mark.parametrize('value', [None, *WRONG_FOR_FLAGS.values()], ids=['null', *WRONG_FOR_FLAGS])
def test_a_flag_of_another_kind_is_refused(prefer, name, value):
    exact(prefer({**GOOD, name: value}), INVALID)


@pytest.mark.parametrize('value', ['x' * 51, *WRONG_FOR_STRINGS.values()],
                         ids=['too long', *WRONG_FOR_STRINGS])
def test_a_timezone_of_another_kind_is_refused(prefer, value):
    exact(prefer({**GOOD, 'timezone': value}), INVALID)


@pytest.mark.parametrize(('language', 'stored'), [
    ('en', 'en'), ('fr', 'fr'), ('de', 'de'), ('it', 'en'), ('nb', 'en'), ('nl', 'en'),
    ('es', 'en'), ('gl', 'en'), ('pl', 'en'), ('FR', 'en'), (None, 'en'), (1, 'en'), ('', 'en')])
def test_other_languages_become_english(prefer, db, user, language, stored):
    answer = prefer({**GOOD, 'language': language})
    assert answer.json()['data']['language'] == stored
    assert user_row(db, user)['language'] == stored


@pytest.mark.parametrize('language', ['it', 'nb', 'nl', 'es', 'gl', 'pl', 'xx', 'fr', 'en'])
def test_a_language_that_is_sent_back_unchanged_stays(api, db, minter, make_user, language):
    account = make_user(language=language)
    answer = api.post(PREFERENCES, json={**GOOD, 'language': language},
                      token=minter.token(account.id))
    assert answer.json()['data']['language'] == language
    assert user_row(db, account)['language'] == language


def test_another_unknown_language_than_the_stored_one_becomes_english(api, db, minter, make_user):
    account = make_user(language='it')
    answer = api.post(PREFERENCES, json={**GOOD, 'language': 'pl'}, token=minter.token(account.id))
    assert answer.json()['data']['language'] == 'en'
    assert user_row(db, account)['language'] == 'en'


# ---- config and sports ---------------------------------------------------------------------------

def test_the_configuration_has_nine_keys(api, api_07, app_config):
    app_config(about='about', privacy_policy='policy', privacy_policy_date='2024-01-01',
               admin_contact='admin@example.org', max_users=100000)
    newer = api_07.get('/api/config').json()['data']
    absent = ('about', 'privacy_policy', 'privacy_policy_date', 'weather_provider')
    expected = {key: value for key, value in newer.items() if key not in absent}
    exact(api.get('/api/config'),
          (200, {'data': {**expected, 'version': '0.6.12'}, 'status': 'success'}))
    assert len(expected) == 9


def test_the_sports_are_those_of_07(api, api_07, db, token, user):
    db.insert('users_sports_preferences', user_id=user.id, sport_id=5, color='#123456', is_active=0,
              stopped_speed_threshold=2.5)
    for path in ('/api/sports', '/api/sports/5', '/api/sports/4000000', '/api/sports/x'):
        newer, answer = api_07.get(path, token=token), api.get(path, token=token)
        assert (answer.status, answer.json()) == (newer.status, newer.json())


def test_an_administrator_sees_which_sports_have_workouts(scratch, minter, programs):
    with scratch.connect() as sql:
        admin = insert_user(sql, admin=1)
        insert_workout(sql, admin.id, sport_id=5)
        answer = programs.cgi('GET', '/api/sports', token=minter.token(admin.id),
                              settings={'DATABASE_URL': scratch.url},
                              parameters={'API_DIALECT': '0.6'})
    sports = answer.json()['data']['sports']
    assert [sport['id'] for sport in sports if sport['has_workouts']] == [5]


# ---- equal to 0.7 --------------------------------------------------------------------------------

SAME_CALLS = [
    ('POST', '/api/auth/login', {'email': 'a@example.org', 'password': 'x'}),
    ('POST', '/api/auth/login', {'email': 1}), ('POST', '/api/auth/login', {'email': 'x'}),
    ('POST', '/api/auth/login', {}),
    ('POST', '/api/auth/account/confirm', {'token': 'x'}),
    ('POST', '/api/auth/account/confirm', {'token': 1}),
    ('POST', '/api/auth/account/resend-confirmation', {'email': 'a@example.org'}),
    ('POST', '/api/auth/account/resend-confirmation', {'email': None}),
    ('POST', '/api/auth/password/reset-request', {'email': 'a@example.org'}),
    ('POST', '/api/auth/password/reset-request', {'x': 1}),
    ('POST', '/api/auth/password/update', {'token': 'x', 'password': 'long enough'}),
    ('POST', '/api/auth/password/update', {'token': 'x'}),
    ('POST', '/api/auth/email/update', {'token': 'x'}),
    ('POST', '/api/auth/register', {'username': 'x'}),
    ('POST', '/api/auth/profile/edit', {'bio': 'x'}),
    ('PATCH', ACCOUNT, {'email': 'a@example.org', 'password': 'wrong'}),
    ('PATCH', ACCOUNT, {'password': 'x'}), ('PATCH', ACCOUNT, {'email': 'a@example.org'}),
    ('PATCH', ACCOUNT, {'email': 'x', 'password': PASSWORD, 'new_password': 'x'}),
    ('POST', PREFERENCES, {'weekm': True}),
    ('POST', '/api/auth/profile/edit/sports', {'sport_id': 1}),
    ('POST', '/api/auth/profile/edit/sports', {'sport_id': 4000000, 'color': '#abc'}),
    ('POST', '/api/auth/profile/edit/sports', {'sport_id': 1, 'color': 'x'}),
    ('POST', '/api/auth/profile/edit/sports', {'sport_id': 1, 'is_active': 'x'}),
    ('POST', '/api/auth/profile/edit/sports', {'sport_id': 1, 'stopped_speed_threshold': 2}),
    ('DELETE', '/api/auth/profile/reset/sports/1', None),
    ('DELETE', '/api/auth/profile/reset/sports/x', None),
    ('GET', '/api/ping', None), ('POST', '/api/ping', None), ('GET', '/api/nothing', None),
]


@pytest.mark.parametrize(('method', 'path', 'body'), SAME_CALLS)
def test_the_answer_equals_that_of_07(api, api_07, token, method, path, body):
    newer, answer = (client.request(method, path, json=body, token=token)
                     for client in (api_07, api))
    assert (answer.status, answer.body) == (newer.status, newer.body)
    assert answer.headers.get('Allow') == newer.headers.get('Allow')


def test_the_messages_that_clients_expect_are_sent(api, token):
    """The messages themselves, in addition to equality with 0.7."""
    exact(api.get('/api/ping'), PONG)
    exact(api.post('/api/auth/account/resend-confirmation', json={'email': 'x'}), RESENT)
    exact(api.post('/api/auth/password/reset-request', json={'email': 'x'}), RESET_REQUESTED)
    exact(api.post('/api/auth/password/update', json={'token': 'x', 'password': 'x'}),
          BAD_RESET_TOKEN)
    exact(api.post('/api/auth/email/update', json={'token': 'x'}), INVALID)
    exact(api.post('/api/auth/profile/edit/sports', token=token, json={'sport_id': 99, 'x': 1}),
          NO_SUCH_SPORT)
    exact(api.request('PATCH', ACCOUNT, token=token, json={'x': 1}), error('email is missing'))


def test_with_sending_disabled_the_mail_endpoints_do_not_exist(programs):
    for path in ('/api/auth/password/reset-request', '/api/auth/account/resend-confirmation'):
        exact(programs.cgi('POST', path, json={'email': 'x'}, settings={'EMAIL_URL': ''},
                           parameters={'API_DIALECT': '0.6'}), DIALECT.no_url)
