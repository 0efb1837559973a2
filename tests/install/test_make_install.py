"""make install, uninstall, dist and deb."""

import re
import shutil
import subprocess
import tarfile

import pytest

from conftest import SOURCE, files_below, make

VERSION = (SOURCE / 'scripts/deploy/version').read_text().strip()
PROGRAMS = ('register', 'login', 'profile', 'picture', 'export', 'config', 'worker', 'admin')


def test_what_is_told_is_what_is_installed(tmp_path):
    told = make('install', f'DESTDIR={tmp_path}').splitlines()
    assert sorted(told) == files_below(tmp_path)
    assert all(path.startswith('/usr/local/') for path in told)


def test_programs_have_names_of_their_own_in_the_path(installation):
    """login, export, admin and worker would clash with what a system has."""
    for program in PROGRAMS:
        assert installation.path(f'/usr/libexec/fitgate/{program}').stat().st_mode & 0o777 == 0o755
    in_path = [path.name for folder in ('bin', 'sbin')
               for path in installation.path(f'/usr/{folder}').glob('*')]
    assert in_path and all(name.startswith('fitgate') for name in in_path)


def test_uninstall_removes_all_of_it_and_nothing_else(tmp_path):
    theirs = tmp_path / 'usr/local/etc/nginx/conf.d/theirs.conf'
    theirs.parent.mkdir(parents=True)
    theirs.write_text('# kept\n')
    make('install', f'DESTDIR={tmp_path}')
    make('uninstall', f'DESTDIR={tmp_path}')
    assert files_below(tmp_path) == ['/usr/local/etc/nginx/conf.d/theirs.conf']


def test_uninstall_leaves_the_folders_of_the_system(tmp_path):
    """Such as nginx's conf.d, which is empty on a fresh Debian."""
    theirs = [tmp_path / name for name in ('etc/nginx/conf.d', 'usr/sbin', 'usr/share/man/man8')]
    for folder in theirs:
        folder.mkdir(parents=True)
    where = (f'DESTDIR={tmp_path}', 'PREFIX=/usr', 'SYSCONFDIR=/etc')
    make('install', *where)
    make('uninstall', *where)
    assert all(folder.is_dir() for folder in theirs)
    assert not list(tmp_path.rglob('*fitgate*'))


def test_no_mark_is_left_unfilled(installation):
    for name in files_below(installation.folder):
        text = installation.path(name).read_bytes()
        if not text.startswith(b'\x7fELF'):
            assert not re.search(rb'@[A-Z_]+@', text), name


def test_the_command_finds_the_settings_of_its_installation(installation):
    text = installation.path('/usr/sbin/fitgate-admin').read_text()
    assert '/etc/fitgate/fitgate.conf' in text and '/usr/libexec/fitgate/admin' in text


def test_the_operators_account_in_the_database_may_be_its_own(tmp_path):
    """The settings are handed to all programs; what is in admin.env, as for the services, is not."""
    make('install', f'PREFIX={tmp_path}/usr', f'SYSCONFDIR={tmp_path}/etc')
    (tmp_path / 'etc/fitgate').mkdir()
    settings = tmp_path / 'etc/fitgate/fitgate.conf'
    settings.write_text(f'APP_SECRET_KEY={"k" * 64}\n')
    settings.chmod(0o600)
    (tmp_path / 'etc/fitgate/admin.env').write_text(
        "DATABASE_URL_ADMIN='mysql://a:b@127.0.0.1:1/c?ssl=off'\n")
    done = subprocess.run([tmp_path / 'usr/sbin/fitgate-admin', 'doctor'], text=True, check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env={'PATH': '/usr/bin:/bin'})
    assert 'ok settings' in done.stdout and 'DATABASE_URL is missing' not in done.stdout, done.stdout


def test_the_operators_own_settings_are_not_evaluated(tmp_path):
    """systemd reads the same kind of file for the services: & and $ are no more than characters. env(1) in
    the program's place tells what that is given."""
    make('install', f'PREFIX={tmp_path}/usr', f'SYSCONFDIR={tmp_path}/etc')
    program = tmp_path / 'usr/libexec/fitgate/admin'
    program.unlink()
    program.symlink_to('/usr/bin/env')
    (tmp_path / 'etc/fitgate').mkdir()
    (tmp_path / 'etc/fitgate/admin.env').write_text(
        '# DATABASE_URL=mysql://of.a/comment\n'
        '\n'
        'DATABASE_URL_ADMIN=mysql://a:b@localhost/c?unix_socket=/run/x.sock&ssl=off\n'
        'PASSWORD_HASH=$y$7\n'
        '  SENDER_EMAIL="$(id) `id` \'s"  \n'
        "UI_URL='https://example.org/?a=b'\n"
        'not-a-name=1\n'
        'no assignment\n'
        'LOG=/var/log/without-a-line-feed')
    given = subprocess.run([tmp_path / 'usr/sbin/fitgate-admin'], text=True, check=True, stdout=subprocess.PIPE,
                           stderr=subprocess.STDOUT, env={'PATH': '/usr/bin:/bin'}).stdout.splitlines()
    assert sorted(line for line in given if not line.startswith(('PATH=', 'PWD=', '_=', 'OLDPWD='))) == [
        'DATABASE_URL_ADMIN=mysql://a:b@localhost/c?unix_socket=/run/x.sock&ssl=off',
        f'FITGATE_CONFIG={tmp_path}/etc/fitgate/fitgate.conf',
        'LOG=/var/log/without-a-line-feed',
        'PASSWORD_HASH=$y$7',
        "SENDER_EMAIL=$(id) `id` 's",
        'UI_URL=https://example.org/?a=b']


def test_another_prefix_is_kept_to(tmp_path):
    make('install', f'DESTDIR={tmp_path}', 'PREFIX=/usr/local/apart', 'SYSCONFDIR=/usr/local/apart/etc')
    assert all(path.startswith('/usr/local/apart/') for path in files_below(tmp_path))
    assert '/usr/local/apart/libexec/fitgate/admin' in (
        tmp_path / 'usr/local/apart/sbin/fitgate-admin').read_text()


def test_nginx_and_the_units_agree_on_the_sockets(tmp_path):
    make('install', f'DESTDIR={tmp_path}', 'SOCKETDIR=/run/apart')
    unit = (tmp_path / 'usr/local/lib/systemd/system/fitgate@.socket').read_text()
    locations = (tmp_path / 'usr/local/etc/nginx/fitgate/fitgate_locations.conf').read_text()
    assert 'ListenStream=/run/apart/%i.sock' in unit
    assert set(re.findall(r'fastcgi_pass unix:(.*)/', locations)) == {'/run/apart'}


def test_the_tarball_builds(tmp_path):
    make('dist')
    with tarfile.open(SOURCE / f'build/fitgate-{VERSION}.tar.gz') as archive:
        archive.extractall(tmp_path)
    make('-j2', cwd=tmp_path / f'fitgate-{VERSION}')
    assert (tmp_path / f'fitgate-{VERSION}/build/release/login').exists()


@pytest.fixture(scope='module')
def package(tmp_path_factory):
    return shutil.copy(SOURCE / make('deb').split()[-1], tmp_path_factory.mktemp('package'))


def test_lintian_finds_no_error_in_the_package(package):
    done = subprocess.run(['lintian', '--fail-on', 'error', package], text=True, check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert done.returncode == 0, done.stdout


def test_a_removal_of_the_package_stops_every_unit(package, installation, tmp_path):
    """An upgrade stops none: requests go on."""
    subprocess.run(['dpkg-deb', '-e', package, tmp_path], check=True)
    before, after = ((tmp_path / name).read_text() for name in ('prerm', 'postrm'))
    units = [unit.name for unit in installation.path('/usr/lib/systemd/system').glob('fitgate*.*')
             if not unit.is_dir()]
    assert len(units) >= 6
    for unit in units:
        assert unit.replace('@.', '@*.') in before
    assert 'disable --now fitgate.target' in before
    assert 'daemon-reload' in after
    assert set(re.findall(r'\$1" = ([a-z]+)', before)) == {'remove'}
