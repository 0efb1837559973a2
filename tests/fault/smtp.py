"""A real SMTP server that accepts mail, and on command rejects it, hangs, or disconnects."""

import asyncio
import collections
import email
import email.policy
import re
import threading
from dataclasses import dataclass

from aiosmtpd.smtp import SMTP

from tests.harness.tree import SOURCE

SUBJECTS = {path.read_text(encoding='utf-8').partition('\n')[0].removeprefix('Subject: '): path.stem
            for path in (SOURCE / 'lib/mail/templates').glob('*/*.txt')}

MODES = (
    'busy',       # 451: temporary failure
    'refuse',     # 550: permanent failure
    'turn away',  # disconnect before the greeting
    'hang',       # no reply to a message until the mode changes
    'die',        # disconnect within a message
    'forget',     # accept the message, but disconnect before the reply
)
TAKE = 'take'


@dataclass
class Mail:
    """A message; copies with the same Message-ID count as one."""
    id: str
    recipient: str
    template: str
    token: str
    copies: int = 1
    used: bool = False  # whether its reader has used the token


class Mailbox:
    """All received mail, by recipient."""

    def __init__(self):
        self._lock = threading.Lock()
        self._by_id = {}
        self._by_recipient = collections.defaultdict(list)
        self.malformed = []

    def put(self, recipient, octets):
        message = email.message_from_bytes(octets, policy=email.policy.default)
        number = message['Message-ID']
        template = SUBJECTS.get(message['Subject'])
        text = message.get_body(('plain',))
        with self._lock:
            if template is None or text is None or not number:
                self.malformed.append(octets[:2000])
            elif number in self._by_id:
                self._by_id[number].copies += 1
                if (self._by_id[number].recipient, self._by_id[number].template) != (
                        recipient, template):
                    self.malformed.append(octets[:2000])
            else:
                found = re.search(r'\?token=([A-Za-z0-9_.-]+)', text.get_content())
                mail = Mail(number, recipient, template, found[1] if found else None)
                self._by_id[number] = mail
                self._by_recipient[recipient].append(mail)

    def to(self, addresses, template):
        """The messages to these addresses, in order of arrival."""
        with self._lock:
            return [mail for address in addresses for mail in self._by_recipient[address]
                    if mail.template == template]

    def recipients(self):
        with self._lock:
            return set(self._by_recipient)

    def counts(self):
        """(messages, copies beyond the first)"""
        with self._lock:
            return len(self._by_id), sum(mail.copies - 1 for mail in self._by_id.values())


class Connection(SMTP):
    """A connection from a worker; the server has the mode."""

    def __init__(self, server):
        super().__init__(server, loop=server.loop, hostname='localhost', ident='Fault')
        self.server = server

    def connection_made(self, transport):
        super().connection_made(transport)
        if self.server.mode == 'turn away':
            transport.abort()

    def data_received(self, data):
        if self.server.mode == 'die' and b'Message-ID:' in data:
            super().data_received(data[:len(data) // 2])
            self.transport.abort()
        else:
            super().data_received(data)


class SmtpServer:
    """Runs in its own thread. aiosmtpd calls the handle_ methods for each recipient and message."""

    def __init__(self):
        self.mailbox = Mailbox()
        self.mode = TAKE
        self.loop = asyncio.new_event_loop()
        self._changed = asyncio.Event()
        self._thread = threading.Thread(target=self.loop.run_forever, name='smtp', daemon=True)

    def start(self, port):
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._listen(port), self.loop).result(30)

    def stop(self):
        self.loop.call_soon_threadsafe(self.loop.stop)

    async def _listen(self, port):
        await self.loop.create_server(lambda: Connection(self), '127.0.0.1', port, backlog=256)

    def set_mode(self, mode):
        self.loop.call_soon_threadsafe(self._set_mode, mode)

    def _set_mode(self, mode):
        self.mode = mode
        self._changed.set()
        self._changed = asyncio.Event()

    # ---- aiosmtpd's hooks ------------------------------------------------------------------------

    async def handle_RCPT(self, _server, _session, envelope, address, _options):
        if self.mode == 'busy':
            return '451 4.2.1 mailbox not available now, try again later'
        if self.mode == 'refuse':
            return '550 5.1.1 no such mailbox'
        envelope.rcpt_tos.append(address)
        return '250 2.1.5 OK'

    async def handle_DATA(self, server, _session, envelope):
        if self.mode == 'hang':
            await self._changed.wait()
        for recipient in envelope.rcpt_tos:
            self.mailbox.put(recipient, envelope.original_content)
        if self.mode == 'forget':
            server.transport.abort()
        return '250 2.0.0 kept'
