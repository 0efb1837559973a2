"""The files for an nginx of a stock Debian, included with one line in an existing server block."""

import os
import re
import shutil
import signal
import subprocess
import textwrap
import urllib.error
import urllib.request
import uuid
from pathlib import Path

import pytest

from tests.install.support import make
from tests.harness.documents import blocks
from tests.harness.ports import ReservedPort
from tests.harness.processes import Daemon, tool
from tests.harness.waiting import LIMIT, poll

STOCK = Path('/etc/nginx/nginx.conf')

DIRECTLY = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # ignore proxies
REST = 'location / { return 200 "the site\\n"; }'
MINE = '''
    location /api/ { return 200 "their own API\\n"; }
    error_page 404 /their_404;
    location = /their_404 { internal; return 200 "their 404\\n"; }
    location /missing { return 404; }
'''


def in_readme(number):
    """The content of a server block in nginx/README.md."""
    found = [block for block in blocks('nginx') if block.document == 'nginx/README.md']
    return re.search(r'listen 80;\n(.*)}', found[number].text, re.DOTALL)[1]


BY_NAME = r'''
    location ~* \.(png|jpe?g|gif|zip)$ { return 200 "their own file\n"; }
    location ~* /api/ { return 200 "their own API\n"; }
'''

# the contents of their server blocks
SITES = {
    'by-name': [in_readme(0) + REST + BY_NAME],
    'by-name-sub-path': [in_readme(1) + REST + BY_NAME],
    'plain': [in_readme(0) + REST],
    'sub-path': [in_readme(1) + REST],
    'own-api': [in_readme(1) + MINE],
    'two-sites': [f'server_name {name};\n' + in_readme(0) + REST for name in ('one.example', 'two.example')],
}


class Site:
    """A stock nginx with the files of an installation, and a server block for each site."""

    def __init__(self, directory, stack, *servers):
        self.reservation = ReservedPort()
        self.port = self.reservation.number
        self.directory = directory
        etc = directory / 'etc/nginx'
        shutil.copytree(STOCK.parent, etc, symlinks=True)
        make('install', f'DESTDIR={directory}', 'PREFIX=/usr', 'SYSCONFDIR=/etc',
             f'SOCKETDIR={stack.run}', f'UPLOADDIR={stack.upload_folder}')
        for file in [*etc.glob('fitgate/*.conf'), etc / 'conf.d/fitgate.conf', etc / 'nginx.conf']:
            text = file.read_text().replace('/etc/nginx/', f'{etc}/')
            # the stock file has its logs and its pid file where only root can write
            text = text.replace('/var/log/nginx', str(directory)).replace('/run/nginx.pid',
                                                                          f'{directory}/nginx.pid')
            text = text.replace('user www-data;', '')
            file.write_text(text)
        for file in (etc / 'sites-enabled').glob('*'):
            file.unlink()
        (etc / 'sites-enabled/site').write_text(''.join(
            f'server {{\nlisten 127.0.0.1:{self.port};\n{textwrap.dedent(server)}}}\n' for server in servers))
        self.command = [tool('nginx'), '-p', f'{etc}/', '-c', etc / 'nginx.conf', '-e', 'stderr']
        self.server = None

    def test(self):
        return subprocess.run([*self.command, '-t', *self.as_root()], text=True, check=False,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    @staticmethod
    def as_root():
        return ['-g', 'user root;'] if os.geteuid() == 0 else []

    def start(self):
        directives = ' '.join(['daemon off;', *self.as_root()[1:]])
        self.server = Daemon('nginx', [*self.command, '-g', directives], self.directory / 'out.log',
                             {'PATH': '/usr/sbin:/usr/bin'})
        self.server.start()
        self.server.wait_until(lambda: self.get('/api/ping')[0] is not None)

    def get(self, path, host='localhost'):
        request = urllib.request.Request(
            f'http://127.0.0.1:{self.port}{path}',
            headers={
                'Host': host})
        try:
            with DIRECTLY.open(request, timeout=LIMIT) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()
        except OSError:
            return None, ''

    def uncomment(self, name):
        """Uncomment an `include` line of fitgate.conf, reload, and wait until the old workers have
        ended."""
        file = self.directory / 'etc/nginx/fitgate/fitgate.conf'
        text, changed = re.subn(rf'^# (include \S*{re.escape(name)};)$', r'\1', file.read_text(),
                                flags=re.MULTILINE)
        assert changed == 1
        file.write_text(text)
        old = set(self.server.members()) - {self.server.process.pid}
        self.server.process.send_signal(signal.SIGHUP)
        assert poll(lambda: not old & set(self.server.members()), 30)

    def stop(self):
        if self.server:
            self.server.stop()
        self.reservation.close()


@pytest.fixture
def site(request, tmp_path, stack):
    """A site of the kind that the test names."""
    made = Site(tmp_path, stack, *SITES[request.param])
    checked = made.test()
    assert checked.returncode == 0, checked.stdout
    made.start()
    yield made
    made.stop()


@pytest.fixture
def picture(stack):
    """The name of a user with a picture."""
    number = uuid.uuid4().int % 2**31
    name = f'u{number}'
    path = f'pictures/{number}/a.png'
    file = stack.upload_folder / 'uploads' / path
    file.parent.mkdir(parents=True)
    file.write_text('a picture')
    insert = ('INSERT INTO users (id, username, email, password, created_at, is_active, picture) '
              f"VALUES ({number}, '{name}', '{name}@example.org', '', UTC_TIMESTAMP(), 1, '{path}')")
    subprocess.run([tool('mariadb'), '--no-defaults', '-S', stack.database.socket, '-u', 'root',
                    '-e', insert, stack.database.name], check=True)
    return name


BURST = 300
LIMITED = BURST + 60  # one more is let through each second
PONG = '{"status":"success","message":"pong!"}'


@pytest.mark.parametrize('site', ['plain'], indirect=True)
def test_one_include_serves_the_api_beside_the_site(site):
    for prefix in ('', '/v0.6'):
        assert site.get(f'{prefix}/api/ping') == (200, PONG)
    assert site.get('/') == (200, 'the site\n')
    status, body = site.get('/api/nothing')
    assert status == 404 and '"not found"' in body
    # 0.2 must be enabled explicitly (dialects §4.2)
    assert site.get('/v0.2/api/ping') == (200, 'the site\n')


@pytest.mark.parametrize('site', ['plain'], indirect=True)
def test_0_2_is_served_where_its_line_is_uncommented(site):
    site.uncomment('fitgate_0.2.conf')
    assert site.get('/v0.2/api/ping') == (200, PONG)
    status, body = site.get('/v0.2/api/nothing')
    assert status == 404 and 'The requested URL' in body


@pytest.mark.parametrize('site', ['sub-path'], indirect=True)
def test_a_site_below_a_path(site):
    assert site.get('/tracker/api/ping') == (200, PONG)
    assert site.get('/api/ping') == (200, 'the site\n')
    status, body = site.get('/tracker/api/users/nobody/picture')
    assert status == 404 and 'user does not exist' in body


@pytest.mark.parametrize(('site', 'prefix'), [('by-name', ''), ('by-name-sub-path', '/tracker')],
                         indirect=['site'])
def test_a_site_with_locations_by_the_names_of_files(site, stack, picture, prefix):
    """These locations do not intercept pictures and archives of Fitgate."""
    assert site.get('/a.png') == (200, 'their own file\n')
    assert site.get(f'{prefix}/api/ping') == (200, PONG)
    status, body = site.get(f'{prefix}/api/auth/account/export/archive_1.zip')
    assert status == 401 and 'provide a valid auth token' in body
    assert site.get(f'{prefix}/api/users/{picture}/picture') == (200, 'a picture')


@pytest.mark.parametrize('site', ['own-api'], indirect=True)
def test_a_site_with_an_api_of_its_own(site):
    assert site.get('/tracker/api/ping') == (200, PONG)
    assert site.get('/api/ping') == (200, 'their own API\n')


@pytest.mark.parametrize('site', ['plain', 'own-api'], indirect=True)
def test_the_internal_locations_cannot_be_requested(site):
    for path in ('/_fitgate/api/ping', '/_fitgate/uploads/pictures/1/a.png', '/_fitgate/invalid'):
        assert 'pong' not in site.get(path)[1]


@pytest.mark.parametrize('site', ['own-api'], indirect=True)
def test_the_error_pages_of_the_site_stay_its_own(site):
    assert site.get('/missing') == (404, 'their 404\n')


@pytest.mark.parametrize('site', ['two-sites'], indirect=True)
def test_each_site_has_its_own_limits_whatever_host_a_client_names(site):
    """The first server block serves all names that no other has."""
    statuses = [site.get('/api/config', 'one.example')[0] for _ in range(LIMITED)]
    assert statuses[:BURST] == [200] * BURST and 429 in statuses
    assert site.get('/api/config', 'two.example')[0] == 200
    other_names = [site.get('/api/config', f'{number}.example')[0] for number in range(20)]
    assert 429 in other_names
