"""What one host has stored, the next request sees on every other host, also while a node is blocked."""

import threading
import uuid

from tests.cluster.clients import CHECK, TimedClient
from tests.harness.people import PASSWORD, insert_user, unique
from tests.harness.waiting import poll

PROFILE = '/api/auth/profile'
BLOCKED = 3  # seconds
MAIL_ARRIVES = 60  # seconds


class Reads:
    """One person, whose every request goes to another host than the one before."""

    def __init__(self, cluster, model, fixtures, sports, history):
        self.cluster = cluster
        self.model = model
        self.clients = [TimedClient(f'reader {number}', 0, stack, model, fixtures, sports, history)
                        for number, stack in enumerate(cluster.stacks)]
        self.stopping = threading.Event()
        self.thread = threading.Thread(target=self._run, name='reads')

    def _run(self):
        try:
            while not self.stopping.is_set():
                self.registration()
                for _ in range(10):
                    self.account()
                self.clients.append(self.clients.pop(0))
        except Exception as problem:  # a check that ends unnoticed would test nothing
            self.model.finding(f'reads: {problem!r}')
            raise

    def step(self, what, answer, status):
        """Count the step. Returns the reply as JSON; None: the step failed."""
        self.model.count(f'read after {what}')
        if answer is None or answer.status != status:
            self.model.finding(f'after {what} on another host: {answer}, expected {status}')
            return None
        return answer.json()

    def account(self):
        first, second, third = self.clients
        with self.cluster.sql() as sql:
            user = insert_user(sql, username=unique(CHECK))
        token = self.log_in(first, user.email)
        bio = uuid.uuid4().hex
        self.step('login', second.ask('POST', PROFILE + '/edit', token=token, json_body={
            'first_name': None, 'last_name': None, 'location': None, 'birth_date': None,
            'bio': bio}), 200)
        reply = self.step('edit', third.ask('GET', PROFILE, token=token), 200)
        if reply and reply['data']['bio'] != bio:
            self.model.finding('a profile is read as it was before the last edit')
        self.step('edit', first.ask('POST', '/api/auth/logout', token=token), 200)
        for other in (second, third):
            self.step('logout', other.ask('GET', PROFILE, token=token), 401)

    def log_in(self, client, email):
        reply = self.step('insert', client.ask('POST', '/api/auth/login', json_body={
            'email': email, 'password': PASSWORD}), 200)
        return reply and reply['auth_token']

    def registration(self):
        first, second, third = self.clients
        name = unique(CHECK)
        email = f'{name}@example.org'
        self.step('nothing', first.ask('POST', '/api/auth/register', json_body={
            'username': name, 'email': email, 'password': PASSWORD, 'accepted_policy': True}), 200)
        messages = poll(lambda: self.cluster.mail_server.mailbox.to([email], 'account_confirmation'),
                        MAIL_ARRIVES)
        if not messages:
            self.model.finding(f'no e-mail for a registration within {MAIL_ARRIVES} s')
            return
        self.step('registration', second.ask('POST', '/api/auth/account/confirm', json_body={
            'token': messages[0].token}), 200)
        self.log_in(third, email)

    def blocked_node(self):
        """A node that applies no writes accepts no token that was revoked on another one meanwhile."""
        first, second, _third = self.clients
        with self.cluster.sql() as sql:
            user = insert_user(sql, username=unique(CHECK))
        token = self.log_in(first, user.email)
        self.step('login', second.ask('GET', PROFILE, token=token), 200)
        replies = []
        with second.system.node.sql() as sql:
            sql.run('FLUSH TABLES WITH READ LOCK')
            self.step('login', first.ask('POST', '/api/auth/logout', token=token), 200)
            waiting = threading.Thread(
                target=lambda: replies.append(second.ask('GET', PROFILE, token=token)))
            waiting.start()
            waiting.join(BLOCKED)
            sql.run('UNLOCK TABLES')
        waiting.join()
        self.step('logout while a node was blocked', replies[0], 401)
