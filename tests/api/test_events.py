"""The security log of an account (contract §27.3)."""

import json
from datetime import timedelta

import pytest

from tests.api.support.admin_command import Command
from tests.api.support.profile import date_text
from tests.api.support.scoped import oauth2_token, personal_token
from tests.harness.answers import (
    ERR500,
    NOAUTH,
    NOSCOPE,
    NOURL, PICTURE_UPDATED,
    REFUSED_CREDENTIALS,
    exact,
    is_json)
from tests.harness.people import insert_user, now, unique
from tests.harness.pictures import png, upload
from tests.harness.sql import root_sql
from tests.harness.tokens import sha256_hex

EVENTS = '/api/auth/events'
LOGIN = '/api/auth/login'
ACCOUNT = '/api/auth/profile/edit/account'
NEW = 'another long password'
FIREFOX = {'User-Agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0'}
HERE, NEAR, ELSEWHERE = '192.0.2.1', '192.0.2.200', '198.51.100.7'


@pytest.fixture
def token(minter, user):
    """A valid token without an event."""
    return minter.token(user.id)


@pytest.fixture
def listed(api):
    def get(token):
        body = is_json(api.get(EVENTS, token=token))
        assert body.keys() == {'status', 'data'} and body['data'].keys() == {'events'}
        return body['data']['events']
    return get


def kinds(db, account):
    return [row['kind'] for row in db.rows(
        'SELECT kind FROM events WHERE user_id = %s ORDER BY id', account.id)]


def details(db, account):
    return [(row['kind'], row['detail']) for row in db.rows(
        'SELECT kind, detail FROM events WHERE user_id = %s ORDER BY id', account.id)]


# ---- what is shown -------------------------------------------------------------------------------

def test_an_event_has_kind_time_device_and_network(api, db, listed, token, user):
    assert api.post(LOGIN, json=user.credentials, headers=FIREFOX).status == 200
    row = db.row('SELECT * FROM events WHERE user_id = %s', user.id)
    assert listed(token) == [{
        'id': row['id'], 'kind': 'login', 'created_at': date_text(row['created_at']),
        'occurrences': 1, 'by_administrator': False, 'system': 'Linux', 'browser': 'Firefox',
        'network': '127.0.0.0/24', 'detail': None}]
    assert now() - timedelta(seconds=60) < row['created_at'] <= now()


def test_the_last_100_events_of_the_account_are_listed_the_newest_first(db, listed, token, user,
                                                                        make_user):
    for number in range(103):
        db.insert('events', user_id=user.id, kind='login', created_at=now(), detail=str(number))
    db.insert('events', user_id=make_user().id, kind='login', created_at=now())
    assert [one['detail'] for one in listed(token)] == [str(number) for number in range(102, 2, -1)]


@pytest.mark.parametrize('make', [personal_token, oauth2_token])
def test_only_the_token_of_a_login_is_accepted(api, db, user, make):
    exact(api.get(EVENTS, token=make(db, user.id).text), NOSCOPE)
    exact(api.get(EVENTS), NOAUTH)


def test_older_dialects_do_not_have_the_endpoint(api_06, token):
    exact(api_06.get(EVENTS, token=token), NOURL)


# ---- what is recorded ----------------------------------------------------------------------------

def test_logins_and_logouts_in_each_dialect(api, api_06, api_02, db, user):
    for client in (api, api_06, api_02):
        assert client.post(LOGIN, json=user.credentials).status == 200
    token = is_json(api.post(LOGIN, json=user.credentials))['auth_token']
    assert api.post('/api/auth/logout', token=token).status == 200
    assert kinds(db, user) == ['login'] * 4 + ['logout']


def test_a_confirmation(api, db, make_user):
    account = make_user(active=False, confirmation_token=sha256_hex('x' * 40),
                        confirmation_sent_at=now())
    assert api.post('/api/auth/account/confirm', json={'token': 'x' * 40}).status == 200
    assert kinds(db, account) == ['account_confirmed']


def test_a_registration_in_0_2(api_02, db):
    name = unique()[:12]
    assert api_02.post('/api/auth/register', json={
        'username': name, 'email': f'{name}@example.org', 'password': NEW,
        'password_conf': NEW}).status == 201
    row = db.row('SELECT id FROM users WHERE username = %s', name)
    assert [one['kind'] for one in db.rows('SELECT kind FROM events WHERE user_id = %s', row['id'])
            ] == ['registered']


def test_changes_of_password_and_address(api, db, token, user):
    email = f'{unique()}@example.org'
    body = {'email': email, 'password': user.password, 'new_password': NEW}
    assert api.request('PATCH', ACCOUNT, json=body, token=token).status == 200
    db.run('UPDATE users SET confirmation_token = %s WHERE id = %s', sha256_hex('y' * 40), user.id)
    assert api.post('/api/auth/email/update', json={'token': 'y' * 40}).status == 200
    assert details(db, user) == [('password_changed', None), ('email_change_requested', email),
                                 ('email_changed', email)]


def test_without_mail_an_address_changes_at_once(
        api_without_mail, db_without_mail, stack_without_mail):
    account, email = insert_user(db_without_mail), f'{unique()}@example.org'
    token = is_json(api_without_mail.post(LOGIN, json=account.credentials))['auth_token']
    assert api_without_mail.request('PATCH', ACCOUNT, token=token, json={
        'email': email, 'password': account.password}).status == 200
    assert details(db_without_mail, account)[1:] == [('email_changed', email)]


def test_a_password_reset(api, db, minter, user):
    stored = db.value('SELECT password FROM users WHERE id = %s', user.id)
    token = minter.reset_token(user.id, stored, user.email)
    assert api.post('/api/auth/password/update',
                    json={'token': token, 'password': NEW}).status == 200
    assert kinds(db, user) == ['password_reset']


def test_a_new_password_in_0_2(api_02, db, user):
    token = is_json(api_02.post(LOGIN, json=user.credentials))['auth_token']
    profile = is_json(api_02.get('/api/auth/profile', token=token))['data']
    assert api_02.post('/api/auth/profile/edit', token=token, json={
        **{name: profile[name] or '' for name in ('first_name', 'last_name', 'bio', 'location')},
        'birth_date': '', 'timezone': 'Europe/Paris', 'weekm': True,
        'password': NEW, 'password_conf': NEW}).status == 200
    assert kinds(db, user) == ['login', 'password_changed']


def test_pictures(api, db, token, user):
    exact(upload(api, token, png()), PICTURE_UPDATED)
    for _ in range(2):
        assert api.request('DELETE', '/api/auth/picture', token=token).status == 204
    assert kinds(db, user) == ['picture_changed', 'picture_removed']


def test_sessions_and_tokens(api, db, login, token, user):
    login(user)
    session = db.row('SELECT * FROM sessions WHERE user_id = %s', user.id)
    path = f'/api/auth/sessions/{session["id"]}'
    assert [api.request('DELETE', path, token=token).status for _ in range(2)] == [204, 404]
    made = is_json(api.post('/api/auth/tokens', token=token, json={
        'name': 'a script', 'scope': 'gate', 'password': user.password}))['data']['token']
    path = f'/api/auth/tokens/{made["id"]}'
    assert [api.request('DELETE', path, token=token).status for _ in range(2)] == [204, 404]
    assert api.request('DELETE', '/api/auth/sessions', token=token).status == 204
    assert details(db, user)[1:] == [
        ('session_ended', '127.0.0.0/24'), ('token_created', 'a script'),
        ('token_revoked', 'a script'), ('other_sessions_ended', None)]


def test_a_data_export(api, db, token, user):
    for status in (200, 400):
        assert api.post('/api/auth/account/export/request', token=token).status == status
    assert kinds(db, user) == ['export_requested']


def test_what_an_administrator_does(programs, db, listed, minter, user):
    admin, email = Command(programs), f'{unique()}@example.org'
    for arguments in (['--admin', 'yes'], ['--admin', 'no'],
                      ['--suspend'], ['--resume'], ['--email', email]):
        admin.done('users', 'update', user.username, *arguments)
    admin.done('tokens', 'create', user.username, '--name', 'of the admin', '--scopes', 'gate')
    number = db.value('SELECT id FROM personal_tokens WHERE user_id = %s', user.id)
    for _ in range(2):
        admin.done('tokens', 'revoke', str(number))
    events = listed(minter.token(user.id, gen=1))
    assert [(one['kind'], one['detail']) for one in reversed(events)] == [
        ('admin_granted', None), ('admin_withdrawn', None), ('account_suspended', None),
        ('account_resumed', None), ('email_changed', email), ('token_created', 'of the admin'),
        ('token_revoked', 'of the admin')]
    for one in events:
        assert one['by_administrator'] is True
        assert one['network'] is one['system'] is one['browser'] is None


def test_an_activation_by_an_administrator(programs, db, make_user):
    account = make_user(active=False)
    for _ in range(2):
        Command(programs).done('users', 'update', account.username, '--activate')
    assert kinds(db, account) == ['account_activated']


def test_a_change_and_its_event_are_stored_together(stack, api, db, user, token):
    with root_sql(stack, stack.database.name) as root:
        root.run('CREATE TRIGGER test_refuse BEFORE INSERT ON events FOR EACH ROW '
                 f"IF NEW.user_id = {user.id} THEN SIGNAL SQLSTATE '45000'; END IF")
        try:
            body = {'email': user.email, 'password': user.password, 'new_password': NEW}
            exact(api.request('PATCH', ACCOUNT, json=body, token=token), ERR500)
            exact(api.post(LOGIN, json=user.credentials), ERR500)
        finally:
            root.run('DROP TRIGGER test_refuse')
    assert db.rows('SELECT * FROM sessions WHERE user_id = %s', user.id) == []
    assert api.post(LOGIN, json=user.credentials).status == 200


# ---- failed logins -------------------------------------------------------------------------------

@pytest.fixture
def own(programs, scratch):
    """Requests by the programs from any address, on the test's own database."""
    def ask(body, address=HERE, path=LOGIN, token=None, method='POST'):
        return programs.cgi(method, path, json=body, token=token,
                            settings={'DATABASE_URL': scratch.url},
                            parameters={'REMOTE_ADDR': address})
    with scratch.connect() as sql:
        ask.sql = sql
        yield ask


def failures(sql):
    return sql.rows("SELECT * FROM events WHERE kind = 'login_failed' ORDER BY id")


def test_failed_logins_of_an_hour_from_a_network_are_one_event(own):
    account = insert_user(own.sql)
    for address in (HERE, NEAR, HERE, ELSEWHERE):
        body = {'email': account.email.upper(), 'password': 'wrong password'}
        exact(own(body, address), REFUSED_CREDENTIALS)
    assert [(row['user_id'], row['network'], row['occurrences']) for row in failures(own.sql)] == [
        (account.id, '192.0.2.0/24', 3), (account.id, '198.51.100.0/24', 1)]


def test_failures_of_another_hour_are_another_event(own):
    account = insert_user(own.sql)
    body = {'email': account.email, 'password': 'wrong password'}
    own(body)
    own.sql.run('UPDATE events SET failure_key = %s', 'an earlier hour')
    own(body)
    assert [row['occurrences'] for row in failures(own.sql)] == [1, 1]


def test_a_wrong_password_for_a_change_is_a_failed_login(own):
    account = insert_user(own.sql)
    token = is_json(own(account.credentials))['auth_token']
    own({'email': account.email, 'password': 'wrong password'}, path=ACCOUNT, token=token,
        method='PATCH')
    own({'name': 'x', 'scope': 'gate', 'password': 'wrong password'}, path='/api/auth/tokens',
        token=token)
    own({'email': account.email, 'password': 'wrong password'})
    assert [(row['user_id'], row['occurrences']) for row in failures(own.sql)] == [(account.id, 3)]


def test_every_refused_login_stores_one_row_whichever_address(own):
    active, suspended = insert_user(own.sql), insert_user(own.sql, suspended_at=now())
    unconfirmed = insert_user(own.sql, active=False)
    unknown = f'{unique()}@example.org'
    addresses = [active.email, suspended.email, unconfirmed.email, unknown, 'x' * 1000]
    for email in addresses * 2:
        exact(own({'email': email, 'password': 'wrong password'}), REFUSED_CREDENTIALS)
    rows = failures(own.sql)
    assert [(row['user_id'], row['occurrences']) for row in rows] == [
        (active.id, 2), (suspended.id, 2), (None, 2), (None, 2), (None, 2)]
    assert unknown not in json.dumps(rows, default=str)


def test_a_refused_login_runs_the_same_statements_for_every_address(
        api_without_mail, stack_without_mail, db_without_mail):
    """Nothing else uses this database."""
    addresses = [insert_user(db_without_mail).email,
                 insert_user(db_without_mail, suspended_at=now()).email,
                 insert_user(db_without_mail, active=False).email, f'{unique()}@example.org']

    def executed(root, email):
        def count():
            return int(root.row("SHOW GLOBAL STATUS LIKE 'Com_stmt_execute'")['Value'])
        before = count()
        exact(api_without_mail.post(LOGIN, json={'email': email, 'password': 'wrong password'}),
              REFUSED_CREDENTIALS)
        return count() - before

    with root_sql(stack_without_mail) as root:
        counts = [[executed(root, email) for email in addresses] for _ in range(2)]
    assert [len(set(row)) for row in counts] == [1, 1]
    assert counts[0][0] == counts[1][0] + 1  # the first of an hour adds the row


def test_a_login_beyond_the_limit_is_no_event(programs, scratch):
    settings = {'DATABASE_URL': scratch.url, 'THROTTLE_LOGIN_ACCOUNT': '2'}
    with scratch.connect() as sql:
        body = {'email': insert_user(sql).email, 'password': 'wrong password'}
        replies = [programs.cgi('POST', LOGIN, json=body, settings=settings).status
                   for _ in range(4)]
        assert replies == [401, 401, 429, 429]
        assert [row['occurrences'] for row in failures(sql)] == [2]


# ---- removed -------------------------------------------------------------------------------------

@pytest.mark.parametrize(('settings', 'kept'), [({'EVENT_DAYS': '10'}, 10), ({}, 180)])
def test_the_worker_removes_old_events(programs, scratch, settings, kept):
    with scratch.connect() as sql:
        account = insert_user(sql)
        for days, user_id in ((kept - 1, account.id), (kept + 1, account.id), (0, None), (2, None)):
            sql.insert('events', user_id=user_id, kind='login', detail=str(days),
                       created_at=now() - timedelta(days=days))
        done = programs.run('worker', '--once', settings={'DATABASE_URL': scratch.url, **settings})
        assert done.returncode == 0, done.stderr
        assert [row['detail'] for row in sql.rows('SELECT detail FROM events ORDER BY id')] == [
            str(kept - 1), '0']
