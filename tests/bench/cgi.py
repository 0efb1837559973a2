"""The time of a program that is started for one request (CGI).

GET profile as `make shared-hosting` has it, against the floor: a CGI program that connects to the
same database and sends it one query. Both are started alike, one after the other, and linked alike,
with the database's client library in the program itself; the floor has no launcher.
"""

import os
import statistics
import subprocess
import time

from tests.bench.measure import compare, take_turns
from tests.bench.people import USUAL
from tests.bench.site import PROFILE
from tests.harness.errors import StackError
from tests.harness.tree import SOURCE

TURNS = 50  # requests in a row


def start_and_wait(command, environment):
    """The seconds that a CGI program takes."""
    started = time.perf_counter()
    with open(os.devnull, 'rb') as nothing:
        done = subprocess.run(command, stdin=nothing, stdout=subprocess.PIPE, env=environment,
                              check=True)
    took = time.perf_counter() - started
    head, _, body = done.stdout.partition(b'\r\n\r\n')
    if not body.startswith(b'{"') or (b'Status:' in head and b'Status: 200' not in head):
        raise StackError(f'{command[0]} answers {done.stdout[:300]}')
    return took


def mean_of_turns(command, environment):
    return sum(start_and_wait(command, environment) for _ in range(TURNS)) / TURNS


def cgi(bench, site):
    if not bench.wants('cgi_vs_floor'):
        return
    request = {'GATEWAY_INTERFACE': 'CGI/1.1', 'SERVER_PROTOCOL': 'HTTP/1.1', 'REQUEST_METHOD': 'GET',
               'PATH_INFO': PROFILE, 'REMOTE_ADDR': '127.0.0.1',
               'HTTP_AUTHORIZATION': f'Bearer {site.token(USUAL.id)}', 'LOG': os.devnull,
               **site.stack.environment}
    packed = site.stack.directory / 'shared-hosting'
    subprocess.run([SOURCE / 'scripts/deploy/shared-hosting/pack', bench.options.build.with_name('hosting'), packed],
                   cwd=SOURCE, check=True)
    profile = [packed / 'public_html/fitgate/profile.cgi']
    floor = [bench.options.programs / 'floor_static', site.stack.directory / 'floor.cnf',
             str(USUAL.id)]
    print(f'\nGET profile of 500 workouts as CGI: {TURNS} requests in a row, {bench.rounds} rounds; '
          'medians')
    times = take_turns({'GET profile as CGI': lambda: mean_of_turns(profile, request),
                        'floor as CGI': lambda: mean_of_turns(floor, request)}, bench.rounds)
    for name, runs in times.items():
        print(f'  {name:26}{statistics.median(runs) * 1000:8.2f} ms')
    bench.figures['cgi_vs_floor'] = compare('as CGI / floor as CGI', *times.values())
