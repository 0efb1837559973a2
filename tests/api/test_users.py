"""GET and PATCH /api/users/<name>: an account as administrators see and change it (contract §16.3, §16.4)."""

from datetime import timedelta

import pytest

from tests.api.support.administrators import FORBIDDEN, admin, admin_token, only_administrators  # noqa: F401
from tests.api.support.bodies import WRONG_FOR_FLAGS, WRONG_FOR_STRINGS, refuses_unreadable_bodies
from tests.api.support.dialects import BOTH, DIALECTS
from tests.api.support.profile import expected_profile, expected_profile_06, expected_user
from tests.api.support.scoped import oauth2_token, personal_token
from tests.harness.answers import (EMAIL_UPDATED, INVALID, NOT_ALLOWED, NOURL, PASSWORD_UPDATED,
                                   REFUSED_CREDENTIALS, UNKNOWN_USER, error, exact, is_bad_scope,
                                   is_bad_token, is_no_auth)
from tests.harness.people import differences, now, unique, user_row
from tests.harness.tokens import sha256_hex

LOGIN = '/api/auth/login'
LAST = error('no other user has admin rights', 403)
BAD_EMAIL = error('valid email must be provided')
SAME_EMAIL = error('new email must be different than curent email')
TAKEN_EMAIL = error('sorry, that email is already taken')


def path(account):
    return f'/api/users/{account.username}'


def found(user):
    return 200, {'status': 'success', 'data': {'users': [user]}}


@pytest.fixture
def change(api, admin_token):
    """PATCH an account as an administrator."""
    return lambda account, **body: api.request('PATCH', path(account), json=body, token=admin_token)


@pytest.fixture
def changed(db, change):
    """The same, successfully; returns the columns that it has changed."""
    def make(account, **body):
        before = user_row(db, account)
        exact(change(account, **body), found(expected_user(db, account.id)))
        return differences(before, user_row(db, account))
    return make


@pytest.fixture
def leaves_alone(db, change):
    """Assert that the change is refused with this answer, and changes nothing."""
    def check(account, answer, **body):
        before = user_row(db, account)
        exact(change(account, **body), answer)
        assert user_row(db, account) == before
        assert db.value(
            'SELECT COUNT(*) FROM jobs WHERE payload LIKE %s',
            f'%{account.username}%') == 0
    return check


# ---- GET ----------------------------------------------------------------------------------------

def test_users_see_their_own_whole_profile(api, db, user, token):
    exact(api.get(path(user), token=token), found(expected_profile(db, user.id)))


def test_administrators_see_less_of_others(api, db, user, admin_token):
    exact(api.get(path(user), token=admin_token), found(expected_user(db, user.id)))


def test_others_see_nothing_whether_or_not_the_account_exists(api, make_user, token):
    for name in (make_user().username, unique(), 'x'):
        exact(api.get(f'/api/users/{name}', token=token), FORBIDDEN)


def test_an_unknown_account_is_not_found_by_administrators(api, user, admin_token):
    for name in (unique(), user.username.upper(), f'{user.username}%20', '%FF', 'é', 'x' * 300,
                 f'{user.username}%00'[:-3] + '%0A'):
        exact(api.get(f'/api/users/{name}', token=admin_token), UNKNOWN_USER)


@pytest.mark.parametrize('name', ['', 'a%2Fb', 'a/b'])
def test_a_name_has_no_slash(api, admin_token, name):
    exact(api.get(f'/api/users/{name}', token=admin_token), NOURL)


def test_reading_needs_a_token_and_its_scope(api, db, user):
    is_no_auth(api.get(path(user)))
    is_bad_scope(api.get(path(user), token=oauth2_token(db, user.id, 'users:write').text))
    assert api.get(path(user), token=oauth2_token(db, user.id, 'users:read').text).status == 200


def test_0_6_has_its_own_object(api_06, db, user, token):
    exact(api_06.get(path(user), token=token), found(expected_profile_06(db, user.id)))
    DIALECTS['0.6'].refuses(api_06.get(path(user), token='x'), DIALECTS['0.6'].bad_token)


def test_0_2_does_not_have_it(api_02, user, token):
    for method in ('GET', 'PATCH', 'DELETE'):
        exact(api_02.request(method, path(user), token=token), DIALECTS['0.2'].no_url)


# ---- PATCH: who may, and what ------------------------------------------------------------------

def test_only_administrators_change_accounts(api, db, user, token, admin):
    def patch(**options):
        return api.request('PATCH', path(user), data=b'{', **options)

    is_no_auth(patch())
    exact(patch(token=token), FORBIDDEN)
    is_bad_scope(patch(token=oauth2_token(db, admin.id, 'users:read').text))
    exact(patch(token=oauth2_token(db, admin.id, 'users:write').text), INVALID)


def test_the_body_is_an_object(api, user, admin_token):
    refuses_unreadable_bodies(
        lambda data, headers: api.request('PATCH', path(user), data=data, headers=headers,
                                          token=admin_token), {'activate': True})


def test_the_account_is_looked_up_before_the_fields(api, admin_token):
    answer = api.request('PATCH', f'/api/users/{unique()}', json={'admin': 'x'}, token=admin_token)
    exact(answer, UNKNOWN_USER)


@pytest.mark.parametrize('field', ['admin', 'activate', 'reset_password'])
@pytest.mark.parametrize('value', WRONG_FOR_FLAGS.values(), ids=WRONG_FOR_FLAGS)
def test_a_flag_is_a_boolean(leaves_alone, user, field, value):
    leaves_alone(user, INVALID, **{'activate': True, field: value})


@pytest.mark.parametrize('value', WRONG_FOR_STRINGS.values(), ids=WRONG_FOR_STRINGS)
def test_an_address_is_a_string(leaves_alone, user, value):
    leaves_alone(user, INVALID, admin=True, new_email=value)


@pytest.mark.parametrize('body', [{'x': 1}, {'admin': None, 'activate': None, 'new_email': None,
                                             'reset_password': None},
                                  {'activate': False}, {'reset_password': 0}])
def test_without_a_field_that_has_an_effect_nothing_changes(changed, make_user, body, no_mail):
    assert changed(make_user(active=False), **body) == {}


@pytest.mark.parametrize('name', BOTH)
def test_both_dialects_have_it(api_in, db, make_user, admin_token, name):
    account = make_user(active=False)
    answer = api_in(name).request('PATCH', path(account), json={'activate': 1}, token=admin_token)
    exact(answer, found(expected_user(db, account.id)))
    assert user_row(db, account)['is_active'] == 1


def test_other_methods_are_not_offered(api, user, token):
    answer = api.post(path(user), token=token)
    exact(answer, NOT_ALLOWED)
    assert answer.headers['Allow'] == 'GET, HEAD, PATCH, DELETE, OPTIONS'


@pytest.mark.parametrize('way', ['header', 'path'])
def test_a_post_can_stand_for_it(api, db, make_user, admin_token, way):
    account = make_user(active=False)
    target = path(account) + ('/patch' if way == 'path' else '')
    headers = {'X-HTTP-Method-Override': 'PATCH'} if way == 'header' else {}
    assert api.post(
        target,
        json={
            'activate': True},
        token=admin_token,
        headers=headers).status == 200
    assert user_row(db, account)['is_active'] == 1


# ---- rights and activation ---------------------------------------------------------------------

def test_rights_are_given_and_taken_without_mail(changed, user, no_mail):
    assert changed(user, admin=True) == {'admin': 1}
    assert changed(user, admin=1) == {}
    assert changed(user, admin=False) == {'admin': 0}


@pytest.mark.parametrize('field', ['admin', 'activate'])
def test_an_inactive_account_becomes_active(changed, make_user, field, no_mail):
    account = make_user(active=False, confirmation_token=sha256_hex(unique()), unconfirmed=1,
                        confirmation_sent_at=now())
    difference = changed(account, **{field: True})
    assert difference == {'is_active': 1, 'active': 1, 'unconfirmed': 0, 'confirmation_token': None,
                          'confirmation_sent_at': None, **({'admin': 1} if field == 'admin' else {})}


@pytest.mark.parametrize('field', ['admin', 'activate'])
def test_a_pending_change_of_an_active_account_stays(changed, api, make_user, field):
    token = unique('token')
    account = make_user(email_to_confirm=f'{unique()}@example.org', admin=field == 'activate',
                        confirmation_token=sha256_hex(token), confirmation_sent_at=now())
    changed(account, **{field: True})
    exact(api.post('/api/auth/email/update', json={'token': token}), EMAIL_UPDATED)


def test_a_suspension_stays(changed, make_user):
    account = make_user(active=False, suspended_at=now())
    assert changed(account, activate=True) == {'is_active': 1}


def test_an_account_with_competing_registrations_is_activated_without_a_password(
        changed, db, make_user):
    account = make_user(active=False, unconfirmed=1, confirmation_sent_at=now())
    db.insert('registrations', username=unique(), email=account.email, password='x', sent_at=now(),
              confirmation_token=sha256_hex(unique()))
    assert changed(account, activate=True)['password'] == '*'
    assert db.value('SELECT confirmation_token FROM registrations WHERE email = %s',
                    account.email) is None


def test_the_last_active_administrator_stays_one(leaves_alone, changed, admin, make_user, user,
                                                 only_administrators):
    inactive, suspended = make_user(admin=1, active=False), make_user(admin=1, suspended_at=now())
    only_administrators(admin, inactive, suspended)
    leaves_alone(admin, LAST, admin=False)
    leaves_alone(admin, LAST, admin=0, new_email='x', reset_password=True)
    assert changed(inactive, admin=False) == {'admin': 0}
    assert changed(suspended, admin=False) == {'admin': 0}
    assert changed(user, admin=False) == {}
    changed(user, admin=True)


def test_administrators_can_give_their_own_rights_up(api, db, admin, admin_token, make_user):
    make_user(admin=1)
    answer = api.request('PATCH', path(admin), json={'admin': False}, token=admin_token)
    exact(answer, found(expected_profile(db, admin.id)))
    exact(api.request('PATCH', path(admin), json={'admin': True}, token=admin_token), FORBIDDEN)


def test_of_administrators_that_demote_each_other_one_stays(
        api, db, minter, make_user, in_parallel, only_administrators):
    accounts = [make_user(admin=1) for _ in range(4)]
    only_administrators(*accounts)
    answers = in_parallel([
        lambda one=one: api.request('PATCH', path(one), json={'admin': False},
                                    token=minter.token(one.id)) for one in accounts])
    assert db.value('SELECT COUNT(*) FROM users WHERE admin = 1') == 1
    assert sorted(answer.status for answer in answers) == [200, 200, 200, 403]


# ---- password ----------------------------------------------------------------------------------

def test_a_reset_ends_everything_that_leads_into_the_account(
        api, db, changed, make_user, minter, mails_for):
    account = make_user(email_to_confirm=f'{unique()}@example.org', confirmation_sent_at=now(),
                        confirmation_token=sha256_hex(unique()), kept_token='0' * 64)
    tokens = [minter.token(account.id), oauth2_token(db, account.id).text,
              personal_token(db, account.id).text]
    difference = changed(account, reset_password=True)
    assert difference.pop('password') != '*'
    assert difference == {'token_epoch': 1, 'kept_token': None, 'email_to_confirm': None,
                          'confirmation_token': None, 'confirmation_sent_at': None}
    for token in tokens:
        is_bad_token(api.get('/api/auth/profile', token=token))
    exact(api.post(LOGIN, json=account.credentials), REFUSED_CREDENTIALS)
    assert len(mails_for(account.email, 2)) == 2


def test_a_reset_mails_its_notice_and_a_link_without_a_device(
        api, changed, make_user, mails_for):
    account = make_user(language='fr')
    changed(account, reset_password=True)
    # two workers can send them, in any order
    notice, offer = sorted(mails_for(account.email, 2), key=lambda mail: 'token=' in mail.text)
    assert 'token=' not in notice.text and '/password-reset?token=' in offer.link
    for mail in (notice, offer):
        for part in (mail.text, mail.html):
            assert account.username in part
            assert 'appareil' not in part and 'navigateur' not in part and '{' not in part
    exact(api.post('/api/auth/password/update', json={'token': offer.token,
                                                      'password': 'another long password'}),
          PASSWORD_UPDATED)


def test_a_reset_does_not_activate(changed, make_user):
    assert 'is_active' not in changed(make_user(active=False), reset_password=True)


# ---- address -----------------------------------------------------------------------------------

@pytest.mark.parametrize('email', ['', ' ', 'x', 'x@y', 'x@y.z\n\nx', f'{"a" * 256}@example.org'])
def test_an_address_has_to_be_valid(leaves_alone, user, email):
    leaves_alone(user, BAD_EMAIL, admin=True, reset_password=True, new_email=email)


def test_the_present_address_is_refused(leaves_alone, make_user):
    account = make_user(email_to_confirm=f'{unique()}@example.org')
    leaves_alone(account, SAME_EMAIL, admin=True, new_email=f' {account.email} ')


def test_an_address_of_another_account_is_refused_in_any_case(leaves_alone, user, make_user):
    leaves_alone(user, TAKEN_EMAIL, new_email=make_user().email.upper())


def test_a_new_address_is_pending_and_both_are_told(api, changed, make_user, mail_for):
    account, email = make_user(language='de'), f'{unique("New")}@Example.org'
    difference = changed(account, new_email=f' {email} ')
    assert difference.pop('confirmation_sent_at') > now() - timedelta(minutes=1)
    assert difference == {'email_to_confirm': email}
    offer, notice = mail_for(email), mail_for(account.email)
    assert email in notice.text and 'Gerät' not in notice.text + offer.text
    exact(api.post('/api/auth/email/update', json={'token': offer.token}), EMAIL_UPDATED)


def test_the_address_of_an_inactive_account_changes_immediately_and_is_confirmed_again(
        api, db, changed, make_user, mail_for, mailbox):
    account, email = make_user(active=False, confirmation_token=sha256_hex(unique()),
                               unconfirmed=1), f'{unique()}@example.org'
    difference = changed(account, new_email=email)
    assert difference.pop('confirmation_sent_at') > now() - timedelta(minutes=1)
    assert difference == {'email': email, 'confirmation_token': None}
    mail = mail_for(email)
    assert '/account-confirmation?token=' in mail.link and mailbox.to(account.email) == []
    assert api.post('/api/auth/account/confirm', json={'token': mail.token}).status == 200
    assert user_row(db, account)['is_active'] == 1


def test_an_account_that_becomes_active_by_the_same_request_has_a_pending_address(
        changed, make_user):
    difference = changed(make_user(active=False), activate=True,
                         new_email=f'{unique()}@example.org')
    assert difference['is_active'] == 1 and 'email' not in difference
    assert difference['email_to_confirm'] is not None


def test_without_mail_an_address_changes_at_once(api_without_mail, db_without_mail, minter):
    from tests.harness.people import insert_user
    boss, account = insert_user(db_without_mail, admin=1), insert_user(
        db_without_mail, email_to_confirm=f'{unique()}@example.org', confirmation_sent_at=now(),
        confirmation_token=sha256_hex(unique()))
    email, before = f'{unique()}@example.org', user_row(db_without_mail, account)
    jobs = db_without_mail.value('SELECT COUNT(*) FROM jobs')
    answer = api_without_mail.request(
        'PATCH', path(account), json={'new_email': email, 'reset_password': True},
        token=minter.token(boss.id))
    exact(answer, found(expected_user(db_without_mail, account.id)))
    difference = differences(before, user_row(db_without_mail, account))
    assert difference.pop('password')
    assert difference == {'email': email, 'email_to_confirm': None, 'confirmation_token': None,
                          'confirmation_sent_at': None, 'token_epoch': 1}
    assert db_without_mail.value('SELECT COUNT(*) FROM jobs') == jobs


def test_all_fields_take_effect_together(changed, make_user):
    difference = changed(make_user(active=False), admin=True, reset_password=True,
                         new_email=f'{unique()}@example.org')
    assert {
        'admin',
        'is_active',
        'password',
        'token_epoch',
        'email_to_confirm'} <= difference.keys()
