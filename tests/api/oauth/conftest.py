"""Fixtures of the tests of OAuth 2.0."""

import pytest

from tests.api.support.oauth import create_app


@pytest.fixture
def make_app(api, db, make_user, minter):
    """Create an application, by default of a new account: make_app(user=None, **metadata)."""
    def make(user=None, **changes):
        owner = user or make_user()
        return create_app(api, db, owner, minter.token(owner.id), **changes)
    return make


@pytest.fixture
def app(make_app, user):
    """An application of the account `user`."""
    return make_app(user)


@pytest.fixture
def works(api):
    """Whether a token gets the profile."""
    return lambda token: api.get('/api/auth/profile', token=token).status == 200
