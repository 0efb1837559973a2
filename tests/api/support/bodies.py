"""Bodies that every endpoint with a JSON body rejects before it reads its fields (contract
§2.2): one of each kind. test_json_bodies.py has more of them, for the endpoints without tokens."""

import json

from tests.harness.answers import INVALID, TOO_LARGE, exact

MIB = 1024 * 1024
JSON = 'application/json'


def _unreadable(good):
    text = json.dumps(good).encode()
    return [
        (JSON, b''), (JSON, b'{'), (JSON, b'{}'), (JSON, b'[]'), (JSON, b'""'), (JSON, b'null'),
        (JSON, b'0'), (JSON, b'true'), (JSON, b'[1]'), (JSON, b'"x"'), (JSON, b'[' + text + b']'),
        (JSON, text + b'x'), (JSON, text[:-1]), (JSON, text[:-1] + b', "x": NaN}'),
        (JSON, text[:-1] + b', "x": 1e400}'), (JSON, text[:-1] + rb', "x": "\u0000"}'),
        (JSON, text[:-1] + rb', "x": "\ud800"}'), (JSON, text[:-1] + b', "x": "\xff"}'),
        (JSON, text[:-1] + b', "x": ' + b'[' * 64 + b']' * 64 + b'}'),
        (JSON, text.decode().encode('utf-16')), (None, text), ('text/plain', text),
        ('application/x-www-form-urlencoded', text), ('text/json', text)]


def refuses_unreadable_bodies(send, good):
    """`send(data, headers)` sends a request to the endpoint; `good` is a valid body for it."""
    for content_type, content in _unreadable(good):
        headers = {} if content_type is None else {'Content-Type': content_type}
        exact(send(content, headers), INVALID)
    exact(send(b' ' * (MIB + 1), {'Content-Type': JSON}), TOO_LARGE)


WRONG_FOR_STRINGS = {'zero': 0, 'number': 1, 'fraction': 1.5, 'false': False, 'true': True,
                     'empty array': [], 'array': ['x'], 'empty object': {}, 'object': {'a': 'b'}}
WRONG_FOR_FLAGS = {'two': 2, 'minus one': -1, 'fraction': 0.5, 'empty string': '', 'string': 'true',
                   'digit': '1', 'empty array': [], 'array': [True], 'object': {'a': True}}
