"""Dialect 0.2: tokens, bodies, methods, sports and ping (dialects §4.1 and §4.9)."""

import time

import pytest

from tests.harness.answers import PONG, error, exact, is_json
from tests.api.support.dialects import DIALECTS
from tests.harness.people import insert_user, insert_workout, now, unique
from tests.api.support.schema import SPORTS as SEED
from tests.api.support.scoped import oauth2_token, personal_token
from tests.harness.tokens import ABSENT, HEADER, compact, other_last_character, sha256_hex, sign

PROFILE = '/api/auth/profile'
LOGIN = '/api/auth/login'
REGISTER = '/api/auth/register'
EDIT = '/api/auth/profile/edit'
LOGOUT = '/api/auth/logout'
SPORTS = '/api/sports'
MIB = 1024 * 1024
DIALECT = DIALECTS['0.2']
INVALID = error('Invalid payload.')
NO_AUTH = error('Provide a valid auth token.', 401)
EXPIRED = error('Signature expired. Please log in again.', 401)
BAD_TOKEN = error('Invalid token. Please log in again.', 401)
USER_GONE = error('Something went wrong. Please contact us.', 401)
PROTECTED = [('GET', PROFILE), ('POST', EDIT), ('GET', LOGOUT), ('GET', SPORTS),
             ('GET', f'{SPORTS}/1'), ('GET', f'{SPORTS}/4000000')]


@pytest.fixture
def api(api_02):
    """All requests in this file are made in 0.2."""
    return api_02


def name_of(call):
    return ' '.join(call)


# ---- tokens --------------------------------------------------------------------------------------

@pytest.mark.parametrize('header', ['', ' ', 'Bearer', 'Bearer ', 'Bearer \t', 'abc', 'Basic eDp5',
                                    'Token x.y.z', 'Bearerx y'])
def test_without_a_bearer_token_authentication_is_required(api, header):
    DIALECT.refuses(api.get(PROFILE), NO_AUTH)
    DIALECT.refuses(api.get_with_header(PROFILE, f'Authorization: {header}'), NO_AUTH)


def test_a_valid_token_with_another_scheme_is_ignored(api, token):
    for scheme in ('Basic', 'Token', 'JWT'):
        answer = api.get(PROFILE, headers={'Authorization': f'{scheme} {token}'})
        DIALECT.refuses(answer, NO_AUTH)


@pytest.mark.parametrize('columns', [{'active': False}, {'suspended_at': now()}])
def test_an_account_that_cannot_log_in_must_authenticate(api, minter, make_user, columns):
    """The account was created in 0.7 or 0.6: every account created in 0.2 is active."""
    DIALECT.refuses(api.get(PROFILE, token=minter.token(make_user(**columns).id)), NO_AUTH)


def test_a_token_of_a_deleted_account_has_its_own_message(api, db, minter, make_user):
    account = make_user()
    db.run('DELETE FROM users WHERE id = %s', account.id)
    for call in PROTECTED:
        DIALECT.refuses(api.request(*call, token=minter.token(account.id)), USER_GONE)
    DIALECT.refuses(api.get(PROFILE, token=minter.token(2_000_000_000)), USER_GONE)


def test_an_expired_token_is_reported_as_expired(api, minter, user, make_user):
    for exp in (0, 1, int(time.time()) - 3600):
        DIALECT.refuses(api.get(PROFILE, token=minter.token(user.id, exp=exp)), EXPIRED)
    inactive = make_user(active=False)
    DIALECT.refuses(api.get(PROFILE, token=minter.token(inactive.id, exp=1)), EXPIRED)
    DIALECT.refuses(api.get(PROFILE, token=minter.token(2_000_000_000, exp=1)), EXPIRED)


def test_an_expired_token_with_a_bad_signature_is_invalid(api, minter, user):
    DIALECT.refuses(api.get(PROFILE, token=minter.token(user.id, exp=1, key='wrong')), BAD_TOKEN)


BAD_CLAIMS = {
    'no exp': {'exp': ABSENT}, 'exp a string': {'exp': '9999999999'}, 'no iat': {'iat': ABSENT},
    'iat ahead': {'iat': 2**40}, 'nbf ahead': {'nbf': 2**40}, 'aud': {'aud': 'x'},
    'aud of a reset': {'aud': 'password-reset'}, 'no sub': {'sub': ABSENT},
    'sub a text': {'sub': 'some text'}, 'sub a digit': {'sub': '1'}, 'sub true': {'sub': True},
    'gen of another epoch': {'gen': 1}}


@pytest.mark.parametrize('changes', BAD_CLAIMS.values(), ids=BAD_CLAIMS.keys())
def test_a_token_with_a_bad_claim_is_invalid(api, minter, user, changes):
    DIALECT.refuses(api.get(PROFILE, token=minter.token(user.id, **changes)), BAD_TOKEN)


@pytest.mark.parametrize('text', ['x', '.', 'a.b', 'a.b.c', 'x y', 'x,y', '..', 'a.b.c.d', '{}'])
def test_a_text_that_is_not_a_token_is_invalid(api, text):
    DIALECT.refuses(api.get_with_header(PROFILE, f'Authorization: Bearer {text}'), BAD_TOKEN)


def test_a_token_in_another_spelling_is_invalid(api, minter, user, token):
    head, _, last = token.rpartition('.')
    for other in (f'{head}.{other_last_character(last)}', token + '=', token + ',', head,
                  head + '.', sign('other', compact(HEADER), compact(minter.claims(user.id)))):
        DIALECT.refuses(api.get(PROFILE, token=other), BAD_TOKEN)


def test_a_revoked_token_is_invalid(api, db, minter, user):
    token = minter.token(user.id)
    db.insert('blacklisted_tokens', token=sha256_hex(token), expired_at=int(time.time()) + 3600,
              blacklisted_on=now())
    for call in PROTECTED:
        DIALECT.refuses(api.request(*call, token=token), BAD_TOKEN)


@pytest.mark.parametrize('call', PROTECTED, ids=name_of)
def test_tokens_with_scopes_are_not_accepted(api, db, user, call):
    for token in (oauth2_token(db, user.id), personal_token(db, user.id)):
        DIALECT.refuses(api.request(*call, token=token.text), BAD_TOKEN)


def test_a_refused_token_with_scopes_is_not_changed(api, db, user):
    tokens = {'oauth2_token': oauth2_token(db, user.id),
              'personal_tokens': personal_token(db, user.id)}
    for table, token in tokens.items():
        before = db.row(f'SELECT * FROM {table} WHERE id = %s', token.id)
        DIALECT.refuses(api.get(LOGOUT, token=token.text), BAD_TOKEN)
        assert db.row(f'SELECT * FROM {table} WHERE id = %s', token.id) == before


@pytest.mark.parametrize('call', PROTECTED, ids=name_of)
def test_every_protected_endpoint_requires_a_token_first(api, minter, user, call):
    DIALECT.refuses(api.request(*call), NO_AUTH)
    DIALECT.refuses(api.request(*call, data=b'{'), NO_AUTH)
    DIALECT.refuses(api.request(*call, token='x'), BAD_TOKEN)
    DIALECT.refuses(api.request(*call, token=minter.token(user.id, exp=1)), EXPIRED)


def test_head_of_the_profile_names_no_challenge(api, token):
    answer = api.request('HEAD', PROFILE, token='x')
    assert (answer.status, answer.body) == (401, b'')
    assert 'WWW-Authenticate' not in answer.headers
    answer = api.request('HEAD', PROFILE, token=token)
    assert (answer.status, answer.body) == (200, b'')


# ---- bodies --------------------------------------------------------------------------------------

UNREADABLE = {
    'empty': b'', 'half': b'{', 'empty object': b'{}', 'empty list': b'[]', 'empty text': b'""',
    'null': b'null', 'zero': b'0', 'true': b'true', 'list': b'[1]', 'text': b'"x"', 'number': b'1',
    'garbage behind': b'{"a": 1}x', 'NaN': b'{"a": NaN}', 'no UTF-8': b'{"a": "\xff"}',
    'NUL': rb'{"a": "\u0000"}', 'half a pair': rb'{"a": "\ud800"}', 'huge number': b'{"a": 1e400}',
    'deep': b'{"a": ' + b'[' * 64 + b']' * 64 + b'}', 'UTF-16': '{"a": 1}'.encode('utf-16'),
    'nothing of ours': b'{"a": 1}'}


@pytest.mark.parametrize('content', UNREADABLE.values(), ids=UNREADABLE.keys())
@pytest.mark.parametrize('path', [REGISTER, EDIT])
def test_a_bad_body_is_an_invalid_payload(api, token, path, content):
    exact(api.post_text(path, content, token=token), INVALID)


@pytest.mark.parametrize('content', [content for name, content in UNREADABLE.items()
                                     if name != 'nothing of ours'])
def test_a_bad_body_is_an_invalid_payload_at_login(api, content):
    exact(api.post_text(LOGIN, content), INVALID)


@pytest.mark.parametrize('content_type', [None, 'text/plain', 'text/json', 'application/jsonx',
                                          'application/x-www-form-urlencoded'])
@pytest.mark.parametrize('path', [REGISTER, EDIT, LOGIN])
def test_another_content_type_is_an_invalid_payload(api, token, path, content_type):
    headers = {'Content-Type': content_type} if content_type else {}
    exact(api.post(path, data=b'{"email": "x", "password": "y"}', headers=headers, token=token),
          INVALID)


@pytest.mark.parametrize('path', [REGISTER, EDIT, LOGIN])
def test_a_body_too_large_is_refused(api, token, path):
    exact(api.post_text(path, b' ' * (MIB + 1), token=token), DIALECT.too_large)


@pytest.mark.parametrize('path', [REGISTER, LOGIN, EDIT])
def test_a_method_that_is_not_offered_is_refused_before_the_token(api, path):
    answer = api.get(path)
    exact(answer, error('Method not allowed.', 405))
    assert answer.headers['Allow'] == 'POST, OPTIONS'


def test_an_unexpected_failure_has_the_message_of_the_dialect(programs, stack, minter, user):
    """The database cannot be reached."""
    settings = {'DATABASE_URL': f'mysql://x:y@localhost/z?unix_socket={stack.run}/none.sock'}
    parameters = {'API_DIALECT': '0.2'}
    for method, path, body in (('GET', PROFILE, None), ('GET', SPORTS, None), ('GET', LOGOUT, None),
                               ('POST', EDIT, {'a': 1}), ('POST', LOGIN, user.credentials),
                               ('POST', REGISTER, {'a': 1})):
        answer = programs.cgi(method, path, json=body, token=minter.token(user.id),
                              settings=settings, parameters=parameters)
        exact(answer, error('Error. Please try again or contact the administrator.', 500))


# ---- sports and ping -----------------------------------------------------------------------------

IMAGES = {1: 'cycling-sport', 2: 'cycling-transport', 3: 'hiking', 4: 'mountain-biking',
          5: 'running', 6: 'walking', 7: 'electric-mountain-biking', 8: 'trail', 9: 'alpine-skiing',
          10: 'cross-country-skiing', 11: 'rowing'}


def sport_02(number):
    image = f'/img/sports/{IMAGES[number]}.png' if number in IMAGES else None
    return {'_can_be_deleted': False, 'id': number, 'img': image, 'label': SEED[number - 1][0]}


def found(*sports):
    return 200, {'data': {'sports': list(sports)}, 'status': 'success'}


def test_ping_answers_pong(api):
    exact(api.get('/api/ping'), PONG)


def test_all_sports_are_listed_with_their_images(api, token):
    exact(api.get(SPORTS, token=token), found(*map(sport_02, range(1, len(SEED) + 1))))


@pytest.mark.parametrize('number', range(1, len(SEED) + 1))
def test_one_sport_is_a_list_of_one(api, token, number):
    exact(api.get(f'{SPORTS}/{number}', token=token), found(sport_02(number)))


def test_a_sport_that_was_added_has_no_image(scratch, minter, programs):
    with scratch.connect() as sql:
        number = sql.insert('sports', label='Chess', is_active=1, stopped_speed_threshold=1)
        answer = programs.cgi('GET', f'{SPORTS}/{number}', parameters={'API_DIALECT': '0.2'},
                              token=minter.token(insert_user(sql).id),
                              settings={'DATABASE_URL': scratch.url})
    exact(answer, found({'_can_be_deleted': False, 'id': number, 'img': None, 'label': 'Chess'}))


def test_neither_preferences_nor_workouts_nor_rights_change_a_sport(api, db, minter, make_user):
    admin = make_user(admin=1)
    insert_workout(db, admin.id, sport_id=5)
    db.insert('users_sports_preferences', user_id=admin.id, sport_id=5, color='#abc', is_active=0)
    exact(api.get(f'{SPORTS}/5', token=minter.token(admin.id)), found(sport_02(5)))


@pytest.mark.parametrize('number', ['0', '15', '4000000', '2147483648', '9' * 100])
def test_an_unknown_sport_is_not_found(api, token, number):
    exact(api.get(f'{SPORTS}/{number}', token=token),
          (404, {'data': {'sports': []}, 'status': 'not found'}))


@pytest.mark.parametrize('number', ['abc', '-1', '1x', '%201'])
def test_an_id_that_is_not_a_number_is_an_unknown_path(api, token, number):
    exact(api.get(f'{SPORTS}/{number}', token=token), DIALECT.no_url)


@pytest.mark.parametrize('path', ['/api/config', '/api/auth/account/confirm',
                                  '/api/auth/password/reset-request',
                                  '/api/auth/profile/edit/account'])
def test_newer_endpoints_are_not_found_with_or_without_a_token(api, token, path):
    for method in ('GET', 'POST', 'PATCH', 'OPTIONS'):
        exact(api.request(method, path, json={'email': f'{unique()}@example.org'}, token=token),
              (404, {'status': 'not found',
                     'message': 'The requested URL was not found on the server.'}))


def test_all_answers_are_json_and_end_with_a_full_stop(api, token):
    """Except for ping, whose answer is that of 0.7."""
    for method, path in (('POST', LOGIN), ('POST', REGISTER), ('POST', EDIT), ('GET', '/api/x'),
                         ('PUT', LOGIN), ('GET', LOGOUT)):
        message = is_json(api.request(method, path, token=token))['message']
        assert message[0].isupper() and message.endswith('.')
