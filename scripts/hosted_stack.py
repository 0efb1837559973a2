"""Fitgate as on a shared host: Apache or lighttpd instead of nginx, the programs as `make shared-hosting` has
them, their settings found through fitgate.path.

MariaDB, the SMTP catcher and the worker are those of Stack. The web server's own configuration is what a
host would have; all that is ours is in the folder that a user uploads.
"""

import os
import re
import subprocess

from scripts.stack import EXECUTABLES, SOURCE, Stack, StackError, tool

MODULES = '/usr/lib/apache2/modules'

APACHE = r'''
ServerRoot {folder}
ServerName localhost
Listen 127.0.0.1:{port}
ListenBacklog 4096
PidFile {run}/apache.pid
DefaultRuntimeDir {run}
ErrorLog {log}/apache.log
Timeout {timeout}
KeepAliveTimeout 60
MaxKeepAliveRequests 0
# fewer than connections that the database allows
MaxRequestWorkers 100
{modules}
TypesConfig /dev/null
AddType text/html .html
DocumentRoot {public}
<Directory />
    AllowOverride None
    Require all denied
</Directory>
<FilesMatch "^\.ht">
    Require all denied
</FilesMatch>
<Directory {public}>
    AllowOverride {override}
    Options SymLinksIfOwnerMatch
    Require all granted
</Directory>
'''

CGID = '''
ScriptSock {run}/cgid
'''

FCGID = '''
FcgidIPCDir {run}
FcgidProcessTableFile {run}/fcgid
# Apache's default of 128 KiB would refuse pictures.
FcgidMaxRequestLen 35000000
FcgidMaxProcessesPerClass 4
FcgidMaxProcesses 64
'''

LIGHTTPD = '''
server.document-root = "{public}"
server.bind = "127.0.0.1"
server.port = {port}
server.errorlog = "{log}/lighttpd.log"
server.pid-file = "{run}/lighttpd.pid"
server.upload-dirs = ( "{run}" )
server.listen-backlog = 1024
server.max-connections = 1024
include "{folder}/fitgate.conf"
'''


def serve_0_2(path):
    """Delete the line that keeps the dialect 0.2 away."""
    lines = path.read_text().splitlines(keepends=True)
    path.write_text(''.join(line for line in lines if '^v0' not in line and '"^/v0\\.2/' not in line))


class HostedStack(Stack):
    """Programs started by the web server. `settings` of the stack are those of the uploaded folder."""

    names_every_request = False
    SERVICE = None  # its name in messages, and of its log

    def __init__(self, folder, build, **options):
        super().__init__(folder, build, **options)
        self.home = self.folder / 'home'
        self.public = self.home / 'public_html'
        self.settings_file = self.home / 'fitgate/fitgate.conf'
        # for commands; the programs that the web server starts do not get it
        self.environment = {'FITGATE_CONFIG': str(self.settings_file), 'LOG': ''}
        self.programs_log = self.log_folder / 'programs.log'
        self.settings.setdefault('LOG', str(self.programs_log))

    def _prepare_folders(self):
        super()._prepare_folders()
        packed = subprocess.run(
            [SOURCE / 'scripts/deploy/shared-hosting/pack', self.build, self.home], cwd=SOURCE,
            capture_output=True, text=True, check=False, timeout=120)
        if packed.returncode != 0:
            raise StackError(f'the folder to upload cannot be made: {packed.stderr.strip()}')
        serve_0_2(self.public / '.htaccess')

    def _start_executables(self):
        pass  # the web server does

    def _start_web_server(self):
        configuration = self._write_configuration()
        service = self._launch(self.SERVICE, self._as_ordinary_user(self._command(configuration)))
        service.wait_until(lambda: self._status('GET', '/') is not None)
        self._nginx_reservation.close()
        service.wait_until(lambda: self._status('GET', '/api/ping') == 200)

    @staticmethod
    def _as_ordinary_user(command):
        """Apache and lighttpd do not serve as root. In a user namespace root is an ordinary user to them, and
        what is root's is theirs."""
        if os.geteuid() != 0:
            return command
        return [tool('unshare'), '--map-user=1000', '--map-group=1000', '--', *command]

    def restart_executable(self, name):
        """Changes made to `settings` meanwhile take effect in it."""
        self._write_settings()

    def executable_pids(self, name):
        """None that stays, but the worker's."""
        return super().executable_pids(name) if name == 'worker' else []

    def log_text(self, name=None):
        if name not in EXECUTABLES:
            return super().log_text(name)
        if not self.programs_log.exists():
            return ''
        of_name = re.compile(rf'^\S+ {name}\[')
        return ''.join(line for line in self.programs_log.read_text(errors='replace')
                       .splitlines(keepends=True) if of_name.match(line))


class ApacheStack(HostedStack):
    SERVICE = 'apache'
    OVERRIDE = 'All'
    NEEDED = ('mpm_event', 'authz_core', 'rewrite', 'headers', 'mime')
    FURTHER = ''

    def _write_configuration(self):
        modules = ''.join(f'LoadModule {name}_module {MODULES}/mod_{name}.so\n'
                          for name in self.NEEDED)
        path = self.run / 'apache.conf'
        path.write_text((APACHE + self.FURTHER).format(
            folder=self.folder, port=self.port, run=self.run, log=self.log_folder,
            timeout=self.read_timeout.removesuffix('s'), modules=modules, public=self.public,
            override=self.OVERRIDE))
        return path

    @staticmethod
    def _command(configuration):
        return [tool('apache2'), '-DFOREGROUND', '-f', configuration]


class ApacheCgi(ApacheStack):
    NEEDED = ('mpm_prefork', *ApacheStack.NEEDED[1:], 'cgi')


class ApacheCgid(ApacheStack):
    """With no more rights for .htaccess than it needs."""

    OVERRIDE = 'FileInfo Options=ExecCGI'
    NEEDED = (*ApacheStack.NEEDED, 'cgid')
    FURTHER = CGID


class ApacheFcgid(ApacheStack):
    NEEDED = (*ApacheStack.NEEDED, 'fcgid')
    FURTHER = FCGID

    def _prepare_folders(self):
        super()._prepare_folders()
        path = self.public / 'fitgate/.htaccess'
        path.write_text(path.read_text().replace('SetHandler cgi-script', 'SetHandler fcgid-script'))


class Lighttpd(HostedStack):
    SERVICE = 'lighttpd'

    def _write_configuration(self):
        ours = (SOURCE / 'scripts/deploy/lighttpd/fitgate.conf').read_text()
        (self.folder / 'fitgate.conf').write_text(ours)
        serve_0_2(self.folder / 'fitgate.conf')
        path = self.run / 'lighttpd.conf'
        path.write_text(LIGHTTPD.format(public=self.public, port=self.port, log=self.log_folder,
                                        run=self.run, folder=self.folder))
        return path

    @staticmethod
    def _command(configuration):
        return [tool('lighttpd'), '-D', '-f', configuration]


STACKS = {'nginx': Stack, 'apache-cgi': ApacheCgi, 'apache-cgid': ApacheCgid,
          'apache-fcgid': ApacheFcgid, 'lighttpd': Lighttpd}
