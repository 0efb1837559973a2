"""Texts that are generated from the commands of `fitgate-admin`: help, completions, manual page."""

import re
import subprocess

import pytest

from tests.api.support.admin_command import Command
from tests.harness.tree import SOURCE

COMMANDS = [*(['users', word] for word in ('create', 'invite-admin', 'list', 'show', 'update', 'delete')),
            *(['tokens', word] for word in ('create', 'list', 'revoke')),
            ['apps', 'list'], ['apps', 'revoke'],
            *(['jobs', word] for word in ('list', 'show', 'retry', 'drop')),
            *(['clean', word] for word in ('tokens', 'archives', 'jobs', 'accounts')),
            ['settings', 'list'], ['settings', 'set'], ['totals', 'verify'], ['totals', 'rebuild'],
            ['export'], ['import', 'fittrackee'], ['migrate'], ['doctor']]


@pytest.fixture
def admin(programs):
    return Command(programs)


@pytest.fixture
def documents(programs, tmp_path):
    """The directory with the manual page and the completions, as the build generates them."""
    directory = tmp_path / 'documents'
    subprocess.run([SOURCE / 'scripts/deploy/admin-documents', programs.build / 'admin', directory],
                   check=True)
    return directory


def options_of(admin, words):
    """The options that the --help of a command lists, except --help itself."""
    return set(re.findall(r'^  (--[a-z-]+)', admin.done(*words, '--help'), re.MULTILINE))


# ---- help --------------------------------------------------------------

@pytest.mark.parametrize('words', COMMANDS, ids=' '.join)
def test_every_command_has_help_without_a_database(admin, words):
    printed = admin.done(*words, '--help', DATABASE_URL='')
    assert printed.startswith(f'usage: fitgate-admin {" ".join(words)}')
    assert re.search(r'^[A-Z].*\.$', printed, re.MULTILINE)
    assert max(len(line) for line in printed.splitlines()) <= 80


def test_the_help_lists_every_command(admin):
    printed = admin.done('--help')
    listed = re.findall(r'^  ((?:[a-z]+ )?[a-z-]+)  ', printed, re.MULTILINE)
    assert listed == [' '.join(words) for words in COMMANDS]
    assert 'tokens revoke' in admin.done('tokens', '--help')


def test_an_unrecognized_command_is_named(admin):
    for words in (['frobnicate'], ['users', 'frobnicate']):
        assert f"unrecognized command '{' '.join(words)}'" in admin.misused(*words)


@pytest.mark.parametrize(('words', 'message'), [
    (['users', 'create', 'sam'], 'missing option --email'),
    (['users', 'create', '--email', 'a@b.org'], 'missing argument NAME'),
    (['users', 'show', 'sam', 'alex'], "unexpected argument 'alex'"),
    (['users', 'show', 'sam', '--json', '--json'], 'option --json is given twice'),
    (['users', 'show', 'sam', '--json=yes'], 'option --json takes no value'),
    (['clean', 'jobs', '--days'], 'option --days needs a value'),
    (['users', 'show', 'sam', '--frobnicate'], "unrecognized option '--frobnicate'"),
    (['users', 'show', 'sam', '-x'], "unrecognized option '-x'"),
    (['users', 'list', '--inactive', '--admins'], '--inactive and --admins exclude each other')])
def test_usage_errors_are_explained(admin, words, message):
    assert admin.misused(*words).startswith(f'fitgate-admin: {message}\n')


# ---- manual page -------------------------------------------------------

def test_the_manual_page_has_every_command_and_option(admin, documents):
    page = subprocess.run(['mandoc', '-T', 'utf8', '-O', 'width=200', documents / 'fitgate-admin.8'],
                          capture_output=True, text=True, check=True).stdout
    page = re.sub('.\b', '', page)  # overstriking
    for section in ('ENVIRONMENT', 'FILES', 'EXIT STATUS', 'EXAMPLES'):
        assert f'\n{section}\n' in page
    entries = re.split(r'^     (?=[a-z])', page.partition('\nCOMMANDS\n')[2].partition('\nENV')[0],
                       flags=re.MULTILINE)[1:]
    assert len(entries) == len(COMMANDS)
    for words, entry in zip(COMMANDS, entries):
        assert entry.startswith(' '.join(words))
        described = set(re.findall(r'^             (--[a-z-]+)', entry, re.MULTILINE))
        assert described == options_of(admin, words)


def test_mandoc_finds_no_fault_in_the_manual_page(documents):
    done = subprocess.run(['mandoc', '-T', 'lint', documents / 'fitgate-admin.8'],
                          capture_output=True, text=True, check=False)
    assert [line for line in done.stdout.splitlines()
            if 'referenced manual not found' not in line] == []  # these pages are not installed here


# ---- completion --------------------------------------------------------

@pytest.fixture
def complete(documents):
    """The completions that bash offers for the last word."""
    def offer(*words):
        script = f'''source {documents}/fitgate-admin.bash
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _fitgate_admin; printf '%s\\n' "${{COMPREPLY[@]}}"'''
        done = subprocess.run(['bash', '-c', script, 'bash', 'fitgate-admin', *words],
                              capture_output=True, text=True, check=True)
        assert done.stderr == ''
        return done.stdout.split()
    return offer


def test_bash_completes_every_command_and_option(admin, complete):
    assert set(complete('')) == {words[0] for words in COMMANDS}
    for words in COMMANDS:
        assert words[-1] in complete(*words[:-1], '')
        assert set(complete(*words, '--')) == options_of(admin, words) | {'--help'}


def test_bash_completes_values_and_paths(complete):
    assert complete('users', 'update', 'sam', '--admin', '') == ['yes', 'no']
    assert 'fr' in complete('users', 'create', 'sam', '--language', '')
    assert 'profile:read' in complete('tokens', 'create', 'sam', '--scopes', 'profile')
    assert 'max_users' in complete('settings', 'set', '')
    assert complete('export', 'sam', '/etc/host.con') == ['/etc/host.conf']
    assert complete('import', 'fittrackee', '/et') == ['/etc']


def test_the_completion_for_bash_passes_shellcheck(documents):
    subprocess.run(['shellcheck', documents / 'fitgate-admin.bash'], check=True)


def test_zsh_completes_every_command_and_option(admin, documents):
    text = (documents / '_fitgate-admin').read_text()
    subprocess.run(['zsh', '-f', '-n'], input=text, text=True, check=True)
    for words in COMMANDS:
        start = text.index(f"\t'{' '.join(words)}')\n")
        case = text[start:text.index(';;', start)]
        assert set(re.findall(r"'(--[a-z-]+)[=\[]", case)) == options_of(admin, words)
