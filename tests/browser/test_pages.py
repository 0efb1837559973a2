"""What holds for every page: accessibility, valid HTML, a narrow screen, the keyboard."""

import subprocess

import pytest

from selenium.webdriver.common.keys import Keys

from tests.browser import axe, chromium
from tests.browser.chromium import NARROW, WIDE, Look
from tests.browser.conftest import BUILD
from tests.browser.matrix import LANGUAGES, WHOLE
from tests.browser.pages import GUEST_STATES, MEMBER_STATES, routes
from tests.harness import people

# Debian's HTML Tidy is older than these attributes of HTML and ARIA
OF_NEWER_HTML = ('proprietary attribute "autofocus"', 'proprietary attribute "aria-current"')
FOCUSABLE = 'a[href], button, input:not([type=hidden]), select, textarea, summary'
# What is visible of the element with the focus: [whether it is in the screen, the width of the outline, the contrast of
# the outline with what is behind it]
FOCUS = '''
const element = document.activeElement, style = getComputedStyle(element);
const box = element.getBoundingClientRect();
function colors(text) { return text.match(/[\\d.]+/g).map(Number); }
function luminance(rgb) {
    const [r, g, b] = rgb.slice(0, 3).map(v => v / 255).map(
        v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
let behind = element.parentElement;
while (behind && colors(getComputedStyle(behind).backgroundColor)[3] === 0) behind = behind.parentElement;
const pair = [colors(style.outlineColor), colors(getComputedStyle(behind || document.body).backgroundColor)];
const [light, dark] = pair.map(luminance).sort((a, b) => b - a);
return [box.right > 0 && box.left < innerWidth && box.bottom > 0 && box.top < innerHeight,
    style.outlineStyle === 'none' ? 0 : parseFloat(style.outlineWidth), (light + 0.05) / (dark + 0.05)];
'''
# The number of the element with the focus among those of FOCUSABLE; -1: none of them.
NUMBER = 'return [...document.querySelectorAll(arguments[0])].indexOf(document.activeElement)'


REASON = f'could not open file "/{"directory/" * 20}file": No such file or directory'

PAGES = [*(('route', path) for path in routes(BUILD)), *(('guest', name) for name in GUEST_STATES),
         *(('member', name) for name in MEMBER_STATES)]


def show_rows(db, account):
    """Fill the tables of the administration: a page without rows is narrower."""
    number = db.insert('users_data_export', user_id=account.id, created_at='2026-01-02', updated_at='2026-01-02',
                       completed=1)
    db.insert('jobs', kind='export', payload=f'{{"export_id":{number}}}', created_at='2026-01-02', run_after='2026-01-02',
              failed_at='2026-01-02', last_error=REASON)
    db.run("REPLACE INTO recent_errors VALUES ('workouts', 1, 1, %s, %s, UTC_TIMESTAMP(), UTC_TIMESTAMP())", REASON,
           'f' * 32)
    db.run(
        "REPLACE INTO findings VALUES ('www.example.org', 'character set', 'FAIL', %s, UTC_TIMESTAMP())",
        REASON)


@pytest.fixture(scope='module', params=LANGUAGES if WHOLE else ['en'])
def checker(request, stack, db, tmp_path_factory):
    """A browser with scripts, which axe-core needs, and the cookies of an administrator who is logged in."""
    browser = chromium.start(tmp_path_factory.mktemp('checker'), stack.base_url,
                             Look(language=request.param))
    db.run("UPDATE app_config SET about = 'A club.', admin_contact = 'ann@example.org', "
           "privacy_policy = 'We keep data.', privacy_policy_date = UTC_TIMESTAMP()")
    account = people.insert_user(
        db, admin=1, language=request.param, first_name='Ann', bio='Runs.', email_to_confirm='new@example.org')
    browser.log_in(account)
    show_rows(db, account)
    browser.of_member = browser.cookies
    yield browser
    browser.stop()
    db.run('UPDATE app_config SET about = NULL, admin_contact = NULL, privacy_policy = NULL, '
           'privacy_policy_date = NULL')
    db.run('DELETE FROM jobs WHERE failed_at IS NOT NULL')


@pytest.fixture
def page(request, checker):
    """The browser, which shows the page that the test is about: as a guest, or if it is for users, as a user."""
    kind, name = request.param
    checker.show(WIDE, False)
    checker.set_cookies(checker.of_member if kind == 'member' else [])
    if kind != 'route':
        {**GUEST_STATES, **MEMBER_STATES}[name](checker)
        return checker
    checker.open(name)
    if checker.path == '/login' and name != '/login':
        checker.set_cookies(checker.of_member)
        checker.open(name)
    return checker


def invalid(markup):
    """The errors and warnings of HTML Tidy."""
    done = subprocess.run(['/usr/bin/tidy', '-quiet', '-errors', '-utf8', '--drop-empty-elements', 'no'], input=markup,
                          text=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False)
    return [line for line in done.stderr.splitlines() if not any(
        text in line for text in OF_NEWER_HTML)]


def overflow(browser):
    """The elements that are wider than the screen."""
    return browser.driver.execute_script('''
        const width = document.scrollingElement.scrollWidth;
        if (width <= innerWidth && innerWidth === arguments[0]) return [];
        return ["page: " + width + " of " + innerWidth,
            ...[...document.body.querySelectorAll("*")].filter(
                one => one.getBoundingClientRect().right > arguments[0]).map(one => one.outerHTML)];
        ''', NARROW[0])


def unreachable(browser):
    """What the tab key does not reach, or reaches without anything to see, one text each."""
    texts = [one.get_attribute('outerHTML') for one in browser.all(FOCUSABLE)]
    left, wrong = set(range(len(texts))), []
    for _ in range(4 * len(texts) + 20):  # inputs for dates have several stops
        if not left:
            break
        browser.press(Keys.TAB)
        number = browser.driver.execute_script(NUMBER, FOCUSABLE)
        if number not in left:
            continue
        left.remove(number)
        visible, width, contrast = browser.driver.execute_script(FOCUS)
        if not visible or width < 2 or contrast < 3:
            wrong.append(f'{texts[number]}: in the screen {visible}, outline {width} px, '
                         f'contrast {contrast:.1f}')
    return wrong + [f'{texts[number]}: not reached' for number in left]


@pytest.mark.parametrize('page', PAGES, indirect=True,
                         ids=[f'{kind} {name}' for kind, name in PAGES])
def test_a_page_is_valid_accessible_and_fits_a_narrow_screen(page):
    found = [*invalid(page.markup), *axe.violations(page), *unreachable(page)]
    page.show(WIDE, True)
    found += [f'dark: {text}' for text in axe.violations(page, ['color-contrast'])]
    page.show(NARROW, False)
    found += [f'narrow: {text}' for text in overflow(page) + axe.violations(page, ['target-size'])]
    assert not found, '\n'.join(found)


def test_the_error_page_of_the_web_server_is_valid_and_accessible(checker, stack):
    stack.stop_service('pages')
    try:
        checker.open('/login')
        assert checker.one('h1').text
        found = [*invalid(checker.markup), *axe.violations(checker)]
        checker.show(NARROW, False)
        assert found + overflow(checker) == []
    finally:
        stack.restart_service('pages')
