"""Which tokens open the gate, where, and what the application learns."""

import time
from datetime import timedelta

import pytest

from tests.api.support.gated import App, Gate
from tests.api.support.scoped import oauth2_token, personal_token
from tests.harness.answers import is_json
from tests.harness.people import insert_session, insert_user, now
from tests.harness.sql import root_sql


def is_refused(passage):
    assert passage.status == 401
    assert passage.headers['WWW-Authenticate'] == (
        'Basic realm="Fitgate", charset="UTF-8", Bearer realm="Fitgate"')
    assert passage.headers['Cache-Control'] == 'no-store'


def identity(passage):
    names = ('user', 'id', 'email', 'scopes', 'admin')
    return {name: passage.header_seen(f'x-auth-{name}') for name in names}


def test_a_login_opens_the_gate_and_the_application_learns_who_it_is(gate, user, token, db):
    db.run('UPDATE users SET proven_email = email WHERE id = %s', user.id)
    passage = gate.ask(token=token)
    assert passage.status == 200
    assert identity(passage) == {'user': user.username, 'id': str(user.id), 'email': user.email, 'scopes': None,
                                 'admin': 'false'}
    assert passage.header_seen('remote-user') == user.username


def test_the_application_learns_the_scopes_and_the_administrator(gate, make_user, make_token):
    admin = make_user(admin=1)
    passage = gate.ask(token=make_token('personal', admin, 'gate workouts:read').text)
    assert identity(passage) == {'user': admin.username, 'id': str(admin.id), 'email': None,
                                 'scopes': 'gate workouts:read', 'admin': 'true'}


def test_without_a_token_the_gate_is_closed(gate):
    is_refused(gate.ask())


@pytest.mark.parametrize('method', ['POST', 'PUT', 'HEAD'])
def test_every_method_is_checked(gate, token, method):
    data = None if method == 'HEAD' else 'the body'
    assert gate.ask(method=method, data=data).status == 401
    passage = gate.ask(method=method, data=data, token=token)
    assert passage.status == 200
    if data:
        assert (passage.seen['method'], passage.seen['body']) == (method, data)


def test_the_target_reaches_the_application_unchanged(gate, token):
    passage = gate.ask('/app/a%20b//c?x=1&y=%2F', token=token)
    assert passage.seen['target'] == '/app/a%20b//c?x=1&y=%2F'


@pytest.mark.parametrize('header', [
    'Bearer', 'Bearer x', 'Bearer a b', 'Digest x', 'Basic', 'Basic %%', 'Basic YQ==', 'Basic YTo=', 'Basic YQA6Yg==',
    'Basic _-__', 'Bearer fgpt_unknown', 'Bearer ' + 'x' * 5000, 'Token x'])
def test_other_authorizations_are_refused(gate, header):
    is_refused(gate.ask(headers={'Authorization': header}))


@pytest.mark.parametrize('change', [
    {'exp': int(time.time()) -
     1}, {'gen': 7}, {'aud': 'pages'}, {'aud': 'gate'}, {'aud': 'gate', 'sid': '0' * 64},
    {'aud': 'password-reset'}, {'key': 'another'}])
def test_tokens_that_the_api_refuses_do_not_open_the_gate(gate, minter, user, change):
    is_refused(gate.ask(token=minter.token(user.id, **change)))


def test_an_inactive_or_suspended_account_does_not_pass(gate, minter, make_user, make_token):
    for account in (make_user(active=False), make_user(suspended_at=now())):
        is_refused(gate.ask(token=minter.token(account.id)))
        is_refused(gate.ask(token=make_token('personal', account, 'gate').text))


def test_a_logout_closes_the_gate(gate, api, token):
    assert gate.ask(token=token).status == 200
    api.request('POST', '/api/auth/logout', token=token)
    is_refused(gate.ask(token=token))


# ---- tokens with scopes -------------------------------------------------------------------------

def test_a_personal_token_needs_the_scope_gate(gate, user, make_token):
    assert gate.ask(token=make_token('personal', user, 'gate').text).status == 200
    assert gate.ask(
        token=make_token(
            'personal',
            user,
            'workouts:read profile:read').text).status == 403


@pytest.mark.parametrize('columns', [
    {'revoked_at': now()}, {'expires_at': now() - timedelta(days=1)}])
def test_a_personal_token_that_has_ended_does_not_pass(gate, user, make_token, columns):
    is_refused(gate.ask(token=make_token('personal', user, 'gate', **columns).text))


def test_an_application_enters_only_where_one_of_its_scopes_is_named(gate, user, make_token):
    reads = make_token('oauth', user, 'profile:read').text
    writes = make_token('oauth', user, 'profile:write').text
    assert gate.ask('/app-scope/', token=reads).status == 200
    assert gate.ask('/app-scope/', token=writes).status == 403
    assert gate.ask('/app/', token=reads).status == 403


def test_an_application_does_not_get_the_scope_of_the_gate(gate, user, make_token):
    assert gate.ask('/app/', token=make_token('oauth', user, 'gate').text).status == 403


def test_where_a_scope_is_named_a_personal_token_needs_it_too(gate, user, make_token):
    assert gate.ask('/app-scope/', token=make_token('personal', user, 'gate').text).status == 403
    assert gate.ask(
        '/app-scope/',
        token=make_token(
            'personal',
            user,
            'workouts:read').text).status == 403
    assert gate.ask(
        '/app-scope/',
        token=make_token(
            'personal',
            user,
            'gate workouts:read').text).status == 200


# ---- requirements -------------------------------------------------------------------------------

def test_a_login_needs_no_scope(gate, token):
    assert gate.ask('/app-scope/', token=token).status == 200


def test_a_location_for_administrators(gate, minter, make_user):
    assert gate.ask('/app-admin/', token=minter.token(make_user(admin=1).id)).status == 200
    refused = gate.ask(
        '/app-admin/',
        token=minter.token(
            make_user().id),
        headers={
            'Accept': 'text/html'})
    assert refused.status == 403
    assert 'Location' not in refused.headers


def test_a_location_for_some_users(gate, minter, make_user):
    ann = make_user(username='gate_ann')
    assert gate.ask('/app-users/', token=minter.token(ann.id)).status == 200
    assert gate.ask(
        '/app-users/',
        token=minter.token(
            make_user(
                username='gate_annie').id)).status == 403
    assert gate.ask('/app-users/', token=minter.token(make_user(admin=1).id)).status == 403


def test_an_application_of_an_administrator_needs_the_scope_as_well(gate, make_user, make_token):
    admin, other = make_user(admin=1), make_user()
    path = '/app-admin-scope/'
    assert gate.ask(path, token=make_token('oauth', admin, 'workouts:read').text).status == 200
    assert gate.ask(path, token=make_token('oauth', admin, 'profile:read').text).status == 403
    assert gate.ask(path, token=make_token('oauth', other, 'workouts:read').text).status == 403


def test_a_mistake_in_the_requirement_closes_the_location(gate, minter, make_user, stack):
    passage = gate.ask('/app-mistake/', token=minter.token(make_user(admin=1).id))
    assert passage.status == 500
    assert '"workouts:reed" in $fitgate_require is neither a scope nor a user name' in stack.log_text('gate').replace(
        '\\"', '"')


def test_a_client_cannot_choose_the_requirement(gate, token, user):
    for name in ('Gate-Require', 'Gate_Require', 'X-Gate-Require'):
        assert gate.ask('/app-admin/', token=token, headers={name: user.username}).status == 403


# ---- what the application must not get ----------------------------------------------------------

SPOOFED = ['X-Auth-User', 'X-Auth-Id', 'X-Auth-Email', 'X-Auth-Scopes', 'X-Auth-Admin', 'Remote-User', 'X-Remote-User',
           'X-Forwarded-User', 'X-Forwarded-Email', 'X-Forwarded-Groups']


@pytest.mark.parametrize('spell', [str, str.lower, lambda name: name.replace('-', '_')])
def test_identity_headers_of_the_client_are_removed(gate, user, token, spell):
    passage = gate.ask(token=token, headers={spell(name): 'root' for name in SPOOFED})
    assert passage.status == 200
    assert 'root' not in str(passage.seen['headers'])
    assert identity(passage)['user'] == user.username


def test_identity_headers_do_not_open_the_gate(gate):
    is_refused(gate.ask(headers={name: 'root' for name in SPOOFED}))


def test_the_application_does_not_get_the_token(gate, token, script):
    for passage in (gate.ask(token=token), gate.ask(basic=('', script.text))):
        assert passage.status == 200
        assert passage.header_seen('authorization') is None
        assert script.text not in str(passage.seen) and token not in str(passage.seen)


def test_the_internal_locations_are_not_reachable(gate, token):
    for path in ('/_fitgate/gate', '/gate', '/@fitgate_gate_denied'):
        assert gate.ask(path, token=token).status == 404


def test_the_applications_own_401_is_not_replaced(gate, token):
    passage = gate.ask('/app/own-401', token=token, headers={'Accept': 'text/html'})
    assert passage.status == 401
    assert 'own-401' in passage.text


# ---- a static directory -------------------------------------------------------------------------

def test_a_static_directory_is_protected(gate, token):
    assert gate.ask('/app-static/index.html').status == 401
    assert 'Protected' in gate.ask('/app-static/index.html', token=token).text
    assert gate.ask('/app-static/none', token=token).status == 404


def test_caches_ask_again_before_they_show_what_is_protected(gate, token):
    for path in ('/app-static/index.html', '/app/'):
        assert gate.ask(path, token=token).headers['Cache-Control'] == 'no-cache'


def test_the_application_decides_how_long_caches_keep_its_pages(gate, token):
    assert gate.ask('/app/own-cache', token=token).headers['Cache-Control'] == 'max-age=60'


# ---- the address --------------------------------------------------------------------------------

@pytest.mark.parametrize('proven', [None, 'another@example.org', str.upper])
def test_an_unproven_address_is_not_passed_on(gate, user, token, db, proven):
    address = proven(user.email) if callable(proven) else proven
    db.run('UPDATE users SET proven_email = %s WHERE id = %s', address, user.id)
    assert identity(gate.ask(token=token))['email'] is None


def test_a_link_proves_the_address_that_it_was_mailed_to(gate, api, register, mail_for):
    account = register()
    answer = api.post('/api/auth/account/confirm', json={'token': mail_for(account.email).token})
    assert identity(gate.ask(token=is_json(answer)['auth_token']))['email'] == account.email


def test_a_reset_of_the_password_proves_the_address(gate, user, minter, reset_password):
    reset_password(user)
    assert identity(gate.ask(token=minter.token(user.id, gen=1)))['email'] == user.email


# ---- failures -----------------------------------------------------------------------------------

def test_while_the_gate_is_away_nothing_passes(gate, token, stack):
    stack.stop_service('gate')
    try:
        assert gate.ask(token=token).status == 500
    finally:
        stack.restart_service('gate')
    assert gate.ask(token=token).status == 200


def test_only_refused_checks_are_logged(gate, token, stack):
    """nginx logs each request that the gate let in."""
    def logged():
        return stack.log_text('gate').count(' route=/gate status=')

    before = logged()
    assert gate.ask(token=token).status == 200
    assert logged() == before
    assert gate.ask().status == 401
    assert logged() == before + 1


@pytest.mark.parametrize(('kind', 'scope', 'path'), [
    ('login', None, '/app/'), ('personal', 'gate', '/app/'), ('oauth', 'profile:read', '/app-scope/')])
def test_a_check_is_one_query(stack_without_mail, db_without_mail,
                              transcript, minter, in_parallel, kind, scope, path):
    account = insert_user(db_without_mail)

    def login():
        token = minter.token(account.id)
        insert_session(db_without_mail, account.id, token)
        return token

    token = {'login': login,
             'personal': lambda: personal_token(db_without_mail, account.id, scope, last_used_at=now()).text,
             'oauth': lambda: oauth2_token(db_without_mail, account.id, scope).text}[kind]()
    quiet = Gate(stack_without_mail, transcript)

    def ask():
        for _ in range(20):
            assert quiet.ask(path, token=token).status == 200

    def counted(name):
        return int(root.row(f"SHOW GLOBAL STATUS LIKE '{name}'")['Value'])

    with App(stack_without_mail):
        in_parallel([ask] * 8)  # every process prepares its statement
        with root_sql(stack_without_mail) as root:
            executed, queries = counted('Com_stmt_execute'), counted('Questions')
            ask()
            assert counted('Questions') - queries == 20 + 1  # including this query of the test
            assert counted('Com_stmt_execute') - executed == 20
