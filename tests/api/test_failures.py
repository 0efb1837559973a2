"""Failures: processes that die or hang, a database that is unavailable, many concurrent clients."""

import os
import select
import signal
import socket
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.harness.answers import (BAD_GATEWAY, DELETION_FAILED, ERR500, PONG, REGISTERED, TIMED_OUT,
                                   UPDATE_FAILED, error, exact, same_json)
from tests.api.support.client import Api, read_answer
from tests.harness.sql import connect, root_sql
from tests.api.support.frozen import frozen
from tests.api.support.mail import Mailbox
from tests.harness.passwords import new_hash
from tests.harness.people import PASSWORD, insert_user, insert_workout
from tests.harness.pictures import PATH as PICTURE, form, part, png
from tests.api.support.profile import expected_profile
from tests.api.support.programs import parse_cgi
from tests.api.support.valgrind import CHEAPER
from tests.api.support.waiting import until
from tests.harness.waiting import LIMIT

PROFILE = '/api/auth/profile'
LOGIN = '/api/auth/login'
LOGOUT = '/api/auth/logout'
REGISTER = '/api/auth/register'
GROUP = 8  # SERVER_GROUP_MAX: as many requests a process handles together
USED = ('register', 'login', 'profile', 'config')  # services that these tests send requests to


@pytest.fixture(scope='module')
def fragile(make_stack):
    """A separate stack: the tests kill, stop and start its parts."""
    return make_stack('fragile')


@pytest.fixture
def api(fragile, transcript):
    """A client; after the test, the stack must work again."""
    yield Api(fragile, transcript)
    client = Api(fragile, transcript)
    for path in ('/api/config', PROFILE, LOGIN, REGISTER):
        until(lambda path=path: client.request('OPTIONS', path).status == 200, f'{path} is back')


@pytest.fixture
def sql(fragile):
    with connect(fragile) as connection:
        yield connection


@pytest.fixture
def token(sql, minter):
    return minter.token(insert_user(sql).id)


class Load:
    """Threads that call a function until they are stopped, and keep its results."""

    def __init__(self, call, threads=4):
        self.results = []
        self._call = call
        self._stop = threading.Event()
        self._failures = []
        self._threads = [threading.Thread(target=self._work) for _ in range(threads)]

    def _work(self):
        try:
            while not self._stop.is_set():
                self.results.append(self._call())
        except Exception as failure:  # __exit__() raises it
            self._failures.append(failure)

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        self.wait_for_more()
        return self

    def wait_for_more(self, more=20):
        """Wait until `more` further calls have returned."""
        wanted = len(self.results) + more
        until(lambda: len(self.results) >= wanted or self._failures, 'the load continues')

    def __exit__(self, *_exception):
        self._stop.set()
        for thread in self._threads:
            thread.join()
        if self._failures:
            raise self._failures[0]


def pids(stack, name):
    return sorted(stack.program_pids(name))


def restarted(stack, name, before):
    """Wait until the same number of processes runs, but none of the earlier ones."""
    until(lambda: len(pids(stack, name)) == len(before) and not set(pids(stack,
                                                                         name)) & set(before),
          f'{name} is restarted')


# ---- processes that die ------------------------------------------------------------------------

def test_a_process_killed_under_load_loses_at_most_the_requests_that_it_has_accepted(
        api, fragile, token):
    before = pids(fragile, 'profile')
    with Load(lambda: api.get(PROFILE, token=token), threads=4 * GROUP) as load:
        for pid in before:
            os.kill(pid, signal.SIGKILL)
            load.wait_for_more(50)
        restarted(fragile, 'profile', before)
        load.wait_for_more(50)
    lost = [answer for answer in load.results if answer.status != 200]
    for answer in lost:
        exact(answer, BAD_GATEWAY)
    assert len(lost) <= len(before) * GROUP


def test_a_reload_of_nginx_under_load_loses_no_request(fragile):
    nginx = fragile.daemons['nginx']

    def workers():
        return {pid for pid, process in nginx.members().items() if process.parent ==
                nginx.process.pid}

    with Load(lambda: fragile.status_of('GET', '/api/config')) as load:
        for _ in range(5):
            before = workers()
            nginx.process.send_signal(signal.SIGHUP)
            until(lambda before=before: workers() and not workers()
                  & before, 'the old processes have ended')
            load.wait_for_more(50)
    assert set(load.results) == {200}


def test_each_process_can_answer_alone_while_the_others_are_stopped(api, fragile, token):
    """Also one of more processes than there are processors, which leaves connections to the others for a while."""
    running = pids(fragile, 'profile')
    for alone in running:
        others = [pid for pid in running if pid != alone]
        with frozen(others), Load(lambda: api.get(PROFILE, token=token), threads=1) as load:
            load.wait_for_more(30)
        assert others and sum(answer.status == 200 for answer in load.results) >= 30


@pytest.mark.parametrize('name', USED)
def test_every_service_is_restarted_when_it_dies(api, fragile, name):
    before = pids(fragile, name)
    for pid in before:
        os.kill(pid, signal.SIGKILL)
    restarted(fragile, name, before)


def test_sigterm_under_load_loses_no_request(api, fragile, token):
    with Load(lambda: api.get(PROFILE, token=token)) as load:
        for _ in range(3):
            before = pids(fragile, 'profile')
            for pid in before:
                os.kill(pid, signal.SIGTERM)
            restarted(fragile, 'profile', before)
            load.wait_for_more(40)
    assert {answer.status for answer in load.results} == {200}


def test_a_request_in_flight_is_finished_when_sigterm_comes(api, fragile, sql):
    """Logins with a slow hash: each process is verifying one."""
    account = insert_user(sql, password_hash=new_hash(PASSWORD, '$2b$', 9 - CHEAPER))
    slow = {'email': account.email, 'password': 'wrong'}
    for number in (signal.SIGTERM, signal.SIGUSR1):
        before = pids(fragile, 'login')
        with Load(lambda: api.post(LOGIN, json=slow)) as load:
            for pid in before:
                os.kill(pid, number)
            restarted(fragile, 'login', before)
            load.wait_for_more(10)
        assert {answer.status for answer in load.results} == {401}


def test_an_idle_process_ends_immediately_on_request(api, fragile):
    before = pids(fragile, 'register')
    for pid in before:
        os.kill(pid, signal.SIGTERM)
    until(lambda: not set(before) & set(pids(fragile, 'register')), 'the processes end')
    restarted(fragile, 'register', before)


def test_the_worker_is_restarted_when_it_dies(api, fragile):
    before = pids(fragile, 'worker')
    os.kill(before[0], signal.SIGKILL)
    restarted(fragile, 'worker', before)


# ---- a stopped service -------------------------------------------------------------------------

@pytest.mark.parametrize(('name', 'method', 'path'), [
    ('login', 'POST', LOGIN), ('register', 'POST', REGISTER), ('profile', 'GET', PROFILE),
    ('config', 'GET', '/api/ping'), ('config', 'GET', '/api/nothing'),
    ('profile', 'OPTIONS', PROFILE)])
def test_a_stopped_service_is_a_bad_gateway_in_json(api, fragile, name, method, path):
    path_of_socket = fragile.run / f'{name}.sock'
    away = path_of_socket.with_suffix('.away')
    path_of_socket.rename(away)
    try:
        answer = api.request(method, path, data=b'{}')
    finally:
        away.rename(path_of_socket)
    exact(answer, BAD_GATEWAY)
    assert len(answer.headers['X-Request-Id']) >= 16


def test_a_stopped_service_does_not_affect_the_others(api, fragile, token):
    path_of_socket = fragile.run / 'login.sock'
    away = path_of_socket.with_suffix('.away')
    path_of_socket.rename(away)
    try:
        exact(api.get('/api/ping'), PONG)
        assert api.get(PROFILE, token=token).status == 200
    finally:
        away.rename(path_of_socket)


def test_a_service_that_hangs_is_a_timeout_in_json(make_stack, transcript):
    impatient = make_stack('impatient', read_timeout='1s', worker=False, mail_enabled=False)
    with frozen(pids(impatient, 'register')):
        answer = Api(impatient, transcript).post(REGISTER, json={'a': 1})
    exact(answer, TIMED_OUT)


# ---- the database ------------------------------------------------------------------------------

@pytest.mark.parametrize('kill', [False, True], ids=['stopped', 'killed'])
def test_without_the_database_requests_fail_and_afterwards_they_succeed(api, fragile, sql, token,
                                                                        registration, kill):
    account = insert_user(sql)
    before = {name: pids(fragile, name) for name in USED}
    assert api.get(PROFILE, token=token).status == 200
    fragile.database.stop(kill=kill)
    try:
        for _ in range(4):  # each process gets it more than once
            exact(api.get(PROFILE, token=token), ERR500)
            exact(api.post(LOGIN, json=account.credentials), ERR500)
            exact(api.post(REGISTER, json=registration()), ERR500)
            exact(api.post('/api/auth/account/confirm', json={'token': 'x'}), ERR500)
            exact(api.post('/api/auth/account/resend-confirmation', json={'email': 'x'}), ERR500)
            assert api.get('/api/config').status == 500
            exact(api.get('/api/ping'), PONG)
            assert api.get(PROFILE).status == 401
            assert api.get('/api/nothing').status == 404
    finally:
        fragile.database.start()
    for _ in range(4):  # including the first request of each process
        assert api.get(PROFILE, token=token).status == 200
        assert api.post(LOGIN, json=account.credentials).status == 200
        exact(api.post(REGISTER, json=registration()), REGISTERED)
        assert api.get('/api/config').status == 200
    assert before == {name: pids(fragile, name) for name in USED}


OWN_WORDS = [  # the endpoints that have texts of their own for a failure, in each dialect
    ('', 'POST', LOGOUT, error('error on token blacklist', 500)),
    ('/v0.2', 'GET', LOGOUT, error('Error. Please try again or contact the administrator.', 500)),
    ('', 'POST', PICTURE, UPDATE_FAILED), ('/v0.6', 'POST', PICTURE, UPDATE_FAILED),
    ('/v0.2', 'POST', PICTURE,
     (500, {'status': 'fail', 'message': 'Error during picture update.'})),
    ('', 'DELETE', PICTURE, DELETION_FAILED), ('/v0.6', 'DELETE', PICTURE, DELETION_FAILED),
    ('/v0.2', 'DELETE', PICTURE,
     (500, {'status': 'fail', 'message': 'Error during picture deletion.'})),
    ('', 'GET', '/api/config', error('error on getting configuration', 500)),
]


def test_without_the_database_endpoints_fail_in_their_own_words(api, fragile, token):
    body, headers = form(part('file', png(), 'a.png'))
    fragile.database.stop()
    try:
        for prefix, method, path, expected in OWN_WORDS:
            sent = {'data': body, 'headers': headers} if method == 'POST' else {}
            exact(api.request(method, prefix + path, token=token, **sent), expected)
    finally:
        fragile.database.start()


def test_a_database_restarted_between_two_requests_is_not_noticed(api, fragile, token,
                                                                  registration):
    for _ in range(2):
        assert api.get(PROFILE, token=token).status == 200
    fragile.database.stop()
    fragile.database.start()
    for _ in range(4):
        assert api.get(PROFILE, token=token).status == 200
        exact(api.post(REGISTER, json=registration()), REGISTERED)


def connections(root, **columns):
    """The ids of the programs' connections for which these columns match."""
    where = ''.join(f' AND {name} LIKE %s' for name in columns)
    return [row['ID'] for row in root.rows(
        f"SELECT ID FROM information_schema.PROCESSLIST WHERE USER LIKE 'fitgate%%'{where}",
        *columns.values())]


def test_connections_that_the_server_closes_are_not_noticed(api, fragile, token, registration):
    assert api.get(PROFILE, token=token).status == 200
    exact(api.post(REGISTER, json=registration()), REGISTERED)
    with root_sql(fragile) as root:
        for name in ('profile', 'register'):
            closed = connections(root, USER=f'fitgate_{name}')
            assert closed
            for number in closed:
                root.run(f'KILL {number}')
    for _ in range(4):
        assert api.get(PROFILE, token=token).status == 200
        exact(api.post(REGISTER, json=registration()), REGISTERED)


def test_a_connection_that_is_lost_at_every_attempt_is_an_error_and_logged(
        api, fragile, sql, minter):
    account = insert_user(sql)
    closed = set()

    def close_one(root):
        waiting = set(connections(root, INFO='UPDATE users SET first_name%')) - closed
        for number in waiting:
            root.run(f'KILL {number}')
        closed.update(waiting)

    with ThreadPoolExecutor(1) as pool, root_sql(fragile, fragile.database.name) as root:
        with sql.another() as other:
            other.run('START TRANSACTION')
            other.rows('SELECT id FROM users WHERE id = %s FOR UPDATE', account.id)
            edit = pool.submit(lambda: api.post(
                PROFILE + '/edit', token=minter.token(account.id),
                json=dict.fromkeys(('first_name', 'last_name', 'location', 'bio', 'birth_date'))))
            until(lambda: (close_one(root), edit.done())[1], 'the last attempt is lost')
            answer = edit.result()
        exact(answer, ERR500)
    mark = f'request={answer.headers["X-Request-Id"]}'
    assert any(mark in line and 'level=error' in line for line in fragile.log_text().splitlines())


@pytest.mark.parametrize('kill', [False, True], ids=['stopped', 'killed'])
def test_no_acknowledged_registration_is_lost_when_the_database_dies_under_load(
        api, fragile, registration, kill):
    before = {name: pids(fragile, name) for name in USED}

    def register():
        body = registration()
        return body, api.post(REGISTER, json=body)

    with Load(register) as load:
        fragile.database.stop(kill=kill)
        load.wait_for_more(10)
        fragile.database.start()
        load.wait_for_more(40)
    acknowledged = [body for body, answer in load.results if answer.status == 200]
    for _body, answer in load.results:
        exact(answer, REGISTERED if answer.status == 200 else ERR500)
    assert 0 < len(acknowledged) < len(load.results)
    exact(api.post(REGISTER, json=registration()), REGISTERED)
    with connect(fragile) as sql:
        stored = {row['username'] for row in sql.rows('SELECT username FROM users')}
        mails = {row['payload'] for row in sql.rows('SELECT payload FROM jobs')}
    assert {body['username'] for body in acknowledged} <= stored
    names_of_mails = {name for name in stored for payload in mails if name in payload}
    sent = {path.read_text() for path in fragile.mail_directory.glob('*.eml')}
    for body in acknowledged:
        assert body['username'] in names_of_mails or any(body['email'] in text for text in sent)
    assert before == {name: pids(fragile, name) for name in USED}


def test_a_profile_is_right_after_the_database_was_killed(api, fragile, minter):
    with connect(fragile) as sql:
        account = insert_user(sql)
        for sport in range(1, 8):
            insert_workout(sql, account.id, sport)
    fragile.database.stop(kill=True)
    fragile.database.start()
    data = api.get(PROFILE, token=minter.token(account.id)).json()['data']
    with connect(fragile) as sql:
        assert same_json(data, expected_profile(sql, account.id))


# ---- many and slow clients ---------------------------------------------------------------------

def a_thousand_are_answered(api, text):
    connections = [api.connect() for _ in range(1000)]
    try:
        for connection in connections:
            connection.sendall(text)
        for connection in connections:
            assert read_answer(connection).status == 200
    finally:
        for connection in connections:
            connection.close()


def test_a_thousand_concurrent_connections_are_all_answered(api, token):
    text = (f'GET {PROFILE} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n'
            'Connection: close\r\n\r\n').encode()
    a_thousand_are_answered(api, text)


def test_a_thousand_concurrent_logins_are_all_answered(stack, transcript, db):
    # with the usual timeout of nginx
    api, account = Api(stack, transcript), insert_user(db)
    body = f'{{"email": "{account.email}", "password": "{account.password}"}}'
    text = (f'POST {LOGIN} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n'
            f'Content-Length: {len(body)}\r\nConnection: close\r\n\r\n{body}').encode()
    a_thousand_are_answered(api, text)


def test_clients_that_send_nothing_or_half_a_request_do_not_block_others(api, token):
    halves = [b'', b'GET /api/ping', b'GET /api/ping HTTP/1.1\r\nHost: x\r\n',
              b'POST /api/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n'
              b'Content-Length: 1000\r\n\r\n{"email": ']
    connections = [api.connect() for _ in range(100)]
    try:
        for number, connection in enumerate(connections):
            connection.sendall(halves[number % len(halves)])
        for _ in range(20):
            exact(api.get('/api/ping'), PONG)
            assert api.get(PROFILE, token=token).status == 200
    finally:
        for connection in connections:
            connection.close()


def test_clients_that_disconnect_before_the_answer_do_not_block_others(api, token):
    text = f'GET {PROFILE} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\r\n'.encode()
    for _ in range(200):
        with api.connect() as connection:
            connection.sendall(text)
    with Load(lambda: api.get(PROFILE, token=token)) as load:
        load.wait_for_more(20)
    assert {answer.status for answer in load.results} == {200}


def test_connections_kept_open_do_not_block_other_clients(api, token):
    """There are more clients than processes, each with its own connection; they send requests in turn."""
    text = f'GET {PROFILE} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\r\n'.encode()
    connections = [api.connect() for _ in range(30)]
    try:
        for _ in range(3):
            for connection in connections:
                connection.sendall(text)
                assert read_answer(connection).status == 200
    finally:
        for connection in connections:
            connection.close()


def test_a_silent_connection_to_the_socket_does_not_block_other_requests_for_long(
        api, fragile, token):
    """Only nginx can reach the socket, but even so a silent connection must not stop the service."""
    with socket.socket(socket.AF_UNIX) as silent:
        silent.connect(str(fragile.run / 'profile.sock'))
        for _ in range(10):
            assert api.get(PROFILE, token=token).status == 200


@pytest.mark.parametrize('content', [b'\x00' * 100, b'GET / HTTP/1.1\r\n\r\n', b'\xff' * 5000,
                                     b'\x01\x01\x00\x01\x00\x08\x00\x00' + b'\x00' * 8 +
                                     b'\x01\x04\x00\x01\xff\xff\x00\x00' + b'\xff' * 100])
def test_garbage_on_the_socket_stops_nothing(api, fragile, token, content):
    with socket.socket(socket.AF_UNIX) as garbage:
        garbage.settimeout(30)
        garbage.connect(str(fragile.run / 'profile.sock'))
        garbage.sendall(content)
        garbage.shutdown(socket.SHUT_WR)
        select.select([garbage], [], [], 30)
    for _ in range(10):
        assert api.get(PROFILE, token=token).status == 200


# ---- SMTP --------------------------------------------------------------------------------------

def test_while_smtp_is_down_registration_works_and_the_mail_follows(api, fragile, registration):
    with connect(fragile) as sql:
        sql.run('DELETE FROM jobs')  # mail of other tests
    fragile.smtp.stop()
    body = registration()
    try:
        exact(api.post(REGISTER, json=body), REGISTERED)
        with connect(fragile) as sql:
            until(lambda: sql.rows('SELECT id FROM jobs WHERE attempts > 0 AND payload LIKE %s',
                                   f'%{body["email"]}%'), 'the worker has tried')
    finally:
        fragile.smtp.start()
    with connect(fragile) as sql:
        sql.run('UPDATE jobs SET run_after = UTC_TIMESTAMP(6)')
    mails = Mailbox(fragile.mail_directory)
    until(lambda: mails.to(body['email']), 'the mail is sent')


# ---- a database without a free connection ------------------------------------------------------

@pytest.fixture
def crowded(stack, scratch):
    """A database whose account is limited to one connection, which is open."""
    with root_sql(stack) as root:
        root.run(f'ALTER USER {scratch.user}@localhost WITH MAX_USER_CONNECTIONS 1')
    return scratch


def refused_connections(root):
    return int(root.row("SHOW GLOBAL STATUS LIKE 'Aborted_connects'")['Value'])


def test_a_request_waits_for_a_connection_while_all_of_the_account_are_in_use(
        crowded, stack, programs):
    with root_sql(stack) as root, crowded.connect():
        before = refused_connections(root)
        program = programs.start_cgi('GET', '/api/config', settings={'DATABASE_URL': crowded.url})
        until(lambda: refused_connections(root) > before, 'it is refused a connection')
    output, log = program.communicate(timeout=LIMIT)
    assert parse_cgi(output).status == 200, log


def test_a_request_that_gets_no_connection_at_all_is_answered_500(crowded, programs):
    with crowded.connect():
        answer = programs.cgi('GET', '/api/config', settings={'DATABASE_URL': crowded.url})
    assert answer.status == 500
    assert answer.stderr.count('max_user_connections') == 1
