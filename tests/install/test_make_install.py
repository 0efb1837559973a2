"""make install, uninstall, dist and deb."""

import re
import shutil
import subprocess
import tarfile

import pytest

from tests.harness.tree import PROGRAMS, SOURCE
from tests.install.support import files_below, make

VERSION = make('version').strip()


def test_make_install_prints_every_installed_file(tmp_path):
    printed = make('install', f'DESTDIR={tmp_path}').splitlines()
    assert sorted(printed) == files_below(tmp_path)
    assert all(path.startswith('/usr/local/') for path in printed)


def test_programs_have_names_of_their_own_in_the_path(installation):
    """The names login, export, admin and worker would conflict with commands of the system."""
    for program in (*PROGRAMS, 'picture_filter'):
        assert installation.path(f'/usr/libexec/fitgate/{program}').stat().st_mode & 0o777 == 0o755
    in_path = [path.name for directory in ('bin', 'sbin')
               for path in installation.path(f'/usr/{directory}').glob('*')]
    assert in_path and all(name.startswith('fitgate') for name in in_path)


def test_uninstall_removes_all_of_it_and_nothing_else(tmp_path):
    theirs = tmp_path / 'usr/local/etc/nginx/conf.d/theirs.conf'
    theirs.parent.mkdir(parents=True)
    theirs.write_text('# kept\n')
    make('install', f'DESTDIR={tmp_path}')
    make('uninstall', f'DESTDIR={tmp_path}')
    assert files_below(tmp_path) == ['/usr/local/etc/nginx/conf.d/theirs.conf']


def test_uninstall_leaves_the_directories_of_the_system(tmp_path):
    """One of them is nginx's conf.d, which is empty on a fresh Debian."""
    theirs = [tmp_path / name for name in ('etc/nginx/conf.d', 'usr/sbin', 'usr/share/man/man8')]
    for directory in theirs:
        directory.mkdir(parents=True)
    where = (f'DESTDIR={tmp_path}', 'PREFIX=/usr', 'SYSCONFDIR=/etc')
    make('install', *where)
    make('uninstall', *where)
    assert all(directory.is_dir() for directory in theirs)
    assert not list(tmp_path.rglob('*fitgate*'))


def test_no_placeholder_is_left(installation):
    for name in files_below(installation.directory):
        text = installation.path(name).read_bytes()
        if not text.startswith(b'\x7fELF'):
            assert not re.search(rb'@[A-Z_]+@', text), name


def test_the_command_finds_the_settings_of_its_installation(installation):
    text = installation.path('/usr/sbin/fitgate-admin').read_text()
    assert '/etc/fitgate/fitgate.conf' in text and '/usr/libexec/fitgate/admin' in text


def installed_command(tmp_path, program):
    """fitgate-admin or fitgate-worker of an installation, with env(1) as its program, which prints
    the environment."""
    make('install', f'PREFIX={tmp_path}/usr', f'SYSCONFDIR={tmp_path}/etc')
    executable = tmp_path / f'usr/libexec/fitgate/{program}'
    executable.unlink()
    executable.symlink_to('/usr/bin/env')
    (tmp_path / 'etc/fitgate').mkdir()

    def config_of(**environment):
        printed = subprocess.run([tmp_path / f'usr/sbin/fitgate-{program}'], text=True, check=True,
                                 stdout=subprocess.PIPE, env={'PATH': '/usr/bin:/bin', **environment}).stdout
        return re.search('^FITGATE_CONFIG=(.*)$', printed, re.MULTILINE)[1]
    return config_of


def test_the_command_reads_the_settings_files_that_exist(tmp_path):
    config_of = installed_command(tmp_path, 'admin')
    directory = tmp_path / 'etc/fitgate'
    assert config_of() == f'{directory}/fitgate.conf'
    for name in ('key', 'admin', 'worker', 'login'):
        (directory / f'{name}.conf').touch()
    assert config_of() == ':'.join(
        f'{directory}/{name}.conf' for name in ('fitgate', 'key', 'worker', 'admin'))
    assert config_of(FITGATE_CONFIG='/elsewhere') == '/elsewhere'


def test_the_administrators_database_account_can_be_in_a_separate_file(tmp_path):
    make('install', f'PREFIX={tmp_path}/usr', f'SYSCONFDIR={tmp_path}/etc')
    (tmp_path / 'etc/fitgate').mkdir()
    for name, text in (('fitgate', ''), ('key', f'APP_SECRET_KEY={"k" * 64}\n'),
                       ('admin', "DATABASE_URL_ADMIN='mysql://a:b@127.0.0.1:1/c?ssl=off'\n")):
        file = tmp_path / f'etc/fitgate/{name}.conf'
        file.write_text(text)
        file.chmod(0o600)
    done = subprocess.run([tmp_path / 'usr/sbin/fitgate-admin', 'doctor'], text=True, check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env={'PATH': '/usr/bin:/bin'})
    assert 'OK settings' in done.stdout and 'DATABASE_URL is missing' not in done.stdout, done.stdout


def test_another_prefix_is_used_everywhere(tmp_path):
    make(
        'install',
        f'DESTDIR={tmp_path}',
        'PREFIX=/usr/local/apart',
        'SYSCONFDIR=/usr/local/apart/etc')
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


def test_lintian_finds_no_error_in_the_package(package):
    done = subprocess.run(['lintian', '--fail-on', 'error', package], text=True, check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert done.returncode == 0, done.stdout


def test_removing_the_package_stops_every_unit(package, installation, tmp_path):
    """An upgrade stops none, so that requests continue to be served."""
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


# ---- the packaged settings -----------------------------------------------------------------------

def names_of_settings():
    table = (SOURCE / 'lib/core/settings/settings_table.c').read_text()
    return re.findall(r'\.name = "(\w+)"', table)


def test_the_packaged_settings_name_every_setting_with_its_default(installation, tmp_path):
    """Programs start with this file after the required values are filled in and the defaults
    uncommented."""
    text = installation.path('/usr/share/fitgate/fitgate.conf.example').read_text()
    assert re.findall(r'^#?([A-Z_0-9]+)=', text, re.MULTILINE) == names_of_settings()
    filled = re.sub(r'^#(?=[A-Z_0-9]+=)', '', text, flags=re.MULTILINE)
    filled = filled.replace('APP_SECRET_KEY=\n', f'APP_SECRET_KEY={"k" * 64}\n').replace(
        'DATABASE_URL=\n', 'DATABASE_URL=mysql://a:b@127.0.0.1:1/c\n')
    file = tmp_path / 'fitgate.conf'
    file.write_text(filled)
    file.chmod(0o600)
    done = subprocess.run([installation.path('/usr/libexec/fitgate/admin'), 'doctor'], text=True, check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          env={'PATH': '/usr/bin:/bin', 'FITGATE_CONFIG': str(file)})
    assert 'OK settings' in done.stdout, done.stdout


def test_the_manual_page_describes_every_setting(installation):
    page = installation.path('/usr/share/man/man5/fitgate.conf.5')
    assert re.findall(r'^\.It Ev (\w+)$', page.read_text(), re.MULTILINE) == names_of_settings()
    done = subprocess.run(['mandoc', '-T', 'lint', '-W', 'warning', page], text=True, check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert done.returncode == 0, done.stdout


def test_a_directory_of_translations_adds_a_language(tmp_path):
    """The test uses a copy of the tree: the programs accept the language without changes to other files."""
    make('dist')
    with tarfile.open(SOURCE / f'build/fitgate-{VERSION}.tar.gz') as archive:
        archive.extractall(tmp_path)
    tree = tmp_path / f'fitgate-{VERSION}'
    shutil.copytree(tree / 'lib/mail/templates/en', tree / 'lib/mail/templates/xx')
    make('build/release/generated/languages.c', 'build/release/generated/templates.c', cwd=tree)
    generated = (tree / 'build/release/generated/languages.c').read_text()
    assert re.search(r'LANGUAGES\[\] = "[a-z ]* xx"', generated) and '{"xx"' in generated


def test_the_client_its_completions_and_its_manual_are_installed(installation):
    client = installation.path('/usr/bin/fitgate')
    assert client.stat().st_mode & 0o777 == 0o755
    usage = subprocess.run([client, '--help'], text=True, check=True, capture_output=True).stdout
    assert usage.startswith('usage: fitgate')
    for name in ('bash-completion/completions/fitgate', 'zsh/site-functions/_fitgate',
                 'man/man1/fitgate.1'):
        assert installation.path(f'/usr/share/{name}').stat().st_mode & 0o777 == 0o644
