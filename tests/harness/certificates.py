"""Certificates for servers of a test, and the authorities that sign them."""

import shutil
import subprocess

from tests.harness.waiting import LIMIT

NEW_KEY = ('-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes')


def openssl(*arguments, directory):
    subprocess.run(['openssl', *arguments], cwd=directory,
                   check=True, capture_output=True, timeout=LIMIT)


def make_authority(directory, name):
    openssl('req', '-x509', *NEW_KEY, '-keyout', f'{name}.key', '-out', f'{name}.pem', '-days', '2',
            '-subj', f'/CN={name}', directory=directory)
    return directory / f'{name}.pem'


def self_signed(directory):
    """A certificate for this machine that only itself has signed: (certificate, key)."""
    make_authority(directory, 'localhost')
    return directory / 'localhost.pem', directory / 'localhost.key'


def make_certificate(directory, name, subject_alternative, authority='ca'):
    """A key and a certificate that the authority has signed: (certificate, key)."""
    (directory / f'{name}.ext').write_text(f'subjectAltName={subject_alternative}\n')
    openssl('req', *NEW_KEY, '-keyout', f'{name}.key', '-out', f'{name}.csr', '-subj', f'/CN={name}',
            directory=directory)
    openssl('x509', '-req', '-in', f'{name}.csr', '-CA', f'{authority}.pem',
            '-CAkey', f'{authority}.key', '-CAcreateserial', '-days', '2',
            '-extfile', f'{name}.ext', '-out', f'{name}.pem', directory=directory)
    return directory / f'{name}.pem', directory / f'{name}.key'


def make_all(directory, other_host):
    """Certificates of an authority for this machine and for another host, and one for this machine of an
    authority that no client trusts."""
    authorities = [make_authority(directory, name) for name in ('ca', 'stranger')]
    both = directory / 'both.pem'
    both.write_text(''.join(path.read_text() for path in authorities))
    trusted = directory / 'trusted'
    trusted.mkdir()
    shutil.copy(authorities[0], trusted)
    openssl('rehash', str(trusted), directory=directory)
    return {
        'ca': authorities[0],
        'directory': trusted,
        'all authorities': both,
        'good': make_certificate(directory, 'good', 'IP:127.0.0.1,IP:::1,DNS:localhost'),
        'other host': make_certificate(directory, 'other', f'DNS:{other_host}'),
        'other authority': make_certificate(directory, 'forged', 'IP:127.0.0.1,DNS:localhost',
                                            'stranger'),
    }
