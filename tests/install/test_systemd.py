"""The units: how exposed they are, and that an upgrade refuses nobody."""

import contextlib
import http.client
import re
import shlex
import signal
import socket
import subprocess
import threading

import pytest

from scripts.stack import poll, session_members

UNITS = '/usr/lib/systemd/system'
MOST_EXPOSED = 3.0


@pytest.mark.parametrize('unit', ['fitgate@login.service', 'fitgate@picture.service',
                                  'fitgate-worker.service', 'fitgate-clean.service'])
def test_a_service_is_hardly_exposed(installation, tmp_path, unit):
    template = installation.path(f'{UNITS}/{unit.replace("@login", "@").replace("@picture", "@")}')
    (tmp_path / unit).write_text(template.read_text())
    done = subprocess.run(['systemd-analyze', 'security', '--offline=true', tmp_path / unit],
                          text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    level = re.search(r'Overall exposure level for \S+: ([0-9.]+)', done.stdout)
    assert level, done.stdout
    assert float(level[1]) < MOST_EXPOSED


def test_the_units_are_understood(installation, tmp_path):
    units = sorted(installation.path(UNITS).glob('fitgate*.*'))
    assert len(units) >= 6
    for unit in units:
        if unit.is_dir():
            continue
        copy = tmp_path / unit.name.replace('@.', '@login.')
        text = unit.read_text()
        # the programs are below a DESTDIR here
        copy.write_text(re.sub(r'/usr/libexec/fitgate/\S+', '/bin/true', text))
    done = subprocess.run(['systemd-analyze', 'verify', '--man=no', *tmp_path.iterdir()], text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    ours = [line for line in done.stdout.splitlines() if 'fitgate' in line]
    assert not [line for line in ours if 'Unknown' in line or 'Failed to parse' in line
                or 'Invalid' in line], done.stdout


def test_worker_and_executables_are_two_accounts_of_one_group(installation):
    def settings(unit):
        text = installation.path(f'{UNITS}/{unit}').read_text()
        return dict(re.findall(r'^(User|Group|UMask)=(.*)$', text, re.MULTILINE))
    assert settings('fitgate@.service') == {'User': 'fitgate', 'Group': 'fitgate', 'UMask': '0007'}
    assert settings('fitgate-worker.service') == {
        'User': 'fitgate-worker', 'Group': 'fitgate', 'UMask': '0007'}


class Service:
    """What systemd does with the unit: the socket stays, the processes come and go."""

    def __init__(self, installation, program, listening, environment):
        unit = installation.path(f'{UNITS}/fitgate@.service').read_text()
        line = re.search(r'^ExecStart=(.*)$', unit, re.MULTILINE)[1]
        line = line.replace('%i', program).replace('${PROCESSES}', '2')
        self.command = [word.replace('/usr/libexec', str(installation.path('/usr/libexec')))
                        for word in shlex.split(line)]
        self.listening = listening
        self.environment = environment
        self.process = None

    def start(self):
        self.process = subprocess.Popen(
            self.command, stdin=self.listening.fileno(), stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, env=self.environment, start_new_session=True)

    def processes(self):
        """Those of the executable, without multiwatch."""
        return {pid for pid, process in session_members(self.process.pid).items()
                if process.name == 'config'}

    def stop(self):
        """SIGTERM to the main process, as KillMode=mixed has it; whoever stays is killed."""
        def gone():
            return self.process.poll() is not None and not session_members(self.process.pid)
        self.process.terminate()
        ended = poll(gone, 30)
        for pid in session_members(self.process.pid):
            subprocess.run(['kill', '-KILL', str(pid)], check=False, stderr=subprocess.DEVNULL)
        assert ended


class Caller(threading.Thread):
    """Asks and asks, and counts what it is answered."""

    def __init__(self, port):
        super().__init__()
        self.port = port
        self.answers = {}
        self.stopping = threading.Event()

    def run(self):
        while not self.stopping.is_set():
            status = self.ask()
            self.answers[status] = self.answers.get(status, 0) + 1

    def ask(self):
        connection = http.client.HTTPConnection('127.0.0.1', self.port, timeout=60)
        try:
            connection.request('GET', '/api/config')
            return connection.getresponse().status
        except OSError as error:
            return str(error)
        finally:
            connection.close()


@contextlib.contextmanager
def running_callers(port, count=8):
    callers = [Caller(port) for _ in range(count)]
    for caller in callers:
        caller.start()
    try:
        yield callers
    finally:
        for caller in callers:
            caller.stopping.set()
        for caller in callers:
            caller.join()


@contextlib.contextmanager
def served_by_systemd(installation, stack):
    """The executable config, run as its unit says, behind a socket that stays."""
    path = stack.run / 'config.sock'
    stack.stop_executable('config')
    path.unlink(missing_ok=True)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(path))
        listening.listen(4096)
        service = Service(installation, 'config', listening, stack.child_environment())
        service.start()
        try:
            yield service
        finally:
            service.stop()


def test_an_upgrade_under_load_refuses_no_request(installation, stack):
    with served_by_systemd(installation, stack) as service, \
            running_callers(stack.port) as callers:
        def answered():
            return sum(caller.answers.get(200, 0) for caller in callers)
        for _ in range(5):
            before = answered()
            assert poll(lambda before=before: answered() > before + 100, 120)
            service.stop()
            service.start()
    assert {status for caller in callers for status in caller.answers} == {200}


def test_a_process_that_dies_is_replaced(installation, stack):
    with served_by_systemd(installation, stack) as service:
        assert poll(lambda: len(service.processes()) == 2, 30)
        before = service.processes()
        for pid in before:
            subprocess.run(['kill', f'-{signal.SIGKILL}', str(pid)], check=True)
        assert poll(lambda: len(service.processes() - before) == 2, 30)
        assert Caller(stack.port).ask() == 200


def test_a_process_that_dies_again_and_again_is_replaced_each_time(installation, stack):
    """By its defaults multiwatch gives up on one that died four times, while the unit counts as running."""
    with served_by_systemd(installation, stack) as service:
        assert poll(lambda: len(service.processes()) == 2, 30)
        victim, other = service.processes()
        for _ in range(6):
            subprocess.run(['kill', f'-{signal.SIGKILL}', str(victim)], check=True)
            (victim,) = poll(lambda gone=victim: service.processes() - {gone, other}, 30) or {None}
            assert victim, 'not replaced'
