"""Every command block of every document works, or is compared with the script that runs it elsewhere.

tests/harness/documents.py lists the kinds of blocks. Those that root runs on a fresh machine are in
tests/install/test_documents.py.
"""

import os
import re
import shlex
import subprocess

import pytest

from tests.api.support.fittrackee import Fittrackee
from tests.api.support.postgres import USER, Postgres
from tests.harness import documents
from tests.harness.database_programs import CHOICES
from tests.harness.errors import StackError
from tests.harness.processes import tool
from tests.harness.tree import SOURCE, make_environment

SEPARATOR = '---- end of a block ----'
LANGUAGES = sorted(path.name for path in (SOURCE / 'lib/mail/templates').iterdir())
CLIENT = 'scripts/client/README.md'
WALK_THROUGHS = {'README.md': ('Walk-through',), CLIENT: ('From the shell',)}


def run_commands(stack, transcript, directory, text, **environment):
    done = documents.run(stack, directory, text, **environment)
    transcript.add(f'{done.stdout}\nstandard error: {done.stderr}')
    return done


def test_every_block_is_of_a_kind_that_is_tested():
    for path in documents.documents():
        text = re.sub(documents.FENCE, '', path.read_text(encoding='utf-8'))
        assert '```' not in text, f'{path}: a block does not end'
        assert not re.search(r'\n\n {4,}(?![-*\d])\S', text), f'{path}: an indented block: fence it'
        for block in documents.blocks_of(path):
            known = documents.MARKS if block.language == 'sh' else {''}
            assert block.language in {
                'sh', *documents.OTHER_LANGUAGES} and block.mark in known, str(block)


# ---- walk-throughs -------------------------------------------------------------------------------

def check_walk_through(stack, transcript, directory, pairs):
    script = ''.join(f'{commands}\necho "{SEPARATOR}"\n' for commands, _printed in pairs)
    done = run_commands(stack, transcript, directory, script)
    outputs = done.stdout.replace('\r', '').replace(stack.base_url, documents.SITE).split(SEPARATOR)
    assert len(outputs) == len(pairs) + 1 and done.stderr == ''
    for output, (commands, printed) in zip(outputs, pairs):
        assert documents.prints(output, printed), (commands, output)


def test_every_block_with_output_belongs_to_a_walk_through():
    tested = sum(len(documents.walk_through(document, title))
                 for document, titles in WALK_THROUGHS.items() for title in titles)
    assert len(documents.blocks('sh')) == tested


@pytest.fixture(scope='module')
def stack_of_the_readme(make_stack):
    return make_stack('readme', settings={})  # like `make run`


def link_text(language):
    """The text before the link in the e-mail that confirms an account."""
    template = SOURCE / 'lib/mail/templates' / language / 'account_confirmation.txt'
    return re.search(r'^\[(.*)\]\(', template.read_text(encoding='utf-8'), re.MULTILINE)[1]


@pytest.mark.parametrize('language', LANGUAGES)
def test_the_walk_through_of_the_readme_works_in_each_language(
        stack_of_the_readme, transcript, tmp_path, language):
    for mail in stack_of_the_readme.mail_directory.glob('*.eml'):
        mail.unlink()  # of another language
    pairs = documents.walk_through('README.md', 'Walk-through')
    assert len(pairs) >= 4
    if language != 'en':
        link = link_text(language)
        changes = {'"sam"': f'"sam_{language}"', 'sam@': f'sam_{language}@',
                   '"accepted_policy"': f'"language": "{language}", "accepted_policy"',
                   "'Confirm the account'": shlex.quote(link), 'Confirm the account': link}
        for before, after in changes.items():
            pairs = [[text.replace(before, after) for text in pair] for pair in pairs]
    check_walk_through(stack_of_the_readme, transcript, tmp_path, pairs)


@pytest.fixture(scope='module')
def stack_of_the_client(make_stack):
    return make_stack('readme_client', settings={})


@pytest.mark.parametrize('language', LANGUAGES)
def test_the_walk_through_of_the_client_works_in_each_language(
        stack_of_the_client, transcript, tmp_path, language):
    """The client reads the link in an e-mail, which is encoded in most languages."""
    pairs = [(commands.replace('kim', f'kim_{language}').replace(
        '--accept-policy', f'--accept-policy --language {language}'), printed)
        for commands, printed in documents.walk_through(CLIENT, 'From the shell')]
    assert len(pairs) >= 3
    check_walk_through(stack_of_the_client, transcript, tmp_path, pairs)


# ---- beside a running Fitgate --------------------------------------------------------------------

@pytest.fixture(scope='module')
def healthy(make_stack):
    """A separate stack: the doctor would report leftovers of other tests, such as failed jobs."""
    return make_stack('healthy')


def succeeds(done):
    return done.returncode == 0, f'{done.stdout}\n{done.stderr}'


@pytest.mark.parametrize('block', documents.blocks('sh', 'run'), ids=str)
def test_commands_beside_make_run_succeed(healthy, transcript, tmp_path, block):
    good, printed = succeeds(run_commands(healthy, transcript, tmp_path, f'set -e\n{block.text}'))
    assert good, printed


@pytest.mark.parametrize('block', documents.blocks('sh', 'admin'), ids=str)
def test_commands_of_an_administrator_succeed(stack, transcript, tmp_path, programs, block):
    programs.run(
        'admin',
        'users',
        'create',
        'sam',
        '--email',
        'sam@example.com',
        '--random-password')
    script = f'set -e\nfitgate-admin() {{ build/release/admin "$@"; }}\n{block.text}'
    good, printed = succeeds(run_commands(stack, transcript, tmp_path, script,
                                          FITGATE_CONFIG=str(stack.directory / 'fitgate.conf')))
    assert good, printed


@pytest.mark.parametrize('block', documents.blocks('sh', 'host') +
                         documents.blocks('crontab'), ids=str)
def test_commands_on_a_shared_host_succeed(healthy, transcript, tmp_path, block):
    """As cron(8) runs them on a shared host: in the home directory, with its programs."""
    (tmp_path / 'fitgate').symlink_to(healthy.build)
    commands = [
        line if block.language == 'sh' else line.split(
            maxsplit=5)[5] for line in block.lines]
    script = '\n'.join(commands).replace(
        'https://example.org',
        healthy.base_url).replace(
        ';',
        ' &&')
    good, printed = succeeds(run_commands(healthy, transcript, tmp_path, f'set -e\n{script}',
                                          FITGATE_CONFIG=str(healthy.directory / 'fitgate.conf')))
    assert good, printed


@pytest.mark.parametrize('block', documents.blocks('sh', 'perf'), ids=str)
def test_commands_with_perf_succeed(stack, transcript, tmp_path, block):
    """For a second each, and for the processes of this stack."""
    probe = subprocess.run(['perf', 'record', '-o', tmp_path / 'probe', '--', 'true'], capture_output=True, text=True,
                           check=False) if tool_exists('perf') else None
    if probe is None or probe.returncode != 0:
        pytest.skip('perf is not installed, or not permitted here')
    pids = ','.join(map(str, stack.program_pids('config')))
    script = block.text.replace('-d 20', '-d 2').replace('sleep 10',
                                                         'sleep 1').replace('pgrep -d, -x config', f'echo {pids}')
    good, printed = succeeds(run_commands(stack, transcript, tmp_path, f'set -e\n{script}\nwait'))
    assert good, printed


def tool_exists(name):
    try:
        return tool(name) is not None
    except StackError:
        return False


# ---- an import -----------------------------------------------------------------------------------

@pytest.fixture
def fittrackee(directory):
    postgres = Postgres(directory / 'documents-postgres.log')
    try:
        postgres.start()
        source = Fittrackee(postgres)
        source.user('Sam')
        yield source
    finally:
        postgres.stop()


def test_the_commands_of_an_import_succeed(stack, scratch, transcript, tmp_path, fittrackee):
    """In order; here the server listens on a unix socket, and the database has another name."""
    text = '\n'.join(block.text for block in documents.blocks('sh', 'fittrackee'))
    words = f'-h localhost -U {USER} fittrackee'
    assert words in text
    text = text.replace(words, f'-h {fittrackee.postgres.directory} -U {USER} {fittrackee.name}')
    script = f'set -e\nfitgate-admin() {{ build/release/admin "$@"; }}\n{text}'
    good, printed = succeeds(run_commands(
        stack, transcript, tmp_path, script, PATH=f'{fittrackee.postgres.bin}:{os.environ["PATH"]}',
        DATABASE_URL=scratch.url, UPLOAD_FOLDER=str(tmp_path)))
    assert good, printed
    assert not (tmp_path / 'exported').exists()
    with scratch.connect() as sql:
        assert sql.value('SELECT username FROM users') == 'Sam'


# ---- long-running commands ---------------------------------------------

def has_tests(name):
    """Whether there are tests with this name, as `make test T=...` looks for them."""
    if (SOURCE / name).is_file():
        return True
    files = [*SOURCE.glob('tests/unit/*/test_*.c'), *SOURCE.glob('tests/api/**/test_*.py'),
             *SOURCE.glob('tests/install/test_*.py')]
    return any(name in file.stem or name in file.read_text(encoding='utf-8') for file in files)


def check_variable(name, value):
    """Assert that the target accepts this value of a variable on make's command line."""
    if name == 'T':
        assert has_tests(value), f'no test is named {value}'
    elif name == 'TARGET':
        assert (SOURCE / f'tests/fuzz/fuzz_{value}.c').is_file(), value
    elif name in ('SECONDS', 'SEED', 'PORT'):
        assert value.isdecimal(), value
    elif name == 'SYSROOT':
        assert value.removeprefix('build/databases/') in CHOICES, value
    elif name == 'BUILD':
        assert f'OPTIMIZE_{value}' in (SOURCE / 'Makefile').read_text(), value
    else:
        assert name == 'PART', name


def check_make(words):
    variables = [word.split('=', 1) for word in words if '=' in word]
    for name, value in variables:
        check_variable(name, value)
    done = subprocess.run(['make', '-n', *words], cwd=SOURCE, env=make_environment(), capture_output=True, text=True,
                          check=False)
    assert done.returncode == 0 and done.stdout, done.stderr


@pytest.mark.parametrize('block', documents.blocks('sh', 'make'), ids=str)
def test_targets_and_scripts_exist(block):
    for line in block.lines:
        words = [word for word in shlex.split(line, comments=True) if word]
        if words[0] == 'make':
            check_make(words[1:])
        else:
            assert os.access(SOURCE / words[0], os.X_OK), line
