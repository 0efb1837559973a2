"""Uploads that are cut short: whatever happens, the picture that the row names is there and whole,
and what lies beside it goes with the worker's next clean-up."""

import fcntl
import os
import random
import resource
import struct
import time

import pytest

from conftest import connect
from support.answers import ERR500, PICTURE_UPDATED, UPDATE_FAILED, exact
from support.client import Api
from support.database import root_sql
from support.people import insert_user
from support.pictures import PATH, Store, form, large_png, padded_form, part, png, upload
from support.programs import parse_cgi
from support.waiting import until

MIB = 1024 * 1024
OLD = 16 * 60  # seconds: older than what the clean-up leaves alone


@pytest.fixture
def store(stack, db):
    return Store(stack.upload_folder, db)


@pytest.fixture
def old_picture(api, token):
    """`user` has it, as old.png."""
    content = png()
    exact(upload(api, token, content, 'old.png'), PICTURE_UPDATED)
    return content


class Upload:
    """One that is sent to a CGI program piece by piece."""

    def __init__(self, programs, token, picture, name='new.png', parameters=None, **options):
        self.body, headers = form(part('file', picture, name))
        self.process = programs.start_cgi('POST', PATH, token=token, parameters={
            'CONTENT_TYPE': headers['Content-Type'], 'CONTENT_LENGTH': str(len(self.body)),
            **(parameters or {})}, **options)

    def send(self, start, end=None):
        self.process.stdin.write(self.body[start:end])

    def answer(self):
        output, errors = self.process.communicate(timeout=60)
        self.errors = errors.decode()
        print(self.errors)
        return parse_cgi(output)

    def kill(self):
        self.process.kill()
        self.process.communicate(timeout=60)


@pytest.fixture
def start_upload(programs, token):
    started = []

    def start(picture, **options):
        started.append(Upload(programs, token, picture, **options))
        return started[-1]

    yield start
    for one in started:
        if one.process.poll() is None:
            one.kill()


def lie_for_long(store, account):
    """What is there has been there for long."""
    then = time.time() - OLD
    for folder in (store.incoming, store.of(account)):
        for path in folder.iterdir() if folder.is_dir() else []:
            os.utime(path, (then, then), follow_symlinks=False)


def clean_up(stack):
    assert stack.run_worker_once().returncode == 0


# ---- killed ------------------------------------------------------------------------------------

def test_killed_while_the_picture_comes_in(stack, store, user, old_picture, start_upload):
    one = start_upload(large_png(500_000))
    one.send(0, 300_000)
    until(lambda: store.left_over(user), 'it is being stored')
    one.kill()
    assert store.in_force(user) == old_picture
    assert len(store.left_over(user)) == 1
    clean_up(stack)
    assert len(store.left_over(user)) == 1  # it could be in work still
    lie_for_long(store, user)
    clean_up(stack)
    assert store.left_over(user) == []
    assert store.in_force(user) == old_picture


class Lock:
    """The lock that lets one change of a user's pictures wait for another."""

    def __init__(self, store, account):
        self.file = open(store.incoming / 'lock', 'r+b')
        fcntl.fcntl(self.file, fcntl.F_OFD_SETLK,
                    struct.pack('hhqqi4x', fcntl.F_WRLCK, os.SEEK_SET, account.id, 1, 0))

    def __enter__(self):
        return self

    def __exit__(self, *_exception):
        self.release()

    def release(self):
        self.file.close()


@pytest.fixture
def held_up(store, user, old_picture, start_upload):
    """An upload that has come in whole while another change has the lock: (upload, picture)."""
    picture = large_png(500_000)
    one = start_upload(picture)
    one.send(0)
    until(lambda: [path.stat().st_size for path in store.incoming.glob(f'{user.id}-*')] == [len(picture)],
          'the picture is there')
    assert store.in_force(user) == old_picture
    return one, picture


@pytest.fixture
def lock(store, user, old_picture):
    with Lock(store, user) as lock:
        yield lock


def test_a_change_waits_for_another(lock, held_up, store, user):
    one, picture = held_up
    lock.release()
    exact(one.answer(), PICTURE_UPDATED)
    assert store.in_force(user) == picture


def test_a_change_does_not_wait_for_ever(lock, held_up, store, user, old_picture):
    one, _picture = held_up
    exact(one.answer(), UPDATE_FAILED)
    assert f'files of user {user.id}: another change has not ended' in one.errors
    assert store.in_force(user) == old_picture
    assert store.left_over(user) == []


def test_killed_while_it_waits_for_another_change(lock, held_up, stack, store, user, old_picture):
    one, _picture = held_up
    one.kill()
    lock.release()
    assert store.in_force(user) == old_picture
    lie_for_long(store, user)
    clean_up(stack)
    assert store.left_over(user) == []


def test_another_user_does_not_wait(make_user, minter, programs, store, user, old_picture):
    other = make_user()
    with Lock(store, user):
        one = Upload(programs, minter.token(other.id), png())
        one.send(0)
        exact(one.answer(), PICTURE_UPDATED)
    assert store.names(other) == ['new.png']


def test_the_clean_up_leaves_alone_what_is_being_changed(stack, store, user, old_picture):
    mark = store.incoming / f'{user.id}-{"0" * 32}.mark'
    mark.write_bytes(b'')
    stray = store.of(user) / 'stray.png'
    stray.write_bytes(b'x')
    lie_for_long(store, user)
    with Lock(store, user):
        clean_up(stack)
        assert mark.exists() and stray.exists()
    clean_up(stack)
    assert not mark.exists() and not stray.exists()


def test_killed_while_the_row_is_locked(stack, db, store, user, old_picture, start_upload):
    with db.another() as other:
        other.run('START TRANSACTION')
        other.rows('SELECT id FROM users WHERE id = %s FOR UPDATE', user.id)
        one = start_upload(png())
        one.send(0)
        until(lambda: [name for name in store.left_over(user) if name.endswith('.mark')],
              'the mark')
        one.kill()
        assert store.in_force(user) == old_picture
        other.run('ROLLBACK')
    lie_for_long(store, user)
    clean_up(stack)
    assert store.left_over(user) == []
    assert store.in_force(user) == old_picture


def test_killed_at_any_moment_the_old_or_the_new_picture_is_in_force(stack, store, user,
                                                                     old_picture, start_upload):
    def send(picture, name):
        one = start_upload(picture, name=name)
        one.send(0)
        one.process.stdin.close()
        return one.process

    chance = random.Random(4)
    started = time.monotonic()
    assert send(old_picture, 'a.png').wait() == 0
    duration = time.monotonic() - started
    in_force, number, stored = old_picture, 0, 0
    while number < 40 or not 0 < stored < number:
        number += 1
        assert number < 400, f'{stored} were stored'
        new = png()
        process = send(new, chance.choice(('a.png', 'b.png')))
        # the moment is any: nothing is waited for (where all come too early, ever later)
        time.sleep(chance.uniform(0, 1.3 * duration * (1 + number // 40)))
        process.kill()
        process.wait()
        before, in_force = in_force, (store.folder.parent / store.row(user)).read_bytes()
        assert in_force in (before, new), number
        stored += in_force == new
    lie_for_long(store, user)
    clean_up(stack)
    assert store.in_force(user) == in_force
    assert store.left_over(user) == []


# ---- full disk and lost database ---------------------------------------------------------------

def test_a_limit_on_the_size_of_files_is_an_error_and_leaves_nothing(store, user, old_picture,
                                                                    start_upload):
    """To the program, a full disk is the same."""
    def little_room():
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))

    one = start_upload(large_png(500_000), preexec_fn=little_room)
    one.send(0)
    exact(one.answer(), UPDATE_FAILED)
    assert store.in_force(user) == old_picture
    assert store.left_over(user) == []


def test_a_limit_on_the_size_of_files_does_not_hide_what_is_wrong_with_the_request(start_upload,
                                                                                   old_picture):
    def no_room():
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))

    one = start_upload(png(), preexec_fn=no_room)
    one.body = one.body[:-4] + b'xx\r\n'  # no closing delimiter
    one.send(0)
    assert one.answer().json()['message'] == 'no file part'


def test_the_database_lost_while_the_picture_comes_in(stack, db, store, user, old_picture,
                                                      start_upload, tmp_path):
    """The program's connection is cut and its way to the server is gone."""
    way = tmp_path / 'db.sock'
    way.symlink_to(stack.database_socket)
    url = (f'mysql://{stack.database_user}:{stack.database_password}@localhost/'
           f'{stack.database_name}?unix_socket={way}')
    before = {row['ID'] for row in db.rows('SELECT ID FROM information_schema.PROCESSLIST')}
    one = start_upload(large_png(500_000), settings={'DATABASE_URL': url})
    one.send(0, 300_000)
    until(lambda: store.left_over(user), 'it is being stored')
    for row in db.rows('SELECT ID FROM information_schema.PROCESSLIST'):
        if row['ID'] not in before:
            db.run(f'KILL {row["ID"]}')
    way.unlink()
    one.send(300_000)
    exact(one.answer(), UPDATE_FAILED)
    assert store.in_force(user) == old_picture
    assert store.left_over(user) == []


def test_a_connection_lost_while_the_picture_comes_in_is_made_anew(stack, store, user, old_picture,
                                                                   start_upload):
    connections = ('SELECT ID FROM information_schema.PROCESSLIST '
                   f"WHERE USER LIKE '{stack.database_user}%%'")
    new = large_png(500_000)
    with root_sql(stack) as root:
        before = {row['ID'] for row in root.rows(connections)}
        one = start_upload(new)
        one.send(0, 300_000)
        until(lambda: store.left_over(user), 'it is being stored')
        own = {row['ID'] for row in root.rows(connections)} - before
        assert own
        for number in own:
            root.run(f'KILL {number}')
    one.send(300_000)
    exact(one.answer(), PICTURE_UPDATED)
    assert store.in_force(user) == new


def test_no_lock_of_the_database_is_held_while_the_picture_comes_in(stack, store, user, old_picture,
                                                                    start_upload):
    one = start_upload(large_png(500_000))
    one.send(0, 300_000)
    until(lambda: store.left_over(user), 'it is being stored')
    with root_sql(stack) as root:
        assert root.rows('SELECT * FROM information_schema.INNODB_TRX') == []
    one.send(300_000)
    exact(one.answer(), PICTURE_UPDATED)


def test_an_account_deleted_while_the_picture_comes_in(db, store, user, start_upload):
    one = start_upload(large_png(500_000))
    one.send(0, 300_000)
    until(lambda: store.left_over(user), 'it is being stored')
    db.run('DELETE FROM users WHERE id = %s', user.id)
    one.send(300_000)
    exact(one.answer(), UPDATE_FAILED)
    assert store.names(user) == [] and store.left_over(user) == []
    assert not store.of(user).exists()


# ---- CGI ---------------------------------------------------------------------------------------

def test_a_client_that_stops_sending_has_sent_no_file(store, user, old_picture, start_upload):
    one = start_upload(large_png(500_000))
    one.send(0, 300_000)
    exact(one.answer(), (400, {'status': 'fail', 'message': 'no file part'}))
    assert store.in_force(user) == old_picture
    assert store.left_over(user) == []


@pytest.mark.parametrize(('size', 'expected'), [(MIB, 200), (MIB + 1, 413), (10 * MIB + 1, 413)])
def test_a_body_of_unknown_length_is_counted(programs, store, user, token, size, expected):
    body, headers = padded_form(png(), 'a.png', size)
    answer = programs.cgi('POST', PATH, data=body, token=token, parameters={
        'CONTENT_TYPE': headers['Content-Type'], 'CONTENT_LENGTH': ''})
    assert answer.status == expected
    assert (store.row(user) is None) == (expected != 200)
    assert store.left_over(user) == []


def test_of_a_body_of_unknown_length_no_more_is_stored_than_wanted(store, user, start_upload):
    one = start_upload(large_png(5 * MIB), parameters={'CONTENT_LENGTH': ''})
    one.send(0, 4 * MIB)  # returns when nearly all has been read
    [stored] = store.incoming.glob(f'{user.id}-*')
    assert stored.stat().st_size <= MIB
    one.send(4 * MIB)
    answer = one.answer()
    assert answer.status == 413
    assert 'exceeds 1.0MB.' in answer.json()['message']
    assert store.names(user) == [] and store.left_over(user) == []


@pytest.mark.parametrize(('name', 'size'),
                         [('a.txt', MIB // 2), ('', MIB // 2), ('a.png', 2 * MIB)])
def test_nothing_is_stored_of_what_will_be_refused(store, user, start_upload, name, size):
    one = start_upload(large_png(size), name=name)
    one.send(0, MIB // 3)
    assert store.left_over(user) == []


# ---- the clean-up ------------------------------------------------------------------------------

def test_what_was_left_behind_goes_and_what_is_in_force_stays(stack, make_user, store, user,
                                                              old_picture):
    without_picture, never_marked = make_user(), make_user()
    strays = []
    for account in (user, without_picture, never_marked):
        store.of(account).mkdir(exist_ok=True)
        strays.append(store.of(account) / 'stray.png')
        strays[-1].write_bytes(b'x')
    link = store.of(user) / 'link.png'
    link.symlink_to(stack.settings_file)
    folder = store.of(user) / 'folder'
    folder.mkdir()
    for account in (user, without_picture):
        (store.incoming / f'{account.id}-{"a" * 32}.mark').write_bytes(b'')
        lie_for_long(store, account)
    clean_up(stack)
    assert store.left_over(user) == []
    assert store.names(user) == ['folder', 'old.png']
    assert (store.of(user) / 'old.png').read_bytes() == old_picture
    assert store.names(without_picture) == []
    assert store.names(never_marked) == ['stray.png']
    assert stack.settings_file.exists()
    folder.rmdir()


def test_what_is_young_stays_and_is_looked_at_again(stack, store, user, old_picture):
    mark = store.incoming / f'{user.id}-{"b" * 32}.mark'
    mark.write_bytes(b'')
    lie_for_long(store, user)
    stray = store.of(user) / 'stray.png'
    stray.write_bytes(b'x')
    clean_up(stack)
    assert mark.exists() and stray.exists()
    lie_for_long(store, user)
    clean_up(stack)
    assert not mark.exists() and not stray.exists()


def test_what_the_clean_up_does_not_know_stays(stack, store, user, old_picture):
    names = ['lock', 'notes.txt', f'{user.id}-{"c" * 31}.mark', f'{user.id}-{"c" * 32}.txt',
             f'x-{"c" * 32}.mark', f'-1-{"c" * 32}.new', f'{"9" * 30}-{"c" * 32}.new']
    for name in names[1:]:
        (store.incoming / name).write_bytes(b'')
    lie_for_long(store, user)
    try:
        clean_up(stack)
        assert sorted(path.name for path in store.incoming.iterdir()) == sorted(names)
    finally:
        for name in names[1:]:
            (store.incoming / name).unlink()


def test_files_of_accounts_that_are_gone_go(stack, store):
    folder = store.folder / '2147483600'
    folder.mkdir(parents=True)
    (folder / 'a.png').write_bytes(b'x')
    store.incoming.mkdir(exist_ok=True)
    mark = store.incoming / f'2147483600-{"d" * 32}.mark'
    mark.write_bytes(b'')
    then = time.time() - OLD
    for path in (folder / 'a.png', mark):
        os.utime(path, (then, then))
    clean_up(stack)
    assert not mark.exists() and list(folder.iterdir()) == []


# ---- FastCGI -----------------------------------------------------------------------------------

STREAMING = '''
location /streamed/ {
    rewrite ^/streamed(/.*)$ $1 break;
    fastcgi_pass unix:@SOCKETS@/picture.sock;
    fastcgi_param PATH_INFO $uri;
    fastcgi_param REQUEST_METHOD $request_method;
    fastcgi_param REQUEST_ID $request_id;
    fastcgi_max_temp_file_size 0;
}
'''


@pytest.fixture(scope='module')
def fragile(make_stack):
    """A stack of its own, which also has pictures streamed, with one process a program."""
    return make_stack('pictures', extra_locations=STREAMING, worker=False, mail_enabled=False,
                      processes=1)


@pytest.fixture
def fragile_sql(fragile):
    with connect(fragile) as sql:
        yield sql


@pytest.fixture
def fragile_api(fragile, journal):
    return Api(fragile, journal)


@pytest.fixture
def fragile_store(fragile, fragile_sql):
    return Store(fragile.upload_folder, fragile_sql)


def test_pictures_are_streamed_where_the_web_server_names_no_location(fragile_api, fragile_sql,
                                                                      fragile_store):
    account = insert_user(fragile_sql)
    content = os.urandom(3_000_000)
    fragile_store.put(account, 'a.png', content)
    for _ in range(4):
        answer = fragile_api.get(f'/streamed/api/users/{account.username}/picture')
        assert (answer.status, answer.body) == (200, content)
        assert answer.headers['Content-Type'] == 'image/png'
        head = fragile_api.request('HEAD', f'/streamed/api/users/{account.username}/picture')
        assert (head.status, head.body) == (200, b'')


def test_a_picture_that_shrinks_while_it_is_streamed_breaks_off(fragile_api, fragile_sql,
                                                                fragile_store):
    account = insert_user(fragile_sql)
    fragile_store.put(account, 'a.png', bytes(30_000_000))
    with fragile_api.connect() as connection:
        connection.sendall(f'GET /streamed/api/users/{account.username}/picture HTTP/1.1\r\n'
                           'Host: x\r\n\r\n'.encode())
        received = len(connection.recv(1000))  # what follows waits in buffers of limited size
        os.truncate(fragile_store.of(account) / 'a.png', 1_000_000)
        while piece := connection.recv(1_000_000):
            received += len(piece)
    assert received < 30_000_000
    fragile_store.put(account, 'a.png', b'small')
    assert fragile_api.get(f'/api/users/{account.username}/picture').body == b'small'


def test_memory_does_not_grow_with_what_is_sent(fragile, fragile_api, fragile_sql, fragile_store,
                                                minter):
    def peak():
        [pid] = fragile.executable_pids('picture')
        with open(f'/proc/{pid}/status') as file:
            return next(int(line.split()[1]) for line in file if line.startswith('VmHWM'))

    account = insert_user(fragile_sql)
    token = minter.token(account.id)
    path = f'/streamed/api/users/{account.username}/picture'
    fragile_sql.run('UPDATE app_config SET max_single_file_size = %s, max_zip_file_size = %s',
                    32 * MIB, 32 * MIB)
    content = large_png(100_000)
    exact(upload(fragile_api, token, content), PICTURE_UPDATED)
    assert fragile_api.get(path).body == content
    before = peak()
    content = large_png(30_000_000)
    exact(upload(fragile_api, token, content), PICTURE_UPDATED)
    assert fragile_api.get(path).body == content
    assert fragile_store.in_force(account) == content
    assert peak() - before < 1024  # KiB


def test_without_the_database_the_old_picture_stays(fragile, fragile_api, fragile_sql,
                                                    fragile_store, minter):
    account = insert_user(fragile_sql)
    token = minter.token(account.id)
    old = png()
    exact(upload(fragile_api, token, old), PICTURE_UPDATED)
    fragile.stop_database()
    try:
        exact(upload(fragile_api, token, png(), 'b.png'), ERR500)  # the token cannot be checked
        exact(fragile_api.get(f'/api/users/{account.username}/picture'), ERR500)
    finally:
        fragile.start_database()
    with connect(fragile) as sql:
        assert Store(fragile.upload_folder, sql).in_force(account) == old
    exact(upload(fragile_api, token, png(), 'b.png'), PICTURE_UPDATED)
