"""The accepted JSON bodies (contract §2.2), at every endpoint that reads one."""

import json

import pytest

from tests.harness.answers import INVALID, TOO_LARGE, exact
from tests.api.support.endpoints import JSON_PATHS, json_endpoint

MIB = 1024 * 1024
MAX_DEPTH = 64


@pytest.fixture(params=JSON_PATHS)
def endpoint(request, make_user):
    return json_endpoint(request.param, make_user)


@pytest.fixture(params=JSON_PATHS.values(), ids=JSON_PATHS.keys())
def path(request):
    return request.param


def with_member(body, member):
    """The JSON text of an object, with the text of an additional member at its end."""
    return json.dumps(body).encode()[:-1] + b', ' + member + b'}'


# ---- the type ----------------------------------------------------------------------------------

@pytest.mark.parametrize('content_type', [
    'application/json', 'APPLICATION/JSON', 'Application/Json', 'application/json; charset=utf-8',
    'application/json;charset=UTF-8', 'application/json ; x=y', 'application/problem+json',
    'application/vnd.api+json; version=1', 'application/X.Y+JSON'])
def test_a_json_content_type_is_accepted(api, endpoint, content_type):
    endpoint.was_read(api.post(endpoint.path, data=json.dumps(endpoint.body).encode(),
                               headers={'Content-Type': content_type}))


@pytest.mark.parametrize('content_type', [
    'text/json', 'text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data',
    'application/jsonx', 'application/xjson', 'application', 'json', 'application/', '+json',
    'text/x+json', 'application/json+xml', 'application/octet-stream', ';', '*/*'])
def test_another_content_type_is_refused(api, endpoint, content_type):
    exact(api.post(endpoint.path, data=json.dumps(endpoint.body).encode(),
                   headers={'Content-Type': content_type}), INVALID)


def test_a_missing_content_type_is_refused(api, endpoint):
    exact(api.post(endpoint.path, data=json.dumps(endpoint.body).encode()), INVALID)


# ---- the text ----------------------------------------------------------------------------------

MALFORMED = {
    'empty': b'',
    'whitespace': b' \r\n\t ',
    'open object': b'{',
    'open object with a member': b'{"a": 1',
    'closed twice': b'{"a": 1}}',
    'trailing garbage': b'{"a": 1}x',
    'two objects': b'{"a": 1} {"b": 2}',
    'NUL behind': b'{"a": 1}\x00',
    'NUL before': b'\x00{"a": 1}',
    'single quotes': b"{'a': 1}",
    'bare key': b'{a: 1}',
    'number as a key': b'{1: 1}',
    'no value': b'{"a":}',
    'no colon': b'{"a" 1}',
    'trailing comma': b'{"a": 1,}',
    'leading comma': b'{,"a": 1}',
    'comment': b'{"a": 1 /* x */}',
    'word': b'hello',
    'form': b'email=a%40b.c&password=x',
    'XML': b'<a/>',
    'vertical tab': b'{"a":\x0b1}',
    'no-break space': b'{"a":\xc2\xa01}',
    'UTF-16, little-endian': '{"a": 1}'.encode('utf-16-le'),
    'UTF-16, big-endian': '{"a": 1}'.encode('utf-16-be'),
    'UTF-16 with its mark': '{"a": 1}'.encode('utf-16'),
    'UTF-32': '{"a": 1}'.encode('utf-32-le'),
    'byte order mark alone': b'\xef\xbb\xbf',
}

MALFORMED_MEMBERS = {
    'NaN': b'"x": NaN', 'Infinity': b'"x": Infinity', '-Infinity': b'"x": -Infinity',
    'nan': b'"x": nan', 'leading zero': b'"x": 01', 'negative leading zero': b'"x": -01',
    'no digit behind the point': b'"x": 1.', 'no digit before the point': b'"x": .5',
    'plus': b'"x": +1', 'minus alone': b'"x": -', 'no exponent': b'"x": 1e', 'hex': b'"x": 0x10',
    'too large': b'"x": 1e400', 'too small': b'"x": -1e400', 'deep too large': b'"x": [[1e999]]',
    'True': b'"x": True', 'nul': b'"x": nul', 'truee': b'"x": truee',
    'undefined': b'"x": undefined',
    'NUL escape': rb'"x": "\u0000"', 'NUL escape inside': rb'"x": "a\u0000b"',
    'NUL escape in a key': rb'"a\u0000": 1', 'NUL escape deep': rb'"x": [{"y": "\u0000"}]',
    'NUL byte in a string': b'"x": "\x00"', 'NUL byte between': b'"x":\x00 1',
    'lone high surrogate': rb'"x": "\ud800"', 'lone low surrogate': rb'"x": "\udc00"',
    'high surrogate and text': rb'"x": "\ud800abc"', 'two high surrogates': rb'"x": "\ud800\ud800"',
    'surrogates the wrong way round': rb'"x": "\udc00\ud800"',
    'high surrogate and another escape': rb'"x": "\ud83d\n"',
    'lone surrogate in a key': rb'"\ud800": 1',
    'unknown escape': rb'"x": "\x41"', 'short escape': rb'"x": "\u12"',
    'bad escape': rb'"x": "\u12g4"',
    'escape at the end': b'"x": "\\"', 'single quote escape': rb'''"x": "\'"''',
    'line feed in a string': b'"x": "a\nb"', 'tab in a string': b'"x": "a\tb"',
    'control character': b'"x": "\x1f"', 'control character in a key': b'"\x01": 1',
    'lone continuation byte': b'"x": "\x80"', 'byte ff': b'"x": "\xff"',
    'cut sequence': b'"x": "\xe2\x82"', 'overlong slash': b'"x": "\xc0\xaf"',
    'overlong NUL': b'"x": "\xc0\x80"', 'overlong in three bytes': b'"x": "\xe0\x80\xaf"',
    'surrogate in UTF-8': b'"x": "\xed\xa0\x80"', 'beyond Unicode': b'"x": "\xf4\x90\x80\x80"',
    'five bytes': b'"x": "\xf8\x88\x80\x80\x80"', 'Latin-1': b'"x": "\xe9t\xe9"',
    'bad UTF-8 in a key': b'"\xff": 1', 'bad UTF-8 between': b'"x": \xff 1',
    'array open': b'"x": [1', 'array with a comma': b'"x": [1,]',
    'array without a comma': b'"x": [1 2]',
    'mixed brackets': b'"x": [}',
}


@pytest.mark.parametrize('content', MALFORMED.values(), ids=MALFORMED.keys())
def test_a_malformed_body_is_refused(api, path, content):
    exact(api.post_text(path, content), INVALID)


@pytest.mark.parametrize('member', MALFORMED_MEMBERS.values(), ids=MALFORMED_MEMBERS.keys())
def test_a_body_with_a_malformed_member_is_refused_whatever_else_it_holds(api, endpoint, member):
    exact(api.post_text(endpoint.path, with_member(endpoint.body, member)), INVALID)


@pytest.mark.parametrize('content', [
    b'{}', b'[]', b'""', b'0', b'false', b'null', b'0.0', b'-0', b'[1]', b'[{}]', b'"x"', b'1',
    b'-1.5', b'true', b' {} ', b'["email", "password"]', b'[{"email": "a@b.c", "token": "x"}]'])
def test_a_body_that_is_not_an_object_with_members_is_refused(api, path, content):
    exact(api.post_text(path, content), INVALID)


WELL_FORMED_MEMBERS = {
    'unknown key': b'"unknown": {"a": [1, -0.5e-3, 1E+2, true, false, null, "x"]}',
    'empty key': b'"": 1', 'escaped text': rb'"x": "\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00"',
    'UTF-8': '"x": "é€😀\u007f\uffff"'.encode(), 'large number': b'"x": 1e308',
    'many digits': b'"x": 3.' + b'1' * 500, 'long integer': b'"x": ' + b'9' * 300,
    'negative zero': b'"x": -0', 'duplicate unknown key': b'"x": 1, "x": 2',
    'key of other case': b'"EMAIL": 1, "Token": 1, "USERNAME": 1, "PassWord": 1',
}


@pytest.mark.parametrize('member', WELL_FORMED_MEMBERS.values(), ids=WELL_FORMED_MEMBERS.keys())
def test_unknown_well_formed_members_are_ignored(api, endpoint, member):
    endpoint.was_read(api.post_text(endpoint.path, with_member(endpoint.body, member)))


def test_a_byte_order_mark_is_accepted(api, endpoint):
    endpoint.was_read(api.post_text(endpoint.path,
                                    b'\xef\xbb\xbf' + json.dumps(endpoint.body).encode()))


def test_whitespace_around_a_body_is_accepted(api, endpoint):
    text = json.dumps(endpoint.body, indent='\t').replace('\n', '\r\n')
    endpoint.was_read(api.post_text(endpoint.path, f' \t\r\n{text}\n\n '.encode()))


def test_escapes_in_keys_and_values_are_decoded(api, endpoint):
    def escaped(text):
        return '"' + ''.join(f'\\u{ord(character):04X}' for character in text) + '"'

    members = [f'{escaped(key)}: {escaped(value) if isinstance(value, str) else json.dumps(value)}'
               for key, value in endpoint.body.items()]
    endpoint.was_read(api.post_text(endpoint.path, ('{' + ', '.join(members) + '}').encode()))


def test_the_last_of_two_equal_keys_is_used(api, endpoint):
    members = [f'{json.dumps(key)}: [1]' for key in endpoint.body]
    members += [f'{json.dumps(key)}: {json.dumps(value)}' for key, value in endpoint.body.items()]
    endpoint.was_read(api.post_text(endpoint.path, ('{' + ', '.join(members) + '}').encode()))


def test_the_last_of_two_equal_keys_is_used_in_any_spelling(api, endpoint):
    key, value = next(iter(endpoint.body.items()))
    escaped_key = f'"\\u{ord(key[0]):04x}{key[1:]}"'
    members = [f'{json.dumps(key)}: [1]', f'{escaped_key}: {json.dumps(value)}']
    members += [f'{json.dumps(k)}: {json.dumps(v)}' for k, v in list(endpoint.body.items())[1:]]
    endpoint.was_read(api.post_text(endpoint.path, ('{' + ', '.join(members) + '}').encode()))


def test_the_last_of_two_equal_keys_is_used_even_if_it_is_invalid(api, path):
    body = {'username': 'somebody', 'email': 'somebody@example.org', 'password': 'long enough',
            'accepted_policy': True, 'token': 'x'}
    text = with_member(body, b'"username": 1, "email": 1, "password": 1, "token": 1')
    exact(api.post_text(path, text), INVALID)


@pytest.mark.parametrize('outer', [(b'[', b']'), (b'{"y": ', b'}')], ids=['arrays', 'objects'])
def test_nesting_is_accepted_down_to_the_limit(api, endpoint, outer):
    levels = MAX_DEPTH - 1  # the body itself counts as one
    member = b'"x": ' + outer[0] * levels + b'1' + outer[1] * levels
    endpoint.was_read(api.post_text(endpoint.path, with_member(endpoint.body, member)))


@pytest.mark.parametrize('outer', [(b'[', b']'), (b'{"y": ', b'}')], ids=['arrays', 'objects'])
@pytest.mark.parametrize('levels', [MAX_DEPTH, 1000, 50000])
def test_nesting_beyond_the_limit_is_refused(api, endpoint, outer, levels):
    member = b'"x": ' + outer[0] * levels + b'1' + outer[1] * levels
    exact(api.post_text(endpoint.path, with_member(endpoint.body, member)), INVALID)


@pytest.mark.parametrize('octet', [b'[', b'{', b'"', b'1', b' ', b'\\', b'\xef'])
def test_a_mebibyte_of_one_character_is_refused(api, path, octet):
    exact(api.post_text(path, octet * MIB), INVALID)


# ---- the size ----------------------------------------------------------------------------------

def padded(body, size):
    text = json.dumps(body).encode()
    return text + b' ' * (size - len(text))


def test_a_body_of_exactly_one_mebibyte_is_read(api, endpoint):
    endpoint.was_read(api.post_text(endpoint.path, padded(endpoint.body, MIB)))


def test_a_mebibyte_of_text_in_an_unknown_key_is_ignored(api, endpoint):
    text = with_member(endpoint.body, b'"x": "' + 'é'.encode() * 500000 + b'"')
    endpoint.was_read(api.post_text(endpoint.path, text))


def test_many_members_are_read(api, endpoint):
    members = b', '.join(b'"k%d": %d' % (number, number) for number in range(30000))
    endpoint.was_read(api.post_text(endpoint.path, with_member(endpoint.body, members)))


@pytest.mark.parametrize('size', [MIB + 1, 2 * MIB, 2 * MIB + 1, 3 * MIB],
                         ids=['1 MiB and a byte', '2 MiB', '2 MiB and a byte', '3 MiB'])
def test_a_larger_body_is_refused_by_its_size(api, path, size):
    body = padded({'a': 1}, size)
    answer = api.raw(b'POST %s HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n'
                     b'Content-Length: %d\r\n\r\n' % (path.encode(), size) + body)
    exact(answer, TOO_LARGE)


def test_a_larger_chunked_body_is_refused_by_its_size(api, path):
    chunk = b'10000\r\n' + b' ' * 65536 + b'\r\n'
    head = (b'POST %s HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n'
            b'Transfer-Encoding: chunked\r\n\r\n' % path.encode())
    for chunks in (17, 48):
        exact(api.raw(head + chunk * chunks + b'0\r\n\r\n'), TOO_LARGE)


def test_the_endpoint_works_after_a_refused_body(api, endpoint):
    for _ in range(4):
        exact(api.post_text(endpoint.path, b'[' * MIB), INVALID)
    endpoint.was_read(api.post(endpoint.path, json=endpoint.body))


# ---- the fields --------------------------------------------------------------------------------

WRONG_FOR_STRINGS = {'zero': 0, 'number': 1, 'fraction': 1.5, 'false': False, 'true': True,
                     'empty array': [], 'array': ['x'], 'empty object': {}, 'object': {'a': 'b'}}
STRING_FIELDS = [('/api/auth/register', 'username'), ('/api/auth/register', 'email'),
                 ('/api/auth/register', 'password'), ('/api/auth/account/confirm', 'token'),
                 ('/api/auth/account/resend-confirmation', 'email'), ('/api/auth/login', 'email'),
                 ('/api/auth/login', 'password')]


@pytest.mark.parametrize('value', WRONG_FOR_STRINGS.values(), ids=WRONG_FOR_STRINGS.keys())
@pytest.mark.parametrize(('path_of_field', 'name'), STRING_FIELDS)
def test_a_field_of_another_type_is_refused(api, registration, path_of_field, name, value):
    body = {**registration(), 'token': 'x', name: value}
    exact(api.post(path_of_field, json=body), INVALID)


@pytest.mark.parametrize(('path_of_field', 'name'),
                         [pair for pair in STRING_FIELDS if pair[0] != '/api/auth/login'])
@pytest.mark.parametrize('missing', ['absent', 'null'])
def test_a_missing_field_is_refused(api, registration, path_of_field, name, missing):
    body = {**registration(), 'token': 'x', name: None}
    if missing == 'absent':
        del body[name]
    exact(api.post(path_of_field, json=body), INVALID)


@pytest.mark.parametrize(('path_of_field', 'name'),
                         [pair for pair in STRING_FIELDS if pair[0] != '/api/auth/login'])
def test_a_key_of_another_case_is_another_key(api, registration, path_of_field, name):
    body = {**registration(), 'token': 'x'}
    body[name.capitalize()] = body.pop(name)
    exact(api.post(path_of_field, json=body), INVALID)
