"""Failed authentications of applications count like failed logins (contract §2.6, §20.1). The programs run as CGI, so that
the test can choose the client's address."""

import json
from urllib.parse import urlencode

import pytest

from tests.api.support.oauth import DEVICE, FORM, REVOKE, TOKEN
from tests.harness.answers import REFUSED_CREDENTIALS, TOO_MANY_ATTEMPTS, exact
from tests.harness.people import insert_user
from tests.harness.tokens import sha256_hex

HERE, ELSEWHERE = '192.0.2.1', '198.51.100.7'
REFUSED = (400, {'error': 'invalid_client'})
LET_IN = (400, {'error': 'invalid_grant'})  # by its credentials; the refresh token is unknown


class Door:
    def __init__(self, programs, database, sql):
        self.programs = programs
        self.sql = sql
        self.user = insert_user(sql)
        self.settings = {'DATABASE_URL': database.url, 'THROTTLE_LOGIN_ACCOUNT': '3',
                         'THROTTLE_LOGIN_ADDRESS': '6', 'THROTTLE_LOGIN_SECONDS': '900'}

    def app(self, client_id):
        self.sql.insert('oauth2_client', client_id=client_id, client_secret=sha256_hex('right'),
                        client_metadata='{}', user_id=self.user.id)
        return client_id

    def ask(self, client_id, secret='right', address=HERE, path=TOKEN):
        fields = {'grant_type': 'refresh_token', 'refresh_token': 'x', 'token': 'x', 'scope': 'x',
                  'client_id': client_id, 'client_secret': secret}
        return self.programs.cgi('POST', path, data=urlencode(fields).encode(), settings=self.settings,
                                 parameters={'REMOTE_ADDR': address, 'CONTENT_TYPE': FORM})

    def fail(self, client_id, count, **options):
        for _ in range(count):
            exact(self.ask(client_id, 'wrong', **options), REFUSED)

    def log_in(self, password):
        return self.programs.cgi('POST', '/api/auth/login', settings=self.settings,
                                 json={**self.user.credentials, 'password': password},
                                 parameters={'REMOTE_ADDR': HERE})


@pytest.fixture
def door(programs, shared_scratch):
    with shared_scratch.connect() as sql:
        sql.run('DELETE FROM throttle')
        sql.run('DELETE FROM oauth2_client')
        yield Door(programs, shared_scratch, sql)


def is_too_many(answer):
    exact(answer, TOO_MANY_ATTEMPTS)
    assert 1 <= int(answer.headers['Retry-After']) <= 900


@pytest.mark.parametrize('path', [TOKEN, REVOKE, DEVICE])
def test_at_the_limit_even_the_right_secret_is_refused(door, path):
    app = door.app('app')
    door.fail(app, 3, path=path)
    is_too_many(door.ask(app, path=path))
    is_too_many(door.ask(app, 'wrong'))


def test_another_address_and_another_application_are_not_affected(door):
    app, other = door.app('app'), door.app('other')
    door.fail(app, 3)
    exact(door.ask(app, address=ELSEWHERE), LET_IN)
    exact(door.ask(other), LET_IN)


def test_unknown_applications_count_equally(door):
    door.fail('nothing', 3)
    is_too_many(door.ask('nothing', 'wrong'))


def test_many_applications_close_the_address(door):
    for number in range(6):
        door.fail(f'app{number}', 1)
    is_too_many(door.ask(door.app('app')))
    exact(door.ask('app', address=ELSEWHERE), LET_IN)


def test_the_right_secret_forgets_the_failures_of_the_pair(door):
    app = door.app('app')
    door.fail(app, 2)
    exact(door.ask(app), LET_IN)
    door.fail(app, 3)


def test_without_failures_nothing_is_counted(door):
    exact(door.ask(door.app('app')), LET_IN)
    assert door.sql.value('SELECT COUNT(*) FROM throttle') == 0


def test_an_account_cannot_be_locked_out_with_a_client_id(door):
    """The counts of applications and of accounts are separate, even if the identifier is an e-mail address."""
    door.fail(door.user.email, 3)
    assert door.log_in(door.user.password).status == 200
    for _ in range(3):
        exact(door.log_in('wrong password'), REFUSED_CREDENTIALS)
    assert json.loads(door.ask(door.user.email, 'wrong').body) == TOO_MANY_ATTEMPTS[1]
