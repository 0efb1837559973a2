"""PATCH and DELETE by POST, for clients behind a firewall that rejects these methods (contract §2.1)."""

import pytest

from tests.api.support.dialects import ALL, BOTH
from tests.api.support.waiting import until
from tests.harness.answers import INVALID_FILE, NOAUTH, NOT_ALLOWED, NOURL, exact, is_bad_token, is_no_auth
from tests.harness.log import parse_line
from tests.harness.passwords import matches
from tests.harness.people import user_row
from tests.harness.pictures import form, part, png, upload

ACCOUNT = '/api/auth/profile/edit/account'
PICTURE = '/api/auth/picture'
SPORTS = '/api/auth/profile/edit/sports'
RESET = '/api/auth/profile/reset/sports/5'
HEADER = 'X-HTTP-Method-Override'
WAYS = ('header', 'path')


def override(api, way, method, path, **options):
    """Send a POST that stands for this method."""
    if way == 'path':
        return api.post(f'{path}/{method.lower()}', **options)
    return api.post(path, headers={HEADER: method}, **options)


@pytest.mark.parametrize('way', WAYS)
@pytest.mark.parametrize('name', BOTH)
def test_a_post_can_change_the_account(api_in, name, way, minter, user, db):
    body = {'email': user.email, 'password': user.password, 'new_password': 'another long password'}
    answer = override(api_in(name), way, 'PATCH', ACCOUNT, json=body, token=minter.token(user.id))
    assert answer.status == 200
    assert matches('another long password', user_row(db, user)['password'])


@pytest.mark.parametrize('way', WAYS)
@pytest.mark.parametrize('name', BOTH)
def test_a_post_can_reset_a_sport(api_in, name, way, token, user, db):
    api = api_in(name)
    assert api.post(SPORTS, json={'sport_id': 5, 'color': '#000000'}, token=token).status == 200
    answer = override(api, way, 'DELETE', RESET, token=token)
    assert (answer.status, answer.body) == (204, b'')
    assert db.value(
        'SELECT COUNT(*) FROM users_sports_preferences WHERE user_id = %s',
        user.id) == 0


@pytest.mark.parametrize('way', WAYS)
@pytest.mark.parametrize('name', ALL)
def test_a_post_can_delete_the_picture(api_in, name, way, token, user, db):
    api = api_in(name)
    assert upload(api, token, png(), prefix='').status in (200, 201)
    assert override(api, way, 'DELETE', PICTURE, token=token).status == 204
    assert user_row(db, user)['picture'] is None


@pytest.fixture
def pictured(api, token, user, db):
    """Uploads a picture; the value is a function that returns whether it is still stored."""
    upload(api, token, png())
    return lambda: user_row(db, user)['picture'] is not None


@pytest.mark.parametrize('headers',
                         [{}, {'Authorization': 'Basic c2FtOng='}, {'Authorization': 'Bearer'}])
def test_without_a_bearer_token_nothing_stands_for_another_method(api, headers, pictured):
    exact(api.post(f'{PICTURE}/delete', headers=headers), NOURL)
    exact(api.post(ACCOUNT, headers={HEADER: 'PATCH', **headers}), NOT_ALLOWED)
    assert api.post(PICTURE, headers={HEADER: 'DELETE', **headers}).status == 401
    assert pictured()


@pytest.mark.parametrize('way', WAYS)
def test_the_token_is_checked_as_for_the_method_itself(api, way, pictured):
    is_bad_token(override(api, way, 'DELETE', PICTURE, token='x.y.z'))
    is_bad_token(override(api, way, 'PATCH', ACCOUNT, token='x.y.z', json={'email': 'a'}))
    assert pictured()


@pytest.mark.parametrize('method', ['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])
def test_only_a_post_stands_for_another_method(api, method, token, pictured):
    answer = api.request(method, f'{PICTURE}/delete', token=token)
    assert answer.status == 404
    if method != 'DELETE':
        api.request(method, PICTURE, token=token, headers={HEADER: 'DELETE'})
    assert pictured()


@pytest.mark.parametrize('value', ['delete', 'DELETE ',
                         'DELETE, PATCH', 'GET', 'PATCH', 'OPTIONS', ''])
def test_any_other_value_of_the_header_has_no_effect(api, value, token, pictured):
    """Python's client would trim the value that ends in a space."""
    content, headers = form(part('file', b'no picture', 'a.png'))
    head = ''.join(f'{name}: {text}\r\n' for name, text in headers.items())
    answer = api.raw(f'POST {PICTURE} HTTP/1.1\r\nHost: x\r\n{head}{HEADER}: {value}\r\nConnection: close\r\n'
                     f'Authorization: Bearer {token}\r\nContent-Length: {len(content)}\r\n\r\n'.encode() + content)
    if value.strip() == 'DELETE':  # spaces around a value are not part of it
        assert answer.status == 204
    else:
        exact(answer, INVALID_FILE)
        assert pictured()


@pytest.mark.parametrize('path', ['/api/auth/logout',
                         '/api/auth/profile/edit', '/api/auth/account/privacy-policy'])
@pytest.mark.parametrize('method', ['PATCH', 'DELETE'])
def test_only_routes_that_have_the_method_are_reached(api, path, method, minter, user):
    exact(api.post(f'{path}/{method.lower()}', token=minter.token(user.id)), NOURL)
    plain, with_header = (api.post(path, token=minter.token(user.id), headers=headers)
                          for headers in ({}, {HEADER: method}))
    assert with_header.status == plain.status != 405


@pytest.mark.parametrize('path', [f'{PICTURE}/patch', f'{ACCOUNT}/delete', f'{ACCOUNT}/PATCH', f'{PICTURE}/delete/',
                                  f'{PICTURE}/delete/delete', '/api/delete', '/api/auth/profile/delete'])
def test_a_method_that_the_path_does_not_offer_is_not_found(api, path, token):
    exact(api.post(path, token=token), NOURL)


def test_the_path_itself_does_not_become_another_one(api, token):
    """The last segment of these paths could also be a parameter."""
    exact(api.post('/api/auth/profile/reset/sports/delete', token=token), NOT_ALLOWED)
    assert api.post(f'{RESET}/delete', token=token, headers={HEADER: 'PATCH'}).status == 204


def test_the_log_names_the_method_that_was_carried_out(api, stack, token):
    answer = api.post(f'{PICTURE}/delete', token=token)

    def line():
        lines = map(parse_line, stack.log_text('upload').splitlines())
        return [one for one in lines if one.get(
            'request') == answer.headers['X-Request-Id'] and 'status' in one]
    logged, = until(line, 'no line of the request')
    assert (logged['method'], logged['route'], logged['status']) == ('DELETE', PICTURE, '204')


def test_the_routes_need_a_token(api):
    """A method override does not bypass authentication: its routes refuse requests without a token."""
    is_no_auth(api.request('DELETE', PICTURE))
    exact(api.request('PATCH', ACCOUNT), NOAUTH)
