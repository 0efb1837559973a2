"""The commands for root in the documents, on a separate host.

Each line runs there, or is compared with the script that runs it elsewhere: systemd does not run on
that host, and scripts/deploy/check-deb builds the Debian package and installs it in a fresh Debian.
A line without a rule fails the test.
"""

import re
import shlex

import pytest

from tests.harness.documents import blocks
from tests.harness.tree import SOURCE
from tests.install.test_upgrade import WHERE, installation  # pylint: disable=unused-import

BLOCKS = blocks('sh', 'root')


class Administrator:
    """Runs the lines in order, as root on the host."""

    def __init__(self, installed, old_uploads):
        self.installed = installed
        self.host = installed.host
        self.old_uploads = old_uploads
        self.rules = {
            r'make deb': self.is_checked_elsewhere,
            r'apt-get install \./build/fitgate_\*\.deb': self.is_checked_elsewhere,
            r'scripts/setup (\w+)': self.is_purpose,
            r'apt-get install ([a-z ]+)': self.are_dependencies,
            r'make install (.*)': self.make_install,
            r'/usr/share/fitgate/set-up-database': self.set_up_database,
            r'fitgate-admin doctor': self.examine,
            r'systemctl enable --now fitgate\.target': self.start,
            r'nginx -t': self.check_nginx,
            r'systemctl reload nginx': self.is_running,
            r'curl http://localhost(/\S+)': self.request,
            r'(?:cp|chown|find) .*|/usr/share/fitgate/prepare-system': self.run,
        }

    def do(self, line):
        for pattern, rule in self.rules.items():
            match = re.fullmatch(pattern, line)
            if match:
                return rule(*(match.groups() or (line,)))
        raise AssertionError(f'no rule for: {line}')

    def is_checked_elsewhere(self, line):
        check = (SOURCE / 'scripts/deploy/check-deb').read_text()
        assert re.search(r'make .*\bdeb\b' if line ==
                         'make deb' else r'apt install "\$package"', check)

    def is_purpose(self, purpose):
        assert re.search(rf'^{purpose}\) ', (SOURCE / 'scripts/setup').read_text(), re.MULTILINE)

    def are_dependencies(self, packages):
        control = (SOURCE / 'scripts/deploy/debian/control').read_text().partition('\nPackage: ')[2]
        assert set(packages.split()) <= set(re.findall(r'[a-z-]+', control))

    def make_install(self, words):
        assert tuple(shlex.split(words)) == WHERE
        self.installed.install(SOURCE)

    def set_up_database(self, line):
        self.host.done(line, f'--socket={self.installed.database.socket}')

    def examine(self, line):
        printed = self.host.run(*line.split()).stdout
        assert 'settings' in printed and 'database' in printed, printed

    def start(self, _line):
        target = dict(self.host.unit('fitgate.target'))
        for program in self.installed.services:
            assert f'fitgate@{program}.socket' in ' '.join(target.values()), target
        self.installed.start()

    def check_nginx(self, _line):
        self.host.done('nginx', '-t', '-q', '-c', '/etc/nginx/test.conf')

    def is_running(self, _line):
        assert self.installed.nginx.poll() is None

    def request(self, path):
        assert self.installed.request('GET', path).status_code == 200

    def run(self, line):
        self.host.done('sh', '-c', line.replace('OLD_UPLOAD_FOLDER', str(self.old_uploads)))


@pytest.fixture
def administrator(installation):  # pylint: disable=redefined-outer-name
    old = '/srv-old'
    picture = installation.host.path(f'{old}/uploads/pictures/1/a.png')
    picture.parent.mkdir(parents=True)
    picture.write_bytes(b'a picture')
    return Administrator(installation, old)


def test_the_documented_installation_from_source_works(administrator):
    """The blocks run in the order of the documents; the files of an older service come last."""
    assert len(BLOCKS) >= 5
    for block in sorted(BLOCKS, key=lambda block: not block.document.startswith('nginx')):
        for line in block.lines:
            administrator.do(line)
    host, picture = administrator.host, '/var/lib/fitgate/uploads/pictures/1/a.png'
    assert host.may('www-data', '-r', picture) and not host.may('www-data', '-w', picture)
    assert host.may('fitgate-upload:fitgate', '-w', '/var/lib/fitgate/uploads/pictures/1')
