"""Pictures and archives."""

import json
import os
import re
import signal
import zipfile

import pytest

from tests.api.client.command import mode
from tests.api.client.servers import CuttingProxy
from tests.harness.pictures import png

AWKWARD = 'my "best", pic;ture\\ é.png'


def test_a_picture_is_uploaded_and_downloaded(logged_in, user):
    content = png()
    (logged_in.home / AWKWARD).write_bytes(content)
    assert logged_in.ok('picture', 'set', AWKWARD) == 'user picture updated\n'
    assert logged_in('picture', 'get', text=False).stdout == content
    logged_in.ok('picture', 'get', user.username, '-o', 'got.png', env={'HOME': None})
    assert (logged_in.home / 'got.png').read_bytes() == content
    assert mode(logged_in.home / 'got.png') == 0o600
    assert logged_in.ok('picture', 'delete') == 'picture deleted\n'
    before = sorted(logged_in.home.iterdir())
    assert logged_in.refused(1, 'picture', 'get', '-o', 'other.png') == 'No picture.'
    assert sorted(logged_in.home.iterdir()) == before


def test_a_file_that_is_not_a_picture_is_refused(one_client, user):
    one_client.log_in(user)
    (one_client.home / 'a.txt').write_text('text')
    assert one_client.refused(1, 'picture', 'set', 'a.txt') == 'file extension not allowed'
    assert 'could not read file' in one_client.refused(6, 'picture', 'set', 'nothing.png')


def test_the_archive_is_requested_awaited_and_downloaded(logged_in, user):
    name = logged_in.ok('export').rstrip('\n')
    assert re.fullmatch(r'archive_[\w-]{20}\.zip', name)
    archive = logged_in.home / name
    with zipfile.ZipFile(archive) as entries:
        assert json.loads(entries.read('user_data.json'))['username'] == user.username
    assert mode(archive) == 0o600
    assert logged_in.ok('export', '-o', 'again.zip') == 'again.zip\n'
    assert (logged_in.home / 'again.zip').read_bytes() == archive.read_bytes()
    assert list(logged_in.home.glob('*.part')) == []


@pytest.fixture
def archive(one_client, user, stack):
    """The name of a large archive that the client has already downloaded."""
    directory = stack.upload_folder / 'uploads' / 'workouts' / str(user.id)
    directory.mkdir(parents=True)
    (directory / 'a.gpx').write_bytes(os.urandom(300_000))
    one_client.log_in(user)
    return one_client.ok('export').rstrip('\n')


def tokens_at(client, url):
    """The environment that uses the same login through another URL."""
    token = re.search('token (.*)', (client.directory / 'default.session').read_text())[1]
    return {'FITGATE_URL': url, 'FITGATE_TOKEN': token}


def test_an_interrupted_download_resumes_where_it_stopped(one_client, archive, stack):
    with CuttingProxy(stack.port, '/export/archive_', cuts=2, after=100_000) as proxy:
        done = one_client('export', '-o', 'out.zip', env=tokens_at(one_client, proxy.url))
    assert done.returncode == 0, done.stderr
    ranges = [int(number) for request in proxy.requests
              for number in re.findall(r'(?i)\nRange: bytes=(\d+)-', request)]
    assert len(proxy.requests) == 3 and len(ranges) == 2 and 0 < ranges[0] < ranges[1]
    assert (one_client.home / 'out.zip').read_bytes() == (one_client.home / archive).read_bytes()


def test_a_later_run_resumes_a_download(one_client, archive, stack):
    whole = (one_client.home / archive).read_bytes()
    part = one_client.home / f'out.zip.{archive}.part'
    part.write_bytes(whole[:200_000])
    (one_client.home / 'out.zip.archive_of_another_day.zip.part').write_bytes(b'other')
    with CuttingProxy(stack.port, '/export/archive_') as proxy:
        one_client.ok('export', '-o', 'out.zip', env=tokens_at(one_client, proxy.url))
    assert '\nrange: bytes=200000-' in proxy.requests[0].lower()
    assert (one_client.home / 'out.zip').read_bytes() == whole and not part.exists()


def test_a_download_without_progress_is_given_up(one_client, archive, stack):
    with CuttingProxy(stack.port, '/export/archive_', cuts=99, after=0) as proxy:
        done = one_client('export', '-o', 'out.zip', env=tokens_at(one_client, proxy.url))
    assert done.returncode == 3 and 'run the same command again to resume it' in done.stderr
    assert not (one_client.home / 'out.zip').exists()


def test_an_archive_that_is_missing_or_could_not_be_made(one_client, archive, user, db, stack):
    (stack.upload_folder / 'uploads' / 'exports' / str(user.id) / archive).unlink()
    done = one_client('export')
    assert done.returncode == 1 and 'no longer has this archive' in done.stderr
    db.run('UPDATE users_data_export SET file_name = NULL WHERE user_id = %s', user.id)
    assert 'could not build the archive' in one_client.refused(1, 'export')


@pytest.fixture
def busy_worker(stack):
    """Stops the worker; the value is the function that continues it."""
    workers = stack.program_pids('worker')
    for pid in workers:
        os.kill(pid, signal.SIGSTOP)

    def resume():
        for pid in workers:
            os.kill(pid, signal.SIGCONT)

    yield resume
    resume()


def test_a_terminal_shows_the_wait_for_the_archive(one_client, user, busy_worker):
    one_client.log_in(user)
    with one_client.on_terminal('export', '-o', 'out.zip') as terminal:
        terminal.wait_for('waiting for the archive: 0 s', echo=True)
        busy_worker()
        assert terminal.status() == 0
        assert terminal.shown.splitlines()[-1] == 'out.zip'
