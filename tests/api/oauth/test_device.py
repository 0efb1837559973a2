"""Device authorization and metadata (contract §26); a row is approved by SQL here, as the page does it."""

import re

import pytest

from tests.api.support.configuration import SETTINGS
from tests.api.support.oauth import (
    DEVICE,
    DEVICE_GRANT,
    METADATA,
    SCOPE,
    are_tokens,
    basic,
    post_form,
    refuses)
from tests.api.support.scoped import SCOPES
from tests.harness.answers import NOURL, exact
from tests.harness.tokens import sha256_hex

MISSING = ('invalid_request', 'Missing "device_code" in request.')
SITE = SETTINGS['UI_URL'].rstrip('/')


def begin(app, headers=None, **fields):
    return post_form(app.api, DEVICE, {**app.credentials,
                     'scope': SCOPE, **fields}, headers=headers)


def codes(app, **fields):
    answer = begin(app, **fields)
    assert answer.status == 200, answer.body
    return answer.json()


def poll(app, code, **fields):
    return app.ask(grant_type=DEVICE_GRANT, device_code=code, **fields)


@pytest.fixture
def change(db):
    """Change the row of a device code."""
    return lambda code, assignment: db.run(
        f'UPDATE oauth2_device_code SET {assignment} WHERE device_code = %s', sha256_hex(code))


def row_of(db, code):
    return db.row('SELECT * FROM oauth2_device_code WHERE device_code = %s', sha256_hex(code))


# ---- POST device -------------------------------------------------------------------------------

def test_codes_for_the_program_and_for_the_person(app, db, user):
    body = codes(app, scope='read profile:read users:read workouts:read')
    user_code, device_code = body['user_code'], body['device_code']
    assert body == {
        'device_code': device_code, 'user_code': user_code, 'verification_uri': f'{SITE}/account/device',
        'verification_uri_complete': f'{SITE}/account/device?user_code={user_code}', 'expires_in': 900,
        'interval': 5}
    assert re.fullmatch('[A-Za-z0-9]{48}', device_code)
    assert re.fullmatch('[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}', user_code)
    row = row_of(db, device_code)
    assert (row['user_code'], row['scope'], row['user_id'], row['poll_interval']) == (
        sha256_hex(user_code), 'profile:read workouts:read', user.id, 5)


def test_the_application_must_prove_who_it_is(app):
    refuses(begin(app, client_secret='x'), 'invalid_client')
    refuses(begin(app, scope=['a', 'b']), 'invalid_request')
    answer = begin(
        app,
        headers=basic(
            app.client_id,
            app.secret),
        client_id=None,
        client_secret=None)
    assert answer.status == 200


@pytest.mark.parametrize('scope', [None, '', 'read', 'profile:write'])
def test_a_scope_that_the_application_has_is_needed(app, scope):
    refuses(begin(app, scope=scope), 'invalid_scope')


def test_the_newest_five_codes_of_an_application_are_valid(app, make_app):
    other = codes(make_app(app.user))
    made = [codes(app)['device_code'] for _ in range(6)]
    refuses(poll(app, made[0]), 'invalid_grant')
    for code in made[1:]:
        refuses(poll(app, code), 'authorization_pending')
    assert other


# ---- polling -----------------------------------------------------------------------------------

def test_an_approved_code_gives_tokens_once(app, change, works):
    code = codes(app)['device_code']
    refuses(poll(app, code), 'authorization_pending')
    change(code, 'approved_at = UNIX_TIMESTAMP()')
    body = are_tokens(poll(app, code))
    assert works(body['access_token'])
    are_tokens(app.refresh(body['refresh_token']))
    refuses(poll(app, code), 'invalid_grant')


def test_an_approved_code_that_is_used_at_the_same_time_gives_one_token(app, change, in_parallel):
    code = codes(app)['device_code']
    change(code, 'approved_at = UNIX_TIMESTAMP()')
    answers = in_parallel([lambda: poll(app, code)] * 6)
    assert sorted(answer.status for answer in answers) == [200] + [400] * 5


@pytest.mark.parametrize('code', [None, ''])
def test_a_missing_code_is_refused(app, code):
    refuses(poll(app, code), *MISSING)


def test_an_unknown_code_and_that_of_another_application_are_refused(app, make_app, change):
    code = codes(app)['device_code']
    change(code, 'approved_at = UNIX_TIMESTAMP()')
    refuses(poll(app, 'x'), 'invalid_grant')
    refuses(poll(make_app(app.user), code), 'invalid_grant')


@pytest.mark.parametrize('approved', [True, False])
def test_an_expired_code_is_refused(app, change, approved):
    code = codes(app)['device_code']
    change(code, f'created_at = created_at - 902, approved_at = {int(approved)}')
    refuses(poll(app, code), 'expired_token')


def test_a_denied_code_is_refused(app, change):
    code = codes(app)['device_code']
    change(code, 'denied_at = UNIX_TIMESTAMP()')
    refuses(poll(app, code), 'access_denied')


def test_polling_too_early_makes_the_interval_longer(app, change, db):
    code = codes(app)['device_code']
    refuses(poll(app, code), 'authorization_pending')
    refuses(poll(app, code), 'slow_down')
    assert row_of(db, code)['poll_interval'] == 10
    change(code, 'last_polled_at = last_polled_at - 10')
    refuses(poll(app, code), 'authorization_pending')
    assert row_of(db, code)['poll_interval'] == 10


def test_an_inactive_user_gets_no_token(app, change, db, user):
    code = codes(app)['device_code']
    change(code, 'approved_at = UNIX_TIMESTAMP()')
    db.run('UPDATE users SET suspended_at = UTC_TIMESTAMP() WHERE id = %s', user.id)
    refuses(poll(app, code), 'invalid_grant')


# ---- metadata ----------------------------------------------------------------------------------

@pytest.mark.parametrize('path', ['', '/', '/sub', '/sub/a%20b?x=/y', '/%3Fx'])
def test_the_metadata_names_the_endpoints(api, path):
    """The path of UI_URL can follow (RFC 8414)."""
    answer = api.get(METADATA + path)
    ways = ['client_secret_post', 'client_secret_basic']
    exact(answer, (200, {
        'issuer': SITE, 'authorization_endpoint': f'{SITE}/profile/apps/authorize',
        'token_endpoint': f'{SITE}/api/oauth/token', 'revocation_endpoint': f'{SITE}/api/oauth/revoke',
        'device_authorization_endpoint': f'{SITE}/api/oauth/device', 'scopes_supported': list(SCOPES),
        'response_types_supported': ['code'], 'response_modes_supported': ['query'],
        'grant_types_supported': ['authorization_code', 'refresh_token', DEVICE_GRANT],
        'token_endpoint_auth_methods_supported': ways, 'revocation_endpoint_auth_methods_supported': ways,
        'code_challenge_methods_supported': ['S256']}))
    assert answer.headers['Cache-Control'] == 'max-age=3600'


def test_without_the_address_of_the_site_there_is_no_metadata(programs):
    exact(programs.cgi('GET', METADATA, settings={'UI_URL': '', 'EMAIL_URL': ''}), NOURL)
