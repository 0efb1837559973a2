"""Fixtures of the tests of the worker: a queue, mail servers, certificates."""

import socket

import pytest

from tests.api.delivery.mail_queue import Queue
from tests.harness.certificates import make_all
from tests.api.support.mail import Catcher


@pytest.fixture
def queue(programs, shared_scratch, registration):
    with shared_scratch.connect() as sql:
        sql.run('DELETE FROM jobs')
        # the hourly check would connect to the mail server, too
        sql.run(
            "REPLACE INTO findings VALUES (%s, 'none', 'OK', '', UTC_TIMESTAMP())",
            socket.gethostname())
        yield Queue(programs, shared_scratch, sql, registration)


@pytest.fixture
def catcher(tmp_path):
    """Start an SMTP server: catcher(options) -> Catcher, stopped after the test."""
    started = []

    def start(*options):
        started.append(Catcher(tmp_path / f'smtp{len(started)}', *options).__enter__())
        return started[-1]

    yield start
    for one in started:
        one.__exit__()


@pytest.fixture
def closed_port():
    """A reserved port without a server."""
    with socket.socket() as reserved:
        reserved.bind(('127.0.0.1', 0))
        yield reserved.getsockname()[1]


@pytest.fixture
def tarpit():
    """A server that accepts connections but never sends anything."""
    with socket.create_server(('127.0.0.1', 0)) as listening:
        listening.settimeout(60)
        yield listening


# ---- TLS and AUTH ------------------------------------------------------------------------------

@pytest.fixture(scope='module')
def keys(tmp_path_factory):
    """Two authorities, a certificate for this machine from each, and one for another machine."""
    directory = tmp_path_factory.mktemp('keys')
    return make_all(directory, 'mail.example.org')


TLS = {'STARTTLS': ('--starttls', '?tls=True'), 'SMTPS': ('--smtps', '?ssl=True')}


@pytest.fixture(params=TLS.values(), ids=TLS.keys())
def tls(request):
    return request.param


@pytest.fixture
def account(tmp_path):
    """The options of a catcher with one user whose password has special characters; and user and
    password, percent-encoded."""
    password = tmp_path / 'password'
    password.write_text('p@ss:w/rd%?#é'.encode().decode() + '\n', encoding='utf-8')
    return ('--user', 'some one', '--password-file',
            password), 'some%20one:p%40ss%3Aw%2Frd%25%3F%23%C3%A9@'
