"""A stack behind lighttpd, which starts the services by CGI."""

from tests.harness.processes import tool
from tests.harness.shared_hosting import HostedStack, serve_0_2
from tests.harness.tree import SOURCE

# lighttpd would serve a deleted file for a second or two from its cache.
CONFIGURATION = '''
server.stat-cache-engine = "disable"
server.document-root = "{public}"
server.bind = "127.0.0.1"
server.port = {port}
server.errorlog = "{log}/lighttpd.log"
server.pid-file = "{run}/lighttpd.pid"
server.upload-dirs = ( "{run}" )
server.listen-backlog = 1024
server.max-connections = 1024
include "{directory}/fitgate.conf"
'''


class LighttpdStack(HostedStack):
    server = 'lighttpd'

    def _write_configuration(self):
        ours = self.directory / 'fitgate.conf'
        ours.write_text((SOURCE / 'scripts/deploy/lighttpd/fitgate.conf').read_text())
        serve_0_2(ours)
        path = self.run / 'lighttpd.conf'
        path.write_text(CONFIGURATION.format(
            public=self.public, port=self.port, log=self.files.logs, run=self.run,
            directory=self.directory))
        return path

    def _command(self, configuration):
        return [tool('lighttpd'), '-D', '-f', configuration]
