"""fitgate-admin export: writes an archive to a file, without the worker."""

import os
import pty
import resource
import signal
import stat
import subprocess

import pytest

from tests.api.support.exports import Exports, expected_workouts, read_archive
from tests.api.support.admin_command import Command
from tests.harness.people import insert_workout
from tests.api.support.waiting import until
from tests.harness.waiting import LIMIT


@pytest.fixture
def exports(programs, shared_scratch, minter, tmp_path):
    with shared_scratch.connect() as sql:
        yield Exports(programs, shared_scratch, sql, minter, tmp_path / 'files')


@pytest.fixture
def admin(programs, shared_scratch, exports):
    return Command(programs, shared_scratch, exports.settings)


@pytest.fixture
def user(exports):
    exports.root.mkdir()
    user = exports.user()
    insert_workout(exports.sql, user.id)
    exports.add_file(user, 'a.gpx', b'<gpx/>')
    return user


def test_the_archive_of_a_user_in_a_file(exports, admin, user, tmp_path):
    path = tmp_path / 'out.zip'
    told = admin.run('export', user.username, path)
    assert (told.returncode, told.stderr) == (0, '')
    assert told.stdout == f'{path}: {path.stat().st_size} bytes\n'
    archive = read_archive(path)
    assert archive.keys() == {'user_data.json', 'user_security_data.json',
                              'user_workouts_data.json', 'gpx/a.gpx'}
    assert expected_workouts(exports.sql, user)[0]['id'].encode() in archive[
        'user_workouts_data.json']
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert sorted(os.listdir(tmp_path)) == ['files', 'out.zip']
    assert exports.sql.rows('SELECT * FROM users_data_export WHERE user_id = %s', user.id) == []


def test_an_existing_file_is_not_replaced(admin, user, tmp_path):
    path = tmp_path / 'out.zip'
    path.write_text('precious')
    (tmp_path / 'link').symlink_to('nothing')
    assert 'exists already' in admin.refused('export', user.username, path)
    assert 'exists already' in admin.refused('export', user.username, tmp_path / 'link')
    assert path.read_text() == 'precious' and not (tmp_path / 'nothing').exists()


@pytest.mark.parametrize('name', ['none/out.zip', '', '/', '.', 'files/uploads/'])
def test_an_invalid_path_is_rejected(admin, user, tmp_path, name):
    before = sorted(tmp_path.rglob('*'))
    admin.refused('export', user.username, tmp_path / name if name[:1] != '/' else name)
    assert sorted(tmp_path.rglob('*')) == before


def test_an_unknown_user_leaves_no_file(admin, exports, tmp_path):
    admin.refused('export', 'unknown_user', tmp_path / 'out.zip')
    assert not (tmp_path / 'out.zip').exists()


@pytest.mark.parametrize('words', [[], ['sam'], ['sam', 'file', 'more'], ['--force', 'sam', 'x']])
def test_usage_errors_are_reported(admin, exports, words):
    admin.misused('export', *words)


def test_a_full_disk_leaves_nothing(exports, programs, user, tmp_path):
    exports.add_slow_file(user)
    with programs.start(
            'admin', 'export', user.username, tmp_path / 'out.zip', settings=exports.settings,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE,
                                                  (1 << 20, 1 << 20))) as process:
        _output, complaint = process.communicate(timeout=LIMIT)
    assert process.returncode == 1 and b'File too large' in complaint
    assert os.listdir(tmp_path) == ['files']


def test_ctrl_c_leaves_nothing(exports, programs, user, tmp_path):
    exports.add_slow_file(user)
    with programs.start('admin', 'export', user.username, tmp_path / 'out.zip',
                        settings=exports.settings) as process:
        until(lambda: any(path.stat().st_size > 1 << 20 for path in tmp_path.glob('.export-*')),
              'the archive is being written')
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=LIMIT)
    assert process.returncode == -signal.SIGINT
    assert os.listdir(tmp_path) == ['files']


def test_a_terminal_shows_a_progress_bar(exports, programs, user, tmp_path):
    exports.add_slow_file(user)
    master, slave = pty.openpty()
    with programs.start('admin', 'export', user.username, tmp_path / 'out.zip',
                        settings=exports.settings, preexec_fn=lambda: os.dup2(slave, 2)) as process:
        os.close(slave)
        shown = b''
        while True:
            try:
                part = os.read(master, 65536)
            except OSError:  # the other end of the terminal is closed
                break
            if not part:
                break
            shown += part
        process.communicate(timeout=LIMIT)
    os.close(master)
    assert process.returncode == 0
    assert b'\r[' in shown and b'#' in shown and b' 50 %' in shown
    assert shown.endswith(b'\r\x1b[K')


def test_memory_stays_flat_for_many_files(exports, admin, user, tmp_path):
    """2,000 files of 100 KB."""
    path = exports.add_file(user, 'first.gpx', os.urandom(1000) * 100)
    for number in range(2000):
        os.link(path, os.path.join(os.path.dirname(path), f'{number}.gpx'.encode()))
    few = admin.peak_memory('export', exports.user().username, str(tmp_path / 'few.zip'))
    many = admin.peak_memory('export', user.username, str(tmp_path / 'many.zip'))
    assert many - few < 6 * 1024, (few, many)
    subprocess.run(['unzip', '-tqq', tmp_path / 'many.zip'], check=True)
