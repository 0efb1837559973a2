"""Fitgate on a shared host: the web server starts the programs, from the directory that
`make shared-hosting` builds, and they find their settings through fitgate.path.

MariaDB, the SMTP server and the worker are those of Stack. The web server is configured as a host
does it; all files of Fitgate are in the directory that a user uploads.
"""

import os
import subprocess

from tests.harness.errors import StackError
from tests.harness.processes import tool
from tests.harness.stack import Stack
from tests.harness.tree import SERVICES, SOURCE
from tests.harness.waiting import LIMIT


def serve_0_2(path):
    """Delete the line of a configuration file that keeps the dialect 0.2 from being served."""
    lines = path.read_text().splitlines(keepends=True)
    path.write_text(''.join(
        line for line in lines if '^v0' not in line and '"^/v0\\.2/' not in line))


class HostedStack(Stack):
    """`settings` are those of the uploaded directory."""

    names_every_request = False
    server = None  # the name of the web server in messages, and of its log file

    def __init__(self, directory, build, **options):
        super().__init__(directory, build, **options)
        self.home = self.directory / 'home'
        self.public = self.home / 'public_html'
        self.settings_file = self.home / 'fitgate/fitgate.conf'
        # For commands; the programs that the web server starts do not get it.
        self.environment = {'FITGATE_CONFIG': str(self.settings_file), 'LOG': ''}
        self.services_log = self.files.logs / 'services.log'
        self.settings.setdefault('LOG', str(self.services_log))

    def _write_configuration(self):
        """Write the configuration of the web server; returns its path."""
        raise NotImplementedError

    def _command(self, configuration):
        """The command that runs the web server in the foreground."""
        raise NotImplementedError

    def _prepare_directories(self):
        super()._prepare_directories()
        packed = subprocess.run(
            [SOURCE / 'scripts/deploy/shared-hosting/pack', self.build, self.home], cwd=SOURCE,
            capture_output=True, text=True, check=False, timeout=LIMIT)
        if packed.returncode != 0:
            raise StackError(f'could not build the directory to upload: {packed.stderr.strip()}')
        serve_0_2(self.public / '.htaccess')

    def _start_services(self):
        pass  # the web server starts them

    def _start_web_server(self):
        command = as_ordinary_user(self._command(self._write_configuration()))
        daemon = self.daemons.launch(self.server, command)
        daemon.wait_until(lambda: self.status_of('GET', '/api/ping') == 200)

    def restart_service(self, name):
        """Write the current `settings`: each request starts the program, which reads them."""
        self.write_settings()

    def program_pids(self, name):
        """Only the worker is a permanent process."""
        return super().program_pids(name) if name == 'worker' else []

    def log_text(self, name=None):
        if name not in SERVICES:
            return super().log_text(name)
        if not self.services_log.exists():
            return ''
        lines = self.services_log.read_text(errors='replace').splitlines(keepends=True)
        return ''.join(line for line in lines if f' program={name} ' in line)


def as_ordinary_user(command):
    """The command, wrapped so that root appears as an ordinary user who owns root's files (a user
    namespace): Apache and lighttpd refuse to serve as root."""
    if os.geteuid() != 0:
        return command
    return [tool('unshare'), '--map-user=1000', '--map-group=1000', '--', *command]
