"""What clients do with applications (OAuth 2.0): a code gives one pair of tokens, and a refresh keeps the access."""

import json
import threading
import time
import uuid
from dataclasses import dataclass
from urllib.parse import parse_qs, urlencode, urlsplit

import pymysql

from tests.harness.tokens import sha256_hex

TOKEN = '/api/oauth/token'
FORM = {'Content-Type': 'application/x-www-form-urlencoded'}
CALLBACK = 'https://uploader.example/callback'
GRACE = 60  # seconds in which a refresh token may come again without the end of its grant (W43)


@dataclass
class App:
    client_id: str
    secret: str
    refresh_token: str = None  # None: no grant, or one that nothing is known about
    first_try: float = None  # when this refresh token was first sent without a reply


class Apps:
    """Acts of a Client (clients.py)."""

    def create_app(self, account):
        answer = self.ask_as(account, 'POST', '/api/oauth/apps', json_body={
            'client_name': f'uploader {uuid.UUID(int=self.rng.getrandbits(128)).hex}', 'client_uri': 'https://uploader.example',
            'redirect_uris': [CALLBACK], 'scope': 'profile:read workouts:read'})
        if answer is not None and answer.status == 201:
            client = answer.json()['data']['client']
            account.app = App(client['client_id'], client['client_secret'])

    def new_code(self, account):
        """None: there is no reply with one."""
        answer = self.ask_as(account, 'POST', '/api/oauth/authorize', headers=FORM, body=urlencode({
            'client_id': account.app.client_id, 'response_type': 'code', 'confirm': 'true', 'scope': 'profile:read'}))
        if answer is None or answer.status != 200:
            return None
        return parse_qs(urlsplit(answer.json()['redirect_url']).query)['code'][0]

    def ask_for_tokens(self, app, **fields):
        return self.ask('POST', TOKEN, headers=FORM, body=urlencode(
            {'client_id': app.client_id, 'client_secret': app.secret, **fields}))

    # ---- acts ------------------------------------------------------------------------------------

    def connect_app(self, account):
        if account.app is None:
            return self.create_app(account)
        code = self.new_code(account)
        if code is None:
            return
        answer = self.ask_for_tokens(account.app, grant_type='authorization_code', code=code)
        if answer is not None and answer.status == 200:
            self.model.count('codes redeemed')
            account.app.refresh_token, account.app.first_try = answer.json()['refresh_token'], None
        elif answer is not None and answer.status < 500 and account.password.settled:  # a reset ends codes and tokens
            self.model.finding(f'{account.username}: a code is rejected: {answer.body}')

    def redeem_twice(self, account):
        """By two requests at the same time: at most one gets tokens."""
        code = self.new_code(account) if account.app is not None else None
        if code is None:
            return
        answers = []
        others = [self.again(), self.again()]

        def redeem(client):
            answers.append(
                client.ask_for_tokens(
                    account.app,
                    grant_type='authorization_code',
                    code=code))
        threads = [threading.Thread(target=redeem, args=(client,)) for client in others]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.model.count('codes redeemed twice')
        if len([one for one in answers if one is not None and one.status == 200]) > 1:
            self.model.finding(f'{account.username}: both uses of a code give tokens')
        rows = self.value_in_database('SELECT COUNT(*) FROM oauth2_token AS t JOIN oauth2_code AS c USING (grant_id) '
                                      'WHERE c.code = %s', sha256_hex(code))
        if rows is not None and rows > 1:
            self.model.finding(f'{account.username}: a code has given {rows} pairs of tokens')

    def refresh_app(self, account):
        app = account.app
        if app is None or app.refresh_token is None:
            return self.connect_app(account)
        if app.first_try is not None and time.monotonic() - app.first_try > GRACE / 2:
            app.refresh_token = None  # a late use ends the grant, which is right
            return
        began = time.monotonic()
        answer = self.ask_for_tokens(app, grant_type='refresh_token',
                                     refresh_token=app.refresh_token)
        if answer is not None and answer.status == 200:
            self.model.count('tokens refreshed')
            app.refresh_token, app.first_try = answer.json()['refresh_token'], None
        elif answer is None or answer.status >= 500:
            app.first_try = app.first_try or began
        elif not account.password.settled:
            app.refresh_token = None
        elif app.first_try is None:
            self.model.finding(f'{account.username}: a refresh token is rejected: {answer.body}')
            app.refresh_token = None
        else:
            self.expect_successor(account)

    def expect_successor(self, account):
        """The reply to a refresh was lost. The old token has ended, so a new one must be stored."""
        alive = self.value_in_database(
            'SELECT COUNT(*) FROM oauth2_token AS t JOIN oauth2_token AS old USING (grant_id) '
            'WHERE old.refresh_token = %s AND t.access_token_revoked_at = 0 AND t.refresh_token_revoked_at = 0',
            sha256_hex(account.app.refresh_token))
        self.model.count('replies to a refresh lost after its end')
        if alive is not None and alive != 1:
            self.model.finding(
                f'{account.username}: a refresh has left {alive} tokens of its grant')
        account.app.refresh_token = None

    def value_in_database(self, query, *parameters):
        """None: the database is down."""
        try:
            with self.system.sql() as sql:
                return sql.value(query, *parameters)
        except pymysql.Error:
            return None

    def check_app(self, account):
        """After all faults: the program still has access."""
        if account.app is not None and account.app.refresh_token is not None:
            self.refresh_app(account)

    USING_APPS = {connect_app: 3, redeem_twice: 2, refresh_app: 6}
