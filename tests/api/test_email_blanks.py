"""Blanks around an e-mail address, which keyboards of phones add when they complete one, are removed wherever a
client sends an address, in each dialect (contract §6.0, W35). Passwords are never trimmed."""

import pytest

from tests.harness.answers import (REFUSED_CREDENTIALS, REGISTERED, RESENT, RESET_REQUESTED, error,
                                   exact)
from tests.api.support.dialects import ALL, BOTH, DIALECTS
from tests.harness.people import PASSWORD, differences, unique, user_row

LOGIN = '/api/auth/login'
REGISTER = '/api/auth/register'
ACCOUNT = '/api/auth/profile/edit/account'
FORMS = ['{} ', ' {}', '\t{}\n', '{}\r\n', '{}\x0b', '\x0c{}', '\u00a0{}', '{}\u0085', '{}\u1680',
         '\u2000{}\u200a', '{}\u2028', '{}\u2029', '\u202f{}', '\u205f{}', '\u3000 \t {} \u3000']


@pytest.mark.parametrize('name', ALL)
@pytest.mark.parametrize('form', FORMS)
def test_a_login_ignores_them(api_in, user, name, form):
    answer = api_in(name).post(LOGIN, json={'email': form.format(user.email),
                                            'password': user.password})
    assert answer.json()['message'] == DIALECTS[name].logged_in


@pytest.mark.parametrize('name', ALL)
def test_a_registration_stores_the_address_without_them(api_in, db, name):
    body = DIALECTS[name].registration()
    answer = api_in(name).post(REGISTER, json={**body, 'email': f'\u00a0 {body["email"]}\n'})
    assert answer.status in (200, 201)
    row = db.row('SELECT email FROM users WHERE username = %s', body['username'])
    assert row['email'] == body['email']


@pytest.mark.parametrize('name', BOTH)
def test_an_address_that_is_known_stays_known(api_in, db, user, name):
    body = DIALECTS[name].registration(email=f' {user.email} ')
    exact(api_in(name).post(REGISTER, json=body), REGISTERED)
    assert db.value('SELECT COUNT(*) FROM users WHERE username = %s', body['username']) == 0


def test_in_0_2_an_address_that_is_taken_stays_taken(api_02, user):
    body = DIALECTS['0.2'].registration(email=f'{user.email} ')
    exact(api_02.post(REGISTER, json=body), error('Sorry. That user already exists.'))


@pytest.mark.parametrize('name', BOTH)
def test_a_confirmation_is_sent_again(api_in, make_user, mail_for, name):
    account = make_user(active=False)
    exact(api_in(name).post('/api/auth/account/resend-confirmation',
                            json={'email': f' {account.email}\u00a0'}), RESENT)
    assert mail_for(account.email).recipients == [account.email]


@pytest.mark.parametrize('name', BOTH)
def test_a_password_reset_is_sent(api_in, user, mail_for, name):
    exact(api_in(name).post('/api/auth/password/reset-request', json={'email': f'\t{user.email} '}),
          RESET_REQUESTED)
    assert mail_for(user.email).recipients == [user.email]


@pytest.mark.parametrize('name', BOTH)
def test_a_new_address_is_stored_without_them(api_in, db, minter, user, mail_for, name):
    new = f'{unique()}@example.org'
    answer = api_in(name).request('PATCH', ACCOUNT, token=minter.token(user.id),
                                  json={'email': f'{new} ', 'password': user.password})
    assert answer.json()['data']['email_to_confirm'] == new
    assert user_row(db, user)['email_to_confirm'] == new
    assert mail_for(new).recipients == [new]


@pytest.mark.parametrize('name', BOTH)
def test_ones_own_address_with_them_is_no_change(api_in, db, minter, user, no_mail, name):
    before = user_row(db, user)
    answer = api_in(name).request('PATCH', ACCOUNT, token=minter.token(user.id),
                                  json={'email': f'{user.email} ', 'password': user.password})
    assert answer.status == 200
    assert differences(before, user_row(db, user)) == {}


@pytest.mark.parametrize('name', BOTH)
@pytest.mark.parametrize('email', [' ', '\t\n', '\u00a0\u3000'])
def test_nothing_else_is_no_address(api_in, minter, user, name, email):
    answer = api_in(name).request('PATCH', ACCOUNT, token=minter.token(user.id),
                                  json={'email': email, 'password': user.password})
    exact(answer, error('email is missing'))


def test_those_of_a_password_count(api, db, registration):
    body = registration(password=f' {PASSWORD}\u00a0')
    exact(api.post(REGISTER, json=body), REGISTERED)
    db.run('UPDATE users SET is_active = 1 WHERE username = %s', body['username'])
    exact(api.post(LOGIN, json={'email': body['email'], 'password': PASSWORD}), REFUSED_CREDENTIALS)
    assert api.post(LOGIN, json={'email': body['email'],
                                 'password': body['password']}).status == 200
