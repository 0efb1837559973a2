"""A rejected login takes the same work for every address (W10), even while some accounts have
hashes of another format, as after an import. Work is the CPU time of the program beyond that of a
request without a password, which is long with sanitizers."""

import json
import os
import unicodedata

import pytest

from tests.harness.passwords import new_hash
from tests.harness.people import insert_user, now, unique

LOGIN = '/api/auth/login'
IMPORTED_COST = 11  # of bcrypt; other hashes of the tests have cost 4
COMPOSED = 'wröng pässwörd'
DECOMPOSED = unicodedata.normalize('NFD', COMPOSED)
ROUNDS = 3
MEASUREMENTS = 12


def insert_imported(sql, cost=IMPORTED_COST):
    return insert_user(sql, password_hash=new_hash('another password', '$2b$', cost))


@pytest.fixture
def sql(scratch):
    with scratch.connect() as connection:
        yield connection


@pytest.fixture
def imported(sql):
    return insert_imported(sql)


@pytest.fixture
def cpu_seconds(programs):
    """The CPU time of a login, which is answered with this status."""
    def measure(database, payload, status):
        body = json.dumps(payload).encode()
        process = programs.start_cgi(
            'POST', LOGIN, settings={'DATABASE_URL': database.url},
            parameters={'CONTENT_TYPE': 'application/json', 'CONTENT_LENGTH': str(len(body))})
        process.stdin.write(body)
        process.stdin.close()
        reply = process.stdout.read()
        _pid, wait_status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(wait_status)
        process.stdout.close()
        process.stderr.close()
        assert reply.startswith(f'Status: {status}'.encode()), reply
        return usage.ru_utime + usage.ru_stime
    return measure


@pytest.fixture
def one_hash(empty_database, programs):
    """A database and a login whose rejection takes one hash of IMPORTED_COST."""
    database = empty_database()
    programs.migrate(database)
    with database.connect() as connection:
        email = insert_imported(connection).email
    return database, {'email': email, 'password': 'wrong password'}, 401


@pytest.fixture
def hashes(cpu_seconds, scratch, one_hash):
    """The work of a rejected login, as a number of hashes of IMPORTED_COST. What is compared is measured in turn, because
    the machine may be slow for a while, and the least of several counts, because other processes can only add."""
    def measure(email, password):
        login = scratch, {'email': email, 'password': password}, 401
        without_password = scratch, {}, 400
        rounds = [[cpu_seconds(*each) for each in (login, one_hash, without_password)]
                  for _ in range(ROUNDS)]
        work, unit, rest = map(min, zip(*rounds))
        return (work - rest) / (unit - rest)
    return measure


@pytest.fixture
def assert_hashes(hashes):
    """Assert that a rejected login takes this many hashes. Measured again if not, because of what else the machine does."""
    def check(expected, email, password='wrong password'):
        measured = []
        while not measured or not expected - 0.4 < measured[-1] < expected * 1.3 + 0.4:
            assert len(measured) < MEASUREMENTS, f'{measured} instead of {expected}'
            measured.append(hashes(email, password))
    return check


def test_with_an_imported_account_every_rejection_takes_its_work(sql, imported, assert_hashes):
    ordinary, inactive = insert_user(sql), insert_user(sql, active=False)
    suspended = insert_user(sql, suspended_at=now())
    unusable = insert_user(sql, password_hash='*')
    for email in (imported.email, ordinary.email, inactive.email, suspended.email, unusable.email,
                  f'{unique()}@example.org'):
        assert_hashes(1, email)
    assert_hashes(1, inactive.email, inactive.password)


def test_several_formats_add_up(sql, imported, assert_hashes):
    other = insert_imported(sql, IMPORTED_COST + 1)
    for email in (imported.email, other.email, f'{unique()}@example.org'):
        assert_hashes(3, email)


def test_a_password_that_is_tried_in_two_forms_takes_twice_the_work_for_every_address(
        sql, imported, assert_hashes):
    ordinary = insert_user(sql)
    inactive = insert_user(
        sql, active=False, password_hash=new_hash(
            COMPOSED, '$2b$', IMPORTED_COST))
    unusable = insert_user(sql, password_hash='*')
    for email in (imported.email, ordinary.email, inactive.email,
                  unusable.email, f'{unique()}@example.org'):
        assert_hashes(2, email, DECOMPOSED)
    for email in (imported.email, inactive.email):
        assert_hashes(1, email, COMPOSED)


def test_when_the_last_old_hash_has_been_replaced_logins_are_as_fast_as_ever(
        sql, imported, assert_hashes, programs, scratch):
    assert_hashes(1, f'{unique()}@example.org')
    answer = programs.cgi('POST', LOGIN, settings={'DATABASE_URL': scratch.url},
                          json={'email': imported.email, 'password': 'another password'})
    assert answer.status == 200
    assert sql.value('SELECT password FROM users WHERE id = %s', imported.id).startswith('$2b$04$')
    assert_hashes(0, f'{unique()}@example.org')
