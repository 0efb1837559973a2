"""nginx's limit of requests (contract section 2.6): 300 at once for a client, a method and a path,
and one a second more."""

import time

import pytest

from support.answers import NOURL, exact
from support.people import unique

BURST = 300
EXCEEDED = (429, {'status': 'error', 'message': 'rate limit exceeded (300 per 5 minute)'})


@pytest.fixture
def path():
    """One that no other test counts for; an unknown path is limited like all others."""
    return f'/api/{unique()}'


@pytest.fixture
def use_up(api_with_limits):
    """Ask until it is refused; returns the refusal."""
    def ask(path, method='GET', data=None):
        started = time.monotonic()
        for number in range(2 * BURST):
            answer = api_with_limits.request(method, path, data=data)
            if answer.status == 429:
                passed = time.monotonic() - started
                assert BURST <= number <= BURST + passed + 2
                return answer
        raise AssertionError(f'{2 * BURST} requests were let through')
    return ask


def is_refused(ask):
    """Though each second lets one more through."""
    answers = (ask() for _ in range(3))
    exact(next((answer for answer in answers if answer.status == 429), None), EXCEEDED)


def test_the_request_after_the_last_that_is_allowed_is_refused(use_up, path):
    answer = use_up(path)
    exact(answer, EXCEEDED)
    assert int(answer.headers['Retry-After']) >= 1
    assert not [name for name in answer.headers if name.lower().startswith('x-ratelimit')]


def test_it_is_refused_whatever_the_body(use_up, path, api_with_limits):
    exact(use_up(path, 'POST', b'{'), EXCEEDED)
    is_refused(lambda: api_with_limits.post(path, json={'a': 'x' * 100000}))
    is_refused(lambda: api_with_limits.post(path, token='x'))


def test_each_path_and_each_method_is_counted_apart(use_up, path, api_with_limits):
    use_up(path)
    for other in (f'{path}x', f'{path}/x', path[:-1]):
        exact(api_with_limits.get(other), NOURL)
    for method in ('POST', 'PATCH', 'DELETE', 'OPTIONS'):
        exact(api_with_limits.request(method, path), NOURL)
    is_refused(lambda: api_with_limits.get(path))


def test_a_query_string_makes_no_other_path(use_up, path, api_with_limits):
    use_up(path)
    is_refused(lambda: api_with_limits.get(f'{path}?x=1'))


def test_another_spelling_makes_no_other_path(use_up, path, api_with_limits):
    use_up(path)
    is_refused(lambda: api_with_limits.get(path.replace('/u_', '/%75_')))


def test_head_is_refused_without_a_body(use_up, path):
    answer = use_up(path, 'HEAD')
    assert (answer.status, answer.body) == (429, b'')


@pytest.mark.parametrize(('method', 'path'), [
    ('GET', '/api/config'), ('GET', '/api/auth/profile'), ('POST', '/api/auth/logout'),
    ('POST', '/api/auth/register'), ('POST', '/api/auth/profile/edit'), ('GET', '/api/sports/1')])
def test_the_endpoints_of_each_executable_are_limited(use_up, method, path):
    exact(use_up(path, method), EXCEEDED)


def test_without_limits_nothing_is_refused(api, path):
    """As the other tests are run."""
    for _ in range(BURST + 50):
        exact(api.get(path), NOURL)
