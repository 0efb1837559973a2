"""The endpoints that read a JSON body, each with a valid body."""

from dataclasses import dataclass

from tests.harness.answers import POLICY_REFUSED, REFUSED_CREDENTIALS, RESENT, is_json
from tests.harness.people import unique
from tests.harness.tokens import sha256_hex

JSON_PATHS = {
    'register': '/api/auth/register',
    'confirm': '/api/auth/account/confirm',
    'resend': '/api/auth/account/resend-confirmation',
    'login': '/api/auth/login',
}


@dataclass
class JsonEndpoint:
    """`body` is well-formed; `expected` is the answer that proves that it was read."""
    path: str
    body: dict
    expected: tuple  # (status, message)

    def was_read(self, answer):
        assert (answer.status, is_json(answer).get('message')) == self.expected


def json_endpoint(name, make_user):
    """A new endpoint for each test: confirm's token can be used once."""
    path = JSON_PATHS[name]
    if name == 'register':
        body = {'username': unique(), 'email': f'{unique()}@example.org',
                'password': 'long enough', 'accepted_policy': False}
        return JsonEndpoint(path, body, (400, POLICY_REFUSED[1]['message']))
    if name == 'confirm':
        token = unique('token')
        make_user(active=False, confirmation_token=sha256_hex(token))
        return JsonEndpoint(path, {'token': token}, (200, 'account confirmation successful'))
    if name == 'resend':
        return JsonEndpoint(path, {'email': f'{unique()}@example.org'}, (200, RESENT[1]['message']))
    body = {'email': f'{unique()}@example.org', 'password': 'long enough'}
    return JsonEndpoint(path, body, (401, REFUSED_CREDENTIALS[1]['message']))
