"""Running the executables directly: as CGI programs and as commands."""

import json as json_module
import os
import subprocess
import uuid

from requests.structures import CaseInsensitiveDict

from scripts.stack import EXECUTABLES
from support import openapi
from support.answers import Answer
from support.journal import shorten

TIMEOUT = 120
PASSED_ON = ('PATH', 'ASAN_OPTIONS', 'UBSAN_OPTIONS', 'LSAN_OPTIONS')

PROGRAM_OF_PATH = {
    '/api/auth/register': 'register',
    '/api/auth/account/confirm': 'register',
    '/api/auth/account/resend-confirmation': 'register',
    '/api/auth/login': 'login',
    '/api/auth/logout': 'login',
    '/api/auth/password/reset-request': 'login',
    '/api/auth/password/update': 'login',
    '/api/auth/email/update': 'login',
    '/api/auth/account/privacy-policy': 'profile',
    '/api/auth/picture': 'picture',
}


def program_of(path):
    """The executable that nginx gives a path to; config has what no other has."""
    if path.startswith('/api/auth/profile'):
        return 'profile'
    if path.startswith('/api/users/'):
        return 'picture'
    if path.startswith('/api/auth/account/export'):
        return 'export'
    return PROGRAM_OF_PATH.get(path, 'config')


OWN_ACCOUNTS = (*EXECUTABLES, 'worker')  # in the database


class Programs:
    """The executables of one build, with the settings of one stack unless others are given."""

    def __init__(self, stack, build, journal):
        self.stack = stack
        self.build = build
        self.journal = journal

    def environment(self, settings=None, *, bare=False):
        """With `bare`, only the settings given here count; None leaves a setting out."""
        environment = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
        if not bare:
            environment.update(self.stack.environment)
        if 'DATABASE_URL' in (settings or {}):  # would not count for a program that has its own
            environment.update({f'DATABASE_URL_{name.upper()}': '' for name in OWN_ACCOUNTS})
        environment.update(settings or {})
        return {name: value for name, value in environment.items() if value is not None}

    def start(self, name, *arguments, settings=None, **options):
        """A running process; the caller ends it."""
        return subprocess.Popen(
            [self.build / name, *arguments], env=self.environment(settings),
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options)

    def run(self, name, *arguments, settings=None, bare=False, stdin=b'', parameters=None):
        """Run to the end; returns CompletedProcess with bytes."""
        environment = {**self.environment(settings, bare=bare), **(parameters or {})}
        done = subprocess.run([self.build / name, *arguments], env=environment, input=stdin,
                              capture_output=True, timeout=TIMEOUT, check=False)
        given = {name: value for name, value in {**(settings or {}), **(parameters or {})}.items()}
        self.journal.add(f'$ {name} {" ".join(arguments)} {given}\n{shorten(stdin)}\n'
                         f'exit status {done.returncode}\n{shorten(done.stdout)}\n'
                         f'standard error: {shorten(done.stderr)}')
        return done

    def cgi(self, method, path, *, json=None, data=b'', token=None, settings=None, program=None,
            bare=False, parameters=None):
        """One request as a web server would make it through CGI."""
        if json is not None:
            data = json_module.dumps(json).encode()
        variables = cgi_variables(method, path, token)
        if json is not None:
            variables['CONTENT_TYPE'] = 'application/json'
        if data:
            variables['CONTENT_LENGTH'] = str(len(data))
        variables.update(parameters or {})
        done = self.run(program or program_of(path), settings=settings, bare=bare, stdin=data,
                        parameters=variables)
        answer = parse_cgi(done.stdout)
        answer.exit_status = done.returncode
        answer.stderr = done.stderr.decode()
        if program in (None, program_of(path)):  # else it has not been asked by a web server
            openapi.check_cgi(variables, answer)
        return answer

    def start_cgi(self, method, path, *, token=None, settings=None, parameters=None, **options):
        """The same, for the caller to write the body, to read the answer (parse_cgi()), and to end."""
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
