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
ROUNDS = 5


@pytest.fixture
def sql(scratch):
    with scratch.connect() as connection:
        yield connection


@pytest.fixture
def cpu_seconds(programs, scratch):
    """The CPU time of a rejected login: the least of several, because other processes can only add."""
    def once(body, status):
        process = programs.start_cgi(
            'POST', LOGIN, settings={'DATABASE_URL': scratch.url},
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

    def least(payload, status):
        body = json.dumps(payload).encode()
        return min(once(body, status) for _ in range(ROUNDS))

    without_password = least({}, 400)
    return lambda email, password='wrong password': least(
        {'email': email, 'password': password}, 401) - without_password


@pytest.fixture
def imported(sql):
    return insert_user(sql, password_hash=new_hash('another password', '$2b$', IMPORTED_COST))


def test_with_an_imported_account_every_rejection_takes_its_work(sql, imported, cpu_seconds):
    ordinary, inactive = insert_user(sql), insert_user(sql, active=False)
    suspended = insert_user(sql, suspended_at=now())
    unusable = insert_user(sql, password_hash='*')
    expected = cpu_seconds(imported.email)
    for email in (ordinary.email, inactive.email, suspended.email, unusable.email,
                  f'{unique()}@example.org'):
        assert 0.7 * expected < cpu_seconds(email) < 1.4 * expected
    assert 0.7 * expected < cpu_seconds(inactive.email, inactive.password) < 1.4 * expected


def test_several_formats_add_up(sql, imported, cpu_seconds):
    one = cpu_seconds(imported.email)
    other = insert_user(sql, password_hash=new_hash('another password', '$2b$', IMPORTED_COST + 1))
    unknown = cpu_seconds(f'{unique()}@example.org')
    assert unknown > 2 * one
    for account in (imported, other):
        assert 0.7 * unknown < cpu_seconds(account.email) < 1.4 * unknown


def test_a_password_that_is_tried_in_two_forms_takes_twice_the_work_for_every_address(
        sql, imported, cpu_seconds):
    composed = 'wröng pässwörd'
    decomposed = unicodedata.normalize('NFD', composed)
    once, expected = cpu_seconds(imported.email, composed), cpu_seconds(imported.email, decomposed)
    assert cpu_seconds(imported.email) < 1.4 * once
    assert 1.6 * once < expected < 2.5 * once
    ordinary = insert_user(sql)
    inactive = insert_user(
        sql, active=False, password_hash=new_hash(
            composed, '$2b$', IMPORTED_COST))
    unusable = insert_user(sql, password_hash='*')
    for email in (ordinary.email, inactive.email, unusable.email, f'{unique()}@example.org'):
        assert 0.7 * expected < cpu_seconds(email, decomposed) < 1.4 * expected
    assert 0.7 * once < cpu_seconds(inactive.email, composed) < 1.4 * once


def test_when_the_last_old_hash_has_been_replaced_logins_are_as_fast_as_ever(
        sql, imported, cpu_seconds, programs, scratch):
    slow = cpu_seconds(f'{unique()}@example.org')
    answer = programs.cgi('POST', LOGIN, settings={'DATABASE_URL': scratch.url},
                          json={'email': imported.email, 'password': 'another password'})
    assert answer.status == 200
    assert sql.value('SELECT password FROM users WHERE id = %s', imported.id).startswith('$2b$04$')
    assert cpu_seconds(f'{unique()}@example.org') < slow / 2
