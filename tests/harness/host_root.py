"""The root directory of another distribution, in which the web server and the programs of a shared host run.

FITGATE_HOST names it: a directory that scripts/databases has unpacked, such as debian-11. Without FITGATE_HOST, they run
in the system itself.
"""

import os
import shlex

from tests.harness.errors import StackError
from tests.harness.processes import tool
from tests.harness.tree import SOURCE


def chosen():
    """The root directory; None: the system."""
    name = os.environ.get('FITGATE_HOST')
    if not name:
        return None
    root = SOURCE / 'build/databases' / name
    if not root.is_dir():
        raise StackError(f'no directory {root}: "scripts/databases {name}" unpacks it')
    return root


def in_root(root, directories, command):
    """The command, wrapped so that it runs in the root directory, in which it finds `directories` of the system."""
    return [SOURCE / 'tests/harness/enter-root', root, *directories, '--', *command]


def as_ordinary_user(command):
    """The command, wrapped so that root appears as an ordinary user who owns root's files (a user
    namespace): Apache and lighttpd refuse to serve as root."""
    if os.geteuid() != 0:
        return command
    return [tool('unshare'), '--map-user=1000', '--map-group=1000', '--', *command]


def write_command(path, command):
    """Write a program that runs the command with its own arguments."""
    words = ' '.join(shlex.quote(str(word)) for word in command)
    path.write_text(f'#!/bin/sh\nexec {words} "$@"\n')
    path.chmod(0o755)
