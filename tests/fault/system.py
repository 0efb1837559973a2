"""The system under test: a complete running Fitgate in which every part can be made to fail.

The programs connect to the database through a proxy, deliver to a mail server that can misbehave, have a clock
that can be stepped (libfaketime), and store files on a small file system of their own that can be filled.
"""

import contextlib
import os
import shutil
import socket
import subprocess
import zlib
from pathlib import Path

from tests.fault.smtp import TAKE, SmtpServer
from tests.harness.errors import StackError
from tests.harness.processes import tool
from tests.harness.sql import root_sql
from tests.harness.stack import Stack
from tests.harness.tree import PYTHON, SERVICES, SOURCE
from tests.harness.waiting import poll

WORKERS = 3
DISK = '192m'
TRACK_BYTES = 150 << 20  # size of a GPX file: compressing it takes a second; it is sparse and uses no disk space
READ_TIMEOUT = 40  # seconds that nginx waits for a program


class Clock:
    """The clock of the services and the workers. The database has the correct time."""

    def __init__(self):
        self.steps = 0
        self.file = None

    def use(self, file):
        self.file = file
        self.step(0)
        self.steps = 0

    def step(self, seconds):
        """Set the clock ahead of the time by `seconds`, or behind it."""
        self.steps += 1
        temporary = self.file.with_suffix('.new')
        temporary.write_text(f'{seconds:+d}\n')
        temporary.replace(self.file)
        self.steps += 1

    def environment(self):
        """The variables for libfaketime. File times stay correct: a file server's clock does not step."""
        libraries = sorted(Path('/usr/lib').glob('*/faketime/libfaketime.so.1'))
        if not libraries:
            raise StackError('libfaketime is not installed: scripts/setup fault installs it')
        return {'LD_PRELOAD': libraries[0], 'FAKETIME_TIMESTAMP_FILE': self.file,
                'FAKETIME_NO_CACHE': 1, 'FAKETIME_DONT_FAKE_MONOTONIC': 1, 'NO_FAKE_STAT': 1}


class System(Stack):
    def __init__(self, directory, build, say):
        super().__init__(directory, build, say=say, settings={'PASSWORD_HASH': '$2b$4'}, workers=WORKERS,
                         read_timeout=f'{READ_TIMEOUT}s',
                         database_options=('--innodb-buffer-pool-size=64M', '--max-connections=400'))
        self.clock = Clock()
        self.mail_server = SmtpServer()
        self.ballast = self.upload_folder / 'ballast'
        self.track = (TRACK_BYTES, zlib.crc32(bytes(TRACK_BYTES)))  # in an archive
        self._proxy_port = None

    # ---- what differs from a Stack ---------------------------------------------------------------

    def _prepare_directories(self):
        super()._prepare_directories()
        mount('tmpfs', self.upload_folder, f'size={DISK}')
        mount('tmpfs', '/dev/shm', 'size=16m')  # where libfaketime creates a file for each process
        (self.upload_folder / 'track').touch()
        os.truncate(self.upload_folder / 'track', TRACK_BYTES)
        self.clock.use(self.run / 'clock')
        self._start_proxy()

    def _start_proxy(self):
        port_file = self.run / 'proxy.port'
        daemon = self.daemons.launch('proxy', [
            PYTHON, '-B', '-m', 'tests.fault.proxy', self.database.socket, port_file,
            self.run / 'proxy.sock'], directory=SOURCE)
        daemon.wait_until(lambda: port_file.exists() and port_file.read_text().endswith('\n'))
        self._proxy_port = int(port_file.read_text())

    def database_url(self, user):
        return (f'mysql://{user}:{self.database.password}@127.0.0.1:{self._proxy_port}/'
                f'{self.database.name}?ssl=off')

    def _start_smtp(self):
        self.mail_server.start(self.smtp.port)

    def wrapped(self, command):
        environment = [f'{name}={value}' for name, value in self.clock.environment().items()]
        return [tool('env'), *environment, *command]

    def stop(self):
        super().stop()
        self.mail_server.stop()

    # ---- access ----------------------------------------------------------------------------------

    @contextlib.contextmanager
    def sql(self):
        """A connection of an administrator, which bypasses the proxy."""
        with root_sql(self, self.database.name) as sql:
            yield sql

    def admin(self, *arguments):
        """The exit status of a command of fitgate-admin."""
        return subprocess.run(
            [self.build / 'admin', *arguments], stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=self.child_environment(),
            timeout=300, check=False).returncode

    def log_files(self):
        return list(self.files.logs.glob('*.log'))

    def main_pid(self, name):
        """The supervisor of a program, or nginx's master process; None: it does not run."""
        daemon = self.daemons.get(name)
        process = daemon and daemon.process
        return process and process.pid

    def pids(self, name):
        """The processes of a program without its supervisor; of nginx, its workers."""
        daemon, main = self.daemons.get(name), self.main_pid(name)
        if main is None:
            return []
        wanted = {'mariadb': ('mariadbd',), 'worker': ('worker', 'idle_worker')}.get(name, (name,))
        return sorted(pid for pid, process in daemon.members().items() if process.name in wanted
                      and (name == 'mariadb' or pid != main))

    def expected_processes(self):
        """{program: number of its processes}"""
        return {**{name: self.processes_of(name) for name in SERVICES}, 'worker': WORKERS, 'nginx': 2,
                'mariadb': 1}

    # ---- faults ----------------------------------------------------------------------------------

    def network(self, command):
        """Send a command to the proxy, and wait until it has taken effect."""
        with socket.socket(socket.AF_UNIX) as control:
            control.settimeout(30)
            control.connect(str(self.run / 'proxy.sock'))
            control.sendall(command.encode() + b'\n')
            control.recv(16)

    def forget_clock_of(self, pid):
        """Remove the files that libfaketime leaves behind when a process is killed: it fails if they exist
        when the process id is reused."""
        for name in (f'faketime_shm_{pid}', f'sem.faketime_sem_{pid}'):
            Path('/dev/shm', name).unlink(missing_ok=True)

    def restart(self, name):
        """Restart a program with its supervisor, or nginx, whether or not it still runs. Does not wait for
        anything that needs the database."""
        self.daemons.stop(name)
        if name == 'nginx':
            self.start_nginx()
        elif name == 'worker':
            self.start_worker()
        else:
            self._start_service(name)

    def fill_disk(self):
        with contextlib.suppress(OSError), open(self.ballast, 'ab', buffering=0) as file:
            for size in (1 << 20, 4096, 1):
                with contextlib.suppress(OSError):
                    while file.write(bytes(size)):
                        pass

    def free_disk(self):
        self.ballast.unlink(missing_ok=True)

    def make_due(self):
        """Make all waiting jobs due, and retry the failed ones, as an administrator would."""
        with self.sql() as sql:
            sql.run('UPDATE jobs SET run_after = UTC_TIMESTAMP(6) '
                    'WHERE owner IS NULL AND failed_at IS NULL')
        self.admin('jobs', 'retry', '--all')

    def expire_leases(self):
        """Expire the leases of all jobs, so that a second worker takes each job beside the first. If an
        archive is begun soon, do it at its beginning."""
        with self.sql() as sql:
            poll(lambda: sql.rows("SELECT id FROM jobs WHERE kind = 'export' AND owner IS NOT NULL "
                                  'AND run_after > UTC_TIMESTAMP(6) + INTERVAL 119 SECOND'), 2)
            return sql.run('UPDATE jobs SET run_after = UTC_TIMESTAMP(6) '
                           'WHERE owner IS NOT NULL AND failed_at IS NULL')[0]

    def add_track(self, user_id):
        """Add a GPX file of a user, as another program would. All users share one file on the disk."""
        directory = self.upload_folder / 'uploads/workouts' / str(user_id)
        directory.mkdir(parents=True)
        os.link(self.upload_folder / 'track', directory / 'track.gpx')

    def lift(self):
        """End all faults, and wait until all processes run."""
        self.mail_server.set_mode(TAKE)
        self.network('pass')
        self.free_disk()
        self.clock.step(0)
        for name in ('nginx', 'worker', *SERVICES):
            if not poll(lambda name=name: self.is_complete(name), 20):
                raise StackError(f'{name}: not all of its processes run')

    def is_complete(self, name):
        return len(self.pids(name)) == self.expected_processes()[name]

    def keep_files(self):
        """Copy the uploads: their file system disappears with this process."""
        shutil.copytree(self.upload_folder, self.directory / 'uploads.kept', dirs_exist_ok=True)


def mount(kind, place, options):
    """Mount in this process's namespace (scripts/fault); the mount disappears with the process."""
    done = subprocess.run([tool('mount'), '-t', kind, '-o', options, kind, place],
                          capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise StackError(f'could not mount {place}: {done.stderr.strip()}')


def state_of(pid):
    """(state, CPU ticks so far) of a process; None: it does not exist."""
    try:
        fields = Path(f'/proc/{pid}/stat').read_text().rpartition(') ')[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return fields[0], int(fields[11]) + int(fields[12])


def zombies():
    """The zombies among this process's descendants: {pid: parent}."""
    ours, found = {os.getpid()}, {}
    processes = {}
    for entry in Path('/proc').iterdir():
        with contextlib.suppress(OSError):
            if entry.name.isdecimal():
                fields = (entry / 'stat').read_text().rpartition(') ')[2].split()
                processes[int(entry.name)] = fields[0], int(fields[1])
    grown = True
    while grown:
        more = {pid for pid, (_state, parent) in processes.items() if parent in ours} - ours
        ours |= more
        grown = bool(more)
    for pid in ours:
        state, parent = processes.get(pid, (None, None))
        if state == 'Z':
            found[pid] = parent
    return found
