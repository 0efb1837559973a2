"""Visitors of the account pages."""

import pytest

from tests.api.support.visitor import Visitor


@pytest.fixture
def visitor(stack, transcript):
    return Visitor(stack, transcript)


@pytest.fixture
def make_visitor(stack, transcript):
    return lambda **options: Visitor(stack, transcript, **options)


@pytest.fixture
def guest(visitor):
    return visitor


@pytest.fixture
def member(visitor, user):
    """A visitor who is logged in as `user`."""
    visitor.log_in(user)
    return visitor
