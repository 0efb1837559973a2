"""What the bench measures of a storm of log-ins: how long a profile takes meanwhile.

One reader asks for a profile again and again, over one connection: so it waits for others alone, and not
for itself. Meanwhile a hundred clients log in, half of them with a wrong password, each again as soon as
it is answered: all processes that verify passwords hash all the time.
"""

import json
import signal
import subprocess
from pathlib import Path

LOGIN = '/api/auth/login'
CLIENTS = 50  # of each kind
LASTING = 3600  # seconds; a storm is ended by a signal
BUSY = 20  # hundredths of a second of CPU


def write_body(folder, name, email, password):
    path = folder / f'{name}.json'
    path.write_text(json.dumps({'email': email, 'password': password}))
    return path


def used_cpu(pid):
    """Hundredths of a second that a process has run."""
    fields = Path(f'/proc/{pid}/stat').read_text().rpartition(') ')[2].split()
    return int(fields[11]) + int(fields[12])


class Storm:
    """Log-ins from all clients at once, for as long as the block lasts. `command` and `parse` are how wrk
    is called and what it told."""

    def __init__(self, site, bodies, command, parse, poll):
        self._site = site
        self._commands = [command(site, LOGIN, 'body', body, seconds=LASTING, connections=CLIENTS)
                          for body in bodies]
        self._parse = parse
        self._poll = poll
        self._clients = []
        self.rate = 0  # answers a second, once it is over

    def __enter__(self):
        before = {pid: used_cpu(pid) for pid in self._site.stack.executable_pids('login')}
        self._clients = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
                         for command in self._commands]
        if self._poll(lambda: all(used_cpu(pid) > before[pid] + BUSY for pid in before), 60) is None:
            raise RuntimeError('nobody hashes')
        return self

    def __exit__(self, *_exception):
        for client in self._clients:
            client.send_signal(signal.SIGINT)
        told = [self._parse(client.communicate()[0]) for client in self._clients]
        self.rate = sum(each['requests'] / each['microseconds'] * 1e6 for each in told)
        self._site.settle(LOGIN)
