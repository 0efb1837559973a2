"""A whole running Fitgate whose every part can be made to fail.

The programs reach the database through a proxy, deliver to a mail server that can misbehave, have a clock that
can be stepped (libfaketime), and store files on a small file system of their own that can be filled.
"""

import contextlib
import os
import shutil
import socket
import subprocess
import zlib
from pathlib import Path

from scripts.stack import EXECUTABLES, PYTHON, Stack, StackError, poll, tool
from smtp import TAKE, SmtpServer
from support.database import Sql

FOLDER = Path(__file__).resolve().parent
WORKERS = 3
DISK = '192m'
TRACK_BYTES = 150 << 20  # of a GPX file: so much takes a second to be compressed, and no room on the disk
READ_TIMEOUT = 40  # seconds that nginx waits for an executable


class Clock:
    """The one of the executables and the workers; that of the database goes right."""

    def __init__(self):
        self.steps = 0
        self.file = None

    def use(self, file):
        self.file = file
        self.step(0)
        self.steps = 0

    def step(self, seconds):
        """From now on they are so far ahead of the time, or behind it."""
        self.steps += 1
        temporary = self.file.with_suffix('.new')
        temporary.write_text(f'{seconds:+d}\n')
        temporary.replace(self.file)
        self.steps += 1

    def environment(self):
        """File times stay the system's: on a file server the clock does not step along."""
        libraries = sorted(Path('/usr/lib').glob('*/faketime/libfaketime.so.1'))
        if not libraries:
            raise StackError('libfaketime is not installed: scripts/setup fault installs it')
        return {'LD_PRELOAD': libraries[0], 'FAKETIME_TIMESTAMP_FILE': self.file,
                'FAKETIME_NO_CACHE': 1, 'FAKETIME_DONT_FAKE_MONOTONIC': 1, 'NO_FAKE_STAT': 1}


class Victim(Stack):
    def __init__(self, folder, build, say):
        super().__init__(folder, build, say=say, settings={'PASSWORD_HASH': '$2b$4'}, workers=WORKERS,
                         read_timeout=f'{READ_TIMEOUT}s',
                         database_options=('--innodb-buffer-pool-size=64M', '--max-connections=400'))
        self.clock = Clock()
        self.smtp = SmtpServer()
        self.ballast = self.upload_folder / 'ballast'
        self.track = (TRACK_BYTES, zlib.crc32(bytes(TRACK_BYTES)))  # as an archive has it
        self._proxy_port = None

    # ---- what differs from a Stack ---------------------------------------------------------------

    def _prepare_folders(self):
        super()._prepare_folders()
        mount('tmpfs', self.upload_folder, f'size={DISK}')
        mount('tmpfs', '/dev/shm', 'size=16m')  # where libfaketime leaves a file for each process
        (self.upload_folder / 'track').touch()
        os.truncate(self.upload_folder / 'track', TRACK_BYTES)
        self.clock.use(self.run / 'clock')
        self._start_proxy()

    def _start_proxy(self):
        port_file = self.run / 'proxy.port'
        service = self._launch('proxy', [PYTHON, '-B', FOLDER / 'proxy.py', self.database_socket,
                                         port_file, self.run / 'proxy.sock'])
        service.wait_until(lambda: port_file.exists() and port_file.read_text().endswith('\n'))
        self._proxy_port = int(port_file.read_text())

    def database_url(self, user):
        return (f'mysql://{user}:{self.database_password}@127.0.0.1:{self._proxy_port}/'
                f'{self.database_name}?ssl=off')

    def start_smtp(self, *_options):
        self._smtp_reservation.close()
        self.smtp.start(self.smtp_port)

    def _watched(self, program, processes):
        environment = [f'{name}={value}' for name, value in self.clock.environment().items()]
        return super()._watched([tool('env'), *environment, *program], processes)

    def stop(self):
        super().stop()
        self.smtp.stop()

    # ---- asking ----------------------------------------------------------------------------------

    @contextlib.contextmanager
    def sql(self):
        """A connection of the operator's own, past the proxy."""
        with Sql(self.database_socket, 'root', '', self.database_name) as sql:
            yield sql

    def admin(self, *arguments):
        """The operator's command; its exit status."""
        return subprocess.run(
            [self.build / 'admin', *arguments], stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=self.child_environment(),
            timeout=300, check=False).returncode

    def main_pid(self, name):
        """The supervisor of a program, or nginx's master process; None while there is none."""
        service = self._services.get(name)
        process = service and service.process
        return process and process.pid

    def pids(self, name):
        """The processes of a program themselves; of nginx those that serve."""
        service = self._services.get(name)
        if service is None or service.process is None:
            return []
        wanted = name if name != 'mariadb' else 'mariadbd'
        return sorted(pid for pid, process in service.members().items() if process.name == wanted
                      and (name == 'mariadb' or pid != service.process.pid))

    def expected_processes(self):
        """{program: number of its processes}"""
        return {**{name: self.processes for name in EXECUTABLES}, 'worker': WORKERS, 'nginx': 2,
                'mariadb': 1}

    # ---- what can be done to it ------------------------------------------------------------------

    def network(self, command):
        """A command to the proxy; it is carried out when this returns."""
        with socket.socket(socket.AF_UNIX) as control:
            control.settimeout(30)
            control.connect(str(self.run / 'proxy.sock'))
            control.sendall(command.encode() + b'\n')
            control.recv(16)

    def forget_clock_of(self, pid):
        """What libfaketime leaves behind of a process that was killed, and would stumble over when
        its number is given out again."""
        for name in (f'faketime_shm_{pid}', f'sem.faketime_sem_{pid}'):
            Path('/dev/shm', name).unlink(missing_ok=True)

    def restart(self, name):
        """A program with its supervisor, or nginx, whether it still runs or not; does not wait for
        anything that needs the database."""
        self._stop(name)
        if name == 'nginx':
            self._launch_web_server()
        elif name == 'worker':
            self._start_worker()
        else:
            self._start_executable(name)

    def fill_disk(self):
        with contextlib.suppress(OSError), open(self.ballast, 'ab', buffering=0) as file:
            for size in (1 << 20, 4096, 1):
                with contextlib.suppress(OSError):
                    while file.write(bytes(size)):
                        pass

    def free_disk(self):
        self.ballast.unlink(missing_ok=True)

    def make_due(self):
        """As if the time had passed that the jobs wait for, and an operator retried what failed."""
        with self.sql() as sql:
            sql.run('UPDATE jobs SET run_after = UTC_TIMESTAMP(6) '
                    'WHERE owner IS NULL AND failed_at IS NULL')
        self.admin('jobs', 'retry', '--all')

    def lapse_claims(self):
        """As if the time of all claims had passed: another worker takes the job beside the first. At the
        beginning of an archive, if one is begun soon."""
        with self.sql() as sql:
            poll(lambda: sql.rows("SELECT id FROM jobs WHERE kind = 'export' AND owner IS NOT NULL "
                                  'AND run_after > UTC_TIMESTAMP(6) + INTERVAL 119 SECOND'), 2)
            return sql.run('UPDATE jobs SET run_after = UTC_TIMESTAMP(6) '
                           'WHERE owner IS NOT NULL AND failed_at IS NULL')[0]

    def add_track(self, user_id):
        """A GPX file of a user, as another program leaves it; one on the disk, whoever has it."""
        folder = self.upload_folder / 'uploads/workouts' / str(user_id)
        folder.mkdir(parents=True)
        os.link(self.upload_folder / 'track', folder / 'track.gpx')

    def lift(self):
        """All is well again."""
        self.smtp.set_mode(TAKE)
        self.network('pass')
        self.free_disk()
        self.clock.step(0)
        for name in ('nginx', 'worker', *EXECUTABLES):
            if not poll(lambda name=name: self.is_complete(name), 20):
                raise StackError(f'{name}: not all of its processes run')

    def is_complete(self, name):
        return len(self.pids(name)) == self.expected_processes()[name]

    def keep_files(self):
        """The file system of the uploads goes with us: what is on it is to be looked at."""
        shutil.copytree(self.upload_folder, self.folder / 'uploads.kept', dirs_exist_ok=True)


def mount(kind, place, options):
    """Within our own mount namespace (scripts/fault), so that it goes with us."""
    done = subprocess.run([tool('mount'), '-t', kind, '-o', options, kind, place],
                          capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise StackError(f'{place} cannot be mounted: {done.stderr.strip()}')


def state_of(pid):
    """(state, CPU ticks so far) of a process; None when it is gone."""
    try:
        fields = Path(f'/proc/{pid}/stat').read_text().rpartition(') ')[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return fields[0], int(fields[11]) + int(fields[12])


def zombies():
    """Children of anybody in our namespace's tree that nobody has waited for: {pid: parent}."""
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
