"""Accounts and workouts for tests, with unique names."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from tests.harness.passwords import new_hash
from tests.harness.tokens import sha256_hex

PASSWORD = 'correct horse battery'
_hashes = {}


def unique(prefix='u'):
    return f'{prefix}_{uuid.uuid4().hex[:16]}'


def now():
    return datetime.now(timezone.utc).replace(tzinfo=None)


def cheap_hash(password):
    """A cached hash of the password, in the format and at the cost of the tests' PASSWORD_HASH."""
    if password not in _hashes:
        _hashes[password] = new_hash(password, '$2b$', 4)
    return _hashes[password]


@dataclass
class User:
    id: int
    username: str
    email: str
    password: str

    @property
    def credentials(self):
        return {'email': self.email, 'password': self.password}


def insert_user(sql, *, active=True, password=PASSWORD, password_hash=None, **columns):
    """An account inserted by plain SQL, as an import or another program does it."""
    username = columns.pop('username', None) or unique()
    email = columns.pop('email', None) or f'{username}@example.org'
    values = {'username': username, 'email': email, 'created_at': now(), 'is_active': int(active),
              'password': password_hash or cheap_hash(password), 'timezone': 'Europe/Paris',
              'date_format': 'MM/dd/yyyy', 'language': 'en', 'accepted_policy_date': now()}
    values.update(columns)
    return User(sql.insert('users', **values), username, email, password)


def user_row(sql, account):
    """All columns of an account."""
    return sql.row('SELECT * FROM users WHERE id = %s', account.id)


def differences(before, after):
    """The columns in which two rows differ, with their new values."""
    return {name: after[name] for name in after if after[name] != before[name]}


def insert_workout(sql, user_id, sport_id=1, **columns):
    """A workout; returns its id."""
    values = {'uuid': str(uuid.uuid4()), 'user_id': user_id, 'sport_id': sport_id,
              'workout_date': '2024-05-01 10:00:00', 'duration': 3600, 'moving': 3500,
              'distance': '10.000', 'ascent': '100.000'}
    values.update(columns)
    return sql.insert('workouts', **values)


def insert_session(sql, user_id, token, **columns):
    """A session of the token with this text; returns its id."""
    values = {'user_id': user_id, 'token': sha256_hex(token), 'token_epoch': 0, 'created_at': now(),
              'last_seen_at': now(), 'expires_at': now() + timedelta(hours=1)}
    values.update(columns)
    return sql.insert('sessions', **values)


def insert_record(sql, workout_id, record_type, value, **columns):
    """A record of a workout; returns its id."""
    workout = sql.row('SELECT * FROM workouts WHERE id = %s', workout_id)
    values = {'user_id': workout['user_id'], 'sport_id': workout['sport_id'],
              'workout_id': workout_id, 'workout_uuid': workout['uuid'],
              'record_type': record_type, 'workout_date': workout['workout_date'], 'value': value}
    values.update(columns)
    return sql.insert('records', **values)
