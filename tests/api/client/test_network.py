"""URLs, proxies, the configuration of curl, and curl on Windows."""

from contextlib import closing

import pytest

from tests.api.client.command import make_tools, replace_tool
from tests.api.client.servers import CuttingProxy, Firewall, ForwardProxy
from tests.harness.pictures import png
from tests.harness.ports import ReservedPort

WARNING = ('fitgate: warning: http:// is not encrypted: '
           'passwords and tokens can be read on the way to ')


@pytest.fixture
def proxy(stack, tmp_path):
    with ForwardProxy(stack.port, tmp_path) as server:
        yield server


@pytest.fixture
def no_proxy_there():
    """The URL of a proxy port that refuses connections."""
    with closing(ReservedPort()) as port:
        yield 'http://127.0.0.1:%d' % port.number


# ---- firewalls ---------------------------------------------------------------------------------

def test_methods_that_a_firewall_rejects_are_sent_as_posts(logged_in, user, stack):
    with Firewall(stack.port, 'PATCH', 'DELETE') as firewall:
        logged_in.url = firewall.url
        logged_in.log_in(user)
        logged_in.ok('picture', 'delete')
        logged_in.ok('sport', 'reset', '1')
        logged_in.ok('password', 'change', '--password-stdin',
                     stdin=f'{user.password}\na new long password\n')
        assert logged_in.refused(1, 'password', 'change', '--password-stdin',
                                 stdin=f'{user.password}\nanother long one\n') == 'invalid credentials'
    sent = [line for line in firewall.request_lines if not line.startswith('GET ')]
    assert sent[:7] == [
        'POST /api/auth/login',
        'DELETE /api/auth/picture', 'POST /api/auth/picture/delete',
        'DELETE /api/auth/profile/reset/sports/1', 'POST /api/auth/profile/reset/sports/1/delete',
        'PATCH /api/auth/profile/edit/account', 'POST /api/auth/profile/edit/account/patch']


def test_what_the_api_itself_refuses_is_not_sent_again(logged_in, user, stack):
    with Firewall(stack.port) as firewall:
        logged_in.url = firewall.url
        logged_in.log_in(user)
        logged_in.refused(1, 'sport', 'reset', '4000000')
    assert firewall.request_lines[-1] == 'DELETE /api/auth/profile/reset/sports/4000000'


def test_a_firewall_that_rejects_all_is_reported(logged_in, user, stack):
    with Firewall(stack.port, 'PATCH', 'DELETE') as firewall:
        logged_in.url = firewall.url
        logged_in.log_in(user)
        firewall.methods = ('DELETE', 'POST')
        assert 'status 403' in logged_in.refused(5, 'picture', 'delete')


# ---- URLs --------------------------------------------------------------------------------------

def test_a_url_with_braces_or_brackets_is_one_url(one_client, stack):
    """Otherwise curl would contact both servers and send the password to both."""
    with CuttingProxy(stack.port, '/') as first, CuttingProxy(stack.port, '/') as second:
        ports = [server.url.rpartition(':')[2] for server in (first, second)]
        for port in ('{%s,%s}' % tuple(ports), f'[{ports[0]}-{ports[0]}]'):
            done = one_client('login', 'x@example.org', '--url', f'http://127.0.0.1:{port}',
                              env={'FITGATE_PASSWORD': 'x'})
            assert (done.returncode, done.stdout) == (3, '')
    assert first.requests + second.requests == []


@pytest.mark.parametrize('host', [
    'fitgate.test', '192.0.2.1', '127.0.0.1.fitgate.test', 'localhost.fitgate.test',
    'user:x@fitgate.test', 'localhost@fitgate.test', '[2001:db8::1]', '127.fitgate.test'])
def test_http_to_another_host_is_warned_of(one_client, no_proxy_there, host):
    done = one_client('ping', '--url', f'http://{host}:8080/x', env={'http_proxy': no_proxy_there})
    assert done.returncode == 3
    assert done.stderr.startswith(WARNING + host.rpartition('@')[2] + '\n')


@pytest.mark.parametrize('host', ['127.0.0.1', 'localhost', '127.1.2.3', '[::1]', 'localhost/api',
                                  'localhost#@fitgate.test'])
def test_http_to_this_machine_is_not_warned_of(one_client, no_proxy_there, host):
    done = one_client('ping', '--url', f'http://{host}', env={'http_proxy': no_proxy_there})
    assert 'warning' not in done.stderr


def test_https_is_not_warned_of(one_client, no_proxy_there):
    done = one_client('ping', '--url', 'https://fitgate.test', env={'https_proxy': no_proxy_there})
    assert done.returncode == 3 and 'warning' not in done.stderr


# ---- proxies -----------------------------------------------------------------------------------

def test_a_proxy_in_the_environment_is_used_for_another_host(client, user, proxy):
    env = {'FITGATE_URL': 'http://fitgate.test', 'http_proxy': proxy.url}
    done = client('login', user.email, env={**env, 'FITGATE_PASSWORD': user.password})
    assert (done.returncode, done.stderr) == (0, f'{WARNING}fitgate.test\n')
    done = client('whoami', env={**env, 'FITGATE_URL': None})
    assert user.username in done.stdout
    assert proxy.request_lines == ['POST http://fitgate.test/api/auth/login',
                                   'GET http://fitgate.test/api/auth/profile']


def test_https_goes_through_a_tunnel_of_the_proxy(client, user, proxy):
    env = {'FITGATE_URL': 'https://fitgate.test', 'https_proxy': proxy.url,
           'CURL_CA_BUNDLE': str(proxy.certificate)}
    client.ok('login', user.email, env={**env, 'FITGATE_PASSWORD': user.password})
    (client.home / 'a.png').write_bytes(png())
    client.ok('picture', 'set', 'a.png', env=env)
    assert client.ok('export', '-o', 'out.zip', env=env) == 'out.zip\n'
    assert set(proxy.request_lines) == {'CONNECT fitgate.test:443'}


@pytest.mark.parametrize('variable', ['http_proxy', 'all_proxy', 'ALL_PROXY'])
def test_a_proxy_is_not_used_for_this_machine(one_client, user, no_proxy_there, variable):
    """The proxy would connect to itself, and it would receive the password."""
    one_client.ok('login', user.email,
                  env={variable: no_proxy_there, 'FITGATE_PASSWORD': user.password})


def test_an_unreachable_proxy_is_reported_as_no_connection(one_client, no_proxy_there):
    done = one_client('ping', '--url', 'https://fitgate.test', env={'https_proxy': no_proxy_there})
    assert done.returncode == 3 and 'fitgate: no reply from https://fitgate.test' in done.stderr


# ---- the user's configuration of curl ----------------------------------------------------------

def test_the_configuration_file_of_curl_changes_nothing(client, user):
    """Neither ~/.curlrc nor the file that newer versions read."""
    text = ('url = "http://127.0.0.1:1/"\nproxy = "http://127.0.0.1:1"\noutput = "stolen"\n'
            'include\nverbose\nfail\nrequest = "PUT"\nheader = "Content-Type: text/plain"\n')
    for path in ('.curlrc', 'configuration/curlrc', 'configuration/.curlrc', 'curl/.curlrc'):
        (client.home / path).parent.mkdir(exist_ok=True)
        (client.home / path).write_text(text)
    for env in ({}, {'XDG_CONFIG_HOME': str(client.home / 'configuration')},
                {'CURL_HOME': str(client.home / 'curl')}):
        client.ok('login', user.email, env={**env, 'FITGATE_PASSWORD': user.password})
        assert user.username in client.ok('whoami', env=env)
    assert list(client.home.rglob('stolen')) == []


# ---- curl for Windows --------------------------------------------------------------------------

# In Git Bash the shell uses POSIX paths, but curl.exe does not. These scripts replace cygpath and
# curl: this curl opens only paths that cygpath has translated, and writes the line ends of Windows.
CYGPATH = '''#!/bin/sh
[ "$1 $2 $3" = '-m -a --' ] || exit 1
case $4 in
*unknown*) exit 1 ;;
/*) printf 'C:%s\\n' "$4" ;;
*) printf 'C:%s/%s\\n' "$PWD" "$4" ;;
esac
'''
CURL = '''#!/bin/sh
configuration=$(cat)
printf '%s\\n' "$configuration" | grep -E '^(output|form) = ' | grep -Eqv '"(file=@\\\\")?C:/' &&
	exit 26
printf '%s\\n' "$configuration" |
	sed -E '/^(output|form) = /s|C:/|/|; s/^(write-out = .*)"$/\\1\\\\r"/' |
	{curl} "$@"
'''


@pytest.fixture
def windows(one_client, tmp_path):
    curl = (one_client.tools / 'curl').resolve()
    one_client.tools = make_tools(tmp_path / 'windows')
    (one_client.tools / 'grep').symlink_to('/usr/bin/grep')
    replace_tool(one_client.tools, 'cygpath', CYGPATH)
    replace_tool(one_client.tools, 'curl', CURL.format(curl=curl))
    return one_client


def test_paths_are_translated_for_a_curl_of_windows(windows, user):
    content = png()
    windows.log_in(user)
    (windows.home / 'a b.png').write_bytes(content)
    for path in ('a b.png', windows.home / 'a b.png'):
        assert windows.ok('picture', 'set', path) == 'user picture updated\n'
    assert windows('picture', 'get', text=False).stdout == content
    windows.ok('picture', 'get', '-o', windows.home / 'got.png')
    assert (windows.home / 'got.png').read_bytes() == content
    windows.ok('export', '-o', 'out.zip')
    assert (windows.home / 'out.zip').read_bytes().startswith(b'PK')


def test_a_path_that_cannot_be_translated_is_named(windows, user):
    windows.log_in(user)
    (windows.home / 'unknown.png').write_bytes(png())
    assert windows.refused(6, 'picture', 'set', 'unknown.png') == \
        'could not convert path "./unknown.png" for Windows'


def test_a_file_that_curl_cannot_open_is_not_a_missing_connection(one_client, user, tmp_path):
    one_client.log_in(user)
    one_client.tools = make_tools(tmp_path / 'tools')
    replace_tool(one_client.tools, 'curl', '#!/bin/sh\nexit 26\n')
    (one_client.home / 'a.png').write_bytes(png())
    assert one_client.refused(6, 'picture', 'set', 'a.png') == 'curl could not read or write a file'
