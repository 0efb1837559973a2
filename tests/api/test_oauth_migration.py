"""The migration to hashed secrets of OAuth 2.0: tokens and applications from earlier versions keep working."""

import pytest

from tests.api.support.scoped import ALL_SCOPES
from tests.harness.people import insert_user
from tests.harness.tokens import sha256_hex
from tests.harness.tree import SOURCE

HASH = sha256_hex('already a hash')


@pytest.fixture
def migrated(scratch, programs):
    """Insert rows as an earlier version has them, and migrate: migrated(prepare) returns the connection."""
    opened = []

    def migrate(prepare):
        opened.append(scratch.connect())
        sql = opened[-1].__enter__()
        number = next(int(path.name[:4]) for path in (SOURCE / 'sql').glob('*_oauth2.sql'))
        for statement in (
                'DROP TABLE oauth2_code', 'DROP TABLE oauth2_device_code',
                'ALTER TABLE oauth2_client DROP KEY oauth2_client_client_id_key',
                'ALTER TABLE oauth2_token DROP KEY oauth2_token_refresh_token_key, '
                'DROP KEY ix_oauth2_token_client_id, DROP COLUMN grant_id'):
            sql.run(statement)
        sql.run('DELETE FROM schema_version WHERE version = %s', number)
        prepare(sql)
        done = programs.migrate(scratch)
        assert done.returncode == 0, done.stderr
        return sql

    yield migrate
    for one in opened:
        one.__exit__(None, None, None)


def old_token(sql, user, access, refresh, **columns):
    return sql.insert('oauth2_token', user_id=user, client_id='c', token_type='Bearer', access_token=access,
                      refresh_token=refresh, scope=ALL_SCOPES, issued_at=2_000_000_000, **columns)


def test_clear_values_become_hashes_and_hashes_stay(migrated, programs, scratch):
    def prepare(sql):
        user = insert_user(sql).id
        old_token(sql, user, 'a' * 42, 'r' * 48)
        old_token(sql, user, HASH, None)
        sql.insert('oauth2_client', client_id='one', client_secret='s' * 48, user_id=user)
        sql.insert('oauth2_client', client_id='two', client_secret=HASH, user_id=user)
        sql.insert('oauth2_client', client_id=None, client_secret=None, user_id=user)
    sql = migrated(prepare)
    rows = sql.rows('SELECT access_token, refresh_token FROM oauth2_token ORDER BY id')
    assert [tuple(row.values()) for row in rows] == [
        (sha256_hex('a' * 42), sha256_hex('r' * 48)), (HASH, None)]
    rows = sql.rows('SELECT client_secret FROM oauth2_client ORDER BY id')
    assert [row['client_secret'] for row in rows] == [sha256_hex('s' * 48), HASH, None]
    for text, status in (('a' * 42, 200), (HASH, 401)):
        answer = programs.cgi('GET', '/api/auth/profile', token=text,
                              settings={'DATABASE_URL': scratch.url})
        assert answer.status == status, answer.body


def test_repeated_values_do_not_prevent_the_unique_keys(migrated):
    def prepare(sql):
        user = insert_user(sql).id
        for access in 'ab':
            old_token(sql, user, access, 'the same')
            sql.insert('oauth2_client', client_id='the same', client_secret=access, user_id=user)
    sql = migrated(prepare)
    rows = sql.rows('SELECT refresh_token FROM oauth2_token ORDER BY id')
    assert [row['refresh_token'] for row in rows] == [None, sha256_hex('the same')]
    rows = sql.rows('SELECT client_id FROM oauth2_client ORDER BY id')
    assert [row['client_id'] for row in rows] == ['the same', None]
