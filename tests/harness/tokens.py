"""JSON Web Tokens built and parsed by hand, so that tests can also build invalid ones."""

import base64
import hashlib
import hmac
import json
import time
import uuid

ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
ABSENT = object()
HEADER = {'alg': 'HS256', 'typ': 'JWT'}


def b64(octets):
    return base64.urlsafe_b64encode(octets).rstrip(b'=').decode()


def unb64(text):
    return base64.urlsafe_b64decode(text + '=' * (-len(text) % 4))


def compact(value):
    return b64(json.dumps(value, separators=(',', ':')).encode())


def signature(key, signed_text, hash_name='sha256'):
    return b64(hmac.new(key.encode(), signed_text.encode(), hash_name).digest())


def sign(key, header_part, payload_part, hash_name='sha256'):
    """A signed token with the given two parts."""
    signed_text = f'{header_part}.{payload_part}'
    return f'{signed_text}.{signature(key, signed_text, hash_name)}'


def sha256_hex(text):
    return hashlib.sha256(text.encode()).hexdigest()


def read(token):
    """Header and claims of a token, unchecked."""
    header, payload, _signature = token.split('.')
    return json.loads(unb64(header)), json.loads(unb64(payload))


def other_last_character(part):
    """The same bytes in non-canonical base64url: unused bits of the last character are set."""
    unused = {2: 4, 3: 2}[len(part) % 4]  # bits
    position = ALPHABET.index(part[-1])
    assert position % (1 << unused) == 0
    return part[:-1] + ALPHABET[position + 1]


def reset_binding(password_hash, email):
    """The value that binds a reset token to the current password and address of an account."""
    return sha256_hex(f'{password_hash}|{email.lower()}')[:16]


class Minter:
    """Issues tokens with a server's key."""

    def __init__(self, key):
        self.key = key

    def claims(self, user_id, **changes):
        """Valid claims of a token of this user, with these changes; ABSENT removes a claim."""
        now = int(time.time())
        claims = {'exp': now + 3600, 'iat': now, 'sub': user_id, 'jti': uuid.uuid4().hex, 'gen': 0}
        claims.update(changes)
        return {name: value for name, value in claims.items() if value is not ABSENT}

    def token(self, user_id, *, header=None, key=None, hash_name='sha256', **changes):
        return sign(self.key if key is None else key, compact(HEADER if header is None else header),
                    compact(self.claims(user_id, **changes)), hash_name)

    def reset_token(self, user_id, password_hash, email, **changes):
        """A token like those in the e-mails, valid only with this password and address."""
        return self.token(user_id, **{'jti': ABSENT, 'gen': ABSENT, 'aud': 'password-reset',
                                      'pwd': reset_binding(password_hash, email), **changes})

    def token_of_text(self, payload, header=None):
        """A properly signed token around any payload bytes."""
        return sign(self.key, compact(HEADER if header is None else header), b64(payload))
