"""Fuzz a complete running Fitgate over HTTP: python3 -m tests.fuzz.http_requests BUILD DIRECTORY REQUESTS [SEED].

The requests are generated from the description of the API (cgi/openapi.json), in all dialects, and from the forms of
the pages (page_requests.py): valid, nearly valid and malformed ones. Requirements: every reply of the API is in the
description of its dialect, every page is one that page_requests.py accepts, no cache may keep what is about an account,
no process dies, and memory does not grow. A request that violates them is minimized and printed. Among 10,000 requests,
each form of the pages has to be accepted once: otherwise the fuzzer would not reach what is behind its checks.
"""

import contextlib
import http.client
import json
import random
import re
import sys
import time
import uuid
from collections import Counter
from pathlib import Path
from urllib.parse import quote_plus

from hypothesis import HealthCheck, Phase, Verbosity, given, seed, settings
from hypothesis import strategies as st
from requests.structures import CaseInsensitiveDict

from tests.fuzz import page_people, page_requests
from tests.harness.stack import Stack
from tests.harness.tree import SERVICES
from tests.harness import openapi, pictures
from tests.harness.answers import Answer
from tests.harness.sql import Sql
from tests.harness.people import insert_user, insert_workout, now, unique, user_row
from tests.harness.tokens import Minter, sha256_hex

BATCH = 25  # requests with one account
ENOUGH = 10000  # requests, for each form to be accepted once
GROWTH_MIB = 4  # growth allowed for a process after the warm-up
PREFIXES = ('', '', '', '/v0.6', '/v0.2')  # only 0.7 has a description
# Placeholders for the values of the account that makes a request; Site.person() returns the values.
TOKENS = {'/api/auth/account/confirm': 'CONFIRMATION', '/api/auth/email/update': 'NEW_ADDRESS',
          '/api/auth/password/update': 'RESET'}
SEGMENTS = {'user_name': 'USERNAME', 'sport_id': '1', 'file_name': 'ARCHIVE'}
INVITATION = f'{page_requests.MOUNT}/admin/invitation'
METADATA = '/.well-known/oauth-authorization-server'
UNUSUAL = ['', ' ', '\0', '\ud800', 'a' * 300, 'a' * 70000, 'é', '日本', '\r\nX: y', "'", '"', '%s%n',
           '../../etc/passwd', '<b>', '1e400', 'null', '-1', '2147483648', 'NaN']

DESCRIPTION = openapi.Description.read()


# ---- generating requests -------------------------------------------------------------------------

def anything():
    scalars = st.one_of(
        st.none(), st.booleans(), st.integers(-2**70, 2**70), st.floats(), st.text(max_size=40),
        st.sampled_from(UNUSUAL))
    return st.recursive(scalars, lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=8), inner, max_size=3)),
        max_leaves=6)


def value_of(name):
    """Values for a member of this name: often valid, sometimes arbitrary."""
    right = {
        'email': st.one_of(st.emails(), st.sampled_from(['EMAIL', 'other@example.org'])),
        'password': st.sampled_from(['PASSWORD', 'another long password', 'short', 'x' * 511]),
        'new_password': st.sampled_from(['PASSWORD', 'another long password', 'short']),
        'password_conf': st.sampled_from(['PASSWORD', 'another long password']),
        'username': st.from_regex(r'[a-zA-Z0-9_]{2,31}', fullmatch=True),
        'language': st.sampled_from(['en', 'fr', 'xx']),
        'birth_date': st.one_of(st.dates().map(str), st.sampled_from(['', '1980-1-1', '2001-02-30'])),
        'sport_id': st.one_of(st.integers(0, 20), st.sampled_from(['1', 1.0, 'abc'])),
        'color': st.sampled_from(['#fff', '#AABBCC', '#ggg', '', 'red']),
        'stopped_speed_threshold': st.one_of(st.floats(), st.integers(-2, 5)),
        'token': st.text('ABCabc012-_.', min_size=1, max_size=60),
        'timezone': st.sampled_from(['Europe/Paris', 'x' * 51]),
        'date_format': st.sampled_from(['MM/dd/yyyy', 'date_string']),
    }.get(name, st.one_of(st.booleans(), st.text(max_size=90)))
    return page_requests.mostly(3, right, anything())


def is_form(operation):
    return page_requests.FORM in str(operation.get('requestBody', ''))


def members_of(operation):
    """The names of the members that the body of an operation may have."""
    content = DESCRIPTION.resolve(operation.get('requestBody', {})).get('content', {})
    kind = page_requests.FORM if is_form(operation) else 'application/json'
    schema = DESCRIPTION.expand(content.get(kind, {}).get('schema', {}))
    return sorted(with_older(name for part in [schema, *schema.get('allOf', [])]
                             for name in part.get('properties', {})))


def with_older(names):
    """Add the confirmation of a password, which 0.2 requires and later dialects ignore."""
    names = set(names)
    return names | {'password_conf'} if 'password' in names else names


def right_body(template, operation):
    """The example in the description, with the values of the account that makes the request."""
    content = DESCRIPTION.resolve(operation.get('requestBody', {})).get('content', {})
    example = content.get('application/json', {}).get('example', {})
    true = {'email': st.just('EMAIL'), 'password': st.just('PASSWORD'),
            'username': st.from_regex(r'[a-zA-Z0-9_]{12,30}', fullmatch=True),
            'token': st.just(TOKENS.get(template, 'x'))}
    if template.endswith('/register'):
        true['email'] = st.from_regex(r'[a-z0-9]{12,30}@example\.org', fullmatch=True)
    true['password_conf'] = true['password']
    return st.fixed_dictionaries({name: true.get(name, st.just(example.get(name)))
                                  for name in sorted(with_older(example))})


def nearly_right_body(template, operation):
    """A valid body with one member missing or replaced."""
    @st.composite
    def body(draw):
        value = draw(right_body(template, operation))
        if value:
            name = draw(st.sampled_from(sorted(value)))
            value[name] = draw(value_of(name))
            if draw(st.integers(0, 3)) == 0:
                del value[name]
        return value
    return body()


def text_of(value):
    """JSON as a careless client prints it, with NaN and invalid Unicode."""
    return json.dumps(value).encode('utf-8', 'surrogatepass')


def json_body(template, operation):
    names = members_of(operation)
    right = right_body(template, operation)
    usual = st.fixed_dictionaries({name: value_of(name) for name in names})
    partly = st.fixed_dictionaries({}, optional={name: value_of(name)
                                   for name in [*names, 'other']})
    broken = st.binary(max_size=60)
    cut = usual.map(text_of).flatmap(
        lambda text: st.integers(0, len(text)).map(lambda length: text[:length]))
    return st.one_of(*[each.map(text_of) for each in (
        right, right, right, nearly_right_body(template, operation),
        nearly_right_body(template, operation), usual, partly, anything())], cut, broken)


PICTURES = [pictures.png(), pictures.jpeg(), pictures.gif(), b'', b'not a picture']


@st.composite
def form_body(draw):
    """(content type, body) of an upload."""
    octets = bytearray(draw(st.sampled_from(PICTURES)))
    for _ in range(draw(st.integers(0, 2))):
        if octets:
            octets[draw(st.integers(0, len(octets) - 1))] = draw(st.integers(0, 255))
    name = draw(st.sampled_from(['a.png', 'a.jpg', 'a.gif', 'a', '.png', '../a.png', 'é.png', '',
                                 'x' * 300 + '.png', 'a\\b.gif']))
    field = draw(st.sampled_from(['file', 'file', 'file', 'other']))
    boundary = draw(st.sampled_from(['b', 'x' * 70, '----WebKitFormBoundary7MA4YWxk']))
    head = (f'--{boundary}\r\nContent-Disposition: form-data; name="{field}"; filename="{name}"\r\n'
            '\r\n').encode()
    body = head + bytes(octets) + f'\r\n--{boundary}--\r\n'.encode()
    if draw(st.integers(0, 9)) == 0:
        body = body[:draw(st.integers(0, len(body)))]
    return f'multipart/form-data; boundary={boundary}', body


AUTHORIZATION = st.one_of(
    st.just('Bearer TOKEN'), st.just('Bearer TOKEN'), st.just('Bearer ADMINISTRATOR'), st.none(),
    st.sampled_from(['Bearer', 'Bearer ', 'bearer TOKEN', 'Basic TOKEN', 'Bearer TOKENx',
                     'Bearer a.b.c', 'Bearer TOKEN TOKEN', 'Bearer fgpt_x', 'Bearer ' + 'x' * 3000]),
    st.text('abcXYZ019.-_ ,', max_size=60))

SEGMENT = st.one_of(
    st.sampled_from(['USERNAME', '1', '0', '99', '9' * 30, 'request', 'archive.zip', '%2F', '..',
                     '%00', '%C3%A9', '*']),
    st.text('abc019_.-~', min_size=1, max_size=20))


def query_of(draw, operation):
    """The query string of an operation that has parameters in it."""
    names = [one['name'] for one in map(DESCRIPTION.resolve, operation.get('parameters', []))
             if one['in'] == 'query']
    pairs = [f'{name}={draw(QUERY_VALUE)}' for name in names if draw(st.booleans())]
    return f'?{"&".join(pairs)}' if pairs else ''


QUERY_VALUE = st.one_of(
    st.sampled_from(['1', '2', '50', '-1', '2147483648', 'asc', 'desc', 'username', 'created_at',
                     'workouts_count', 'admin', 'is_active', 'USERNAME', '%25', '%00', '%', '+', '']),
    st.text('abc019_.-~', max_size=20))


@st.composite
def requests(draw):
    """(path in the description, method, path, headers, body) with placeholders such as USERNAME and TOKEN."""
    method, template, operation = draw(st.sampled_from(list(DESCRIPTION.operations())))
    if draw(st.integers(0, 19)) == 0:
        method = draw(st.sampled_from(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']))
    path = re.sub('{([^}]+)}', lambda found: draw(st.one_of(st.just(SEGMENTS.get(found[1], '1')), SEGMENT)),
                  template)
    if draw(st.integers(0, 29)) == 0:
        path += draw(st.sampled_from(['/', '?a=b', '/x', '%20', '//']))
    query = query_of(draw, operation)
    headers = {}
    if method in openapi.OVERRIDES and draw(st.integers(0, 4)) == 0:
        if draw(st.booleans()):
            headers['X-HTTP-Method-Override'] = method
        else:
            path += f'/{method.lower()}'
        method = 'POST'
    authorization = draw(AUTHORIZATION)
    if authorization is not None:
        headers['Authorization'] = authorization
    if draw(st.integers(0, 9)) == 0:
        headers['User-Agent'] = draw(st.text(st.characters(min_codepoint=32, max_codepoint=126),
                                             max_size=80))
    if is_form(operation) and draw(st.integers(0, 9)):
        names = draw(st.lists(st.sampled_from(members_of(operation)), unique=True))
        form = page_requests.Form(dict.fromkeys(names, ''), {}, False)
        headers['Content-Type'], body = draw(page_requests.bodies(form, 'MEMBER', PICTURES))
    elif 'multipart/form-data' in str(operation.get('requestBody', '')) and draw(st.integers(0, 9)):
        headers['Content-Type'], body = draw(form_body())
    else:
        body = draw(json_body(template, operation)) if method not in ('GET', 'HEAD') else None
        headers['Content-Type'] = draw(st.sampled_from(
            ['application/json'] * 9 + ['application/problem+json', 'text/plain', '', 'application/json;']))
    return template, method, draw(st.sampled_from(PREFIXES)) + path + query, headers, body


# ---- sending requests ----------------------------------------------------------------------------

class Site:
    """The stack, and the results of the requests."""

    def __init__(self, stack):
        self.stack = stack
        self.sql = Sql(stack.database.socket, stack.database.user, stack.database.password,
                       stack.database.name)
        self.minter = Minter((stack.directory / 'app_secret_key').read_text().strip())
        self.connection = None
        self.sent = 0
        self.statuses = Counter()
        self.outcomes = {}  # {(path in the description, method): Counter of statuses}
        self.pages = page_requests.Pages(stack, self.sql)
        self.members = {(template, name) for _method, template, operation in DESCRIPTION.operations()
                        for name in members_of(operation)}  # members that were not sent yet

    def person(self):
        """Create an account with all kinds of data, independent of the previous one, a second account that
        waits for its confirmation, and an administrator. Returns the values of the placeholders."""
        words = {word: uuid.uuid4().hex for word in ('CONFIRMATION', 'NEW_ADDRESS')}
        account = insert_user(self.sql, email_to_confirm=f'{unique()}@example.org',
                              confirmation_token=sha256_hex(words['NEW_ADDRESS']))
        insert_user(self.sql, active=False, confirmation_token=sha256_hex(words['CONFIRMATION']))
        administrator = insert_user(self.sql, admin=1)
        insert_workout(self.sql, account.id)
        page_people.add_picture(self.stack, self.sql, account)
        page_people.add_file(self.stack, account, 'exports', 'archive.zip', b'x' * 1000)
        self.sql.insert('users_data_export', user_id=account.id, created_at=now(), completed=1,
                        file_name='archive.zip', file_size=1000)
        return {**words, **page_people.values_of(self.stack, self.sql, account, administrator),
                'USERNAME': account.username, 'EMAIL': account.email,
                'PASSWORD': account.password, 'TOKEN': self.minter.token(account.id),
                'ADMINISTRATOR': self.minter.token(administrator.id),
                'RESET': self.minter.reset_token(
                    account.id, user_row(self.sql, account)['password'], account.email),
                'ARCHIVE': 'archive.zip'}

    def ask(self, method, path, headers, body):
        """Send a request and return the reply. Reuses the connection as long as the server keeps it open."""
        for attempt in (1, 2):
            if self.connection is None:
                self.connection = http.client.HTTPConnection(
                    '127.0.0.1', self.stack.port, timeout=60)
            try:
                self.connection.request(method, path, body, headers)
                response = self.connection.getresponse()
                return Answer(response.status, CaseInsensitiveDict(response.getheaders()),
                              response.read())
            except (http.client.HTTPException, OSError):
                self.connection.close()
                self.connection = None
                if attempt == 2:
                    raise
        return None

    def state_for(self, template):
        """The state of the site in which a request to a path can succeed."""
        if template == INVITATION:
            return page_people.no_administrator(self.sql)
        return contextlib.nullcontext()

    def check(self, person, request):
        template, method, path, headers, body = request
        for word, text in person.items():
            path = path.replace(word, quote_plus(text))
            headers = {name: value.replace(word, text) for name, value in headers.items()}
            typed = quote_plus(text) if page_requests.FORM in headers.get(
                'Content-Type', '') else text
            body = body and body.replace(word.encode(), typed.encode())
        with self.state_for(template):
            answer = self.ask(method, path, headers, body)
        self.sent += 1
        self.statuses[answer.status] += 1
        self.outcomes.setdefault((template, method), Counter())[answer.status] += 1
        self.members -= {one for one in self.members
                         if one[0] == template and body and
                         (f'"{one[1]}": '.encode() in body or f'{one[1]}='.encode() in body)}
        assert answer.status < 500, f'{request}: {answer.body}'
        if self.pages.has(template):
            self.pages.check(template, method, request, answer)
            return
        assert keeps_caches_away(method, path, answer), f'{request}: {answer.headers}'
        problems = [problem_of(*meant, answer) for meant in meanings(method, path, headers)]
        assert None in problems, f'{request}: {answer.body}: {problems}'

    def print_outcomes(self):
        print(f'  {"":52}{"2xx":>8}{"303":>8}{"400":>8}{"401":>8}{"404":>8}{"others":>8}')
        for (template, method), counts in sorted(self.outcomes.items()):
            good = sum(number for status, number in counts.items() if status < 300)
            known = [counts[status] for status in (303, 400, 401, 404)]
            columns = [good, *known, sum(counts.values()) - good - sum(known)]
            print(f'  {method + " " + template:52}{"".join(f"{number:8}" for number in columns)}')

    # ---- processes ---------------------------------------------------------

    def processes(self):
        return {pid: name for name in SERVICES for pid in self.stack.program_pids(name)}

    def memory(self):
        """{pid: MiB resident}"""
        found = {}
        for pid in self.processes():
            status = Path(f'/proc/{pid}/status').read_text()
            found[pid] = int(re.search(r'^VmRSS:\s*(\d+)', status, re.MULTILINE)[1]) / 1024
        return found


def meanings(method, path, headers):
    """(method, path) that a request can stand for: as sent, and with the method that it overrides."""
    yield method, path
    if path.startswith(f'{METADATA}/'):  # a path in UI_URL may follow
        yield method, METADATA
    for other in openapi.OVERRIDES if method == 'POST' else ():
        if path.endswith(f'/{other.lower()}'):
            yield other, path.removesuffix(f'/{other.lower()}').rstrip('/')  # nginx merges slashes
        if headers.get('X-HTTP-Method-Override') == other:
            yield other, path


def problem_of(method, path, answer):
    """How the answer differs from the description, or None."""
    try:
        openapi.check_http(method, path, answer)
    except AssertionError as problem:
        return str(problem)
    return None


def keeps_caches_away(method, path, answer):
    """Whether no cache keeps an answer that it must not keep: every one in JSON, except for the description,
    and archives. Pictures have validators."""
    if method == 'OPTIONS' or answer.status in (204, 304) or path.partition('?')[0].endswith(
            '/api/openapi.json') or path.startswith(METADATA):
        return True
    if is_file(answer) and answer.headers.get('Content-Type', '').startswith('image/'):
        return 'ETag' in answer.headers
    return 'no-store' in answer.headers.get('Cache-Control', '')


def is_file(answer):
    """A picture or an archive."""
    return answer.status in (200, 206, 304) and re.match(
        'image/|application/(zip|octet-stream)', answer.headers.get('Content-Type', 'image/'))


def fuzz(site, count, number):
    """Send `count` requests in batches."""
    @seed(number)
    @settings(max_examples=count // BATCH, deadline=None, database=None, verbosity=Verbosity.quiet,
              phases=[Phase.generate, Phase.shrink], suppress_health_check=list(HealthCheck))
    @given(st.lists(st.one_of(requests(), page_requests.page_requests(site.pages, PICTURES)),
                    min_size=BATCH, max_size=BATCH))
    def run(batch):
        person = site.person()
        for request in batch:
            site.check(person, request)
    run()


def main(build, directory, count, number):
    started = time.monotonic()
    with contextlib.ExitStack() as exits:
        stack = exits.enter_context(Stack(
            directory, build, settings={'PASSWORD_HASH': '$2b$4', 'UI_URL': 'https://fitgate.example'}, worker=False))
        site = Site(stack)
        before = site.processes()
        fuzz(site, max(count // 10, BATCH), number)  # warm up every process
        early = site.memory()
        fuzz(site, count - site.sent, number + 1)
        late = site.memory()
        died = set(before) - set(site.processes())
        grown = {before[pid]: late[pid] - early[pid] for pid in late if pid in early}
    took = time.monotonic() - started
    print(f'{site.sent} requests in {took:.0f} s, seed {number}: '
          f'{dict(sorted(site.statuses.items()))}')
    site.print_outcomes()
    print('grown by (MiB):', {name: round(size, 2) for name, size in grown.items()})
    if site.members and count > len(DESCRIPTION.document['paths']) * 100:
        sys.exit(f'members that were never sent: {site.members}')
    if site.pages.never_accepted() and count >= ENOUGH:
        sys.exit(f'forms that were never accepted: {sorted(site.pages.never_accepted())}')
    if died:
        sys.exit(f'processes died: {[before[pid] for pid in died]}')
    if max(grown.values()) > GROWTH_MIB:
        sys.exit('memory grows')


if __name__ == '__main__':
    main(Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve(), int(sys.argv[3]),
         int(sys.argv[4]) if len(sys.argv) > 4 else random.randrange(2**32))
