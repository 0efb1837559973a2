"""Concurrent clients that use the whole API and the pages, each with one account after another, and update the model.

An account belongs to one client, which makes one request at a time. The requests follow from the seed, the
client's number and the replies.
"""

import http.client
import json
import random
import socket
import struct
import threading
import uuid
from email.utils import parsedate_to_datetime

import pymysql
from requests.structures import CaseInsensitiveDict

from tests.fault.apps import Apps
from tests.fault.archives import FIELDS, problem_of_archive
from tests.fault.browser import PREFERENCES, Browser, Session
from tests.fault.model import Account
from tests.harness import openapi, pictures
from tests.harness.answers import NOAUTH, Answer
from tests.harness.exports import REQUEST, STATUS, file_path
from tests.harness.people import insert_workout
from tests.fault.system import READ_TIMEOUT

TIMEOUT = READ_TIMEOUT + 30  # seconds that a client waits for a reply
MOST_WAITING = 6  # accounts of one client that wait for their confirmation e-mail
MOST_WORKOUTS = 5  # an account with this number of workouts also has a track
LIFE = (40, 150)  # number of requests with one account


class NoToken(Exception):
    """The account cannot log in now."""


def rejected(answer):
    return answer is not None and 400 <= answer.status < 500


def accepted(answer):
    return answer is not None and answer.status < 300


class Client(Browser, Apps):
    """One user at a time."""

    def __init__(self, name, seed, system, model, fixtures, sports):
        self.name = name
        self.rng = random.Random(f'{seed}/{name}')
        self.system = system
        self.model = model
        self.fixtures = fixtures
        self.defaults = sports  # {sport: (color, active, threshold)}
        self.mailbox = system.mail_server.mailbox
        self.connection = None
        self.cookies_set = []  # by the last reply
        self.staff = Session()  # of the administrator
        self.made = 0
        self.waiting = []
        self.stopping = threading.Event()
        self.thread = threading.Thread(target=self._run, name=name)

    def again(self):
        """A client with a connection of its own."""
        return Client(self.name, 0, self.system, self.model, self.fixtures, self.defaults)

    # ---- requests --------------------------------------------------------------------------------

    def ask(self, method, path, *, token=None, json_body=None, body=None, headers=None):
        """Send a request. Returns the reply, or None."""
        headers = dict(headers or {})
        if json_body is not None:
            body = json.dumps(json_body).encode()
            headers['Content-Type'] = 'application/json'
        if token is not None:
            headers['Authorization'] = f'Bearer {token}'
        self.model.count('requests')
        answer = self._exchange(method, path, body, headers)
        self.model.count(f'status {answer.status}' if answer else 'no answer')
        if answer is not None:
            try:
                openapi.check_http(method, path, answer)
            except (AssertionError, ValueError) as problem:
                self.model.finding(f'{method} {path}: {problem}: {answer.body[:300]}')
        return answer

    def _exchange(self, method, path, body, headers):
        if self.connection is None:
            self.connection = http.client.HTTPConnection('127.0.0.1', self.system.port,
                                                         timeout=TIMEOUT)
        try:
            self.connection.request(method, path, body, headers)
            response = self.connection.getresponse()
            self.cookies_set = response.headers.get_all('Set-Cookie', [])
            return Answer(response.status, CaseInsensitiveDict(response.getheaders()),
                          response.read())
        except (OSError, http.client.HTTPException):
            self.connection.close()
            self.connection = None
            return None

    def ask_as(self, account, method, path, **options):
        """Send a request with the account's token; a rejected token is dropped."""
        if account.token is None and not self.log_in(account):
            raise NoToken
        answer = self.ask(method, path, token=account.token, **options)
        if answer is not None and answer.status == 401:
            if 'error' in answer.json():
                self.note_rejected_token(account)
            elif answer.json() == NOAUTH[1]:
                self.model.finding(f'{account.username} is active, but was rejected as inactive')
        return answer

    def note_rejected_token(self, account):
        """A rejection is correct after a step of the clock, or after a change of the password, even a late one."""
        if account.token_made == self.circumstances(account) and account.password.certain:
            self.model.finding(f'{account.username}: a valid token is rejected')
        account.token = None

    def circumstances(self, account):
        return self.system.clock.steps, account.password_changes

    def write(self, account, changes, method, path, **options):
        """Send a request that changes these items: (item, new value)."""
        answer = self.ask_as(account, method, path, **options)
        self.settle(answer, changes)
        return answer

    def settle(self, answer, changes):
        for item, value in changes:
            if accepted(answer):
                item.accept(value)
            elif not rejected(answer):
                item.doubt(value)
        if changes:
            self.model.count('writes accepted' if accepted(answer) else
                             'writes rejected' if rejected(answer) else 'writes in doubt')

    # ---- comparing -------------------------------------------------------------------------------

    def see(self, account, what, value, seen):
        if not value.observe(seen):
            self.model.finding(f'{account.username}: {what} is {seen!r}, which can only be '
                               f'{value.possible!r}')
            value.accept(seen)  # report it once

    def see_profile(self, account, profile):
        birth_date = profile['birth_date']
        if birth_date is not None:
            birth_date = parsedate_to_datetime(birth_date).date().isoformat()
        self.see(account, 'profile', account.profile,
                 tuple(birth_date if name == 'birth_date' else profile[name] for name in FIELDS))
        self.see(account, 'preferences', account.preferences,
                 tuple(profile[name] for name in PREFERENCES))
        self.see(account, 'email', account.email, profile['email'])
        self.see(account, 'email_to_confirm', account.pending, profile['email_to_confirm'])
        if profile['picture'] not in [one is not None for one in account.picture.possible]:
            self.model.finding(f'{account.username}: picture: {profile["picture"]}, which can only '
                               f'be {account.picture.possible}')

    def see_data(self, account, answer):
        if accepted(answer):
            self.see_profile(account, answer.json()['data'])

    # ---- accounts --------------------------------------------------------------------------------

    def register(self):
        """Register an account. None: it remained unknown whether it exists."""
        self.made += 1
        account = Account(f'{self.name}_{self.made}', f'password 0 of {self.name}_{self.made}',
                          self.defaults)
        self.model.add(account)
        mail = account.mail['account_confirmation']
        for doubts in range(8):
            answer = self.ask('POST', '/api/auth/register', json_body={
                'username': account.username, 'email': account.addresses[0],
                'password': account.password.possible[0], 'accepted_policy': True})
            if accepted(answer) or (rejected(answer) and not account.exists.certain):
                account.exists.accept(True)
                # an earlier request that was still running may have been stored beside this one
                mail.least, mail.most = 1, max(doubts + accepted(answer), 1)
                self.model.count('accounts')
                return account
            if rejected(answer):
                self.model.finding(f'{account.username}: registration was rejected: {answer.body}')
                return None
            account.exists.doubt(True)
            mail.most = 1
            if self.stopping.wait(self.rng.uniform(0, 1)):
                break
        return None

    def resend(self, account):
        answer = self.ask('POST', '/api/auth/account/resend-confirmation',
                          json_body={'email': account.addresses[0]})
        self.settle(answer, [(account.mail['account_confirmation'], None)])

    def confirm(self, account):
        """Confirm the account once all due e-mails have arrived. Returns whether it is active now."""
        mail = account.mail['account_confirmation']
        messages = self.mailbox.to(account.addresses, 'account_confirmation')
        if len(messages) < max(mail.least, 1):
            return False
        for message in reversed(messages):
            circumstances = self.circumstances(account)
            answer = self.ask('POST', '/api/auth/account/confirm',
                              json_body={'token': message.token})
            self.settle(answer, [(account.active, True)])
            if accepted(answer):
                self.take_token(account, answer, circumstances)
                return True
            if answer is None or answer.status >= 500:
                return self.log_in(account)
        if True in account.active.possible:
            return self.log_in(account)
        if mail.least == mail.most:
            self.model.finding(f'{account.username}: no link confirms the account')
        return False

    def take_token(self, account, answer, circumstances):
        account.token = answer.json()['auth_token']
        account.token_made = circumstances

    def log_in(self, account):
        """Log in with every possible address and password; twice, because they may change meanwhile."""
        for _attempt in range(2):
            for email in account.email.possible:
                for password in account.password.possible:
                    circumstances = self.circumstances(account)
                    answer = self.ask('POST', '/api/auth/login',
                                      json_body={'email': email, 'password': password})
                    if accepted(answer):
                        account.active.observe(True)
                        account.email.observe(email)
                        account.password.observe(password)
                        self.take_token(account, answer, circumstances)
                        return True
                    if not rejected(answer):
                        return False
        if account.active.possible == [True] and account.exists.possible == [True]:
            self.model.finding(f'{account.username}: no password is accepted: '
                               f'{account.email.possible} {account.password.possible}')
        return False

    def add_workouts(self, account):
        """Add workouts as another program would; accounts without them request no export."""
        titles = [
            f'{account.username} {number}' for number in range(
                self.rng.randint(
                    0, MOST_WORKOUTS))]
        try:
            with self.system.sql() as sql:
                number = sql.value('SELECT id FROM users WHERE username = %s', account.username)
                for title in titles:
                    insert_workout(sql, number, title=title)
            account.workouts = titles
            if len(titles) == MOST_WORKOUTS:
                self.system.add_track(number)
                account.track = self.system.track
        except (pymysql.Error, OSError):  # the database is down, or the disk is full
            account.workouts = None

    def delete(self, account):
        """Delete the account, as its user or as an administrator; its pending e-mails are deleted too."""
        delete = self.rng.choice([self.delete_by_command, self.delete_own,
                                 self.delete_on_page, self.delete_as_administrator])
        deleted = delete(account)
        for template in account.mail:
            self.is_no_longer_owed(account, template)
        if deleted:
            account.exists.accept(False)
            self.model.count('accounts deleted')
        elif deleted is not None:
            account.exists.doubt(False)

    def delete_by_command(self, account):
        return self.system.admin('users', 'delete', account.username, '--yes') == 0

    def delete_own(self, account):
        """None: the request was rejected. The files are removed later, by a worker."""
        try:
            answer = self.ask_as(account, 'DELETE', f'/api/users/{account.username}')
        except NoToken:
            return None
        if rejected(answer):
            return None
        self.model.count('accounts deleted over HTTP' if accepted(answer) else 'deletions in doubt')
        return accepted(answer)

    def is_no_longer_owed(self, account, template):
        """E-mails that have not arrived need not arrive."""
        owed = account.mail[template]
        owed.least = min(owed.least, len(self.mailbox.to(account.addresses, template)))

    # ---- the profile -----------------------------------------------------------------------------

    def read_profile(self, account):
        self.see_data(account, self.ask_as(account, 'GET', '/api/auth/profile'))

    def edit_profile(self, account):
        number = self.rng.randrange(10**6)
        value = (f'Zoë {number}', None, f'bio {number} 🚴' * self.rng.randint(0, 9) or '',
                 'Orléans', f'{self.rng.randint(1950, 2010)}-02-{self.rng.randint(10, 28)}')
        answer = self.write(account, [(account.profile, value)], 'POST', '/api/auth/profile/edit',
                            json_body=dict(zip(FIELDS, value)))
        self.see_data(account, answer)

    def edit_preferences(self, account):
        value = (self.rng.choice(['MM/dd/yyyy', 'yyyy-MM-dd', 'date_string']),
                 self.rng.choice(['Europe/Paris', 'Asia/Tokyo']),
                 self.rng.choice(['en', 'fr', 'de', 'pl']),
                 *(self.rng.random() < 0.5 for _ in range(5)))
        answer = self.write(account, [(account.preferences, value)], 'POST',
                            '/api/auth/profile/edit/preferences',
                            json_body=dict(zip(PREFERENCES, value)))
        self.see_data(account, answer)

    def edit_sport(self, account):
        sport = self.rng.choice(sorted(self.defaults))
        value = (f'#{self.rng.randrange(16**6):06x}', self.rng.random() < 0.5,
                 self.rng.randint(1, 40) / 8)
        self.write(account, [(account.sports[sport], value)], 'POST',
                   '/api/auth/profile/edit/sports', json_body={
                       'sport_id': sport, 'color': value[0], 'is_active': value[1],
                       'stopped_speed_threshold': value[2]})

    def reset_sport(self, account):
        sport = self.rng.choice(sorted(self.defaults))
        self.write(account, [(account.sports[sport], self.defaults[sport])], 'DELETE',
                   f'/api/auth/profile/reset/sports/{sport}')

    def read_sports(self, account):
        answer = self.ask_as(account, 'GET', '/api/sports')
        for sport in answer.json()['data']['sports'] if accepted(answer) else ():
            self.see(account, f'sport {sport["id"]}', account.sports[sport['id']],
                     (sport['color'], sport['is_active_for_user'],
                      sport['stopped_speed_threshold']))

    def accept_policy(self, account):
        self.ask_as(account, 'POST', '/api/auth/account/privacy-policy',
                    json_body={'accepted_policy': True})

    # ---- pictures --------------------------------------------------------------------------------

    def picture_form(self):
        """(number of a picture, body, headers)"""
        number = self.rng.randrange(len(self.fixtures))
        extension, octets = self.fixtures.originals[number]
        name = self.rng.choice(['avatar', 'me', 'x y'])
        return number, *pictures.form(pictures.part('file', octets, f'{name}.{extension}'),
                                      boundary=uuid.UUID(int=self.rng.getrandbits(128)).hex)

    def upload(self, account):
        number, body, headers = self.picture_form()
        answer = self.write(account, [(account.picture, number)], 'POST', pictures.PATH, body=body,
                            headers=headers)
        if accepted(answer):
            self.model.count('uploads')

    def upload_slowly(self, account):
        number, body, headers = self.picture_form()

        def pieces():
            step = len(body) // 8 + 1
            for begin in range(0, len(body), step):
                self.stopping.wait(0.2)
                yield body[begin:begin + step]
        self.write(account, [(account.picture, number)], 'POST', pictures.PATH, body=pieces(),
                   headers={**headers, 'Content-Length': str(len(body))})

    def vanish(self, account):
        """Disconnect within an upload, or after its last byte, with FIN or with RST."""
        if account.token is None and not self.log_in(account):
            raise NoToken
        number, body, headers = self.picture_form()
        head = ''.join(f'{name}: {value}\r\n' for name, value in {
            'Host': 'localhost', 'Authorization': f'Bearer {account.token}',
            'Content-Length': len(body), **headers}.items())
        octets = f'POST {pictures.PATH} HTTP/1.1\r\n{head}\r\n'.encode() + body
        if self.rng.random() < 0.3:
            account.picture.doubt(number)
        else:
            octets = octets[:self.rng.randrange(len(octets))]
        self.model.count('clients vanished')
        try:
            with socket.create_connection(('127.0.0.1', self.system.port), 10) as connection:
                connection.sendall(octets)
                if self.rng.random() < 0.5:
                    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                                          struct.pack('ii', 1, 0))
        except OSError:
            pass  # the server disconnected first

    def delete_picture(self, account):
        self.write(account, [(account.picture, None)], 'DELETE', pictures.PATH)

    def read_picture(self, account):
        answer = self.ask('GET', f'/api/users/{account.username}/picture')
        if accepted(answer):
            self.see(account, 'picture', account.picture, self.fixtures.number_of(answer.body))
        elif answer is not None and answer.status == 404 and account.picture.settled:
            # (an abandoned upload that is still running may replace the file before it is opened)
            self.see(account, 'picture', account.picture, None)

    # ---- credentials -----------------------------------------------------------------------------

    def log_out(self, account):
        if account.token is None and not self.log_in(account):
            raise NoToken
        token = account.token
        answer = self.ask_as(account, 'POST', '/api/auth/logout')
        if accepted(answer):
            account.logged_out.append(token)
            self.model.count('writes accepted')
        account.token = None

    def change_password(self, account):
        if not account.password.certain or not account.email.certain:
            return self.read_profile(account)
        self.change_account(account, new_password=account.new_password())

    def change_email(self, account):
        if not account.password.certain or not account.email.certain:
            return self.read_profile(account)
        self.change_account(account, email=account.new_address())

    def change_account(self, account, email=None, new_password=None):
        body = {'email': email or account.email.possible[0],
                'password': account.password.possible[0]}
        changes = []
        if new_password is not None:
            body['new_password'] = new_password
            changes += [(account.password, new_password), (account.mail['password_changed'], None)]
        if email is None:  # the present address cancels a pending change
            changes.append((account.pending, None))
        else:
            changes += [(account.pending, email), (account.mail['email_change_old'], None),
                        (account.mail['email_change_new'], None)]
        self.is_no_longer_owed(account, 'email_change_new')  # the link of an earlier change
        answer = self.write(account, changes, 'PATCH', '/api/auth/profile/edit/account',
                            json_body=body)
        if new_password is not None and not rejected(answer):
            account.password_changes += 1
        if answer is not None and answer.status == 401 and 'message' in answer.json():
            self.model.finding(f'{account.username}: PATCH account: {answer.body}')
        self.see_data(account, answer)

    def request_reset(self, account):
        if not account.email.certain:
            return
        answer = self.ask('POST', '/api/auth/password/reset-request',
                          json_body={'email': account.email.possible[0]})
        self.settle(answer, [(account.mail['password_reset'], None)])

    def read_mail(self, account):
        """Follow the link in a received e-mail."""
        for template, follow in (('password_reset', self.reset_password),
                                 ('email_change_new', self.update_email)):
            messages = [message for message in self.mailbox.to(account.addresses, template)
                        if not message.used]
            if messages:
                messages[-1].used = True
                return follow(account, messages[-1])
        self.read_profile(account)

    def reset_password(self, account, message):
        password = account.new_password()
        current = account.email.possible  # before the reply: a late change may be accepted meanwhile
        self.is_no_longer_owed(account, 'email_change_new')
        answer = self.ask('POST', '/api/auth/password/update',
                          json_body={'password': password, 'token': message.token})
        self.settle(answer, [(account.password, password), (account.pending, None),
                             (account.mail['password_changed'], None)])
        if accepted(answer) and message.recipient not in current:
            self.model.finding(f'{account.username}: a reset link mailed to {message.recipient} '
                               f'works, but the address is {current}')
        if not rejected(answer):
            account.password_changes += 1
            account.token = account.app = None

    def update_email(self, account, message):
        pending = account.pending.possible
        answer = self.ask('POST', '/api/auth/email/update', json_body={'token': message.token})
        self.settle(answer, [(account.email, message.recipient), (account.pending, None),
                             (account.mail['email_changed'], None)])
        if accepted(answer) and message.recipient not in pending:
            self.model.finding(f'{account.username}: the link of a change to {message.recipient} '
                               f'works, which can only be {pending}')
        if not rejected(answer):  # mail requests in the queue name the old address
            self.is_no_longer_owed(account, 'password_reset')

    # ---- exports ---------------------------------------------------------------------------------

    def export(self, account):
        if account.workouts is None:
            return
        if account.export.possible == [True]:
            return self.look_at_export(account)
        answer = self.ask_as(account, 'POST', REQUEST)
        if accepted(answer):
            self.model.count('exports')
        if answer is not None and answer.status == 400 and account.export.possible == [False]:
            self.model.finding(f'{account.username}: export: {answer.body}')
        if answer is not None and answer.status in (200, 400):
            account.export.accept(True)
        elif not rejected(answer):
            account.export.doubt(True)

    def look_at_export(self, account):
        answer = self.ask_as(account, 'GET', STATUS)
        if not accepted(answer):
            return
        row = answer.json()['request']
        if row is None:
            self.model.finding(f'{account.username}: the requested export does not exist')
        elif row['status'] == 'successful':
            self.download(account, row)

    def download(self, account, row):
        answer = self.ask_as(account, 'GET', file_path(row['file_name']))
        if answer is None or answer.status >= 500 or answer.status == 401:
            return
        problem = (f'status {answer.status}' if answer.status != 200 else
                   f'{len(answer.body)} bytes of {row["file_size"]}'
                   if len(answer.body) != row['file_size'] else
                   problem_of_archive(answer.body, account, self.fixtures))
        if problem:
            self.model.finding(f'{account.username}: archive {row["file_name"]}: {problem}')
        self.model.count('archives read')

    # ---- the loop --------------------------------------------------------------------------------

    ACTS = {read_profile: 10, edit_profile: 14, edit_preferences: 8, edit_sport: 8, reset_sport: 3,
            read_sports: 3, accept_policy: 1, upload: 16, upload_slowly: 2, vanish: 5,
            delete_picture: 5, read_picture: 10, log_out: 4, change_password: 5, change_email: 4,
            request_reset: 4, read_mail: 12, export: 6, **Browser.BROWSING, **Apps.USING_APPS}

    def act(self, account):
        action = self.rng.choices(list(self.ACTS), self.ACTS.values())[0]
        try:
            action(self, account)
        except NoToken:
            self.stopping.wait(self.rng.uniform(0, 1))

    def next_account(self):
        """An active account: one of those that waited; None: all of them still wait."""
        for account in list(self.waiting):
            if self.confirm(account):
                self.waiting.remove(account)
                return account
        if len(self.waiting) < MOST_WAITING:
            account = self.register()
            if account is not None:
                self.waiting.append(account)
                if self.rng.random() < 0.15:
                    self.resend(account)
        return None

    def live(self, account):
        self.add_workouts(account)
        for _ in range(self.rng.randint(*LIFE)):
            if self.stopping.is_set():
                return
            self.act(account)
        if self.rng.random() < 0.5:
            self.delete(account)

    def _run(self):
        try:
            while not self.stopping.is_set():
                account = self.next_account()
                if account is not None:
                    self.live(account)
                else:
                    self.stopping.wait(self.rng.uniform(0.1, 1))
        except Exception as problem:  # a client that ends unnoticed would test nothing
            self.model.finding(f'{self.name} failed: {problem!r}')
            raise
