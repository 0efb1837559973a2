"""The sessions of an account: recorded at each login, listed, ended (contract §27.1)."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
import time

import pytest

from tests.api.support.dialects import DIALECTS
from tests.api.support.profile import date_text
from tests.api.support.scoped import oauth2_token, personal_token
from tests.api.support.waiting import until
from tests.harness.answers import ERR500, NOAUTH, NOSCOPE, NOURL, exact, is_bad_token, is_json
from tests.harness.people import insert_session, now, user_row
from tests.harness.sql import root_sql
from tests.harness.tokens import read, sha256_hex

SESSIONS = '/api/auth/sessions'
ONE = '/api/auth/sessions/1'
PROFILE = '/api/auth/profile'
UNKNOWN = (404, {'status': 'not found', 'message': 'session does not exist'})
FIREFOX = {'User-Agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0'}


@pytest.fixture
def listed(api):
    """The sessions that the owner of a token sees."""
    def get(token):
        answer = api.get(SESSIONS, token=token)
        body = is_json(answer)
        assert answer.status == 200 and body.keys() == {'status', 'data'}
        return body['data']['sessions']
    return get


def from_seconds(seconds):
    return date_text(datetime.fromtimestamp(seconds, timezone.utc))


def session_row(db, token):
    return db.row('SELECT * FROM sessions WHERE token = %s', sha256_hex(token))


def current_ids(sessions):
    return [one['id'] for one in sessions if one['current']]


# ---- recorded ------------------------------------------------------------------------------------

def test_a_login_is_listed_with_device_network_and_times(api, db, listed, user):
    token = is_json(
        api.post(
            '/api/auth/login',
            json=user.credentials,
            headers=FIREFOX))['auth_token']
    row, claims = session_row(db, token), read(token)[1]
    assert listed(token) == [{
        'id': row['id'], 'current': True, 'system': 'Linux', 'browser': 'Firefox',
        'network': '127.0.0.0/24', 'created_at': from_seconds(claims['iat']),
        'last_seen_at': date_text(row['last_seen_at']), 'expires_at': from_seconds(claims['exp'])}]
    assert now() - timedelta(seconds=60) < row['last_seen_at'] <= now()


def test_each_login_is_a_session_and_the_current_one_comes_first(
        db, login, listed, user, make_user):
    first, second, third = login(user), login(user), login(user)
    login(make_user())
    db.run('UPDATE sessions SET last_seen_at = last_seen_at - INTERVAL 1 MINUTE WHERE token = %s',
           sha256_hex(third))
    ids = [session_row(db, token)['id'] for token in (first, second, third)]
    sessions = listed(first)
    assert [one['id'] for one in sessions] == ids
    assert current_ids(sessions) == [ids[0]]


def test_a_confirmation_starts_a_session(db, api, listed, make_user):
    token = 'x' * 40
    make_user(active=False, confirmation_token=sha256_hex(token), confirmation_sent_at=now())
    auth_token = is_json(api.post('/api/auth/account/confirm', json={'token': token}))['auth_token']
    assert current_ids(listed(auth_token)) == [session_row(db, auth_token)['id']]


def test_the_older_dialects_start_sessions(db, api_06, api_02, listed, user):
    for client in (api_06, api_02):
        token = is_json(client.post('/api/auth/login', json=user.credentials))['auth_token']
        assert current_ids(listed(token)) == [session_row(db, token)['id']]


def test_a_registration_in_0_2_starts_a_session(api_02, db, listed):
    token = is_json(
        api_02.post(
            '/api/auth/register',
            json=DIALECTS['0.2'].registration()))['auth_token']
    assert current_ids(listed(token)) == [session_row(db, token)['id']]


def test_without_its_row_there_is_no_login(stack, api, db, user):
    with root_sql(stack, stack.database.name) as root:
        root.run("CREATE TRIGGER test_refuse BEFORE INSERT ON sessions FOR EACH ROW "
                 f"IF NEW.user_id = {user.id} THEN SIGNAL SQLSTATE '45000'; END IF")
        try:
            exact(api.post('/api/auth/login', json=user.credentials), ERR500)
        finally:
            root.run('DROP TRIGGER test_refuse')
    assert db.rows('SELECT * FROM sessions WHERE user_id = %s', user.id) == []


@pytest.mark.parametrize(('age', 'written'), [(59, False), (61, True)])
def test_last_seen_is_written_once_an_hour(db, login, profile, user, age, written):
    token = login(user)
    before = (now() - timedelta(minutes=age)).replace(microsecond=0)
    db.run('UPDATE sessions SET last_seen_at = %s WHERE token = %s', before, sha256_hex(token))
    profile(token)
    after = session_row(db, token)['last_seen_at']
    assert (after != before) == written
    assert not written or now() - timedelta(seconds=60) < after <= now()


# ---- what is listed ------------------------------------------------------------------------------

def test_a_logout_and_the_end_of_the_token_end_the_session(api, db, login, listed, user):
    token, left, expired = login(user), login(user), login(user)
    assert api.post('/api/auth/logout', token=left).status == 200
    db.run('UPDATE sessions SET expires_at = %s WHERE token = %s', now(), sha256_hex(expired))
    assert [one['id'] for one in listed(token)] == [session_row(db, token)['id']]


def test_a_change_of_the_password_leaves_the_session_that_made_it(api, db, login, listed, user):
    token, other = login(user), login(user)
    answer = api.request('PATCH', '/api/auth/profile/edit/account', token=token, json={
        'email': user.email, 'password': user.password, 'new_password': 'another long password'})
    assert answer.status == 200
    is_bad_token(api.get(SESSIONS, token=other))
    assert [one['id'] for one in listed(token)] == [session_row(db, token)['id']]


def test_at_most_100_are_listed(db, login, listed, user):
    token = login(user)
    for number in range(101):
        insert_session(db, user.id, f'{user.username} {number}')
    sessions = listed(token)
    assert len(sessions) == 100 and sessions[0]['current']


# ---- tokens from before --------------------------------------------------------------------------

EARLIER = {'id': None, 'system': None, 'browser': None, 'network': None, 'last_seen_at': None}


def test_a_token_from_before_is_shown_as_the_current_one(db, minter, login, listed, user):
    login(user)
    token = minter.token(user.id)
    claims, sessions = read(token)[1], listed(token)
    assert len(sessions) == 2
    assert sessions[0] == {**EARLIER, 'current': True, 'created_at': from_seconds(claims['iat']),
                           'expires_at': from_seconds(claims['exp'])}


def test_tokens_from_before_are_one_entry_while_they_can_be_valid(db, login, listed, user):
    token = login(user)
    since = now().replace(microsecond=0) - timedelta(days=1)
    db.run('UPDATE users SET sessions_since = %s WHERE id = %s', since, user.id)
    sessions = listed(token)
    lifetime = timedelta(seconds=read(token)[1]['exp'] - read(token)[1]['iat'])
    assert sessions[1:] == [{**EARLIER, 'current': False, 'created_at': None,
                             'expires_at': date_text(since + lifetime)}]
    db.run('UPDATE users SET sessions_since = %s WHERE id = %s', now() - lifetime, user.id)
    assert len(listed(token)) == 1


def test_a_token_from_before_that_is_kept_gets_a_row(api, db, minter, listed, user):
    token = minter.token(user.id)
    assert api.request('DELETE', SESSIONS, token=token).status == 204
    row = session_row(db, token)
    assert current_ids(listed(token)) == [row['id']] and row['network'] == '127.0.0.0/24'


def test_the_migration_marks_the_accounts_that_exist(scratch, programs):
    with scratch.connect() as sql:
        sql.run("INSERT INTO users (username, email, password, created_at) "
                "VALUES ('old', 'old@example.org', '*', UTC_TIMESTAMP(6))")
        sql.run('ALTER TABLE users DROP COLUMN sessions_since')
        sql.run('DROP TABLE sessions')
        sql.run("UPDATE schema_version SET state = 'applying', next_statement = 0 "
                "WHERE name LIKE '%sessions%'")
        assert programs.migrate(scratch).returncode == 0
        sql.run("INSERT INTO users (username, email, password, created_at) "
                "VALUES ('new', 'new@example.org', '*', UTC_TIMESTAMP(6))")
        since = {row['username']: row['sessions_since'] for row in sql.rows('SELECT * FROM users')}
        assert since['new'] is None and since['old'] > now() - timedelta(minutes=5)


# ---- ended ---------------------------------------------------------------------------------------

def test_ending_a_session_revokes_its_token_alone(api, db, login, listed, profile, user):
    token, other, third = login(user), login(user), login(user)
    path = f'{SESSIONS}/{session_row(db, other)["id"]}'
    answer = api.request('DELETE', path, token=token)
    assert (answer.status, answer.body) == (204, b'')
    is_bad_token(api.get(PROFILE, token=other))
    profile(third)
    assert db.value('SELECT expired_at FROM blacklisted_tokens WHERE token = %s',
                    sha256_hex(other)) == read(other)[1]['exp']
    assert len(listed(token)) == 2
    exact(api.request('DELETE', path, token=token), UNKNOWN)


def test_the_current_session_can_be_ended(api, db, login, user):
    token = login(user)
    assert api.request('DELETE', f'{SESSIONS}/{session_row(db, token)["id"]}',
                       token=token).status == 204
    is_bad_token(api.get(PROFILE, token=token))


def test_sessions_of_others_cannot_be_ended(api, db, login, profile, make_user):
    token, stranger = login(make_user()), login(make_user())
    exact(api.request('DELETE', f'{SESSIONS}/{session_row(db, stranger)["id"]}', token=token),
          UNKNOWN)
    profile(stranger)


@pytest.mark.parametrize('number', ['0', '99999999999', '9' * 40])
def test_an_unknown_session_cannot_be_ended(api, login, user, number):
    exact(api.request('DELETE', f'{SESSIONS}/{number}', token=login(user)), UNKNOWN)


def test_an_id_that_is_no_number_is_an_unknown_path(api, login, user):
    exact(api.request('DELETE', f'{SESSIONS}/first', token=login(user)), NOURL)


def test_all_other_sessions_can_be_ended(api, db, login, listed, profile, minter, make_user):
    user, stranger = make_user(), make_user()
    token, other, kept = login(user), login(user), login(stranger)
    earlier = minter.token(user.id)
    script = personal_token(db, user.id)
    answer = api.request('DELETE', SESSIONS, token=token)
    assert (answer.status, answer.body) == (204, b'')
    for ended in (other, earlier):
        is_bad_token(api.get(PROFILE, token=ended))
    profile(kept)
    assert api.get(PROFILE, token=script.text).status == 200
    assert [one['current'] for one in listed(token)] == [True]
    row = user_row(db, user)
    assert (row['token_epoch'], row['kept_token']) == (1, sha256_hex(token))
    profile(login(user))


def test_ending_all_others_again_keeps_the_session(api, login, profile, user):
    token = login(user)
    for _ in range(2):
        assert api.request('DELETE', SESSIONS, token=token).status == 204
    profile(token)


def test_a_firewall_that_rejects_delete_does_not_matter(api, db, login, user):
    token, other = login(user), login(user)
    assert api.post(f'{SESSIONS}/{session_row(db, other)["id"]}/delete', token=token).status == 204
    assert api.post(f'{SESSIONS}/delete', token=token).status == 204


@pytest.mark.parametrize(('hold', 'waiting'), [
    ('UPDATE users SET bio = "held" WHERE id = %(user)s', 'UPDATE users SET token_epoch'),
    ('SELECT id FROM sessions WHERE token = %(token)s FOR UPDATE', 'INSERT INTO sessions')])
def test_an_earlier_token_that_is_revoked_meanwhile_stays_revoked(
        api, db, minter, stack, user, hold, waiting):
    """Ending the others gives it a row. A token with a row is not looked up among the revoked ones."""
    token = minter.token(user.id)
    names = {'user': str(user.id), 'token': f"'{sha256_hex(token)}'"}

    def waits():
        return any((shown['Info'] or '').startswith(waiting)
                   for shown in root.rows('SHOW PROCESSLIST'))

    with root_sql(stack) as root, db.another() as other, ThreadPoolExecutor(1) as pool:
        other.run('START TRANSACTION')
        other.run(hold % names)
        ended = pool.submit(lambda: api.request('DELETE', SESSIONS, token=token))
        until(waits, 'the request waits')
        other.insert('blacklisted_tokens', token=sha256_hex(token), expired_at=int(time.time()) + 3600,
                     blacklisted_on=now())
        other.run('COMMIT')
        assert ended.result().status == 204
    is_bad_token(api.get(PROFILE, token=token))
    assert not db.rows('SELECT id FROM sessions WHERE token = %s', sha256_hex(token))


# ---- who may -------------------------------------------------------------------------------------

@pytest.mark.parametrize(('method', 'path'), [
    ('GET', SESSIONS), ('DELETE', SESSIONS), ('DELETE', ONE)])
def test_only_the_token_of_a_login_is_accepted(api, db, user, method, path):
    for token in (personal_token(db, user.id), oauth2_token(db, user.id)):
        exact(api.request(method, path, token=token.text), NOSCOPE)
    exact(api.request(method, path), NOAUTH)
    is_bad_token(
        api.request(
            method,
            path,
            token=personal_token(
                db,
                user.id,
                revoked_at=now()).text))
    assert user_row(db, user)['token_epoch'] == 0


def test_older_dialects_do_not_have_the_endpoints(api_06, login, user):
    exact(api_06.get(SESSIONS, token=login(user)), NOURL)
