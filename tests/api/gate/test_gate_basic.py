"""HTTP Basic at the gate, for programs that can send only a user name and a password; its limit, and that of requests."""

import pytest

from tests.api.support.gated import Gate
from tests.api.support.network import ApiFrom, unused_address
from tests.api.support.scoped import personal_token
from tests.harness.people import insert_user

STATIC = '/app-static/index.html'
LIMIT = 100  # the default of THROTTLE_LOGIN_ADDRESS
REQUESTS = 320  # more than the rate limit of other paths allows


def test_a_personal_token_is_the_password(gate, user, script):
    for name in (user.username, user.username.upper(), ''):
        passage = gate.ask(basic=(name, script.text))
        assert passage.status == 200
        assert passage.header_seen('x-auth-user') == user.username


def test_the_name_of_another_account_is_refused(gate, make_user, script):
    assert gate.ask(basic=(make_user().username, script.text)).status == 401
    assert gate.ask(basic=('another', script.text)).status == 401


def test_the_password_of_the_account_is_refused(gate, user):
    for name in (user.username, user.email, ''):
        assert gate.ask(basic=(name, user.password)).status == 401


def test_other_tokens_are_no_password(gate, user, token, make_token):
    assert gate.ask('/app-scope/', basic=(user.username, token)).status == 401
    application = make_token('oauth', user, 'profile:read').text
    assert gate.ask('/app-scope/', basic=(user.username, application)).status == 401
    assert gate.ask('/app-scope/', token=application).status == 200


def test_the_token_needs_the_scope_gate(gate, user, make_token):
    assert gate.ask(
        basic=(
            user.username,
            make_token(
                'personal',
                user,
                'profile:read').text)).status == 403


# ---- limits -------------------------------------------------------------------------------------

@pytest.fixture
def make_client(stack_with_limits, transcript):
    """Clients, each in a network that no other test uses."""
    return lambda: Gate(stack_with_limits, transcript, unused_address())


@pytest.fixture
def limited_script(db_with_limits):
    account = insert_user(db_with_limits)
    return personal_token(db_with_limits, account.id, 'gate').text


def test_failed_logins_of_a_network_are_limited(make_client, limited_script):
    client = make_client()
    wrong = ('sam', 'fgpt_wrong')
    assert [client.ask(STATIC, basic=wrong).status for _ in range(LIMIT)] == [401] * LIMIT
    passage = client.ask(STATIC, basic=wrong)
    assert passage.status == 429
    assert 1 <= int(passage.headers['Retry-After']) <= 900
    assert 'WWW-Authenticate' not in passage.headers
    assert client.ask(STATIC, basic=wrong, headers={'Accept': 'text/html'}).status == 429
    # no valid token is locked out, and neither are other networks
    assert client.ask(STATIC, basic=('', limited_script)).status == 200
    assert client.ask(STATIC).status == 401
    assert make_client().ask(STATIC, basic=wrong).status == 401


def test_failures_at_the_gate_do_not_limit_logins(
        make_client, db_with_limits, stack_with_limits, transcript):
    client = make_client()
    account = insert_user(db_with_limits)
    for _ in range(LIMIT + 1):
        client.ask(STATIC, basic=('', 'x'))
    api = ApiFrom(stack_with_limits, transcript, address=client.address)
    assert api.post('/api/auth/login', json=account.credentials).status == 200


def test_checks_have_no_rate_limit(make_client, limited_script):
    client = make_client()
    assert {client.ask(STATIC, token=limited_script).status for _ in range(REQUESTS)} == {200}
