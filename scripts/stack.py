#!/usr/bin/python3
"""One whole running Fitgate, started and stopped from Python.

`make run` calls this file as a program; the API tests and the bench use the class Stack. Everything
that runs is the real thing and belongs to the caller: MariaDB on a unix socket, the SMTP catcher,
the executables under spawn-fcgi and multiwatch, the worker, and an unprivileged nginx.
"""

import concurrent.futures
import fcntl
import http.client
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import typing
from pathlib import Path
from urllib.parse import quote

SOURCE = Path(__file__).resolve().parent.parent
PYTHON = '/usr/bin/python3'  # Debian's own: the one that has python3-aiosmtpd
EXECUTABLES = ('register', 'login', 'profile', 'picture', 'export', 'config')
HASHING = ('register', 'login')  # a core each, for as long as somebody logs in
LOW_PRIORITY = 10  # as nice(1) has it; what others pay for hashing must be as little as can be

# What nginx counts requests under, and the settings of the program's own throttles.
LIMIT_KEY = '"$binary_remote_addr $request_method $uri"'
NO_THROTTLES = {f'THROTTLE_{name}': '0' for name in
                ('LOGIN_ACCOUNT', 'LOGIN_ADDRESS', 'MAIL_ACCOUNT', 'MAIL_ADDRESS')}

# All that a child gets from the caller's environment. A DATABASE_URL that happens to be set there
# would win over the settings file, so nothing else is passed on.
PASSED_ON = ('PATH', 'HOME', 'LANG', 'ASAN_OPTIONS', 'UBSAN_OPTIONS', 'LSAN_OPTIONS')

# The kernel sends a child its PDEATHSIG when the *thread* that started it ends, so all children are
# started by one thread that lives as long as the interpreter, whatever thread asks for them.
_starter = concurrent.futures.ThreadPoolExecutor(max_workers=1, thread_name_prefix='starter')


class StackError(Exception):
    """What went wrong, in words for a person."""


def tool(name):
    """The path of a program; an ordinary user's PATH lacks the folders of nginx and mariadbd."""
    path = shutil.which(name, path=os.environ.get('PATH', os.defpath) + ':/usr/sbin:/sbin')
    if path is None:
        raise StackError(f'{name} is not installed: scripts/setup run installs it')
    return path


def dies_with_parent(command):
    """The command, made to get SIGTERM when the process that started it ends in whatever way."""
    return [tool('setpriv'), '--pdeathsig', 'TERM', '--', *map(str, command)]


class Process(typing.NamedTuple):
    """What the kernel says of a process."""

    name: str
    parent: int


def session_members(session):
    """The living processes of a session: {pid: Process}."""
    members = {}
    for entry in Path('/proc').iterdir():
        if not entry.name.isdecimal():
            continue
        try:
            before, _, after = (entry / 'stat').read_text().rpartition(') ')
        except (FileNotFoundError, ProcessLookupError):
            continue  # it ended meanwhile
        state, parent, _group, its_session = after.split()[:4]
        if int(its_session) == session and state not in 'ZX':
            members[int(entry.name)] = Process(before.partition(' (')[2], int(parent))
    return members


def last_lines(path, count=5):
    lines = path.read_text(errors='replace').splitlines() if path.exists() else []
    return ''.join(f'\n    {line}' for line in lines[-count:])


def poll(condition, seconds):
    """Wait until the condition holds; what it returned then, or None when time is up."""
    deadline = time.monotonic() + seconds
    while True:
        result = condition()
        if result:
            return result
        if time.monotonic() > deadline:
            return None
        time.sleep(0.02)


def reserve_port(port=0):
    """A bound socket that does not listen: it keeps a port of 127.0.0.1 from being given to others,
    refuses connections to it, and lets a server that sets SO_REUSEADDR listen there."""
    reservation = socket.socket()
    reservation.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        reservation.bind(('127.0.0.1', port))
    except OSError as error:
        reservation.close()
        if isinstance(error, PermissionError):
            raise StackError(f'port {port} is for root only: choose one above 1023') from None
        raise StackError(f'port {port} of 127.0.0.1 is taken: choose another') from None
    return reservation


def private_opener(path, flags):
    """For open(): a file that it creates is its owner's alone."""
    return os.open(path, flags, 0o600)


def write_private(path, text):
    """Write a file that only its owner can read, whole or not at all."""
    temporary = path.with_name(path.name + '.new')
    temporary.unlink(missing_ok=True)
    with open(temporary, 'x', opener=private_opener) as file:
        file.write(text)
    temporary.replace(path)


def kept_secret(path):
    """The random text kept in a file, made when there is none yet."""
    if not path.exists():
        write_private(path, secrets.token_hex(32) + '\n')
    return path.read_text().strip()


def setting_line(name, value):
    mark = '"' if "'" in value else "'"
    if mark in value or '\n' in value:
        raise StackError(f'{name}: a value with both kinds of quotes or a line feed cannot be kept')
    return f'{name}={mark}{value}{mark}\n'


class Service:
    """A supervised program and all its descendants, in a session of their own."""

    def __init__(self, name, command, log, environment, *, keep_open=(),
                 stop_signal=signal.SIGTERM, niceness=0):
        self.name = name
        self.command = dies_with_parent(['nice', '-n', niceness, *command])
        self.niceness = niceness
        self.log = log
        self.environment = environment
        self.keep_open = keep_open
        self.stop_signal = stop_signal
        self.process = None

    def start(self):
        _starter.submit(self._start).result()
        if self.niceness:
            poll(self._lower_session, 10)

    def _lower_session(self):
        """Where the kernel shares the CPU between sessions (autogroup), nice(1) counts within one alone.
        False: it lets nobody but root do so twice in a tenth of a second."""
        try:
            Path(f'/proc/{self.process.pid}/autogroup').write_text(str(self.niceness))
        except BlockingIOError:
            return False
        except OSError:
            pass  # it does not
        return True

    def _start(self):
        with open(self.log, 'ab') as log:
            self.process = subprocess.Popen(
                self.command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.log.parent,
                env=self.environment, start_new_session=True, pass_fds=self.keep_open)

    def alive(self):
        """Whether the program itself runs. One that ended is not reaped before stop(): as long as
        it is a zombie, its number cannot become that of another session."""
        options = os.WEXITED | os.WNOHANG | os.WNOWAIT
        return self.process is not None and os.waitid(os.P_PID, self.process.pid, options) is None

    def members(self):
        return session_members(self.process.pid) if self.process else {}

    def wait_until(self, condition, seconds=30):
        """Wait until the program does what it is there for; StackError when it ends or is late."""
        poll(lambda: not self.alive() or condition(), seconds)
        if not self.alive():
            raise StackError(f'{self.name} ended; its log {self.log} ends with:'
                             f'{last_lines(self.log)}')
        if not condition():
            raise StackError(f'{self.name} is not ready after {seconds} s; its log {self.log} ends '
                             f'with:{last_lines(self.log)}')

    def ask_to_stop(self):
        if self.alive():
            os.kill(self.process.pid, self.stop_signal)
        else:
            self._signal_members(signal.SIGTERM)

    def wait_stopped(self, seconds):
        """Wait for the end of all its processes. False: time was up and they were killed."""
        if self.process is None:
            return True
        stopped = poll(lambda: not self.alive() and not self.members(), seconds)
        if not stopped:
            self.kill()
        self._reap()
        return bool(stopped)

    def kill(self):
        """End it and all its descendants at once."""
        def gone():
            self._signal_members(signal.SIGKILL)
            return not self.members()
        poll(gone, 30)
        self._reap()

    def _reap(self):
        if self.process:
            self.process.wait()
        self.process = None

    def _signal_members(self, number):
        for pid in self.members():
            try:
                os.kill(pid, number)
            except ProcessLookupError:
                pass  # it ended meanwhile


class Stack:
    """MariaDB, the SMTP catcher, the executables, the worker and nginx, as one thing.

    folder is for all that lasts: mariadb/ mail/ uploads/ log/ nginx/, the settings file and the
    secrets. Sockets are in `run`, a short folder of their own that lasts as long as the stack.
    """

    names_every_request = True  # the web server, when it answers itself, by X-Request-Id

    def __init__(self, folder, build, *, port=0, settings=None, processes=2, keep_database=False,
                 mail_enabled=True, worker=True, say=None, read_timeout='60s', database_options=(),
                 extra_locations='', limits=False, own_accounts=True, workers=1):
        self.folder = Path(folder).resolve()
        self.build = Path(build).resolve()
        self.port = port
        self.settings = dict(settings or {})  # None as a value leaves a setting out
        self.processes = processes
        self.workers = workers
        self.keep_database = keep_database
        self.mail_enabled = mail_enabled
        self.with_worker = worker
        self.say = say or (lambda text: None)
        self.read_timeout = read_timeout  # how long nginx waits for an executable
        self.database_options = database_options
        self.own_accounts = own_accounts  # sql/grants.sql
        self.limits = limits  # nginx's and the program's own throttles, with their defaults
        self.extra_locations = extra_locations  # nginx text, for what start_program() starts

        self.log_folder = self.folder / 'log'
        self.mail_folder = self.folder / 'mail'
        self.upload_folder = self.folder / 'uploads'
        self.settings_file = self.folder / 'fitgate.conf'
        self.environment = {'FITGATE_CONFIG': str(self.settings_file)}
        self.database_name = 'fitgate'
        self.database_user = 'fitgate'
        self.database_password = None
        self.smtp_port = None
        self.run = None

        self._lock = None
        self._services = {}
        self._nginx_command = None
        self._nginx_reservation = None
        self._smtp_reservation = None

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_exception):
        self.stop()

    @property
    def base_url(self):
        return f'http://127.0.0.1:{self.port}'

    @property
    def database_socket(self):
        return self.run / 'mariadb.sock'

    # ---- the whole ------------------------------------------------------------------------------

    def start(self):
        """Everything up and answering, or StackError and everything stopped again."""
        try:
            self._start()
        except OSError as error:
            self.stop()
            raise StackError(f'{error.filename or "the system"}: {error.strerror}') from error
        except BaseException:
            self.stop()
            raise

    def _start(self):
        self._prepare_folders()
        self._nginx_reservation = reserve_port(self.port)
        self.port = self._nginx_reservation.getsockname()[1]
        self._smtp_reservation = reserve_port()
        self.smtp_port = self._smtp_reservation.getsockname()[1]
        self.database_password = kept_secret(self.folder / 'database_password')
        self._write_settings()

        self._make_database()
        self.say('starting MariaDB')
        self.start_database()
        self._prepare_database()
        if self.mail_enabled:
            self.start_smtp()
        self.say('starting the executables, the worker and nginx')
        self._start_executables()
        if self.with_worker:
            self._start_worker()
        self._start_web_server()

    def stop(self):
        """Stop all that was started, in order, and remove the run folder."""
        self._stop('nginx')
        self._stop(*(name for name in self._services if name not in ('mariadb', 'smtp')))
        self._stop('mariadb', seconds=60)
        self._stop('smtp')
        for reservation in (self._nginx_reservation, self._smtp_reservation):
            if reservation:
                reservation.close()
        self._nginx_reservation = self._smtp_reservation = None
        if self.run:
            shutil.rmtree(self.run, ignore_errors=True)
            (self.folder / 'run').unlink(missing_ok=True)
            if not self.keep_database:
                shutil.rmtree(self.folder / 'mariadb', ignore_errors=True)
        self.run = None
        if self._lock:
            self._lock.close()
        self._lock = None

    def wait(self):
        """Return only by an exception: StackError when one of the programs has ended by itself."""
        while True:
            for service in self._services.values():
                service.wait_until(lambda: True)
            time.sleep(1)  # between two looks

    def _launch(self, name, command, **options):
        self._stop(name)  # what an earlier one may have left behind
        service = Service(name, command, self.log_folder / f'{name}.log', self.child_environment(),
                          keep_open=(self._lock.fileno(),), **options)
        self._services[name] = service
        service.start()
        return service

    def _stop(self, *names, seconds=10):
        services = [self._services.pop(name) for name in names if name in self._services]
        for service in services:
            service.ask_to_stop()
        for service in services:
            if not service.wait_stopped(seconds):
                self.say(f'{service.name} did not stop within {seconds} s and was killed')

    def log_text(self, name=None):
        """The log of one group of processes, such as 'login', 'nginx' or 'worker', or of all."""
        paths = sorted(self.log_folder.glob('*.log'))
        if name is not None:
            paths = [path for path in paths if path.stem.partition('-')[0] == name]
        return ''.join(path.read_text(errors='replace') for path in paths)

    # ---- folders and settings -------------------------------------------------------------------

    def _prepare_folders(self):
        try:
            for path in (self.folder, self.log_folder, self.mail_folder, self.upload_folder,
                         self.folder / 'nginx'):
                path.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._lock = open(self.folder / 'lock', 'a+', opener=private_opener)
        except OSError as error:
            raise StackError(f'cannot write in {self.folder}: {error.strerror}') from error
        self._take_lock()
        self._make_run_folder()

    def _take_lock(self):
        """Make the folder ours. All children keep the lock open, so it is free only when the last
        one of an earlier run has ended, even when that run itself was killed."""
        if poll(self._try_lock, 60) is None:
            raise StackError(f'programs of an earlier run still use {self.folder}')
        self._lock.truncate(0)
        self._lock.write(f'{os.getpid()}\n')
        self._lock.flush()

    def _try_lock(self):
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        except BlockingIOError:
            self._lock.seek(0)
            holder = self._lock.read().strip()
        if holder and Path('/proc', holder).exists():
            raise StackError(f'{self.folder} is in use by another instance (process {holder})')
        return False

    def _make_run_folder(self):
        """A path of a unix socket ends at 107 bytes, so sockets cannot be deep in a checkout."""
        link = self.folder / 'run'
        if link.is_symlink():  # of a run that was killed
            shutil.rmtree(os.readlink(link), ignore_errors=True)
            link.unlink()
        self.run = Path(tempfile.mkdtemp(prefix='fitgate-', dir='/tmp'))
        link.symlink_to(self.run)
        (self.run / 'tmp').mkdir()

    def database_url(self, user):
        return (f'mysql://{user}:{self.database_password}@localhost/'
                f'{self.database_name}?unix_socket={quote(str(self.database_socket))}')

    def _own_account(self, program):
        return f'{self.database_user}_{program}'

    def _write_settings(self):
        values = {
            'APP_SECRET_KEY': kept_secret(self.folder / 'app_secret_key'),
            'DATABASE_URL': self.database_url(self.database_user),
            **{f'DATABASE_URL_{program.upper()}': self.database_url(self._own_account(program))
               for program in (*EXECUTABLES, 'worker') if self.own_accounts},
            'EMAIL_URL': f'smtp://127.0.0.1:{self.smtp_port}' if self.mail_enabled else '',
            'SENDER_EMAIL': 'fitgate@example.com',
            'UI_URL': self.base_url,
            'UPLOAD_FOLDER': str(self.upload_folder),
            **({} if self.limits else NO_THROTTLES),
            **self.settings,
        }
        write_private(self.settings_file, ''.join(
            setting_line(name, value) for name, value in values.items() if value is not None))

    def child_environment(self):
        passed_on = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
        return {**passed_on, **self.environment}

    def _run_to_end(self, command, log_name, seconds):
        """Run a set-up command; what it prints is in its log."""
        log = self.log_folder / f'{log_name}.log'
        with open(log, 'ab') as output:
            status = subprocess.run(
                dies_with_parent(command), stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                env=self.child_environment(), timeout=seconds, check=False).returncode
        if status != 0:
            raise StackError(f'{log_name} failed (exit status {status}); its log {log} ends with:'
                             f'{last_lines(log)}')

    # ---- the database ---------------------------------------------------------------------------

    def _make_database(self):
        data = self.folder / 'mariadb'
        if not self.keep_database:
            shutil.rmtree(data, ignore_errors=True)
        if data.exists():
            return
        self.say(f'making the database in {data}')
        unfinished = self.folder / 'mariadb.new'
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(mode=0o700)
        # mariadb-install-db stumbles over a space in the path, so it is given another one.
        plain_path = self.run / 'new-database'
        plain_path.symlink_to(unfinished)
        self._run_to_end(
            [tool('mariadb-install-db'), '--no-defaults', f'--datadir={plain_path}',
             '--auth-root-authentication-method=normal', '--skip-test-db', '--force',
             *self._common_database_options()], 'mariadb-install', 120)
        unfinished.rename(data)

    def _common_database_options(self):
        """A mariadbd that starts removes the temporary tables it finds in its tmpdir, also those of
        another one that runs, so each needs its own."""
        user = ['--user=root'] if os.geteuid() == 0 else []
        return [f'--tmpdir={self.run / "tmp"}', *user]

    def start_database(self):
        """Up and answering when it returns."""
        service = self._launch('mariadb', [
            tool('mariadbd'), '--no-defaults', f'--datadir={self.folder / "mariadb"}',
            f'--socket={self.database_socket}', f'--pid-file={self.run / "mariadb.pid"}',
            '--skip-networking', '--skip-name-resolve', '--character-set-server=utf8mb4',
            '--collation-server=utf8mb4_unicode_ci', *self._common_database_options(),
            *self.database_options])
        service.wait_until(lambda: self._sql('SELECT 1').returncode == 0, 90)

    def stop_database(self, kill=False):
        if kill:
            self._services.pop('mariadb').kill()
        else:
            self._stop('mariadb', seconds=60)

    def _sql(self, text):
        """Run SQL as root, who has no password: only the owner of `run` reaches the socket."""
        return subprocess.run(
            [tool('mariadb'), '--no-defaults', f'--socket={self.database_socket}', '--user=root',
             '--skip-ssl', '--batch'],
            input=text, capture_output=True, text=True, check=False, timeout=30)

    def _prepare_database(self):
        answer = self._sql(f'''
            CREATE DATABASE IF NOT EXISTS {self.database_name}
                CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
            CREATE USER IF NOT EXISTS {self.database_user}@localhost;
            ALTER USER {self.database_user}@localhost IDENTIFIED BY '{self.database_password}';
            GRANT ALL PRIVILEGES ON {self.database_name}.* TO {self.database_user}@localhost;''')
        if answer.returncode != 0:
            raise StackError(f'cannot prepare the database: {answer.stderr.strip()}')
        self._run_to_end([self.build / 'admin', 'migrate'], 'admin', 300)
        if self.own_accounts:
            self._make_own_accounts()

    def _make_own_accounts(self):
        """Each program has an account of its own in the database, with the least rights."""
        users = ''.join(f'''
            CREATE USER IF NOT EXISTS {self._own_account(program)}@localhost;
            ALTER USER {self._own_account(program)}@localhost
                IDENTIFIED BY '{self.database_password}';'''
                        for program in (*EXECUTABLES, 'worker'))
        grants = (SOURCE / 'sql/grants.sql').read_text()
        answer = self._sql(f'{users}\nUSE {self.database_name};\n{grants}')
        if answer.returncode != 0:
            raise StackError(f'sql/grants.sql is refused: {answer.stderr.strip()}')

    # ---- mail -----------------------------------------------------------------------------------

    def start_smtp(self, *options):
        """Start the catcher on its port, with further options of smtp_catcher.py."""
        port_file = self.run / 'smtp.port'
        port_file.unlink(missing_ok=True)
        service = self._launch('smtp', [
            PYTHON, SOURCE / 'scripts' / 'smtp_catcher.py', '--port', self.smtp_port,
            '--port-file', port_file, '--folder', self.mail_folder, *options])
        service.wait_until(port_file.exists)
        self._smtp_reservation.close()

    def stop_smtp(self):
        """Nothing listens on the port, but it stays ours."""
        self._stop('smtp')
        self._smtp_reservation = reserve_port(self.smtp_port)

    # ---- executables, worker, nginx -------------------------------------------------------------

    def _watched(self, program, processes):
        """A program under multiwatch, which restarts what dies. After a thousand deaths in a row,
        each within a second of its start, it gives up, so a hopeless start becomes visible.

        No --signal: Debian's multiwatch sends another one than it is told; its default, SIGUSR1, is
        sent rightly and means a graceful end too."""
        return [tool('multiwatch'), '-f', processes, '-r', 1000, '-t', 1000, '--',
                *dies_with_parent(program)]

    def _start_executables(self):
        for name in EXECUTABLES:
            self._start_executable(name)

    def _start_executable(self, name):
        self.start_program(name, [self.build / name])

    def start_program(self, name, program):
        """Start a FastCGI program (a list: path and arguments) behind run/<name>.sock."""
        path = self.run / f'{name}.sock'
        path.unlink(missing_ok=True)  # that of an earlier one would be taken for ours
        service = self._launch(name, [
            tool('spawn-fcgi'), '-n', '-s', path, '-M', '0600', '-b', '4096', '--',
            *self._watched(program, self.processes)], niceness=LOW_PRIORITY if name in HASHING else 0)
        service.wait_until(path.is_socket)

    def restart_executable(self, name):
        """Stop and start one executable; changes made to `settings` meanwhile take effect in it."""
        self._stop(name)
        self._write_settings()
        self._start_executable(name)
        self._wait_for_executable(name)

    def executable_pids(self, name):
        """The processes of an executable (or of the worker) themselves: those that multiwatch has
        started. Not found by name, which under valgrind is another."""
        service = self._services[name]
        return [pid for pid, process in service.members().items()
                if process.parent == service.process.pid]

    def _start_worker(self):
        self._launch('worker', self._watched([self.build / 'worker'], self.workers))

    def _wait_for_executable(self, name):
        routes = subprocess.run([self.build / name, '--routes'], stdout=subprocess.PIPE, text=True,
                                env=self.child_environment(), check=True, timeout=30).stdout
        path = routes.split()[1]
        self._services[name].wait_until(lambda: self._status('OPTIONS', path) == 200)

    def stop_worker(self):
        self._stop('worker')

    def stop_executable(self, name):
        self._stop(name)

    def with_settings(self, settings):
        """The environment for a program for which these settings win over those of the file; another
        database is one for all programs, with or without accounts of their own."""
        others = {f'DATABASE_URL_{program.upper()}': '' for program in (*EXECUTABLES, 'worker')
                  if 'DATABASE_URL' in settings}
        return {**self.child_environment(), **others, **settings}

    def run_worker_once(self, *arguments, settings=None):
        """Run `worker --once` to its end; settings given here win over those of the file."""
        return subprocess.run(
            [self.build / 'worker', '--once', *arguments], stdin=subprocess.DEVNULL,
            capture_output=True, text=True, timeout=120, check=False,
            env=self.with_settings(settings or {}))

    def _start_web_server(self):
        folder = self.folder / 'nginx'
        values = {'@SOCKETS@': str(self.run), '@PORT@': str(self.port),
                  '@UPLOADS@': str(self.upload_folder / 'uploads'),
                  '@READ_TIMEOUT@': self.read_timeout,
                  '@LIMIT_KEY@': LIMIT_KEY if self.limits else '""'}
        for template in (SOURCE / 'nginx').glob('*.conf'):
            text = template.read_text()
            if template.name == 'fitgate.conf':
                text += self.extra_locations
            for mark, value in values.items():
                text = text.replace(mark, value)
            (folder / template.name).write_text(text)
        # As root, nginx's own default would be another user, who cannot reach the sockets.
        extra = 'daemon off; user root;' if os.geteuid() == 0 else 'daemon off;'
        self._nginx_command = [
            tool('nginx'), '-p', f'{folder}/', '-c', folder / 'nginx.conf', '-e', 'stderr',
            '-g', extra]
        self._launch_web_server()
        self._nginx_reservation.close()
        for name in EXECUTABLES:
            self._wait_for_executable(name)
        self._services['config'].wait_until(lambda: self._status('GET', '/api/ping') == 200)

    def _launch_web_server(self):
        service = self._launch('nginx', self._nginx_command, stop_signal=signal.SIGQUIT)
        service.wait_until(lambda: self._status('GET', '/') == 404)

    def _status(self, method, path):
        """The status that nginx answers, None when it does not."""
        connection = http.client.HTTPConnection('127.0.0.1', self.port, timeout=10)
        try:
            connection.request(method, path)
            return connection.getresponse().status
        except (OSError, http.client.HTTPException):
            return None
        finally:
            connection.close()


# ---- `make run` ---------------------------------------------------------------------------------

class Stopped(Exception):
    """A signal asked us to stop."""


def on_signal(_number, _frame):
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # stopping is not to be interrupted by a second one
    raise Stopped


def say(text):
    try:
        print(text, flush=True)
    except OSError:
        pass  # the terminal has gone; what was started must be stopped all the same


WELCOME = '''
Fitgate answers on {url}; Ctrl-C stops it.
    mail       {folder}/mail
    logs       {folder}/log
    settings   {folder}/fitgate.conf
    database   {mariadb} --socket={database} --user=root fitgate

Register, then read the mail with the link that confirms the account:

    curl -X POST {url}/api/auth/register -H 'Content-Type: application/json' \\
        -d '{{"username": "sam", "email": "sam@example.com", "password": "correct horse battery",
             "accepted_policy": true}}'
    cat {folder}/mail/*.eml

README.md goes on from here.
'''


def main(folder, build, port):
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, on_signal)
    stack = Stack(folder, build, port=int(port), keep_database=True, limits=True, say=say)
    try:
        with stack:
            say(WELCOME.format(url=stack.base_url, folder=os.path.relpath(stack.folder),
                               mariadb='mariadb --no-defaults', database=stack.database_socket))
            stack.wait()
    except Stopped:
        say('stopped')
    except StackError as error:
        sys.exit(f'fitgate: {error}')


if __name__ == '__main__':
    main(*sys.argv[1:])
