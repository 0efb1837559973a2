"""POST authorize (contract §19)."""

import pytest

from tests.api.support.oauth import AUTHORIZE, CALLBACK, SCOPE, post_form, query_of, seconds_now
from tests.harness.answers import INVALID, TOO_LARGE, error, exact
from tests.harness.tokens import sha256_hex

CHALLENGE = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM'
DENIED = error('The resource owner or authorization server denied the request')
NO_CHALLENGE = error('Missing "code_challenge"')
UNSUPPORTED = error('Unsupported "code_challenge_method"')


def url_of(answer):
    assert answer.status == 200, answer.body
    assert answer.json().keys() == {'redirect_url'}
    return answer.json()['redirect_url']


def code_row(db, url):
    return db.row('SELECT * FROM oauth2_code WHERE code = %s', sha256_hex(query_of(url)['code']))


# ---- what is refused, in the order of the table ------------------------------------------------

@pytest.mark.parametrize('fields', [
    {'client_id': None}, {'client_id': ''}, {'response_type': None}, {'response_type': 'token'},
    {'response_type': 'CODE'}, {'client_id': 'unknown'}, {'client_id': 'é'},
    {'scope': ['profile:read', 'profile:read']}, {
        'state': ['a', 'b']}, {'confirm': ['true', 'true']},
    {'redirect_uri': 'https://evil.example/'}, {'redirect_uri': CALLBACK + '/'},
    {'redirect_uri': CALLBACK.upper()}, {'redirect_uri': CALLBACK + ' '},
    {'code_challenge': CHALLENGE[:-1], 'code_challenge_method': 'S256'},
    {'code_challenge': CHALLENGE + 'x', 'code_challenge_method': 'S256'},
    {'code_challenge': '+' + CHALLENGE[1:], 'code_challenge_method': 'S256'}], ids=str)
def test_an_invalid_request_is_refused(app, fields):
    exact(app.authorize(**fields), INVALID)


@pytest.mark.parametrize('body', [b'', b'client_id', b'client_id=%zz',
                         b'client_id=%ff', b'client_id=%00'])
def test_a_form_that_is_empty_or_malformed_is_refused(api, token, body):
    exact(api.post(AUTHORIZE, data=body, token=token,
                   headers={'Content-Type': 'application/x-www-form-urlencoded'}), INVALID)


def test_fields_in_the_query_string_or_in_json_do_not_count(api, app):
    query = f'?client_id={app.client_id}&response_type=code&confirm=true'
    exact(post_form(api, AUTHORIZE + query, {'x': 'y'}, app.login), INVALID)
    exact(api.post(AUTHORIZE, json={'client_id': app.client_id, 'response_type': 'code', 'confirm': 'true'},
                   token=app.login), INVALID)


def test_a_form_that_is_too_large_is_refused(api, token):
    exact(post_form(api, AUTHORIZE, {'x': 'y' * 70000}, token), TOO_LARGE)


def test_the_application_of_another_user_is_refused(app, make_app):
    other = make_app()
    exact(other.authorize(client_id=app.client_id), INVALID)


@pytest.mark.parametrize(('fields', 'expected'), [
    ({'code_challenge_method': 'S256'}, NO_CHALLENGE), ({'code_challenge': CHALLENGE}, UNSUPPORTED),
    ({'code_challenge': CHALLENGE, 'code_challenge_method': 'plain'}, UNSUPPORTED),
    ({'code_challenge': 'x', 'code_challenge_method': 's256'}, UNSUPPORTED)])
def test_a_challenge_needs_the_method_s256(app, fields, expected):
    exact(app.authorize(confirm='false', **fields), expected)


@pytest.mark.parametrize('confirm', [None, '', 'false', 'yes', '1', 'true '])
def test_without_confirmation_the_request_is_denied(app, confirm):
    exact(app.authorize(confirm=confirm), DENIED)


def test_the_request_is_checked_before_the_confirmation(app):
    exact(app.authorize(confirm='false', redirect_uri='https://evil.example/'), INVALID)


@pytest.mark.parametrize('uris', ['[]', 'null', '["javascript:alert(1)"]', '["data:text/html,x"]', '"javascript:x"',
                                  '["https://a b/"]', '["app:x"]', '["https://a\\nb/"]'])
def test_an_imported_application_without_a_usable_uri_is_refused(app, db, uris):
    db.run("UPDATE oauth2_client SET client_metadata = %s WHERE id = %s",
           f'{{"redirect_uris": {uris}, "scope": "profile:read"}}', app.id)
    exact(app.authorize(), INVALID)


# ---- where the browser goes --------------------------------------------------------------------

def test_the_code_is_added_to_the_registered_uri(app):
    url = url_of(app.authorize())
    assert url == f'{CALLBACK}?code={query_of(url)["code"]}'
    assert len(query_of(url)['code']) == 48 and query_of(url)['code'].isalnum()


@pytest.mark.parametrize(('uri', 'start'), [
    ('https://a.example/?x=1&y', 'https://a.example/?x=1&y&code='), ('https://a.example?', 'https://a.example?code='),
    ('com.example.app:/cb', 'com.example.app:/cb?code='), ('https://a.example/?x=%20%2F', 'https://a.example/?x=%20%2F&code=')])
def test_the_query_of_the_uri_is_kept(make_app, uri, start):
    assert url_of(make_app(redirect_uris=[uri]).authorize()).startswith(start)


def test_an_imported_uri_with_a_fragment_keeps_it_at_the_end(app, db):
    db.run("UPDATE oauth2_client SET client_metadata = %s WHERE id = %s", '{"redirect_uris": "http://a.example/#x"}',
           app.id)
    url = url_of(app.authorize())
    assert url.startswith('http://a.example/?code=') and url.endswith('#x')


def test_state_comes_back_as_it_was(app):
    state = 'a b&c=d+é%2F\'"<>#~-._'
    url = url_of(app.authorize(state=state))
    assert query_of(url)['state'] == state and url.isascii() and ' ' not in url


def test_an_empty_state_is_left_out(app):
    assert 'state' not in url_of(app.authorize(state=''))


def test_one_of_several_uris_can_be_chosen(make_app, db):
    app = make_app(redirect_uris=[CALLBACK, 'https://other.example/'])
    chosen = url_of(app.authorize(redirect_uri='https://other.example/'))
    assert chosen.startswith('https://other.example/?code=')
    assert code_row(db, chosen)['redirect_uri'] == 'https://other.example/'
    assert code_row(db, url_of(app.authorize()))['redirect_uri'] is None


# ---- what is stored ----------------------------------------------------------------------------

def test_the_code_is_stored_as_a_hash_with_what_it_is_for(app, db, user):
    row = code_row(db, url_of(app.authorize(code_challenge=CHALLENGE, code_challenge_method='S256',
                                            scope='profile:read read profile:write workouts:read')))
    assert abs(row['auth_time'] - seconds_now()) < 60 and len(row['grant_id']) == 32
    assert {name: row[name] for name in ('client_id', 'user_id', 'scope', 'code_challenge',
                                         'code_challenge_method', 'used_at', 'response_type', 'nonce')} == {
        'client_id': app.client_id, 'user_id': user.id, 'scope': 'profile:read workouts:read',
        'code_challenge': CHALLENGE, 'code_challenge_method': 'S256', 'used_at': 0, 'response_type': '',
        'nonce': None}


@pytest.mark.parametrize('confirm', ['true', 'True', 'TRUE'])
def test_a_form_in_parts_is_accepted_as_the_web_client_sends_it(api, app, confirm):
    fields = {
        'client_id': app.client_id,
        'response_type': 'code',
        'confirm': confirm,
        'scope': SCOPE,
        'state': 'é'}
    parts = ''.join(f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
                    for name, value in fields.items())
    answer = api.post(AUTHORIZE, data=f'{parts}--x--\r\n'.encode(), token=app.login,
                      headers={'Content-Type': 'multipart/form-data; boundary=x'})
    assert query_of(url_of(answer))['state'] == 'é'
