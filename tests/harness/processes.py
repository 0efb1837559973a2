"""Starts, watches and stops programs, so that none keeps running."""

import concurrent.futures
import os
import shutil
import signal
import subprocess
import typing
from pathlib import Path

from tests.harness.errors import StackError
from tests.harness.waiting import LIMIT, poll

# Programs get only these variables of the caller's environment: a DATABASE_URL that happens to be
# set there would override the settings file.
PASSED_ON = ('PATH', 'HOME', 'LANG', 'ASAN_OPTIONS', 'LSAN_OPTIONS')

# The kernel sends PDEATHSIG when the *thread* that started the child ends (prctl(2)). So one thread
# that lasts as long as the interpreter starts all children.
_starter = concurrent.futures.ThreadPoolExecutor(max_workers=1, thread_name_prefix='starter')


def tool(name):
    """The path of a program. The PATH of an ordinary user does not include the directories of nginx
    and mariadbd."""
    path = shutil.which(name, path=os.environ.get('PATH', os.defpath) + ':/usr/sbin:/sbin')
    if path is None:
        raise StackError(f'{name} is not installed: scripts/setup run installs it')
    return path


def dies_with_parent(command):
    """The command, wrapped so that it gets SIGTERM when the process that started it ends."""
    return [tool('setpriv'), '--pdeathsig', 'TERM', '--', *map(str, command)]


def passed_on():
    """The part of our environment that programs get. An ordinary user can measure only dumpable
    processes."""
    measured = {} if os.geteuid() == 0 else {'FITGATE_DUMPABLE': '1'}
    return {**measured, **{name: os.environ[name] for name in PASSED_ON if name in os.environ}}


def last_lines(path, count=5):
    lines = path.read_text(errors='replace').splitlines() if path.exists() else []
    return ''.join(f'\n    {line}' for line in lines[-count:])


class Process(typing.NamedTuple):
    """The kernel's data of a process."""

    name: str
    parent: int
    session: int


def processes():
    """All processes that have not ended: {pid: Process}."""
    found = {}
    for entry in Path('/proc').iterdir():
        if not entry.name.isdecimal():
            continue
        try:
            before, _, after = (entry / 'stat').read_text().rpartition(') ')
        except (FileNotFoundError, ProcessLookupError):
            continue  # it has just ended
        state, parent, _group, session = after.split()[:4]
        if state not in 'ZX':
            name = before.partition(' (')[2]
            found[int(entry.name)] = Process(name, int(parent), int(session))
    return found


def session_members(session):
    """The processes of a session that have not ended: {pid: Process}."""
    return {pid: process for pid, process in processes().items() if process.session == session}


def is_running(pid):
    """Whether the process is running on a CPU or waiting for one."""
    return Path(f'/proc/{pid}/stat').read_text().rpartition(') ')[2].startswith('R')


class Daemon:
    """A running program with all its descendants, in a session of its own."""

    def __init__(self, name, command, log, environment, *, directory=None, keep_open=(),
                 stop_signal=signal.SIGTERM, niceness=0):
        """`keep_open`: descriptors that the program inherits. `directory`: its working directory;
        by default, that of the log."""
        self.name = name
        self.command = dies_with_parent(['nice', '-n', niceness, *command])
        self.niceness = niceness
        self.log = log
        self.environment = environment
        self.directory = directory or log.parent
        self.keep_open = keep_open
        self.stop_signal = stop_signal
        self.process = None

    def start(self):
        _starter.submit(self._start).result()
        if self.niceness:
            poll(self._lower_session, 10)

    def _lower_session(self):
        """Where the kernel shares the CPU between sessions (autogroup in sched(7)), nice(1) applies
        only within one session. Returns False if the kernel requires a retry later."""
        try:
            Path(f'/proc/{self.process.pid}/autogroup').write_text(str(self.niceness))
        except BlockingIOError:
            return False
        except OSError:
            pass  # no autogroups in this kernel
        return True

    def _start(self):
        with open(self.log, 'ab') as log:
            self.process = subprocess.Popen(
                self.command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.directory,
                env=self.environment, start_new_session=True, pass_fds=self.keep_open)

    def alive(self):
        """Whether the program itself runs. A program that has ended stays a zombie until stop(), so
        that the kernel does not reuse its number for another session."""
        options = os.WEXITED | os.WNOHANG | os.WNOWAIT
        return self.process is not None and os.waitid(os.P_PID, self.process.pid, options) is None

    def members(self):
        process = self.process  # another thread can end it meanwhile
        return session_members(process.pid) if process else {}

    def wait_until(self, condition, seconds=120):
        """Wait until the condition holds; StackError if the program ends or takes longer."""
        poll(lambda: not self.alive() or condition(), seconds)
        if not self.alive():
            raise StackError(f'{self.name} ended; its log {self.log} ends with:'
                             f'{last_lines(self.log)}')
        if not condition():
            raise StackError(f'{self.name} is not ready after {seconds} s; its log {self.log} ends '
                             f'with:{last_lines(self.log)}')

    def request_stop(self):
        if self.alive():
            os.kill(self.process.pid, self.stop_signal)
        else:
            self._signal_members(signal.SIGTERM)

    def wait_stopped(self, seconds=30):
        """Wait until all its processes have ended. Returns False if they took longer and were killed."""
        if self.process is None:
            return True
        stopped = poll(lambda: not self.alive() and not self.members(), seconds)
        if not stopped:
            self.kill()
        self._reap()
        return bool(stopped)

    def stop(self, seconds=30):
        self.request_stop()
        return self.wait_stopped(seconds)

    def kill(self):
        """Kill it and all its descendants."""
        def gone():
            self._signal_members(signal.SIGKILL)
            return not self.members()
        poll(gone, 30)
        self._reap()

    def _reap(self):
        if self.process:
            self.process.wait()
        self.process = None

    def _signal_members(self, number):
        for pid in self.members():
            try:
                os.kill(pid, number)
            except ProcessLookupError:
                pass  # it has just ended


class Daemons:
    """The daemons of one stack, by name. Each name has a log, <name>.log."""

    def __init__(self, files, environment, say):
        """`environment` is called for each program that is started."""
        self._files = files
        self._environment = environment
        self._say = say
        self._daemons = {}

    def __getitem__(self, name):
        return self._daemons[name]

    def get(self, name):
        """The daemon of this name, or None."""
        return self._daemons.get(name)

    def launch(self, name, command, **options):
        self.stop(name)  # an earlier daemon of this name
        daemon = Daemon(name, command, self._files.logs / f'{name}.log', self._environment(),
                        keep_open=(self._files.lock.fileno(),), **options)
        self._daemons[name] = daemon
        daemon.start()
        return daemon

    def stop(self, *names, seconds=30):
        """Stop those of these daemons that run, all in parallel."""
        daemons = [self._daemons.pop(name) for name in names if name in self._daemons]
        for daemon in daemons:
            daemon.request_stop()
        for daemon in daemons:
            if not daemon.wait_stopped(seconds):
                self._say(f'{daemon.name} did not stop within {seconds} s and was killed')

    def stop_all_except(self, *names):
        self.stop(*(name for name in self._daemons if name not in names))

    def kill(self, name):
        self._daemons.pop(name).kill()

    def check_all(self):
        """StackError if one of them has ended."""
        for daemon in self._daemons.values():
            daemon.wait_until(lambda: True)

    def run_to_end(self, command, log_name):
        """Run a setup command, which writes to its log; StackError unless it succeeds."""
        log = self._files.logs / f'{log_name}.log'
        with open(log, 'ab') as output:
            status = subprocess.run(
                dies_with_parent(command), stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                env=self._environment(), timeout=LIMIT, check=False).returncode
        if status != 0:
            raise StackError(f'{log_name} failed (exit status {status}); its log {log} ends with:'
                             f'{last_lines(log)}')
