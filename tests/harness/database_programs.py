"""The programs of a database server: those of the system's MariaDB, or of a server that scripts/databases
has unpacked.

FITGATE_DATABASE chooses: system (the default), mysql, mariadb-10.5, mariadb-10.11 or mariadb-11.8.

FITGATE_ACCOUNTS=unix_socket creates accounts without a password: the server trusts the name of the
operating system's user. MariaDB 11.8 can do that for accounts with other names than the user's.

FITGATE_TRANSPORT=tls lets the programs connect over TCP with TLS instead of over the socket.
"""

import os
import pwd

from tests.harness.errors import StackError
from tests.harness.processes import tool
from tests.harness.tree import SOURCE

UNPACKED = SOURCE / 'build/databases'
UNIX_SOCKET_ACCOUNTS = os.environ.get('FITGATE_ACCOUNTS') == 'unix_socket'
OVER_TLS = os.environ.get('FITGATE_TRANSPORT') == 'tls'
CHOICES = ('system', 'mysql', 'mariadb-10.5', 'mariadb-10.11', 'mariadb-11.8')


class MariaDB:
    """`root` is the directory that the server was unpacked into; None: the server of the system."""

    SERVER, CLIENT = 'mariadbd', 'mariadb'
    OPTIONS = ()
    # Not to wait for the disk: no test switches a computer off, and what a
    # killed server has written is not lost.
    WITHOUT_SYNC = ('--innodb-flush-method=nosync', '--innodb-doublewrite=OFF', '--sync-frm=OFF')
    PLAIN = '--skip-ssl'  # of the client
    RELOAD_TLS = 'FLUSH SSL'  # read the certificate again
    IGNORE_CHARACTER_SET = ('--skip-character-set-client-handshake',)  # of the client
    REQUIRE_PRIMARY_KEY = 'innodb_force_primary_key'

    def __init__(self, root):
        self.root = root

    def program(self, name):
        if self.root is None:
            return tool(name)
        return next(self.root.glob(f'usr/*bin/{name}'))

    def _files(self):
        """Where the files of the unpacked server are."""
        if self.root is None:
            return []
        return [f'--basedir={self.root}/usr', self._character_sets()]

    def _character_sets(self):
        return f'--character-sets-dir={next(self.root.glob("usr/share/m*/charsets"))}'

    def server(self):
        """The command that serves, without the options that a stack adds."""
        return [self.program(self.SERVER), '--no-defaults', *self._files(), *self.OPTIONS]

    def initialize(self, data, options):
        """The command that fills a new data directory, whose path must have no space."""
        return [self.program('mariadb-install-db'), '--no-defaults', *self._files(), f'--datadir={data}',
                '--auth-root-authentication-method=normal', '--skip-test-db', '--force', *options]

    def client(self):
        """The command of the client, without options that say where the server is."""
        character_sets = [] if self.root is None else [self._character_sets()]
        return [self.program(self.CLIENT), '--no-defaults', self.PLAIN, *character_sets]


class MySQL(MariaDB):
    """MySQL's own server. It keeps a binary log by default, and so lets other accounts than root create
    triggers only with log_bin_trust_function_creators. A suite starts a dozen servers, which would use up what the
    kernel has for asynchronous I/O (fs.aio-max-nr; MySQL does not start without it), and half a GB of memory each."""

    SERVER, CLIENT = 'mysqld', 'mysql'
    OPTIONS = ('--mysqlx=OFF', '--secure-file-priv=NULL', '--log-bin-trust-function-creators=1',
               '--innodb-use-native-aio=OFF', '--performance-schema=OFF', '--innodb-buffer-pool-size=32M')
    WITHOUT_SYNC = ('--innodb-flush-method=nosync', '--innodb-doublewrite=OFF', '--sync-binlog=0')
    PLAIN = '--ssl-mode=DISABLED'
    RELOAD_TLS = 'ALTER INSTANCE RELOAD TLS'
    IGNORE_CHARACTER_SET = ()  # MySQL 9 cannot
    REQUIRE_PRIMARY_KEY = 'sql_require_primary_key'

    def initialize(self, data, options):
        return [*self.server(), '--initialize-insecure', f'--datadir={data}', *options]


def is_unpacked(name):
    return (UNPACKED / name).is_dir()


def chosen(name=None):
    """The programs of this name, or those that FITGATE_DATABASE names."""
    name = name or os.environ.get('FITGATE_DATABASE', 'system')
    if name not in CHOICES:
        raise StackError(f'FITGATE_DATABASE={name}: the choices are {", ".join(CHOICES)}')
    if name == 'system':
        return MariaDB(None)
    root = UNPACKED / name
    if not is_unpacked(name):
        raise StackError(f'no directory {root}: "scripts/databases {name}" unpacks it')
    return MySQL(root) if name == 'mysql' else MariaDB(root)


def identified_by(password):
    """The part of CREATE USER and ALTER USER that says how an account proves who it is."""
    if UNIX_SOCKET_ACCOUNTS:
        return f"IDENTIFIED VIA unix_socket AS '{pwd.getpwuid(os.geteuid()).pw_name}'"
    return f"IDENTIFIED BY '{password}'"
