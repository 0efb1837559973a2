"""POST /api/auth/register (contract §6.0 and §6.1)."""

from datetime import timedelta

import pytest

from tests.harness.answers import (ERR500, INVALID, NAME_TAKEN, POLICY_REFUSED, REGISTERED,
                                   REGISTRATION_DISABLED, error, exact)
from tests.harness.sql import root_sql
from tests.harness.passwords import matches
from tests.harness.people import PASSWORD, insert_user, now, unique
from tests.harness.tokens import sha256_hex

REGISTER = '/api/auth/register'
NAME_LENGTH = 'username: 3 to 30 characters required\n'
NAME_CHARACTERS = ('username: only alphanumeric characters and the underscore character "_" '
                   'allowed\n')
BAD_EMAIL = 'email: valid email must be provided\n'
SHORT_PASSWORD = 'password: 8 characters required\n'


def row_of(db, username):
    return db.row('SELECT * FROM users WHERE username = %s', username)


def is_not_stored(db, body):
    return db.value('SELECT COUNT(*) FROM users WHERE username = %s OR email = %s',
                    body['username'], body['email']) == 0


# ---- the stored account ------------------------------------------------------------------------

def test_an_account_is_stored_as_the_contract_says(api, db, registration):
    body = registration()
    started = now() - timedelta(seconds=1)
    exact(api.post(REGISTER, json=body), REGISTERED)
    row = row_of(db, body['username'])
    fixed = {
        'email': body['email'], 'language': 'en', 'timezone': 'Europe/Paris',
        'date_format': 'MM/dd/yyyy', 'admin': 0, 'is_active': 0, 'weekm': 0, 'imperial_units': 0,
        'display_ascent': 1, 'start_elevation_at_zero': 1, 'use_raw_gpx_speed': 0,
        'token_epoch': 0}
    assert {name: row[name] for name in fixed} == fixed
    for name in ('first_name', 'last_name', 'birth_date', 'location', 'bio', 'picture',
                 'email_to_confirm', 'kept_token', 'suspended_at'):
        assert row[name] is None, name
    for name in ('created_at', 'accepted_policy_date', 'confirmation_sent_at'):
        assert started <= row[name] <= now() + timedelta(seconds=1), name


def test_times_are_stored_with_microseconds(register, db):
    rows = [row_of(db, register().username)['created_at'] for _ in range(3)]
    assert any(moment.microsecond for moment in rows)


def test_the_password_is_stored_as_a_hash_of_the_setting(register, db):
    stored = row_of(db, register(password='some passwörd').username)['password']
    assert stored.startswith('$2b$04$')
    assert matches('some passwörd', stored)


def test_equal_passwords_have_different_hashes(register, db):
    hashes = {row_of(db, register().username)['password'] for _ in range(3)}
    assert len(hashes) == 3


def test_the_confirmation_token_is_stored_as_its_hash(register, db, mail_for):
    account = register()
    token = mail_for(account.email).token
    assert len(token) == 40
    assert row_of(db, account.username)['confirmation_token'] == sha256_hex(token)


def test_the_password_is_nowhere_in_clear(api, db, registration, stack):
    body = registration(password=f'secret {unique()}')
    exact(api.post(REGISTER, json=body), REGISTERED)
    assert body['password'] not in stack.log_text()
    for row in db.rows('SELECT payload FROM jobs'):
        assert body['password'] not in row['payload']


def test_after_the_mail_is_sent_no_copy_of_its_token_remains(register, db, mail_for, work_off):
    token = mail_for(register().email).token
    work_off()
    assert db.value('SELECT COUNT(*) FROM jobs WHERE payload LIKE %s', f'%{token}%') == 0


def test_the_case_of_name_and_email_is_kept(register, db):
    name = unique('MiXed')
    account = register(username=name, email=f'{name}@Example.ORG')
    row = db.row('SELECT username, email FROM users WHERE id = %s', account.id)
    assert row == {'username': name, 'email': f'{name}@Example.ORG'}


def test_unknown_keys_are_ignored(register, db):
    account = register(admin=True, is_active=True, id=1, token_epoch=5, bio='x')
    row = db.row('SELECT admin, is_active, token_epoch, bio FROM users WHERE id = %s', account.id)
    assert row == {'admin': 0, 'is_active': 0, 'token_epoch': 0, 'bio': None}


def test_a_new_account_cannot_log_in_before_it_is_confirmed(api, register):
    account = register()
    answer = api.post('/api/auth/login', json=account.credentials)
    exact(answer, (401, {'status': 'error', 'message': 'invalid credentials'}))


# ---- the language ------------------------------------------------------------------------------

@pytest.mark.parametrize('language', ['en', 'fr', 'de', 'it', 'nb', 'nl', 'es', 'gl', 'pl'])
def test_a_known_language_is_kept(register, db, language):
    assert row_of(db, register(language=language).username)['language'] == language


@pytest.mark.parametrize('language', [
    'invalid', '', 'FR', 'fr ', ' fr', 'fr de', 'fr-FR', 'e', 'en fr de it nb nl es gl pl', None, 1,
    True, ['fr'], {'fr': 1}, 'x' * 1000])
def test_any_other_language_becomes_english(register, db, language):
    assert row_of(db, register(language=language).username)['language'] == 'en'


def test_without_a_language_it_is_english(register, db):
    assert row_of(db, register().username)['language'] == 'en'


def test_lang_is_read_where_language_is_absent(register, db):
    assert row_of(db, register(lang='fr').username)['language'] == 'fr'


def test_language_takes_precedence_over_lang(register, db):
    assert row_of(db, register(language='de', lang='fr').username)['language'] == 'de'


def test_an_unknown_language_is_not_replaced_by_lang(register, db):
    assert row_of(db, register(language='xx', lang='fr').username)['language'] == 'en'


# ---- the policy --------------------------------------------------------------------------------

@pytest.mark.parametrize('value', [False, 'true', 'True', '', 0, 1, 1.0, [], [True], {},
                                   {'a': True}])
def test_the_policy_must_be_accepted_with_true_itself(api, db, registration, value):
    body = registration(accepted_policy=value)
    exact(api.post(REGISTER, json=body), POLICY_REFUSED)
    assert is_not_stored(db, body)


@pytest.mark.parametrize('missing', ['absent', 'null'])
def test_a_missing_policy_is_an_invalid_payload(api, registration, missing):
    body = registration(accepted_policy=None)
    if missing == 'absent':
        del body['accepted_policy']
    exact(api.post(REGISTER, json=body), INVALID)


@pytest.mark.parametrize('name', ['username', 'email', 'password'])
def test_the_refused_policy_is_reported_before_a_wrong_type(api, registration, name):
    exact(api.post(REGISTER, json=registration(accepted_policy=False, **{name: 1})), POLICY_REFUSED)


@pytest.mark.parametrize('name', ['username', 'email', 'password'])
def test_a_missing_field_is_reported_before_the_refused_policy(api, registration, name):
    exact(api.post(REGISTER, json=registration(accepted_policy=False, **{name: None})), INVALID)


def test_the_refused_policy_is_reported_before_the_field_checks(api, registration):
    body = registration(accepted_policy=False, username='', email='', password='')
    exact(api.post(REGISTER, json=body), POLICY_REFUSED)


def test_a_wrong_type_is_reported_before_the_field_checks(api, registration):
    exact(api.post(REGISTER, json=registration(username='', email='', password=1)), INVALID)


# ---- the field checks --------------------------------------------------------------------------

@pytest.mark.parametrize(('username', 'message'), [
    ('', NAME_LENGTH + NAME_CHARACTERS), ('a', NAME_LENGTH), ('ab', NAME_LENGTH),
    ('a' * 31, NAME_LENGTH), ('a' * 300, NAME_LENGTH), ('a b', NAME_CHARACTERS),
    ('abc ', NAME_CHARACTERS), (' abc', NAME_CHARACTERS), ('abc\n', NAME_CHARACTERS),
    ('\nabc', NAME_CHARACTERS), ('a-b', NAME_CHARACTERS), ('a.b', NAME_CHARACTERS),
    ('a@b', NAME_CHARACTERS), ('a/b', NAME_CHARACTERS), ('<b>', NAME_CHARACTERS),
    ("a'b", NAME_CHARACTERS), ('été', NAME_CHARACTERS), ('ééé', NAME_CHARACTERS),
    ('名前名', NAME_CHARACTERS), ('😀😀😀', NAME_CHARACTERS), ('٣٣٣', NAME_CHARACTERS),
    ('é' * 30, NAME_CHARACTERS), ('é' * 31, NAME_LENGTH + NAME_CHARACTERS),
    ('éé', NAME_LENGTH + NAME_CHARACTERS), ('😀😀', NAME_LENGTH + NAME_CHARACTERS),
    ('a ', NAME_LENGTH + NAME_CHARACTERS), ('a' * 30 + '\n', NAME_LENGTH + NAME_CHARACTERS),
    ('\u202eabc', NAME_CHARACTERS), ('ＡＢＣ', NAME_CHARACTERS)])
def test_a_username_that_breaks_a_rule(api, db, registration, username, message):
    body = registration(username=username)
    exact(api.post(REGISTER, json=body), error(message))
    assert db.value('SELECT COUNT(*) FROM users WHERE email = %s', body['email']) == 0


@pytest.mark.parametrize('form', ['{:.3}', '{:.30}', '___', 'ABC_{:.10}', '000{:.9}', '_9_{:.9}'])
def test_a_username_within_the_rules(register, form):
    register(username=form.format(unique('x').replace('_', '') + 'y' * 30))


@pytest.mark.parametrize('email', [
    '', 'x', '@', 'a@', '@b.c', 'a@b', 'a@b.', 'a@.c', 'a@b.c@d.e', 'a b@c.d', 'a@b c.d', ' ',
    'a @b.c', 'a@ b.c', 'a@b.c\nBcc: x@y.z', 'a@b.c\u200b', 'a@b_c.d', 'a@b.c_d', 'é@b.c',
    'a@é.c', 'a@b.é', '<a@b.c>', 'A <a@b.c>', 'a@[127.0.0.1]', '"a b"@c.d', 'a,b@c.d',
    'a@b.c,d@e.f',
    "a'b@c.d", 'a%b@c.d', 'a!b@c.d', 'a/b@c.d', 'a@b.c;d'])
def test_an_email_that_breaks_the_rule(api, db, registration, email):
    body = registration(email=email)
    exact(api.post(REGISTER, json=body), error(BAD_EMAIL))
    assert db.value('SELECT COUNT(*) FROM users WHERE username = %s', body['username']) == 0


@pytest.mark.parametrize('email', [
    'a@b.c', 'A.b+c_d-e@Ex-ample.co.uk', '.@-.-', '-@b.c', '+@b.c', 'a@b.c.', 'a@b.-', 'a@b..',
    'a..b@c.d', '1@2.3', 'a' * 64 + '@' + 'b' * 63 + '.org'])
def test_an_email_within_the_rule(api, registration, email):
    # The password is too short, so nothing is stored: no mail server accepts
    # some of these addresses.
    exact(api.post(REGISTER, json=registration(email=email, password='short')),
          error(SHORT_PASSWORD))


def test_an_email_of_255_characters_is_within_the_rule(api_without_mail, db_without_mail,
                                                       registration):
    name = unique()
    longest = f'{name}@{"d" * (255 - len(name) - 5)}.org'
    assert len(longest) == 255
    exact(api_without_mail.post(REGISTER, json=registration(username=name, email=longest)),
          REGISTERED)
    assert row_of(db_without_mail, name)['email'] == longest
    exact(api_without_mail.post(REGISTER, json=registration(email='x' + longest)), error(BAD_EMAIL))


@pytest.mark.parametrize('password', ['', 'a', '1234567', 'é' * 7, '😀' * 7, ' ' * 7, 'e\u0301' * 3])
def test_a_password_that_is_too_short(api, db, registration, password):
    body = registration(password=password)
    exact(api.post(REGISTER, json=body), error(SHORT_PASSWORD))
    assert is_not_stored(db, body)


@pytest.mark.parametrize('password', [
    '12345678', 'é' * 8, '😀' * 8, ' ' * 8, 'e\u0301' * 4, '\t\n\r\t\n\r\t\n', 'x' * 511,
    'é' * 255 + 'x', '"\\\'%s$2b$'])
def test_a_password_within_the_rule_is_the_one_that_logs_in(api, db, register, password):
    account = register(password=password)
    assert matches(password, row_of(db, account.username)['password'])
    db.run('UPDATE users SET is_active = 1 WHERE id = %s', account.id)
    assert api.post('/api/auth/login', json=account.credentials).status == 200


@pytest.mark.parametrize('password', ['x' * 512, 'é' * 256, 'x' * 511 + 'é', 'x' * 100000])
def test_a_password_that_crypt_cannot_take_is_refused(api, db, registration, password):
    body = registration(password=password)
    exact(api.post(REGISTER, json=body), INVALID)
    assert is_not_stored(db, body)


@pytest.mark.parametrize(('changes', 'messages'), [
    ({'username': 'é', 'email': 'x', 'password': ''},
     (NAME_LENGTH, NAME_CHARACTERS, BAD_EMAIL, SHORT_PASSWORD)),
    ({'username': 'a', 'password': 'short'}, (NAME_LENGTH, SHORT_PASSWORD)),
    ({'username': 'a b', 'email': ''}, (NAME_CHARACTERS, BAD_EMAIL)),
    ({'email': '@', 'password': '1234567'}, (BAD_EMAIL, SHORT_PASSWORD))])
def test_several_violations_are_reported_together_in_order(api, registration, changes,
                                                           messages):
    exact(api.post(REGISTER, json=registration(**changes)), error(''.join(messages)))


def test_violations_are_reported_before_a_taken_username(api, registration, user):
    body = registration(username=user.username, password='short')
    exact(api.post(REGISTER, json=body), error(SHORT_PASSWORD))


# ---- taken names and addresses -----------------------------------------------------------------

@pytest.mark.parametrize('change', [str, str.upper, str.swapcase, str.title])
def test_a_username_is_taken_whatever_its_case(api, db, registration, make_user, change):
    taken = make_user(username=unique('Some'))
    body = registration(username=change(taken.username))
    exact(api.post(REGISTER, json=body), NAME_TAKEN)
    assert db.value('SELECT COUNT(*) FROM users WHERE email = %s', body['email']) == 0


def test_the_username_of_an_inactive_account_is_taken(api, registration, make_user):
    exact(api.post(REGISTER, json=registration(username=make_user(active=False).username)),
          NAME_TAKEN)


def test_a_taken_username_is_reported_before_a_known_email(api, registration, user):
    body = registration(username=user.username, email=user.email)
    exact(api.post(REGISTER, json=body), NAME_TAKEN)


@pytest.mark.parametrize('change', [str, str.upper, str.swapcase])
@pytest.mark.parametrize('active', [True, False])
def test_a_known_email_is_answered_as_a_new_one_and_changes_nothing(
        api, db, registration, make_user, mailbox, work_off, change, active):
    known = make_user(active=active, email=f'{unique("Some")}@example.org',
                      confirmation_token=sha256_hex(unique()))
    before = row_of(db, known.username)
    body = registration(email=change(known.email))
    exact(api.post(REGISTER, json=body), REGISTERED)
    work_off()
    assert row_of(db, known.username) == before
    assert db.value('SELECT COUNT(*) FROM users WHERE username = %s', body['username']) == 0
    assert not mailbox.to(known.email) and not mailbox.to(body['email'])


def test_a_username_that_a_known_email_came_with_is_reserved(api, registration, user):
    """As with an unknown email: otherwise, a second registration would tell whether there is an account."""
    body = registration(email=user.email)
    exact(api.post(REGISTER, json=body), REGISTERED)
    for form in (str, str.upper):
        exact(api.post(REGISTER, json=registration(username=form(body['username']))), NAME_TAKEN)


# ---- a limited number of accounts --------------------------------------------------------------

# Leftovers of other tests, which no longer count.
EXPIRED = {'users': 'unconfirmed <> 0 AND is_active = 0 '
           'AND confirmation_sent_at < UTC_TIMESTAMP() - INTERVAL 7 DAY',
           'registrations': 'sent_at < UTC_TIMESTAMP() - INTERVAL 7 DAY'}


@pytest.fixture
def places(db, app_config):
    """Leave this number of free places for accounts."""
    def leave(number):
        taken = sum(db.value(f'SELECT COUNT(*) FROM {table} WHERE COALESCE({expired}, 0) = 0')
                    for table, expired in EXPIRED.items())
        app_config(max_users=taken + number)
    return leave


def test_without_a_free_place_registration_is_disabled(api, db, registration, make_user, places):
    make_user()
    places(0)
    body = registration()
    exact(api.post(REGISTER, json=body), REGISTRATION_DISABLED)
    assert is_not_stored(db, body)


def test_inactive_accounts_take_places(api, db, registration, make_user, places):
    make_user(active=False)
    make_user(suspended_at=now())
    places(0)
    exact(api.post(REGISTER, json=registration()), REGISTRATION_DISABLED)


def test_the_last_free_place_can_be_taken_once(api, db, registration, make_user, places):
    make_user()
    places(1)
    exact(api.post(REGISTER, json=registration()), REGISTERED)
    exact(api.post(REGISTER, json=registration()), REGISTRATION_DISABLED)


def test_more_accounts_than_the_limit_are_too_many(api, registration, make_user, app_config):
    make_user()
    make_user()
    app_config(max_users=1)
    exact(api.post(REGISTER, json=registration()), REGISTRATION_DISABLED)


@pytest.mark.parametrize('content', [b'', b'{', b'{}', b'{"username": 1}', b'[' * 100000])
def test_the_limit_is_tested_before_the_body_is_read(api, make_user, places, content):
    make_user()
    places(0)
    exact(api.post_text(REGISTER, content), REGISTRATION_DISABLED)
    exact(api.post(REGISTER, data=content), REGISTRATION_DISABLED)


def test_the_limit_is_read_at_every_request(api, registration, make_user, places, app_config):
    make_user()
    for _ in range(3):
        places(0)
        exact(api.post(REGISTER, json=registration()), REGISTRATION_DISABLED)
        app_config(max_users=0)
        exact(api.post(REGISTER, json=registration()), REGISTERED)


def test_a_known_email_takes_a_place_as_a_new_one_does(api, registration, user, places):
    places(1)
    exact(api.post(REGISTER, json=registration(email=user.email)), REGISTERED)
    exact(api.post(REGISTER, json=registration()), REGISTRATION_DISABLED)


def test_an_unconfirmed_account_takes_a_place_until_its_link_has_expired(api, db, register,
                                                                         registration, places):
    account = register()
    places(0)
    exact(api.post(REGISTER, json=registration()), REGISTRATION_DISABLED)
    db.run('UPDATE users SET confirmation_sent_at = %s WHERE id = %s',
           now() - timedelta(days=8), account.id)
    assert api.get('/api/config').json()['data']['is_registration_enabled']
    exact(api.post(REGISTER, json=registration()), REGISTERED)


def test_a_reserved_name_takes_a_place_until_it_expires(api, db, registration, user, places):
    body = registration(email=user.email)
    exact(api.post(REGISTER, json=body), REGISTERED)
    places(0)
    exact(api.post(REGISTER, json=registration()), REGISTRATION_DISABLED)
    db.run('UPDATE registrations SET sent_at = %s WHERE username = %s', now() - timedelta(days=8),
           body['username'])
    exact(api.post(REGISTER, json=registration()), REGISTERED)


def test_concurrent_registrations_cannot_exceed_the_limit(api, db, registration, make_user, places,
                                                          in_parallel):
    make_user()
    places(3)
    bodies = [registration() for _ in range(24)]
    answers = in_parallel([lambda body=body: api.post(REGISTER, json=body) for body in bodies])
    stored = [body for body in bodies if not is_not_stored(db, body)]
    assert len(stored) == 3
    for body, answer in zip(bodies, answers):
        exact(answer, REGISTERED if body in stored else REGISTRATION_DISABLED)


# ---- concurrent registrations ------------------------------------------------------------------

def test_two_hundred_concurrent_registrations_of_one_username_make_one_account(
        api, db, registration, in_parallel):
    name = unique()
    bodies = [registration(username=name) for _ in range(200)]
    answers = in_parallel([lambda body=body: api.post(REGISTER, json=body) for body in bodies])
    winner = row_of(db, name)
    assert sum(answer.status == 200 for answer in answers) == 1
    for body, answer in zip(bodies, answers):
        exact(answer, REGISTERED if body['email'] == winner['email'] else NAME_TAKEN)


def test_of_concurrent_registrations_of_one_username_only_the_successful_one_gets_a_mail(
        api, db, registration, in_parallel, mailbox, work_off):
    name = unique()
    bodies = [registration(username=name) for _ in range(30)]
    in_parallel([lambda body=body: api.post(REGISTER, json=body) for body in bodies])
    work_off()
    mailed = [body['email'] for body in bodies if mailbox.to(body['email'])]
    assert mailed == [row_of(db, name)['email']]


def test_concurrent_registrations_of_usernames_that_differ_by_case_make_one_account(
        api, db, registration, in_parallel):
    name = unique('x')
    bodies = [registration(username=form(name)) for form in (str.lower, str.upper, str.title)
              for _ in range(10)]
    answers = in_parallel([lambda body=body: api.post(REGISTER, json=body) for body in bodies])
    assert db.value('SELECT COUNT(*) FROM users WHERE username = %s', name) == 1
    assert sum(answer.status == 200 for answer in answers) == 1
    for answer in answers:
        exact(answer, REGISTERED if answer.status == 200 else NAME_TAKEN)


def test_concurrent_registrations_of_one_email_make_one_account_and_a_link_each(
        api, db, registration, in_parallel, mailbox, work_off):
    email = f'{unique()}@example.org'
    bodies = [registration(email=email) for _ in range(30)]
    answers = in_parallel([lambda body=body: api.post(REGISTER, json=body) for body in bodies])
    for answer in answers:
        exact(answer, REGISTERED)
    work_off()
    assert db.value('SELECT COUNT(*) FROM users WHERE email = %s', email) == 1
    assert len({mail.token for mail in mailbox.to(email)}) == len(bodies)


# ---- failures ----------------------------------------------------------------------------------

def test_an_account_whose_mail_cannot_be_queued_is_not_stored(api, db, stack, registration):
    body = registration()
    with root_sql(stack, stack.database.name) as root:
        root.run("CREATE TRIGGER test_refuse BEFORE INSERT ON jobs FOR EACH ROW "
                 "SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'refused by a test'")
        try:
            exact(api.post(REGISTER, json=body), ERR500)
        finally:
            root.run('DROP TRIGGER test_refuse')
    assert is_not_stored(db, body)
    exact(api.post(REGISTER, json=body), REGISTERED)


def test_with_sending_disabled_the_account_is_stored_without_a_link_and_no_mail_is_queued(
        api_without_mail, db_without_mail, registration):
    body = registration()
    exact(api_without_mail.post(REGISTER, json=body), REGISTERED)
    row = row_of(db_without_mail, body['username'])
    assert (
        row['confirmation_token'],
        row['confirmation_sent_at'],
        row['is_active']) == (
        None,
        None,
        0)
    assert db_without_mail.value("SELECT COUNT(*) FROM jobs WHERE kind = 'mail'") == 0


def test_without_mail_the_username_and_email_are_checked_equally(api_without_mail, db_without_mail,
                                                                 registration):
    taken = insert_user(db_without_mail, password=PASSWORD)
    exact(api_without_mail.post(REGISTER, json=registration(username=taken.username)), NAME_TAKEN)
    exact(api_without_mail.post(REGISTER, json=registration(email=taken.email)), REGISTERED)
