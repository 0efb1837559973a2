"""The optional cache of checks (nginx/GATE.md), turned on as the comments in the files say."""

import re
import time

import pytest

from tests.api.support.configuration import SETTINGS
from tests.api.support.gated import LOCATIONS, App, Gate, basic_header
from tests.api.support.scoped import oauth2_token, personal_token
from tests.api.support.visitor import Visitor
from tests.api.support.waiting import until
from tests.harness.people import insert_user, now
from tests.harness.sql import connect
from tests.harness.tree import SOURCE

DELAY = 5  # seconds
PATIENCE = 60  # seconds


def turn_on(stack):
    """The directory of the cache belongs to the stack."""
    for name, lines in (('fitgate_locations.conf', 4), ('fitgate_http.conf', 1)):
        path = stack.directory / 'nginx' / name
        text, count = re.subn(r'^(\s*)#(?=fastcgi_(cache|ignore_headers))',
                              r'\1', path.read_text(), flags=re.MULTILINE)
        assert count == lines, f'{name} has {count} lines of the cache'
        path.write_text(text.replace('/run/fitgate_gate_cache', f'{stack.run}/gate_cache'))
    stack.daemons.stop('nginx')
    stack.start_nginx()


@pytest.fixture(scope='module')
def caching(make_stack):
    stack = make_stack('caching_gate', extra_locations=LOCATIONS, mail_enabled=False,
                       settings={**SETTINGS, 'LOG_LEVEL': 'debug'})
    turn_on(stack)
    with App(stack):
        yield stack


@pytest.fixture
def gate(caching, transcript):
    return Gate(caching, transcript)


@pytest.fixture
def db(caching):
    with connect(caching) as sql:
        yield sql


@pytest.fixture
def user(db):
    return insert_user(db)


@pytest.fixture
def credentials(caching, db, minter, transcript):
    """credentials(account): headers of every kind that opens the gate."""
    def make(account):
        script = personal_token(db, account.id, 'gate').text
        browser = Visitor(caching, transcript)
        browser.log_in(account)
        cookie = browser.cookie(gate=True)
        return [{'Authorization': f'Bearer {minter.token(account.id)}'}, {'Authorization': f'Bearer {script}'},
                {'Authorization': basic_header('', script)}, {
            'Authorization': basic_header(account.username, script)},
            {'Cookie': f'{cookie.name}={cookie.value}'}]
    return make


def checks(stack):
    """How often nginx has asked the program."""
    return stack.log_text('gate').count('route=/gate status=')


def test_a_check_is_repeated_from_the_cache_with_all_that_the_application_learns(
        gate, caching, user, credentials):
    for headers in credentials(user):
        before = checks(caching)
        first, again = gate.ask(headers=headers), gate.ask(headers=headers)
        assert checks(caching) == before + 1
        assert (first.status, again.status) == (200, 200)
        assert first.seen == again.seen and first.header_seen('x-auth-id') == str(user.id)


def test_two_tokens_are_never_mixed(gate, db, credentials, in_parallel):
    people = [insert_user(db) for _ in range(4)]
    headers = {account.id: credentials(account) for account in people}

    def ask_as(account):
        for _ in range(5):
            for one in headers[account.id]:
                assert gate.ask(headers=one).header_seen('x-auth-user') == account.username

    in_parallel([lambda account=account: ask_as(account) for account in people])


def test_the_header_decides_beside_the_cached_cookie_of_another_account(gate, db, credentials):
    ann, ben = (credentials(insert_user(db)) for _ in range(2))
    by_cookie = gate.ask(headers=ann[-1]).header_seen('x-auth-id')
    by_header = gate.ask(headers=ben[0]).header_seen('x-auth-id')
    assert gate.ask(headers={**ann[-1], **ben[0]}
                    ).header_seen('x-auth-id') == by_header != by_cookie
    assert gate.ask(headers={**ann[-1], 'Authorization': 'Bearer x'}).status == 401


def test_without_a_token_or_with_a_longer_one_the_gate_stays_closed(gate, user, credentials):
    for headers in credentials(user):
        assert gate.ask(headers=headers).status == 200
        (name, value), = headers.items()
        for other in (value + 'x', value[:-4], value + '|', value.swapcase()):
            assert gate.ask(headers={name: other}).status == 401
    assert gate.ask().status == 401


@pytest.mark.parametrize(('open_there', 'closed_here'), [
    ('/app/', '/app-admin/'), ('/app/', '/app-users/'), ('/app/', '/app-scope/'), ('/app-static/index.html', '/app-admin/')])
def test_a_check_of_one_location_does_not_open_one_with_another_requirement(
        gate, db, user, open_there, closed_here):
    script = personal_token(db, user.id, 'gate').text
    assert gate.ask(open_there, token=script).status == 200
    assert gate.ask(closed_here, token=script).status == 403
    assert gate.ask(open_there, token=script).status == 200


def test_an_application_that_may_enter_one_location_does_not_enter_others(gate, db, user):
    application = oauth2_token(db, user.id, 'profile:read').text
    assert gate.ask('/app-scope/', token=application).status == 200
    assert gate.ask('/app/', token=application).status == 403


def test_a_refusal_is_not_cached(gate, db, user, minter):
    token = minter.token(user.id)
    db.run('UPDATE users SET suspended_at = %s WHERE id = %s', now(), user.id)
    assert gate.ask(token=token).status == 401
    db.run('UPDATE users SET suspended_at = NULL WHERE id = %s', user.id)
    assert gate.ask(token=token).status == 200


def test_the_documents_name_the_delay_of_the_configuration():
    nginx = SOURCE / 'nginx'
    assert f'#fastcgi_cache_valid 204 {DELAY}s;' in (nginx / 'fitgate_locations.conf').read_text()
    assert f'up to {DELAY} seconds' in (nginx / 'fitgate_locations.conf').read_text()
    assert f'up to {DELAY} seconds later' in (nginx / 'GATE.md').read_text()


def revoke(db, user):
    db.run('UPDATE personal_tokens SET revoked_at = %s WHERE user_id = %s', now(), user.id)


def suspend(db, user):
    db.run('UPDATE users SET suspended_at = %s WHERE id = %s', now(), user.id)


@pytest.mark.parametrize('end', [revoke, suspend])
def test_what_has_ended_opens_the_gate_for_the_stated_delay_and_no_longer(gate, db, user, end):
    script = personal_token(db, user.id, 'gate').text
    before = time.monotonic()
    assert gate.ask(token=script).status == 200
    end(db, user)
    still = gate.ask(token=script).status
    if time.monotonic() - before < DELAY - 1:
        assert still == 200
    # each of these requests comes from the cache, and must not prolong it
    until(lambda: gate.ask(token=script).status == 401, 'the end of the delay', PATIENCE)
    assert time.monotonic() - before < 2 * DELAY
