"""Every route that a service offers is served by the web server, and named in a test."""

import ast
import re
import subprocess
from pathlib import Path

import pytest
import requests

from tests.api.support.dialects import DIALECTS
from tests.harness.tree import API_SERVICES, SERVICES, SOURCE
from tests.harness.waiting import LIMIT

HERE = Path(__file__).parent


def texts_of(path):
    """The string literals of a Python file; each replacement field of an f-string becomes "1"."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
        elif isinstance(node, ast.JoinedStr):
            yield ''.join(part.value if isinstance(part, ast.Constant) else '1'
                          for part in node.values)


@pytest.fixture(scope='module')
def named_paths():
    """The paths in the tests, without query strings. Those of the account pages have no prefix there."""
    files = [path for path in HERE.rglob('test_*.py') if path != Path(__file__)]
    paths = {text.partition('?')[0] for path in files for text in texts_of(path)
             if text.startswith(('/api/', '/.well-known/', '/gate'))}
    texts = {text.partition('?')[0] for path in HERE.glob('pages/test_*.py') for text in texts_of(path)
             if text.startswith('/')}
    return paths | texts | {f'/account{text}' for text in texts}


def routes_of(programs, service):
    """(method, pattern, dialect), as the service prints them."""
    lines = programs.run(service, '--routes').stdout.decode().splitlines()
    return [(method, pattern, dialect) for method, pattern, dialects in map(str.split, lines)
            for dialect in dialects.split(',')]


def example(pattern):
    """A path of the route, with "1" for all parameters."""
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


@pytest.mark.parametrize('service', API_SERVICES)
def test_every_route_is_reached_through_the_web_server(api, programs, service):
    for method, pattern, dialect in routes_of(programs, service):
        if dialect == 'pages':
            continue
        answer = api.request('OPTIONS', DIALECTS[dialect].prefix + example(pattern))
        assert answer.status == 200, (pattern, dialect)
        assert method in answer.headers['Allow'].split(', '), (pattern, dialect)


def test_every_page_is_reached_through_the_web_server(stack, programs):
    pages = [route for service in SERVICES for route in routes_of(
        programs, service) if route[2] == 'pages']
    for method, pattern, _pages in pages:
        answer = requests.options(stack.base_url + example(pattern), timeout=LIMIT)
        assert answer.status_code == 200, pattern
        assert method in answer.headers['Allow'].split(', '), pattern


def endpoints_of_nginx():
    """The map $fitgate_endpoint of nginx/fitgate_http.conf: [(string or regular expression, name)]."""
    text = (SOURCE / 'nginx/fitgate_http.conf').read_text()
    lines = re.search(r'map \$uri \$fitgate_endpoint {\n(.*?)\n}', text, re.DOTALL)[1].splitlines()
    return [tuple(line.strip(' \t;"').replace('" ', ' ').split(' ')) for line in lines]


def test_nginx_counts_every_endpoint_separately(programs):
    """A route that is not in the map would be counted with all unknown paths."""
    names = {}
    for service in API_SERVICES:
        for method, pattern, dialect in routes_of(programs, service):
            if dialect == 'pages':
                continue
            paths = [example(pattern)]
            if method in ('PATCH', 'DELETE'):  # POST to this path stands for it
                paths.append(f'{paths[0]}/{method.lower()}')
            for path in paths:
                found = [name for key, name in endpoints_of_nginx()
                         if f'/_fitgate{path}' == key or (key[0] == '~' and re.search(key[1:], f'/_fitgate{path}'))]
                assert found, path
                names.setdefault(found[0], set()).add(example(pattern))
    assert all(len(patterns) == 1 for patterns in names.values())
    assert {name for _key, name in endpoints_of_nginx()} == {*names, 'pages', 'other'}


def test_no_route_is_offered_twice(programs):
    routes = [route for service in SERVICES for route in routes_of(programs, service)]
    assert len(routes) == len(set(routes))


def test_routes_are_printed_without_settings(programs):
    for service in SERVICES:
        done = subprocess.run([programs.build / service, '--routes'], env={}, capture_output=True,
                              check=True, timeout=LIMIT)
        assert done.stdout.startswith((b'GET /a', b'POST /a', b'GET /gate'))
