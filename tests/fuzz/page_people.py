"""The people of tests/fuzz/page_requests.py with a browser, and the rows that the forms of their pages are about."""

import contextlib
import json
import secrets
import time
import uuid

from tests.api.support.visitor import Visitor
from tests.harness import pictures
from tests.harness.people import insert_session, now, unique
from tests.harness.tokens import sha256_hex

CALLBACK = 'https://uploader.example/callback'  # of the application CLIENTID
PEOPLE = ('GUEST', 'MEMBER', 'ADMIN')  # with the placeholders GUESTCOOKIE, GUESTCSRF and so on
INVITATION = uuid.uuid4().hex
EVIL = '"\'><script>alert(1)</script><b onclick=x>'


class Silent:
    """A transcript without a reader."""

    def add(self, _text):
        pass


def new_visitor(stack):
    return Visitor(stack, Silent())


@contextlib.contextmanager
def no_administrator(sql):
    """Meanwhile the invitation is valid, because no account is an administrator."""
    numbers = [row['id'] for row in sql.rows('SELECT id FROM users WHERE admin = 1')]
    sql.run('UPDATE users SET admin = 0')
    sql.run(
        'UPDATE admin_invitation SET token = %s, created_at = UTC_TIMESTAMP(6)',
        sha256_hex(INVITATION))
    try:
        yield
    finally:
        sql.run('UPDATE users SET admin = 0')
        for number in numbers:
            sql.run('UPDATE users SET admin = 1 WHERE id = %s', number)


def add_file(stack, account, category, name, octets):
    path = stack.upload_folder / 'uploads' / category / str(account.id) / name
    path.parent.mkdir(parents=True)
    path.write_bytes(octets)


def add_picture(stack, sql, account):
    add_file(stack, account, 'pictures', 'a.png', pictures.png())
    sql.run('UPDATE users SET picture = %s WHERE id = %s',
            f'pictures/{account.id}/a.png', account.id)


def insert_app(sql, owner, user):
    """An application with a code and a refresh token of the user; the values of their placeholders."""
    words = {
        word: uuid.uuid4().hex for word in (
            'CLIENTID',
            'CLIENTSECRET',
            'CLIENTCODE',
            'REFRESHING')}
    issued = {'client_id': words['CLIENTID'], 'scope': 'profile:read', 'user_id': user.id}
    app = sql.insert('oauth2_client', client_id=words['CLIENTID'], client_secret=sha256_hex(words['CLIENTSECRET']),
                     user_id=owner.id, client_metadata=json.dumps({
                         'client_name': f'An {EVIL}', 'client_uri': 'https://uploader.example',
                         'redirect_uris': [CALLBACK], 'scope': 'profile:read workouts:read'}))
    sql.insert('oauth2_code', code=sha256_hex(words['CLIENTCODE']), auth_time=int(time.time()), grant_id=uuid.uuid4().hex,
               **issued)
    sql.insert('oauth2_token', access_token=sha256_hex(uuid.uuid4().hex), refresh_token=sha256_hex(words['REFRESHING']),
               token_type='Bearer', issued_at=int(time.time()), expires_in=3600, grant_id=uuid.uuid4().hex, **issued)
    return {**words, 'APPID': str(app)}


def insert_device(sql, account, app):
    """A program that waits for the consent of the account; the code that it shows."""
    letters = ''.join(secrets.choice('BCDFGHJKLMNPQRSTVWXZ')
                      for _ in range(8))  # Hypothesis seeds the module random
    code = f'{letters[:4]}-{letters[4:]}'
    sql.insert('oauth2_device_code', device_code=sha256_hex(uuid.uuid4().hex), user_code=sha256_hex(code), client_id=app,
               scope='profile:read', created_at=int(time.time()), user_id=account.id, grant_id=uuid.uuid4().hex)
    return code


def rows_of(sql, account, other):
    """Insert what the forms of an account are about; `other` owns an application that has access to the account.
    Returns the values of the placeholders."""
    app = insert_app(sql, account, account)
    numbers = {
        'USERID': account.id,
        'SESSIONID': insert_session(sql, account.id, uuid.uuid4().hex),
        'PERSONALID': sql.insert('personal_tokens', user_id=account.id, name='a script', created_at=now(),
                                 token=sha256_hex(uuid.uuid4().hex), scope='gate'),
        'JOBID': sql.insert('jobs', kind='mail', payload='{}', run_after=now(), created_at=now(), failed_at=now(),
                            last_error=f'an {EVIL}')}
    return {**app, **{word: str(number) for word, number in numbers.items()},
            'CONNECTED': insert_app(sql, other, account)['CLIENTID'],
            'USERCODE': insert_device(sql, account, app['CLIENTID']),
            'NEWNAME': unique(), 'INVITED': INVITATION}


def values_of(stack, sql, account, administrator):
    """The values of the placeholders of three people with a browser."""
    guest, member, admin = (new_visitor(stack) for _ in PEOPLE)
    guest.open('/login')
    member.log_in(account)
    admin.log_in(administrator)
    found = rows_of(sql, account, administrator)
    for name, visitor in zip(PEOPLE, (guest, member, admin)):
        visitor.open('/login' if visitor is guest else '/')
        cookies = {cookie.name: cookie.value for cookie in visitor.session.cookies}
        gate = {key: value for key, value in cookies.items() if key.endswith('_gate')}
        found[f'{name}COOKIE'] = '; '.join(
            f'{key}={value}' for key,
            value in cookies.items() if key not in gate)
        found[f'{name}GATE'] = '; '.join(f'{key}={value}' for key, value in gate.items())
        found[f'{name}CSRF'] = visitor.page.parsed.forms[0].values['csrf']
    return found
