"""What must be stored: all writes that were accepted, and those of which nobody can know.

A write has three outcomes. Accepted: it is there, unless a later one has taken its place. Refused: it is not.
Doubtful (no answer, or a 5xx): it may be there or not, and it may come late, when whoever works at it
was held up and the client has long given up.
"""

import collections
import threading
import time

LATE = 150  # seconds after which nobody works at a request any more that had no answer


class Value:
    """What one thing that is stored may be."""

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
        """Whether it can be one thing only."""
        return len(self._possible) == 1

    @property
    def settled(self):
        """Whether nobody can be at work at it any more, be it to write the same once again."""
        self._drop_expired()
        return not self._late

    def observe(self, seen):
        """It has been read. False: it cannot be that."""
        self._drop_expired()
        if seen not in self._possible:
            return False
        if not self._late:
            self._possible = [seen]
        return True


class Owed:
    """How many different mails of one kind an account must and may have got."""

    def __init__(self):
        self.least = 0
        self.most = 0

    def accept(self, _value=None):
        self.least += 1
        self.most += 1

    def doubt(self, _value=None):
        self.most += 1


class Account:
    """A user and all that is known of what is stored."""

    def __init__(self, username, password, defaults):
        self.username = username
        self.addresses = [f'{username}@example.org']
        self.exists = Value(False)
        self.active = Value(False)
        self.password = Value(password)
        self.email = Value(self.addresses[0])
        self.pending = Value(None)
        self.profile = Value((None,) * 5)
        self.preferences = Value(('MM/dd/yyyy', 'Europe/Paris', 'en', True, False, True, False, False))
        self.picture = Value(None)
        self.sports = {sport: Value(value) for sport, value in defaults.items()}
        self.export = Value(False)  # whether one has been asked for
        self.mail = collections.defaultdict(Owed)
        self.workouts = []  # their titles; None: unknown
        self.track = None  # (bytes, CRC)
        self.logged_out = []  # tokens
        self.token = None
        self.token_made = None  # under which clock, and after how many changes of the password
        self.password_changes = 0
        self.names = 0  # of passwords and addresses that were made up

    def new_password(self):
        self.names += 1
        return f'password {self.names} of {self.username}'

    def new_address(self):
        self.names += 1
        self.addresses.append(f'{self.username}.{self.names}@example.org')
        return self.addresses[-1]


class Model:
    """All accounts, the figures, and what was found to be wrong."""

    def __init__(self):
        self._lock = threading.Lock()
        self.accounts = []
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
