"""`fitgate-admin users` (contract §11): creating, listing, changing and deleting accounts."""

import json
import os

import pytest

from tests.harness.answers import INVALID, REFUSED_CREDENTIALS, exact, is_bad_token
from tests.api.support.admin_command import Command
from tests.harness.people import (PASSWORD, insert_record, insert_session, insert_user,
                                  insert_workout, now, unique, user_row)
from tests.api.support.scoped import oauth2_token, personal_token
from tests.harness.tokens import sha256_hex

NEW = 'another long password'


@pytest.fixture
def admin(programs):
    return Command(programs)


@pytest.fixture
def apart(programs, scratch, tmp_path):
    """The command on the test's own database, with a directory for files that is not there yet."""
    return Command(programs, scratch, {'UPLOAD_FOLDER': str(tmp_path / 'files')})


def as_line(password):
    return password.encode() + b'\n'


# ---- create ------------------------------------------------------------

def test_a_created_user_can_log_in_immediately(admin, api, db, no_mail):
    name = unique()
    printed = admin.done('users', 'create', name, '--email', f'{name}@example.org', '--language', 'fr',
                         stdin=as_line(PASSWORD))
    row = db.row('SELECT * FROM users WHERE username = %s', name)
    assert printed == f'created user #{row["id"]} {name}\n'
    assert (row['is_active'], row['admin'], row['language']) == (1, 0, 'fr')
    assert row['confirmation_token'] is None and row['accepted_policy_date'] is None
    answer = api.post('/api/auth/login', json={'email': row['email'], 'password': PASSWORD})
    assert answer.status == 200


def test_standard_output_holds_only_a_generated_password(admin, api, db):
    name = unique()
    password = admin.done('users', 'create', name, f'--email={name}@example.org', '--admin',
                          '--random-password').removesuffix('\n')
    assert len(password) == 20
    assert db.value('SELECT admin FROM users WHERE username = %s', name) == 1
    answer = api.post(
        '/api/auth/login',
        json={
            'email': f'{name}@example.org',
            'password': password})
    assert answer.status == 200


def test_the_limit_of_users_does_not_apply_to_administrators(admin, app_config):
    app_config(max_users=1)
    name = unique()
    admin.done('users', 'create', name, '--email', f'{name}@example.org', '--random-password')


@pytest.mark.parametrize(('name', 'email', 'password', 'message'), [
    ('ab', 'a@b.org', PASSWORD, 'username: 3 to 30 characters required'),
    ('a b c', 'a@b.org', PASSWORD, 'username: only alphanumeric characters and the underscore '
                                   'character "_" allowed'),
    ('abc', 'a@b', PASSWORD, 'email: valid email must be provided'),
    ('a.', 'x', PASSWORD, 'required;username: only'),
    ('not_taken', 'a@b.org', 'x' * 7, 'password: 8 characters required'),
    ('not_taken', 'a@b.org', 'x' * 600, 'at most 511 bytes'),
    ('not_taken', 'a@b.org', '', 'could not read a password'),
])
def test_the_rules_of_registration_apply(admin, db, name, email, password, message):
    count = db.value('SELECT COUNT(*) FROM users')
    said = admin.refused('users', 'create', name, '--email', email,
                         stdin=as_line(password) if password else b'')
    assert message.replace(';', '; ') in said.replace(';', '; ')
    assert db.value('SELECT COUNT(*) FROM users') == count


@pytest.mark.parametrize('password', [b'nul\0inside it\n', b'\xff\xfe not utf-8\n'])
def test_a_password_must_be_text(admin, password):
    admin.refused('users', 'create', unique(), '--email', 'a@b.org', stdin=password)


def test_a_name_or_an_address_that_is_taken_is_reported(admin, user):
    assert 'already taken' in admin.refused(
        'users', 'create', user.username.upper(), '--email', 'new@example.org', '--random-password')
    assert 'belongs to another account' in admin.refused(
        'users', 'create', unique(), '--email', user.email.upper(), '--random-password')


def test_an_unrecognized_language_is_rejected(admin):
    assert 'de en es' in admin.refused('users', 'create', unique(), '--email', 'a@b.org',
                                       '--language', 'xx', '--random-password')


def test_a_terminal_prompts_twice_and_does_not_show_the_password(admin, api):
    name = unique()
    with admin.at_terminal('users', 'create', name, '--email', f'{name}@example.org') as terminal:
        terminal.answer('New password: ', NEW)
        terminal.answer('Repeat the password: ', NEW)
        status, output, _rest = terminal.finish()
    assert status == 0 and name in output and NEW not in terminal.shown
    answer = api.post('/api/auth/login', json={'email': f'{name}@example.org', 'password': NEW})
    assert answer.status == 200


def test_two_different_passwords_at_a_terminal_are_rejected(admin):
    with admin.at_terminal('users', 'create', unique(), '--email', 'a@b.org') as terminal:
        terminal.answer('New password: ', NEW)
        terminal.answer('Repeat the password: ', NEW + 'x')
        status, _output, said = terminal.finish()
    assert status == 1 and 'differ' in said and NEW not in said


# ---- list and show -----------------------------------------------------

def test_users_are_listed_as_objects_and_as_a_table(apart, apart_db):
    names = [insert_user(apart_db, username=f'user_{number}').username for number in range(600)]
    apart_db.run("UPDATE users SET admin = 1 WHERE username = 'user_3'")
    apart_db.run("UPDATE users SET is_active = 0 WHERE username = 'user_4'")
    apart_db.run("UPDATE users SET suspended_at = '2024-05-01 10:00:00' WHERE username = 'user_5'")
    listed = apart.objects('users', 'list')
    assert [one['username'] for one in listed] == names
    assert listed[5].keys() == {'id', 'username', 'email', 'admin', 'is_active', 'suspended_at',
                                'created_at', 'language'}
    assert listed[5]['suspended_at'] == '2024-05-01T10:00:00Z'
    assert [one['username'] for one in apart.objects('users', 'list', '--admins')] == ['user_3']
    assert [one['username'] for one in apart.objects('users', 'list', '--inactive')] == [
        'user_4', 'user_5']
    lines = apart.done('users', 'list').splitlines()
    assert len(lines) == 601 and lines[0].startswith('id ') and 'user_599@example.org' in lines[-1]


def test_the_memory_of_the_list_does_not_grow_with_the_users(apart, apart_db):
    insert_user(apart_db, username='user_0')
    few = apart.peak_memory('users', 'list', '--json')
    for _ in range(14):
        apart_db.run('INSERT INTO users (username, email, password, created_at) '
                     "SELECT UUID(), UUID(), '', created_at FROM users")
    assert apart_db.value('SELECT COUNT(*) FROM users') == 16384
    assert apart.peak_memory('users', 'list', '--json') - few < 4096


def test_a_user_is_found_by_name_address_and_number(admin, user, db):
    insert_workout(db, user.id)
    by_name = admin.object('users', 'show', user.username)
    assert by_name == admin.object('users', 'show', user.email.upper())
    assert by_name == admin.object('users', 'show', f'#{user.id}')
    assert (by_name['id'], by_name['email'], by_name['workouts']) == (user.id, user.email, 1)
    assert user.email in admin.done('users', 'show', user.username)


def test_blanks_around_an_address_are_ignored(admin, db, user):
    assert admin.object('users', 'show', f' {user.email}\u00a0')['id'] == user.id
    name = unique()
    admin.done('users', 'create', name, '--email', f' {name}@example.org\n', '--random-password')
    assert db.value('SELECT email FROM users WHERE username = %s', name) == f'{name}@example.org'
    admin.done('users', 'update', name, '--email', f'\tnew_{name}@example.org ')
    assert db.value(
        'SELECT email FROM users WHERE username = %s',
        name) == f'new_{name}@example.org'


@pytest.mark.parametrize('typed', ['unknown_user',
                         'unknown@example.org', '#2000000000', '#x', '#', 'é'])
def test_a_missing_user_is_reported(admin, typed):
    assert f'there is no user {typed}' in admin.refused('users', 'show', typed)


def test_an_accent_makes_another_name(admin, make_user):
    """The collation of the database considers them equal."""
    account = make_user(username=unique('sam'))
    admin.refused('users', 'show', account.username.replace('sam', 'säm'))


def test_text_of_a_user_is_printed_without_control_characters(admin, make_user):
    account = make_user(first_name='\x1b[31mred\nline')
    assert '?[31mred?line' in admin.done('users', 'show', account.username)
    assert admin.object('users', 'show', account.username)['first_name'] == '\x1b[31mred\nline'


@pytest.mark.parametrize('control', ['\x7f', '\x80', '\x9b', '\x9f', '\u202e', '\u2066', '\u200f',
                                     '\u061c'])
def test_no_control_character_of_a_user_is_printed_raw(admin, make_user, control):
    """U+009B begins a command for a terminal as ESC [ does; U+202E reverses what follows it."""
    account = make_user(first_name=f'é{control}31mred')
    assert 'é?31mred' in admin.done('users', 'show', account.username)
    printed = admin.done('users', 'show', account.username, '--json')
    assert control not in printed and json.loads(printed)['first_name'] == f'é{control}31mred'


# ---- update ------------------------------------------------------------

def test_making_an_admin_activates_too(admin, make_user, db):
    account = make_user(active=False, confirmation_token='a' * 64)
    admin.done('users', 'update', account.username, '--admin', 'yes')
    row = user_row(db, account)
    assert (row['admin'], row['is_active'], row['confirmation_token']) == (1, 1, None)
    admin.done('users', 'update', account.username, '--admin', 'no')
    row = user_row(db, account)
    assert (row['admin'], row['is_active']) == (0, 1)


def test_activation_leaves_a_pending_change_of_address_alone(admin, make_user, db):
    account = make_user(confirmation_token='b' * 64, email_to_confirm='x@example.org')
    admin.done('users', 'update', account.username, '--activate')
    assert user_row(db, account)['confirmation_token'] == 'b' * 64
    db.run('UPDATE users SET confirmation_token = NULL WHERE id = %s', account.id)


def test_a_suspension_ends_every_token_permanently(admin, user, api, login, db):
    token, personal = login(user), personal_token(db, user.id).text
    admin.done('users', 'update', user.username, '--suspend')
    exact(api.post('/api/auth/login', json=user.credentials), REFUSED_CREDENTIALS)
    assert api.get('/api/auth/profile', token=token).status == 401
    admin.done('users', 'update', user.username, '--resume')
    is_bad_token(api.get('/api/auth/profile', token=token))
    is_bad_token(api.get('/api/auth/profile', token=personal))
    assert api.get('/api/auth/profile', token=login(user)).status == 200


@pytest.mark.parametrize('option', ['--suspend', '--random-password'])
def test_a_pending_change_of_address_ends_with_the_sessions(
        admin, make_user, api, db, option):
    token = unique()
    account = make_user(confirmation_token=sha256_hex(token), email_to_confirm='x@example.org')
    admin.done('users', 'update', account.username, option)
    exact(api.post('/api/auth/email/update', json={'token': token}), INVALID)
    row = user_row(db, account)
    assert (row['email'], row['email_to_confirm']) == (account.email, None)


def test_a_new_password_ends_every_token_and_notifies_the_owner(
        admin, user, api, login, db, mail_for):
    token, scoped = login(user), [personal_token(db, user.id), oauth2_token(db, user.id)]
    admin.done('users', 'update', user.username, '--reset-password', stdin=as_line(NEW))
    for dead in (token, *(one.text for one in scoped)):
        is_bad_token(api.get('/api/auth/profile', token=dead))
    exact(api.post('/api/auth/login', json=user.credentials), REFUSED_CREDENTIALS)
    assert api.post('/api/auth/login', json={**user.credentials, 'password': NEW}).status == 200
    mail = mail_for(user.email)
    assert user.username in mail.text and NEW not in mail.text


def test_a_random_new_password(admin, user, api):
    password = admin.done('users', 'update', user.username, '--random-password').removesuffix('\n')
    assert api.post(
        '/api/auth/login',
        json={
            **user.credentials,
            'password': password}).status == 200


def test_an_address_changes_immediately_and_the_old_one_is_notified(admin, user, db, mail_for):
    admin.done('users', 'update', user.username, '--email', f'new_{user.email}')
    row = user_row(db, user)
    assert (row['email'], row['email_to_confirm']) == (f'new_{user.email}', None)
    assert f'new_{user.email}' in mail_for(user.email).text


def test_an_address_changes_when_the_link_is_followed(admin, user, api, db, mail_for):
    new = f'new_{user.email}'
    admin.done('users', 'update', user.username, '--email', new, '--confirm')
    row = user_row(db, user)
    assert (row['email'], row['email_to_confirm']) == (user.email, new)
    assert new in mail_for(user.email).text
    assert api.post('/api/auth/email/update', json={'token': mail_for(new).token}).status == 200
    assert user_row(db, user)['email'] == new


@pytest.mark.parametrize('confirm', [[], ['--confirm']])
def test_an_address_of_another_account_is_rejected(admin, user, make_user, db, confirm):
    other = make_user()
    before = user_row(db, user)
    said = admin.refused('users', 'update', user.username, '--admin', 'yes', '--email',
                         other.email.upper(), *confirm)
    assert 'belongs to another account' in said
    assert user_row(db, user) == before


def test_confirm_requires_mail(admin, user):
    assert 'EMAIL_URL' in admin.refused('users', 'update', user.username, '--email', 'x@y.org',
                                        '--confirm', EMAIL_URL='')


# ---- delete ------------------------------------------------------------

def make_files(root, user_id):
    """A user's files in every directory; returns those directories."""
    directories = [root / 'uploads' / category / str(user_id)
                   for category in ('pictures', 'exports', 'workouts')]
    for directory in directories:
        (directory / 'deeper').mkdir(parents=True)
        (directory / 'deeper' / 'file').write_text('x')
        (directory / 'file').write_text('x')
    return directories


def rows_of(sql, user_id):
    """The tables that have rows of a user, and the number of rows."""
    tables = ('users_sports_preferences', 'workouts', 'records', 'users_data_export',
              'personal_tokens', 'sessions', 'events',
              'oauth2_token', 'user_totals')
    counts = {name: sql.value(f'SELECT COUNT(*) FROM {name} WHERE user_id = %s', user_id)
              for name in tables}
    counts['users'] = sql.value('SELECT COUNT(*) FROM users WHERE id = %s', user_id)
    return counts


def full_user(sql):
    """An account with a row in every table."""
    account = insert_user(sql)
    workout = insert_workout(sql, account.id)
    insert_record(sql, workout, 'MS', 100)
    uuid = sql.value('SELECT uuid FROM workouts WHERE id = %s', workout)
    sql.insert('workout_segments', workout_id=workout, workout_uuid=uuid, segment_id=0, duration=1)
    sql.insert('users_sports_preferences', user_id=account.id, sport_id=1)
    sql.insert('users_data_export', user_id=account.id, created_at='2024-05-01 10:00:00')
    personal_token(sql, account.id)
    insert_session(sql, account.id, unique())
    sql.insert('events', user_id=account.id, kind='login', created_at=now())
    oauth2_token(sql, account.id)
    return account


def test_everything_of_a_user_is_deleted_and_nothing_else(apart, apart_db, tmp_path):
    gone, stays = full_user(apart_db), full_user(apart_db)
    directories, kept = (make_files(tmp_path / 'files', one.id) for one in (gone, stays))
    before = rows_of(apart_db, stays.id)
    assert set(rows_of(apart_db, gone.id).values()) == {1}
    assert apart.done('users', 'delete', gone.email, '--yes') == (
        f'deleted user #{gone.id} {gone.username}\n')
    assert set(rows_of(apart_db, gone.id).values()) == {0}
    assert rows_of(apart_db, stays.id) == before
    assert apart_db.value('SELECT COUNT(*) FROM workout_segments') == 1
    assert not any(directory.exists() for directory in directories)
    assert all((directory / 'deeper' / 'file').exists() for directory in kept)
    assert apart_db.value('SELECT COUNT(*) FROM jobs') == 0


def test_links_are_removed_and_not_followed(apart, apart_db, tmp_path):
    outside = tmp_path / 'outside'
    outside.mkdir()
    (outside / 'file').write_text('precious')
    account = insert_user(apart_db)
    pictures, exports, _workouts = make_files(tmp_path / 'files', account.id)
    (pictures / 'link').symlink_to(outside)
    (pictures / 'file link').symlink_to(outside / 'file')
    exports.rename(tmp_path / 'moved')
    exports.symlink_to(outside)
    apart.done('users', 'delete', account.username, '--yes')
    assert not pictures.exists() and not exports.is_symlink()
    assert (outside / 'file').read_text() == 'precious'


def test_the_worker_finishes_an_interrupted_deletion_of_files(
        apart, apart_db, stack, tmp_path):
    account = full_user(apart_db)
    directories = make_files(tmp_path / 'files', account.id)
    deep = directories[0] / '/'.join(['in'] * 40)  # too deep for the deletion
    deep.mkdir(parents=True)
    answer = apart.run('users', 'delete', account.username, '--yes')
    assert answer.returncode == 0 and 'could not remove the files, the worker will' in answer.stderr
    assert set(rows_of(apart_db, account.id).values()) == {0}
    job = apart_db.row('SELECT kind, payload FROM jobs')
    assert (job['kind'], json.loads(job['payload'])) == ('cleanup', {'user_id': account.id})

    def work():
        assert stack.run_worker_once('--only', 'cleanup', settings=apart.settings).returncode == 0

    work()
    assert apart_db.value('SELECT last_error FROM jobs') is not None and directories[0].exists()
    (directories[0] / 'in').rename(tmp_path / 'out of the way')
    apart_db.run('UPDATE jobs SET run_after = UTC_TIMESTAMP(6)')
    work()
    assert apart_db.value('SELECT COUNT(*) FROM jobs') == 0
    assert not any(directory.exists() for directory in directories)


def test_an_error_with_a_file_name_that_is_not_utf8_is_stored(apart, apart_db, stack, tmp_path):
    directories = make_files(tmp_path / 'files', 2000000000)
    (directories[0] / '/'.join([os.fsdecode(b'w\xe9')] * 40)).mkdir(parents=True)
    apart_db.insert('jobs', kind='cleanup', payload='{"user_id": 2000000000}',
                    run_after='2024-05-01 10:00:00', created_at='2024-05-01 10:00:00')
    assert stack.run_worker_once('--only', 'cleanup', settings=apart.settings).returncode == 0
    assert '"w?"' in apart_db.value('SELECT last_error FROM jobs')


@pytest.mark.parametrize('settings', [{}, {'EMAIL_URL': ''}])
def test_the_worker_keeps_the_files_of_a_user_who_got_an_old_id(
        apart, apart_db, stack, tmp_path, settings):
    account = insert_user(apart_db)
    directories = make_files(tmp_path / 'files', account.id)
    apart_db.insert('jobs', kind='cleanup', payload=json.dumps({'user_id': account.id}),
                    run_after='2024-05-01 10:00:00', created_at='2024-05-01 10:00:00')
    stack.run_worker_once(settings={**apart.settings, **settings})
    assert apart_db.value('SELECT COUNT(*) FROM jobs') == 0
    assert all(directory.exists() for directory in directories)


def test_a_user_without_files_is_deleted_without_an_upload_directory(apart, apart_db, tmp_path):
    (tmp_path / 'files').mkdir()
    first, second = insert_user(apart_db), insert_user(apart_db)
    apart.done('users', 'delete', first.username, '--yes')
    apart.done('users', 'delete', second.username, '--yes', UPLOAD_FOLDER='')
    assert apart_db.value('SELECT COUNT(*) FROM jobs') == 0


def test_files_are_removed_later_if_their_directory_is_missing(apart, apart_db):
    account = insert_user(apart_db)
    said = apart.run('users', 'delete', account.username, '--yes')
    assert said.returncode == 0 and 'could not remove the files' in said.stderr
    assert apart_db.value("SELECT COUNT(*) FROM jobs WHERE kind = 'cleanup'") == 1


def test_waiting_mail_to_a_deleted_user_is_deleted_too(apart, apart_db):
    gone, stays = insert_user(apart_db), insert_user(apart_db)
    for one in (gone, stays):
        for payload in ({'mail': 'password_changed', 'to': one.email, 'user_id': str(one.id)},
                        {'mail': 'password_reset', 'to': one.email}):
            apart_db.insert('jobs', kind='mail', payload=json.dumps(payload),
                            run_after='2024-05-01 10:00:00', created_at='2024-05-01 10:00:00')
    apart.done('users', 'delete', gone.username, '--yes')
    assert apart_db.value('SELECT COUNT(*) FROM jobs WHERE payload LIKE %s', f'%{gone.email}%') == 0
    assert apart_db.value(
        'SELECT COUNT(*) FROM jobs WHERE payload LIKE %s',
        f'%{stays.email}%') == 2


def test_the_message_to_the_pending_address_of_a_deleted_user_is_deleted_too(apart, apart_db):
    """Other messages to it are kept: the address can belong to another account."""
    new = f'{unique()}@example.org'
    account = insert_user(apart_db, email_to_confirm=new)
    for kind, number in (('email_change_new', account.id), ('password_changed', account.id + 1)):
        payload = {'mail': kind, 'to': new, 'user_id': str(number)}
        apart_db.insert('jobs', kind='mail', payload=json.dumps(payload),
                        run_after='2024-05-01 10:00:00', created_at='2024-05-01 10:00:00')
    apart.run('users', 'delete', account.username, '--yes')
    [job] = apart_db.rows("SELECT payload FROM jobs WHERE kind = 'mail'")
    assert json.loads(job['payload'])['mail'] == 'password_changed'


def test_deleting_requires_confirmation(apart, apart_db):
    account = insert_user(apart_db)
    assert '--yes' in apart.refused('users', 'delete', account.username)
    for word, left in (('n', 1), ('', 1), ('yes', 0)):
        with apart.at_terminal('users', 'delete', account.username) as terminal:
            terminal.answer('[y/N] ', word)
            status, _output, _said = terminal.finish()
        assert status == left
        assert apart_db.value('SELECT COUNT(*) FROM users') == left


def test_a_token_of_a_deleted_user_is_rejected(admin, user, api, login):
    token = login(user)
    admin.done('users', 'delete', user.username, '--yes')
    is_bad_token(api.get('/api/auth/profile', token=token))


# ---- usage errors ------------------------------------------------------

@pytest.mark.parametrize('words', [
    ['users'], ['users', 'nonsense'], ['users', 'create', 'sam'], ['users', 'create'],
    ['users', 'create', 'sam', '--email'], ['users', 'create', 'sam', 'x', '--email', 'a@b.org'],
    ['users', 'create', 'sam', '--email', 'a@b.org', '--password', 'x'],
    ['users', 'list', 'x'], ['users', 'list', '--inactive', '--admins'], ['users', 'list', '--json=1'],
    ['users', 'list', '--json', '--json'], ['users', 'show'], ['users', 'update', 'sam'],
    ['users', 'update', 'sam', '--admin', 'maybe'], ['users', 'update', 'sam', '--confirm'],
    ['users', 'update', 'sam', '--suspend', '--resume'],
    ['users', 'update', 'sam', '--reset-password', '--random-password'], ['users', 'delete'],
    ['users', 'delete', 'sam', '-y']])
def test_usage_errors_are_reported(admin, words):
    admin.misused(*words)
