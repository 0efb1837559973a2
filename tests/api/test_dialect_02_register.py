"""Dialect 0.2: POST /api/auth/register (dialects §4.2)."""

from datetime import timedelta

import pytest

from tests.harness.answers import ERR500, POLICY_REFUSED, error, exact, is_json
from tests.api.support.dialects import DIALECTS
from tests.harness.passwords import matches
from tests.harness.people import PASSWORD, now, unique, user_row
from tests.harness.tokens import read

REGISTER = '/api/auth/register'
DIALECT = DIALECTS['0.2']
INVALID = error('Invalid payload.')
DISABLED = error('Error. Registration is disabled.', 403)
TAKEN = error('Sorry. That user already exists.')
NAME_LENGTH = 'Username: 3 to 12 characters required.\n'
NAME_CHARACTERS = ('Username: only alphanumeric characters and the underscore character "_" '
                   'allowed.\n')
BAD_EMAIL = 'Valid email must be provided.\n'
NOT_TWICE = "Password and password confirmation don't match.\n"
SHORT_PASSWORD = 'Password: 8 characters required.\n'
IN_02 = {'API_DIALECT': '0.2'}


@pytest.fixture
def api(api_02):
    """Requests in this file are made in 0.2, unless a test uses another client."""
    return api_02


@pytest.fixture
def registration():
    return DIALECT.registration


def row_of(db, username):
    return db.row('SELECT * FROM users WHERE username = %s', username)


def is_not_stored(db, body):
    return db.value('SELECT COUNT(*) FROM users WHERE username = %s OR email = %s',
                    str(body.get('username')), str(body.get('email'))) == 0


def is_registered(answer):
    """Returns the token."""
    token = is_json(answer).get('auth_token')
    exact(answer, (201, {'auth_token': token, 'message': 'Successfully registered.',
                         'status': 'success'}))
    return token


@pytest.fixture
def is_refused(api, db):
    def check(body, expected):
        exact(api.post(REGISTER, json=body), expected)
        assert is_not_stored(db, body)
    return check


# ---- the stored account --------------------------------------------------------------------------

def test_an_account_is_stored_as_the_contract_says(api, db, no_mail, registration):
    body = registration()
    started = now() - timedelta(seconds=1)
    is_registered(api.post(REGISTER, json=body))
    row = row_of(db, body['username'])
    fixed = {'email': body['email'], 'timezone': 'Europe/Paris', 'date_format': 'MM/dd/yyyy',
             'admin': 0, 'is_active': 1, 'weekm': 0, 'imperial_units': 0, 'display_ascent': 1,
             'start_elevation_at_zero': 1, 'use_raw_gpx_speed': 0, 'token_epoch': 0}
    assert {name: row[name] for name in fixed} == fixed
    for name in ('confirmation_token', 'confirmation_sent_at', 'accepted_policy_date', 'language',
                 'first_name', 'last_name', 'birth_date', 'location', 'bio', 'picture',
                 'email_to_confirm', 'kept_token', 'suspended_at'):
        assert row[name] is None, name
    assert started <= row['created_at'] <= now() + timedelta(seconds=1)
    assert matches(PASSWORD, row['password']) and row['password'].startswith('$2b$04$')


def test_the_token_belongs_to_the_new_account_and_is_valid_in_all_dialects(api, api_in, db,
                                                                           registration):
    body = registration()
    token = is_registered(api.post(REGISTER, json=body))
    claims = read(token)[1]
    assert claims['sub'] == row_of(db, body['username'])['id']
    assert claims.keys() == {'exp', 'iat', 'sub', 'jti', 'gen', 'set_pwd'}
    for name in DIALECTS:
        answer = api_in(name).get('/api/auth/profile', token=token)
        assert answer.json()['data']['username'] == body['username']


@pytest.mark.parametrize('name', DIALECTS)
def test_the_account_can_log_in_immediately_in_every_dialect(api, api_in, registration, name):
    body = registration()
    is_registered(api.post(REGISTER, json=body))
    credentials = {'email': body['email'].upper(), 'password': PASSWORD}
    assert api_in(name).post('/api/auth/login', json=credentials).status == 200


def test_mail_to_an_account_of_02_is_in_english(api, api_in, registration, mail_for):
    body = registration()
    is_registered(api.post(REGISTER, json=body))
    api_in('0.7').post('/api/auth/password/reset-request', json={'email': body['email']})
    assert 'an hour' in mail_for(body['email']).text


def test_other_keys_are_ignored(api, db, registration):
    body = registration(admin=True, is_active=False, id=1, language='fr', lang='fr', token_epoch=5,
                        accepted_policy=True, weekm=True, timezone='Asia/Tokyo')
    is_registered(api.post(REGISTER, json=body))
    row = row_of(db, body['username'])
    assert (row['admin'], row['is_active'], row['language'], row['token_epoch'],
            row['accepted_policy_date'], row['weekm']) == (0, 1, None, 0, None, 0)
    assert row['timezone'] == 'Europe/Paris'


def test_the_password_is_nowhere_in_clear(api, registration, stack):
    password = f'secret {unique()}'
    token = is_registered(api.post(REGISTER, json=registration(password=password)))
    assert password not in stack.log_text() and token not in stack.log_text()


# ---- missing and mistyped fields -----------------------------------------------------------------

@pytest.mark.parametrize('name', ['username', 'email', 'password', 'password_conf'])
def test_a_missing_field_is_an_invalid_payload(is_refused, registration, name):
    body = registration()
    del body[name]
    is_refused(body, INVALID)
    is_refused(registration(**{name: None}), INVALID)


@pytest.mark.parametrize('value', [0, 1, 1.5, True, False, [], ['x'], {}, {'a': 'b'}])
@pytest.mark.parametrize('name', ['username', 'email', 'password', 'password_conf'])
def test_a_field_of_another_type_is_an_invalid_payload(is_refused, registration, name, value):
    is_refused({**registration(), name: value}, INVALID)


def test_a_wrong_type_is_reported_before_the_field_checks(is_refused, registration):
    is_refused(registration(username='', email=1, password=''), INVALID)


def test_a_body_of_07_lacks_the_confirmation(is_refused):
    is_refused(DIALECTS['0.7'].registration(), INVALID)


def test_a_body_of_02_lacks_the_policy_in_07_but_nothing_in_06(api_in, registration):
    exact(api_in('0.7').post(REGISTER, json=registration()), error('invalid payload'))
    exact(api_in('0.7').post(REGISTER, json=registration(accepted_policy=False)), POLICY_REFUSED)
    exact(api_in('0.6').post(REGISTER, json=registration()), (200, {'status': 'success'}))


# ---- the field checks ----------------------------------------------------------------------------

@pytest.mark.parametrize(('username', 'messages'), [
    ('', NAME_LENGTH + NAME_CHARACTERS), ('ab', NAME_LENGTH), ('a' * 13, NAME_LENGTH),
    ('a' * 30, NAME_LENGTH), ('a-b', NAME_CHARACTERS), ('a b', NAME_CHARACTERS),
    ('abc\n', NAME_CHARACTERS), ('été', NAME_CHARACTERS), ('é' * 12, NAME_CHARACTERS),
    ('é' * 13, NAME_LENGTH + NAME_CHARACTERS), ('éé', NAME_LENGTH + NAME_CHARACTERS)])
def test_a_username_that_breaks_a_rule(is_refused, registration, username, messages):
    is_refused(registration(username=username), error('Errors: ' + messages))


@pytest.mark.parametrize('length', [3, 11, 12])
def test_a_username_within_the_rules(api, registration, length):
    name = unique('').replace('_', '')[-length:]
    is_registered(api.post(REGISTER, json=registration(username=name)))


@pytest.mark.parametrize('email', ['', 'x', 'a@b', 'a @b.c', 'a@b.c\u200b', 'é@b.c', 'a@b.c@d.e',
                                   'x' * 250 + '@b.org', "a'b@c.d"])
def test_an_email_that_breaks_the_rule(is_refused, registration, email):
    is_refused(registration(email=email), error('Errors: ' + BAD_EMAIL))


@pytest.mark.parametrize('again', ['', 'x', PASSWORD + ' ', PASSWORD.upper(), ' ' + PASSWORD,
                                   PASSWORD[:-1], PASSWORD + 'x' * 600])
def test_the_password_must_be_confirmed_exactly(is_refused, registration, again):
    is_refused(registration(password_conf=again), error('Errors: ' + NOT_TWICE))


@pytest.mark.parametrize('password', ['', 'a', '1234567', 'é' * 7, '😀' * 7])
def test_a_password_that_is_too_short(is_refused, registration, password):
    is_refused(registration(password=password), error('Errors: ' + SHORT_PASSWORD))


@pytest.mark.parametrize('password', ['12345678', 'é' * 8, '😀' * 8, ' ' * 8, 'x' * 511])
def test_a_password_within_the_rule_is_the_one_that_logs_in(api, registration, password):
    body = registration(password=password)
    is_registered(api.post(REGISTER, json=body))
    assert api.post('/api/auth/login',
                    json={'email': body['email'], 'password': password}).status == 200


@pytest.mark.parametrize('password', ['x' * 512, 'é' * 256, 'x' * 100000])
def test_a_password_that_crypt_cannot_take_is_an_invalid_payload(is_refused, registration,
                                                                 password):
    is_refused(registration(password=password), INVALID)


@pytest.mark.parametrize(('changes', 'messages'), [
    ({'username': 'é', 'email': 'x', 'password': 'short', 'password_conf': 'other'},
     (NAME_LENGTH, NAME_CHARACTERS, BAD_EMAIL, NOT_TWICE, SHORT_PASSWORD)),
    ({'username': 'ab', 'password': 'short'}, (NAME_LENGTH, SHORT_PASSWORD)),
    ({'password': 'short', 'password_conf': 'shorT'}, (NOT_TWICE, SHORT_PASSWORD)),
    ({'email': '@', 'password_conf': ''}, (BAD_EMAIL, NOT_TWICE)),
    ({'username': 'a b', 'email': ''}, (NAME_CHARACTERS, BAD_EMAIL))])
def test_several_violations_are_reported_together_in_order(is_refused, registration, changes,
                                                           messages):
    is_refused(registration(**changes), error('Errors: ' + ''.join(messages)))


# ---- taken names and addresses -------------------------------------------------------------------

@pytest.mark.parametrize('change', [str, str.upper, str.swapcase])
@pytest.mark.parametrize('active', [True, False])
def test_a_taken_name_and_a_taken_address_get_the_same_answer(
        api, db, registration, make_user, no_mail, change, active):
    taken = make_user(active=active, username=unique('Some')[:12])
    before = user_row(db, taken)
    name, email = change(taken.username), change(taken.email)
    bodies = [registration(username=name), registration(email=email),
              registration(username=name, email=email)]
    for body in bodies:
        exact(api.post(REGISTER, json=body), TAKEN)
    assert user_row(db, taken) == before
    assert db.value('SELECT COUNT(*) FROM users WHERE email = %s OR username = %s',
                    bodies[0]['email'], bodies[1]['username']) == 0


def test_violations_are_reported_before_a_taken_name(api, registration, make_user):
    taken = make_user(username=unique('Some')[:12])
    exact(api.post(REGISTER, json=registration(username=taken.username, password='short')),
          error('Errors: ' + SHORT_PASSWORD))


def test_of_concurrent_registrations_one_gets_the_name(api, db, registration, in_parallel):
    body = registration()
    bodies = [{**body, 'email': f'{number}{body["email"]}'} for number in range(10)]
    answers = in_parallel([lambda one=one: api.post(REGISTER, json=one) for one in bodies])
    is_registered(next(answer for answer in answers if answer.status == 201))
    assert [answer.status for answer in answers].count(201) == 1
    for answer in answers:
        if answer.status != 201:
            exact(answer, TAKEN)
    assert row_of(db, body['username'])['is_active'] == 1


# ---- disabled registration -----------------------------------------------------------------------

def test_without_a_free_place_registration_is_disabled_before_the_body(api, db, registration, user,
                                                                       app_config):
    app_config(max_users=1)
    body = registration()
    exact(api.post(REGISTER, json=body), DISABLED)
    exact(api.post(REGISTER, json={}), DISABLED)
    exact(api.post_text(REGISTER, b'{'), DISABLED)
    assert is_not_stored(db, body)


def test_the_last_free_place_is_given_once(api, db, registration, app_config, in_parallel):
    before = db.value('SELECT COUNT(*) FROM users')
    app_config(max_users=before + db.value('SELECT COUNT(*) FROM registrations') + 1)
    bodies = [registration() for _ in range(8)]
    answers = in_parallel([lambda one=one: api.post(REGISTER, json=one) for one in bodies])
    assert sorted(answer.status for answer in answers) == [201] + [403] * 7
    for answer in answers:
        if answer.status == 403:
            exact(answer, DISABLED)
    assert db.value('SELECT COUNT(*) FROM users') == before + 1


def test_it_can_be_switched_off_alone(programs, db, registration):
    off = {'REGISTRATION_0_2': 'off'}
    body = registration()
    for content in (body, {}, {'a': 1}):
        exact(
            programs.cgi(
                'POST',
                REGISTER,
                json=content,
                settings=off,
                parameters=IN_02),
            DISABLED)
    assert is_not_stored(db, body)
    for name in ('0.7', '0.6'):
        exact(programs.cgi('POST', REGISTER, json=DIALECTS[name].registration(), settings=off,
                           parameters={'API_DIALECT': name}), (200, {'status': 'success'}))
    config = programs.cgi('GET', '/api/config', settings=off).json()['data']
    assert config['is_registration_enabled'] is True


@pytest.mark.parametrize('settings', [{}, {'REGISTRATION_0_2': 'on'}])
def test_it_is_on_unless_it_is_switched_off(programs, registration, settings):
    is_registered(programs.cgi('POST', REGISTER, json=registration(), settings=settings,
                               parameters=IN_02))


def test_off_affects_only_registration(programs, user):
    off = {'REGISTRATION_0_2': 'off'}
    answer = programs.cgi('POST', '/api/auth/login', json=user.credentials, settings=off,
                          parameters=IN_02)
    assert answer.status == 200


@pytest.mark.parametrize('value', ['', 'x', '0', 'false', 'OFF ', 'offf'])
def test_a_value_other_than_on_or_off_is_invalid(programs, value):
    done = programs.run('register', settings={'REGISTRATION_0_2': value})
    assert done.returncode == 1
    assert b'REGISTRATION_0_2' in done.stderr and len(done.stderr.splitlines()) == 1
    answer = programs.cgi('POST', REGISTER, json={'a': 1}, settings={'REGISTRATION_0_2': value})
    exact(answer, ERR500)
