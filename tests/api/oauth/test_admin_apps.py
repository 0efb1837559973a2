"""fitgate-admin apps: the applications of users, as an administrator sees and stops them."""

import pytest

from tests.api.support.admin_command import Command
from tests.api.support.oauth import are_tokens


@pytest.fixture
def admin(programs):
    return Command(programs)


def test_applications_are_listed_with_their_owners(admin, app, make_app, user):
    other = make_app(client_name='Another one')
    app.tokens()
    app.refresh(app.tokens()['refresh_token'])
    listed = admin.object('apps', 'list', user.username)
    assert {**listed, 'created_at': ''} == {
        'client_id': app.client_id, 'username': user.username, 'name': 'An uploader', 'created_at': '',
        'grants': 2, 'website': 'https://uploader.example', 'scope': 'workouts:read workouts:write profile:read'}
    everything = admin.objects('apps', 'list')
    assert {app.client_id, other.client_id} <= {one['client_id'] for one in everything}
    printed = admin.done('apps', 'list')
    assert app.client_id in printed and app.secret not in printed


def test_the_tokens_of_an_application_can_be_revoked(admin, app, make_app, works):
    pair, code, kept = app.tokens(), app.code(), make_app(app.user).tokens()
    assert app.client_id in admin.done('apps', 'revoke', app.client_id)
    assert not works(pair['access_token']) and works(kept['access_token'])
    assert app.refresh(pair['refresh_token']).json() == {'error': 'invalid_grant'}
    assert app.redeem(code).json()['error'] == 'invalid_grant'
    are_tokens(app.redeem(app.code()))


def test_the_tokens_of_an_application_without_an_owner_can_be_revoked(admin, app, db, works):
    pair = app.tokens()
    db.run('UPDATE oauth2_client SET user_id = NULL WHERE id = %s', app.id)
    admin.done('apps', 'revoke', app.client_id)
    assert not works(pair['access_token'])


@pytest.mark.parametrize('client_id', ['nothing', 'é', '1'])
def test_an_unknown_application_is_reported(admin, client_id):
    assert 'there is no application' in admin.refused('apps', 'revoke', client_id)
