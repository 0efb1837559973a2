"""The flows with real client libraries, configured as public uploaders for FitTrackee configure them, and with curl
(contract §23)."""

import json
import subprocess
import time

import pytest
from authlib.integrations.requests_client import OAuth2Session as AuthlibSession
from authlib.oauth2.rfc8414 import AuthorizationServerMetadata
from oauthlib.oauth2 import InvalidGrantError
from requests_oauthlib import OAuth2Session

from tests.api.support.oauth import (AUTHORIZE, DEVICE, DEVICE_GRANT, METADATA, REVOKE, SCOPE, TOKEN, post_form,
                                     query_of)

PROFILE = '/api/auth/profile'
ELSEWHERE = 'https://self.host/callback'  # a constant of an uploader; the application has another URI


@pytest.fixture(autouse=True)
def without_https(monkeypatch):
    for name in ('OAUTHLIB_INSECURE_TRANSPORT', 'AUTHLIB_INSECURE_TRANSPORT'):
        monkeypatch.setenv(name, '1')


@pytest.fixture
def url(stack):
    return lambda path: stack.base_url + path


@pytest.fixture
def consent(api, app):
    """What the page and the user do with an authorization URL: returns the URL that the browser ends at. The page does
    not pass on a redirect_uri that the application does not have."""
    def agree(authorization_url):
        query = query_of(authorization_url)
        if query.get('redirect_uri') == ELSEWHERE:
            del query['redirect_uri']
        answer = post_form(api, AUTHORIZE, {**query, 'confirm': 'true'}, app.login)
        assert answer.status == 200, answer.body
        return answer.json()['redirect_url']
    return agree


def status_of(session, where):
    return session.get(where).status_code


# ---- requests_oauthlib, as strava-to-fittrackee and garmin-to-fittrackee

@pytest.fixture
def uploader(app, url, consent):
    """An uploader that has been authorized: (session, token)."""
    session = OAuth2Session(app.client_id, redirect_uri=ELSEWHERE, scope=SCOPE)
    authorization_url, state = session.authorization_url(url('/profile/apps/authorize'))
    redirected = consent(authorization_url)
    assert query_of(redirected)['state'] == state
    token = session.fetch_token(url(TOKEN), authorization_response=redirected, client_secret=app.secret,
                                include_client_id=True)
    return session, token


def test_an_uploader_is_authorized(uploader, url):
    session, token = uploader
    assert token['expires_at'] > time.time() + 863000 and token['scope'] == SCOPE.split()
    assert status_of(session, url(PROFILE)) == 200


def test_an_uploader_refreshes_its_token_by_itself(uploader, app, url):
    _session, token = uploader
    saved = []
    session = OAuth2Session(
        app.client_id, token={**token, 'expires_at': time.time() - 10}, auto_refresh_url=url(TOKEN),
        auto_refresh_kwargs={**app.credentials, 'allow_redirects': True}, token_updater=saved.append)
    assert status_of(session, url(PROFILE)) == 200
    [new] = saved
    assert new['refresh_token'] != token['refresh_token'] and new['scope'] == SCOPE.split()
    assert status_of(OAuth2Session(app.client_id, token=token), url(PROFILE)) == 401


def test_an_uploader_is_told_that_its_old_token_is_invalid(uploader, app, url):
    session, token = uploader
    session.refresh_token(url(TOKEN), **app.credentials)
    with pytest.raises(InvalidGrantError):
        session.refresh_token(url(TOKEN), refresh_token=token['refresh_token'], **app.credentials)


# ---- authlib -----------------------------------------------------------------------------------

@pytest.mark.parametrize('method', ['client_secret_post', 'client_secret_basic'])
@pytest.mark.parametrize('verifier', [None, 'v' * 64])
def test_a_client_of_authlib_goes_through_all_flows(app, url, consent, method, verifier):
    session = AuthlibSession(app.client_id, app.secret, scope=SCOPE, token_endpoint_auth_method=method,
                             revocation_endpoint_auth_method=method, code_challenge_method='S256')
    authorization_url, _state = session.create_authorization_url(
        url('/profile/apps/authorize'), **({'code_verifier': verifier} if verifier else {}))
    options = {'code_verifier': verifier} if verifier else {}
    token = session.fetch_token(
        url(TOKEN),
        authorization_response=consent(authorization_url),
        **options)
    assert status_of(session, url(PROFILE)) == 200
    new = session.refresh_token(url(TOKEN))
    assert new['access_token'] != token['access_token'] and status_of(session, url(PROFILE)) == 200
    assert session.revoke_token(url(REVOKE), new['access_token']).json() == {}
    assert status_of(session, url(PROFILE)) == 401


def test_authlib_accepts_the_metadata(api):
    AuthorizationServerMetadata(api.get(METADATA).json()).validate()


# ---- curl --------------------------------------------------------------------------------------

def curl(*arguments):
    done = subprocess.run(['curl', '-sS', *arguments], capture_output=True, check=True)
    return json.loads(done.stdout)


def test_curl_goes_through_the_device_flow(app, url, db):
    credentials = ['-u', f'{app.client_id}:{app.secret}']
    codes = curl(*credentials, '-d', 'scope=profile:read', url(DEVICE))
    ask = [*credentials, '-d', f'grant_type={DEVICE_GRANT}',
           '-d', f'device_code={codes["device_code"]}', url(TOKEN)]
    assert curl(*ask) == {'error': 'authorization_pending'}
    db.run('UPDATE oauth2_device_code SET approved_at = UNIX_TIMESTAMP() WHERE client_id = %s', app.client_id)
    token = curl(*ask)
    assert curl(
        '-H',
        f'Authorization: Bearer {token["access_token"]}',
        url(PROFILE))['status'] == 'success'
    refreshed = curl('-F', f'client_id={app.client_id}', '-F', f'client_secret={app.secret}', '-F',
                     'grant_type=refresh_token', '-F', f'refresh_token={token["refresh_token"]}', url(TOKEN))
    assert refreshed['scope'] == 'profile:read'
