"""Hosts as network namespaces, each with two links: one for clients, one for replication.

Everything is inside the network namespace of this process (scripts/cluster), so no address of the machine is used
and nothing remains after its end. A cut link drops packets silently, like a broken switch.
"""

import os
import subprocess

from tests.harness.errors import StackError
from tests.harness.processes import tool

CLIENTS, REPLICATION = 'clients', 'replication'
SUBNETS = {CLIENTS: '10.213.1', REPLICATION: '10.213.2'}
BRIDGES = {CLIENTS: 'br-clients', REPLICATION: 'br-replication'}
OURS = 254  # our own number in each subnet


def ip(*arguments):
    done = subprocess.run([tool('ip'), *map(str, arguments)], capture_output=True, text=True,
                          check=False)
    if done.returncode != 0:
        raise StackError(f'ip {" ".join(map(str, arguments))}: {done.stderr.strip()}')


def namespace_of(pid):
    return os.readlink(f'/proc/{pid}/ns/net')


def create_bridges():
    ip('link', 'set', 'lo', 'up')
    for name, bridge in BRIDGES.items():
        ip('link', 'add', bridge, 'type', 'bridge')
        ip('address', 'add', f'{SUBNETS[name]}.{OURS}/24', 'dev', bridge)
        ip('link', 'set', bridge, 'up')


class Host:
    """A network namespace, which lasts as long as the daemon that holds it."""

    def __init__(self, number, daemons):
        self.number = number
        self._daemons = daemons
        self._pid = None

    def address(self, link=CLIENTS):
        return f'{SUBNETS[link]}.{self.number}'

    def start(self):
        daemon = self._daemons.launch(f'host-{self.number}', [
            tool('unshare'), '--net', tool('sleep'), 'infinity'])
        self._pid = daemon.process.pid
        ours = namespace_of('self')
        daemon.wait_until(lambda: namespace_of(self._pid) != ours)
        for name in SUBNETS:
            self._add_link(name)
        self._inside('link', 'set', 'lo', 'up')

    def stop(self):
        """Remove the links now: the kernel removes those of a namespace that has ended only later."""
        for name in SUBNETS if self._pid else ():
            ip('link', 'delete', self._port(name))
        self._pid = None

    def command(self, command):
        """The command inside the namespace."""
        return [tool('nsenter'), f'--net=/proc/{self._pid}/ns/net', '--', *command]

    def cut(self, *links):
        """Drop all packets from and to the host."""
        for link in links:
            ip('link', 'set', self._port(link), 'down')

    def join(self, *links):
        for link in links:
            ip('link', 'set', self._port(link), 'up')

    def _port(self, link):
        return f'{link[:7]}-{self.number}'  # names have at most 15 bytes

    def _add_link(self, name):
        inner = f'{name[:7]}0'
        ip('link', 'add', self._port(name), 'type', 'veth', 'peer', 'name', inner, 'netns', self._pid)
        ip('link', 'set', self._port(name), 'master', BRIDGES[name], 'up')
        self._inside('address', 'add', f'{self.address(name)}/24', 'dev', inner)
        self._inside('link', 'set', inner, 'up')

    def _inside(self, *arguments):
        self._daemons.run_to_end(self.command([tool('ip'), *arguments]), f'host-{self.number}')
