"""The pages with the keyboard alone."""

from selenium.webdriver.common.keys import Keys

from tests.harness.people import PASSWORD, unique


def test_the_first_key_leads_to_a_link_that_skips_the_navigation(browser):
    browser.open('/login')
    browser.press(Keys.TAB)
    assert browser.focused.get_attribute('class') == 'skip'
    assert browser.focused.rect['x'] >= 0 and browser.focused.is_displayed()
    browser.press(Keys.ENTER, Keys.TAB)
    assert browser.focused.get_attribute('name') == 'email'


def test_a_user_logs_in_and_out_by_keyboard(browser, user):
    browser.open('/login')
    browser.tab_to('[name=email]')
    browser.press(user.email)
    browser.tab_to('[name=password]')
    browser.press(user.password)
    browser.tab_to('[name=stay]')
    browser.press(Keys.SPACE)
    browser.tab_to('main button')
    browser.follow(lambda: browser.press(Keys.ENTER))
    assert browser.path == '/'
    assert any('expires' in cookie and not cookie['session'] for cookie in browser.cookies)
    browser.tab_to('nav button')
    browser.follow(lambda: browser.press(Keys.SPACE))
    assert browser.path == '/login'


def test_a_person_registers_by_keyboard(browser, db):
    name = unique()
    browser.open('/register')
    for control, text in (('username', name), ('email', f'{name}@example.org'), ('password', PASSWORD),
                          ('policy', Keys.SPACE)):
        browser.tab_to(f'main [name={control}]')
        browser.press(text)
    browser.follow(lambda: browser.press(Keys.ENTER))
    assert db.value('SELECT COUNT(*) FROM registrations WHERE username = %s', name) + db.value(
        'SELECT COUNT(*) FROM users WHERE username = %s', name) > 0


def test_a_choice_is_made_by_keyboard(member):
    member.open('/preferences')
    before = member.one('[name=weekm]').get_attribute('value')
    member.tab_to('[name=weekm]')
    member.press(Keys.ARROW_UP if before == '1' else Keys.ARROW_DOWN)
    member.tab_to('main button')
    member.follow(lambda: member.press(Keys.ENTER))
    assert member.message
    assert member.one('[name=weekm]').get_attribute('value') != before


def test_an_error_gets_the_focus(browser, user):
    browser.open('/login')
    browser.send('/login', email=user.email, password='wrong password')
    assert browser.focused.get_attribute('role') == 'alert'
    browser.log_in(user)
    browser.open('/preferences')
    browser.send('/preferences', timezone='Europe/Nowhere')
    assert browser.focused.get_attribute('name') == 'timezone'
    described = browser.focused.get_attribute('aria-describedby').split()
    assert browser.one(f'#{described[0]}').get_attribute('class') == 'error'
