"""Fitgate on a shared host: the folder of `make shared-hosting` under the web server of FITGATE_WEB.

conftest.py leaves this file out behind nginx, and the tests marked `htaccess`
behind lighttpd.
"""

import json
import os
import re
import shutil
import subprocess

import pytest

from conftest import WEB
from support.answers import (ERR500, NOAUTH, NOURL, PONG, exact, is_bad_token, is_json,
                             is_no_auth)
from support.client import Api
from support.database import SHARED_HOST_RIGHTS
from support.dialects import ALL, DIALECTS
from support.operator import Command

PROFILE = '/api/auth/profile'
MIB = 1024 * 1024
SERVICES = ('config', 'export', 'login', 'picture', 'profile', 'register')

# All that Apache's suexec lets through of what a program may look at; it has no variables of ours.
SUEXEC = {'GATEWAY_INTERFACE': 'CGI/1.1', 'REQUEST_METHOD': 'GET', 'SERVER_PROTOCOL': 'HTTP/1.1',
          'REMOTE_ADDR': '192.0.2.7', 'PATH': '/usr/bin:/bin'}


# ---- what has a URL ------------------------------------------------------------------------------

@pytest.mark.parametrize('path', [
    '', 'login.cgi', 'login.cgi/api/ping', 'config.cgi/api/ping', 'config.cgi/v0.2/api/ping',
    'fitgate.path', 'errors/failure.json', 'lib/libcjson.so.1', 'nothing'])
def test_the_programs_folder_has_no_urls(api, path):
    answer = api.get(f'/fitgate/{path}')
    assert answer.status in (403, 404) and b'ELF' not in answer.body
    if WEB != 'lighttpd':
        assert is_json(answer)['status'] == 'not found'


@pytest.mark.parametrize('path', [
    '/../fitgate/fitgate.conf', '/%2e%2e/fitgate/fitgate.conf', '/fitgate/../../fitgate/fitgate.conf',
    '/fitgate/fitgate.conf', '/fitgate.conf', '/.htaccess', '/fitgate/.htaccess'])
def test_the_settings_have_no_url(api, path):
    answer = api.raw(f'GET {path} HTTP/1.0\r\n\r\n'.encode())
    assert answer.status in (400, 403, 404) and b'SECRET' not in answer.body


def test_pages_of_the_site_stay_its_own(api, stack):
    page = stack.public / 'index.html'
    page.write_text('hello')
    assert api.get('/index.html').body == b'hello'
    assert api.get('/nothing').headers['Content-Type'].startswith('text/html')


@pytest.mark.parametrize('path', [
    '/api/ping%253F', '/api/ping%2523', '/api/ping%2525', '/api/ping%25', '/api/ping%3Fx', '/api/ping%23x',
    '/api/ping%253fx', '/api/p%2569ng', '/api/auth/login%2520', '/api/ping%0a', '/api/ping%00'])
def test_a_path_is_decoded_once(api, path):
    answer = api.get(path)
    if '%0' in path:  # the web server may have an answer of its own
        assert answer.status in (400, 404)
    else:
        exact(answer, NOURL)


@pytest.mark.parametrize('path', ['/api/users/a%20b/picture', '/api/users/%C3%A9/picture',
                                  '/api/users/a+b/picture', "/api/users/a'b;c&d/picture"])
def test_a_name_in_a_path_arrives(api, path):
    assert api.get(path).json()['message'] == 'user does not exist'


# ---- what is handed on ---------------------------------------------------------------------------

@pytest.mark.htaccess
def test_two_authorization_headers_are_joined_to_a_bad_token(api, token):
    answer = api.get_with_header(PROFILE, f'Authorization: Bearer {token}', 'Authorization: Bearer x')
    is_bad_token(answer)


@pytest.mark.parametrize('line', ['Redirect-Http-Authorization', 'Proxy-Authorization', 'X-Auth'])
def test_no_other_header_counts_as_authorization(api, token, line):
    is_no_auth(api.get(PROFILE, headers={line: f'Bearer {token}'}))


@pytest.mark.parametrize(('name', 'value'), [('Api-Dialect', '0.2'), ('Fitgate-Config', '/dev/null'),
                                             ('Path-Info', '/api/config'), ('Request-Id', 'x')])
def test_a_client_cannot_set_what_the_web_server_sets(api, name, value):
    answer = api.get('/api/ping', headers={name: value})
    exact(answer, PONG)
    assert answer.headers['X-Request-Id'] != 'x'


@pytest.mark.parametrize('name', ALL)
def test_suexec_lets_through_all_that_a_program_needs(stack, name, minter, user):
    """Settings by fitgate.path, the dialect by the path, the token by a header's variable."""
    def ask(program, path, **variables):
        done = subprocess.run(
            [stack.public / f'fitgate/{program}.cgi'], input=b'', capture_output=True, check=True,
            env={**SUEXEC, 'PATH_INFO': DIALECTS[name].prefix + path, **variables}, timeout=60, cwd='/')
        head, _, body = done.stdout.partition(b'\r\n\r\n')
        return head.split()[1], json.loads(body)

    assert ask('config', '/api/ping')[0] == b'200'
    assert ask('config', '/api/nothing')[1] == DIALECTS[name].no_url[1]
    assert ask('profile', PROFILE)[1] == DIALECTS[name].no_auth[1]
    status, body = ask('profile', PROFILE, HTTP_AUTHORIZATION=f'Bearer {minter.token(user.id)}')
    assert status == b'200' and body['data']['username'] == user.username


@pytest.mark.parametrize('path', ['/api/nothing', '/api/auth/profile/edit', '/api/auth/picture',
                                  '/api/auth/account/export/request'])
def test_a_body_that_nobody_wants_costs_no_answer(api, path):
    """Under mod_cgid it did: what is left unread resets the connection."""
    expected = NOURL if path == '/api/nothing' else NOAUTH
    for octets in (b'x', b'x' * 100_000, iter([b'x' * 50_000] * 2)):
        exact(api.post(path, data=octets), expected)


# ---- the web server's own errors -----------------------------------------------------------------

@pytest.mark.htaccess
@pytest.mark.parametrize('name', ALL)
def test_a_body_that_the_web_server_refuses_is_refused_in_json(api_in, name):
    api = api_in(name)
    exact(api.post_text('/api/auth/login', b' ' * (3 * MIB)), DIALECTS[name].too_large)
    exact(api.post_text('/api/auth/login', iter([b' ' * MIB] * 3)), DIALECTS[name].too_large)


@pytest.fixture(scope='module')
def host(make_stack):
    """One of its own, and a copy of what was uploaded to it."""
    stack = make_stack('host', worker=False)
    shutil.copytree(stack.home, stack.folder / 'kept')
    return stack


@pytest.fixture
def broken(host):
    """To be broken; whole again afterwards."""
    yield host
    shutil.rmtree(host.home)
    shutil.copytree(host.folder / 'kept', host.home)


@pytest.mark.htaccess
@pytest.mark.parametrize('name', ALL)
@pytest.mark.parametrize('mode', [0o755, 0o644])
def test_a_program_that_fails_is_an_error_in_json(broken, journal, name, mode):
    program = broken.public / 'fitgate/export.cgi'
    program.unlink()
    program.write_text('#!/bin/sh\nexit 1\n')
    program.chmod(mode)
    answer = Api(broken, journal, DIALECTS[name].prefix).get('/api/auth/account/export')
    assert is_json(answer) == DIALECTS[name].failure[1]
    assert answer.status in (403, 500, 503)


def test_settings_that_others_can_read_are_refused(broken, journal):
    broken.settings_file.chmod(0o644)
    answer = Api(broken, journal).get('/api/config')
    if WEB != 'apache-fcgid':  # where it goes on with what it has read
        exact(answer, ERR500)


# ---- what doctor --url finds ---------------------------------------------------------------------

@pytest.fixture
def site(broken):
    """What the doctor finds: {check: text} of what is wrong, and the names of all checks."""
    def examine():
        done = subprocess.run(
            [broken.home / 'fitgate/admin', 'doctor', '--json', '--url', broken.base_url + '/'],
            env={'PATH': '/usr/bin:/bin'}, capture_output=True, text=True, check=False, timeout=60)
        lines = [json.loads(line) for line in done.stdout.splitlines()]
        assert lines, done.stderr
        return ({line['check']: line['text'] for line in lines if not line['ok']},
                [line['check'] for line in lines])
    return examine


def change(path, old, new):
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def test_a_sound_site_is_found_sound(site):
    wrong, checks = site()
    assert not [check for check in wrong if check.startswith('site')], wrong
    assert checks[-4:] == ['site', 'site paths', 'site authorization', 'site privacy']


@pytest.mark.htaccess
def test_an_authorization_header_that_does_not_arrive_is_found(broken, site):
    change(broken.public / 'fitgate/.htaccess', 'E=HTTP_AUTHORIZATION:', 'E=HTTP_X:')
    wrong, _checks = site()
    assert 'Authorization' in wrong['site authorization']


def test_settings_that_have_a_url_are_found(broken, site):
    (broken.public / 'fitgate.conf').write_text(broken.settings_file.read_text())
    (broken.public / 'fitgate.conf').chmod(0o644)
    wrong, _checks = site()
    assert '/fitgate.conf' in wrong['site privacy']


@pytest.mark.htaccess
def test_programs_that_are_not_run_are_found(broken, site):
    change(broken.public / 'fitgate/.htaccess', 'SetHandler', '#')
    wrong, _checks = site()
    assert 'CGI' in wrong['site']


@pytest.mark.htaccess
def test_a_htaccess_that_is_missing_is_found(broken, site):
    (broken.public / '.htaccess').unlink()
    wrong, _checks = site()
    assert '.htaccess' in wrong['site']


@pytest.mark.htaccess
def test_a_line_that_the_host_does_not_allow_is_found(broken, site):
    with open(broken.public / 'fitgate/.htaccess', 'a', encoding='utf-8') as file:
        file.write('Listen 80\n')
    wrong, _checks = site()
    assert 'delete that line' in wrong['site']


def test_a_site_that_is_away_is_found(broken):
    done = subprocess.run(
        [broken.home / 'fitgate/admin', 'doctor', '--url', 'http://127.0.0.1:1'], check=False,
        capture_output=True, text=True, timeout=60, env={'PATH': '/usr/bin:/bin'})
    assert done.returncode == 1 and 'WRONG site: http://127.0.0.1:1 cannot be reached' in done.stdout
    assert 'ok site' not in done.stdout


# ---- cron and the database -----------------------------------------------------------------------

def test_the_commands_of_the_readme_are_for_cron(stack, tmp_path):
    """As they stand there, with no more of an environment than cron gives."""
    readme = (stack.home / 'README').read_text()
    commands = re.findall(r'\$HOME/fitgate/[^;\n]+', readme)
    assert len(commands) == 5
    for command in commands:
        command = command.replace('https://example.org', stack.base_url)
        done = subprocess.run(['/bin/sh', '-c', command], cwd=tmp_path, capture_output=True,
                              text=True, check=False, timeout=60,
                              env={'PATH': '/usr/bin:/bin', 'HOME': str(stack.home)})
        # (what other tests have left in the queue is no fault of the host)
        assert not [line for line in done.stdout.splitlines()
                    if line.startswith('WRONG') and not line.startswith('WRONG jobs')], done.stdout
        assert done.returncode == 0 or 'doctor' in command, (command, done.stdout, done.stderr)


def test_the_readme_says_what_the_programs_need(stack):
    end = (stack.home / 'README').read_text().partition('Built on ')[2]
    assert re.search(r'glibc 2\.\d+ or newer', end)
    assert 'public_html/fitgate/lib/libcjson.so.1' in end and 'fitgate/lib/libcurl.so.4' in end


def test_an_account_of_a_shared_host_has_all_the_rights_that_are_needed(
        programs, empty_database, journal):
    made = empty_database(SHARED_HOST_RIGHTS)
    assert programs.migrate(made).returncode == 0
    command = Command(programs, made)
    command.done('users', 'create', 'sam', '--email', 'sam@example.org', stdin=b'correct horse battery\n')
    settings = {'DATABASE_URL': made.url}
    answer = programs.cgi('POST', '/api/auth/login', settings=settings,
                          json={'email': 'sam@example.org', 'password': 'correct horse battery'})
    token = answer.json()['auth_token']
    assert programs.cgi('GET', PROFILE, token=token, settings=settings).status == 200
    lines = command.objects('doctor')
    assert not [line for line in lines if not line['ok'] and line['check'] != 'secret'], lines


# ---- what is uploaded ----------------------------------------------------------------------------

def needed_libraries(program):
    text = subprocess.run(['ldd', program], capture_output=True, text=True, check=True).stdout
    return {line.split()[0]: line for line in text.splitlines() if '=>' in line}


@pytest.mark.parametrize('name', SERVICES)
def test_a_program_needs_nothing_of_the_host_but_glibc(stack, name):
    found = needed_libraries(stack.public / f'fitgate/{name}.cgi')
    own = {name for name, line in found.items() if str(stack.public) in line}
    assert own == {'libcjson.so.1'}
    assert found.keys() - own <= {'libc.so.6', 'libm.so.6'}


@pytest.mark.parametrize('name', ['worker', 'admin'])
def test_a_command_brings_its_libraries(stack, name):
    found = needed_libraries(stack.home / 'fitgate' / name)
    others = {name for name, line in found.items() if str(stack.home) not in line}
    assert others <= {'libc.so.6', 'libm.so.6', 'libresolv.so.2', 'libdl.so.2', 'libpthread.so.0'}


def test_the_folder_is_private_where_it_must_be(stack):
    assert (stack.home / 'fitgate').stat().st_mode & 0o077 == 0
    assert (stack.home / 'fitgate/uploads').stat().st_mode & 0o077 == 0
    assert (stack.home / 'fitgate/fitgate.conf.example').stat().st_mode & 0o077 == 0
    modes = {name: os.stat(stack.public / f'fitgate/{name}.cgi').st_mode & 0o777 for name in SERVICES}
    assert set(modes.values()) == {0o755}
