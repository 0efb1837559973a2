"""The faults. Each kind has its own thread, and its own sequence that follows from the seed, so that they overlap."""

import os
import random
import signal
import socket
import threading
import time

import pymysql

from tests.harness.tree import SERVICES
from tests.fault.smtp import MODES, TAKE

SLOW_CLIENTS = 150
NETWORK = ['cut', 'abandon', 'hold', 'slow']


class Fault:
    """A kind of fault that occurs repeatedly."""

    name = ''
    pause = (1, 2)  # seconds from the end of one to the beginning of the next

    def __init__(self, seed, system, model):
        self.rng = random.Random(f'{seed}/{self.name}')
        self.system = system
        self.model = model
        self.stopping = threading.Event()
        self.thread = threading.Thread(target=self._run, name=self.name)

    def act(self):
        """One fault, from beginning to end."""
        raise NotImplementedError

    def last(self, *seconds):
        """Wait while the fault lasts, or until the run ends."""
        self.stopping.wait(self.rng.uniform(*seconds))

    def _run(self):
        try:
            share = self.rng.random()  # a random share of the pause, so that they do not all begin together
            self.stopping.wait(self.pause[0] * share)
            while not self.stopping.is_set():
                self.act()
                self.last(*self.pause)
        except Exception as problem:  # a fault that no longer occurs would test nothing
            self.model.finding(f'fault {self.name}: {problem!r}')
            raise


class Kill(Fault):
    """SIGKILL for one process of a service, a worker, or an nginx worker."""

    name = 'kill'
    pause = (0.2, 1.6)

    def act(self):
        name = self.rng.choice([*SERVICES, *SERVICES, 'worker', 'worker', 'worker', 'nginx'])
        pick = self.rng.random()
        pids = self.system.pids(name)
        if pids:
            self.kill(name, pids[int(pick * len(pids))])

    def kill(self, name, pid):
        try:
            os.kill(pid, signal.SIGKILL)
            self.model.count(f'killed {name}')
            self.system.forget_clock_of(pid)
        except ProcessLookupError:
            pass  # it has already ended


class Restart(Fault):
    """A supervisor or nginx's master is killed or stopped, with all processes that it has started."""

    name = 'restart'
    pause = (6, 18)

    def act(self):
        name = self.rng.choice([*SERVICES, 'worker', 'worker', 'nginx'])
        harsh = self.rng.random() < 0.5
        pid = self.system.main_pid(name)
        if harsh and pid:
            os.kill(pid, signal.SIGKILL)
            self.model.count(f'killed supervisor of {name}')
        self.system.restart(name)
        self.model.count(f'restarted {name}')


class DatabaseRestart(Fault):
    """The database is down for some seconds: killed with unwritten pages, or shut down."""

    name = 'database'
    pause = (20, 50)

    def act(self):
        kill = self.rng.random() < 0.6
        self.system.database.stop(kill=kill)
        self.model.count('killed mariadb' if kill else 'restarted mariadb')
        self.last(0, 4)
        self.system.database.start()


class Network(Fault):
    """The network between the programs and the database fails."""

    name = 'network'
    pause = (2, 9)

    def act(self):
        command = self.rng.choices(NETWORK, [8, 3, 3, 3])[0]
        self.model.count(f'network {command}')
        if command == 'slow':
            self.system.network(f'slow {self.rng.randint(5, 80)}')
        else:
            self.system.network(command)
        if command == 'hold':
            self.last(*self.rng.choice([(1, 6), (1, 6), (6, 12), (33, 36)]))
            if self.rng.random() < 0.5:
                self.system.network('cut')
        elif command != 'cut':
            self.last(2, 8)
        self.system.network('pass')


class MailFault(Fault):
    name = 'mail'
    pause = (4, 14)

    def act(self):
        mode = self.rng.choice(MODES)
        beyond_timeouts = mode == 'hang' and self.rng.random() < 0.25
        self.model.count(f'mail {mode} beyond all timeouts' if beyond_timeouts else f'mail {mode}')
        self.system.mail_server.set_mode(mode)
        self.last(*(62, 75) if beyond_timeouts else (2, 10))
        self.system.mail_server.set_mode(TAKE)


class FullDisk(Fault):
    name = 'disk'
    pause = (12, 35)

    def act(self):
        self.system.fill_disk()
        self.model.count('disk full')
        self.last(2, 8)
        self.system.free_disk()


class ClockStep(Fault):
    """The clock steps forward or back by minutes or hours, and often back to the correct time."""

    name = 'clock'
    pause = (4, 15)

    def act(self):
        seconds = self.rng.choice([0, self.rng.randint(-3600, 3600),
                                   3600 * self.rng.randint(-5, 5)])
        self.system.clock.step(seconds)
        self.model.count('clock steps')


class Race(Fault):
    """The leases of all running jobs expire: other workers take the jobs while the first ones still run them."""

    name = 'race'
    pause = (1, 5)

    def act(self):
        try:
            self.model.count('leases expired', self.system.expire_leases())
        except pymysql.Error:
            pass  # the database is down


class Hurry(Fault):
    """Not a fault: makes jobs that wait minutes or hours for a retry due immediately."""

    name = 'hurry'
    pause = (4, 8)

    def act(self):
        try:
            self.system.make_due()
        except pymysql.Error:
            pass  # the database is down


class SlowClients(Fault):
    """Many connections that send a request byte by byte and never complete it."""

    name = 'slow clients'
    pause = (10, 40)
    HEAD = (b'POST /api/auth/login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n'
            b'Content-Length: 500\r\n\r\n')

    def act(self):
        connections = [connection for connection in map(self._connect, range(SLOW_CLIENTS))
                       if connection is not None]
        self.model.count('slow clients', len(connections))
        end = time.monotonic() + self.rng.uniform(5, 20)
        for number in range(500):
            for connection in connections:
                self._send(connection, (self.HEAD + b'x' * 400)[number:number + 1])
            if time.monotonic() > end or self.stopping.wait(0.2):
                break
        for connection in connections:
            connection.close()

    def _connect(self, _number):
        try:
            return socket.create_connection(('127.0.0.1', self.system.port), 5)
        except OSError:
            return None  # nginx is being restarted

    @staticmethod
    def _send(connection, octets):
        try:
            connection.sendall(octets)
        except OSError:
            pass  # nginx was stopped, or closed the connection


ALL = (
    Kill,
    Restart,
    DatabaseRestart,
    Network,
    MailFault,
    FullDisk,
    ClockStep,
    Race,
    Hurry,
    SlowClients)
