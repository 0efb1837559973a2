"""A file that goes after an executable has named it and before nginx sends it, because another takes its place just
then: it is as if it had not been there."""

from pathlib import Path

import pytest

from conftest import SETTINGS, connect
from support.answers import NO_PICTURE, exact
from support.client import Api
from support.exports import NO_ARCHIVE, file_path
from support.people import insert_user, now


@pytest.fixture(scope='module')
def elsewhere(make_stack, tmp_path_factory):
    """The executables store where nginx does not look: for nginx, everything is gone."""
    folder = tmp_path_factory.mktemp('elsewhere')
    return make_stack('elsewhere', settings={**SETTINGS, 'UPLOAD_FOLDER': str(folder)},
                      worker=False, processes=1)


@pytest.fixture
def sql(elsewhere):
    with connect(elsewhere) as connection:
        yield connection


@pytest.fixture
def ask(elsewhere, journal):
    return Api(elsewhere, journal).get


def put(stack, category, account, name):
    folder = Path(stack.settings['UPLOAD_FOLDER'], 'uploads', category, str(account.id))
    folder.mkdir(parents=True)
    (folder / name).write_bytes(b'content')


def test_a_picture_that_goes_before_it_is_sent_is_no_picture(elsewhere, sql, ask):
    account = insert_user(sql)
    put(elsewhere, 'pictures', account, 'a.png')
    sql.run('UPDATE users SET picture = %s WHERE id = %s', f'pictures/{account.id}/a.png', account.id)
    exact(ask(f'/api/users/{account.username}/picture'), NO_PICTURE)


def test_an_archive_that_goes_before_it_is_sent_is_not_found(elsewhere, sql, ask, minter):
    account = insert_user(sql)
    put(elsewhere, 'exports', account, 'archive_a.zip')
    sql.insert('users_data_export', user_id=account.id, created_at=now(), completed=1,
               file_name='archive_a.zip', file_size=7)
    exact(ask(file_path('archive_a.zip'), token=minter.token(account.id)), NO_ARCHIVE)
