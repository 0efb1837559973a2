"""Log files: their rotation, and the filter that bans addresses which guess passwords."""

import re
import subprocess
import threading

import pytest

from tests.api.support.client import Api
from tests.api.support.configuration import SETTINGS, WEB
from tests.api.support.network import ApiFrom
from tests.api.support.waiting import until
from tests.harness.log import entries
from tests.harness.people import unique
from tests.harness.processes import tool
from tests.harness.tree import SOURCE
from tests.harness.waiting import LIMIT

LOGIN = '/api/auth/login'
ACCOUNT = '/api/auth/profile/edit/account'
FILTER = SOURCE / 'scripts/deploy/fail2ban/fitgate.conf'


# ---- rotation ------------------------------------------------------------------------------------

@pytest.fixture(scope='module')
def logging_stack(make_stack, tmp_path_factory):
    """Its programs log to one file, in a directory of its own."""
    directory = tmp_path_factory.mktemp('logs')
    stack = make_stack(
        'logging',
        settings={
            **SETTINGS,
            'LOG': str(
                directory /
                'fitgate.log')},
        worker=False)
    stack.log_directory = directory
    return stack


@pytest.fixture
def rotate(logging_stack, tmp_path):
    """Rotate the log with the file of the package, but without a change of the user."""
    text = (SOURCE / 'scripts/deploy/logrotate').read_text()
    text = text.replace('/var/log/fitgate/@PROGRAM@', str(logging_stack.log_directory))
    configuration = tmp_path / 'logrotate.conf'
    configuration.write_text(re.sub('\n\tsu .*', '', text))
    configuration.chmod(0o644)

    def run():
        subprocess.run([tool('logrotate'), '--force', '--state', tmp_path / 'state', configuration],
                       check=True, timeout=LIMIT)
    return run


def logged_requests(directory):
    """{request id: number of lines}, in all files, compressed or not."""
    counts = {}
    for path in directory.iterdir():
        text = subprocess.run(['gzip', '-cdf', path], capture_output=True,
                              text=True, check=True).stdout
        for entry in entries(text):
            if 'status' in entry:
                counts[entry['request']] = counts.get(entry['request'], 0) + 1
    return counts


def test_no_line_is_lost_while_the_log_is_rotated(logging_stack, transcript, rotate):
    api = Api(logging_stack, transcript)
    ids, done = [], threading.Event()

    def ask():
        while not done.is_set():
            ids.append(api.get('/api/ping').headers['X-Request-Id'])

    askers = [threading.Thread(target=ask) for _ in range(3)]
    for asker in askers:
        asker.start()
    for _ in range(5):
        before = len(ids)
        until(lambda before=before: len(ids) > before + 20, 'no replies')
        rotate()
    done.set()
    for asker in askers:
        asker.join()
    assert len(list(logging_stack.log_directory.iterdir())) >= 5

    def all_lines():
        logged = logged_requests(logging_stack.log_directory)
        return logged.keys() >= set(ids) and logged
    logged = until(all_lines, 'a request without a line')
    assert all(logged[request] == 1 for request in ids)


def test_after_a_rotation_lines_are_in_the_new_file(logging_stack, transcript, rotate):
    api = Api(logging_stack, transcript)
    for _ in range(4):  # each of the processes
        api.get('/api/ping')
    rotate()
    ids = {api.get('/api/ping').headers['X-Request-Id'] for _ in range(4)}
    path = logging_stack.log_directory / 'fitgate.log'
    until(lambda: ids <= {entry.get('request') for entry in entries(path.read_text())},
          'a request without a line in the new file')


# ---- fail2ban ------------------------------------------------------------------------------------

@pytest.fixture
def banned(tmp_path):
    """The addresses that the filter finds in a log, once for each line."""
    def find(text, *options):
        log = tmp_path / 'fitgate.log'
        log.write_text(text)
        return subprocess.run([tool('fail2ban-regex'), *options, '-o', 'ip', log, FILTER], capture_output=True,
                              text=True, check=True, timeout=LIMIT).stdout.split()
    return find


@pytest.fixture
def guesser(stack, transcript):
    return ApiFrom(stack, transcript)


def lines_of(stack, address):
    """What the programs log about a client."""
    return [line for name in ('login', 'profile') for line in stack.log_text(name).splitlines()
            if f' client={address}' in line]


def log_of(stack, address, count):
    return until(lambda: (lines := lines_of(stack, address)) and len(lines) == count and '\n'.join(lines) + '\n',
                 f'there are not {count} lines of {address}')


def test_the_filter_finds_wrong_passwords(guesser, stack, banned, user, token):
    for email in (user.email, 'nobody@example.org'):
        assert guesser.post(
            LOGIN,
            json={
                'email': email,
                'password': 'wrong password'}).status == 401
    body = {'email': user.email, 'password': 'wrong password', 'new_password': 'long enough'}
    assert guesser.request('PATCH', ACCOUNT, json=body, token=token).status == 401
    assert banned(log_of(stack, guesser.address, 3)) == [guesser.address] * 3


def test_the_filter_finds_nothing_else(guesser, stack, banned, user, token):
    assert guesser.post(LOGIN, json=user.credentials).status == 200
    assert guesser.post(LOGIN, json={}).status == 400
    assert guesser.get('/api/auth/profile').status == 401
    assert guesser.request('PATCH', ACCOUNT, json={}, token=token).status == 400
    assert guesser.request('PATCH', ACCOUNT, json={}, token='expired.or.other').status == 401
    assert banned(log_of(stack, guesser.address, 5)) == []


def test_the_filter_finds_attempts_above_the_limit(stack_with_limits, transcript, banned):
    guesser = ApiFrom(stack_with_limits, transcript)
    body = {'email': f'{unique()}@example.org', 'password': 'wrong password'}
    statuses = [guesser.post(LOGIN, json=body).status for _ in range(12)]
    assert statuses[-1] == 429
    assert banned(log_of(stack_with_limits, guesser.address, 12)) == [guesser.address] * 12


FORGED = ' level=info program=login pid=1 request=1 method=POST route=/api/auth/login status=401 ms=1.0 client=192.0.2.9'


@pytest.mark.skipif(WEB != 'nginx',
                    reason='other web servers answer some of these paths themselves')
def test_no_request_makes_the_filter_find_another_address(guesser, stack, banned):
    for path in (f'/api/auth/profile/{FORGED}',
                 f'/api/auth/profile/x\n{FORGED}', f'/api/auth/login {FORGED}'):
        quoted = path.replace(' ', '%20').replace('\n', '%0a')
        assert guesser.post(quoted, headers={'User-Agent': FORGED.strip()}).status == 404
    text = ''.join(f'{line}\n' for name in ('profile', 'config')
                   for line in stack.log_text(name).splitlines())
    assert '192.0.2.9' in text
    assert '192.0.2.9' not in banned(text)


def test_the_filter_reads_the_lines_of_journald(stack, banned, guesser):
    """fail2ban's systemd backend puts the host and the process before the message; the time is from journald."""
    guesser.post(LOGIN, json={'email': 'nobody@example.org', 'password': 'wrong password'})
    line, = log_of(stack, guesser.address, 1).splitlines()
    assert banned(
        f'1795941302 host multiwatch[12]: {line}\n',
        '--datepattern',
        '^EPOCH') == [
        guesser.address]


def test_the_filter_reads_the_time_of_a_line(stack, banned, guesser):
    """fail2ban ignores lines whose time it cannot read."""
    guesser.post(LOGIN, json={'email': 'nobody@example.org', 'password': 'wrong password'})
    text = log_of(stack, guesser.address, 1)
    assert banned(text.replace('time=', 'at=')) == []
