"""Stacks behind Apache, which starts the services by mod_cgi, mod_cgid or mod_fcgid."""

from tests.harness.processes import tool
from tests.harness.shared_hosting import HostedStack

MODULES = '/usr/lib/apache2/modules'

CONFIGURATION = r'''
ServerRoot {directory}
ServerName localhost
Listen 127.0.0.1:{port}
ListenBacklog 4096
PidFile {run}/apache.pid
DefaultRuntimeDir {run}
ErrorLog {log}/apache.log
Timeout {timeout}
KeepAliveTimeout 60
MaxKeepAliveRequests 0
# fewer than the connections that the database allows
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


class ApacheStack(HostedStack):
    server = 'apache'
    override = 'All'  # the overrides that .htaccess is allowed
    modules = ('mpm_event', 'authz_core', 'rewrite', 'headers', 'mime')
    further = ''  # configuration of the module that starts the services

    def _write_configuration(self):
        modules = ''.join(f'LoadModule {name}_module {MODULES}/mod_{name}.so\n'
                          for name in self.modules)
        path = self.run / 'apache.conf'
        path.write_text((CONFIGURATION + self.further).format(
            directory=self.directory, port=self.port, run=self.run, log=self.files.logs,
            timeout=self.read_timeout.removesuffix('s'), modules=modules, public=self.public,
            override=self.override))
        return path

    def _command(self, configuration):
        return [tool('apache2'), '-DFOREGROUND', '-f', configuration]


class ApacheCgi(ApacheStack):
    modules = ('mpm_prefork', *ApacheStack.modules[1:], 'cgi')


class ApacheCgid(ApacheStack):
    """Allows .htaccess only the overrides that it needs."""

    override = 'FileInfo Options=ExecCGI'
    modules = (*ApacheStack.modules, 'cgid')
    further = CGID


class ApacheFcgid(ApacheStack):
    modules = (*ApacheStack.modules, 'fcgid')
    further = FCGID

    def _prepare_directories(self):
        super()._prepare_directories()
        path = self.public / 'fitgate/.htaccess'
        path.write_text(path.read_text().replace('SetHandler cgi-script',
                                                 'SetHandler fcgid-script'))
