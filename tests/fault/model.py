"""The model: what must be stored after all accepted writes, and what may be stored.

A write has three outcomes. Accepted: the value is stored, unless a later write has replaced it. Rejected: it is
not stored. In doubt (no reply, or a 5xx): it may be stored or not, and possibly late, if the process that
handles it was delayed until after the client's timeout.
"""

import collections
import threading
import time

LATE = 150  # seconds after which no process can still be handling a request without a reply


class Value:
    """The possible values of one stored item."""

    def __init__(self, value):
        self._possible = [value]
        self._late = []
        self.ever = {value}

    def _drop_expired(self):
        now = time.monotonic()
        self._late = [(value, end) for value, end in self._late if end > now]

    def accept(self, value):
        self._drop_expired()
        self.ever.add(value)
        self._possible = [value, *(late for late, _end in self._late if late != value)]

    def doubt(self, value):
        self._drop_expired()
        self.ever.add(value)
        self._late.append((value, time.monotonic() + LATE))
        if value not in self._possible:
            self._possible.append(value)

    @property
    def possible(self):
        return list(self._possible)

    @property
    def certain(self):
        """Whether only one value is possible."""
        return len(self._possible) == 1

    @property
    def settled(self):
        """Whether no request that writes this item can still be in progress."""
        self._drop_expired()
        return not self._late

    def observe(self, seen):
        """Record that a value was read. False: it is not one of the possible values."""
        self._drop_expired()
        if seen not in self._possible:
            return False
        if not self._late:
            self._possible = [seen]
        return True


class Owed:
    """How many different e-mails of one kind an account must and may have received."""

    def __init__(self):
        self.least = 0
        self.most = 0

    def accept(self, _value=None):
        self.least += 1
        self.most += 1

    def doubt(self, _value=None):
        self.most += 1


class Account:
    """A user, and everything that is known about the stored data."""

    def __init__(self, username, password, defaults):
        self.username = username
        self.addresses = [f'{username}@example.org']
        self.exists = Value(False)
        self.active = Value(False)
        self.password = Value(password)
        self.email = Value(self.addresses[0])
        self.pending = Value(None)
        self.profile = Value((None,) * 5)
        self.preferences = Value(
            ('MM/dd/yyyy', 'Europe/Paris', 'en', True, False, True, False, False))
        self.picture = Value(None)
        self.sports = {sport: Value(value) for sport, value in defaults.items()}
        self.export = Value(False)  # whether one was requested
        self.mail = collections.defaultdict(Owed)
        self.workouts = []  # titles; None: unknown
        self.track = None  # (bytes, CRC)
        self.logged_out = []  # tokens
        self.session = None  # browser.Session
        self.left = []  # cookies of sessions that were ended on the page
        self.app = None  # apps.App
        self.token = None
        self.token_made = None  # the circumstances: clock steps and password changes so far
        self.password_changes = 0
        self.names = 0  # number of generated passwords and addresses

    def new_password(self):
        self.names += 1
        return f'password {self.names} of {self.username}'

    def new_address(self):
        self.names += 1
        self.addresses.append(f'{self.username}.{self.names}@example.org')
        return self.addresses[-1]


class Model:
    """All accounts, the counts, and the findings."""

    def __init__(self):
        self._lock = threading.Lock()
        self.accounts = []
        self.administrator = None  # who uses the pages for administrators
        self.counts = collections.Counter()
        self.findings = []

    def add(self, account):
        with self._lock:
            self.accounts.append(account)

    def count(self, what, number=1):
        with self._lock:
            self.counts[what] += number

    def finding(self, text):
        with self._lock:
            self.findings.append(text)
        print(f'FOUND: {text}', flush=True)
