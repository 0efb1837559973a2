"""Fitgate on a shared host: the web server starts the programs, from the directory that
`make shared-hosting` builds, and they find their settings through fitgate.path.

MariaDB, the SMTP server and the worker are those of Stack. The web server is configured as a host
does it; all files of Fitgate are in the directory that a user uploads.
"""

import subprocess

from tests.harness import host_root
from tests.harness.errors import StackError
from tests.harness.stack import Stack
from tests.harness.tree import HOSTED_SERVICES, SERVICES, SOURCE
from tests.harness.waiting import LIMIT

PRIVATE = ('worker', 'admin', 'picture_filter')  # programs outside of the document root


def serve_0_2(path):
    """Delete the line of a configuration file that keeps the dialect 0.2 from being served."""
    lines = path.read_text().splitlines(keepends=True)
    path.write_text(''.join(
        line for line in lines if '^v0' not in line and '"^/v0\\.2/' not in line))


class HostedStack(Stack):
    """`settings` are those of the uploaded directory. `build` has the uploaded programs by their names, as the `build` of
    other stacks, and `compiled` those that are not launchers."""

    names_every_request = False
    server = None  # the name of the web server in messages, and of its log file

    def __init__(self, directory, build, **options):
        super().__init__(directory, build, **options)
        self.compiled, self.build = self.build, self.directory / 'programs'
        self.root = host_root.chosen()
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
            [SOURCE / 'scripts/deploy/shared-hosting/pack', self.compiled, self.home], cwd=SOURCE,
            capture_output=True, text=True, check=False, timeout=LIMIT)
        if packed.returncode != 0:
            raise StackError(f'could not build the directory to upload: {packed.stderr.strip()}')
        serve_0_2(self.public / '.htaccess')
        self._make_commands()

    def _make_commands(self):
        """Fill `build`."""
        uploaded = {name: self.public / f'fitgate/{name}.cgi' for name in HOSTED_SERVICES}
        uploaded |= {name: self.home / 'fitgate' / name for name in PRIVATE}
        self.build.mkdir(exist_ok=True)
        for name, path in uploaded.items():
            host_root.write_command(self.build / name, self._on_host([path]))
        # not uploaded
        for name in ('gate', 'client'):
            (self.build / name).unlink(missing_ok=True)
            (self.build / name).symlink_to(self.compiled / name)

    def _on_host(self, command):
        """The command, wrapped so that it runs where the web server does."""
        if self.root is None:
            return command
        return host_root.in_root(self.root, [self.directory, self.run], command)

    def _start_services(self):
        pass  # the web server starts them

    def _start_web_server(self):
        command = self._command(self._write_configuration())
        command = self._on_host(command) if self.root else host_root.as_ordinary_user(command)
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
