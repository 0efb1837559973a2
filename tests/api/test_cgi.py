"""The services as plain CGI programs (RFC 3875), without nginx and FastCGI."""


import pytest

from tests.harness.answers import (BADTOKEN, INVALID, LOGGED_OUT, NOAUTH, NOT_ALLOWED, NOURL, PONG,
                                   TOO_LARGE, exact, is_bad_token, is_bad_type, is_no_auth, is_sensible,
                                   same_json)
from tests.api.support.profile import expected_profile

LOGIN = '/api/auth/login'
PROFILE = '/api/auth/profile'
MIB = 1024 * 1024
JSON = {'CONTENT_TYPE': 'application/json'}

SAME_EVERYWHERE = [
    ('GET', '/api/ping', b'', None), ('GET', '/api/config', b'', None), ('GET', '/api/nothing', b'',
                                                                         None),
    ('GET', '/api/ping/', b'', None), ('POST', '/api/ping', b'{}', None),
    ('OPTIONS', '/api/ping', b'', None),
    ('OPTIONS', PROFILE, b'', None), ('OPTIONS', LOGIN, b'', None), ('DELETE', LOGIN, b'', None),
    ('HEAD', '/api/ping', b'', None), ('HEAD', PROFILE, b'', None), ('GET', PROFILE, b'', None),
    ('GET', PROFILE, b'', 'x.y.z'), ('POST', '/api/auth/logout', b'', None),
    ('POST', LOGIN, b'', None), ('POST', LOGIN, b'{', None), ('POST', LOGIN, b'{"email": 1}', None),
    ('POST', LOGIN, b'{"email": "a@b.c", "password": "x"}', None),
    ('POST', '/api/auth/register', b'{}', None),
    ('POST', '/api/auth/register',
     b'{"username": "a", "email": "b", "password": "c", "accepted_policy": true}',
     None),
    ('POST', '/api/auth/account/confirm', b'{"token": "x"}', None),
    ('POST', '/api/auth/account/resend-confirmation', b'{"email": ""}', None),
    ('POST', LOGIN, b'[' * MIB, None), ('POST', LOGIN, b' ' * (MIB + 1), None),
]


@pytest.mark.parametrize(('method', 'path', 'content', 'token'), SAME_EVERYWHERE)
def test_the_answer_is_the_one_behind_nginx(api, programs, method, path, content, token):
    behind = api.request(method, path, data=content, token=token,
                         headers={'Content-Type': 'application/json'})
    direct = programs.cgi(method, path, data=content, token=token, parameters=JSON)
    assert (direct.status, direct.body) == (behind.status, behind.body)
    for name in ('Content-Type', 'Allow', 'WWW-Authenticate', 'Cache-Control', 'Pragma'):
        assert direct.headers.get(name) == behind.headers.get(name), name
    assert direct.exit_status == 0


def test_an_account_can_be_used_from_registration_to_logout(programs, db, registration, mail_for):
    body = registration()
    exact(programs.cgi('POST', '/api/auth/register', json=body), (200, {'status': 'success'}))
    token = mail_for(body['email']).token
    confirmed = programs.cgi('POST', '/api/auth/account/confirm', json={'token': token})
    assert confirmed.json()['message'] == 'account confirmation successful'
    credentials = {'email': body['email'], 'password': body['password']}
    session = programs.cgi('POST', LOGIN, json=credentials).json()['auth_token']
    shown = programs.cgi('GET', PROFILE, token=session).json()['data']
    number = db.value('SELECT id FROM users WHERE username = %s', body['username'])
    assert same_json(shown, expected_profile(db, number))
    exact(programs.cgi('POST', '/api/auth/logout', token=session), LOGGED_OUT)
    is_bad_token(programs.cgi('GET', PROFILE, token=session))


def test_the_head_is_that_of_cgi(programs):
    done = programs.run('config', stdin=b'', parameters={
        'GATEWAY_INTERFACE': 'CGI/1.1', 'REQUEST_METHOD': 'GET', 'PATH_INFO': '/api/ping',
        'SERVER_PROTOCOL': 'HTTP/1.1'})
    head, _, body = done.stdout.partition(b'\r\n\r\n')
    lines = head.split(b'\r\n')
    assert lines[0].startswith(b'Status: 200')
    assert f'Content-Length: {len(body)}'.encode() in lines
    assert b'Content-Type: application/json' in lines


# ---- the header that some web servers rename ---------------------------------------------------

def test_the_renamed_authorization_header_is_used(programs, minter, user):
    answer = programs.cgi('GET', PROFILE, parameters={
        'REDIRECT_HTTP_AUTHORIZATION': f'Bearer {minter.token(user.id)}'})
    assert answer.status == 200


def test_the_renamed_header_is_used_only_if_the_original_is_missing(programs, minter, user):
    good = f'Bearer {minter.token(user.id)}'
    is_bad_token(programs.cgi('GET', PROFILE, parameters={
        'HTTP_AUTHORIZATION': 'Bearer x', 'REDIRECT_HTTP_AUTHORIZATION': good}))
    is_bad_type(programs.cgi('GET', PROFILE, parameters={
        'HTTP_AUTHORIZATION': 'Basic x', 'REDIRECT_HTTP_AUTHORIZATION': good}))
    assert programs.cgi('GET', PROFILE, parameters={
        'HTTP_AUTHORIZATION': good, 'REDIRECT_HTTP_AUTHORIZATION': 'Bearer x'}).status == 200


def test_two_headers_joined_by_the_web_server_are_a_bad_token(programs, minter, user):
    good = f'Bearer {minter.token(user.id)}'
    is_bad_token(programs.cgi('GET', PROFILE, parameters={'HTTP_AUTHORIZATION': f'{good}, {good}'}))
    is_bad_token(programs.cgi('GET', PROFILE, parameters={'HTTP_AUTHORIZATION': f'{good},{good}'}))


@pytest.mark.parametrize('value', ['Bearer', 'Bearer ', 'Bearer    ', 'Bearer\t', 'Bearer \t ',
                                   'abc', ' '])
def test_a_header_without_a_token_is_ignored(programs, value):
    is_no_auth(programs.cgi('GET', PROFILE, parameters={'HTTP_AUTHORIZATION': value}))


@pytest.mark.parametrize('size', [7000, 60000])
def test_a_long_token_is_a_bad_token(programs, size):
    is_bad_token(programs.cgi('GET', PROFILE, token='x' * size))
    is_bad_token(programs.cgi('GET', PROFILE, token='.'.join(['x' * (size // 3)] * 3)))


# ---- bodies ------------------------------------------------------------------------------------

def login(programs, content, **parameters):
    return programs.cgi('POST', LOGIN, data=content, parameters={**JSON, **parameters})


def test_no_more_than_the_announced_length_is_read(programs, user):
    content = f'{{"email": "{user.email}", "password": "{user.password}"}}'.encode()
    assert login(programs, content + b'garbage', CONTENT_LENGTH=str(len(content))).status == 200


def test_a_body_that_ends_early_is_refused(programs):
    exact(login(programs, b'{"email": "a@b.c"}', CONTENT_LENGTH='1000'), INVALID)


@pytest.mark.parametrize('length', ['', '0'])
def test_a_body_without_a_length_is_incomplete(programs, length):
    is_sensible(login(programs, b'{"email": "a@b.c"}', CONTENT_LENGTH=length), 400, 401)


@pytest.mark.parametrize('length', ['x', '-1', '1e3', '0x10', '99999999999999999999999', ' '])
def test_a_length_that_is_not_a_number_is_answered_in_json(programs, length):
    is_sensible(login(programs, b'{"email": "a@b.c"}', CONTENT_LENGTH=length), 400, 401, 413)


def test_a_body_with_a_length_over_the_limit_is_refused(programs):
    exact(login(programs, b'{}', CONTENT_LENGTH=str(MIB + 1)), TOO_LARGE)


# ---- odd environments --------------------------------------------------------------------------

def test_each_service_has_only_its_own_paths(programs):
    for program in ('register', 'login', 'profile'):
        exact(programs.cgi('GET', '/api/ping', program=program), NOURL)
    exact(programs.cgi('GET', PROFILE, program='config'), NOURL)


@pytest.mark.parametrize('path', ['', '/', 'api/ping', '/api', '/ping', '/api/ping\n', '/api//ping',
                                  '//api/ping',
                                  '/api/ping?x', '/api/../api/ping', '/' + 'x' * 60000])
def test_only_the_exact_path_is_accepted(programs, path):
    exact(programs.cgi('GET', path, program='config'), NOURL)


@pytest.mark.parametrize('method', ['', 'get', 'FOO', 'GET ', 'POST\n', 'x' * 5000])
def test_only_the_exact_method_is_accepted(programs, method):
    exact(programs.cgi(method, '/api/ping'), NOT_ALLOWED)


def test_a_request_without_an_id_gets_one(programs):
    answer = programs.cgi('GET', '/api/ping', parameters={'REQUEST_ID': ''})
    exact(answer, PONG)
    assert len(answer.headers['X-Request-Id']) >= 16
    assert f'request={answer.headers["X-Request-Id"]}' in answer.stderr


@pytest.mark.parametrize('identifier', ['a\r\nX-Evil: 1', 'a\n\n<b>', 'é', 'x' * 10000, '\x1b[31m',
                                        'a b'])
def test_a_strange_id_breaks_neither_the_head_nor_the_log(programs, identifier):
    answer = programs.cgi('GET', '/api/ping', parameters={'REQUEST_ID': identifier})
    exact(answer, PONG)
    assert 'X-Evil' not in answer.headers
    assert len(answer.headers['X-Request-Id']) < 300 and '\x1b' not in answer.stderr
    assert len(answer.stderr.splitlines()) == 1


def test_a_bare_environment_is_answered(programs):
    done = programs.run('config')
    head, _, body = done.stdout.partition(b'\r\n\r\n')
    assert head.startswith(b'Status: 404') and b'not found' in body


def test_variables_of_the_request_are_not_settings(programs):
    """A client chooses only the names of HTTP_ variables."""
    answer = programs.cgi('GET', '/api/config', parameters={
        'HTTP_APP_SECRET_KEY': 'x', 'HTTP_DATABASE_URL': 'x', 'HTTP_PROXY': 'x', 'HTTP_LOG': '/x'})
    assert answer.status == 200


@pytest.mark.parametrize(('program', 'routes'), [
    ('register', ['POST /api/auth/register 0.7,0.6,0.2',
                  'POST /api/auth/account/resend-confirmation 0.7,0.6']),
    ('login', ['POST /api/auth/account/confirm 0.7,0.6',
     'POST /api/auth/logout 0.7', 'GET /api/auth/logout 0.2']),
    ('profile', ['GET /api/auth/profile 0.7,0.6,0.2']),
    ('config', ['GET /api/config 0.7,0.6', 'GET /api/ping 0.7,0.6,0.2'])])
def test_routes_are_printed(programs, program, routes):
    done = programs.run(program, '--routes')
    assert done.returncode == 0
    assert set(routes) <= set(done.stdout.decode().splitlines())


def test_the_constants_of_authentication_are_those_of_the_contract(programs):
    exact(programs.cgi('GET', PROFILE), NOAUTH)
    exact(programs.cgi('GET', PROFILE, token='x'), BADTOKEN)


# ---- RFC 3875, section 4.4 ---------------------------------------------------------------------

@pytest.mark.parametrize('variable', ['GATEWAY_INTERFACE', 'REQUEST_METHOD'])
def test_a_query_string_passed_as_arguments_is_not_an_option(programs, variable):
    """Apache passes a query string without `=` as arguments: the attack of CVE-2012-1823."""
    done = programs.run('config', '--routes', parameters={variable: 'x'})
    assert b'/api/' not in done.stdout


def test_a_query_string_changes_nothing(api):
    for query in ('--routes', '%2d%2droutes', '-d+x', 'a=b'):
        exact(api.get(f'/api/ping?{query}'), PONG)
