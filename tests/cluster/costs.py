"""What a request costs on one, two and three hosts: python3 -m tests.cluster.costs BUILD DIRECTORY SCRIPTS.

Prints the table of scripts/deploy/CAPACITY.md: CPU time, not throughput, because all hosts are namespaces of one
machine and share its cores. The requests go to each host in turn; the servers are stopped one after the other.
"""

import sys
import time
import uuid
from pathlib import Path

from tests.bench.calls import Call
from tests.bench.processor_time import times_of
from tests.cluster.network import create_bridges
from tests.cluster.probe import say
from tests.cluster.system import Cluster
from tests.harness.passwords import new_hash
from tests.harness.people import PASSWORD, insert_user
from tests.harness.tokens import Minter

TIMES, ROUNDS = 100, 5
PARTS = ('nginx', 'program', 'HAProxy', 'MariaDB', 'each other MariaDB')


class Place:
    """What a Call needs of a site."""

    def __init__(self, stack):
        self.stack = stack


def hash_time():
    """Microseconds of CPU time of one of the cheap hashes of the programs."""
    started = time.process_time_ns()
    for _ in range(TIMES):
        new_hash(PASSWORD, '$2b$', 4)
    return (time.process_time_ns() - started) / TIMES / 1000


def calls(stack, token, other):
    """The requests of an administrator. `other`: a user who becomes an administrator, and again not."""
    def edit(_number):
        return {'first_name': None, 'last_name': None, 'location': None,
                'birth_date': None, 'bio': uuid.uuid4().hex}
    place, path = Place(stack), '/api/auth/profile'
    return {
        'GET profile': Call(place, 'profile', 'GET', path, token),
        'POST profile/edit': Call(place, 'profile', 'POST', f'{path}/edit', token, edit),
        'PATCH users/NAME': Call(place, 'users', 'PATCH', f'/api/users/{other.username}', token,
                                 lambda number: {'admin': number % 2 == 0}),
        'login, without the hash': Call(place, 'login', 'POST', '/api/auth/login', None,
                                        lambda _number: {'email': other.email, 'password': PASSWORD}),
    }


def cost_on(cluster, stack, call):
    """The parts of the cost of a request to this host."""
    nodes = [node for node in cluster.nodes if node.is_running() and node is not stack.node]
    daemons = [stack.daemons['nginx'], stack.daemons[call.program], stack.daemons['haproxy'],
               *(node.daemons['mariadb'] for node in (stack.node, *nodes))]

    def run():
        call.repeat(TIMES)
        return TIMES
    run()  # connections, statements and caches
    nginx, program, haproxy, own, * \
        others = map(min, zip(*(times_of(daemons, run) for _ in range(ROUNDS))))
    if call.program == 'login':
        program -= hash_time()
    return nginx, program, haproxy, own, sum(others) / len(others) if others else 0


def measure(cluster, *person):
    """One row of the table for each request."""
    stacks = [stack for stack in cluster.stacks if stack.node.is_running()]
    hosts = len(stacks)
    for name in calls(stacks[0], *person):
        costs = [cost_on(cluster, stack, calls(stack, *person)[name]) for stack in stacks]
        parts = [sum(part) / hosts for part in zip(*costs)]
        everything = sum(parts) + parts[-1] * (hosts - 2)
        print(
            f'| {name} | {hosts} | {" | ".join(f"{part:.0f}" for part in parts)} | {everything:.0f} |',
            flush=True)


def main(build, directory, scripts):
    create_bridges()
    with Cluster(directory / 'costs', build, say, scripts) as cluster:
        with cluster.sql() as sql:
            administrator, other = insert_user(sql, admin=1), insert_user(sql)
        token = Minter(cluster.secret).token(administrator.id, exp=int(time.time()) + 86400)
        print(
            f'| request | hosts | {" | ".join(PARTS)} | all hosts together |\n|---|{"---|" * (len(PARTS) + 2)}')
        for node in reversed(cluster.nodes):
            measure(cluster, token, other)
            if node is not cluster.nodes[0]:
                node.stop()


if __name__ == '__main__':
    main(*(Path(argument).resolve() for argument in sys.argv[1:4]))
