"""A browser at the gate: the cookie, the way to the login page and back, and what ends a session there."""

import pytest

from tests.api.support.visitor import Visitor
from tests.harness.people import now

HTML = {'Accept': 'text/html,application/xhtml+xml,*/*;q=0.8'}


@pytest.fixture
def member(visitor, user):
    visitor.log_in(user)
    return visitor


@pytest.fixture
def cookie(member):
    """The gate's cookie of a login on the pages, as a header."""
    found = member.cookie(gate=True)
    return f'{found.name}={found.value}'


@pytest.fixture
def make_visitor_with(stack, transcript):
    """make_visitor_with(value of the header Cookie)"""
    def make(cookies):
        visitor = Visitor(stack, transcript)
        visitor.session.headers['Cookie'] = cookies
        return visitor
    return make


# ---- the way to the login page and back ---------------------------------------------------------

TARGETS = [
    '/app/',
    '/app/page?x=1&y=%2F&return=z',
    '/app/a%20b/%C3%A9',
    "/app/(x)!*';:@$,~",
    '/app/?next=/account/']


@pytest.mark.parametrize('target', TARGETS)
def test_a_browser_logs_in_and_comes_back(app, visitor, user, target):
    answer = visitor.request('GET', target, follow=False, headers=HTML)
    assert answer.status == 302
    assert answer.headers['Location'] == f'/account/login?return={target}'
    assert answer.headers['Cache-Control'] == 'no-store'
    page = visitor.request('GET', answer.headers['Location'])
    assert (page.status, page.title) == (200, 'Log in')
    answer = visitor.send('/login', follow=False, email=user.email, password=user.password)
    assert (answer.status, answer.headers['Location']) == (303, target)
    answer = visitor.request('GET', target, follow=False, headers=HTML)
    assert answer.status == 200
    assert f'"target": "{target}"' in answer.body


def test_a_refused_login_does_not_forget_the_target(app, visitor, user):
    visitor.request('GET', '/account/login?return=/app/page?x=1&y=2')
    page = visitor.send('/login', email=user.email, password='another password')
    assert page.status == 401
    answer = visitor.send('/login', follow=False, email=user.email, password=user.password)
    assert answer.headers['Location'] == '/app/page?x=1&y=2'


@pytest.mark.parametrize('target', [
    '//evil.example/', '/\\evil.example/', '\\\\evil.example', 'https://evil.example/', 'evil.example', 'javascript:alert(1)',
    '/\t/evil.example', '/app/\r\nSet-Cookie: a=b', '/app/é', ' /app/', '', '/' + 'x' * 2000])
def test_a_target_on_another_host_is_ignored(visitor, user, target):
    visitor.open('/login')
    answer = visitor.send('/login', follow=False, email=user.email,
                          password=user.password, **{'return': target})
    assert (answer.status, answer.headers['Location']) == (303, '/account/')
    assert 'a=b' not in str(answer.headers)


def test_a_cookie_that_is_not_valid_leads_to_the_login_page_once(app, visitor, cookie):
    visitor.session.cookies.clear()
    visitor.session.headers['Cookie'] = cookie + 'x'
    answer = visitor.request('GET', '/app/', follow=False, headers=HTML)
    assert answer.status == 302
    page = visitor.request('GET', answer.headers['Location'], follow=False)
    assert (page.status, page.title) == (200, 'Log in')


@pytest.mark.parametrize(('method', 'headers'), [
    ('GET', {}), ('GET', {'Accept': 'application/json'}), ('GET', {'Accept': '*/*'}), ('POST', HTML), ('PUT', HTML)])
def test_other_clients_get_a_plain_401(gate, method, headers):
    passage = gate.ask(method=method, headers=headers)
    assert passage.status == 401
    assert passage.headers['WWW-Authenticate'].startswith('Basic ')


def test_scripts_of_a_page_are_not_asked_for_a_password_by_the_browser(gate):
    passage = gate.ask(headers={'Accept': 'application/json', 'Sec-Fetch-Site': 'same-origin'})
    assert passage.status == 401
    assert passage.headers['WWW-Authenticate'] == 'Bearer realm="Fitgate"'


# ---- the cookie ---------------------------------------------------------------------------------

def test_a_login_on_the_pages_sets_a_cookie_for_the_whole_host_alone(member):
    found = member.cookie(gate=True)
    assert found.name.startswith('__Host-fitgate_')
    assert (
        found.path,
        found.domain_specified,
        found.has_nonstandard_attr('HttpOnly')) == (
        '/',
        False,
        True)
    assert found.get_nonstandard_attr('SameSite') == 'Lax'
    assert found.name in member.secure


def test_the_cookie_opens_the_gate(gate, cookie, user):
    passage = gate.ask(cookies=cookie)
    assert passage.status == 200
    assert passage.header_seen('x-auth-user') == user.username


def test_the_cookie_is_good_for_the_gate_alone(gate, api, make_visitor_with, member, cookie):
    value = cookie.partition('=')[2]
    assert gate.ask(token=value).status == 401
    assert api.get('/api/auth/profile', token=value).status == 401
    assert api.get('/api/auth/profile', headers={'Cookie': cookie}).status == 401
    assert not make_visitor_with(f'{member.cookie().name}={value}').is_logged_in


def test_the_cookie_of_the_pages_does_not_open_the_gate(gate, member, cookie):
    value = member.cookie().value
    assert gate.ask(cookies=f'{member.cookie().name}={value}').status == 401
    assert gate.ask(cookies=f'{cookie.partition("=")[0]}={value}').status == 401
    assert gate.ask(token=value).status == 401


def test_a_token_of_the_api_in_the_cookie_does_not_open_the_gate(gate, cookie, token, script):
    for text in (token, script.text):
        assert gate.ask(cookies=f'{cookie.partition("=")[0]}={text}').status == 401


def test_two_cookies_count_as_none(gate, cookie):
    assert gate.ask(cookies=f'{cookie}; {cookie}').status == 401


def test_the_header_decides_if_there_is_one(gate, cookie):
    assert gate.ask(cookies=cookie, token='x').status == 401


@pytest.mark.parametrize(('sent', 'seen'), [
    ('{}', None), ('{}; a=1', 'a=1'), ('a=1; {}',
                                       'a=1'), ('a=1; {}; b=2', 'a=1; b=2'), ('a=1;{};b=2', 'a=1;b=2'),
    ('a={}; {}', 'a={}'), ('a="x; y"; {}; c', 'a="x; y"; c')])
def test_the_application_gets_all_cookies_but_that_of_the_gate(gate, cookie, sent, seen):
    if sent == 'a={}; {}':
        sent, seen = 'a=fitgate_1_gate; {}', 'a=fitgate_1_gate'
    passage = gate.ask(cookies=sent.format(cookie))
    assert passage.status == 200
    assert passage.header_seen('cookie') == seen


@pytest.mark.parametrize('sent', ['{0}; {0}', 'a=1; {0}; b=2; {0}', '{0}; {1}', '{1}', 'a=1;{1}'])
def test_no_spelling_of_the_cookie_reaches_the_application(gate, cookie, token, sent):
    plain = cookie.removeprefix('__Host-')
    passage = gate.ask(token=token, cookies=sent.format(cookie, plain))
    assert passage.status == 200
    assert '_gate=' not in (passage.header_seen('cookie') or '')


# ---- what ends it -------------------------------------------------------------------------------

def test_a_logout_ends_it_and_removes_the_cookie(gate, member, cookie):
    assert gate.ask(cookies=cookie).status == 200
    member.open('/')
    member.send('/logout')
    assert gate.ask(cookies=cookie).status == 401
    assert not [found for found in member.session.cookies if found.name.endswith('_gate')]


def test_ending_the_session_in_the_list_ends_it(gate, api, cookie, token, db, user):
    session = db.value('SELECT id FROM sessions WHERE user_id = %s', user.id)
    assert gate.ask(cookies=cookie).status == 200
    assert api.request('DELETE', f'/api/auth/sessions/{session}', token=token).status == 204
    assert gate.ask(cookies=cookie).status == 401


def test_ending_all_other_sessions_ends_it(gate, api, cookie, token):
    assert api.request('DELETE', '/api/auth/sessions', token=token).status == 204
    assert gate.ask(cookies=cookie).status == 401


def test_a_password_that_another_session_has_changed_ends_it(gate, api, cookie, token, user):
    answer = api.request('PATCH', '/api/auth/profile/edit/account', token=token, json={
        'email': user.email, 'password': user.password, 'new_password': 'another password'})
    assert answer.status == 200
    assert gate.ask(cookies=cookie).status == 401


def test_the_session_that_has_changed_the_password_goes_on(gate, member, cookie, user):
    member.open('/credentials')
    member.send('/credentials/password', password=user.password, new_password='another password')
    assert member.is_logged_in
    assert gate.ask(cookies=cookie).status == 200


def test_a_password_reset_ends_it(gate, cookie, user, reset_password):
    reset_password(user)
    assert gate.ask(cookies=cookie).status == 401


def test_suspending_or_removing_the_account_ends_it(gate, cookie, user, db):
    db.run('UPDATE users SET suspended_at = %s WHERE id = %s', now(), user.id)
    assert gate.ask(cookies=cookie).status == 401
    db.run('UPDATE users SET suspended_at = NULL WHERE id = %s', user.id)
    assert gate.ask(cookies=cookie).status == 200
    db.run('DELETE FROM users WHERE id = %s', user.id)
    assert gate.ask(cookies=cookie).status == 401


def test_it_ends_when_the_session_expires(gate, cookie, minter, user):
    name = cookie.partition('=')[0]
    passed = minter.token(user.id, aud='gate', sid='0' * 64)
    expired = minter.token(user.id, aud='gate', sid='0' * 64, exp=1700000000, iat=1600000000)
    assert gate.ask(cookies=f'{name}={passed}').status == 200
    assert gate.ask(cookies=f'{name}={expired}').status == 401
