"""Fills a running stack with many users, for measurements and long runs."""

import contextlib
import http.client
import json
import time

import pymysql

from tests.harness.errors import StackError
from tests.harness.processes import is_running
from tests.harness.tokens import Minter, sha256_hex
from tests.harness.tree import SERVICES
from tests.harness.waiting import LIMIT, poll

PASSWORD = 'correct horse battery staple'
SPORTS = 5  # each with a record of each of the five types: 25 records


class Person:
    """A user: `number` is the position in the table; the e-mail address is derived from it."""

    def __init__(self, number, workouts=0):
        self.number = number
        self.workouts = workouts
        self.id = None

    @property
    def username(self):
        return f'user{self.number}'

    @property
    def email(self):
        return f'{self.username}@example.com'


class Answer:
    def __init__(self, response):
        self.status = response.status
        self.text = response.read().decode()


def request(connection, method, path, body=None, token=None):
    """Send a request with a JSON body over a connection (http.client); returns the Answer."""
    headers = {'Content-Type': 'application/json'} if body is not None else {}
    if token:
        headers['Authorization'] = f'Bearer {token}'
    connection.request(method, path, json.dumps(body) if body is not None else None, headers)
    return Answer(connection.getresponse())


def numbers(count):
    """A table with the numbers from 1 to `count` in a column seq. MySQL has no tables seq_1_to_...."""
    digit = '(SELECT 0 AS n' + ''.join(f' UNION ALL SELECT {n}' for n in range(1, 10)) + ')'
    places = range(len(str(count - 1)))
    number = ' + '.join(f'd{place}.n * {10 ** place}' for place in places)
    digits = ', '.join(f'{digit} AS d{place}' for place in places)
    return f'(SELECT 1 + {number} AS seq FROM {digits} HAVING seq <= {count}) AS numbers'


class Population:
    """`users`: how many there are. `people`: those of them who get ids and workouts."""

    def __init__(self, stack, users, people=()):
        self.stack = stack
        self.users = users
        self.people = people
        self.password_hash = None

    def connect(self, **credentials):
        database = self.stack.database
        return pymysql.connect(**{
            'unix_socket': str(database.socket), 'user': database.user,
            'password': database.password, 'database': database.name,
            'autocommit': True, 'charset': 'utf8mb4', **credentials})

    def fill(self):
        """Create the users. Workouts and records are inserted by plain SQL, and the triggers count them."""
        self._register_one()
        with contextlib.closing(self.connect()) as database, database.cursor() as cursor:
            cursor.execute("SELECT password FROM users WHERE username = 'registered'")
            self.password_hash = cursor.fetchone()[0]
            self._insert_users(cursor)
            for person in self.people:
                if person.workouts:
                    self._insert_workouts(cursor, person)
        self._wait_written()

    def _register_one(self):
        """An account that Fitgate itself creates, so that its hash has the usual cost."""
        answer = self.ask('POST', '/api/auth/register', body={
            'username': 'registered', 'email': 'registered@example.com', 'password': PASSWORD,
            'accepted_policy': True})
        if answer.status != 200:
            raise StackError(f'the answer to a registration was {answer.status}: {answer.text}')

    def _insert_users(self, cursor):
        cursor.execute(f'''
            INSERT INTO users (username, email, password, created_at, timezone, date_format,
                language, is_active, accepted_policy_date)
            SELECT CONCAT('user', seq), CONCAT('user', seq, '@example.com'), %s, UTC_TIMESTAMP(6),
                'Europe/Paris', 'MM/dd/yyyy', 'en', 1, UTC_TIMESTAMP(6)
            FROM {numbers(self.users)} ORDER BY seq''', self.password_hash)
        for person in self.people:
            person.id = id_of(cursor, person.number)

    @staticmethod
    def _insert_workouts(cursor, person):
        cursor.execute(f'''
            INSERT INTO workouts (uuid, user_id, sport_id, title, creation_date, workout_date,
                duration, moving, distance, ascent, descent, max_speed, ave_speed)
            SELECT UUID(), %s, 1 + seq %% {SPORTS}, CONCAT('Workout ', seq), UTC_TIMESTAMP(6),
                '2020-01-01 08:00:00' + INTERVAL seq HOUR, 3600 + seq %% 600, 3500, 20.5, 120.25,
                118.5, 35.5, 20.5
            FROM {numbers(person.workouts)} ORDER BY seq''', person.id)
        cursor.execute(f'''
            INSERT INTO records (user_id, sport_id, workout_id, workout_uuid, record_type,
                workout_date, value)
            SELECT user_id, sport_id, id, uuid, record_type, workout_date, 20500
            FROM (SELECT * FROM workouts WHERE user_id = %s ORDER BY id LIMIT {SPORTS}) AS best
            CROSS JOIN (SELECT 'AS' AS record_type UNION SELECT 'FD' UNION SELECT 'HA'
                UNION SELECT 'LD' UNION SELECT 'MS') AS types''', person.id)

    def _wait_written(self):
        """Wait until the server has written the inserted rows to disk: that would disturb a measurement."""
        def clean():
            cursor.execute("SHOW GLOBAL STATUS LIKE 'Innodb_buffer_pool_pages_dirty'")
            return int(cursor.fetchone()[1]) < 10
        with contextlib.closing(self.connect(user='root', password='')) as root, \
                root.cursor() as cursor:
            cursor.execute('SET GLOBAL innodb_max_dirty_pages_pct = 0')
            if poll(clean, 300) is None:
                raise StackError('the database still writes after 300 s')
            cursor.execute('SET GLOBAL innodb_max_dirty_pages_pct = DEFAULT')

    # ---- requests -------------------------------------------------------------------------------

    def ask(self, method, path, body=None, token=None):
        connection = http.client.HTTPConnection('127.0.0.1', self.stack.port, timeout=LIMIT)
        with contextlib.closing(connection):
            return request(connection, method, path, body, token)

    def settle(self, path):
        """Wait until the services have finished the requests that wrk abandoned: these would
        disturb the next run. Our own request is answered after all requests that were queued before
        it."""
        self.ask('OPTIONS', path)
        pids = [pid for name in SERVICES for pid in self.stack.program_pids(name)]
        if poll(lambda: not any(is_running(pid) for pid in pids), 60) is None:
            raise StackError(f'the services are still busy 60 s after {path}')

    # ---- tokens ---------------------------------------------------------------------------------

    def tokens(self, user_ids):
        """Tokens as logins issue them, with their sessions. They are signed here because a thousand logins would take minutes."""
        minter = Minter(self.stack.files.secret('app_secret_key'))
        tokens = [minter.token(user_id, exp=int(time.time()) + 86400) for user_id in user_ids]
        with contextlib.closing(self.connect()) as database, database.cursor() as cursor:
            cursor.executemany(
                'INSERT INTO sessions (user_id, token, token_epoch, created_at, last_seen_at, expires_at) '
                'VALUES (%s, %s, 0, UTC_TIMESTAMP(6), UTC_TIMESTAMP(6), UTC_TIMESTAMP(6) + INTERVAL 1 DAY)',
                [(user_id, sha256_hex(token)) for user_id, token in zip(user_ids, tokens)])
        return tokens

    def token(self, user_id):
        return self.tokens([user_id])[0]

    def token_file(self, name, user_ids):
        """A file with one token per line, for wrk.lua."""
        path = self.stack.directory / f'{name}.tokens'
        path.write_text(''.join(f'{token}\n' for token in self.tokens(user_ids)))
        return path


def id_of(cursor, number):
    cursor.execute('SELECT id FROM users WHERE username = %s', f'user{number}')
    return cursor.fetchone()[0]
