"""Settings: their sources, and the answer to requests if one is invalid (contract §1)."""

import os
import re
import socket
import subprocess

import pytest

from tests.api.support.configuration import BUILD
from tests.api.support.programs import Programs
from tests.harness.answers import ERR500, PONG, exact, is_json
from tests.harness.passwords import new_hash
from tests.harness.people import unique
from tests.harness.tokens import Minter, read, sha256_hex
from tests.harness.log import entries, parse_line
from tests.harness.tree import PROGRAMS, SERVICES

WRONG = [
    ('DATABASE_URL', ''), ('DATABASE_URL', 'x'), ('DATABASE_URL', 'mysql://'),
    ('DATABASE_URL', 'postgresql://u:hidden@localhost/x'),
    ('DATABASE_URL', 'mysql://u:hidden@localhost'),
    ('DATABASE_URL', 'mysql://u:hidden@localhost:x/db'),
    ('DATABASE_URL', 'mysql://u:hidden@localhost:99999/db'),
    ('DATABASE_URL', 'mysql://u:hidden%zz@localhost/db'),
    ('DATABASE_URL', 'mysql://u:12/hidden@localhost/db'),
    ('DATABASE_URL', 'mysql://u:hidden@localhost/db?ssl=x'),
    ('APP_SECRET_KEY', ''),
    ('EMAIL_URL', 'x'), ('EMAIL_URL', 'http://localhost'), ('EMAIL_URL', 'smtps://localhost'),
    ('EMAIL_URL', 'smtp://'), ('EMAIL_URL', 'smtp://localhost:x'),
    ('EMAIL_URL', 'smtp://u:hidden@localhost:0x'),
    ('EMAIL_URL', 'smtp://localhost?tls=True&ssl=True'),
    ('EMAIL_URL', 'smtp://mail@example.org:pa?hid&den@hidden@localhost:587?tls=True'),
    ('EMAIL_URL', 'smtp://mail@example.org:12?hidden=1@localhost'),
    ('SENDER_EMAIL', ''), ('SENDER_EMAIL', 'x'), ('SENDER_EMAIL', 'a@b\r\nBcc: c@d.e'),
    ('UI_URL', ''), ('UI_URL', 'x'), ('UI_URL', 'fittrackee.example.org'), ('UI_URL',
                                                                            'ftp://x'), ('UI_URL', 'javascript:alert(1)'),
    ('UI_URL', 'https://x\r\ny'),
    ('TOKEN_EXPIRATION_DAYS', 'x'), ('TOKEN_EXPIRATION_DAYS', '-1'), ('TOKEN_EXPIRATION_DAYS',
                                                                      '1.5'),
    ('TOKEN_EXPIRATION_DAYS', '99999999999999999999'), ('TOKEN_EXPIRATION_SECONDS', 'x'),
    ('CONFIRMATION_TOKEN_EXPIRATION_SECONDS', 'x'), ('CONFIRMATION_TOKEN_EXPIRATION_SECONDS', '-5'),
    ('PASSWORD_HASH', 'x'), ('PASSWORD_HASH', '7'), ('PASSWORD_HASH', '$y$x'),
    ('FITGATE_CONFIG', '/nonexistent/file'), ('FITGATE_CONFIG', '/'),
]


def is_one_line_naming(done, name):
    lines = done.stderr.decode().splitlines()
    assert len(lines) == 1, lines
    assert name in lines[0]
    assert done.returncode == 1


@pytest.mark.parametrize(('name', 'value'), WRONG)
def test_an_invalid_setting_is_reported_in_one_line(programs, name, value):
    """register needs all of them. It is started by hand here, not by a web server, so it sends no
    HTTP answer."""
    settings = {name: value}
    done = programs.run('register', settings=settings)
    is_one_line_naming(done, name)
    assert b'hidden' not in done.stderr


@pytest.mark.parametrize(('name', 'value'), WRONG)
def test_in_cgi_an_invalid_setting_is_answered_too(programs, name, value):
    answer = programs.cgi('POST', '/api/auth/register', json={'a': 1}, settings={name: value})
    exact(answer, ERR500)
    assert answer.exit_status == 1 and name in answer.stderr
    assert 'hidden' not in answer.stderr


@pytest.mark.parametrize('program', PROGRAMS)
@pytest.mark.parametrize('value', [None, '', 'x'])
def test_every_program_refuses_to_start_without_a_database(stack, transcript, program, value):
    """Those of a shared host would find its settings beside them."""
    arguments = {'admin': ['migrate'], 'worker': ['--once']}.get(program, [])
    done = Programs(stack, BUILD, transcript).run(program, *arguments, bare=True, settings={
        'APP_SECRET_KEY': 'k', 'EMAIL_URL': 'smtp://localhost', 'SENDER_EMAIL': 'a@b.c',
        'UI_URL': 'https://x.example', 'DATABASE_URL': value})
    is_one_line_naming(done, 'DATABASE_URL')


SHORT_KEY = 'APP_SECRET_KEY has only 5 bytes'


def test_a_short_key_is_warned_about_when_a_program_starts(stack, programs, tmp_path):
    """A CGI program does not warn, because it starts with each request."""
    settings = {'APP_SECRET_KEY': 'short'}
    assert SHORT_KEY in stack.run_worker_once(settings=settings).stderr
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / 'socket'))
        listening.listen()
        with subprocess.Popen([programs.build / 'login'], stdin=listening, stderr=subprocess.PIPE,
                              env=programs.environment(settings)) as service:
            assert SHORT_KEY in service.stderr.readline().decode()
            service.terminate()
    answer = programs.cgi('GET', '/api/auth/login', settings=settings)
    assert answer.status == 405 and SHORT_KEY not in answer.stderr


def test_a_password_hash_that_crypt_does_not_know_is_refused_or_an_error(programs, registration):
    answer = programs.cgi('POST', '/api/auth/register', json=registration(),
                          settings={'PASSWORD_HASH': '$nonsense$4'})
    exact(answer, ERR500)


# ---- the file ----------------------------------------------------------------------------------

@pytest.fixture
def settings_file(tmp_path, stack):
    """Write a settings file with the required settings and these lines."""
    def write(*lines, mode=0o600):
        path = tmp_path / 'fitgate.conf'
        needed = [line for line in stack.settings_file.read_text().splitlines()
                  if not line.startswith(('MAP_ATTRIBUTION', 'WEATHER_API_PROVIDER'))]
        path.write_text('\n'.join([*needed, *lines]) + '\n', encoding='utf-8')
        path.chmod(mode)
        return {'FITGATE_CONFIG': str(path)}
    return write


def attribution(programs, settings):
    answer = programs.cgi('GET', '/api/config', settings=settings)
    assert answer.status == 200, answer.stderr
    return answer.json()['data']['map_attribution']


@pytest.mark.parametrize(('line', 'value'), [
    ('MAP_ATTRIBUTION=plain', 'plain'), ('export MAP_ATTRIBUTION=exported', 'exported'),
    ('MAP_ATTRIBUTION="double quoted # text"', 'double quoted # text'),
    ("MAP_ATTRIBUTION='single \"quoted\"'", 'single "quoted"'), ('MAP_ATTRIBUTION=a b', 'a b'),
    ('MAP_ATTRIBUTION=a=b', 'a=b'), ('MAP_ATTRIBUTION=x # comment', 'x'),
    ('MAP_ATTRIBUTION=x#y', 'x#y'),
    ('MAP_ATTRIBUTION=é😀', 'é😀'), ('  MAP_ATTRIBUTION=indented', 'indented')])
def test_a_line_of_the_file_is_a_setting(programs, settings_file, line, value):
    assert attribution(programs, settings_file('# a comment', '', line)) == value


def test_the_environment_takes_precedence_over_the_file(programs, settings_file):
    settings = settings_file('MAP_ATTRIBUTION=file')
    assert attribution(programs, {**settings, 'MAP_ATTRIBUTION': 'environment'}) == 'environment'


@pytest.mark.parametrize('mode', [0o604, 0o644, 0o602, 0o606])
def test_a_file_that_others_can_read_or_write_is_refused(programs, settings_file, mode):
    done = programs.run('config', settings=settings_file(mode=mode))
    is_one_line_naming(done, 'FITGATE_CONFIG')


@pytest.mark.parametrize('line', ['nonsense', '=x', 'A B=x', 'MAP_ATTRIBUTION="open', 'A-B=1'])
def test_a_line_that_is_not_a_setting_is_refused(programs, settings_file, line):
    done = programs.run('config', settings=settings_file(line))
    assert done.returncode == 1 and len(done.stderr.splitlines()) == 1
    assert b'fitgate.conf' in done.stderr


def test_the_database_url_of_a_program_takes_precedence(programs, scratch):
    answer = programs.cgi('GET', '/api/config', settings={
        'DATABASE_URL': 'mysql://x:y@localhost/z?unix_socket=/nonexistent',
        'DATABASE_URL_CONFIG': scratch.url})
    assert answer.status == 200


# ---- the effect of some settings ---------------------------------------------------------------

def test_the_life_of_a_token_is_days_and_seconds(programs, user):
    answer = programs.cgi('POST', '/api/auth/login', json=user.credentials, settings={
        'TOKEN_EXPIRATION_DAYS': '2', 'TOKEN_EXPIRATION_SECONDS': '3'})
    claims = read(is_json(answer)['auth_token'])[1]
    assert claims['exp'] - claims['iat'] == 2 * 86400 + 3


def test_the_key_signs_the_tokens(programs, user):
    settings = {'APP_SECRET_KEY': 'ключ "test key"'}
    minted = Minter(settings['APP_SECRET_KEY']).token(user.id)
    assert programs.cgi('GET', '/api/auth/profile', token=minted, settings=settings).status == 200
    assert programs.cgi('GET', '/api/auth/profile', token=minted).status == 401


@pytest.mark.parametrize(('setting', 'start'), [
    ('$2b$5', '$2b$05$'), ('$2b$05', '$2b$05$'), ('$y$1', '$y$j75$'), ('$6$', '$6$'),
    ('$5$1000', '$5$rounds=1000$')])
def test_new_hashes_are_made_as_the_setting_says(programs, db, registration, setting, start):
    body = registration()
    answer = programs.cgi('POST', '/api/auth/register', json=body,
                          settings={'PASSWORD_HASH': setting})
    assert answer.status == 200
    stored = db.value('SELECT password FROM users WHERE username = %s', body['username'])
    assert stored.startswith(start)


def test_without_the_setting_new_hashes_are_yescrypt(programs, stack, db, tmp_path, registration):
    path = tmp_path / 'fitgate.conf'
    lines = stack.settings_file.read_text().splitlines(keepends=True)
    path.write_text(''.join(line for line in lines if not line.startswith('PASSWORD_HASH')))
    path.chmod(0o600)
    body = registration()
    assert programs.cgi('POST', '/api/auth/register', json=body,
                        settings={'FITGATE_CONFIG': str(path)}).status == 200
    stored = db.value('SELECT password FROM users WHERE username = %s', body['username'])
    assert stored.split('$')[:3] == new_hash('x', '$y$', 7).split('$')[:3]


def test_an_expired_confirmation_follows_the_setting(programs, db, make_user):
    token = unique('token')
    make_user(active=False, confirmation_token=sha256_hex(token))
    db.run('UPDATE users SET confirmation_sent_at = UTC_TIMESTAMP(6) - INTERVAL 20 SECOND '
           'WHERE confirmation_token = %s', sha256_hex(token))
    for life, status in (('10', 400), ('30', 200)):
        answer = programs.cgi('POST', '/api/auth/account/confirm', json={'token': token},
                              settings={'CONFIRMATION_TOKEN_EXPIRATION_SECONDS': life})
        assert answer.status == status


@pytest.mark.parametrize('url', ['https://x.example/', 'https://x.example///'])
def test_a_slash_at_the_end_of_the_site_is_dropped(programs, stack, scratch, registration,
                                                   mailbox, url):
    settings = {'DATABASE_URL': scratch.url, 'UI_URL': url}
    body = registration()
    assert programs.cgi('POST', '/api/auth/register', json=body, settings=settings).status == 200
    assert stack.run_worker_once(settings=settings).returncode == 0
    assert 'https://x.example/account-confirmation?token=' in mailbox.to(body['email'])[0].text


# ---- the log -----------------------------------------------------------------------------------

def test_the_log_is_written_to_the_configured_file(programs, tmp_path):
    path = tmp_path / 'log'
    for number in range(2):
        answer = programs.cgi('GET', '/api/ping', settings={'LOG': str(path)})
        exact(answer, PONG)
        assert answer.stderr == ''
        lines = path.read_text().splitlines()
        assert len(lines) == number + 1
        assert f'request={answer.headers["X-Request-Id"]}' in lines[-1]
    assert os.stat(path).st_mode & 0o007 == 0


def test_a_log_that_cannot_be_opened_stops_nothing(programs):
    answer = programs.cgi('GET', '/api/ping', settings={'LOG': '/nonexistent/log'})
    exact(answer, PONG)
    assert entries(answer.stderr, level='warning')[0]['message'] == (
        'could not open log file "/nonexistent/log": No such file or directory')


def test_every_log_line_has_the_agreed_form(api, stack):
    api.get('/api/ping')
    for name in (*SERVICES, 'worker'):
        for line in stack.log_text(name).splitlines():
            entry = parse_line(line)
            assert list(entry)[:4] == ['time', 'level', 'program', 'pid'], line
            assert re.fullmatch(r'\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z', entry['time']), line
            assert entry['level'] in ('error', 'warning', 'info') and entry['program'] == name


def test_the_settings_file_of_a_stack_is_private(stack):
    assert stack.settings_file.stat().st_mode & 0o777 == 0o600
