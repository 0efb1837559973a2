"""nginx's limits (contract §2.6): a burst of 300 requests per network, method and endpoint, plus
one per second; eight concurrent uploads per network."""

import os
import select
import shutil
import time

import pytest

from tests.api.support import network
from tests.api.support.client import read_answer
from tests.api.support.network import ApiFrom
from tests.harness.answers import BADTOKEN, NOURL, PONG, TOO_LARGE, exact
from tests.harness.people import unique
from tests.harness.waiting import LIMIT

BURST = 300
UPLOADS = 8
BODY_TIMEOUT = 15  # seconds without receiving a byte
EXCEEDED = (429, {'status': 'error', 'message': 'rate limit exceeded (300 per 5 minute)'})
PICTURE = '/api/auth/picture'
ACCOUNT = '/api/auth/profile/edit/account'
OVERRIDE = 'X-HTTP-Method-Override'


@pytest.fixture
def client(stack_with_limits, transcript):
    """A client in a network that no other test uses."""
    return ApiFrom(stack_with_limits, transcript)


@pytest.fixture
def another_client(stack_with_limits, transcript):
    return ApiFrom(stack_with_limits, transcript)


@pytest.fixture
def path():
    """An unknown path: it is limited like all others."""
    return f'/api/{unique()}'


@pytest.fixture
def use_up(client):
    """Send requests until one is refused; returns the refusal."""
    def ask(path, method='GET', data=None):
        started = time.monotonic()
        for number in range(2 * BURST):
            answer = client.request(method, path, data=data)
            if answer.status == 429:
                passed = time.monotonic() - started
                assert BURST <= number <= BURST + passed + 2
                return answer
        raise AssertionError(f'{2 * BURST} requests were let through')
    return ask


def is_refused(ask):
    """Assert that a request is refused, although one more is allowed each second."""
    answers = (ask() for _ in range(BURST))
    exact(next((answer for answer in answers if answer.status == 429), None), EXCEEDED)


def test_the_request_after_the_last_that_is_allowed_is_refused(use_up, path):
    answer = use_up(path)
    exact(answer, EXCEEDED)
    assert int(answer.headers['Retry-After']) >= 1
    assert not [name for name in answer.headers if name.lower().startswith('x-ratelimit')]


def test_it_is_refused_whatever_the_body(use_up, path, client):
    exact(use_up(path, 'POST', b'{'), EXCEEDED)
    is_refused(lambda: client.post(path, json={'a': 'x' * 100000}))
    is_refused(lambda: client.post(path, token='x'))


def test_each_endpoint_and_each_method_is_counted_separately(use_up, client):
    use_up('/api/ping')
    exact(client.get('/api/nothing'), NOURL)
    assert client.get('/api/config').status == 200
    for method in ('POST', 'PATCH', 'DELETE', 'OPTIONS'):
        assert client.request(method, '/api/ping').status in (200, 405)
    is_refused(lambda: client.get('/api/ping'))


@pytest.mark.parametrize(('method', 'path'), [
    ('DELETE', PICTURE), ('PATCH', ACCOUNT), ('DELETE', '/api/auth/profile/reset/sports/1')])
def test_a_post_that_stands_for_another_method_is_counted_as_that_method(
        use_up, client, method, path):
    use_up(path, method)
    is_refused(lambda: client.post(f'{path}/{method.lower()}', token='x'))
    is_refused(lambda: client.post(path, token='x', headers={OVERRIDE: method}))
    assert client.get(path, token='x').status == 405


@pytest.mark.parametrize('form', ['/api/auth/login', PICTURE])
@pytest.mark.parametrize('value', ['PATCH', 'delete', 'GET', '{}'])
def test_the_header_for_another_method_adds_no_count(use_up, client, form, value):
    """The exception is DELETE of a picture, which is counted as a DELETE."""
    use_up(form, 'POST', b'{}')
    is_refused(lambda: client.post(form, data=b'{}', headers={OVERRIDE: value.format(unique())}))


def test_each_network_is_counted_separately(use_up, another_client):
    use_up('/api/ping')
    exact(another_client.get('/api/ping'), PONG)


def test_all_unknown_paths_are_one_endpoint(use_up, path, client):
    use_up(path)
    is_refused(lambda: client.get(f'/api/{unique()}'))
    is_refused(lambda: client.get(f'/api/auth/profile/{unique()}'))


@pytest.mark.parametrize('form', ['/api/auth/account/export/{}.zip',
                                  '/api/auth/profile/reset/sports/{}'])
def test_the_names_in_a_path_do_not_make_another_endpoint(use_up, client, form):
    method = 'DELETE' if 'reset' in form else 'GET'
    use_up(form.format(unique()), method)
    is_refused(lambda: client.request(method, form.format(unique())))


def test_unknown_methods_are_one_method(use_up, client):
    use_up('/api/ping', 'PROPFIND')
    is_refused(lambda: client.request('LOCK', '/api/ping'))


def test_a_flood_of_other_requests_does_not_reset_a_count(use_up, client):
    """If unknown paths were counted separately, many long ones would push other counts out of the zone."""
    use_up('/api/auth/login', 'POST', b'{}')
    started = time.monotonic()
    for first in range(0, 1600, 400):
        with client.connect() as connection:
            for number in range(first, first + 400):
                path = f'/api/{number}{"x" * 7500}'
                connection.sendall(
                    f'OPTIONS {path} HTTP/1.1\r\nHost: localhost\r\n\r\n'.encode())
                read_answer(connection, 'OPTIONS')
    statuses = [client.post('/api/auth/login', data=b'{}').status for _ in range(BURST)]
    regained = sum(status != 429 for status in statuses)
    assert regained <= time.monotonic() - started + 2


def test_pictures_of_users_are_not_counted(client):
    statuses = {client.get('/api/users/nobody/picture').status for _ in range(BURST + 20)}
    assert statuses == {404}


def test_a_query_string_does_not_make_another_path(use_up, path, client):
    use_up(path)
    is_refused(lambda: client.get(f'{path}?x=1'))


def test_another_spelling_does_not_make_another_path(use_up, path, client):
    use_up(path)
    is_refused(lambda: client.get(path.replace('/u_', '/%75_')))


def test_head_is_refused_without_a_body(use_up, path):
    answer = use_up(path, 'HEAD')
    assert (answer.status, answer.body) == (429, b'')


@pytest.mark.parametrize(('method', 'path'), [
    ('GET', '/api/config'), ('GET', '/api/auth/profile'), ('POST', '/api/auth/logout'),
    ('POST', '/api/auth/register'), ('POST', '/api/auth/profile/edit'), ('GET', '/api/sports/1')])
def test_the_endpoints_of_each_service_are_limited(use_up, method, path):
    exact(use_up(path, method), EXCEEDED)


def test_without_limits_nothing_is_refused(api, path):
    """All other tests run without limits."""
    for _ in range(BURST + 50):
        exact(api.get(path), NOURL)


# ---- networks ----------------------------------------------------------------------------------

@pytest.fixture
def asked_from(stack_with_limits, tmp_path):
    """The statuses that clients at these addresses get, in the order of [(address, number of requests)]."""
    def ask(asked):
        directory = tmp_path / 'nginx'
        shutil.copytree(stack_with_limits.files.nginx, directory)
        (tmp_path / 'log').mkdir()
        configuration = directory / 'nginx.conf'
        text = configuration.read_text()
        listen = f'listen 127.0.0.1:{stack_with_limits.port} backlog=4096;'
        assert listen in text
        configuration.write_text(text.replace(listen, 'listen [::]:8080 ipv6only=off;'))
        statuses, missing = network.in_network_namespace('many_addresses.py', {
            'directory': str(directory), 'asked': asked,
            'directives': 'daemon off; user root;' if os.geteuid() == 0 else 'daemon off;'})
        if missing:
            pytest.skip(missing)
        return statuses
    return ask


def test_all_addresses_of_an_ipv6_network_are_one_client(asked_from):
    others = [f'fd00::{number:x}' for number in range(2, 102)]
    first, *of_others, elsewhere = asked_from([
        ['fd00::1', BURST + 20], *([other, 1] for other in others), ['fd00:0:0:1::1', 1]])
    assert first[:BURST] == [200] * BURST and 429 in first
    let_through = sum(statuses == [200] for statuses in of_others)
    assert let_through < 20  # plus one per second
    assert elsewhere == [200]


def test_an_ipv4_client_of_an_ipv6_socket_is_a_network_of_its_own(asked_from):
    first, other, again = asked_from([
        ['127.0.0.2', BURST + 20], ['127.0.0.3', 20], ['127.0.0.2', 5]])
    assert first[:BURST] == [200] * BURST and 429 in first
    assert other == [200] * 20
    assert 429 in again


# ---- uploads -----------------------------------------------------------------------------------

def begin_upload(client, size=1_000_000):
    """Begin an upload without sending its body."""
    connection = client.connect()
    connection.sendall(f'POST {PICTURE} HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/form-data; '
                       f'boundary=x\r\nContent-Length: {size}\r\n\r\n--x'.encode())
    return connection


def with_reply(connections, seconds):
    """Wait until a connection has an answer or is closed; returns all of which this is true."""
    return select.select(connections, [], [], seconds)[0]


def test_the_incomplete_uploads_of_a_network_are_limited_in_number_and_time(client, another_client):
    started = time.monotonic()
    held = [begin_upload(client) for _ in range(UPLOADS + 1)]
    other = begin_upload(another_client)
    try:
        refused, = with_reply(held, LIMIT)
        exact(read_answer(refused), EXCEEDED)
        held.remove(refused)
        refused.close()
        assert client.get('/api/ping').status == 200
        for connection in (*held, other):
            assert connection.recv(1) == b''  # nginx has closed it without an answer
        assert BODY_TIMEOUT - 1 <= time.monotonic() - started
    finally:
        for connection in (*held, other):
            connection.close()
    exact(client.request('POST', PICTURE, data=b'{}', token='x'), BADTOKEN)


def test_an_upload_over_the_limit_of_nginx_is_refused_unread(client):
    with begin_upload(client, 13 << 20) as connection:
        exact(read_answer(connection), TOO_LARGE)
