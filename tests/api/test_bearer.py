"""Bearer authentication (contract §3.1 and §3.2), at both endpoints that require it."""

import json
import time
import uuid

import pytest

from tests.harness.answers import (INVALID, exact, is_bad_token, is_bad_type, is_no_auth,
                                   is_sensible)
from tests.harness.people import now
from tests.harness.tokens import (ABSENT, HEADER, b64, compact, other_last_character, read, sha256_hex,
                                  sign, signature, unb64)

PROTECTED = {'profile': ('GET', '/api/auth/profile'), 'logout': ('POST', '/api/auth/logout')}
HOUR = 3600
NO_USER = 2_000_000_000


@pytest.fixture(params=PROTECTED.values(), ids=PROTECTED.keys())
def ask(request, api):
    """Call a protected endpoint with these header lines, or with a bearer token."""
    method, path = request.param

    def call(*lines, token=None):
        if token is not None:
            lines = (f'Authorization: Bearer {token}',)
        head = ''.join(f'{line}\r\n' for line in lines)
        return api.raw(f'{method} {path} HTTP/1.1\r\nHost: x\r\n{head}'
                       'Connection: close\r\n\r\n'.encode())
    return call


@pytest.fixture
def token(minter, user):
    return minter.token(user.id)


def is_accepted(answer):
    assert answer.status == 200, answer.body
    assert 'WWW-Authenticate' not in answer.headers


# ---- the header --------------------------------------------------------------------------------

def test_without_a_header_authentication_is_asked_for(ask):
    is_no_auth(ask())


@pytest.mark.parametrize('value', ['', ' ', 'Bearer', 'bearer', 'abc', 'Bearer ', 'Bearer    ',
                                   'Bearer\t', 'Bearer \t ', 'Basic', 'Basic  ',
                                   'eyJhbGciOiJIUzI1NiJ9.e30.x'])
def test_a_header_without_a_token_is_ignored(ask, value):
    is_no_auth(ask(f'Authorization: {value}'))


@pytest.mark.parametrize('scheme', ['Basic', 'Token', 'JWT', 'Digest', 'Bearerx', 'Beare', 'X'])
def test_another_scheme_is_refused_by_its_type(ask, scheme):
    is_bad_type(ask(f'Authorization: {scheme} abc'))


@pytest.mark.parametrize('scheme', ['Basic', 'Token', 'JWT', 'Bearerx'])
def test_another_scheme_is_refused_even_with_a_valid_token(ask, scheme, token):
    is_bad_type(ask(f'Authorization: {scheme} {token}'))


@pytest.mark.parametrize('scheme', ['Bearer', 'bearer', 'BEARER', 'bEaReR'])
def test_the_scheme_can_be_in_any_case(ask, scheme, token):
    is_accepted(ask(f'Authorization: {scheme} {token}'))


@pytest.mark.parametrize('name', ['authorization', 'AUTHORIZATION'])
def test_the_header_name_can_be_in_any_case(ask, name, token):
    is_accepted(ask(f'{name}: Bearer {token}'))


def test_spaces_around_the_token_are_ignored(ask, token):
    is_accepted(ask(f'Authorization:   Bearer    {token}   '))


@pytest.mark.parametrize('form', ['{0} x', '{0}, x', '{0},', ',{0}', '{0}\tx', 'x {0}', '{0} {0}',
                                  '"{0}"'])
def test_text_beside_the_token_is_refused(ask, form, token):
    is_bad_token(ask(f'Authorization: Bearer {form.format(token)}'))


def test_two_headers_are_refused(ask, token):
    line = f'Authorization: Bearer {token}'
    exact(ask(line, line), INVALID)


@pytest.mark.parametrize('name', ['token', 'access_token', 'auth_token', 'authorization'])
def test_a_token_in_the_query_string_is_ignored(api, name, token):
    is_no_auth(api.get(f'/api/auth/profile?{name}={token}'))


@pytest.mark.parametrize('name', ['token', 'access_token'])
def test_a_token_in_a_form_is_ignored(api, name, token):
    is_no_auth(api.post('/api/auth/logout', data=f'{name}={token}',
                        headers={'Content-Type': 'application/x-www-form-urlencoded'}))


@pytest.mark.parametrize('name', ['Redirect-HTTP-Authorization', 'X-Authorization', 'Cookie',
                                  'Proxy-Authorization'])
def test_a_token_in_another_header_is_ignored(ask, name, token):
    is_no_auth(ask(f'{name}: Bearer {token}'))


def test_a_cookie_beside_the_header_changes_nothing(ask, token):
    is_accepted(ask(f'Authorization: Bearer {token}', 'Cookie: session=x'))


# ---- valid tokens ------------------------------------------------------------------------------

def test_a_token_is_accepted(ask, token):
    is_accepted(ask(token=token))


@pytest.mark.parametrize('changes', [
    {'jti': ABSENT}, {'gen': ABSENT}, {'jti': ABSENT, 'gen': ABSENT}, {'iss': 'x'},
    {'scope': 'none', 'admin': True, 'x': {'y': [1, None]}}, {'nbf': 0}, {'name': 'é😀'},
], ids=['no jti', 'no gen', 'neither', 'iss', 'unknown claims', 'nbf in the past', 'non-ASCII'])
def test_optional_claims_are_accepted(ask, minter, user, changes):
    is_accepted(ask(token=minter.token(user.id, **changes)))


@pytest.mark.parametrize('claim', ['iat', 'nbf'])
def test_a_clock_ahead_by_half_a_minute_is_accepted(ask, minter, user, claim):
    is_accepted(ask(token=minter.token(user.id, **{claim: int(time.time()) + 30})))


def test_a_life_of_a_hundred_years_is_accepted(ask, minter, user):
    is_accepted(ask(token=minter.token(user.id, exp=int(time.time()) + 100 * 365 * 86400)))


def test_a_token_issued_long_ago_is_accepted_until_it_expires(ask, minter, user):
    is_accepted(ask(token=minter.token(user.id, iat=1_000_000_000)))


def test_whitespace_and_order_in_the_json_do_not_matter(ask, minter, user):
    claims = dict(reversed(minter.claims(user.id).items()))
    header = b64(b' {\n"typ" : "JWT" , "alg" : "HS256" }\r\n')
    is_accepted(ask(token=sign(minter.key, header, b64(json.dumps(claims, indent=2).encode()))))


# ---- invalid claims ----------------------------------------------------------------------------

def soon(seconds):
    return lambda: int(time.time()) + seconds


BAD_CLAIMS = {
    'expired': {'exp': soon(-1)}, 'expires now': {'exp': soon(0)}, 'expired long ago': {'exp': 1},
    'exp zero': {'exp': 0}, 'exp negative': {'exp': -1}, 'exp far in the past': {'exp': -2**63},
    'no exp': {'exp': ABSENT}, 'exp null': {'exp': None}, 'exp a string': {'exp': '9999999999'},
    'exp a fraction': {'exp': 9999999999.5}, 'exp a boolean': {'exp': True},
    'exp an array': {'exp': [9999999999]}, 'exp an object': {'exp': {}},
    'no iat': {'iat': ABSENT}, 'iat null': {'iat': None}, 'iat a string': {'iat': '1'},
    'iat a fraction': {'iat': 1000000000.5}, 'iat a boolean': {'iat': True},
    'iat an array': {'iat': []},
    'iat ahead': {'iat': soon(120)}, 'iat far ahead': {'iat': 2**62},
    'nbf ahead': {'nbf': soon(120)}, 'nbf far ahead': {'nbf': 2**62},
    'aud': {'aud': 'fitgate'}, 'aud of a reset token': {'aud': 'password-reset'},
    'aud an array': {'aud': ['fitgate']},
    'no sub': {'sub': ABSENT}, 'sub null': {'sub': None}, 'sub true': {'sub': True},
    'sub an object': {'sub': {}}, 'sub an array': {'sub': [1]}, 'sub unknown': {'sub': NO_USER},
    'sub zero': {'sub': 0}, 'sub negative': {'sub': -1}, 'sub of 64 bits': {'sub': 2**63 - 1},
    'sub beyond 64 bits': {'sub': 2**64 + 1}, 'sub huge': {'sub': 10**400},
    'gen of another epoch': {'gen': 1}, 'gen negative': {'gen': -1},
    'gen beyond 64 bits': {'gen': 2**64}, 'gen a fraction': {'gen': 0.5},
}


@pytest.mark.parametrize('changes', BAD_CLAIMS.values(), ids=BAD_CLAIMS.keys())
def test_a_token_with_a_bad_claim_is_refused(ask, minter, user, changes):
    changes = {name: value() if callable(value) else value for name, value in changes.items()}
    is_bad_token(ask(token=minter.token(user.id, **changes)))


@pytest.mark.parametrize('form', [str, float, lambda number: f' {number}',
                                  lambda number: number + 0.5,
                                  lambda number: -number, lambda number: number + 2**32,
                                  lambda number: number + 2**64])
def test_a_sub_that_resembles_the_account_is_refused(ask, minter, user, form):
    is_bad_token(ask(token=minter.token(user.id, sub=form(user.id))))


ODD_CLAIMS = {
    'exp at the end of 64 bits': {'exp': 2**63 - 1}, 'exp beyond 64 bits': {'exp': 2**63},
    'exp huge': {'exp': 10**300}, 'iat far in the past': {'iat': -2**63},
    'nbf a string': {'nbf': '0'}, 'nbf huge negative': {'nbf': -10**300},
    'jti a number': {'jti': 1}, 'jti null': {'jti': None}, 'jti an object': {'jti': {}},
    'jti long': {'jti': 'x' * 2000}, 'jti empty': {'jti': ''}, 'gen a string': {'gen': '0'},
    'gen null': {'gen': None}, 'gen false': {'gen': False}, 'gen an array': {'gen': []},
    'aud empty': {'aud': ''}, 'aud null': {'aud': None}, 'aud an empty array': {'aud': []},
    'deep claims': {'x': json.loads('[' * 60 + ']' * 60)},
}


@pytest.mark.parametrize('changes', ODD_CLAIMS.values(), ids=ODD_CLAIMS.keys())
def test_a_token_with_an_unusual_claim_causes_no_internal_error(ask, minter, user,
                                                                changes):
    answer = ask(token=minter.token(user.id, **changes))
    is_sensible(answer, 200, 401)
    if answer.status == 401:
        is_bad_token(answer)


@pytest.mark.parametrize('payload', [
    b'', b'x', b'{', b'[]', b'1', b'"x"', b'null', b'{}', b'\xff', b'{"sub": NaN}', b'[' * 2000,
    b'{"exp": 9999999999, "iat": 1, "sub": 1e0000000000000000000000000000000001}',
    b'{"exp": 9999999999, "iat": 1, "sub": "\\u0000"}', b'{"exp": 01}'])
def test_a_signed_payload_without_claims_is_refused(ask, minter, payload):
    is_bad_token(ask(token=minter.token_of_text(payload)))


# ---- malformed tokens --------------------------------------------------------------------------

@pytest.mark.parametrize('text', [
    'x', '.', '..', '...', 'a.b', 'a.b.c', 'a..c', '.b.c', 'a.b.', 'a.b.c.d', 'x' * 40, '=', '%00',
    'null', 'undefined', '{}', '*', "' OR 1=1 --", 'é', 'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9'])
def test_a_text_that_is_not_a_token_is_refused(ask, text):
    answer = ask(token=text)
    is_bad_token(answer)


def test_a_token_of_two_parts_is_refused(ask, token):
    is_bad_token(ask(token=token.rpartition('.')[0]))


@pytest.mark.parametrize('change', [lambda t: t + '.', lambda t: t + '.x', lambda t: '.' + t,
                                    lambda t: t.replace('.', '..', 1), lambda t: t + '=',
                                    lambda t: t + '==', lambda t: t[:-1], lambda t: t + 'A',
                                    lambda t: t[1:], str.lower, str.upper, str.swapcase])
def test_a_token_of_changed_text_is_refused(ask, token, change):
    is_bad_token(ask(token=change(token)))


@pytest.mark.parametrize('part', [0, 1, 2])
def test_a_token_with_a_changed_character_in_a_part_is_refused(ask, token, part):
    parts = token.split('.')
    middle = len(parts[part]) // 2
    other = 'A' if parts[part][middle] != 'A' else 'B'
    parts[part] = parts[part][:middle] + other + parts[part][middle + 1:]
    is_bad_token(ask(token='.'.join(parts)))


def test_a_signature_of_the_same_bytes_in_other_characters_is_refused(ask, token):
    head, _, last = token.rpartition('.')
    other = other_last_character(last)
    assert unb64(other) == unb64(last)
    is_bad_token(ask(token=f'{head}.{other}'))


def of_odd_length(value):
    """The base64url text of a JSON object whose last character has unused bits."""
    while True:
        text = compact(value)
        if len(text) % 4:
            return text
        value = {**value, 'pad': value.get('pad', '') + 'x'}


@pytest.mark.parametrize('which', ['header', 'payload'])
@pytest.mark.parametrize('change', [
    other_last_character, lambda part: part + '=' * (-len(part) % 4), lambda part: part + '=',
    lambda part: part + 'A' * (5 - len(part) % 4)],
    ids=['not canonical', 'padding', 'one =', 'impossible length'])
def test_a_signed_part_in_another_base64_is_refused(ask, minter, user, which, change):
    header, payload = of_odd_length(HEADER), of_odd_length(minter.claims(user.id))
    is_accepted(ask(token=sign(minter.key, header, payload)))
    if which == 'header':
        header = change(header)
    else:
        payload = change(payload)
    is_bad_token(ask(token=sign(minter.key, header, payload)))


def test_a_signed_part_in_the_other_base64_alphabet_is_refused(ask, minter, user):
    claims = minter.claims(user.id, x='>>>???~~~')
    payload = b64(json.dumps(claims).encode())
    other = payload.replace('-', '+').replace('_', '/')
    assert other != payload
    is_accepted(ask(token=sign(minter.key, compact(HEADER), payload)))
    is_bad_token(ask(token=sign(minter.key, compact(HEADER), other)))


# ---- algorithms and keys -----------------------------------------------------------------------

@pytest.mark.parametrize('name', ['none', 'None', 'NONE', 'nOnE', '', 'HS384', 'HS512', 'RS256',
                                  'ES256', 'PS256', 'hs256', 'HS256 ', 'HS2560', 'HS25'])
def test_another_algorithm_in_the_header_is_refused_though_signed_with_hs256(ask, minter, user,
                                                                             name):
    is_bad_token(ask(token=minter.token(user.id, header={'alg': name, 'typ': 'JWT'})))


@pytest.mark.parametrize('name', ['none', 'None', 'NONE'])
def test_an_unsigned_token_is_refused(ask, minter, user, name):
    unsigned = f'{compact({"alg": name, "typ": "JWT"})}.{compact(minter.claims(user.id))}.'
    is_bad_token(ask(token=unsigned))


def test_a_token_with_an_empty_signature_is_refused(ask, token):
    is_bad_token(ask(token=token.rpartition('.')[0] + '.'))


@pytest.mark.parametrize(('name', 'hash_name'), [('HS384', 'sha384'), ('HS512', 'sha512'),
                                                 ('HS256', 'sha384'), ('HS256', 'sha512'),
                                                 ('HS1', 'sha1')])
def test_a_signature_of_another_algorithm_is_refused(ask, minter, user, name, hash_name):
    is_bad_token(ask(token=minter.token(user.id, header={'alg': name, 'typ': 'JWT'},
                                        hash_name=hash_name)))


@pytest.mark.parametrize('header', [{}, {'typ': 'JWT'}, {'alg': None}, {'alg': 256}, {'alg': True},
                                    {'alg': ['HS256']}, {'alg': {'HS256': 1}}, [], 'HS256', 1,
                                    None])
def test_a_header_without_the_algorithm_is_refused(ask, minter, user, header):
    payload = compact(minter.claims(user.id))
    is_bad_token(ask(token=sign(minter.key, compact(header), payload)))


def test_the_second_of_two_algorithms_does_not_hide_the_first(ask, minter, user):
    for header in (b'{"alg":"HS256","alg":"none"}', b'{"alg":"none","alg":"HS256"}'):
        parts = b64(header), compact(minter.claims(user.id))
        is_bad_token(ask(token='.'.join(parts) + '.'))


@pytest.mark.parametrize('key', ['', 'x', 'wrong key', '0' * 64])
def test_a_signature_with_another_key_is_refused(ask, minter, user, key):
    is_bad_token(ask(token=minter.token(user.id, key=key)))


def test_a_signature_with_a_part_of_the_key_is_refused(ask, minter, user):
    is_bad_token(ask(token=minter.token(user.id, key=minter.key[:-1])))
    is_bad_token(ask(token=minter.token(user.id, key=minter.key + 'x')))


def test_a_shortened_signature_is_refused(ask, token):
    head, _, last = token.rpartition('.')
    for content in (16, 31):
        is_bad_token(ask(token=f'{head}.{b64(unb64(last)[:content])}'))


def test_a_signature_over_another_payload_is_refused(ask, minter, user):
    first, second = minter.token(user.id), minter.token(user.id)
    mixed = second.rpartition('.')[0] + '.' + first.rpartition('.')[2]
    is_bad_token(ask(token=mixed))


def test_a_signature_over_the_payload_alone_is_refused(ask, minter, user):
    payload = compact(minter.claims(user.id))
    is_bad_token(ask(token=f'{compact(HEADER)}.{payload}.{signature(minter.key, payload)}'))


# ---- sizes -------------------------------------------------------------------------------------

def test_seven_kilobytes_without_a_token_are_refused(ask):
    is_bad_token(ask(token='x' * 7000))
    is_bad_token(ask(token='.'.join(['x' * 2330] * 3)))
    is_bad_token(ask(token='.' * 7000))


def test_a_signed_token_of_seven_kilobytes_causes_no_error(ask, minter, user):
    answer = ask(token=minter.token(user.id, x='y' * 5000))
    is_sensible(answer, 200, 401)
    if answer.status == 401:
        is_bad_token(answer)


def test_a_token_of_seven_kilobytes_with_a_wrong_signature_is_refused(ask, minter, user):
    is_bad_token(ask(token=minter.token(user.id, x='y' * 5000, key='wrong')))


def test_a_token_of_a_megabyte_is_refused_by_the_web_server(ask):
    exact(ask(token='x' * 1_000_000), INVALID)


# ---- the account -------------------------------------------------------------------------------

def test_an_unknown_token_is_refused(ask):
    is_bad_token(ask(token=uuid.uuid4().hex + uuid.uuid4().hex))


def test_an_inactive_account_must_authenticate(ask, minter, make_user):
    is_no_auth(ask(token=minter.token(make_user(active=False).id)))


def test_a_suspended_account_must_authenticate(ask, minter, make_user):
    is_no_auth(ask(token=minter.token(make_user(suspended_at=now()).id)))


def test_an_expired_token_of_an_inactive_account_is_a_bad_token(ask, minter, make_user):
    is_bad_token(ask(token=minter.token(make_user(active=False).id, exp=1)))


def test_a_token_of_another_epoch_of_an_inactive_account_is_a_bad_token(ask, minter, make_user):
    is_bad_token(ask(token=minter.token(make_user(active=False, token_epoch=1).id)))


def test_a_deleted_account_has_no_tokens(ask, db, minter, make_user):
    account = make_user()
    db.run('DELETE FROM users WHERE id = %s', account.id)
    is_bad_token(ask(token=minter.token(account.id)))


def test_a_token_of_the_present_epoch_is_accepted(ask, minter, make_user):
    is_accepted(ask(token=minter.token(make_user(token_epoch=7).id, gen=7)))


@pytest.mark.parametrize('gen', [0, 6, 8, ABSENT, 2**32 + 7, 7.5, '7x'])
def test_a_token_of_another_epoch_is_refused(ask, minter, make_user, gen):
    is_bad_token(ask(token=minter.token(make_user(token_epoch=7).id, gen=gen)))


def test_the_kept_token_is_accepted_and_no_other_of_its_epoch(ask, db, minter, make_user):
    account = make_user(token_epoch=2)
    kept, other = (minter.token(account.id, gen=1) for _ in range(2))
    db.run('UPDATE users SET kept_token = %s WHERE id = %s', sha256_hex(kept), account.id)
    is_bad_token(ask(token=other))
    is_accepted(ask(token=kept))


def test_the_kept_token_is_refused_once_expired(ask, db, minter, make_user):
    account = make_user(token_epoch=2)
    kept = minter.token(account.id, gen=1, exp=int(time.time()) - 1)
    db.run('UPDATE users SET kept_token = %s WHERE id = %s', sha256_hex(kept), account.id)
    is_bad_token(ask(token=kept))


def test_the_kept_token_of_another_account_is_refused(ask, db, minter, make_user):
    first, second = make_user(token_epoch=2), make_user(token_epoch=2)
    kept = minter.token(first.id, gen=1)
    db.run('UPDATE users SET kept_token = %s WHERE id = %s', sha256_hex(kept), second.id)
    is_bad_token(ask(token=kept))


def test_only_the_revoked_token_is_refused(ask, db, minter, user):
    revoked, other = minter.token(user.id), minter.token(user.id)
    db.insert('blacklisted_tokens', token=sha256_hex(revoked), expired_at=int(time.time()) + HOUR,
              blacklisted_on=now())
    is_bad_token(ask(token=revoked))
    is_accepted(ask(token=other))


def test_a_revoked_kept_token_is_refused(ask, db, minter, make_user):
    account = make_user(token_epoch=2)
    kept = minter.token(account.id, gen=1)
    db.run('UPDATE users SET kept_token = %s WHERE id = %s', sha256_hex(kept), account.id)
    db.insert('blacklisted_tokens', token=sha256_hex(kept), expired_at=int(time.time()) + HOUR,
              blacklisted_on=now())
    is_bad_token(ask(token=kept))


def test_a_revoked_token_of_an_inactive_account_is_a_bad_token(ask, db, minter, make_user):
    account = make_user(active=False)
    token = minter.token(account.id)
    db.insert('blacklisted_tokens', token=sha256_hex(token), expired_at=int(time.time()) + HOUR,
              blacklisted_on=now())
    is_bad_token(ask(token=token))


# ---- issued tokens -----------------------------------------------------------------------------

def test_an_issued_token_has_the_form_of_the_contract(login, make_user, minter):
    account = make_user(token_epoch=3)
    started = int(time.time())
    issued = login(account)
    header, claims = read(issued)
    assert header == {'alg': 'HS256', 'typ': 'JWT'}
    assert claims.keys() == {'exp', 'iat', 'sub', 'jti', 'gen'}
    assert claims['sub'] == account.id and isinstance(claims['sub'], int)
    assert claims['gen'] == 3
    assert started <= claims['iat'] <= time.time()
    assert claims['exp'] - claims['iat'] == 30 * 86400
    assert len(claims['jti']) == 32 and set(claims['jti']) <= set('0123456789abcdef')
    signed_text, _, sent = issued.rpartition('.')
    assert signature(minter.key, signed_text) == sent


def test_two_logins_in_one_second_give_two_tokens(login, user):
    issued = {login(user) for _ in range(5)}
    assert len(issued) == 5
    assert len({read(token)[1]['jti'] for token in issued}) == 5
