"""POST /api/auth/account/confirm (contract §6.2 and §6.16)."""

from datetime import timedelta

import pytest

from tests.harness.answers import INVALID, exact, is_json
from tests.harness.people import now, unique
from tests.harness.tokens import read, sha256_hex

CONFIRM = '/api/auth/account/confirm'
LIFE = timedelta(seconds=604800)


@pytest.fixture
def make_pending(make_user):
    """An inactive account with a token to confirm it: (account, token)."""
    def make(**columns):
        token = unique('token')
        values = {'active': False, 'confirmation_token': sha256_hex(token),
                  'confirmation_sent_at': now(), **columns}
        return make_user(**values), token
    return make


@pytest.fixture
def state(db):
    """The columns that a confirmation can change."""
    def read_state(account):
        return db.row('SELECT is_active, confirmation_token, confirmation_sent_at, email, '
                      'email_to_confirm, password, token_epoch FROM users WHERE id = %s',
                      account.id)
    return read_state


def test_the_token_of_the_mail_confirms_the_account(api, register, mail_for, profile, state):
    account = register()
    answer = api.post(CONFIRM, json={'token': mail_for(account.email).token})
    body = is_json(answer)
    issued = body['auth_token']
    exact(answer, (200, {'auth_token': issued, 'message': 'account confirmation successful',
                         'status': 'success'}))
    assert read(issued)[1]['sub'] == account.id
    assert profile(issued)['is_active'] is True
    assert state(account)['is_active'] == 1 and state(account)['confirmation_token'] is None


def test_after_confirming_the_user_can_log_in(api, make_pending, login):
    account, token = make_pending()
    assert api.post(CONFIRM, json={'token': token}).status == 200
    login(account)


def test_a_token_confirms_once(api, make_pending):
    _account, token = make_pending()
    assert api.post(CONFIRM, json={'token': token}).status == 200
    exact(api.post(CONFIRM, json={'token': token}), INVALID)


def test_a_token_used_by_concurrent_requests_confirms_once(api, make_pending, in_parallel):
    _account, token = make_pending()
    answers = in_parallel([lambda: api.post(CONFIRM, json={'token': token})] * 20)
    assert sum(answer.status == 200 for answer in answers) == 1
    for answer in answers:
        if answer.status != 200:
            exact(answer, INVALID)


def test_confirming_changes_nothing_else(api, make_pending, state):
    account, token = make_pending()
    before = state(account)
    assert api.post(CONFIRM, json={'token': token}).status == 200
    after = state(account)
    for name in ('email', 'email_to_confirm', 'password', 'token_epoch'):
        assert after[name] == before[name], name


def test_confirming_does_not_affect_other_accounts(api, make_pending, state):
    _account, token = make_pending()
    other, _token = make_pending()
    before = state(other)
    assert api.post(CONFIRM, json={'token': token}).status == 200
    assert state(other) == before


def test_the_issued_token_carries_the_epoch_of_the_account(api, make_pending, profile):
    _account, token = make_pending(token_epoch=4)
    issued = api.post(CONFIRM, json={'token': token}).json()['auth_token']
    assert read(issued)[1]['gen'] == 4
    profile(issued)


def test_no_mail_is_sent(api, make_pending, mailbox, work_off):
    account, token = make_pending()
    assert api.post(CONFIRM, json={'token': token}).status == 200
    work_off()
    assert not mailbox.to(account.email)


def test_an_expired_token_is_refused_and_stays(api, make_pending, state):
    account, token = make_pending(confirmation_sent_at=now() - LIFE - timedelta(seconds=60))
    before = state(account)
    exact(api.post(CONFIRM, json={'token': token}), INVALID)
    assert state(account) == before


def test_a_token_about_to_expire_is_accepted(api, make_pending):
    _account, token = make_pending(confirmation_sent_at=now() - LIFE + timedelta(seconds=60))
    assert api.post(CONFIRM, json={'token': token}).status == 200


def test_a_token_of_unknown_age_never_expires(api, make_pending):
    _account, token = make_pending(confirmation_sent_at=None)
    assert api.post(CONFIRM, json={'token': token}).status == 200


def test_a_suspended_account_cannot_be_confirmed(api, make_pending, state):
    account, token = make_pending(suspended_at=now())
    before = state(account)
    exact(api.post(CONFIRM, json={'token': token}), INVALID)
    assert state(account) == before


def test_the_token_of_another_address_does_not_confirm_an_account(api, make_pending, state):
    """The state after `fitgate-admin users update --email … --confirm`: the column has two uses."""
    account, token = make_pending(email_to_confirm='other@example.org')
    before = state(account)
    exact(api.post(CONFIRM, json={'token': token}), INVALID)
    assert state(account) == before


@pytest.mark.parametrize('pending', [None, 'other@example.org'])
def test_the_token_of_an_active_account_is_refused_and_stays(api, make_pending, state, pending):
    account, token = make_pending(active=True, email_to_confirm=pending)
    before = state(account)
    exact(api.post(CONFIRM, json={'token': token}), INVALID)
    assert state(account) == before


@pytest.mark.parametrize('change', [
    str.upper, str.swapcase, lambda t: t + ' ', lambda t: ' ' + t, lambda t: t + '\n',
    lambda t: t[:-1], lambda t: t + '=', sha256_hex, lambda t: sha256_hex(t).upper(),
    lambda t: '%'])
def test_a_token_that_is_not_the_same_text_is_refused(api, make_pending, state, change):
    account, token = make_pending()
    before = state(account)
    exact(api.post(CONFIRM, json={'token': change(token)}), INVALID)
    assert state(account) == before


@pytest.mark.parametrize('token', ['', ' ', 'x', 'x' * 40, 'é', '😀' * 40, 'x' * 100000,
                                   "' OR 1=1 -- ",
                                   '%', '_' * 40, '0', 'null'])
def test_an_unknown_token_is_refused(api, make_pending, token):
    make_pending()
    exact(api.post(CONFIRM, json={'token': token}), INVALID)


def test_an_account_without_a_token_is_not_confirmed_by_an_empty_one(api, make_user, state):
    account = make_user(active=False)
    exact(api.post(CONFIRM, json={'token': ''}), INVALID)
    assert state(account)['is_active'] == 0
