"""Applications behind the gate: the locations of nginx, and a program that shows the request that it has got."""

import base64
import http.server
import json
import socketserver
import threading
from pathlib import Path

import requests

from tests.api.support import fastcgi
from tests.api.support.network import Bound
from tests.api.support.transcript import shorten
from tests.harness import documents
from tests.harness.tree import SOURCE
from tests.harness.waiting import LIMIT


def location(path, require=None):
    setting = f'set $fitgate_require "{require}";' if require is not None else ''
    return f'''
location ^~ {path} {{
	{setting}
	include fitgate_gate.conf;
	proxy_pass http://unix:@SOCKETS@/app.sock:;
}}
'''


REQUIREMENTS = {
    '/app/': None,
    '/app-admin/': 'admin',
    '/app-users/': 'gate_ann gate_ben',
    '/app-scope/': 'workouts:read profile:read',
    '/app-admin-scope/': 'admin workouts:read',
    '/app-mistake/': 'workouts:reed',
}


def examples():
    """The locations of GATE.md, for the applications of the tests."""
    text = ''.join(block.text for block in documents.blocks_of(
        SOURCE / 'nginx/GATE.md') if block.language == 'nginx')
    for documented, here in {'root /var/www;': 'root www;', 'include fitgate/': 'include ',
                             'http://127.0.0.1:3000/': 'http://unix:@SOCKETS@/app.sock:/',
                             'unix:/run/php/php-fpm.sock': 'unix:@SOCKETS@/fastcgi_app.sock'}.items():
        assert documented in text, documented
        text = text.replace(documented, here)
    return text


LOCATIONS = ''.join(location(path, require) for path, require in REQUIREMENTS.items()) + examples() + '''
location ^~ /app-open/ {
	proxy_pass http://unix:@SOCKETS@/app.sock:;
}
location ^~ /app-static/ {
	include fitgate_gate.conf;
	alias protected/;
}
'''


def basic_header(user, password):
    return 'Basic ' + base64.b64encode(f'{user}:{password}'.encode()).decode()


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers with the request's method, target, headers and body as JSON."""

    def answer(self):
        body = self.rfile.read(int(self.headers.get('Content-Length', 0)))
        status = 401 if 'own-401' in self.path else 200
        answer = json.dumps({'method': self.command, 'target': self.path, 'body': body.decode(),
                             'headers': [(name.lower(), value) for name, value in self.headers.items()]}).encode()
        self.send_response(status)
        self.send_header('Content-Length', str(len(answer)))
        if 'own-cache' in self.path:
            self.send_header('Cache-Control', 'max-age=60')
        self.end_headers()
        if self.command != 'HEAD':
            self.wfile.write(answer)

    do_GET = do_HEAD = do_POST = do_PUT = answer

    def address_string(self):
        return 'nginx'

    def log_message(self, *_arguments):
        pass


class Server(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True
    request_queue_size = 64


class App:
    """The applications, on the sockets that LOCATIONS name. Use it with `with`."""

    def __init__(self, stack):
        self.servers = []
        for name, handler in (('app', Handler), ('fastcgi_app', fastcgi.Handler)):
            path = Path(stack.run) / f'{name}.sock'
            path.unlink(missing_ok=True)
            self.servers.append(Server(str(path), handler))
        self.threads = [
            threading.Thread(
                target=server.serve_forever,
                daemon=True) for server in self.servers]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_exception):
        for server, thread in zip(self.servers, self.threads):
            server.shutdown()
            server.server_close()
            thread.join()


class Passage:
    """A response of a protected location, and what the application has seen of the request."""

    def __init__(self, response):
        self.status = response.status_code
        self.headers = response.headers
        self.text = response.text
        self.seen = response.json() if self.status == 200 and self.text.startswith('{') else None

    def all_seen(self, name):
        return [value for header, value in self.seen['headers'] if header == name]

    def header_seen(self, name):
        values = self.all_seen(name)
        assert len(values) <= 1, values
        return values[0] if values else None


class Gate:
    """A client of protected locations."""

    def __init__(self, stack, transcript, address='127.0.0.1'):
        self.stack = stack
        self.transcript = transcript
        self.address = address

    def ask(self, path='/app/', method='GET', *, token=None,
            basic=None, cookies=None, headers=None, data=None):
        """`basic`: (user name, password); `cookies`: the value of the header."""
        headers = dict(headers or {})
        if token is not None:
            headers['Authorization'] = f'Bearer {token}'
        if basic is not None:
            headers['Authorization'] = basic_header(*basic)
        if cookies is not None:
            headers['Cookie'] = cookies
        with requests.Session() as session:
            session.trust_env = False
            session.mount('http://', Bound(self.address))
            response = session.request(method, self.stack.base_url + path, headers=headers, data=data,
                                       allow_redirects=False, timeout=LIMIT)
        self.transcript.add(f'{method} {path} {headers}\n{response.status_code} {dict(response.headers)}\n'
                            f'{shorten(response.content)}')
        return Passage(response)
