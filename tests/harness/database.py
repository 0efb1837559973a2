"""The database server of a stack."""

import os
import shutil
import subprocess
from urllib.parse import quote

from tests.harness import certificates, database_programs
from tests.harness.errors import StackError
from tests.harness.ports import ReservedPort
from tests.harness.tree import SERVICES, SOURCE
from tests.harness.waiting import LIMIT

# The programs that have their own database account, with the least privileges.
OWN_ACCOUNTS = (*SERVICES, 'worker', 'clean')


class DatabaseServer:
    """A server of MariaDB or MySQL on a unix socket, with a database for Fitgate and the accounts for it. With
    FITGATE_TRANSPORT=tls also on a port, to which the programs connect.

    `keep`: keep the data after the stack stops. `options`: further options of the server. `programs`: the name of
    another server than FITGATE_DATABASE (database_programs.py).
    """

    def __init__(self, files, daemons, say, *, keep=False, options=(), programs=None):
        self.name = 'fitgate'
        self.user = 'fitgate'
        self.password = None
        self.programs = database_programs.chosen(programs)
        self._files = files
        self._daemons = daemons
        self._say = say
        self._keep = keep
        self._options = options
        self._port = ReservedPort() if database_programs.OVER_TLS else None

    @property
    def socket(self):
        return self._files.run / 'mariadb.sock'

    def account_of(self, program):
        """The name of a program's own account."""
        return f'{self.user}_{program}'

    def url(self, user):
        return f'mysql://{user}:{self.password}@{self.place(self.name)}'

    def place(self, name):
        """The part of a URL after the account: where the database `name` is."""
        if self._port:
            return f'127.0.0.1:{self._port.number}/{name}?ssl=required'
        return f'localhost/{name}?unix_socket={quote(str(self.socket))}'

    def start(self):
        """Start the server and wait until it answers."""
        daemon = self._daemons.launch('mariadb', [
            *self.programs.server(), f'--datadir={self._files.mariadb}',
            f'--socket={self.socket}', f'--pid-file={self._files.run / "mariadb.pid"}',
            *self._network_options(), '--character-set-server=utf8mb4',
            '--collation-server=utf8mb4_unicode_ci', *self._common_options(), *self._options])
        daemon.wait_until(lambda: self.run('SELECT 1').returncode == 0)

    def _network_options(self):
        """Accounts of localhost are also those of connections from 127.0.0.1, unless --skip-name-resolve."""
        if not self._port:
            return ['--skip-networking', '--skip-name-resolve']
        certificate, key = certificates.self_signed(self._files.run)
        return ['--bind-address=127.0.0.1', f'--port={self._port.number}', f'--ssl-cert={certificate}',
                f'--ssl-key={key}', f'--ssl-ca={certificate}']

    def stop(self, kill=False):
        if kill:
            self._daemons.kill('mariadb')
        else:
            self._daemons.stop('mariadb', seconds=60)

    def run(self, text):
        """Run SQL as root. It has no password: only the owner of `run` can reach the socket."""
        return subprocess.run(
            [*self.programs.client(), f'--socket={self.socket}', '--user=root', '--batch'],
            input=text, capture_output=True, text=True, check=False, timeout=LIMIT)

    # ---- setting it up --------------------------------------------------------------------------

    def install(self):
        """Create the data directory, unless one was kept."""
        self.password = self._files.secret('database_password')
        data = self._files.mariadb
        if not self._keep:
            shutil.rmtree(data, ignore_errors=True)
        if data.exists():
            return
        self._say(f'creating the database in {data}')
        unfinished = data.with_name('mariadb.new')
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(mode=0o700)
        # mariadb-install-db cannot handle a space in the path.
        plain_path = self._files.run / 'new-database'
        plain_path.symlink_to(unfinished)
        self._daemons.run_to_end(self.programs.initialize(plain_path, self._common_options()),
                                 'mariadb-install')
        unfinished.rename(data)

    def remove(self):
        """Remove the data directory, unless it is kept."""
        if self._port:
            self._port.close()
        if not self._keep:
            shutil.rmtree(self._files.mariadb, ignore_errors=True)

    def _common_options(self):
        """When mariadbd starts, it removes all temporary tables in its tmpdir, even those of
        another server. So each server has its own tmpdir."""
        user = ['--user=root'] if os.geteuid() == 0 else []
        return [f'--tmpdir={self._files.run / "tmp"}', *user]

    def create(self):
        """Create the database and the account that owns it."""
        identified = database_programs.identified_by(self.password)
        self._run_or_fail(f'''
            CREATE DATABASE IF NOT EXISTS {self.name}
                CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
            CREATE USER IF NOT EXISTS {self.user}@localhost;
            ALTER USER {self.user}@localhost {identified};
            GRANT ALL PRIVILEGES ON {self.name}.* TO {self.user}@localhost;''', 'create the database')

    def create_own_accounts(self):
        """Create the accounts of the programs, with the privileges of sql/grants.sql."""
        identified = database_programs.identified_by(self.password)
        users = ''.join(f'''
            CREATE USER IF NOT EXISTS {self.account_of(program)}@localhost;
            ALTER USER {self.account_of(program)}@localhost {identified};''' for program in OWN_ACCOUNTS)
        grants = (SOURCE / 'sql/grants.sql').read_text()
        self._run_or_fail(f'{users}\nUSE {self.name};\n{grants}', 'apply sql/grants.sql')

    def _run_or_fail(self, text, attempt):
        answer = self.run(text)
        if answer.returncode != 0:
            raise StackError(f'could not {attempt}: {answer.stderr.strip()}')
