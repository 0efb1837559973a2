"""What is done to a running Fitgate. Each kind of fault has a thread and a sequence of its own, which follows from
the seed, so that they overlap."""

import os
import random
import signal
import socket
import threading
import time

import pymysql

from scripts.stack import EXECUTABLES
from smtp import MODES, TAKE

SLOW_CLIENTS = 150
NETWORK = ['cut', 'abandon', 'hold', 'slow']


class Fault:
    """A kind of fault that comes again and again."""

    name = ''
    pause = (1, 2)  # seconds from the end of one to the beginning of the next

    def __init__(self, seed, victim, model):
        self.rng = random.Random(f'{seed}/{self.name}')
        self.victim = victim
        self.model = model
        self.stopping = threading.Event()
        self.thread = threading.Thread(target=self._run, name=self.name)

    def act(self):
        """One fault, from its beginning to its end."""
        raise NotImplementedError

    def last(self, *seconds):
        """Let it last, unless all faults are to end."""
        self.stopping.wait(self.rng.uniform(*seconds))

    def _run(self):
        try:
            share = self.rng.random()  # the first comes early: they do not all begin at once
            self.stopping.wait(self.pause[0] * share)
            while not self.stopping.is_set():
                self.act()
                self.last(*self.pause)
        except Exception as problem:  # a fault that no longer comes would test nothing
            self.model.finding(f'fault {self.name}: {problem!r}')
            raise


class Kill(Fault):
    """SIGKILL for one process that does the work."""

    name = 'kill'
    pause = (0.2, 1.6)

    def act(self):
        name = self.rng.choice([*EXECUTABLES, *EXECUTABLES, 'worker', 'worker', 'worker', 'nginx'])
        pick = self.rng.random()
        pids = self.victim.pids(name)
        if pids:
            self.kill(name, pids[int(pick * len(pids))])

    def kill(self, name, pid):
        try:
            os.kill(pid, signal.SIGKILL)
            self.model.count(f'killed {name}')
            self.victim.forget_clock_of(pid)
        except ProcessLookupError:
            pass  # it has ended by itself


class Restart(Fault):
    """A supervisor or nginx's master is killed, or asked to end, with all that it has started."""

    name = 'restart'
    pause = (6, 18)

    def act(self):
        name = self.rng.choice([*EXECUTABLES, 'worker', 'worker', 'nginx'])
        harsh = self.rng.random() < 0.5
        pid = self.victim.main_pid(name)
        if harsh and pid:
            os.kill(pid, signal.SIGKILL)
            self.model.count(f'killed supervisor of {name}')
        self.victim.restart(name)
        self.model.count(f'restarted {name}')


class DatabaseRestart(Fault):
    """Away for some seconds: killed, with what it had not yet written to its tables, or shut down."""

    name = 'database'
    pause = (20, 50)

    def act(self):
        kill = self.rng.random() < 0.6
        self.victim.stop_database(kill=kill)
        self.model.count('killed mariadb' if kill else 'restarted mariadb')
        self.last(0, 4)
        self.victim.start_database()


class Network(Fault):
    """Between the programs and the database."""

    name = 'network'
    pause = (2, 9)

    def act(self):
        command = self.rng.choices(NETWORK, [8, 3, 3, 3])[0]
        self.model.count(f'network {command}')
        if command == 'slow':
            self.victim.network(f'slow {self.rng.randint(5, 80)}')
        else:
            self.victim.network(command)
        if command == 'hold':
            self.last(*self.rng.choice([(1, 6), (1, 6), (6, 12), (33, 36)]))
            if self.rng.random() < 0.5:
                self.victim.network('cut')
        elif command != 'cut':
            self.last(2, 8)
        self.victim.network('pass')


class MailFault(Fault):
    name = 'mail'
    pause = (4, 14)

    def act(self):
        mode = self.rng.choice(MODES)
        patience = mode == 'hang' and self.rng.random() < 0.25
        self.model.count(f'mail {mode} for longer than anybody waits' if patience else f'mail {mode}')
        self.victim.smtp.set_mode(mode)
        self.last(*(62, 75) if patience else (2, 10))
        self.victim.smtp.set_mode(TAKE)


class FullDisk(Fault):
    name = 'disk'
    pause = (12, 35)

    def act(self):
        self.victim.fill_disk()
        self.model.count('disk full')
        self.last(2, 8)
        self.victim.free_disk()


class ClockStep(Fault):
    """Forward or back, by minutes or hours, and often right again."""

    name = 'clock'
    pause = (4, 15)

    def act(self):
        seconds = self.rng.choice([0, self.rng.randint(-3600, 3600),
                                   3600 * self.rng.randint(-5, 5)])
        self.victim.clock.step(seconds)
        self.model.count('clock steps')


class Race(Fault):
    """The claims of all jobs in work lapse: other workers take them while the first are still at it."""

    name = 'race'
    pause = (1, 5)

    def act(self):
        try:
            self.model.count('claims lapsed', self.victim.lapse_claims())
        except pymysql.Error:
            pass  # the database is away


class Hurry(Fault):
    """No fault: what waits for minutes or hours before it is tried again is due at once."""

    name = 'hurry'
    pause = (4, 8)

    def act(self):
        try:
            self.victim.make_due()
        except pymysql.Error:
            pass  # the database is away


class SlowClients(Fault):
    """Many connections on which a request comes byte by byte, and never to its end."""

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
            return socket.create_connection(('127.0.0.1', self.victim.port), 5)
        except OSError:
            return None  # nginx is being restarted

    @staticmethod
    def _send(connection, octets):
        try:
            connection.sendall(octets)
        except OSError:
            pass  # nginx has gone, or had enough of it


ALL = (Kill, Restart, DatabaseRestart, Network, MailFault, FullDisk, ClockStep, Race, Hurry, SlowClients)
