"""The description of the API in each dialect (cgi/openapi*.json): it is well-formed, complete and served.
test_openapi_check.py tests that answers are checked against it."""

import json
import re
from urllib.parse import urljoin

import pytest
from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

from tests.harness.answers import Answer, exact
from tests.harness.openapi import DESCRIPTION, DESCRIPTIONS, OLDER, SOURCE
from tests.harness.tree import API_SERVICES
from tests.api.support.dialects import BOTH, DIALECTS
from tests.api.support.profile import IN_02_TOO, KEYS, NOT_IN_06

OPENAPI = '/api/openapi.json'

# For each route, as in the contract (§2.1, §3, §6 and §7): the required scopes (None: no token),
# and the statuses in addition to those of every route (§2.2, §2.5, §2.6).
ALWAYS = {400, 413, 414, 429, 500, 502, 504}
FILE = {200, 206, 304, 404, 412, 416}
READ, WRITE, WORKOUTS = ['profile:read'], ['profile:write'], ['workouts:read']
OWNER = ['the token of a login']  # no scope is enough
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
    'GET /api/auth/sessions': (OWNER, {200}),
    'DELETE /api/auth/sessions': (OWNER, {204}),
    'DELETE /api/auth/sessions/{session_id}': (OWNER, {204, 404}),
    'GET /api/auth/events': (OWNER, {200}),
    'GET /api/auth/tokens': (OWNER, {200}),
    'POST /api/auth/tokens': (OWNER, {201}),
    'DELETE /api/auth/tokens/{token_id}': (OWNER, {204, 404}),
    'GET /api/config': (None, {200}),
    'PATCH /api/config': (['application:write'], {200}),
    'GET /api/openapi.json': (None, {200}),
    'GET /api/ping': (None, {200}),
    'GET /api/sports': (WORKOUTS, {200}),
    'GET /api/sports/{sport_id}': (WORKOUTS, {200, 404}),
    'PATCH /api/sports/{sport_id}': (['workouts:write'], {200, 404}),
    'GET /api/workouts': (WORKOUTS, {200}),
    'GET /api/workouts/{short_id}': (WORKOUTS, {200, 404}),
    'GET /api/stats/{user_name}/by_time': (WORKOUTS, {200, 404}),
    'GET /api/stats/{user_name}/by_sport': (WORKOUTS, {200, 404}),
    'GET /api/records': (WORKOUTS, {200}),
    'GET /api/oauth/apps': (OWNER, {200}),
    'POST /api/oauth/apps': (OWNER, {201}),
    'GET /api/oauth/apps/{app}': (OWNER, {200, 404}),
    'DELETE /api/oauth/apps/{app}': (OWNER, {204, 404}),
    'GET /api/oauth/apps/{id}/by_id': (OWNER, {200, 404}),
    'POST /api/oauth/apps/{id}/revoke': (OWNER, {200, 404}),
    'POST /api/oauth/authorize': (OWNER, {200}),
    'POST /api/oauth/token': (None, {200, 401}),
    'POST /api/oauth/revoke': (None, {200, 401}),
    'POST /api/oauth/device': (None, {200, 401}),
    'GET /.well-known/oauth-authorization-server': (None, {200, 404}),
    'GET /api/users': (['users:read'], {200}),
    'GET /api/users/{user_name}': (['users:read'], {200, 404}),
    'PATCH /api/users/{user_name}': (['users:write'], {200, 404}),
    'DELETE /api/users/{user_name}': (['users:write'], {204, 404}),
    'GET /api/users/{user_name}/picture': (None, FILE),
}
NOT_LIMITED = re.compile('GET /api/users/{.*}/picture')
OF_0_7_ALONE = re.compile(
    '.*/api/auth/(logout|account/(privacy-policy|export.*)|(events|sessions|tokens).*)|'
    '.*(/api/oauth/|/[.]well-known/|/api/workouts|/api/stats/|/api/records).*')
LOGIN = []  # any token of a login
CONTRACTS = {
    '0.7': CONTRACT,
    '0.6': {route: row for route, row in CONTRACT.items() if not OF_0_7_ALONE.fullmatch(route)},
    '0.2': {  # dialects §2 and §4; it has no scopes
        'POST /api/auth/register': (None, {201, 403}),
        'POST /api/auth/login': (None, {200, 404}),
        'GET /api/auth/logout': (LOGIN, {200}),
        'GET /api/auth/profile': (LOGIN, {200}),
        'POST /api/auth/profile/edit': (LOGIN, {200}),
        'POST /api/auth/picture': (LOGIN, {200}),
        'DELETE /api/auth/picture': (LOGIN, {204}),
        'GET /api/openapi.json': (None, {200}),
        'GET /api/ping': (None, {200}),
        'GET /api/sports': (LOGIN, {200}),
        'GET /api/sports/{sport_id}': (LOGIN, {200, 404}),
        'GET /api/users/{user_id}/picture': (None, FILE),
    }}
PROFILES = {
    '0.7': KEYS,
    '0.6': sorted(
        set(KEYS) -
        set(NOT_IN_06)),
    '0.2': sorted(
        ('id',
         'nb_activities',
         *
         IN_02_TOO))}

# The used objects of OpenAPI 3.1 and their fields: the required ones, the optional ones, and those
# that hold further objects. [X] is a list of X, {X} a map to X.
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


@pytest.fixture(params=DESCRIPTIONS)
def dialect(request):
    return request.param


@pytest.fixture
def description(dialect):
    return DESCRIPTIONS[dialect]


# ---- the document ------------------------------------------------------------------------------

def objects_of(kind, node, where='#'):
    """(kind, node, place) of this object and of all objects in it; references are not followed."""
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


def objects(description):
    yield from objects_of('OpenAPI', description.document)
    yield from objects_of([{'Response'}], list(description.document['x-other-answers'].values()))


def references(node):
    if isinstance(node, dict):
        if '$ref' in node:
            yield node['$ref']
        for value in node.values():
            yield from references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)


def test_every_object_has_the_fields_that_openapi_has(description):
    assert description.document['openapi'].startswith('3.1.')
    for kind, node, where in objects(description):
        if kind == 'Schema' or '$ref' in node:
            continue
        required, optional, below = OBJECTS[kind]
        assert set(required.split()) <= node.keys(), where
        assert node.keys() <= {*required.split(), *optional.split(), *below}, where


def test_every_reference_leads_to_an_object_of_its_kind(description):
    for kind, node, where in objects(description):
        if kind != 'Schema' and '$ref' in node:
            assert node['$ref'].startswith(f'#/components/{PLACES[kind]}/'), where
            assert node.keys() == {'$ref'}, where
            description.resolve(node)
        elif kind == 'Schema':
            for one in references(node):
                assert one.startswith('#/components/schemas/'), where
                description.resolve({'$ref': one})


def test_every_component_is_used(description):
    used = set(references(description.document))
    for place in PLACES.values():
        for name in description.document['components'][place]:
            assert f'#/components/{place}/{name}' in used


def test_every_schema_is_valid(description):
    for kind, node, where in objects(description):
        if kind == 'Schema':
            Draft202012Validator.check_schema(node)
            Draft202012Validator.check_schema(description.expand(node))
            assert unknown_keywords(node) == set(), where


def unknown_keywords(schema):
    """Misspelled keywords, which no other check detects."""
    known = {'$ref', *Draft202012Validator.VALIDATORS, 'description', 'examples', 'deprecated',
             'contentMediaType', 'then', 'else'}
    below = [*schema.get('properties', {}).values(),
             *(schema[keyword] for keyword in ('items', 'if', 'then', 'else') if keyword in schema),
             *(one for keyword in ('oneOf', 'anyOf', 'allOf') for one in schema.get(keyword, []))]
    return (schema.keys() - known).union(*map(unknown_keywords, below))


@pytest.mark.parametrize('path', [SOURCE, *OLDER.values()], ids=lambda path: path.name)
def test_a_key_is_given_once(path):
    Answer(200, body=path.read_bytes()).json()


@pytest.mark.parametrize('older', OLDER)
def test_every_text_that_an_older_dialect_replaces_is_one_of_0_7(older):
    texts = json.loads(OLDER[older].read_text(encoding='utf-8'))['texts']
    assert texts.keys() <= set(texts_of(DESCRIPTION.document))


def texts_of(node):
    if isinstance(node, str):
        yield node
    elif isinstance(node, (dict, list)):
        for one in node.values() if isinstance(node, dict) else node:
            yield from texts_of(one)


def test_operations_have_names_of_their_own_and_known_tags(description):
    operations = [operation for _method, _path, operation in description.operations()]
    names = [operation['operationId'] for operation in operations]
    assert len(names) == len(set(names))
    tags = {tag for operation in operations for tag in operation['tags']}
    assert tags == {tag['name'] for tag in description.document['tags']}


def test_the_parameters_of_a_path_are_described(description):
    for _method, path, operation in description.operations():
        parameters = map(description.resolve, operation.get('parameters', []))
        named = [one['name'] for one in parameters if one['in'] == 'path' and one['required']]
        assert named == re.findall('{([^}]+)}', path)


def test_every_answer_names_its_request(description):
    for kind, node, where in objects(description):
        if kind == 'Response' and '$ref' not in node:
            assert 'X-Request-Id' in node['headers'], where


# ---- is it complete? ---------------------------------------------------------------------------

def described_routes(description):
    return {f'{method} {path}': operation
            for method, path, operation in description.operations()}


def test_it_describes_the_routes_of_the_services(programs, description, dialect):
    lines = [line.split() for service in API_SERVICES for line in
             programs.run(service, '--routes').stdout.decode().splitlines()]
    offered = {method + ' ' + re.sub('[:#]([^/]+)', r'{\1}', pattern)
               for method, pattern, dialects in lines if dialect in dialects.split(',')}
    assert described_routes(description).keys() == offered


def test_it_describes_the_routes_and_statuses_of_the_contract(description, dialect):
    found = {route: {int(status) for status in operation['responses']}
             for route, operation in described_routes(description).items()}
    expected = {route: statuses | ALWAYS | (set() if scopes is None else {401}) |
                ({403} if scopes else set())
                for route, (scopes, statuses) in CONTRACTS[dialect].items()}
    for route in filter(NOT_LIMITED.fullmatch, expected):
        expected[route] -= {429}
    assert found == expected


def test_it_names_the_tokens_and_scopes_of_the_contract(description, dialect):
    for route, operation in described_routes(description).items():
        scopes, _statuses = CONTRACTS[dialect][route]
        expected = [] if scopes is None else [{'login': []}]
        if scopes not in (None, OWNER) and dialect != '0.2':
            expected += [{'oauth2': scopes}, {'personal': scopes}]
        assert operation['security'] == expected, route


@pytest.mark.parametrize('name', BOTH)
def test_the_scopes_are_all_existing_ones(name):
    schemes = DESCRIPTIONS[name].document['components']['securitySchemes']
    assert schemes.keys() == {'login', 'oauth2', 'personal'}
    known = schemes['oauth2']['flows']['authorizationCode']['scopes']
    assert ' '.join(known) == ('application:write profile:read profile:write users:read '
                               'users:write workouts:read workouts:write')


def test_0_2_has_the_tokens_of_logins_alone():
    assert DESCRIPTIONS['0.2'].document['components']['securitySchemes'].keys() == {'login'}


def test_the_profile_has_the_keys_of_the_contract(description, dialect):
    profile = description.document['components']['schemas']['Profile']
    assert sorted(profile['properties']) == sorted(profile['required']) == PROFILES[dialect]


def test_bodies_that_the_contract_fixes_have_no_other_keys(description):
    for kind, node, where in objects(description):
        content = node.get('content', {}) if kind == 'Response' else {}
        if 'application/json' in content and OPENAPI not in where:
            schema = content['application/json']['schema']
            assert is_closed(description.expand(schema)), where


def is_closed(schema):
    if 'oneOf' in schema:
        return all(map(is_closed, schema['oneOf']))
    return (schema.get('additionalProperties') is False or
            any(map(is_closed, schema.get('allOf', []))))


# ---- examples ----------------------------------------------------------------------------------

def examples(description):
    """(place, schema, example) of all examples."""
    for kind, node, where in objects(description):
        if kind in ('MediaType', 'Parameter') and 'schema' in node:
            if 'example' in node:
                yield where, node['schema'], node['example']
            for name, one in node.get('examples', {}).items():
                yield f'{where}/{name}', node['schema'], one['value']
        if kind == 'Schema':
            for one in node.get('examples', []):
                yield where, node, one


def test_every_example_matches_its_schema(description):
    for where, schema, example in examples(description):
        problem = best_match(description.validator(schema).iter_errors(example))
        assert problem is None, f'{where}: {problem}'


def test_every_body_has_an_example(description):
    for kind, node, where in objects(description):
        if kind == 'MediaType' and where.endswith('/application/json') and OPENAPI not in where:
            assert 'example' in node or node.get('examples'), where


# ---- is it served? -----------------------------------------------------------------------------

@pytest.fixture
def served(api_in, dialect):
    return api_in(dialect).get(OPENAPI)


def test_it_is_served_without_authentication_below_the_path_of_its_dialect(served, description):
    exact(served, (200, description.document))


def test_0_7_is_served_as_it_is_written(api):
    assert api.get(OPENAPI).body == SOURCE.read_bytes()


def test_it_is_served_by_the_program_alone(programs, served, dialect):
    answer = programs.cgi('GET', OPENAPI, parameters={'API_DIALECT': dialect})
    assert answer.body == served.body


def test_its_head_is_the_headers_only(api_in, dialect, served):
    answer = api_in(dialect).request('HEAD', OPENAPI)
    assert (answer.status, answer.body) == (200, b'')
    assert answer.headers['Content-Length'] == str(len(served.body))


def test_its_server_is_the_mount_that_serves_it(stack, dialect, description):
    mount = stack.base_url + DIALECTS[dialect].prefix
    [server] = description.document['servers']
    assert urljoin(mount + OPENAPI, server['url']) == mount + '/'
