"""What the tests of the endpoints for administrators share."""

import pytest

from tests.harness.answers import error

FORBIDDEN = error('you do not have permissions', 403)


@pytest.fixture
def admin(make_user):
    """An administrator."""
    return make_user(admin=1)


@pytest.fixture
def admin_token(minter, admin):
    return minter.token(admin.id)


@pytest.fixture
def only_administrators(db):
    """Take the rights of all other accounts away: only_administrators(admin, …)."""
    def take(*accounts):
        kept = ', '.join(str(account.id) for account in accounts)
        db.run(f'UPDATE users SET admin = 0 WHERE id NOT IN ({kept})')
    return take
