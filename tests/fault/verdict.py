"""What must hold when all faults have ended: everything that was accepted is there, once, and whole."""

import os
import re
import subprocess
import time
from pathlib import Path

from archives import problem_of_archive
from clients import Client, NoToken
from faults import NETWORK
from scripts.stack import EXECUTABLES, poll, tool
from smtp import MODES
from victim import state_of, zombies

DRAINED = 300  # seconds within which all jobs must be done
OLD = 3600  # seconds: as old as what is left behind must be before a clean-up takes it
LONG = 600  # seconds in which every fault comes
# What is said of a crash in a log, by whoever crashes or has seen it ...
CRASH = re.compile(r'signal (?:4|6|7|8|11)\b|[Ss]egmentation|stack smashing|buffer overflow detected|'
                   r'double free|corrupt|free\(\): |malloc\w*\(\): |munmap_chunk\(\)|[Aa]ssertion|'
                   r'core dumped|Sanitizer|glibc detected')
# ... and by the kernel: multiwatch replaces its children without a word of why.
KERNEL = re.compile(rf'\b({"|".join(EXECUTABLES)}|worker|nginx)\[\d+\]:? '
                    r'(?:segfault|trap|general protection)')


def seen_by_kernel():
    """The lines of its log about crashes of such programs; None: it may not be read."""
    done = subprocess.run([tool('dmesg')], capture_output=True, text=True, errors='replace', check=False)
    return [line for line in done.stdout.splitlines() if KERNEL.search(line)] \
        if done.returncode == 0 else None


class Verdict:
    def __init__(self, victim, model, gallery, sports, crashes_before):
        self.victim = victim
        self.crashes_before = crashes_before or []  # as seen_by_kernel() tells
        self.model = model
        self.gallery = gallery
        self.reader = Client('reader', 0, victim, model, gallery, sports)
        self.users = {}
        self.exports = {}

    def pass_judgement(self, seconds):
        self.victim.lift()
        self.check_faults(seconds)
        self.drain()
        self.clean_up()
        with self.victim.sql() as sql:
            self.users = {row['username']: row for row in sql.rows('SELECT * FROM users')}
            self.exports = {row['user_id']: row for row in
                            sql.rows('SELECT * FROM users_data_export')}
        self.check_strangers()
        for account in self.model.accounts:
            self.check_account(account)
        self.check_folders()
        self.check_mailbox()
        self.check_processes()
        self.check_logs()
        self.check_kernel()

    def check_faults(self, seconds):
        """A run in which they did not come tells nothing."""
        wanted = [f'killed {name}' for name in (*EXECUTABLES, 'worker', 'nginx', 'mariadb')]
        wanted += [f'mail {mode}' for mode in MODES]
        wanted += [f'network {command}' for command in NETWORK]
        wanted += ['restarted mariadb', 'claims lapsed', 'clock steps', 'disk full', 'slow clients',
                   'clients vanished', 'uploads', 'exports']
        for what in wanted if seconds >= LONG else wanted[:1]:
            if not self.model.counts[what]:
                self.finding(f'{what}: never')

    def finding(self, text):
        self.model.finding(text)

    # ---- coming to rest --------------------------------------------------------------------------

    def drain(self):
        """All jobs come to an end by themselves, those in work of workers that were killed too."""
        def is_empty():
            self.victim.make_due()
            with self.victim.sql() as sql:
                return sql.value('SELECT COUNT(*) FROM jobs') == 0
        if not poll(is_empty, DRAINED):
            with self.victim.sql() as sql:
                for job in sql.rows('SELECT * FROM jobs LIMIT 10'):
                    self.finding(f'still in the queue: {job}')

    def clean_up(self):
        """What was left behind goes when it is old: it is made old, and a worker looks at it."""
        old = time.time() - OLD
        for path in (self.victim.upload_folder / 'uploads').rglob('*'):
            if path.is_file():
                os.utime(path, (old, old))
        done = self.victim.run_worker_once()
        if done.returncode != 0:
            self.finding(f'worker --once: {done.stderr}')

    # ---- accounts --------------------------------------------------------------------------------

    def check_strangers(self):
        known = {account.username for account in self.model.accounts}
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
            self.finding(f'{account.username}: a token just made is refused')

    def read_all(self, account):
        for read in (Client.read_profile, Client.read_sports, Client.read_picture):
            read(self.reader, account)
        if account.export.possible == [True]:
            self.reader.look_at_export(account)
        for token in account.logged_out:
            answer = self.reader.ask('GET', '/api/auth/profile', token=token)
            if answer is None or answer.status != 401:
                self.finding(f'{account.username}: a token that was logged out works')

    # ---- files -----------------------------------------------------------------------------------

    def names(self, category, user_id):
        folder = self.victim.upload_folder / 'uploads' / category / str(user_id)
        return sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []

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
            self.finding(f'{account.username}: no archive, however often it was tried')

    def check_archive(self, account, user_id, export):
        folder = self.victim.upload_folder / 'uploads/exports' / str(user_id)
        octets = (folder / export['file_name']).read_bytes()
        problem = problem_of_archive(octets, account, self.gallery)
        if problem or len(octets) != export['file_size']:
            self.finding(f'{account.username}: archive of {len(octets)} bytes, the row says '
                         f'{export["file_size"]}: {problem}')

    def check_folders(self):
        """There is nothing of anybody who is not there, and nothing that is not finished."""
        uploads = self.victim.upload_folder / 'uploads'
        numbers = {str(row['id']) for row in self.users.values()}
        for category in ('pictures', 'exports', 'workouts'):
            there = {path.name for path in uploads.glob(f'{category}/*')} - {'.incoming'}
            for number in there - numbers:
                self.finding(f'{category}/{number} is of nobody: {self.names(category, number)}')
        left = {path.name for path in (uploads / 'pictures/.incoming').iterdir()} - {'lock'}
        if left:
            self.finding(f'left in .incoming: {sorted(left)}')

    # ---- mail ------------------------------------------------------------------------------------

    def check_mail(self, account, export):
        ready = account.mail['export_ready']
        if export is not None:
            ready.least = ready.most = int(export['file_name'] is not None)
        elif True in account.export.possible:
            ready.most = 1  # of an account that is gone
        for template, owed in account.mail.items():
            come = len(self.victim.smtp.mailbox.to(account.addresses, template))
            if not owed.least <= come <= owed.most:
                self.finding(f'{account.username}: {come} of {template}, but {owed.least} to '
                             f'{owed.most} must have come')

    def check_mailbox(self):
        mailbox = self.victim.smtp.mailbox
        for octets in mailbox.strange:
            self.finding(f'a strange mail: {octets}')
        known = {address for account in self.model.accounts for address in account.addresses}
        for address in mailbox.recipients() - known:
            self.finding(f'mail to {address}, who is nobody')

    # ---- processes -------------------------------------------------------------------------------

    def check_processes(self):
        for name, number in self.victim.expected_processes().items():
            pids = self.victim.pids(name)
            if len(pids) != number:
                self.finding(f'{name}: {len(pids)} processes, not {number}')
        everybody = [pid for name in (*EXECUTABLES, 'worker', 'nginx')
                     for pid in self.victim.pids(name)]
        if not poll(lambda: self.all_rest(everybody), 30):
            self.finding(f'busy without work: '
                         f'{ {pid: state_of(pid) for pid in everybody} }')
        if not poll(lambda: not zombies(), 10):
            self.finding(f'zombies: {zombies()}')

    @staticmethod
    def all_rest(pids):
        """Nobody runs, waits for a disk, or uses the CPU for half a second."""
        before = {pid: state_of(pid) for pid in pids}
        time.sleep(0.5)  # what is measured
        after = {pid: state_of(pid) for pid in pids}
        return all(after[pid] is not None and after[pid][0] == 'S' and
                   after[pid][1] - before[pid][1] <= 5 for pid in pids)

    def check_logs(self):
        for path in self.victim.log_folder.glob('*.log'):
            if path.name == 'mariadb.log':
                continue  # tells of its own deaths
            with open(path, errors='replace', encoding='utf-8') as log:
                lines = [line for line in log if CRASH.search(line)]
            for line in lines[:5]:
                self.finding(f'{path.name}: {line.strip()}')

    def check_kernel(self):
        now = seen_by_kernel()
        if now is None:
            print('the log of the kernel may not be read: who crashed without a word was not seen')
        for line in now or []:
            if line not in self.crashes_before:
                self.finding(line)
