"""What users see and change of their own account."""

import pytest

from tests.api.support.waiting import until
from tests.harness.people import user_row


def test_personal_data_is_changed_and_shown(member, user, db):
    member.open('/profile/edit')
    page = member.send('/profile/edit', first_name='Ann', last_name='<b>"&\'', location='Zürich',
                       birth_date='2001-02-03', bio='one\r\ntwo')
    assert page.message == 'Saved.'
    assert page.rows['Last name'] == '<b>"&\''
    assert page.rows['Birth date'] == '02/03/2001'
    row = user_row(db, user)
    assert (row['first_name'], row['last_name'], row['bio']) == ('Ann', '<b>"&\'', 'one\ntwo')
    member.open('/profile/edit')
    page = member.send('/profile/edit')
    assert user_row(db, user) == row


@pytest.mark.parametrize(('change', 'error'), [
    ({'first_name': 'x' * 81}, 'This is too long.'), ({'bio': 'x' * 201}, 'This is too long.'),
    ({'birth_date': '2001-02-30'}, 'This is not a date.')])
def test_wrong_personal_data_is_not_saved(member, user, db, change, error):
    before = user_row(db, user)
    member.open('/profile/edit')
    page = member.send('/profile/edit', last_name='Kept', **change)
    assert (page.status, page.errors[1:]) == (400, [error])
    assert page.form('/profile/edit').values['last_name'] == 'Kept'
    assert user_row(db, user) == before


def test_preferences_are_changed_and_take_effect_at_once(member, user, db):
    member.open('/preferences')
    page = member.send('/preferences', language='de', timezone='Asia/Tokyo',
                       date_format='date_string', weekm='1', imperial_units='1', display_ascent=None)
    assert page.language == 'de'
    row = user_row(db, user)
    assert (row['language'], row['timezone'], row['date_format'], row['weekm'],
            row['imperial_units'], row['display_ascent']) == (
                'de', 'Asia/Tokyo', 'date_string', 1, 1, 0)


@pytest.mark.parametrize('zone', ['Europe/Nowhere', '../../etc/passwd', '/etc/passwd', 'posixrules/..',
                                  'Europe//Paris', 'Europe/'])
def test_an_unknown_time_zone_is_refused(member, zone):
    member.open('/preferences')
    page = member.send('/preferences', timezone=zone)
    assert (page.status, page.errors[1:]) == (400, ['There is no time zone with this name.'])


@pytest.mark.parametrize(('zone', 'shown'), [
    ('America/New_York', '12/31/2019'), ('Asia/Tokyo', '01/01/2020'), ('nonsense', '01/01/2020'),
    (None, '01/01/2020')])
def test_dates_are_those_of_the_time_zone_and_utc_where_it_is_unknown(
        visitor, make_user, zone, shown):
    account = make_user(timezone=zone, created_at='2020-01-01 03:00:00')
    visitor.log_in(account)
    assert visitor.open('/').rows['Registered'] == shown


def test_a_sport_is_changed_and_reset(member, user, db):
    page = member.open('/sports')
    name, path = next((text, link)
                      for text, link in page.parsed.links.items() if '/sports/' in link)
    page = member.request('GET', path)
    assert page.title == name
    number = path.rpartition('/')[2]
    page = member.send(f'/sports/{number}', color='#12ab34', threshold='2.5', active=None)
    assert page.message == 'Saved.'
    row = db.row('SELECT * FROM users_sports_preferences WHERE user_id = %s', user.id)
    assert (row['color'], row['stopped_speed_threshold'], row['is_active']) == ('#12ab34', 2.5, 0)
    member.request('GET', path)
    page = member.send(f'/sports/{number}/reset')
    assert page.message == 'The sport has its default values again.'
    assert db.value(
        'SELECT COUNT(*) FROM users_sports_preferences WHERE user_id = %s',
        user.id) == 0


def preference(db, account):
    return db.row('SELECT * FROM users_sports_preferences WHERE user_id = %s', account.id)


def set_threshold(db, account, value):
    db.run('INSERT INTO users_sports_preferences (user_id, sport_id, stopped_speed_threshold) VALUES (%s, 1, %s)',
           account.id, value)


def test_a_threshold_is_shown_and_taken_in_the_unit_of_the_user(visitor, make_user, db):
    account = make_user(imperial_units=1)
    visitor.log_in(account)
    set_threshold(db, account, 1.609344)
    page = visitor.open('/sports/1')
    assert page.form('/sports/1').values['threshold'] == '1'
    assert 'Speed in mph below which a pause begins' in page.texts('label')
    visitor.send('/sports/1', threshold='2.5')
    assert preference(db, account)['stopped_speed_threshold'] == 2.5 * 1.609344
    assert visitor.open('/sports/1').form('/sports/1').values['threshold'] == '2.5'


@pytest.mark.parametrize('imperial', [0, 1])
@pytest.mark.parametrize('stored', [1, 0.1, 3.0000001, 1 / 3,
                         1.609344, 123.456789012345, 999.9999999, 1e-7])
def test_an_unchanged_threshold_stays_exactly_as_it_is(visitor, make_user, db, imperial, stored):
    account = make_user(imperial_units=imperial)
    visitor.log_in(account)
    set_threshold(db, account, stored)
    before = preference(db, account)['stopped_speed_threshold']
    assert before == stored
    visitor.open('/sports/1')
    assert visitor.send('/sports/1', color='#12ab34').message == 'Saved.'
    row = preference(db, account)
    assert (row['color'], row['stopped_speed_threshold']) == ('#12ab34', before)


def test_a_threshold_counts_in_the_unit_that_the_form_has_shown(visitor, make_user, db):
    account = make_user()
    visitor.log_in(account)
    visitor.open('/sports/1')
    db.run('UPDATE users SET imperial_units = 1 WHERE id = %s', account.id)
    visitor.send('/sports/1', threshold='7')
    assert preference(db, account)['stopped_speed_threshold'] == 7


def test_a_threshold_in_mph_has_the_limit_of_one_in_kilometers(visitor, make_user):
    visitor.log_in(make_user(imperial_units=1))
    visitor.open('/sports/1')
    assert visitor.send('/sports/1', threshold='622').status == 400
    assert visitor.page.form('/sports/1').values['threshold'] == '622'
    assert visitor.send('/sports/1', threshold='621').message == 'Saved.'


@pytest.mark.parametrize('threshold', ['0', '-1', 'nan', 'inf', '1e9', 'x', '1 '])
def test_a_wrong_threshold_is_refused(member, threshold):
    member.open('/sports/1')
    page = member.send('/sports/1', threshold=threshold)
    assert page.status == 400


@pytest.mark.parametrize('number', ['0', '999999', '99999999999999999999'])
def test_an_unknown_sport_is_not_found(member, number):
    assert member.open(f'/sports/{number}').status == 404


def test_a_new_password_ends_other_sessions_and_keeps_this_one(member, make_visitor, user):
    other = make_visitor()
    other.log_in(user)
    member.open('/credentials')
    page = member.send(
        '/credentials/password',
        password=user.password,
        new_password='another password')
    assert page.message == 'Your password has been changed.'
    assert member.is_logged_in
    assert not other.is_logged_in


@pytest.mark.parametrize(('form', 'values'), [
    ('/credentials/password', {'password': 'wrong password', 'new_password': 'another password'}),
    ('/credentials/email', {'email_password': 'wrong password', 'email': 'new@example.org'})])
def test_a_wrong_password_changes_nothing(member, user, db, form, values):
    before = user_row(db, user)
    member.open('/credentials')
    page = member.send(form, **values)
    assert page.status == 401
    assert 'This is not your password.' in page.errors
    assert user_row(db, user) == before


def test_a_new_address_takes_effect_by_the_mailed_link(member, user, mail_for, db):
    new = f'new_{user.email}'
    member.open('/credentials')
    page = member.send('/credentials/email', email=new, email_password=user.password)
    assert page.message.startswith('An e-mail with a link is on its way to the new address.')
    link = mail_for(new).link
    page = member.request('GET', link)
    assert page.title == 'Confirm your new e-mail address'
    assert user_row(db, user)['email'] == user.email
    page = member.send('/email')
    assert page.message == 'Your e-mail address has been changed.'
    assert user_row(db, user)['email'] == new


def test_a_data_export_is_requested_and_downloaded(member, stack):
    member.open('/export')
    page = member.send('/export')
    assert page.message == 'Your data is being collected.'

    def archive():
        stack.run_worker_once()
        return member.open('/export').parsed.links.get('Download the archive')
    path = until(archive, 'the archive')
    answer = member.session.get(stack.base_url + path)
    assert (answer.status_code, answer.content[:2]) == (200, b'PK')
    member.open('/export')
    assert 'less than a day old' in member.send('/export').body


def test_the_link_of_the_mail_about_an_archive_leads_to_it(member):
    assert member.request('GET', '/profile/edit/account').title == 'Data export'


def test_no_user_downloads_the_archive_of_another_user(member, make_visitor, make_user, stack):
    member.open('/export')
    member.send('/export')

    def archive():
        stack.run_worker_once()
        return member.open('/export').parsed.links.get('Download the archive')
    path = until(archive, 'the archive')
    other = make_visitor()
    other.log_in(make_user())
    assert other.request('GET', path).status == 404
    assert make_visitor().request('GET', path).title == 'Log in'


def test_an_archive_that_does_not_exist_is_not_found(member):
    assert member.open('/export/archive_1.zip').status == 404


def test_the_privacy_policy_is_read_and_accepted(member, user, db):
    db.run("UPDATE app_config SET privacy_policy = 'We <keep> data.', "
           'privacy_policy_date = UTC_TIMESTAMP()')
    try:
        db.run("UPDATE users SET accepted_policy_date = '2001-01-01' WHERE id = %s", user.id)
        assert 'Read and accept the privacy policy' in member.open('/').parsed.links
        page = member.open('/policy')
        assert 'We <keep> data.' in page.texts('div')
        page = member.send('/policy')
        assert page.message == 'You have accepted the privacy policy.'
        assert 'Read and accept the privacy policy' not in page.parsed.links
    finally:
        db.run('UPDATE app_config SET privacy_policy = NULL, privacy_policy_date = NULL')


def test_the_about_page_tells_whose_site_it_is(visitor, db):
    db.run("UPDATE app_config SET about = 'A <club>', admin_contact = 'ann@example.org'")
    try:
        page = visitor.open('/about')
        assert 'A <club>' in page.texts('div') and 'ann@example.org' in page.body
    finally:
        db.run('UPDATE app_config SET about = NULL, admin_contact = NULL')
