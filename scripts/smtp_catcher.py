#!/usr/bin/python3
"""A real SMTP server that keeps every message it takes as a file, for `make run` and the tests.

Each message is <arrival number>.eml in the folder, written under a temporary name and renamed, so a
reader never sees half of one. Two header lines in front, X-Envelope-From and X-Envelope-To, show
what the envelope said.
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


def write_complete(path, content):
    """Write a file that appears whole or not at all, and that only its owner can read."""
    temporary = path.with_name(f'.{path.name}.new')
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with open(descriptor, 'wb') as file:
        file.write(content)
    temporary.replace(path)


class Mailbox:
    """What aiosmtpd calls for each recipient and each message."""

    def __init__(self, folder, refused, postponed):
        self.folder = folder
        self.refused = refused
        self.postponed = postponed
        numbers = [int(path.stem) for path in folder.glob('*.eml') if path.stem.isdecimal()]
        self.last_number = max(numbers, default=0)

    async def handle_RCPT(self, _server, _session, envelope, address, _options):
        if address in self.refused:
            return '550 5.1.1 no such mailbox'
        if address in self.postponed:
            return '451 4.2.1 mailbox not available now, try again later'
        envelope.rcpt_tos.append(address)
        return '250 2.1.5 OK'

    async def handle_DATA(self, _server, _session, envelope):
        self.last_number += 1
        header = f'X-Envelope-From: {envelope.mail_from}\r\n'
        header += ''.join(f'X-Envelope-To: {address}\r\n' for address in envelope.rcpt_tos)
        path = self.folder / f'{self.last_number}.eml'
        write_complete(path, header.encode() + envelope.original_content)
        return f'250 2.0.0 kept as {path.name}'


def password_check(user, password):
    """An aiosmtpd authenticator that knows one user."""
    def check(_server, _session, _envelope, _mechanism, data):
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
    """The keyword arguments of aiosmtpd's SMTP that the command line asks for."""
    # A fixed name, as aiosmtpd would ask the DNS for this machine's.
    options = {'hostname': 'localhost', 'ident': 'Fitgate mail catcher'}
    if arguments.starttls:
        options['tls_context'] = tls_context(arguments.starttls)
        options['require_starttls'] = arguments.require_starttls
    if arguments.user:
        options['authenticator'] = password_check(
            arguments.user, arguments.password_file.read_text().rstrip('\n'))
        options['auth_required'] = True
        # aiosmtpd counts only STARTTLS as TLS, so with --smtps it must not ask for that as well.
        options['auth_require_tls'] = bool(arguments.starttls)
    return options


async def serve(arguments):
    loop = asyncio.get_running_loop()
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)

    mailbox = Mailbox(arguments.folder, arguments.refuse, arguments.tempfail)
    options = smtp_options(arguments)
    server = await loop.create_server(
        lambda: SMTP(mailbox, loop=loop, **options), '127.0.0.1', arguments.port,
        ssl=tls_context(arguments.smtps))
    if arguments.port_file:
        port = server.sockets[0].getsockname()[1]
        write_complete(arguments.port_file, f'{port}\n'.encode())
    await stopped.wait()
    server.close()


def command_line():
    parser = argparse.ArgumentParser(description='Keep every mail that arrives as a file.')
    parser.add_argument('--folder', type=Path, required=True, help='where the messages go')
    parser.add_argument('--port', type=int, default=0, help='on 127.0.0.1; 0: a free one')
    parser.add_argument('--port-file', type=Path, help='gets the port number when listening')
    parser.add_argument('--starttls', nargs=2, metavar=('CERT', 'KEY'), help='offer STARTTLS')
    parser.add_argument('--require-starttls', action='store_true', help='refuse mail without it')
    parser.add_argument('--smtps', nargs=2, metavar=('CERT', 'KEY'), help='TLS from the first byte')
    parser.add_argument('--user', metavar='NAME', help='require AUTH as this user')
    parser.add_argument('--password-file', type=Path, metavar='FILE', help="the user's password")
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
        arguments.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        asyncio.run(serve(arguments))
    except OSError as error:
        sys.exit(f'smtp_catcher: {error}')


if __name__ == '__main__':
    main()
