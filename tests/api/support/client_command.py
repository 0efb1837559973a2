"""Running scripts/fitgate: under several shells, with nothing but the tools it may use, and on a
terminal."""

import fcntl
import os
import pty
import select
import shutil
import socket
import subprocess
import termios
import threading

from support import SOURCE
from support.waiting import until

SCRIPT = SOURCE / 'scripts' / 'fitgate'
TIMEOUT = 60

# All that the client may call, of POSIX but for mktemp and curl. jq comes on top, or not.
TOOLS = ('awk', 'cat', 'chmod', 'mkdir', 'mktemp', 'mv', 'od', 'rm', 'sed', 'sleep', 'stty', 'tr',
         'wc')
SHELLS = {'dash': ['dash'], 'busybox': ['busybox', 'sh'], 'bash': ['bash', '--posix']}

# Writes down what every process may know of it, then becomes the tool that it stands for.
RECORDER = '''#!/bin/sh
{{
	printf '%s\\n' "$0" "$@"
	/usr/bin/env
	[ "${{0##*/}}" != curl ] || /usr/bin/cat /proc/[0-9]*/cmdline 2>/dev/null
}} >>{log}
exec {tools}/"${{0##*/}}" "$@"
'''


def make_tools(folder, *, busybox=False, jq=True):
    """A folder for PATH: the tools are those of busybox, or those of the system."""
    folder.mkdir(parents=True)
    for name in TOOLS:
        (folder / name).symlink_to(shutil.which('busybox' if busybox else name))
    for name in ('curl', 'jq') if jq else ('curl',):
        (folder / name).symlink_to(shutil.which(name))
    return folder


def make_recorders(folder, tools, log):
    """A folder for PATH whose tools write down their arguments and environment."""
    folder.mkdir(parents=True)
    for tool in tools.iterdir():
        recorder = folder / tool.name
        recorder.write_text(RECORDER.format(log=log, tools=tools))
        recorder.chmod(0o755)
    return folder


class Command:
    """The client of one user, who has a home folder and a server's URL in the environment."""

    def __init__(self, shell, tools, home, url, journal):
        home.mkdir(parents=True, exist_ok=True)
        self.shell = [shutil.which(SHELLS[shell][0]), *SHELLS[shell][1:]]
        self.tools = tools
        self.home = home
        self.url = url
        self.journal = journal

    @property
    def folder(self):
        return self.home / '.config' / 'fitgate'

    def line(self, *arguments):
        return [*self.shell, str(SCRIPT), *map(str, arguments)]

    def environment(self, changes=None):
        """None as a value leaves a variable out."""
        values = {'PATH': str(self.tools), 'HOME': str(self.home), 'TMPDIR': str(self.home),
                  'FITGATE_URL': self.url, **(changes or {})}
        return {name: value for name, value in values.items() if value is not None}

    def __call__(self, *arguments, stdin='', env=None, text=True):
        """Run to the end, without a terminal."""
        done = subprocess.run(self.line(*arguments), env=self.environment(env), cwd=self.home,
                              input=stdin if text else stdin.encode(), capture_output=True,
                              text=text, timeout=TIMEOUT, check=False, start_new_session=True)
        self.journal.add(f'$ fitgate {arguments} {env or ""}\nexit status {done.returncode}\n'
                         f'{done.stdout[:2000]}\nstandard error: {done.stderr}')
        return done

    def ok(self, *arguments, **options):
        """Run; it must succeed and say nothing on standard error. Returns what it printed."""
        done = self(*arguments, **options)
        assert (done.returncode, done.stderr) == (0, ''), done.stderr
        return done.stdout

    def refused(self, status, *arguments, **options):
        """Run; it must fail with this status and print nothing. Returns its message."""
        done = self(*arguments, **options)
        assert (done.returncode, done.stdout) == (status, ''), (done.stdout, done.stderr)
        assert done.stderr.startswith('fitgate: ') and done.stderr.count('\n') == 1, done.stderr
        return done.stderr.removeprefix('fitgate: ').rstrip('\n')

    def log_in(self, account):
        self.ok('login', account.email, env={'FITGATE_PASSWORD': account.password})

    def on_terminal(self, *arguments, env=None):
        return Terminal(self.line(*arguments), self.environment(env), self.home)


class Terminal:
    """A command whose terminal is ours. To be used with `with`."""

    def __init__(self, line, environment, folder):
        self.master, self.slave = pty.openpty()
        self.process = subprocess.Popen(
            line, env=environment, cwd=folder, stdin=self.slave, stdout=self.slave,
            stderr=self.slave, start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0))
        self.shown = ''

    def __enter__(self):
        return self

    def __exit__(self, *_exception):
        self.process.kill()
        self.process.wait(timeout=TIMEOUT)
        os.close(self.master)
        os.close(self.slave)

    def echoes(self):
        return bool(termios.tcgetattr(self.slave)[3] & termios.ECHO)

    def _read(self):
        while select.select([self.master], [], [], 0.01)[0]:
            self.shown += os.read(self.master, 4096).decode()
        return self.shown

    def wait_for(self, text, *, echo):
        """Until it has shown a text and the terminal echoes what is typed, or does not."""
        until(lambda: text in self._read() and self.echoes() == echo,
              f'{text!r} with echo {echo}; shown: {self.shown!r}')

    def type(self, text):
        os.write(self.master, text.encode())

    def status(self):
        until(lambda: self._read() is not None and self.process.poll() is not None,
              f'the end; shown: {self.shown!r}')
        self._read()
        return self.process.returncode


class CuttingProxy:
    """Hands connections on to a server, and cuts the first so many answers to a path short."""

    def __init__(self, port, path, *, cuts, after):
        self.target = port
        self.path = path.encode()
        self.cuts = cuts
        self.after = after
        self.requests = []
        self.listener = socket.create_server(('127.0.0.1', 0))
        self.url = 'http://127.0.0.1:%d' % self.listener.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_exception):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()

    def _serve(self):
        while True:
            try:
                connection = self.listener.accept()[0]
            except OSError:
                return  # closed: the test is over
            with connection:
                self._hand_on(connection)

    def _hand_on(self, client):
        """One request, which curl sends at once, and its answer."""
        request = client.recv(65536)
        left = 1 << 40
        if self.path in request.partition(b'\r\n')[0]:
            self.requests.append(request.decode())
            if len(self.requests) <= self.cuts:
                left = self.after
        with socket.create_connection(('127.0.0.1', self.target), timeout=TIMEOUT) as server:
            server.sendall(request.replace(b'\r\n\r\n', b'\r\nConnection: close\r\n\r\n', 1))
            while left > 0 and (octets := server.recv(min(65536, left))):
                client.sendall(octets)
                left -= len(octets)
