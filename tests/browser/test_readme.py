"""The steps of "In the browser" in README.md, with the words that stand there."""

import re

import pytest

from tests.browser import chromium
from tests.browser.chromium import Look
from tests.harness.tree import SOURCE

ADDRESS = 'http://127.0.0.1:8080'  # where `make run` serves
NEWEST_MAIL = 'the link in the newest mail'
ACT = re.compile(
    r'[Oo]pen `(?P<open>[^`]+)`|\*\*(?P<label>[^*]+)\*\* with\s+`(?P<value>[^`]+)`|'
    r'tick \*\*(?P<tick>[^*]+)\*\*|[Pp]ress\s+\*\*(?P<press>[^*]+)\*\*|[Tt]he page is\s+\*\*(?P<page>[^*]+)\*\*')


@pytest.fixture
def english(stack, tmp_path):
    browser = chromium.start(tmp_path / 'chromium', stack.base_url, Look(script=False))
    yield browser
    browser.stop()


def section():
    text = (SOURCE / 'README.md').read_text()
    return text.partition('\n## In the browser\n')[2].partition('\n## ')[0]


def control_of(browser, label):
    found = [one for one in browser.all('label') if one.text == label]
    assert len(found) == 1, f'{len(found)} labels "{label}"'
    return browser.one(f'#{found[0].get_attribute("for")}')


def press(browser, text):
    button, = [one for one in browser.all('button') if one.text == text]
    browser.follow(button.click)


def test_the_steps_of_the_readme_lead_to_the_pages_that_it_names(english, stack, mail_for):
    done = 0
    for act in ACT.finditer(section()):
        if act['open'] == NEWEST_MAIL:
            english.go(mail_for('alex@example.com').link)
        elif act['open']:
            assert act['open'].startswith(ADDRESS)
            english.go(act['open'].removeprefix(ADDRESS))
        elif act['label']:
            english.type_into(control_of(english, act['label']), act['value'])
        elif act['tick']:
            control_of(english, act['tick']).click()
        elif act['press']:
            press(english, act['press'])
        else:
            assert english.one('h1').text == act['page']
        done += 1
    assert done == 19
