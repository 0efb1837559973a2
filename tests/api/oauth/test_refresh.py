"""POST token with a refresh token (contract §20.3), and POST revoke (contract §21)."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.api.support.oauth import (
    REVOKE,
    SCOPE,
    are_tokens,
    basic,
    post_form,
    refuses,
    seconds_now)
from tests.api.support.waiting import until
from tests.harness.answers import exact
from tests.harness.sql import root_sql
from tests.harness.tokens import sha256_hex

MISSING = ('invalid_request', 'Missing "refresh_token" in request.')
EXCEEDED = ('invalid_scope', 'The requested scope is invalid, unknown, or malformed.')
DONE = (200, {})


def test_a_refresh_token_is_exchanged_for_a_new_pair(app, works):
    old = app.tokens()
    new = are_tokens(app.refresh(old['refresh_token'], scope='', allow_redirects='True'))
    assert works(new['access_token']) and not works(old['access_token'])
    before, after = app.row(old['access_token']), app.row(new['access_token'])
    assert abs(before['access_token_revoked_at'] - seconds_now()) < 60
    assert (before['refresh_token_revoked_at'], after['grant_id']) == (0, before['grant_id'])


@pytest.mark.parametrize('token', [None, ''])
def test_a_missing_token_is_refused(app, token):
    refuses(app.ask(grant_type='refresh_token', refresh_token=token), *MISSING)


def test_an_unknown_token_is_refused(app):
    pair = app.tokens()
    for token in ('x', 'é', pair['access_token'], sha256_hex(pair['refresh_token'])):
        refuses(app.refresh(token), 'invalid_grant')


def test_the_token_of_another_application_is_refused(app, make_app, works):
    pair = app.tokens()
    refuses(make_app(app.user).refresh(pair['refresh_token']), 'invalid_grant')
    assert works(pair['access_token'])


@pytest.mark.parametrize('column', ['access_token_revoked_at', 'refresh_token_revoked_at'])
def test_a_revoked_token_is_refused(app, db, column):
    pair = app.tokens()
    db.run(
        f'UPDATE oauth2_token SET {column} = UNIX_TIMESTAMP() WHERE id = %s',
        app.row(
            pair['access_token'])['id'])
    refuses(app.refresh(pair['refresh_token']), 'invalid_grant')


def test_it_lives_twice_as_long_as_the_access_token(app, works):
    for age, valid in ((2 * 864000 - 30, True), (2 * 864000 + 2, False)):
        pair = app.tokens()
        app.make_older(pair['access_token'], age)
        assert not works(pair['access_token'])
        answer = app.refresh(pair['refresh_token'])
        assert answer.status == (200 if valid else 400), answer.body


@pytest.mark.parametrize('change', ['is_active = 0', 'suspended_at = UTC_TIMESTAMP()'])
def test_an_inactive_user_gets_no_token(app, db, user, change):
    pair = app.tokens()
    db.run(f'UPDATE users SET {change} WHERE id = %s', user.id)
    refuses(app.refresh(pair['refresh_token']), 'invalid_grant')
    assert app.row(pair['access_token'])['access_token_revoked_at'] == 0


@pytest.mark.parametrize('scope', ['profile:write',
                         'profile:read profile:write', 'read', 'PROFILE:READ'])
def test_the_scope_cannot_grow(app, scope):
    pair = app.tokens()
    refuses(app.refresh(pair['refresh_token'], scope=scope), *EXCEEDED)
    are_tokens(app.refresh(pair['refresh_token']))


def test_a_narrower_scope_stays_narrow(app):
    pair = app.tokens()
    narrow = are_tokens(app.refresh(pair['refresh_token'], scope='profile:read'), 'profile:read')
    refuses(app.refresh(narrow['refresh_token'], scope=SCOPE), *EXCEEDED)
    are_tokens(app.refresh(narrow['refresh_token']), 'profile:read')


# ---- reuse -------------------------------------------------------------------------------------

def test_an_old_token_is_only_refused_within_a_minute(app, works):
    """The runs of a script may overlap."""
    old = app.tokens()
    new = are_tokens(app.refresh(old['refresh_token']))
    app.make_older(old['access_token'], 55)
    refuses(app.refresh(old['refresh_token']), 'invalid_grant')
    assert works(new['access_token'])


def test_an_old_token_that_is_used_later_revokes_the_grant(app, works):
    other = app.tokens()
    old = app.tokens()
    newer = are_tokens(app.refresh(old['refresh_token']))
    newest = are_tokens(app.refresh(newer['refresh_token']))
    app.make_older(old['access_token'], 62)
    refuses(app.refresh(old['refresh_token']), 'invalid_grant')
    assert not works(newest['access_token']) and works(other['access_token'])
    refuses(app.refresh(newest['refresh_token']), 'invalid_grant')


def test_another_application_cannot_revoke_a_grant_with_an_old_token(app, make_app, works):
    old = app.tokens()
    new = are_tokens(app.refresh(old['refresh_token']))
    app.make_older(old['access_token'], 62)
    refuses(make_app(app.user).refresh(old['refresh_token']), 'invalid_grant')
    assert works(new['access_token'])


def test_of_simultaneous_refreshes_one_succeeds(app, in_parallel, works, db):
    old = app.tokens()
    answers = in_parallel([lambda: app.refresh(old['refresh_token'])] * 8)
    assert sorted(answer.status for answer in answers) == [200] + [400] * 7
    [new] = [answer.json() for answer in answers if answer.status == 200]
    assert works(new['access_token'])
    assert db.value('SELECT COUNT(*) FROM oauth2_token WHERE client_id = %s', app.client_id) == 2


@pytest.mark.parametrize('change', [
    'DELETE FROM oauth2_token', 'UPDATE oauth2_token SET access_token_revoked_at = UNIX_TIMESTAMP()',
    'UPDATE oauth2_token SET refresh_token_revoked_at = UNIX_TIMESTAMP()'])
def test_a_token_that_ends_while_it_is_refreshed_is_not_replaced(app, stack, db, change):
    """The statement of the refresh waits for the change, which no other connection sees before."""
    old = app.tokens()
    row = app.row(old['access_token'])

    def waits():
        return any((shown['Info'] or '').startswith('INSERT INTO oauth2_token')
                   for shown in root.rows('SHOW PROCESSLIST'))

    with root_sql(stack) as root, db.another() as other, ThreadPoolExecutor(1) as pool:
        other.run('START TRANSACTION')
        other.run(f'{change} WHERE id = %s', row['id'])
        refreshed = pool.submit(app.refresh, old['refresh_token'])
        until(waits, 'the refresh waits')
        other.run('COMMIT')
        refuses(refreshed.result(), 'invalid_grant')
    left = db.rows('SELECT id FROM oauth2_token WHERE grant_id = %s', row['grant_id'])
    assert [one['id'] for one in left] == ([] if change.startswith('DELETE') else [row['id']])


def test_a_token_without_a_grant_begins_one_at_its_first_refresh(app, db, works):
    """As the import of FitTrackee leaves it."""
    old = app.tokens()
    db.run('UPDATE oauth2_token SET grant_id = NULL WHERE client_id = %s', app.client_id)
    new = are_tokens(app.refresh(old['refresh_token']))
    assert app.row(
        old['access_token'])['grant_id'] == app.row(
        new['access_token'])['grant_id'] is not None
    app.make_older(old['access_token'], 62)
    refuses(app.refresh(old['refresh_token']), 'invalid_grant')
    assert not works(new['access_token'])


# ---- POST revoke -------------------------------------------------------------------------------

def revoke(app, token, headers=None, **fields):
    return post_form(app.api, REVOKE, {**app.credentials,
                     'token': token, **fields}, headers=headers)


@pytest.mark.parametrize('kind', ['access_token', 'refresh_token'])
@pytest.mark.parametrize('hint', [None, 'access_token', 'refresh_token', 'other'])
def test_either_token_revokes_the_whole_grant(app, works, kind, hint):
    old, other = app.tokens(), app.tokens()
    new = are_tokens(app.refresh(old['refresh_token']))
    answer = revoke(app, new[kind], token_type_hint=hint)
    exact(answer, DONE)
    assert (answer.headers['Cache-Control'], answer.headers['Pragma']) == ('no-store', 'no-cache')
    assert not works(new['access_token']) and works(other['access_token'])
    row = app.row(new['access_token'])
    assert row['access_token_revoked_at'] > 0 and row['refresh_token_revoked_at'] > 0
    refuses(app.refresh(new['refresh_token']), 'invalid_grant')


def test_an_earlier_revocation_keeps_its_time(app, db):
    pair = app.tokens()
    row = app.row(pair['access_token'])
    db.run('UPDATE oauth2_token SET access_token_revoked_at = 1234 WHERE id = %s', row['id'])
    exact(revoke(app, pair['access_token']), DONE)
    assert app.row(pair['access_token'])['access_token_revoked_at'] == 1234
    exact(revoke(app, pair['access_token']), DONE)


def test_an_unknown_token_and_that_of_another_application_are_ignored(app, make_app, works):
    pair = make_app(app.user).tokens()
    for token in ('x', 'é', pair['access_token'], pair['refresh_token'],
                  sha256_hex(pair['access_token'])):
        exact(revoke(app, token), DONE)
    assert works(pair['access_token'])


def test_an_imported_token_without_a_grant_is_revoked(app, db, works):
    pair, other = app.tokens(), app.tokens()
    db.run('UPDATE oauth2_token SET grant_id = NULL WHERE client_id = %s', app.client_id)
    exact(revoke(app, pair['refresh_token']), DONE)
    assert not works(pair['access_token']) and works(other['access_token'])


def test_the_application_must_prove_who_it_is(app, works, api):
    pair = app.tokens()
    refuses(revoke(app, pair['access_token'], client_secret='x'), 'invalid_client')
    refuses(revoke(app, pair['access_token'], client_secret=None), 'invalid_client')
    refuses(revoke(app, [pair['access_token'], 'x']), 'invalid_request')
    answer = post_form(
        api, REVOKE, {
            'token': pair['access_token']}, headers=basic(
            app.client_id, 'x'))
    refuses(answer, 'invalid_client', status=401)
    assert works(pair['access_token'])
    exact(
        post_form(
            api, REVOKE, {
                'token': pair['access_token']}, headers=basic(
                app.client_id, app.secret)), DONE)
    assert not works(pair['access_token'])


@pytest.mark.parametrize('token', [None, ''])
def test_a_request_without_a_token_is_refused(app, token):
    refuses(revoke(app, token), 'invalid_request')
