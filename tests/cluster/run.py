"""Run a Fitgate on three hosts, and check that it is as correct as on one:
python3 -m tests.cluster.run BUILD DIRECTORY SCRIPTS SECONDS [SEED].

SCRIPTS is the directory of wsrep_sst_mariabackup. First races and reads on other hosts, then clients that use the
whole API while nodes are killed, frozen and cut off (faults.py), then a primary and a replica that change roles
(failover.py). The model of tests/fault knows what was accepted; the history (probe.py) knows when a database server
was healthy. The seed determines the sequence of the faults and the requests of each client, but not their timing.
"""

import random
import sys
import time
from pathlib import Path

from tests.cluster.checker import ClusterChecker
from tests.cluster.clients import TimedClient
from tests.cluster.failover import Pair, Switches
from tests.cluster.faults import KINDS, Faults
from tests.cluster.network import create_bridges
from tests.cluster.probe import History, say
from tests.cluster.races import LIMITS, Races
from tests.cluster.reads import Reads
from tests.cluster.system import Cluster
from tests.fault.checker import seen_by_kernel
from tests.fault.fixtures import Fixtures
from tests.fault.model import Model
from tests.fault.run import prepare, run_clients_and_faults, show
from tests.harness.stack import NO_THROTTLES

CLIENTS = 6
READS, FAULTS, FAILOVER = 0.1, 0.65, 0.25  # shares of the time
LONG = 600  # seconds in which every kind of fault occurs


class Part:
    """One system under test, with its clients and what is known about it."""

    def __init__(self, name, seed, system, started):
        self.name = name
        self.seed = seed
        self.system = system
        self.model = Model()
        self.history = History(self.model)
        self.fixtures = Fixtures(seed)
        self.sports = None
        self.started = started
        self.crashes = seen_by_kernel()

    def prepare(self):
        say(f'{self.name}: ready after {time.monotonic() - self.started:.0f} s')
        for node in self.system.nodes:
            with self.system.writable_node().sql() as sql:
                sql.run('CREATE TABLE IF NOT EXISTS probe '
                        '(node INT PRIMARY KEY, count BIGINT NOT NULL)')
                sql.run('INSERT IGNORE INTO probe VALUES (%s, 0)', node.number)
            self.history.watch(node)
        self.sports = prepare(self.system, self.model, self.fixtures, self.system.writable_node())

    def arguments(self):
        return self.system, self.model, self.fixtures, self.sports

    def use(self, name, seconds, *faults):
        """Clients use the API for this time, beside the faults."""
        clients = [TimedClient(f'{name}{number}', self.seed, *self.arguments(), self.history)
                   for number in range(CLIENTS)]
        run_clients_and_faults(clients, faults, seconds, self.model)

    def check(self, seconds, *wanted):
        """Compare everything with the model. Returns the findings."""
        self.history.stop()
        checker = ClusterChecker(*self.arguments(), self.crashes, wanted)
        checker.check_all(seconds)
        checker.check_nodes()
        self.history.judge()
        if self.model.findings:
            self.system.keep_files()
        show(self.model, self.started)
        say(f'{self.name}: {len(self.model.findings)} findings; the slowest request took '
            f'{self.history.slowest:.1f} s')
        return self.model.findings


def run_cluster(directory, build, scripts, seconds, seed):
    started = time.monotonic()
    with Cluster(directory / 'cluster', build, say, scripts) as cluster:
        part = Part('cluster', seed, cluster, started)
        part.prepare()
        cluster.reconnect(**LIMITS)
        Races(*part.arguments(), part.history).run_all()
        cluster.reconnect(**NO_THROTTLES)
        reads = Reads(*part.arguments(), part.history)
        reads.blocked_node()
        part.use('r', seconds * READS, reads)
        part.use('f', seconds * FAULTS, Faults(
            seed, cluster, part.model, part.history, complete=seconds >= LONG))
        return part.check(seconds, *(f'fault {kind.__name__}' for kind in KINDS if seconds >= LONG))


def run_failover(directory, build, seconds, seed):
    started = time.monotonic()
    with Pair(directory / 'failover', build, say) as pair:
        part = Part('failover', seed, pair, started)
        part.prepare()
        part.use('f', seconds * FAILOVER, Switches(seed, pair, part.model, part.history))
        return part.check(seconds, 'failovers')


def main(build, directory, scripts, seconds, seed):
    print(f'seed {seed}, {seconds} s, {CLIENTS} clients', flush=True)
    create_bridges()
    findings = run_cluster(directory, build, scripts, seconds, seed)
    findings += run_failover(directory, build, seconds, seed)
    print(f'seed {seed}: {len(findings)} findings')
    return 1 if findings else 0


if __name__ == '__main__':
    sys.exit(main(*(Path(argument).resolve() for argument in sys.argv[1:4]), int(sys.argv[4]),
                  int(sys.argv[5]) if len(sys.argv) > 5 else random.randrange(2**32)))
