"""Fixtures of the API tests: a whole running Fitgate, and what a test needs to talk to it.

The build comes from FITGATE_BUILD (default: build/release of this tree). Everything is temporary:
database, sockets, ports, mail. A failing test shows its requests, the answers and the server's log
lines of each.
"""

import os
import resource
import secrets
import sys
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(SOURCE))
for module in ('answers', 'bodies', 'client', 'dialects', 'mail', 'programs', 'waiting'):
    pytest.register_assert_rewrite(f'support.{module}')

from scripts.hosted_stack import STACKS  # noqa: E402
from scripts.stack import StackError  # noqa: E402
from support import (database, left_out, people, sanitizer, valgrind,  # noqa: E402
                     web_servers)
from support.answers import exact  # noqa: E402
from support.client import Api  # noqa: E402
from support.dialects import DIALECTS  # noqa: E402
from support.journal import Journal  # noqa: E402
from support.mail import MailFolder  # noqa: E402
from support.programs import Programs  # noqa: E402
from support.tokens import Minter  # noqa: E402
from support.waiting import until  # noqa: E402

BUILD = Path(os.environ.get('FITGATE_BUILD', SOURCE / 'build' / 'release')).resolve()
WEB = os.environ.get('FITGATE_WEB', 'nginx')  # one of STACKS
SETTINGS = {
    'APP_SECRET_KEY': secrets.token_hex(32),
    'PASSWORD_HASH': '$2b$4',  # cheap
    'SENDER_EMAIL': 'fitgate@example.org',
    'UI_URL': 'https://fitgate.example',
}
collect_ignore = ['test_hosting.py'] if WEB == 'nginx' else []
JOURNAL = pytest.StashKey()
FOLDER = pytest.StashKey()
LEFT_OUT = pytest.StashKey()


# ---- the session -------------------------------------------------------------------------------

def pytest_configure(config):
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def pytest_collection_modifyitems(config, items):
    tests = {item: f'{item.path.name}::{item.nodeid.partition("::")[2]}' for item in items}
    if WEB != 'nginx':
        leave_out_what_is_about_nginx(config, items, tests)
    if valgrind.ON:
        skip_what_valgrind_cannot(config, tests)


def refuse_stale(config, table, tests):
    """Unless single tests are asked for, each entry of the table is for one that there is."""
    stale = left_out.stale(table, tests.values())
    if stale and not any('::' in argument for argument in config.args):
        raise pytest.UsageError(f'no such tests any more: {stale}')


def leave_out_what_is_about_nginx(config, items, tests):
    """The end of the report says what and why."""
    refuse_stale(config, web_servers.OF_NGINX, tests)
    why = {item: web_servers.reason(test, {mark.name for mark in item.iter_markers()}, WEB)
           for item, test in tests.items()}
    gone = [item for item in items if why[item]]
    config.stash[LEFT_OUT] = Counter(why[item] for item in gone)
    config.hook.pytest_deselected(items=gone)
    items[:] = [item for item in items if not why[item]]


def skip_what_valgrind_cannot(config, tests):
    """Skipped, not deselected: of those, the processes of pytest-xdist tell nothing."""
    refuse_stale(config, valgrind.LEFT_OUT, tests)
    for item, test in tests.items():
        why = left_out.reason(valgrind.LEFT_OUT, test)
        if why:
            item.add_marker(pytest.mark.skip(reason=why))


def pytest_terminal_summary(terminalreporter, config):
    for why, count in config.stash.get(LEFT_OUT, {}).items():
        terminalreporter.write_line(f'left out behind {WEB}: {count} tests, {why}')


@pytest.fixture(scope='session')
def folder(tmp_path_factory, request):
    """Of the whole session: stacks and sanitiser reports."""
    path = tmp_path_factory.mktemp('fitgate')
    request.config.stash[FOLDER] = path
    sanitizer.turn_on(path / 'sanitizer')
    return path


@pytest.fixture(scope='session')
def make_stack(folder):
    """Start further stacks; all are stopped at the end of the session."""
    started = []

    def make(name, settings=SETTINGS, **options):
        stack = STACKS[WEB](folder / name, BUILD, settings=settings, **options)
        try:
            stack.start()
        except StackError as failure:
            pytest.exit(f'the stack does not start: {failure}', returncode=3)
        started.append(stack)
        return stack

    yield make
    for stack in reversed(started):
        stack.stop()


@pytest.fixture(scope='session')
def stack(make_stack):
    """The Fitgate that most tests talk to."""
    return make_stack('stack')


@pytest.fixture(scope='session')
def stack_without_mail(make_stack):
    """Sending is disabled, and there is no worker: nothing but requests touches its database."""
    return make_stack('without_mail', mail_enabled=False, worker=False)


@pytest.fixture(scope='session')
def stack_with_limits(make_stack):
    """With the limits of nginx and of the program, as a real one has them."""
    return make_stack('with_limits', limits=True)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session):
    """All programs have ended: what their sanitisers found fails the run."""
    path = session.config.stash.get(FOLDER, None)
    if path is None:
        return
    found = sanitizer.reports(path / 'sanitizer', path.rglob('*.log'))
    if found:
        session.exitstatus = 1
        print('\n=== sanitiser reports ===', *found[:20], sep='\n')


# ---- one test ----------------------------------------------------------------------------------

@pytest.fixture
def journal(request):
    return request.node.stash.setdefault(JOURNAL, Journal())


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    report = outcome.get_result()
    if report.failed and JOURNAL in item.stash:
        report.sections.append(('requests, answers and log lines', item.stash[JOURNAL].text()))


@pytest.fixture
def api(stack, journal):
    return Api(stack, journal)


@pytest.fixture
def api_in(stack, journal):
    """The same in another dialect: api_in('0.6')."""
    return lambda name: Api(stack, journal, DIALECTS[name].prefix)


@pytest.fixture
def api_06(api_in):
    return api_in('0.6')


@pytest.fixture
def api_02(api_in):
    return api_in('0.2')


@pytest.fixture
def api_without_mail(stack_without_mail, journal):
    return Api(stack_without_mail, journal)


@pytest.fixture
def programs(stack, journal):
    """The executables themselves, as CGI programs and commands."""
    return Programs(stack, BUILD, journal)


@pytest.fixture
def api_with_limits(stack_with_limits, journal):
    return Api(stack_with_limits, journal)


def connect(stack):
    return database.Sql(stack.database_socket, stack.database_user, stack.database_password,
                        stack.database_name)


@pytest.fixture(scope='session')
def db(stack):
    """SQL on the stack's database, as the application's account."""
    with connect(stack) as sql:
        yield sql


@pytest.fixture(scope='session')
def db_without_mail(stack_without_mail):
    with connect(stack_without_mail) as sql:
        yield sql


@pytest.fixture(scope='session')
def db_with_limits(stack_with_limits):
    with connect(stack_with_limits) as sql:
        yield sql


@pytest.fixture
def make_user(db):
    """Write an account by plain SQL: make_user(active=True, password=..., any column=...)."""
    def make(**columns):
        return people.insert_user(db, **columns)
    return make


@pytest.fixture
def user(make_user):
    return make_user()


@pytest.fixture
def registration():
    """A body for register that is right but for the changes given."""
    def make(**changes):
        name = people.unique()
        return {'username': name, 'email': f'{name}@example.org', 'password': people.PASSWORD,
                'accepted_policy': True, **changes}
    return make


@pytest.fixture
def register(api, db, registration):
    """Register over HTTP; returns the account as a User, not confirmed yet."""
    def make(headers=None, **changes):
        body = registration(**changes)
        exact(api.post('/api/auth/register', json=body, headers=headers),
              (200, {'status': 'success'}))
        number = db.value('SELECT id FROM users WHERE username = %s', body['username'])
        return people.User(number, body['username'], body['email'], body['password'])
    return make


@pytest.fixture
def login(api):
    """Log in over HTTP; returns the token."""
    def log_in(account):
        answer = api.post('/api/auth/login', json=account.credentials)
        assert answer.status == 200, answer.body
        return answer.json()['auth_token']
    return log_in


@pytest.fixture(scope='session')
def minter():
    """Makes tokens with the server's own key."""
    return Minter(SETTINGS['APP_SECRET_KEY'])


@pytest.fixture
def reset_token(db, minter):
    """A token like those in the e-mails, with some claims changed."""
    return lambda account, **changes: minter.reset_token(
        account.id, people.user_row(db, account)['password'], **changes)


@pytest.fixture
def token(minter, user):
    """A good token of the account `user`."""
    return minter.token(user.id)


@pytest.fixture
def no_mail(mail_folder, work_off):
    """Fail the test if it has caused mail."""
    work_off()
    before = len(mail_folder.all())
    yield
    work_off()
    assert [mail.recipients for mail in mail_folder.all()[before:]] == []


@pytest.fixture
def profile(api):
    """GET profile with a token, and its data."""
    def get(token):
        answer = api.get('/api/auth/profile', token=token)
        assert answer.status == 200, answer.body
        body = answer.json()
        assert body.keys() == {'data', 'status'} and body['status'] == 'success'
        return body['data']
    return get


@pytest.fixture(scope='session')
def mail_folder(stack):
    return MailFolder(stack.mail_folder)


@pytest.fixture
def mails_for(stack, mail_folder):
    """Wait until so many mails to an address have arrived; returns all of them."""
    def wait(address, count=1):
        def arrived():
            mails = mail_folder.to(address)
            if len(mails) < count:
                stack.run_worker_once()
            return mails if len(mails) >= count else None
        return until(arrived, f'{count} mails to {address}')
    return wait


@pytest.fixture
def mail_for(mails_for):
    """Wait for the one mail to an address."""
    def wait(address):
        mails = mails_for(address)
        assert len(mails) == 1, f'{len(mails)} mails to {address}'
        return mails[0]
    return wait


@pytest.fixture
def work_off(stack, db):
    """Wait until no mail is left to be sent, so that a test may say that none was."""
    def wait():
        stack.run_worker_once()
        until(lambda: db.value('SELECT COUNT(*) FROM jobs WHERE failed_at IS NULL') == 0,
              'the queue is empty')
    return wait


@pytest.fixture
def app_config(db):
    """Change columns of app_config for the length of the test: app_config(max_users=3)."""
    before = db.row('SELECT * FROM app_config')

    def write(values):
        names = ', '.join(f'{name} = %s' for name in values)
        db.run(f'UPDATE app_config SET {names}', *values.values())

    yield lambda **columns: write(columns)
    write(before)


@pytest.fixture
def empty_database(stack):
    """Make empty databases of the test's own: empty_database(privileges)."""
    made = []

    def make(privileges='ALL PRIVILEGES'):
        made.append(database.make_database(stack, privileges))
        return made[-1]

    yield make
    for one in made:
        database.drop_database(stack, one)


@pytest.fixture(scope='session')
def shared_scratch(stack):
    """A migrated database beside the stack's own, for tests that clean up or only look."""
    made = database.make_database(stack)
    done = Programs(stack, BUILD, Journal()).migrate(made)
    assert done.returncode == 0, done.stderr
    yield made
    database.drop_database(stack, made)


@pytest.fixture
def scratch(empty_database, programs):
    """A migrated database of the test's own."""
    made = empty_database()
    done = programs.migrate(made)
    assert done.returncode == 0, done.stderr
    return made


@pytest.fixture
def in_parallel():
    """Run several calls at the same moment in a thread each; returns their results in order."""
    def run(calls):
        barrier = threading.Barrier(len(calls))

        def work(call):
            barrier.wait()
            return call()

        with ThreadPoolExecutor(max_workers=len(calls)) as pool:
            return [future.result() for future in [pool.submit(work, call) for call in calls]]
    return run
