"""The operator's command, run as an operator or a script would."""

import json
import os
import pty
import subprocess

from support.waiting import until

TIMEOUT = 60


class Command:
    """`fitgate-admin` on one database (the stack's own where none is given)."""

    def __init__(self, programs, database=None, settings=None):
        self.programs = programs
        self.settings = dict(settings or {})
        if database:
            self.settings['DATABASE_URL'] = database.url

    def run(self, *words, stdin=b'', **settings):
        """Run to the end; CompletedProcess with texts."""
        done = self.programs.run('admin', *map(str, words), stdin=stdin,
                                 settings={**self.settings, **settings})
        done.stdout, done.stderr = done.stdout.decode(), done.stderr.decode()
        return done

    def done(self, *words, **options):
        """It succeeds; returns standard output."""
        answer = self.run(*words, **options)
        assert answer.returncode == 0, answer.stderr
        return answer.stdout

    def refused(self, *words, **options):
        """It fails and says why in one line; returns that line."""
        answer = self.run(*words, **options)
        assert answer.returncode == 1, (answer.returncode, answer.stdout, answer.stderr)
        assert len(answer.stderr.splitlines()) == 1, answer.stderr
        return answer.stderr

    def misused(self, *words, **options):
        """It is used wrongly: its usage is on standard error, nothing on standard output."""
        answer = self.run(*words, **options)
        assert answer.returncode == 2 and not answer.stdout, answer.stdout
        assert 'usage: fitgate-admin' in answer.stderr
        return answer.stderr

    def objects(self, *words):
        """What it prints with --json."""
        return [json.loads(line) for line in self.done(*words, '--json').splitlines()]

    def object(self, *words):
        found = self.objects(*words)
        assert len(found) == 1, found
        return found[0]

    def peak_memory(self, *words):
        """KiB of resident memory that a command takes at most; its output is thrown away."""
        environment = self.programs.environment(self.settings)
        # the address sanitizer would keep what is freed
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
    """A command whose keyboard is a terminal; standard error is read for its prompts."""

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
        self.process.communicate(timeout=TIMEOUT)
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
        """Wait for the end: exit status, standard output, the rest of standard error."""
        status = self.process.wait(timeout=TIMEOUT)
        output = self.process.stdout.read().decode()
        self._prompted('')
        os.set_blocking(self.master, False)
        try:
            self.shown = os.read(self.master, 65536).decode()
        except OSError:
            self.shown = ''
        return status, output, self.prompts
