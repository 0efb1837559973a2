"""A real SMTP server that keeps every message it takes as a file, for `make run` and the tests.

Each message is the file <arrival number>.eml in the directory. It is written under a temporary name
and renamed, so that a reader never sees half a message. Two additional header lines at the
beginning, X-Envelope-From and X-Envelope-To, hold the envelope.
"""

import argparse
import asyncio
import hmac
import os
import signal
import ssl
import sys
from pathlib import Path

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

COMMANDS = ('CONNECT', 'EHLO', 'AUTH', 'MAIL', 'RCPT', 'MESSAGE')


def write_complete(path, content):
    """Write a file atomically; only its owner can read it."""
    temporary = path.with_name(f'.{path.name}.new')
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with open(descriptor, 'wb') as file:
        file.write(content)
    temporary.replace(path)


class Mailbox:
    """The handler that aiosmtpd calls for each recipient and each message."""

    def __init__(self, directory, refused, postponed, reply):
        self.directory = directory
        self.refused = refused
        self.postponed = postponed
        self.reply = reply  # to every message; None: it is kept
        numbers = [int(path.stem) for path in directory.glob('*.eml') if path.stem.isdecimal()]
        self.last_number = max(numbers, default=0)

    async def handle_RCPT(self, _server, _session, envelope, address, _options):
        if address in self.refused:
            return '550 5.1.1 no such mailbox'
        if address in self.postponed:
            return '451 4.2.1 mailbox not available now, try again later'
        envelope.rcpt_tos.append(address)
        return '250 2.1.5 OK'

    async def handle_DATA(self, _server, session, envelope):
        if self.reply:
            return self.reply
        self.last_number += 1
        header = f'X-Ehlo: {session.host_name}\r\nX-Envelope-From: {envelope.mail_from}\r\n'
        header += ''.join(f'X-Envelope-To: {address}\r\n' for address in envelope.rcpt_tos)
        path = self.directory / f'{self.last_number}.eml'
        write_complete(path, header.encode() + envelope.original_content)
        return f'250 2.0.0 kept as {path.name}'


class Server(SMTP):
    """With replies of its own to some commands, and a choice of how a client may log in."""

    def __init__(self, *arguments, replies, initial_response, **options):
        super().__init__(*arguments, **options)
        self.replies = replies
        self.initial_response = initial_response  # True: required; False: rejected; None: either

    async def push(self, status):
        if 'CONNECT' in self.replies and not self.session.host_name and str(
                status).startswith('220'):
            await super().push(self.replies['CONNECT'])
            self.transport.close()
        else:
            await super().push(status)

    async def _or_reply(self, command, method, argument):
        if command in self.replies:
            await self.push(self.replies[command])
        else:
            await method(argument)

    async def smtp_EHLO(self, hostname):
        await self._or_reply('EHLO', super().smtp_EHLO, hostname)

    async def smtp_HELO(self, hostname):
        await self._or_reply('EHLO', super().smtp_HELO, hostname)

    async def smtp_MAIL(self, arg):
        await self._or_reply('MAIL', super().smtp_MAIL, arg)

    async def smtp_RCPT(self, arg):
        await self._or_reply('RCPT', super().smtp_RCPT, arg)

    async def smtp_AUTH(self, arg):
        if self.initial_response is not None and (' ' in arg) != self.initial_response:
            await self.push('535 Incorrect authentication data' if self.initial_response
                            else '501 5.5.2 Cannot decode response')
        else:
            await self._or_reply('AUTH', super().smtp_AUTH, arg)


def password_check(user, password, record):
    """An aiosmtpd authenticator that knows one user. It adds a line to the file for each login."""
    def check(_server, _session, _envelope, mechanism, data):
        with open(record, 'a', encoding='ascii') as file:
            file.write(f'{mechanism}\n')
        known = isinstance(data, LoginPassword) and data.login == user.encode()
        right = known and hmac.compare_digest(data.password, password.encode())
        # handled=False leaves the 535 answer to aiosmtpd.
        return AuthResult(success=right, handled=right)
    return check


def tls_context(files):
    if files is None:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*files)
    return context


def smtp_options(arguments):
    """The keyword arguments of aiosmtpd's SMTP, from the command line."""
    # A fixed name; without one, aiosmtpd looks up this machine's name in the DNS.
    options = {'hostname': 'localhost', 'ident': 'Fitgate mail catcher'}
    if arguments.starttls:
        options['tls_context'] = tls_context(arguments.starttls)
        options['require_starttls'] = arguments.require_starttls
    if arguments.user:
        options['authenticator'] = password_check(
            arguments.user, arguments.password_file.read_text().rstrip('\n'),
            arguments.directory / 'logins')
        options['auth_required'] = True
        if arguments.auth:
            options['auth_exclude_mechanism'] = {'LOGIN', 'PLAIN'} - {arguments.auth}
        # aiosmtpd treats only STARTTLS as TLS, so with --smtps it must not require STARTTLS, too.
        options['auth_require_tls'] = bool(arguments.starttls)
    return options


async def serve(arguments):
    loop = asyncio.get_running_loop()
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)

    replies = dict(arguments.reply)
    mailbox = Mailbox(arguments.directory, arguments.refuse, arguments.tempfail,
                      replies.get('MESSAGE'))
    options = smtp_options(arguments)
    server = await loop.create_server(
        lambda: Server(mailbox, loop=loop, replies=replies,
                       initial_response=arguments.initial_response, **options),
        arguments.address, arguments.port,
        ssl=tls_context(arguments.smtps))
    if arguments.port_file:
        port = server.sockets[0].getsockname()[1]
        write_complete(arguments.port_file, f'{port}\n'.encode())
    await stopped.wait()
    server.close()


def command_and_reply(text):
    """COMMAND=REPLY; a reply may have several lines."""
    command, _, reply = text.partition('=')
    if command not in COMMANDS or not reply:
        raise argparse.ArgumentTypeError(f'COMMAND is one of {", ".join(COMMANDS)}')
    return command, reply.replace('\n', '\r\n')


def command_line():
    parser = argparse.ArgumentParser(description='Keep every mail that arrives as a file.')
    parser.add_argument('--directory', type=Path, required=True, help='where the messages go')
    parser.add_argument('--address', default='127.0.0.1', help='where to listen')
    parser.add_argument('--port', type=int, default=0, help='on that address; 0: a free one')
    parser.add_argument('--port-file', type=Path, help='gets the port number when listening')
    parser.add_argument('--starttls', nargs=2, metavar=('CERT', 'KEY'), help='offer STARTTLS')
    parser.add_argument('--require-starttls', action='store_true', help='refuse mail without it')
    parser.add_argument('--smtps', nargs=2, metavar=('CERT', 'KEY'), help='TLS from the first byte')
    parser.add_argument('--user', metavar='NAME', help='require AUTH as this user')
    parser.add_argument('--password-file', type=Path, metavar='FILE', help="the user's password")
    parser.add_argument('--auth', choices=('PLAIN', 'LOGIN'), help='offer this mechanism only')
    parser.add_argument('--initial-response', action=argparse.BooleanOptionalAction,
                        help='reject AUTH without (or with) an initial response')
    parser.add_argument('--reply', action='append', default=[], metavar='COMMAND=REPLY',
                        type=command_and_reply,
                        help='answer so; CONNECT is the greeting, MESSAGE the end of DATA')
    parser.add_argument('--refuse', action='append', default=[], metavar='ADDRESS',
                        help='answer 550 for this recipient')
    parser.add_argument('--tempfail', action='append', default=[], metavar='ADDRESS',
                        help='answer 451 for this recipient')
    arguments = parser.parse_args()
    if arguments.starttls and arguments.smtps:
        parser.error('--starttls and --smtps exclude each other')
    if arguments.require_starttls and not arguments.starttls:
        parser.error('--require-starttls needs --starttls')
    if bool(arguments.user) != bool(arguments.password_file):
        parser.error('--user and --password-file need each other')
    return arguments


def main():
    arguments = command_line()
    try:
        arguments.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        asyncio.run(serve(arguments))
    except OSError as error:
        sys.exit(f'smtp_catcher: {error}')


if __name__ == '__main__':
    main()
