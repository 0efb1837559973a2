"""The parameter that selects the dialect, tested with CGI (dialects §1)."""

import json

import pytest

from tests.harness.answers import ERR500, NOURL, exact
from tests.harness.log import entries
from tests.api.support.dialects import DIALECTS
from tests.api.support.profile import PROFILE_OF
from tests.api.support.programs import parse_cgi

PROFILE = '/api/auth/profile'
UNKNOWN = ['0.8', '0.5', '0', '2', '.', '0.7.18', '0.6.12', '0.2.1', '0.70', '00.7', '0.7 ', ' 0.7',
           '0.7\n', '0,7', 'v0.7', '0.2/', '+0.2', 'é', 'x' * 5000]


def without_dialect(programs, path, **parameters):
    """A request without the parameter from the web server."""
    done = programs.run('config', parameters={
        'GATEWAY_INTERFACE': 'CGI/1.1', 'SERVER_PROTOCOL': 'HTTP/1.1', 'REQUEST_METHOD': 'GET',
        'PATH_INFO': path, **parameters})
    return parse_cgi(done.stdout)


@pytest.mark.parametrize('name', DIALECTS)
def test_the_parameter_chooses_the_dialect(programs, db, minter, user, name):
    dialect, parameters = DIALECTS[name], {'API_DIALECT': name}
    exact(programs.cgi('GET', '/api/nothing', parameters=parameters), dialect.no_url)
    exact(programs.cgi('PUT', '/api/ping', parameters=parameters), dialect.not_allowed)
    dialect.refuses(programs.cgi('GET', PROFILE, token='x', parameters=parameters),
                    dialect.bad_token)
    exact(programs.cgi('GET', PROFILE, token=minter.token(user.id), parameters=parameters),
          (200, {'data': PROFILE_OF[name](db, user.id), 'status': 'success'}))


@pytest.mark.parametrize('name', DIALECTS)
def test_the_answer_is_the_one_behind_nginx(api_in, programs, minter, user, name):
    for method, path, body in (('GET', PROFILE, None), ('GET', '/api/config', None),
                               ('GET', '/api/sports', None), ('POST', '/api/auth/login', {'a': 1}),
                               ('POST', '/api/auth/register', {'a': 1}),
                               ('OPTIONS', '/api/auth/logout', None)):
        token = minter.token(user.id)
        behind = api_in(name).request(method, path, json=body, token=token)
        direct = programs.cgi(method, path, json=body, token=token,
                              parameters={'API_DIALECT': name})
        assert (direct.status, direct.body) == (behind.status, behind.body)
        for header in ('Content-Type', 'Allow'):
            assert direct.headers.get(header) == behind.headers.get(header), header


def test_an_empty_parameter_selects_07(programs):
    parameters = {'API_DIALECT': ''}
    exact(programs.cgi('GET', '/api/nothing', parameters=parameters), NOURL)
    answer = programs.cgi('GET', '/api/config', parameters=parameters)
    assert answer.json()['data']['version'] == '0.7.18'


def test_a_missing_parameter_selects_07(programs):
    exact(without_dialect(programs, '/api/nothing'), NOURL)
    assert json.loads(without_dialect(programs, '/api/config').body)['data']['version'] == '0.7.18'


def test_a_header_of_the_client_is_not_the_parameter(programs):
    exact(without_dialect(programs, '/api/nothing', HTTP_API_DIALECT='0.2'), NOURL)


@pytest.mark.parametrize('value', UNKNOWN)
def test_an_unknown_dialect_is_an_error_that_the_log_names(programs, value):
    answer = programs.cgi('GET', '/api/ping', parameters={'API_DIALECT': value})
    exact(answer, ERR500)
    assert answer.exit_status == 0
    lines = entries(answer.stderr, level='error')
    assert len(lines) == 1 and 'API_DIALECT' in lines[0]['message']
    if value.isprintable() and value.isascii() and len(value) < 100:
        assert value in lines[0]['message']


@pytest.mark.parametrize(('method', 'path'), [
    ('GET', '/api/nothing'), ('OPTIONS', '/api/ping'), ('PUT', '/api/ping'), ('GET', PROFILE),
    ('POST', '/api/auth/login'), ('POST', '/api/auth/register')])
def test_with_an_unknown_dialect_the_request_is_not_read(programs, user, method, path):
    body = user.credentials if method == 'POST' else None
    exact(programs.cgi(method, path, json=body, parameters={'API_DIALECT': '0.8'}), ERR500)


def test_an_unknown_dialect_cannot_forge_a_log_line(programs):
    forged = 'time=2026-01-01T00:00:00.000Z level=info program=login pid=1 message=forged'
    answer = programs.cgi('GET', '/api/ping', parameters={'API_DIALECT': f'x\n{forged}\x1b[31m'})
    exact(answer, ERR500)
    assert not [line for line in answer.stderr.splitlines() if line.startswith(forged)]
    assert '\x1b' not in answer.stderr


@pytest.mark.parametrize('name', DIALECTS)
def test_an_invalid_setting_is_an_error_with_the_message_of_the_dialect(programs, name):
    answer = programs.cgi('GET', '/api/ping', settings={'DATABASE_URL': ''},
                          parameters={'API_DIALECT': name})
    exact(answer, DIALECTS[name].failure)
