"""An application of OAuth 2.0, as its program sees the server (contract §18 to §26)."""

import base64
import re
import time
from dataclasses import dataclass
from urllib.parse import parse_qsl, quote_plus, urlencode, urlsplit

from tests.harness.answers import exact
from tests.harness.tokens import sha256_hex

APPS = '/api/oauth/apps'
AUTHORIZE = '/api/oauth/authorize'
TOKEN = '/api/oauth/token'
REVOKE = '/api/oauth/revoke'
DEVICE = '/api/oauth/device'
METADATA = '/.well-known/oauth-authorization-server'
SCOPE = 'workouts:read workouts:write profile:read'
CALLBACK = 'https://uploader.example/callback'
FORM = 'application/x-www-form-urlencoded'
DEVICE_GRANT = 'urn:ietf:params:oauth:grant-type:device_code'
TOKEN_KEYS = {'access_token', 'expires_in', 'refresh_token', 'scope', 'token_type'}


def metadata(**changes):
    """A valid body that creates an application."""
    return {'client_name': 'An uploader', 'client_uri': 'https://uploader.example',
            'redirect_uris': [CALLBACK], 'scope': SCOPE, **changes}


def without_none(fields):
    return {name: value for name, value in fields.items() if value is not None}


def post_form(api, path, fields, token=None, headers=None):
    """POST a form. A list of values repeats the field, None leaves it out."""
    data = urlencode(without_none(fields), doseq=True)
    return api.post(path, data=data, token=token, headers={'Content-Type': FORM, **(headers or {})})


def basic(client_id, secret):
    pair = f'{quote_plus(client_id)}:{quote_plus(secret)}'
    return {'Authorization': 'Basic ' + base64.b64encode(pair.encode()).decode()}


def refuses(answer, error, description=None, status=400):
    """An error of RFC 6749."""
    body = {'error': error}
    if description is not None:
        body['error_description'] = description
    exact(answer, (status, body))
    assert answer.headers['Cache-Control'] == 'no-store'
    assert answer.headers['Pragma'] == 'no-cache'


def query_of(url):
    return dict(parse_qsl(urlsplit(url).query, keep_blank_values=True))


@dataclass
class App:
    api: object
    db: object
    user: object
    login: str  # a token of the user's own login
    id: int
    client_id: str
    secret: str

    @property
    def credentials(self):
        return {'client_id': self.client_id, 'client_secret': self.secret}

    def authorize(self, **fields):
        """The answer to the user's consent."""
        values = {'client_id': self.client_id, 'response_type': 'code', 'confirm': 'true',
                  'scope': SCOPE, **fields}
        return post_form(self.api, AUTHORIZE, values, self.login)

    def code(self, **fields):
        answer = self.authorize(**fields)
        assert answer.status == 200, answer.body
        return query_of(answer.json()['redirect_url'])['code']

    def ask(self, headers=None, **fields):
        """The answer of the token endpoint; by default with the credentials in the form."""
        return post_form(self.api, TOKEN, {**self.credentials, **fields}, headers=headers)

    def redeem(self, code, **fields):
        return self.ask(grant_type='authorization_code', code=code, **fields)

    def refresh(self, token, **fields):
        return self.ask(grant_type='refresh_token', refresh_token=token, **fields)

    def tokens(self, **fields):
        """A new pair of tokens."""
        answer = self.redeem(self.code(**fields))
        assert answer.status == 200, answer.body
        return answer.json()

    def row(self, token):
        """The row of an access or refresh token."""
        return self.db.row('SELECT * FROM oauth2_token WHERE %s IN (access_token, refresh_token)',
                           sha256_hex(token))

    def make_older(self, token, seconds):
        """Let time pass for a token, from its issue and from its revocation on."""
        self.db.run('UPDATE oauth2_token SET issued_at = issued_at - %s, access_token_revoked_at = '
                    'IF(access_token_revoked_at = 0, 0, access_token_revoked_at - %s) WHERE id = %s',
                    seconds, seconds, self.row(token)['id'])


def create_app(api, db, user, login, **changes):
    answer = api.post(APPS, json=metadata(**changes), token=login)
    assert answer.status == 201, answer.body
    client = answer.json()['data']['client']
    return App(api, db, user, login, client['id'], client['client_id'], client['client_secret'])


def are_tokens(answer, scope=SCOPE, expires_in=864000):
    """The answer issues tokens; returns them."""
    body = answer.json()
    assert answer.status == 200 and body['token_type'] == 'Bearer', body
    assert body.keys() == (TOKEN_KEYS if scope else TOKEN_KEYS - {'scope'})
    assert re.fullmatch('[A-Za-z0-9]{42}', body['access_token'])
    assert re.fullmatch('[A-Za-z0-9]{48}', body['refresh_token'])
    assert body['expires_in'] == expires_in and body.get('scope', '') == scope
    assert answer.headers['Cache-Control'] == 'no-store'
    assert answer.headers['Pragma'] == 'no-cache'
    return body


def seconds_now():
    return int(time.time())
