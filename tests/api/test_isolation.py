"""No other process of the same Unix user can read a running program's memory or environment."""

import contextlib
import os
import shutil
import socket
import subprocess
import tempfile

import pytest

from tests.harness.tree import PROGRAMS, SERVICES
from tests.harness.waiting import poll

OTHER_USER = 65534
ENVIRONMENT = {'PATH': '/usr/bin:/bin', 'APP_SECRET_KEY': 'k' * 64, 'SENDER_EMAIL': 'a@example.org',
               'DATABASE_URL': 'mysql://a:b@127.0.0.1:1/c', 'UI_URL': 'https://example.org', 'EMAIL_URL': ''}
ARGUMENTS = {
    'admin': ['users', 'create', 'sam', '--email', 'sam@example.org'],
    'worker': ['--only', 'mail'],
    'idle_worker': ['--cleaned-at', str(2**62)],  # otherwise it would become worker
}


def as_other_user(command):
    """The command; if we are root, as another user, because root can read every process."""
    if os.geteuid() != 0:
        return command
    return ['setpriv', f'--reuid={OTHER_USER}',
            f'--regid={OTHER_USER}', '--clear-groups', '--', *command]


def can_read(pid, name):
    done = subprocess.run(
        as_other_user(['head', '-c', '1', f'/proc/{pid}/{name}']), capture_output=True, check=False)
    return done.returncode == 0


@contextlib.contextmanager
def running(command):
    """The running program, which waits: a service for a connection, the worker for a signal, admin
    for a password."""
    with tempfile.TemporaryDirectory() as directory, socket.socket(socket.AF_UNIX) as listening:
        listening.bind(f'{directory}/socket')
        listening.listen()
        os.chmod(directory, 0o755)
        command = [shutil.copy(command[0], directory), *command[1:]]
        stdin = listening if os.path.basename(command[0]) in SERVICES else subprocess.PIPE
        with subprocess.Popen(as_other_user(command), env=ENVIRONMENT, stdin=stdin, stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL) as process:
            try:
                yield process
            finally:
                process.kill()


def is_waiting(process):
    """Whether the program has started: the process has executed it, and sleeps."""
    with open(f'/proc/{process.pid}/stat', encoding='utf-8') as file:
        name, _, state = file.read().partition('(')[2].rpartition(') ')
    return name not in ('setpriv', 'python3', 'pytest') and state.startswith('S')


@pytest.mark.parametrize('program', PROGRAMS)
def test_no_process_of_the_same_user_reads_a_programs_memory(programs, program):
    if programs.build.name == 'asan':
        pytest.skip('the leak detection of the sanitizer attaches to the process')
    with running([programs.build / program, *ARGUMENTS.get(program, [])]) as process:
        assert poll(lambda: is_waiting(process), 30)
        for name in ('environ', 'maps', 'auxv'):
            assert not can_read(process.pid, name), name


def test_the_memory_of_another_program_is_readable():
    """The control of the test above."""
    with running(['/usr/bin/sleep', '60']) as process:
        assert poll(lambda: is_waiting(process), 30)
        assert can_read(process.pid, 'environ')
