"""Pictures of the account pages: python3 -m tests.browser.screenshots DIRECTORY."""

import sys
import tempfile
from pathlib import Path

from PIL import Image

from tests.browser import chromium
from tests.browser.chromium import Look
from tests.harness import people
from tests.harness.sql import connect
from tests.harness.stack import Stack
from tests.harness.tree import SOURCE

DESKTOP, PHONE = (900, 620), (360, 640)
COLORS = 64  # a page has few; so a picture has a few kilobytes


def register_with_an_error(browser):
    browser.open('/register')
    browser.send('/register', username='sam the runner', email='sam@example.org', password='a password',
                 policy=True)


# the name of each picture: how to get to the page, whether as a user, its size, dark colors
PICTURES = {
    'login': (lambda browser: browser.open('/login'), False, DESKTOP, False),
    'overview-dark': (lambda browser: browser.open('/'), True, DESKTOP, True),
    'register-phone': (register_with_an_error, False, PHONE, False),
    'preferences-phone-dark': (lambda browser: browser.open('/preferences'), True, PHONE, True),
}


def shrink(path):
    with Image.open(path) as image:
        few = image.convert('RGB').quantize(COLORS, dither=Image.Dither.NONE)
    few.save(path, optimize=True)


def main(directory):
    directory.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as temporary:
        settings = {'PASSWORD_HASH': '$2b$4', 'SITE_NAME': 'Running Club'}
        with Stack(Path(temporary) / 'stack', SOURCE / 'build/release', settings=settings) as stack, \
                connect(stack) as sql:
            user = people.insert_user(sql, username='sam', email='sam@example.org', first_name='Sam',
                                      last_name='Runner', location='Paris', bio='Runs before breakfast.')
            browser = chromium.start(Path(temporary) / 'browser', stack.base_url, Look())
            try:
                browser.log_in(user)
                cookies = browser.cookies
                for name, (lead, as_user, size, dark) in PICTURES.items():
                    browser.set_cookies(cookies if as_user else [])
                    browser.show(size, dark)
                    lead(browser)
                    browser.driver.save_screenshot(str(directory / f'{name}.png'))
                    shrink(directory / f'{name}.png')
            finally:
                browser.stop()


if __name__ == '__main__':
    main(Path(sys.argv[1]))
