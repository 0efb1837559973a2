"""Accounts have the same protection in every dialect: the older ones cannot be used to bypass it
(dialects §1, contract §14)."""

import pytest

from tests.harness.answers import BAD_RESET_TOKEN, TOO_MANY_ATTEMPTS, exact, is_json
from tests.harness.sql import root_sql
from tests.api.support.dialects import ALL, BOTH, DIALECTS
from tests.harness.passwords import matches, new_hash
from tests.harness.people import PASSWORD, insert_user, now, unique, user_row
from tests.harness.tokens import ABSENT, compact, other_last_character, read, sha256_hex

PROFILE = '/api/auth/profile'
LOGIN = '/api/auth/login'
LOGOUT = '/api/auth/logout'
REGISTER = '/api/auth/register'
EDIT = '/api/auth/profile/edit'
UPDATE = '/api/auth/password/update'
OLDER = ('0.6', '0.2')
ELSEWHERE = {'REMOTE_ADDR': '198.51.100.7'}


@pytest.fixture(params=ALL)
def dialect(request):
    return DIALECTS[request.param]


@pytest.fixture
def ask(api_in, dialect):
    """The client of the tested dialect."""
    return api_in(dialect.name)


@pytest.fixture
def enter(ask):
    """Log in; returns the token."""
    def log_in(account):
        answer = ask.post(LOGIN, json=account.credentials)
        assert answer.status == 200, answer.body
        return answer.json()['auth_token']
    return log_in


@pytest.fixture
def is_refused(ask, dialect):
    def check(token):
        dialect.refuses(ask.get(PROFILE, token=token), dialect.bad_token)
    return check


# ---- tokens --------------------------------------------------------------------------------------

def test_each_reason_to_refuse_has_its_answer(ask, dialect, minter, token, user):
    dialect.refuses(ask.get(PROFILE), dialect.no_auth)
    dialect.refuses(ask.get(PROFILE, headers={'Authorization': f'Basic {token}'}), dialect.bad_type)
    dialect.refuses(ask.get(PROFILE, token=minter.token(user.id, exp=1)), dialect.expired)
    dialect.refuses(ask.get(PROFILE, token='x.y.z'), dialect.bad_token)
    dialect.refuses(ask.get(PROFILE, token=minter.token(2_000_000_000)), dialect.user_gone)


def test_a_reset_token_is_refused_as_an_auth_token(is_refused, ask, dialect, reset_token, user):
    is_refused(reset_token(user))
    for path in (EDIT, '/api/sports'):
        method = 'POST' if path == EDIT else 'GET'
        dialect.refuses(ask.request(method, path, json={'a': 1}, token=reset_token(user)),
                        dialect.bad_token)


@pytest.mark.parametrize('name', BOTH)
def test_an_auth_token_sets_no_password(api_in, db, minter, user, name):
    before = user_row(db, user)
    for token in (minter.token(user.id), minter.token(user.id, gen=ABSENT, jti=ABSENT)):
        exact(api_in(name).post(UPDATE, json={'token': token, 'password': 'long enough'}),
              BAD_RESET_TOKEN)
    assert user_row(db, user) == before


@pytest.mark.parametrize('name', BOTH)
def test_a_reset_token_works_once_whatever_dialect_it_is_used_in(api_in, reset_token, user, name):
    token = reset_token(user)
    body = {'token': token, 'password': 'another long password'}
    assert api_in(name).post(UPDATE, json=body).status == 200
    for other in BOTH:
        exact(api_in(other).post(UPDATE, json=body), BAD_RESET_TOKEN)


def test_each_login_gives_a_token_of_its_own(enter, user, dialect):
    tokens = [enter(user) for _ in range(4)]
    claims = [read(token)[1] for token in tokens]
    assert len(set(tokens)) == len({claim['jti'] for claim in claims}) == 4
    own = {'set_pwd'} if dialect.name == '0.2' else set()
    assert all(claim.keys() == {'exp', 'iat', 'sub', 'jti', 'gen'} | own for claim in claims)


@pytest.mark.parametrize('name', ['0.7', '0.2'])
def test_a_logged_out_token_is_refused_in_every_spelling(api_in, is_refused, enter, user, name):
    token = enter(user)
    exact(api_in(name).request(DIALECTS[name].logout_method, LOGOUT, token=token),
          DIALECTS[name].logged_out)
    head, _, last = token.rpartition('.')
    for spelling in (token, token + '=', f'{head}.{other_last_character(last)}', token + '.'):
        is_refused(spelling)


@pytest.mark.parametrize('name', ['none', 'None', 'HS512', 'RS256', ''])
def test_another_algorithm_is_refused(is_refused, minter, user, name):
    header = {'alg': name, 'typ': 'JWT'}
    is_refused(minter.token(user.id, header=header))
    is_refused(f'{compact(header)}.{compact(minter.claims(user.id))}.')


@pytest.mark.parametrize('key', ['', 'x', 'wrong key'])
def test_another_key_is_refused(is_refused, minter, user, key):
    is_refused(minter.token(user.id, key=key))


def test_a_signature_over_other_claims_is_refused(is_refused, minter, make_user):
    first, second = minter.token(make_user().id), minter.token(make_user().id)
    is_refused(second.rpartition('.')[0] + '.' + first.rpartition('.')[2])


@pytest.mark.parametrize('claims', [{'exp': ABSENT}, {'iat': ABSENT}, {'iat': 2**40},
                                    {'sub': ABSENT}, {'sub': 'x'}, {'sub': None}, {'aud': 'x'},
                                    {'exp': 'x'}, {'gen': 7}])
def test_a_bad_claim_is_refused(is_refused, minter, user, claims):
    is_refused(minter.token(user.id, **claims))


@pytest.mark.parametrize('payload', [b'', b'[]', b'1', b'null', b'\xff', b'[' * 2000,
                                     b'{"sub": NaN}'])
def test_a_signed_payload_without_claims_is_refused(is_refused, minter, payload):
    is_refused(minter.token_of_text(payload))


def test_a_token_in_the_url_or_the_body_is_ignored(ask, dialect, token):
    dialect.refuses(ask.get(f'{PROFILE}?token={token}&auth_token={token}'), dialect.no_auth)
    dialect.refuses(ask.post(EDIT, json={'token': token, 'Authorization': f'Bearer {token}'}),
                    dialect.no_auth)


def test_a_token_of_an_older_epoch_is_refused_except_the_kept_one(ask, is_refused, db, minter,
                                                                  make_user):
    account = make_user(token_epoch=2)
    kept, other = (minter.token(account.id, gen=1) for _ in range(2))
    db.run('UPDATE users SET kept_token = %s WHERE id = %s', sha256_hex(kept), account.id)
    is_refused(other)
    is_refused(minter.token(account.id, gen=ABSENT))
    assert ask.get(PROFILE, token=kept).status == 200


def test_a_token_of_seven_kilobytes_is_refused(is_refused):
    is_refused('x' * 7000)
    is_refused('.'.join(['x' * 2330] * 3))


# ---- login ---------------------------------------------------------------------------------------

@pytest.mark.parametrize('change', [str.upper, str.swapcase, str.title])
def test_the_case_of_the_email_does_not_matter(ask, make_user, change):
    account = make_user(email=f'{unique("MiXed")}@Example.Org')
    credentials = {'email': change(account.email), 'password': PASSWORD}
    assert ask.post(LOGIN, json=credentials).status == 200


@pytest.mark.parametrize('replaced', [('same', 'sáme'), ('same', 'ｓame'), ('org', 'orğ')])
def test_an_email_that_only_the_database_considers_equal_is_unknown(
        ask, dialect, make_user, replaced):
    account = make_user(email=f'{unique("same")}@example.org')
    exact(ask.post(LOGIN, json={'email': account.email.replace(*replaced), 'password': PASSWORD}),
          dialect.bad_credentials)


def test_the_answers_do_not_reveal_accounts(ask, dialect, make_user):
    known, inactive, suspended = make_user(), make_user(active=False), make_user(suspended_at=now())
    bodies = [{'email': known.email, 'password': 'wrong password'}, inactive.credentials,
              suspended.credentials, {'email': f'{unique()}@example.org', 'password': PASSWORD}]
    answers = [ask.post(LOGIN, json=body) for body in bodies]
    for answer in answers:
        exact(answer, dialect.bad_credentials)
        assert answer.body == answers[0].body
        assert answer.headers.keys() == answers[0].headers.keys()


def test_an_imported_hash_is_replaced(ask, db, make_user):
    account = make_user(password_hash=new_hash(PASSWORD, '$6$', 1000))
    assert ask.post(LOGIN, json=account.credentials).status == 200
    stored = user_row(db, account)['password']
    assert stored.startswith('$2b$04$') and matches(PASSWORD, stored)


@pytest.mark.parametrize('text', ['', '*', 'x', '$9$a$b'])
def test_an_account_with_an_unknown_kind_of_hash_cannot_log_in(ask, dialect, db, user, text):
    db.run('UPDATE users SET password = %s WHERE id = %s', text, user.id)
    for password in (PASSWORD, text):
        exact(ask.post(LOGIN, json={'email': user.email, 'password': password}),
              dialect.bad_credentials)


# ---- throttles -----------------------------------------------------------------------------------

@pytest.fixture
def door(programs, shared_scratch):
    """Logins by CGI in a separate database, with a throttle of 3 failures."""
    settings = {'DATABASE_URL': shared_scratch.url, 'THROTTLE_LOGIN_ACCOUNT': '3',
                'THROTTLE_LOGIN_ADDRESS': '6', 'THROTTLE_LOGIN_SECONDS': '900'}

    def log_in(name, account, password=PASSWORD, **parameters):
        return programs.cgi('POST', LOGIN, json={'email': account.email, 'password': password},
                            settings=settings, parameters={
                                'REMOTE_ADDR': '192.0.2.1', 'API_DIALECT': name, **parameters})

    with shared_scratch.connect() as sql:
        sql.run('DELETE FROM throttle')
        log_in.account = insert_user(sql)
        log_in.other = insert_user(sql)
        yield log_in
        sql.run('DELETE FROM throttle')


def is_too_many(answer):
    exact(answer, TOO_MANY_ATTEMPTS)
    assert 1 <= int(answer.headers['Retry-After']) <= 900


def test_failed_logins_are_throttled(door, dialect):
    for _ in range(3):
        exact(door(dialect.name, door.account, 'wrong password'), dialect.bad_credentials)
    is_too_many(door(dialect.name, door.account))
    assert door(dialect.name, door.account, **ELSEWHERE).status == 200
    assert door(dialect.name, door.other).status == 200


def test_failures_are_counted_over_all_dialects(door):
    for name in ALL:
        exact(door(name, door.account, 'wrong password'), DIALECTS[name].bad_credentials)
    for name in ALL:
        is_too_many(door(name, door.account))


def test_a_success_forgets_the_failures_of_all_dialects(door):
    for name in OLDER:
        for _ in range(2):
            exact(door(name, door.account, 'wrong password'), DIALECTS[name].bad_credentials)
            assert door('0.7', door.account).status == 200


def test_an_unknown_account_is_throttled_equally(door, dialect):
    door.account.email = f'{unique()}@example.org'
    for _ in range(3):
        exact(door(dialect.name, door.account), dialect.bad_credentials)
    is_too_many(door(dialect.name, door.account))


# ---- bodies of any kind --------------------------------------------------------------------------

VALUES = [None, 0, -1, 1.5, 2**63, 10**400, True, False, '', 'x', '\n', 'é' * 300, '😀', 'x' * 70000,
          [], ['x'], [[]], {}, {'a': {'b': 'c'}}, "' OR 1=1 --", '%s%n', '\u202e']
FIELDS = {
    REGISTER: ('username', 'email', 'password', 'password_conf', 'accepted_policy', 'language'),
    LOGIN: ('email', 'password', 'password_conf'),
    EDIT: ('first_name', 'last_name', 'bio', 'birth_date', 'location', 'timezone', 'weekm',
           'password', 'password_conf'),
    '/api/auth/profile/edit/account': ('email', 'password', 'new_password'),
    '/api/auth/profile/edit/preferences': ('date_format', 'timezone', 'language', 'weekm',
                                           'display_ascent', 'imperial_units',
                                           'start_elevation_at_zero', 'use_raw_gpx_speed'),
    '/api/auth/profile/edit/sports': ('sport_id', 'color', 'is_active', 'stopped_speed_threshold'),
    '/api/auth/account/confirm': ('token',),
    '/api/auth/account/resend-confirmation': ('email',),
    '/api/auth/password/reset-request': ('email',),
    UPDATE: ('token', 'password'),
    '/api/auth/email/update': ('token',),
}


@pytest.mark.parametrize(('path', 'name'), [(path, name) for path, names in FIELDS.items()
                                            for name in names])
def test_no_value_of_a_field_causes_an_internal_error(ask, minter, make_user, dialect, path, name):
    account = make_user()
    token = minter.token(account.id)
    method = 'PATCH' if path.endswith('/account') else 'POST'
    good = dict.fromkeys(FIELDS[path], 'x')
    if path == REGISTER:
        good = {**dialect.registration(), 'password_conf': PASSWORD}
    for value in VALUES:
        answer = ask.request(method, path, json={**good, name: value}, token=token)
        is_json(answer)
        assert answer.status < 500, (value, answer.body)


@pytest.mark.parametrize('content', [
    b'', b'{', b'\x00', b'\xff\xfe', b'[' * 5000, b'{"a":' * 100, b'"' * 100, b'{"a": 1e400}',
    rb'{"email": "\ud800", "password": "x"}', b'{"email": "a", "email": 1}', b'a=b',
    b'--x\r\n\r\n'])
@pytest.mark.parametrize('path', [REGISTER, LOGIN, EDIT])
def test_no_body_causes_an_internal_error(ask, token, path, content):
    for content_type in ('application/json', 'multipart/form-data; boundary=x', 'text/plain', ''):
        answer = ask.post(path, data=content, token=token, headers={'Content-Type': content_type})
        is_json(answer)
        assert answer.status in (400, 404)


def test_half_a_body_is_an_invalid_payload(programs, dialect):
    answer = programs.cgi('POST', LOGIN, data=b'{"email": "a@b.c"}', parameters={
        'CONTENT_TYPE': 'application/json', 'CONTENT_LENGTH': '1000', 'API_DIALECT': dialect.name})
    exact(answer, dialect.invalid)


# ---- stored and logged data ----------------------------------------------------------------------

def test_tokens_and_passwords_are_not_in_the_logs(ask, dialect, enter, user, stack):
    body = dialect.registration(password=f'secret {unique()}')
    if dialect.name == '0.2':
        body['password_conf'] = body['password']
    assert ask.post(REGISTER, json=body).status in (200, 201)
    token = enter(user)
    assert ask.get(PROFILE, token=token).status == 200
    log = stack.log_text()
    for secret in (body['password'], token, token.rpartition('.')[2], PASSWORD):
        assert secret not in log


@pytest.mark.parametrize('name', BOTH)
def test_a_confirmation_token_is_stored_as_its_hash(api_in, db, mail_for, name):
    body = DIALECTS[name].registration()
    assert api_in(name).post(REGISTER, json=body).status == 200
    token = mail_for(body['email']).token
    stored = db.value('SELECT confirmation_token FROM users WHERE username = %s', body['username'])
    assert stored == sha256_hex(token)


@pytest.mark.parametrize('name', BOTH)
def test_a_taken_address_gets_no_link(api_in, db, minter, make_user, mailbox, work_off,
                                      name):
    """The answer does not reveal that it is taken, either (W7)."""
    account, other = make_user(), make_user()
    before = len(mailbox.to(other.email))
    answer = api_in(name).request('PATCH', '/api/auth/profile/edit/account', json={
        'email': other.email.upper(), 'password': PASSWORD}, token=minter.token(account.id))
    assert answer.status == 200
    work_off()
    assert len(mailbox.to(other.email)) == before
    assert user_row(db, account)['email'] == account.email


def test_addresses_that_differ_by_case_are_one(ask, dialect, db, user):
    body = dialect.registration(email=user.email.swapcase())
    ask.post(REGISTER, json=body)
    assert db.value('SELECT COUNT(*) FROM users WHERE email = %s', user.email) == 1


def test_a_refused_statement_rolls_back_the_whole_change(api_in, db, stack, minter, make_user):
    """In 0.2, profile/edit writes columns and password in one transaction."""
    account = make_user()
    before = user_row(db, account)
    body = {**dict.fromkeys(('first_name', 'last_name', 'bio', 'birth_date', 'location'), None),
            'timezone': 'Asia/Tokyo', 'password': 'another password',
            'password_conf': 'another password', 'weekm': True}
    with root_sql(stack, stack.database.name) as root:
        root.run("CREATE TRIGGER test_refuse BEFORE UPDATE ON users FOR EACH ROW "
                 "IF NEW.password <> OLD.password THEN SIGNAL SQLSTATE '45000' "
                 "SET MESSAGE_TEXT = 'refused by a test'; END IF")
        try:
            answer = api_in('0.2').post(EDIT, json=body,
                                        token=minter.token(account.id, set_pwd=True))
        finally:
            root.run('DROP TRIGGER test_refuse')
    exact(answer, DIALECTS['0.2'].failure)
    assert user_row(db, account) == before
