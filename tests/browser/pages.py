"""The pages of a site: each route that shows one, and the states that a route does not tell.

Each state is a function that leads a browser there. Routes of the program are found by themselves, so that a new page is
checked without a change here.
"""

import subprocess

from tests.harness.people import PASSWORD

TOKEN = '?token=e30.e30.e30'  # has the form of a token
# what to open for a parameter of a route
PARAMETERS = {'#id': '1'}


def register_with_errors(browser):
    browser.open('/register')
    browser.send('/register', username='a b c', email='ann@example', password='short', policy=True)


def ask_for_a_reset(browser):
    browser.open('/reset')
    browser.send('/reset', email='unknown@example.org')


def be_refused(browser):
    browser.open('/login')
    browser.send('/login', email='unknown@example.org', password='wrong password')


def follow_an_old_link(browser):
    browser.open(f'/confirm{TOKEN}')
    browser.send('/confirm')


def send_a_form_of_another_site(browser):
    browser.open('/login')
    browser.driver.execute_script(
        'for (const input of document.getElementsByName("csrf")) input.value = "x"')
    browser.send('/login', email='unknown@example.org', password=PASSWORD)


GUEST_STATES = {
    'registration with errors': register_with_errors,
    'reset requested': ask_for_a_reset,
    'login refused': be_refused,
    'link refused': follow_an_old_link,
    'form of another site': send_a_form_of_another_site,
    'logged out': lambda browser: browser.open('/login?message=2'),
    'confirmation link': lambda browser: browser.open(f'/confirm{TOKEN}'),
    'not found': lambda browser: browser.open('/nothing'),
}


def edit_with_errors(browser):
    browser.open('/profile/edit')
    browser.driver.execute_script('document.getElementsByName("birth_date")[0].type = "text"')
    browser.send('/profile/edit', first_name='x' * 81, birth_date='never')


def choose_no_time_zone(browser):
    browser.open('/preferences')
    browser.send('/preferences', timezone='Europe/Nowhere')


def change_with_a_wrong_password(browser):
    browser.open('/credentials')
    browser.send('/credentials/email', email='new@example.org', email_password='wrong password')


def set_a_wrong_threshold(browser):
    browser.open('/sports/1')
    browser.send('/sports/1', threshold='x')


MEMBER_STATES = {
    'profile with errors': edit_with_errors,
    'preferences with errors': choose_no_time_zone,
    'wrong password': change_with_a_wrong_password,
    'sport with an error': set_a_wrong_threshold,
    'saved': lambda browser: browser.open('/preferences?message=1'),
    'policy to accept': lambda browser: browser.open('/policy'),
    'not found for users': lambda browser: browser.open('/sports/999999'),
}


def routes(build):
    """The paths below /account that GET shows a page for."""
    for program in ('pages', 'users'):
        done = subprocess.run([build / program, '--routes'],
                              stdout=subprocess.PIPE, text=True, check=True)
        for line in done.stdout.splitlines():
            method, path = line.split()[:2]
            if method == 'GET' and path.startswith('/account/') and not path.endswith('.css'):
                path = path.removeprefix('/account')
                for name, value in PARAMETERS.items():
                    path = path.replace(name, value)
                if ':' not in path:
                    yield path
