"""scripts/databases: where it gets packages."""

import os
import subprocess

import pytest

from tests.harness.tree import SOURCE


@pytest.fixture
def print_mirror(tmp_path):
    """Run `databases print-mirror` as if the system had these package sources and no package lists."""
    def run(sources, **environment):
        (tmp_path / 'sources.list').write_text(sources)
        (tmp_path / 'lists/partial').mkdir(parents=True)
        (tmp_path / 'apt.conf').write_text(
            f'Dir::State::lists "{tmp_path}/lists"; Dir::Etc::SourceParts "-";'
            f'Dir::Etc::SourceList "{tmp_path}/sources.list";')
        return subprocess.run(
            [SOURCE / 'scripts/databases', 'print-mirror'], capture_output=True, text=True, check=False,
            env={**os.environ, 'APT_CONFIG': str(tmp_path / 'apt.conf'), 'DEBIAN_MIRROR': '', **environment})
    return run


def test_the_mirror_is_that_of_the_system_even_without_package_lists(print_mirror):
    done = print_mirror('deb http://updates.example.org/debian-security stable-security main\n'
                        'deb http://source.example.org/debian stable main\n')
    assert (done.returncode, done.stdout) == (0, 'http://source.example.org/debian\n'), done.stderr


def test_debian_mirror_is_used_before_that_of_the_system(print_mirror):
    done = print_mirror('deb http://source.example.org/debian stable main\n',
                        DEBIAN_MIRROR='http://other.example.org/debian')
    assert (done.returncode, done.stdout) == (0, 'http://other.example.org/debian\n')


def test_sources_without_a_mirror_of_debian_are_an_error_that_names_the_variable(print_mirror):
    done = print_mirror('deb http://source.example.org/other stable main\n')
    assert (done.returncode, done.stdout) == (1, '')
    assert done.stderr.endswith('name no mirror of Debian: set DEBIAN_MIRROR\n')
