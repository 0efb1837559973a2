"""POST /api/auth/password/reset-request and /api/auth/password/update (contract §6.13, §6.14 and
§6.16, W1, W2, W4, W27)."""

import time
from datetime import timedelta

import pytest

from tests.harness.answers import (BAD_RESET_TOKEN, INVALID, NOT_ALLOWED, NOURL, PASSWORD_UPDATED,
                                   REFUSED_CREDENTIALS, RESET_REQUESTED, error, exact, is_bad_token)
from tests.api.support.bodies import WRONG_FOR_STRINGS, refuses_unreadable_bodies
from tests.harness.passwords import matches, new_hash
from tests.harness.people import differences, insert_user, now, unique, user_row
from tests.api.support.scoped import oauth2_token, personal_token
from tests.harness.tokens import ABSENT, HEADER, compact, read, reset_binding, sha256_hex

REQUEST = '/api/auth/password/reset-request'
UPDATE = '/api/auth/password/update'
LOGIN = '/api/auth/login'
LOGOUT = '/api/auth/logout'
PROFILE = '/api/auth/profile'
NEW_PASSWORD = 'another long password'
SHORT = error('password: 8 characters required\n')
HOUR = 3600


@pytest.fixture
def request_reset(api):
    def ask(email, headers=None):
        exact(api.post(REQUEST, json={'email': email}, headers=headers), RESET_REQUESTED)
    return ask


@pytest.fixture
def update(api):
    return lambda token, password=NEW_PASSWORD: api.post(
        UPDATE, json={'token': token, 'password': password})


@pytest.fixture
def is_refused(update, db, user):
    """Assert that the update is refused and does not change the account."""
    def check(token, answer=BAD_RESET_TOKEN, password=NEW_PASSWORD):
        before = user_row(db, user)
        exact(update(token, password), answer)
        assert user_row(db, user) == before
    return check


# ---- the request --------------------------------------------------------------------------------

def test_the_mail_has_a_link_that_sets_a_password(api, request_reset, update, mail_for, user):
    request_reset(user.email)
    exact(update(mail_for(user.email).token), PASSWORD_UPDATED)
    assert api.post(LOGIN, json={'email': user.email, 'password': NEW_PASSWORD}).status == 200


def test_the_mail_has_the_required_content(request_reset, mail_for, user):
    request_reset(user.email, headers={'User-Agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:98.0) '
                                                     'Gecko/20100101 Firefox/98.0'})
    mail = mail_for(user.email)
    assert mail.link.startswith('https://fitgate.example/password-reset?token=')
    assert f'"{mail.link}"' in mail.html
    for part in (mail.text, mail.html):
        assert all(text in part for text in (user.username, 'an hour', 'Linux', 'Firefox',
                                             'ignore'))


def test_the_token_has_only_the_claims_that_it_needs(request_reset, db, mail_for, user):
    started = int(time.time())
    request_reset(user.email)
    header, claims = read(mail_for(user.email).token)
    assert header == HEADER
    assert claims.keys() == {'aud', 'exp', 'iat', 'pwd', 'sub'}
    assert (claims['aud'], claims['sub']) == ('password-reset', user.id)
    assert claims['pwd'] == reset_binding(user_row(db, user)['password'], user.email)
    assert claims['exp'] - claims['iat'] == HOUR
    assert started <= claims['iat'] <= time.time()


@pytest.mark.parametrize('columns', [
    {'active': False}, {'active': False, 'confirmation_token': sha256_hex(unique())},
    {'suspended_at': now()}, {'email_to_confirm': 'other@example.org'}, {'language': None}])
def test_any_account_gets_the_mail_and_is_not_changed(request_reset, db, make_user, mail_for,
                                                      columns):
    account = make_user(**columns)
    before = user_row(db, account)
    request_reset(account.email)
    assert read(mail_for(account.email).token)[1]['sub'] == account.id
    assert user_row(db, account) == before


@pytest.mark.parametrize('change', [str.upper, str.swapcase, str.capitalize])
def test_the_case_of_the_email_does_not_matter(request_reset, user, mail_for, change):
    request_reset(change(user.email))
    mail_for(user.email)  # sent to the stored address


@pytest.mark.parametrize('form', ['<{}>', '{}\u200b', '{}, other@example.org',
                                  '{}\r\nBcc: x@example.org'])
def test_an_email_that_is_not_the_same_text_is_unknown(no_mail, request_reset, user, form):
    request_reset(form.format(user.email))


def test_an_email_that_differs_by_an_accent_is_unknown(no_mail, request_reset, make_user):
    account = make_user(email=f'{unique("same")}@example.org')
    request_reset(account.email.replace('same', 'sâmé'))


@pytest.mark.parametrize('email', [
    '', ' ', 'x', 'nobody@example.org', 'é', '😀', 'x' * 255 + '@b.c', 'x' * 100000, "' OR 1=1 -- ",
    '%', '_', '{"a": "b"}', '\\', '\x7f', '\x01'])
def test_any_text_gets_the_same_answer(no_mail, request_reset, email):
    request_reset(email)


def test_the_pending_address_is_not_an_address_yet(no_mail, request_reset, make_user):
    pending = f'{unique()}@example.org'
    make_user(email_to_confirm=pending)
    request_reset(pending)


def test_known_and_unknown_leave_the_same_work(programs, shared_scratch):
    with shared_scratch.connect() as sql:
        account = insert_user(sql)
        before = sql.checksums('jobs')
        for email in (account.email, f'{unique()}@example.org'):
            sql.run('DELETE FROM jobs')
            answer = programs.cgi('POST', REQUEST, json={'email': email},
                                  settings={'DATABASE_URL': shared_scratch.url})
            exact(answer, RESET_REQUESTED)
            assert email in sql.value('SELECT payload FROM jobs')
        assert sql.checksums('jobs') == before
        sql.run('DELETE FROM jobs')


@pytest.mark.parametrize('value', [None, *WRONG_FOR_STRINGS.values()],
                         ids=['null', *WRONG_FOR_STRINGS])
def test_an_email_of_another_type_is_refused(api, value):
    exact(api.post(REQUEST, json={'email': value}), INVALID)


def test_the_email_must_be_there(api, user):
    exact(api.post(REQUEST, json={'e-mail': user.email, 'Email': user.email}), INVALID)


def test_a_request_that_is_not_a_json_object_is_refused(api, user):
    refuses_unreadable_bodies(lambda data, headers: api.post(REQUEST, data=data, headers=headers),
                              {'email': user.email})


@pytest.mark.parametrize('content', [b'', b'{', b'{}', b'{"email": 1}',
                                     b'{"email": "a@example.org"}'])
def test_with_sending_disabled_the_url_does_not_exist(api_without_mail, db_without_mail, content):
    exact(api_without_mail.post_text(REQUEST, content), NOURL)
    exact(api_without_mail.post(REQUEST, data=content), NOURL)
    assert db_without_mail.value("SELECT COUNT(*) FROM jobs WHERE kind = 'mail'") == 0


@pytest.mark.parametrize('path', [REQUEST, UPDATE])
@pytest.mark.parametrize('method', ['GET', 'PUT', 'PATCH', 'DELETE'])
def test_other_methods_are_not_allowed(api, path, method):
    answer = api.request(method, path)
    exact(answer, NOT_ALLOWED)
    assert answer.headers['Allow'] == 'POST, OPTIONS'


# ---- setting the password -----------------------------------------------------------------------

def test_the_new_password_is_stored_and_nothing_else_changes(reset_token, update, db, make_user):
    account = make_user(token_epoch=3, kept_token=sha256_hex('x'))
    before = user_row(db, account)
    exact(update(reset_token(account)), PASSWORD_UPDATED)
    after = differences(before, user_row(db, account))
    assert after.keys() == {'password', 'token_epoch', 'kept_token', 'proven_email'}
    assert after['proven_email'] == account.email
    assert matches(NEW_PASSWORD, after['password'])
    assert (after['token_epoch'], after['kept_token']) == (4, None)


def test_only_the_new_password_logs_in(api, reset_token, update, user):
    exact(update(reset_token(user)), PASSWORD_UPDATED)
    exact(api.post(LOGIN, json=user.credentials), REFUSED_CREDENTIALS)
    assert api.post(LOGIN, json={'email': user.email, 'password': NEW_PASSWORD}).status == 200


@pytest.mark.parametrize('password', ['12345678', ' ' * 8, 'é' * 8, '😀' * 8, 'x' * 511, 'é' * 255,
                                      'with\nfeed'])
def test_a_password_is_stored_unchanged(reset_token, update, db, user, password):
    exact(update(reset_token(user), password), PASSWORD_UPDATED)
    assert matches(password, user_row(db, user)['password'])


def test_the_owner_is_notified(reset_token, update, user, mail_for):
    exact(update(reset_token(user)), PASSWORD_UPDATED)
    mail = mail_for(user.email)
    for part in (mail.text, mail.html):
        assert user.username in part and 'token=' not in part and NEW_PASSWORD not in part


@pytest.mark.parametrize('columns', [{'active': False}, {'suspended_at': now()}])
def test_an_account_that_cannot_log_in_cannot_do_so_afterwards(
        api, reset_token, update, db, make_user, columns):
    account = make_user(**columns)
    before = user_row(db, account)
    exact(update(reset_token(account)), PASSWORD_UPDATED)
    assert not differences(before, user_row(db, account)).keys() & {'is_active', 'suspended_at'}
    exact(api.post(LOGIN, json={'email': account.email, 'password': NEW_PASSWORD}),
          REFUSED_CREDENTIALS)


def test_every_session_ends(api, reset_token, update, db, minter, make_user):
    account = make_user(token_epoch=1)
    kept, present = minter.token(account.id), minter.token(account.id, gen=1)
    db.run('UPDATE users SET kept_token = %s WHERE id = %s', sha256_hex(kept), account.id)
    exact(update(reset_token(account)), PASSWORD_UPDATED)
    for token in (kept, present):
        is_bad_token(api.get(PROFILE, token=token))
        is_bad_token(api.post(LOGOUT, token=token))


def test_tokens_with_scopes_are_revoked(api, reset_token, update, db, make_user, user):
    other = make_user()
    ours = [oauth2_token(db, user.id), oauth2_token(db, user.id), personal_token(db, user.id)]
    theirs = [oauth2_token(db, other.id), personal_token(db, other.id)]
    started = int(time.time())
    exact(update(reset_token(user)), PASSWORD_UPDATED)
    for token in ours:
        is_bad_token(api.get(PROFILE, token=token.text))
    for token in theirs:
        assert api.get(PROFILE, token=token.text).status == 200
    oauth2 = db.row('SELECT * FROM oauth2_token WHERE id = %s', ours[0].id)
    assert started <= oauth2['access_token_revoked_at'] <= time.time()
    assert started <= oauth2['refresh_token_revoked_at'] <= time.time()
    personal = db.value('SELECT revoked_at FROM personal_tokens WHERE id = %s', ours[2].id)
    assert now() - timedelta(seconds=60) < personal <= now()


def test_codes_of_applications_can_no_longer_be_exchanged(reset_token, update, db, user):
    code = db.insert(
        'oauth2_code', code=sha256_hex(
            unique()), auth_time=int(
            time.time()), user_id=user.id)
    device = db.insert('oauth2_device_code', device_code=sha256_hex(unique()), client_id='c',
                       user_code=sha256_hex(unique()), created_at=int(time.time()), user_id=user.id)
    exact(update(reset_token(user)), PASSWORD_UPDATED)
    assert db.value('SELECT used_at FROM oauth2_code WHERE id = %s', code) > 0
    assert db.value('SELECT used_at FROM oauth2_device_code WHERE id = %s', device) > 0


def test_an_earlier_revocation_keeps_its_time(reset_token, update, db, user):
    long_ago = now().replace(microsecond=0) - timedelta(days=9)
    first = oauth2_token(db, user.id, access_token_revoked_at=1234567)
    second = personal_token(db, user.id, revoked_at=long_ago)
    exact(update(reset_token(user)), PASSWORD_UPDATED)
    assert db.value('SELECT access_token_revoked_at FROM oauth2_token WHERE id = %s',
                    first.id) == 1234567
    assert db.value('SELECT revoked_at FROM personal_tokens WHERE id = %s', second.id) == long_ago


def test_a_pending_change_of_address_ends(
        api, reset_token, update, db, make_user):
    token, other = unique(), make_user(confirmation_token=sha256_hex(unique()),
                                       email_to_confirm=f'{unique()}@example.org')
    account = make_user(confirmation_token=sha256_hex(token), confirmation_sent_at=now(),
                        email_to_confirm=f'{unique()}@example.org')
    before, untouched = user_row(db, account), user_row(db, other)
    exact(update(reset_token(account)), PASSWORD_UPDATED)
    exact(api.post('/api/auth/email/update', json={'token': token}), INVALID)
    after = user_row(db, account)
    assert after['email'] == before['email'] and after['email_to_confirm'] is None
    assert user_row(db, other) == untouched


def test_an_account_that_waits_to_be_confirmed_still_can_be(api, reset_token, update, make_user):
    token = unique()
    account = make_user(active=False, confirmation_token=sha256_hex(token),
                        confirmation_sent_at=now())
    exact(update(reset_token(account)), PASSWORD_UPDATED)
    assert api.post('/api/auth/account/confirm', json={'token': token}).status == 200


def test_other_accounts_are_not_changed(reset_token, update, db, make_user, user):
    other = make_user()
    before = user_row(db, other)
    exact(update(reset_token(user)), PASSWORD_UPDATED)
    assert user_row(db, other) == before


def test_it_works_with_sending_disabled_too(api_without_mail, db_without_mail, minter):
    account = insert_user(db_without_mail)
    binding = reset_binding(user_row(db_without_mail, account)['password'], account.email)
    token = minter.token(account.id, aud='password-reset', pwd=binding)
    exact(api_without_mail.post(UPDATE, json={'token': token, 'password': NEW_PASSWORD}),
          PASSWORD_UPDATED)
    assert matches(NEW_PASSWORD, user_row(db_without_mail, account)['password'])
    assert db_without_mail.value("SELECT COUNT(*) FROM jobs WHERE kind = 'mail'") == 0


# ---- one use ------------------------------------------------------------------------------------

def test_a_token_works_once(is_refused, request_reset, update, mails_for, user):
    request_reset(user.email)
    token = mails_for(user.email)[0].token
    exact(update(token), PASSWORD_UPDATED)
    is_refused(token)
    is_refused(token, password='a third password')


def test_setting_the_same_password_uses_the_token_up(is_refused, reset_token, update, user):
    token = reset_token(user)
    exact(update(token, user.password), PASSWORD_UPDATED)
    is_refused(token, password=user.password)


@pytest.mark.parametrize('first', [0, 1])
def test_earlier_tokens_are_valid_until_one_is_used(is_refused, request_reset, update, mails_for,
                                                    user, first):
    request_reset(user.email)
    mails_for(user.email)
    request_reset(user.email)
    tokens = [mail.token for mail in mails_for(user.email, 2)]
    exact(update(tokens[first]), PASSWORD_UPDATED)
    is_refused(tokens[1 - first])


def test_another_password_change_invalidates_it(api, is_refused, reset_token, minter, user):
    token = reset_token(user)
    body = {**user.credentials, 'new_password': 'changed by its owner'}
    answer = api.request('PATCH', '/api/auth/profile/edit/account', json=body,
                         token=minter.token(user.id))
    assert answer.status == 200
    is_refused(token)


def test_a_changed_address_invalidates_it(db, is_refused, reset_token, user):
    """It was mailed to the old address, which can belong to another person now."""
    token = reset_token(user)
    db.run('UPDATE users SET email = %s WHERE id = %s', f'{unique()}@example.org', user.id)
    is_refused(token)


def test_the_case_of_the_address_does_not_matter(db, reset_token, update, user):
    token = reset_token(user)
    db.run('UPDATE users SET email = UPPER(email) WHERE id = %s', user.id)
    exact(update(token), PASSWORD_UPDATED)


def test_a_token_bound_to_the_password_alone_is_refused(db, is_refused, reset_token, user):
    """Earlier versions issued these tokens."""
    is_refused(reset_token(user, pwd=sha256_hex(user_row(db, user)['password'])[:16]))


def test_a_hash_renewed_by_a_login_invalidates_it(api, reset_token, update, make_user):
    account = make_user(password_hash=new_hash('correct horse battery', '$2b$', 5))
    token = reset_token(account)
    assert api.post(LOGIN, json=account.credentials).status == 200
    exact(update(token), BAD_RESET_TOKEN)


def test_a_login_without_renewal_does_not_invalidate_it(api, reset_token, update, user):
    token = reset_token(user)
    assert api.post(LOGIN, json=user.credentials).status == 200
    exact(update(token), PASSWORD_UPDATED)


def test_a_token_used_by_concurrent_requests_works_once(reset_token, update, db, in_parallel, user):
    token = reset_token(user)
    passwords = [f'password number {number}' for number in range(8)]
    answers = in_parallel([lambda new=new: update(token, new) for new in passwords])
    done = [new for new, answer in zip(passwords, answers) if answer.status == 200]
    assert len(done) == 1
    for answer in answers:
        exact(answer, PASSWORD_UPDATED if answer.status == 200 else BAD_RESET_TOKEN)
    row = user_row(db, user)
    assert row['token_epoch'] == 1 and matches(done[0], row['password'])


# ---- invalid reset tokens -----------------------------------------------------------------------

def test_an_auth_token_sets_no_password(is_refused, login, user):
    is_refused(login(user))


def test_a_reset_token_is_not_an_auth_token(api, request_reset, mail_for, user):
    request_reset(user.email)
    token = mail_for(user.email).token
    is_bad_token(api.get(PROFILE, token=token))
    is_bad_token(api.post(LOGOUT, token=token))


def soon(seconds):
    return lambda: int(time.time()) + seconds


BAD_CLAIMS = {
    'no aud': {'aud': ABSENT}, 'aud null': {'aud': None}, 'aud empty': {'aud': ''},
    'another aud': {'aud': 'fitgate'}, 'aud of another case': {'aud': 'Password-Reset'},
    'aud with a space': {'aud': 'password-reset '}, 'aud true': {'aud': True},
    'aud an object': {'aud': {'password-reset': 1}},
    'no pwd': {'pwd': ABSENT}, 'pwd null': {'pwd': None}, 'pwd empty': {'pwd': ''},
    'another pwd': {'pwd': '0' * 16}, 'pwd of another text': {'pwd': sha256_hex('')[:16]},
    'pwd a number': {'pwd': 1}, 'pwd an array': {'pwd': []}, 'pwd true': {'pwd': True},
    'expired': {'exp': soon(-1)}, 'expires now': {'exp': soon(0)}, 'no exp': {'exp': ABSENT},
    'exp a string': {'exp': '9999999999'}, 'exp null': {'exp': None},
    'no iat': {'iat': ABSENT}, 'iat ahead': {'iat': soon(120)}, 'iat a string': {'iat': '1'},
    'nbf ahead': {'nbf': soon(120)}, 'no sub': {'sub': ABSENT}, 'sub null': {'sub': None},
    'sub unknown': {'sub': 2_000_000_000}, 'sub zero': {'sub': 0}, 'sub negative': {'sub': -1},
    'sub huge': {'sub': 2**64}, 'sub true': {'sub': True},
}


@pytest.mark.parametrize('changes', BAD_CLAIMS.values(), ids=BAD_CLAIMS.keys())
def test_a_token_with_a_bad_claim_is_refused(is_refused, reset_token, user, changes):
    changes = {name: value() if callable(value) else value for name, value in changes.items()}
    is_refused(reset_token(user, **changes))


@pytest.mark.parametrize('form', [str.upper, lambda pwd: pwd[:15], lambda pwd: pwd + '0',
                                  lambda pwd: f' {pwd}'])
def test_a_binding_in_another_form_is_refused(db, is_refused, reset_token, user, form):
    binding = reset_binding(user_row(db, user)['password'], user.email)
    while binding.isdigit():  # digits only: upper case would change nothing, so try another salt
        db.run('UPDATE users SET password = %s WHERE id = %s', new_hash(user.password, '$2b$', 4),
               user.id)
        binding = reset_binding(user_row(db, user)['password'], user.email)
    is_refused(reset_token(user, pwd=form(binding)))


def test_the_whole_hash_is_not_a_binding(db, is_refused, reset_token, user):
    is_refused(reset_token(user, pwd=sha256_hex(user_row(db, user)['password'])))


@pytest.mark.parametrize('form', [str, float, lambda number: number + 0.5,
                                  lambda number: number + 2**32])
def test_a_sub_that_resembles_the_account_is_refused(is_refused, reset_token, user, form):
    is_refused(reset_token(user, sub=form(user.id)))


def test_the_token_of_another_account_does_not_fit(is_refused, reset_token, make_user, user):
    is_refused(reset_token(make_user(password='quite another one'), sub=user.id))


def test_a_deleted_account_has_no_password(update, reset_token, db, make_user):
    account = make_user()
    token = reset_token(account)
    db.run('DELETE FROM users WHERE id = %s', account.id)
    exact(update(token), BAD_RESET_TOKEN)


def test_another_key_or_algorithm_is_refused(is_refused, reset_token, user):
    is_refused(reset_token(user, key='wrong'))
    is_refused(reset_token(user, header={'alg': 'HS512', 'typ': 'JWT'}, hash_name='sha512'))
    _header, payload, _signature = reset_token(user).split('.')
    is_refused(f'{compact({"alg": "none", "typ": "JWT"})}.{payload}.')


@pytest.mark.parametrize('change', [lambda t: t + '=', lambda t: t + ' ', lambda t: ' ' + t,
                                    lambda t: t + '\n', lambda t: t[:-1], lambda t: t + '.',
                                    lambda t: 'Bearer ' + t, str.lower])
def test_a_token_in_another_spelling_is_refused(is_refused, reset_token, user, change):
    is_refused(change(reset_token(user)))


@pytest.mark.parametrize('token', ['', ' ', 'x', '.', '..', 'a.b.c', 'é', '😀', 'x' * 100000,
                                   "' OR 1=1 -- ", *WRONG_FOR_STRINGS.values()])
def test_a_text_that_is_not_a_token_is_refused(is_refused, token):
    is_refused(token)


# ---- the fields of an update ---------------------------------------------------------------------

@pytest.mark.parametrize('password', [None, *WRONG_FOR_STRINGS.values()],
                         ids=['null', *WRONG_FOR_STRINGS])
def test_a_password_of_another_type_is_refused(is_refused, reset_token, user, password):
    is_refused(reset_token(user), INVALID, password)


@pytest.mark.parametrize('body', [
    {'password': NEW_PASSWORD}, {'password': NEW_PASSWORD, 'token': None}, {'token': 'x'}, {'x': 1},
    {'token': 'x', 'password': None}, {'token': 1, 'password': None},
    {'token': None, 'password': 1}])
def test_a_missing_field_is_refused_before_the_token(api, body):
    exact(api.post(UPDATE, json=body), INVALID)


def test_a_password_of_another_type_is_refused_before_the_token(is_refused):
    is_refused('x', INVALID, 5)
    is_refused(5, INVALID, 5)


@pytest.mark.parametrize('password', ['', 'x', '1234567', ' ' * 7, 'é' * 7, '😀' * 7])
def test_a_short_password_is_refused_and_the_token_stays_good(is_refused, reset_token, update, user,
                                                              password):
    token = reset_token(user)
    is_refused(token, SHORT, password)
    exact(update(token), PASSWORD_UPDATED)


def test_a_bad_token_is_reported_before_a_short_password(is_refused):
    is_refused('x', BAD_RESET_TOKEN, 'short')
    is_refused(5, BAD_RESET_TOKEN, 'short')


@pytest.mark.parametrize('password', ['x' * 512, 'é' * 256, 'x' * 100000])
def test_a_password_that_crypt_cannot_take_is_refused(is_refused, reset_token, update, user,
                                                      password):
    token = reset_token(user)
    is_refused(token, INVALID, password)
    exact(update(token), PASSWORD_UPDATED)


def test_a_refused_update_sends_no_mail(no_mail, reset_token, update, user):
    update('x')
    update(reset_token(user), 'short')


def test_an_update_that_is_not_a_json_object_is_refused(api, reset_token, user):
    refuses_unreadable_bodies(lambda data, headers: api.post(UPDATE, data=data, headers=headers),
                              {'token': reset_token(user), 'password': NEW_PASSWORD})
