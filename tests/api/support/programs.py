"""Runs the programs directly: as CGI programs and as commands."""

import json as json_module
import os
import subprocess
import uuid

from requests.structures import CaseInsensitiveDict

from tests.harness.database import OWN_ACCOUNTS
from tests.harness import openapi
from tests.harness.answers import Answer
from tests.api.support.transcript import shorten
from tests.harness.waiting import LIMIT

PASSED_ON = ('PATH', 'ASAN_OPTIONS', 'LSAN_OPTIONS')

PROGRAM_OF_PATH = {
    '/api/auth/register': 'register',
    '/api/auth/account/confirm': 'login',
    '/api/auth/account/resend-confirmation': 'register',
    '/api/auth/login': 'login',
    '/api/auth/logout': 'login',
    '/api/auth/password/reset-request': 'login',
    '/api/auth/password/update': 'login',
    '/api/auth/email/update': 'login',
    '/api/auth/account/privacy-policy': 'profile',
    '/api/auth/picture': 'upload',
    '/api/users': 'users',
    '/api/records': 'workouts',
}


def program_of(path):
    """The service to which nginx passes a path; config gets all paths that no other service has. (Of a path that two
    services share, it is the one for GET.)"""
    if path.startswith('/api/auth/profile'):
        return 'profile'
    if path.startswith(('/api/auth/sessions', '/api/auth/tokens', '/api/auth/events')):
        return 'login'
    if path.startswith(('/api/workouts', '/api/stats/')):
        return 'workouts'
    if path.startswith(('/api/oauth/', '/.well-known/')):
        return 'oauth'
    if not path.startswith('/api'):
        return 'pages'
    if path.startswith('/api/users/'):
        return 'picture' if path.endswith('/picture') else 'users'
    if path.startswith('/api/auth/account/export'):
        return 'export'
    return PROGRAM_OF_PATH.get(path, 'config')


class Programs:
    """The programs of one build, by default with the settings of one stack."""

    def __init__(self, stack, build, transcript):
        self.stack = stack
        self.build = build
        self.transcript = transcript

    def environment(self, settings=None, *, bare=False):
        """The environment of a program. With `bare`, it has only the given settings; None leaves a
        setting out."""
        environment = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
        if not bare:
            environment.update(self.stack.environment)
        if 'DATABASE_URL' in (settings or {}):  # a program's own URL would override it
            environment.update({f'DATABASE_URL_{name.upper()}': '' for name in OWN_ACCOUNTS})
        environment.update(settings or {})
        return {name: value for name, value in environment.items() if value is not None}

    def start(self, name, *arguments, settings=None, **options):
        """A running process; the caller ends it."""
        return subprocess.Popen(
            [self.build / name, *arguments], env=self.environment(settings),
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options)

    def run(self, name, *arguments, settings=None, bare=False,
            stdin=b'', parameters=None, **options):
        """Run to the end; returns CompletedProcess with bytes. `options` are those of subprocess.run()."""
        environment = {**self.environment(settings, bare=bare), **(parameters or {})}
        done = subprocess.run([self.build / name, *arguments], env=environment, input=stdin,
                              capture_output=True, timeout=LIMIT, check=False, **options)
        given = {name: value for name, value in {**(settings or {}), **(parameters or {})}.items()}
        self.transcript.add(f'$ {name} {" ".join(arguments)} {given}\n{shorten(stdin)}\n'
                            f'exit status {done.returncode}\n{shorten(done.stdout)}\n'
                            f'standard error: {shorten(done.stderr)}')
        return done

    def cgi(self, method, path, *, json=None, data=b'', token=None, settings=None, program=None,
            bare=False, parameters=None, **options):
        """One request, as a web server makes it through CGI."""
        if json is not None:
            data = json_module.dumps(json).encode()
        variables = cgi_variables(method, path, token)
        if json is not None:
            variables['CONTENT_TYPE'] = 'application/json'
        if data:
            variables['CONTENT_LENGTH'] = str(len(data))
        variables.update(parameters or {})
        done = self.run(program or program_of(path), settings=settings, bare=bare, stdin=data,
                        parameters=variables, **options)
        answer = parse_cgi(done.stdout)
        answer.exit_status = done.returncode
        answer.stderr = done.stderr.decode()
        # a web server sends it there, too; pages are not described
        if program_of(path) != 'pages' and program in (None, program_of(path)):
            openapi.check_cgi(variables, answer)
        return answer

    def start_cgi(self, method, path, *, token=None, settings=None, parameters=None, **options):
        """The same, but only started: the caller writes the body, reads the answer (parse_cgi()),
        and ends the process."""
        environment = {**self.environment(settings), **cgi_variables(method, path, token),
                       **(parameters or {})}
        return subprocess.Popen([self.build / program_of(path)], env=environment, bufsize=0,
                                stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, **options)

    def migrate(self, database):
        return self.run('admin', 'migrate', settings={'DATABASE_URL': database.url})


def cgi_variables(method, path, token=None):
    variables = {
        'GATEWAY_INTERFACE': 'CGI/1.1', 'SERVER_PROTOCOL': 'HTTP/1.1', 'REQUEST_METHOD': method,
        'PATH_INFO': path, 'API_DIALECT': '0.7', 'REQUEST_ID': uuid.uuid4().hex,
        'REMOTE_ADDR': '127.0.0.1'}
    if token is not None:
        variables['HTTP_AUTHORIZATION'] = f'Bearer {token}'
    return variables


def parse_cgi(output):
    """A CGI answer (RFC 3875, section 6) as an Answer."""
    head, _, body = output.partition(b'\r\n\r\n')
    headers = CaseInsensitiveDict()
    for line in head.decode('ascii').split('\r\n'):
        name, colon, value = line.partition(': ')
        assert colon, f'no header line: {line!r}'
        headers[name] = value
    status = int(headers.pop('Status', '200').split()[0])
    return Answer(status, headers, body)
