"""POST /api/auth/account/privacy-policy (contract §6.18)."""

from datetime import timedelta

import pytest

from tests.harness.answers import INVALID, NOT_ALLOWED, exact
from tests.api.support.bodies import refuses_unreadable_bodies
from tests.harness.people import differences, now, user_row

POLICY = '/api/auth/account/privacy-policy'
ACCEPTED = (200, {'status': 'success'})


@pytest.fixture
def accept(api, token):
    return lambda body: api.post(POLICY, json=body, token=token)


@pytest.mark.parametrize('before', [None, now() - timedelta(days=1000)])
def test_the_moment_of_acceptance_is_stored(api, db, make_user, minter, before):
    account = make_user(accepted_policy_date=before)
    row = user_row(db, account)
    started = now()
    exact(api.post(POLICY, json={'accepted_policy': True}, token=minter.token(account.id)),
          ACCEPTED)
    changed = differences(row, user_row(db, account))
    assert changed.keys() == {'accepted_policy_date'}
    assert started <= changed['accepted_policy_date'] <= now()


def test_microseconds_are_stored(accept, db, user):
    """One of ten times can end in 000 by chance, but not all of them."""
    stored = set()
    for _ in range(10):
        exact(accept({'accepted_policy': True}), ACCEPTED)
        stored.add(user_row(db, user)['accepted_policy_date'].microsecond % 1000)
    assert stored != {0}


def test_it_is_compared_with_the_current_policy(accept, app_config, profile, token):
    app_config(privacy_policy='New rules.', privacy_policy_date=now())
    assert profile(token)['accepted_privacy_policy'] is False
    exact(accept({'accepted_policy': True}), ACCEPTED)
    assert profile(token)['accepted_privacy_policy'] is True


@pytest.mark.parametrize('value', [None, False, 0, 1, 1.0, -1, '', 'true', 'True', 'foo', '1', [],
                                   [True], {}, {'accepted_policy': True}])
def test_only_true_accepts(accept, db, user, value):
    before = user_row(db, user)
    exact(accept({'accepted_policy': value}), INVALID)
    assert user_row(db, user) == before


@pytest.mark.parametrize('key', ['accepted', 'Accepted_policy', 'ACCEPTED_POLICY',
                                 'accepted_policy '])
def test_another_key_does_not_accept(accept, key):
    exact(accept({key: True}), INVALID)


def test_other_keys_are_ignored(accept):
    exact(accept({'accepted_policy': True, 'admin': True, 'date': '1970-01-01'}), ACCEPTED)


def test_other_accounts_do_not_accept(accept, db, make_user):
    other = make_user(accepted_policy_date=None)
    exact(accept({'accepted_policy': True}), ACCEPTED)
    assert user_row(db, other)['accepted_policy_date'] is None


def test_no_mail_is_sent(no_mail, accept):
    exact(accept({'accepted_policy': True}), ACCEPTED)


def test_a_body_that_is_not_a_json_object_is_refused(api, token):
    refuses_unreadable_bodies(
        lambda data, headers: api.post(POLICY, data=data, headers=headers, token=token),
        {'accepted_policy': True})


@pytest.mark.parametrize('method', ['GET', 'PUT', 'PATCH', 'DELETE'])
def test_other_methods_are_not_allowed(api, token, method):
    answer = api.request(method, POLICY, token=token)
    exact(answer, NOT_ALLOWED)
    assert answer.headers['Allow'] == 'POST, OPTIONS'
