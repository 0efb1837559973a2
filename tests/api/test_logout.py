"""POST /api/auth/logout (contract §6.17)."""

import time
from datetime import timedelta

import pytest

from tests.harness.answers import ERR500, LOGGED_OUT, exact, is_bad_token, is_no_auth
from tests.harness.sql import root_sql
from tests.harness.people import now
from tests.harness.tokens import read, sha256_hex

LOGOUT = '/api/auth/logout'
PROFILE = '/api/auth/profile'


def test_after_logging_out_the_token_is_refused(api, login, user):
    token = login(user)
    exact(api.post(LOGOUT, token=token), LOGGED_OUT)
    is_bad_token(api.get(PROFILE, token=token))
    is_bad_token(api.post(LOGOUT, token=token))


def test_the_token_is_stored_as_its_hash_with_its_end(api, login, db, user):
    token = login(user)
    started = now() - timedelta(seconds=1)
    exact(api.post(LOGOUT, token=token), LOGGED_OUT)
    row = db.row('SELECT * FROM blacklisted_tokens WHERE token = %s', sha256_hex(token))
    assert row['expired_at'] == read(token)[1]['exp']
    assert started <= row['blacklisted_on'] <= now() + timedelta(seconds=1)


def test_an_end_beyond_32_bits_is_stored(api, minter, db, user):
    token = minter.token(user.id, exp=2**33)
    exact(api.post(LOGOUT, token=token), LOGGED_OUT)
    assert db.value('SELECT expired_at FROM blacklisted_tokens WHERE token = %s',
                    sha256_hex(token)) == 2**33


def test_other_sessions_stay_valid(api, login, profile, make_user):
    account, other = make_user(), make_user()
    first, second, third = login(account), login(account), login(other)
    exact(api.post(LOGOUT, token=first), LOGGED_OUT)
    profile(second)
    profile(third)


def test_the_user_can_log_in_again(api, login, profile, user):
    exact(api.post(LOGOUT, token=login(user)), LOGGED_OUT)
    profile(login(user))


@pytest.mark.parametrize('change', [lambda t: t + '=', lambda t: t + ' ', lambda t: t + '.'])
def test_a_logged_out_token_is_refused_in_another_spelling(api, login, user, change):
    token = login(user)
    exact(api.post(LOGOUT, token=token), LOGGED_OUT)
    is_bad_token(api.get_with_header(PROFILE, f'Authorization: Bearer {change(token)}'))


@pytest.mark.parametrize(('content', 'content_type'), [
    (b'', None), (b'', 'application/json'), (b'{', 'application/json'),
    (b'[1]', 'application/json'),
    (b'\xff\x00', 'application/octet-stream'), (b'{"token": 1}', 'application/json'),
    (b'x' * 500000, 'text/plain')])
def test_the_body_is_ignored(api, minter, user, content, content_type):
    headers = {'Content-Type': content_type} if content_type else {}
    exact(api.post(LOGOUT, data=content, headers=headers, token=minter.token(user.id)), LOGGED_OUT)


@pytest.mark.parametrize('content', [b'', b'{', b'{}'])
def test_authentication_is_checked_before_the_body(api, content):
    is_no_auth(api.post_text(LOGOUT, content))
    is_bad_token(api.post_text(LOGOUT, content, token='x'))


def test_an_expired_token_cannot_log_out(api, minter, db, user):
    token = minter.token(user.id, exp=int(time.time()) - 1)
    is_bad_token(api.post(LOGOUT, token=token))
    assert db.value('SELECT COUNT(*) FROM blacklisted_tokens WHERE token = %s',
                    sha256_hex(token)) == 0


def test_concurrent_logouts_with_one_token_succeed(api, login, db, user, in_parallel):
    token = login(user)
    answers = in_parallel([lambda: api.post(LOGOUT, token=token)] * 20)
    assert any(answer.status == 200 for answer in answers)
    for answer in answers:
        if answer.status == 200:
            exact(answer, LOGGED_OUT)
        else:
            is_bad_token(answer)
    assert db.value('SELECT COUNT(*) FROM blacklisted_tokens WHERE token = %s',
                    sha256_hex(token)) == 1


def test_a_token_that_cannot_be_stored_is_not_logged_out(api, login, profile, stack, user):
    token = login(user)
    with root_sql(stack, stack.database.name) as root:
        root.run("CREATE TRIGGER test_refuse BEFORE INSERT ON blacklisted_tokens FOR EACH ROW "
                 "SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'refused by a test'")
        try:
            answer = api.post(LOGOUT, token=token)
        finally:
            root.run('DROP TRIGGER test_refuse')
    exact(answer, (ERR500[0], {'status': 'error', 'message': 'error on token blacklist'}))
    profile(token)
    exact(api.post(LOGOUT, token=token), LOGGED_OUT)


def test_it_changes_nothing_but_the_revoked_tokens_sessions_and_events(
        api, login, db, user, work_off):
    token = login(user)
    work_off()
    others = ('blacklisted_tokens', 'sessions', 'events')
    before = db.checksums(*others)
    exact(api.post(LOGOUT, token=token), LOGGED_OUT)
    assert db.checksums(*others) == before
