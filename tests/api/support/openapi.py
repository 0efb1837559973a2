"""The description of the API (cgi/openapi.json), and whether an answer is one that it describes.

Every answer in dialect 0.7 that a test gets through the client, or from an executable as a CGI
program, is held against it: known path and method, documented status, Content-Type, headers, body.
"""

import json
import posixpath
import re
from functools import cached_property
from pathlib import Path
from urllib.parse import unquote

from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

SOURCE = Path(__file__).resolve().parents[3] / 'cgi' / 'openapi.json'
OF_OTHER_DIALECTS = re.compile('.*/v0[.][26]/api/')
MOUNTED_ELSEWHERE = re.compile('.+?(/api/.*)', re.DOTALL)  # by a test with an nginx of its own
REQUEST_LINE = re.compile(rb'([A-Za-z]+) (\S+) HTTP/[0-9.]+\r\n')
NEVER_PASSED_ON = ('TRACE', 'CONNECT')  # nginx refuses these before it looks at the path
WITHOUT_BODY = (204, 304)
NOT_KEPT = {'Cache-Control': 'no-store', 'Pragma': 'no-cache'}


class NotDescribed(AssertionError):
    """An answer that the description does not know."""


def request_line(octets):
    """Method and target of a request as sent; (None, None) where nobody could read it."""
    found = REQUEST_LINE.match(octets)
    return (found[1].decode(), found[2].decode('latin-1')) if found else (None, None)


def path_of(target):
    """The path that the executables see: decoded and tidied as nginx does (ngx_http_parse.c)."""
    path = unquote(re.sub('^[a-z]+://[^/]*', '', target).partition('?')[0], 'latin-1')
    tidy = '/' + posixpath.normpath('/' + path).lstrip('/')
    return tidy + '/' if path.endswith(('/', '/.', '/..')) and tidy != '/' else tidy


def path_pattern(template, parameters):
    """What a path template stands for: digits for a parameter that is an integer, else anything."""
    kinds = {parameter['name']: parameter['schema']['type'] for parameter in parameters
             if parameter['in'] == 'path'}
    parts = re.split('{([^}]+)}', template)
    parts[::2] = map(re.escape, parts[::2])
    parts[1::2] = ['[0-9]+' if kinds[name] == 'integer' else '[^/]+' for name in parts[1::2]]
    return re.compile(''.join(parts))


class Description:
    def __init__(self, document):
        self.document = document
        self._described = {}

    @classmethod
    def read(cls):
        return cls(json.loads(SOURCE.read_text(encoding='utf-8')))

    # ---- the document ------------------------------------------------------------------------

    def resolve(self, node):
        """The node itself, or what it refers to within the document."""
        if '$ref' not in node:
            return node
        target = self.document
        for key in node['$ref'].removeprefix('#/').split('/'):
            target = target[key]
        return target

    def expand(self, schema):
        """The schema with its references written out, so that a validator has nothing to look up.
        A `$` is the very end in JSON Schema; for Python's `re` that is written otherwise."""
        if isinstance(schema, list):
            return [self.expand(one) for one in schema]
        if not isinstance(schema, dict):
            return schema
        whole = {key: self.expand(value) for key, value in schema.items() if key != '$ref'}
        if isinstance(whole.get('pattern'), str):
            whole['pattern'] = re.sub(r'\$$', r'\\Z', whole['pattern'])
        if '$ref' in schema:
            whole['allOf'] = [self.expand(self.resolve(schema)), *whole.get('allOf', [])]
        return whole

    def validator(self, schema):
        return Draft202012Validator(self.expand(schema))

    def operations(self):
        """(method, path template, operation) of all."""
        for template, item in self.document['paths'].items():
            for method, operation in item.items():
                yield method.upper(), template, operation

    @cached_property
    def _patterns(self):
        return [(path_pattern(template, map(self.resolve, operation.get('parameters', []))),
                 template) for _method, template, operation in self.operations()]

    def templates_of(self, path):
        """A path may be of several: the name of a file may be `request`."""
        return {template for pattern, template in self._patterns if pattern.fullmatch(path)}

    def responses(self, method, path):
        """{status: response} of what may be answered to such a request. method None: unreadable."""
        others = self.document['x-other-answers']
        if method is None:
            return others['unreadable']
        readable = self._responses_of_readable(method, path)
        mounted = MOUNTED_ELSEWHERE.fullmatch(path)
        if mounted and not path.startswith('/api/'):
            readable = {**readable, **self._responses_of_readable(method, mounted[1])}
        return {**others['unreadable'], **readable}

    def _responses_of_readable(self, method, path):
        others = self.document['x-other-answers']
        if method in NEVER_PASSED_ON:
            return others['trace']
        templates = self.templates_of(path)
        if not templates:
            return others['unknownPath']
        if method == 'OPTIONS':
            return others['options']
        asked = 'GET' if method == 'HEAD' else method
        for offered, template, operation in self.operations():
            if offered == asked and template in templates:
                return operation['responses']
        return others['methodNotOffered']

    # ---- an answer ---------------------------------------------------------------------------

    def check(self, method, path, answer):
        """Raise NotDescribed unless it is described."""
        what = f'{method} {path} {answer.status}'
        responses = self.responses(method, path)
        if str(answer.status) not in responses:
            raise NotDescribed(f'{what}: this status is not described')
        node = self.resolve(responses[str(answer.status)])
        if id(node) not in self._described:
            self._described[id(node)] = DescribedResponse(self, node)
        problem = self._described[id(node)].problem(method, answer)
        if problem:
            raise NotDescribed(f'{what}: {problem}')


class DescribedResponse:
    """A Response Object, with its validators made once."""

    def __init__(self, description, node):
        self._content = {kind: description.validator(media['schema']) if 'schema' in media else None
                         for kind, media in node.get('content', {}).items()}
        headers = ((name, description.resolve(one)) for name, one in node['headers'].items())
        self._headers = [(name, one.get('required', False), one['schema'].get('type'),
                          description.validator(one['schema'])) for name, one in headers]

    def problem(self, method, answer):
        """What is wrong, in words; None: nothing."""
        return (self._of_headers(answer.headers) or self._of_type(answer) or
                self._of_body(method, answer))

    def _of_headers(self, headers):
        for name, required, kind, validator in self._headers:
            text = headers.get(name)
            if text is None and required:
                return f'no header {name}'
            if text is None:
                continue
            value = int(text) if kind == 'integer' and text.isdecimal() else text
            if not validator.is_valid(value):
                return f'header {name}: {text!r} is not what is described'
        return None

    def _of_type(self, answer):
        kind = answer.headers.get('Content-Type')
        if not self._content:  # nginx and FitTrackee name a type even so
            return None if kind in (None, 'application/json') else f'Content-Type {kind} of nothing'
        kind = (kind or '').partition('; boundary=')[0]
        return None if kind in self._content else f'Content-Type {kind!r} is not described'

    def _of_body(self, method, answer):
        if method == 'HEAD' or answer.status in WITHOUT_BODY or not self._content:
            return 'there is a body' if answer.body else None
        kind = answer.headers['Content-Type']
        if kind != 'application/json':
            return None
        body = answer.json()
        error = best_match(self._content[kind].iter_errors(body))
        if error is not None:
            return f'{error.json_path}: {error.message}'
        return problem_of_rfc_6750(answer, body)


def problem_of_rfc_6750(answer, body):
    """The headers that come with its errors, and with nothing else; no schema can say so."""
    expected = 'error' in body
    challenge = answer.headers.get('WWW-Authenticate', '')
    for name, value in NOT_KEPT.items():
        if expected != (answer.headers.get(name) == value):
            return f'{name}: {value} comes with the errors of RFC 6750, and with nothing else'
    if (expected and answer.status == 401) != bool(challenge):
        return 'WWW-Authenticate comes with the errors of RFC 6750 and 401, and with nothing else'
    if challenge and f'error="{body["error"]}"' not in challenge:
        return 'WWW-Authenticate names another error than the body'
    return None


DESCRIPTION = Description.read()


def check_http(method, target, answer):
    """An answer to a request as a client sends it, through the web server."""
    path = path_of(target) if method else None
    if path is None or not OF_OTHER_DIALECTS.match(path):
        DESCRIPTION.check(method, path, answer)


def check_cgi(variables, answer):
    """An answer of an executable to a request as a web server hands it on."""
    if variables['API_DIALECT'] in ('', '0.7'):
        DESCRIPTION.check(variables['REQUEST_METHOD'], variables['PATH_INFO'], answer)
