"""PATCH /api/auth/profile/edit/account (contract §6.7, W4, W7, W26)."""

from datetime import timedelta

import pytest

from tests.harness.answers import (INVALID, LOGGED_OUT, NOT_ALLOWED, REFUSED_CREDENTIALS, error, exact,
                                   is_bad_token, is_json, same_json)
from tests.api.support.bodies import WRONG_FOR_STRINGS, refuses_unreadable_bodies
from tests.harness.passwords import matches
from tests.harness.people import PASSWORD, differences, insert_user, insert_workout, now, unique, user_row
from tests.api.support.profile import expected_profile
from tests.api.support.scoped import oauth2_token, personal_token
from tests.harness.tokens import sha256_hex

ACCOUNT = '/api/auth/profile/edit/account'
EMAIL_UPDATE = '/api/auth/email/update'
LOGIN = '/api/auth/login'
LOGOUT = '/api/auth/logout'
PROFILE = '/api/auth/profile'
FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:98.0) Gecko/20100101 Firefox/98.0'
NEW_PASSWORD = 'another long password'
NO_EMAIL = error('email is missing')
NO_PASSWORD = error('current password is missing')
BAD_EMAIL_TEXT = 'email: valid email must be provided\n'
SHORT_TEXT = 'password: 8 characters required\n'
PASSWORD_COLUMNS = {'password', 'token_epoch', 'kept_token'}
PENDING_COLUMNS = {'email_to_confirm', 'confirmation_token', 'confirmation_sent_at'}


@pytest.fixture
def change(api, token, user):
    """Request a change with the correct password; None leaves a key out."""
    def ask(bearer=None, **body):
        body = {'email': user.email, 'password': user.password, **body}
        return api.request('PATCH', ACCOUNT, json={k: v for k, v in body.items() if v is not None},
                           token=bearer or token, headers={'User-Agent': FIREFOX})
    return ask


@pytest.fixture
def is_refused(change, db, user):
    """Assert that the change is refused and nothing is stored."""
    def check(answer, **body):
        before = user_row(db, user)
        exact(change(**body), answer)
        assert user_row(db, user) == before
    return check


@pytest.fixture
def new_email():
    return f'{unique("New")}@Example.org'


def is_updated(answer, profile):
    exact(answer, (200, {'status': 'success', 'message': 'user account updated', 'data': profile}))


def ask_without_mail(api, minter, account, **body):
    body = {'email': account.email, 'password': account.password, **body}
    return api.request('PATCH', ACCOUNT, json=body, token=minter.token(account.id))


# ---- the fields ---------------------------------------------------------------------------------

@pytest.mark.parametrize('body', [
    {'password': PASSWORD}, {'password': PASSWORD, 'email': None},
    {'password': PASSWORD, 'email': ''}, {'email': ''}, {'email': None, 'password': None}, {'x': 1},
    {'new_password': NEW_PASSWORD}, {'password': 'wrong'}, {'password': 1},
    {'password': '', 'email': ''}, {'email': '', 'password': PASSWORD, 'new_password': 1}])
def test_a_missing_email_is_named_first(api, token, db, user, body):
    before = user_row(db, user)
    exact(api.request('PATCH', ACCOUNT, json=body, token=token), NO_EMAIL)
    assert user_row(db, user) == before


@pytest.mark.parametrize('body', [
    {}, {'password': None}, {'password': ''}, {'new_password': NEW_PASSWORD}, {'email': 'x'},
    {'email': 1}, {'email': []}, {'email': False}, {'new_password': 1},
    {'password': '', 'new_password': 'short'}])
def test_a_missing_password_is_named_next(api, token, db, user, body):
    before = user_row(db, user)
    exact(api.request('PATCH', ACCOUNT, json={'email': user.email, **body}, token=token),
          NO_PASSWORD)
    assert user_row(db, user) == before


@pytest.mark.parametrize('value', WRONG_FOR_STRINGS.values(), ids=WRONG_FOR_STRINGS.keys())
@pytest.mark.parametrize('name', ['email', 'password', 'new_password'])
def test_a_field_of_another_type_is_refused(is_refused, name, value):
    is_refused(INVALID, **{name: value})


def test_types_are_checked_before_the_password(is_refused):
    is_refused(INVALID, password='wrong password', new_password=5)
    is_refused(INVALID, password='wrong password', email=5)


def test_other_keys_are_ignored(change, db, user):
    before = user_row(db, user)
    assert change(username='x', admin=True, is_active=False, email_to_confirm='a@b.c').status == 200
    assert user_row(db, user) == before


def test_a_body_that_is_not_a_json_object_is_refused(api, token, user):
    refuses_unreadable_bodies(
        lambda data, headers: api.request('PATCH', ACCOUNT, data=data, headers=headers,
                                          token=token),
        {**user.credentials})


@pytest.mark.parametrize('method', ['GET', 'POST', 'PUT', 'DELETE'])
def test_other_methods_are_not_allowed(api, token, method):
    answer = api.request(method, ACCOUNT, token=token)
    exact(answer, NOT_ALLOWED)
    assert answer.headers['Allow'] == 'PATCH, OPTIONS'


# ---- the current password -----------------------------------------------------------------------

@pytest.mark.parametrize('password', [
    'wrong password', 'x', PASSWORD.upper(), PASSWORD + ' ', ' ' + PASSWORD, PASSWORD[:-1],
    PASSWORD + '\n', 'x' * 511, 'x' * 512, 'é' * 300, 'x' * 100000])
def test_a_wrong_password_is_refused(is_refused, new_email, password):
    is_refused(REFUSED_CREDENTIALS, password=password)
    is_refused(REFUSED_CREDENTIALS, password=password, email=new_email, new_password=NEW_PASSWORD)


def test_a_wrong_password_is_reported_before_the_field_checks(is_refused):
    is_refused(REFUSED_CREDENTIALS, password='wrong password', email='x', new_password='short')


def test_a_refused_change_sends_no_mail(no_mail, change, new_email):
    change(password='wrong password', email=new_email, new_password=NEW_PASSWORD)
    change(email='x', new_password=NEW_PASSWORD)
    change(email=new_email, new_password='short')


# ---- the field checks ---------------------------------------------------------------------------

@pytest.mark.parametrize('email', [
    'x', '@', 'a@', '@b.c', 'a@b', 'a@b.', 'a@.c', 'a b@c.d', 'a@b c.d', 'a@@b.c', 'a@b@c.d',
    'é@b.c', 'a@é.c', 'a@b.é', 'a @b.c', 'a@b.c\u200b', 'a@b.c\r\nBcc: x@y.z',
    '<a@b.c>', 'a@b.c, d@e.f', '"a b"@c.d',
    "a'b@c.d", 'a@[127.0.0.1]', 'a@b_c.d', 'x' * 252 + '@b.c'])
def test_an_email_that_breaks_the_rule_is_refused(is_refused, email):
    is_refused(error(BAD_EMAIL_TEXT), email=email)


@pytest.mark.parametrize('password', ['', 'x', '1234567', ' ' * 7, 'é' * 7, '😀' * 7])
def test_a_short_new_password_is_refused(is_refused, password):
    is_refused(error(SHORT_TEXT), new_password=password)


def test_two_violations_are_reported_in_order(is_refused):
    is_refused(error(BAD_EMAIL_TEXT + SHORT_TEXT), email='x', new_password='short')


def test_one_violation_prevents_the_whole_change(is_refused, new_email):
    is_refused(error(SHORT_TEXT), email=new_email, new_password='short')
    is_refused(error(BAD_EMAIL_TEXT), email='x', new_password=NEW_PASSWORD)


def test_the_present_email_need_not_obey_the_rule(api, minter, make_user, db):
    account = make_user(email=f'{unique()} of an import')
    before = user_row(db, account)
    answer = api.request('PATCH', ACCOUNT, json=account.credentials, token=minter.token(account.id))
    is_updated(answer, expected_profile(db, account.id))
    assert user_row(db, account) == before


@pytest.mark.parametrize('size', [512, 513, 100000])
def test_a_new_password_that_crypt_cannot_take_is_refused(is_refused, size):
    is_refused(INVALID, new_password='x' * size)
    is_refused(INVALID, new_password='é' * (size // 2))


# ---- the password -------------------------------------------------------------------------------

def test_a_new_password_is_stored_with_the_token_that_stays_valid(change, db, token, user):
    before = user_row(db, user)
    is_updated(change(new_password=NEW_PASSWORD), expected_profile(db, user.id))
    after = differences(before, user_row(db, user))
    assert after.keys() == PASSWORD_COLUMNS
    assert matches(NEW_PASSWORD, after['password'])
    assert (after['token_epoch'], after['kept_token']) == (1, sha256_hex(token))


@pytest.mark.parametrize('password', ['12345678', ' ' * 8, 'é' * 8, '😀' * 8, 'x' * 511, 'é' * 255,
                                      'with\nfeed', PASSWORD.upper(), '"\\\u2028\x01\t\x7f😀x'])
def test_only_the_new_password_logs_in(api, change, user, password):
    assert change(new_password=password).status == 200
    exact(api.post(LOGIN, json=user.credentials), REFUSED_CREDENTIALS)
    assert api.post(LOGIN, json={'email': user.email, 'password': password}).status == 200


def test_earlier_tokens_are_refused_except_the_one_that_made_the_change(api, change, minter,
                                                                        profile,
                                                                        token, user):
    other = minter.token(user.id)
    assert change(new_password=NEW_PASSWORD).status == 200
    is_bad_token(api.get(PROFILE, token=other))
    is_bad_token(api.post(LOGOUT, token=other))
    profile(token)
    exact(api.post(LOGOUT, token=token), LOGGED_OUT)
    is_bad_token(api.get(PROFILE, token=token))


def test_a_token_of_a_login_after_the_change_is_accepted(api, change, profile, user):
    assert change(new_password=NEW_PASSWORD).status == 200
    answer = api.post(LOGIN, json={'email': user.email, 'password': NEW_PASSWORD})
    profile(answer.json()['auth_token'])


def test_the_token_that_made_one_change_can_make_the_next(change, db, profile, token, user):
    assert change(new_password=NEW_PASSWORD).status == 200
    assert change(password=NEW_PASSWORD, new_password='yet another one').status == 200
    profile(token)
    row = user_row(db, user)
    assert (row['token_epoch'], row['kept_token']) == (2, sha256_hex(token))


def test_a_change_by_a_later_token_ends_the_one_kept_before(api, change, profile, token, user):
    assert change(new_password=NEW_PASSWORD).status == 200
    answer = api.post(LOGIN, json={'email': user.email, 'password': NEW_PASSWORD})
    later = answer.json()['auth_token']
    assert change(later, password=NEW_PASSWORD, new_password='yet another one').status == 200
    is_bad_token(api.get(PROFILE, token=token))
    profile(later)


@pytest.mark.parametrize('make', [oauth2_token, personal_token])
def test_a_change_by_a_token_with_scopes_keeps_no_token(api, change, db, make, token, user):
    scoped = make(db, user.id, 'profile:write profile:read')
    is_updated(change(scoped.text, new_password=NEW_PASSWORD), expected_profile(db, user.id))
    row = user_row(db, user)
    assert (row['token_epoch'], row['kept_token']) == (1, None)
    is_bad_token(api.get(PROFILE, token=token))
    assert api.get(PROFILE, token=scoped.text).status == 200


def test_the_new_password_can_equal_the_old(change, db, user):
    before = user_row(db, user)
    assert change(new_password=user.password).status == 200
    after = user_row(db, user)
    assert after['password'] != before['password'] and matches(user.password, after['password'])
    assert after['token_epoch'] == 1


def test_the_owner_is_notified_of_a_changed_password(change, user, mail_for):
    assert change(new_password=NEW_PASSWORD).status == 200
    mail = mail_for(user.email)
    for part in (mail.text, mail.html):
        assert user.username in part and 'Linux' in part and 'Firefox' in part
        assert 'token=' not in part and NEW_PASSWORD not in part


def test_without_a_new_password_nothing_happens(no_mail, change, db, user):
    before = user_row(db, user)
    is_updated(change(), expected_profile(db, user.id))
    assert user_row(db, user) == before


def test_other_accounts_are_not_changed(change, db, make_user, new_email):
    other = make_user()
    before = user_row(db, other)
    assert change(email=new_email, new_password=NEW_PASSWORD).status == 200
    assert user_row(db, other) == before


def test_concurrent_changes_are_atomic(change, db, in_parallel, token, user):
    """Several requests change the same password: one succeeds, the others find a changed password."""
    passwords = [f'password number {number}' for number in range(6)]
    answers = in_parallel([lambda new=new: change(new_password=new) for new in passwords])
    done = [new for new, answer in zip(passwords, answers) if answer.status == 200]
    assert done and all(answer.status in (200, 401) for answer in answers)
    row = user_row(db, user)
    assert row['token_epoch'] == len(done) and row['kept_token'] == sha256_hex(token)
    assert [new for new in done if matches(new, row['password'])]


# ---- the e-mail ---------------------------------------------------------------------------------

def test_a_new_email_waits_to_be_confirmed(change, db, user, new_email, mail_for):
    before = user_row(db, user)
    started = now()
    is_updated(change(email=new_email), expected_profile(db, user.id))
    mail = mail_for(new_email)
    after = differences(before, user_row(db, user))
    assert after.keys() == PENDING_COLUMNS
    assert after['email_to_confirm'] == new_email
    assert after['confirmation_token'] == sha256_hex(mail.token)
    assert started <= after['confirmation_sent_at'] <= now()


def test_the_answer_shows_both_addresses(change, user, new_email):
    data = change(email=new_email).json()['data']
    assert (data['email'], data['email_to_confirm']) == (user.email, new_email)


def test_the_answer_shows_the_whole_profile(change, db, user, new_email):
    insert_workout(db, user.id)
    is_updated(change(email=new_email, new_password=NEW_PASSWORD), expected_profile(db, user.id))


def test_both_addresses_are_notified(change, user, new_email, mail_for):
    assert change(email=new_email).status == 200
    to_old, to_new = mail_for(user.email), mail_for(new_email)
    for part in (to_old.text, to_old.html):
        assert user.username in part and new_email in part and 'token=' not in part
        assert 'Linux' in part and 'Firefox' in part
    for part in (to_new.text, to_new.html):
        assert user.username in part and 'Linux' in part and 'Firefox' in part
    assert to_new.link.startswith('https://fitgate.example/email-update?token=')
    assert to_new.link in to_new.html


def test_the_link_makes_the_change(api, change, db, user, new_email, mail_for):
    change(email=new_email)
    assert api.post(EMAIL_UPDATE, json={'token': mail_for(new_email).token}).status == 200
    assert user_row(db, user)['email'] == new_email


@pytest.mark.parametrize('email', ['a+b@c-d.e.f', 'A_B.c@D.org', '-@-.-', '.@a..', '0@0.0',
                                   'x' * 251 + '@b.c'])
def test_an_email_within_the_rule_is_taken(change, db, user, email):
    """The mail is not checked: no server delivers to all of these addresses."""
    assert change(email=email).status == 200
    assert user_row(db, user)['email_to_confirm'] == email


@pytest.mark.parametrize('form', [str.upper, str.swapcase, str.capitalize])
def test_the_own_address_in_another_case_is_an_ordinary_change(api, change, db, user, mails_for,
                                                               form):
    email = form(user.email)
    is_updated(change(email=email), expected_profile(db, user.id))
    mail, = mails_for(email)
    assert api.post(EMAIL_UPDATE, json={'token': mail.token}).status == 200
    assert user_row(db, user)['email'] == email


def test_the_present_address_changes_nothing(no_mail, change, db, user):
    before = user_row(db, user)
    is_updated(change(email=user.email), expected_profile(db, user.id))
    assert user_row(db, user) == before


@pytest.fixture
def pending(make_user):
    """An account with a pending change of its address, and the token of the link."""
    token = unique('token')
    return make_user(email_to_confirm=f'{unique()}@example.org',
                     confirmation_token=sha256_hex(token), confirmation_sent_at=now()), token


@pytest.mark.parametrize('changes', [{}, {'new_password': NEW_PASSWORD}])
def test_the_present_address_and_a_new_password_cancel_a_pending_change(api, minter, db, pending,
                                                                        changes):
    account, token = pending
    answer = api.request('PATCH', ACCOUNT, json={**account.credentials, **changes},
                         token=minter.token(account.id))
    is_updated(answer, expected_profile(db, account.id))
    assert answer.json()['data']['email_to_confirm'] is None
    row = user_row(db, account)
    assert {row[name] for name in PENDING_COLUMNS} == {None}
    exact(api.post(EMAIL_UPDATE, json={'token': token}), INVALID)


def test_a_link_that_waits_in_the_queue_is_not_sent_after_the_cancellation(
        api, change, new_email, mailbox, work_off):
    """The link does not work afterwards, even if the worker sent it before the cancellation."""
    change(email=new_email)
    assert change(new_password=NEW_PASSWORD).status == 200
    work_off()
    for mail in mailbox.to(new_email):
        exact(api.post(EMAIL_UPDATE, json={'token': mail.token}), INVALID)


def test_with_a_pending_change_a_new_password_sends_one_mail(change, user, new_email, mailbox,
                                                             mails_for,
                                                             work_off):
    change(email=new_email)
    mails_for(user.email)
    change(new_password=NEW_PASSWORD)
    work_off()
    assert len(mailbox.to(user.email)) == 2 and len(mailbox.to(new_email)) == 1


def test_a_second_change_replaces_the_first(api, change, db, user, new_email, mail_for):
    second = f'{unique()}@example.org'
    change(email=new_email)
    first = mail_for(new_email)
    change(email=second)
    exact(api.post(EMAIL_UPDATE, json={'token': first.token}), INVALID)
    assert api.post(EMAIL_UPDATE, json={'token': mail_for(second).token}).status == 200
    assert user_row(db, user)['email'] == second


def test_asking_again_for_the_same_address_renews_the_link(api, change, new_email, mails_for):
    change(email=new_email)
    old, = mails_for(new_email)
    change(email=new_email)
    new = mails_for(new_email, 2)[1]
    exact(api.post(EMAIL_UPDATE, json={'token': old.token}), INVALID)
    assert api.post(EMAIL_UPDATE, json={'token': new.token}).status == 200


def test_a_change_of_both_sends_three_mails_in_order(
        minter, programs, shared_scratch, stack, mailbox, new_email):
    """No other worker uses the database, so the messages arrive in the order of the queue."""
    settings = {'DATABASE_URL': shared_scratch.url}
    before = len(mailbox.all())
    with shared_scratch.connect() as sql:
        sql.run('DELETE FROM jobs')
        account = insert_user(sql)
        body = {'email': new_email, 'password': account.password, 'new_password': NEW_PASSWORD}
        answer = programs.cgi('PATCH', ACCOUNT, json=body, token=minter.token(account.id),
                              settings=settings)
        is_updated(answer, expected_profile(sql, account.id))
    assert stack.run_worker_once(settings=settings).returncode == 0
    ours = [mail for mail in mailbox.all()[before:] if account.username in mail.text]
    assert [mail.recipients for mail in ours] == [[account.email], [account.email], [new_email]]
    assert [new_email in mail.text for mail in ours] == [False, True, False]


# ---- the address of another account -------------------------------------------------------------

def masked(answer, *values):
    """The answer's body as text, without the values that differ in every request."""
    text = answer.body.decode()
    for value in values:
        text = text.replace(value, '*')
    return text


@pytest.mark.parametrize('form', [str, str.upper, str.swapcase])
@pytest.mark.parametrize('active', [True, False])
def test_the_address_of_another_account_gets_the_answer_of_a_free_one(
        change, make_user, db, user, form, active):
    taken, free = form(make_user(active=active).email), form(f'{unique()}@example.org')
    first = change(email=taken)
    is_updated(first, expected_profile(db, user.id))
    second = change(email=free)
    assert masked(first, taken) == masked(second, free)
    assert first.headers.keys() == second.headers.keys()


def test_the_address_of_another_account_gets_no_mail(
        change, make_user, user, mailbox, mails_for, work_off):
    other = make_user()
    assert change(email=other.email).status == 200
    notice, = mails_for(user.email)
    work_off()
    assert other.email in notice.text
    assert not mailbox.to(other.email) and len(mailbox.to(user.email)) == 1


def test_the_address_of_another_account_does_not_change_that_account(change, db, make_user):
    other = make_user()
    before = user_row(db, other)
    change(email=other.email)
    assert user_row(db, other) == before


# ---- sending disabled ---------------------------------------------------------------------------

def test_without_mail_an_email_changes_immediately(api_without_mail, db_without_mail, minter,
                                                   new_email):
    account = insert_user(db_without_mail, email_to_confirm='pending@example.org',
                          confirmation_token=sha256_hex(unique()), confirmation_sent_at=now())
    before = user_row(db_without_mail, account)
    is_updated(ask_without_mail(api_without_mail, minter, account, email=new_email),
               expected_profile(db_without_mail, account.id))
    after = differences(before, user_row(db_without_mail, account))
    after.pop('confirmation_sent_at', None)
    assert after == {'email': new_email, 'email_to_confirm': None, 'confirmation_token': None}


def test_without_mail_the_present_email_cancels_a_pending_change(api_without_mail, minter,
                                                                 db_without_mail):
    account = insert_user(db_without_mail, email_to_confirm='pending@example.org',
                          confirmation_token=sha256_hex(unique()),
                          confirmation_sent_at=now() - timedelta(days=1))
    assert ask_without_mail(api_without_mail, minter, account).status == 200
    row = user_row(db_without_mail, account)
    assert {row[name] for name in PENDING_COLUMNS} == {None}


def test_without_mail_a_password_changes_equally(api_without_mail, db_without_mail, minter):
    account = insert_user(db_without_mail)
    before = user_row(db_without_mail, account)
    answer = ask_without_mail(api_without_mail, minter, account, new_password=NEW_PASSWORD)
    is_updated(answer, expected_profile(db_without_mail, account.id))
    assert differences(before, user_row(db_without_mail, account)).keys() == PASSWORD_COLUMNS


def test_without_mail_both_change_and_no_job_is_left(api_without_mail, db_without_mail, minter,
                                                     new_email):
    account = insert_user(db_without_mail)
    assert ask_without_mail(api_without_mail, minter, account, email=new_email,
                            new_password=NEW_PASSWORD).status == 200
    assert user_row(db_without_mail, account)['email'] == new_email
    assert db_without_mail.value("SELECT COUNT(*) FROM jobs WHERE kind = 'mail'") == 0


@pytest.mark.parametrize('form', [str, str.upper, str.swapcase])
@pytest.mark.parametrize('active', [True, False])
def test_without_mail_the_address_of_another_account_is_refused(
        api_without_mail, db_without_mail, minter, form, active):
    account, other = insert_user(db_without_mail), insert_user(db_without_mail, active=active)
    before = user_row(db_without_mail, account)
    exact(ask_without_mail(api_without_mail, minter, account, email=form(other.email),
                           new_password=NEW_PASSWORD), error(BAD_EMAIL_TEXT))
    assert user_row(db_without_mail, account) == before


def test_without_mail_the_own_address_in_another_case_is_a_change(api_without_mail,
                                                                  db_without_mail,
                                                                  minter):
    account = insert_user(db_without_mail)
    assert ask_without_mail(api_without_mail, minter, account,
                            email=account.email.upper()).status == 200
    assert user_row(db_without_mail, account)['email'] == account.email.upper()


def test_without_mail_a_short_password_is_reported_before_a_taken_address(
        api_without_mail, db_without_mail, minter):
    account, other = insert_user(db_without_mail), insert_user(db_without_mail)
    answer = ask_without_mail(api_without_mail, minter, account, email=other.email,
                              new_password='short')
    exact(answer, error(SHORT_TEXT))


def test_without_mail_two_accounts_cannot_get_one_address(api_without_mail, db_without_mail, minter,
                                                          in_parallel, new_email):
    accounts = [insert_user(db_without_mail) for _ in range(4)]
    answers = in_parallel([
        lambda account=account: ask_without_mail(api_without_mail, minter, account, email=new_email)
        for account in accounts])
    assert sorted(answer.status for answer in answers) == [200, 400, 400, 400]
    for answer in answers:
        if answer.status == 400:
            assert same_json(is_json(answer), error(BAD_EMAIL_TEXT)[1])
    assert db_without_mail.value('SELECT COUNT(*) FROM users WHERE email = %s', new_email) == 1
