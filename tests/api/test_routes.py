"""Every route that an executable offers is served by the web server, and named by a test."""

import ast
import re
import subprocess
from pathlib import Path

import pytest

from support.dialects import DIALECTS

HERE = Path(__file__).parent
SERVICES = ('register', 'login', 'profile', 'picture', 'export', 'config')


def texts_of(path):
    """The string literals of a Python file; what an f-string fills in counts as "1"."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
        elif isinstance(node, ast.JoinedStr):
            yield ''.join(part.value if isinstance(part, ast.Constant) else '1'
                          for part in node.values)


@pytest.fixture(scope='module')
def named_paths():
    """What the tests name, without query strings."""
    files = [path for path in HERE.glob('test_*.py') if path != Path(__file__)]
    return {text.partition('?')[0] for path in files for text in texts_of(path)
            if text.startswith('/api/')}


def routes_of(programs, service):
    """(method, pattern, dialect), as the executable prints them."""
    lines = programs.run(service, '--routes').stdout.decode().splitlines()
    return [(method, pattern, dialect) for method, pattern, dialects in map(str.split, lines)
            for dialect in dialects.split(',')]


def example(pattern):
    """A path of the route; "1" will do for all parameters."""
    return re.sub('[:#][^/]+', '1', pattern)


@pytest.mark.parametrize('service', SERVICES)
def test_every_route_is_named_by_a_test(programs, named_paths, service):
    routes = routes_of(programs, service)
    assert routes
    parameters = {':': '[^/]+', '#': '[0-9]+'}
    for method, pattern, _dialect in routes:
        form = re.sub('([:#])[^/]+', lambda found: parameters[found[1]], pattern)
        assert any(re.fullmatch(form,
                                path) for path in named_paths), f'no test of {method} {pattern}'


@pytest.mark.parametrize('service', SERVICES)
def test_every_route_is_reached_through_the_web_server(api, programs, service):
    for method, pattern, dialect in routes_of(programs, service):
        answer = api.request('OPTIONS', DIALECTS[dialect].prefix + example(pattern))
        assert answer.status == 200, (pattern, dialect)
        assert method in answer.headers['Allow'].split(', '), (pattern, dialect)


def test_no_route_is_offered_twice(programs):
    routes = [route for service in SERVICES for route in routes_of(programs, service)]
    assert len(routes) == len(set(routes))


def test_routes_are_printed_without_settings(programs):
    for service in SERVICES:
        done = subprocess.run([programs.build / service, '--routes'], env={}, capture_output=True,
                              check=True, timeout=60)
        assert done.stdout.startswith((b'GET /api/', b'POST /api/'))
