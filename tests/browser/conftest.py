"""A running Fitgate whose site is plain http, as with `make run`, and browsers for it."""

import os

import pytest

from tests.api.support.mail import Mailbox
from tests.api.support.waiting import until
from tests.browser import chromium
from tests.browser.matrix import LOOKS
from tests.harness import people
from tests.harness.sql import connect
from tests.harness.stack import Stack
from tests.harness.tree import SOURCE

BUILD = SOURCE / os.environ.get('FITGATE_BUILD', 'build/release')


@pytest.fixture(scope='session')
def stack(tmp_path_factory):
    with Stack(tmp_path_factory.mktemp('stack'), BUILD, settings={'PASSWORD_HASH': '$2b$4'}) as running:
        yield running


@pytest.fixture(scope='session')
def db(stack):
    with connect(stack) as sql:
        yield sql


@pytest.fixture(scope='session')
def mailbox(stack):
    return Mailbox(stack.mail_directory)


@pytest.fixture
def mail_for(stack, mailbox):
    """Wait for the only mail to an address."""
    def wait(address):
        def arrived():
            stack.run_worker_once()
            return mailbox.to(address)
        mails = until(arrived, f'a mail to {address}')
        assert len(mails) == 1, f'{len(mails)} mails to {address}'
        return mails[0]
    return wait


@pytest.fixture(scope='session', params=LOOKS.values(), ids=LOOKS.keys())
def any_browser(request, stack, tmp_path_factory):
    """A browser of each look of the matrix."""
    browser = chromium.start(tmp_path_factory.mktemp('chromium'), stack.base_url, request.param)
    yield browser
    browser.stop()


@pytest.fixture
def browser(any_browser):
    """The browser of a person who has not been here before."""
    any_browser.set_cookies([])
    return any_browser


@pytest.fixture
def user(db, browser):
    return people.insert_user(db, language=browser.look.language)


@pytest.fixture
def member(browser, user):
    """The browser of `user`, who is logged in."""
    browser.log_in(user)
    return browser


@pytest.fixture
def policy(db):
    """The site has published a privacy policy."""
    db.run("UPDATE app_config SET privacy_policy = %s, privacy_policy_date = UTC_TIMESTAMP()",
           'We keep what you type.\n\nNothing else.')
    yield
    db.run('UPDATE app_config SET privacy_policy = NULL, privacy_policy_date = NULL')
