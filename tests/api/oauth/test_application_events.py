"""What the security log of a user says about applications (contract §27.3)."""

import pytest

from tests.api.support.admin_command import Command
from tests.api.support.oauth import APPS
from tests.harness.sql import root_sql


@pytest.fixture
def logged(db, user):
    return lambda: [(row['kind'], row['detail']) for row in db.rows(
        'SELECT kind, detail FROM events WHERE user_id = %s ORDER BY id', user.id)]


def test_consent_is_recorded_with_the_name_of_the_application(app, logged):
    assert app.authorize(confirm='false').status == 400
    assert logged() == []
    app.tokens()
    assert logged() == [('application_authorized', 'An uploader')]


@pytest.mark.parametrize(('method', 'path', 'status'), [
    ('POST', '/revoke', 200), ('DELETE', '', 204)])
def test_the_end_of_an_application_is_recorded(api, app, logged, method, path, status):
    assert api.request(method, f'{APPS}/{app.id}{path}', token=app.login).status == status
    assert logged() == [('application_revoked', 'An uploader')]


def test_an_administrator_who_ends_an_application_is_recorded_as_one(app, db, programs, user):
    Command(programs).done('apps', 'revoke', app.client_id)
    columns = 'kind, detail, by_administrator, network'
    assert db.rows(f'SELECT {columns} FROM events WHERE user_id = %s', user.id) == [
        {'kind': 'application_revoked', 'detail': 'An uploader', 'by_administrator': 1, 'network': None}]


def test_without_its_event_no_code_is_stored(app, db, stack, user):
    with root_sql(stack, stack.database.name) as root:
        root.run('CREATE TRIGGER test_refuse BEFORE INSERT ON events FOR EACH ROW '
                 f"IF NEW.user_id = {user.id} THEN SIGNAL SQLSTATE '45000'; END IF")
        try:
            assert app.authorize().status == 500
        finally:
            root.run('DROP TRIGGER test_refuse')
    assert db.rows('SELECT * FROM oauth2_code WHERE user_id = %s', user.id) == []
