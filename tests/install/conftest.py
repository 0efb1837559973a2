"""Fixtures: the results of `make install` and `make deb`, in temporary directories."""

import shutil

import pytest

from tests.harness.stack import Stack
from tests.harness.tree import SOURCE
from tests.install.support import Installation, make


@pytest.fixture(scope='session')
def installation(tmp_path_factory):
    """Fitgate installed as by a package: PREFIX=/usr, SYSCONFDIR=/etc."""
    directory = tmp_path_factory.mktemp('installed')
    make('install', f'DESTDIR={directory}', 'PREFIX=/usr', 'SYSCONFDIR=/etc')
    return Installation(directory)


@pytest.fixture(scope='session')
def stack(tmp_path_factory):
    """A running Fitgate whose services another web server can use."""
    with Stack(tmp_path_factory.mktemp('stack'), SOURCE / 'build' / 'release', mail_enabled=False,
               settings={'PASSWORD_HASH': '$2b$4'}) as running:
        yield running


@pytest.fixture(scope='session')
def package(tmp_path_factory):
    """The Debian package of the committed files."""
    return shutil.copy(SOURCE / make('deb').split()[-1], tmp_path_factory.mktemp('package'))
