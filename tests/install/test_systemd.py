"""The units: their exposure, and that an upgrade loses no request."""

import contextlib
import http.client
import os
import re
import shlex
import signal
import socket
import subprocess
import threading
from pathlib import Path

import pytest

from tests.harness.processes import session_members
from tests.harness.tree import SERVICES
from tests.harness.waiting import LIMIT, poll

UNITS = '/usr/lib/systemd/system'
MOST_EXPOSED = 3.0


@pytest.mark.parametrize('unit', ['fitgate@login.service', 'fitgate@picture.service',
                                  'fitgate-worker.service', 'fitgate-clean.service'])
def test_the_exposure_of_a_service_is_low(installation, tmp_path, unit):
    template = installation.path(f'{UNITS}/{unit.replace("@login", "@").replace("@picture", "@")}')
    (tmp_path / unit).write_text(template.read_text())
    done = subprocess.run(['systemd-analyze', 'security', '--offline=true', tmp_path / unit],
                          text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    level = re.search(r'Overall exposure level for \S+: ([0-9.]+)', done.stdout)
    assert level, done.stdout
    assert float(level[1]) < MOST_EXPOSED


def test_systemd_accepts_the_units(installation, tmp_path):
    units = sorted(installation.path(UNITS).glob('fitgate*.*'))
    assert len(units) >= 6
    for unit in units:
        if unit.is_dir():
            continue
        copy = tmp_path / unit.name.replace('@.', '@login.')
        text = unit.read_text()
        # in this test the programs are below a DESTDIR
        copy.write_text(re.sub(r'/usr/libexec/fitgate/\S+', '/bin/true', text))
    done = subprocess.run(['systemd-analyze', 'verify', '--man=no', *tmp_path.iterdir()], text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    ours = [line for line in done.stdout.splitlines() if 'fitgate' in line]
    assert not [line for line in ours if 'Unknown' in line or 'Failed to parse' in line
                or 'Invalid' in line], done.stdout


def assignments(text):
    """[(name, value)] of a unit file."""
    return re.findall(r'^(\w+)=(.*)$', text, re.MULTILINE)


def service_of(installation, program):
    """The assignments of a program's unit with its drop-ins; %i is filled in."""
    directory = installation.path(UNITS)
    name = {'worker': 'fitgate-worker', 'clean': 'fitgate-clean'}.get(program, 'fitgate@')
    texts = [(directory / f'{name}.service').read_text()]
    texts += [path.read_text()
              for path in sorted(directory.glob(f'fitgate@{program}.service.d/*.conf'))]
    return [(key, value.replace('%i', program))
            for text in texts for key, value in assignments(text)]


UNITS_OF = (*SERVICES, 'worker', 'clean')
# these programs store or remove files of users
WRITERS = ('upload', 'export', 'pages', 'worker', 'clean')


@pytest.mark.parametrize('program', UNITS_OF)
def test_each_program_has_a_user_of_its_own(installation, program):
    settings = dict(service_of(installation, program))  # the last assignment counts
    assert settings['User'] == f'fitgate-{program}'
    assert settings['Group'] == ('fitgate' if program in WRITERS else f'fitgate-{program}')
    assert ('ReadWritePaths' in settings) == (program in WRITERS)
    assert settings['LimitCORE'] == '0' and settings['UMask'] == '0007'


@pytest.mark.parametrize('program', UNITS_OF)
def test_secrets_are_credentials_and_never_in_the_environment(installation, program):
    settings = service_of(installation, program)
    assert 'EnvironmentFile' not in dict(settings)
    loaded = dict(value.split(':') for key, value in settings if key == 'LoadCredential')
    assert loaded.pop('key.conf', None) == (
        '/etc/fitgate/key.conf' if needs_the_key(installation, program) else None)
    assert loaded == {
        'fitgate.conf': '/etc/fitgate/fitgate.conf',
        'own.conf': f'/etc/fitgate/{program}.conf'}
    config, = [value for key, value in settings if key ==
               'Environment' and 'FITGATE_CONFIG' in value]
    read = re.findall('%d/([a-z.]+)', config)
    given = {
        value.partition(':')[0] for key,
        value in settings if key in (
            'LoadCredential',
            'SetCredential')}
    assert set(read) == given and read[-1] == 'own.conf'


def needs_the_key(installation, program):
    """Whether the program refuses to start without it."""
    if program == 'clean':
        return False
    arguments = ['--once'] if program == 'worker' else []
    done = subprocess.run([installation.path(f'/usr/libexec/fitgate/{program}'), *arguments], text=True,
                          stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                          env={'DATABASE_URL': 'mysql://a:b@127.0.0.1:1/c', 'GATEWAY_INTERFACE': 'CGI/1.1',
                               'REQUEST_METHOD': 'GET', 'PATH_INFO': '/'}, check=False, timeout=60)
    return 'APP_SECRET_KEY is missing' in done.stderr


def test_only_the_web_servers_group_can_connect(installation):
    settings = dict(assignments(installation.path(f'{UNITS}/fitgate@.socket').read_text()))
    assert (settings['SocketUser'], settings['SocketGroup'], settings['SocketMode']) == (
        'root', 'fitgate-web', '0660')


@pytest.mark.parametrize('program', UNITS_OF)
def test_no_program_can_read_the_memory_of_another(installation, program):
    """The allowed system calls, computed with systemd's own list of the calls in each group."""
    groups = {}
    for line in subprocess.run(['systemd-analyze', 'syscall-filter'], text=True, check=True,
                               stdout=subprocess.PIPE).stdout.splitlines():
        if line.startswith('@'):
            group = groups.setdefault(line.split()[0], [])
        elif line.startswith('    ') and not line.strip().startswith('#'):
            group.append(line.strip())

    def expand(word):
        return {word} if not word.startswith('@') else set().union(*map(expand, groups[word]))
    allowed = set()
    for words in [value for key, value in service_of(
            installation, program) if key == 'SystemCallFilter']:
        named = set().union(*map(expand, words.lstrip('~').split()))
        allowed = allowed - named if words.startswith('~') else allowed | named
    assert {
        'read',
        'write',
        'openat',
        'prctl',
        'clone',
        'execve',
        'kill',
        'rt_sigtimedwait',
        'wait4'} <= allowed
    assert not allowed & {'ptrace', 'process_vm_readv', 'process_vm_writev', 'process_madvise', 'kcmp',
                          'pidfd_open', 'pidfd_getfd', 'perf_event_open', 'mount', 'bpf', 'chroot', 'setuid'}


class Service:
    """Does what systemd does with the unit: the socket stays open while processes start and stop."""

    def __init__(self, installation, program, listening, environment):
        unit = installation.path(f'{UNITS}/fitgate@.service').read_text()
        line = re.search(r'^ExecStart=(.*)$', unit, re.MULTILINE)[1].replace('%i', program)
        processes = re.search(r'^Environment=(PROCESSES)=(.*)$', unit, re.MULTILINE)
        self.command = [word.replace('/usr/libexec', str(installation.path('/usr/libexec')))
                        for word in shlex.split(line)]
        self.listening = listening
        self.environment = {**environment, processes[1]: processes[2]}
        self.process = None

    def start(self):
        self.process = subprocess.Popen(
            self.command, stdin=self.listening.fileno(), stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, env=self.environment, start_new_session=True)

    def processes(self):
        """The processes that serve."""
        return {pid for pid, process in session_members(self.process.pid).items()
                if process.parent == self.process.pid}

    def stop(self):
        """Send SIGTERM to the main process, as with KillMode=mixed; kill the processes that remain."""
        def gone():
            return self.process.poll() is not None and not session_members(self.process.pid)
        self.process.terminate()
        ended = poll(gone, 30)
        for pid in session_members(self.process.pid):
            subprocess.run(['kill', '-KILL', str(pid)], check=False, stderr=subprocess.DEVNULL)
        assert ended


class Caller(threading.Thread):
    """Sends requests all the time, and counts the answers by status."""

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
        connection = http.client.HTTPConnection('127.0.0.1', self.port, timeout=LIMIT)
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
    """The service config, which runs as its unit says, behind a socket that stays open."""
    path = stack.run / 'config.sock'
    stack.stop_service('config')
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
    with served_by_systemd(installation, stack) as service:
        assert poll(lambda: len(service.processes()) == 2, 30)
        killed, other = service.processes()
        for _ in range(6):
            subprocess.run(['kill', f'-{signal.SIGKILL}', str(killed)], check=True)
            (killed,) = poll(lambda gone=killed: service.processes() - {gone, other}, 30) or {None}
            assert killed, 'not replaced'


def test_the_processes_end_with_the_main_process(installation, stack):
    with served_by_systemd(installation, stack) as service:
        assert poll(lambda: len(service.processes()) == 2, 30)
        service.process.kill()
        assert poll(lambda: not session_members(service.process.pid), 30)


def address_of(pid):
    """Where the program is in the memory of the process."""
    return Path(f'/proc/{pid}/maps').read_text().partition('-')[0]


def test_after_a_crash_all_processes_are_new_and_have_other_addresses(installation, stack):
    """An attacker could find out addresses in many steps otherwise."""
    with served_by_systemd(installation, stack) as service:
        assert poll(lambda: len(service.processes()) == 2, 30)
        before = service.processes()
        first, second = before
        address = address_of(first)
        assert address_of(second) == address
        os.kill(first, signal.SIGSEGV)
        assert poll(lambda: len(service.processes() - before) ==
                    2 and not before & service.processes(), 30)
        assert address not in {address_of(pid) for pid in service.processes()}
        assert service.process.poll() is None
        assert Caller(stack.port).ask() == 200
