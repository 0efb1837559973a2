"""Requests of browsers for tests/fuzz/http_requests.py: the pages, their forms and cookies, and the gate.

The forms are read from the pages themselves, so that a new one is fuzzed without a change here.
"""

import json
import re
import subprocess
import time
import uuid
from dataclasses import dataclass
from urllib.parse import quote_plus

from hypothesis import strategies as st

from tests.api.support.visitor import Page, Parser, Visitor
from tests.harness.people import PASSWORD, now
from tests.harness.tokens import sha256_hex

PROGRAMS = ('pages', 'users')
MOUNT = '/account'
GATE = '/protected/index.html'
CALLBACK = 'https://uploader.example/callback'  # of the application CLIENTID
PEOPLE = ('GUEST', 'MEMBER', 'ADMIN')  # with the placeholders GUESTCOOKIE, GUESTCSRF and so on
STATUSES = {200, 303, 400, 401, 403, 404, 405, 409, 413, 429}
FORM = 'application/x-www-form-urlencoded'
EVIL = '"\'><script>alert(1)</script><b onclick=x>'
UNUSUAL = ['', ' ', 'a' * 300, 'a' * 70000, 'é', '日本', '\r\nX: y', "'", '%s%n', EVIL, '../../etc/passwd', '//evil.example',
           'https://evil.example/', '/\\evil.example', 'javascript:alert(1)', '-1', '2147483648', '1e400', '2026-02-30']
RAW = [b'\0', b'\xff', b'%', b'%zz', b'%00', b'%ff', b'&&&', b'=', b'a' * 70000, b'&csrf=x']
VALUES = {
    'csrf': ['CSRF'], 'email': ['EMAIL', 'other@example.org'], 'password': ['PASSWORD', 'another long password'],
    'new_password': ['another long password', 'short'], 'email_password': ['PASSWORD'], 'username': ['USERNAME', 'zoe'],
    'token': ['CONFIRMATION', 'NEW_ADDRESS', 'RESET'], 'client_id': ['CLIENTID'], 'response_type': ['code'],
    'redirect_uri': [CALLBACK, 'https://evil.example/'], 'scope': ['profile:read', 'workouts:read gate'], 'state': ['x'],
    'next': ['/tokens', '/profile/edit?a=b'], 'return': ['/protected/', '/app?x=y'], 'message': ['1', '2', '99'],
    'grant_type': ['authorization_code', 'refresh_token', 'urn:ietf:params:oauth:grant-type:device_code'],
    'client_secret': ['CLIENTSECRET'], 'code': ['CLIENTCODE'], 'refresh_token': ['REFRESHING'], 'confirm': ['true'], 'decision': ['allow', 'deny'],
    'code_challenge': ['x' * 43], 'code_challenge_method': ['S256'], 'search': ['USERNAME'], 'page': ['1', '2'],
}
QUERIES = ('token', 'next', 'return', 'message', 'client_id', 'response_type', 'redirect_uri', 'scope', 'state',
           'code_challenge', 'code_challenge_method', 'user_code', 'search', 'page', 'order', 'after')
SEGMENT = st.sampled_from(['1', '1', 'USERID', 'CLIENTID', 'archive.zip', 'activate', 'delete', 'password', '0', '9' * 30,
                           '%2F', '..', '%00', '%C3%A9', 'x' * 300])


class Silent:
    """A transcript without a reader."""

    def add(self, _text):
        pass


def new_visitor(stack):
    return Visitor(stack, Silent())


# ---- routes and forms ----------------------------------------------------------------------------

@dataclass
class Form:
    values: dict  # of the page that shows it
    types: dict
    multipart: bool


class Pages:
    """The routes of the programs, and the forms of their pages."""

    def __init__(self, stack, sql, administrator):
        self.routes = []  # (method, path of the route)
        for program in PROGRAMS:
            text = subprocess.run([stack.build / program, '--routes'], check=True, capture_output=True, text=True,
                                  env=stack.child_environment()).stdout
            self.routes += [tuple(line.split()[:2])
                            for line in text.splitlines() if line.endswith(' pages')]
        self.forms = {}
        app = insert_app(sql, administrator)['CLIENTID']
        sql.insert('personal_tokens', user_id=administrator.id, name='a script', token=sha256_hex(app), scope='gate',
                   created_at=now())
        visitor = new_visitor(stack)
        self._read_forms(visitor, app)
        for _ in range(2):  # the second one can end the session of the first one
            visitor.log_in(administrator)
        self._read_forms(visitor, app)
        self._read_forms(visitor, app, {'#id': str(administrator.id), ':act': 'delete'})
        self.unread = {path for method, path in self.routes if method == 'POST'} - self.forms.keys()

    def _read_forms(self, visitor, app, parameters=None):
        query = urlencoded([('token', 'x'), ('client_id', app), ('response_type', 'code'), ('redirect_uri', CALLBACK),
                            ('scope', 'profile:read')]).decode()
        parameters = parameters or {}
        for method, route in self.routes:
            if method == 'GET':
                path = re.sub('[#:][a-z]+', lambda found: parameters.get(found[0], '1'), route)
                page = visitor.request('GET', f'{path}?{query}')
                for form in (one for one in page.parsed.forms if one.method == 'post'):
                    found = Form(form.values, {name: one.get('type') for name, one in form.controls.items()},
                                 'multipart' in form.encoding)
                    self.forms.setdefault(self.route_of(form.action), found)

    def has(self, route):
        return route == GATE or route in {path for _method, path in self.routes}

    def check(self, route, method, request, answer):
        """Assert that the reply is one that may be."""
        try:
            check_gate(answer) if route == GATE else check_page(method, answer)
        except AssertionError as problem:
            raise AssertionError(f'{request}: {problem}: {answer}') from problem

    def route_of(self, path):
        for method, route in self.routes:
            if method == 'POST' and re.fullmatch(re.sub('[#:][a-z]+', '[^/]+', route), path):
                return route
        raise AssertionError(f'no route for a form: {path}')


def insert_app(sql, account):
    """An application with a code and a refresh token; the values of their placeholders."""
    words = {
        word: uuid.uuid4().hex for word in (
            'CLIENTID',
            'CLIENTSECRET',
            'CLIENTCODE',
            'REFRESHING')}
    issued = {'client_id': words['CLIENTID'], 'scope': 'profile:read', 'user_id': account.id}
    sql.insert('oauth2_client', client_id=words['CLIENTID'], client_secret=sha256_hex(words['CLIENTSECRET']),
               user_id=account.id, client_metadata=json.dumps({
                   'client_name': f'An {EVIL}', 'client_uri': 'https://uploader.example', 'redirect_uris': [CALLBACK],
                   'scope': 'profile:read workouts:read'}))
    sql.insert('oauth2_code', code=sha256_hex(words['CLIENTCODE']), auth_time=int(time.time()), grant_id=uuid.uuid4().hex,
               **issued)
    sql.insert('oauth2_token', access_token=sha256_hex(uuid.uuid4().hex), refresh_token=sha256_hex(words['REFRESHING']),
               token_type='Bearer', issued_at=int(time.time()), expires_in=3600, grant_id=uuid.uuid4().hex, **issued)
    return words


def values_of(stack, sql, account, administrator):
    """The values of the placeholders of three people with a browser."""
    guest, member, admin = (new_visitor(stack) for _ in range(3))
    guest.open('/login')
    member.log_in(account)
    admin.log_in(administrator)
    found = {'USERID': str(account.id), **insert_app(sql, account)}
    for name, visitor in zip(PEOPLE, (guest, member, admin)):
        visitor.open('/login' if visitor is guest else '/')
        cookies = {cookie.name: cookie.value for cookie in visitor.session.cookies}
        gate = {key: value for key, value in cookies.items() if key.endswith('_gate')}
        found[f'{name}COOKIE'] = '; '.join(
            f'{key}={value}' for key,
            value in cookies.items() if key not in gate)
        found[f'{name}GATE'] = '; '.join(f'{key}={value}' for key, value in gate.items())
        found[f'{name}CSRF'] = visitor.page.parsed.forms[0].values['csrf']
    return found


# ---- generating requests -------------------------------------------------------------------------

@st.composite
def cookies_of(draw, who):
    """A header Cookie, or None."""
    right = f'{who}COOKIE'
    return draw(st.one_of(st.just(right), st.just(right), st.just(right), st.sampled_from([
        None, '', f'{right}; {right}', f'{right}x', f'a=1; {right}; b="x; y"', f'{who}GATE', f'{who}GATE; {right}',
        f'{who}GATE; {who}GATE', right.lower(), f';;={right}', 'a' * 7000, f'x={EVIL}', '\xff=\xff']),
        st.text('abc019=;, "_-', max_size=80)))


def value_of(name, default, who):
    usual = [value.replace('CSRF', f'{who}CSRF') for value in VALUES.get(name, [default])]
    return st.one_of(*[st.sampled_from(usual)] * 5, st.just(default),
                     st.sampled_from(UNUSUAL), st.text(max_size=60))


@st.composite
def fields_of(draw, form, who):
    """[(name, value)] of a form, mostly all of it."""
    fields = []
    for name, default in form.values.items():
        if draw(st.integers(0, 14)):
            fields.append((name, draw(value_of(name, default, who))))
        if draw(st.integers(0, 29)) == 0:
            fields.append((name, draw(st.sampled_from(UNUSUAL))))
    for name, kind in form.types.items():
        if kind == 'checkbox' and draw(st.booleans()):
            fields.append((name, '1'))
    if 'csrf' not in dict(fields) and draw(st.integers(0, 3)):
        fields.append(('csrf', f'{who}CSRF'))
    return fields


def in_bytes(text):
    return text.encode('utf-8', 'surrogatepass')


def urlencoded(fields):
    return '&'.join(
        f'{quote_plus(in_bytes(name))}={quote_plus(in_bytes(value))}' for name, value in fields).encode()


def multipart(fields, file):
    parts = [f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'.encode() + in_bytes(value) + b'\r\n'
             for name, value in fields]
    parts.append(
        b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n\r\n' +
        file +
        b'\r\n')
    return b''.join(parts) + b'--b--\r\n'


@st.composite
def bodies(draw, form, who, files):
    """(content type, body)"""
    fields = draw(fields_of(form, who))
    if form.multipart != (draw(st.integers(0, 9)) == 0):
        kind, body = 'multipart/form-data; boundary=b', multipart(
            fields, draw(st.sampled_from(files)))
    else:
        kind, body = FORM, urlencoded(fields)
    if draw(st.integers(0, 9)) == 0:
        body = draw(st.one_of(st.sampled_from([body + raw for raw in RAW] + [raw + body for raw in RAW]),
                              st.integers(0, len(body)).map(lambda length: body[:length]), st.binary(max_size=60)))
    if draw(st.integers(0, 19)) == 0:
        kind = draw(st.sampled_from(
            ['', 'text/plain', f'{FORM}; charset=utf-16', f'{FORM};', 'multipart/form-data']))
    return kind, body


@st.composite
def query_of(draw):
    pairs = [(name, draw(value_of(name, '', 'GUEST')))
             for name in draw(st.lists(st.sampled_from(QUERIES), max_size=6))]
    raw = draw(st.sampled_from(['', '', '', '%', '%00', '&=', 'a=b']))
    query = urlencoded([(name, value[:2000]) for name, value in pairs]).decode() + raw
    return f'?{query}' if query else ''


@st.composite
def page_requests(draw, pages, files):
    """(path of the route, method, path, headers, body) with placeholders."""
    method, route = draw(st.sampled_from([*pages.routes, ('GET', GATE)]))
    who = draw(st.sampled_from(PEOPLE))
    path = re.sub('[#:][a-z]+', lambda _found: draw(SEGMENT), route)
    headers, body = {}, None
    if method == 'POST':
        form = pages.forms.get(route, Form({'csrf': '', 'password': '', 'decision': ''}, {}, False))
        headers['Content-Type'], body = draw(bodies(form, who, files))
    if draw(st.integers(0, 19)) == 0:
        method = draw(st.sampled_from(['HEAD', 'PUT', 'DELETE', 'OPTIONS']))
    if method == 'GET' and draw(st.booleans()):
        path += draw(query_of())
    cookies = f'{who}GATE' if route == GATE and draw(st.booleans()) else draw(cookies_of(who))
    if cookies:
        headers['Cookie'] = cookies
    for name, values in (('Origin', ['null', 'https://evil.example', 'http://127.0.0.1']),
                         ('Sec-Fetch-Site', ['same-origin', 'cross-site', 'x']),
                         ('Accept-Language', ['fr', 'xx, de;q=0.5', 'a' * 300, ',;q=,']),
                         ('Accept', ['text/html', '*/*'])):
        if draw(st.integers(0, 9)) == 0:
            headers[name] = draw(st.sampled_from(values))
    if draw(st.integers(0, 9)) == 0:
        headers['Authorization'] = draw(st.sampled_from(
            ['Bearer TOKEN', 'Basic Og==', 'Basic x', 'Bearer MEMBERCSRF']))
    return route, method, path, headers, body


# ---- checking replies ----------------------------------------------------------------------------

def is_safe_target(target):
    """A path of the site, or the callback of the application."""
    return re.fullmatch(r'/(?![/\\])[!-~]*',
                        target) or re.match(re.escape(CALLBACK) + '($|[?])', target)


def check_html(body):
    """It is well nested, and nothing that was typed has become markup or is the password."""
    text = body.decode()
    Parser().feed(text)
    assert '<script' not in text and '<b ' not in text, 'markup of a value'
    assert PASSWORD not in text, 'the password'


def check_page(method, answer):
    assert answer.status in STATUSES, 'status'
    headers = answer.headers
    public = method == 'OPTIONS' or headers.get('Content-Type', '').startswith('text/css')
    assert public or 'no-store' in headers['Cache-Control'], 'cached'
    if answer.status == 303:
        assert is_safe_target(headers['Location']), 'target of the redirect'
    else:
        assert 'Location' not in headers, 'a target without a redirect'
    for cookie in re.split(r', (?=[^ ;]+=)', headers.get('Set-Cookie', '')):
        assert not cookie or ('; HttpOnly' in cookie and '; SameSite=Lax' in cookie), cookie
    if headers.get('Content-Type', '').startswith('text/html'):
        assert "frame-ancestors 'none'" in headers['Content-Security-Policy'], 'framed'
        assert "default-src 'none'" in headers['Content-Security-Policy'], 'sources'
        if method != 'HEAD':
            check_html(answer.body)


def check_gate(answer):
    assert answer.status in {200, 302, 400, 401, 403, 405}, 'status'
    if answer.status == 302:
        assert answer.headers['Location'].startswith(
            f'{MOUNT}/login?return={GATE}'), 'target of the redirect'
