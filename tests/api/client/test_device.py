"""fitgate login --device: a login that is approved in a browser (RFC 8628), and the renewal of its token."""

import pytest

from tests.api.client.command import Command, make_tools, mode, replace_tool
from tests.api.support.oauth import SCOPE, create_app
from tests.api.support.waiting import until
from tests.harness.tokens import sha256_hex


@pytest.fixture
def app(api, db, user, minter):
    return create_app(api, db, user, minter.token(user.id), scope=f'{SCOPE} profile:write')


@pytest.fixture(params=['dash', 'busybox'])
def client(request, stack, script, transcript, tmp_path):
    """The client, whose `sleep` does not wait."""
    tools = make_tools(tmp_path / 'tools', busybox=request.param == 'busybox')
    replace_tool(tools, 'sleep', '#!/bin/sh\nexit 0\n')
    return Command(script, request.param, tools, tmp_path / 'home', stack.base_url, transcript)


@pytest.fixture
def decide(stack, app):
    """What the user does on the page: decide(column) waits for the code."""
    def wait(column):
        with app.db.another() as sql:
            where = 'WHERE client_id = %s AND used_at = 0'
            until(lambda: sql.value(f'SELECT COUNT(*) FROM oauth2_device_code {where}', app.client_id) == 1,
                  'the code is there')
            sql.run(f'UPDATE oauth2_device_code SET {column} {where}', app.client_id)
    return wait


def log_in(client, app, **options):
    return client('login', '--device', '--client-id', app.client_id, '--password-stdin',
                  stdin=f'{app.secret}\n', **options)


def saved(client):
    lines = (client.directory / 'default.session').read_text().splitlines()
    return dict(line.split(' ', 1) for line in lines)


@pytest.fixture
def approved(client, app, decide, in_parallel):
    """A client that has logged in."""
    done, _ = in_parallel([lambda: log_in(client, app),
                          lambda: decide('approved_at = UNIX_TIMESTAMP()')])
    assert (done.returncode, done.stderr) == (0, ''), done.stderr
    return client, done.stdout


def test_an_approved_code_logs_in(approved, app, user):
    client, printed = approved
    row = app.db.row('SELECT * FROM oauth2_device_code WHERE client_id = %s', app.client_id)
    code = printed.partition('enter the code ')[2].split('\n')[0]
    assert sha256_hex(code) == row['user_code']
    assert printed == (f'Open https://fitgate.example/account/device in a browser, and enter the code {code}\n'
                       'logged in\n')
    assert row['scope'] == 'profile:read profile:write workouts:read workouts:write'
    assert user.username in client.ok('whoami')
    assert mode(client.directory / 'default.session') == 0o600
    assert saved(client).keys() == {'url', 'token', 'refresh_token', 'client_id', 'client_secret'}


def test_an_expired_token_is_renewed(approved, app, works_with):
    client, _printed = approved
    before = saved(client)
    app.make_older(before['token'], 864001)
    client.ok('profile', 'set', 'bio=renewed')
    after = saved(client)
    assert after['token'] != before['token'] and after['refresh_token'] != before['refresh_token']
    assert works_with(
        after['token']) and app.db.value(
        'SELECT bio FROM users WHERE id = %s',
        app.user.id) == 'renewed'


@pytest.fixture
def works_with(api):
    return lambda token: api.get('/api/auth/profile', token=token).status == 200


def test_a_login_that_has_ended_is_reported(approved, app):
    client, _printed = approved
    app.db.run(
        'UPDATE oauth2_token SET access_token_revoked_at = 1 WHERE client_id = %s',
        app.client_id)
    assert 'the login has ended' in client.refused(4, 'whoami')


def test_logging_out_forgets_the_application(approved, app, works_with):
    client, _printed = approved
    token = saved(client)['token']
    client.ok('logout')
    assert saved(client).keys() == {'url'} and not works_with(token)


def test_the_credentials_of_the_saved_login_are_used_again(approved, decide, in_parallel):
    client, _printed = approved
    done, _ = in_parallel([lambda: client('login', '--device'),
                           lambda: decide('approved_at = UNIX_TIMESTAMP()')])
    assert (done.returncode, done.stderr) == (0, ''), done.stderr


@pytest.mark.parametrize(('change', 'message'), [
    ('denied_at = UNIX_TIMESTAMP()', 'the login was denied'), ('created_at = 1', 'the code has expired'),
    ('poll_interval = 60, last_polled_at = UNIX_TIMESTAMP(), used_at = 1', 'invalid_grant')])
def test_a_code_that_is_not_approved_does_not_log_in(
        client, app, decide, in_parallel, change, message):
    done, _ = in_parallel([lambda: log_in(client, app), lambda: decide(change)])
    assert (done.returncode, done.stderr) == (1, f'fitgate: {message}\n')
    assert not (client.directory / 'default.session').exists()


def test_wrong_credentials_are_refused(client, app):
    assert client.refused(1, 'login', '--device', '--client-id', app.client_id,
                          env={'FITGATE_CLIENT_SECRET': 'wrong "secret"\\'}) == 'invalid_client'


def test_an_application_must_be_named(client):
    assert '--client-id is required' in client.refused(2, 'login', '--device')
    assert 'invalid character' in client.refused(2, 'login', '--device', '--client-id', 'a b')
    assert 'missing argument EMAIL' in client.refused(2, 'login')
