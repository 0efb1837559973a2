"""Runs fitgate-admin as an administrator or a script does."""

import json
import os
import pty
import subprocess

from tests.api.support.waiting import until
from tests.harness.waiting import LIMIT


class Command:
    """`fitgate-admin` on one database (by default the stack's)."""

    def __init__(self, programs, database=None, settings=None):
        self.programs = programs
        self.settings = dict(settings or {})
        if database:
            self.settings['DATABASE_URL'] = database.url

    def run(self, *words, stdin=b'', **settings):
        """Run to the end; returns a CompletedProcess with text."""
        done = self.programs.run('admin', *map(str, words), stdin=stdin,
                                 settings={**self.settings, **settings})
        done.stdout, done.stderr = done.stdout.decode(), done.stderr.decode()
        return done

    def done(self, *words, **options):
        """Run; it must succeed. Returns standard output."""
        answer = self.run(*words, **options)
        assert answer.returncode == 0, answer.stderr
        return answer.stdout

    def refused(self, *words, **options):
        """Run; it must fail with a one-line message. Returns that line."""
        answer = self.run(*words, **options)
        assert answer.returncode == 1, (answer.returncode, answer.stdout, answer.stderr)
        assert len(answer.stderr.splitlines()) == 1, answer.stderr
        return answer.stderr

    def misused(self, *words, **options):
        """Run; it must report a usage error: the usage on standard error, nothing on standard output."""
        answer = self.run(*words, **options)
        assert answer.returncode == 2 and not answer.stdout, answer.stdout
        assert 'usage: fitgate-admin' in answer.stderr
        return answer.stderr

    def objects(self, *words):
        """The objects that it prints with --json."""
        return [json.loads(line) for line in self.done(*words, '--json').splitlines()]

    def object(self, *words):
        found = self.objects(*words)
        assert len(found) == 1, found
        return found[0]

    def peak_memory(self, *words):
        """The peak resident memory of a command in KiB; its output is discarded."""
        environment = self.programs.environment(self.settings)
        # by default the address sanitizer keeps freed memory
        environment['ASAN_OPTIONS'] = (environment.get('ASAN_OPTIONS', '') +
                                       ':quarantine_size_mb=0:thread_local_quarantine_size_kb=0')
        process = subprocess.Popen(
            [self.programs.build / 'admin', *words], stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, env=environment)
        _pid, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        assert process.returncode == 0
        return usage.ru_maxrss

    def at_terminal(self, *words):
        return Terminal([self.programs.build / 'admin', *map(str, words)],
                        self.programs.environment(self.settings))


class Terminal:
    """A command with a terminal as standard input; its prompts are read from standard error."""

    def __init__(self, command, environment):
        self.master, slave = pty.openpty()
        self.process = subprocess.Popen(command, stdin=slave, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, env=environment)
        os.close(slave)
        os.set_blocking(self.process.stderr.fileno(), False)
        self.prompts = ''
        self.shown = ''

    def __enter__(self):
        return self

    def __exit__(self, *_exception):
        self.process.kill()
        self.process.communicate(timeout=LIMIT)
        os.close(self.master)

    def _prompted(self, text):
        self.prompts += (self.process.stderr.read() or b'').decode()
        return text in self.prompts

    def answer(self, prompt, text):
        """Wait for the prompt, and type."""
        until(lambda: self._prompted(prompt), f'the prompt {prompt!r}')
        self.prompts = self.prompts.partition(prompt)[2]
        os.write(self.master, text.encode() + b'\n')

    def finish(self):
        """Wait until it ends; returns exit status, standard output, and the rest of standard error."""
        status = self.process.wait(timeout=LIMIT)
        output = self.process.stdout.read().decode()
        self._prompted('')
        os.set_blocking(self.master, False)
        try:
            self.shown = os.read(self.master, 65536).decode()
        except OSError:
            self.shown = ''
        return status, output, self.prompts
