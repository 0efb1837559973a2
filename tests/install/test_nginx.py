"""What an nginx of a stock Debian includes: one line in a server block of its owner's."""

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

from conftest import SOURCE, make
from scripts.stack import Service, poll, reserve_port, tool

STOCK = Path('/etc/nginx/nginx.conf')

DIRECTLY = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # whatever proxy there is
README = (SOURCE / 'README.md').read_text()
REST = 'location / { return 200 "the site\\n"; }'
MINE = '''
    location /api/ { return 200 "their own API\\n"; }
    error_page 404 /their_404;
    location = /their_404 { internal; return 200 "their 404\\n"; }
    location /missing { return 404; }
'''


def in_readme(number):
    """What is in the README's server block of this number."""
    blocks = re.findall(r'```nginx\n(.*?)```', README, re.DOTALL)
    inside = re.search(r'listen 80;\n(.*)}', blocks[number], re.DOTALL)
    return inside[1]


BY_NAME = r'''
    location ~* \.(png|jpe?g|gif|zip)$ { return 200 "their own file\n"; }
    location ~* /api/ { return 200 "their own API\n"; }
'''

SITES = {
    'by-name': in_readme(0) + REST + BY_NAME,
    'by-name-sub-path': in_readme(1) + REST + BY_NAME,
    'plain': in_readme(0) + REST,
    'sub-path': in_readme(1) + REST,
    'own-api': in_readme(1) + MINE,
}


class Site:
    """A stock nginx with the files of an installation and a site."""

    def __init__(self, folder, stack, server):
        self.reservation = reserve_port()
        self.port = self.reservation.getsockname()[1]
        self.folder = folder
        etc = folder / 'etc/nginx'
        shutil.copytree(STOCK.parent, etc, symlinks=True)
        make('install', f'DESTDIR={folder}', 'PREFIX=/usr', 'SYSCONFDIR=/etc',
             f'SOCKETDIR={stack.run}', f'UPLOADDIR={stack.upload_folder}')
        for file in [*etc.glob('fitgate/*.conf'), etc / 'conf.d/fitgate.conf', etc / 'nginx.conf']:
            text = file.read_text().replace('/etc/nginx/', f'{etc}/')
            # the stock file logs, and keeps its number, where only root may write
            text = text.replace('/var/log/nginx', str(folder)).replace('/run/nginx.pid',
                                                                       f'{folder}/nginx.pid')
            text = text.replace('user www-data;', '')
            file.write_text(text)
        for file in (etc / 'sites-enabled').glob('*'):
            file.unlink()
        (etc / 'sites-enabled/site').write_text(
            f'server {{\nlisten 127.0.0.1:{self.port};\n{textwrap.dedent(server)}}}\n')
        self.command = [tool('nginx'), '-p', f'{etc}/', '-c', etc / 'nginx.conf', '-e', 'stderr']
        self.service = None

    def test(self):
        return subprocess.run([*self.command, '-t', *self.as_root()], text=True, check=False,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    @staticmethod
    def as_root():
        return ['-g', 'user root;'] if os.geteuid() == 0 else []

    def start(self):
        directives = ' '.join(['daemon off;', *self.as_root()[1:]])
        self.service = Service('nginx', [*self.command, '-g', directives], self.folder / 'out.log',
                               {'PATH': '/usr/sbin:/usr/bin'})
        self.service.start()
        self.service.wait_until(lambda: self.get('/api/ping')[0] is not None)
        self.reservation.close()

    def get(self, path):
        try:
            with DIRECTLY.open(f'http://127.0.0.1:{self.port}{path}', timeout=10) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()
        except OSError:
            return None, ''

    def uncomment(self, name):
        """An `include` line of fitgate.conf, and reload: until the old workers have gone, any may answer."""
        file = self.folder / 'etc/nginx/fitgate/fitgate.conf'
        text, changed = re.subn(rf'^# (include \S*{re.escape(name)};)$', r'\1', file.read_text(),
                                flags=re.MULTILINE)
        assert changed == 1
        file.write_text(text)
        old = set(self.service.members()) - {self.service.process.pid}
        self.service.process.send_signal(signal.SIGHUP)
        assert poll(lambda: not old & set(self.service.members()), 30)

    def stop(self):
        if self.service:
            self.service.ask_to_stop()
            self.service.wait_stopped(10)


@pytest.fixture
def site(request, tmp_path, stack):
    """Of the kind that the test names."""
    made = Site(tmp_path, stack, SITES[request.param])
    checked = made.test()
    assert checked.returncode == 0, checked.stdout
    made.start()
    yield made
    made.stop()


@pytest.fixture
def picture(stack):
    """The name of a user who has one."""
    number = uuid.uuid4().int % 2**31
    name = f'u{number}'
    path = f'pictures/{number}/a.png'
    file = stack.upload_folder / 'uploads' / path
    file.parent.mkdir(parents=True)
    file.write_text('a picture')
    insert = ('INSERT INTO users (id, username, email, password, created_at, is_active, picture) '
              f"VALUES ({number}, '{name}', '{name}@example.org', '', UTC_TIMESTAMP(), 1, '{path}')")
    subprocess.run([tool('mariadb'), '--no-defaults', '-S', stack.database_socket, '-u', 'root',
                    '-e', insert, stack.database_name], check=True)
    return name


PONG = '{"status":"success","message":"pong!"}'


@pytest.mark.parametrize('site', ['plain'], indirect=True)
def test_one_include_serves_the_api_beside_the_site(site):
    for prefix in ('', '/v0.6'):
        assert site.get(f'{prefix}/api/ping') == (200, PONG)
    assert site.get('/') == (200, 'the site\n')
    status, body = site.get('/api/nothing')
    assert status == 404 and '"not found"' in body
    # 0.2 is to be wanted (dialects.md 4.2)
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
    """They take no picture and no archive of ours."""
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
def test_the_internal_locations_cannot_be_asked(site):
    for path in ('/_fitgate/api/ping', '/_fitgate/uploads/pictures/1/a.png', '/_fitgate/invalid'):
        assert 'pong' not in site.get(path)[1]


@pytest.mark.parametrize('site', ['own-api'], indirect=True)
def test_the_error_pages_of_the_site_stay_its_own(site):
    assert site.get('/missing') == (404, 'their 404\n')
