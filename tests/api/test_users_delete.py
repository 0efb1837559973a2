"""DELETE /api/users/<name> (contract §16.5)."""

import json

import pytest

from tests.api.support.administrators import FORBIDDEN, admin, admin_token, only_administrators  # noqa: F401
from tests.api.support.dialects import BOTH, DIALECTS
from tests.api.support.scoped import oauth2_token, personal_token
from tests.api.support.waiting import until
from tests.harness.answers import (REGISTERED, UNKNOWN_USER, error, exact, is_bad_scope, is_bad_token,
                                   is_no_auth)
from tests.harness.people import insert_record, insert_workout, now, unique
from tests.harness.pictures import png, upload

LAST = error('you can not delete your account, no other user has admin rights', 403)
TABLES = ('users_sports_preferences', 'records', 'workouts', 'users_data_export', 'user_totals',
          'personal_tokens', 'oauth2_token', 'oauth2_client', 'oauth2_code', 'oauth2_device_code', 'sessions', 'events')


def path(account):
    return f'/api/users/{account.username}'


@pytest.fixture
def delete(api):
    """DELETE an account with a token; returns the answer."""
    return lambda account, token: api.request('DELETE', path(account), token=token)


def is_gone(answer):
    assert (answer.status, answer.body) == (204, b'')


def exists(db, account):
    return db.value('SELECT COUNT(*) FROM users WHERE id = %s', account.id) == 1


def rows_of(db, account):
    counts = {table: db.value(f'SELECT COUNT(*) FROM {table} WHERE user_id = %s', account.id)
              for table in TABLES}
    counts['registrations'] = db.value(
        'SELECT COUNT(*) FROM registrations WHERE email = %s',
        account.email)
    return counts


def fill(db, account):
    """Rows in every table that has rows of an account, except those that a login adds."""
    workout = insert_workout(db, account.id)
    insert_record(db, workout, 'MS', 100)
    db.insert('workout_segments', workout_id=workout, workout_uuid='x', segment_id=0, duration=1)
    db.insert('users_sports_preferences', user_id=account.id, sport_id=1)
    db.insert('users_data_export', user_id=account.id, created_at=now())
    db.insert('oauth2_client', client_id=unique('c'), user_id=account.id)
    db.insert('oauth2_code', code=f'{account.id:064}', user_id=account.id, auth_time=1)
    db.insert('oauth2_device_code', device_code=f'{account.id:064}', user_code=f'{account.id:064}', client_id='c',
              user_id=account.id, created_at=1)
    db.insert('registrations', username=unique(), email=account.email, password='x')
    personal_token(db, account.id)
    oauth2_token(db, account.id)
    return workout


# ---- who may ------------------------------------------------------------------------------------

@pytest.mark.parametrize('name', BOTH)
def test_users_delete_their_own_account(api_in, db, user, login, name):
    token = login(user)
    is_gone(api_in(name).request('DELETE', path(user), token=token))
    assert not exists(db, user)
    DIALECTS[name].refuses(
        api_in(name).get(
            '/api/auth/profile',
            token=token),
        DIALECTS[name].user_gone)


def test_administrators_delete_any_account(delete, db, user, make_user, admin_token):
    for account in (user, make_user(active=False), make_user(admin=1)):
        is_gone(delete(account, admin_token))
        assert not exists(db, account)


def test_others_do_not(delete, api, db, user, make_user, minter):
    other = make_user()
    exact(delete(user, minter.token(other.id)), FORBIDDEN)
    is_no_auth(api.request('DELETE', path(user)))
    is_bad_scope(delete(user, oauth2_token(db, user.id, 'users:read').text))
    assert exists(db, user)
    is_gone(delete(user, oauth2_token(db, user.id, 'users:write').text))


def test_an_unknown_account_is_not_found_by_anyone(api, user, token, admin_token):
    for name in (unique(), user.username.upper()):
        for one in (token, admin_token):
            exact(api.request('DELETE', f'/api/users/{name}', token=one), UNKNOWN_USER)


@pytest.mark.parametrize('way', ['header', 'path'])
def test_a_post_can_stand_for_it(api, db, user, token, way):
    target = path(user) + ('/delete' if way == 'path' else '')
    headers = {'X-HTTP-Method-Override': 'DELETE'} if way == 'header' else {}
    is_gone(api.post(target, token=token, headers=headers))
    assert not exists(db, user)


# ---- the last administrator --------------------------------------------------------------------

def test_the_last_active_administrator_is_not_deleted(delete, db, admin, admin_token, make_user,
                                                      only_administrators):
    inactive, suspended = make_user(admin=1, active=False), make_user(admin=1, suspended_at=now())
    only_administrators(admin, inactive, suspended)
    exact(delete(admin, admin_token), LAST)
    assert exists(db, admin)
    is_gone(delete(inactive, admin_token))
    is_gone(delete(suspended, admin_token))
    make_user(admin=1)
    is_gone(delete(admin, admin_token))


def test_of_administrators_that_leave_at_once_one_stays(
        api, db, minter, make_user, in_parallel, only_administrators):
    accounts = [make_user(admin=1) for _ in range(4)]
    only_administrators(*accounts)
    calls = [lambda one=one: api.request('DELETE', path(one), token=minter.token(one.id))
             for one in accounts[:2]]
    calls += [lambda one=one: api.request('PATCH', path(one), json={'admin': False},
                                          token=minter.token(one.id)) for one in accounts[2:]]
    answers = in_parallel(calls)
    assert db.value('SELECT COUNT(*) FROM users WHERE admin = 1') == 1
    assert sorted(answer.status for answer in answers).count(403) == 1


def test_an_account_is_deleted_once(api, db, user, admin_token, in_parallel):
    answers = in_parallel([lambda: api.request('DELETE', path(user), token=admin_token)] * 3)
    assert sorted(answer.status for answer in answers) == [204, 404, 404]
    assert db.value('SELECT COUNT(*) FROM jobs WHERE kind = %s AND payload = %s', 'cleanup',
                    json.dumps({'user_id': user.id}, separators=(',', ':'))) <= 1


# ---- effects -----------------------------------------------------------------------------------

def test_everything_of_the_account_is_deleted_and_nothing_else(delete, db, make_user, login):
    gone, stays = make_user(), make_user()
    token, _ = login(gone), login(stays)
    workouts = [fill(db, account) for account in (gone, stays)]
    before = rows_of(db, stays)
    assert set(rows_of(db, gone).values()) == set(before.values()) == {1}
    is_gone(delete(gone, token))
    assert set(rows_of(db, gone).values()) == {0} and rows_of(db, stays) == before
    left = [db.value('SELECT COUNT(*) FROM workout_segments WHERE workout_id = %s', workout)
            for workout in workouts]
    assert left == [0, 1]


def test_what_others_granted_to_the_applications_of_the_account_is_deleted(
        delete, api, db, make_user, minter):
    owner, grantor, client = make_user(), make_user(), unique('c')
    db.insert('oauth2_client', client_id=client, user_id=owner.id)
    token, other = oauth2_token(db, grantor.id, client_id=client), oauth2_token(db, grantor.id)
    is_gone(delete(owner, minter.token(owner.id)))
    is_bad_token(api.get('/api/auth/profile', token=token.text))
    assert api.get('/api/auth/profile', token=other.text).status == 200


def test_the_worker_removes_the_files(delete, api, stack, db, user, token):
    upload(api, token, png())
    directories = [stack.upload_folder / 'uploads' / kind / str(user.id)
                   for kind in ('pictures', 'workouts', 'exports')]
    for directory in directories[1:]:
        directory.mkdir(parents=True)
        (directory / 'file').write_text('x')
    is_gone(delete(user, token))
    stack.run_worker_once()
    until(lambda: not any(directory.exists() for directory in directories), 'the files are gone')
    exact(api.get(f'{path(user)}/picture'), UNKNOWN_USER)


def test_no_mail_is_sent_and_waiting_mail_is_deleted(delete, db, user, token, no_mail):
    waits = '2999-01-01'
    for kind, payload in (('mail', {'mail': 'password_changed', 'to': user.email}),
                          ('mail', {'mail': 'email_change_new', 'to': 'x@example.org',
                                    'user_id': str(user.id)})):
        db.insert('jobs', kind=kind, payload=json.dumps(payload), run_after=waits, created_at=now())
    is_gone(delete(user, token))
    assert db.value('SELECT COUNT(*) FROM jobs WHERE run_after = %s', waits) == 0


def test_name_and_address_are_free_and_the_place_too(delete, api, db, app_config, register, login,
                                                     registration):
    account = register()
    db.run('UPDATE users SET is_active = 1 WHERE id = %s', account.id)
    token = login(account)
    taken = sum(db.value(f'SELECT COUNT(*) FROM {table}') for table in ('users', 'registrations'))
    app_config(max_users=taken)
    body = registration(username=account.username, email=account.email)
    assert api.post('/api/auth/register', json=body).status == 403
    is_gone(delete(account, token))
    exact(api.post('/api/auth/register', json=body), REGISTERED)
