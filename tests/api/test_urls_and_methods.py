"""The URL space and the methods (contract §2.1), and nginx's own refusals (§2.5)."""

import pytest

from tests.harness.answers import INVALID, NOT_ALLOWED, NOURL, PONG, exact, is_json, is_sensible
from tests.harness.log import parse_line
from tests.api.support.waiting import until

POST_PATHS = ('/api/auth/register', '/api/auth/account/confirm',
              '/api/auth/account/resend-confirmation', '/api/auth/login', '/api/auth/logout')
GET_PATHS = ('/api/auth/profile', '/api/config', '/api/ping')
METHODS = ('GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND', 'FOO')

ALLOW = {**{path: 'POST, OPTIONS' for path in POST_PATHS},
         **{path: 'GET, HEAD, OPTIONS' for path in GET_PATHS},
         '/api/config': 'GET, HEAD, PATCH, OPTIONS'}  # by two programs

MIB = 1024 * 1024

UNKNOWN = ('/', '/index.html', '/favicon.ico', '/api', '/api/', '/api/auth', '/api/auth/',
           '/api/nothing', '/api/auth/nothing', '/api/auth/account', '/api/auth/account/',
           '/API/ping', '/api/Ping', '/api/auth/LOGIN', '/api/pingx', '/api/ping.', '/api/ping/x',
           '/api/auth/login/x', '/api/auth/login%20', '/api/auth/login%0A', '/api/ping%3Fx',
           '/apiping', '/_fitgate/invalid', '/_fitgate/failure',
           '/api/users/a%2Fb/picture', '/api/auth/account/export/a%2Fb',
           *(f'{path}/' for path in ALLOW))


def refused_methods():
    for path, allow in ALLOW.items():
        for method in METHODS:
            if method not in allow.split(', '):
                yield pytest.param(path, method, allow, id=f'{method} {path}')


@pytest.mark.parametrize('path', UNKNOWN)
def test_an_unknown_path_is_not_found(api, path):
    exact(api.get(path), NOURL)


@pytest.mark.parametrize('method', [method for method in METHODS if method != 'HEAD'])
@pytest.mark.parametrize('path', ['/api/nothing', '/api/ping/', '/nothing'])
def test_an_unknown_path_is_not_found_by_any_method(api, path, method):
    exact(api.request(method, path), NOURL)


@pytest.mark.parametrize('path', ['/api/nothing', '/api/ping/', '/nothing'])
def test_head_of_an_unknown_path_is_the_headers_only(api, path):
    answer = api.request('HEAD', path)
    assert (answer.status, answer.body) == (404, b'')
    assert answer.headers['Content-Type'] == 'application/json'


@pytest.mark.parametrize('path', ['/api/nothing', '/nothing'])
def test_an_unknown_path_is_not_found_whatever_body_it_is_sent(api, path):
    exact(api.post(path, json={'email': 'a@example.org'}), NOURL)
    exact(api.post_text(path, b'{'), NOURL)


@pytest.mark.parametrize(('path', 'method', 'allow'), refused_methods())
def test_a_method_that_a_path_does_not_offer_is_refused_and_named(api, path, method, allow):
    answer = api.request(method, path)
    assert answer.headers['Allow'] == allow
    if method == 'HEAD':
        assert (answer.status, answer.body) == (405, b'')
    else:
        exact(answer, NOT_ALLOWED)


@pytest.mark.parametrize(('path', 'allow'), ALLOW.items())
def test_options_lists_the_methods_without_authentication(api, path, allow):
    answer = api.request('OPTIONS', path)
    assert (answer.status, answer.body) == (200, b'')
    assert answer.headers['Allow'] == allow
    assert not [name for name in answer.headers if name.lower().startswith('access-control')]


@pytest.mark.parametrize('path', ['/api/ping', '/api/config'])
def test_head_answers_as_get_without_a_body(api, path):
    full = api.get(path)
    head = api.request('HEAD', path)
    assert (head.status, head.body) == (full.status, b'')
    assert head.headers['Content-Type'] == full.headers['Content-Type']


def test_head_of_the_profile_answers_as_get_without_a_body(api, minter, user):
    head = api.request('HEAD', '/api/auth/profile', token=minter.token(user.id))
    assert (head.status, head.body) == (200, b'')
    assert head.headers['Content-Type'] == 'application/json'


def test_head_of_the_profile_asks_for_authentication(api):
    head = api.request('HEAD', '/api/auth/profile')
    assert (head.status, head.body) == (401, b'')


def test_head_of_the_profile_with_a_bad_token_has_the_reason(api):
    head = api.request('HEAD', '/api/auth/profile', token='x.y.z')
    assert (head.status, head.body) == (401, b'')
    assert head.headers['WWW-Authenticate'].startswith('Bearer error="invalid_token"')


@pytest.mark.parametrize('query', ['?', '?x=1', '?a=/api/config', '?%00', '?' + 'x' * 2000,
                                   '?token=x&access_token=y'])
def test_a_query_string_is_ignored(api, query):
    exact(api.get('/api/ping' + query), PONG)


def test_a_query_string_is_not_a_body(api, user):
    answer = api.post(f'/api/auth/login?email={user.email}&password={user.password}')
    exact(answer, INVALID)


def test_a_query_string_does_not_disturb_a_body(api, user):
    answer = api.post('/api/auth/login?email=x', json=user.credentials)
    assert answer.status == 200


@pytest.mark.parametrize(('method', 'path', 'size', 'expected'), [
    ('GET', '/api/ping', 0, '200 OK'), ('POST', '/api/auth/login', 1, '400 Bad Request'),
    ('GET', '/api/auth/profile', 0, '401 Unauthorized'), ('GET', '/api/x', 0, '404 Not Found'),
    ('PUT', '/api/ping', 0, '405 Method Not Allowed'),
    ('POST', '/api/auth/login', MIB + 1, '413 Request Entity Too Large'),  # the program refuses it
    ('POST', '/api/auth/login', 3 * MIB, '413 Request Entity Too Large')])  # nginx refuses it
def test_a_status_line_has_the_reason_phrase_of_the_documents(api, method, path, size, expected):
    answer = api.request(method, path, data=b'x' * size)
    assert f'{answer.status} {answer.reason}' == expected


def test_http_1_0_is_answered(api):
    exact(api.raw(b'GET /api/ping HTTP/1.0\r\n\r\n'), PONG)


def test_a_chunked_body_is_read(api, user):
    def pieces():
        yield f'{{"email": "{user.email}", '.encode()
        yield f'"password": "{user.password}"}}'.encode()

    answer = api.post('/api/auth/login', data=pieces(),
                      headers={'Content-Type': 'application/json'})
    assert answer.status == 200


REFUSED_BY_NGINX = {
    'no HTTP': b'hello\r\n\r\n',
    'lower-case method': b'get /api/ping HTTP/1.1\r\nHost: x\r\n\r\n',
    'no host': b'GET /api/ping HTTP/1.1\r\n\r\n',
    'two authorizations': (b'GET /api/auth/profile HTTP/1.1\r\nHost: x\r\n'
                           b'Authorization: Bearer a\r\nAuthorization: Bearer b\r\n\r\n'),
    'NUL in the path': b'GET /api/ping%00 HTTP/1.1\r\nHost: x\r\n\r\n',
    'out of the root': b'GET /../../api HTTP/1.1\r\nHost: x\r\n\r\n',
    'bad length': b'POST /api/auth/login HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n',
    'bad chunk': (b'POST /api/auth/login HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n'
                  b'zz\r\n\r\n'),
    'header of 20 KB': (b'GET /api/ping HTTP/1.1\r\nHost: x\r\nX-Long: ' + b'a' * 20000 +
                        b'\r\n\r\n'),
}


@pytest.mark.parametrize('content', REFUSED_BY_NGINX.values(), ids=REFUSED_BY_NGINX.keys())
def test_a_request_that_nginx_cannot_parse_is_refused_in_json(api, content):
    exact(api.raw(content), INVALID)


def test_a_url_that_is_too_long_is_refused_in_json(api):
    answer = api.raw(b'GET /api/' + b'a' * 20000 + b' HTTP/1.1\r\nHost: x\r\n\r\n')
    exact(answer, (414, INVALID[1]))


@pytest.mark.parametrize('content', [
    b'TRACE /api/ping HTTP/1.1\r\nHost: x\r\n\r\n',
    b'POST /api/auth/login HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n',
    b'GET /api/ping HTTP/3.0\r\nHost: x\r\n\r\n',
    b'GET /api%2Fping HTTP/1.1\r\nHost: x\r\n\r\n',
    b'GET //api//ping HTTP/1.1\r\nHost: x\r\n\r\n',
    b'GET /api/x/../ping HTTP/1.1\r\nHost: x\r\n\r\n',
    b'GET http://elsewhere/api/ping HTTP/1.1\r\nHost: x\r\n\r\n',
], ids=['TRACE', 'unknown coding', 'HTTP/3.0', 'encoded slash', 'doubled slashes', 'dots',
        'absolute form'])
def test_unusual_requests_are_answered_in_json(api, content):
    is_sensible(api.raw(content), 200, 400, 404, 405, 501, 505)


@pytest.mark.parametrize('path', ['/api/ping', '/api/nothing', '/nothing', '/api/auth/profile'])
def test_every_answer_carries_a_request_id_of_its_own(api, path):
    first, second = api.get(path), api.get(path)
    assert len(first.headers['X-Request-Id']) >= 16
    assert first.headers['X-Request-Id'] != second.headers['X-Request-Id']


def test_a_request_is_one_log_line_with_its_id(api, stack):
    answer = api.get('/api/ping')
    mark = f'request={answer.headers["X-Request-Id"]}'
    lines = until(lambda: [line for line in stack.log_text('config').splitlines() if mark in line],
                  'the log line')
    assert len(lines) == 1
    entry = parse_line(lines[0])
    assert entry['level'] == 'info' and float(entry['ms']) >= 0
    assert [entry[key] for key in ('method', 'route', 'status', 'client')] == [
        'GET', '/api/ping', '200', '127.0.0.1']


def test_a_path_cannot_forge_a_log_line(api, stack):
    answer = api.get('/api/x%0Atime=2026-01-01T00:00:00.000Z user=1 status=200" ms=0%1B%5B31m')
    assert is_json(answer) == NOURL[1]
    lines = until(lambda: [line for line in stack.log_text('config').splitlines()
                           if answer.headers['X-Request-Id'] in line], 'the log line')
    assert len(lines) == 1 and parse_line(lines[0])['status'] == '404'
    assert 'user' not in parse_line(lines[0])
    assert not [line for line in stack.log_text('config').splitlines()
                if line.startswith('time=2026-01-01T00:00:00.000Z')]
    assert '\x1b' not in stack.log_text('config')


@pytest.mark.parametrize('path', ['/api/ping', '/api/nothing',
                         '/api/auth/profile', '/v0.2/api/ping'])
def test_no_answer_can_be_interpreted_as_a_page(api, path):
    headers = api.get(path).headers
    assert headers['X-Content-Type-Options'] == 'nosniff'
    assert headers['Content-Security-Policy'] == "default-src 'none'; frame-ancestors 'none'"
