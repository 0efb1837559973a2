"""The connection to the database over TCP and over a socket, with TLS and without it."""

import shutil

import pytest

from tests.api.support.configuration import BUILD
from tests.api.support.other_hosts import AUTHORITIES, with_certificates
from tests.api.support.programs import Programs
from tests.harness import certificates
from tests.harness.database_programs import OVER_TLS, UNIX_SOCKET_ACCOUNTS
from tests.harness.people import insert_user
from tests.harness.ports import ReservedPort
from tests.harness.sql import connect, root_sql

PROFILE = '/api/auth/profile'
PASSWORD = 'all-of-it'
CR_SSL_CONNECTION_ERROR = 2026

pytestmark = [pytest.mark.skipif(UNIX_SOCKET_ACCOUNTS, reason='over TCP an account needs a password'),
              pytest.mark.skipif(OVER_TLS, reason='it chooses the way of each connection')]


class TcpServer:
    """A stack whose database also listens on a port, with the certificate that a test chooses."""

    def __init__(self, make_stack, directory):
        self.keys = certificates.make_all(directory, 'db.example.org')
        self._in_use = directory / 'server.pem', directory / 'server.key'
        self._port = ReservedPort()
        self._install('good')
        self.stack = make_stack('tcp', worker=False, database_options=(
            '--skip-networking=0', '--bind-address=127.0.0.1', f'--port={self._port.number}',
            f'--ssl-cert={self._in_use[0]}', f'--ssl-key={self._in_use[1]}',
            f'--ssl-ca={self.keys["all authorities"]}'))  # MySQL checks its own certificate

    def _install(self, which):
        for source, target in zip(self.keys[which], self._in_use):
            shutil.copy(source, target)

    def use(self, which):
        self._install(which)
        with root_sql(self.stack) as root:
            root.run(self.stack.database.programs.RELOAD_TLS)

    def create_account(self, user, requires):
        with root_sql(self.stack) as root:
            for host in ('127.0.0.1', 'localhost'):
                root.run(f"CREATE USER {user}@{host} IDENTIFIED BY '{PASSWORD}' REQUIRE {requires}")
                root.run(f'GRANT ALL PRIVILEGES ON {self.stack.database.name}.* TO {user}@{host}')

    def url(self, user, tls=None, socket=False, host='127.0.0.1'):
        address = 'localhost' if socket else f'{host}:{self._port.number}'
        parameters = [f'ssl={tls}'] if tls else []
        parameters += [f'unix_socket={self.stack.database.socket}'] if socket else []
        return (f'mysql://{user}:{PASSWORD}@{address}/{self.stack.database.name}'
                f'?{"&".join(parameters)}').rstrip('?')


@pytest.fixture(scope='module')
def server(make_stack, tmp_path_factory):
    made = TcpServer(make_stack, tmp_path_factory.mktemp('keys'))
    made.create_account('any', 'NONE')
    made.create_account('encrypted', 'SSL')
    return made


@pytest.fixture
def profile(server, transcript, minter):
    """Ask for a profile with a database URL and a file or directory of trusted authorities."""
    with connect(server.stack) as sql:
        user = insert_user(sql)

    def get(url, trusted=None, programs=None):
        variable = 'SSL_CERT_DIR' if trusted and trusted.is_dir() else 'SSL_CERT_FILE'
        environment = {variable: str(trusted)} if trusted else {}
        return (programs or Programs(server.stack, BUILD, transcript)).cgi(
            'GET', PROFILE, token=minter.token(user.id), settings={'DATABASE_URL': url},
            parameters=environment)
    return get


@pytest.fixture(params=[False, True], ids=['TCP', 'socket'])
def socket(request):
    return request.param


def test_a_password_logs_in_without_tls_also_when_the_server_has_just_started(
        server, profile, socket):
    """MySQL's server keeps passwords that it has seen in a cache; the first login takes another way."""
    with root_sql(server.stack) as root:
        root.run('FLUSH PRIVILEGES')
    assert profile(server.url('any', socket=socket)).status == 200
    assert profile(server.url('any', socket=socket)).status == 200


@pytest.mark.parametrize('tls', [None, 'off'])
def test_without_the_parameter_the_connection_is_not_encrypted(server, profile, socket, tls):
    assert profile(server.url('any', tls, socket)).status == 200
    assert profile(server.url('encrypted', tls, socket)).status == 500


@pytest.mark.parametrize('which', ['good', 'other host', 'other authority'])
def test_required_encrypts_and_takes_any_certificate(server, profile, socket, which):
    server.use(which)
    assert profile(server.url('encrypted', 'required', socket)).status == 200


@pytest.mark.parametrize('trusted', ['ca', 'directory'])
def test_verify_accepts_a_certificate_for_the_host_from_a_trusted_authority(
        server, profile, trusted):
    server.use('good')
    assert profile(server.url('encrypted', 'verify'), server.keys[trusted]).status == 200


@pytest.mark.parametrize('place', AUTHORITIES)
def test_verify_trusts_the_authorities_of_the_host(server, profile, transcript, tmp_path, place):
    server.use('good')
    host = with_certificates(Programs(server.stack, BUILD, transcript), 'profile', tmp_path,
                             server.keys['ca'], place)
    assert profile(server.url('encrypted', 'verify'), programs=host).status == 200


def refused(answer):
    return answer.status == 500 and f'({CR_SSL_CONNECTION_ERROR})' in answer.stderr


def test_verify_refuses_a_certificate_for_another_host(server, profile):
    """By another spelling of the address: MariaDB's library does not compare the host if it is 127.0.0.1."""
    server.use('other host')
    assert profile(server.url('any', 'required', host='127.1')).status == 200
    assert refused(profile(server.url('any', 'verify', host='127.1'), server.keys['ca']))


def test_verify_refuses_a_certificate_of_an_unknown_authority(server, profile):
    server.use('other authority')
    assert refused(profile(server.url('any', 'verify'), server.keys['ca']))


def test_verify_refuses_an_authority_that_the_system_does_not_trust(server, profile):
    server.use('good')
    assert refused(profile(server.url('any', 'verify')))
