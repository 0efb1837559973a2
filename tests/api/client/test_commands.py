"""The client's tables of commands and options, and the texts that are generated from them."""

import re
import subprocess

import pytest

from tests.api.client.command import PARTS
from tests.harness.tree import SOURCE

MANUAL = SOURCE / 'scripts' / 'deploy' / 'man' / 'fitgate.1'
LONGEST_PART = 300


def output(command):
    """The output of a command, which must succeed without a message."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    # mandoc reports that the system's index of manuals is old; that does not concern our manual
    complaints = [line for line in done.stderr.splitlines() if 'outdated mandoc.db' not in line]
    assert complaints == []
    return done.stdout


@pytest.fixture(scope='module')
def usage(script):
    return output(['dash', script, '--help'])


@pytest.fixture(scope='module')
def synopses(usage):
    """{'sport set': 'sport set ID KEY=VALUE...', …}"""
    text = usage.partition('\noptions\n')[0]
    lines = re.findall(r'^  (\w.*?)(?:  .*)?$', text, re.MULTILINE)
    return {re.match(r'[a-z-]+(?: [a-z]+\b)?', line)[0]: line.strip() for line in lines}


@pytest.fixture(scope='module')
def options(usage):
    """{'--output': 'FILE', '--json': '', …}"""
    text = usage.partition('\noptions\n')[2].partition('\n\n')[0]
    return dict(re.findall(r'^  (?:-\w, )?(--[a-z-]+) ?([A-Z]*)', text, re.MULTILINE))


def test_the_usage_has_every_command_and_option_within_80_columns(usage, synopses, options):
    functions = {name.replace('_', ' ') for part in PARTS.glob('*.sh')
                 for name in re.findall(r'^run_(\w+)\(\)', part.read_text(), re.MULTILINE)}
    assert functions == {name.replace('-', ' ') for name in synopses} and len(synopses) == 34
    assert synopses['picture get'] == 'picture get [USERNAME] [--output FILE]'
    assert len(options) == 11 and options['--url'] == 'URL' and options['--json'] == ''
    assert [line for line in usage.splitlines() if len(line) > 80] == []


def test_every_shell_prints_the_same_usage(script, usage):
    for shell in (['busybox', 'sh'], ['bash', '--posix'], ['zsh', '--emulate', 'sh']):
        assert output([*shell, script, '--help']) == usage


def test_no_part_is_longer_than_a_subject():
    lengths = {part.name: len(part.read_text().splitlines()) for part in PARTS.iterdir()}
    assert len(lengths) > 10 and max(lengths.values()) <= LONGEST_PART


# ---- the manual --------------------------------------------------------------------------------

def test_the_manual_is_well_formed():
    assert output(['mandoc', '-T', 'lint', MANUAL]) == ''


def section(name):
    """The text of a section, as a terminal shows it."""
    text = re.sub('.\b', '', output(['mandoc', '-T', 'utf8', '-O', 'width=500', MANUAL]))
    return re.search(rf'^{name}\n(.*?)^(?=\S)', text, re.MULTILINE | re.DOTALL)[1]


def test_the_manual_has_the_synopsis_of_every_command(synopses):
    lines = {' '.join(line.split()) for line in section('SYNOPSIS').splitlines() if line.strip()}
    expected = {'fitgate ' + re.sub('[A-Z]+', lambda word: word[0].lower(), synopsis)
                for synopsis in synopses.values()}
    assert lines == expected


def test_the_manual_describes_every_command_option_and_exit_status(synopses, options):
    commands = section('COMMANDS')
    described = {' '.join(line.split()) for line in commands.splitlines()}
    assert [name for name, synopsis in synopses.items()
            if re.sub('[A-Z]+', lambda word: word[0].lower(), synopsis) not in described] == []
    assert [name for name in options if name not in section('OPTIONS')] == []
    assert re.findall(r'^\s+(\d)  ', section('EXIT STATUS'), re.MULTILINE) == list('0123456')
    for variable in ('FITGATE_URL', 'FITGATE_TOKEN', 'FITGATE_PASSWORD', 'FITGATE_NEW_PASSWORD',
                     'XDG_CONFIG_HOME', 'TMPDIR', 'https_proxy'):
        assert variable in section('ENVIRONMENT')


# ---- completions -------------------------------------------------------------------------------

@pytest.fixture
def complete(script):
    """The completions that bash offers for the last word."""
    def offered(*words):
        text = f'''source {script.parent}/fitgate.bash
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _fitgate; printf '%s\\n' "${{COMPREPLY[@]}}"'''
        return output(['bash', '-c', text, 'bash', 'fitgate', *words]).split()
    return offered


def test_bash_completes_every_command_and_option(complete, synopses, options):
    offered = {f'{first} {second}'.rstrip() for first in complete('')
               for second in complete(first, '') or ['']}
    assert offered == set(synopses)
    assert set(complete('--')) == set(options)


def test_bash_completes_arguments(complete):
    assert complete('sport', '') == ['list', 'get', 'set', 'reset']
    assert complete('--url', 'https://example.org', 'sport', 'set', '1', 'co') == ['color=']
    assert complete('preferences', 'set', 'weekm=yes', 'lang') == ['language=']
    assert complete('preferences', 'get', 'week') == ['weekm']
    assert complete('token', 'create', 'a script', 'profile:r') == ['profile:read']
    assert complete('token', 'create', 'a script', 'gate', 'profile:r') == ['profile:read']
    assert '--days' in complete('token', 'create', '-')
    assert complete('picture', 'set', '/etc/host.con') == ['/etc/host.conf']
    assert complete('picture', 'get', '-o', '/etc/host.con') == ['/etc/host.conf']
    assert complete('picture', 'set', 'a', '/etc/host.con') == []
    assert complete('--url', '') == complete('confirm', '') == complete('login', '') == []
    assert '--output' in complete('export', '-') and '--output' not in complete('login', '-')


def zsh(script, *lines):
    """The completions of the zsh functions; zsh's builtins are replaced by functions that print
    their arguments."""
    text = '\n'.join([
        '_describe() { print -rl -- $single $group }', 'compadd() { print -rl -- ${@:#-*} }',
        '_files() { print files }', '_arguments() { print -rl -- $options }',
        f'source {script.parent}/_fitgate', *lines])
    return output(['zsh', '-f', '-c', text]).splitlines()


def test_zsh_completes_every_command_and_option(script, synopses, options):
    offered = zsh(script)
    assert [name for name in options if not any(f'{name}[' in line for line in offered)] == []
    first = {line.partition(':')[0] for line in zsh(script, '_fitgate_next_word ""')}
    assert {name.partition(' ')[0] for name in synopses} <= first
    second = zsh(script, '_fitgate_next_word "sport "')[-4:]
    assert [line.partition(':')[0] for line in second] == ['list', 'get', 'set', 'reset']


def test_zsh_completes_arguments(script):
    def last(typed):
        return zsh(script, 'print -- ----', f'_fitgate_next_argument "{typed}"')[-1]
    assert last('sport set 1 ') == 'stopped_speed_threshold='
    assert last('preferences set weekm=yes ') == last('preferences set ') == 'weekm='
    assert last('preferences get ') == 'weekm'
    assert last('token create script ') == last('token create script gate ') == 'gate'
    assert last('picture set ') == 'files'
    assert last('login ') == last('picture set a ') == last('sport set ') == '----'
