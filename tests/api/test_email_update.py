"""POST /api/auth/email/update (contract §6.15 and §6.16, W7, W8, W9, W21)."""

from datetime import timedelta

import pytest

from tests.harness.answers import EMAIL_UPDATED, INVALID, NOT_ALLOWED, REFUSED_CREDENTIALS, exact
from tests.api.support.bodies import WRONG_FOR_STRINGS, refuses_unreadable_bodies
from tests.harness.people import differences, insert_user, now, unique, user_row
from tests.harness.tokens import sha256_hex

UPDATE = '/api/auth/email/update'
CONFIRM = '/api/auth/account/confirm'
LOGIN = '/api/auth/login'
WEEK = timedelta(days=7)
NOTHING_PENDING = {'email_to_confirm': None, 'confirmation_token': None}


@pytest.fixture
def make_pending(make_user):
    """An account with a pending change of its address; returns it with the token."""
    def make(**columns):
        token = unique('token')
        values = {'email_to_confirm': f'{unique("New")}@Example.org', 'confirmation_sent_at': now(),
                  'confirmation_token': sha256_hex(token), **columns}
        return make_user(**values), token, values['email_to_confirm']
    return make


@pytest.fixture
def update(api):
    return lambda token: api.post(UPDATE, json={'token': token})


def cleared(row):
    """The columns of a change, without the time of the request, which does not matter."""
    return {name: value for name, value in row.items() if name != 'confirmation_sent_at'}


def test_the_pending_address_becomes_the_address(update, db, make_pending):
    account, token, email = make_pending()
    before = user_row(db, account)
    exact(update(token), EMAIL_UPDATED)
    assert cleared(differences(before, user_row(db, account))) == {
        'email': email, 'proven_email': email, **NOTHING_PENDING}


def test_only_the_new_address_logs_in(api, update, make_pending):
    account, token, email = make_pending()
    exact(update(token), EMAIL_UPDATED)
    exact(api.post(LOGIN, json=account.credentials), REFUSED_CREDENTIALS)
    assert api.post(LOGIN, json={'email': email, 'password': account.password}).status == 200


def test_sessions_stay_valid(minter, profile, update, make_pending):
    account, token, email = make_pending()
    exact(update(token), EMAIL_UPDATED)
    shown = profile(minter.token(account.id))
    assert (shown['email'], shown['email_to_confirm']) == (email, None)


def test_a_token_works_once(update, db, make_pending):
    account, token, _email = make_pending()
    exact(update(token), EMAIL_UPDATED)
    before = user_row(db, account)
    exact(update(token), INVALID)
    assert user_row(db, account) == before


def test_a_token_used_by_concurrent_requests_works_once(update, in_parallel, make_pending):
    _account, token, _email = make_pending()
    answers = in_parallel([lambda: update(token)] * 8)
    assert sorted(answer.status for answer in answers) == [200] + [400] * 7
    for answer in answers:
        exact(answer, EMAIL_UPDATED if answer.status == 200 else INVALID)


def test_only_the_old_address_is_notified(update, make_pending, mail_for, mailbox,
                                          work_off):
    account, token, email = make_pending()
    exact(update(token), EMAIL_UPDATED)
    mail = mail_for(account.email)
    assert account.username in mail.text and email in mail.text and 'token=' not in mail.text
    work_off()
    assert not mailbox.to(email)


def test_authentication_is_ignored(api, make_pending):
    _account, token, _email = make_pending()
    exact(api.post(UPDATE, json={'token': token}, token='nonsense'), EMAIL_UPDATED)


def test_other_accounts_are_not_changed(update, db, make_pending):
    _account, token, _email = make_pending()
    other = make_pending()[0]
    before = user_row(db, other)
    exact(update(token), EMAIL_UPDATED)
    assert user_row(db, other) == before


@pytest.mark.parametrize('form', [str.upper, str.swapcase, str.capitalize])
def test_the_own_address_in_another_case_is_accepted(update, db, make_pending, form):
    name = unique()
    account, token, email = make_pending(email=f'{name}@example.org',
                                         email_to_confirm=form(f'{name}@example.org'))
    exact(update(token), EMAIL_UPDATED)
    assert user_row(db, account)['email'] == email


def test_an_inactive_account_stays_inactive(update, db, make_pending):
    account, token, _email = make_pending(active=False)
    exact(update(token), EMAIL_UPDATED)
    assert user_row(db, account)['is_active'] == 0


def test_it_works_with_sending_disabled_too(api_without_mail, db_without_mail):
    token, email = unique('token'), f'{unique()}@example.org'
    account = insert_user(db_without_mail, email_to_confirm=email,
                          confirmation_token=sha256_hex(token))
    exact(api_without_mail.post(UPDATE, json={'token': token}), EMAIL_UPDATED)
    assert user_row(db_without_mail, account)['email'] == email


# ---- invalid tokens ------------------------------------------------------------------------------

@pytest.mark.parametrize('active', [True, False])
def test_a_token_without_a_pending_address_is_refused_and_kept(api, update, db, make_user, active):
    token = unique('token')
    account = make_user(active=active, confirmation_token=sha256_hex(token),
                        confirmation_sent_at=now())
    before = user_row(db, account)
    exact(update(token), INVALID)
    assert user_row(db, account) == before
    if not active:
        assert api.post(CONFIRM, json={'token': token}).status == 200


def test_a_token_of_a_pending_address_does_not_confirm_an_account(api, update, db, make_pending):
    account, token, _email = make_pending()
    before = user_row(db, account)
    exact(api.post(CONFIRM, json={'token': token}), INVALID)
    assert user_row(db, account) == before
    exact(update(token), EMAIL_UPDATED)


def test_an_expired_token_is_refused(update, db, make_pending):
    account, token, _email = make_pending(confirmation_sent_at=now() - WEEK - timedelta(seconds=5))
    exact(update(token), INVALID)
    assert user_row(db, account)['email'] == account.email


@pytest.mark.parametrize('sent_at', [None, now() - WEEK + timedelta(hours=1)])
def test_a_token_that_is_not_expired_is_accepted(update, make_pending, sent_at):
    exact(update(make_pending(confirmation_sent_at=sent_at)[1]), EMAIL_UPDATED)


def test_the_stored_hash_is_not_a_token(update, db, make_pending):
    account, token, _email = make_pending()
    exact(update(sha256_hex(token)), INVALID)
    assert user_row(db, account)['email'] == account.email


@pytest.mark.parametrize('change', [lambda t: t + ' ', lambda t: ' ' + t, lambda t: t + '\n',
                                    lambda t: t[:-1], lambda t: t + 'x', str.upper,
                                    lambda t: t + '='])
def test_a_token_in_another_spelling_is_refused(update, db, make_pending, change):
    account, token, _email = make_pending()
    before = user_row(db, account)
    exact(update(change(token)), INVALID)
    assert user_row(db, account) == before


@pytest.mark.parametrize('token', ['', ' ', 'x', 'é', '😀', 'x' * 100000, "' OR 1=1 -- ", '%', '\\',
                                   'null'])
def test_an_unknown_token_is_refused(update, token):
    exact(update(token), INVALID)


@pytest.mark.parametrize('token', [None, *WRONG_FOR_STRINGS.values()],
                         ids=['null', *WRONG_FOR_STRINGS])
def test_a_token_of_another_type_is_refused(update, token):
    exact(update(token), INVALID)


def test_the_token_must_be_there(api, make_pending):
    exact(api.post(UPDATE, json={'Token': make_pending()[1]}), INVALID)


def test_a_body_that_is_not_a_json_object_is_refused(api, update, make_pending):
    token = make_pending()[1]
    refuses_unreadable_bodies(lambda data, headers: api.post(UPDATE, data=data, headers=headers),
                              {'token': token})
    exact(update(token), EMAIL_UPDATED)


@pytest.mark.parametrize('method', ['GET', 'PUT', 'PATCH', 'DELETE'])
def test_other_methods_are_not_allowed(api, method):
    answer = api.request(method, UPDATE)
    exact(answer, NOT_ALLOWED)
    assert answer.headers['Allow'] == 'POST, OPTIONS'


# ---- the address of another account --------------------------------------------------------------

@pytest.mark.parametrize('form', [str, str.upper, str.swapcase])
@pytest.mark.parametrize('active', [True, False])
def test_a_taken_address_is_refused_and_the_change_dropped(update, db, make_user, make_pending,
                                                           form,
                                                           active):
    other = make_user(active=active)
    account, token, _email = make_pending(email_to_confirm=form(other.email))
    before, others = user_row(db, account), user_row(db, other)
    exact(update(token), INVALID)
    assert cleared(differences(before, user_row(db, account))) == NOTHING_PENDING
    assert user_row(db, other) == others


def test_a_dropped_change_stays_dropped(update, db, make_user, make_pending):
    other = make_user()
    account, token, _email = make_pending(email_to_confirm=other.email)
    exact(update(token), INVALID)
    db.run('DELETE FROM users WHERE id = %s', other.id)
    exact(update(token), INVALID)
    assert user_row(db, account)['email'] == account.email


def test_of_two_accounts_with_the_same_new_address_one_gets_it(
        update, db, in_parallel, make_pending):
    email = f'{unique()}@example.org'
    pairs = [make_pending(email_to_confirm=form(email)) for form in (str, str.upper, str.swapcase,
                                                                     str)]
    answers = in_parallel([lambda token=token: update(token) for _account, token, _email in pairs])
    assert sorted(answer.status for answer in answers) == [200, 400, 400, 400]
    for (account, _token, wanted), answer in zip(pairs, answers):
        row = user_row(db, account)
        exact(answer, EMAIL_UPDATED if answer.status == 200 else INVALID)
        assert row['email'] == (wanted if answer.status == 200 else account.email)
        assert (row['email_to_confirm'], row['confirmation_token']) == (None, None)


def test_a_registration_in_the_meantime_takes_precedence(
        api, update, db, registration, make_pending):
    account, token, email = make_pending()
    body = registration(email=email)
    assert api.post('/api/auth/register', json=body).status == 200
    exact(update(token), INVALID)
    assert user_row(db, account)['email'] == account.email
    assert db.value('SELECT email FROM users WHERE username = %s', body['username']) == email


def test_an_address_that_the_database_considers_equal_to_another_is_refused(update, db, make_user,
                                                                            make_pending):
    """The address is from an import: the unique key treats these two as equal."""
    name = unique('same')
    make_user(email=f'{name.replace("same", "sámé")}@example.org')
    account, token, _email = make_pending(email_to_confirm=f'{name}@example.org')
    exact(update(token), INVALID)
    row = user_row(db, account)
    assert (row['email'], row['email_to_confirm']) == (account.email, None)
