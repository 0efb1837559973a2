"""The pages of sessions, of personal tokens and of the security log."""

import re

import pytest

from tests.harness.tree import SOURCE


def headings(page):
    return page.texts('h2')


def test_sessions_are_listed_with_their_devices(member, make_visitor, user):
    other = make_visitor(
        headers={
            'User-Agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:120.0) Gecko/20100101 Firefox/120.0'})
    other.log_in(user)
    page = member.open('/sessions')
    assert headings(page) == ['This session', 'Session']
    assert any('Firefox' in text for text in page.texts('dd'))


DEVICES = [('Mozilla/5.0 (X11; Linux x86_64; rv:120.0) Gecko/20100101 Firefox/120.0', 'Firefox, Linux'),
           ('curl/8.5.0', 'curl'), ('Client (Windows NT 10.0)', 'Windows'), ('', 'Unknown device'),
           ('Client', 'Unknown device')]


@pytest.mark.parametrize(('header', 'label'), DEVICES)
def test_a_device_is_named_by_what_is_known_of_it(make_visitor, user, header, label):
    visitor = make_visitor(headers={'User-Agent': header})
    visitor.log_in(user)
    assert visitor.open('/sessions').rows['Device'] == label
    assert visitor.open('/events').table[0]['Device and network'] == f'{label}, 127.0.0.0/24'


def test_an_unknown_device_has_a_name_in_the_language_of_the_user(make_visitor, make_user):
    visitor = make_visitor(headers={'User-Agent': 'Client'})
    visitor.log_in(make_user(language='de'))
    assert visitor.open('/sessions').rows['Gerät'] == 'Unbekanntes Gerät'


def test_a_session_without_a_device_has_the_same_name(member, db, user):
    db.run('UPDATE sessions SET os = NULL, browser = NULL WHERE user_id = %s', user.id)
    assert member.open('/sessions').rows['Device'] == 'Unknown device'


def test_a_session_is_ended_by_another_one(member, make_visitor, user):
    other = make_visitor()
    other.log_in(user)
    page = member.open('/sessions')
    action = next(form.action for form in page.parsed.forms if form.action.endswith('/end'))
    page = member.send(action)
    assert page.message == 'The session has been ended.'
    assert not other.is_logged_in and member.is_logged_in
    member.page = page
    assert headings(member.open('/sessions')) == ['This session']


def test_all_other_sessions_are_ended_at_once(member, make_visitor, user, login, api):
    others = [make_visitor() for _ in range(2)]
    for other in others:
        other.log_in(user)
    token = login(user)
    member.open('/sessions')
    member.send('/sessions/end-others')
    assert member.is_logged_in
    assert not any(other.is_logged_in for other in others)
    assert api.get('/api/auth/profile', token=token).status == 401


def test_a_session_of_another_user_cannot_be_ended(member, make_visitor, make_user, db):
    other, account = make_visitor(), make_user()
    other.log_in(account)
    number = db.value('SELECT id FROM sessions WHERE user_id = %s', account.id)
    page = member.open('/sessions')
    csrf = page.form('/logout').values['csrf']
    page = member.request('POST', f'/account/sessions/{number}/end', data={'csrf': csrf})
    assert page.status == 404
    assert other.is_logged_in


def create(member, user, **values):
    member.open('/tokens')
    return member.send('/tokens', **{'name': 'my script', 'profile:read': '1', 'days': '7',
                                     'password': user.password, **values})


def test_a_token_is_created_shown_once_used_and_revoked(member, user, api):
    page = create(member, user)
    assert page.title == 'Your new token'
    token, = page.texts('code')
    assert api.get('/api/auth/profile', token=token).json()['data']['username'] == user.username
    page = member.open('/tokens')
    assert token not in page.body and page.texts('h3') == ['my script']
    assert page.rows['Scopes'] == 'profile:read'
    action = next(form.action for form in page.parsed.forms if form.action.endswith('/revoke'))
    page = member.send(action)
    assert page.message == 'The token has been revoked.'
    assert api.get('/api/auth/profile', token=token).status == 401


@pytest.mark.parametrize(('values', 'status', 'error'), [
    ({'name': ''}, 400, 'Please fill in this field.'),
    ({'profile:read': None}, 400, 'Please tick what the token may do.'),
    ({'days': '8'}, 400, 'Please choose one of the values.'),
    ({'password': 'wrong password'}, 401, 'This is not your password.')])
def test_a_token_is_refused_with_the_reason(member, user, db, values, status, error):
    page = create(member, user, **values)
    assert page.status == status and error in page.errors
    assert db.value('SELECT COUNT(*) FROM personal_tokens WHERE user_id = %s', user.id) == 0


def test_a_refused_token_keeps_what_was_ticked(member, user):
    page = create(member, user, password='wrong password', gate='1')
    values = page.form('/tokens').values
    assert [name for name in ('profile:read', 'profile:write', 'gate') if name in values] == [
        'profile:read', 'gate']


def test_a_token_has_every_scope_that_was_ticked(member, user, db):
    create(member, user, **{'workouts:write': '1', 'gate': '1'})
    assert db.value('SELECT scope FROM personal_tokens WHERE user_id = %s', user.id) == (
        'profile:read workouts:write gate')


def test_a_token_of_another_user_cannot_be_revoked(member, user, make_visitor, make_user, db):
    create(member, user)
    number = db.value('SELECT id FROM personal_tokens WHERE user_id = %s', user.id)
    other = make_visitor()
    other.log_in(make_user())
    csrf = other.open('/tokens').form('/logout').values['csrf']
    assert other.request(
        'POST',
        f'/account/tokens/{number}/revoke',
        data={
            'csrf': csrf}).status == 404
    assert db.value('SELECT revoked_at FROM personal_tokens WHERE user_id = %s', user.id) is None


def test_the_security_log_shows_what_has_happened(member, user):
    create(member, user)
    member.open('/tokens')
    member.send('/tokens', **{'name': 'x', 'profile:read': '1',
                'days': '7', 'password': 'wrong password'})
    cells = member.open('/events').texts('td')
    assert {'Login', 'Token created: my script', 'Failed login, or a wrong password'} <= set(cells)


def test_every_kind_of_event_has_a_text(programs):
    """The table of the page names each kind of the domain."""
    kinds = re.findall(
        r'\[EVENT_[A-Z_]+\] = "([a-z_]+)"',
        (SOURCE / 'lib/account/event.c').read_text())
    texts = re.findall(r'\{"([a-z_]+)", N_\(', (SOURCE / 'cgi/pages/events.c').read_text())
    assert kinds and texts == kinds
