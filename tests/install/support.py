"""Installs Fitgate below a DESTDIR, and reads the result."""

import subprocess

from tests.harness.tree import SOURCE, make_environment


def make(*words, cwd=SOURCE):
    """Run make, which must succeed. Returns its output."""
    done = subprocess.run(['make', '-s', *map(str, words)], cwd=cwd, env=make_environment(),
                          text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    assert done.returncode == 0, done.stdout
    return done.stdout


def files_below(directory):
    return sorted('/' + str(path.relative_to(directory)) for path in directory.rglob('*')
                  if not path.is_dir())


class Installation:
    """The files that `make install` put below a DESTDIR."""

    def __init__(self, directory):
        self.directory = directory

    def path(self, name):
        """The path below the DESTDIR of the absolute path `name`."""
        return self.directory / name.lstrip('/')
