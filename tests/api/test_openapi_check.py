"""An answer that the description of the API does not contain fails the test that gets it (harness/openapi.py)."""

import copy
import json

import pytest
from requests.structures import CaseInsensitiveDict

from tests.harness import openapi
from tests.harness.answers import (BADTOKEN, BADTYPE, INVALID, NOAUTH, NOT_ALLOWED, NOURL, PONG,
                                   TOO_MANY_ATTEMPTS, Answer)
from tests.harness.openapi import (DESCRIPTION, DESCRIPTIONS, Description, NotDescribed, path_of)

DOCUMENT = DESCRIPTION.document
RATE_LIMITED = (429, {'status': 'error', 'message': 'rate limit exceeded (300 per 5 minute)'})
CHALLENGES = {'invalid_token': 'Bearer error="invalid_token", error_description="' +
                               BADTOKEN[1]['error_description'] + '"',
              'unsupported_token_type': 'bearer error="unsupported_token_type", '
                                        'error_description=""'}
PROFILE = '/api/auth/profile'


def example_of(route, status):
    method, path = route.split()
    operation = DOCUMENT['paths'][path][method.lower()]
    node = DESCRIPTION.resolve(operation['responses'][str(status)])
    return copy.deepcopy(node['content']['application/json']['example'])


def made(expected, headers=None, **more):
    """An answer like the server's; None removes a header."""
    status, body = expected
    text = b'' if body is None else json.dumps(body).encode()
    whole = {'Content-Type': 'application/json', 'X-Request-Id': 'abc',
             'Cache-Control': 'no-store', **(headers or {}), **more}
    return Answer(status, CaseInsensitiveDict({name: value for name, value in whole.items()
                                               if value is not None}), text)


def challenged(expected, error=None, **headers):
    error = error or expected[1]['error']
    return made(expected, {'WWW-Authenticate': CHALLENGES[error], 'Pragma': 'no-cache', **headers})


def archive(status=200, **headers):
    return made((status, None), {
        'Content-Type': 'application/zip', 'Content-Disposition': 'attachment; filename=a.zip',
        'Last-Modified': 'Sun, 14 Jul 2019 14:09:58 GMT', 'ETag': '"1-2"',
        'Cache-Control': 'private, no-store', **headers})


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
                                                    {'Cache-Control': 'no-cache, no-store'})),
    'the name "request"': ('GET', '/api/auth/account/export/request',
                           made((404, {'status': 'not found', 'message': 'file not found',
                                       'data': {'archive': []}}))),
}


def changed(route, *path, value):
    """The example of a 200 with one changed value; `...` removes the key."""
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
    'a limit of an endpoint without one': ('GET', '/api/users/sam/picture',
                                           made(RATE_LIMITED, {'Retry-After': '1'})),
    'another message': ('GET', '/api/ping', made((200, {**PONG[1], 'message': 'pong'}))),
    'a key too many': ('GET', '/api/ping', made((200, {**PONG[1], 'x': 1}))),
    'a key too few': ('GET', '/api/ping', made((200, {'status': 'success'}))),
    'a key of the profile too many': changed(OF_PROFILE, 'data', 'id', value=1),
    'a key of the profile too few': changed(OF_PROFILE, 'data', 'weekm', value=...),
    'a number for a boolean': changed(OF_PROFILE, 'data', 'weekm', value=1),
    'a null that is not allowed': changed(OF_PROFILE, 'data', 'username', value=None),
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
    'an answer with Pragma': ('GET', '/api/ping', made(PONG, {'Pragma': 'no-cache'})),
    'an answer that may be kept': ('GET', '/api/ping', made(PONG, {'Cache-Control': None})),
    'an archive that may be kept': ('GET', ARCHIVE, archive(**{'Cache-Control': 'no-cache'})),
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
def test_a_described_answer_is_accepted(method, path, answer):
    DESCRIPTION.check(method, path, answer)


@pytest.mark.parametrize(('method', 'path', 'answer'), NOT_DESCRIBED.values(),
                         ids=NOT_DESCRIBED.keys())
def test_an_answer_that_is_not_described_is_noticed(method, path, answer):
    with pytest.raises((NotDescribed, json.JSONDecodeError)):
        DESCRIPTION.check(method, path, answer)


@pytest.fixture
def description_without_ping(monkeypatch):
    document = copy.deepcopy(DOCUMENT)
    del document['paths']['/api/ping']['get']['responses']['200']
    monkeypatch.setitem(DESCRIPTIONS, '0.7', Description(document))


@pytest.mark.usefixtures('description_without_ping')
def test_every_client_of_the_tests_checks_answers_against_the_description(api, programs):
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
def test_the_path_is_the_one_that_the_services_get(target, path):
    assert path_of(target) == path
