"""An unconfirmed account has no owner yet: when an address is registered several times, each mailed
link activates the registration that it was mailed for (contract §6.1, §6.2)."""

import pytest

from tests.api.support.admin_command import Command
from tests.harness.answers import (INVALID, PASSWORD_UPDATED, REFUSED_CREDENTIALS, RESENT,
                                   RESET_REQUESTED, error, exact)
from tests.harness.people import unique

REGISTER = '/api/auth/register'
CONFIRM = '/api/auth/account/confirm'
RESEND = '/api/auth/account/resend-confirmation'
LOGIN = '/api/auth/login'
RESET = '/api/auth/password/reset-request'
UPDATE = '/api/auth/password/update'
REGISTERED = (200, {'status': 'success'})
NAME_TAKEN = error('sorry, that username is already taken')
LANGUAGES = ('en', 'fr', 'de')


class Registration:
    def __init__(self, email, language):
        self.body = {'username': unique(), 'email': email, 'password': f'password of {unique()}',
                     'language': language, 'accepted_policy': True}
        self.token = None

    @property
    def credentials(self):
        return {'email': self.body['email'], 'password': self.body['password']}


@pytest.fixture
def compete(api, mails_for):
    """Register one address several times, and read the link of each registration."""
    def register(count=3):
        email = f'{unique()}@example.org'
        registrations = [Registration(email, LANGUAGES[i]) for i in range(count)]
        for one in registrations:
            exact(api.post(REGISTER, json=one.body), REGISTERED)
        mails = mails_for(email, count)
        assert len(mails) == count
        for one in registrations:
            one.token, = [mail.token for mail in mails if one.body['username'] in mail.text]
        return registrations
    return register


@pytest.fixture
def confirm(api):
    def follow(token):
        return api.post(CONFIRM, json={'token': token})
    return follow


def is_let_in(api, registration):
    return api.post(LOGIN, json=registration.credentials).status == 200


@pytest.mark.parametrize('chosen', range(3))
def test_each_link_activates_the_registration_it_was_mailed_for(
        api, compete, confirm, profile, chosen):
    registrations = compete()
    answer = confirm(registrations[chosen].token)
    assert answer.status == 200
    mine = registrations[chosen].body
    shown = profile(answer.json()['auth_token'])
    assert (shown['username'], shown['email'], shown['language'], shown['accepted_privacy_policy']) == (
        mine['username'], mine['email'], mine['language'], True)
    assert [is_let_in(api, one) for one in registrations] == [i == chosen for i in range(3)]


@pytest.mark.parametrize('chosen', range(3))
def test_the_other_links_become_invalid(compete, confirm, chosen):
    registrations = compete()
    assert confirm(registrations[chosen].token).status == 200
    for one in registrations:
        exact(confirm(one.token), INVALID)


@pytest.mark.parametrize('chosen', range(3))
def test_the_names_stay_reserved(api, compete, confirm, registration, chosen):
    registrations = compete()
    assert confirm(registrations[chosen].token).status == 200
    for one in registrations:
        exact(api.post(REGISTER, json=registration(username=one.body['username'])), NAME_TAKEN)


def test_a_link_works_once_of_many_requests_at_the_same_time(compete, confirm, in_parallel):
    registrations = compete()
    answers = in_parallel([lambda one=one: confirm(one.token) for one in registrations] * 3)
    assert sorted(answer.status for answer in answers) == [200] + [400] * 8


def test_no_password_is_accepted_before_a_link_is_used(api, compete):
    for one in compete():
        exact(api.post(LOGIN, json=one.credentials), REFUSED_CREDENTIALS)


@pytest.fixture
def resent(api, mails_for):
    """The token of a link that resend-confirmation sends."""
    def ask(email, known):
        exact(api.post(RESEND, json={'email': email}), RESENT)
        return mails_for(email, known + 1)[-1].token
    return ask


def test_a_resent_link_activates_a_contested_account_without_a_password(
        api, compete, confirm, resent, mails_for):
    registrations = compete(2)
    email = registrations[0].body['email']
    assert confirm(resent(email, 2)).status == 200
    assert not any(is_let_in(api, one) for one in registrations)
    for one in registrations:
        exact(confirm(one.token), INVALID)
    exact(api.post(RESET, json={'email': email}), RESET_REQUESTED)
    token = mails_for(email, 4)[-1].token
    exact(api.post(UPDATE, json={'token': token, 'password': 'set by the owner'}), PASSWORD_UPDATED)
    assert api.post(LOGIN, json={'email': email, 'password': 'set by the owner'}).status == 200


def test_a_resent_link_leaves_the_links_of_competing_registrations(api, compete, confirm, resent):
    first, second = compete(2)
    resent(first.body['email'], 2)
    exact(confirm(first.token), INVALID)
    assert confirm(second.token).status == 200
    assert is_let_in(api, second) and not is_let_in(api, first)


def test_a_resent_link_of_an_account_with_one_registration_keeps_the_password(
        api, compete, confirm, resent):
    only, = compete(1)
    assert confirm(resent(only.body['email'], 1)).status == 200
    assert is_let_in(api, only)


def test_an_administrator_activates_a_contested_account_without_a_password(api, compete, programs):
    registrations = compete(2)
    Command(programs).done('users', 'update', registrations[0].body['username'], '--activate')
    assert not any(is_let_in(api, one) for one in registrations)


def test_the_links_of_a_deleted_account_do_not_work(api, compete, confirm, programs, registration):
    registrations = compete(2)
    Command(programs).done('users', 'delete', registrations[0].body['username'], '--yes')
    for one in registrations:
        exact(confirm(one.token), INVALID)
        exact(api.post(REGISTER, json=registration(username=one.body['username'])), REGISTERED)


def test_a_registration_cannot_take_over_an_account_that_is_not_unconfirmed(
        api, db, make_user, registration, mailbox, work_off):
    """Another program has made the account inactive: only the account's own link can activate it."""
    account = make_user(active=False)
    body = registration(email=account.email)
    exact(api.post(REGISTER, json=body), REGISTERED)
    work_off()
    assert not mailbox.to(account.email)
    row = db.row('SELECT * FROM registrations WHERE username = %s', body['username'])
    assert row['confirmation_token'] is None
