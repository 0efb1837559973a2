"""Programs on a host whose files are at other places than this system's."""

import os
import shlex

from tests.api.support.programs import Programs
from tests.harness.processes import tool

# the places of the certificates that lib/core/authorities.c knows
AUTHORITIES = ('/etc/ssl/certs/ca-certificates.crt', '/etc/pki/tls/certs/ca-bundle.crt',
               '/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem', '/etc/ssl/ca-bundle.pem',
               '/etc/ssl/cert.pem')


def with_certificates(programs, name, directory, source, place):
    """The program `name` on a host that has a copy of the file `source` at `place`, and nothing else in /etc. Its command
    is written into the directory."""
    unshare = [tool('unshare'), '--mount']
    if os.geteuid() != 0:
        unshare += ['--user', '--map-root-user']
    prepare = f'mount -t tmpfs none /etc && install -D {shlex.quote(str(source))} {place}'
    command = [*unshare, 'sh', '-c', f'{prepare} && exec "$0" "$@"', programs.build / name]
    script = directory / name
    script.write_text(f'#!/bin/sh\nexec {shlex.join(map(str, command))} "$@"\n')
    script.chmod(0o755)
    return Programs(programs.stack, directory, programs.transcript)
