"""Fitgate on a shared host: the directory of `make shared-hosting` under the web server of FITGATE_WEB.

conftest.py leaves this file out behind nginx, and the tests marked `htaccess`
behind lighttpd.
"""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.api.support.configuration import WEB
from tests.harness.answers import (ERR500, NOAUTH, NOURL, PONG, exact, is_bad_token, is_json,
                                   is_no_auth)
from tests.api.support.client import Api
from tests.harness import host_root
from tests.harness.sql import SHARED_HOST_RIGHTS
from tests.harness.tree import HOSTED_SERVICES
from tests.api.support.dialects import ALL, DIALECTS
from tests.api.support.admin_command import Command
from tests.harness.waiting import LIMIT

PROFILE = '/api/auth/profile'
MIB = 1024 * 1024

# The variables that Apache's suexec passes to a program; none of Fitgate's is among them.
SUEXEC = {'GATEWAY_INTERFACE': 'CGI/1.1', 'REQUEST_METHOD': 'GET', 'SERVER_PROTOCOL': 'HTTP/1.1',
          'REMOTE_ADDR': '192.0.2.7', 'PATH': '/usr/bin:/bin'}


# ---- the files that have a URL -------------------------------------------------------------------

@pytest.mark.parametrize('path', [
    '', 'login.cgi', 'login.cgi/api/ping', 'config.cgi/api/ping', 'config.cgi/v0.2/api/ping',
    'fitgate.path', 'errors/failure.json', 'loader', 'lib/login', 'lib/libcjson.so.1', 'zoneinfo/Asia/Tokyo', 'nothing'])
def test_the_programs_directory_has_no_urls(api, path):
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


@pytest.mark.htaccess
@pytest.mark.parametrize('name', ['fitgate.conf', 'fitgate.path',
                         'worker', 'admin', 'uploads/x', 'README', ''])
def test_the_private_directory_denies_all_even_below_the_site(broken, transcript, name):
    """The home directory can be the site itself, or the private directory can be copied into the site."""
    copy = broken.public / 'private'
    shutil.copytree(broken.home / 'fitgate', copy)
    copy.chmod(0o755)
    (copy / 'uploads').chmod(0o755)
    (copy / 'uploads/x').write_text('a file')
    for path in copy.iterdir():
        if path.is_file():
            path.chmod(0o644)
    answer = Api(broken, transcript).get(f'/private/{name}')
    # 500 if the host does not allow Require
    assert answer.status in (403, 500) and b"SECRET" not in answer.body


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
    if '%0' in path:  # the web server can have its own answer
        assert answer.status in (400, 404)
    else:
        exact(answer, NOURL)


@pytest.mark.parametrize('path', ['/api/users/a%20b/picture', '/api/users/%C3%A9/picture',
                                  '/api/users/a+b/picture', "/api/users/a'b;c&d/picture"])
def test_a_name_in_a_path_arrives(api, path):
    assert api.get(path).json()['message'] == 'user does not exist'


# ---- the variables of a request ------------------------------------------------------------------

@pytest.mark.htaccess
def test_two_authorization_headers_are_joined_to_a_bad_token(api, token):
    answer = api.get_with_header(
        PROFILE,
        f'Authorization: Bearer {token}',
        'Authorization: Bearer x')
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


def status_and_body(done):
    """Of the answer that a CGI program has written."""
    head, _, body = done.stdout.partition(b'\r\n\r\n')
    return head.split()[1], json.loads(body)


def run_as_suexec_does(stack, program, path, **variables):
    """The status and the body of a GET request."""
    return status_and_body(subprocess.run(
        [stack.public / f'fitgate/{program}.cgi'], input=b'', capture_output=True, check=True,
        env={**SUEXEC, 'PATH_INFO': path, **variables}, timeout=LIMIT, cwd='/'))


@pytest.mark.parametrize('name', ALL)
def test_suexec_passes_all_that_a_program_needs(stack, name, minter, user):
    """Settings come from fitgate.path, the dialect from the path, the token from a header's variable."""
    def ask(program, path, **variables):
        return run_as_suexec_does(stack, program, DIALECTS[name].prefix + path, **variables)

    assert ask('config', '/api/ping')[0] == b'200'
    assert ask('config', '/api/nothing')[1] == DIALECTS[name].no_url[1]
    assert ask('profile', PROFILE)[1] == DIALECTS[name].no_auth[1]
    status, body = ask('profile', PROFILE, HTTP_AUTHORIZATION=f'Bearer {minter.token(user.id)}')
    assert status == b'200' and body['data']['username'] == user.username


def test_a_configuration_of_the_hosts_openssl_is_not_read(stack, minter, user, tmp_path):
    """It may name modules that only the host's OpenSSL has."""
    (tmp_path / 'openssl.cnf').write_text(
        'config_diagnostics = 1\nopenssl_conf = start\n[start]\nproviders = list\n[list]\nhosts = module\n'
        '[module]\nmodule = /nonexistent/module.so\nactivate = 1\n')
    status, _body = run_as_suexec_does(
        stack, 'profile', PROFILE, HTTP_AUTHORIZATION=f'Bearer {minter.token(user.id)}',
        OPENSSL_CONF=str(tmp_path / 'openssl.cnf'))
    assert status == b'200'


@pytest.mark.parametrize('path', ['/api/nothing', '/api/auth/profile/edit', '/api/auth/picture',
                                  '/api/auth/account/export/request'])
def test_a_body_that_no_program_reads_does_not_prevent_the_answer(api, path):
    """With mod_cgid, unread data used to reset the connection."""
    expected = NOURL if path == '/api/nothing' else NOAUTH
    for content in (b'x', b'x' * 100_000, iter([b'x' * 50_000] * 2)):
        exact(api.post(path, data=content), expected)


# ---- time zones ----------------------------------------------------------------------------------

def test_all_time_zones_are_beside_the_programs(stack):
    """tests/api/pages/test_zones.py tests that the pages read them."""
    def files(directory):
        return {path.relative_to(directory) for path in directory.rglob('*')
                if path.is_file() and path.relative_to(directory).parts[0][0].isupper()}
    packed = stack.public / 'fitgate/zoneinfo'
    assert files(packed) == files(Path('/usr/share/zoneinfo')) and len(files(packed)) > 400
    assert not [path for path in packed.rglob('*') if path.is_symlink()]  # FTP cannot upload them


# ---- the web server's own errors -----------------------------------------------------------------

@pytest.mark.htaccess
@pytest.mark.parametrize('name', ALL)
def test_a_body_that_the_web_server_refuses_is_refused_in_json(api_in, name):
    api = api_in(name)
    exact(api.post_text('/api/auth/login', b' ' * (3 * MIB)), DIALECTS[name].too_large)
    exact(api.post_text('/api/auth/login', iter([b' ' * MIB] * 3)), DIALECTS[name].too_large)


@pytest.fixture(scope='module')
def host(make_stack):
    """A separate stack, and a copy of its uploaded directory."""
    stack = make_stack('host', worker=False)
    shutil.copytree(stack.home, stack.directory / 'kept')
    return stack


@pytest.fixture
def broken(host):
    """A stack that the test may break; it is restored afterwards."""
    yield host
    shutil.rmtree(host.home)
    shutil.copytree(host.directory / 'kept', host.home)


@pytest.mark.htaccess
@pytest.mark.parametrize('name', ALL)
@pytest.mark.parametrize('mode', [0o755, 0o644])
def test_a_program_that_fails_is_an_error_in_json(broken, transcript, name, mode):
    program = broken.public / 'fitgate/export.cgi'
    program.unlink()
    program.write_text('#!/bin/sh\nexit 1\n')
    program.chmod(mode)
    answer = Api(broken, transcript, DIALECTS[name].prefix).get('/api/auth/account/export')
    assert is_json(answer) == DIALECTS[name].failure[1]
    assert answer.status in (403, 500, 503)


def test_settings_that_others_can_read_are_refused(broken, transcript):
    broken.settings_file.chmod(0o644)
    answer = Api(broken, transcript).get('/api/config')
    if WEB != 'apache-fcgid':  # its processes keep the settings
        exact(answer, ERR500)


# ---- doctor --url --------------------------------------------------------------------------------

@pytest.fixture
def site(broken):
    """The doctor's findings: {check: text} of the failed checks, and the names of all checks."""
    def examine():
        done = subprocess.run(
            [broken.home / 'fitgate/admin', 'doctor', '--json', '--url', broken.base_url + '/'],
            env={'PATH': '/usr/bin:/bin'}, capture_output=True, text=True, check=False, timeout=LIMIT)
        lines = [json.loads(line) for line in done.stdout.splitlines()]
        assert lines, done.stderr
        return ({line['check']: line['text'] for line in lines if not line['ok']},
                [line['check'] for line in lines])
    return examine


def change(path, old, new):
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def reject(stack, condition):
    """As a firewall before the API would."""
    change(stack.public / '.htaccess', 'RewriteEngine On\n',
           f'RewriteEngine On\nRewriteCond {condition}\nRewriteRule ^ - [F,L]\n')


def test_a_correct_site_passes_all_checks(site):
    wrong, checks = site()
    assert not [check for check in wrong if check.startswith('site')], wrong
    assert checks[-5:] == ['site', 'site paths',
                           'site authorization', 'site methods', 'site privacy']


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
@pytest.mark.parametrize('method', ['HEAD', 'PATCH', 'DELETE', 'OPTIONS'])
def test_a_firewall_that_rejects_a_method_is_found(broken, site, method):
    reject(broken, f'%{{REQUEST_METHOD}} ={method}')
    wrong, _checks = site()
    assert f'{method} /api/' in wrong['site methods'] and '403' in wrong['site methods']
    assert (
        'clients can send POST with the header' in wrong['site methods']) == (
        method in (
            'PATCH',
            'DELETE'))


@pytest.mark.htaccess
def test_all_methods_that_a_firewall_rejects_are_named(broken, site):
    """The rule 911100 of the OWASP core rule set allows GET, HEAD, POST and OPTIONS."""
    reject(broken, '%{REQUEST_METHOD} !^(?:GET|HEAD|POST|OPTIONS)$')
    text = site()[0]['site methods']
    assert 'PATCH /api/' in text and 'DELETE /api/' in text and 'POST /api/auth/login' not in text


@pytest.mark.htaccess
def test_the_way_around_a_firewall_that_is_left_is_named(broken, site):
    reject(broken, '%{REQUEST_METHOD} =PATCH')
    reject(broken, '%{HTTP:X-HTTP-Method-Override} .')
    text = site()[0]['site methods']
    assert '/patch or /delete' in text and 'as the client fitgate does' in text
    reject(broken, '%{REQUEST_URI} /(?:patch|delete)$')
    text = site()[0]['site methods']
    assert 'is rejected, too' in text and 'clients can send' not in text


@pytest.mark.htaccess
def test_a_header_that_a_firewall_removes_is_no_way_around(broken, site):
    """Apache's own way to do so needs the server's configuration; the variable's other name does the same."""
    reject(broken, '%{REQUEST_METHOD} =DELETE')
    with open(broken.public / 'fitgate/.htaccess', 'a', encoding='utf-8') as file:
        file.write('RequestHeader unset X-HTTP-Method-Override\n')
    assert '/patch or /delete' in site()[0]['site methods']


def test_a_private_directory_that_was_uploaded_to_the_site_is_found(broken, site):
    """Its settings can be those of another installation, or an older copy."""
    directory = broken.public / 'private'
    directory.mkdir(mode=0o755)
    (directory / 'fitgate.conf').write_text('DATABASE_URL=mysql://sam:secret@localhost/x\n')
    (directory / 'fitgate.conf').chmod(0o644)
    wrong, _checks = site()
    assert '/private/fitgate.conf' in wrong['site privacy']


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


def test_an_unreachable_site_is_found(broken):
    done = subprocess.run(
        [broken.home / 'fitgate/admin', 'doctor', '--url', 'http://127.0.0.1:1'], check=False,
        capture_output=True, text=True, timeout=LIMIT, env={'PATH': '/usr/bin:/bin'})
    assert done.returncode == 1 and 'FAIL site: could not reach http://127.0.0.1:1' in done.stdout
    assert 'OK site' not in done.stdout


# ---- cron and the database -----------------------------------------------------------------------

def test_the_commands_of_the_readme_are_for_cron(stack, tmp_path):
    """The commands run as they are in the README, in the environment of cron."""
    readme = (stack.home / 'README').read_text()
    commands = re.findall(r'\$HOME/fitgate/[^;\n]+', readme)
    assert len(commands) == 5
    for command in commands:
        command = command.replace('https://example.org', stack.base_url)
        done = subprocess.run(['/bin/sh', '-c', command], cwd=tmp_path, capture_output=True,
                              text=True, check=False, timeout=LIMIT,
                              env={'PATH': '/usr/bin:/bin', 'HOME': str(stack.home)})
        # (jobs of other tests that are still in the queue do not count)
        assert not [line for line in done.stdout.splitlines()
                    if line.startswith('FAIL') and not line.startswith('FAIL jobs')], done.stdout
        assert done.returncode == 0 or 'doctor' in command, (command, done.stdout, done.stderr)


def test_the_readme_lists_the_requirements_of_the_programs(stack):
    end = (stack.home / 'README').read_text().partition('Built on ')[2]
    assert re.search(rf'need Linux \d+\.\d+\.\d+\nor newer on {os.uname().machine} ', end)
    listed = re.findall(r'^ {4}(\S+)$', end, re.MULTILINE)
    assert sorted(listed) == sorted(str(path.relative_to(stack.home))
                                    for path in stack.home.rglob('*.so*'))
    assert {'public_html/fitgate/lib/plugin/caching_sha2_password.so',
            'fitgate/lib/libcurl.so.4'} <= set(listed)


def test_an_account_of_a_shared_host_has_all_the_rights_that_are_needed(
        programs, empty_database, transcript):
    made = empty_database(SHARED_HOST_RIGHTS)
    assert programs.migrate(made).returncode == 0
    command = Command(programs, made)
    command.done(
        'users',
        'create',
        'sam',
        '--email',
        'sam@example.org',
        stdin=b'correct horse battery\n')
    settings = {'DATABASE_URL': made.url}
    answer = programs.cgi('POST', '/api/auth/login', settings=settings,
                          json={'email': 'sam@example.org', 'password': 'correct horse battery'})
    token = answer.json()['auth_token']
    assert programs.cgi('GET', PROFILE, token=token, settings=settings).status == 200
    lines = command.objects('doctor')
    assert not [line for line in lines if not line['ok'] and line['check'] != 'secret'], lines


# ---- the uploaded directory ----------------------------------------------------------------------

UPLOADED = ['fitgate/worker', 'fitgate/admin',
            *(f'public_html/fitgate/{name}.cgi' for name in HOSTED_SERVICES)]
ARGUMENTS = {'worker': ['--once'], 'admin': ['users', 'list']}  # of the others: --routes


@pytest.mark.parametrize('path', UPLOADED)
def test_a_program_brings_its_libraries_and_glibc(stack, path):
    directory = (stack.home / path).parent
    listed = subprocess.run([directory / 'loader', '--list', directory / 'lib' / Path(path).stem],
                            capture_output=True, text=True, check=True).stdout
    found = dict(re.findall(r'(\S+) => (\S+)', listed))
    assert {'libc.so.6', 'libcjson.so.1'} <= found.keys()
    assert {Path(library).parent for library in found.values()} <= {directory / 'lib', directory}


@pytest.fixture
def on_bare_host(stack, tmp_path):
    """Run a command on a host without any library: an empty root directory."""
    def run(*command, **environment):
        done = subprocess.run(
            host_root.in_root(tmp_path, [stack.directory, stack.run], command), input=b'',
            capture_output=True, check=False, timeout=LIMIT,
            env={'PATH': '/usr/bin:/bin:/usr/sbin:/sbin', **environment})
        assert done.returncode == 0 and not done.stderr, done.stderr
        return done
    return run


@pytest.mark.parametrize('path', UPLOADED)
def test_a_program_runs_on_a_host_without_any_library(stack, on_bare_host, path):
    """So the version of the host's glibc does not matter."""
    on_bare_host(stack.home / path, *ARGUMENTS.get(Path(path).stem, ['--routes']))


def test_a_host_without_any_library_reaches_the_database(stack, on_bare_host, empty_database):
    """The programs bring what the database client loads for the account: with MySQL, a plugin."""
    url = empty_database(SHARED_HOST_RIGHTS).url
    on_bare_host(stack.home / 'fitgate/admin', 'migrate', DATABASE_URL=url)
    on_bare_host(stack.home / 'fitgate/worker', '--once', DATABASE_URL=url)
    status, _body = status_and_body(on_bare_host(
        stack.public / 'fitgate/config.cgi', **SUEXEC | {'PATH_INFO': '/api/config', 'DATABASE_URL': url}))
    assert status == b'200'


@pytest.mark.parametrize('name', ['caching_sha2_password', 'client_ed25519'])
@pytest.mark.parametrize('program, argument', [('fitgate/admin', '--help'),
                                               ('public_html/fitgate/config', '--routes')])
def test_a_plugin_of_the_database_client_brings_its_libraries(
        stack, on_bare_host, program, argument, name):
    """Only MySQL and additions to MariaDB ask for these plugins; the loader of the programs loads them for any server."""
    directory = (stack.home / program).parent
    on_bare_host(directory / 'loader', '--preload', directory / f'lib/plugin/{name}.so',
                 directory / 'lib' / Path(program).name, argument)


def test_the_database_client_is_told_where_its_plugins_are(stack, tmp_path):
    """The launcher starts env(1), as if it were a program."""
    directory = tmp_path / 'fitgate'
    shutil.copytree(stack.home / 'fitgate', directory)
    shutil.copy('/usr/bin/env', directory / 'lib/admin')
    variables = subprocess.run([directory / 'admin'], capture_output=True, text=True, check=True,
                               timeout=LIMIT, env={'MARIADB_PLUGIN_DIR': '/usr/lib'}).stdout
    assert f'MARIADB_PLUGIN_DIR={directory}/lib/plugin\n' in variables


def test_the_directory_is_private_where_it_must_be(stack):
    assert (stack.home / 'fitgate').stat().st_mode & 0o077 == 0
    assert (stack.home / 'fitgate/uploads').stat().st_mode & 0o077 == 0
    assert (stack.home / 'fitgate/fitgate.conf.example').stat().st_mode & 0o077 == 0
    modes = {name: os.stat(stack.public / f'fitgate/{name}.cgi').st_mode &
             0o777 for name in HOSTED_SERVICES}
    assert set(modes.values()) == {0o755}
