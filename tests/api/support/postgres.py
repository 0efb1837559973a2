"""A PostgreSQL server of the tests' own: on a unix socket alone, in a temporary folder."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

from scripts.stack import Service, StackError, tool

VERSIONS = Path('/usr/lib/postgresql')
USER = 'fittrackee'
# The server refuses to run as root.
UNPRIVILEGED = 'nobody'
# It lives as long as one test session: nothing needs to survive a power failure.
OPTIONS = ('-c', 'fsync=off', '-c', 'listen_addresses=', '-c', 'max_connections=10', '-c', 'autovacuum=off')


def binaries():
    """The folder of the newest version's programs."""
    found = [path for path in VERSIONS.glob('*/bin') if (path / 'postgres').exists()]
    if not found:
        raise StackError('PostgreSQL is not installed: scripts/setup check installs it')
    return max(found, key=lambda path: int(path.parent.name))


def as_unprivileged(command):
    """The command; for root, made to run as somebody else."""
    if os.getuid() != 0:
        return list(map(str, command))
    return [tool('setpriv'), '--reuid', UNPRIVILEGED, '--regid', str(pwd.getpwnam(UNPRIVILEGED).pw_gid),
            '--clear-groups', '--pdeathsig', 'TERM', '--', *map(str, command)]


class Postgres:
    """Running from start() to stop()."""

    def __init__(self, log):
        self.bin = binaries()
        self.folder = Path(tempfile.mkdtemp(prefix='fitgate-pg-'))
        self.environment = {'PATH': os.environ.get('PATH', os.defpath), 'LANG': 'C.UTF-8',
                            'PGHOST': str(self.folder), 'PGUSER': USER}
        self.service = Service('postgres', as_unprivileged(
            [self.bin / 'postgres', '-D', self.folder / 'data', '-k', self.folder, *OPTIONS]),
            log, self.environment, stop_signal=signal.SIGINT)

    def start(self):
        if os.getuid() == 0:
            shutil.chown(self.folder, UNPRIVILEGED)
        subprocess.run(as_unprivileged(
            [self.bin / 'initdb', '-D', self.folder / 'data', '-U', USER, '-A', 'trust', '-E', 'UTF8',
             '--locale', 'C.UTF-8', '--no-sync']), check=True, env=self.environment, cwd='/',
            stdout=subprocess.DEVNULL)
        self.service.start()
        self.service.wait_until(self._answers)

    def stop(self):
        self.service.ask_to_stop()
        self.service.wait_stopped(30)
        shutil.rmtree(self.folder)

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
