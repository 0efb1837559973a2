"""Caches must not store JSON bodies, except the description of the API, nor archives (contract §2.4)."""

import pytest

from tests.api.support.dialects import DIALECTS

PROFILE = '/api/auth/profile'


def is_not_kept(answer):
    assert answer.headers['Content-Type'] == 'application/json'
    assert answer.headers['Cache-Control'] == 'no-store'


@pytest.fixture(params=['nginx', 'CGI'])
def ask(request, api, programs):
    """Sends the same request through the web server, and directly to the program."""
    return api.request if request.param == 'nginx' else programs.cgi


@pytest.mark.parametrize(('method', 'path', 'status'), [
    ('GET', PROFILE, 200), ('GET', '/api/sports', 200), ('GET', '/api/auth/account/export', 200),
    ('GET', '/api/config', 200), ('GET', '/api/ping', 200), ('GET', '/api/nothing', 404),
    ('GET', '/api/auth/account/export/x.zip', 404), ('POST', PROFILE, 405),
    ('POST', '/api/auth/logout', 200)])
def test_no_json_body_is_cached(ask, token, method, path, status):
    answer = ask(method, path, token=token)
    assert answer.status == status
    is_not_kept(answer)


def test_no_answer_with_a_token_is_cached(ask, user):
    answer = ask('POST', '/api/auth/login', json=user.credentials)
    assert 'auth_token' in answer.json()
    is_not_kept(answer)


def test_no_refusal_is_cached(ask, user):
    is_not_kept(ask('GET', PROFILE))
    is_not_kept(ask('GET', PROFILE, token='x'))
    is_not_kept(ask('POST', '/api/auth/login', json={**user.credentials, 'password': 'wrong'}))


@pytest.mark.parametrize('name', DIALECTS)
def test_no_profile_is_cached_in_any_dialect(api_in, token, name):
    is_not_kept(api_in(name).get(PROFILE, token=token))


def test_no_failure_is_cached(programs):
    answer = programs.cgi('GET', '/api/ping', settings={'DATABASE_URL': ''})
    assert answer.status == 500
    is_not_kept(answer)


def test_the_description_can_be_cached(ask):
    assert 'Cache-Control' not in ask('GET', '/api/openapi.json').headers
