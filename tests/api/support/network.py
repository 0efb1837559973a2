"""Clients with other addresses, and networks without a real host."""

import itertools
import json
import subprocess
import sys
from pathlib import Path

import requests
from requests.adapters import HTTPAdapter

from tests.api.support.client import Api
from tests.harness.tree import SOURCE

_hosts = itertools.count(1)


def unused_address():
    """An address in 127.0.0.0/8 that no other client has."""
    return '127.{}.{}.{}'.format(*(1 + next(_hosts)).to_bytes(3, 'big'))


class Bound(HTTPAdapter):
    """An adapter whose connections come from this address."""

    def __init__(self, address):
        self._address = address
        super().__init__()

    def init_poolmanager(self, *arguments, **options):
        super().init_poolmanager(*arguments, source_address=(self._address, 0), **options)


class ApiFrom(Api):
    """A client with this address in 127.0.0.0/8; by default, with an address that no other client has."""

    def __init__(self, stack, transcript, prefix='', address=None):
        super().__init__(stack, transcript, prefix)
        self.address = address or unused_address()

    def _session(self):
        if not hasattr(self._local, 'session'):
            self._local.session = requests.Session()
            self._local.session.trust_env = False
            self._local.session.mount('http://', Bound(self.address))
        return self._local.session


def in_network_namespace(script, argument):
    """Run a script of this directory with its own loopback interface. Returns its output, parsed as
    JSON; or None and the reason if the kernel or the container does not allow namespaces."""
    path = Path(__file__).with_name(script)
    for unshare in (['unshare', '--net'], ['unshare', '--user', '--map-root-user', '--net']):
        allowed = subprocess.run([*unshare, 'ip', 'link', 'set', 'lo', 'up'], capture_output=True,
                                 text=True, check=False)
        if allowed.returncode == 0:
            break
    else:
        return None, f'no network namespace: {allowed.stderr.strip()}'
    done = subprocess.run([*unshare, sys.executable, '-B', path, json.dumps(argument)], cwd=SOURCE,
                          env={'PATH': '/usr/sbin:/usr/bin:/sbin:/bin', 'PYTHONPATH': str(SOURCE)},
                          capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout), None
