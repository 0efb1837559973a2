"""What happens to the nodes of the cluster: one fault after another, and after each the cluster becomes whole again."""

import random
import signal
import threading
import time

from tests.cluster.network import CLIENTS, REPLICATION
from tests.cluster.probe import say
from tests.harness.errors import StackError


class Fault:
    """A fault from its beginning to the moment at which everything is reachable again."""

    def __init__(self, cluster, rng):
        self.cluster = cluster
        self.rng = rng
        self.node = rng.choice(cluster.nodes)

    def begin(self):
        raise NotImplementedError

    def end(self):
        raise NotImplementedError

    def last(self):
        """Seconds from the beginning to the end."""
        return self.rng.uniform(5, 12)


class Kill(Fault):
    """A node is killed; it gets the missing changes when it joins again."""

    def begin(self):
        self.node.stop(kill=True)

    def end(self):
        self.node.join()


class Restart(Kill):
    """A node is shut down and started again, as for an upgrade."""

    def begin(self):
        self.node.stop()


class LoseData(Kill):
    """A node loses its data, and gets a copy when it joins again."""

    def end(self):
        self.node.remove_data()
        self.node.join()


class Freeze(Fault):
    """A server does not run for some seconds, like a virtual machine that is moved."""

    def begin(self):
        self.node.freeze()

    def end(self):
        self.node.thaw()


class CutOff(Fault):
    """Neither the programs nor the other nodes reach a node."""

    links = (CLIENTS, REPLICATION)

    def begin(self):
        self.node.host.cut(*self.links)

    def end(self):
        self.node.host.join(*self.links)


class CutReplication(CutOff):
    """A node cannot reach the others, but the programs reach it."""

    links = (REPLICATION,)


class CutClients(CutOff):
    """The programs cannot reach a node, but it remains in the cluster."""

    links = (CLIENTS,)


class Scatter(Fault):
    """No node can reach another one: none has a majority."""

    def begin(self):
        for node in self.cluster.nodes:
            node.host.cut(REPLICATION)

    def end(self):
        for node in self.cluster.nodes:
            node.host.join(REPLICATION)


class KillAll(Fault):
    """All nodes are killed; the one with the last change starts the cluster again."""

    def begin(self):
        for node in self.cluster.nodes:
            node.signal(signal.SIGKILL)
        for node in self.cluster.nodes:
            node.stop(kill=True)

    def end(self):
        newest = max(self.cluster.nodes, key=lambda node: node.position()[1])
        self.cluster.bootstrap(newest)

    def last(self):
        return 1


KINDS = (Kill, CutOff, CutReplication, Freeze, Scatter, LoseData, CutClients, Restart, KillAll)


class Faults:
    """Runs them in a sequence that follows from the seed; each kind occurs before one is repeated.

    `complete`: each kind occurs once, also when that takes longer than asked.
    """

    def __init__(self, seed, cluster, model, history, complete):
        self._rng = random.Random(f'{seed}/faults')
        self._cluster = cluster
        self._model = model
        self._history = history
        self._due = list(KINDS) if complete else []
        self.stopping = threading.Event()
        self.thread = threading.Thread(target=self._run, name='faults')

    def _run(self):
        try:
            while not self._ends():
                for kind in self._rng.sample(KINDS, len(KINDS)):
                    if self._ends():
                        return
                    self._one(kind(self._cluster, self._rng))
                self._due = []
        except StackError as problem:
            self._model.finding(str(problem))
        except Exception as problem:  # faults that no longer occur would test nothing
            self._model.finding(f'faults: {problem!r}')
            raise

    def _ends(self):
        return self.stopping.is_set() and not self._due

    def _one(self, fault):
        name = f'{type(fault).__name__} of node {fault.node.number}'
        self._history.fault(name)
        fault.begin()
        self._history.fault('... begins')
        time.sleep(fault.last())  # how long it lasts
        self._history.fault('... ends')
        fault.end()
        self._cluster.wait_synced()
        say('... the cluster is whole again')
        self._model.count(f'fault {type(fault).__name__}')
        time.sleep(self._rng.uniform(3, 6))  # without a fault
