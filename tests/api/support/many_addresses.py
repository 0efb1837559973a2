"""many_addresses.py JSON: an nginx in a network namespace gets requests from many addresses.

The argument has the directory of nginx's configuration, the directives to start it with, and lists
of [address, number of requests]. Prints the statuses that each address got, in the same order. It
is run by network.in_network_namespace(), as root of the namespace.
"""

import http.client
import json
import subprocess
import sys

from tests.harness.waiting import poll

SERVER = 'fd00:ffff::1'
PORT = 8080


def add_addresses(addresses):
    lines = [f'addr add {address}/{"128 nodad" if ":" in address else "32"} dev lo'
             for address in addresses if address != '127.0.0.1']
    subprocess.run(['ip', 'link', 'set', 'lo', 'up'], check=True)
    subprocess.run(['ip', '-batch', '-'], input='\n'.join(lines), text=True, check=True)


def ask(address, count):
    """The statuses of `count` requests on one connection."""
    server = SERVER if ':' in address else '127.0.0.1'
    connection = http.client.HTTPConnection(server, PORT, timeout=30, source_address=(address, 0))
    statuses = []
    for _ in range(count):
        connection.request('GET', '/api/ping')
        answer = connection.getresponse()
        answer.read()
        statuses.append(answer.status)
    connection.close()
    return statuses


def answers():
    try:
        return ask('127.0.0.1', 1) == [200]
    except OSError:
        return False


def main(directory, directives, asked):
    add_addresses(sorted({SERVER, *(address for address, _count in asked)}))
    nginx = subprocess.Popen(['nginx', '-p', f'{directory}/', '-c', f'{directory}/nginx.conf',
                              '-e', 'stderr', '-g', directives])
    try:
        if not poll(answers, 20):
            sys.exit('nginx does not answer')
        print(json.dumps([ask(address, count) for address, count in asked]))
    finally:
        nginx.terminate()
        nginx.wait(20)


if __name__ == '__main__':
    main(**json.loads(sys.argv[1]))
