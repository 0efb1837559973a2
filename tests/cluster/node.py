"""A MariaDB server on a host of its own: a node of a Galera cluster, or one of a primary and its replica."""

import contextlib
import re
import shutil
import signal
import subprocess

import pymysql

from tests.cluster.network import CLIENTS, REPLICATION, SUBNETS, Host
from tests.harness.database import OWN_ACCOUNTS, DatabaseServer
from tests.harness.errors import StackError
from tests.harness.files import StackFiles
from tests.harness.processes import Daemons, passed_on, tool
from tests.harness.sql import Sql
from tests.harness.tree import SOURCE
from tests.harness.waiting import LIMIT

SETTINGS = SOURCE / 'scripts/deploy/cluster/galera.cnf'
# In the file, because mariadb-backup rejects options of the server that are arguments.
SMALL = '''
innodb_buffer_pool_size = 48M
innodb_log_file_size = 32M
performance_schema = OFF
max_connections = 300
character_set_server = utf8mb4
collation_server = utf8mb4_unicode_ci
skip_name_resolve
'''
RECOVERED = re.compile(r'Recovered position: ([0-9a-f-]{36}):(-?\d+)')
EVERY_HOST = f'{SUBNETS[CLIENTS]}.%'  # from which the accounts may connect
MIGRATED = 'migrated'  # the names of the databases of the check of `migrate` begin with it
PASSWORD = 'secret'  # the same on all servers
CHECK_ACCOUNT = 'fitgate_check'  # in scripts/deploy/cluster/haproxy.cfg


class Node(DatabaseServer):
    """The server, and its host. Its unix socket is reachable while the host is cut off."""

    def __init__(self, number, directory, scripts):
        """`scripts`: the directory of the programs that copy the data to a new node."""
        self.number = number
        self.files = StackFiles(directory / f'node-{number}')
        self._scripts = scripts
        self.daemons = Daemons(self.files, self._environment, lambda text: None)
        super().__init__(self.files, self.daemons, lambda text: None)
        self.password = PASSWORD
        self.host = Host(number, self.daemons)

    def _environment(self):
        return {**passed_on(), 'PATH': f'{self._scripts}:/usr/sbin:/usr/bin:/sbin:/bin'}

    def open(self):
        """Create the host, without the server."""
        self.files.open()
        self.host.start()

    def install(self):
        super().install()
        self.password = PASSWORD

    def close(self):
        if self.is_running():
            self.thaw()
        self.stop()
        self.host.stop()
        self.daemons.stop_all_except()
        self.files.close()

    # ---- the server ------------------------------------------------------------------------------

    def launch(self, *options):
        """Start the server without waiting for it."""
        return self.daemons.launch('mariadb', self.host.command([
            tool('mariadbd'), *self._server_options(), *options]))

    def start(self, *options):
        daemon = self.launch(*options)
        daemon.wait_until(self.answers)

    def answers(self):
        return self.run('SELECT 1').returncode == 0

    def is_running(self):
        daemon = self.daemons.get('mariadb')
        return daemon is not None and daemon.alive()

    def stop(self, kill=False):
        if self.daemons.get('mariadb'):
            super().stop(kill)

    def signal(self, number):
        """Freeze the server (SIGSTOP), or let it run again (SIGCONT)."""
        self.daemons['mariadb'].process.send_signal(number)

    def remove_data(self):
        shutil.rmtree(self.files.mariadb)
        self.files.mariadb.mkdir(mode=0o700)

    def _server_options(self):
        return [f'--defaults-file={self.write_settings()}', f'--datadir={self.files.mariadb}',
                f'--socket={self.socket}', f'--pid-file={self.files.run / "mariadb.pid"}',
                '--port=3306', f'--server-id={self.number}', *self._common_options()]

    def write_settings(self):
        """The settings file for administrators, with our addresses."""
        text = SETTINGS.read_text()
        for name, value in {
                'gcomm://192.0.2.1,192.0.2.2,192.0.2.3': 'gcomm://' + ','.join(
                    f'{SUBNETS[REPLICATION]}.{number}' for number in (1, 2, 3)),
                'wsrep_node_address = 192.0.2.1':
                    f'wsrep_node_address = {self.host.address(REPLICATION)}',
                'mariabackup:password': 'root:'}.items():
            if name not in text:
                raise StackError(f'{SETTINGS}: "{name}" is missing')
            text = text.replace(name, value)
        path = self.files.directory / 'my.cnf'
        path.write_text(text + SMALL)
        return path

    # ---- Galera ----------------------------------------------------------------------------------

    def bootstrap(self):
        """Start as the first node of the cluster."""
        state = self.files.mariadb / 'grastate.dat'
        if state.exists():
            state.write_text(
                state.read_text().replace(
                    'safe_to_bootstrap: 0',
                    'safe_to_bootstrap: 1'))
        self.start('--wsrep-new-cluster', *self.position_option())

    def join(self):
        """Join the cluster: with the missing changes or, if there is no data, with a copy."""
        self.launch(*self.position_option())

    def position(self):
        """(UUID, number of the last change) of the data of a server that does not run; None: no data."""
        if not (self.files.mariadb / 'ibdata1').exists():
            return None
        log = self.files.logs / 'recover.log'
        log.unlink(missing_ok=True)
        done = subprocess.run(self.host.command(
            [tool('mariadbd'), *self._server_options(), '--wsrep-recover', f'--log-error={log}']),
            env=self._environment(), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, timeout=LIMIT, check=False)
        found = RECOVERED.search(log.read_text(errors='replace'))
        if done.returncode != 0 or not found:
            raise StackError(f'node {self.number}: no position in {log}')
        return found[1], int(found[2])

    def position_option(self):
        position = self.position()
        known = position and position[1] >= 0
        return [f'--wsrep-start-position={position[0]}:{position[1]}'] if known else []

    def status(self, name):
        """A status variable; None: the server does not answer."""
        with contextlib.suppress(pymysql.Error), self.sql(None) as sql:
            rows = sql.rows(f"SHOW STATUS LIKE '{name}'")
            return rows[0]['Value'] if rows else None
        return None

    def copy_data(self, other):
        """Begin with the data of another server. Neither of them runs."""
        shutil.copytree(other.files.mariadb, self.files.mariadb)

    def is_synced(self):
        return (self.is_running() and self.status('wsrep_ready') == 'ON' and
                self.status('wsrep_local_state') == '4')

    def wait_for_changes(self):
        """Wait until the server has all changes that the cluster has committed."""
        with self.sql(None) as sql:
            sql.run('SET SESSION wsrep_sync_wait = 15')
            sql.run('SELECT 1')

    def is_current(self):
        """Whether the server has all changes: one that has not run for some seconds says that it is synchronized."""
        try:
            if not self.is_synced():
                return False
            self.wait_for_changes()
        except pymysql.Error:
            return False
        return True

    def wait_synced(self, seconds=180):
        self.daemons['mariadb'].wait_until(self.is_synced, seconds)

    # ---- access ----------------------------------------------------------------------------------

    def sql(self, name='fitgate'):
        """An administrator's connection, which does not depend on the network."""
        return Sql(self.socket, 'root', '', name)

    def create(self):
        super().create()
        self._run_or_fail(f'''
            CREATE USER IF NOT EXISTS {self.user}@'{EVERY_HOST}' IDENTIFIED BY '{self.password}';
            GRANT ALL PRIVILEGES ON {self.name}.* TO {self.user}@'{EVERY_HOST}';
            GRANT ALL PRIVILEGES ON `{MIGRATED}\_%`.* TO {self.user}@'{EVERY_HOST}';
            CREATE USER IF NOT EXISTS {CHECK_ACCOUNT};''', 'create the accounts')

    def create_own_accounts(self):
        """The accounts of the programs, which connect from other hosts."""
        users = ''.join(f"CREATE USER {self.account_of(program)}@'{EVERY_HOST}' "
                        f"IDENTIFIED BY '{self.password}';" for program in OWN_ACCOUNTS)
        grants = (SOURCE / 'sql/grants.sql').read_text().replace('@localhost', f"@'{EVERY_HOST}'")
        self._run_or_fail(f'{users}\nUSE {self.name};\n{grants}', 'apply sql/grants.sql')

    def freeze(self):
        self.signal(signal.SIGSTOP)

    def thaw(self):
        self.signal(signal.SIGCONT)
