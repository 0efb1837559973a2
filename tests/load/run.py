"""Use a running Fitgate in every way for some time, and check that it does not grow:
python3 -m tests.load.run BUILD DIRECTORY SECONDS [SEED].

A thousand connections read profiles all the time, while clients log in, edit, upload, export, register and
send malformed requests. Requirements: every request gets a reply, and none a 5xx; no process ends; and no
process keeps more memory or descriptors in the last quarter of the time than in the second (the first quarter
warms everything up). The minimum of each quarter counts, because hashing a password takes tens of MiB for a
moment; processes that were busy throughout the last quarter are sampled again after it. The requests of each
client follow from the seed.
"""

import collections
import contextlib
import http.client
import json
import os
import random
import re
import resource
import subprocess
import sys
import threading
import time
from pathlib import Path

import requests

from tests.harness import pictures
from tests.harness.memory import rollup
from tests.harness.population import PASSWORD, Population
from tests.harness.stack import Stack
from tests.harness.tree import SERVICES
from tests.harness.wrk import read_result, wrk_command

CONNECTIONS = 1000
CLIENTS = 12
USERS = 1000
FIRST, LAST = 20, 900  # the users for whom clients act
EXPORTING = 50
# Requests that begin like this must have succeeded; otherwise the run was not a load test.
MUST = ('POST /api/auth/login', 'POST /api/auth/logout', 'POST /api/auth/register', 'POST /api/auth/profile/edit',
        'POST /api/auth/profile/edit/preferences', 'POST /api/auth/profile/edit/sports', 'POST /api/auth/picture',
        'POST /api/auth/password/reset-request', 'POST /api/auth/account/export/request',
        'DELETE /api/auth/picture', 'GET /api/users/', 'GET /api/auth/account/export/', 'GET /api/config',
        'POST /account/login', 'POST /account/profile/edit', 'GET /account/sports', 'POST /account/logout',
        'GET /api/sports', 'GET /api/workouts', 'GET /api/records', 'GET /v0.6/api/auth/profile', 'GET /v0.2/api/auth/profile')
GROWTH_MIB = 0.5  # anonymous memory
SAMPLE = 5  # seconds
REST = 10  # seconds within which an idle process must release memory


class Client:
    """Sends requests of all kinds, one after another, each for another user."""

    def __init__(self, site, seed, number, stopping):
        self.site = site
        self.rng = random.Random(f'{seed}/{number}')
        self.number = number
        self.stopping = stopping
        self.connection = http.client.HTTPConnection('127.0.0.1', site.stack.port, timeout=120)
        self.statuses = collections.Counter()
        self.succeeded = set()
        self.findings = []
        self.registered = 0
        self.thread = threading.Thread(target=self._run)

    def _run(self):
        actions = [self.log_in_and_out, self.fail_to_log_in, self.register, self.forget_password, self.export,
                   self.prefer, self.malformed, self.malformed,
                   self.browse, *[self.edit, self.show, self.upload, self.picture, self.look_around] * 4]
        try:
            while not self.stopping.is_set():
                self.person = self.rng.randint(FIRST, LAST)
                self.rng.choice(actions)()
        except (http.client.HTTPException, OSError) as problem:  # those of requests are an OSError
            self.findings.append(f'no reply: {problem!r}')
        finally:
            self.connection.close()

    def ask(self, method, path, value=None, token=True, body=None, headers=None):
        headers = dict(headers or {})
        if value is not None:
            body = json.dumps(value)
            headers['Content-Type'] = 'application/json'
        if token:
            own = self.site.tokens[self.person] if token is True else token
            headers['Authorization'] = f'Bearer {own}'
        self.connection.request(method, path, body, headers)
        answer = self.connection.getresponse()
        content = answer.read()
        self.statuses[answer.status] += 1
        if answer.status < 300:
            self.succeeded.add(f'{method} {path}')
        if answer.status >= 500:
            self.findings.append(f'{method} {path}: {answer.status} {content[:200]}')
        return content

    def log_in(self, password=PASSWORD):
        return self.ask('POST', '/api/auth/login', {'email': f'user{self.person}@example.com',
                                                    'password': password}, token=False)

    def log_in_and_out(self):
        answer = json.loads(self.log_in())
        self.ask('POST', '/api/auth/logout', token=answer['auth_token'])

    def forget_password(self):
        self.ask('POST', '/api/auth/password/reset-request',
                 {'email': f'user{self.person}@example.com'}, token=False)

    def fail_to_log_in(self):
        self.log_in('not the password')

    def register(self):
        self.registered += 1
        name = f'load_{self.number}_{self.registered}'
        self.ask('POST', '/api/auth/register', {
            'username': name, 'email': f'{name}@example.com', 'password': PASSWORD,
            'accepted_policy': True}, token=False)

    def edit(self):
        self.ask('POST', '/api/auth/profile/edit', {
            'first_name': 'Sam', 'last_name': 'Smith', 'location': 'Paris', 'birth_date': '1980-01-01',
            'bio': 'x' * self.rng.randint(0, 190)})

    def prefer(self):
        self.ask('POST', '/api/auth/profile/edit/preferences', {
            'date_format': 'dd/MM/yyyy', 'display_ascent': True, 'imperial_units': False,
            'language': self.rng.choice(['en', 'fr']), 'start_elevation_at_zero': False,
            'timezone': 'Europe/Paris', 'use_raw_gpx_speed': False, 'weekm': True})
        self.ask('POST', '/api/auth/profile/edit/sports', {
            'sport_id': 1, 'color': self.rng.choice(['#000000', '#ffffff'])})

    def show(self):
        self.ask('GET', self.rng.choice(['', '/v0.6', '/v0.2']) + '/api/auth/profile')

    def upload(self):
        body, headers = pictures.form(
            pictures.part(
                'file', self.rng.choice(
                    self.site.pictures), 'a.png'))
        self.ask('POST', '/api/auth/picture', body=body, headers=headers)

    def picture(self):
        self.ask('GET', f'/api/users/user{self.person}/picture', token=False)
        if self.rng.random() < 0.2:
            self.ask('DELETE', '/api/auth/picture')

    def export(self):
        # users who requested an export before have an archive
        self.person = self.rng.randint(FIRST, FIRST + EXPORTING)
        self.ask('POST', '/api/auth/account/export/request')
        state = json.loads(self.ask('GET', '/api/auth/account/export'))['request']
        if state and state['file_name']:
            self.ask('GET', f'/api/auth/account/export/{state["file_name"]}')

    def look_around(self):
        for path in ('/api/config', '/api/sports', '/api/ping', '/api/auth/account/export', '/api/records',
                     '/api/workouts?order_by=distance&per_page=100', '/api/workouts?from=2020-01-05'):
            self.ask('GET', path)

    def visit(self, visitor, method, path, **form):
        """Open a page, or send a form of the page before; redirects are followed, as a browser does it."""
        page = visitor.request(method, f'{self.site.stack.base_url}/account{path}', timeout=120,
                               data={'csrf': visitor.csrf, **form} if method == 'POST' else None)
        self.statuses[page.status_code] += 1
        if page.ok:
            self.succeeded.add(f'{method} /account{path}')
        if page.status_code >= 500:
            self.findings.append(f'{method} /account{path}: {page.status_code} {page.text[:200]}')
        found = re.search('name="csrf" value="([^"]*)"', page.text)
        visitor.csrf = found[1] if found else ''

    def browse(self):
        """Use the account pages, with the cookies of a browser."""
        with requests.Session() as visitor:
            visitor.trust_env = False
            self.visit(visitor, 'GET', '/login')
            self.visit(
                visitor,
                'POST',
                '/login',
                email=f'user{self.person}@example.com',
                password=PASSWORD)
            for path in ('/preferences', '/sports', '/export', '/nothing', '/profile/edit'):
                self.visit(visitor, 'GET', path)
            self.visit(
                visitor,
                'POST',
                '/profile/edit',
                first_name='Sam',
                bio='x' *
                self.rng.randint(
                    0,
                    190))
            self.visit(visitor, 'POST', '/logout')

    def malformed(self):
        method, path, body = self.rng.choice([
            ('POST', '/api/auth/login', '{"email": '), ('GET', '/api/nothing', None),
            ('DELETE', '/api/auth/login', None), ('POST', '/api/auth/register', 'x' * 100000),
            ('POST', '/api/auth/picture', 'x' * 3000000), ('POST', '/api/auth/profile/edit', '[]')])
        self.ask(method, path, body=body, token=self.rng.random() < 0.5,
                 headers={'Content-Type': 'application/json'})


class Watch:
    """The memory and descriptors of each process over time."""

    def __init__(self, stack):
        self.stack = stack
        self.began = self.processes()
        self.samples = []  # {pid: (MiB, descriptors)}
        self.at_rest = []  # the same, after the last request

    def processes(self):
        return {pid: name for name in (*SERVICES, 'worker')
                for pid in self.stack.program_pids(name)}

    def sample(self):
        now = {}
        for pid in self.began:
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # reported at the end
                # (shared pages of a library become anonymous when all other processes that map them have ended)
                now[pid] = rollup(pid)['Anonymous'], len(os.listdir(f'/proc/{pid}/fd'))
        return now

    def quarter(self, number):
        count = len(self.samples)
        return self.samples[count * (number - 1) // 4:count * number // 4]

    def growth(self, pid):
        """The minimum (MiB, descriptors) of a process in the second quarter, and from the last quarter on."""
        return (least(pid, self.quarter(2)), least(pid, self.quarter(4) + self.at_rest))

    def growing(self):
        """The processes that keep more than before."""
        found = []
        for pid in self.began:
            (early, early_files), (late, late_files) = self.growth(pid)
            if late > early + GROWTH_MIB or late_files > early_files:
                found.append(pid)
        return found

    def rest(self):
        """Sample idle processes too: only then do processes that were always busy release memory."""
        end = time.monotonic() + REST
        while True:
            self.at_rest.append(self.sample())
            if not self.growing() or time.monotonic() > end:
                return
            time.sleep(.1)

    def findings(self):
        ended = set(self.began) - set(self.processes())
        print(f'\n  {"":10}{"process":>8}{"MiB in the 2nd quarter":>25}{"in the 4th":>12}'
              f'{"descriptors":>14}{"":>4}')
        for pid, name in self.began.items():
            (early, early_files), (late, late_files) = self.growth(pid)
            print(f'  {name:10}{pid:8}{early:25.2f}{late:12.2f}{early_files:14}{late_files:4}')
        return ([f'{self.began[pid]} ended' for pid in ended] +
                [f'{self.began[pid]} grows' for pid in self.growing()])


def least(pid, samples):
    """(MiB, descriptors)"""
    part = [sample[pid] for sample in samples if pid in sample]
    return tuple(map(min, zip(*part))) if part else (0, 0)


def read_profiles(site, seconds):
    """Start wrk on all connections."""
    tokens = site.stack.directory / 'readers.tokens'
    tokens.write_text(''.join(f'{token}\n' for token in site.tokens.values()))
    return subprocess.Popen(
        wrk_command(site.stack.base_url + '/api/auth/profile', 'tokens', tokens, seconds=seconds,
                    connections=CONNECTIONS), stdout=subprocess.PIPE, text=True)


def watch(site, clients, readers, started):
    """Sample all processes until the readers have ended."""
    observer = Watch(site.stack)
    while True:
        observer.samples.append(observer.sample())
        if len(observer.samples) % (60 // SAMPLE) == 0:
            total = sum(sum(client.statuses.values()) for client in clients)
            mib = sum(size for size, _files in observer.samples[-1].values())
            print(f'{time.monotonic() - started:.0f} s: {total:,} requests besides those of the '
                  f'readers; {mib:.1f} MiB in total', flush=True)
        with contextlib.suppress(subprocess.TimeoutExpired):
            readers.wait(SAMPLE)
            return observer


def run_load(site, seconds, seed):
    """Run the clients and the readers. Returns the findings."""
    stopping = threading.Event()
    clients = [Client(site, seed, number, stopping) for number in range(CLIENTS)]
    started = time.monotonic()
    with read_profiles(site, seconds) as readers:
        for client in clients:
            client.thread.start()
        observer = watch(site, clients, readers, started)
        result = read_result(readers.stdout.read())
    stopping.set()
    for client in clients:
        client.thread.join()
    observer.rest()
    statuses = sum((client.statuses for client in clients), collections.Counter())
    print(f'\n{CONNECTIONS} connections: {result["requests"]:,} profiles, median {result["p50"] / 1000:.0f} ms, '
          f'99 % within {result["p99"] / 1000:.0f} ms, {result["failed"]} failed; {CLIENTS} clients: '
          f'{sum(statuses.values()):,} requests, {dict(sorted(statuses.items()))}')
    findings = [text for client in clients for text in client.findings] + observer.findings()
    succeeded = set.union(*(client.succeeded for client in clients))
    findings += [f'{must}: never succeeded' for must in MUST
                 if not any(each.startswith(must) for each in succeeded)]
    if result['failed']:
        findings.append(f'{result["failed"]} profiles failed')
    return findings


def main(build, directory, seconds, seed):
    print(f'seed {seed}, {seconds} s', flush=True)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(4 * CONNECTIONS, 1024),)
                       * 2)  # wrk and nginx inherit it
    with Stack(directory, build) as stack:
        site = Population(stack, USERS)
        site.fill()
        with contextlib.closing(site.connect()) as database, database.cursor() as cursor:
            cursor.execute("SELECT username, id FROM users WHERE username LIKE 'user%'")
            numbers = {int(name.removeprefix('user')): user_id for name,
                       user_id in cursor.fetchall()}
        site.tokens = {number: site.token(numbers[number]) for number in range(FIRST, LAST + 1)}
        site.pictures = [pictures.png(), pictures.large_png(100000), pictures.large_png(900000)]
        findings = run_load(site, seconds, seed)
    for text in findings[:20]:
        print(f'FOUND: {text}')
    print(f'seed {seed}: {len(findings)} findings')
    return 1 if findings else 0


if __name__ == '__main__':
    sys.exit(main(Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve(), int(sys.argv[3]),
                  sys.argv[4] if len(sys.argv) > 4 else str(random.randrange(2**32))))
