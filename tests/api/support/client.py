"""A small HTTP client that records every exchange in the test's transcript, and checks every answer
against the description of the API."""

import http.client
import json as json_module
import select
import socket
import threading

import requests
from requests.structures import CaseInsensitiveDict

from tests.harness import openapi
from tests.harness.answers import Answer
from tests.api.support.transcript import shorten
from tests.harness.waiting import LIMIT


class Api:
    """Talks to one running stack, in the dialect whose paths have this prefix. Several threads can
    use it at the same time."""

    address = '127.0.0.1'  # the source address of its connections

    def __init__(self, stack, transcript, prefix=''):
        self.stack = stack
        self.transcript = transcript
        self.prefix = prefix
        self._local = threading.local()

    def _session(self):
        if not hasattr(self._local, 'session'):
            self._local.session = requests.Session()
            self._local.session.trust_env = False  # ignore proxies and ~/.netrc
        return self._local.session

    def request(self, method, path, *, json=None, data=None, token=None, headers=None):
        """`json` is sent with its Content-Type, `data` as it is; give at most one of them."""
        path = self.prefix + path
        headers = dict(headers or {})
        if json is not None:
            data = json_module.dumps(json).encode()
            headers.setdefault('Content-Type', 'application/json')
        if token is not None:
            headers['Authorization'] = f'Bearer {token}'
        response = self._session().request(
            method, self.stack.base_url + path, data=data, headers=headers, timeout=LIMIT,
            allow_redirects=False)
        answer = Answer(response.status_code, CaseInsensitiveDict(response.headers),
                        response.content, response.reason)
        body = data if isinstance(data, (bytes, str)) else b'' if data is None else b'(stream)'
        self._note(f'{method} {path} {headers}\n{shorten(body)}', answer)
        self._check(method, path, answer)
        return answer

    def get(self, path, **options):
        return self.request('GET', path, **options)

    def post(self, path, **options):
        return self.request('POST', path, **options)

    def post_text(self, path, content, **options):
        """POST these bytes as they are, with the Content-Type of JSON."""
        return self.post(path, data=content, headers={'Content-Type': 'application/json'},
                         **options)

    def connect(self):
        return socket.create_connection(('127.0.0.1', self.stack.port), timeout=LIMIT,
                                        source_address=(self.address, 0))

    def raw(self, content, method='GET'):
        """Send these bytes on a new connection and read one answer."""
        with self.connect() as connection:
            send_while_silent(connection, content)
            answer = read_answer(connection, method)
        self._note(shorten(content), answer)
        self._check(*openapi.request_line(content), answer)
        return answer

    def get_with_header(self, path, *lines):
        """GET with header lines that a correct client never sends."""
        head = b''.join(line.encode() + b'\r\n' for line in lines)
        return self.raw(b'GET ' + (self.prefix + path).encode() + b' HTTP/1.1\r\n'
                        b'Host: localhost\r\n' + head + b'Connection: close\r\n\r\n')

    def _check(self, method, target, answer):
        """Check the answer against the description of the API. The description covers the answers
        of the programs and of nginx, which all have a request id. Answers that another web server
        generates itself are not checked."""
        if self.stack.names_every_request or 'X-Request-Id' in answer.headers:
            openapi.check_http(method, target, answer)

    def _note(self, text, answer):
        request_id = answer.headers.get('X-Request-Id')
        self.transcript.add(f'> {text}\n< {answer.status} {dict(answer.headers)}\n'
                            f'{shorten(answer.body)}', request_id, self.stack)


def send_while_silent(connection, content):
    """Send until everything is sent or the server answers: it can reject a request before it has
    read all of it."""
    rest = memoryview(content)
    while rest:
        readable, writable, _ = select.select([connection], [connection], [], LIMIT)
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
    return Answer(response.status, CaseInsensitiveDict(response.getheaders()), response.read(),
                  response.reason)
