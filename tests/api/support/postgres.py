"""A PostgreSQL server for the tests: on a unix socket only, in a temporary directory."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

from tests.harness.errors import StackError
from tests.harness.processes import Daemon, tool

VERSIONS = Path('/usr/lib/postgresql')
USER = 'fittrackee'
# The server refuses to run as root.
UNPRIVILEGED = 'nobody'
# It runs for one test session: its data need not survive a power failure.
OPTIONS = (
    '-c',
    'fsync=off',
    '-c',
    'listen_addresses=',
    '-c',
    'max_connections=10',
    '-c',
    'autovacuum=off')


def binaries():
    """The directory of the newest version's programs."""
    found = [path for path in VERSIONS.glob('*/bin') if (path / 'postgres').exists()]
    if not found:
        raise StackError('PostgreSQL is not installed: scripts/setup check installs it')
    return max(found, key=lambda path: int(path.parent.name))


def as_unprivileged(command):
    """The command; if we are root, wrapped so that it runs as an unprivileged user."""
    if os.getuid() != 0:
        return list(map(str, command))
    return [tool('setpriv'), '--reuid', UNPRIVILEGED, '--regid', str(pwd.getpwnam(UNPRIVILEGED).pw_gid),
            '--clear-groups', '--pdeathsig', 'TERM', '--', *map(str, command)]


class Postgres:
    """The server, which runs from start() to stop()."""

    def __init__(self, log):
        self.bin = binaries()
        self.directory = Path(tempfile.mkdtemp(prefix='fitgate-pg-'))
        self.environment = {'PATH': os.environ.get('PATH', os.defpath), 'LANG': 'C.UTF-8',
                            'PGHOST': str(self.directory), 'PGUSER': USER}
        self.server = Daemon('postgres', as_unprivileged(
            [self.bin / 'postgres', '-D', self.directory / 'data', '-k', self.directory, *OPTIONS]),
            log, self.environment, stop_signal=signal.SIGINT)

    def start(self):
        if os.getuid() == 0:
            shutil.chown(self.directory, UNPRIVILEGED)
        subprocess.run(as_unprivileged(
            [self.bin / 'initdb', '-D', self.directory / 'data', '-U', USER, '-A', 'trust', '-E', 'UTF8',
             '--locale', 'C.UTF-8', '--no-sync']), check=True, env=self.environment, cwd='/',
            stdout=subprocess.DEVNULL)
        self.server.start()
        self.server.wait_until(self._answers)

    def stop(self):
        self.server.stop(30)
        shutil.rmtree(self.directory)

    def _answers(self):
        return subprocess.run([self.bin / 'pg_isready', '-q'], env=self.environment,
                              check=False).returncode == 0

    def run(self, statements, database='postgres'):
        """Run SQL; returns what it prints, unaligned."""
        done = subprocess.run(
            [self.bin / 'psql', '-X', '-q', '-A', '-t', '-v', 'ON_ERROR_STOP=1', '-d', database],
            input=statements.encode(), env=self.environment, capture_output=True, check=False)
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout.decode()
