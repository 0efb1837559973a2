"""The examples of nginx/GATE.md."""

import pytest

SPOOFED = ('X-Auth-User', 'X-Auth-Id', 'X-Auth-Email', 'X-Auth-Scopes', 'X-Auth-Admin', 'Remote-User', 'X-Remote-User',
           'X-Forwarded-User', 'X-Forwarded-Email', 'X-Forwarded-Groups', 'X_Auth_User', 'REMOTE_USER')


def test_the_example_of_a_directory(gate, stack, token):
    directory = stack.directory / 'nginx/www/reports'
    directory.mkdir(parents=True, exist_ok=True)
    (directory / '2026.txt').write_text('a report')
    assert gate.ask('/reports/2026.txt').status == 401
    assert gate.ask('/reports/2026.txt', token=token).text == 'a report'


def test_the_example_of_an_application_for_administrators(gate, minter, make_user):
    admin = make_user(admin=1)
    assert gate.ask('/wiki/page?x=1', token=minter.token(make_user().id)).status == 403
    passage = gate.ask('/wiki/page?x=1', token=minter.token(admin.id))
    assert (passage.seen['target'], passage.header_seen(
        'remote-user')) == ('/page?x=1', admin.username)


@pytest.fixture
def ann(make_user, db):
    account = make_user(username='ann')
    yield account
    db.run('DELETE FROM users WHERE id = %s', account.id)


def test_the_example_of_an_application_behind_fastcgi(gate, minter, ann, make_user):
    assert gate.ask('/notes/list.php').status == 401
    assert gate.ask('/notes/list.php', token=minter.token(make_user().id)).status == 403
    seen = gate.ask('/notes/list.php?x=1', token=minter.token(ann.id), method='POST', data='x').seen
    assert {name: seen[name] for name in ('REMOTE_USER', 'HTTP_X_AUTH_USER', 'HTTP_X_AUTH_ID', 'HTTP_X_AUTH_ADMIN')} == {
        'REMOTE_USER': ['ann'], 'HTTP_X_AUTH_USER': ['ann'], 'HTTP_X_AUTH_ID': [str(ann.id)],
        'HTTP_X_AUTH_ADMIN': ['false']}
    assert seen['SCRIPT_FILENAME'] == ['/var/www/notes/list.php']
    assert (seen['QUERY_STRING'], seen['REQUEST_METHOD']) == (['x=1'], ['POST'])


def test_an_application_behind_fastcgi_gets_no_identity_from_the_client_and_no_token(
        gate, minter, ann):
    token = minter.token(ann.id)
    seen = gate.ask('/notes/list.php', token=token, cookies='a=1; fitgate_0_gate=secret; b=2',
                    headers={name: 'intruder' for name in SPOOFED}).seen
    assert 'intruder' not in str(seen)
    assert token not in str(seen) and 'secret' not in str(seen)
    assert seen['HTTP_COOKIE'] == ['a=1; b=2']
