"""GET /api/auth/profile: the account's own values (contract §4, §5 and §6.5)."""

import pytest

from tests.harness.answers import exact, same_json
from tests.harness.people import now
from tests.api.support.profile import KEYS, date_text, expected_profile

PROFILE = '/api/auth/profile'


@pytest.fixture
def shown(profile, minter):
    """The profile of an account."""
    def get(account):
        return profile(minter.token(account.id, gen=0))
    return get


def test_the_profile_of_a_new_account_has_every_member(api, register, login, db):
    account = register()
    db.run('UPDATE users SET is_active = 1 WHERE id = %s', account.id)
    row = db.row('SELECT * FROM users WHERE id = %s', account.id)
    exact(api.get(PROFILE, token=login(account)), (200, {'status': 'success', 'data': {
        'accepted_privacy_policy': True, 'admin': False, 'bio': None, 'birth_date': None,
        'created_at': date_text(row['created_at']), 'date_format': 'MM/dd/yyyy',
        'display_ascent': True, 'email': account.email, 'email_to_confirm': None,
        'first_name': None, 'imperial_units': False, 'is_active': True, 'language': 'en',
        'last_name': None, 'location': None, 'nb_sports': 0, 'nb_workouts': 0, 'picture': False,
        'records': [], 'sports_list': [], 'start_elevation_at_zero': True,
        'timezone': 'Europe/Paris', 'total_ascent': 0.0, 'total_distance': 0.0,
        'total_duration': '0:00:00', 'use_raw_gpx_speed': False, 'username': account.username,
        'weekm': False}}))


def test_there_are_28_keys_and_no_secret(shown, user):
    data = shown(user)
    assert sorted(data) == KEYS and len(KEYS) == 28


def test_every_column_is_shown_unchanged(shown, db, make_user):
    account = make_user(
        admin=1, first_name='Zoë "Z" \\', last_name='O\'Neill </script>', birth_date='1980-01-01',
        location='東京 😀', bio='line\r\nline\tend\x7f', picture='pictures/1/a.png',
        timezone='America/New_York', date_format='date_string', weekm=1, language='fr',
        imperial_units=1, email_to_confirm='new@example.org', display_ascent=0,
        start_elevation_at_zero=0, use_raw_gpx_speed=1)
    data = shown(account)
    assert same_json(data, expected_profile(db, account.id))
    assert data['first_name'] == 'Zoë "Z" \\' and data['location'] == '東京 😀'
    assert data['picture'] is True


def test_every_nullable_column_is_shown_as_null(shown, db, make_user):
    account = make_user(timezone=None, date_format=None, language=None, accepted_policy_date=None)
    data = shown(account)
    assert same_json(data, expected_profile(db, account.id))
    for name in ('bio', 'birth_date', 'date_format', 'email_to_confirm', 'first_name', 'language',
                 'last_name', 'location', 'timezone'):
        assert data[name] is None, name
    assert data['picture'] is False and data['accepted_privacy_policy'] is False


def test_empty_texts_stay_empty(shown, make_user):
    data = shown(make_user(first_name='', last_name='', location='', bio='', timezone='',
                           language=''))
    for name in ('first_name', 'last_name', 'location', 'bio', 'timezone', 'language'):
        assert data[name] == '', name


def test_the_longest_texts_are_shown_completely(shown, db, make_user):
    account = make_user(first_name='é' * 80, last_name='😀' * 80, location='東' * 80, bio='😀' * 200,
                        timezone='t' * 50, date_format='d' * 50, language='l' * 50,
                        email_to_confirm='e' * 255)
    assert same_json(shown(account), expected_profile(db, account.id))


def test_control_characters_of_other_programs_cause_no_error(shown, make_user):
    text = ''.join(map(chr, range(1, 32))) + '\u2028\ufeff\uffff'
    assert shown(make_user(bio=text))['bio'] == text


@pytest.mark.parametrize(('column', 'value'), [
    (column, value) for column in ('admin', 'display_ascent', 'imperial_units', 'use_raw_gpx_speed',
                                   'start_elevation_at_zero', 'weekm') for value in (0, 1)])
def test_booleans_are_booleans(shown, make_user, column, value):
    assert shown(make_user(**{column: value}))[column] is bool(value)


def test_the_case_of_name_and_email_is_shown_as_typed(shown, make_user):
    account = make_user(email='MiXeD.Profile@Example.ORG')
    assert shown(account)['email'] == 'MiXeD.Profile@Example.ORG'


@pytest.mark.parametrize(('stored', 'text'), [
    ('2019-07-14 14:09:58', 'Sun, 14 Jul 2019 14:09:58 GMT'),
    ('2019-07-14 14:09:58.999999', 'Sun, 14 Jul 2019 14:09:58 GMT'),
    ('2024-02-29 00:00:00', 'Thu, 29 Feb 2024 00:00:00 GMT'),
    ('2000-02-29 23:59:59', 'Tue, 29 Feb 2000 23:59:59 GMT'),
    ('1999-12-31 23:59:59.5', 'Fri, 31 Dec 1999 23:59:59 GMT'),
    ('1970-01-01 00:00:00', 'Thu, 01 Jan 1970 00:00:00 GMT'),
    ('1969-12-31 23:59:59.999999', 'Wed, 31 Dec 1969 23:59:59 GMT'),
    ('1900-03-01 00:00:00', 'Thu, 01 Mar 1900 00:00:00 GMT'),
    ('2038-01-19 03:14:08', 'Tue, 19 Jan 2038 03:14:08 GMT'),
    ('2106-02-07 06:28:16', 'Sun, 07 Feb 2106 06:28:16 GMT'),
    ('9999-12-31 23:59:59', 'Fri, 31 Dec 9999 23:59:59 GMT')])
def test_created_at_is_written_as_rfc_1123(shown, make_user, stored, text):
    assert shown(make_user(created_at=stored))['created_at'] == text


@pytest.mark.parametrize(('stored', 'text'), [
    ('1980-01-01', 'Tue, 01 Jan 1980 00:00:00 GMT'),
    ('1000-01-01', 'Wed, 01 Jan 1000 00:00:00 GMT'),
    ('1582-10-10', 'Sun, 10 Oct 1582 00:00:00 GMT'),
    ('2024-12-31', 'Tue, 31 Dec 2024 00:00:00 GMT'),
    ('9999-12-31', 'Fri, 31 Dec 9999 00:00:00 GMT')])
def test_birth_date_is_midnight_in_rfc_1123(shown, make_user, stored, text):
    assert shown(make_user(birth_date=stored))['birth_date'] == text


@pytest.mark.parametrize(('accepted', 'policy', 'shown_as'), [
    (None, None, False), (None, '2024-01-01', False), ('2024-01-01', None, True),
    ('2024-01-02', '2024-01-01', True), ('2024-01-01', '2024-01-02', False),
    ('2024-01-01 10:00:00', '2024-01-01 10:00:00', False),
    ('2024-01-01 10:00:00.000001', '2024-01-01 10:00:00', True),
    ('2024-01-01 10:00:00', '2024-01-01 10:00:00.000001', False),
    ('2024-01-01 10:00:00.5', '2024-01-01 10:00:00.499999', True)])
def test_accepted_privacy_policy_compares_the_two_dates(shown, make_user, app_config, accepted,
                                                        policy,
                                                        shown_as):
    app_config(privacy_policy_date=policy)
    assert shown(make_user(accepted_policy_date=accepted))['accepted_privacy_policy'] is shown_as


def test_a_change_is_shown_immediately(shown, db, user):
    for number in range(6):
        db.run('UPDATE users SET location = %s WHERE id = %s', f'place {number}', user.id)
        assert shown(user)['location'] == f'place {number}'


def test_each_account_sees_its_own_profile(shown, make_user):
    for account in [make_user() for _ in range(4)]:
        assert shown(account)['username'] == account.username


def test_a_pending_change_of_the_email_is_shown(shown, make_user):
    account = make_user(email_to_confirm='next@example.org', confirmation_sent_at=now())
    data = shown(account)
    assert data['email_to_confirm'] == 'next@example.org' and data['email'] == account.email
