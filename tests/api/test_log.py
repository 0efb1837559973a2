"""The log: one line per request, one error line per failure, and the effect of LOG_LEVEL."""

import json
import resource

import pytest

from tests.api.support import valgrind
from tests.api.support.client import Api
from tests.api.support.configuration import BUILD, SETTINGS
from tests.api.support.programs import parse_cgi
from tests.api.support.scoped import oauth2_token, personal_token
from tests.harness.answers import ERR500, exact
from tests.harness.log import entries
from tests.harness.people import insert_user, unique, user_row
from tests.harness.pictures import form, part, png
from tests.harness.sql import connect, root_sql
from tests.harness.tokens import read, sha256_hex
from tests.harness.tree import SERVICES

PROFILE = '/api/auth/profile'
PERSONAL_DATA = dict.fromkeys(('first_name', 'last_name', 'location', 'bio', 'birth_date'))
PREFERENCES = {'language': 'en', 'date_format': 'yyyy-MM-dd', 'timezone': 'UTC',
               **dict.fromkeys(('display_ascent', 'imperial_units', 'start_elevation_at_zero',
                                'use_raw_gpx_speed', 'weekm'), True)}
TABLES = ('users', 'sports', 'users_sports_preferences', 'workouts', 'records',
          'blacklisted_tokens', 'users_data_export', 'app_config', 'oauth2_token',
          'personal_tokens', 'jobs', 'registration_gate', 'user_totals', 'throttle')
LIMITS = {f'THROTTLE_{what}_{whose}': '1000000' for what in ('LOGIN', 'MAIL')
          for whose in ('ACCOUNT', 'ADDRESS')}


def requests_of(sql, minter):
    """{name: (method, path, further arguments of Api.request())}: requests that reach the end of
    each route."""
    account, leaving, forgetful = (insert_user(sql) for _ in range(3))
    confirming = unique('token')
    insert_user(sql, active=False, confirmation_token=sha256_hex(confirming))
    token = minter.token(account.id)
    upload, headers = form(part('file', png(), 'a.png'))
    new = unique()
    changed = {'email': f'{unique()}@example.org', 'password': account.password}
    return {
        'register': ('POST', '/api/auth/register', {'json': {
            'username': new, 'email': f'{new}@example.org', 'password': 'long enough',
            'accepted_policy': True}}),
        'confirm': ('POST', '/api/auth/account/confirm', {'json': {'token': confirming}}),
        'resend': ('POST', '/api/auth/account/resend-confirmation', {
            'json': {'email': account.email}}),
        'login': ('POST', '/api/auth/login', {'json': account.credentials}),
        'failed login': ('POST', '/api/auth/login', {
            'json': {**account.credentials, 'password': 'wrong'}}),
        'logout': ('POST', '/api/auth/logout', {'token': minter.token(leaving.id)}),
        'reset request': ('POST', '/api/auth/password/reset-request', {
            'json': {'email': account.email}}),
        'reset': ('POST', '/api/auth/password/update', {'json': {
            'password': 'another one', 'token': minter.reset_token(
                forgetful.id, user_row(sql, forgetful)['password'], forgetful.email)}}),
        'new address': ('POST', '/api/auth/email/update', {'json': {'token': confirming}}),
        'profile': ('GET', PROFILE, {'token': token}),
        'profile by OAuth 2.0': ('GET', PROFILE, {'token': oauth2_token(sql, account.id).text}),
        'profile by personal token': ('GET', PROFILE, {
            'token': personal_token(sql, account.id).text}),
        'edit': ('POST', PROFILE + '/edit', {'token': token, 'json': PERSONAL_DATA}),
        'account': ('PATCH', PROFILE + '/edit/account', {'token': token, 'json': changed}),
        'preferences': ('POST', PROFILE + '/edit/preferences', {
            'token': token, 'json': PREFERENCES}),
        'sport': ('POST', PROFILE + '/edit/sports', {
            'token': token, 'json': {'sport_id': 1, 'is_active': False}}),
        'sport reset': ('DELETE', PROFILE + '/reset/sports/1', {'token': token}),
        'policy': ('POST', '/api/auth/account/privacy-policy', {
            'token': token, 'json': {'accepted_policy': True}}),
        'upload': ('POST', '/api/auth/picture', {'token': token, 'data': upload, 'headers': headers}),
        'picture removal': ('DELETE', '/api/auth/picture', {'token': token}),
        'picture': ('GET', f'/api/users/{account.username}/picture', {}),
        'export': ('GET', '/api/auth/account/export', {'token': token}),
        'export request': ('POST', '/api/auth/account/export/request', {'token': token}),
        'archive': ('GET', '/api/auth/account/export/x.zip', {'token': token}),
        'config': ('GET', '/api/config', {}),
        'sports': ('GET', '/api/sports', {'token': token}),
        'unknown': ('GET', '/api/nothing', {}),
    }


@pytest.fixture
def requests(db, minter):
    return requests_of(db, minter)


@pytest.fixture(scope='module')
def breakable(make_stack):
    """A separate stack whose tables are removed."""
    stack = make_stack('breakable', settings={**SETTINGS, **LIMITS}, worker=False)
    with connect(stack) as sql:
        sql.run('UPDATE app_config SET max_users = 1000000')
    return stack


def assert_failures_are_logged_once(answer, log):
    """Assert that a 500 has one error line with its id, and that other answers have none."""
    errors = [entry for entry in log if entry['level'] == 'error' and
              entry.get('request') == answer.headers['X-Request-Id']]
    if answer.status < 500:
        assert errors == []
        return
    assert len(errors) == 1, errors
    assert 'not logged' not in errors[0]['message'] and len(errors[0]['message']) > 10


def ask_all(programs, requests, settings=None):
    """Send every request; returns the names of those that failed."""
    failed = set()
    for name, (method, path, options) in requests.items():
        options = {**options}
        headers = options.pop('headers', {})
        answer = programs.cgi(
            method, path, settings={**LIMITS, **(settings or {})}, **options,
            parameters={name.upper().replace('-', '_'): value for name, value in headers.items()})
        assert_failures_are_logged_once(answer, entries(answer.stderr))
        if answer.status >= 500:
            failed.add(name)
    return failed


# ---- failures ----------------------------------------------------------------------------------

def test_without_a_failure_there_is_no_error_line(programs, requests):
    assert ask_all(programs, requests) == set()


@pytest.mark.parametrize('table', TABLES)
def test_a_request_that_misses_a_table_has_one_error_line(breakable, transcript, minter, table):
    api = Api(breakable, transcript)
    failed, asked = set(), []
    with connect(breakable) as sql, root_sql(breakable, breakable.database.name) as root:
        requests = requests_of(sql, minter)
        root.run(f'RENAME TABLE {table} TO gone')
        try:
            for name, (method, path, options) in requests.items():
                answer = api.request(method, path, **options)
                asked.append(answer)
                failed |= {name} if answer.status >= 500 else set()
        finally:
            root.run(f'RENAME TABLE gone TO {table}')
    log = [entry for name in SERVICES for entry in entries(breakable.log_text(name))]
    for answer in asked:
        assert_failures_are_logged_once(answer, log)
    assert failed or table in ('workouts', 'records')
    assert 'unknown' not in failed


def test_a_request_without_a_database_has_one_error_line(programs, requests):
    failed = ask_all(programs, requests, {'DATABASE_URL': 'mysql://u:p@127.0.0.1:1/none'})
    assert failed == requests.keys() - {'unknown'}


def test_a_request_without_an_upload_directory_has_one_error_line(programs, requests):
    assert ask_all(programs, requests, {'UPLOAD_FOLDER': '/nonexistent'}) == {'upload'}


@pytest.mark.parametrize('settings', [
    {'DATABASE_URL': ''}, {'APP_SECRET_KEY': ''}, {'LOG_LEVEL': 'all'}], ids=str)
def test_a_request_to_a_program_with_an_invalid_setting_has_one_error_line(programs, settings):
    answer = programs.cgi('GET', '/api/ping', settings=settings)
    exact(answer, ERR500)
    assert_failures_are_logged_once(answer, entries(answer.stderr))
    assert next(iter(settings)) in entries(answer.stderr, level='error')[0]['message']


@pytest.mark.skipif(BUILD.name != 'release' or valgrind.ON, reason='sanitizers need the memory')
def test_a_request_without_memory_has_one_error_line(programs, requests):
    """The limit grows by a quarter of a megabyte each time, so allocations fail at ever later moments."""
    method, path, options = requests['edit']
    body = json.dumps({**options['json'], 'bio': 'x' * 200, 'first_name': 'y' * 900_000}).encode()
    short = 0
    for quarters in range(32, 400):
        limit = quarters << 18
        process = programs.start_cgi(
            method, path, token=options['token'],
            parameters={'CONTENT_TYPE': 'application/json', 'CONTENT_LENGTH': str(len(body))},
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (limit, limit)))
        output, log = process.communicate(body, timeout=60)
        if not output:
            continue  # the program could not be loaded, or the request not be read
        answer = parse_cgi(output)
        answer.stderr = log.decode()
        assert_failures_are_logged_once(answer, entries(answer.stderr))
        short += 'out of memory' in answer.stderr
        if answer.status == 400:
            break
    assert short > 0 and answer.status == 400


# ---- LOG_LEVEL ---------------------------------------------------------------------------------

def log_of(programs, requests, level, name='profile'):
    method, path, options = requests[name]
    answer = programs.cgi(method, path, settings={'LOG_LEVEL': level}, **options)
    assert answer.status == 200
    return answer, entries(answer.stderr)


def test_at_debug_the_log_shows_dialect_route_and_queries_with_times(programs, requests):
    answer, lines = log_of(programs, requests, 'debug')
    assert all(line['request'] == answer.headers['X-Request-Id'] for line in lines)
    debug = [line for line in lines if line['level'] == 'debug']
    route, = [line for line in debug if 'dialect' in line]
    assert (route['dialect'], route['method'], route['route']) == ('0.7', 'GET', PROFILE)
    queries = [line for line in debug if 'query' in line]
    assert any('users AS u' in line['query'] for line in queries)
    assert all(0 <= float(line['ms']) < 60_000 for line in queries)


@pytest.mark.parametrize('name', ['login', 'register', 'account', 'reset', 'confirm'])
def test_no_log_level_shows_data_of_clients(programs, requests, name):
    answer, lines = log_of(programs, requests, 'debug', name)
    _method, _path, options = requests[name]
    assert len(lines) > 2
    for value in (*options['json'].values(), options.get('token')):
        assert not isinstance(value, str) or value == 'true' or value not in answer.stderr


def test_after_the_check_of_the_token_each_line_names_the_user(programs, requests):
    _answer, lines = log_of(programs, requests, 'info')
    entry, = lines
    assert entry['user'] == str(read(requests['profile'][2]['token'])[1]['sub'])


@pytest.mark.parametrize(('level', 'count'), [('info', 1), ('warning', 0), ('error', 0)])
def test_a_successful_request_is_one_line_at_info_and_above(programs, requests, level, count):
    _answer, lines = log_of(programs, requests, level)
    assert len(lines) == count


def test_failures_are_logged_at_every_level(programs, requests):
    method, path, options = requests['profile']
    answer = programs.cgi(method, path, **options, settings={
        'DATABASE_URL': 'mysql://u:p@127.0.0.1:1/none', 'LOG_LEVEL': 'error'})
    exact(answer, ERR500)
    assert len(entries(answer.stderr)) == 1


def test_a_request_cannot_add_a_field_to_its_log_line(programs):
    answer = programs.cgi('GET', '/api/x" status=200 user=1 client=192.0.2.1',
                          parameters={'REMOTE_ADDR': '192.0.2.7'})
    entry, = entries(answer.stderr)
    assert (entry['status'], entry['client']) == ('404', '192.0.2.7')
    assert 'user' not in entry
