"""Fixtures of the tests of the shell client."""

import pytest

from tests.api.client.command import Command, make_tools


@pytest.fixture(scope='session')
def tools(tmp_path_factory):
    """Directories for PATH: tools('busybox'), tools('dash')."""
    directory = tmp_path_factory.mktemp('tools')
    made = {busybox: make_tools(directory / str(busybox), busybox=busybox)
            for busybox in (True, False)}
    return lambda shell: made[shell == 'busybox']


@pytest.fixture(scope='session')
def script(stack):
    """The client as installed."""
    return stack.build / 'client' / 'fitgate'


@pytest.fixture
def make_client(stack, script, transcript, tools, tmp_path):
    def make(shell='dash', url=stack.base_url, name='home'):
        return Command(script, shell, tools(shell), tmp_path / name, url, transcript)
    return make


@pytest.fixture(params=['dash', 'busybox'])
def client(request, make_client):
    return make_client(request.param)


@pytest.fixture
def one_client(make_client):
    """For tests that do not depend on the shell and the tools."""
    return make_client()


@pytest.fixture
def logged_in(client, user):
    client.log_in(user)
    return client
