"""A password in another normalization form of Unicode than it was set in (contract §6.0, W36)."""

from unicodedata import normalize

import pytest

from tests.harness.answers import REFUSED_CREDENTIALS, REGISTERED, exact
from tests.api.support.dialects import ALL, BOTH, DIALECTS
from tests.harness.passwords import crypt, matches, new_hash
from tests.harness.people import user_row

LOGIN = '/api/auth/login'
ACCOUNT = '/api/auth/profile/edit/account'
COMPOSED = 'Mot de passe: é, ệ, 각'
DECOMPOSED = normalize('NFD', COMPOSED)


@pytest.fixture
def account(make_user):
    return make_user(password_hash=new_hash(COMPOSED, '$2b$', 4), password=COMPOSED)


@pytest.fixture
def try_login(api):
    return lambda account, password: api.post(LOGIN, json={'email': account.email,
                                                           'password': password})


@pytest.mark.parametrize('name', ALL)
def test_a_password_set_as_typed_logs_in_as_pasted(api_in, db, name):
    api, body = api_in(name), DIALECTS[name].registration(password=COMPOSED)
    assert api.post('/api/auth/register', json=body).status in (200, 201)
    db.run('UPDATE users SET is_active = 1 WHERE username = %s', body['username'])
    for password in (DECOMPOSED, COMPOSED):
        answer = api.post(LOGIN, json={'email': body['email'], 'password': password})
        assert answer.json()['message'] == DIALECTS[name].logged_in


@pytest.mark.parametrize('name', BOTH)
def test_it_is_the_current_password_of_a_change(api_in, db, minter, account, name):
    answer = api_in(name).request(
        'PATCH', ACCOUNT, token=minter.token(account.id),
        json={'email': account.email, 'password': DECOMPOSED, 'new_password': 'another password'})
    assert answer.status == 200
    assert matches('another password', user_row(db, account)['password'])


def test_a_password_is_stored_as_the_bytes_that_are_sent(api, db, registration, try_login):
    body = registration(password=DECOMPOSED)
    exact(api.post('/api/auth/register', json=body), REGISTERED)
    row = db.row('SELECT password FROM users WHERE username = %s', body['username'])
    assert matches(DECOMPOSED, row['password']) and not matches(COMPOSED, row['password'])


def test_of_a_password_set_in_nfd_only_the_same_bytes_log_in(make_user, try_login):
    account = make_user(password_hash=new_hash(DECOMPOSED, '$2b$', 4))
    assert try_login(account, DECOMPOSED).status == 200
    exact(try_login(account, COMPOSED), REFUSED_CREDENTIALS)


@pytest.mark.parametrize('other', [COMPOSED.replace('é', 'e'), DECOMPOSED + '\u0301',
                                   DECOMPOSED + ' ', DECOMPOSED.upper()])
def test_another_text_is_refused(account, try_login, other):
    exact(try_login(account, other), REFUSED_CREDENTIALS)


@pytest.mark.parametrize(('stored', 'typed'), [('fi123456', 'ﬁ123456'), ('A1234567', 'Ａ1234567'),
                                               ('x2_34567', 'x²_34567')])
def test_compatibility_forms_are_another_text(make_user, try_login, stored, typed):
    account = make_user(password_hash=new_hash(stored, '$2b$', 4))
    exact(try_login(account, typed), REFUSED_CREDENTIALS)


def test_the_replaced_hash_is_of_the_form_that_matched(db, make_user, try_login):
    account = make_user(password_hash=new_hash(COMPOSED, '$6$', 1000))
    assert try_login(account, DECOMPOSED).status == 200
    stored = user_row(db, account)['password']
    assert stored.startswith('$2b$04$') and matches(COMPOSED, stored)
    assert try_login(account, DECOMPOSED).status == 200


def test_the_longest_password_logs_in_decomposed(make_user, try_login):
    longest = '각' * 170 + 'x'  # 511 bytes; 1531 decomposed
    account = make_user(password_hash=crypt(longest, '$5$salt$'))
    assert try_login(account, normalize('NFD', longest)).status == 200
    exact(try_login(account, normalize('NFD', longest + 'x')), REFUSED_CREDENTIALS)


@pytest.mark.parametrize('password', [
    'a' + '\u0301\u0323' * 40000, '\u0301' * 700, '\u0958' * 170, '\U0001d160' * 127, '\u0390' * 255,
    '\u1100' * 511, '\uffff' * 170, '\U0010ffff' * 127, '\u0301'],
    ids=['80,000 marks', 'marks alone', 'longer in NFC', 'three times as long in NFC',
         'letters of three parts', 'letters of Hangul', 'no character', 'the last code point', 'a mark'])
def test_whatever_is_typed_is_refused(account, try_login, password):
    exact(try_login(account, password), REFUSED_CREDENTIALS)
