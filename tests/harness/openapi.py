"""The description of the API in each dialect (cgi/openapi*.json), and the check of answers against it.

Every answer in dialect 0.7 that a test gets, through the client or from a program run as CGI, is
checked: path and method are known; status, Content-Type, headers and body are described.
"""

import json
import posixpath
import re
from functools import cached_property
from urllib.parse import unquote

from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

from tests.harness.tree import SOURCE as TREE

SOURCE = TREE / 'cgi' / 'openapi.json'
OLDER = {dialect: TREE / 'cgi' / f'openapi-{dialect}.json' for dialect in ('0.6', '0.2')}
OF_OLDER_DIALECT = re.compile('(.*)/v(0[.][26])((?:/.*)?/api/.*)', re.DOTALL)
MOUNTED_ELSEWHERE = re.compile('.+?(/api/.*)', re.DOTALL)  # by a test with its own nginx
METADATA = '/.well-known/oauth-authorization-server'  # the path of the site's address can follow
REQUEST_LINE = re.compile(rb'([A-Za-z]+) (\S+) HTTP/[0-9.]+\r\n')
NEVER_PASSED_ON = ('TRACE', 'CONNECT')  # nginx refuses these before it looks at the path
OVERRIDES = ('PATCH', 'DELETE')
WITHOUT_BODY = (204, 304)


class NotDescribed(AssertionError):
    """An answer that the description does not contain."""


def request_line(data):
    """Method and target of a request as sent; (None, None) if the request line cannot be parsed."""
    found = REQUEST_LINE.match(data)
    return (found[1].decode(), found[2].decode('latin-1')) if found else (None, None)


def path_of(target):
    """The path that the services get: decoded and normalized as nginx does (ngx_http_parse.c)."""
    path = unquote(re.sub('^[a-z]+://[^/]*', '', target).partition('?')[0], 'latin-1')
    normal = '/' + posixpath.normpath('/' + path).lstrip('/')
    if f'{normal}/'.startswith(f'{METADATA}/'):
        return METADATA
    return normal + '/' if path.endswith(('/', '/.', '/..')) and normal != '/' else normal


def with_texts(node, texts):
    """The node with each text replaced that `texts` has; null removes it."""
    if isinstance(node, str):
        return texts.get(node, node)
    if isinstance(node, list):
        whole = [with_texts(one, texts) for one in node]
        return [new for old, new in zip(node, whole) if new is not None or old is None]
    if isinstance(node, dict):
        whole = {key: with_texts(one, texts) for key, one in node.items()}
        return {key: new for key, new in whole.items() if new is not None or node[key] is None}
    return node


def merge_patch(target, patch):
    """RFC 7396."""
    if not isinstance(patch, dict):
        return patch
    merged = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        merged[key] = merge_patch(merged.get(key), value)
        if value is None:
            del merged[key]
    return merged


def path_pattern(template, parameters):
    """The pattern of a path template: digits for an integer parameter, else any text without a slash."""
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
    def read(cls, dialect='0.7'):
        document = json.loads(SOURCE.read_text(encoding='utf-8'))
        if dialect == '0.7':
            return cls(document)
        changes = json.loads(OLDER[dialect].read_text(encoding='utf-8'))
        return cls(merge_patch(with_texts(document, changes['texts']), changes['document']))

    # ---- the document ------------------------------------------------------------------------

    def resolve(self, node):
        """The node itself, or the node that it refers to in the document."""
        if '$ref' not in node:
            return node
        target = self.document
        for key in node['$ref'].removeprefix('#/').split('/'):
            target = target[key]
        return target

    def expand(self, schema):
        """The schema with its references resolved, so that a validator has nothing to look up. In
        JSON Schema a `$` matches only at the very end; in Python's `re` that is written differently."""
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
        """A path can match several templates: a file can be named `request`."""
        return {template for pattern, template in self._patterns if pattern.fullmatch(path)}

    def responses(self, method, path):
        """{status: response} of the possible answers to a request. method None: an unreadable request."""
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
        overridden = self._overridden(path) if method == 'POST' else {}
        templates = self.templates_of(path)
        if not templates:
            return {**overridden, **others['unknownPath']}
        if method == 'OPTIONS':
            return others['options']
        asked = 'GET' if method == 'HEAD' else method
        for offered, template, operation in self.operations():
            if offered == asked and template in templates:
                return {**overridden, **operation['responses']}
        return {**overridden, **others['methodNotOffered']}

    def _overridden(self, path):
        """{status: response} of a POST that stands for PATCH or DELETE: the header can say so, or the
        end of the path."""
        found = {}
        for offered, template, operation in self.operations():
            plain = path.removesuffix(f'/{offered.lower()}')
            if offered in OVERRIDES and template in self.templates_of(
                    path) | self.templates_of(plain):
                found.update(operation['responses'])
        return found

    # ---- an answer ---------------------------------------------------------------------------

    def check(self, method, path, answer):
        """Raise NotDescribed unless the answer is described."""
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
    """A Response Object with its validators, which are built once."""

    def __init__(self, description, node):
        self._content = {kind: description.validator(media['schema']) if 'schema' in media else None
                         for kind, media in node.get('content', {}).items()}
        headers = ((name, description.resolve(one)) for name, one in node['headers'].items())
        self._headers = [(name, one.get('required', False), one['schema'].get('type'),
                          description.validator(one['schema'])) for name, one in headers]

    def problem(self, method, answer):
        """The problem as text, or None."""
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
        if not self._content:  # nginx and FitTrackee send a type without a body, too
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
    """The headers that RFC 6750 errors have, and no other answer; a schema cannot express this."""
    expected = 'error' in body
    challenge = answer.headers.get('WWW-Authenticate', '')
    if expected != (answer.headers.get('Pragma') == 'no-cache') and (expected or 'status' in body):
        return 'Pragma: no-cache comes with the replies of RFC 6749 and RFC 6750, and with nothing else'
    if (expected and answer.status == 401) != bool(challenge):
        return 'WWW-Authenticate comes with the errors of RFC 6750 and 401, and with nothing else'
    if challenge.lower().startswith('bearer') and f'error="{body["error"]}"' not in challenge:
        return 'WWW-Authenticate names another error than the body'
    return None


DESCRIPTIONS = {dialect: Description.read(dialect) for dialect in ('0.7', *OLDER)}
DESCRIPTION = DESCRIPTIONS['0.7']


def check_http(method, target, answer):
    """Check the answer to a request that a client sent through the web server."""
    path = path_of(target) if method else None
    older = OF_OLDER_DIALECT.fullmatch(path or '')
    dialect, path = (older[2], older[1] + older[3]) if older else ('0.7', path)
    DESCRIPTIONS[dialect].check(method, path, answer)


def check_cgi(variables, answer):
    """Check the answer of a program to a request that a web server passes on."""
    dialect = variables['API_DIALECT'] or '0.7'
    if dialect in DESCRIPTIONS:
        DESCRIPTIONS[dialect].check(variables['REQUEST_METHOD'], variables['PATH_INFO'], answer)
