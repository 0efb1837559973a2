"""The applications of a user (contract §18)."""

import json
import re
from datetime import datetime, timezone

import pytest

from tests.api.support.oauth import APPS, CALLBACK, SCOPE, metadata
from tests.api.support.scoped import ALL_SCOPES, oauth2_token, personal_token
from tests.harness.answers import INVALID, NOAUTH, error, exact, is_bad_scope
from tests.harness.tokens import sha256_hex

NOAPP = (404, {'status': 'not found', 'message': 'OAuth2 client not found'})
OWNERS_ONLY = [('GET', '/api/oauth/apps'), ('POST', '/api/oauth/apps'), ('GET', '/api/oauth/apps/x'),
               ('DELETE', '/api/oauth/apps/1'), ('GET', '/api/oauth/apps/1/by_id'),
               ('POST', '/api/oauth/apps/1/revoke'), ('POST', '/api/oauth/authorize')]
OF_APPLICATIONS = [('POST', '/api/oauth/token'), ('POST', '/api/oauth/revoke'), ('POST', '/api/oauth/device'),
                   ('GET', '/.well-known/oauth-authorization-server')]


def shown(answer):
    assert answer.status == 200, answer.body
    assert answer.json().keys() == {'status', 'data'}
    return answer.json()['data']['client']


# ---- who may call ------------------------------------------------------------------------------

@pytest.mark.parametrize('call', OWNERS_ONLY, ids=' '.join)
def test_only_the_token_of_a_login_is_enough(api, db, user, call):
    exact(api.request(*call), NOAUTH)
    for make in (oauth2_token, personal_token):
        is_bad_scope(api.request(*call, token=make(db, user.id, ALL_SCOPES).text))


def test_these_routes_do_not_exist_in_older_dialects(api_06, api_02):
    for older in (api_06, api_02):
        for method, path in [*OWNERS_ONLY, *OF_APPLICATIONS]:
            assert older.request(method, path).status == 404, path


# ---- POST apps ---------------------------------------------------------------------------------

def test_a_new_application_is_shown_with_its_secret_once(api, db, user, token):
    answer = api.post(APPS, json=metadata(client_description='Sends é'), token=token)
    body = answer.json()
    assert answer.status == 201 and body.keys() == {
        'status', 'data'} and body['status'] == 'created'
    app = body['data']['client']
    assert {**app, 'client_id': '', 'client_secret': '', 'id': 0, 'issued_at': ''} == {
        'client_description': 'Sends é', 'client_id': '', 'client_secret': '', 'id': 0, 'issued_at': '',
        'name': 'An uploader', 'redirect_uris': [CALLBACK], 'scope': SCOPE,
        'website': 'https://uploader.example'}
    assert re.fullmatch('[A-Za-z0-9]{24}', app['client_id'])
    assert re.fullmatch('[A-Za-z0-9]{48}', app['client_secret'])
    issued = datetime.strptime(
        app['issued_at'],
        '%a, %d %B %Y %H:%M:%S GMT').replace(
        tzinfo=timezone.utc)
    assert abs((datetime.now(timezone.utc) - issued).total_seconds()) < 60
    del app['client_secret']
    assert shown(api.get(f'{APPS}/{app["client_id"]}', token=token)) == app
    assert shown(api.get(f'{APPS}/{app["id"]}/by_id', token=token)) == app
    row = db.row('SELECT * FROM oauth2_client WHERE id = %s', app['id'])
    assert row['user_id'] == user.id and len(row['client_secret']) == 64
    stored = json.loads(row['client_metadata'])
    assert stored['grant_types'] == ['authorization_code', 'refresh_token']
    assert stored['response_types'] == ['code']
    assert stored['token_endpoint_auth_method'] == 'client_secret_post'


def test_the_table_holds_the_hash_of_the_secret(app, db):
    assert db.value('SELECT client_secret FROM oauth2_client WHERE id = %s', app.id) == \
        sha256_hex(app.secret)


@pytest.mark.parametrize('body', [{}, [], '', 0, False, None])
def test_an_empty_value_is_missing_metadata(api, token, body):
    exact(
        api.post_text(
            APPS,
            json.dumps(body).encode(),
            token=token),
        error('OAuth2 client metadata missing'))


@pytest.mark.parametrize('text', [b'', b'{', b'[1]', b'"x"', b'1', b'true'])
def test_a_body_that_is_not_an_object_is_refused(api, token, text):
    exact(api.post_text(APPS, text, token=token), INVALID)


@pytest.mark.parametrize(('missing', 'names'), [
    (['scope'], 'scope'), (['redirect_uris', 'client_name'], 'client_name, redirect_uris'),
    (['scope', 'redirect_uris', 'client_uri', 'client_name'],
     'client_name, client_uri, redirect_uris, scope')])
def test_missing_keys_are_named_in_order(api, token, missing, names):
    body = {key: value for key, value in metadata(other=1).items() if key not in missing}
    exact(api.post(APPS, json=body, token=token), error(
        f'OAuth2 client metadata missing keys: {names}'))


@pytest.mark.parametrize('scope', [None, 1, [SCOPE], '', ' ',
                         'read', 'PROFILE:READ', 'profile:readx'])
def test_a_scope_without_a_known_word_is_refused(api, token, scope):
    exact(api.post(APPS, json=metadata(scope=scope, client_name=None), token=token),
          error('OAuth2 client invalid scopes'))


def test_unknown_scopes_are_dropped_and_the_order_is_kept(api, token):
    answer = api.post(APPS, json=metadata(scope=' workouts:write read\tprofile:read workouts:write '),
                      token=token)
    assert answer.json()['data']['client']['scope'] == 'workouts:write profile:read'


BAD_URIS = ['x', '/callback', 'callback', 'http://uploader.example/', 'javascript:alert(1)', 'data:text/html,x',
            'https://', 'https:///x', 'https://a b/', 'https://a.example/#x', 'https://u:p@a.example/',
            'https://u@a.example/', 'http://localhost.evil.example/', 'http://127.0.0.1.evil.example/',
            'http://localhost@evil.example/', 'https://a.example\\x', 'https://é.example/', 'app:/x',
            'https://a.example:x/', 'https://a.example/\n', 'ftp://a.example/', '', 'com.example.app:',
            'https://a.example/' + 'x' * 2000]
GOOD_URIS = ['https://localhost', 'https://localhost/', 'https://a.example:8443/x?y=z&w', 'http://localhost:8080/',
             'http://127.0.0.1/cb', 'http://[::1]:9/cb', 'com.example.app:/callback', 'HTTPS://A.example/']


@pytest.mark.parametrize('uris', [*([one] for one in BAD_URIS), [], [CALLBACK] * 11, CALLBACK, None, [1], [None],
                                  [CALLBACK, 'javascript:x']],
                         ids=lambda uris: repr(uris)[:40])
def test_a_redirect_uri_that_breaks_the_rule_is_refused(api, token, uris):
    exact(api.post(APPS, json=metadata(redirect_uris=uris), token=token),
          error('OAuth2 client invalid metadata: redirect_uris'))


@pytest.mark.parametrize('uri', GOOD_URIS)
def test_a_redirect_uri_is_kept_byte_by_byte(api, token, uri):
    answer = api.post(APPS, json=metadata(redirect_uris=[uri, CALLBACK]), token=token)
    assert answer.json()['data']['client']['redirect_uris'] == [uri, CALLBACK]


@pytest.mark.parametrize(('changes', 'names'), [
    ({'client_name': None}, 'client_name'), ({'client_name': ' \u3000'}, 'client_name'),
    ({'client_name': 1}, 'client_name'), ({'client_name': 'é' * 101}, 'client_name'),
    ({'client_uri': 'uploader.example'}, 'client_uri'), ({'client_uri': 'javascript:x'}, 'client_uri'),
    ({'client_uri': 'https://' + 'x' * 2000}, 'client_uri'), ({'client_uri': None}, 'client_uri'),
    ({'client_description': 'x' * 201},
     'client_description'), ({'client_description': 1}, 'client_description'),
    ({'client_description': [], 'redirect_uris': [], 'client_uri': '', 'client_name': ''},
     'client_name, client_uri, redirect_uris, client_description')])
def test_values_that_break_a_rule_are_named(api, token, changes, names):
    exact(api.post(APPS, json=metadata(**changes), token=token),
          error(f'OAuth2 client invalid metadata: {names}'))


def test_the_longest_values_are_accepted(api, token):
    answer = api.post(APPS, json=metadata(client_name='é' * 100, client_description='é' * 200,
                                          client_uri='http://a.example/' + 'x' * 1983,
                                          redirect_uris=[f'{CALLBACK}/{i}' for i in range(10)]), token=token)
    assert answer.status == 201


# ---- GET, DELETE, revoke -----------------------------------------------------------------------

def test_own_applications_are_listed_in_pages_of_five_the_newest_first(api, make_app, user, token):
    apps = [make_app(user) for _ in range(6)]
    make_app()
    ids = []
    for query, page, number in (('', 1, 5), ('?page=%2B2&per_page=50', 2, 1), ('?page=0', 1, 5), ('?page=-7', 1, 5),
                                ('?page=3', 3, 0)):
        body = api.get(APPS + query, token=token).json()
        assert body['pagination'] == {
            'has_next': page < 2, 'has_prev': page > 1, 'page': page, 'pages': 2, 'total': 6}
        assert len(body['data']['clients']) == number and body['status'] == 'success'
        ids += [one['id'] for one in body['data']['clients']]
    newest = [app.id for app in reversed(apps)]
    assert ids == newest + newest[:5] + newest[:5]


def test_without_applications_the_list_is_empty(api, token):
    exact(api.get(APPS, token=token), (200, {
        'status': 'success', 'data': {'clients': []},
        'pagination': {'has_next': False, 'has_prev': False, 'page': 1, 'pages': 0, 'total': 0}}))


@pytest.mark.parametrize('page', ['x', '', '1.0', str(2**31), '1x'])
def test_a_page_that_is_not_a_number_is_refused(api, token, page):
    exact(api.get(f'{APPS}?page={page}', token=token), INVALID)


def test_the_application_of_another_user_is_unknown(api, make_app, token, db):
    other = make_app()
    pair = other.tokens()
    for method, path in (('GET', f'{APPS}/{other.client_id}'), ('GET', f'{APPS}/{other.id}/by_id'),
                         ('DELETE', f'{APPS}/{other.id}'), ('POST', f'{APPS}/{other.id}/revoke')):
        exact(api.request(method, path, token=token), NOAPP)
    assert db.value('SELECT COUNT(*) FROM oauth2_client WHERE id = %s', other.id) == 1
    assert other.row(pair['access_token'])['access_token_revoked_at'] == 0


@pytest.mark.parametrize('number', ['0', '-1', 'x', '1x',
                         '2147483648', '99999999999999999999', '1.0'])
def test_an_id_that_is_not_a_number_of_32_bits_is_unknown(api, token, number):
    for method, path in (('GET', f'{APPS}/{number}/by_id'), ('DELETE', f'{APPS}/{number}'),
                         ('POST', f'{APPS}/{number}/revoke'), ('GET', f'{APPS}/{number}')):
        exact(api.request(method, path, token=token), NOAPP)


def test_a_deleted_application_takes_its_codes_and_tokens_with_it(api, app, db, works):
    pair, code = app.tokens(), app.code()
    exact(api.request('DELETE', f'{APPS}/{app.id}', token=app.login), (204, None))
    assert not works(pair['access_token'])
    for table in ('oauth2_client', 'oauth2_code', 'oauth2_token', 'oauth2_device_code'):
        assert db.value(f'SELECT COUNT(*) FROM {table} WHERE client_id = %s', app.client_id) == 0
    assert app.redeem(code).json() == {'error': 'invalid_client'}
    exact(api.request('DELETE', f'{APPS}/{app.id}', token=app.login), NOAPP)


def test_delete_can_be_sent_as_post(api, app):
    exact(api.post(f'{APPS}/{app.id}/delete', token=app.login), (204, None))


def test_revoking_ends_the_tokens_and_the_unused_codes(api, app, make_app, works):
    other = make_app(app.user)
    pair, code, kept = app.tokens(), app.code(), other.tokens()
    exact(api.post(f'{APPS}/{app.id}/revoke', token=app.login,
          data=b'ignored'), (200, {'status': 'success'}))
    assert not works(pair['access_token']) and works(kept['access_token'])
    row = app.row(pair['access_token'])
    assert row['access_token_revoked_at'] > 0 and row['refresh_token_revoked_at'] == 0
    assert app.refresh(pair['refresh_token']).json() == {'error': 'invalid_grant'}
    assert app.redeem(code).json()['error'] == 'invalid_grant'
    assert works(app.tokens()['access_token'])  # the application can be authorized again


def test_the_security_log_names_the_application(api, make_app, user):
    app = make_app(user, client_name='Sends é')
    app.tokens()
    app.authorize(confirm='false')
    api.post(f'{APPS}/{app.id}/revoke', token=app.login)
    api.request('DELETE', f'{APPS}/{app.id}', token=app.login)
    events = api.get('/api/auth/events', token=app.login).json()['data']['events']
    assert [(one['kind'], one['detail']) for one in events] == [
        ('application_revoked', 'Sends é'), ('application_revoked', 'Sends é'),
        ('application_authorized', 'Sends é')]


# ---- imported applications ---------------------------------------------------------------------

def test_an_imported_application_with_odd_metadata_is_shown(api, db, user, token):
    for number, text in enumerate(
            (None, 'x', '[]', '{}', '{"redirect_uris": "https://one", "scope": 7}')):
        db.insert(
            'oauth2_client',
            client_id=f'odd{number}{user.id}',
            client_metadata=text,
            user_id=user.id)
    clients = api.get(APPS, token=token).json()['data']['clients']
    assert [one['redirect_uris'] for one in clients] == [['https://one'], [], [], [], []]
    assert {one['name'] for one in clients} == {None}
