#!/usr/bin/python3
"""Measure Fitgate as ratios: bench.py [--quick] BUILD PROGRAMS FOLDER [FIGURE ...].

BUILD is build/<variant>, PROGRAMS the folder of the compiled floor and hashrate, FOLDER where
databases and logs may lie while it runs. Whole stacks are started as `make run` does it. What is
compared takes turns, A B A B ..., so that what else the machine does falls on both sides, and a
figure is the ratio of the medians. Every figure is also a line `figure <name> <value>`.
"""

import argparse
import base64
import contextlib
import hashlib
import hmac
import http.client
import json
import os
import re
import secrets
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pymysql

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent.parent / 'scripts')]

import cgi  # noqa: E402
import files  # noqa: E402
import storm  # noqa: E402
from stack import EXECUTABLES, Stack, StackError, poll, session_members, tool  # noqa: E402

CORES = len(os.sched_getaffinity(0))
CONNECTIONS = 64
PROCESSES = 2
PASSWORD = 'correct horse battery staple'
PROFILE = '/api/auth/profile'
LOGIN = '/api/auth/login'
FLOOR = '/bench/floor'
EDIT = '/api/auth/profile/edit'
FLOOR_AT_ONCE = '/bench/floor_at_once'
FLOOR_UPDATE = '/bench/floor_update'
MEASURED = ('register', 'login', 'profile', 'config')  # in memory_mib

# (least, most) that a figure may be. How equal "the same within the noise" is, and how much memory a
# list may take that does not grow with the table, is our own choice.
GOALS = {
    'profile_vs_floor': (0.60, None),
    'profile_new_user_vs_floor': (0.70, None),
    'profile_20000_vs_5_workouts': (0.90, None),
    'profile_1m_vs_1k_users': (0.90, None),
    'login_vs_hash_limit': (0.90, None),
    'login_unknown_vs_wrong': (0.95, 1.05),
    'login_inactive_vs_wrong': (0.95, 1.05),
    'memory_mib': (None, 24),
    'edit_vs_floor': (0.70, None),
    'users_list_mib': (None, 16),
    'profile_06_vs_07': (0.95, None),
    'profile_02_vs_07': (0.95, None),
    'upload_vs_nginx': (0.40, None),
    'picture_vs_static': (0.50, None),
    'export_vs_zip': (None, 1.0),
    'export_mib': (None, 32),
    'cgi_vs_floor': (None, 2.0),
    'storm_vs_idle': (None, 3.0),
}

# The floor, reached through the same nginx as Fitgate with the same parameters. Before it closes a
# connection, libfcgi waits until nginx has done so; the second floor is the same program told not
# to. No figure is measured against it, but it shows how much of a ratio comes from this wait.
# The third changes a row instead of reading it.
FLOORS = {
    FLOOR: ([], []),
    FLOOR_AT_ONCE: (['env', 'LIBFCGI_OS_CLOSE_POLL_TIMEOUT=0'], []),
    FLOOR_UPDATE: ([], ['update']),
}
FLOOR_LOCATIONS = ''.join(f'''
location = {path} {{
	include fitgate_params.conf;
	fastcgi_keep_conn off;
	fastcgi_pass unix:@SOCKETS@/{Path(path).name}.sock;
}}
''' for path in FLOORS)


class BenchError(Exception):
    """Why there are no figures, in words for a person."""


# ---- what is measured against --------------------------------------------------------------------

class Person:
    """An account of the bench: its position in the table of users, and what belongs to it."""

    def __init__(self, number, workouts=0):
        self.number = number
        self.workouts = workouts
        self.id = None

    @property
    def email(self):
        return f'user{self.number}@example.com'


NEW = Person(1)
FEW = Person(2, workouts=5)
USUAL = Person(3, workouts=500)
MANY = Person(4, workouts=20000)
EXPORTED = Person(6, workouts=2000)
INACTIVE = Person(5)
SPORTS = 5  # with a record of each of five types each: 25 records
PROBED = 990  # people spread over the whole table, for how its size matters
FIRST_PROBED = 11
UPLOADERS = [Person(number) for number in range(100, 116)]


class Site:
    """A running stack filled with people."""

    def __init__(self, stack, users):
        self.stack = stack
        self.users = users
        self.password_hash = None

    def connect(self, **credentials):
        stack = self.stack
        return pymysql.connect(**{
            'unix_socket': str(stack.database_socket), 'user': stack.database_user,
            'password': stack.database_password, 'database': stack.database_name,
            'autocommit': True, 'charset': 'utf8mb4', **credentials})

    def fill(self):
        """Make the people. Workouts and records go in like anybody's: triggers count them."""
        self._register_one()
        with contextlib.closing(self.connect()) as database, database.cursor() as cursor:
            cursor.execute("SELECT password FROM users WHERE username = 'registered'")
            self.password_hash = cursor.fetchone()[0]
            self._insert_users(cursor)
            for person in (FEW, USUAL, MANY, EXPORTED):
                self._insert_workouts(cursor, person)
            cursor.execute('UPDATE users SET is_active = 0 WHERE id = %s', INACTIVE.id)
        self._wait_written()

    def _register_one(self):
        """An account made by Fitgate itself: its hash is what log-ins really have to verify."""
        answer = self.ask('POST', '/api/auth/register', body={
            'username': 'registered', 'email': 'registered@example.com', 'password': PASSWORD,
            'accepted_policy': True})
        if answer.status != 200:
            raise BenchError(f'registration was answered {answer.status}: {answer.text}')

    def _insert_users(self, cursor):
        cursor.execute(f'''
            INSERT INTO users (username, email, password, created_at, timezone, date_format,
                language, is_active, accepted_policy_date)
            SELECT CONCAT('user', seq), CONCAT('user', seq, '@example.com'), %s, UTC_TIMESTAMP(6),
                'Europe/Paris', 'MM/dd/yyyy', 'en', 1, UTC_TIMESTAMP(6)
            FROM seq_1_to_{self.users}''', self.password_hash)
        for person in (NEW, FEW, USUAL, MANY, INACTIVE, EXPORTED, *UPLOADERS):
            person.id = self._id_of(cursor, person.number)

    @staticmethod
    def _id_of(cursor, number):
        cursor.execute('SELECT id FROM users WHERE username = %s', f'user{number}')
        return cursor.fetchone()[0]

    @staticmethod
    def _insert_workouts(cursor, person):
        cursor.execute(f'''
            INSERT INTO workouts (uuid, user_id, sport_id, title, creation_date, workout_date,
                duration, moving, distance, ascent, descent, max_speed, ave_speed)
            SELECT UUID(), %s, 1 + seq %% {SPORTS}, CONCAT('Workout ', seq), UTC_TIMESTAMP(6),
                '2020-01-01 08:00:00' + INTERVAL seq HOUR, 3600 + seq %% 600, 3500, 20.5, 120.25,
                118.5, 35.5, 20.5
            FROM seq_1_to_{person.workouts}''', person.id)
        cursor.execute(f'''
            INSERT INTO records (user_id, sport_id, workout_id, workout_uuid, record_type,
                workout_date, value)
            SELECT user_id, sport_id, id, uuid, record_type, workout_date, 20500
            FROM (SELECT * FROM workouts WHERE user_id = %s ORDER BY id LIMIT {SPORTS}) AS best
            CROSS JOIN (SELECT 'AS' AS record_type UNION SELECT 'FD' UNION SELECT 'HA'
                UNION SELECT 'LD' UNION SELECT 'MS') AS types''', person.id)

    def _wait_written(self):
        """Until the server has written to disk what was inserted: later it would disturb."""
        def clean():
            cursor.execute("SHOW GLOBAL STATUS LIKE 'Innodb_buffer_pool_pages_dirty'")
            return int(cursor.fetchone()[1]) < 10
        with contextlib.closing(self.connect(user='root', password='')) as root, \
                root.cursor() as cursor:
            cursor.execute('SET GLOBAL innodb_max_dirty_pages_pct = 0')
            if poll(clean, 300) is None:
                raise BenchError('the database does not come to rest')
            cursor.execute('SET GLOBAL innodb_max_dirty_pages_pct = DEFAULT')

    def start_floors(self, programs):
        options = self.stack.folder / 'floor.cnf'
        options.touch(mode=0o600)
        options.write_text(f'[client]\nsocket={self.stack.database_socket}\n'
                           f'user={self.stack.database_user}\n'
                           f'password={self.stack.database_password}\n'
                           f'database={self.stack.database_name}\n')
        for path, (prefix, arguments) in FLOORS.items():
            program = [*prefix, programs / 'floor', options, NEW.id, *arguments]
            self.stack.start_program(Path(path).name, program)
            if poll(lambda path=path: self.ask('GET', path).status == 200, 30) is None:
                raise BenchError(f'{path} does not answer: {self.stack.log_text(Path(path).name)}')

    def ask(self, method, path, body=None, token=None):
        connection = http.client.HTTPConnection('127.0.0.1', self.stack.port, timeout=60)
        with contextlib.closing(connection):
            return ask(connection, method, path, body, token)

    def settle(self, path):
        """Until what wrk has left behind is worked off: it would be at the cost of the next run.
        Our own request is answered after all those that were queued before it."""
        self.ask('OPTIONS', path)
        pids = [pid for name in EXECUTABLES for pid in self.stack.executable_pids(name)]
        if poll(lambda: not any(is_running(pid) for pid in pids), 60) is None:
            raise BenchError(f'the executables do not come to rest after {path}')

    def list_users(self, build):
        """(lines, MiB of memory at most) of `admin users list`. Looked at while it runs: what the
        system says afterwards counts the memory of the process that it was forked from."""
        with subprocess.Popen([build / 'admin', 'users', 'list'], stdout=subprocess.PIPE,
                              env={**os.environ, **self.stack.environment}) as program:
            lines, peak = 0, 0
            for lines, _line in enumerate(program.stdout, 1):
                if lines % 1000 == 1:
                    peak = max(peak, high_water(program.pid))
        if program.returncode != 0:
            raise BenchError(f'admin users list ended with {program.returncode}')
        return lines, peak

    # ---- tokens and what they show --------------------------------------------------------------

    def token(self, user_id):
        """An auth token as log-in issues it, made here: a thousand log-ins would take minutes."""
        now = int(time.time())
        claims = {'exp': now + 86400, 'iat': now, 'sub': user_id, 'jti': secrets.token_hex(16),
                  'gen': 0}
        text = base64url({'alg': 'HS256', 'typ': 'JWT'}) + '.' + base64url(claims)
        key = (self.stack.folder / 'app_secret_key').read_bytes().strip()
        signature = hmac.new(key, text.encode(), hashlib.sha256).digest()
        return f'{text}.{base64_text(signature)}'

    def token_file(self, name, user_ids):
        path = self.stack.folder / f'{name}.tokens'
        path.write_text(''.join(f'{self.token(user_id)}\n' for user_id in user_ids))
        return path

    def profile_of(self, person):
        """The wrk arguments that read this profile, after a look at what it really shows."""
        answer = self.ask('GET', PROFILE, token=self.token(person.id))
        if answer.status != 200:
            raise BenchError(f'GET profile was answered {answer.status}: {answer.text}')
        data = json.loads(answer.text)['data']
        shown = data['nb_workouts'], len(data['records'])
        wanted = person.workouts, SPORTS * 5 if person.workouts else 0
        if shown != wanted:
            raise BenchError(f'the profile shows (workouts, records) {shown}, there are {wanted}')
        return 'tokens', self.token_file(f'user{person.number}', [person.id])

    def probed_ids(self):
        step = (self.users - FIRST_PROBED) // (PROBED - 1)
        numbers = range(FIRST_PROBED, FIRST_PROBED + PROBED * step, step)
        with contextlib.closing(self.connect()) as database, database.cursor() as cursor:
            return [self._id_of(cursor, number) for number in numbers]


class Answer:
    def __init__(self, response):
        self.status = response.status
        self.text = response.read().decode()


def ask(connection, method, path, body=None, token=None):
    headers = {'Content-Type': 'application/json'} if body is not None else {}
    if token:
        headers['Authorization'] = f'Bearer {token}'
    connection.request(method, path, json.dumps(body) if body is not None else None, headers)
    return Answer(connection.getresponse())


def base64_text(data):
    return base64.urlsafe_b64encode(data).rstrip(b'=').decode()


def base64url(value):
    return base64_text(json.dumps(value, separators=(',', ':')).encode())


# ---- measuring -----------------------------------------------------------------------------------

class Load:
    """What one run of wrk told."""

    def __init__(self, told):
        self.rate = told['requests'] / told['microseconds'] * 1e6
        self.percentiles = {name: told[name] / 1000 for name in ('p50', 'p75', 'p90', 'p99', 'max')}


def wrk_command(site, path, *what, seconds, connections):
    command = [tool('wrk'), '--threads', '1', '--connections', connections,
               '--duration', f'{seconds}s', '--timeout', '60s', '--script', HERE / 'load.lua',
               site.stack.base_url + path, '--', *what]
    return list(map(str, command))


def told_by_wrk(output):
    told = re.search(r'^{.*}$', output, re.MULTILINE)
    if told is None:
        raise BenchError(f'wrk failed: {output}')
    return json.loads(told.group())


def wrk(site, path, *what, seconds, connections=CONNECTIONS, settle=True):
    """Ask one thing over so many connections; a single answer that is not 2xx is an error."""
    command = wrk_command(site, path, *what, seconds=seconds, connections=connections)
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          check=False)
    if settle:
        site.settle(path)
    told = told_by_wrk(done.stdout)
    if told['failed'] or not told['requests']:
        raise BenchError(f'{path}: {told["failed"]} of {told["requests"]} requests failed; '
                         f'the logs end with:\n{site.stack.log_text()[-3000:]}')
    return Load(told)


def take_turns(cases, rounds):
    """Run each of the cases once a round: {name: [result of each round]}. The first round warms up
    what there is to warm up (pages, connections, statements) and does not count."""
    results = {name: [] for name in cases}
    for number in range(rounds + 1):
        for name, run in cases.items():
            result = run()
            if number > 0:
                results[name].append(result)
    return results


def compare(text, over, under):
    """The ratio of two medians; prints it with the spread between the rounds."""
    ratio = statistics.median(over) / statistics.median(under)
    each = [a / b for a, b in zip(over, under)]
    print(f'{text}: {ratio:.3f} (single rounds {min(each):.3f} to {max(each):.3f})', flush=True)
    return ratio


class Bench:
    def __init__(self, options, folder):
        self.options = options
        self.folder = folder
        self.wanted = options.figures or list(GOALS)
        self.figures = {}
        self.seconds = 1 if options.quick else 4
        self.rounds = 3 if options.quick else 7

    def wants(self, *names):
        return any(name in self.wanted for name in names)

    def site(self, name, users):
        print(f'\nStarting a stack with {users:,} users', flush=True)
        stack = Stack(self.folder / name, self.options.build, processes=PROCESSES,
                      extra_locations=FLOOR_LOCATIONS + files.LOCATIONS)
        return Site(stack, users)

    def run(self):
        site = self.site('thousand', 1000)
        with site.stack:
            site.fill()
            self.memory(site)
            site.start_floors(self.options.programs)
            self.profile(site)
            self.dialects(site)
            self.edit(site)
            self.pictures(site)
            self.exports(site)
            self.cgi(site)
            self.storm(site)
            self.login(site)
            self.refused_logins(site)
            self.large_table(site)
        self.summary()

    # ---- GET profile ----------------------------------------------------------------------------

    def profile(self, site):
        people = {
            'profile_vs_floor': {'500 workouts, 25 records': USUAL},
            'profile_new_user_vs_floor': {'a new user': NEW},
            'profile_20000_vs_5_workouts': {'20,000 workouts': MANY, '5 workouts': FEW},
        }
        if not self.wants(*people):
            return
        cases = {
            'floor': lambda: wrk(site, FLOOR, seconds=self.seconds),
            'floor that closes at once': lambda: wrk(site, FLOOR_AT_ONCE, seconds=self.seconds),
        }
        for figure, those in people.items():
            for name, person in those.items() if self.wants(figure) else ():
                what = site.profile_of(person)
                cases[name] = lambda what=what: wrk(site, PROFILE, *what, seconds=self.seconds)
        print(f'\nGET profile: wrk with 1 thread and {CONNECTIONS} connections, {self.rounds} '
              f'rounds of {self.seconds} s each; medians')
        loads = take_turns(cases, self.rounds)
        self.print_loads(loads)
        rates = {name: [load.rate for load in runs] for name, runs in loads.items()}
        for figure, those in people.items():
            if self.wants(figure):
                over, under = (*those, 'floor')[:2]
                self.figures[figure] = compare(f'{over} / {under}', rates[over], rates[under])

    @staticmethod
    def print_loads(loads):
        print(f'  {"":26}{"requests/s":>11}   latency in ms: {"50%":>7}{"75%":>8}{"90%":>8}'
              f'{"99%":>8}{"max":>8}')
        for name, runs in loads.items():
            latency = ''.join(
                f'{statistics.median(load.percentiles[key] for load in runs):8.2f}'
                for key in ('p50', 'p75', 'p90', 'p99', 'max'))
            rate = statistics.median(load.rate for load in runs)
            print(f'  {name:26}{rate:11.0f}   {"":14}{latency}')

    def dialects(self, site):
        """The same profile in the older dialects."""
        figures = {'profile_06_vs_07': '/v0.6', 'profile_02_vs_07': '/v0.2'}
        if not self.wants(*figures):
            return
        what = site.profile_of(USUAL)
        cases = {prefix or '0.7': lambda prefix=prefix: wrk(site, prefix + PROFILE, *what,
                                                            seconds=self.seconds)
                 for prefix in ('', *figures.values())}
        print(f'\nGET profile in the dialects, {self.rounds} rounds of {self.seconds} s')
        loads = take_turns(cases, self.rounds)
        self.print_loads(loads)
        rates = {name: [load.rate for load in runs] for name, runs in loads.items()}
        for figure, prefix in figures.items():
            self.figures[figure] = compare(f'{prefix} / 0.7', rates[prefix], rates['0.7'])

    # ---- pictures and archives (files.py) -------------------------------------------------------

    def cgi(self, site):
        """The time of a program that is started for one request."""
        if not self.wants('cgi_vs_floor'):
            return
        cases = cgi.cases(site.stack, self.options.build.with_name('hosting'), self.options.programs,
                          USUAL, site.token(USUAL.id))
        print(f'\nGET profile of 500 workouts as CGI: {cgi.TURNS} requests in a row, {self.rounds} '
              f'rounds; medians')
        times = take_turns(cases, self.rounds)
        for name, runs in times.items():
            print(f'  {name:26}{statistics.median(runs) * 1000:8.2f} ms')
        self.figures['cgi_vs_floor'] = compare('as CGI / floor as CGI', *times.values())

    def pictures(self, site):
        runs = {
            'upload_vs_nginx': ('A picture of 1 MB, uploaded', lambda: files.measure_upload(
                site, wrk, take_turns, UPLOADERS, self.seconds, self.rounds)),
            'picture_vs_static': ('A picture of 200 KB, downloaded', lambda: files.measure_download(
                site, wrk, take_turns, NEW, f'user{NEW.number}', self.seconds, self.rounds)),
        }
        for figure, (text, measure) in runs.items():
            if not self.wants(figure):
                continue
            print(f'\n{text}, {self.rounds} rounds of {self.seconds} s')
            loads = measure()
            self.print_loads(loads)
            over, under = ([load.rate for load in each] for each in loads.values())
            self.figures[figure] = compare(' / '.join(loads), over, under)

    def exports(self, site):
        if not self.wants('export_vs_zip', 'export_mib'):
            return
        site.stack.stop_worker()
        if self.wants('export_vs_zip'):
            rounds = 1 if self.options.quick else 3
            print(f'\nExport of {EXPORTED.workouts:,} workouts with GPX files of 200 KB, {rounds} '
                  'rounds')
            times = files.measure_export(site, EXPORTED, take_turns, high_water, rounds)
            for name, each in times.items():
                print(f'  {name:26}{statistics.median(each):8.2f} s')
            self.figures['export_vs_zip'] = compare(' / '.join(times), *times.values())
        if self.wants('export_mib'):
            seconds, peak = files.measure_export_memory(site, MANY, high_water)
            print(f'\nExport of {MANY.workouts:,} workouts with 1 GB of GPX: {seconds:.1f} s, '
                  f'{peak:.2f} MiB at most')
            self.figures['export_mib'] = peak

    # ---- POST profile/edit ----------------------------------------------------------------------

    def edit(self, site):
        """Both change one row, again and again, each time to something else."""
        if not self.wants('edit_vs_floor'):
            return
        token = site.token_file('editor', [NEW.id])
        cases = {name: lambda path=path: wrk(site, path, 'edit', token, seconds=self.seconds)
                 for name, path in (('edit', EDIT), ('floor with an UPDATE', FLOOR_UPDATE))}
        print(f'\nPOST profile/edit, {self.rounds} rounds of {self.seconds} s')
        loads = take_turns(cases, self.rounds)
        self.print_loads(loads)
        over, under = ([load.rate for load in runs] for runs in loads.values())
        self.figures['edit_vs_floor'] = compare(' / '.join(loads), over, under)

    # ---- a large table --------------------------------------------------------------------------

    def large_table(self, small):
        if not self.wants('profile_1m_vs_1k_users', 'users_list_mib'):
            return
        large = self.site('million', 1000000)
        with large.stack:
            large.fill()
            self.users_list(large, small)
            self.table_size(large, small)

    def users_list(self, large, small):
        """The operator's list of all users: the most memory that it takes at any time."""
        if not self.wants('users_list_mib'):
            return
        print('\nadmin users list')
        for site in (small, large):
            lines, peak = site.list_users(self.options.build)
            if lines < site.users:
                raise BenchError(f'admin users list printed {lines} lines of {site.users} users')
            print(f'  {site.users:9,} users: {peak:.2f} MiB at most, {lines:,} lines')
        self.figures['users_list_mib'] = peak

    def table_size(self, large, small):
        """The same number of people with new accounts, spread over a small and a large table. They
        are asked for in turn, so that the way through the table is not always the same."""
        if not self.wants('profile_1m_vs_1k_users'):
            return
        cases = {}
        for site in (large, small):
            tokens = site.token_file('probed', site.probed_ids())
            cases[f'{site.users:,} users'] = lambda site=site, tokens=tokens: wrk(
                site, PROFILE, 'tokens', tokens, seconds=self.seconds)
        print(f'\nGET profile of {PROBED} people in turn, {self.rounds} rounds of '
              f'{self.seconds} s')
        loads = take_turns(cases, self.rounds)
        self.print_loads(loads)
        (over, under) = ([load.rate for load in runs] for runs in loads.values())
        self.figures['profile_1m_vs_1k_users'] = compare(' / '.join(loads), over, under)

    # ---- log-in ---------------------------------------------------------------------------------

    def storm(self, site):
        """The median of GET profile while everybody logs in, against that of an idle machine."""
        if not self.wants('storm_vs_idle'):
            return
        what, rates = site.profile_of(USUAL), []
        bodies = [storm.write_body(site.stack.folder, 'right', NEW.email, PASSWORD),
                  storm.write_body(site.stack.folder, 'wrong', FEW.email, 'not the password')]

        def read():
            return wrk(site, PROFILE, *what, seconds=self.seconds, connections=1, settle=False)

        def read_in_storm():
            with storm.Storm(site, bodies, wrk_command, told_by_wrk, poll) as logins:
                load = read()
            rates.append(logins.rate)
            return load

        print(f'\nGET profile by one reader while {len(bodies) * storm.CLIENTS} clients log in, '
              f'{self.rounds} rounds of {self.seconds} s')
        loads = take_turns({'storm': read_in_storm, 'idle': read}, self.rounds)
        self.print_loads(loads)
        print(f'  {statistics.median(rates):.1f} log-ins/s meanwhile')
        over, under = ([load.percentiles['p50'] for load in each] for each in loads.values())
        self.figures['storm_vs_idle'] = compare('median in the storm / idle', over, under)

    def login(self, site):
        """Log-ins as fast as they go, against the bare crypt(3) calls that they need."""
        if not self.wants('login_vs_hash_limit'):
            return
        seconds, rounds = (3, 2) if self.options.quick else (6, 8)
        body = site.stack.folder / 'login.json'
        body.write_text(json.dumps({'email': NEW.email, 'password': PASSWORD}))
        site.stack.processes = CORES
        site.stack.restart_executable('login')
        hashrate = [
            self.options.programs / 'hashrate', site.password_hash, str(CORES), str(seconds)]
        print(f'\nLog-in: {CORES} processes, {CONNECTIONS} connections, {rounds} rounds of '
              f'{seconds} s')
        results = take_turns({
            'login': lambda: wrk(site, LOGIN, 'body', body, seconds=seconds).rate,
            'hashes': lambda: float(subprocess.run(
                hashrate, stdout=subprocess.PIPE, text=True, check=True).stdout),
        }, rounds)
        print(f'  {statistics.median(results["login"]):.2f} log-ins/s, '
              f'{statistics.median(results["hashes"]):.2f} hashes/s on {CORES} cores')
        self.figures['login_vs_hash_limit'] = compare(
            'log-ins / hashes', results['login'], results['hashes'])

    def refused_logins(self, site):
        """One request after the other, the reasons of refusal taking turns. The wrong password
        counts twice: against itself it shows the noise."""
        if not self.wants('login_unknown_vs_wrong', 'login_inactive_vs_wrong'):
            return
        count = 15 if self.options.quick else 150
        bodies = {
            'wrong password': {'email': USUAL.email, 'password': 'not the password'},
            'unknown e-mail': {'email': 'nobody@example.com', 'password': PASSWORD},
            'wrong password again': {'email': FEW.email, 'password': 'not the password'},
            'inactive account': {'email': INACTIVE.email, 'password': PASSWORD},
        }
        connection = http.client.HTTPConnection('127.0.0.1', site.stack.port, timeout=60)
        print(f'\nRefused log-ins: {count} of each, one after the other, taking turns')
        with contextlib.closing(connection):
            times = take_turns({
                name: lambda body=body: refused(connection, body) for name, body in bodies.items()
            }, count)
        medians = {name: statistics.median(each) for name, each in times.items()}
        for name, median in medians.items():
            print(f'  {name:22}{median * 1000:8.2f} ms, '
                  f'{median / medians["wrong password"]:.3f} of the wrong password')
        for name, reason in (('login_unknown_vs_wrong', 'unknown e-mail'),
                             ('login_inactive_vs_wrong', 'inactive account')):
            if self.wants(name):
                self.figures[name] = medians[reason] / medians['wrong password']

    # ---- memory ---------------------------------------------------------------------------------

    def memory(self, site):
        """Memory of all programs, after each of them has worked. PSS: a page that several processes
        share counts once, in parts."""
        if not self.wants('memory_mib'):
            return
        body = site.stack.folder / 'login.json'
        body.write_text(json.dumps({'email': NEW.email, 'password': PASSWORD}))
        wrk(site, PROFILE, *site.profile_of(USUAL), seconds=self.seconds)
        wrk(site, LOGIN, 'body', body, seconds=self.seconds)
        wrk(site, '/api/config', seconds=self.seconds)
        self.register_some(site)
        self.wait_idle(site)
        self.print_memory(site)

    @staticmethod
    def register_some(site):
        for number in range(20):
            answer = site.ask('POST', '/api/auth/register', body={
                'username': f'later{number}', 'email': f'later{number}@example.com',
                'password': PASSWORD, 'accepted_policy': True})
            if answer.status != 200:
                raise BenchError(f'registration was answered {answer.status}: {answer.text}')

    @staticmethod
    def wait_idle(site):
        """Until no mail is left to send; requests were all worked off before."""
        def no_jobs():
            cursor.execute('SELECT COUNT(*) FROM jobs')
            return cursor.fetchone()[0] == 0
        with contextlib.closing(site.connect()) as database, database.cursor() as cursor:
            if poll(no_jobs, 120) is None:
                raise BenchError(f'mail is not sent: {site.stack.log_text("worker")[-3000:]}')

    def print_memory(self, site):
        programs, supervisors = 0, 0
        print(f'\nMemory, idle after load, {PROCESSES} processes each (MiB)')
        for name in (*MEASURED, 'worker'):
            pids = site.stack.executable_pids(name)
            others = set(session_members(os.getsid(pids[0]))) - set(pids)
            own = sum(pss(pid) for pid in pids)
            programs += own
            supervisors += sum(pss(pid) for pid in others)
            print(f'  {name:10}{own:7.2f} PSS in {len(pids)} processes, '
                  f'{sum(private(pid) for pid in pids):.2f} of it shared with nobody')
        print(f'  all       {programs:7.2f} PSS; apart from that spawn-fcgi and multiwatch: '
              f'{supervisors:.2f}')
        self.figures['memory_mib'] = programs

    # ---- the end --------------------------------------------------------------------------------

    def summary(self):
        print()
        for name, value in self.figures.items():
            least, most = GOALS[name]
            reached = (least is None or value >= least) and (most is None or value <= most)
            bounds = ([f'at least {least:.2f}'] if least is not None else []) + (
                [f'at most {most:.2f}'] if most is not None else [])
            print(f'{name:30}{value:8.3f}   goal: {" and ".join(bounds):32}'
                  f'{"reached" if reached else "NOT REACHED"}')
        print()
        for name, value in self.figures.items():
            print(f'figure {name} {value:.3f}')


def refused(connection, body):
    """Seconds until a log-in is refused."""
    started = time.monotonic()
    answer = ask(connection, 'POST', LOGIN, body)
    took = time.monotonic() - started
    if answer.status != 401:
        raise BenchError(f'log-in was answered {answer.status} instead of 401: {answer.text}')
    return took


def is_running(pid):
    return Path(f'/proc/{pid}/stat').read_text().rpartition(') ')[2].startswith('R')


def rollup(pid):
    """Lines of /proc/PID/smaps_rollup, in MiB."""
    lines = Path(f'/proc/{pid}/smaps_rollup').read_text().splitlines()[1:]
    return {line.split(':')[0]: int(line.split()[1]) / 1024 for line in lines}


def high_water(pid):
    """The most MiB of memory that a process has had resident; 0 when it has ended."""
    found = re.search(r'^VmHWM:\s*(\d+) kB$', Path(f'/proc/{pid}/status').read_text(), re.MULTILINE)
    return int(found.group(1)) / 1024 if found else 0


def pss(pid):
    return rollup(pid)['Pss']


def private(pid):
    sizes = rollup(pid)
    return sizes['Private_Clean'] + sizes['Private_Dirty']


# ---- the program ---------------------------------------------------------------------------------

def read_arguments():
    parser = argparse.ArgumentParser(description='Measure Fitgate.')
    parser.add_argument('--quick', action='store_true',
                        help='short runs: to see that it works, not to be believed')
    for name in ('build', 'programs', 'folder'):  # absolute: programs start in folders of their own
        parser.add_argument(name, type=lambda text: Path(text).resolve())
    parser.add_argument('figures', nargs='*', metavar='FIGURE', help=', '.join(GOALS))
    options = parser.parse_args()
    for name in options.figures:
        if name not in GOALS:
            parser.error(f'there is no figure {name}; there are {", ".join(GOALS)}')
    return options


def describe_machine():
    version = subprocess.run([tool('mariadbd'), '--version'], stdout=subprocess.PIPE, text=True,
                             check=True).stdout.split('Ver ')[-1].split()[0]
    print(f'{CORES} cores, on which everything runs, wrk too; MariaDB {version}; {PROCESSES} '
          f'processes of each executable; load average before the start {os.getloadavg()[0]:.2f}')


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit('bench: stopped'))
    options = read_arguments()
    describe_machine()
    try:
        with tempfile.TemporaryDirectory(prefix='run-', dir=options.folder) as folder:
            Bench(options, Path(folder)).run()
    except (BenchError, StackError) as error:
        sys.exit(f'bench: {error}')
    except KeyboardInterrupt:
        sys.exit('bench: stopped')


if __name__ == '__main__':
    main()
