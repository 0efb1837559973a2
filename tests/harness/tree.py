"""The source tree, and facts that are stored in its Makefile and its systemd units."""

import os
import re
import subprocess
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2]
PYTHON = '/usr/bin/python3'  # Debian's interpreter, which finds Debian's python3-* packages

# Variables of the make that started us. A make that we start is not part of that make's job.
_OF_ANOTHER_MAKE = ('MAKEFLAGS', 'MAKELEVEL', 'MFLAGS', 'BUILD')


def make_environment():
    """The environment for a make that we start."""
    return {name: value for name, value in os.environ.items() if name not in _OF_ANOTHER_MAKE}


def _read_services():
    done = subprocess.run(['make', '-s', '--no-print-directory', 'print-services'], cwd=SOURCE,
                          env=make_environment(), stdout=subprocess.PIPE, text=True, check=True)
    return tuple(done.stdout.split())


def _read_processes(unit):
    """How many processes of a program the file starts."""
    text = (SOURCE / 'scripts' / 'deploy' / 'systemd' / unit).read_text()
    return int(re.search(r'^Environment=PROCESSES=(\d+)$', text, re.MULTILINE).group(1))


SERVICES = _read_services()  # the programs that answer requests
API_SERVICES = tuple(
    name for name in SERVICES if name not in (
        'pages', 'gate'))  # those of the JSON API
HOSTED_SERVICES = tuple(name for name in SERVICES if name != 'gate')  # the gate answers nginx alone
PROGRAMS = (*SERVICES, 'worker', 'idle_worker', 'admin')
PROCESSES = {**dict.fromkeys(SERVICES, _read_processes('fitgate@.service')),
             **dict.fromkeys(('profile', 'upload'), _read_processes('fitgate-disk.conf'))}  # in an installation
