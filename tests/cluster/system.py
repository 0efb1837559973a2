"""Several hosts that serve one Fitgate: database servers, stacks, a mail server, and one directory of uploads.

It has what the clients and the checker of tests/fault use of their system.
"""

import contextlib
import itertools
import shutil
import subprocess

from tests.cluster.node import Node
from tests.cluster.stack import HostStack
from tests.fault.smtp import SmtpServer
from tests.fault.system import Clock
from tests.harness.files import kept_secret
from tests.harness.ports import ReservedPort
from tests.harness.tree import SERVICES


class System:
    """Servers and stacks, without what makes the servers one database."""

    def __init__(self, directory, build, say, *, nodes, stacks):
        self.directory = directory
        self.build = build
        self.say = say
        self.clock = Clock()  # never steps
        self.mail_server = SmtpServer()
        self.upload_folder = directory / 'uploads'
        self.nodes = nodes
        self.stacks = [HostStack(number, directory, build, self) for number in range(1, stacks + 1)]
        self.track = None  # accounts have no GPX files
        self.secret = None
        self.mail_port = None
        self._mail_reservation = None
        self._turn = itertools.count()

    def __enter__(self):
        try:
            self._start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_exception):
        self.stop()

    def _start(self):
        self.directory.mkdir(parents=True, exist_ok=True)
        self.secret = kept_secret(self.directory / 'app_secret_key')
        self._mail_reservation = ReservedPort()
        self.mail_port = self._mail_reservation.number
        self.mail_server.start(self.mail_port)
        for stack in self.stacks:
            stack.reserve()
        for node in self.nodes:
            node.open()
        self.start_nodes()
        for stack in self.stacks:
            stack.start()

    def stop(self):
        for part in (*self.stacks, *self.nodes):
            part.close() if part in self.nodes else part.stop()
        self.mail_server.stop()
        if self._mail_reservation:
            self._mail_reservation.close()

    def start_nodes(self):
        """Start the database servers, with an empty database of the current schema."""
        raise NotImplementedError

    def create_database(self, node):
        node.create()
        stack = self.stacks[0]
        stack.start_balancer()
        stack.write_settings()
        stack.daemons.run_to_end([self.build / 'admin', 'migrate'], 'admin')
        node.create_own_accounts()

    # ---- access ----------------------------------------------------------------------------------

    @property
    def port(self):
        """The public port of one host after the other."""
        return self.stacks[next(self._turn) % len(self.stacks)].public_port

    def writable_node(self):
        raise NotImplementedError

    @contextlib.contextmanager
    def sql(self):
        with self.writable_node().sql() as sql:
            yield sql

    def admin(self, *arguments):
        """The exit status of a command of fitgate-admin on one host after the other."""
        stack = self.stacks[next(self._turn) % len(self.stacks)]
        done = subprocess.run([self.build / 'admin', *arguments], stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, env=stack.child_environment(),
                              timeout=300, check=False)
        if done.returncode != 0:
            with open(self.directory / 'admin.log', 'a', encoding='utf-8') as log:
                log.write(f'{arguments}: {done.returncode}: {done.stderr}')
        return done.returncode

    def add_track(self, user_id):
        """Accounts have no GPX files here."""

    def make_due(self):
        with self.sql() as sql:
            sql.run('UPDATE jobs SET run_after = UTC_TIMESTAMP(6) '
                    'WHERE owner IS NULL AND failed_at IS NULL')
        self.admin('jobs', 'retry', '--all')

    def run_worker_once(self):
        return self.stacks[0].run_worker_once()

    # ---- for the checker -------------------------------------------------------------------------

    def wait_for_changes(self):
        """Wait until every server has the changes that any of them has committed."""
        raise NotImplementedError

    def lift(self):
        """All faults have ended by themselves."""

    def expected_processes(self):
        return {**{name: sum(stack.processes_of(name) for stack in self.stacks) for name in SERVICES},
                'worker': len(self.stacks)}

    def pids(self, name):
        return [pid for stack in self.stacks for pid in stack.program_pids(name)]

    def log_files(self):
        return [path for stack in self.stacks for path in stack.files.logs.glob('*.log')]

    def keep_files(self):
        shutil.copytree(self.upload_folder, self.directory / 'uploads.kept', dirs_exist_ok=True)


class Cluster(System):
    """Three Galera nodes and three stacks."""

    def __init__(self, directory, build, say, scripts):
        nodes = [Node(number, directory, scripts) for number in (1, 2, 3)]
        super().__init__(directory, build, say, nodes=nodes, stacks=3)

    def start_nodes(self):
        first = self.nodes[0]
        first.install()
        first.bootstrap()
        self.create_database(first)
        first.stop()
        for node in self.nodes[1:]:
            node.copy_data(first)
        self.bootstrap(first)

    def bootstrap(self, first):
        """Start all nodes, which do not run, with the data of this one."""
        self.say(f'starting the cluster with node {first.number}')
        first.bootstrap()
        for node in self.nodes:
            if node is not first:
                node.join()
        self.wait_synced()

    def wait_synced(self):
        for node in self.nodes:
            node.wait_synced()

    def wait_for_changes(self):
        for node in self.nodes:
            node.wait_for_changes()

    def writable_node(self):
        return next((node for node in self.nodes if node.is_current()), self.nodes[0])

    def reconnect(self, **settings):
        """Let each stack use the server of its own host, with other settings."""
        for stack in self.stacks:
            stack.settings |= settings
            stack.reconnect()
