"""Dialect 0.2: POST /api/auth/login, GET /api/auth/logout (dialects §4.3, §4.4)."""

from datetime import timedelta

import pytest

from tests.harness.answers import error, exact, is_json
from tests.harness.sql import root_sql
from tests.api.support.dialects import DIALECTS
from tests.harness.people import PASSWORD, now, unique
from tests.harness.tokens import other_last_character, read, sha256_hex

LOGIN = '/api/auth/login'
LOGOUT = '/api/auth/logout'
PROFILE = '/api/auth/profile'
DIALECT = DIALECTS['0.2']
REFUSED = error('Invalid credentials.', 404)
LOGGED_OUT = (200, {'status': 'success', 'message': 'Successfully logged out.'})
NO_AUTH = error('Provide a valid auth token.', 401)
BAD_TOKEN = error('Invalid token. Please log in again.', 401)
FAILURE = error('Error. Please try again or contact the administrator.', 500)


@pytest.fixture
def api(api_02):
    """All requests in this file are made in 0.2."""
    return api_02


def is_logged_in(answer, account):
    """Returns the token."""
    token = is_json(answer).get('auth_token')
    exact(answer, (200, {'auth_token': token, 'message': 'Successfully logged in.',
                         'status': 'success'}))
    assert read(token)[1]['sub'] == account.id
    return token


# ---- login ---------------------------------------------------------------------------------------

def test_the_right_credentials_log_in(api, user):
    is_logged_in(api.post(LOGIN, json=user.credentials), user)


@pytest.mark.parametrize('change', [str.upper, str.swapcase])
def test_the_case_of_the_email_does_not_matter(api, user, change):
    is_logged_in(api.post(LOGIN, json={'email': change(user.email), 'password': PASSWORD}), user)


def test_password_conf_is_used_if_password_is_missing(api, user):
    """The documentation of 0.2 prints this name by mistake."""
    is_logged_in(api.post(LOGIN, json={'email': user.email, 'password_conf': PASSWORD}), user)
    is_logged_in(api.post(LOGIN, json={'email': user.email, 'password': None,
                                       'password_conf': PASSWORD}), user)


@pytest.mark.parametrize('password', ['wrong', '', 1, False, []])
def test_password_conf_is_otherwise_ignored(api, user, password):
    exact(api.post(LOGIN, json={'email': user.email, 'password': password,
                                'password_conf': PASSWORD}), REFUSED)


def test_the_right_password_is_enough(api, user):
    for other in ('wrong', '', None, 1):
        is_logged_in(api.post(LOGIN, json={**user.credentials, 'password_conf': other}), user)


@pytest.mark.parametrize('name', ['0.7', '0.6'])
def test_other_dialects_ignore_password_conf(api_in, user, name):
    exact(api_in(name).post(LOGIN, json={'email': user.email, 'password_conf': PASSWORD}),
          DIALECTS[name].bad_credentials)


@pytest.mark.parametrize('password', ['', 'wrong', PASSWORD + ' ', PASSWORD.upper(), 'x' * 600])
def test_a_wrong_password_is_refused(api, user, password):
    exact(api.post(LOGIN, json={'email': user.email, 'password': password}), REFUSED)
    exact(api.post(LOGIN, json={'email': user.email, 'password_conf': password}), REFUSED)


@pytest.mark.parametrize('columns', [{'active': False}, {'suspended_at': now()}])
def test_an_account_that_cannot_log_in_is_refused_as_if_unknown(api, make_user, columns):
    refused = api.post(LOGIN, json=make_user(**columns).credentials)
    unknown = api.post(LOGIN, json={'email': f'{unique()}@example.org', 'password': PASSWORD})
    exact(refused, REFUSED)
    assert (refused.status, refused.body) == (unknown.status, unknown.body)


@pytest.mark.parametrize('value', [0, 1, 1.5, True, False, [], ['x'], {}, {'a': 1}, None])
@pytest.mark.parametrize('name', ['email', 'password'])
@pytest.mark.parametrize('known', [True, False])
def test_a_missing_field_and_a_field_of_another_type_are_refused_equally(
        api, user, name, value, known):
    email = user.email if known else f'{unique()}@example.org'
    body = {'email': email, 'password': PASSWORD, name: value}
    exact(api.post(LOGIN, json=body), REFUSED)
    del body[name]
    exact(api.post(LOGIN, json=body), REFUSED)


@pytest.mark.parametrize('body', [{}, [], 1, 'x', None, [1]])
def test_a_body_that_is_not_an_object_is_an_invalid_payload(api, body):
    content = b'null' if body is None else None
    answer = api.post_text(LOGIN, content) if content else api.post(LOGIN, json=body)
    exact(answer, error('Invalid payload.'))


def test_two_logins_in_one_second_give_two_tokens(api, user):
    tokens = {is_logged_in(api.post(LOGIN, json=user.credentials), user) for _ in range(5)}
    assert len(tokens) == 5 and len({read(token)[1]['jti'] for token in tokens}) == 5


# ---- logout --------------------------------------------------------------------------------------

@pytest.fixture
def session(api, user):
    return is_logged_in(api.post(LOGIN, json=user.credentials), user)


def test_after_logging_out_the_token_is_refused(api, session):
    exact(api.get(LOGOUT, token=session), LOGGED_OUT)
    DIALECT.refuses(api.get(LOGOUT, token=session), BAD_TOKEN)
    DIALECT.refuses(api.get(PROFILE, token=session), BAD_TOKEN)


def test_a_logged_out_token_is_refused_in_another_spelling(api, session):
    exact(api.get(LOGOUT, token=session), LOGGED_OUT)
    head, _, last = session.rpartition('.')
    for other in (session + '=', f'{head}.{other_last_character(last)}', session + '.'):
        DIALECT.refuses(api.get(PROFILE, token=other), BAD_TOKEN)


def test_the_token_is_stored_as_its_hash_with_its_end(api, db, session):
    started = now() - timedelta(seconds=1)
    exact(api.get(LOGOUT, token=session), LOGGED_OUT)
    row = db.row('SELECT * FROM blacklisted_tokens WHERE token = %s', sha256_hex(session))
    assert row['expired_at'] == read(session)[1]['exp']
    assert started <= row['blacklisted_on'] <= now() + timedelta(seconds=1)


def test_other_sessions_stay_valid(api, user, session):
    other = is_logged_in(api.post(LOGIN, json=user.credentials), user)
    exact(api.get(LOGOUT, token=session), LOGGED_OUT)
    assert api.get(PROFILE, token=other).status == 200


def test_without_a_valid_token_a_logout_is_refused(api, minter, user):
    DIALECT.refuses(api.get(LOGOUT), NO_AUTH)
    DIALECT.refuses(api.get(LOGOUT, token='x'), BAD_TOKEN)
    DIALECT.refuses(api.get(LOGOUT, token=minter.token(user.id, exp=1)),
                    error('Signature expired. Please log in again.', 401))


def test_only_get_logs_out(api, session):
    for method in ('POST', 'DELETE', 'PUT'):
        answer = api.request(method, LOGOUT, token=session)
        exact(answer, error('Method not allowed.', 405))
        assert answer.headers['Allow'] == 'GET, HEAD, OPTIONS'
    assert api.request('OPTIONS', LOGOUT, token=session).status == 200
    assert api.get(PROFILE, token=session).status == 200


def test_concurrent_logouts_with_one_token_succeed(api, db, session, in_parallel):
    answers = in_parallel([lambda: api.get(LOGOUT, token=session)] * 10)
    assert any(answer.status == 200 for answer in answers)
    for answer in answers:
        exact(answer, LOGGED_OUT if answer.status == 200 else BAD_TOKEN)
    assert db.value('SELECT COUNT(*) FROM blacklisted_tokens WHERE token = %s',
                    sha256_hex(session)) == 1


def test_a_token_that_cannot_be_stored_is_not_logged_out(api, stack, session):
    with root_sql(stack, stack.database.name) as root:
        root.run("CREATE TRIGGER test_refuse BEFORE INSERT ON blacklisted_tokens FOR EACH ROW "
                 "SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'refused by a test'")
        try:
            answer = api.get(LOGOUT, token=session)
        finally:
            root.run('DROP TRIGGER test_refuse')
    exact(answer, FAILURE)
    assert api.get(PROFILE, token=session).status == 200
