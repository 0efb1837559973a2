"""The steps of "In the browser" in README.md, with the words that stand there."""

import re

import pytest

from tests.api.support.waiting import until
from tests.browser import chromium
from tests.browser.chromium import Look
from tests.harness import documents
from tests.harness.tree import SOURCE

NEWEST_MAIL = 'the link in the newest mail'
ACT = re.compile(
    r'[Oo]pen `(?P<open>[^`]+)`|\*\*(?P<label>[^*]+)\*\* with\s+`(?P<value>[^`]+)`|'
    r'tick \*\*(?P<tick>[^*]+)\*\*|[Pp]ress\s+\*\*(?P<press>[^*]+)\*\*|[Tt]he page is\s+\*\*(?P<page>[^*]+)\*\*|'
    r'^ *```(?P<block>.*)$', re.MULTILINE)


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


def check_commands(stack, browser, directory, commands, printed):
    """Run the commands of a step. They may read the token that the page shows."""
    typed = ''.join(f'{one.text}\n' for one in browser.all('code'))
    workers = set(stack.program_pids('nginx'))
    done = documents.run(stack, directory, commands, typed)
    if 'kill -HUP' in commands:  # an old worker does not know the location
        until(lambda: not workers & set(stack.program_pids('nginx')), 'the end of the old workers')
    assert done.stderr == '' and documents.prints(
        done.stdout, printed), (commands, done.stdout, done.stderr)


def test_the_steps_of_the_readme_lead_to_the_pages_that_it_names(
        english, stack, mail_for, tmp_path):
    blocks = documents.walk_through('README.md', 'In the browser')
    assert len(blocks) == len(documents.blocks('sh', 'browser')) == 2
    done = 0
    for act in ACT.finditer(section()):
        if act['open'] == NEWEST_MAIL:
            english.go(mail_for('alex@example.com').link)
        elif act['open']:
            assert act['open'].startswith(documents.SITE)
            english.go(act['open'].removeprefix(documents.SITE))
        elif act['label']:
            english.type_into(control_of(english, act['label']), act['value'])
        elif act['tick']:
            control_of(english, act['tick']).click()
        elif act['press']:
            press(english, act['press'])
        elif act['page']:
            assert english.one('h1').text == act['page']
        elif act['block'] == 'sh browser':
            check_commands(stack, english, tmp_path, *blocks.pop(0))
        done += 1
    assert done == 29 and not blocks
