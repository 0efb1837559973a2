"""The dialects of the API: the path of each, and its answers where the dialects differ."""

from dataclasses import dataclass

from tests.harness.answers import (BADTOKEN, BADTYPE, ERR500, INVALID, LOGGED_OUT, NOAUTH,
                                   NOT_ALLOWED, NOURL, REFUSED_CREDENTIALS, REGISTRATION_DISABLED,
                                   TOO_LARGE, error, exact, is_bad_token, is_bad_type)
from tests.harness.people import PASSWORD, unique

NOT_FOUND_02 = 'The requested URL was not found on the server.'
BOTH = ('0.7', '0.6')
ALL = ('0.7', '0.6', '0.2')


@dataclass(frozen=True)
class Dialect:
    """The name of a dialect, its prefix before /api/, and the answers that all its endpoints share."""
    name: str
    prefix: str
    invalid: tuple
    no_auth: tuple
    bad_type: tuple  # for a scheme other than Bearer
    expired: tuple
    bad_token: tuple
    user_gone: tuple  # for a token of a deleted account
    not_allowed: tuple
    no_url: tuple
    too_large: tuple
    failure: tuple
    bad_credentials: tuple
    registration_disabled: tuple
    logged_in: str
    logged_out: tuple
    logout_method: str

    def refuses(self, answer, expected):
        """Assert that this is a 401 of this dialect, with the matching headers."""
        if expected == BADTOKEN:
            is_bad_token(answer)
        elif expected == BADTYPE:
            is_bad_type(answer)
        else:
            exact(answer, expected)
            assert 'WWW-Authenticate' not in answer.headers

    def registration(self, **changes):
        """A valid body for register; names have at most 12 characters, as 0.2 requires."""
        name = unique('r')[:12]
        body = {'username': name, 'email': f'{unique(name)}@example.org', 'password': PASSWORD}
        if self.name == '0.7':
            body['accepted_policy'] = True
        if self.name == '0.2':
            body['password_conf'] = changes.get('password', PASSWORD)
        return {**body, **changes}


SHARED = {
    'invalid': INVALID, 'no_auth': NOAUTH, 'not_allowed': NOT_ALLOWED, 'no_url': NOURL,
    'too_large': TOO_LARGE, 'failure': ERR500, 'bad_credentials': REFUSED_CREDENTIALS,
    'registration_disabled': REGISTRATION_DISABLED, 'logged_in': 'successfully logged in',
    'logged_out': LOGGED_OUT, 'logout_method': 'POST'}

DIALECTS = {dialect.name: dialect for dialect in (
    Dialect('0.7', '', bad_type=BADTYPE, expired=BADTOKEN, bad_token=BADTOKEN, user_gone=BADTOKEN,
            **SHARED),
    Dialect('0.6', '/v0.6', bad_type=NOAUTH, user_gone=NOAUTH,
            expired=error('signature expired, please log in again', 401),
            bad_token=error('invalid token, please log in again', 401), **SHARED),
    Dialect('0.2', '/v0.2', invalid=error('Invalid payload.'),
            no_auth=error('Provide a valid auth token.', 401),
            bad_type=error('Provide a valid auth token.', 401),
            expired=error('Signature expired. Please log in again.', 401),
            bad_token=error('Invalid token. Please log in again.', 401),
            user_gone=error('Something went wrong. Please contact us.', 401),
            not_allowed=error('Method not allowed.', 405),
            no_url=(404, {'status': 'not found', 'message': NOT_FOUND_02}),
            too_large=error('Request body too large.', 413),
            failure=error('Error. Please try again or contact the administrator.', 500),
            bad_credentials=error('Invalid credentials.', 404),
            registration_disabled=error('Error. Registration is disabled.', 403),
            logged_in='Successfully logged in.',
            logged_out=(200, {'status': 'success', 'message': 'Successfully logged out.'}),
            logout_method='GET'))}
