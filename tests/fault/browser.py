"""What clients do on the account pages, as a person with a browser: the same items of the model, changed by forms."""

from urllib.parse import urlencode

import pymysql

from tests.api.support.visitor import Parser
from tests.fault.archives import FIELDS
from tests.harness import pictures
from tests.harness.answers import Answer
from tests.harness.people import PASSWORD

MOUNT = '/account'
FORM = 'application/x-www-form-urlencoded'
PREFERENCES = ('date_format', 'timezone', 'language', 'display_ascent', 'imperial_units',
               'start_elevation_at_zero', 'use_raw_gpx_speed', 'weekm')
KILOMETERS_PER_MILE = 1.609344
BOXES = ('display_ascent', 'imperial_units', 'start_elevation_at_zero', 'use_raw_gpx_speed')


class Elsewhere(Exception):
    """The page cannot be used now: the visitor is not logged in, or the server does not send it."""


class Session:
    """The cookies of a browser, and the circumstances of its login. An administrator has no `account`."""

    def __init__(self, account=None):
        self.account = account
        self.cookies = {}
        self.made = None

    @property
    def header(self):
        return '; '.join(f'{name}={value}' for name, value in self.cookies.items())

    def take(self, lines):
        for line in lines:
            name, _, value = line.partition(';')[0].partition('=')
            self.cookies[name] = value
            if not value:
                del self.cookies[name]


def asks_to_log_in(answer):
    target = answer.headers.get('Location', '')
    return answer.status == 303 and target.startswith(f'{MOUNT}/login') and 'message=' not in target


class Browser:
    """Acts of a Client (clients.py)."""

    # ---- pages -----------------------------------------------------------------------------------

    def visit(self, session, method, path, body=None, headers=None):
        """Send a request. Returns the reply, or None."""
        headers = {**(headers or {}), 'Cookie': session.header}
        self.model.count('requests of browsers')
        answer = self._exchange(method, MOUNT + path, body, headers)
        self.model.count(f'page {answer.status}' if answer else 'no page')
        if answer is not None:
            session.take(self.cookies_set)
            try:
                self.check_page(answer)
            except (AssertionError, ValueError) as problem:
                self.model.finding(f'{method} {path}: {problem}: {answer}')
        return answer

    @staticmethod
    def check_page(answer):
        assert answer.status in {200, 303, 400, 401, 403, 404, 500, 502, 504}, answer.status
        if answer.headers.get('Content-Type', '').startswith('text/html'):
            Parser().feed(answer.body.decode())

    def form_on(self, session, path, action):
        """The fields of a form as a page shows it."""
        answer = self.visit(session, 'GET', path)
        if answer is None or answer.status >= 500:
            raise Elsewhere
        if asks_to_log_in(answer):
            self.note_rejected_session(session)
            raise Elsewhere
        parser = Parser()
        parser.feed(answer.body.decode())
        found = [form for form in parser.forms if form.action == MOUNT + action]
        if not found:
            self.model.finding(f'{path} has no form {action}: {answer}')
            raise Elsewhere
        return found[0].values

    def send(self, session, path, action, fields, file=None):
        """Fill in a form and send it. Returns an Answer whose status is 200 if the form was accepted, or None."""
        values = {**self.form_on(session, path, action), **fields}
        values = {name: value for name, value in values.items() if value is not None}
        if file is None:
            body, headers = urlencode(values).encode(), {'Content-Type': FORM}
        else:
            csrf = pictures.part('csrf', values['csrf'].encode())
            body, headers = pictures.form(csrf, file)
        answer = self.visit(session, 'POST', action, body, headers)
        if answer is None or answer.status != 303:
            return answer
        if asks_to_log_in(answer):
            self.note_rejected_session(session)
            return Answer(401, answer.headers, b'')
        return Answer(200, answer.headers, b'')

    def note_rejected_session(self, session):
        account = session.account
        if account is not None and session.cookies and session.made == self.circumstances(account) and \
                account.password.certain:
            self.model.finding(f'{account.username}: a valid session of the pages is rejected')
        session.cookies = {}

    def enter(self, session, email, password):
        """Log in on the page."""
        session.cookies = {}
        made = session.account and self.circumstances(session.account)
        answer = self.send(session, '/login', '/login', {'email': email, 'password': password})
        if answer is None or answer.status != 200:
            session.cookies = {}
            raise Elsewhere
        session.made = made
        self.model.count('logins on the page')

    def session_of(self, account):
        if account.session is None:
            account.session = Session(account)
        if not account.session.cookies:
            if not account.password.certain or not account.email.certain:
                raise Elsewhere
            self.enter(account.session, account.email.possible[0], account.password.possible[0])
        return account.session

    def fill_in(self, account, changes, path, action, fields, file=None):
        """Send a form that changes these items: (item, new value)."""
        try:
            answer = self.send(self.session_of(account), path, action, fields, file)
        except Elsewhere:
            return None
        self.settle(answer, changes)
        if answer is not None and answer.status == 200:
            self.model.count('forms accepted')
        return answer

    # ---- acts ------------------------------------------------------------------------------------

    def fill_in_profile(self, account):
        number = self.rng.randrange(10**6)
        value = (f'Zoë {number}', 'Martin', f'bio {number} 🚴' * self.rng.randint(1, 9), 'Orléans',
                 f'{self.rng.randint(1950, 2010)}-02-{self.rng.randint(10, 28)}')
        self.fill_in(account, [(account.profile, value)], '/profile/edit',
                     '/profile/edit', dict(zip(FIELDS, value)))
        self.read_profile(account)

    def fill_in_preferences(self, account):
        boxes = {name: self.rng.random() < 0.5 for name in BOXES}
        date, zone, language = (self.rng.choice(values) for values in (
            ['MM/dd/yyyy', 'yyyy-MM-dd', 'date_string'], ['Europe/Paris', 'Asia/Tokyo'], ['en', 'fr', 'de', 'pl']))
        monday = self.rng.random() < 0.5
        value = (date, zone, language, *(boxes[name] for name in BOXES), monday)
        fields = {'date_format': date, 'timezone': zone, 'language': language, 'weekm': str(int(monday)),
                  **{name: '1' if ticked else None for name, ticked in boxes.items()}}
        self.fill_in(account, [(account.preferences, value)],
                     '/preferences', '/preferences', fields)
        self.read_profile(account)

    def fill_in_sport(self, account):
        """The threshold is typed in the unit that the user prefers."""
        if not account.preferences.certain:
            return
        imperial = account.preferences.possible[0][PREFERENCES.index('imperial_units')]
        sport = self.rng.choice(sorted(self.defaults))
        color, active, threshold = (f'#{self.rng.randrange(16**6):06x}', self.rng.random() < 0.5,
                                    self.rng.randint(1, 40) / 8)
        stored = threshold * (KILOMETERS_PER_MILE if imperial else 1)
        self.fill_in(account, [(account.sports[sport], (color, active, stored))], f'/sports/{sport}', f'/sports/{sport}',
                     {'color': color, 'active': '1' if active else None, 'threshold': str(threshold)})

    def send_picture(self, account):
        number = self.rng.randrange(len(self.fixtures))
        extension, octets = self.fixtures.originals[number]
        self.fill_in(account, [(account.picture, number)], '/picture', '/picture', {},
                     pictures.part('file', octets, f'page.{extension}'))

    def leave(self, account):
        """Log out on the page: none of its cookies is good for anything any more."""
        session = account.session
        if session is None or not session.cookies:
            return
        ended = dict(session.cookies)
        try:
            answer = self.send(session, '/', '/logout', {})
        except Elsewhere:
            return
        if answer is not None and answer.status == 200:
            account.left.append(ended)
        session.cookies = {}

    def delete_on_page(self, account):
        """True: deleted, None: rejected, False: in doubt."""
        try:
            answer = self.send(self.session_of(account), '/delete', '/delete',
                               {'password': account.password.possible[0]})
        except Elsewhere:
            return None
        return None if answer is not None and 400 <= answer.status < 500 else answer is not None and answer.status == 200

    def delete_as_administrator(self, account):
        """As delete_on_page()."""
        try:
            with self.system.sql() as sql:
                number = sql.value('SELECT id FROM users WHERE username = %s', account.username)
        except pymysql.Error:
            return None
        path = f'/admin/users/{number}/delete'
        try:
            if not self.staff.cookies:
                self.enter(self.staff, self.model.administrator.email, PASSWORD)
            answer = self.send(self.staff, path, path, {'password': PASSWORD})
        except Elsewhere:
            return None
        if answer is not None and answer.status == 200:
            self.model.count('accounts deleted on the page of administrators')
        return None if answer is not None and 400 <= answer.status < 500 else answer is not None and answer.status == 200

    def check_left(self, account):
        """After all faults: the cookies of sessions that have ended."""
        for cookies in account.left:
            session = Session()
            session.cookies = cookies
            answer = self.visit(session, 'GET', '/profile/edit')
            if answer is None or not asks_to_log_in(answer):
                self.model.finding(
                    f'{account.username}: a session that was ended on the page is accepted: {answer}')

    BROWSING = {
        fill_in_profile: 8,
        fill_in_preferences: 5,
        fill_in_sport: 5,
        send_picture: 6,
        leave: 3}
