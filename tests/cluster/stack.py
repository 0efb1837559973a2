"""What runs on each host beside the database: HAProxy and a Fitgate. Their own network never fails."""

import os
import socket

from tests.cluster.network import CLIENTS
from tests.fault.system import READ_TIMEOUT
from tests.harness.errors import StackError
from tests.harness.ports import ReservedPort
from tests.harness.processes import tool
from tests.harness.stack import NO_THROTTLES, Stack
from tests.harness.tree import SERVICES, SOURCE

BALANCER = SOURCE / 'scripts/deploy/cluster/haproxy.cfg'
SETTINGS = {**NO_THROTTLES, 'PASSWORD_HASH': '$2b$4'}


class HostStack(Stack):
    """The stack of one host. Its programs connect to the database through its own HAProxy, which prefers the
    database server of the same number."""

    def __init__(self, number, directory, build, cluster):
        super().__init__(directory / f'stack-{number}', build, settings=SETTINGS, say=cluster.say,
                         mail_enabled=False, read_timeout=f'{READ_TIMEOUT}s')  # the cluster has a mail server
        self.number = number
        self.cluster = cluster
        self.files.uploads = cluster.upload_folder
        self.database_port = None
        self.public_port = None
        self._reservations = []

    @property
    def mail_server(self):
        return self.cluster.mail_server

    @property
    def node(self):
        """The database server of this host."""
        return self.cluster.nodes[self.number - 1]

    @property
    def clock(self):
        return self.cluster.clock

    # ---- what differs from a Stack ---------------------------------------------------------------

    def reserve(self):
        """Take the ports: each HAProxy knows all stacks."""
        self.files.open()
        self._reservations = [ReservedPort(), ReservedPort(), ReservedPort()]
        self.port, self.database_port, self.public_port = (
            one.number for one in self._reservations)

    def database_url(self, user):
        return (f'mysql://{user}:{self.cluster.nodes[0].password}@127.0.0.1:{self.database_port}/'
                f'{self.database.name}?ssl=off')

    def _start(self):
        self.settings |= {'APP_SECRET_KEY': self.cluster.secret,
                          'EMAIL_URL': f'smtp://127.0.0.1:{self.cluster.mail_port}',
                          'UI_URL': 'http://127.0.0.1'}
        self.write_settings()
        self.start_balancer()
        self._start_services()
        self.start_worker()
        self._start_web_server()

    def stop(self):
        self.daemons.stop('nginx')
        self.daemons.stop_all_except()
        for one in self._reservations:
            one.close()
        self._reservations = []
        self.files.close()

    # ---- HAProxy ---------------------------------------------------------------------------------

    def start_balancer(self):
        path = self.directory / 'haproxy.cfg'
        path.write_text(self._balancer_text())
        daemon = self.daemons.launch('haproxy', [tool('haproxy'), '-db', '-f', path],
                                     niceness=-10 if os.geteuid() == 0 else 0)
        daemon.wait_until(self._balancer_listens)

    def _balancer_listens(self):
        try:
            with socket.create_connection(('127.0.0.1', self.database_port)):
                return True
        except OSError:
            return False

    def _balancer_text(self):
        """The file for administrators, with our addresses: our own database server first."""
        text = BALANCER.read_text()
        nodes = self.cluster.nodes
        nodes = nodes[self.number - 1:] + nodes[:self.number - 1]
        replaced = {'bind 127.0.0.1:3307': f'bind 127.0.0.1:{self.database_port}',
                    'bind :80\n': f'bind 127.0.0.1:{self.public_port}\n'}
        for number, node in enumerate(nodes, 1):
            replaced[f'192.0.2.{number}:3306'] = f'{node.host.address(CLIENTS)}:3306'
        for number, stack in enumerate(self.cluster.stacks, 1):
            replaced[f'192.0.2.{number}:8080'] = f'127.0.0.1:{stack.port}'
        for old, new in replaced.items():
            if text.count(old) != 1:
                raise StackError(f'{BALANCER}: "{old}" is expected once')
            text = text.replace(old, new)
        return f'global\n\tlog stderr format short daemon\n\n{text}'

    # ---- programs --------------------------------------------------------------------------------

    def reconnect(self):
        """Restart the programs, so that they connect to the database server of their own host again."""
        self.daemons.stop('worker', *SERVICES)
        self.write_settings()
        self._start_services()
        self.start_worker()
        for name in SERVICES:
            self._wait_for_service(name)
