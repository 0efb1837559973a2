"""Running several programs at the same time, each with a log of its own, and ending all of them and
their descendants, whatever happens."""

import ctypes
import os
import signal
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

from tests.harness.processes import dies_with_parent, processes, session_members
from tests.harness.waiting import poll
from tests.runner import counts

PR_SET_CHILD_SUBREAPER = 36  # prctl(2)
LIMIT = 1800  # seconds without output after which a job counts as hung, however long it has run
GRACE = 60  # seconds that a job gets to stop what it started
HUNG = 124  # the status of a hung job, as timeout(1) has it
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interrupted(Exception):
    """A signal asked us to stop."""

    def __init__(self, number):
        super().__init__(signal.Signals(number).name)
        self.number = number


@dataclass
class Job:
    """A program to run, and afterwards its results.

    `seconds` is about how long it takes; long jobs start first. `needs` are names of jobs that must
    have succeeded before. `count` is a function of counts.py. In the command, {tmp} stands for a
    directory of the job's own, {report} for the file that counts.pytest reads.
    """

    name: str
    part: str
    command: list
    seconds: int = 1
    needs: tuple = ()
    count: callable = counts.one
    environment: dict = field(default_factory=dict)

    log: Path = None
    status: int = None
    is_hung: bool = False
    started: float = None
    took: float = 0  # seconds
    cpu: float = 0  # seconds, of all its processes
    passed: int = 0
    failed: int = 0

    @property
    def file_name(self):
        return self.name.replace(' ', '-').replace('/', '-')


def become_subreaper():
    """From now on, processes whose parent ends become our children, so that we can find them."""
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), 'prctl')


def descendants(ancestor):
    """The processes that have it among their ancestors: {pid}."""
    everything = processes()
    found = {ancestor}
    while True:
        more = {pid for pid, process in everything.items() if process.parent in found} - found
        if not more:
            return found - {ancestor}
        found |= more


def send(pids, number):
    for pid in pids:
        try:
            os.kill(pid, number)
        except (ProcessLookupError, PermissionError):
            pass  # it has ended, or belongs to another user and ends with its parent


def reap():
    """Collect children that have ended: {pid: (exit status, seconds of CPU)}."""
    ended = {}
    while True:
        try:
            pid, status, usage = os.wait4(-1, os.WNOHANG)
        except ChildProcessError:
            return ended
        if pid == 0:
            return ended
        ended[pid] = os.waitstatus_to_exitcode(status), usage.ru_utime + usage.ru_stime


class Silence:
    """How long a log has not grown. How long a whole job takes depends on the machine and on what else
    runs on it, so only a job that prints nothing counts as hung."""

    def __init__(self, log):
        self._log = log
        self._size = None
        self._since = None

    def seconds(self, now):
        """The seconds from the last look at which the log had grown until `now`."""
        size = self._log.stat().st_size
        if size != self._size:
            self._size, self._since = size, now
        return now - self._since


class Runner:
    """Runs jobs, at most `slots` at the same time; `directory` gets their logs and temporary files.

    `report` is called with each job that has ended. A job that prints nothing for `limit` seconds is ended.
    To be used with `with`: at its end, nothing that was started is still running.
    """

    def __init__(self, jobs, slots, directory, report, limit=LIMIT):
        self._waiting = sorted(jobs, key=lambda job: -job.seconds)
        self._names = {job.name for job in jobs}
        self._slots = slots
        self._directory = directory
        self._report = report
        self._limit = limit
        self._running = {}  # {pid: job}
        self._silences = {}  # {pid: Silence}
        self._done = {}  # {name: job}

    def __enter__(self):
        become_subreaper()
        for number in SIGNALS:
            signal.signal(number, self._on_signal)
        return self

    def __exit__(self, *_exception):
        for number in SIGNALS:
            signal.signal(number, signal.SIG_IGN)  # a second signal must not interrupt stopping
        self._stop_all()

    @staticmethod
    def _on_signal(number, _frame):
        raise Interrupted(number)

    def run(self):
        """Run all jobs; Interrupted when a signal asks to stop."""
        while self._waiting or self._running:
            self._start_jobs()
            for pid, (status, cpu) in reap().items():
                if pid in self._running:
                    self._finish(self._running.pop(pid), status, cpu)
            self._end_hung_jobs(time.monotonic())
            time.sleep(0.05)  # between two looks

    # ---- starting -------------------------------------------------------------------------------

    def _start_jobs(self):
        for job in list(self._waiting):
            if any(name in self._done and self._done[name].status != 0 for name in job.needs):
                self._waiting.remove(job)  # the failed build has been reported
            elif len(self._running) < self._slots and self._is_ready(job):
                self._waiting.remove(job)
                self._start(job)

    def _is_ready(self, job):
        return all(name in self._done or name not in self._names for name in job.needs)

    def _start(self, job):
        job.log = self._directory / f'{job.file_name}.log'
        temporary = self._directory / f'{job.file_name}.tmp'
        # PostgreSQL, which refuses to run as root, must reach its files
        temporary.mkdir(mode=0o711)
        job.started = time.monotonic()
        command = [str(word).replace('{tmp}', str(temporary))
                   .replace('{report}', str(counts.report_of(job.log))) for word in job.command]
        with open(job.log, 'ab') as log:  # _end_hung_jobs() also appends
            process = subprocess.Popen(
                dies_with_parent(command), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                env={**os.environ, 'TMPDIR': str(temporary), **job.environment},
                start_new_session=True)
        self._running[process.pid] = job
        self._silences[process.pid] = Silence(job.log)
        process.returncode = 0  # reap() collects its status

    # ---- ending ---------------------------------------------------------------------------------

    def _end_hung_jobs(self, now):
        for pid, job in self._running.items():
            limit = GRACE if job.is_hung else self._limit
            number = signal.SIGKILL if job.is_hung else signal.SIGTERM
            if self._silences[pid].seconds(now) <= limit:
                continue
            job.is_hung = True
            with open(job.log, 'a', encoding='utf-8') as log:
                print(f'\ncheck: no output for {limit} seconds: sending {number.name}', file=log)
            send(session_members(pid), number)

    def _finish(self, job, status, cpu):
        job.status, job.cpu = HUNG if job.is_hung else status, cpu
        job.took = time.monotonic() - job.started
        job.passed, job.failed = job.count(job)
        self._done[job.name] = job
        self._report(job)

    def _stop_all(self):
        """Ask the jobs to end, then all processes that they left behind; kill those that do not."""
        for pids, number, seconds in (
                (lambda: self._running, signal.SIGTERM, GRACE),
                (lambda: descendants(os.getpid()), signal.SIGTERM, GRACE),
                (lambda: descendants(os.getpid()), signal.SIGKILL, GRACE)):
            send(pids(), number)
            poll(lambda pids=pids: self._none_left(pids), seconds)

    def _none_left(self, pids):
        for pid in reap():
            self._running.pop(pid, None)
        return not pids()
