"""One complete running Fitgate: MariaDB on a unix socket, an SMTP server that keeps the mail, the
services under spawn-fcgi, the worker, and nginx."""

import http.client
import subprocess
import time
from pathlib import Path

from tests.harness.database import OWN_ACCOUNTS, DatabaseServer
from tests.harness.errors import StackError
from tests.harness.files import StackFiles, setting_line, write_private
from tests.harness.nginx import Nginx
from tests.harness.ports import ReservedPort
from tests.harness.processes import Daemons, dies_with_parent, passed_on, tool
from tests.harness.smtp import SmtpServer
from tests.harness.tree import PROCESSES, SERVICES
from tests.harness.waiting import LIMIT

HASHING = ('register', 'login', 'pages')  # each uses a whole core during a login
LOW_PRIORITY = 10  # for nice(1): other requests must not wait for password hashing
NO_THROTTLES = {f'THROTTLE_{name}': '0' for name in
                ('LOGIN_ACCOUNT', 'LOGIN_ADDRESS', 'MAIL_ACCOUNT', 'MAIL_ADDRESS')}


class Stack:
    """All parts of a Fitgate, started and stopped together. Use it with `with`.

    `directory` is for files that last: mariadb/ mail/ uploads/ log/ nginx/, the settings file and
    the secrets. `run`, a short path for sockets, exists while the stack runs.
    """

    names_every_request = True  # answers of the web server itself have an X-Request-Id, too

    def __init__(self, directory, build, *, port=0, settings=None, processes=None, workers=1,
                 worker=True, mail_enabled=True, keep_database=False, database_options=(),
                 database=None, own_accounts=True, limits=False, hashing_yields=True,
                 read_timeout='60s', extra_locations='', say=None):
        """`settings`: override the settings that a stack writes; the value None leaves a setting
        out. `processes`: of each service; None: as in an installation. `database`: the name of another server (database_programs.py). `own_accounts`: each
        program has its own database account. `limits`: the rate limits of nginx and of the program
        apply, with their defaults. `hashing_yields`: programs that hash passwords get less CPU than
        others, as in an installation. `read_timeout`: how long nginx waits for a program.
        `extra_locations`: nginx configuration for the programs that start_program() starts.
        """
        self.files = StackFiles(directory)
        self.build = Path(build).resolve()
        self.port = port
        self.settings = dict(settings or {})
        self.processes = processes
        self.workers = workers
        self.with_worker = worker
        self.mail_enabled = mail_enabled
        self.own_accounts = own_accounts
        self.limits = limits
        self.hashing_yields = hashing_yields
        self.read_timeout = read_timeout
        self.say = say or (lambda text: None)

        self.settings_file = self.directory / 'fitgate.conf'
        self.environment = {'FITGATE_CONFIG': str(self.settings_file)}
        self.daemons = Daemons(self.files, self.child_environment, lambda text: self.say(text))
        self.database = DatabaseServer(self.files, self.daemons, lambda text: self.say(text),
                                       keep=keep_database, options=database_options, programs=database)
        self.smtp = SmtpServer(self.files, self.daemons)
        self._nginx = Nginx(self.files, self.daemons, locations=extra_locations, limits=limits,
                            read_timeout=read_timeout)
        self._port_reservation = None

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_exception):
        self.stop()

    # ---- locations ------------------------------------------------------------------------------

    @property
    def directory(self):
        return self.files.directory

    @property
    def run(self):
        return self.files.run

    @property
    def mail_directory(self):
        return self.files.mail

    @property
    def upload_folder(self):
        return self.files.uploads

    @property
    def base_url(self):
        return f'http://127.0.0.1:{self.port}'

    def log_text(self, name=None):
        """The log of one program or group of programs, such as 'login', 'nginx' or 'worker', or of
        all of them."""
        paths = sorted(self.files.logs.glob('*.log'))
        if name is not None:
            paths = [path for path in paths if path.stem.partition('-')[0] == name]
        return ''.join(path.read_text(errors='replace') for path in paths)

    # ---- start and stop -------------------------------------------------------------------------

    def start(self):
        """Start everything, and return when it answers. On StackError, everything has been stopped."""
        try:
            self._start()
        except OSError as error:
            self.stop()
            raise StackError(f'{error.filename or "the system"}: {error.strerror}') from error
        except BaseException:
            self.stop()
            raise

    def _start(self):
        self._prepare_directories()
        self._port_reservation = ReservedPort(self.port)
        self.port = self._port_reservation.number
        self.smtp.open()
        self.database.install()
        self.write_settings()

        self.say('starting MariaDB')
        self.database.start()
        self._prepare_database()
        if self.mail_enabled:
            self._start_smtp()
        self.say('starting the services, the worker and the web server')
        self._start_services()
        if self.with_worker:
            self.start_worker()
        self._start_web_server()

    def stop(self):
        """Stop all parts, in order, and remove `run`."""
        self.daemons.stop('nginx')
        self.daemons.stop_all_except('mariadb', 'smtp')
        self.database.stop()
        self.daemons.stop('smtp')
        self.smtp.close()
        if self._port_reservation:
            self._port_reservation.close()
        self._port_reservation = None
        if self.run:
            self.database.remove()
        self.files.close()

    def wait(self):
        """Never returns; raises StackError when one of the programs has ended by itself."""
        while True:
            self.daemons.check_all()
            time.sleep(1)  # between two checks

    # ---- settings -------------------------------------------------------------------------------

    def database_url(self, user):
        """The DATABASE_URL of an account."""
        return self.database.url(user)

    def write_settings(self):
        values = {
            'APP_SECRET_KEY': self.files.secret('app_secret_key'),
            'DATABASE_URL': self.database_url(self.database.user),
            **{f'DATABASE_URL_{name.upper()}': self.database_url(self.database.account_of(name))
               for name in OWN_ACCOUNTS if self.own_accounts},
            'EMAIL_URL': f'smtp://127.0.0.1:{self.smtp.port}' if self.mail_enabled else '',
            'SENDER_EMAIL': 'fitgate@example.com',
            'UI_URL': self.base_url,
            'UPLOAD_FOLDER': str(self.upload_folder),
            **({} if self.limits else NO_THROTTLES),
            **self.settings,
        }
        write_private(self.settings_file, ''.join(
            setting_line(name, value) for name, value in values.items() if value is not None))

    def child_environment(self):
        return {**passed_on(), **self.environment}

    def with_settings(self, settings):
        """The environment of a program in which these settings override those of the file. A
        DATABASE_URL applies to all programs, also to those with their own account."""
        own_urls = {f'DATABASE_URL_{name.upper()}': '' for name in OWN_ACCOUNTS
                    if 'DATABASE_URL' in settings}
        return {**self.child_environment(), **own_urls, **settings}

    # ---- parts that a kind of stack may replace -------------------------------------------------

    def _prepare_directories(self):
        self.files.open()

    def _prepare_database(self):
        self.database.create()
        self.daemons.run_to_end([self.build / 'admin', 'migrate'], 'admin')
        if self.own_accounts:
            self.database.create_own_accounts()

    def _start_smtp(self):
        self.smtp.start()

    def _start_services(self):
        for name in SERVICES:
            self._start_service(name)

    def _start_web_server(self):
        self._nginx.write_configuration(self.port)
        self.start_nginx()
        for name in SERVICES:
            self._wait_for_service(name)
        self.daemons['config'].wait_until(lambda: self.status_of('GET', '/api/ping') == 200)

    # ---- services, worker, nginx ----------------------------------------------------------------

    def supervised(self, command, processes):
        """The command under multiwatch, which runs `processes` processes of it and restarts those
        that end: for programs that do not do this themselves. After a thousand ends in a row, each
        within a second, multiwatch gives up, so that a program that cannot start is noticed.

        There is no --signal: Debian's multiwatch sends a different signal from the given one. The
        default, SIGUSR1, is sent as documented and also requests a graceful end.
        """
        return [tool('multiwatch'), '-f', processes, '-r', 1000, '-t', 1000, '--',
                *dies_with_parent(self.wrapped(command))]

    def wrapped(self, command):
        """The command of a program, for subclasses that change its environment."""
        return command

    def processes_of(self, name):
        return self.processes or PROCESSES.get(name, min(PROCESSES.values()))

    def _start_service(self, name):
        processes = f'PROCESSES={self.processes_of(name)}'
        self._start_behind_socket(
            name, [tool('env'), processes, *self.wrapped([self.build / name])])

    def start_program(self, name, command):
        """Start a FastCGI program (a list: path and arguments) behind run/<name>.sock."""
        self._start_behind_socket(name, self.supervised(command, self.processes_of(name)))

    def _start_behind_socket(self, name, command):
        path = self.run / f'{name}.sock'
        path.unlink(missing_ok=True)  # an old socket would be taken for the new one
        daemon = self.daemons.launch(name, [
            tool('spawn-fcgi'), '-n', '-s', path, '-M', '0600', '-b', '4096', '--',
            *dies_with_parent(command)],
            niceness=LOW_PRIORITY if self.hashing_yields and name in HASHING else 0)
        daemon.wait_until(path.is_socket)

    def restart_service(self, name):
        """Stop and start one service, which reads the current `settings`."""
        self.daemons.stop(name)
        self.write_settings()
        self._start_service(name)
        self._wait_for_service(name)

    def stop_service(self, name):
        self.daemons.stop(name)

    def program_pids(self, name):
        """The processes of a service or the worker, without the parent that starts them. (Their name is
        different under valgrind.)"""
        daemon = self.daemons[name]
        return [pid for pid, process in daemon.members().items()
                if process.parent == daemon.process.pid]

    def _wait_for_service(self, name):
        if name == 'gate':  # only checks of protected locations reach it
            self.daemons[name].wait_until(lambda: self.status_of('GET', '/protected/') == 401)
            return
        routes = subprocess.run([self.build / name, '--routes'], stdout=subprocess.PIPE, text=True,
                                env=self.child_environment(), check=True, timeout=LIMIT).stdout
        path = routes.split()[1]
        self.daemons[name].wait_until(lambda: self.status_of('OPTIONS', path) == 200)

    def start_worker(self):
        self.daemons.launch('worker', self.supervised([self.build / 'worker'], self.workers))

    def stop_worker(self):
        self.daemons.stop('worker')

    def run_worker_once(self, *arguments, settings=None):
        """Run `worker --once` until it ends; `settings` override those of the file."""
        return subprocess.run(
            [self.build / 'worker', '--once', *arguments], stdin=subprocess.DEVNULL,
            capture_output=True, text=True, timeout=LIMIT, check=False,
            env=self.with_settings(settings or {}))

    def start_nginx(self):
        self._nginx.start(lambda: self.status_of('GET', '/') == 404)

    def status_of(self, method, path):
        """The status of the web server's answer; None if it does not answer."""
        connection = http.client.HTTPConnection('127.0.0.1', self.port, timeout=LIMIT)
        try:
            connection.request(method, path)
            return connection.getresponse().status
        except (OSError, http.client.HTTPException):
            return None
        finally:
            connection.close()
