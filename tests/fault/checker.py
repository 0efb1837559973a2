"""The checks after all faults have ended: everything that was accepted is stored, once, and complete."""

import os
import re
import subprocess
import time
from pathlib import Path

from tests.fault.archives import problem_of_archive
from tests.fault.clients import Client, NoToken
from tests.fault.faults import NETWORK
from tests.fault.smtp import MODES
from tests.fault.system import state_of, zombies
from tests.harness.processes import tool
from tests.harness.tree import SERVICES
from tests.harness.waiting import poll

DRAINED = 300  # seconds within which all jobs must be done
OLD = 3600  # seconds: more than the age at which a sweep removes leftovers
LONG = 600  # seconds in which every kind of fault occurs
# Signs of a crash in a log ...
CRASH = re.compile(r'signal (?:4|6|7|8|11)\b|[Ss]egmentation|stack smashing|buffer overflow detected|'
                   r'double free|corrupt|free\(\): |malloc\w*\(\): |munmap_chunk\(\)|[Aa]ssertion|'
                   r'core dumped|Sanitizer|glibc detected')
# ... and in the kernel's log, because some supervisors replace a process without reporting why it ended.
KERNEL = re.compile(rf'\b({"|".join(SERVICES)}|(idle_)?worker|nginx)\[\d+\]:? '
                    r'(?:segfault|trap|general protection)')


def seen_by_kernel():
    """The lines of the kernel's log about crashes of these programs; None: the log cannot be read."""
    done = subprocess.run([tool('dmesg')], capture_output=True,
                          text=True, errors='replace', check=False)
    return [line for line in done.stdout.splitlines() if KERNEL.search(line)] \
        if done.returncode == 0 else None


class Checker:
    def __init__(self, system, model, fixtures, sports, crashes_before):
        self.system = system
        self.crashes_before = crashes_before or []  # from seen_by_kernel()
        self.model = model
        self.fixtures = fixtures
        self.reader = Client('reader', 0, system, model, fixtures, sports)
        self.users = {}
        self.exports = {}

    def check_all(self, seconds):
        self.system.lift()
        self.check_faults(seconds)
        self.drain()
        self.sweep()
        with self.system.sql() as sql:
            self.users = {row['username']: row for row in sql.rows('SELECT * FROM users')}
            self.exports = {row['user_id']: row for row in
                            sql.rows('SELECT * FROM users_data_export')}
        self.check_unknown_accounts()
        for account in self.model.accounts:
            self.check_account(account)
        self.check_directories()
        self.check_mailbox()
        self.check_processes()
        self.check_logs()
        self.check_kernel()

    def check_faults(self, seconds):
        """A run without faults would prove nothing."""
        wanted = [f'killed {name}' for name in (*SERVICES, 'worker', 'nginx', 'mariadb')]
        wanted += [f'mail {mode}' for mode in MODES]
        wanted += [f'network {command}' for command in NETWORK]
        wanted += ['restarted mariadb', 'leases expired', 'clock steps', 'disk full', 'slow clients',
                   'clients vanished', 'uploads', 'exports', 'forms accepted', 'tokens refreshed', 'codes redeemed twice',
                   'accounts deleted on the page of administrators']
        for what in wanted if seconds >= LONG else wanted[:1]:
            if not self.model.counts[what]:
                self.finding(f'{what}: never')

    def finding(self, text):
        self.model.finding(text)

    # ---- draining --------------------------------------------------------------------------------

    def drain(self):
        """All jobs finish, those whose worker was killed too. None holds a usable token while it waits."""
        with self.system.sql() as sql:
            for job in sql.rows("SELECT * FROM jobs WHERE payload LIKE '%token%' LIMIT 10"):
                self.finding(f'a token in the queue: {job}')

        def is_empty():
            self.system.make_due()
            with self.system.sql() as sql:
                return sql.value('SELECT COUNT(*) FROM jobs') == 0
        if not poll(is_empty, DRAINED):
            with self.system.sql() as sql:
                for job in sql.rows('SELECT * FROM jobs LIMIT 10'):
                    self.finding(f'still in the queue: {job}')

    def sweep(self):
        """Leftover files are removed once they are old: make them old, and run a worker."""
        old = time.time() - OLD
        for path in (self.system.upload_folder / 'uploads').rglob('*'):
            if path.is_file():
                os.utime(path, (old, old))
        done = self.system.run_worker_once()
        if done.returncode != 0:
            self.finding(f'worker --once: {done.stderr}')

    # ---- accounts --------------------------------------------------------------------------------

    def check_unknown_accounts(self):
        known = {account.username for account in (*self.model.accounts, self.model.administrator)}
        for username in set(self.users) - known:
            self.finding(f'{username} was never registered')

    def check_account(self, account):
        row = self.users.get(account.username)
        self.reader.see(account, 'the account', account.exists, row is not None)
        if row is None:
            self.check_mail(account, None)
            return
        self.reader.see(account, 'active', account.active, bool(row['is_active']))
        self.check_files(account, row)
        self.check_mail(account, self.exports.get(row['id']))
        if not row['is_active']:
            return
        if not self.reader.log_in(account):
            self.finding(f'{account.username} cannot log in')
            return
        try:
            self.read_all(account)
        except NoToken:
            self.finding(f'{account.username}: a new token is rejected')

    def read_all(self, account):
        for read in (Client.read_profile, Client.read_sports, Client.read_picture):
            read(self.reader, account)
        if account.export.possible == [True]:
            self.reader.look_at_export(account)
        for token in account.logged_out:
            answer = self.reader.ask('GET', '/api/auth/profile', token=token)
            if answer is None or answer.status != 401:
                self.finding(f'{account.username}: a token that was logged out is accepted')
        self.reader.check_left(account)
        self.reader.check_app(account)

    # ---- files -----------------------------------------------------------------------------------

    def names(self, category, user_id):
        directory = self.system.upload_folder / 'uploads' / category / str(user_id)
        return sorted(path.name for path in directory.iterdir()) if directory.is_dir() else []

    def check_files(self, account, row):
        user_id = row['id']
        expected = [Path(row['picture']).name] if row['picture'] else []
        if self.names('pictures', user_id) != expected:
            self.finding(f'{account.username}: pictures {self.names("pictures", user_id)}, the row '
                         f'says {expected}')
        export = self.exports.get(user_id)
        self.reader.see(account, 'an export', account.export, export is not None)
        expected = [export['file_name']] if export and export['file_name'] else []
        if self.names('exports', user_id) != expected:
            self.finding(f'{account.username}: archives {self.names("exports", user_id)}, the row '
                         f'says {expected}')
        elif expected:
            self.check_archive(account, user_id, export)
        if export and not export['completed']:
            self.finding(f'{account.username}: the export never ended')
        if export and export['file_name']:
            self.model.count('exports successful')
        elif export:
            self.finding(f'{account.username}: no archive after all attempts')

    def check_archive(self, account, user_id, export):
        directory = self.system.upload_folder / 'uploads/exports' / str(user_id)
        content = (directory / export['file_name']).read_bytes()
        problem = problem_of_archive(content, account, self.fixtures)
        if problem or len(content) != export['file_size']:
            self.finding(f'{account.username}: archive of {len(content)} bytes, the row says '
                         f'{export["file_size"]}: {problem}')

    def check_directories(self):
        """No directory belongs to an account that does not exist, and no unfinished file is left."""
        uploads = self.system.upload_folder / 'uploads'
        numbers = {str(row['id']) for row in self.users.values()}
        for category in ('pictures', 'exports', 'workouts'):
            there = {path.name for path in uploads.glob(f'{category}/*')} - {'.incoming'}
            for number in there - numbers:
                self.finding(
                    f'{category}/{number} belongs to no account: {self.names(category, number)}')
        left = {path.name for path in (uploads / 'pictures/.incoming').iterdir()} - {'lock'}
        if left:
            self.finding(f'left in .incoming: {sorted(left)}')

    # ---- mail ------------------------------------------------------------------------------------

    def check_mail(self, account, export):
        ready = account.mail['export_ready']
        if export is not None:
            ready.least = ready.most = int(export['file_name'] is not None)
        elif True in account.export.possible:
            ready.most = 1  # the account was deleted
        for template, owed in account.mail.items():
            received = len(self.system.mail_server.mailbox.to(account.addresses, template))
            if not owed.least <= received <= owed.most:
                self.finding(f'{account.username}: {received} e-mails {template}, expected '
                             f'{owed.least} to {owed.most}')

    def check_mailbox(self):
        mailbox = self.system.mail_server.mailbox
        for content in mailbox.malformed:
            self.finding(f'an unexpected e-mail: {content}')
        known = {address for account in self.model.accounts for address in account.addresses}
        for address in mailbox.recipients() - known:
            if not self.is_of_another_account(address):
                self.finding(f'an e-mail to {address}, which belongs to no account')

    def is_of_another_account(self, _address):
        """Whether an account that the model does not know has this address."""
        return False

    # ---- processes -------------------------------------------------------------------------------

    def check_processes(self):
        for name, number in self.system.expected_processes().items():
            pids = self.system.pids(name)
            if len(pids) != number:
                self.finding(f'{name}: {len(pids)} processes, not {number}')
        every_pid = [pid for name in (*SERVICES, 'worker', 'nginx')
                     for pid in self.system.pids(name)]
        if not poll(lambda: self.all_idle(every_pid), 30):
            self.finding(f'busy without work: '
                         f'{ {pid: state_of(pid) for pid in every_pid} }')
        if not poll(lambda: not zombies(), 10):
            self.finding(f'zombies: {zombies()}')

    @staticmethod
    def all_idle(pids):
        """Whether no process runs, waits for a disk, or uses the CPU for half a second."""
        before = {pid: state_of(pid) for pid in pids}
        time.sleep(0.5)  # the time of the measurement
        after = {pid: state_of(pid) for pid in pids}
        return all(after[pid] is not None and after[pid][0] == 'S' and
                   after[pid][1] - before[pid][1] <= 5 for pid in pids)

    def check_logs(self):
        for path in self.system.log_files():
            if path.name == 'mariadb.log':
                continue  # reports its own deaths
            with open(path, errors='replace', encoding='utf-8') as log:
                lines = [line for line in log if CRASH.search(line)]
            for line in lines[:5]:
                self.finding(f'{path.name}: {line.strip()}')

    def check_kernel(self):
        now = seen_by_kernel()
        if now is None:
            print('the kernel log is not readable: crashes without a log line were not detected')
        for line in now or []:
            if line not in self.crashes_before:
                self.finding(line)
