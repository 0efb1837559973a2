"""Tokens with scopes (contract §3.3), inserted by plain SQL."""

import time
import uuid
from dataclasses import dataclass

from tests.harness.people import now
from tests.harness.tokens import sha256_hex

PERSONAL_PREFIX = 'fgpt_'
SCOPES = ('application:write', 'profile:read', 'profile:write', 'users:read', 'users:write',
          'workouts:read', 'workouts:write')
ALL_SCOPES = ' '.join(SCOPES)


@dataclass
class ScopedToken:
    id: int
    text: str


def oauth2_token(sql, user_id, scope=ALL_SCOPES, **columns):
    """`access_token` and `refresh_token` are texts; the table stores their hashes."""
    values = {'client_id': 'tests', 'token_type': 'Bearer', 'access_token': uuid.uuid4().hex,
              'refresh_token': uuid.uuid4().hex, 'scope': scope, 'issued_at': int(time.time()),
              'expires_in': 3600, 'user_id': user_id}
    values.update(columns)
    text = values['access_token']
    for name in ('access_token', 'refresh_token'):
        values[name] = sha256_hex(values[name])
    return ScopedToken(sql.insert('oauth2_token', **values), text)


def personal_token(sql, user_id, scope=ALL_SCOPES, **columns):
    text = PERSONAL_PREFIX + uuid.uuid4().hex
    values = {'user_id': user_id, 'name': 'a script', 'token': sha256_hex(text), 'scope': scope,
              'created_at': now()}
    values.update(columns)
    return ScopedToken(sql.insert('personal_tokens', **values), text)
