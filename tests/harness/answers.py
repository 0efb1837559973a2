"""The answers that the contract fixes, and exact comparison with them."""

import json
from dataclasses import dataclass, field

from requests.structures import CaseInsensitiveDict

NOT_ALLOWED = (405, {'status': 'error', 'message': 'method not allowed'})
TOO_LARGE = (413, {'status': 'error', 'message': 'request body too large'})
INVALID = (400, {'status': 'error', 'message': 'invalid payload'})
NOAUTH = (401, {'status': 'error', 'message': 'provide a valid auth token'})
BADTOKEN_TEXT = ('The access token provided is expired, revoked, malformed, or invalid for other '
                 'reasons.')
BADTOKEN = (401, {'error': 'invalid_token', 'error_description': BADTOKEN_TEXT})
BADTYPE = (401, {'error': 'unsupported_token_type'})
ERR500_BODY = {'status': 'error',
               'message': 'error, please try again or contact the administrator'}
ERR500 = (500, ERR500_BODY)
BAD_GATEWAY = (502, ERR500_BODY)
TIMED_OUT = (504, ERR500_BODY)
NOSCOPE = (403, {'error': 'insufficient_scope',
                 'error_description': 'The request requires higher privileges than provided by the '
                                      'access token.'})
NOURL = (404, {'status': 'not found',
               'message': 'the requested URL was not found on the server'})

REFUSED_CREDENTIALS = (401, {'status': 'error', 'message': 'invalid credentials'})
REGISTERED = (200, {'status': 'success'})
NAME_TAKEN = (400, {'status': 'error', 'message': 'sorry, that username is already taken'})
REGISTRATION_DISABLED = (403, {'status': 'error', 'message': 'error, registration is disabled'})
POLICY_REFUSED = (400, {'status': 'error',
                        'message': 'sorry, you must agree privacy policy to register'})
RESENT = (200, {'status': 'success', 'message': 'confirmation email resent'})
LOGGED_OUT = (200, {'status': 'success', 'message': 'successfully logged out'})
RESET_REQUESTED = (200, {'status': 'success', 'message': 'password reset request processed'})
PASSWORD_UPDATED = (200, {'status': 'success', 'message': 'password updated'})
BAD_RESET_TOKEN = (401, {'status': 'error',
                         'message': 'invalid token, please request a new token'})
EMAIL_UPDATED = (200, {'status': 'success', 'message': 'email updated'})
NO_SUCH_SPORT = (404, {'status': 'not found', 'message': 'sport does not exist'})
TOO_MANY_ATTEMPTS = (429, {'status': 'error',
                           'message': 'too many attempts, please try again later'})
PICTURE_UPDATED = (200, {'status': 'success', 'message': 'user picture updated'})
NO_FILE_PART = (400, {'status': 'fail', 'message': 'no file part'})
NO_FILE_NAME = (400, {'status': 'fail', 'message': 'no selected file'})
BAD_EXTENSION = (400, {'status': 'fail', 'message': 'file extension not allowed'})
INVALID_FILE = (400, {'status': 'fail', 'message': 'invalid file'})
TOO_MANY_PIXELS = (400, {'status': 'fail', 'message': 'invalid file: more than 40 megapixels'})
UPDATE_FAILED = (500, {'status': 'fail', 'message': 'error during picture update'})
DELETION_FAILED = (500, {'status': 'fail', 'message': 'error during picture deletion'})
UNKNOWN_USER = (404, {'status': 'not found', 'message': 'user does not exist'})
NO_PICTURE = (404, {'status': 'not found', 'message': 'No picture.'})
PONG = (200, {'status': 'success', 'message': 'pong!'})


@dataclass
class Answer:
    """One HTTP answer, however it was obtained."""
    status: int
    headers: CaseInsensitiveDict = field(default_factory=CaseInsensitiveDict)
    body: bytes = b''
    reason: str = ''  # the phrase of the status line

    def json(self):
        """The body, parsed strictly: UTF-8, no duplicate key, no NaN."""
        return json.loads(self.body.decode('utf-8'), object_pairs_hook=_unique,
                          parse_constant=_refuse_constant)


def _unique(pairs):
    keys = [key for key, _value in pairs]
    assert len(keys) == len(set(keys)), f'duplicate key in {keys}'
    return dict(pairs)


def _refuse_constant(text):
    raise AssertionError(f'{text} is not JSON')


def same_json(left, right):
    """Equality of JSON values. True differs from 1; 10 and 10.0 are the same number."""
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(same_json(left[k], right[k]) for k in left)
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(same_json, left, right))
    return left == right


def is_json(answer):
    """The Content-Type is exactly JSON's, the body can be parsed, and there is no CORS header."""
    assert answer.headers.get('Content-Type') == 'application/json', dict(answer.headers)
    foreign = [name for name in answer.headers if name.lower().startswith('access-control-')]
    assert not foreign, foreign
    return answer.json()


def exact(answer, expected):
    """Status, Content-Type and body are exactly these."""
    status, body = expected
    received = is_json(answer) if answer.body or body is not None else None
    assert (answer.status, received) == (status, body)
    assert same_json(received, body), f'{received!r} differs from {body!r} in a type'


def error(message, status=400):
    return status, {'status': 'error', 'message': message}


def is_bad_token(answer):
    exact(answer, BADTOKEN)
    assert answer.headers['WWW-Authenticate'] == (
        f'Bearer error="invalid_token", error_description="{BADTOKEN_TEXT}"')
    _is_not_kept(answer)


def is_bad_type(answer):
    exact(answer, BADTYPE)
    assert answer.headers['WWW-Authenticate'] == (
        'bearer error="unsupported_token_type", error_description=""')
    _is_not_kept(answer)


def is_bad_scope(answer):
    exact(answer, NOSCOPE)
    assert 'WWW-Authenticate' not in answer.headers
    _is_not_kept(answer)


def _is_not_kept(answer):
    assert answer.headers['Cache-Control'] == 'no-store'
    assert answer.headers['Pragma'] == 'no-cache'


def is_no_auth(answer):
    exact(answer, NOAUTH)
    assert 'WWW-Authenticate' not in answer.headers


def is_sensible(answer, *statuses):
    """For cases that the contract does not describe: JSON, and one of the reasonable statuses."""
    is_json(answer)
    assert answer.status in statuses
