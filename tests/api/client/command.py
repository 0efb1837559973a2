"""Runs the shell client: under several shells, with only the tools that it may use, and on a terminal."""

import fcntl
import os
import pty
import select
import shutil
import stat
import subprocess
import termios

from tests.api.support.waiting import until
from tests.harness.tree import SOURCE
from tests.harness.waiting import LIMIT, poll

PARTS = SOURCE / 'scripts' / 'client'

# The tools that the client may call, in addition to an awk: POSIX utilities, mktemp and curl.
TOOLS = ('cat', 'chmod', 'mkdir', 'mktemp', 'mv', 'od', 'rm', 'sed', 'sleep', 'stty', 'tr', 'wc')
SHELLS = {'dash': ['dash'], 'busybox': ['busybox', 'sh'], 'bash': ['bash', '--posix']}
# The awks of Debian, of GNU and Git Bash, of the BSDs and macOS, and of Alpine.
AWKS = ('mawk', 'gawk', 'original-awk', 'busybox')

# Records the arguments and the environment, which other processes can read, then executes the tool
# whose name it has.
RECORDER = '''#!/bin/sh
{{
	printf '%s\\n' "$0" "$@"
	/usr/bin/env
	[ "${{0##*/}}" != curl ] || /usr/bin/cat /proc/[0-9]*/cmdline 2>/dev/null
}} >>{log}
exec {tools}/"${{0##*/}}" "$@"
'''


def make_tools(directory, *, busybox=False, awk='mawk'):
    """Make a directory for PATH, with the tools of busybox or those of the system."""
    directory.mkdir(parents=True)
    for name in TOOLS:
        (directory / name).symlink_to(shutil.which('busybox' if busybox else name))
    (directory / 'awk').symlink_to(shutil.which('busybox' if busybox else awk))
    (directory / 'curl').symlink_to(shutil.which('curl'))
    return directory


def make_recorders(directory, tools, log):
    """Make a directory for PATH whose tools record their arguments and environment."""
    directory.mkdir(parents=True)
    for tool in tools.iterdir():
        replace_tool(directory, tool.name, RECORDER.format(log=log, tools=tools))
    return directory


def replace_tool(directory, name, script):
    """Replace a tool with a script."""
    (directory / name).unlink(missing_ok=True)
    (directory / name).write_text(script)
    (directory / name).chmod(0o755)


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


class Command:
    """The client of one user, who has a home directory and a server's URL in the environment."""

    def __init__(self, script, shell, tools, home, url, transcript):
        home.mkdir(parents=True, exist_ok=True)
        self.script = script
        self.shell = [shutil.which(SHELLS[shell][0]), *SHELLS[shell][1:]]
        self.tools = tools
        self.home = home
        self.url = url
        self.transcript = transcript

    @property
    def directory(self):
        """Where logins are saved."""
        return self.home / '.config' / 'fitgate'

    def line(self, *arguments):
        return [*self.shell, str(self.script), *map(str, arguments)]

    def environment(self, changes=None):
        """The environment of the client; the value None leaves a variable out."""
        values = {'PATH': str(self.tools), 'HOME': str(self.home), 'TMPDIR': str(self.home),
                  'FITGATE_URL': self.url, **(changes or {})}
        return {name: value for name, value in values.items() if value is not None}

    def __call__(self, *arguments, stdin='', env=None, text=True):
        """Run to the end, without a terminal. Standard input can be bytes."""
        content = stdin if isinstance(stdin, bytes) else stdin.encode()
        done = subprocess.run(self.line(*arguments), env=self.environment(env), cwd=self.home,
                              input=content, capture_output=True, timeout=LIMIT, check=False,
                              start_new_session=True)
        if text:
            done.stdout = done.stdout.decode()
        done.stderr = done.stderr.decode()
        self.transcript.add(f'$ fitgate {arguments} {env or ""}\nexit status {done.returncode}\n'
                            f'{done.stdout[:2000]}\nstandard error: {done.stderr}')
        return done

    def ok(self, *arguments, **options):
        """Run; it must succeed and print nothing on standard error. Returns its output."""
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

    def call_function(self, name, *parts, stdin=b''):
        """Run a function of the client with only these parts loaded. Returns the finished process."""
        text = ''.join((PARTS / f'{part}.sh').read_text() for part in parts)
        return subprocess.run([*self.shell, '-c', f'{text}\n{name}'], input=stdin,
                              capture_output=True, env=self.environment({'LC_ALL': 'C'}),
                              timeout=LIMIT, check=False)


class Terminal:
    """A command on its own terminal. Use it with `with`."""

    def __init__(self, line, environment, directory):
        self.master, self.slave = pty.openpty()
        self.process = subprocess.Popen(
            line, env=environment, cwd=directory, stdin=self.slave, stdout=self.slave,
            stderr=self.slave, start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0))
        self.shown = ''

    def __enter__(self):
        return self

    def __exit__(self, *_exception):
        self.process.kill()
        self.process.wait(timeout=LIMIT)
        os.close(self.master)
        os.close(self.slave)

    def echoes(self):
        return bool(termios.tcgetattr(self.slave)[3] & termios.ECHO)

    def _read(self):
        while select.select([self.master], [], [], 0.01)[0]:
            self.shown += os.read(self.master, 4096).decode()
        return self.shown

    def wait_for(self, text, *, echo):
        """Wait until it has shown a text, and the terminal's echo is on (or off)."""
        until(lambda: text in self._read() and self.echoes() == echo,
              f'{text!r} with echo {echo}; shown: {self.shown!r}')

    def type(self, text):
        os.write(self.master, text.encode())

    def _has_ended(self):
        return self._read() is not None and self.process.poll() is not None

    def status(self):
        until(self._has_ended, f'the end; shown: {self.shown!r}')
        self._read()
        return self.process.returncode

    def interrupt(self):
        """Press Ctrl-C until it ends: a shell loses a signal that arrives just before it waits for input."""
        until(lambda: self.type('\x03') or poll(self._has_ended, 1), 'the end')
        return self.status()
