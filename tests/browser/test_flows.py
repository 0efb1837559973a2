"""Everything that a person does with an account, once, in each look of the matrix."""

from urllib.parse import urlsplit

from tests.api.support.waiting import until
from tests.harness.people import PASSWORD, unique, user_row


def is_logged_in(browser):
    browser.open('/')
    return browser.path == '/'


def test_the_browser_runs_scripts_only_where_the_look_says_so(browser):
    browser.go('data:text/html,<title>before</title><script>document.title = "after"</script>')
    assert browser.driver.title == ('after' if browser.look.script else 'before')


def test_pages_are_in_the_language_of_the_browser_and_of_the_account(browser, user):
    browser.open('/login')
    assert browser.language == browser.look.language
    browser.log_in(user)
    assert browser.language == browser.look.language


def test_a_person_registers_and_activates_the_account_by_the_mailed_link(browser, mail_for):
    name = unique()
    browser.open('/register')
    browser.send('/register', username=name, email=f'{name}@example.org', password=PASSWORD,
                 policy=True)
    link = mail_for(f'{name}@example.org').link
    assert urlsplit(link).netloc == urlsplit(browser.base_url).netloc
    browser.go(link)
    browser.send('/confirm')
    assert browser.message
    assert browser.rows[:2] == [name, f'{name}@example.org']


def test_a_registration_with_an_error_keeps_what_was_typed(browser):
    browser.open('/register')
    browser.send(
        '/register',
        username='a b c',
        email='ann@example.org',
        password=PASSWORD,
        policy=True)
    assert browser.wrong == ['username']
    assert browser.focused.get_attribute('name') == 'username'
    assert browser.one('[name=email]').get_attribute('value') == 'ann@example.org'
    assert browser.one('[name=password]').get_attribute('value') == ''


def test_a_user_logs_in_and_out(browser, user):
    browser.open('/export')
    assert browser.path == '/login'
    browser.send('/login', email=user.email, password='wrong password')
    assert browser.has('main .error[role=alert]')
    browser.send('/login', password=user.password)
    assert browser.path == '/export'
    browser.send('/logout')
    assert browser.message
    assert not is_logged_in(browser)


def test_a_forgotten_password_is_replaced_by_the_mailed_link(browser, user, mail_for):
    browser.open('/reset')
    browser.send('/reset', email=user.email)
    browser.go(mail_for(user.email).link)
    browser.send('/new-password', password='short')
    assert browser.wrong == ['password']
    browser.send('/new-password', password='another password')
    assert browser.message
    user.password = 'another password'
    browser.log_in(user)


def test_personal_data_is_edited(member, user, db):
    member.open('/profile/edit')
    member.send('/profile/edit', first_name='Ann', last_name='<b>"&\'', birth_date='2001-02-03',
                bio='one\ntwo')
    assert member.message
    assert '<b>"&\'' in member.rows
    row = user_row(db, user)
    assert (row['first_name'], row['bio'], str(row['birth_date'])[:10]) == (
        'Ann', 'one\ntwo', '2001-02-03')


def test_preferences_are_edited(member, user, db):
    language = 'fr' if member.look.language != 'fr' else 'en'
    member.open('/preferences')
    member.send('/preferences', timezone='Europe/Nowhere')
    assert member.wrong == ['timezone']
    member.send('/preferences', timezone='Asia/Tokyo', language=language, weekm='1',
                imperial_units=True, display_ascent=False)
    assert member.message
    assert member.language == language
    row = user_row(db, user)
    assert (row['timezone'], row['weekm'], row['imperial_units'], row['display_ascent']) == (
        'Asia/Tokyo', 1, 1, 0)


def test_a_sport_is_changed_and_reset(member, user, db):
    member.open('/sports')
    member.follow(member.all('main a[href*="/sports/"]')[0].click)
    number = member.path.rpartition('/')[2]
    member.send(f'/sports/{number}', color='#12ab34', threshold='2.5', active=False)
    assert member.message
    row = db.row('SELECT * FROM users_sports_preferences WHERE user_id = %s', user.id)
    assert (row['color'], row['stopped_speed_threshold'], row['is_active']) == ('#12ab34', 2.5, 0)
    member.open(f'/sports/{number}')
    member.send(f'/sports/{number}/reset')
    assert member.message
    assert db.rows('SELECT * FROM users_sports_preferences WHERE user_id = %s', user.id) == []


def test_the_password_is_changed(member, user):
    member.open('/credentials')
    member.send('/credentials/password', new_password='another password', password='wrong password')
    assert member.wrong == ['password']
    member.send('/credentials/password', new_password='another password', password=user.password)
    assert member.message
    assert is_logged_in(member)


def test_the_email_address_is_changed_by_the_mailed_link(member, user, mail_for, db):
    new = f'new_{user.email}'
    member.open('/credentials')
    member.send('/credentials/email', email=new, email_password=user.password)
    assert member.message
    member.go(mail_for(new).link)
    member.send('/email')
    assert member.message
    assert user_row(db, user)['email'] == new


def test_a_data_export_is_requested_and_offered(member, stack):
    member.open('/export')
    member.send('/export')
    assert member.message

    def archive():
        stack.run_worker_once()
        member.open('/export')
        return member.has('main a[href$=".zip"]')
    until(archive, 'the archive')


def test_the_privacy_policy_is_read_and_accepted(member, user, db, policy):
    db.run("UPDATE users SET accepted_policy_date = '2001-01-01' WHERE id = %s", user.id)
    member.open('/')
    member.follow(member.one('main a[href$="/policy"]').click)
    member.send('/policy')
    assert member.message
    assert not member.has('main a[href$="/policy"]')
