"""A file that is removed after the service has named it and before nginx sends it, because another
one has just replaced it. The answer is the same as if it had never existed."""

from pathlib import Path

import pytest

from tests.api.support.configuration import SETTINGS
from tests.harness.sql import connect
from tests.harness.answers import NO_PICTURE, exact
from tests.api.support.client import Api
from tests.harness.exports import NO_ARCHIVE, file_path
from tests.harness.people import insert_user, now


@pytest.fixture(scope='module')
def elsewhere(make_stack, tmp_path_factory):
    """Make the services store files in another directory than nginx reads: for nginx, every file is
    missing."""
    directory = tmp_path_factory.mktemp('elsewhere')
    return make_stack('elsewhere', settings={**SETTINGS, 'UPLOAD_FOLDER': str(directory)},
                      worker=False, processes=1)


@pytest.fixture
def sql(elsewhere):
    with connect(elsewhere) as connection:
        yield connection


@pytest.fixture
def ask(elsewhere, transcript):
    return Api(elsewhere, transcript).get


def put(stack, category, account, name):
    directory = Path(stack.settings['UPLOAD_FOLDER'], 'uploads', category, str(account.id))
    directory.mkdir(parents=True)
    (directory / name).write_bytes(b'content')


def test_a_picture_removed_before_it_is_sent_is_not_found(elsewhere, sql, ask):
    account = insert_user(sql)
    put(elsewhere, 'pictures', account, 'a.png')
    sql.run('UPDATE users SET picture = %s WHERE id = %s',
            f'pictures/{account.id}/a.png', account.id)
    exact(ask(f'/api/users/{account.username}/picture'), NO_PICTURE)


def test_an_archive_removed_before_it_is_sent_is_not_found(elsewhere, sql, ask, minter):
    account = insert_user(sql)
    put(elsewhere, 'exports', account, 'archive_a.zip')
    sql.insert('users_data_export', user_id=account.id, created_at=now(), completed=1,
               file_name='archive_a.zip', file_size=7)
    exact(ask(file_path('archive_a.zip'), token=minter.token(account.id)), NO_ARCHIVE)
