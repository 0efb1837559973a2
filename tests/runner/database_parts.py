"""The parts of `make check-databases`: tests/api with other database servers and client libraries than the
system's. scripts/databases unpacks them.

    mysql                   libmysqlclient, with MySQL
    mysql-connector         the system's MariaDB Connector/C, with MySQL
    mysql-hosting           the programs of `make shared-hosting` under Apache, with MySQL
    mariadb-10.5            the system's Connector/C, with that server
    mariadb-10.11           the system's Connector/C, with that server
    mariadb-11.8            Connector/C of the same version, with that server
    mariadb-libmysqlclient  libmysqlclient, with MariaDB 11.8 and accounts without passwords
    debian-11               the programs of `make shared-hosting` in a root directory of Debian 11: its glibc 2.31, its
                            Apache with mod_cgid, its MariaDB 10.5

The programs connect over the server's socket; in NAME-tls, over TCP with TLS. Accounts without passwords have no such
part. `make check-mysql` runs those whose names begin with mysql, `make check-hosts` those that begin with debian.
"""

from dataclasses import dataclass, replace

from tests.runner import counts
from tests.runner.jobs import Job
from tests.runner.parts import BUILDS, CORES, WEB_SERVER_TESTS, suite


@dataclass(frozen=True)
class Combination:
    """A directory of build/, and the server that its programs are tested with."""

    server: str  # a directory of scripts/databases
    build: str = 'release'
    web: str = 'nginx'
    # see tests/harness/database_programs.py
    accounts: str = ''
    transport: str = ''
    host: str = ''  # see tests/harness/host_root.py
    tests: tuple = ('tests/api',)


COMBINATIONS = {
    'mysql': Combination('mysql', 'release-mysql'),
    'mysql-connector': Combination('mysql', tests=('tests/api', 'tests/install/test_upgrade.py')),
    'mysql-hosting': Combination('mysql', 'hosting', 'apache-cgid', tests=tuple(WEB_SERVER_TESTS)),
    'mariadb-10.5': Combination('mariadb-10.5'),
    'mariadb-10.11': Combination('mariadb-10.11'),
    'mariadb-11.8': Combination('mariadb-11.8', 'release-mariadb-11.8'),
    'mariadb-libmysqlclient': Combination('mariadb-11.8', 'release-mysql', accounts='unix_socket'),
    'debian-11': Combination('mariadb-10.5', 'hosting', 'apache-cgid', host='debian-11'),
}
COMBINATIONS |= {f'{name}-tls': replace(one, transport='tls', tests=tuple(
    test for test in one.tests if not test.startswith('tests/install')))
    for name, one in COMBINATIONS.items() if not one.accounts}


def unpack(directory):
    return Job(f'unpack {directory}', 'build', ['scripts/databases', directory], seconds=3000,
               count=counts.none)


def build_with(directory):
    """A build against the libraries of an unpacked directory."""
    return Job(f'build release-{directory}', 'build', [
        'flock', 'build/.lock', 'make', '-s', f'-j{CORES}', 'WERROR=1',
        f'SYSROOT=build/databases/{directory}', 'all'],
        seconds=2000, needs=(f'unpack {directory}',), count=counts.none)


def jobs(name):
    one = COMBINATIONS[name]
    libraries = one.build.removeprefix('release-')
    own = one.build in BUILDS  # against the system's libraries
    preparing = [unpack(one.server)] if own else [
        unpack(one.server), unpack(libraries), build_with(libraries)]
    preparing += [unpack(one.host)] if one.host else []
    tests = suite(name, f'api {name}', one.build, one.tests, seconds=600, web=one.web)
    tests.needs += tuple(job.name for job in preparing)
    tests.environment.update(FITGATE_DATABASE=one.server, FITGATE_ACCOUNTS=one.accounts,
                             FITGATE_TRANSPORT=one.transport, FITGATE_HOST=one.host)
    return [*preparing, tests]


DATABASE_PARTS = {name: lambda name=name: jobs(name) for name in COMBINATIONS}
