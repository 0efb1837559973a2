"""Applications of OAuth 2.0 in the browser: registering them, the consent, and the code of another device."""

from datetime import datetime, timedelta, timezone
from urllib.parse import urlencode

import pytest

from tests.api.support.oauth import (
    CALLBACK, DEVICE, DEVICE_GRANT, SCOPE, App, are_tokens, create_app, post_form, query_of)
from tests.harness.tokens import sha256_hex

AUTHORIZE = '/profile/apps/authorize'


@pytest.fixture
def app(api, db, user, login):
    return create_app(api, db, user, login(user))


def ask(visitor, app, **changes):
    """The page that an application sends its user to."""
    fields = {'response_type': 'code', 'client_id': app.client_id, 'redirect_uri': CALLBACK,
              'scope': SCOPE, 'state': 'a b&c', **changes}
    fields = {name: value for name, value in fields.items() if value is not None}
    return visitor.request('GET', f'{AUTHORIZE}?{urlencode(fields)}')


@pytest.fixture
def logged(db, user):
    """What the security log of the user says about applications."""
    return lambda: [(row['kind'], row['detail']) for row in db.rows(
        "SELECT kind, detail FROM events WHERE user_id = %s AND kind LIKE 'application%%' ORDER BY id", user.id)]


def decide(visitor, decision):
    """Send one of the two forms; returns where the browser goes."""
    form = next(form for form in visitor.page.parsed.forms if form.values.get('decision') == decision)
    page = visitor.request('POST', form.action, data=form.values, follow=False)
    assert page.status == 303, page.body
    return page.headers['Location']


def test_a_user_agrees_and_the_application_gets_its_tokens(member, app):
    page = ask(member, app)
    assert page.title == 'Access for an application'
    assert page.rows == {'Application': 'An uploader', 'Website': 'https://uploader.example'}
    assert page.texts('li')[-3:] == ['Read the profile', 'Read workouts', 'Change workouts']
    assert f'Your browser then goes to {CALLBACK}' in page.texts('p')
    url = decide(member, 'allow')
    assert url.startswith(f'{CALLBACK}?') and query_of(url)['state'] == 'a b&c'
    are_tokens(app.redeem(query_of(url)['code']))


def test_a_user_who_does_not_agree_tells_the_application_so(member, app):
    ask(member, app)
    url = decide(member, 'deny')
    assert query_of(url) == {'error': 'access_denied', 'state': 'a b&c'}


def test_the_policy_of_the_page_allows_the_origin_of_the_application_alone(member, app):
    policy = ask(member, app).headers['Content-Security-Policy']
    assert "form-action 'self' https://uploader.example;" in policy
    assert "frame-ancestors 'none'" in policy
    assert "form-action 'self';" in member.open('/').headers['Content-Security-Policy']


def test_the_user_logs_in_on_the_way(visitor, user, app):
    page = ask(visitor, app)
    assert page.title == 'Log in'
    page = visitor.send('/login', email=user.email, password=user.password)
    assert page.title == 'Access for an application'
    assert query_of(decide(visitor, 'allow'))['state'] == 'a b&c'


@pytest.mark.parametrize('state', ['x' * 5000, '/' * 1000])
def test_a_long_state_survives_the_login_on_the_way(visitor, user, app, state):
    assert ask(visitor, app, state=state).title == 'Log in'
    visitor.send('/login', email=user.email, password=user.password)
    assert query_of(decide(visitor, 'allow'))['state'] == state


def test_a_redirect_that_is_not_registered_is_ignored(member, app):
    """Known uploaders send a constant one."""
    ask(member, app, redirect_uri='https://self.host/callback')
    url = decide(member, 'allow')
    assert url.startswith(f'{CALLBACK}?')
    are_tokens(app.redeem(query_of(url)['code'], redirect_uri='https://self.host/callback'))


def test_the_redirect_is_the_one_of_several_that_was_asked_for(member, api, db, user, login):
    other = 'https://uploader.example/other'
    app = create_app(api, db, user, login(user), redirect_uris=[CALLBACK, other])
    page = ask(member, app, redirect_uri=other)
    assert f'Your browser then goes to {other}' in page.texts('p')
    url = decide(member, 'allow')
    assert url.startswith(f'{other}?')
    are_tokens(app.redeem(query_of(url)['code'], redirect_uri=other))


def test_a_request_for_fewer_scopes_shows_and_gives_only_those(member, app):
    page = ask(member, app, scope='workouts:read')
    texts = page.texts('li')
    assert 'Read workouts' in texts and not {'Read the profile', 'Change workouts'} & set(texts)
    are_tokens(app.redeem(query_of(decide(member, 'allow'))['code']), 'workouts:read')


@pytest.mark.parametrize('changes', [
    {'response_type': 'token'}, {'client_id': None}, {'client_id': 'x'},
    {'code_challenge': 'short', 'code_challenge_method': 'S256'}, {'code_challenge': 'x' * 43},
    {'code_challenge': 'x' * 43, 'code_challenge_method': 'plain'}])
def test_a_request_with_an_error_is_refused_on_our_page(member, app, changes):
    page = ask(member, app, **changes)
    assert page.status == 400
    assert page.title in ('The application has made an error', 'Unknown application')


def test_a_consent_without_a_request_is_refused(member):
    assert member.open('/authorize').status == 400


def test_the_application_of_another_user_is_unknown(make_visitor, make_user, app):
    other = make_visitor()
    other.log_in(make_user())
    assert ask(other, app).title == 'Unknown application'


def test_a_consent_without_the_token_of_the_form_is_refused(member, app):
    form = ask(member, app).parsed.forms[-2]
    page = member.request('POST', form.action, data={**form.values, 'csrf': ''})
    assert page.status == 403


def test_an_application_is_registered_and_its_secret_shown_once(member, user, api, db, login):
    member.open('/apps/new')
    page = member.send('/apps/new', **{
        'name': 'My <script>', 'website': 'https://me.example', 'profile:read': '1',
        'redirect_uris': 'https://me.example/one\r\n\r\n https://me.example/two '})
    assert page.title == 'Your new application'
    app = App(api, db, user, login(user), 0, page.rows['Client id'], page.rows['Client secret'])
    code = app.code(scope='profile:read', redirect_uri='https://me.example/two')
    are_tokens(app.redeem(code, redirect_uri='https://me.example/two'), 'profile:read')
    page = member.open('/apps')
    assert page.texts('h2') == ['My <script>'] and app.secret not in page.body


@pytest.mark.parametrize(('changes', 'error'), [
    ({'website': 'no address'}, 'This is not the address of a website.'),
    ({'redirect_uris': 'http://me.example'}, '1 to 10 addresses: with https, with http on this '
                                             'device only, or with a scheme of the application.'),
    ({'redirect_uris': '\n'.join(f'https://me.example/{i}' for i in range(11))},
     '1 to 10 addresses: with https, with http on this device only, or with a scheme of the '
     'application.'),
    ({'profile:read': None}, 'Please tick what the application may ask for.'),
    ({'name': ''}, 'Please fill in this field.')])
def test_a_wrong_application_is_refused_with_the_reason(member, user, db, changes, error):
    member.open('/apps/new')
    page = member.send('/apps/new', **{
        'name': 'Mine', 'website': 'https://me.example', 'profile:read': '1',
        'redirect_uris': 'https://me.example/', **changes})
    assert page.status == 400 and error in page.errors
    assert db.value('SELECT COUNT(*) FROM oauth2_client WHERE user_id = %s', user.id) == 0


def test_the_access_of_an_application_is_ended(member, app, api):
    tokens = app.tokens()
    member.open('/apps')
    page = member.send(f'/apps/{app.id}/revoke')
    assert page.message == 'The application has no access any more.'
    assert api.get('/api/auth/profile', token=tokens['access_token']).status == 401


@pytest.mark.parametrize('lifetime', ['expires_in = 864000', 'expires_in = 0, issued_at = 1'])
def test_the_access_of_another_users_application_is_shown_and_ended(
        member, app, api, db, user, make_user, login, logged, lifetime):
    """As an import leaves it: Fitgate lets only the owner of an application authorize it."""
    owner = make_user()
    other = create_app(api, db, owner, login(owner), client_name='From elsewhere')
    mine, theirs = app.tokens(), other.tokens()
    moved = other.tokens()
    db.run(f'UPDATE oauth2_token SET user_id = %s, grant_id = NULL, {lifetime} WHERE id = %s', user.id,
           other.row(moved['access_token'])['id'])
    assert member.open('/apps').texts('h2') == ['An uploader', 'From elsewhere']
    page = member.send(f'/apps/{other.client_id}/disconnect')
    assert page.message == 'The application has no access any more.' and page.texts('h2') == [
        'An uploader']
    status = [
        api.get(
            '/api/auth/profile',
            token=pair['access_token']).status for pair in (
            mine,
            theirs,
            moved)]
    assert status == [200, 200, 401]
    assert logged() == [('application_authorized', 'An uploader'),
                        ('application_revoked', 'From elsewhere')]
    csrf = member.page.form('/logout').values['csrf']
    for client_id in (other.client_id, 'nothing', '%C3%A9'):
        answer = member.request(
            'POST',
            f'/account/apps/{client_id}/disconnect',
            data={
                'csrf': csrf})
        assert answer.status == 404


def test_an_application_is_deleted(member, app, db):
    member.open('/apps')
    page = member.send(f'/apps/{app.id}/delete')
    assert page.message == 'The application has been deleted.'
    assert db.value('SELECT COUNT(*) FROM oauth2_client WHERE id = %s', app.id) == 0


@pytest.mark.parametrize('action', ['revoke', 'delete'])
def test_the_application_of_another_user_cannot_be_ended(make_visitor, make_user, app, db, action):
    other = make_visitor()
    other.log_in(make_user())
    csrf = other.open('/apps').form('/logout').values['csrf']
    page = other.request('POST', f'/account/apps/{app.id}/{action}', data={'csrf': csrf})
    assert page.status == 404
    assert db.value('SELECT COUNT(*) FROM oauth2_client WHERE id = %s', app.id) == 1


def test_many_applications_are_on_several_pages(member, app, api, db, user, login):
    token = login(user)
    for number in range(5):
        create_app(api, db, user, token, client_name=f'Number {number}')
    page = member.open('/apps')
    assert len(page.texts('h2')) == 5
    page = member.request('GET', page.parsed.links['Older applications'])
    assert page.texts('h2') == ['An uploader']
    assert 'Newer applications' in page.parsed.links and 'Older applications' not in page.parsed.links


# ---- another device ----------------------------------------------------------------------------

@pytest.fixture
def device(app, api):
    answer = post_form(api, DEVICE, {**app.credentials, 'scope': 'profile:read'})
    assert answer.status == 200, answer.body
    return answer.json()


def poll(app, device):
    app.db.run('UPDATE oauth2_device_code SET last_polled_at = last_polled_at - 100')
    return app.ask(grant_type=DEVICE_GRANT, device_code=device['device_code'])


@pytest.mark.parametrize('decision', ['allow', 'deny'])
def test_a_program_on_another_device_is_allowed_or_not(member, app, device, logged, decision):
    page = member.open('/device')
    page = member.send('/device', user_code=device['user_code'].lower().replace('-', ' '))
    assert page.title == 'Access for a program' and page.rows['Application'] == 'An uploader'
    form = next(form for form in page.parsed.forms if form.values.get('decision') == decision)
    page = member.request('POST', form.action, data=form.values)
    assert page.status == 200
    answer = poll(app, device)
    if decision == 'allow':
        assert page.title == 'The program is connected'
        are_tokens(answer, 'profile:read')
        assert logged() == [('application_authorized', 'An uploader')]
    else:
        assert page.title == 'The program gets no access'
        assert answer.json() == {'error': 'access_denied'}
        assert logged() == []


def test_a_decision_without_a_code_is_refused(member):
    csrf = member.open('/device').form('/device').values['csrf']
    page = member.request(
        'POST',
        '/account/device/decide',
        data={
            'csrf': csrf,
            'decision': 'allow'})
    assert page.status == 400


def test_the_code_in_the_address_is_filled_in_and_not_sent(visitor, user, app, device):
    visitor.open('/device', params={'user_code': device['user_code']})
    page = visitor.send('/login', email=user.email, password=user.password)
    assert page.form('/device').values['user_code'] == device['user_code']
    assert poll(app, device).json() == {'error': 'authorization_pending'}


def test_a_wrong_code_and_that_of_another_user_look_the_same(
        member, make_visitor, make_user, device):
    other = make_visitor()
    other.log_in(make_user())
    pages = []
    for visitor, code in ((member, 'BCDF-GHJK'), (member, 'x'), (other, device['user_code'])):
        visitor.open('/device')
        page = visitor.send('/device', user_code=code)
        pages.append((page.status, page.errors))
    assert pages == [(400, pages[0][1])] * 3


@pytest.mark.parametrize('change', ['used_at = 1', 'approved_at = 1', 'denied_at = 1',
                                    'created_at = created_at - 902'])
def test_a_used_or_expired_code_looks_like_an_unknown_one(member, device, db, change):
    pages = []
    db.run(
        f'UPDATE oauth2_device_code SET {change} WHERE device_code = %s',
        sha256_hex(
            device['device_code']))
    for code in ('BCDF-GHJK', device['user_code']):
        member.open('/device')
        page = member.send('/device', user_code=code)
        pages.append((page.status, page.title, page.errors))
    assert pages[0] == pages[1] and pages[0][0] == 400


def test_the_time_of_the_programs_request_is_shown(member, user, device, db):
    db.run("UPDATE users SET timezone = 'Asia/Tokyo' WHERE id = %s", user.id)
    member.open('/device')
    page = member.send('/device', user_code=device['user_code'])
    asked_at = datetime.fromtimestamp(
        db.value('SELECT created_at FROM oauth2_device_code WHERE user_id = %s', user.id),
        timezone(timedelta(hours=9)))
    assert f'It has asked for access at {asked_at:%m/%d/%Y %H:%M} JST.' in page.texts('p')


def test_the_page_that_approves_cannot_be_framed(member):
    assert "frame-ancestors 'none'" in member.open('/device').headers['Content-Security-Policy']
