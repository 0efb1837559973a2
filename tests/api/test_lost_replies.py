"""Connections to the database that break after a statement was executed, and before its reply arrives."""

import pytest

from tests.api.support.losing_replies import LosingReplies
from tests.api.support.oauth import APPS, metadata
from tests.api.support.waiting import until
from tests.harness.people import insert_user


@pytest.fixture
def sql(scratch):
    with scratch.connect() as connection:
        yield connection


@pytest.fixture
def request_without_reply(programs, scratch, sql, tmp_path):
    """A function that makes a request of which the reply to this statement is lost; returns the answer."""
    def make(statement, *request, **arguments):
        socket = tmp_path / 'lossy.sock'
        url = f'mysql://{scratch.user}:{scratch.password}@localhost/{scratch.name}?unix_socket={socket}'
        with LosingReplies(socket, scratch.socket, statement) as between:
            answer = programs.cgi(*request, settings={'DATABASE_URL': url}, **arguments)
        assert between.lost == 1
        until(lambda: not sql.rows("SELECT ID FROM information_schema.PROCESSLIST WHERE DB = DATABASE() AND "
                                   "ID <> CONNECTION_ID()"), 'the broken connection has ended')
        return answer
    return make


@pytest.mark.parametrize('path', ['/api/auth/password/reset-request',
                                  '/api/auth/account/resend-confirmation'])
def test_a_link_is_mailed_once_even_if_a_reply_of_the_database_is_lost(
        request_without_reply, sql, path):
    account = insert_user(sql)
    answer = request_without_reply('INSERT INTO jobs', 'POST', path, json={'email': account.email})
    assert answer.status == 200
    assert sql.value('SELECT COUNT(*) FROM jobs') == 1


def test_an_application_is_created_once_even_if_a_reply_of_the_database_is_lost(
        request_without_reply, sql, minter):
    owner = insert_user(sql)
    answer = request_without_reply(
        'INSERT INTO oauth2_client', 'POST', APPS, token=minter.token(owner.id), json=metadata())
    assert answer.status == 201
    assert sql.rows('SELECT client_id FROM oauth2_client') == [
        {'client_id': answer.json()['data']['client']['client_id']}]
