"""axe-core, the checker of accessibility, in the page that a browser shows."""

import functools
import subprocess
from pathlib import Path

from tests.harness.tree import SOURCE

LEVELS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']
RUN = '''
const done = arguments[arguments.length - 1];
axe.run({runOnly: arguments[0], resultTypes: ['violations', 'incomplete']}).then(
    found => done({violations: found.violations, incomplete: found.incomplete}),
    error => done(String(error)));
'''


@functools.cache
def script():
    """The text of axe-core, which is downloaded once. Without it the tests fail."""
    done = subprocess.run([SOURCE / 'scripts/fetch-axe'], text=True, check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert done.returncode == 0, done.stderr
    return Path(done.stdout.strip()).read_text()


def lines(rules):
    return [f'{rule["id"]}: {node["html"]}: {node.get("failureSummary", "")}'
            for rule in rules for node in rule['nodes']]


def violations(browser, rules=None):
    """What axe-core finds in the present page, one text each. `rules`: the names of those to check; None: all of
    WCAG 2.2 AA, and what axe-core calls best practice."""
    browser.driver.execute_script(f'if (!window.axe) {{ {script()} }}')
    chosen = {'type': 'rule', 'values': rules} if rules else {'type': 'tag', 'values': LEVELS}
    found = browser.driver.execute_async_script(RUN, chosen)
    assert isinstance(found, dict), found
    # a contrast that cannot be determined counts: the pages have no pictures behind texts
    unclear = [rule for rule in found['incomplete'] if rule['id'] == 'color-contrast']
    return lines(found['violations'] + unclear)
