"""KILL QUERY of an administrator or of a script that ends long queries (error 1317): the statement has no effect, and is
tried again."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from tests.api.support.waiting import until
from tests.harness.people import insert_user
from tests.harness.sql import root_sql

EVENTS = 'SELECT id FROM events FOR UPDATE'  # of an empty table: no event can be stored


@pytest.fixture
def interrupt(stack, scratch):
    """Interrupt the statements that begin with a text; returns how many there were."""
    with root_sql(stack) as root:
        def interrupt_all(text):
            running = root.rows('SELECT ID FROM information_schema.PROCESSLIST WHERE DB = %s AND INFO LIKE %s',
                                scratch.name, text + '%')
            for row in running:
                root.run(f'KILL QUERY {row["ID"]}')
            return len(running)
        yield interrupt_all


@pytest.fixture
def sql(scratch):
    with scratch.connect() as connection:
        yield connection


@contextmanager
def waiting_for(sql, lock, call):
    """The call in another thread, while a transaction holds a lock; (the running call, a function that ends the
    transaction)."""
    with ThreadPoolExecutor(1) as pool, sql.another() as other:
        other.run('START TRANSACTION')
        other.rows(lock)
        yield pool.submit(call), lambda: other.run('ROLLBACK')


def state(sql, account):
    row = sql.row('SELECT admin, email FROM users WHERE id = %s', account.id)
    return row['admin'], row['email'], sql.value('SELECT COUNT(*) FROM events')


def test_a_statement_outside_a_transaction_is_repeated(programs, scratch, sql, interrupt, minter):
    account = insert_user(sql)
    body = dict.fromkeys(
        ('last_name', 'location', 'bio', 'birth_date'), None) | {
        'first_name': 'Sam'}
    lock = f'SELECT id FROM users WHERE id = {account.id} FOR UPDATE'
    with waiting_for(sql, lock, lambda: programs.cgi(
            'POST', '/api/auth/profile/edit', json=body, token=minter.token(account.id),
            settings={'DATABASE_URL': scratch.url})) as (edit, release):
        until(lambda: interrupt('UPDATE users SET first_name'), 'the statement is interrupted')
        release()
        assert edit.result().status == 200
    assert sql.value('SELECT first_name FROM users WHERE id = %s', account.id) == 'Sam'


def test_a_transaction_is_repeated_from_its_start(apart, sql, interrupt):
    account = insert_user(sql)
    with waiting_for(sql, EVENTS, lambda: apart.run(
            'users', 'update', account.username, '--admin', 'yes', '--email', 'new@example.org')) as (
            update, release):
        until(lambda: interrupt('INSERT INTO events'), 'the first event is interrupted')
        release()
        done = update.result()
    assert done.returncode == 0 and not done.stderr
    assert state(sql, account) == (1, 'new@example.org', 2)


def test_a_transaction_that_is_interrupted_at_every_attempt_stores_nothing(apart, sql, interrupt):
    account = insert_user(sql)
    before = state(sql, account)
    with waiting_for(sql, EVENTS, lambda: apart.run(
            'users', 'update', account.username, '--admin', 'yes', '--email', 'new@example.org')) as (
            update, release):
        until(
            lambda: (
                interrupt('INSERT INTO events'),
                update.done())[1],
            'the last attempt is interrupted')
        release()
        done = update.result()
    assert done.returncode == 1 and '(1317)' in done.stderr
    assert state(sql, account) == before == (0, account.email, 0)
