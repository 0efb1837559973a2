"""Installations on a separate host: a new one, and an upgrade of 1.0.0 with all its data."""

import email
import email.policy
import json
import os
import re
import shutil
import signal
import subprocess
from pathlib import Path

import pytest
import requests

from tests.harness import pictures
from tests.harness.database import DatabaseServer
from tests.harness.files import StackFiles
from tests.harness.ports import ReservedPort
from tests.harness.processes import Daemons, passed_on, tool
from tests.harness.smtp import SmtpServer
from tests.harness.tree import SERVICES, SOURCE, make_environment
from tests.harness.waiting import poll
from tests.install.host import UNITS, BootedHost, Host, HostError, run

OLD = '8ef2d82'  # the last commit with one Unix user for all services
WHERE = ('PREFIX=/usr', 'SYSCONFDIR=/etc')
DATABASE = '/var/opt/database'  # on the host: the directory of the database's socket
WORKER = 'fitgate-worker:fitgate'  # User= and Group= of the worker's unit
PASSWORD = 'correct horse battery'
PICTURE = pictures.png(16, 16)
NGINX = '''
user www-data;
pid /run/nginx.pid;
error_log stderr warn;
events {{ }}
http {{
	access_log off;
	include /etc/nginx/conf.d/fitgate.conf;
	server {{
		listen 127.0.0.1:{port};
		include fitgate/fitgate.conf;
	}}
}}
'''


class Installation:
    """Fitgate on a host, served by an nginx there; the database server is this machine's."""

    def __init__(self, host, database, smtp, mail, port):
        self.host = host
        self.database = database
        self.smtp = smtp  # not started
        self.mail = mail  # the directory of what it received
        self.port = port
        self.nginx = None
        self.services = ()

    def install(self, tree):
        run(['make',
             '-s',
             '-j2',
             'install',
             f'DESTDIR={self.host.root}',
             *WHERE],
            cwd=tree,
            env=make_environment())
        self.services = run(['make', '-s', 'print-services'], cwd=tree,
                            env=make_environment()).split() if tree == SOURCE else [
                                name for name in SERVICES if name not in ('upload', 'users', 'oauth', 'workouts', 'pages', 'gate')]

    def start(self):
        if isinstance(self.host, BootedHost):
            self.host.done('systemctl', 'daemon-reload')
            self.host.start('fitgate.target')
        else:
            for program in self.services:
                self.host.start(f'fitgate@{program}.service')
            self.host.start('fitgate-worker.service')
        if isinstance(self.host, BootedHost):
            self.host.write('/etc/nginx/nginx.conf', NGINX.format(port=self.port), 0o644)
            self.host.done('systemctl', 'reload-or-restart', 'nginx.service')
        elif self.nginx is None:
            self.start_nginx()
        else:
            self.reload_nginx()
        assert poll(lambda: self.answers(), 60), self.logs()

    def start_nginx(self):
        self.host.write('/etc/nginx/test.conf', NGINX.format(port=self.port), 0o644)
        with open(self.host.directory / 'nginx.log', 'ab') as log:
            self.nginx = subprocess.Popen(
                [tool('chroot'), self.host.root, tool('nginx'), '-c', '/etc/nginx/test.conf', '-g', 'daemon off;', '-e',
                 'stderr'], stdout=log, stderr=log)

    def reload_nginx(self):
        """Return when no worker with the old configuration is left: it would still take requests."""
        children = Path(f'/proc/{self.nginx.pid}/task/{self.nginx.pid}/children')
        old = set(children.read_text().split())
        self.nginx.send_signal(signal.SIGHUP)
        assert poll(lambda: not old & set(children.read_text().split()), 60), self.logs()

    def stop_nginx(self):
        if self.nginx:
            self.nginx.terminate()
            self.nginx.wait()

    def answers(self):
        try:
            return all(self.request('OPTIONS', path).status_code == 200 for path in (
                '/api/ping', '/api/auth/login', '/api/auth/register', '/api/auth/profile', '/api/auth/picture',
                '/api/auth/account/export', '/api/users/x/picture'))
        except requests.ConnectionError:
            return False

    def logs(self):
        return self.host.log()

    def request(self, method, path, *, token=None, **options):
        session = requests.Session()
        session.trust_env = False
        headers = {'Authorization': f'Bearer {token}'} if token else {}
        return session.request(method, f'http://127.0.0.1:{self.port}{path}', timeout=60,
                               headers={**headers, **options.pop('headers', {})}, **options)

    def api(self, method, path, **options):
        """Send a request, which must succeed."""
        answer = self.request(method, path, **options)
        assert answer.status_code in (
            200, 201), (path, answer.status_code, answer.text, self.logs())
        return answer

    # ---- actions of users ---------------------------------------------------------------------

    def register(self, name):
        self.api('POST', '/api/auth/register', json={
            'username': name, 'email': f'{name}@example.org', 'password': PASSWORD, 'accepted_policy': True})
        self.host.done('fitgate-admin', 'users', 'update', name,
                       '--activate')  # because no mail is sent
        return self.login(name)

    def login(self, name):
        return self.api('POST', '/api/auth/login', json={
            'email': f'{name}@example.org', 'password': PASSWORD}).json()['auth_token']

    def upload(self, token, data):
        body, headers = pictures.form(pictures.part('file', data, 'a.png'))
        self.api('POST', '/api/auth/picture', token=token, data=body, headers=headers)

    def picture(self, name):
        return self.api('GET', f'/api/users/{name}/picture').content

    def request_export(self, token):
        self.api('POST', '/api/auth/account/export/request', token=token)

    def export(self, token):
        """Wait until the worker has built the archive; returns it."""
        def built():
            data = self.api('GET', '/api/auth/account/export', token=token).json()['request']
            return data and data['status'] == 'successful' and data['file_name']
        name = poll(built, 60)
        assert name, self.logs()
        return self.api('GET', f'/api/auth/account/export/{name}', token=token).content

    def enable_mail(self):
        """From the next start on."""
        settings = self.host.path('/etc/fitgate/fitgate.conf')
        lines = [line for line in settings.read_text().splitlines()
                 if not line.startswith(('EMAIL_URL=', 'SENDER_EMAIL=', 'UI_URL='))]
        lines += [f'EMAIL_URL=smtp://127.0.0.1:{self.smtp.port}', 'SENDER_EMAIL=site@example.org',
                  'UI_URL=https://site.example.org']
        settings.write_text('\n'.join(lines) + '\n')

    def received(self):
        """The links and other texts of the messages that arrived: [(recipient, text)]."""
        messages = [email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
                    for file in sorted(self.mail.glob('*.eml'))]
        return [(message['X-Envelope-To'], message.get_body(('plain',)).get_content())
                for message in messages]

    def token_mailed_to(self, recipient, link):
        """The token of the last message to the recipient with this link, when there is one."""
        def arrived():
            return [found[1] for to, text in self.received() if to == recipient
                    for found in [re.search(rf'/{link}\?token=(\S+)', text)] if found]
        tokens = poll(arrived, 60)
        assert tokens, (self.received(), self.logs())
        return tokens[-1]

    def personal_token(self, name):
        printed = self.host.done('fitgate-admin', 'tokens', 'create', name, '--name', 'script',
                                 '--scopes', 'profile:read')
        return printed.split()[-1]


@pytest.fixture(scope='module')
def tree_of_old(tmp_path_factory):
    directory = tmp_path_factory.mktemp('old')
    with subprocess.Popen(['git', '-C', SOURCE, 'archive', OLD], stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL) as archive:
        unpacked = subprocess.run(['tar', '-x', '-C', directory], stdin=archive.stdout, check=False,
                                  stderr=subprocess.DEVNULL)
    if archive.returncode != 0 or unpacked.returncode != 0:
        pytest.skip(f'the history back to {OLD} is not here')
    run(['make', '-s', '-j2', 'all'], cwd=directory, env=make_environment())
    return directory


@pytest.fixture
def installation(tmp_path):
    """An installation on a host without Fitgate."""
    yield from install_on(Host, tmp_path)


@pytest.fixture
def booted_installation(tmp_path):
    """An installation on a host with its own systemd."""
    yield from install_on(BootedHost, tmp_path)


def install_on(kind, tmp_path):
    if os.geteuid() != 0:
        pytest.skip('only root can create users and mount an overlay')
    files = StackFiles(tmp_path / 'stack')
    files.open()
    daemons = Daemons(files, passed_on, lambda _text: None)
    database = DatabaseServer(files, daemons, lambda _text: None)
    smtp = SmtpServer(files, daemons)
    port = ReservedPort()
    made = None
    try:
        database.install()
        database.start()
        smtp.open()
        files.run.chmod(0o755)  # the programs run as other users than its owner
        with kind(tmp_path / 'host', {DATABASE: files.run, str(files.run): files.run}) as host:
            made = Installation(host, database, smtp, files.mail, port.number)
            yield made
            made.stop_nginx()
            made = None
    except HostError as error:
        pytest.skip(str(error))
    finally:
        if made:
            made.stop_nginx()
        daemons.stop_all_except()
        database.remove()
        smtp.close()
        files.close()
        port.close()


def settings_of_old(installation):
    """The settings as described in the documents of 1.0.0: a database account for each program, in
    its .env file."""
    host, database = installation.host, installation.database
    database.create()
    database.run(f'ALTER USER {database.user}@localhost IDENTIFIED BY "all-of-it"')
    place = f'localhost/{database.name}?unix_socket={DATABASE}/mariadb.sock'
    host.write(
        '/etc/fitgate/admin.env',
        f"DATABASE_URL_ADMIN='mysql://{database.user}:all-of-it@{place}'\n")
    for program in (*installation.services, 'worker'):
        database.run(f"CREATE USER fitgate_{program}@localhost IDENTIFIED BY 'of-{program}';")
        line = f"DATABASE_URL_{program.upper()}='mysql://fitgate_{program}:of-{program}@{place}'\n"
        host.write(f'/etc/fitgate/{program}.env', line +
                   ('PROCESSES=3\n' if program == 'login' else ''))
    settings = host.path('/etc/fitgate/fitgate.conf')
    text = settings.read_text().replace('DATABASE_URL=\n', '')
    settings.write_text(text + "PASSWORD_HASH='$2b$4'\n")
    host.done('fitgate-admin', 'migrate')
    grants = host.path('/usr/share/fitgate/grants.sql').read_text()
    answer = database.run(f'USE {database.name};\n{grants}')
    assert answer.returncode == 0, answer.stderr


@pytest.fixture
def old(installation, tree_of_old):
    """1.0.0, with its processes running."""
    return start_old(installation, tree_of_old)


def start_old(installation, tree_of_old):
    installation.install(tree_of_old)
    installation.host.done('sh', '-s', 'configure', input=(
        tree_of_old / 'scripts/deploy/debian/fitgate.postinst').read_text())
    settings_of_old(installation)
    installation.start()
    return installation


def upgrade(installation):
    """Upgrade as the package does; the work of systemd is done here."""
    installation.install(SOURCE)
    if not isinstance(installation.host, BootedHost):
        installation.host.stop()
    installation.host.done('/usr/share/fitgate/prepare-system')
    installation.host.done(
        '/usr/share/fitgate/set-up-database',
        f'--socket={installation.database.socket}')
    installation.start()


def assert_isolated(installation):
    """Each program's user can read only its own secrets; nginx's user can read and connect, but not
    write."""
    host = installation.host
    for name in ('fitgate', 'key', 'login', 'worker', 'admin', 'clean'):
        for user in ('fitgate-login', 'fitgate-clean', 'www-data'):
            assert not host.may(user, '-r', f'/etc/fitgate/{name}.conf'), (user, name)
    for text in host.environments():
        assert 'mysql://' not in text and 'APP_SECRET_KEY' not in text
    for user in ('fitgate-login', WORKER):
        other = '/run/credentials/fitgate@profile.service/own.conf'
        assert host.may('root', '-r', other) and not host.may(user, '-r', other)
    socket = '/run/fitgate/login.sock'
    assert host.may('www-data', '-w', socket)
    assert not host.may('fitgate-profile', '-w', socket) and not host.may(WORKER, '-w', socket)
    uploads = '/var/lib/fitgate/uploads'
    stored = host.done('find', uploads, '-type', 'f', '-name', '*.png').split() + host.done(
        'find', uploads, '-type', 'f', '-name', '*.zip').split()
    assert len(stored) >= 2
    for file in stored:
        assert host.may('www-data', '-r', file), host.done('getfacl', file)
        assert not host.may('www-data', '-w', file)
        assert not host.may('fitgate-profile', '-r', file) and host.may(WORKER, '-r', file)
    for directory in host.done('find', uploads, '-type', 'd').splitlines():
        assert not host.may('www-data', '-w', directory), directory
        assert host.may('fitgate-upload:fitgate', '-w', directory), directory
        assert host.may('fitgate-clean:fitgate', '-w', directory), directory


def test_an_installation_of_1_0_0_is_upgraded_with_all_its_data(old):
    ann, ben = old.register('ann'), old.register('ben')
    script = old.personal_token('ann')
    old.api('POST', '/api/auth/profile/edit', token=ann, json={
        'first_name': 'Ann', 'last_name': '', 'bio': '', 'location': '', 'birth_date': ''})
    old.upload(ann, PICTURE)
    stored = old.picture('ann')
    old.request_export(ann)
    archive = old.export(ann)
    old.host.stop('fitgate-worker.service')
    old.request_export(ben)  # the worker of the new version will build it
    key = re.search(
        '^APP_SECRET_KEY=.*$',
        old.host.path('/etc/fitgate/fitgate.conf').read_text(),
        re.MULTILINE)[0]
    upgrade(old)

    for token in (ann, script, old.login('ann')):
        assert old.api(
            'GET',
            '/api/auth/profile',
            token=token).json()['data']['first_name'] == 'Ann'
    assert old.picture('ann') == stored
    assert old.export(ann) == archive
    assert old.export(ben).startswith(b'PK')
    assert_isolated(old)

    # the directory and the replaced file belong to another user
    old.upload(ann, pictures.png(20, 20))
    assert old.picture('ann') != stored
    pictures_of_ann = old.host.done(
        'find',
        '/var/lib/fitgate/uploads/pictures',
        '-name',
        '*.png').split()
    assert len(pictures_of_ann) == 1
    cat = old.register('cat')
    old.upload(cat, PICTURE)
    old.request_export(cat)
    assert old.export(cat).startswith(b'PK')
    assert_isolated(old)

    etc = old.host.path('/etc/fitgate')
    assert not list(etc.glob('*.env'))
    assert key in (
        etc /
        'key.conf').read_text() and 'APP_SECRET_KEY=' not in (
        etc /
        'fitgate.conf').read_text()
    assert ('Environment', 'PROCESSES=3') in old.host.unit('fitgate@login.service')
    assert 'fitgate_clean:' in (etc / 'clean.conf').read_text()
    assert 'all-of-it' in (etc / 'admin.conf').read_text()
    assert not [file.name for file in etc.iterdir() if file.name !=
                'admin.conf' and 'all-of-it' in file.read_text()]


def test_mail_that_waits_during_an_upgrade_arrives_and_its_links_work(old):
    """1.0.0 kept the links, and so the tokens, in the queue; now a link is made when its message is sent."""
    ann = old.register('ann')
    old.register('ben')
    old.enable_mail()
    old.host.stop()
    for program in old.services:
        old.host.start(f'fitgate@{program}.service')
    old.api('POST', '/api/auth/register', json={
        'username': 'cat', 'email': 'cat@example.org', 'password': PASSWORD, 'accepted_policy': True})
    old.api('POST', '/api/auth/register', json={
        'username': 'dan', 'email': 'dan@example.org', 'password': PASSWORD, 'accepted_policy': True})
    old.api('POST', '/api/auth/account/resend-confirmation', json={'email': 'dan@example.org'})
    old.api('POST', '/api/auth/password/reset-request', json={'email': 'ben@example.org'})
    old.api('PATCH', '/api/auth/profile/edit/account', token=ann, json={
        'email': 'new@example.org', 'password': PASSWORD, 'new_password': PASSWORD + ' 2'})
    waiting = old.database.run(f'SELECT payload FROM {old.database.name}.jobs').stdout
    assert waiting.count('token=') >= 3, waiting
    old.smtp.start()
    upgrade(old)

    for name in ('cat', 'dan'):
        token = old.token_mailed_to(f'{name}@example.org', 'account-confirmation')
        old.api('POST', '/api/auth/account/confirm', json={'token': token})
        old.login(name)
    token = old.token_mailed_to('ben@example.org', 'password-reset')
    old.api('POST', '/api/auth/password/update', json={'token': token, 'password': 'a new one'})
    old.api('POST', '/api/auth/login', json={'email': 'ben@example.org', 'password': 'a new one'})
    token = old.token_mailed_to('new@example.org', 'email-update')
    old.api('POST', '/api/auth/email/update', json={'token': token})
    old.api('POST', '/api/auth/login', json={
        'email': 'new@example.org', 'password': PASSWORD + ' 2'})
    told = [text for to, text in old.received() if to == 'ann@example.org']
    assert len([text for text in told if 'new@example.org' in text]) >= 1, told
    assert len([text for text in told if 'assword' in text]) >= 1, told
    kept = old.database.run(f'SELECT payload FROM {old.database.name}.jobs').stdout
    assert 'token=' not in kept and '"link"' not in kept, kept


def test_under_systemd_an_upgrade_in_place_keeps_everything_running(
        booted_installation, tree_of_old):
    """As on a real host, with the sandbox of the units, credentials, sockets that stay open, and
    nginx's new group."""
    site = start_old(booted_installation, tree_of_old)
    ann, ben = site.register('ann'), site.register('ben')
    site.upload(ann, PICTURE)
    stored = site.picture('ann')
    site.request_export(ann)
    archive = site.export(ann)
    upgrade(site)
    assert site.api('GET', '/api/auth/profile', token=ann).json()['data']['username'] == 'ann'
    assert site.picture('ann') == stored and site.export(ann) == archive
    site.upload(ann, pictures.png(20, 20))  # picture_filter reads it in its sandbox
    site.upload(ben, PICTURE)
    site.request_export(ben)
    assert site.picture('ann') != stored and site.export(ben).startswith(b'PK')
    assert site.login('ben')
    assert_isolated(site)
    site.database.run(
        f"UPDATE {site.database.name}.users_data_export SET created_at = '2020-01-01'")
    site.host.run_once('fitgate-clean.service')
    assert site.api('GET', '/api/auth/account/export', token=ben).json()['request'] is None
    failed = site.host.run(
        'systemctl',
        'list-units',
        '--failed',
        '--plain',
        '--no-legend',
        'fitgate*').stdout
    assert not failed.strip(), site.logs()


def test_the_daily_cleanup_works_after_an_upgrade(old):
    ann = old.register('ann')
    old.request_export(ann)
    assert old.export(ann)
    upgrade(old)
    old.database.run(f"UPDATE {old.database.name}.users_data_export SET created_at = '2020-01-01'")
    old.host.run_once('fitgate-clean.service')
    assert old.api('GET', '/api/auth/account/export', token=ann).json()['request'] is None
    assert not old.host.done('find', '/var/lib/fitgate/uploads/exports', '-name', '*.zip').split()


def test_a_new_installation_is_ready_after_two_commands(installation):
    host = installation.host
    installation.install(SOURCE)
    host.done('/usr/share/fitgate/prepare-system')
    printed = host.done(
        '/usr/share/fitgate/set-up-database',
        f'--socket={installation.database.socket}')
    assert 'password' not in printed.lower()
    installation.start()
    ann = installation.register('ann')
    installation.upload(ann, PICTURE)
    installation.request_export(ann)
    assert installation.picture('ann') and installation.export(ann)
    assert_isolated(installation)
    host.run_once('fitgate-clean.service')
    lines = [
        json.loads(line) for line in host.run(
            'fitgate-admin',
            'doctor',
            '--json').stdout.splitlines()]
    assert not [line for line in lines if not line['ok'] and line['check'] != 'mail'], lines


def test_preparing_a_host_again_changes_nothing(installation):
    host = installation.host
    installation.install(SOURCE)
    host.done('/usr/share/fitgate/prepare-system')

    def state():
        files = host.done(
            'find',
            '/etc/fitgate',
            '/var/lib/fitgate',
            '-printf',
            '%p %M %u %g %T@\\n')
        return files, host.done('getfacl', '-R', '/var/lib/fitgate'), host.done('getent', 'passwd'), host.done(
            'getent', 'group')
    before = state()
    host.done('/usr/share/fitgate/prepare-system')
    assert state()[1:] == before[1:]
    assert state()[0] == before[0]


def test_systemctl_edit_decides_on_the_number_of_processes(installation):
    """Also where a version of the past has left a drop-in whose name comes after that of `systemctl edit`."""
    host = installation.host
    unit = 'fitgate@profile.service'

    def write(directory, name, processes):
        host.write(f'{directory}/{unit}.d/{name}.conf',
                   f'[Service]\nEnvironment=PROCESSES={processes}\n', 0o644)

    def processes():
        return [value for name, value in host.unit(
            unit) if name == 'Environment' and 'PROCESSES=' in value][-1]
    write(UNITS, 'processes', 5)
    installation.install(SOURCE)
    assert processes() == 'PROCESSES=4'
    write('etc/systemd/system', 'processes', 6)
    host.done('/usr/share/fitgate/prepare-system')
    assert processes() == 'PROCESSES=6'
    write('etc/systemd/system', 'override', 7)
    assert processes() == 'PROCESSES=7'


def test_no_secret_is_an_argument_of_a_process(installation, tmp_path):
    """strace(1) records every program that the scripts start."""
    host = installation.host
    installation.install(SOURCE)
    trace = ('strace', '-f', '-qq', '-s', '4096', '-e', 'trace=execve', '-o')
    host.done(*trace, '/run/prepare.trace', '/usr/share/fitgate/prepare-system')
    host.done(*trace, '/run/database.trace', '/usr/share/fitgate/set-up-database',
              f'--socket={installation.database.socket}')
    started = host.path('/run/prepare.trace').read_text() + \
        host.path('/run/database.trace').read_text()
    assert 'useradd' in started and 'mariadb' in started
    text = ''.join(file.read_text() for file in host.path('/etc/fitgate').glob('*.conf'))
    secrets = re.findall(r'(?:APP_SECRET_KEY=|mysql://\w+:)(\w{32,})', text)
    assert len(secrets) >= 8
    assert not [secret for secret in secrets if secret in started]


def test_the_package_prepares_the_host_and_a_purge_leaves_the_files_of_users(installation, package):
    host = installation.host
    host.path('/var/opt').mkdir(exist_ok=True)
    shutil.copy(package, host.path('/var/opt/fitgate.deb'))
    host.done('dpkg', '-i', '/var/opt/fitgate.deb')
    for program in (*SERVICES, 'worker', 'clean'):
        host.done('id', f'fitgate-{program}')
    key = host.path('/etc/fitgate/key.conf').read_text()
    assert re.search('^APP_SECRET_KEY=[0-9a-f]{64}$', key, re.MULTILINE)
    host.done('dpkg', '-i', '/var/opt/fitgate.deb')
    assert host.path('/etc/fitgate/key.conf').read_text() == key
    host.write('/var/lib/fitgate/uploads/kept', 'x')
    assert 'stay in /var/lib/fitgate' in host.done('dpkg', '--purge', 'fitgate')
    assert not host.path('/etc/fitgate').exists() and not host.path('/usr/libexec/fitgate').exists()
    assert host.path('/var/lib/fitgate/uploads/kept').exists()
