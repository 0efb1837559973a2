"""Fixtures of the API tests: a complete running Fitgate, and the tools to talk to it.

The build comes from FITGATE_BUILD (default: build/release of this tree). Everything is temporary:
database, sockets, ports, mail. A failing test shows its requests, the answers, and the server's log
lines of each request.
"""

import resource
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from tests.api.support import gated, left_out, sanitizer, valgrind, web_servers
from tests.api.support.admin_command import Command
from tests.api.support.client import Api
from tests.api.support.configuration import BUILD, SETTINGS, WEB
from tests.api.support.dialects import DIALECTS
from tests.api.support.exports import Exports
from tests.api.support.transcript import Transcript
from tests.api.support.mail import Mailbox
from tests.api.support.programs import Programs
from tests.api.support.waiting import until
from tests.harness import people
from tests.harness.answers import exact
from tests.harness.database_programs import chosen
from tests.harness.sql import connect, drop_database, make_database
from tests.harness.tokens import Minter
from tests.harness.waiting import LIMIT
from tests.harness.web_servers import STACKS

collect_ignore = ['test_hosting.py'] if WEB == 'nginx' else []
TRANSCRIPT = pytest.StashKey()
DIRECTORY = pytest.StashKey()
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
    """Fail if an entry of the table matches no test, unless single tests were requested."""
    stale = left_out.stale(table, tests.values())
    if stale and not any('::' in argument for argument in config.args):
        raise pytest.UsageError(f'no such tests any more: {stale}')


def leave_out_what_is_about_nginx(config, items, tests):
    """The tests that are left out and the reasons are in the summary at the end."""
    refuse_stale(config, web_servers.OF_NGINX, tests)
    why = {item: web_servers.reason(test, {mark.name for mark in item.iter_markers()}, WEB)
           for item, test in tests.items()}
    gone = [item for item in items if why[item]]
    config.stash[LEFT_OUT] = Counter(why[item] for item in gone)
    config.hook.pytest_deselected(items=gone)
    items[:] = [item for item in items if not why[item]]


def skip_what_valgrind_cannot(config, tests):
    """The tests are skipped, not deselected: the processes of pytest-xdist do not report deselected
    tests."""
    refuse_stale(config, valgrind.LEFT_OUT, tests)
    for item, test in tests.items():
        why = left_out.reason(valgrind.LEFT_OUT, test)
        if why:
            item.add_marker(pytest.mark.skip(reason=why))


def pytest_terminal_summary(terminalreporter, config):
    for why, count in config.stash.get(LEFT_OUT, {}).items():
        terminalreporter.write_line(f'left out behind {WEB}: {count} tests, {why}')


@pytest.fixture(scope='session')
def directory(tmp_path_factory, request):
    """The directory of the session: for stacks and sanitizer reports."""
    path = tmp_path_factory.mktemp('fitgate')
    request.config.stash[DIRECTORY] = path
    sanitizer.turn_on(path / 'sanitizer')
    return path


@contextmanager
def stacks(directory):
    """A function that starts stacks; all are stopped at the end."""
    started = []

    def make(name, settings=SETTINGS, **options):
        options.setdefault('read_timeout', f'{LIMIT}s')
        # with this option it would get hardly any CPU while other tests run
        options.setdefault('hashing_yields', False)
        options['database_options'] = (*chosen().WITHOUT_SYNC, *options.get('database_options', ()))
        stack = STACKS[WEB](directory / name, BUILD, settings=settings, **options)
        stack.start()
        started.append(stack)
        return stack

    try:
        yield make
    finally:
        for stack in reversed(started):
            stack.stop()


@pytest.fixture(scope='session')
def make_shared_stack(directory):
    """Start the stacks that tests of many files use."""
    with stacks(directory) as make:
        yield make


@pytest.fixture(scope='module')
def make_stack(directory):
    """Start further stacks; all are stopped at the end of the file, as each has a database server of its own."""
    with stacks(directory) as make:
        yield make


@pytest.fixture(scope='session')
def stack(make_shared_stack):
    """The Fitgate that most tests talk to."""
    return make_shared_stack('stack', extra_locations=gated.LOCATIONS)


@pytest.fixture(scope='session')
def stack_without_mail(make_shared_stack):
    """A stack with sending disabled and without a worker: only requests use its database."""
    return make_shared_stack('without_mail', mail_enabled=False, worker=False,
                             extra_locations=gated.LOCATIONS)


@pytest.fixture(scope='session')
def stack_with_limits(make_shared_stack):
    """A stack with the rate limits of nginx and of the program, like an installation."""
    return make_shared_stack('with_limits', limits=True, extra_locations=gated.LOCATIONS)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session):
    """All programs have ended: findings of their sanitizers make the run fail."""
    path = session.config.stash.get(DIRECTORY, None)
    if path is None:
        return
    found = sanitizer.reports(path / 'sanitizer', path.rglob('*.log'))
    if found:
        session.exitstatus = 1
        print('\n=== sanitizer reports ===', *found[:20], sep='\n')


# ---- one test ----------------------------------------------------------------------------------

@pytest.fixture
def transcript(request):
    return request.node.stash.setdefault(TRANSCRIPT, Transcript())


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    report = outcome.get_result()
    if report.failed and TRANSCRIPT in item.stash:
        report.sections.append(('requests, answers and log lines', item.stash[TRANSCRIPT].text()))


@pytest.fixture
def api(stack, transcript):
    return Api(stack, transcript)


@pytest.fixture
def api_in(stack, transcript):
    """A client of the stack in another dialect: api_in('0.6')."""
    return lambda name: Api(stack, transcript, DIALECTS[name].prefix)


@pytest.fixture
def api_06(api_in):
    return api_in('0.6')


@pytest.fixture
def api_02(api_in):
    return api_in('0.2')


@pytest.fixture
def api_without_mail(stack_without_mail, transcript):
    return Api(stack_without_mail, transcript)


@pytest.fixture
def programs(stack, transcript):
    """Runs the programs directly, as CGI programs and as commands."""
    return Programs(stack, stack.build, transcript)


@pytest.fixture
def api_with_limits(stack_with_limits, transcript):
    return Api(stack_with_limits, transcript)


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
    """Insert an account by plain SQL: make_user(active=True, password=..., any column=...)."""
    def make(**columns):
        return people.insert_user(db, **columns)
    return make


@pytest.fixture
def user(make_user):
    return make_user()


@pytest.fixture
def registration():
    """A valid body for register, with the given changes."""
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
    def make(account, **changes):
        row = people.user_row(db, account)
        return minter.reset_token(account.id, row['password'], row['email'], **changes)
    return make


@pytest.fixture
def reset_password(api, reset_token):
    """Set another password, as with the link of a reset."""
    def reset(account):
        body = {'token': reset_token(account), 'password': 'another password'}
        assert api.post('/api/auth/password/update', json=body).status == 200
    return reset


@pytest.fixture
def token(minter, user):
    """A valid token of the account `user`."""
    return minter.token(user.id)


@pytest.fixture
def no_mail(mailbox, work_off):
    """Fail the test if it has caused mail."""
    work_off()
    before = len(mailbox.all())
    yield
    work_off()
    assert [mail.recipients for mail in mailbox.all()[before:]] == []


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
def mailbox(stack):
    return Mailbox(stack.mail_directory)


@pytest.fixture
def mails_for(stack, mailbox):
    """Wait until `count` mails to an address have arrived; returns all of them."""
    def wait(address, count=1):
        def arrived():
            mails = mailbox.to(address)
            if len(mails) < count:
                stack.run_worker_once()
            return mails if len(mails) >= count else None
        return until(arrived, f'{count} mails to {address}')
    return wait


@pytest.fixture
def mail_for(mails_for):
    """Wait for the only mail to an address."""
    def wait(address):
        mails = mails_for(address)
        assert len(mails) == 1, f'{len(mails)} mails to {address}'
        return mails[0]
    return wait


@pytest.fixture
def work_off(stack, db):
    """Wait until no mail is left to be sent, so that a test can assert that none was sent."""
    def wait():
        stack.run_worker_once()
        until(lambda: db.value('SELECT COUNT(*) FROM jobs WHERE failed_at IS NULL') == 0,
              'the queue is empty')
    return wait


@pytest.fixture
def app_config(db):
    """Change columns of app_config until the test ends: app_config(max_users=3)."""
    before = db.row('SELECT * FROM app_config')

    def write(values):
        names = ', '.join(f'{name} = %s' for name in values)
        db.run(f'UPDATE app_config SET {names}', *values.values())

    yield lambda **columns: write(columns)
    write(before)


@pytest.fixture
def empty_database(stack):
    """Make empty databases for the test: empty_database(privileges)."""
    made = []

    def make(privileges='ALL PRIVILEGES'):
        made.append(make_database(stack, privileges))
        return made[-1]

    yield make
    for one in made:
        drop_database(stack, one)


@pytest.fixture(scope='session')
def shared_scratch(stack):
    """A second migrated database in the stack's server, for tests that clean up or only read."""
    made = make_database(stack)
    done = Programs(stack, stack.build, Transcript()).migrate(made)
    assert done.returncode == 0, done.stderr
    yield made
    drop_database(stack, made)


@pytest.fixture
def scratch(empty_database, programs):
    """A migrated database for this test alone."""
    made = empty_database()
    done = programs.migrate(made)
    assert done.returncode == 0, done.stderr
    return made


@pytest.fixture
def apart(programs, scratch, tmp_path):
    """The command on the test's own database, which no worker uses, with a directory for files."""
    directory = tmp_path / 'files'
    directory.mkdir(mode=0o700)
    return Command(programs, scratch, {'UPLOAD_FOLDER': str(directory)})


@pytest.fixture
def apart_db(scratch):
    """SQL on that database."""
    with scratch.connect() as sql:
        yield sql


@pytest.fixture
def exports(programs, shared_scratch, minter, tmp_path):
    """Exports in a database that no worker uses."""
    with shared_scratch.connect() as sql:
        sql.run('DELETE FROM jobs')
        yield Exports(programs, shared_scratch, sql, minter, tmp_path)


@pytest.fixture
def in_parallel():
    """Run several calls at the same time, each in its own thread; returns their results in order."""
    def run(calls):
        barrier = threading.Barrier(len(calls))

        def work(call):
            barrier.wait()
            return call()

        with ThreadPoolExecutor(max_workers=len(calls)) as pool:
            return [future.result() for future in [pool.submit(work, call) for call in calls]]
    return run
