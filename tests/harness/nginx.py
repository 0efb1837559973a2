"""The nginx of a stack: unprivileged, with the files of nginx/."""

import os
import re
import signal

from tests.harness.processes import tool
from tests.harness.tree import SOURCE

LIMIT = re.compile(r'^\s*limit_(req|conn) .*\n', re.MULTILINE)


class Nginx:
    """`locations`: nginx configuration for programs that are not part of Fitgate. `limits`: whether
    nginx limits the rate of requests. `read_timeout`: how long nginx waits for a program, in its
    own syntax."""

    def __init__(self, files, daemons, *, locations, limits, read_timeout):
        self._files = files
        self._daemons = daemons
        self._locations = locations
        self._limits = limits
        self._read_timeout = read_timeout
        self._command = None

    def write_configuration(self, port):
        values = {'@SOCKETS@': str(self._files.run), '@PORT@': str(port),
                  '@UPLOADS@': str(self._files.uploads / 'uploads'),
                  '@READ_TIMEOUT@': self._read_timeout}
        for template in (SOURCE / 'nginx').glob('*.conf'):
            text = template.read_text()
            if template.name == 'fitgate.conf':
                text += self._locations
            if not self._limits:
                text = LIMIT.sub('', text)
            for mark, value in values.items():
                text = text.replace(mark, value)
            (self._files.nginx / template.name).write_text(text)
        (self._files.nginx / 'locations').mkdir(exist_ok=True)
        protected = self._files.nginx / 'protected'
        protected.mkdir(exist_ok=True)
        (protected / 'index.html').write_text('<!DOCTYPE html>\n<title>Protected</title>\n')
        # Started by root, nginx would change to a user who cannot reach the sockets.
        directives = 'daemon off; user root;' if os.geteuid() == 0 else 'daemon off;'
        self._command = [
            tool('nginx'), '-p', f'{self._files.nginx}/', '-c', self._files.nginx / 'nginx.conf',
            '-e', 'stderr', '-g', directives]

    def start(self, answers):
        """Start it and wait until `answers` holds."""
        daemon = self._daemons.launch('nginx', self._command, stop_signal=signal.SIGQUIT)
        daemon.wait_until(answers)
