"""Interrupted uploads: whatever happens, the picture that the row names exists and is complete, and
the worker's next sweep removes all other files."""

import fcntl
import os
import random
import re
import resource
import struct
import time
from pathlib import Path

import pytest

from tests.harness.log import entries
from tests.harness.answers import ERR500, PICTURE_UPDATED, UPDATE_FAILED, exact
from tests.api.support.client import Api
from tests.harness.sql import connect, root_sql
from tests.harness.people import insert_user
from tests.harness.pictures import PATH, Store, form, large_png, padded_form, part, png, upload
from tests.api.support.programs import parse_cgi
from tests.api.support.waiting import until
from tests.harness.waiting import LIMIT

MIB = 1024 * 1024
OLD = 16 * 60  # seconds: older than the files that the sweep keeps


@pytest.fixture
def store(stack, db):
    return Store(stack.upload_folder, db)


@pytest.fixture
def old_picture(api, token):
    """The picture old.png of `user`."""
    content = png()
    exact(upload(api, token, content, 'old.png'), PICTURE_UPDATED)
    return content


class Upload:
    """An upload that is sent to a CGI program piece by piece."""

    def __init__(self, programs, token, picture, name='new.png', parameters=None, **options):
        self.body, headers = form(part('file', picture, name))
        self.process = programs.start_cgi('POST', PATH, token=token, parameters={
            'CONTENT_TYPE': headers['Content-Type'], 'CONTENT_LENGTH': str(len(self.body)),
            **(parameters or {})}, **options)

    def send(self, start, end=None):
        self.process.stdin.write(self.body[start:end])

    def answer(self):
        output, errors = self.process.communicate(timeout=LIMIT)
        self.errors = errors.decode()
        print(self.errors)
        return parse_cgi(output)

    def kill(self):
        self.process.kill()
        self.process.communicate(timeout=LIMIT)


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


def make_old(store, account):
    """Make all files of an account look old."""
    then = time.time() - OLD
    for directory in (store.incoming, store.of(account)):
        for path in directory.iterdir() if directory.is_dir() else []:
            os.utime(path, (then, then), follow_symlinks=False)


def sweep(stack):
    assert stack.run_worker_once().returncode == 0


# ---- killed ------------------------------------------------------------------------------------

def test_an_upload_killed_while_it_is_received(stack, store, user, old_picture, start_upload):
    one = start_upload(large_png(500_000))
    one.send(0, 300_000)
    until(lambda: store.leftovers(user), 'it is being stored')
    one.kill()
    assert store.current(user) == old_picture
    assert len(store.leftovers(user)) == 1
    sweep(stack)
    assert len(store.leftovers(user)) == 1  # its upload could still be running
    make_old(store, user)
    sweep(stack)
    assert store.leftovers(user) == []
    assert store.current(user) == old_picture


class Lock:
    """The lock that makes one change of a user's pictures wait for another."""

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
def waiting_upload(store, user, old_picture, start_upload):
    """A completely received upload, while another change holds the lock: (upload, picture)."""
    picture = large_png(500_000)
    one = start_upload(picture)
    one.send(0)
    until(lambda: [path.stat().st_size for path in store.incoming.glob(f'{user.id}-*')] == [len(picture)],
          'the picture is there')
    assert store.current(user) == old_picture
    return one, picture


@pytest.fixture
def lock(store, user, old_picture):
    with Lock(store, user) as lock:
        yield lock


def test_a_change_waits_for_another(lock, waiting_upload, store, user):
    one, picture = waiting_upload
    lock.release()
    exact(one.answer(), PICTURE_UPDATED)
    assert store.current(user) == picture


def test_a_change_does_not_wait_forever(lock, waiting_upload, store, user, old_picture):
    one, _picture = waiting_upload
    exact(one.answer(), UPDATE_FAILED)
    error, = entries(one.errors, level='error')
    assert error['user'] == str(user.id)
    assert 'another replacement has held the lock' in error['message']
    assert store.current(user) == old_picture
    assert store.leftovers(user) == []


def test_an_upload_killed_while_it_waits_for_another_change(
        lock, waiting_upload, stack, store, user, old_picture):
    one, _picture = waiting_upload
    one.kill()
    lock.release()
    assert store.current(user) == old_picture
    make_old(store, user)
    sweep(stack)
    assert store.leftovers(user) == []


def test_another_user_does_not_wait(make_user, minter, programs, store, user, old_picture):
    other = make_user()
    with Lock(store, user):
        one = Upload(programs, minter.token(other.id), png())
        one.send(0)
        exact(one.answer(), PICTURE_UPDATED)
    assert store.names(other) == ['new.png']


def test_the_sweep_leaves_pictures_that_are_being_replaced(stack, store, user, old_picture):
    mark = store.incoming / f'{user.id}-{"0" * 32}.mark'
    mark.write_bytes(b'')
    stray = store.of(user) / 'stray.png'
    stray.write_bytes(b'x')
    make_old(store, user)
    with Lock(store, user):
        sweep(stack)
        assert mark.exists() and stray.exists()
    sweep(stack)
    assert not mark.exists() and not stray.exists()


def test_an_upload_killed_while_the_row_is_locked(
        stack, db, store, user, old_picture, start_upload):
    with db.another() as other:
        other.run('START TRANSACTION')
        other.rows('SELECT id FROM users WHERE id = %s FOR UPDATE', user.id)
        one = start_upload(png())
        one.send(0)
        until(lambda: [name for name in store.leftovers(user) if name.endswith('.mark')],
              'the mark')
        one.kill()
        assert store.current(user) == old_picture
        other.run('ROLLBACK')
    make_old(store, user)
    sweep(stack)
    assert store.leftovers(user) == []
    assert store.current(user) == old_picture


def test_an_upload_killed_at_any_moment_leaves_the_old_or_the_new_picture(
        stack, store, user, old_picture, start_upload):
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
        # at an arbitrary moment: the test waits for nothing (if all moments are too early, later
        # ones are tried)
        time.sleep(chance.uniform(0, 1.3 * duration * (1 + number // 40)))
        process.kill()
        process.wait()
        before, in_force = in_force, (store.directory.parent / store.row(user)).read_bytes()
        assert in_force in (before, new), number
        stored += in_force == new
    make_old(store, user)
    sweep(stack)
    assert store.current(user) == in_force
    assert store.leftovers(user) == []


# ---- full disk and lost database ---------------------------------------------------------------

def test_a_limit_on_the_size_of_files_is_an_error_and_leaves_nothing(store, user, old_picture,
                                                                     start_upload):
    """For the program this is the same as a full disk."""
    def little_room():
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))

    one = start_upload(large_png(500_000), preexec_fn=little_room)
    one.send(0)
    exact(one.answer(), UPDATE_FAILED)
    assert store.current(user) == old_picture
    assert store.leftovers(user) == []


def test_a_limit_on_the_size_of_files_does_not_hide_an_error_of_the_request(start_upload,
                                                                            old_picture):
    def no_room():
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))

    one = start_upload(png(), preexec_fn=no_room)
    one.body = one.body[:-4] + b'xx\r\n'  # without the closing delimiter
    one.send(0)
    assert one.answer().json()['message'] == 'no file part'


def test_the_database_lost_during_the_upload(stack, db, store, user, old_picture,
                                             start_upload, tmp_path):
    """The program's connection is closed, and the server is no longer reachable."""
    way = tmp_path / 'db.sock'
    way.symlink_to(stack.database.socket)
    url = (f'mysql://{stack.database.user}:{stack.database.password}@localhost/'
           f'{stack.database.name}?unix_socket={way}')
    before = {row['ID'] for row in db.rows('SELECT ID FROM information_schema.PROCESSLIST')}
    one = start_upload(large_png(500_000), settings={'DATABASE_URL': url})
    one.send(0, 300_000)
    until(lambda: store.leftovers(user), 'it is being stored')
    for row in db.rows('SELECT ID FROM information_schema.PROCESSLIST'):
        if row['ID'] not in before:
            db.run(f'KILL {row["ID"]}')
    way.unlink()
    one.send(300_000)
    exact(one.answer(), UPDATE_FAILED)
    assert store.current(user) == old_picture
    assert store.leftovers(user) == []


def test_a_connection_lost_during_the_upload_is_reopened(stack, store, user, old_picture,
                                                         start_upload):
    connections = ('SELECT ID FROM information_schema.PROCESSLIST '
                   f"WHERE USER LIKE '{stack.database.user}%%'")
    new = large_png(500_000)
    with root_sql(stack) as root:
        before = {row['ID'] for row in root.rows(connections)}
        one = start_upload(new)
        one.send(0, 300_000)
        until(lambda: store.leftovers(user), 'it is being stored')
        own = {row['ID'] for row in root.rows(connections)} - before
        assert own
        for number in own:
            root.run(f'KILL {number}')
    one.send(300_000)
    exact(one.answer(), PICTURE_UPDATED)
    assert store.current(user) == new


def test_no_lock_of_the_database_is_held_during_the_upload(stack, store, user, old_picture,
                                                           start_upload):
    one = start_upload(large_png(500_000))
    one.send(0, 300_000)
    until(lambda: store.leftovers(user), 'it is being stored')
    with root_sql(stack) as root:
        assert root.rows('SELECT * FROM information_schema.INNODB_TRX') == []
    one.send(300_000)
    exact(one.answer(), PICTURE_UPDATED)


def test_an_account_deleted_during_the_upload(db, store, user, start_upload):
    one = start_upload(large_png(500_000))
    one.send(0, 300_000)
    until(lambda: store.leftovers(user), 'it is being stored')
    db.run('DELETE FROM users WHERE id = %s', user.id)
    one.send(300_000)
    exact(one.answer(), UPDATE_FAILED)
    assert store.names(user) == [] and store.leftovers(user) == []
    assert not store.of(user).exists()


# ---- CGI ---------------------------------------------------------------------------------------

def test_an_upload_that_stops_halfway_has_no_file_part(store, user, old_picture, start_upload):
    one = start_upload(large_png(500_000))
    one.send(0, 300_000)
    exact(one.answer(), (400, {'status': 'fail', 'message': 'no file part'}))
    assert store.current(user) == old_picture
    assert store.leftovers(user) == []


@pytest.mark.parametrize(('size', 'expected'), [(MIB, 200), (MIB + 1, 413), (10 * MIB + 1, 413)])
def test_a_body_of_unknown_length_is_counted(programs, store, user, token, size, expected):
    body, headers = padded_form(png(), 'a.png', size)
    answer = programs.cgi('POST', PATH, data=body, token=token, parameters={
        'CONTENT_TYPE': headers['Content-Type'], 'CONTENT_LENGTH': ''})
    assert answer.status == expected
    assert (store.row(user) is None) == (expected != 200)
    assert store.leftovers(user) == []


def test_a_body_of_unknown_length_is_stored_only_up_to_the_limit(store, user, start_upload):
    one = start_upload(large_png(5 * MIB), parameters={'CONTENT_LENGTH': ''})
    one.send(0, 4 * MIB)  # returns when nearly everything has been read
    [stored] = store.incoming.glob(f'{user.id}-*')
    assert stored.stat().st_size <= MIB
    one.send(4 * MIB)
    answer = one.answer()
    assert answer.status == 413
    assert 'exceeds 1.0MB.' in answer.json()['message']
    assert store.names(user) == [] and store.leftovers(user) == []


@pytest.mark.parametrize(('name', 'size'),
                         [('a.txt', MIB // 2), ('', MIB // 2), ('a.png', 2 * MIB)])
def test_nothing_is_stored_of_a_request_that_will_be_refused(store, user, start_upload, name, size):
    one = start_upload(large_png(size), name=name)
    one.send(0, MIB // 3)
    assert store.leftovers(user) == []


# ---- the sweep ---------------------------------------------------------------------------------

def test_the_sweep_removes_leftovers_and_keeps_current_pictures(stack, make_user, store, user,
                                                                old_picture):
    without_picture, never_marked = make_user(), make_user()
    strays = []
    for account in (user, without_picture, never_marked):
        store.of(account).mkdir(exist_ok=True)
        strays.append(store.of(account) / 'stray.png')
        strays[-1].write_bytes(b'x')
    link = store.of(user) / 'link.png'
    link.symlink_to(stack.settings_file)
    directory = store.of(user) / 'directory'
    directory.mkdir()
    for account in (user, without_picture):
        (store.incoming / f'{account.id}-{"a" * 32}.mark').write_bytes(b'')
        make_old(store, account)
    sweep(stack)
    assert store.leftovers(user) == []
    assert store.names(user) == ['directory', 'old.png']
    assert (store.of(user) / 'old.png').read_bytes() == old_picture
    assert store.names(without_picture) == []
    assert store.names(never_marked) == ['stray.png']
    assert stack.settings_file.exists()
    directory.rmdir()


def test_the_sweep_keeps_recent_files_and_checks_them_again(stack, store, user, old_picture):
    mark = store.incoming / f'{user.id}-{"b" * 32}.mark'
    mark.write_bytes(b'')
    make_old(store, user)
    stray = store.of(user) / 'stray.png'
    stray.write_bytes(b'x')
    sweep(stack)
    assert mark.exists() and stray.exists()
    make_old(store, user)
    sweep(stack)
    assert not mark.exists() and not stray.exists()


def test_the_sweep_keeps_files_that_it_does_not_recognize(stack, store, user, old_picture):
    names = ['lock', 'notes.txt', f'{user.id}-{"c" * 31}.mark', f'{user.id}-{"c" * 32}.txt',
             f'x-{"c" * 32}.mark', f'-1-{"c" * 32}.new', f'{"9" * 30}-{"c" * 32}.new']
    for name in names[1:]:
        (store.incoming / name).write_bytes(b'')
    make_old(store, user)
    try:
        sweep(stack)
        assert sorted(path.name for path in store.incoming.iterdir()) == sorted(names)
    finally:
        for name in names[1:]:
            (store.incoming / name).unlink()


def test_the_sweep_removes_files_of_deleted_accounts(stack, store):
    directory = store.directory / '2147483600'
    directory.mkdir(parents=True)
    (directory / 'a.png').write_bytes(b'x')
    store.incoming.mkdir(exist_ok=True)
    mark = store.incoming / f'2147483600-{"d" * 32}.mark'
    mark.write_bytes(b'')
    then = time.time() - OLD
    for path in (directory / 'a.png', mark):
        os.utime(path, (then, then))
    sweep(stack)
    assert not mark.exists() and list(directory.iterdir()) == []


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
    """A separate stack, with one process per program, in which the program streams the pictures."""
    return make_stack('pictures', extra_locations=STREAMING, worker=False, mail_enabled=False,
                      processes=1)


@pytest.fixture
def fragile_sql(fragile):
    with connect(fragile) as sql:
        yield sql


@pytest.fixture
def fragile_api(fragile, transcript):
    return Api(fragile, transcript)


@pytest.fixture
def fragile_store(fragile, fragile_sql):
    return Store(fragile.upload_folder, fragile_sql)


def test_without_a_location_of_the_web_server_the_program_streams_pictures(fragile_api, fragile_sql,
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
        received = len(connection.recv(1000))  # the rest waits in buffers of limited size
        os.truncate(fragile_store.of(account) / 'a.png', 1_000_000)
        while piece := connection.recv(1_000_000):
            received += len(piece)
    assert received < 30_000_000
    fragile_store.put(account, 'a.png', b'small')
    assert fragile_api.get(f'/api/users/{account.username}/picture').body == b'small'


def test_memory_does_not_grow_with_the_size_of_pictures(
        fragile, fragile_api, fragile_sql, fragile_store, minter):
    def peak():
        """The peak memory of the two programs together, in KiB."""
        pids = fragile.program_pids('picture') + fragile.program_pids('upload')
        texts = [Path(f'/proc/{pid}/status').read_text() for pid in pids]
        return sum(int(re.search(r'VmHWM:\s+(\d+)', text)[1]) for text in texts)

    account = insert_user(fragile_sql)
    token = minter.token(account.id)
    path = f'/streamed/api/users/{account.username}/picture'
    fragile_sql.run('UPDATE app_config SET max_single_file_size = %s, max_zip_file_size = %s',
                    32 * MIB, 32 * MIB)
    content = large_png(100_000)
    exact(upload(fragile_api, token, content), PICTURE_UPDATED)
    assert fragile_api.get(path).body == content
    before = peak()
    exact(upload(fragile_api, token, large_png(9_000_000)), PICTURE_UPDATED)
    assert fragile_api.get(path).body == fragile_store.current(account)
    assert len(fragile_store.current(account)) > 9_000_000
    assert peak() - before < 1024


def test_without_the_database_the_old_picture_stays(fragile, fragile_api, fragile_sql,
                                                    fragile_store, minter):
    account = insert_user(fragile_sql)
    token = minter.token(account.id)
    old = png()
    exact(upload(fragile_api, token, old), PICTURE_UPDATED)
    fragile.database.stop()
    try:
        # because the token cannot be checked
        exact(upload(fragile_api, token, png(), 'b.png'), UPDATE_FAILED)
        exact(fragile_api.get(f'/api/users/{account.username}/picture'), ERR500)
    finally:
        fragile.database.start()
    with connect(fragile) as sql:
        assert Store(fragile.upload_folder, sql).current(account) == old
    exact(upload(fragile_api, token, png(), 'b.png'), PICTURE_UPDATED)
