"""What `make install`, `make dist` and `make deb` give, looked at as their user would: in folders of the
test's own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(SOURCE))

from scripts.stack import Stack  # noqa: E402

# What a make that called us has set is not meant for those that the tests call.
ENVIRONMENT = {name: value for name, value in os.environ.items()
               if name not in ('MAKEFLAGS', 'MAKELEVEL', 'MFLAGS', 'BUILD')}


def make(*words, cwd=SOURCE):
    done = subprocess.run(['make', '-s', *map(str, words)], cwd=cwd, env=ENVIRONMENT, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    assert done.returncode == 0, done.stdout
    return done.stdout


def files_below(folder):
    return sorted('/' + str(path.relative_to(folder)) for path in folder.rglob('*')
                  if not path.is_dir())


class Installation:
    """What was installed below a DESTDIR."""

    def __init__(self, folder):
        self.folder = folder

    def path(self, name):
        return self.folder / name.lstrip('/')


@pytest.fixture(scope='session')
def installation(tmp_path_factory):
    """As a package has it: PREFIX=/usr, SYSCONFDIR=/etc."""
    folder = tmp_path_factory.mktemp('installed')
    make('install', f'DESTDIR={folder}', 'PREFIX=/usr', 'SYSCONFDIR=/etc')
    return Installation(folder)


@pytest.fixture(scope='session')
def stack(tmp_path_factory):
    """A running Fitgate, whose executables another web server can talk to."""
    with Stack(tmp_path_factory.mktemp('stack'), SOURCE / 'build' / 'release', mail_enabled=False,
               settings={'PASSWORD_HASH': '$2b$4'}) as running:
        yield running
