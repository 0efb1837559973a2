"""Bad luck: processes that die or hang, a database that goes away, many clients at once."""

import os
import select
import signal
import socket
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from conftest import connect
from support.answers import (BAD_GATEWAY, ERR500, PONG, REGISTERED, TIMED_OUT, exact, same_json)
from support.client import Api, read_answer
from support.database import root_sql
from support.mail import MailFolder
from support.passwords import new_hash
from support.people import PASSWORD, insert_user, insert_workout
from support.profile import expected_profile
from support.programs import parse_cgi
from support.valgrind import CHEAPER, SLOWER
from support.waiting import until

PROFILE = '/api/auth/profile'
LOGIN = '/api/auth/login'
REGISTER = '/api/auth/register'
NGINX_PATIENCE = 5 * SLOWER  # seconds
SERVICES = ('register', 'login', 'profile', 'config')


@pytest.fixture(scope='module')
def fragile(make_stack):
    """A stack of its own: its parts are killed, stopped and started again."""
    return make_stack('fragile', read_timeout=f'{NGINX_PATIENCE}s')


@pytest.fixture
def api(fragile, journal):
    """Whatever a test has done to the stack, it must be whole again afterwards."""
    yield Api(fragile, journal)
    client = Api(fragile, journal)
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
    """Threads that call a function until they are told to stop, and keep what it returned."""

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
        except Exception as failure:  # for the thread that waits
            self._failures.append(failure)

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        self.goes_on()
        return self

    def goes_on(self, more=20):
        """Wait until so many further calls have returned."""
        wanted = len(self.results) + more
        until(lambda: len(self.results) >= wanted or self._failures, 'the load goes on')

    def __exit__(self, *_exception):
        self._stop.set()
        for thread in self._threads:
            thread.join()
        if self._failures:
            raise self._failures[0]


def pids(stack, name):
    return sorted(stack.executable_pids(name))


def restarted(stack, name, before):
    """Wait until as many processes as before run, and none of those of before."""
    until(lambda: len(pids(stack, name)) == len(before) and not set(pids(stack,
                                                                         name)) & set(before),
          f'{name} is restarted')


# ---- processes that die ------------------------------------------------------------------------

def test_a_process_killed_under_load_costs_its_own_request_at_most(api, fragile, token):
    before = pids(fragile, 'profile')
    with Load(lambda: api.get(PROFILE, token=token)) as load:
        for pid in before:
            os.kill(pid, signal.SIGKILL)
            load.goes_on(50)
        restarted(fragile, 'profile', before)
        load.goes_on(50)
    lost = [answer for answer in load.results if answer.status != 200]
    for answer in lost:
        exact(answer, BAD_GATEWAY)
    assert len(lost) <= len(before)


def test_while_one_process_is_dead_the_other_answers(api, fragile, token):
    first, *others = pids(fragile, 'profile')
    os.kill(first, signal.SIGSTOP)
    try:
        with Load(lambda: api.get(PROFILE, token=token), threads=1) as load:
            load.goes_on(30)
    finally:
        os.kill(first, signal.SIGCONT)
    assert others and sum(answer.status == 200 for answer in load.results) >= 30


@pytest.mark.parametrize('name', SERVICES)
def test_every_executable_is_restarted_when_it_dies(api, fragile, name):
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
            load.goes_on(40)
    assert {answer.status for answer in load.results} == {200}


def test_a_request_in_flight_is_finished_when_sigterm_comes(api, fragile, sql):
    """Log-ins that take long to verify: both processes are in the middle of one."""
    account = insert_user(sql, password_hash=new_hash(PASSWORD, '$2b$', 11 - CHEAPER))
    slow = {'email': account.email, 'password': 'wrong'}
    for number in (signal.SIGTERM, signal.SIGUSR1):
        before = pids(fragile, 'login')
        with Load(lambda: api.post(LOGIN, json=slow)) as load:
            for pid in before:
                os.kill(pid, number)
            restarted(fragile, 'login', before)
            load.goes_on(10)
        assert {answer.status for answer in load.results} == {401}


def test_an_idle_process_ends_at_once_when_asked_to(api, fragile):
    before = pids(fragile, 'register')
    for pid in before:
        os.kill(pid, signal.SIGTERM)
    until(lambda: not set(before) & set(pids(fragile, 'register')), 'the processes end', seconds=5)
    restarted(fragile, 'register', before)


def test_the_worker_is_restarted_when_it_dies(api, fragile):
    before = pids(fragile, 'worker')
    os.kill(before[0], signal.SIGKILL)
    restarted(fragile, 'worker', before)


# ---- an executable that is away ----------------------------------------------------------------

@pytest.mark.parametrize(('name', 'method', 'path'), [
    ('login', 'POST', LOGIN), ('register', 'POST', REGISTER), ('profile', 'GET', PROFILE),
    ('config', 'GET', '/api/ping'), ('config', 'GET', '/api/nothing'),
    ('profile', 'OPTIONS', PROFILE)])
def test_an_executable_that_is_down_is_a_bad_gateway_in_json(api, fragile, name, method, path):
    path_of_socket = fragile.run / f'{name}.sock'
    away = path_of_socket.with_suffix('.away')
    path_of_socket.rename(away)
    try:
        answer = api.request(method, path, data=b'{}')
    finally:
        away.rename(path_of_socket)
    exact(answer, BAD_GATEWAY)
    assert len(answer.headers['X-Request-Id']) >= 16


def test_an_executable_that_is_down_takes_no_other_with_it(api, fragile, token):
    path_of_socket = fragile.run / 'login.sock'
    away = path_of_socket.with_suffix('.away')
    path_of_socket.rename(away)
    try:
        exact(api.get('/api/ping'), PONG)
        assert api.get(PROFILE, token=token).status == 200
    finally:
        away.rename(path_of_socket)


def test_an_executable_that_hangs_is_a_timeout_in_json(api, fragile):
    hanging = pids(fragile, 'register')
    for pid in hanging:
        os.kill(pid, signal.SIGSTOP)
    try:
        answer = api.post(REGISTER, json={'a': 1})
    finally:
        for pid in hanging:
            os.kill(pid, signal.SIGCONT)
    exact(answer, TIMED_OUT)


# ---- the database ------------------------------------------------------------------------------

@pytest.mark.parametrize('kill', [False, True], ids=['stopped', 'killed'])
def test_without_the_database_it_is_an_error_and_afterwards_it_goes_on(api, fragile, sql, token,
                                                                       registration, kill):
    account = insert_user(sql)
    before = {name: pids(fragile, name) for name in SERVICES}
    assert api.get(PROFILE, token=token).status == 200
    fragile.stop_database(kill=kill)
    try:
        for _ in range(4):  # each process meets it more than once
            exact(api.get(PROFILE, token=token), ERR500)
            exact(api.post(LOGIN, json=account.credentials), ERR500)
            exact(api.post(REGISTER, json=registration()), ERR500)
            exact(api.post('/api/auth/account/confirm', json={'token': 'x'}), ERR500)
            exact(api.post('/api/auth/account/resend-confirmation', json={'email': 'x'}), ERR500)
            exact(api.post('/api/auth/logout', token=token), ERR500)
            assert api.get('/api/config').status == 500
            exact(api.get('/api/ping'), PONG)
            assert api.get(PROFILE).status == 401
            assert api.get('/api/nothing').status == 404
    finally:
        fragile.start_database()
    for _ in range(4):  # the first request of each process included
        assert api.get(PROFILE, token=token).status == 200
        assert api.post(LOGIN, json=account.credentials).status == 200
        exact(api.post(REGISTER, json=registration()), REGISTERED)
        assert api.get('/api/config').status == 200
    assert before == {name: pids(fragile, name) for name in SERVICES}


def test_a_database_restarted_between_two_requests_is_not_noticed(api, fragile, token,
                                                                  registration):
    for _ in range(2):
        assert api.get(PROFILE, token=token).status == 200
    fragile.stop_database()
    fragile.start_database()
    for _ in range(4):
        assert api.get(PROFILE, token=token).status == 200
        exact(api.post(REGISTER, json=registration()), REGISTERED)


def connections(root, **columns):
    """The numbers of the executables' connections of which so much is true."""
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


def test_a_connection_that_is_lost_twice_is_an_error_and_logged(api, fragile, sql, minter):
    account = insert_user(sql)
    closed = set()

    def close_one(root):
        waiting = set(connections(root, INFO='UPDATE users SET first_name%')) - closed
        for number in waiting:
            root.run(f'KILL {number}')
        closed.update(waiting)
        return waiting

    with ThreadPoolExecutor(1) as pool, root_sql(fragile, fragile.database_name) as root:
        with sql.another() as other:
            other.run('START TRANSACTION')
            other.rows('SELECT id FROM users WHERE id = %s FOR UPDATE', account.id)
            edit = pool.submit(lambda: api.post(
                PROFILE + '/edit', token=minter.token(account.id),
                json=dict.fromkeys(('first_name', 'last_name', 'location', 'bio', 'birth_date'))))
            for _ in range(2):
                until(lambda: close_one(root), 'the change waits for the row')
            answer = edit.result()
        exact(answer, ERR500)
    mark = f'request={answer.headers["X-Request-Id"]}'
    assert any(mark in line and 'database: ' in line for line in fragile.log_text().splitlines())


@pytest.mark.parametrize('kill', [False, True], ids=['stopped', 'killed'])
def test_no_acknowledged_registration_is_lost_when_the_database_dies_under_load(
        api, fragile, registration, kill):
    before = {name: pids(fragile, name) for name in SERVICES}

    def register():
        body = registration()
        return body, api.post(REGISTER, json=body)

    with Load(register) as load:
        fragile.stop_database(kill=kill)
        load.goes_on(10)
        fragile.start_database()
        load.goes_on(40)
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
    sent = {path.read_text() for path in fragile.mail_folder.glob('*.eml')}
    for body in acknowledged:
        assert body['username'] in names_of_mails or any(body['email'] in text for text in sent)
    assert before == {name: pids(fragile, name) for name in SERVICES}


def test_a_profile_is_right_after_the_database_was_killed(api, fragile, minter):
    with connect(fragile) as sql:
        account = insert_user(sql)
        for sport in range(1, 8):
            insert_workout(sql, account.id, sport)
    fragile.stop_database(kill=True)
    fragile.start_database()
    data = api.get(PROFILE, token=minter.token(account.id)).json()['data']
    with connect(fragile) as sql:
        assert same_json(data, expected_profile(sql, account.id))


# ---- many and slow clients ---------------------------------------------------------------------

def test_a_thousand_connections_at_once_are_all_answered(api, token):
    text = (f'GET {PROFILE} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n'
            'Connection: close\r\n\r\n').encode()
    connections = [api.connect() for _ in range(1000)]
    try:
        for connection in connections:
            connection.sendall(text)
        for connection in connections:
            assert read_answer(connection).status == 200
    finally:
        for connection in connections:
            connection.close()


def test_a_thousand_log_ins_at_once_are_all_answered(stack, journal, db):
    api, account = Api(stack, journal), insert_user(db)  # where nginx waits as long as it usually does
    body = f'{{"email": "{account.email}", "password": "{account.password}"}}'
    text = (f'POST {LOGIN} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n'
            f'Content-Length: {len(body)}\r\nConnection: close\r\n\r\n{body}').encode()
    connections = [api.connect() for _ in range(1000)]
    try:
        for connection in connections:
            connection.sendall(text)
        for connection in connections:
            assert read_answer(connection).status == 200
    finally:
        for connection in connections:
            connection.close()


def test_clients_that_send_nothing_or_half_a_request_hold_up_nobody(api, token):
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


def test_clients_that_go_away_before_the_answer_hold_up_nobody(api, token):
    text = f'GET {PROFILE} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\r\n'.encode()
    for _ in range(200):
        with api.connect() as connection:
            connection.sendall(text)
    with Load(lambda: api.get(PROFILE, token=token)) as load:
        load.goes_on(20)
    assert {answer.status for answer in load.results} == {200}


def test_connections_kept_open_lock_nobody_out(api, token):
    """More clients with connections of their own than there are processes, each used in turn."""
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


def test_a_connection_to_the_socket_that_says_nothing_holds_up_nobody_for_long(api, fragile, token):
    """Only nginx may reach the socket; even so one that is silent must not stop the service."""
    with socket.socket(socket.AF_UNIX) as silent:
        silent.connect(str(fragile.run / 'profile.sock'))
        for _ in range(10):
            assert api.get(PROFILE, token=token).status == 200


@pytest.mark.parametrize('octets', [b'\x00' * 100, b'GET / HTTP/1.1\r\n\r\n', b'\xff' * 5000,
                                    b'\x01\x01\x00\x01\x00\x08\x00\x00' + b'\x00' * 8 +
                                    b'\x01\x04\x00\x01\xff\xff\x00\x00' + b'\xff' * 100])
def test_garbage_on_the_socket_stops_nothing(api, fragile, token, octets):
    with socket.socket(socket.AF_UNIX) as garbage:
        garbage.settimeout(30)
        garbage.connect(str(fragile.run / 'profile.sock'))
        garbage.sendall(octets)
        garbage.shutdown(socket.SHUT_WR)
        select.select([garbage], [], [], 30)
    for _ in range(10):
        assert api.get(PROFILE, token=token).status == 200


# ---- SMTP --------------------------------------------------------------------------------------

def test_while_smtp_is_down_registration_works_and_the_mail_follows(api, fragile, registration):
    with connect(fragile) as sql:
        sql.run('DELETE FROM jobs')  # what other tests have left
    fragile.stop_smtp()
    body = registration()
    try:
        exact(api.post(REGISTER, json=body), REGISTERED)
        with connect(fragile) as sql:
            until(lambda: sql.rows('SELECT id FROM jobs WHERE attempts > 0 AND payload LIKE %s',
                                   f'%{body["email"]}%'), 'the worker has tried')
    finally:
        fragile.start_smtp()
    with connect(fragile) as sql:
        sql.run('UPDATE jobs SET run_after = UTC_TIMESTAMP(6)')
    mails = MailFolder(fragile.mail_folder)
    until(lambda: mails.to(body['email']), 'the mail is sent')


# ---- a database that has no connection left ----------------------------------------------------

@pytest.fixture
def crowded(stack, scratch):
    """A database whose account may have one connection, and has it."""
    with root_sql(stack) as root:
        root.run(f'ALTER USER {scratch.user}@localhost WITH MAX_USER_CONNECTIONS 1')
    return scratch


def refused_connections(root):
    return int(root.row("SHOW GLOBAL STATUS LIKE 'Aborted_connects'")['Value'])


def test_a_request_waits_for_a_connection_while_the_account_has_all_that_it_may(
        crowded, stack, programs):
    with root_sql(stack) as root, crowded.connect():
        before = refused_connections(root)
        program = programs.start_cgi('GET', '/api/config', settings={'DATABASE_URL': crowded.url})
        until(lambda: refused_connections(root) > before, 'it is refused a connection')
    output, log = program.communicate(timeout=30)
    assert parse_cgi(output).status == 200, log


def test_a_request_that_gets_no_connection_at_all_is_answered_500(crowded, programs):
    with crowded.connect():
        answer = programs.cgi('GET', '/api/config', settings={'DATABASE_URL': crowded.url})
    assert answer.status == 500
    assert answer.stderr.count('max_user_connections') == 1
