"""The sandbox in which pictures are parsed: the resources of its process, and the answer to an
upload when it dies."""

import os
import re
import signal
from pathlib import Path

import pytest

from tests.harness.answers import INVALID_FILE, PICTURE_UPDATED, UPDATE_FAILED, exact
from tests.harness.pictures import PATH, Store, form, large_png, part, png, upload
from tests.api.support.programs import Programs, parse_cgi
from tests.api.support.waiting import until
from tests.harness.waiting import LIMIT


@pytest.fixture
def store(stack, db):
    return Store(stack.upload_folder, db)


class Upload:
    """An upload to a CGI program, with half of the picture sent, and the filter that reads it."""

    def __init__(self, programs, token):
        self.picture = large_png(500_000)
        self.body, headers = form(part('file', self.picture, 'new.png'))
        self.program = programs.start_cgi('POST', PATH, token=token, parameters={
            'CONTENT_TYPE': headers['Content-Type'], 'CONTENT_LENGTH': str(len(self.body))})
        self.program.stdin.write(self.body[:300_000])
        self.program.stdin.flush()
        self.filter = until(self._find_filter, 'the filter is confined')

    def _find_filter(self):
        """The filter's /proc directory, once the filter is confined."""
        children = Path(f'/proc/{self.program.pid}/task/{self.program.pid}/children').read_text()
        for pid in children.split():
            process = Path('/proc') / pid
            if re.search(r'^Seccomp:\s+2$', (process / 'status').read_text(), re.MULTILINE):
                return process
        return None

    def finish(self):
        output, errors = self.program.communicate(self.body[300_000:], timeout=LIMIT)
        self.errors = errors.decode()
        print(self.errors)
        return parse_cgi(output)


@pytest.fixture
def started(programs, token):
    one = Upload(programs, token)
    yield one
    if one.program.poll() is None:
        one.program.kill()
        one.program.communicate()


def test_pictures_are_parsed_by_a_process_without_environment_and_with_two_files(
        started, store, user):
    assert (started.filter / 'environ').read_bytes() == b''
    files = {entry.name: os.readlink(entry) for entry in (started.filter / 'fd').iterdir()}
    assert sorted(files) == ['0', '1']
    assert files['0'].startswith('pipe:')
    assert Path(files['1']).parent == store.incoming
    status = (started.filter / 'status').read_text()
    assert re.search(r'^NoNewPrivs:\s+1$', status, re.MULTILINE)
    exact(started.finish(), PICTURE_UPDATED)
    assert store.current(user) == started.picture


def test_the_upload_program_contains_no_code_that_parses_pictures(programs):
    for name in (b'jpeg_filter', b'png_filter', b'gif_filter'):
        assert name not in (programs.build / 'upload').read_bytes()
        assert name in (programs.build / 'picture_filter').read_bytes()


@pytest.mark.parametrize('signal_sent', [signal.SIGSYS, signal.SIGSEGV, signal.SIGKILL])
def test_a_picture_is_invalid_if_its_filter_dies(started, store, user, signal_sent):
    os.kill(int(started.filter.name), signal_sent)
    exact(started.finish(), INVALID_FILE)
    assert f'picture refused: picture_filter was killed by signal {int(signal_sent)} ' in started.errors
    assert store.leftovers(user) == []


def test_without_the_filter_no_picture_is_stored(programs, store, user, token, tmp_path):
    """The filter is in the directory of the program: a copy of the program elsewhere has no filter."""
    (tmp_path / 'upload').write_bytes((programs.build / 'upload').read_bytes())
    (tmp_path / 'upload').chmod(0o755)
    elsewhere = Programs(programs.stack, tmp_path, programs.transcript)
    body, headers = form(part('file', png(), 'new.png'))
    program = elsewhere.start_cgi('POST', PATH, token=token, parameters={
        'CONTENT_TYPE': headers['Content-Type'], 'CONTENT_LENGTH': str(len(body))})
    output, errors = program.communicate(body, timeout=LIMIT)
    exact(parse_cgi(output), UPDATE_FAILED)
    assert b'could not start ' in errors
    assert store.leftovers(user) == []


def test_the_log_names_the_rule_that_a_picture_violates(api, stack, token):
    exact(upload(api, token, b'GIF89a', 'a.gif'), INVALID_FILE)
    assert 'picture refused: ' in stack.log_text('upload')
