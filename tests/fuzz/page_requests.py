"""Requests of browsers for tests/fuzz/http_requests.py: the pages, their forms and cookies, and the gate.

The forms are read from the pages themselves, so that a new one is fuzzed without a change here.
"""

import re
import subprocess
from dataclasses import dataclass
from urllib.parse import quote_plus

from hypothesis import strategies as st

from tests.api.support.visitor import Parser
from tests.fuzz.page_people import (CALLBACK, EVIL, INVITATION, PEOPLE, add_picture, new_visitor, no_administrator,
                                    rows_of)
from tests.harness.people import PASSWORD, insert_user, now

PROGRAMS = ('pages', 'users')
MOUNT = '/account'
LOGIN = f'{MOUNT}/login'  # where a visitor who is not logged in is sent
ACT = f'{MOUNT}/admin/users/#id/:act'
GATE = '/protected/index.html'
STATUSES = {200, 303, 400, 401, 403, 404, 405, 409, 413, 429}
FORM = 'application/x-www-form-urlencoded'
UNUSUAL = ['', ' ', 'a' * 300, 'a' * 70000, 'é', '日本', '\r\nX: y', "'", '%s%n', EVIL, '../../etc/passwd', '//evil.example',
           'https://evil.example/', '/\\evil.example', 'javascript:alert(1)', '-1', '2147483648', '1e400', '2026-02-30']
RAW = [b'\0', b'\xff', b'%', b'%zz', b'%00', b'%ff', b'&&&', b'=', b'a' * 70000, b'&csrf=x']
VALUES = {
    'csrf': ['CSRF'], 'email': ['EMAIL', 'NEWNAME@example.org'],
    'password': ['PASSWORD', 'PASSWORD', 'another long password'],
    'new_password': ['another long password', 'short'], 'email_password': ['PASSWORD'], 'username': ['NEWNAME', 'USERNAME'],
    'name': ['A script'], 'website': ['https://uploader.example'], 'redirect_uris': [CALLBACK, f'{CALLBACK}\r\napp:/back'],
    'user_code': ['USERCODE'], 'birth_date': ['1980-01-31'], 'color': ['#aabbcc'],
    'client_id': ['CLIENTID'], 'response_type': ['code'],
    'redirect_uri': [CALLBACK, 'https://evil.example/'], 'scope': ['profile:read', 'workouts:read gate'], 'state': ['x'],
    'next': ['/tokens', '/profile/edit?a=b'], 'return': ['/protected/', '/app?x=y'], 'message': ['1', '2', '99'],
    'grant_type': ['authorization_code', 'refresh_token', 'urn:ietf:params:oauth:grant-type:device_code'],
    'client_secret': ['CLIENTSECRET'], 'code': ['CLIENTCODE'], 'refresh_token': ['REFRESHING'], 'confirm': ['true'], 'decision': ['allow', 'deny'],
    'code_challenge': ['A' * 43], 'code_challenge_method': ['S256'], 'search': ['USERNAME'], 'page': ['1', '2'],
}
QUERIES = ('token', 'next', 'return', 'message', 'client_id', 'response_type', 'redirect_uri', 'scope', 'state',
           'code_challenge', 'code_challenge_method', 'user_code', 'search', 'page', 'order', 'after')
TOKENS = {f'{MOUNT}/confirm': 'CONFIRMATION', f'{MOUNT}/email': 'NEW_ADDRESS', f'{MOUNT}/new-password': 'RESET',
          f'{MOUNT}/admin/invitation': 'INVITED'}
SEGMENTS = {'/admin/users/': 'USERID', '/admin/jobs/': 'JOBID', '/apps/#': 'APPID', '/apps/:': 'CONNECTED',
            '/sessions/': 'SESSIONID', '/tokens/': 'PERSONALID', '/export/': 'ARCHIVE'}  # by the start of the route
SEGMENT = st.sampled_from(['1', 'USERID', 'CLIENTID', 'archive.zip', 'activate', 'delete', 'password', '0', '9' * 30,
                           '%2F', '..', '%00', '%C3%A9', 'x' * 300])


# ---- routes and forms ----------------------------------------------------------------------------

@dataclass
class Form:
    values: dict  # of the page that shows it
    boxes: dict  # {name of a check box: whether it is required}
    multipart: bool


def segment_of(route):
    """What leads to a row of the person who makes the request: a placeholder, or the number of a sport."""
    return next((word for start, word in SEGMENTS.items() if route.startswith(MOUNT + start)), '1')


class Pages:
    """The routes of the programs, and the forms of their pages. The acts of administrators have one route, but forms of
    their own."""

    def __init__(self, stack, sql):
        self.routes = []  # (method, path of the route)
        for program in PROGRAMS:
            text = subprocess.run([stack.build / program, '--routes'], check=True, capture_output=True, text=True,
                                  env=stack.child_environment()).stdout
            self.routes += [tuple(line.split()[:2])
                            for line in text.splitlines() if line.endswith(' pages')]
        self.forms = {}
        self.accepted = set()  # (method, path of the route)
        visitor, account = new_visitor(stack), insert_user(sql, admin=1)
        add_picture(stack, sql, account)
        sql.run("UPDATE app_config SET privacy_policy = 'We keep what you type.'")
        words = rows_of(sql, account, insert_user(sql))
        with no_administrator(sql):
            self._read_forms(visitor, words)
        visitor.log_in(account)
        self._read_acts(visitor, [account, insert_user(sql, active=False, suspended_at=now())])
        self._read_forms(visitor, words)
        visitor.open('/device')
        self._keep_forms(visitor.send('/device', user_code=words['USERCODE']))
        posted = {path for method, path in self.routes if method == 'POST'} - {ACT}
        unread = posted - self.forms.keys()
        assert not unread, f'no page has shown these forms: {unread}'

    def _read_acts(self, visitor, accounts):
        """Add a route for each act that the pages of these accounts offer."""
        for account in accounts:
            page = visitor.open(f'/admin/users/{account.id}')
            acts = {link.rpartition('/')[2] for link in page.parsed.links.values()
                    if link.startswith(f'{MOUNT}/admin/users/{account.id}/')}
            self.routes += [(method, ACT.replace(':act', act)) for act in sorted(acts) for method in ('GET', 'POST')
                            if (method, ACT.replace(':act', act)) not in self.routes]

    def _read_forms(self, visitor, words):
        query = urlencoded([('token', INVITATION), ('client_id', words['CLIENTID']), ('response_type', 'code'),
                            ('redirect_uri', CALLBACK), ('scope', 'profile:read')]).decode()
        for method, route in self.routes:
            if method == 'GET' and route != ACT:
                segment = segment_of(route)
                path = re.sub('[#:][a-z]+', words.get(segment, segment), route)
                self._keep_forms(visitor.request('GET', f'{path}?{query}'))

    def _keep_forms(self, page):
        for form in (one for one in page.parsed.forms if one.method == 'post'):
            route = self.route_of(form.action)
            values = dict(form.values)
            if route in TOKENS:
                values['token'] = TOKENS[route]
            boxes = {name: 'required' in control for name, control in form.controls.items()
                     if control.get('type') == 'checkbox'}
            self.forms.setdefault(route, Form(values, boxes, 'multipart' in form.encoding))

    def has(self, route):
        return route == GATE or route in {path for _method, path in self.routes}

    def check(self, route, method, request, answer):
        """Assert that the reply is one that may be."""
        try:
            check_gate(answer) if route == GATE else check_page(method, answer)
        except AssertionError as problem:
            raise AssertionError(f'{request}: {problem}: {answer}') from problem
        if answer.status == 200 or answer.headers.get('Location', LOGIN) != LOGIN:
            self.accepted.add((method, route))

    def never_accepted(self):
        """The forms that no request has filled in as the program requires."""
        return {route for route in self.forms if ('POST', route) not in self.accepted}

    def route_of(self, path):
        # a route of its own first
        for method, route in sorted(self.routes, key=lambda one: len(re.findall('[#:]', one[1]))):
            if method == 'POST' and re.fullmatch(re.sub('[#:][a-z]+', '[^/]+', route), path):
                return route
        raise AssertionError(f'no route for a form: {path}')


# ---- generating requests -------------------------------------------------------------------------

def mostly(times, usual, *others):
    """`usual` this many times as often as each other strategy. one_of() counts a repeated strategy once."""
    return st.sampled_from([usual] * times + [*others]).flatmap(lambda chosen: chosen)


@st.composite
def cookies_of(draw, who):
    """A header Cookie, or None."""
    right = f'{who}COOKIE'
    return draw(mostly(8, st.just(right), st.sampled_from([
        None, '', f'{right}; {right}', f'{right}x', f'a=1; {right}; b="x; y"', f'{who}GATE', f'{who}GATE; {right}',
        f'{who}GATE; {who}GATE', right.lower(), f';;={right}', 'a' * 7000, f'x={EVIL}', '\xff=\xff']),
        st.text('abc019=;, "_-', max_size=80)))


def usual_value_of(name, default, who):
    values = VALUES.get(name, [default])
    return st.sampled_from([value.replace('CSRF', f'{who}CSRF') for value in values])


def value_of(name, default, who):
    unusual = st.sampled_from(UNUSUAL)
    return mostly(5, usual_value_of(name, default, who),
                  st.just(default), unusual, st.text(max_size=60))


@st.composite
def right_fields_of(draw, form, who):
    """[(name, value)] of a form that is filled in completely."""
    fields = [(name, draw(usual_value_of(name, default, who)))
              for name, default in form.values.items()]
    return fields + [(name, '1')
                     for name, required in form.boxes.items() if required or draw(st.booleans())]


@st.composite
def nearly_right_fields_of(draw, form, who):
    """[(name, value)] of a form, mostly all of it."""
    fields = []
    for name, default in form.values.items():
        if draw(st.integers(0, 14)):
            fields.append((name, draw(value_of(name, default, who))))
        if draw(st.integers(0, 29)) == 0:
            fields.append((name, draw(st.sampled_from(UNUSUAL))))
    fields += [(name, '1') for name in form.boxes if draw(st.booleans())]
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
    fields = draw(st.one_of(right_fields_of(form, who), nearly_right_fields_of(form, who)))
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
    token = draw(st.sampled_from(sorted(TOKENS.values())))
    pairs = [(name, draw(value_of(name, token if name == 'token' else '', 'GUEST')))
             for name in draw(st.lists(st.sampled_from(QUERIES), max_size=6))]
    raw = draw(st.sampled_from(['', '', '', '%', '%00', '&=', 'a=b']))
    query = urlencoded([(name, value[:2000]) for name, value in pairs]).decode() + raw
    return f'?{query}' if query else ''


@st.composite
def page_requests(draw, pages, files):
    """(path of the route, method, path, headers, body) with placeholders."""
    method, route = draw(st.sampled_from([*pages.routes, ('GET', GATE)]))
    owner = 'ADMIN' if route.startswith(f'{MOUNT}/admin/') else 'MEMBER'
    who = draw(st.sampled_from([*PEOPLE, *[owner] * 4]))
    segment = mostly(3, st.just(segment_of(route)), SEGMENT)
    path = re.sub('[#:][a-z]+', lambda _found: draw(segment), route)
    headers, body = {}, None
    if method == 'POST':
        form = pages.forms[f'{ACT.removesuffix(":act")}delete' if route == ACT else route]
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
