"""The directory of a stack: its files, its secrets, and the lock that only one stack can hold."""

import fcntl
import os
import secrets
import shutil
import tempfile
from pathlib import Path

from tests.harness.errors import StackError
from tests.harness.waiting import poll

SOCKET_PATH_MAX = 107  # bytes, of a unix socket (sun_path in unix(7))
LONGEST_SOCKET_NAME = len('/fitgate-12345678/mariadb.sock') + 10


def private_opener(path, flags):
    """An opener for open(): only the owner can read a file that it creates."""
    return os.open(path, flags, 0o600)


def write_private(path, text):
    """Write a file that only its owner can read. Readers see either the old text or the new one."""
    temporary = path.with_name(path.name + '.new')
    temporary.unlink(missing_ok=True)
    with open(temporary, 'x', opener=private_opener) as file:
        file.write(text)
    temporary.replace(path)


def kept_secret(path):
    """The random text that the file holds. Creates the file if it does not exist."""
    if not path.exists():
        write_private(path, secrets.token_hex(32) + '\n')
    return path.read_text().strip()


def setting_line(name, value):
    """One line of a settings file."""
    quote = '"' if "'" in value else "'"
    if quote in value or '\n' in value:
        raise StackError(
            f'{name}: a settings file cannot hold both kinds of quotes, or a line feed')
    return f'{name}={quote}{value}{quote}\n'


def short_temporary_directory():
    """TMPDIR, if the path of a socket in it is short enough; else /tmp."""
    directory = tempfile.gettempdir()
    fits = len(os.fsencode(directory)) + LONGEST_SOCKET_NAME <= SOCKET_PATH_MAX
    return directory if fits else '/tmp'


class StackFiles:
    """The files of one stack.

    Files that last are in `directory`. Sockets are in `run`, a directory with a short path that
    exists from open() to close(): the path of the checkout can be too long for a socket.
    """

    def __init__(self, directory):
        self.directory = Path(directory).resolve()
        self.logs = self.directory / 'log'
        self.mail = self.directory / 'mail'
        self.uploads = self.directory / 'uploads'
        self.nginx = self.directory / 'nginx'
        self.mariadb = self.directory / 'mariadb'
        self.run = None
        self.lock = None

    def open(self):
        """Create the directories and take the lock; StackError if another stack holds it."""
        try:
            for path in (self.directory, self.logs, self.mail, self.uploads, self.nginx):
                path.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.lock = open(self.directory / 'lock', 'a+', opener=private_opener)
        except OSError as error:
            raise StackError(f'could not write to {self.directory}: {error.strerror}') from error
        self._take_lock()
        self._make_run_directory()

    def close(self):
        if self.run:
            shutil.rmtree(self.run, ignore_errors=True)
            (self.directory / 'run').unlink(missing_ok=True)
        self.run = None
        if self.lock:
            self.lock.close()
        self.lock = None

    def secret(self, name):
        return kept_secret(self.directory / name)

    def _take_lock(self):
        """All programs of a stack inherit the lock. It is released when the last one ends, even if
        the process that started them was killed."""
        if poll(self._try_lock, 60) is None:
            raise StackError(f'programs of an earlier run still use {self.directory}')
        self.lock.truncate(0)
        self.lock.write(f'{os.getpid()}\n')
        self.lock.flush()

    def _try_lock(self):
        try:
            fcntl.flock(self.lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        except BlockingIOError:
            self.lock.seek(0)
            holder = self.lock.read().strip()
        if holder and Path('/proc', holder).exists():
            raise StackError(f'{self.directory} is in use by another instance (process {holder})')
        return False

    def _make_run_directory(self):
        link = self.directory / 'run'
        if link.is_symlink():  # left by a run that was killed
            shutil.rmtree(os.readlink(link), ignore_errors=True)
            link.unlink()
        self.run = Path(tempfile.mkdtemp(prefix='fitgate-', dir=short_temporary_directory()))
        link.symlink_to(self.run)
        (self.run / 'tmp').mkdir()
