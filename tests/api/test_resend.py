"""POST /api/auth/account/resend-confirmation (contract §6.3)."""

from datetime import timedelta

import pytest

from tests.harness.answers import INVALID, NOURL, RESENT, exact
from tests.harness.people import insert_user, now, unique
from tests.harness.tokens import sha256_hex

RESEND = '/api/auth/account/resend-confirmation'
CONFIRM = '/api/auth/account/confirm'


@pytest.fixture
def token_of(db):
    def read(account):
        return db.row('SELECT confirmation_token, confirmation_sent_at FROM users WHERE id = %s',
                      account.id)
    return read


@pytest.fixture
def resend(api):
    def ask(email):
        exact(api.post(RESEND, json={'email': email}), RESENT)
    return ask


def test_an_inactive_account_gets_a_mail_that_confirms_it(api, resend, make_user, mail_for,
                                                          token_of):
    account = make_user(active=False)
    started = now() - timedelta(seconds=1)
    resend(account.email)
    token = mail_for(account.email).token
    assert token_of(account)['confirmation_token'] == sha256_hex(token)
    assert started <= token_of(account)['confirmation_sent_at'] <= now() + timedelta(seconds=1)
    assert api.post(CONFIRM, json={'token': token}).status == 200


def test_the_old_token_becomes_invalid(api, resend, register, mails_for):
    account = register()
    old = mails_for(account.email)[0].token
    resend(account.email)
    new = mails_for(account.email, 2)[1].token
    assert new != old
    exact(api.post(CONFIRM, json={'token': old}), INVALID)
    assert api.post(CONFIRM, json={'token': new}).status == 200


def test_an_expired_token_is_replaced_by_one_that_works(api, resend, make_user, mail_for):
    account = make_user(active=False, confirmation_token=sha256_hex(unique()),
                        confirmation_sent_at=now() - timedelta(days=400))
    resend(account.email)
    assert api.post(CONFIRM, json={'token': mail_for(account.email).token}).status == 200


@pytest.mark.parametrize('change', [str.upper, str.swapcase])
def test_the_case_of_the_email_does_not_matter(resend, make_user, mail_for, change):
    account = make_user(active=False)
    resend(change(account.email))
    mail_for(account.email)  # sent to the stored address


def test_an_active_account_gets_nothing_and_keeps_its_token(resend, make_user, mailbox,
                                                            work_off,
                                                            token_of):
    account = make_user(confirmation_token=sha256_hex(unique()), confirmation_sent_at=now(),
                        email_to_confirm='other@example.org')
    before = token_of(account)
    resend(account.email)
    work_off()
    assert token_of(account) == before
    assert not mailbox.to(account.email)


def test_an_account_whose_new_address_waits_gets_nothing_at_the_old_one(
        resend, make_user, mailbox, work_off, token_of):
    """The token would confirm the new address."""
    account = make_user(active=False, confirmation_token=sha256_hex(unique()),
                        confirmation_sent_at=now(), email_to_confirm='other@example.org')
    before = token_of(account)
    resend(account.email)
    work_off()
    assert token_of(account) == before
    assert not mailbox.to(account.email)


def test_a_suspended_account_gets_nothing(resend, make_user, mailbox, work_off, token_of):
    account = make_user(active=False, suspended_at=now(), confirmation_token=sha256_hex(unique()))
    before = token_of(account)
    resend(account.email)
    work_off()
    assert token_of(account) == before
    assert not mailbox.to(account.email)


@pytest.mark.parametrize('form', ['<{}>', '{}\u200b', '{}, other@example.org'])
def test_an_email_that_is_not_the_same_text_is_unknown(resend, make_user, mailbox, work_off,
                                                       form):
    account = make_user(active=False)
    resend(form.format(account.email))
    work_off()
    assert not mailbox.to(account.email)


def test_an_email_that_differs_by_an_accent_is_unknown(resend, make_user, mailbox, work_off):
    account = make_user(active=False, email=f'{unique("same")}@example.org')
    resend(account.email.replace('same', 'sâmé'))
    work_off()
    assert not mailbox.to(account.email)


@pytest.mark.parametrize('email', [
    '', ' ', 'x', 'nobody@example.org', 'é', '😀', 'a@b.c\r\nBcc: x@y.z', 'x' * 255 + '@b.c',
    'x' * 100000, "' OR 1=1 -- ", '%', '{"a": "b"}', '\\', '\x7f'])
def test_any_text_gets_the_same_answer_and_no_mail(resend, mailbox, work_off, email):
    before = len(mailbox.all())
    resend(email)
    work_off()
    assert len(mailbox.all()) == before


def test_unknown_addresses_leave_no_failed_job(resend, db, work_off):
    resend('nobody@example.org')
    resend('')
    work_off()
    assert db.value("SELECT COUNT(*) FROM jobs WHERE payload LIKE '%resend-confirmation%'") == 0


def test_after_concurrent_requests_the_last_mail_confirms(api, resend, make_user, in_parallel,
                                                          mails_for,
                                                          token_of, work_off):
    account = make_user(active=False)
    in_parallel([lambda: resend(account.email)] * 8)
    work_off()
    mails = mails_for(account.email, 8)
    assert len(mails) == 8
    valid = [mail.token for mail in mails
             if sha256_hex(mail.token) == token_of(account)['confirmation_token']]
    assert len(valid) == 1
    assert api.post(CONFIRM, json={'token': valid[0]}).status == 200


# ---- sending disabled --------------------------------------------------------------------------

def test_with_sending_disabled_the_url_does_not_exist(api_without_mail, db_without_mail):
    account = insert_user(db_without_mail, active=False)
    exact(api_without_mail.post(RESEND, json={'email': account.email}), NOURL)
    assert db_without_mail.value("SELECT COUNT(*) FROM jobs WHERE kind = 'mail'") == 0


@pytest.mark.parametrize('content', [b'', b'{', b'{}', b'{"email": 1}', b'[' * 100000])
def test_with_sending_disabled_the_body_is_ignored(api_without_mail, content):
    exact(api_without_mail.post_text(RESEND, content), NOURL)
    exact(api_without_mail.post(RESEND, data=content), NOURL)
