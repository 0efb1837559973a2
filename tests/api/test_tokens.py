"""Personal tokens by their owner: list, create, revoke (contract §27.2)."""

from datetime import timedelta

import pytest

from tests.api.support.profile import date_text
from tests.api.support.scoped import ALL_SCOPES, oauth2_token, personal_token
from tests.harness.answers import (INVALID, NOAUTH, NOSCOPE, NOURL, REFUSED_CREDENTIALS, error, exact,
                                   is_bad_token, is_json)
from tests.harness.people import insert_user, now
from tests.harness.tokens import sha256_hex

TOKENS = '/api/auth/tokens'
ONE = '/api/auth/tokens/1'
PROFILE = '/api/auth/profile'
UNKNOWN = (404, {'status': 'not found', 'message': 'token does not exist'})
NO_PASSWORD = error('current password is missing')
BAD_NAME = error('name: 1 to 100 characters required')
BAD_SCOPE = error('scope: unrecognized or missing scope')
BAD_DAYS = error('days: 1 to 36500 required')


@pytest.fixture
def create(api, login):
    def post(account, **changes):
        body = {
            'name': 'a script',
            'scope': 'profile:read',
            'password': account.password,
            **changes}
        return api.post(TOKENS, token=login(account), json=body)
    return post


@pytest.fixture
def listed(api, login):
    def get(account):
        return is_json(api.get(TOKENS, token=login(account)))['data']['tokens']
    return get


# ---- create --------------------------------------------------------------------------------------

def test_a_token_is_created_and_its_text_is_shown_once(api, create, db, listed, user):
    answer = create(user, name='sauvegarde – été', scope='profile:read workouts:read', days=90)
    body = is_json(answer)
    text, token = body['data']['text'], body['data']['token']
    exact(answer, (201, {'status': 'success', 'message': 'personal token created',
                         'data': {'text': text, 'token': token}}))
    row = db.row('SELECT * FROM personal_tokens WHERE token = %s', sha256_hex(text))
    assert row['user_id'] == user.id and row['revoked_at'] is None
    assert timedelta(days=89) < row['expires_at'] - now() < timedelta(days=91)
    assert token == {'id': row['id'], 'name': 'sauvegarde – été',
                     'scope': 'profile:read workouts:read', 'last_used_at': None,
                     'created_at': token['created_at'], 'expires_at': date_text(row['expires_at'])}
    assert listed(user) == [{**token, 'created_at': date_text(row['created_at'])}]
    assert is_json(api.get(PROFILE, token=text))['data']['username'] == user.username


@pytest.mark.parametrize('days', [{}, {'days': None}])
def test_without_a_lifetime_it_does_not_expire(create, db, user, days):
    assert is_json(create(user, **days))['data']['token']['expires_at'] is None
    assert db.value('SELECT expires_at FROM personal_tokens WHERE user_id = %s', user.id) is None


def test_a_scope_has_each_word_once(create, user):
    answer = create(user, scope='  profile:read  gate profile:read ')
    assert is_json(answer)['data']['token']['scope'] == 'profile:read gate'
    every = f'{ALL_SCOPES} gate'
    assert is_json(create(user, scope=every))['data']['token']['scope'] == every


def test_the_scope_gate_permits_nothing_in_the_api(api, create, user):
    text = is_json(create(user, scope='gate'))['data']['text']
    exact(api.get(PROFILE, token=text), NOSCOPE)


@pytest.mark.parametrize(('changes', 'reply'), [
    ({'name': ''}, BAD_NAME), ({'name': 'é' * 101}, BAD_NAME), ({'scope': ''}, BAD_SCOPE),
    ({'scope': ' '}, BAD_SCOPE), ({'scope': 'profile:read nonsense'}, BAD_SCOPE),
    ({'scope': 'x' * 300}, BAD_SCOPE), ({'scope': 'Profile:read'}, BAD_SCOPE),
    ({'days': 0}, BAD_DAYS), ({'days': -1}, BAD_DAYS), ({'days': 1.5}, BAD_DAYS),
    ({'days': 36501}, BAD_DAYS), ({'days': 1e300}, BAD_DAYS), ({'password': ''}, NO_PASSWORD),
    ({'password': None}, NO_PASSWORD), ({'name': None}, INVALID), ({'scope': None}, INVALID),
    ({'name': 1}, INVALID), ({'scope': ['profile:read']}, INVALID), ({'days': '90'}, INVALID),
    ({'password': 1}, INVALID)])
def test_invalid_values_are_refused(create, db, user, changes, reply):
    exact(create(user, **changes), reply)
    assert db.rows('SELECT * FROM personal_tokens WHERE user_id = %s', user.id) == []


def test_the_password_is_needed(create, db, user):
    exact(create(user, password='another password'), REFUSED_CREDENTIALS)
    assert db.rows('SELECT * FROM personal_tokens WHERE user_id = %s', user.id) == []


def test_wrong_passwords_are_limited_as_at_a_login(programs, scratch):
    settings = {'DATABASE_URL': scratch.url, 'THROTTLE_LOGIN_ACCOUNT': '2'}
    with scratch.connect() as sql:
        account = insert_user(sql)

    def post(path, body, token=None):
        return programs.cgi('POST', path, settings=settings, json=body, token=token)

    token = is_json(post('/api/auth/login', account.credentials))['auth_token']
    body = {'name': 'a script', 'scope': 'profile:read', 'password': 'another password'}
    assert [post(TOKENS, body, token).status for _ in range(3)] == [401, 401, 429]
    assert post(TOKENS, {**body, 'password': account.password}, token).status == 429
    assert post('/api/auth/login', account.credentials).status == 429


def test_an_account_has_at_most_100_valid_tokens(create, db, user):
    for number in range(100):
        personal_token(db, user.id)
    exact(create(user), error('too many personal tokens, please revoke one'))
    db.run('UPDATE personal_tokens SET revoked_at = %s WHERE user_id = %s LIMIT 1', now(), user.id)
    assert create(user).status == 201


# ---- list and revoke -----------------------------------------------------------------------------

def test_valid_tokens_of_the_account_are_listed_the_newest_first(db, listed, make_user):
    user, stranger = make_user(), make_user()
    first, second = personal_token(db, user.id), personal_token(db, user.id)
    personal_token(db, user.id, expires_at=now() - timedelta(seconds=1))
    personal_token(db, user.id, revoked_at=now())
    personal_token(db, stranger.id)
    assert [one['id'] for one in listed(user)] == [second.id, first.id]


def test_a_revoked_token_is_refused(api, db, login, user):
    token, kept = personal_token(db, user.id), personal_token(db, user.id)
    path = f'{TOKENS}/{token.id}'
    session = login(user)
    answer = api.request('DELETE', path, token=session)
    assert (answer.status, answer.body) == (204, b'')
    is_bad_token(api.get(PROFILE, token=token.text))
    assert api.get(PROFILE, token=kept.text).status == 200
    exact(api.request('DELETE', path, token=session), UNKNOWN)


def test_tokens_of_others_cannot_be_revoked(api, db, login, make_user):
    token = personal_token(db, make_user().id)
    exact(api.request('DELETE', f'{TOKENS}/{token.id}', token=login(make_user())), UNKNOWN)
    assert api.get(PROFILE, token=token.text).status == 200


@pytest.mark.parametrize('number', ['0', '9' * 40])
def test_an_unknown_token_cannot_be_revoked(api, login, user, number):
    exact(api.request('DELETE', f'{TOKENS}/{number}', token=login(user)), UNKNOWN)


# ---- who may -------------------------------------------------------------------------------------

@pytest.mark.parametrize(('method', 'path'), [
    ('GET', TOKENS), ('POST', TOKENS), ('DELETE', ONE)])
def test_only_the_token_of_a_login_is_accepted(api, db, user, method, path):
    body = {'name': 'a script', 'scope': 'profile:read', 'password': user.password}
    options = {'json': body} if method == 'POST' else {}
    for token in (personal_token(db, user.id), oauth2_token(db, user.id)):
        exact(api.request(method, path, token=token.text, **options), NOSCOPE)
    exact(api.request(method, path, **options), NOAUTH)


def test_older_dialects_do_not_have_the_endpoints(api_06, login, user):
    exact(api_06.get(TOKENS, token=login(user)), NOURL)
