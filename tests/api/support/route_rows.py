"""The rows and files that a request needs to reach the end of its route, and the parts of these requests."""

import hashlib
import hmac
import json
import time
import uuid
from dataclasses import dataclass, field
from urllib.parse import urlencode

from tests.api.support.configuration import SETTINGS
from tests.api.support.oauth import FORM, SCOPE, metadata
from tests.api.support.profile import shortuuid
from tests.api.support.scoped import oauth2_token, personal_token
from tests.harness.people import insert_session, insert_user, insert_workout, now, unique, user_row
from tests.harness.pictures import form, part, png
from tests.harness.tokens import b64, sha256_hex

KEY = SETTINGS['APP_SECRET_KEY']
VERIFIER = 'v' * 43
NEW_PASSWORD = 'another long password'
CHALLENGE = b64(hashlib.sha256(VERIFIER.encode()).digest())


@dataclass
class Case:
    """The arguments of Programs.cgi(), without those of the route. `path` None: the pattern of the route. `status`
    None: it is accepted."""
    path: str = None
    json: dict = None
    data: bytes = b''
    token: str = None
    parameters: dict = field(default_factory=dict)
    status: int = None


# ---- parts of requests -------------------------------------------------------------------------

def posted(fields, **options):
    return Case(data=urlencode(fields).encode(), **options, parameters={'CONTENT_TYPE': FORM})


def mac(text):
    return hmac.new(KEY.encode(), text.encode(), 'sha256').digest()


INSTALLATION = mac('cookie names of the pages\0')[:4].hex()
COOKIE = f'__Secure-fitgate_{INSTALLATION}'
GATE_COOKIE = f'__Host-fitgate_{INSTALLATION}_gate'


def with_picture(case, fields=()):
    """The case with a form that contains a picture."""
    case.data, headers = form(*(part(name, value.encode())
                              for name, value in fields), part('file', png(), 'a.png'))
    case.parameters['CONTENT_TYPE'] = headers['Content-Type']
    return case


class Rows:
    """Inserts what the cases need. Each account is a new one."""

    def __init__(self, sql, minter, upload_folder):
        self.sql = sql
        self.minter = minter
        self.uploads = upload_folder / 'uploads'

    def account(self, **columns):
        account = insert_user(self.sql, **columns)
        insert_session(self.sql, account.id, uuid.uuid4().hex)
        return account

    def member(self, account=None, path=None, **options):
        """A request of the API, as an account."""
        account = account or self.account()
        return Case(path, token=self.minter.token(account.id), **options)

    def admin(self, path=None, **options):
        return self.member(self.account(admin=1), path, **options)

    def page(self, account=None, path=None, query='', fields=None, **claims):
        """A request for a page, as an account; a POST if there are `fields`."""
        token = self.minter.token((account or self.account()).id, aud='pages', **claims)
        return self._of_browser(Case(path), f'{COOKIE}={token}', token, query, fields)

    def guest(self, query='', fields=None):
        secret = uuid.uuid4().hex
        return self._of_browser(Case(), f'{COOKIE}_guest={secret}', secret, query, fields)

    def admin_page(self, path=None, fields=None):
        return self.page(self.account(admin=1), path, fields=fields)

    @staticmethod
    def _of_browser(case, cookie, session, query, fields):
        case.parameters = {'HTTP_COOKIE': cookie, 'QUERY_STRING': query}
        if fields is not None:
            case.data = urlencode({'csrf': b64(mac(f'form:{session}')), **fields}).encode()
            case.parameters['CONTENT_TYPE'] = FORM
        return case

    # ---- rows ----------------------------------------------------------------------------------

    def pending(self, **columns):
        """The token of a link of a new account whose address changes, too."""
        token = unique('token')
        self.account(confirmation_token=sha256_hex(token), confirmation_sent_at=now(), **columns)
        return token

    def reset_token(self):
        account = self.account()
        return self.minter.reset_token(account.id, user_row(
            self.sql, account)['password'], account.email)

    def file(self, account, category, name):
        path = self.uploads / category / str(account.id) / name
        path.parent.mkdir(parents=True)
        path.write_bytes(png())
        return f'{category}/{account.id}/{name}'

    def account_with_picture(self):
        account = self.account()
        self.sql.run('UPDATE users SET picture = %s WHERE id = %s',
                     self.file(account, 'pictures', 'a.png'), account.id)
        return account

    def account_with_archive(self):
        account = self.account()
        self.file(account, 'exports', 'archive_a.zip')
        self.sql.insert('users_data_export', user_id=account.id, created_at=now(), completed=1,
                        file_name='archive_a.zip', file_size=len(png()))
        return account

    def account_with_workout(self):
        """An account and the identifier of its workout."""
        account = self.account()
        number = insert_workout(self.sql, account.id)
        return account, shortuuid(self.sql.value('SELECT uuid FROM workouts WHERE id = %s', number))

    def app(self, owner):
        """An application: its row's id, and its credentials."""
        credentials = {'client_id': uuid.uuid4().hex, 'client_secret': uuid.uuid4().hex}
        number = self.sql.insert(
            'oauth2_client', client_id=credentials['client_id'], user_id=owner.id,
            client_secret=sha256_hex(credentials['client_secret']), client_metadata=json.dumps(metadata()))
        oauth2_token(self.sql, owner.id, SCOPE, client_id=credentials['client_id'])
        return number, credentials

    def code(self, account, client_id):
        code = uuid.uuid4().hex
        self.sql.insert('oauth2_code', code=sha256_hex(code), auth_time=int(time.time()), grant_id=uuid.uuid4().hex,
                        client_id=client_id, scope=SCOPE, user_id=account.id, code_challenge=CHALLENGE,
                        code_challenge_method='S256')
        return code

    def device(self, account, client_id, **columns):
        """The code of a program that waits for consent, and that which it shows."""
        code, shown = uuid.uuid4().hex, 'BCDF-' + ''.join(
            'BCDFGHJKLMNPQRST'[digit >> 4] for digit in uuid.uuid4().bytes[:4])
        self.sql.run('DELETE FROM oauth2_device_code WHERE user_code = %s', sha256_hex(shown))
        self.sql.insert('oauth2_device_code', device_code=sha256_hex(code), user_code=sha256_hex(shown),
                        client_id=client_id, scope='profile:read', created_at=int(time.time()),
                        user_id=account.id, grant_id=uuid.uuid4().hex, **columns)
        return code, shown

    def job(self):
        return self.sql.insert('jobs', kind='mail', payload='{}',
                               run_after=now(), created_at=now(), failed_at=now())

    def invitation(self):
        """The text of the link for the first administrator."""
        token = uuid.uuid4().hex
        self.sql.run('UPDATE users SET admin = 0')
        self.sql.run(
            'UPDATE admin_invitation SET token = %s, created_at = UTC_TIMESTAMP(6)',
            sha256_hex(token))
        return token


# ---- rows of an account, by the numbers in their paths ------------------------------------------

def a_session(rows, account):
    return insert_session(rows.sql, account.id, uuid.uuid4().hex)


def a_token(rows, account):
    return personal_token(rows.sql, account.id).id


def an_app(rows, account):
    return rows.app(account)[0]
