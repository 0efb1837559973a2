"""Sessions, personal tokens, the security log, and the end of the account."""

import re

import pytest

from tests.api.client.command import Command
from tests.harness.people import now
from tests.harness.tokens import sha256_hex


def rows(printed):
    return [line.split('\t') for line in printed.splitlines()]


@pytest.fixture
def with_password(user):
    return {'FITGATE_PASSWORD': user.password}


def test_sessions_are_listed_and_ended(logged_in: Command, login, profile, user):
    other, third = login(user), login(user)
    listed = rows(logged_in.ok('session', 'list'))
    assert [row[1] for row in listed] == ['true', 'false', 'false']
    assert listed[0][3:5] == ['curl', '127.0.0.0/24'] and listed[0][5].endswith(' GMT')
    assert logged_in.ok('session', 'end', listed[1][0]) == 'session ended\n'
    assert len(rows(logged_in.ok('session', 'list'))) == 2
    message = logged_in.refused(1, 'session', 'end', listed[1][0])
    assert 'session does not exist' in message
    assert logged_in.ok('session', 'clear') == 'all other sessions ended\n'
    assert [row[1] for row in rows(logged_in.ok('session', 'list'))] == ['true']
    assert user.username in logged_in.ok('whoami')
    for token in (other, third):
        assert 'invalid' in logged_in.refused(4, 'whoami', env={'FITGATE_TOKEN': token})


def test_a_token_is_created_listed_and_revoked(logged_in, user, with_password, db):
    printed = logged_in.ok('token', 'create', 'sauvegarde "été"', 'profile:read', 'gate', '--days',
                           '90', env=with_password)
    assert re.fullmatch(r'fgpt_[A-Za-z0-9_-]{40}\n', printed)
    row = db.row('SELECT * FROM personal_tokens WHERE token = %s', sha256_hex(printed.strip()))
    assert 89 <= (row['expires_at'] - now()).days <= 90
    number, name, scope, *times = rows(logged_in.ok('token', 'list'))[0]
    assert (int(number), name, scope) == (row['id'], 'sauvegarde "été"', 'profile:read gate')
    assert times[0].endswith(' GMT') and times[1].endswith(' GMT') and times[2] == ''
    use = {'FITGATE_TOKEN': printed.strip()}
    assert user.username in logged_in.ok('whoami', env=use)
    assert 'higher privileges' in logged_in.refused(1, 'token', 'list', env=use)
    assert logged_in.ok('token', 'revoke', number) == 'token revoked\n'
    assert logged_in.ok('token', 'list') == ''
    logged_in.refused(4, 'whoami', env=use)


def test_wrong_arguments_of_a_token_are_refused(logged_in, with_password):
    create = ('token', 'create', 'a script')
    assert 'missing argument SCOPE' in logged_in.refused(2, *create)
    assert "unknown key 'nonsense'" in logged_in.refused(2, *create, 'nonsense')
    assert "invalid value 'x' for days" in logged_in.refused(2, *create, 'gate', '--days', 'x',
                                                             env=with_password)
    assert 'days: 1 to 36500' in logged_in.refused(1, *create, 'gate', '--days', '0',
                                                   env=with_password)
    assert 'invalid credentials' in logged_in.refused(1, *create, 'gate',
                                                      env={'FITGATE_PASSWORD': 'wrong password'})
    assert "from 'fitgate token list'" in logged_in.refused(2, 'token', 'revoke', 'x')
    assert "from 'fitgate session list'" in logged_in.refused(2, 'session', 'end', '1x')
    assert 'does not apply' in logged_in.refused(2, 'token', 'list', '--days', '9')


def test_the_security_log_is_shown(logged_in, user, with_password):
    logged_in.ok('token', 'create', 'a\ttab', 'gate', env=with_password)
    created, login = rows(logged_in.ok('events'))
    assert created[1:] == ['token_created', '1', 'Other', 'curl', '127.0.0.0/24', 'a\\ttab']
    assert login[1] == 'login' and login[0].endswith(' GMT')
    assert '"events"' in logged_in.ok('events', '--json')


def test_the_own_account_is_deleted(logged_in, user, make_user, db):
    other = make_user()
    message = logged_in.refused(2, 'delete-account', other.username)
    assert f"not of the user '{other.username}' but of '{user.username}'" in message
    assert logged_in.ok('delete-account', user.username) == 'account deleted\n'
    assert [row['id'] for row in db.rows('SELECT id FROM users WHERE id IN (%s, %s)', user.id,
                                         other.id)] == [other.id]
    assert 'token' not in (logged_in.directory / 'default.session').read_text()
    assert 'not logged in' in logged_in.refused(4, 'whoami')
