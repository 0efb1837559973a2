"""Reads the mail that an SMTP catcher received, and starts catchers for single tests."""

import email
import email.policy
import re
import subprocess

from tests.harness.smtp import CATCHER
from tests.harness.tree import SOURCE
from tests.api.support.waiting import until
from tests.harness.waiting import LIMIT


class Mail:
    """One message that an SMTP server accepted."""

    def __init__(self, path):
        self.path = path
        self.content = path.read_bytes()
        self.message = email.message_from_bytes(self.content, policy=email.policy.default)

    @property
    def recipients(self):
        """The recipients in the envelope."""
        return self.message.get_all('X-Envelope-To', [])

    def part(self, content_type):
        parts = [part for part in self.message.walk() if part.get_content_type() == content_type]
        assert len(parts) == 1, f'{len(parts)} parts {content_type}'
        return parts[0].get_content()

    @property
    def text(self):
        return self.part('text/plain')

    @property
    def html(self):
        return self.part('text/html')

    @property
    def link(self):
        """The link of the text part that carries a token."""
        found = re.findall(r'\S+\?token=[A-Za-z0-9_.-]+', self.text)
        assert len(found) == 1, self.text
        return found[0]

    @property
    def token(self):
        return self.link.partition('?token=')[2]


class Mailbox:
    """A directory that a catcher writes to."""

    def __init__(self, path):
        self.path = path
        self._read = {}

    def all(self):
        """All mails, in the order of their arrival."""
        names = [path for path in self.path.glob('*.eml') if path.stem.isdecimal()]
        for path in names:
            if path not in self._read:
                self._read[path] = Mail(path)
        return [self._read[path] for path in sorted(names, key=lambda path: int(path.stem))]

    def to(self, address):
        return [mail for mail in self.all() if address in mail.recipients]


class Catcher:
    """An SMTP server for one test, with the options of tests/harness/smtp_catcher.py."""

    def __init__(self, directory, *options):
        directory.mkdir(parents=True, exist_ok=True)
        self.directory = directory
        self.mails = Mailbox(directory / 'mail')
        self.options = options
        self.port = 0
        self.process = None

    def __enter__(self):
        port_file = self.directory / 'port'
        port_file.unlink(missing_ok=True)
        self.process = subprocess.Popen(
            [*CATCHER, '--directory', self.mails.path, '--port', str(self.port),
             '--port-file', port_file, *map(str, self.options)], cwd=SOURCE,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        until(lambda: port_file.exists() or self.process.poll() is not None, 'the catcher is up')
        assert self.process.poll() is None, self.process.stdout.read()
        self.port = int(port_file.read_text())
        return self

    def __exit__(self, *_exception):
        self.process.terminate()
        self.process.wait(timeout=LIMIT)
        self.process.stdout.close()
