"""The three dialects compared (dialects §2): the paths of each, the shared accounts and tokens, the
whole life of an account in each, and nginx's own answers in each."""

import pytest

from tests.harness.answers import (BAD_RESET_TOKEN, EMAIL_UPDATED, NOURL, PASSWORD_UPDATED, PONG, REGISTERED,
                                   RESET_REQUESTED, exact, is_json, is_sensible)
from tests.api.support.client import Api
from tests.api.support.dialects import ALL, BOTH, DIALECTS
from tests.harness.log import parse_line
from tests.harness.people import PASSWORD, differences, unique
from tests.api.support.profile import PROFILE_OF
from tests.api.support.waiting import until
from tests.api.support.network import ApiFrom

LOGIN = '/api/auth/login'
LOGOUT = '/api/auth/logout'
PROFILE = '/api/auth/profile'
EDIT = '/api/auth/profile/edit'
ACCOUNT = '/api/auth/profile/edit/account'
REGISTER = '/api/auth/register'
NEW_PASSWORD = 'another long password'
METHODS = ('GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'FOO')
MIB = 1024 * 1024

# path: the Allow header in 0.7, 0.6 and 0.2; None: the path does not exist
GET, POST, NONE = 'GET, HEAD, OPTIONS', 'POST, OPTIONS', None
CHANGED = 'GET, HEAD, PATCH, OPTIONS'
MATRIX = {
    '/api/auth/register': (POST, POST, POST),
    '/api/auth/login': (POST, POST, POST),
    '/api/auth/logout': (POST, NONE, GET),
    '/api/auth/profile': (GET, GET, GET),
    '/api/auth/profile/edit': (POST, POST, POST),
    '/api/auth/profile/edit/account': ('PATCH, OPTIONS', 'PATCH, OPTIONS', NONE),
    '/api/auth/profile/edit/preferences': (POST, POST, NONE),
    '/api/auth/profile/edit/sports': (POST, POST, NONE),
    '/api/auth/profile/reset/sports/1': ('DELETE, OPTIONS', 'DELETE, OPTIONS', NONE),
    '/api/auth/picture': 3 * ('POST, DELETE, OPTIONS',),
    '/api/auth/password/reset-request': (POST, POST, NONE),
    '/api/auth/password/update': (POST, POST, NONE),
    '/api/auth/email/update': (POST, POST, NONE),
    '/api/auth/account/confirm': (POST, POST, NONE),
    '/api/auth/account/resend-confirmation': (POST, POST, NONE),
    '/api/auth/account/privacy-policy': (POST, NONE, NONE),
    '/api/auth/account/export': (GET, NONE, NONE),
    '/api/auth/account/export/request': ('GET, HEAD, POST, OPTIONS', NONE, NONE),
    '/api/auth/account/export/archive_x.zip': (GET, NONE, NONE),
    '/api/config': (CHANGED, CHANGED, NONE),
    '/api/openapi.json': (GET, GET, GET),
    '/api/ping': (GET, GET, GET),
    '/api/sports': (GET, GET, GET),
    '/api/sports/1': (CHANGED, CHANGED, GET),
    '/api/users': (GET, GET, NONE),
    '/api/users/sam': (f'{CHANGED}, DELETE', f'{CHANGED}, DELETE', NONE),
    '/api/users/2000000000/picture': (GET, GET, GET),
}


def cells():
    for path, row in MATRIX.items():
        for name, allow in zip(ALL, row):
            yield pytest.param(path, DIALECTS[name], allow, id=f'{path} {name}')


def methods_of(allow):
    return set(allow.split(', '))


@pytest.fixture(params=ALL)
def dialect(request):
    return DIALECTS[request.param]


@pytest.fixture
def ask(api_in, dialect):
    """The client of the tested dialect."""
    return api_in(dialect.name)


@pytest.fixture
def get_target(api):
    """GET a target exactly as given: other clients normalize it."""
    return lambda target: api.raw(f'GET {target} HTTP/1.1\r\nHost: x\r\n'
                                  'Connection: close\r\n\r\n'.encode())


# ---- the paths -----------------------------------------------------------------------------------

@pytest.mark.parametrize(('path', 'dialect', 'allow'), cells())
def test_options_lists_what_the_dialect_offers(api_in, path, dialect, allow):
    answer = api_in(dialect.name).request('OPTIONS', path)
    if allow is None:
        exact(answer, dialect.no_url)
        assert 'Allow' not in answer.headers
    else:
        assert (answer.status, answer.body) == (200, b'')
        assert methods_of(answer.headers['Allow']) == methods_of(allow)


@pytest.mark.parametrize(('path', 'dialect', 'allow'), cells())
def test_every_other_method_is_refused(api_in, path, dialect, allow):
    client = api_in(dialect.name)
    for method in METHODS:
        if allow is not None and method in methods_of(allow):
            continue
        status, body = dialect.no_url if allow is None else dialect.not_allowed
        answer = client.request(method, path)
        if method == 'HEAD':
            assert (answer.status, answer.body) == (status, b'')
        else:
            exact(answer, (status, body))
        if allow is not None:
            assert methods_of(answer.headers['Allow']) == methods_of(allow)


@pytest.mark.parametrize(('path', 'dialect', 'allow'), cells())
def test_every_offered_method_is_answered_by_its_endpoint(api_in, path, dialect, allow):
    """Without token and body the answer is usually an error, but not that of an unknown path or method."""
    for method in methods_of(allow or 'OPTIONS') - {'OPTIONS', 'HEAD'}:
        answer = api_in(dialect.name).request(method, path)
        body = is_json(answer)
        assert answer.status in (200, 400, 401, 404) and body not in (dialect.no_url[1], NOURL[1])


@pytest.mark.parametrize('path', [
    '/api/', '/api/nothing', '/api/auth', '/api/ping/', '/api/auth/login/', '/api/Ping',
    '/api/users/a%2Fb/picture', '/api/auth/profile/edit/x'])
@pytest.mark.parametrize('method', ['GET', 'POST', 'DELETE', 'OPTIONS', 'FOO'])
def test_an_unknown_path_is_not_found(ask, dialect, path, method):
    exact(ask.request(method, path), dialect.no_url)


@pytest.mark.parametrize('path', ['/api', '/', '/nothing', '/api2/ping', '/ping', '/v0.6/v0.6/api'])
def test_a_path_outside_the_api_is_not_found(ask, path):
    exact(ask.get(path), NOURL)


@pytest.mark.parametrize('path', ['/v0.7/api/ping', '/v0.5/api/ping', '/v0.2.1/api/ping',
                                  '/v0x2/api/ping', '/v0.6api/ping', '/V0.6/api/ping',
                                  '/v0.2x/api/ping', '/v0.6/ping', '/xv0.2/api/ping'])
def test_there_are_no_other_prefixes(api, path):
    exact(api.get(path), NOURL)


@pytest.mark.parametrize('path', ['/v0.2/v0.6/api/ping', '/v0.6/v0.2/api/ping', '/x/v0.2/api/ping'])
def test_prefixes_cannot_be_combined(api, path):
    assert api.get(path).status == 404


def test_ping_is_the_same_in_each(ask):
    exact(ask.get('/api/ping'), PONG)


@pytest.mark.parametrize('headers', [{'API_DIALECT': '0.2'}, {'Api-Dialect': '0.2'},
                                     {'X-Api-Dialect': '0.2'}, {'Accept': 'application/v0.2+json'}])
@pytest.mark.parametrize('query', ['', '?API_DIALECT=0.2', '?/v0.2/', '?dialect=0.2'])
def test_nothing_else_in_the_request_chooses_the_dialect(api, api_06, headers, query):
    exact(api.get(f'/api/nothing{query}', headers=headers), NOURL)
    exact(api_06.get(PROFILE + query, headers=headers, token='x'), DIALECTS['0.6'].bad_token)


def test_a_query_string_changes_nothing(ask, dialect):
    exact(ask.get('/api/ping?x=/v0.6/api/'), PONG)
    exact(ask.post(f'{LOGIN}?email=x&password=y'), dialect.invalid)


@pytest.mark.parametrize('target', [
    '//v0.2//api//nothing', '/v0.2/api/./nothing', '/v0.2/api/../api/nothing', '/v0.2/api/x%0Ay',
    'http://elsewhere/v0.2/api/nothing'])
def test_a_prefix_in_another_spelling_selects_the_same_dialect(get_target, target):
    exact(get_target(target), DIALECTS['0.2'].no_url)


@pytest.mark.parametrize('target', ['/v0.2/api/../../api/nothing', '/v0.2/api/%2E./../api/nothing',
                                    '/x/v0.2/api/../../../api/nothing',
                                    '/api/v0.2/api/../../nothing'])
def test_a_path_that_leads_out_of_a_prefix_is_not_of_it(get_target, target):
    """So an installation without the prefix does not offer its dialect by these paths."""
    exact(get_target(target), NOURL)


@pytest.mark.parametrize('target', ['/%760.2/api/ping', '/v0%2E6/api/ping', '/v0.2/./api/ping',
                                    '/x/../v0.2/api/ping', '/v0.6/api/../../v0.2/api/ping'])
def test_an_encoded_prefix_causes_no_error(get_target, target):
    is_sensible(get_target(target), 200, 404)


def test_the_log_line_names_the_path_and_the_request(ask, stack):
    answer = ask.get('/api/ping')
    mark = f'request={answer.headers["X-Request-Id"]}'
    lines = until(lambda: [line for line in stack.log_text('config').splitlines() if mark in line],
                  'the log line')
    entry, = map(parse_line, lines)
    assert (entry['method'], entry['route'], entry['status']) == ('GET', '/api/ping', '200')


# ---- the same accounts and tokens ----------------------------------------------------------------

@pytest.fixture
def join(api_in, db, mails_for):
    """Register over HTTP, and confirm if the dialect requires it; returns (id, body, token)."""
    def make(name, **changes):
        client, body = api_in(name), DIALECTS[name].registration(**changes)
        answer = client.post(REGISTER, json=body)
        if name == '0.2':
            assert answer.status == 201, answer.body
        else:
            exact(answer, REGISTERED)
            answer = client.post('/api/auth/account/confirm',
                                 json={'token': mails_for(body['email'])[0].token})
            assert answer.status == 200, answer.body
        number = db.value('SELECT id FROM users WHERE username = %s', body['username'])
        return number, body, answer.json()['auth_token']
    return make


@pytest.fixture
def enter(api_in):
    """Log in; returns the token."""
    def log_in(name, email, password=PASSWORD):
        answer = api_in(name).post(LOGIN, json={'email': email, 'password': password})
        token = is_json(answer).get('auth_token')
        exact(answer, (200, {'auth_token': token, 'message': DIALECTS[name].logged_in,
                             'status': 'success'}))
        return token
    return log_in


@pytest.fixture
def shows(api_in, db):
    """Assert that each dialect shows its own profile of the account to this token."""
    def check(token, number):
        for name in ALL:
            exact(api_in(name).get(PROFILE, token=token),
                  (200, {'data': PROFILE_OF[name](db, number), 'status': 'success'}))
    return check


@pytest.fixture
def is_refused_everywhere(api_in):
    def check(token):
        for name, dialect in DIALECTS.items():
            dialect.refuses(api_in(name).get(PROFILE, token=token), dialect.bad_token)
    return check


@pytest.mark.parametrize('first', ALL)
def test_an_account_created_in_one_dialect_exists_in_all(join, enter, shows, first):
    number, body, token = join(first)
    shows(token, number)
    for name in ALL:
        shows(enter(name, body['email']), number)


@pytest.mark.parametrize('first', ALL)
@pytest.mark.parametrize('second', ALL)
def test_a_name_taken_in_one_is_taken_in_the_others(api_in, join, first, second):
    _number, body, _token = join(first)
    other = DIALECTS[second].registration(username=body['username'].upper())
    message = ('Sorry. That user already exists.' if second == '0.2' else
               'sorry, that username is already taken')
    exact(api_in(second).post(REGISTER, json=other), (400, {'status': 'error', 'message': message}))


@pytest.mark.parametrize('name', ['0.7', '0.2'])
def test_a_token_logged_out_in_one_is_refused_in_all(api_in, enter, is_refused_everywhere, shows,
                                                     user, name):
    token, other = enter('0.6', user.email), enter('0.6', user.email)
    dialect = DIALECTS[name]
    exact(api_in(name).request(dialect.logout_method, LOGOUT, token=token), dialect.logged_out)
    is_refused_everywhere(token)
    shows(other, user.id)


def set_password(client, dialect, token, old):
    """Set a password as a client of the dialect does it."""
    if dialect.name == '0.2':
        body = dict.fromkeys(('first_name', 'last_name', 'bio', 'birth_date', 'location',
                              'timezone'))
        return client.post(EDIT, token=token, json={
            **body, 'password': NEW_PASSWORD, 'password_conf': NEW_PASSWORD})
    return client.request('PATCH', ACCOUNT, token=token, json={
        'email': old.email, 'password': old.password, 'new_password': NEW_PASSWORD})


def test_a_password_set_in_one_is_the_password_in_all(api_in, ask, dialect, enter, shows, user,
                                                      is_refused_everywhere):
    # 0.2 sets a password only with a token that it issued
    kept, other = (enter(name, user.email) for name in (
        ('0.2', '0.7') if dialect.name == '0.2' else ('0.7', '0.2')))
    assert set_password(ask, dialect, kept, user).status == 200
    shows(kept, user.id)
    is_refused_everywhere(other)
    for name in ALL:
        shows(enter(name, user.email, NEW_PASSWORD), user.id)
        exact(api_in(name).post(LOGIN, json=user.credentials), DIALECTS[name].bad_credentials)


# ---- the whole life of an account ----------------------------------------------------------------

@pytest.mark.parametrize('name', BOTH)
def test_the_whole_life_of_an_account(api_in, db, join, enter, mails_for, name):
    """From registration to the last logout; 0.6 has no logout, so 0.7 is used for it."""
    client, show = api_in(name), PROFILE_OF[name]
    number, body, token = join(name)

    def is_answered(answer, message, status=200):
        exact(answer, (status, {'data': show(db, number), 'message': message, 'status': 'success'}))

    is_answered(client.post(EDIT, token=token, json={
        'first_name': 'Sam', 'last_name': 'Doe', 'bio': 'Runs.', 'location': 'Here',
        'birth_date': '1980-01-02'}), 'user profile updated')
    is_answered(client.post('/api/auth/profile/edit/preferences', token=token, json={
        'date_format': 'yyyy-MM-dd', 'timezone': 'Asia/Tokyo', 'language': 'fr',
        'display_ascent': False, 'imperial_units': True, 'start_elevation_at_zero': False,
        'use_raw_gpx_speed': True, 'weekm': True}), 'user preferences updated')
    exact(client.post('/api/auth/profile/edit/sports', token=token,
                      json={'sport_id': 1, 'color': '#abc'}),
          (200, {'data': {'color': '#abc', 'is_active': True, 'sport_id': 1,
                          'stopped_speed_threshold': 1, 'user_id': number},
                 'message': 'user sport preferences updated', 'status': 'success'}))
    assert client.get('/api/sports/1', token=token).json()['data']['sports'][0]['color'] == '#abc'
    assert client.request('DELETE', '/api/auth/profile/reset/sports/1', token=token).status == 204

    new_email = f'{unique()}@example.org'
    is_answered(client.request('PATCH', ACCOUNT, token=token, json={
        'email': new_email, 'password': PASSWORD, 'new_password': NEW_PASSWORD}),
        'user account updated')
    link = mails_for(new_email)[0].token
    exact(client.post('/api/auth/email/update', json={'token': link}), EMAIL_UPDATED)
    exact(client.post('/api/auth/password/reset-request', json={'email': new_email}),
          RESET_REQUESTED)
    link = mails_for(new_email, 2)[-1].token
    exact(client.post('/api/auth/password/update', json={'token': link, 'password': PASSWORD}),
          PASSWORD_UPDATED)
    exact(client.post('/api/auth/password/update', json={'token': link, 'password': PASSWORD}),
          BAD_RESET_TOKEN)
    DIALECTS[name].refuses(client.get(PROFILE, token=token), DIALECTS[name].bad_token)

    token = enter(name, new_email)
    exact(client.get(PROFILE, token=token), (200, {'data': show(db, number), 'status': 'success'}))
    exact(api_in('0.7').post(LOGOUT, token=token), DIALECTS['0.7'].logged_out)
    DIALECTS[name].refuses(client.get(PROFILE, token=token), DIALECTS[name].bad_token)


def test_the_whole_life_of_an_account_in_02(api_02, db, join, enter):
    dialect = DIALECTS['0.2']
    number, body, token = join('0.2')
    before = db.row('SELECT * FROM users WHERE id = %s', number)
    fields = {'first_name': 'Sam', 'last_name': 'Doe', 'bio': 'Runs.', 'location': 'Here',
              'birth_date': '1980-01-02', 'timezone': 'Asia/Tokyo'}
    answer = api_02.post(EDIT, token=token, json={**fields, 'weekm': True, 'password': NEW_PASSWORD,
                                                  'password_conf': NEW_PASSWORD})
    exact(answer, (200, {'data': PROFILE_OF['0.2'](db, number), 'message': 'User profile updated.',
                         'status': 'success'}))
    after = db.row('SELECT * FROM users WHERE id = %s', number)
    assert differences(before, after).keys() == {*fields, 'weekm', 'password', 'token_epoch',
                                                 'kept_token'}
    sports = api_02.get('/api/sports', token=token).json()['data']['sports']
    assert sports[0] == {'_can_be_deleted': False, 'id': 1, 'label': sports[0]['label'],
                         'img': '/img/sports/cycling-sport.png'}
    exact(api_02.get(LOGOUT, token=token), dialect.logged_out)
    dialect.refuses(api_02.get(LOGOUT, token=token), dialect.bad_token)
    exact(api_02.post(LOGIN, json={'email': body['email'], 'password': PASSWORD}),
          dialect.bad_credentials)
    token = enter('0.2', body['email'], NEW_PASSWORD)
    exact(api_02.get(PROFILE, token=token),
          (200, {'data': PROFILE_OF['0.2'](db, number), 'status': 'success'}))


# ---- nginx's own answers -------------------------------------------------------------------------

def test_two_authorization_headers_are_refused(ask, dialect):
    exact(ask.get_with_header(PROFILE, 'Authorization: Bearer a', 'Authorization: Bearer b'),
          dialect.invalid)


def test_a_header_that_is_too_long_is_refused(ask, dialect):
    exact(ask.get_with_header('/api/ping', 'X-Long: ' + 'a' * 20000), dialect.invalid)


def test_a_length_that_is_not_a_number_is_refused(ask, dialect):
    exact(ask.get_with_header('/api/ping', 'Content-Length: -1'), dialect.invalid)


@pytest.mark.parametrize('path', ['/api/ping%00', '/api/ping%zz'])
def test_a_bad_path_is_refused_with_the_message_of_its_dialect(ask, dialect, path):
    exact(ask.get_with_header(path), dialect.invalid)


def test_a_url_that_is_too_long_is_refused_with_the_message_of_its_dialect(ask, dialect):
    exact(ask.get_with_header('/api/' + 'a' * 20000), (414, dialect.invalid[1]))


def test_trace_is_refused(ask, dialect):
    answer = ask.raw(f'TRACE {dialect.prefix}/api/ping HTTP/1.1\r\nHost: x\r\n'
                     'Connection: close\r\n\r\n'.encode())
    exact(answer, dialect.not_allowed)


@pytest.mark.parametrize(('path', 'size'), [
    (LOGIN, MIB + 1), (LOGIN, 2 * MIB + 1), (REGISTER, 3 * MIB), ('/api/auth/picture', 34 * MIB),
    ('/api/nothing', 3 * MIB)])
def test_a_body_that_is_too_large_is_refused(ask, dialect, path, size):
    head = (f'POST {dialect.prefix}{path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n'
            f'Content-Length: {size}\r\nConnection: close\r\n\r\n').encode()
    exact(ask.raw(head + b' ' * min(size, 2 * MIB)), dialect.too_large)


def test_a_chunked_body_too_large_is_refused(ask, dialect):
    def pieces():
        for _ in range(40):
            yield b' ' * 65536

    answer = ask.post(LOGIN, data=pieces(), headers={'Content-Type': 'application/json'})
    exact(answer, dialect.too_large)


def test_a_stopped_service_is_a_bad_gateway(ask, dialect, stack):
    socket = stack.run / 'login.sock'
    away = socket.with_suffix('.away')
    socket.rename(away)
    try:
        answer = ask.post(LOGIN, json={'a': 1})
    finally:
        away.rename(socket)
    exact(answer, (502, dialect.failure[1]))


def test_too_many_requests_are_refused(stack_with_limits, transcript, dialect):
    client = ApiFrom(stack_with_limits, transcript, dialect.prefix)
    path = f'/api/{unique()}'
    answers = [client.get(path) for _ in range(330)]
    refused = [answer for answer in answers if answer.status == 429]
    assert refused
    for answer in refused:
        exact(answer, (429, {'status': 'error',
                             'message': 'rate limit exceeded (300 per 5 minute)'}))
        assert int(answer.headers['Retry-After']) >= 1


def test_requests_in_all_dialects_are_counted_together(stack_with_limits, transcript):
    """Otherwise a client would have three times as many attempts."""
    path = f'/api/{unique()}'
    address = ApiFrom(stack_with_limits, transcript).address
    clients = [ApiFrom(stack_with_limits, transcript, dialect.prefix, address)
               for dialect in DIALECTS.values()]
    answers = [clients[number % 3].get(path) for number in range(330)]
    assert any(answer.status == 429 for answer in answers)


@pytest.mark.parametrize('path', ['/_fitgate/invalid', '/_fitgate/failure', '/_fitgate/uploads/x',
                                  '/_fitgate/api/ping', '/v0.6/_fitgate/api/ping',
                                  '/v0.2/_fitgate/uploads/x'])
def test_the_locations_of_nginx_itself_are_not_found(api, path):
    exact(api.get(path), NOURL)
