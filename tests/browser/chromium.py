"""A headless Chromium that reads the pages and fills in their forms.

Elements are found by the names of forms and controls, never by texts, so that a test runs in every language.
"""

import json
from dataclasses import dataclass

from selenium import webdriver
from selenium.common.exceptions import WebDriverException
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.select import Select

from tests.api.support.waiting import until
from tests.harness.waiting import LIMIT

ARGUMENTS = (
    '--headless=new', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
    '--disable-background-networking', '--disable-component-update', '--disable-sync',
    '--disable-dev-shm-usage', '--no-proxy-server', '--hide-scrollbars')
WIDE, NARROW = (1280, 800), (320, 640)  # width and height of the screen, in CSS pixels
BLOCKED = 2  # Chromium's value of a setting for content


@dataclass(frozen=True)
class Look:
    """How a person has set up the browser."""

    script: bool = True
    size: tuple = WIDE
    dark: bool = False
    language: str = 'en'


class Browser:
    """One Chromium with an empty profile; `base_url` is the address of the site."""

    def __init__(self, directory, base_url, look):
        self.base_url = base_url
        self.look = look
        options = webdriver.ChromeOptions()
        options.binary_location = '/usr/bin/chromium'
        for argument in (*ARGUMENTS, f'--user-data-dir={directory}/profile'):
            options.add_argument(argument)
        preferences = {'intl.accept_languages': look.language}
        if not look.script:
            preferences['profile.managed_default_content_settings.javascript'] = BLOCKED
        options.add_experimental_option('prefs', preferences)
        options.set_capability('goog:loggingPrefs', {'performance': 'ALL'})  # for `markup`
        home = {name: str(directory) for name in ('HOME', 'XDG_CONFIG_HOME', 'XDG_CACHE_HOME')}
        service = Service('/usr/bin/chromedriver', env={'PATH': '/usr/bin:/bin', **home})
        self.driver = webdriver.Chrome(service=service, options=options)
        self.driver.set_page_load_timeout(LIMIT)
        self.driver.set_script_timeout(LIMIT)
        self.show(look.size, look.dark)

    def stop(self):
        self.driver.quit()

    # ---- looks ----------------------------------------------------------------------------------

    def devtools(self, command, **parameters):
        return self.driver.execute_cdp_cmd(command, parameters)

    def show(self, size, dark):
        """Set the size of the screen and the color scheme."""
        self.devtools('Emulation.setDeviceMetricsOverride', width=size[0], height=size[1],
                      deviceScaleFactor=1, mobile=size == NARROW)
        self.devtools('Emulation.setEmulatedMedia', features=[
            {'name': 'prefers-color-scheme', 'value': 'dark' if dark else 'light'}])

    # ---- pages ----------------------------------------------------------------------------------

    def go(self, url):
        """An address of the site."""
        self.driver.get(self.base_url + url if url.startswith('/') else url)

    def open(self, path):
        """A page of the account, such as /login."""
        self.go(f'/account{path}')

    @property
    def path(self):
        """The path of the present page, without /account and without the query string."""
        url = self.driver.current_url.partition('?')[0]
        return url.removeprefix(self.base_url).removeprefix('/account')

    @property
    def markup(self):
        """The page as the server has sent it. The next call needs another page."""
        messages = [json.loads(entry['message'])['message']
                    for entry in self.driver.get_log('performance')]
        documents = [message['params']['requestId'] for message in messages
                     if message['method'] == 'Network.responseReceived' and
                     message['params']['type'] == 'Document']
        return self.devtools('Network.getResponseBody', requestId=documents[-1])['body']

    def all(self, selector):
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def one(self, selector):
        found = self.all(selector)
        assert len(found) == 1, f'{len(found)} elements {selector} in {self.driver.current_url}'
        return found[0]

    def has(self, selector):
        return bool(self.all(selector))

    @property
    def message(self):
        """The message after a redirect; it has the same place in every language."""
        return self.one('main .message[role=status]').text

    @property
    def language(self):
        return self.one('html').get_attribute('lang')

    @property
    def wrong(self):
        """The names of the controls that have an error beside them."""
        return [element.get_attribute('name') for element in self.all('[aria-invalid=true]')]

    @property
    def rows(self):
        """The values of a list, in order."""
        return [element.text for element in self.all('dd')]

    def follow(self, act):
        """Do what leads to another page, and wait for that page."""
        before = self._loaded()
        act()
        until(lambda: self._loaded() not in (None, before), 'another page')

    def _loaded(self):
        """When the present page was opened; None while it is loaded."""
        try:
            return self.driver.execute_script(
                'return document.readyState === "complete" ? performance.timeOrigin : null')
        except WebDriverException:  # between two pages
            return None

    # ---- forms ----------------------------------------------------------------------------------

    @staticmethod
    def form(action):
        return f'form[action$="{action}"]'

    def fill(self, action, **values):
        """Fill in a form; True and False are for checkboxes."""
        for name, value in values.items():
            self.type_into(self.one(f'{self.form(action)} [name="{name}"]'), value)

    def type_into(self, element, value):
        """Fill in one control; True and False are for checkboxes."""
        kind = element.get_attribute('type')
        if element.tag_name == 'select':
            Select(element).select_by_value(value)
        elif kind == 'checkbox':
            if element.is_selected() != value:
                element.click()
        elif kind in ('date', 'color'):
            # the browser's own dialogs are not part of the page
            self.driver.execute_script('arguments[0].value = arguments[1]', element, value)
        elif kind == 'file':
            element.send_keys(value)
        else:
            element.clear()
            element.send_keys(value)

    def send(self, action, **values):
        """Fill in a form and press its button."""
        self.fill(action, **values)
        self.follow(self.one(f'{self.form(action)} button').click)

    def log_in(self, account):
        self.open('/login')
        self.send('/login', email=account.email, password=account.password)
        assert self.path == '/', f'not logged in: {self.driver.current_url}'

    # ---- cookies --------------------------------------------------------------------------------

    @property
    def cookies(self):
        return self.devtools('Storage.getCookies')['cookies']

    def set_cookies(self, cookies):
        """Have these cookies alone."""
        self.devtools('Network.clearBrowserCookies')
        if cookies:
            keys = ('name', 'value', 'domain', 'path', 'httpOnly', 'sameSite')
            self.devtools('Network.setCookies', cookies=[
                {key: cookie[key] for key in keys if key in cookie} for cookie in cookies])

    # ---- keyboard -------------------------------------------------------------------------------

    def press(self, *keys):
        for key in keys:
            webdriver.ActionChains(self.driver, duration=0).send_keys(key).perform()

    @property
    def focused(self):
        return self.driver.switch_to.active_element

    def tab_to(self, selector, limit=60):
        """Press the tab key until the element has the focus."""
        for _ in range(limit):
            if self.driver.execute_script(
                    'return document.activeElement.matches(arguments[0])', selector):
                return
            self.press(Keys.TAB)
        raise AssertionError(f'the tab key does not lead to {selector}')


def start(directory, base_url, look):
    """Start a Chromium; says what is missing if it does not start."""
    directory.mkdir(parents=True, exist_ok=True)
    try:
        return Browser(directory, base_url, look)
    except WebDriverException as error:
        raise AssertionError(f'Chromium does not start: {error.msg}') from error
