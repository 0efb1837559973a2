"""The description of the API (cgi/openapi.json): that it is well-formed, complete and served, and
that an answer which it does not describe fails the test that gets it (support/openapi.py)."""

import copy
import json
import re
from urllib.parse import urlsplit

import pytest
from jsonschema import Draft202012Validator
from requests.structures import CaseInsensitiveDict

from support import openapi
from support.answers import (BADTOKEN, BADTYPE, INVALID, NOAUTH, NOT_ALLOWED, NOURL, PONG,
                             TOO_MANY_ATTEMPTS, Answer, exact)
from support.openapi import (DESCRIPTION, NOT_KEPT, SOURCE, Description, NotDescribed,
                             path_of)
from support.profile import KEYS

OPENAPI = '/api/openapi.json'
DOCUMENT = DESCRIPTION.document
SERVICES = ('register', 'login', 'profile', 'picture', 'export', 'config')

# What the contract names for each route (sections 2.1, 3, 6 and 7): the scopes that a token needs
# (None: no token), and the statuses beside those that every route has (2.2, 2.5, 2.6).
ALWAYS = {400, 413, 414, 429, 500, 502, 504}
FILE = {200, 206, 304, 404, 412, 416}
READ, WRITE, WORKOUTS = ['profile:read'], ['profile:write'], ['workouts:read']
CONTRACT = {
    'POST /api/auth/register': (None, {200, 403}),
    'POST /api/auth/account/confirm': (None, {200}),
    'POST /api/auth/account/resend-confirmation': (None, {200, 404}),
    'POST /api/auth/login': (None, {200, 401}),
    'POST /api/auth/password/reset-request': (None, {200, 404}),
    'POST /api/auth/password/update': (None, {200, 401}),
    'POST /api/auth/email/update': (None, {200}),
    'GET /api/auth/profile': (READ, {200}),
    'POST /api/auth/profile/edit': (WRITE, {200}),
    'PATCH /api/auth/profile/edit/account': (WRITE, {200}),
    'POST /api/auth/profile/edit/preferences': (WRITE, {200}),
    'POST /api/auth/profile/edit/sports': (WRITE, {200, 404}),
    'DELETE /api/auth/profile/reset/sports/{sport_id}': (WRITE, {204, 404}),
    'POST /api/auth/picture': (WRITE, {200}),
    'DELETE /api/auth/picture': (WRITE, {204}),
    'POST /api/auth/logout': ([], {200}),
    'POST /api/auth/account/privacy-policy': (WRITE, {200}),
    'GET /api/auth/account/export': (READ + WORKOUTS, {200}),
    'POST /api/auth/account/export/request': (READ + WORKOUTS, {200}),
    'GET /api/auth/account/export/{file_name}': (READ + WORKOUTS, FILE),
    'GET /api/config': (None, {200}),
    'GET /api/openapi.json': (None, {200}),
    'GET /api/ping': (None, {200}),
    'GET /api/sports': (WORKOUTS, {200}),
    'GET /api/sports/{sport_id}': (WORKOUTS, {200, 404}),
    'GET /api/users/{user_name}/picture': (None, FILE),
}
NOT_LIMITED = 'GET /api/users/{user_name}/picture'

# The objects of OpenAPI 3.1 that are used, and their fields: those that must be there, those that may
# be, and those that hold such objects again. [X] is a list of X, {X} a map to X.
OBJECTS = {
    'OpenAPI': ('openapi info paths', 'servers x-other-answers',
                {'info': 'Info', 'servers': ['Server'], 'tags': ['Tag'], 'paths': {'PathItem'},
                 'components': 'Components'}),
    'Info': ('title version', 'summary description', {'license': 'License'}),
    'License': ('name', 'identifier', {}),
    'Server': ('url', 'description', {}),
    'Tag': ('name', 'description', {}),
    'PathItem': ('', '', {method: 'Operation' for method in ('get', 'post', 'patch', 'delete')}),
    'Operation': ('operationId tags summary responses security', 'description',
                  {'parameters': ['Parameter'], 'requestBody': 'RequestBody',
                   'responses': {'Response'}}),
    'Parameter': ('name in schema', 'description required example', {'schema': 'Schema'}),
    'RequestBody': ('content', 'required', {'content': {'MediaType'}}),
    'MediaType': ('', 'example', {'schema': 'Schema', 'examples': {'Example'},
                                  'encoding': {'Encoding'}}),
    'Encoding': ('', 'contentType', {}),
    'Example': ('value', 'summary', {}),
    'Response': ('description', '', {'headers': {'Header'}, 'content': {'MediaType'}}),
    'Header': ('schema', 'description required', {'schema': 'Schema'}),
    'Components': ('', '', {'securitySchemes': {'SecurityScheme'}, 'parameters': {'Parameter'},
                            'headers': {'Header'}, 'responses': {'Response'},
                            'schemas': {'Schema'}}),
    'SecurityScheme': ('type', 'description scheme bearerFormat flows', {}),
}
PLACES = {'Parameter': 'parameters', 'Header': 'headers', 'Response': 'responses',
          'Schema': 'schemas'}


# ---- the document ------------------------------------------------------------------------------

def objects_of(kind, node, where='#'):
    """(kind, node, place) of this object and all below it; a reference is not followed."""
    if isinstance(kind, list):
        for index, one in enumerate(node):
            yield from objects_of(kind[0], one, f'{where}/{index}')
        return
    if isinstance(kind, set):
        for key, one in node.items():
            yield from objects_of(next(iter(kind)), one, f'{where}/{key}')
        return
    yield kind, node, where
    if kind != 'Schema' and '$ref' not in node:
        for field, below in OBJECTS[kind][2].items():
            if field in node:
                yield from objects_of(below, node[field], f'{where}/{field}')


def objects():
    yield from objects_of('OpenAPI', DOCUMENT)
    yield from objects_of([{'Response'}], list(DOCUMENT['x-other-answers'].values()))


def references(node):
    if isinstance(node, dict):
        if '$ref' in node:
            yield node['$ref']
        for value in node.values():
            yield from references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)


def test_every_object_has_the_fields_that_openapi_has():
    assert DOCUMENT['openapi'].startswith('3.1.')
    for kind, node, where in objects():
        if kind == 'Schema' or '$ref' in node:
            continue
        required, optional, below = OBJECTS[kind]
        assert set(required.split()) <= node.keys(), where
        assert node.keys() <= {*required.split(), *optional.split(), *below}, where


def test_every_reference_leads_to_an_object_of_its_kind():
    for kind, node, where in objects():
        if kind != 'Schema' and '$ref' in node:
            assert node['$ref'].startswith(f'#/components/{PLACES[kind]}/'), where
            assert node.keys() == {'$ref'}, where
            DESCRIPTION.resolve(node)
        elif kind == 'Schema':
            for one in references(node):
                assert one.startswith('#/components/schemas/'), where
                DESCRIPTION.resolve({'$ref': one})


def test_every_component_is_used():
    used = set(references(DOCUMENT))
    for place in PLACES.values():
        for name in DOCUMENT['components'][place]:
            assert f'#/components/{place}/{name}' in used


def test_every_schema_is_one():
    for kind, node, where in objects():
        if kind == 'Schema':
            Draft202012Validator.check_schema(node)
            Draft202012Validator.check_schema(DESCRIPTION.expand(node))
            assert unknown_keywords(node) == set(), where


def unknown_keywords(schema):
    """A keyword that is misspelt is not noticed by anybody else."""
    known = {'$ref', *Draft202012Validator.VALIDATORS, 'description', 'examples', 'deprecated',
             'contentMediaType', 'then', 'else'}
    below = [*schema.get('properties', {}).values(),
             *(schema[keyword] for keyword in ('items', 'if', 'then', 'else') if keyword in schema),
             *(one for keyword in ('oneOf', 'anyOf', 'allOf') for one in schema.get(keyword, []))]
    return (schema.keys() - known).union(*map(unknown_keywords, below))


def test_a_key_is_given_once():
    Answer(200, body=SOURCE.read_bytes()).json()


def test_operations_have_names_of_their_own_and_known_tags():
    operations = [operation for _method, _path, operation in DESCRIPTION.operations()]
    names = [operation['operationId'] for operation in operations]
    assert len(names) == len(set(names))
    tags = {tag for operation in operations for tag in operation['tags']}
    assert tags == {tag['name'] for tag in DOCUMENT['tags']}


def test_the_parameters_of_a_path_are_described():
    for _method, path, operation in DESCRIPTION.operations():
        parameters = map(DESCRIPTION.resolve, operation.get('parameters', []))
        named = [one['name'] for one in parameters if one['in'] == 'path' and one['required']]
        assert named == re.findall('{([^}]+)}', path)


def test_every_answer_names_its_request():
    for kind, node, where in objects():
        if kind == 'Response' and '$ref' not in node:
            assert 'X-Request-Id' in node['headers'], where


# ---- is it complete? ---------------------------------------------------------------------------

def described_routes():
    return {f'{method} {path}': operation
            for method, path, operation in DESCRIPTION.operations()}


def test_it_describes_the_routes_that_the_executables_have(programs):
    lines = [line.split() for service in SERVICES for line in
             programs.run(service, '--routes').stdout.decode().splitlines()]
    offered = {method + ' ' + re.sub('[:#]([^/]+)', r'{\1}', pattern)
               for method, pattern, dialects in lines if '0.7' in dialects.split(',')}
    assert described_routes().keys() == offered


def test_it_describes_the_routes_and_statuses_of_the_contract():
    found = {route: {int(status) for status in operation['responses']}
             for route, operation in described_routes().items()}
    expected = {route: statuses | ALWAYS | (set() if scopes is None else {401}) |
                ({403} if scopes else set())
                for route, (scopes, statuses) in CONTRACT.items()}
    expected[NOT_LIMITED] -= {429}
    assert found == expected


@pytest.mark.parametrize('route', CONTRACT)
def test_it_names_the_tokens_and_scopes_of_the_contract(route):
    scopes, _statuses = CONTRACT[route]
    expected = [] if scopes is None else [{'login': []}, {'oauth2': scopes}, {'personal': scopes}]
    assert described_routes()[route]['security'] == expected


def test_the_scopes_are_those_that_there_are():
    schemes = DOCUMENT['components']['securitySchemes']
    assert schemes.keys() == {'login', 'oauth2', 'personal'}
    known = schemes['oauth2']['flows']['authorizationCode']['scopes']
    assert ' '.join(known) == ('application:write profile:read profile:write users:read '
                               'users:write workouts:read workouts:write')


def test_the_profile_has_the_keys_of_the_contract():
    profile = DOCUMENT['components']['schemas']['Profile']
    assert sorted(profile['properties']) == sorted(profile['required']) == KEYS


def test_bodies_that_the_contract_fixes_have_no_other_keys():
    for kind, node, where in objects():
        content = node.get('content', {}) if kind == 'Response' else {}
        if 'application/json' in content and OPENAPI not in where:
            schema = content['application/json']['schema']
            assert is_closed(DESCRIPTION.expand(schema)), where


def is_closed(schema):
    if 'oneOf' in schema:
        return all(map(is_closed, schema['oneOf']))
    return (schema.get('additionalProperties') is False or
            any(map(is_closed, schema.get('allOf', []))))


# ---- examples ----------------------------------------------------------------------------------

def examples():
    """(place, schema, example) of all that there are."""
    for kind, node, where in objects():
        if kind in ('MediaType', 'Parameter') and 'schema' in node:
            if 'example' in node:
                yield where, node['schema'], node['example']
            for name, one in node.get('examples', {}).items():
                yield f'{where}/{name}', node['schema'], one['value']
        if kind == 'Schema':
            for one in node.get('examples', []):
                yield where, node, one


@pytest.mark.parametrize(('schema', 'example'), [pytest.param(schema, example, id=where)
                                                 for where, schema, example in examples()])
def test_an_example_is_what_it_is_an_example_of(schema, example):
    DESCRIPTION.validator(schema).validate(example)


def test_every_body_has_an_example():
    for kind, node, where in objects():
        if kind == 'MediaType' and where.endswith('/application/json') and OPENAPI not in where:
            assert 'example' in node or node.get('examples'), where


# ---- is it served? -----------------------------------------------------------------------------

def test_it_is_served_to_anybody(api):
    answer = api.get(OPENAPI)
    exact(answer, (200, DOCUMENT))
    assert answer.body == SOURCE.read_bytes()


def test_it_is_served_by_the_program_alone(programs):
    assert programs.cgi('GET', OPENAPI).body == SOURCE.read_bytes()


def test_its_head_is_the_headers_only(api):
    answer = api.request('HEAD', OPENAPI)
    assert (answer.status, answer.body) == (200, b'')
    assert answer.headers['Content-Length'] == str(SOURCE.stat().st_size)


@pytest.mark.parametrize('prefix', ['/v0.6', '/v0.2'])
def test_the_older_dialects_are_not_described(api, prefix):
    assert api.get(prefix + OPENAPI).status == 404


def test_its_server_is_the_one_that_it_comes_from():
    assert [urlsplit(server['url']).netloc for server in DOCUMENT['servers']] == ['']


# ---- what is not described is noticed ----------------------------------------------------------

RATE_LIMITED = (429, {'status': 'error', 'message': 'rate limit exceeded (300 per 5 minute)'})
CHALLENGES = {'invalid_token': 'Bearer error="invalid_token", error_description="' +
                               BADTOKEN[1]['error_description'] + '"',
              'unsupported_token_type': 'bearer error="unsupported_token_type", '
                                        'error_description=""'}
PROFILE = '/api/auth/profile'


def example_of(route, status):
    node = DESCRIPTION.resolve(described_routes()[route]['responses'][str(status)])
    return copy.deepcopy(node['content']['application/json']['example'])


def made(expected, headers=None, **more):
    """An answer as the server would give it; None takes a header away."""
    status, body = expected
    text = b'' if body is None else json.dumps(body).encode()
    whole = {'Content-Type': 'application/json', 'X-Request-Id': 'abc', **(headers or {}), **more}
    return Answer(status, CaseInsensitiveDict({name: value for name, value in whole.items()
                                               if value is not None}), text)


def challenged(expected, error=None, **headers):
    error = error or expected[1]['error']
    return made(expected, {'WWW-Authenticate': CHALLENGES[error], **NOT_KEPT, **headers})


def archive(status=200, **headers):
    return made((status, None), {
        'Content-Type': 'application/zip', 'Content-Disposition': 'attachment; filename=a.zip',
        'Last-Modified': 'Sun, 14 Jul 2019 14:09:58 GMT', 'ETag': '"1-2"',
        'Cache-Control': 'no-cache', **headers})


ARCHIVE = '/api/auth/account/export/a.zip'
DESCRIBED = {
    'a fixed body': ('GET', '/api/ping', made(PONG)),
    'a profile': ('GET', PROFILE, made((200, example_of('GET /api/auth/profile', 200)))),
    'an error': ('POST', '/api/auth/login', made(INVALID)),
    'no token': ('GET', PROFILE, made(NOAUTH)),
    'a bad token': ('GET', PROFILE, challenged(BADTOKEN)),
    'a bad scheme': ('GET', PROFILE, challenged(BADTYPE)),
    'HEAD': ('HEAD', '/api/ping', made((200, None))),
    'OPTIONS': ('OPTIONS', '/api/ping', made((200, None), Allow='GET, HEAD, OPTIONS',
                                             **{'Content-Type': None})),
    'an unknown path': ('GET', '/api/nothing', made(NOURL)),
    'an unknown id': ('GET', '/api/sports/a', made(NOURL)),
    'a method not offered': ('POST', '/api/ping', made(NOT_ALLOWED, Allow='GET, HEAD, OPTIONS')),
    'a method in lower case': ('get', '/api/ping', made(NOT_ALLOWED, Allow='GET, HEAD, OPTIONS')),
    'TRACE': ('TRACE', '/api/ping', made(NOT_ALLOWED)),
    'an unreadable request': (None, None, made(INVALID)),
    'too many requests': ('GET', '/api/ping', made(RATE_LIMITED, {'Retry-After': '1'})),
    'too many attempts': ('POST', '/api/auth/login',
                          made(TOO_MANY_ATTEMPTS, {'Retry-After': '30'})),
    'no content': ('DELETE', '/api/auth/picture', made((204, None))),
    'an archive': ('GET', ARCHIVE, archive()),
    'a part of an archive': ('GET', ARCHIVE, archive(206)),
    'the API below another path': ('GET', '/tracker/api/ping', made(PONG)),
    'no API below another path': ('GET', '/tracker/api/ping', made(NOURL)),
    'a range beyond the end': ('GET', ARCHIVE, made((416, INVALID[1]),
                                                    {'Cache-Control': 'no-cache'})),
    'the name "request"': ('GET', '/api/auth/account/export/request',
                           made((404, {'status': 'not found', 'message': 'file not found',
                                       'data': {'archive': []}}))),
}


def changed(route, *path, value):
    """The example of a 200 with one value of it changed; `...` takes the key away."""
    body = node = example_of(route, 200)
    for key in path[:-1]:
        node = node[key]
    if value is ...:
        del node[path[-1]]
    else:
        node[path[-1]] = value
    return route.split()[0], route.split()[1], made((200, body))


OF_PROFILE = 'GET /api/auth/profile'
NOT_DESCRIBED = {
    'another status': ('GET', '/api/ping', made((201, PONG[1]))),
    'a status of other routes': ('GET', '/api/ping', made(NOURL)),
    'a limit that is none': ('GET', '/api/users/sam/picture',
                             made(RATE_LIMITED, {'Retry-After': '1'})),
    'another message': ('GET', '/api/ping', made((200, {**PONG[1], 'message': 'pong'}))),
    'a key too many': ('GET', '/api/ping', made((200, {**PONG[1], 'x': 1}))),
    'a key too few': ('GET', '/api/ping', made((200, {'status': 'success'}))),
    'a key of the profile too many': changed(OF_PROFILE, 'data', 'id', value=1),
    'a key of the profile too few': changed(OF_PROFILE, 'data', 'weekm', value=...),
    'a number for a boolean': changed(OF_PROFILE, 'data', 'weekm', value=1),
    'a null that is none': changed(OF_PROFILE, 'data', 'username', value=None),
    'an ISO date': changed(OF_PROFILE, 'data', 'created_at', value='2019-07-14T14:09:58Z'),
    'a date and a line': changed(OF_PROFILE, 'data', 'created_at',
                                 value='Sun, 14 Jul 2019 14:09:58 GMT\n'),
    'a duration of 24 hours': changed(OF_PROFILE, 'data', 'total_duration', value='24:00:00'),
    'a record of a wrong kind': changed(OF_PROFILE, 'data', 'records', 0, 'value', value=3660),
    'a UUID as it is': changed(OF_PROFILE, 'data', 'records', 0, 'workout_id',
                               value='e060bde0-5e3f-4906-a329-13b102c814cb'),
    'the status "error" with 200': changed(OF_PROFILE, 'status', value='error'),
    'another version': changed('GET /api/config', 'data', 'version', value='0.7.19'),
    'a charset': ('GET', '/api/ping', made(PONG, {'Content-Type': 'application/json; charset=x'})),
    'no type': ('GET', '/api/ping', made(PONG, {'Content-Type': None})),
    'HTML': ('GET', '/api/ping', made(PONG, {'Content-Type': 'text/html'})),
    'no request id': ('GET', '/api/ping', made(PONG, {'X-Request-Id': None})),
    'no body': ('GET', '/api/ping', made((200, None))),
    'no JSON': ('GET', '/api/ping', Answer(200, made(PONG).headers, b'{')),
    'a body after HEAD': ('HEAD', '/api/ping', made(PONG)),
    'a body with 204': ('DELETE', '/api/auth/picture', made((204, PONG[1]))),
    'another text of the API below another path': ('GET', '/tracker/api/ping', made(
        (200, {**PONG[1], 'message': 'pong'}))),
    'a page where nothing is': ('GET', '/nothing', made(PONG)),
    'another text where nothing is': ('GET', '/nothing', made(
        (404, {'status': 'not found', 'message': 'nothing'}))),
    'a method that should be refused': ('PUT', '/api/ping', made(PONG)),
    '405 without Allow': ('PUT', '/api/ping', made(NOT_ALLOWED)),
    '405 with a senseless Allow': ('PUT', '/api/ping', made(NOT_ALLOWED, Allow='GET')),
    '405 of a method that is offered': ('GET', '/api/ping',
                                        made(NOT_ALLOWED, Allow='GET, HEAD, OPTIONS')),
    'OPTIONS without Allow': ('OPTIONS', '/api/ping', made((200, None))),
    '429 without Retry-After': ('GET', '/api/ping', made(RATE_LIMITED)),
    '429 with a Retry-After of 0': ('GET', '/api/ping', made(RATE_LIMITED, {'Retry-After': '0'})),
    '429 with a date': ('GET', '/api/ping', made(
        RATE_LIMITED, {'Retry-After': 'Sun, 14 Jul 2019 14:09:58 GMT'})),
    'too many attempts at nothing': ('GET', '/api/ping',
                                     made(TOO_MANY_ATTEMPTS, {'Retry-After': '1'})),
    '401 without a token asked for': ('GET', '/api/ping', made(NOAUTH)),
    'a bad token without challenge': ('GET', PROFILE, challenged(
        BADTOKEN, **{'WWW-Authenticate': None})),
    'a bad token with another challenge': ('GET', PROFILE, challenged(
        BADTOKEN, error='unsupported_token_type')),
    'a bad token without Pragma': ('GET', PROFILE, challenged(BADTOKEN, Pragma=None)),
    'a bad token that may be kept': ('GET', PROFILE, challenged(
        BADTOKEN, **{'Cache-Control': None})),
    'an answer that may not be kept': ('GET', '/api/ping', made(PONG, NOT_KEPT)),
    'a duration of 1 days': changed(OF_PROFILE, 'data', 'total_duration', value='1 days, 0:00:00'),
    'no token with a challenge': ('GET', PROFILE, made(
        NOAUTH, {'WWW-Authenticate': CHALLENGES['invalid_token']})),
    'an unreadable request that is read': (None, None, made(PONG)),
    'an archive of another type': ('GET', ARCHIVE, archive(**{'Content-Type': 'text/html'})),
    'an archive to be shown': ('GET', ARCHIVE, archive(
        **{'Content-Disposition': 'inline; filename=a.zip'})),
    'an archive without ETag': ('GET', ARCHIVE, archive(ETag=None)),
    'a picture that may act': ('GET', '/api/users/sam/picture', archive(
        **{'Content-Type': 'image/png', 'Content-Disposition': 'inline; filename=a.png'})),
}


@pytest.mark.parametrize(('method', 'path', 'answer'), DESCRIBED.values(), ids=DESCRIBED.keys())
def test_what_is_described_is_accepted(method, path, answer):
    DESCRIPTION.check(method, path, answer)


@pytest.mark.parametrize(('method', 'path', 'answer'), NOT_DESCRIBED.values(),
                         ids=NOT_DESCRIBED.keys())
def test_what_is_not_described_is_noticed(method, path, answer):
    with pytest.raises((NotDescribed, json.JSONDecodeError)):
        DESCRIPTION.check(method, path, answer)


@pytest.fixture
def description_without_ping(monkeypatch):
    document = copy.deepcopy(DOCUMENT)
    del document['paths']['/api/ping']['get']['responses']['200']
    monkeypatch.setattr(openapi, 'DESCRIPTION', Description(document))


@pytest.mark.usefixtures('description_without_ping')
def test_every_client_of_the_tests_holds_answers_against_the_description(api, programs):
    for ask in (lambda: api.get('/api/ping?x'), lambda: programs.cgi('GET', '/api/ping'),
                lambda: api.request('HEAD', '/api/ping'),
                lambda: api.raw(b'GET /api/ping HTTP/1.0\r\n\r\n')):
        with pytest.raises(NotDescribed, match='/api/ping 200: this status is not described'):
            ask()
    api.get('/api/config')
    api.get('/v0.6/api/ping')


@pytest.mark.parametrize(('target', 'path'), [
    ('/api/ping', '/api/ping'), ('/api/ping/', '/api/ping/'), ('/', '/'),
    ('/api/ping?x=/', '/api/ping'),
    ('//api//ping', '/api/ping'), ('/api%2Fping', '/api/ping'), ('/api/x/../ping', '/api/ping'),
    ('/api/a%20b', '/api/a b'), ('http://elsewhere/api/ping', '/api/ping'),
])
def test_the_path_is_the_one_that_the_executables_see(target, path):
    assert path_of(target) == path
