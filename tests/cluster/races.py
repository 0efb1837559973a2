"""Races over three nodes: limits and unique names hold, each link works once, and no request fails."""

import collections
import subprocess

from tests.cluster.clients import CHECK, TimedClient, together
from tests.cluster.node import MIGRATED
from tests.harness.people import insert_user, unique
from tests.harness.tokens import Minter
from tests.harness.waiting import LIMIT, poll

LOGIN_LIMIT, MAIL_LIMIT, PLACES = 10, 3, 5
LIMITS = {'THROTTLE_LOGIN_ACCOUNT': str(LOGIN_LIMIT), 'THROTTLE_MAIL_ACCOUNT': str(MAIL_LIMIT)}
ATTEMPTS = 24  # simultaneous requests of one race


class Races:
    """Each race is a method; it reports findings to the model and counts what it did."""

    def __init__(self, cluster, model, fixtures, sports, history):
        self.cluster = cluster
        self.model = model
        self.minter = Minter(cluster.secret)
        self._crowd = [TimedClient(f'race {number}', 0, cluster.stacks[number % 3], model, fixtures,
                                   sports, history) for number in range(ATTEMPTS)]

    def run_all(self):
        for check in (self.migrations, self.places, self.same_name, self.one_redemption,
                      self.failed_logins, self.mails):
            check()

    def finding(self, text):
        self.model.finding(text)

    def statuses(self, requests):
        """Send (method, path, body) at the same time, in turn to the three stacks: {status: number}."""
        answers = together([
            lambda client=client, one=one: client.ask(one[0], one[1], json_body=one[2])
            for client, one in zip(self._crowd, requests)])
        return collections.Counter(answer.status if answer else None for answer in answers)

    def user(self):
        with self.cluster.sql() as sql:
            return insert_user(sql, username=unique(CHECK))

    def row_count(self, statement, *values):
        with self.cluster.sql() as sql:
            sql.run('SET SESSION wsrep_sync_wait = 1')
            return sql.value(statement, *values)

    # ---- races -----------------------------------------------------------------------------------

    def migrations(self, rounds=2):
        """Simultaneous runs of `migrate` on three hosts all succeed."""
        for number in range(rounds):
            name = f'{MIGRATED}_{number}'
            with self.cluster.sql() as sql:
                sql.run(f'CREATE OR REPLACE DATABASE {name}')
            runs = together([lambda stack=stack: self.migrate(stack, name)
                             for stack in self.cluster.stacks])
            for done in runs:
                self.model.count('migrate')
                if done.returncode != 0:
                    self.finding(f'migrate: exit status {done.returncode}: {done.stderr}')
            if 'up to date' not in self.migrate(self.cluster.stacks[0], name).stdout:
                self.finding('migrate: the database is not up to date')
            with self.cluster.sql() as sql:
                sql.run(f'DROP DATABASE {name}')

    def migrate(self, stack, name):
        url = stack.database_url(
            stack.database.user).replace(
            f'/{stack.database.name}?',
            f'/{name}?')
        return subprocess.run([stack.build / 'admin', 'migrate'], stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=LIMIT, check=False,
                              env=stack.with_settings({'DATABASE_URL': url}))

    def places(self, rounds=6):
        """Registrations on three nodes never exceed max_users."""
        for _ in range(rounds):
            with self.cluster.sql() as sql:
                before = sql.value('SELECT COUNT(*) FROM users')
                sql.run('UPDATE app_config SET max_users = %s', before + PLACES)
            counts = self.statuses([registration(unique(CHECK))
                                    for _ in range(ATTEMPTS)])
            self.expect('registrations for limited places', counts,
                        {200: PLACES, 403: ATTEMPTS - PLACES})
            added = self.row_count('SELECT COUNT(*) FROM users') - before
            if added != PLACES:
                self.finding(f'{added} accounts for {PLACES} places')
        with self.cluster.sql() as sql:
            sql.run('UPDATE app_config SET max_users = 0')

    def same_name(self, rounds=6):
        """Of registrations with one name, one succeeds."""
        for _ in range(rounds):
            name = unique(CHECK)
            counts = self.statuses([registration(name, f'{name}.{number}')
                                    for number in range(ATTEMPTS)])
            self.expect('registrations of one name', counts, {200: 1, 400: ATTEMPTS - 1})

    def one_redemption(self, rounds=6):
        """A link for a new password works once."""
        for _ in range(rounds):
            user = self.user()
            password = self.row_count('SELECT password FROM users WHERE id = %s', user.id)
            body = {'token': self.minter.reset_token(user.id, password, user.email),
                    'password': 'a new password'}
            counts = self.statuses([('POST', '/api/auth/password/update', body)] * 6)
            self.expect('uses of one link', counts, {200: 1, 401: 5})

    def failed_logins(self, rounds=4):
        """Of simultaneous wrong passwords, exactly as many are tried as the limit allows."""
        for _ in range(rounds):
            user = self.user()
            body = {'email': user.email, 'password': 'a wrong password'}
            counts = self.statuses([('POST', '/api/auth/login', body)] * ATTEMPTS)
            self.expect('failed logins', counts,
                        {401: LOGIN_LIMIT, 429: ATTEMPTS - LOGIN_LIMIT})

    def mails(self):
        """Of simultaneous requests for mail to one address, exactly as many are sent as the limit allows."""
        user = self.user()
        body = {'email': user.email}
        counts = self.statuses([('POST', '/api/auth/password/reset-request', body)] * ATTEMPTS)
        self.expect('requests for mail', counts, {200: ATTEMPTS})
        due = ('SELECT COUNT(*) FROM jobs WHERE failed_at IS NULL AND '
               'run_after < UTC_TIMESTAMP(6) + INTERVAL 200 SECOND')  # leases too
        if not poll(lambda: self.row_count(due) == 0, 120):
            self.finding('the queue of mail is not processed')
        sent = len(self.cluster.mail_server.mailbox.to([user.email], 'password_reset'))
        if sent != MAIL_LIMIT:
            self.finding(f'{sent} e-mails to one address, the limit is {MAIL_LIMIT}')
        with self.cluster.sql() as sql:
            sql.run('DELETE FROM jobs')  # the deferred message

    def expect(self, what, counts, expected):
        self.model.count(what, sum(counts.values()))
        if counts != expected:
            self.finding(f'{what}: {dict(counts)}, expected {expected}')


def registration(name, address=None):
    return 'POST', '/api/auth/register', {
        'username': name, 'email': f'{address or name}@example.org', 'password': 'a good password',
        'accepted_policy': True}
