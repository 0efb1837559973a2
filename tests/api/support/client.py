"""A small HTTP client that notes every exchange in the test's journal, and holds every answer against
the description of the API."""

import http.client
import json as json_module
import select
import socket
import threading

import requests
from requests.structures import CaseInsensitiveDict

from support import openapi
from support.answers import Answer
from support.journal import shorten

TIMEOUT = 60


class Api:
    """Speaks to one running stack, in the dialect whose paths have this prefix. Usable from several
    threads at once."""

    def __init__(self, stack, journal, prefix=''):
        self.stack = stack
        self.journal = journal
        self.prefix = prefix
        self._local = threading.local()

    def _session(self):
        if not hasattr(self._local, 'session'):
            self._local.session = requests.Session()
            self._local.session.trust_env = False  # neither proxies nor ~/.netrc
        return self._local.session

    def request(self, method, path, *, json=None, data=None, token=None, headers=None):
        """`json` is sent with its Content-Type, `data` as it is, both at most once."""
        path = self.prefix + path
        headers = dict(headers or {})
        if json is not None:
            data = json_module.dumps(json).encode()
            headers.setdefault('Content-Type', 'application/json')
        if token is not None:
            headers['Authorization'] = f'Bearer {token}'
        response = self._session().request(
            method, self.stack.base_url + path, data=data, headers=headers, timeout=TIMEOUT,
            allow_redirects=False)
        answer = Answer(response.status_code, CaseInsensitiveDict(response.headers),
                        response.content)
        body = data if isinstance(data, (bytes, str)) else b'' if data is None else b'(stream)'
        self._note(f'{method} {path} {headers}\n{shorten(body)}', answer)
        self._check(method, path, answer)
        return answer

    def get(self, path, **options):
        return self.request('GET', path, **options)

    def post(self, path, **options):
        return self.request('POST', path, **options)

    def post_text(self, path, octets, **options):
        """POST a body that claims to be JSON, byte by byte as given."""
        return self.post(path, data=octets, headers={'Content-Type': 'application/json'},
                         **options)

    def connect(self):
        return socket.create_connection(('127.0.0.1', self.stack.port), timeout=TIMEOUT)

    def raw(self, octets, method='GET'):
        """Send these bytes on a connection of their own and read one answer."""
        with self.connect() as connection:
            send_while_silent(connection, octets)
            answer = read_answer(connection, method)
        self._note(shorten(octets), answer)
        self._check(*openapi.request_line(octets), answer)
        return answer

    def get_with_header(self, path, *lines):
        """GET with header lines that no proper client would send."""
        head = b''.join(line.encode() + b'\r\n' for line in lines)
        return self.raw(b'GET ' + (self.prefix + path).encode() + b' HTTP/1.1\r\n'
                        b'Host: localhost\r\n' + head + b'Connection: close\r\n\r\n')

    def _check(self, method, target, answer):
        """Against the description of the API, which has what programs and nginx answer, and they name
        every request; what another web server has to say itself is its own."""
        if self.stack.names_every_request or 'X-Request-Id' in answer.headers:
            openapi.check_http(method, target, answer)

    def _note(self, text, answer):
        request_id = answer.headers.get('X-Request-Id')
        self.journal.add(f'> {text}\n< {answer.status} {dict(answer.headers)}\n'
                         f'{shorten(answer.body)}', request_id, self.stack)


def send_while_silent(connection, octets):
    """Send until all is sent or the server speaks: it may refuse before it has read everything."""
    rest = memoryview(octets)
    while rest:
        readable, writable, _ = select.select([connection], [connection], [], TIMEOUT)
        assert readable or writable, 'the server neither reads nor answers'
        if readable:
            return
        try:
            rest = rest[connection.send(rest[:65536]):]
        except (BrokenPipeError, ConnectionResetError):
            return


def read_answer(connection, method='GET'):
    response = http.client.HTTPResponse(connection, method=method)
    response.begin()
    return Answer(response.status, CaseInsensitiveDict(response.getheaders()), response.read())
