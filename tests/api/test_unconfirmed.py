"""Accounts that were never confirmed, and reserved usernames, are removed when their link has
expired (contract §6.1), by `clean accounts` and by the worker's own cleanup."""

from datetime import timedelta

import pytest

from tests.api.support.admin_command import Command
from tests.harness.people import insert_user, insert_workout, now, unique

WEEK = timedelta(days=7)
OLD, YOUNG = timedelta(days=7, minutes=5), timedelta(days=6, hours=23)


@pytest.fixture
def sql(shared_scratch):
    with shared_scratch.connect() as connection:
        connection.run('DELETE FROM registrations')
        yield connection


@pytest.fixture
def clean(programs, shared_scratch):
    """Run the command; returns the numbers of removed rows that it prints."""
    return lambda **settings: Command(programs, shared_scratch,
                                      settings).object('clean', 'accounts')


@pytest.fixture
def insert(sql):
    """Insert an unconfirmed account that was registered this long ago."""
    def make(age=OLD, **columns):
        return insert_user(sql, **{'active': False, 'unconfirmed': 1,
                                   'confirmation_sent_at': now() - age, **columns})
    return make


@pytest.fixture
def reserve(sql):
    """Insert a name that a registration reserved this long ago."""
    def make(age=OLD, email=None):
        name = unique()
        sent_at = None if age is None else now() - age
        sql.insert('registrations', username=name, email=email or f'{name}@example.org',
                   password='*', sent_at=sent_at)
        return name
    return make


def exists(sql, account):
    return sql.value('SELECT COUNT(*) FROM users WHERE id = %s', account.id) == 1


def is_reserved(sql, name):
    return sql.value('SELECT COUNT(*) FROM registrations WHERE username = %s', name) == 1


def test_an_account_whose_link_has_expired_is_removed(sql, insert, clean):
    account = insert()
    assert clean() == {'accounts': 1, 'reserved_names': 0}
    assert not exists(sql, account)
    assert clean() == {'accounts': 0, 'reserved_names': 0}


@pytest.mark.parametrize('columns', [
    {'age': YOUNG}, {'active': True}, {'suspended_at': now()}, {'unconfirmed': 0},
    {'confirmation_sent_at': None}])
def test_other_accounts_are_kept(sql, insert, clean, columns):
    account = insert(**columns)
    assert clean() == {'accounts': 0, 'reserved_names': 0}
    assert exists(sql, account)
    sql.run('DELETE FROM users WHERE id = %s', account.id)


def test_an_account_with_workouts_is_kept(sql, insert, clean):
    account = insert()
    insert_workout(sql, account.id)
    assert clean()['accounts'] == 0 and exists(sql, account)
    sql.run('DELETE FROM workouts WHERE user_id = %s', account.id)
    assert clean()['accounts'] == 1


def test_an_account_that_was_ever_active_is_kept(sql, insert, clean):
    """Any program can have made it active and inactive again."""
    account = insert(age=timedelta(0))
    sql.run('UPDATE users SET is_active = 1 WHERE id = %s', account.id)
    clean()
    sql.run('UPDATE users SET is_active = 0, confirmation_sent_at = %s WHERE id = %s',
            now() - OLD, account.id)
    assert clean()['accounts'] == 0 and exists(sql, account)
    sql.run('DELETE FROM users WHERE id = %s', account.id)


def test_an_account_that_was_confirmed_by_its_link_is_kept(api, db, register, mail_for, programs):
    account = register()
    assert api.post('/api/auth/account/confirm', json={
        'token': mail_for(account.email).token}).status == 200
    db.run('UPDATE users SET is_active = 0, confirmation_sent_at = %s WHERE id = %s',
           now() - OLD, account.id)
    Command(programs).done('clean', 'accounts')
    assert exists(db, account)


def test_nothing_is_removed_while_no_mail_is_sent(sql, insert, reserve, clean):
    """Without mail, the administrator activates accounts."""
    account, name = insert(), reserve()
    assert clean(EMAIL_URL='') == {'accounts': 0, 'reserved_names': 0}
    assert exists(sql, account) and is_reserved(sql, name)
    assert clean() == {'accounts': 1, 'reserved_names': 1}


def test_the_time_is_a_setting(insert, reserve, clean):
    insert(age=timedelta(hours=2))
    reserve(age=timedelta(hours=2))
    assert clean() == {'accounts': 0, 'reserved_names': 0}
    assert clean(CONFIRMATION_TOKEN_EXPIRATION_SECONDS='3600') == {
        'accounts': 1, 'reserved_names': 1}


@pytest.mark.parametrize(('age', 'stays'), [(OLD, False), (YOUNG, True), (None, True)])
def test_a_reserved_name_is_free_when_it_has_expired(sql, reserve, clean, age, stays):
    name = reserve(age)
    clean()
    assert is_reserved(sql, name) == stays


@pytest.mark.parametrize('known', [True, False])
def test_the_names_of_one_address_become_free_together(sql, insert, reserve, clean, known):
    """The first name is either an account, or reserved beside an active account."""
    email = f'{unique()}@example.org'
    if known:
        first = reserve(OLD, email)
    else:
        first = insert(email=email).username
    reserve(YOUNG, email)

    def is_taken():
        return is_reserved(sql, first) or sql.value(
            'SELECT COUNT(*) FROM users WHERE username = %s', first) == 1

    clean()
    assert is_taken()
    sql.run('UPDATE registrations SET sent_at = %s WHERE email = %s', now() - OLD, email)
    clean()
    assert not is_taken()


def test_the_worker_cleans_up_too(sql, insert, reserve, stack, shared_scratch):
    account, name = insert(), reserve()
    done = stack.run_worker_once(settings={'DATABASE_URL': shared_scratch.url})
    assert done.returncode == 0
    assert not exists(sql, account) and not is_reserved(sql, name)


def test_many_are_removed(insert, reserve, clean):
    for _ in range(30):
        insert()
        reserve()
    assert clean() == {'accounts': 30, 'reserved_names': 30}
