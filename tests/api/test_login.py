"""POST /api/auth/login (contract §6.4)."""

import pytest

from tests.harness.answers import INVALID, REFUSED_CREDENTIALS, exact, is_json
from tests.harness.passwords import crypt, matches, new_hash
from tests.harness.people import PASSWORD, now, unique
from tests.harness.tokens import read

LOGIN = '/api/auth/login'


@pytest.fixture
def try_login(api):
    def attempt(email, password):
        return api.post(LOGIN, json={'email': email, 'password': password})
    return attempt


def is_logged_in(answer, account):
    token = is_json(answer).get('auth_token')
    exact(answer, (200, {'auth_token': token, 'message': 'successfully logged in',
                         'status': 'success'}))
    assert read(token)[1]['sub'] == account.id


def stored_hash(db, account):
    return db.value('SELECT password FROM users WHERE id = %s', account.id)


# ---- accepted and refused credentials ----------------------------------------------------------

def test_the_right_credentials_log_in(try_login, user):
    is_logged_in(try_login(user.email, user.password), user)


def test_the_token_opens_the_profile(login, profile, user):
    assert profile(login(user))['username'] == user.username


@pytest.mark.parametrize('change', [str.upper, str.lower, str.swapcase, str.title])
def test_the_case_of_the_email_does_not_matter(try_login, make_user, change):
    account = make_user(email=f'{unique("MiXed")}@Example.Org')
    is_logged_in(try_login(change(account.email), account.password), account)


@pytest.mark.parametrize('form', ['<{}>', '{}.', '{}\x7f', '{}\u200b', '\ufeff{}', '{}_', '.{}'])
def test_only_blanks_can_surround_the_email(try_login, user, form):
    exact(try_login(form.format(user.email), user.password), REFUSED_CREDENTIALS)


@pytest.mark.parametrize('replaced', [('same', 'sáme'), ('same', 'ｓame'), ('same', 'samé'),
                                      ('org', 'orğ'), ('same', 'sa\u00adme'), ('k', '\u212a')])
def test_an_email_that_only_the_database_considers_equal_is_unknown(try_login, make_user, replaced):
    account = make_user(email=f'{unique("same_k")}@example.org')
    other = account.email.replace(*replaced)
    assert other != account.email
    exact(try_login(other, account.password), REFUSED_CREDENTIALS)


def test_the_username_is_not_accepted_as_an_email(try_login, user):
    exact(try_login(user.username, user.password), REFUSED_CREDENTIALS)


def test_an_unknown_email_is_refused(try_login):
    exact(try_login(f'{unique()}@example.org', PASSWORD), REFUSED_CREDENTIALS)


@pytest.mark.parametrize('password', [
    '', ' ', 'wrong', PASSWORD + ' ', ' ' + PASSWORD, PASSWORD + '\n', PASSWORD.upper(),
    PASSWORD[:-1],
    'x' * 511, 'x' * 512, 'é' * 300, PASSWORD + 'x' * 600, 'x' * 100000, '*', '*0', '%'])
def test_a_wrong_password_is_refused(try_login, user, password):
    exact(try_login(user.email, password), REFUSED_CREDENTIALS)


def test_the_hash_is_not_accepted_as_a_password(try_login, db, user):
    exact(try_login(user.email, stored_hash(db, user)), REFUSED_CREDENTIALS)


def test_the_password_of_another_account_is_refused(try_login, make_user, user):
    other = make_user(password='another password')
    exact(try_login(user.email, other.password), REFUSED_CREDENTIALS)


def test_an_inactive_account_is_refused(try_login, make_user):
    account = make_user(active=False)
    exact(try_login(account.email, account.password), REFUSED_CREDENTIALS)


def test_a_suspended_account_is_refused(try_login, make_user):
    account = make_user(suspended_at=now())
    exact(try_login(account.email, account.password), REFUSED_CREDENTIALS)


@pytest.mark.parametrize('email', ['', 'x', 'é', '😀' * 100, 'x' * 100000, "' OR 1=1 -- ", '%',
                                   'a@b.c\r\nX: y', '\u202e'])
def test_any_text_as_email_gets_the_same_answer(try_login, email):
    exact(try_login(email, PASSWORD), REFUSED_CREDENTIALS)


# ---- missing and invalid fields ----------------------------------------------------------------

@pytest.mark.parametrize('missing', [('email',), ('password',), ('email', 'password')])
@pytest.mark.parametrize('how', ['absent', 'null'])
@pytest.mark.parametrize('known', [True, False])
def test_a_missing_field_is_answered_as_wrong_credentials(api, user, missing, how, known):
    body = {'x': 1, 'email': user.email if known else f'{unique()}@example.org',
            'password': PASSWORD}
    for name in missing:
        body[name] = None
        if how == 'absent':
            del body[name]
    exact(api.post(LOGIN, json=body), REFUSED_CREDENTIALS)


@pytest.mark.parametrize('value', [0, 1, True, False, [], {}, ['x'], 1.5])
@pytest.mark.parametrize(('wrong', 'other'), [('email', 'password'), ('password', 'email')])
def test_a_wrong_type_is_reported_before_a_missing_field(api, wrong, other, value):
    exact(api.post(LOGIN, json={wrong: value}), INVALID)
    exact(api.post(LOGIN, json={wrong: value, other: None}), INVALID)


@pytest.mark.parametrize('known', [True, False])
def test_a_wrong_type_gets_the_same_answer_for_known_and_unknown_emails(api, user, known):
    email = user.email if known else f'{unique()}@example.org'
    exact(api.post(LOGIN, json={'email': email, 'password': 1}), INVALID)


def test_a_key_of_another_case_is_missing(api, user):
    exact(api.post(LOGIN, json={'Email': user.email, 'password': user.password}),
          REFUSED_CREDENTIALS)
    exact(api.post(LOGIN, json={'email': user.email, 'PASSWORD': user.password}),
          REFUSED_CREDENTIALS)


# ---- hashes ------------------------------------------------------------------------------------

FORMATS = {
    'bcrypt 5': ('$2b$', 5), 'bcrypt a': ('$2a$', 4), 'bcrypt y': ('$2y$', 4),
    'SHA-512': ('$6$', 1000),
    'SHA-256': ('$5$', 1000), 'yescrypt': ('$y$', 1), 'gost-yescrypt': ('$gy$', 1),
    'scrypt': ('$7$', 6), 'MD5': ('$1$', 0)}


@pytest.mark.parametrize(('prefix', 'cost'), FORMATS.values(), ids=FORMATS.keys())
def test_an_imported_hash_logs_in_and_is_replaced(try_login, db, make_user, prefix, cost):
    account = make_user(password_hash=new_hash(PASSWORD, prefix, cost), token_epoch=3)
    is_logged_in(try_login(account.email, PASSWORD), account)
    replaced = stored_hash(db, account)
    assert replaced.startswith('$2b$04$') and matches(PASSWORD, replaced)
    assert db.value('SELECT token_epoch FROM users WHERE id = %s', account.id) == 3
    is_logged_in(try_login(account.email, PASSWORD), account)
    assert stored_hash(db, account) == replaced


@pytest.mark.parametrize(('prefix', 'cost'), FORMATS.values(), ids=FORMATS.keys())
def test_an_imported_hash_refuses_a_wrong_password_and_stays(try_login, db, make_user, prefix,
                                                             cost):
    account = make_user(password_hash=new_hash(PASSWORD, prefix, cost))
    exact(try_login(account.email, PASSWORD + 'x'), REFUSED_CREDENTIALS)
    assert matches(PASSWORD, stored_hash(db, account))


def test_replacing_the_hash_does_not_end_sessions(login, profile, make_user):
    account = make_user(password_hash=new_hash(PASSWORD, '$6$', 1000))
    first = login(account)
    login(account)
    profile(first)


def test_a_hash_of_the_setting_is_kept(login, db, user):
    before = stored_hash(db, user)
    login(user)
    assert stored_hash(db, user) == before


def test_the_refused_login_of_an_inactive_account_does_not_replace_the_hash(
        try_login, db, make_user):
    account = make_user(active=False, password_hash=new_hash(PASSWORD, '$2b$', 5))
    before = stored_hash(db, account)
    exact(try_login(account.email, PASSWORD), REFUSED_CREDENTIALS)
    assert stored_hash(db, account) == before


@pytest.mark.parametrize('text', ['x', '*', '*0', '*1', '!', '!!', '$', '$2b$', '$2b$04$short',
                                  '$9$abc$def',
                                  '$y$', '$6$rounds=x$a$b', ' ', '0'])
def test_an_account_with_an_unknown_kind_of_hash_cannot_log_in(try_login, make_user, text):
    account = make_user(password_hash=text)
    for password in (PASSWORD, text, '', '*0'):
        exact(try_login(account.email, password), REFUSED_CREDENTIALS)


def test_an_account_with_an_empty_hash_cannot_log_in(try_login, db, user):
    db.run("UPDATE users SET password = '' WHERE id = %s", user.id)
    for password in ('', PASSWORD):
        exact(try_login(user.email, password), REFUSED_CREDENTIALS)


def test_a_long_password_imported_as_bcrypt_logs_in(try_login, make_user):
    long_password = 'p' * 100
    account = make_user(password_hash=new_hash(long_password, '$2b$', 5), password=long_password)
    is_logged_in(try_login(account.email, long_password), account)


def test_a_password_beyond_ascii_is_hashed_as_utf_8(try_login, make_user):
    account = make_user(password_hash=crypt('pässwörd 😀', '$5$salt$'), password='pässwörd 😀')
    is_logged_in(try_login(account.email, account.password), account)
    exact(try_login(account.email, 'passwörd 😀'), REFUSED_CREDENTIALS)


# ---- side effects ------------------------------------------------------------------------------

def test_a_login_changes_no_table_but_sessions_and_events(login, db, user, work_off):
    work_off()
    before = db.checksums('sessions', 'events')
    for _ in range(3):
        login(user)
    assert db.checksums('sessions', 'events') == before


def test_a_login_sends_no_mail(login, user, mailbox, work_off):
    login(user)
    work_off()
    assert not mailbox.to(user.email)


def test_neither_password_nor_token_is_logged(login, stack, make_user):
    account = make_user(password=f'secret {unique()}')
    token = login(account)
    log = stack.log_text()
    assert account.password not in log
    assert token not in log and token.rpartition('.')[2] not in log


def test_a_refused_password_is_not_logged(try_login, stack, user):
    password = f'secret {unique()}'
    exact(try_login(user.email, password), REFUSED_CREDENTIALS)
    assert password not in stack.log_text()


def test_concurrent_logins_all_succeed(api, make_user, in_parallel):
    account = make_user()
    answers = in_parallel([lambda: api.post(LOGIN, json=account.credentials)] * 40)
    tokens = set()
    for answer in answers:
        is_logged_in(answer, account)
        tokens.add(answer.json()['auth_token'])
    assert len(tokens) == 40


def test_two_concurrent_first_logins_with_an_imported_hash_both_succeed(
        api, db, make_user, in_parallel):
    account = make_user(password_hash=new_hash(PASSWORD, '$2b$', 6))
    answers = in_parallel([lambda: api.post(LOGIN, json=account.credentials)] * 10)
    for answer in answers:
        is_logged_in(answer, account)
    assert stored_hash(db, account).startswith('$2b$04$')
