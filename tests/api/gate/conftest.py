"""An application behind the gate."""

import pytest

from tests.api.support.gated import App, Gate
from tests.api.support.scoped import oauth2_token, personal_token
from tests.api.support.visitor import Visitor


@pytest.fixture(scope='session')
def app(stack):
    with App(stack) as running:
        yield running


@pytest.fixture
def gate(app, stack, transcript):
    return Gate(stack, transcript)


@pytest.fixture
def script(db, user):
    """A personal token of `user` that opens the gate."""
    return personal_token(db, user.id, 'gate')


@pytest.fixture
def make_token(db):
    """make_token('personal' or 'oauth', account, scope, any column=...)"""
    kinds = {'personal': personal_token, 'oauth': oauth2_token}
    return lambda kind, account, scope, **columns: kinds[kind](db, account.id, scope, **columns)


@pytest.fixture
def visitor(stack, transcript):
    return Visitor(stack, transcript)
