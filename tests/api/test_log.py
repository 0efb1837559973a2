"""The log: one line per request, one error line per failure, and the effect of LOG_LEVEL."""

import ctypes
import errno
import json
import os
import re
import resource
import shutil
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext

import pytest

from tests.api.support import valgrind
from tests.api.support.configuration import BUILD, SETTINGS
from tests.api.support.programs import Programs, cgi_variables, parse_cgi
from tests.api.support.route_cases import CASES, PERSONAL_DATA, routes_of
from tests.api.support.route_rows import Rows
from tests.api.support.transcript import Transcript
from tests.harness.answers import ERR500, exact
from tests.harness.log import entries
from tests.harness.sql import connect, root_sql
from tests.harness.tokens import read
from tests.harness.tree import SOURCE

PROFILE = '/api/auth/profile'
TABLES = sorted({name for path in (SOURCE / 'sql').glob('*.sql')
                 for name in re.findall(r'^CREATE TABLE (\w+)', path.read_text(), re.MULTILINE)})
LIMITS = {f'THROTTLE_{what}_{whose}': '1000000' for what in ('LOGIN', 'MAIL')
          for whose in ('ACCOUNT', 'ADDRESS')}
# These need the database in a state in which others fail.
ALONE = ('GET /account/admin/invitation',
         'POST /account/admin/invitation',
         'POST /account/admin/jobs/retry')
LINE_SIZE = 2048  # of the log: a longer line is cut


class Site:
    """A site of this file's own: the tests take parts of it away."""

    def __init__(self, stack, sql, root, minter):
        self.stack = stack
        self.root = root
        self.rows = Rows(sql, minter, stack.upload_folder)
        self.routes = {route.name: route for route in routes_of(BUILD)}

    def route_of(self, name):
        """The route of a case."""
        return self.routes[name.partition(' | ')[0]]

    def send(self, programs, name, case, settings=None, **options):
        route = self.route_of(name)
        return programs.cgi(
            route.method, case.path or route.pattern, program=route.program, json=case.json, data=case.data,
            token=case.token, settings=settings, **options,
            parameters={'API_DIALECT': route.dialect, **case.parameters})

    def make_cases(self, names):
        """{name: the case}. One transaction is faster: each commit waits for the disk."""
        self.rows.sql.run('START TRANSACTION')
        cases = {name: CASES[name](self.rows) for name in names}
        self.rows.sql.run('COMMIT')
        return cases

    def ask_all(self, programs, names=CASES, damage=nullcontext, **options):
        """Make a case for each name, and send all while the damage lasts; {name: (case, answer)}. Each answer has its
        error line, or none."""
        names = list(names)
        found = {}
        workers = 1 if 'preexec_fn' in options else os.cpu_count()
        for group in ([name for name in names if name not in ALONE], *([name]
                      for name in names if name in ALONE)):
            cases = self.make_cases(group)
            with damage(), ThreadPoolExecutor(workers) as pool:
                answers = pool.map(
                    lambda item: self.send(
                        programs,
                        *item,
                        **options),
                    cases.items())
                found.update(zip(cases, zip(cases.values(), answers)))
        for name, (_case, answer) in found.items():
            assert_failures_are_logged_once(name, answer)
        return found

    def failing(self, *arguments, **options):
        """Those of ask_all() that failed: {name: the cause that was logged}."""
        found = self.ask_all(*arguments, **options)
        return {name: entries(answer.stderr, level='error')[0]['message']
                for name, (_case, answer) in found.items() if answer.status >= 500}


def assert_failures_are_logged_once(name, answer):
    """Assert that a 500 has one error line with its id and the cause, and that other answers have none."""
    errors = entries(answer.stderr, level='error')
    if answer.status < 500:
        assert errors == [], name
        return
    assert len(errors) == 1, (name, errors)
    assert errors[0]['request'] == answer.headers['X-Request-Id']
    assert 'not logged' not in errors[0]['message'] and len(
        errors[0]['message']) > 10, (name, errors)


@pytest.fixture(scope='module')
def site(make_stack, minter):
    stack = make_stack('breakable', settings={**SETTINGS, **LIMITS}, worker=False)
    with connect(stack) as sql, root_sql(stack, stack.database.name) as root:
        sql.run('UPDATE app_config SET max_users = 1000000')
        yield Site(stack, sql, root, minter)


@pytest.fixture
def programs(site, transcript):
    return Programs(site.stack, site.stack.build, transcript)


@pytest.fixture(scope='module')
def intact(site):
    """The cases, and the answers to them while nothing is missing."""
    programs = Programs(site.stack, site.stack.build, Transcript())
    return site.ask_all(programs, settings={'LOG_LEVEL': 'debug'})


@pytest.fixture(scope='module')
def queries(intact):
    """{name: the queries of this case}"""
    return {name: [entry['query'] for entry in entries(answer.stderr) if 'query' in entry]
            for name, (_case, answer) in intact.items()}


# ---- failures ----------------------------------------------------------------------------------

def test_every_route_has_a_case(site):
    assert {name.partition(' | ')[0] for name in CASES} == site.routes.keys()


@pytest.mark.parametrize('name', CASES)
def test_without_a_failure_a_case_is_accepted(intact, name):
    case, answer = intact[name]
    assert answer.status == case.status or (
        case.status is None and answer.status < 400), answer.body
    assert not answer.headers.get('Location', '').endswith(('/login', '/account/admin')), 'refused'
    assert max(map(len, answer.stderr.splitlines())) < LINE_SIZE - 2


@contextmanager
def missing(root, table):
    root.run(f'RENAME TABLE {table} TO gone')
    try:
        yield
    finally:
        root.run(f'RENAME TABLE gone TO {table}')


@contextmanager
def revoked(root, table, privilege, kept=()):
    """No program has this privilege on the table, except on the columns that are kept."""
    where = 'WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = %s AND PRIVILEGE_TYPE = %s'
    taken = [(row['GRANTEE'], privilege) for row in root.rows(
        f'SELECT GRANTEE FROM information_schema.TABLE_PRIVILEGES {where}', table, privilege)]
    taken += [(row['GRANTEE'], f'{privilege} ({row["COLUMN_NAME"]})') for row in root.rows(
        f'SELECT GRANTEE, COLUMN_NAME FROM information_schema.COLUMN_PRIVILEGES {where}', table, privilege)
        if row['COLUMN_NAME'] not in kept]
    for account, privileges in taken:
        root.run(f'REVOKE {privileges} ON {table} FROM {account}')
    try:
        yield
    finally:
        for account, privileges in taken:
            root.run(f'GRANT {privileges} ON {table} TO {account}')


# What a request can do without: the time of the last use, and the new hash of a password.
OPTIONAL = 'UPDATE (sessions SET last_seen_at|personal_tokens SET last_used_at|users SET password = \\? WHERE)'


def using(queries, pattern, times=1):
    """The cases with at least this number of queries that match and are necessary."""
    return {name for name, texts in queries.items()
            if sum(bool(re.search(pattern, text)) for text in texts if not re.search(OPTIONAL, text)) >= times}


def read_or_written(table):
    return rf'\b(FROM|JOIN|INTO|UPDATE) {table}\b'


@pytest.mark.parametrize('table', TABLES)
def test_a_request_that_misses_a_table_has_one_error_line(site, programs, queries, table):
    """A query fails in the same way whichever of its tables is missing: it is tried without the first one, if it can be."""
    names = (using(queries, rf'^\W*((SELECT .*? )?FROM|INSERT INTO|UPDATE|DELETE FROM) {table}\b') or
             using(queries, read_or_written(table)))
    causes = site.failing(programs, names, lambda: missing(site.root, table))
    assert causes.keys() ^ names == set()
    assert all(f'.{table}' in cause for cause in causes.values())


@pytest.mark.parametrize('verb', ['INSERT INTO', 'UPDATE', 'DELETE FROM'])
@pytest.mark.parametrize('table', TABLES)
def test_a_request_that_must_not_write_to_a_table_has_one_error_line(
        site, programs, queries, table, verb):
    names = using(queries, rf'^{verb} {table}\b')
    causes = site.failing(programs, names, lambda: revoked(site.root, table, verb.split()[0]))
    assert causes.keys() ^ names == set()
    assert all(table in cause for cause in causes.values())


@pytest.mark.parametrize('table', ['users', 'personal_tokens', 'oauth2_token'])
def test_a_request_that_fails_after_the_check_of_its_token_has_one_error_line(
        site, programs, queries, table):
    """The account of `config` has the privileges that this check needs: the others are revoked from all programs."""
    kept = {row['COLUMN_NAME'] for row in site.root.rows(
        'SELECT COLUMN_NAME FROM information_schema.COLUMN_PRIVILEGES WHERE TABLE_SCHEMA = DATABASE() AND '
        "TABLE_NAME = %s AND PRIVILEGE_TYPE = 'SELECT' AND GRANTEE LIKE '%%_config''@%%'", table)}
    names = using(queries, read_or_written(table), times=2)
    causes = site.failing(programs, names, lambda: revoked(site.root, table, 'SELECT', kept))
    assert kept and causes
    assert all(table in cause for cause in causes.values())


@pytest.mark.parametrize(('name', 'table'), [
    ('GET /api/auth/profile | after a long time', 'sessions'),
    ('GET /api/auth/profile | by a personal token', 'personal_tokens'),
    ('POST /api/auth/login | with an outdated hash', 'users')])
def test_a_failure_that_does_not_matter_to_the_request_is_a_warning(site, programs, name, table):
    (_case, answer), = site.ask_all(programs, [name],
                                    lambda: revoked(site.root, table, 'UPDATE')).values()
    assert answer.status == 200
    assert f'UPDATE {table}' in entries(answer.stderr, level='warning')[0]['message']


def test_a_request_without_a_database_has_one_error_line(site, programs, queries):
    causes = site.failing(programs, settings={'DATABASE_URL': 'mysql://u:p@127.0.0.1:1/none'})
    assert causes.keys() == {name for name in queries if queries[name]}
    assert all('could not connect to the database' in cause for cause in causes.values())


UPLOADS = {'POST /api/auth/picture', 'POST /api/auth/picture 0.2', 'POST /account/picture'}
ABOUT_FILES = {
    *UPLOADS, 'DELETE /api/auth/picture', 'GET /api/users/:user_name/picture', 'GET /api/users/:user_id/picture 0.2',
    'POST /account/picture/remove', 'GET /api/auth/account/export/:file_name', 'GET /account/export/:file'}


def test_a_request_without_an_upload_directory_has_one_error_line(site, programs):
    """Where there is no directory, there is no file to send or to remove."""
    causes = site.failing(programs, settings={'UPLOAD_FOLDER': '/nonexistent'})
    assert causes.keys() == UPLOADS
    assert all('No such file or directory' in cause for cause in causes.values())


def test_a_request_that_cannot_open_its_files_has_one_error_line(site, programs):
    causes = site.failing(programs, settings={'UPLOAD_FOLDER': '/' + 'x' * 300})
    assert causes.keys() ^ ABOUT_FILES == set()
    assert all('File name too long' in cause for cause in causes.values())


not_of_shared_hosting = pytest.mark.skipif(
    BUILD.name == 'hosting',
    reason='a launcher starts the programs of shared hosting, and they ignore the configuration of OpenSSL')


@not_of_shared_hosting
def test_a_picture_without_its_sandbox_has_one_error_line(site, programs, tmp_path):
    """The programs find the sandbox in their own directory."""
    for name in ('upload', 'pages'):
        shutil.copy(programs.build / name, tmp_path)
    causes = site.failing(Programs(site.stack, tmp_path, programs.transcript), UPLOADS)
    assert causes.keys() == UPLOADS
    assert all('could not start ' in cause for cause in causes.values())


# ---- random bytes and digests ------------------------------------------------------------------

class Instruction(ctypes.Structure):
    """struct sock_filter of linux/filter.h"""
    _fields_ = [('code', ctypes.c_uint16), ('if_true', ctypes.c_uint8), ('if_false', ctypes.c_uint8),
                ('value', ctypes.c_uint32)]


class Filter(ctypes.Structure):
    """struct sock_fprog of linux/filter.h"""
    _fields_ = [('length', ctypes.c_uint16), ('instructions', ctypes.POINTER(Instruction))]


# BPF_LD | BPF_W | BPF_ABS, BPF_JMP | BPF_JEQ | BPF_K, BPF_RET | BPF_K
LOAD, EQUALS, RETURN = 0x20, 0x15, 0x06
ALLOW, FAIL = 0x7FFF0000, 0x00050000  # SECCOMP_RET_ALLOW, SECCOMP_RET_ERRNO
PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 38, 22, 2
GETRANDOM = {'x86_64': 318, 'aarch64': 278}
PRCTL = ctypes.CDLL(None, use_errno=True).prctl


def without_getrandom():
    """Let getrandom(2) fail in this process and in the program that it becomes."""
    steps = (Instruction * 4)(
        (LOAD, 0, 0, 0), (EQUALS, 0, 1,
                          GETRANDOM[os.uname().machine]), (RETURN, 0, 0, FAIL | errno.EIO),
        (RETURN, 0, 0, ALLOW))
    program = Filter(len(steps), steps)
    if PRCTL(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) or PRCTL(
            PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.byref(program), 0, 0):
        raise OSError(ctypes.get_errno(), 'prctl')


def is_of_connection(cause):
    """A client library of the database that uses OpenSSL itself cannot connect, e.g. over TLS."""
    return 'could not connect to the database' in cause


# These make a secret, a salt, or the name of a file.
OF_RANDOM_BYTES = {
    *UPLOADS, 'DELETE /api/auth/picture', 'POST /account/picture/remove', 'POST /api/auth/register',
    'POST /api/auth/register | in 0.2', 'POST /account/register', 'POST /account/admin/invitation',
    'POST /api/auth/login', 'POST /api/auth/login | with an outdated hash', 'POST /account/login',
    'POST /api/auth/account/confirm', 'POST /account/confirm', 'POST /api/auth/password/update',
    'POST /account/new-password', 'PATCH /api/auth/profile/edit/account', 'POST /account/credentials/password',
    'POST /api/auth/profile/edit 0.2 | with a password', 'PATCH /api/users/:user_name', 'POST /api/auth/tokens',
    'POST /account/tokens', 'POST /api/oauth/apps', 'POST /account/apps/new', 'POST /api/oauth/authorize',
    'POST /account/authorize', 'POST /api/oauth/token', 'POST /api/oauth/token | refresh',
    'POST /api/oauth/token | device', 'POST /api/oauth/device', 'GET /account/login | for the first time'}


@pytest.mark.skipif(BUILD.name != 'release' or valgrind.ON,
                    reason='they use random bytes themselves')
def test_a_request_without_random_bytes_has_one_error_line(site, programs):
    causes = site.failing(programs, preexec_fn=without_getrandom)
    assert OF_RANDOM_BYTES - causes.keys() == set()
    for name, cause in causes.items():
        assert is_of_connection(cause) or (
            name in OF_RANDOM_BYTES and cause == 'could not get random bytes: Input/output error')


@pytest.fixture
def without_digests(tmp_path):
    """Settings with which OpenSSL finds no algorithm."""
    path = tmp_path / 'openssl.cnf'
    path.write_text('openssl_conf = start\n[start]\nalg_section = algorithms\n'
                    '[algorithms]\ndefault_properties = provider=none\n')
    return {'OPENSSL_CONF': str(path)}


PROGRAMS_WITH_PAGES = ('pages', 'users')
OF_NO_DIGEST = {'GET /api/config', 'GET /api/ping', 'GET /api/openapi.json', 'GET /.well-known/oauth-authorization-server',
                'GET /api/users/:user_name/picture', 'GET /api/users/:user_id/picture 0.2'}


@not_of_shared_hosting
def test_a_request_without_digests_has_one_error_line(site, programs, without_digests):
    names = {name for name in CASES if site.route_of(name).program not in PROGRAMS_WITH_PAGES}
    causes = site.failing(programs, names, settings=without_digests)
    assert names - OF_NO_DIGEST - causes.keys() == set()
    for name, cause in causes.items():
        assert is_of_connection(cause) or (
            name not in OF_NO_DIGEST and 'SHA-256: OpenSSL failed' in cause)


@not_of_shared_hosting
@pytest.mark.parametrize('program', PROGRAMS_WITH_PAGES)
def test_a_program_with_pages_that_cannot_start_without_digests_has_one_error_line(
        programs, without_digests, program):
    done = programs.run(
        program,
        settings=without_digests,
        parameters=cgi_variables(
            'GET',
            '/account/login'))
    error, = entries(done.stderr.decode())
    assert (done.returncode, done.stdout, error['level']) == (1, b'', 'error')
    assert 'could not compute HMAC-SHA-256' in error['message']


@pytest.mark.parametrize('settings', [
    {'DATABASE_URL': ''}, {'APP_SECRET_KEY': ''}, {'LOG_LEVEL': 'all'}], ids=str)
def test_a_request_to_a_program_with_an_invalid_setting_has_one_error_line(programs, settings):
    answer = programs.cgi('GET', '/api/ping', settings=settings)
    exact(answer, ERR500)
    assert_failures_are_logged_once('ping', answer)
    assert next(iter(settings)) in entries(answer.stderr, level='error')[0]['message']


@pytest.mark.skipif(BUILD.name != 'release' or valgrind.ON, reason='sanitizers need the memory')
def test_a_request_without_memory_has_one_error_line(site, programs):
    """The limit grows by a quarter of a megabyte each time, so allocations fail at ever later moments."""
    token = site.rows.member().token
    body = json.dumps({**PERSONAL_DATA, 'bio': 'x' * 200, 'first_name': 'y' * 900_000}).encode()
    short = 0
    for quarters in range(32, 400):
        limit = quarters << 18
        process = programs.start_cgi(
            'POST', PROFILE + '/edit', token=token,
            parameters={'CONTENT_TYPE': 'application/json', 'CONTENT_LENGTH': str(len(body))},
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (limit, limit)))
        output, log = process.communicate(body, timeout=60)
        if not output:
            continue  # the program could not be loaded, or the request not be read
        answer = parse_cgi(output)
        answer.stderr = log.decode()
        assert_failures_are_logged_once('edit', answer)
        short += 'out of memory' in answer.stderr
        if answer.status == 400:
            break
    assert short > 0 and answer.status == 400


# ---- LOG_LEVEL ---------------------------------------------------------------------------------

READ = 'GET /api/auth/profile'


def log_of(site, programs, level, name=READ):
    """(the case, the answer to it, the lines of its log)"""
    case = CASES[name](site.rows)
    answer = site.send(programs, name, case, settings={'LOG_LEVEL': level})
    assert answer.status == 200
    return case, answer, entries(answer.stderr)


def test_at_debug_the_log_shows_dialect_route_and_queries_with_times(site, programs):
    _case, answer, lines = log_of(site, programs, 'debug')
    assert all(line['request'] == answer.headers['X-Request-Id'] for line in lines)
    debug = [line for line in lines if line['level'] == 'debug']
    route, = [line for line in debug if 'dialect' in line]
    assert (route['dialect'], route['method'], route['route']) == ('0.7', 'GET', PROFILE)
    queries = [line for line in debug if 'query' in line]
    assert any('users AS u' in line['query'] for line in queries)
    assert all(0 <= float(line['ms']) < 60_000 for line in queries)


@pytest.mark.parametrize('name', [
    'POST /api/auth/login', 'POST /api/auth/register', 'PATCH /api/auth/profile/edit/account',
    'POST /api/auth/password/update', 'POST /api/auth/account/confirm'])
def test_no_log_level_shows_data_of_clients(site, programs, name):
    case, answer, lines = log_of(site, programs, 'debug', name)
    assert len(lines) > 2
    for value in (*case.json.values(), case.token):
        assert not isinstance(value, str) or value == 'true' or value not in answer.stderr


def test_after_the_check_of_the_token_each_line_names_the_user(site, programs):
    case, _answer, lines = log_of(site, programs, 'info')
    entry, = lines
    assert entry['user'] == str(read(case.token)[1]['sub'])


@pytest.mark.parametrize(('level', 'count'), [('info', 1), ('warning', 0), ('error', 0)])
def test_a_successful_request_is_one_line_at_info_and_above(site, programs, level, count):
    _case, _answer, lines = log_of(site, programs, level)
    assert len(lines) == count


def test_failures_are_logged_at_every_level(site, programs):
    answer = programs.cgi('GET', PROFILE, token=site.rows.member().token, settings={
        'DATABASE_URL': 'mysql://u:p@127.0.0.1:1/none', 'LOG_LEVEL': 'error'})
    exact(answer, ERR500)
    assert len(entries(answer.stderr)) == 1


def test_a_request_cannot_add_a_field_to_its_log_line(programs):
    answer = programs.cgi('GET', '/api/x" status=200 user=1 client=192.0.2.1',
                          parameters={'REMOTE_ADDR': '192.0.2.7'})
    entry, = entries(answer.stderr)
    assert (entry['status'], entry['client']) == ('404', '192.0.2.7')
    assert 'user' not in entry
