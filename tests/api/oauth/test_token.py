"""POST token: client authentication and authorization codes (contract §20.1, §20.2)."""

import base64
import hashlib
import json

import pytest

from tests.api.support.oauth import (CALLBACK, FORM, SCOPE, TOKEN, are_tokens, basic, post_form, refuses,
                                     seconds_now)
from tests.harness.answers import TOO_LARGE, exact
from tests.harness.tokens import b64, sha256_hex

VERIFIER = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk'
CHALLENGE = b64(hashlib.sha256(VERIFIER.encode()).digest())
PKCE = {'code_challenge': CHALLENGE, 'code_challenge_method': 'S256'}
NO_CODE = ('invalid_request', 'Missing "code" in request.')
BAD_CODE = ('invalid_grant', 'Invalid "code" in request.')
BAD_URI = ('invalid_grant', 'Invalid "redirect_uri" in request.')
NO_VERIFIER = ('invalid_request', 'Missing "code_verifier"')
BAD_VERIFIER = ('invalid_request', 'Invalid "code_verifier"')
CHALLENGE_FAILED = ('invalid_grant', 'Code challenge failed.')
NO_USER = ('invalid_grant', 'There is no "user" for this code.')


# ---- the form ----------------------------------------------------------------------------------

@pytest.mark.parametrize('name', ['grant_type', 'client_id', 'client_secret', 'code', 'redirect_uri',
                                  'code_verifier', 'refresh_token', 'scope', 'device_code'])
def test_a_field_that_occurs_twice_is_refused(api, name):
    refuses(post_form(api, TOKEN, {name: ['a', 'a']}), 'invalid_request')


@pytest.mark.parametrize('body', [b'grant_type=%', b'grant_type=%ff', b'grant_type=%00', b'a=\xff'])
def test_a_malformed_form_is_refused(api, body):
    refuses(api.post(TOKEN, data=body, headers={'Content-Type': FORM}), 'invalid_request')


def test_a_form_that_is_too_large_is_refused(api):
    exact(post_form(api, TOKEN, {'x': 'y' * 70000}), TOO_LARGE)


@pytest.mark.parametrize('value', ['password', 'client_credentials',
                         'AUTHORIZATION_CODE', "it's", 'x' * 64])
def test_an_unknown_grant_type_is_shown(api, value):
    refuses(post_form(api, TOKEN, {'grant_type': value}), 'unsupported_grant_type',
            f'grant_type={value} is not supported')


@pytest.mark.parametrize('value', ['"', '\\', 'é', 'a\nb', '\x7f', 'x' * 65])
def test_a_grant_type_that_cannot_be_shown_is_not_repeated(api, value):
    refuses(post_form(api, TOKEN, {'grant_type': value}), 'unsupported_grant_type')


@pytest.mark.parametrize(('data', 'kind'), [(b'', FORM), (b'', None), (b'grant_type=', FORM), (b'x=1', FORM),
                                            (b'{"grant_type": "refresh_token"}', 'application/json'),
                                            (b'grant_type=refresh_token', 'text/plain')])
def test_without_a_grant_type_it_is_none(api, data, kind):
    refuses(api.post(TOKEN, data=data, headers={'Content-Type': kind} if kind else {}),
            'unsupported_grant_type', 'grant_type=None is not supported')


def test_fields_in_the_query_string_do_not_count(api, app):
    refuses(post_form(api, f'{TOKEN}?grant_type=authorization_code', {'x': 'y'}), 'unsupported_grant_type',
            'grant_type=None is not supported')


# ---- client authentication ---------------------------------------------------------------------

@pytest.mark.parametrize('changes', [
    {'client_id': None}, {'client_secret': None}, {'client_id': ''}, {'client_secret': ''},
    {'client_id': 'unknown'}, {'client_secret': 'wrong'}, {'client_secret': 'é'}, {'client_id': 'é'},
    {'client_id': None, 'client_secret': None}], ids=str)
def test_missing_unknown_and_wrong_credentials_are_refused_equally(app, changes):
    answer = app.ask(grant_type='authorization_code', code='x', state='s', **changes)
    refuses(answer, 'invalid_client')
    assert 'WWW-Authenticate' not in answer.headers


def test_neither_the_case_of_the_identifier_nor_spaces_are_ignored(app):
    for client_id in (app.client_id.swapcase(), app.client_id + ' '):
        refuses(
            app.ask(
                grant_type='authorization_code',
                code='x',
                client_id=client_id),
            'invalid_client')


def test_the_stored_hash_is_not_the_secret(app):
    refuses(
        app.ask(
            grant_type='authorization_code',
            client_secret=sha256_hex(
                app.secret)),
        'invalid_client')


def test_an_application_without_a_secret_is_refused(app, db):
    for stored in (None, sha256_hex('')):
        db.run('UPDATE oauth2_client SET client_secret = %s WHERE id = %s', stored, app.id)
        refuses(app.ask(grant_type='authorization_code', client_secret=''), 'invalid_client')


def test_basic_authentication_is_accepted(api, app):
    for beside in ({}, {'client_id': app.client_id}):
        answer = post_form(api, TOKEN, {'grant_type': 'authorization_code', 'code': app.code(), **beside},
                           headers=basic(app.client_id, app.secret))
        are_tokens(answer)


@pytest.mark.parametrize('header', [
    'Basic', 'Basic ', 'Basic !', 'Basic ' + base64.b64encode(b'nothing').decode(), 'basic Og==',
    'Basic ' + base64.b64encode(b'\xff:\xff').decode(), 'Basic ' + base64.b64encode(b'%zz:x').decode()])
def test_wrong_basic_credentials_get_a_challenge(api, header):
    answer = post_form(
        api, TOKEN, {
            'grant_type': 'refresh_token'}, headers={
            'Authorization': header})
    refuses(answer, 'invalid_client', status=401)
    assert answer.headers['WWW-Authenticate'] == 'Basic realm="oauth"'


def test_two_ways_of_authentication_are_refused(api, app):
    for fields in ({'client_secret': app.secret}, {'client_id': 'another'}):
        answer = post_form(api, TOKEN, {'grant_type': 'refresh_token', **fields},
                           headers=basic(app.client_id, app.secret))
        refuses(answer, 'invalid_request')


# ---- authorization codes -----------------------------------------------------------------------

def test_a_code_is_exchanged_for_tokens(app, db, user, works):
    body = are_tokens(app.redeem(app.code()))
    assert works(body['access_token'])
    row = app.row(body['access_token'])
    assert row['refresh_token'] == sha256_hex(body['refresh_token'])
    assert {name: row[name] for name in ('client_id', 'token_type', 'scope', 'user_id', 'expires_in',
                                         'access_token_revoked_at', 'refresh_token_revoked_at')} == {
        'client_id': app.client_id, 'token_type': 'Bearer', 'scope': SCOPE, 'user_id': user.id,
        'expires_in': 864000, 'access_token_revoked_at': 0, 'refresh_token_revoked_at': 0}
    assert abs(row['issued_at'] - seconds_now()) < 60
    code = db.row('SELECT * FROM oauth2_code WHERE grant_id = %s', row['grant_id'])
    assert code['used_at'] > 0


def test_the_form_of_a_public_uploader_is_accepted(app):
    """As requests_oauthlib sends it: with fields that are not known, and a redirect_uri that is not stored."""
    answer = app.ask(grant_type='authorization_code', code=app.code(), redirect_uri='https://self.host/callback',
                     allow_redirects='True', headers={'Content-Type': f'{FORM};charset=UTF-8'})
    are_tokens(answer)


def test_a_form_in_parts_is_accepted(api, app):
    fields = {**app.credentials, 'grant_type': 'authorization_code', 'code': app.code()}
    parts = ''.join(f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
                    for name, value in fields.items())
    are_tokens(api.post(TOKEN, data=f'{parts}--x--\r\n'.encode(),
                        headers={'Content-Type': 'multipart/form-data; boundary=x'}))


@pytest.mark.parametrize(('asked', 'granted'), [
    ('profile:read', 'profile:read'), ('profile:read workouts:read', 'profile:read workouts:read'),
    ('users:read profile:read read', 'profile:read'), ('read', ''), ('', ''), (None, '')])
def test_the_token_has_the_scopes_that_were_asked_for_and_the_application_has(
        app, works, asked, granted):
    body = are_tokens(app.redeem(app.code(scope=asked)), granted)
    assert works(body['access_token']) == ('profile:read' in granted)


@pytest.mark.parametrize('code', [None, ''])
def test_a_missing_code_is_refused(app, code):
    refuses(app.ask(grant_type='authorization_code', code=code), *NO_CODE)


def test_an_unknown_code_is_refused(app):
    for code in ('x', 'é', 'x' * 5000):
        refuses(app.redeem(code), *BAD_CODE)


def test_an_expired_code_is_refused(app, db):
    code = app.code()
    age = 'UPDATE oauth2_code SET auth_time = UNIX_TIMESTAMP() - %s WHERE code = %s'
    db.run(age, 302, sha256_hex(code))
    refuses(app.redeem(code), *BAD_CODE)
    db.run(age, 295, sha256_hex(code))
    are_tokens(app.redeem(code))


def test_the_code_of_another_application_is_refused_and_not_used_up(app, make_app):
    code = app.code()
    refuses(make_app(app.user).redeem(code), *BAD_CODE)
    are_tokens(app.redeem(code))


def test_using_a_code_again_revokes_what_it_gave(app, works):
    code = app.code()
    body = are_tokens(app.redeem(code))
    newer = are_tokens(app.refresh(body['refresh_token']))
    refuses(app.redeem(code), *BAD_CODE)
    assert not works(newer['access_token'])
    refuses(app.refresh(newer['refresh_token']), 'invalid_grant')


def test_a_code_that_is_used_at_the_same_time_gives_one_token(app, in_parallel, db):
    code = app.code()
    answers = in_parallel([lambda: app.redeem(code)] * 8)
    assert sorted(answer.status for answer in answers) == [200] + [400] * 7
    assert db.value('SELECT COUNT(*) FROM oauth2_token WHERE client_id = %s', app.client_id) == 1


@pytest.mark.parametrize('sent', [None, '', CALLBACK, CALLBACK + '/other/'])
def test_a_stored_redirect_uri_must_be_sent_again(make_app, sent):
    chosen = 'https://other.example/'
    app = make_app(redirect_uris=[CALLBACK, chosen])
    code = app.code(redirect_uri=chosen)
    refuses(app.redeem(code, redirect_uri=sent), *BAD_URI)
    are_tokens(app.redeem(code, redirect_uri=chosen))


def test_the_verifier_of_the_challenge_is_needed(app):
    code = app.code(**PKCE)
    for verifier, expected in ((None, NO_VERIFIER), ('', NO_VERIFIER), (VERIFIER[:42], BAD_VERIFIER),
                               ('x' * 129, BAD_VERIFIER), (VERIFIER[:-1] + '+', BAD_VERIFIER),
                               (VERIFIER + 'é', BAD_VERIFIER), ('x' * 43, CHALLENGE_FAILED),
                               (CHALLENGE, CHALLENGE_FAILED), (VERIFIER + '~', CHALLENGE_FAILED)):
        refuses(app.redeem(code, code_verifier=verifier), *expected)
    are_tokens(app.redeem(code, code_verifier=VERIFIER))


def test_a_verifier_without_a_challenge_is_refused(app):
    refuses(app.redeem(app.code(), code_verifier=VERIFIER), *CHALLENGE_FAILED)
    refuses(app.redeem(app.code(), code_verifier='short'), *BAD_VERIFIER)


def test_the_challenge_of_an_earlier_version_without_a_hash_matches_nothing(app, db):
    code = app.code(**PKCE)
    db.run('UPDATE oauth2_code SET code_challenge = %s WHERE code = %s', VERIFIER, sha256_hex(code))
    refuses(app.redeem(code, code_verifier=VERIFIER), *CHALLENGE_FAILED)


@pytest.mark.parametrize('change', ['is_active = 0', 'suspended_at = UTC_TIMESTAMP()'])
def test_an_inactive_user_gets_no_token(app, db, user, change):
    code = app.code()
    db.run(f'UPDATE users SET {change} WHERE id = %s', user.id)
    refuses(app.redeem(code), *NO_USER)
    assert db.value('SELECT used_at FROM oauth2_code WHERE code = %s', sha256_hex(code)) == 0


def test_a_password_reset_ends_codes_and_refresh_tokens(app, user, reset_password):
    code, pair = app.code(), app.tokens()
    reset_password(user)
    refuses(app.redeem(code), *BAD_CODE)
    refuses(app.refresh(pair['refresh_token']), 'invalid_grant')


def test_the_lifetime_is_a_setting(programs, app):
    fields = {**app.credentials, 'grant_type': 'authorization_code', 'code': app.code()}
    data = '&'.join(f'{name}={value}' for name, value in fields.items()).encode()
    answer = programs.cgi('POST', TOKEN, data=data, settings={'OAUTH2_TOKEN_EXPIRES_IN': '60'},
                          parameters={'CONTENT_TYPE': FORM})
    assert json.loads(answer.body)['expires_in'] == 60
