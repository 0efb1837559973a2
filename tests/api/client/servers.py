"""Servers between the shell client and a Fitgate, and servers that imitate one."""

import http.server
import socket
import ssl
import subprocess
import threading

from tests.harness.waiting import LIMIT


class Relay:
    """A server that relays one request of each connection to a Fitgate. Use it with `with`."""

    def __init__(self, port):
        self.target = port
        self.listener = socket.create_server(('127.0.0.1', 0))
        self.url = 'http://127.0.0.1:%d' % self.listener.getsockname()[1]

    def __enter__(self):
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(self, *_exception):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()

    def _serve(self):
        while True:
            try:
                connection = self.listener.accept()[0]
            except OSError:
                return  # closed because the test has ended
            with connection:
                self.handle(connection)

    def handle(self, client):
        raise NotImplementedError

    def relay(self, request, client, limit=1 << 40):
        """Send a request to the Fitgate, and at most `limit` bytes of its reply to the client."""
        with socket.create_connection(('127.0.0.1', self.target), timeout=LIMIT) as server:
            server.sendall(request.replace(b'\r\n\r\n', b'\r\nConnection: close\r\n\r\n', 1))
            while limit > 0 and (content := server.recv(min(65536, limit))):
                client.sendall(content)
                limit -= len(content)


class CuttingProxy(Relay):
    """Truncates the first replies to a path."""

    def __init__(self, port, path, *, cuts=0, after=0):
        super().__init__(port)
        self.path = path.encode()
        self.cuts = cuts
        self.after = after
        self.requests = []

    def handle(self, client):
        request = read_request(client)
        limit = 1 << 40
        if self.path in request.partition(b'\r\n')[0]:
            self.requests.append(request.decode())
            if len(self.requests) <= self.cuts:
                limit = self.after
        self.relay(request, client, limit)


class Firewall(Relay):
    """Rejects requests with these methods, with a page of its own."""

    REJECTION = (b'HTTP/1.1 403 Forbidden\r\nContent-Type: text/html\r\nContent-Length: 9\r\n'
                 b'Connection: close\r\n\r\nForbidden')

    def __init__(self, port, *methods):
        super().__init__(port)
        self.methods = methods
        self.request_lines = []

    def handle(self, client):
        request = read_request(client)
        method, target, _rest = request.decode().split(' ', 2)
        self.request_lines.append(f'{method} {target}')
        if method in self.methods:
            client.sendall(self.REJECTION)
        else:
            self.relay(request, client)


class ForwardProxy(Relay):
    """An HTTP proxy (RFC 9110 section 3.7) that connects to the Fitgate for every host. Its tunnels
    lead to a TLS server with a certificate for fitgate.test."""

    def __init__(self, port, directory):
        super().__init__(port)
        self.certificate = directory / 'certificate.pem'
        key = directory / 'key.pem'
        subprocess.run(
            ['openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256',
             '-nodes', '-days', '2', '-subj', '/CN=fitgate.test',
             '-addext', 'subjectAltName=DNS:fitgate.test',
             '-keyout', key, '-out', self.certificate],
            check=True, capture_output=True)
        self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.tls.load_cert_chain(self.certificate, key)
        self.request_lines = []

    def handle(self, client):
        request = read_request(client)
        method, target, rest = request.split(b' ', 2)
        self.request_lines.append(f'{method.decode()} {target.decode()}')
        if method == b'CONNECT':
            client.sendall(b'HTTP/1.1 200 Connection established\r\n\r\n')
            with self.tls.wrap_socket(client, server_side=True) as tunnel:
                self.relay(read_request(tunnel), tunnel)
        else:
            path = b'/' + target.split(b'/', 3)[3]
            self.relay(b' '.join((method, path, rest)), client)


def read_request(connection):
    """One complete request, with its body."""
    request = b''
    length = 0
    while len(request.partition(b'\r\n\r\n')[2]) < length or b'\r\n\r\n' not in request:
        content = connection.recv(65536)
        if not content:
            break
        request += content
        for line in request.partition(b'\r\n\r\n')[0].split(b'\r\n'):
            if line.lower().startswith(b'content-length:'):
                length = int(line.partition(b':')[2])
    return request


class FixedReply:
    """An HTTP server that sends the same reply to every request. Use it with `with`."""

    def __init__(self, status, body):
        class Handler(http.server.BaseHTTPRequestHandler):
            def reply(self):
                self.rfile.read(int(self.headers.get('Content-Length', 0)))
                self.send_response(status)
                self.send_header('Content-Length', str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_GET = do_POST = do_PATCH = do_DELETE = reply

            def log_message(self, *_arguments):
                pass

        self.server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)
        self.url = 'http://127.0.0.1:%d' % self.server.server_port

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_exception):
        self.server.shutdown()
        self.server.server_close()
