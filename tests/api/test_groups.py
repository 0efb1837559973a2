"""Requests that wait while the processes are busy: a process accepts several of them, and reads what they need by one query
(http/server.h). Each must get the same answer as by itself."""

import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.api.support import gated
from tests.api.support.client import Api
from tests.api.support.configuration import BUILD
from tests.api.support.frozen import frozen
from tests.api.support.gated import Gate
from tests.api.support.profile import expected_profile
from tests.api.support.scoped import oauth2_token, personal_token
from tests.api.support.waiting import until
from tests.harness.answers import BADTOKEN, NOAUTH, NO_PICTURE, UNKNOWN_USER, exact
from tests.harness.log import entries
from tests.harness.memory import private
from tests.harness.people import insert_record, insert_session, insert_user, insert_workout, user_row
from tests.harness.pictures import PATH as PICTURE, form, part, png
from tests.harness.sql import connect, root_sql

PROFILE = '/api/auth/profile'
EDIT = '/api/auth/profile/edit'
PREFERENCES = '/api/auth/profile/edit/preferences'
GROUP = 8  # SERVER_GROUP_MAX
FRESH_SECONDS = 1  # FRESH_MS in lib/http/server_fcgi.c
MANY_THREADS = 3 * GROUP


@pytest.fixture(scope='module')
def busy(make_stack):
    """A stack with one process of each service, so that all requests that wait are one process's."""
    return make_stack('busy', processes=1, worker=False,
                      mail_enabled=False, extra_locations=gated.LOCATIONS)


@pytest.fixture
def api(busy, transcript):
    return Api(busy, transcript)


@pytest.fixture
def gate(busy, transcript):
    return Gate(busy, transcript)


@pytest.fixture(scope='module')
def sql(busy):
    with connect(busy) as connection:
        yield connection


@pytest.fixture(scope='module')
def root(busy):
    with root_sql(busy) as connection:
        yield connection


@pytest.fixture
def make_account(sql, minter):
    """An account with a session: (account, token)."""
    def make(**columns):
        account = insert_user(sql, **columns)
        return account, make_session(account)

    def make_session(account):
        token = minter.token(account.id)
        insert_session(sql, account.id, token)
        return token
    make.session = make_session
    return make


def waiting(stack, name):
    """How many connections to the socket of a service have not been closed, besides its own."""
    path = str(stack.run / f'{name}.sock')
    return sum(line.split()[-1] ==
               path for line in Path('/proc/net/unix').read_text().splitlines()) - 1


@pytest.fixture
def together(busy):
    """together(service, calls): the results of functions whose requests all wait before the first is accepted."""
    def run(name, calls):
        results = []
        with ThreadPoolExecutor(len(calls)) as pool:
            with frozen(busy.program_pids(name)):
                # one after the other: in this order in the queue
                for number, call in enumerate(calls, 1):
                    results.append(pool.submit(call))
                    until(lambda number=number: waiting(busy, name) == number, 'the request waits')
            return [result.result() for result in results]
    return run


@pytest.fixture
def count_queries(root):
    """A function that returns the number of statements that the programs have executed since its last call."""
    def counted():
        return int(root.row("SHOW GLOBAL STATUS LIKE 'Com_stmt_execute'")['Value'])
    last = [counted()]

    def since():
        last.append(counted())
        return last[-1] - last[-2]
    return since


# ---- profiles ------------------------------------------------------------------------------------

def read(api, token):
    return lambda: api.get(PROFILE, token=token)


def test_waiting_requests_are_read_by_one_query(api, sql, make_account, together, count_queries):
    accounts = [make_account() for _ in range(GROUP)]
    for account, _token in accounts[:3]:
        for sport in range(1, 6):
            insert_record(sql, insert_workout(sql, account.id, sport), 'AS', 1000 + account.id)
    assert api.get(PROFILE, token=accounts[0][1]).status == 200  # connected, and grants read
    for expected in (None, 1):  # the first time, the query is prepared
        count_queries()
        answers = together('profile', [read(api, token) for _account, token in accounts])
        if expected:
            assert count_queries() == expected
        for (account, _token), answer in zip(accounts, answers):
            exact(answer, (200, {'status': 'success', 'data': expected_profile(sql, account.id)}))


def test_more_requests_than_a_group_holds_are_all_answered(api, make_account, together):
    accounts = [make_account() for _ in range(MANY_THREADS)]
    answers = together('profile', [read(api, token) for _account, token in accounts])
    assert [answer.json()['data']['username'] for answer in answers] == \
        [account.username for account, _token in accounts]


def test_the_same_account_and_the_same_token_can_wait_several_times(api, make_account, together):
    (account, token), (other, others_token) = make_account(), make_account()
    second = make_account.session(account)
    answers = together(
        'profile', [
            read(
                api, each) for each in (
                token, second, others_token, token, second)])
    assert [answer.json()['data']['username'] for answer in answers] == \
        [account.username] * 2 + [other.username] + [account.username] * 2


@pytest.fixture
def refusals(api, sql, minter, make_account):
    """Tokens that are refused, each with its answer."""
    def token_of(refused):
        account, token = make_account()
        refused(account, token)
        return token

    def log_out(_account, token):
        assert api.post('/api/auth/logout', token=token).status == 200
    expired, _ = make_account()
    return [
        (token_of(log_out), BADTOKEN),
        (token_of(lambda account, _token: sql.run(
            'UPDATE users SET is_active = 0 WHERE id = %s', account.id)), NOAUTH),
        (token_of(lambda account, _token: sql.run(
            'UPDATE users SET token_epoch = 5 WHERE id = %s', account.id)), BADTOKEN),
        (minter.token(expired.id, exp=1), BADTOKEN),
        ('nonsense', BADTOKEN),
        (None, NOAUTH),
    ]


def test_a_refused_token_among_others_is_refused_alone(api, make_account, together, refusals):
    for refused, expected in refusals:
        accounts = [make_account() for _ in range(4)]
        tokens = [token for _account, token in accounts]
        answers = together('profile', [read(api, token)
                           for token in (*tokens[:2], refused, *tokens[2:])])
        exact(answers.pop(2), expected)
        assert [answer.json()['data']['username'] for answer in answers] == \
            [account.username for account, _token in accounts]


def test_a_token_of_another_account_never_shows_that_account(
        api, sql, minter, make_account, together):
    """A session's row that names another account than the token: only the token counts."""
    (account, _), (other, others_token) = make_account(), make_account()
    forged = minter.token(account.id)
    insert_session(sql, other.id, forged)
    answers = together(
        'profile', [
            read(
                api, others_token), read(
                api, forged), read(
                    api, others_token)])
    assert [answer.json()['data']['username'] for answer in answers] == \
        [other.username, account.username, other.username]


def test_tokens_without_a_session_and_tokens_with_scopes_are_read_by_themselves(
        api, sql, minter, make_account, together):
    account, token = make_account()
    tokens = [token, minter.token(account.id), oauth2_token(sql, account.id, 'profile:read').text,
              personal_token(sql, account.id, 'profile:read').text, token]
    answers = together('profile', [read(api, each) for each in tokens])
    assert [answer.json()['data']['username']
            for answer in answers] == [account.username] * len(tokens)


def test_edits_that_wait_are_all_stored(api, sql, make_account, together):
    accounts = [make_account() for _ in range(GROUP)]

    def edit(number, token):
        body = {
            'first_name': f'Sam {number}',
            'last_name': None,
            'location': None,
            'birth_date': None,
            'bio': None}
        return lambda: api.post(EDIT, json=body, token=token)
    answers = together('profile', [edit(number, token)
                       for number, (_account, token) in enumerate(accounts)])
    for number, ((account, _token), answer) in enumerate(zip(accounts, answers)):
        assert answer.status == 200 and answer.json()['data']['first_name'] == f'Sam {number}'
        assert user_row(sql, account)['first_name'] == f'Sam {number}'


def routes_logged(busy, count):
    return [entry['route']
            for entry in entries(busy.log_text('profile')) if 'route' in entry][-count:]


def test_requests_that_only_read_do_not_wait_for_edits_of_their_group(
        api, busy, make_account, together):
    accounts = [make_account() for _ in range(4)]
    body = dict.fromkeys(('first_name', 'last_name', 'location', 'birth_date', 'bio'))

    def edit(token):
        return lambda: api.post(EDIT, json=body, token=token)
    calls = [make(token) for make, (_account, token) in zip(
        (edit, lambda token: read(api, token)) * 2, accounts)]
    assert [answer.status for answer in together('profile', calls)] == [200] * 4
    assert routes_logged(busy, 4) == [PROFILE, PROFILE, EDIT, EDIT]


def test_of_two_changes_of_an_account_the_second_shows_the_first(api, make_account, together):
    _account, token = make_account()
    name = {
        'first_name': 'Sam',
        'last_name': None,
        'location': None,
        'birth_date': None,
        'bio': None}
    preferences = {'timezone': 'Europe/Rome', 'weekm': True, 'language': 'it', 'imperial_units': False,
                   'display_ascent': True, 'date_format': 'dd/MM/yyyy', 'start_elevation_at_zero': False,
                   'use_raw_gpx_speed': False, 'use_dark_mode': None}
    answers = together('profile', [lambda: api.post(EDIT, json=name, token=token),
                                   lambda: api.post(PREFERENCES, json=preferences, token=token)])
    assert [answer.json()['data']['first_name'] for answer in answers] == ['Sam', 'Sam']


def test_a_token_that_is_revoked_while_its_request_waits_for_another_is_refused(
        api, sql, root, busy, make_account, together):
    """The first edit waits for a lock; the second was read ahead, together with it."""
    accounts = [make_account() for _ in range(2)]
    body = dict.fromkeys(('first_name', 'last_name', 'location', 'birth_date', 'bio'))

    def edit(token):
        return lambda: api.post(EDIT, json=body, token=token)

    def revoke():
        until(lambda: root.value("SELECT COUNT(*) FROM information_schema.PROCESSLIST "
                                 "WHERE INFO LIKE 'UPDATE users SET first_name%%'"), 'the first edit waits')
        waits = time.monotonic()
        sql.run('UPDATE users SET token_epoch = 5 WHERE id = %s', accounts[1][0].id)
        until(lambda: time.monotonic() > waits + FRESH_SECONDS, 'what was read is outdated')
        locking.run('COMMIT')
    with connect(busy) as locking, ThreadPoolExecutor(1) as pool:
        locking.run('START TRANSACTION')
        locking.run('SELECT id FROM users WHERE id = %s FOR UPDATE', accounts[0][0].id)
        revoking = pool.submit(revoke)
        answers = together('profile', [edit(token) for _account, token in accounts])
        revoking.result()
    assert answers[0].status == 200
    exact(answers[1], BADTOKEN)


def test_a_slow_request_is_the_last_of_a_group(api, make_account, together, busy):
    """A change of the password takes long: those that came before it are answered first."""
    (account, token), (reader, readers_token) = make_account(), make_account()

    def change():
        return api.request('PATCH', f'{EDIT}/account', token=token, json={
            'email': account.email, 'password': account.password, 'new_password': 'another password'})
    answers = together('profile', [read(api, readers_token), change, read(api, readers_token)])
    assert [answer.status for answer in answers] == [200, 200, 200]
    assert answers[0].json()['data']['username'] == reader.username
    assert routes_logged(busy, 3) == [PROFILE, f'{EDIT}/account', PROFILE]


def test_without_the_privilege_for_the_common_query_each_request_is_read_by_itself(
        api, busy, root, make_account, together):
    """While an installation is upgraded, programs can run with the privileges of the version before."""
    revoke = f"REVOKE SELECT (user_id) ON {busy.database.name}.sessions FROM 'fitgate_profile'@'localhost'"
    accounts = [make_account() for _ in range(GROUP)]
    root.run(revoke)
    try:
        busy.restart_service('profile')
        logged = len(busy.log_text('profile'))
        for _ in range(2):
            answers = together('profile', [read(api, token) for _account, token in accounts])
            assert [answer.json()['data']['username'] for answer in answers] == \
                [account.username for account, _token in accounts]
        warnings = entries(busy.log_text('profile')[logged:], level='warning')
        assert len(warnings) == 1 and "'user_id'" in warnings[0]['message']
    finally:
        root.run(revoke.replace('REVOKE', 'GRANT').replace('FROM', 'TO'))
        busy.restart_service('profile')


@pytest.mark.skipif(BUILD.name != 'release', reason='sanitizers keep memory')
def test_the_memory_for_a_group_is_returned_when_no_more_requests_come(
        api, busy, make_account, together):
    accounts = [make_account() for _ in range(GROUP)]
    for _ in range(2):  # the first time, the query is prepared
        together('profile', [read(api, token) for _account, token in accounts])
        assert api.get(PROFILE, token=accounts[0][1]).status == 200
    (pid,) = busy.program_pids('profile')
    enough = private(pid)  # of the arenas of the group
    until(lambda: private(pid) < enough - 0.05, 'the process is smaller')


def test_a_reserve_leaves_single_requests_to_processes_that_were_started_later(
        make_stack, transcript):
    stack = make_stack('reserve', processes=os.cpu_count() + 1, worker=False, mail_enabled=False)
    api = Api(stack, transcript)
    *others, reserve = sorted(stack.program_pids('profile'))

    def served_by():
        answer = api.get(PROFILE)
        logged = until(lambda: entries(stack.log_text('profile'), request=answer.headers['X-Request-Id']),
                       'the request is logged')
        return int(logged[-1]['pid'])
    for pid in others:
        os.kill(pid, signal.SIGKILL)
    until(lambda: served_by() not in (reserve, *others), 'another process serves a request')


# ---- pictures ------------------------------------------------------------------------------------

def test_waiting_pictures_are_found_by_one_query(api, sql, make_account, together, count_queries):
    accounts = [make_account() for _ in range(GROUP)]
    contents = [png(width=number + 1, height=1) for number in range(GROUP)]
    for (_account, token), content in zip(accounts, contents):
        body, headers = form(part('file', content, 'me.png'))
        assert api.post(PICTURE, data=body, headers=headers, token=token).status == 200

    def see(name):
        return lambda: api.get(f'/api/users/{name}/picture')
    for expected in (None, 1):
        count_queries()
        answers = together('picture', [see(account.username) for account, _token in accounts])
        if expected:
            assert count_queries() == expected
        assert [answer.body for answer in answers] == contents
    bare = insert_user(sql)
    names = [
        accounts[0][0].username,
        'user_gone',
        bare.username,
        accounts[1][0].username.upper(),
        accounts[2][0].username]
    answers = together('picture', [see(name) for name in names])
    assert [answers[0].body, answers[4].body] == [contents[0], contents[2]]
    for answer, expected in zip(answers[1:4], (UNKNOWN_USER, NO_PICTURE, UNKNOWN_USER)):
        exact(answer, expected)


# ---- the gate ------------------------------------------------------------------------------------

def test_waiting_checks_of_the_gate_are_one_query(gate, make_account, together, count_queries):
    accounts = [make_account() for _ in range(GROUP)]

    def enter(token):
        return lambda: gate.ask('/app-static/index.html', token=token)
    for expected in (None, 1):
        count_queries()
        passages = together('gate', [enter(token) for _account, token in accounts])
        if expected:
            assert count_queries() == expected
        assert [passage.status for passage in passages] == [200] * GROUP


def test_a_refused_token_at_the_gate_is_refused_alone(api, gate, sql, make_account, together):
    accounts = [make_account(admin=number % 2) for number in range(4)]
    tokens = [token for _account, token in accounts]
    assert api.post('/api/auth/logout', token=tokens[3]).status == 200
    script = personal_token(sql, accounts[0][0].id, 'gate').text

    def enter(token):
        return lambda: gate.ask('/app-admin/', token=token)
    with gated.App(gate.stack):
        passages = together('gate', [enter(token)
                            for token in (*tokens, 'nonsense', script, tokens[1])])
    assert [passage.status for passage in passages] == [403, 200, 403, 401, 401, 403, 200]
    assert [passages[number].header_seen('x-auth-user')
            for number in (1, 6)] == [accounts[1][0].username] * 2
