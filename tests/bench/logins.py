"""Logins: their maximum rate, the time of each kind of rejection, and the effect of a burst on other requests."""

import contextlib
import http.client
import json
import os
import signal
import statistics
import subprocess
import time
from pathlib import Path

from tests.bench.measure import CONNECTIONS, compare, print_loads, take_turns, wrk
from tests.bench.people import FEW, INACTIVE, NEW, USUAL
from tests.bench.site import PROFILE
from tests.harness.errors import StackError
from tests.harness.memory import high_water
from tests.harness.passwords import new_hash
from tests.harness.population import PASSWORD, request
from tests.harness.waiting import poll
from tests.harness.wrk import read_result, wrk_command

LOGIN = '/api/auth/login'
CORES = len(os.sched_getaffinity(0))
CLIENTS = 50  # of each kind in a storm
UNTIL_STOPPED = 3600  # seconds; a signal ends a storm
BUSY = 20  # hundredths of a second of CPU


def write_body(site, name, email, password):
    """A file with the body of a login, for wrk.lua."""
    path = site.stack.directory / f'{name}.json'
    path.write_text(json.dumps({'email': email, 'password': password}))
    return path


def login(bench, site):
    """The maximum rate of logins, compared with that of the crypt(3) calls that they need."""
    if not bench.wants('login_vs_hash_limit'):
        return
    seconds, rounds = (3, 2) if bench.options.quick else (6, 8)
    body = write_body(site, 'login', NEW.email, PASSWORD)
    site.stack.processes = CORES
    site.stack.restart_service('login')
    hashrate = [bench.options.programs / 'hashrate', site.password_hash, str(CORES), str(seconds)]
    print(f'\nLogin: {CORES} processes, {CONNECTIONS} connections, {rounds} rounds of {seconds} s')
    results = take_turns({
        'login': lambda: wrk(site, LOGIN, 'body', body, seconds=seconds).rate,
        'hashes': lambda: float(subprocess.run(
            hashrate, stdout=subprocess.PIPE, text=True, check=True).stdout),
    }, rounds)
    rate = statistics.median(results['login'])
    peak = max(high_water(pid) for pid in site.stack.program_pids('login'))
    print(f'  {rate:.2f} logins/s, {statistics.median(results["hashes"]):.2f} hashes/s on {CORES} cores: '
          f'{rate / CORES:.2f} logins per second and core; a process needs {peak:.1f} MiB at most, nearly all '
          'of it for the hash')
    bench.figures['login_vs_hash_limit'] = compare(
        'logins / hashes', results['login'], results['hashes'])


# ---- refused logins ------------------------------------------------------------------------------

def seconds_of_refusal(connection, body):
    started = time.monotonic()
    answer = request(connection, 'POST', LOGIN, body)
    took = time.monotonic() - started
    if answer.status != 401:
        raise StackError(f'the answer to a login was {answer.status} instead of 401: {answer.text}')
    return took


def refused_logins(bench, site):
    """One request after another, with the reasons for rejection in turn. The incorrect password is
    measured twice: compared with itself it shows the noise."""
    if not bench.wants('login_unknown_vs_wrong', 'login_inactive_vs_wrong'):
        return
    count = 15 if bench.options.quick else 150
    bodies = {
        'wrong password': {'email': USUAL.email, 'password': 'not the password'},
        'unknown e-mail': {'email': 'unknown@example.com', 'password': PASSWORD},
        'wrong password again': {'email': FEW.email, 'password': 'not the password'},
        'inactive account': {'email': INACTIVE.email, 'password': PASSWORD},
    }
    connection = http.client.HTTPConnection('127.0.0.1', site.stack.port, timeout=60)
    print(f'\nRefused logins: {count} of each, one after the other, taking turns')
    with contextlib.closing(connection):
        times = take_turns({name: lambda body=body: seconds_of_refusal(connection, body)
                            for name, body in bodies.items()}, count)
    medians = {name: statistics.median(each) for name, each in times.items()}
    for name, median in medians.items():
        print(f'  {name:22}{median * 1000:8.2f} ms, '
              f'{median / medians["wrong password"]:.3f} of the wrong password')
    for name, reason in (('login_unknown_vs_wrong', 'unknown e-mail'),
                         ('login_inactive_vs_wrong', 'inactive account')):
        if bench.wants(name):
            bench.figures[name] = medians[reason] / medians['wrong password']


@contextlib.contextmanager
def imported_hash(site, person):
    """The account has a hash as FitTrackee makes them: bcrypt of cost 13, slower than Fitgate's own."""
    with contextlib.closing(site.connect()) as database, database.cursor() as cursor:
        cursor.execute('SELECT password FROM users WHERE id = %s', person.id)
        (before,), = cursor.fetchall()
        change = 'UPDATE users SET password = %s WHERE id = %s'
        cursor.execute(change, (new_hash('another password', '$2b$', 13), person.id))
        try:
            yield
        finally:
            cursor.execute(change, (before, person.id))


def imported_logins(bench, site):
    """While one account has a slower hash, every rejected login takes the same time."""
    if not bench.wants('login_imported_vs_unknown'):
        return
    count = 8 if bench.options.quick else 60
    bodies = {
        'unknown e-mail': {'email': 'unknown@example.com', 'password': PASSWORD},
        'imported account': {'email': FEW.email, 'password': 'not the password'},
        'wrong password': {'email': USUAL.email, 'password': 'not the password'},
    }
    connection = http.client.HTTPConnection('127.0.0.1', site.stack.port, timeout=60)
    print(f'\nRefused logins with an imported account: {count} of each, taking turns')
    with contextlib.closing(connection), imported_hash(site, FEW):
        times = take_turns({name: lambda body=body: seconds_of_refusal(connection, body)
                            for name, body in bodies.items()}, count)
    medians = {name: statistics.median(each) for name, each in times.items()}
    for name, median in medians.items():
        print(f'  {name:22}{median * 1000:8.2f} ms, '
              f'{median / medians["unknown e-mail"]:.3f} of the unknown e-mail')
    bench.figures['login_imported_vs_unknown'] = (
        medians['imported account'] / medians['unknown e-mail'])


# ---- a storm -------------------------------------------------------------------------------------

def used_cpu(pid):
    """The CPU time of a process in hundredths of a second."""
    fields = Path(f'/proc/{pid}/stat').read_text().rpartition(') ')[2].split()
    return int(fields[11]) + int(fields[12])


class Storm:
    """During a `with` block, a hundred clients log in, half of them with an incorrect password, each
    again as soon as it has a reply: all processes that verify passwords hash all the time."""

    def __init__(self, site, bodies):
        self._site = site
        self._commands = [wrk_command(site.stack.base_url + LOGIN, 'body', body,
                                      seconds=UNTIL_STOPPED, connections=CLIENTS) for body in bodies]
        self._clients = []
        self.rate = 0  # replies per second, set at the end

    def __enter__(self):
        before = {pid: used_cpu(pid) for pid in self._site.stack.program_pids('login')}
        self._clients = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
                         for command in self._commands]
        if poll(lambda: all(used_cpu(pid) > cpu + BUSY for pid, cpu in before.items()), 60) is None:
            self.__exit__()
            raise StackError('not all processes of login hash passwords')
        return self

    def __exit__(self, *_exception):
        for client in self._clients:
            client.send_signal(signal.SIGINT)
        results = [read_result(client.communicate()[0]) for client in self._clients]
        self.rate = sum(each['requests'] / each['microseconds'] * 1e6 for each in results)
        self._site.settle(LOGIN)


def storm(bench, site):
    """The median latency of GET profile during a storm of logins, compared with that on an idle machine.
    One reader sends requests over one connection, so that it waits for others and not for itself."""
    if not bench.wants('storm_vs_idle'):
        return
    what, rates = site.profile_of(USUAL), []
    bodies = [write_body(site, 'right', NEW.email, PASSWORD),
              write_body(site, 'wrong', FEW.email, 'not the password')]

    def read():
        return wrk(site, PROFILE, *what, seconds=bench.seconds, connections=1, settle=False)

    def read_in_storm():
        with Storm(site, bodies) as logins:
            load = read()
        rates.append(logins.rate)
        return load

    print(f'\nGET profile by one reader while {len(bodies) * CLIENTS} clients log in, '
          f'{bench.rounds} rounds of {bench.seconds} s')
    loads = take_turns({'storm': read_in_storm, 'idle': read}, bench.rounds)
    print_loads(loads)
    print(f'  {statistics.median(rates):.1f} logins/s meanwhile')
    over, under = ([load.percentiles['p50'] for load in each] for each in loads.values())
    bench.figures['storm_vs_idle'] = compare('median in the storm / idle', over, under)
