"""Bearer tokens with scopes, from OAuth 2.0 applications and personal ones (contract §3.3, and the
scopes of §2.1), and the rules that all endpoints with a token share."""

import time
import uuid
from datetime import timedelta

import pytest

from tests.harness.answers import (INVALID, LOGGED_OUT, NO_FILE_PART, exact, is_bad_scope, is_bad_token,
                                   is_bad_type, is_no_auth)
from tests.harness.people import now, user_row
from tests.api.support.profile import expected_profile
from tests.api.support.scoped import ALL_SCOPES, PERSONAL_PREFIX, SCOPES, oauth2_token, personal_token
from tests.harness.tokens import sha256_hex

PROFILE = '/api/auth/profile'
LOGOUT = '/api/auth/logout'
PICTURE = '/api/auth/picture'
HOUR = 3600
PROTECTED = {  # (method, path): the required scope, or both scopes
    ('GET', '/api/auth/profile'): 'profile:read',
    ('HEAD', '/api/auth/profile'): 'profile:read',
    ('POST', '/api/auth/profile/edit'): 'profile:write',
    ('PATCH', '/api/auth/profile/edit/account'): 'profile:write',
    ('POST', '/api/auth/profile/edit/preferences'): 'profile:write',
    ('POST', '/api/auth/profile/edit/sports'): 'profile:write',
    ('DELETE', '/api/auth/profile/reset/sports/1'): 'profile:write',
    ('POST', '/api/auth/account/privacy-policy'): 'profile:write',
    ('POST', PICTURE): 'profile:write',
    ('DELETE', PICTURE): 'profile:write',
    ('GET', '/api/auth/account/export'): 'profile:read workouts:read',
    ('POST', '/api/auth/account/export/request'): 'profile:read workouts:read',
    ('GET', '/api/auth/account/export/archive.zip'): 'profile:read workouts:read',
    ('GET', '/api/sports'): 'workouts:read',
    ('GET', '/api/sports/1'): 'workouts:read',
    ('POST', '/api/auth/logout'): None,
}
WITH_BODY = [call for call in PROTECTED
             if call[0] in ('POST', 'PATCH') and PROTECTED[call] == 'profile:write']


def name_of(call):
    return ' '.join(call)


@pytest.fixture(params=[oauth2_token, personal_token], ids=['OAuth 2.0', 'personal'])
def issue(request, db):
    """Make a token of either kind: issue(user, scope)."""
    return lambda account, scope=ALL_SCOPES, **columns: request.param(db, account.id, scope,
                                                                      **columns)


@pytest.fixture
def issue_oauth2(db):
    return lambda account, scope=ALL_SCOPES, **columns: oauth2_token(db, account.id, scope,
                                                                     **columns)


@pytest.fixture
def issue_personal(db):
    return lambda account, scope=ALL_SCOPES, **columns: personal_token(db, account.id, scope,
                                                                       **columns)


def of_oauth2(db, token):
    return db.row('SELECT * FROM oauth2_token WHERE id = %s', token.id)


def of_personal(db, token):
    return db.row('SELECT * FROM personal_tokens WHERE id = %s', token.id)


# ---- every endpoint -----------------------------------------------------------------------------

@pytest.mark.parametrize('scope', SCOPES)
@pytest.mark.parametrize('call', PROTECTED, ids=name_of)
def test_each_endpoint_accepts_only_the_scope_that_it_needs(api, issue, user, call, scope):
    answer = api.request(*call, token=issue(user, scope).text)
    if PROTECTED[call] in (scope, None):
        assert answer.status not in (401, 403)
    elif call[0] == 'HEAD':
        assert (answer.status, answer.body) == (403, b'')
    else:
        is_bad_scope(answer)


@pytest.mark.parametrize('call', [call for call in PROTECTED if PROTECTED[call]], ids=name_of)
def test_all_other_scopes_together_are_not_enough(api, issue, user, call):
    others = ' '.join(scope for scope in SCOPES if scope not in PROTECTED[call].split())
    assert api.request(*call, token=issue(user, others).text).status == 403


@pytest.mark.parametrize('call', WITH_BODY, ids=name_of)
@pytest.mark.parametrize('content', [b'', b'{', b'[1]'])
def test_the_scope_is_checked_before_the_body(api, issue, user, call, content):
    headers = {'Content-Type': 'application/json'}
    bad, good = issue(user, 'users:write'), issue(user, 'profile:write')
    is_bad_scope(api.request(*call, data=content, headers=headers, token=bad.text))
    refusal = NO_FILE_PART if call[1] == PICTURE else INVALID
    exact(api.request(*call, data=content, headers=headers, token=good.text), refusal)


@pytest.mark.parametrize('call', [call for call in PROTECTED if call[0] != 'HEAD'], ids=name_of)
@pytest.mark.parametrize('content',
                         [b'', b'{', b'{"email": "x", "password": "y", "accepted_policy": true}'])
def test_authentication_is_checked_before_the_body(api, make_user, minter, call, content):
    def ask(**options):
        headers = {'Content-Type': 'application/json', **options.pop('headers', {})}
        return api.request(*call, data=content, headers=headers, **options)

    is_no_auth(ask())
    is_no_auth(ask(headers={'Authorization': 'Bearer'}))
    is_bad_type(ask(headers={'Authorization': 'Basic eDp5'}))
    is_bad_token(ask(token='x'))
    is_bad_token(ask(token=minter.token(make_user().id, exp=1)))
    is_no_auth(ask(token=minter.token(make_user(active=False).id)))


@pytest.mark.parametrize('call', [call for call in PROTECTED if call[0] != 'HEAD'], ids=name_of)
def test_each_endpoint_refuses_expired_and_revoked_tokens(api, user, issue_oauth2, issue_personal,
                                                          call):
    for token in (issue_oauth2(user, issued_at=1000), issue_oauth2(user, access_token_revoked_at=1),
                  issue_personal(user, expires_at=now()), issue_personal(user, revoked_at=now())):
        is_bad_token(api.request(*call, token=token.text))


@pytest.mark.parametrize('call', PROTECTED, ids=name_of)
def test_a_first_party_token_needs_no_scope(api, minter, user, call):
    answer = api.request(*call, token=minter.token(user.id, scope='nothing'))
    assert answer.status not in (401, 403)


# ---- the list of scopes -------------------------------------------------------------------------

@pytest.mark.parametrize('scope', [
    'profile:read', 'profile:read profile:write', 'profile:write profile:read', ALL_SCOPES,
    '  profile:read ', 'x  profile:read  y', 'profile:read profile:read',
    f'{"x" * 100} profile:read'])
def test_the_scope_can_be_one_of_several(api, issue, user, scope):
    assert api.get(PROFILE, token=issue(user, scope).text).status == 200


@pytest.mark.parametrize('scope', [
    '', ' ', 'x', 'profile', ':read', 'read', 'profile:', 'profile:write', 'PROFILE:READ',
    'Profile:read', 'profile:reads', 'xprofile:read', 'profile:read,profile:write', 'profile:read;',
    'profile : read', 'profile:read\tprofile:write', 'profile:read\nx', '"profile:read"',
    'profile:*', '*', 'profile:rea d', 'all'])
def test_other_scopes_are_not_enough(api, issue, user, scope):
    is_bad_scope(api.get(PROFILE, token=issue(user, scope).text))


def test_no_scope_at_all_is_not_enough(api, issue_oauth2, user):
    is_bad_scope(api.get(PROFILE, token=issue_oauth2(user, None).text))


def test_a_long_list_of_scopes_is_read_completely(api, issue_oauth2, user):
    words = ' '.join(f'word{number}' for number in range(5000))
    assert api.get(PROFILE, token=issue_oauth2(user, f'{words} profile:read').text).status == 200


# ---- use of the token ---------------------------------------------------------------------------

def test_the_token_shows_the_account_that_it_belongs_to(api, db, issue, make_user):
    for account in (make_user(), make_user()):
        answer = api.get(PROFILE, token=issue(account, 'profile:read').text)
        exact(answer, (200, {'status': 'success', 'data': expected_profile(db, account.id)}))


def test_the_token_edits_the_account_that_it_belongs_to(api, db, issue, make_user):
    account, other = make_user(), make_user()
    others = user_row(db, other)
    body = {'first_name': 'Sam', 'last_name': '', 'location': None, 'bio': None, 'birth_date': None}
    answer = api.post('/api/auth/profile/edit', json=body,
                      token=issue(account, 'profile:write').text)
    assert answer.status == 200
    assert user_row(db, account)['first_name'] == 'Sam' and user_row(db, other) == others


@pytest.mark.parametrize('scheme', ['bearer', 'BEARER', 'bEaReR'])
def test_the_scheme_can_be_in_any_case(api, issue, user, scheme):
    token = issue(user).text
    assert api.get(PROFILE, headers={'Authorization': f'{scheme} {token}'}).status == 200


def test_another_scheme_is_refused_by_its_type(api, issue, user):
    is_bad_type(api.get(PROFILE, headers={'Authorization': f'Token {issue(user).text}'}))


@pytest.mark.parametrize('change', [lambda t: t + 'x', lambda t: t[:-1], str.upper, str.swapcase,
                                    lambda t: 'x' + t, lambda t: t + '=', lambda t: t + ',',
                                    lambda t: t + ' x', lambda t: f'"{t}"'])
def test_a_token_in_another_spelling_is_refused(api, issue, user, change):
    token = change(issue(user).text)
    is_bad_token(api.get_with_header(PROFILE, f'Authorization: Bearer {token}'))


def test_using_an_oauth2_token_changes_nothing(api, db, issue_oauth2, user, work_off):
    token = issue_oauth2(user)
    work_off()
    before = db.checksums()
    assert api.get(PROFILE, token=token.text).status == 200
    assert db.checksums() == before


# ---- the account of the token -------------------------------------------------------------------

@pytest.mark.parametrize('columns', [{'active': False}, {'suspended_at': now()}])
def test_an_account_that_cannot_log_in_must_authenticate(api, issue, make_user, columns):
    token = issue(make_user(**columns))
    is_no_auth(api.get(PROFILE, token=token.text))
    is_no_auth(api.post(LOGOUT, token=token.text))


def test_a_missing_scope_is_reported_before_the_account(api, issue, make_user):
    is_bad_scope(api.get(PROFILE, token=issue(make_user(active=False), 'users:read').text))


def test_an_expired_token_is_reported_before_scope_and_account(api, issue_oauth2, issue_personal,
                                                               make_user):
    account = make_user(active=False)
    is_bad_token(api.get(PROFILE, token=issue_oauth2(account, 'x', issued_at=1).text))
    is_bad_token(api.get(PROFILE, token=issue_personal(account, 'x', expires_at=now()).text))


def test_a_token_without_an_account_must_authenticate(api, db):
    is_no_auth(api.get(PROFILE, token=oauth2_token(db, None).text))
    is_bad_scope(api.get(PROFILE, token=oauth2_token(db, None, 'x').text))


def test_a_token_of_an_unknown_account_must_authenticate(api, db):
    """An import without foreign keys can leave this row."""
    with db.another() as careless:
        careless.run('SET foreign_key_checks = 0')
        tokens = [make(careless, 2_000_000_000) for make in (oauth2_token, personal_token)]
    try:
        for token in tokens:
            is_no_auth(api.get(PROFILE, token=token.text))
    finally:
        db.run('DELETE FROM oauth2_token WHERE id = %s', tokens[0].id)
        db.run('DELETE FROM personal_tokens WHERE id = %s', tokens[1].id)


def test_a_password_change_by_its_owner_leaves_them(api, issue, minter, user):
    token = issue(user)
    body = {**user.credentials, 'new_password': 'another long password'}
    assert api.request('PATCH', '/api/auth/profile/edit/account', json=body,
                       token=minter.token(user.id)).status == 200
    assert api.get(PROFILE, token=token.text).status == 200


# ---- OAuth 2.0: life and revocation -------------------------------------------------------------

@pytest.mark.parametrize(('age', 'expires_in'), [
    (0, 3600), (3500, 3600), (0, 0), (10**9, 0), (10**9, 2 * 10**9), (-1000, 1), (-1000, 0),
    (0, 2**31 - 1)])
def test_an_oauth2_token_is_valid_until_it_expires(api, issue_oauth2, user, age, expires_in):
    token = issue_oauth2(user, issued_at=int(time.time()) - age, expires_in=expires_in)
    assert api.get(PROFILE, token=token.text).status == 200


@pytest.mark.parametrize(('age', 'expires_in'), [
    (3602, 3600), (10**9, 3600), (10**9, 1), (5, 1), (0, -5), (10**9, -2**31)])
def test_an_expired_oauth2_token_is_refused(api, issue_oauth2, user, age, expires_in):
    token = issue_oauth2(user, issued_at=int(time.time()) - age, expires_in=expires_in)
    is_bad_token(api.get(PROFILE, token=token.text))


@pytest.mark.parametrize('column', ['access_token_revoked_at', 'refresh_token_revoked_at'])
@pytest.mark.parametrize('moment', [1, 2**31 - 1, -1])
def test_a_revoked_oauth2_token_is_refused(api, issue_oauth2, user, column, moment):
    is_bad_token(api.get(PROFILE, token=issue_oauth2(user, **{column: moment}).text))


def test_a_refresh_token_is_not_an_access_token(api, issue_oauth2, user):
    text = uuid.uuid4().hex
    issue_oauth2(user, refresh_token=text)
    is_bad_token(api.get(PROFILE, token=text))


def test_what_the_table_holds_is_not_a_token(api, db, issue_oauth2, user):
    token = issue_oauth2(user)
    row = of_oauth2(db, token)
    assert token.text not in row.values()
    is_bad_token(api.get(PROFILE, token=row['access_token']))


@pytest.mark.parametrize('text', ['x', 'A-b_c.d~e+f/g==', 'a' * 40, 'a.b.c', '{}', "'", '%',
                                  '_' * 8])
def test_an_oauth2_token_can_be_any_text(api, db, issue_oauth2, user, text):
    token = issue_oauth2(user, access_token=text)
    try:
        assert api.get(PROFILE, token=text).status == 200
    finally:
        db.run('DELETE FROM oauth2_token WHERE id = %s', token.id)


def test_a_long_oauth2_token_is_accepted(api, issue_oauth2, user):
    text = uuid.uuid4().hex + 'x' * 500
    issue_oauth2(user, access_token=text)
    assert api.get(PROFILE, token=text).status == 200
    is_bad_token(api.get(PROFILE, token=text + 'x'))
    is_bad_token(api.get(PROFILE, token=text[:-1]))


def test_an_oauth2_token_is_compared_byte_by_byte(api, issue_oauth2, user):
    lower, upper = f'token{uuid.uuid4().hex}', f'TOKEN{uuid.uuid4().hex}'
    issue_oauth2(user, access_token=lower)
    issue_oauth2(user, access_token=upper)
    for text in (lower, upper):
        assert api.get(PROFILE, token=text).status == 200
        is_bad_token(api.get(PROFILE, token=text.swapcase()))


def test_a_stored_space_at_the_end_belongs_to_the_token(api, issue_oauth2, user):
    text = uuid.uuid4().hex
    issue_oauth2(user, access_token=text + ' ')
    is_bad_token(api.get(PROFILE, token=text))


@pytest.mark.parametrize('text', ['é', 'token\x80', '😀', '日本'])
def test_a_token_that_is_not_ascii_is_refused(api, text):
    is_bad_token(api.get_with_header(PROFILE, f'Authorization: Bearer {text}'))


def test_an_oauth2_token_in_the_form_of_a_bad_jwt_is_looked_up(api, issue_oauth2, minter, make_user,
                                                               user):
    """The token is looked up, whatever makes it invalid as a token of Fitgate."""
    text = minter.token(make_user(active=False).id, exp=1, jti=uuid.uuid4().hex[:8])
    issue_oauth2(user, 'profile:read', access_token=text)
    assert api.get(PROFILE, token=text).status == 200


# ---- personal tokens ----------------------------------------------------------------------------

@pytest.mark.parametrize('life', [None, timedelta(minutes=1), timedelta(days=36500)])
def test_a_personal_token_is_valid_until_it_expires(api, issue_personal, user, life):
    token = issue_personal(user, expires_at=None if life is None else now() + life)
    assert api.get(PROFILE, token=token.text).status == 200


@pytest.mark.parametrize('age', [timedelta(seconds=1), timedelta(days=1000)])
def test_an_expired_personal_token_is_refused_and_its_use_is_not_recorded(
        api, db, issue_personal, user, age):
    token = issue_personal(user, expires_at=now() - age)
    is_bad_token(api.get(PROFILE, token=token.text))
    assert of_personal(db, token)['last_used_at'] is None


@pytest.mark.parametrize('moment', [timedelta(days=-1), timedelta(days=1)])
def test_a_revoked_personal_token_is_refused_and_its_use_is_not_recorded(
        api, db, issue_personal, user, moment):
    token = issue_personal(user, revoked_at=now() + moment)
    is_bad_token(api.get(PROFILE, token=token.text))
    assert of_personal(db, token)['last_used_at'] is None


def test_the_stored_hash_is_not_a_token(api, db, issue_personal, user):
    stored = of_personal(db, issue_personal(user))['token']
    is_bad_token(api.get(PROFILE, token=stored))
    is_bad_token(api.get(PROFILE, token=PERSONAL_PREFIX + stored))


def test_only_the_prefix_makes_a_personal_token(api, db, user):
    for text in (uuid.uuid4().hex, f'x{PERSONAL_PREFIX}{uuid.uuid4().hex}',
                 f'{PERSONAL_PREFIX.upper()}{uuid.uuid4().hex}'):
        personal_token(db, user.id, token=sha256_hex(text))
        is_bad_token(api.get(PROFILE, token=text))


@pytest.mark.parametrize('text', [PERSONAL_PREFIX, PERSONAL_PREFIX + 'x',
                                  PERSONAL_PREFIX + 'x' * 6000, PERSONAL_PREFIX + 'é',
                                  PERSONAL_PREFIX + '.a.b'])
def test_an_unknown_personal_token_is_refused(api, text):
    is_bad_token(api.get_with_header(PROFILE, f'Authorization: Bearer {text}'))


def test_the_first_use_is_recorded(api, db, issue_personal, user):
    token = issue_personal(user)
    started = now()
    assert api.get(PROFILE, token=token.text).status == 200
    assert started <= of_personal(db, token)['last_used_at'] <= now()


@pytest.mark.parametrize(('age', 'noted'), [(0, False), (59, False), (61, True), (100000, True)])
def test_the_last_use_is_recorded_once_an_hour(api, db, issue_personal, user, age, noted):
    before = now() - timedelta(minutes=age)
    token = issue_personal(user, last_used_at=before)
    assert api.get(PROFILE, token=token.text).status == 200
    assert (of_personal(db, token)['last_used_at'] > before) is noted


def test_a_use_changes_nothing_but_its_moment(api, db, issue_personal, user):
    token, other = issue_personal(user), issue_personal(user)
    before, others = of_personal(db, token), of_personal(db, other)
    assert api.get(PROFILE, token=token.text).status == 200
    assert {**of_personal(db, token), 'last_used_at': None} == before
    assert of_personal(db, other) == others


# ---- logout -------------------------------------------------------------------------------------

@pytest.mark.parametrize('scope', ['', 'x', 'profile:read', ALL_SCOPES])
def test_logout_revokes_the_token_whatever_its_scope(api, issue, user, scope):
    token = issue(user, scope)
    exact(api.post(LOGOUT, token=token.text), LOGGED_OUT)
    is_bad_token(api.post(LOGOUT, token=token.text))
    is_bad_token(api.get(PROFILE, token=token.text))


def test_logout_writes_the_moment_of_revocation_and_nothing_else(api, db, issue_oauth2,
                                                                 issue_personal, user):
    oauth2, personal = issue_oauth2(user, None), issue_personal(user, last_used_at=now())
    before = of_oauth2(db, oauth2), of_personal(db, personal)
    blacklist = db.checksums()['blacklisted_tokens']
    started, start = now(), int(time.time())
    for token in (oauth2, personal):
        exact(api.post(LOGOUT, token=token.text), LOGGED_OUT)
    after = of_oauth2(db, oauth2), of_personal(db, personal)
    assert start <= after[0]['access_token_revoked_at'] <= time.time()
    assert started <= after[1]['revoked_at'] <= now()
    assert {**after[0], 'access_token_revoked_at': 0} == before[0]
    assert {**after[1], 'revoked_at': None} == before[1]
    assert db.checksums()['blacklisted_tokens'] == blacklist


def test_logout_leaves_other_tokens_alone(api, issue, minter, profile, user):
    first, second = issue(user), issue(user)
    exact(api.post(LOGOUT, token=first.text), LOGGED_OUT)
    assert api.get(PROFILE, token=second.text).status == 200
    profile(minter.token(user.id))


def test_concurrent_logouts_with_one_token_succeed(api, issue, in_parallel, user):
    token = issue(user)
    answers = in_parallel([lambda: api.post(LOGOUT, token=token.text)] * 10)
    assert any(answer.status == 200 for answer in answers)
    for answer in answers:
        if answer.status != 200:
            is_bad_token(answer)
