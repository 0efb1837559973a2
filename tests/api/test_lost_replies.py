"""Connections to the database that break after a statement was executed, and before its reply arrives."""

import pytest

from tests.api.support.losing_replies import LosingReplies
from tests.harness.people import insert_user
from tests.api.support.waiting import until


@pytest.fixture
def sql(scratch):
    with scratch.connect() as connection:
        yield connection


@pytest.mark.parametrize('path', ['/api/auth/password/reset-request',
                         '/api/auth/account/resend-confirmation'])
def test_a_link_is_mailed_once_even_if_a_reply_of_the_database_is_lost(
        programs, scratch, sql, path, tmp_path):
    account = insert_user(sql)
    socket = tmp_path / 'lossy.sock'
    url = f'mysql://{scratch.user}:{scratch.password}@localhost/{scratch.name}?unix_socket={socket}'
    with LosingReplies(socket, scratch.socket, 'INSERT INTO jobs') as between:
        answer = programs.cgi(
            'POST', path, json={
                'email': account.email}, settings={
                'DATABASE_URL': url})
    assert between.lost == 1
    assert answer.status == 200
    until(lambda: not sql.rows("SELECT ID FROM information_schema.PROCESSLIST WHERE DB = DATABASE() AND "
                               "ID <> CONNECTION_ID()"), 'the broken connection has ended')
    assert sql.value('SELECT COUNT(*) FROM jobs') == 1
