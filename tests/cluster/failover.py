"""A primary and its replica, which change roles while the programs run."""

import random
import threading

from tests.cluster.node import SMALL, Node
from tests.cluster.system import System
from tests.harness.database import OWN_ACCOUNTS
from tests.harness.errors import StackError
from tests.harness.waiting import poll

SETTINGS = '''[mariadbd]
bind_address = 0.0.0.0
log_bin = binlog
log_slave_updates = ON
binlog_format = ROW
gtid_strict_mode = ON
log_bin_trust_function_creators = 1
'''
CAUGHT_UP = 60  # seconds
CLOSED = 3  # seconds within which HAProxy closes the connections to a server that cannot be written


class Server(Node):
    """Without Galera."""

    def write_settings(self):
        path = self.files.directory / 'my.cnf'
        path.write_text(SETTINGS + SMALL)
        return path

    def set_read_only(self, value):
        with self.sql(None) as sql:
            sql.run(f'SET GLOBAL read_only = {value:d}')

    def follow(self, primary):
        with self.sql(None) as sql:
            sql.run(f"CHANGE MASTER TO master_host = '{primary.host.address()}', "
                    f"master_user = '{self.user}_replica', master_password = '{self.password}', "
                    f'master_connect_retry = 1, master_use_gtid = slave_pos')
            sql.run('START SLAVE')

    def position(self):
        """The number of the last change, in the only replication domain."""
        return int(self.gtid().rsplit('-', 1)[1])

    def gtid(self):
        with self.sql(None) as sql:
            return sql.value('SELECT @@GLOBAL.gtid_current_pos')

    def has_programs(self):
        """Whether a program is connected."""
        accounts = ','.join(self.account_of(program) for program in OWN_ACCOUNTS)
        with self.sql(None) as sql:
            return sql.value('SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE FIND_IN_SET(USER, %s)',
                             accounts) > 0

    def replica_error(self):
        with self.sql(None) as sql:
            status = sql.row('SHOW SLAVE STATUS')
            return status['Last_SQL_Error'] or status['Last_IO_Error']


class Pair(System):
    def __init__(self, directory, build, say):
        super().__init__(directory, build, say, stacks=1,
                         nodes=[Server(number, directory, directory) for number in (1, 2)])
        self.primary, self.replica = self.nodes

    def start_nodes(self):
        first, second = self.nodes
        first.install()
        first.start()
        self.create_database(first)
        with first.sql(None) as sql:
            sql.run(f"CREATE USER {first.user}_replica IDENTIFIED BY '{first.password}'")
            sql.run(f'GRANT REPLICATION SLAVE ON *.* TO {first.user}_replica')
        position = first.gtid()
        first.stop()
        second.copy_data(first)
        first.start()
        second.start('--read-only')
        with second.sql(None) as sql:
            sql.run('RESET MASTER')
            sql.run(f"SET GLOBAL gtid_slave_pos = '{position}'")
        second.follow(first)

    def writable_node(self):
        return self.primary

    def wait_for_changes(self):
        problem = self._catch_up()
        if problem:
            raise StackError(problem)

    def _catch_up(self):
        """Wait until the replica has what the primary has now. Returns what prevented it."""
        end = self.primary.position()
        if poll(lambda: self.replica.position() >= end, CAUGHT_UP):
            return None
        return f'the replica is at {self.replica.position()}, not at {end}: {self.replica.replica_error()}'

    def switch(self):
        """Change the roles in the order of scripts/deploy/cluster/README.md. Returns what prevented it."""
        old, new = self.primary, self.replica
        old.set_read_only(True)
        if not poll(lambda: not old.has_programs(), CLOSED):
            return f'programs are still connected to server {old.number}, {CLOSED} s after it became read-only'
        problem = self._catch_up()
        if problem:
            return problem
        with new.sql(None) as sql:
            sql.run('STOP SLAVE')
            sql.run('RESET SLAVE ALL')
        new.set_read_only(False)
        old.follow(new)
        self.primary, self.replica = new, old
        return None


class Switches:
    """The roles change again and again."""

    def __init__(self, seed, pair, model, history):
        self._rng = random.Random(f'{seed}/switches')
        self._pair = pair
        self._model = model
        self._history = history
        self.stopping = threading.Event()
        self.thread = threading.Thread(target=self._run, name='switches')

    def _run(self):
        try:
            while not self.stopping.wait(self._rng.uniform(6, 12)):
                self._history.fault('the primary becomes read-only')
                problem = self._pair.switch()
                self._history.fault('the replica has become the primary')
                self._model.count('failovers')
                if problem:
                    self._model.finding(problem)
                    return
        except Exception as problem:  # switches that no longer occur would test nothing
            self._model.finding(f'switches: {problem!r}')
            raise
