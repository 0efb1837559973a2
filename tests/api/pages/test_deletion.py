"""Deleting the account."""

import pytest

from tests.harness.people import now


def delete(member, user, **values):
    member.open('/delete')
    return member.send('/delete', **{'sure': '1', 'password': user.password, **values})


def exists(db, user):
    return db.value('SELECT COUNT(*) FROM users WHERE id = %s', user.id) == 1


def test_an_account_is_deleted_with_its_sessions(member, make_visitor, user, db, login, api):
    token = login(user)
    other = make_visitor()
    other.log_in(user)
    page = delete(member, user)
    assert (page.title, page.message) == ('Log in', 'Your account has been deleted.')
    assert not exists(db, user)
    assert not other.is_logged_in
    assert api.get('/api/auth/profile', token=token).status == 401


@pytest.mark.parametrize(('values', 'status', 'error'), [
    ({'sure': None}, 400, 'Please tick this box.'),
    ({'password': 'wrong password'}, 401, 'This is not your password.')])
def test_it_takes_the_password_and_a_tick(member, user, db, values, status, error):
    page = delete(member, user, **values)
    assert page.status == status and error in page.errors
    assert exists(db, user) and member.is_logged_in


def test_the_last_administrator_stays(visitor, make_user, db):
    others = [row['id'] for row in db.rows('SELECT id FROM users WHERE admin = 1')]
    db.run('UPDATE users SET admin = 0')
    try:
        user = make_user(admin=1, accepted_policy_date=now())
        visitor.log_in(user)
        page = delete(visitor, user)
        assert page.status == 403 and 'last administrator' in page.errors[0]
        assert exists(db, user)
        db.run('UPDATE users SET admin = 0 WHERE id = %s', user.id)
    finally:
        for number in others:
            db.run('UPDATE users SET admin = 1 WHERE id = %s', number)
