"""Attacks on the pages: forms of other sites, stolen and planted cookies, frames, caches, logs."""

import copy

import pytest

from tests.harness.people import unique

FORMS = [('/profile/edit', '/profile/edit'), ('/preferences', '/preferences'), ('/sports/1', '/sports/1'),
         ('/sports/1', '/sports/1/reset'), ('/credentials', '/credentials/email'),
         ('/credentials', '/credentials/password'), ('/export', '/export'), ('/', '/logout')]
GUEST_FORMS = [('/login', '/login'), ('/register', '/register'), ('/resend', '/resend'),
               ('/reset', '/reset'), ('/confirm?token=x', '/confirm'), ('/email?token=x', '/email'),
               ('/new-password?token=x', '/new-password')]


def refused(page):
    return page.status == 403 and page.title == 'The form has expired'


@pytest.mark.parametrize(('path', 'action'), FORMS)
@pytest.mark.parametrize('csrf', ['', 'x'])
def test_a_form_without_its_token_is_refused(member, path, action, csrf):
    member.open(path)
    assert refused(member.send(action, csrf=csrf))
    assert member.is_logged_in


@pytest.mark.parametrize(('path', 'action'), GUEST_FORMS)
def test_a_form_for_guests_without_its_token_is_refused(visitor, path, action):
    visitor.open(path)
    assert refused(visitor.send(action, csrf=''))


def test_the_token_of_another_visitor_is_refused(visitor, make_visitor, user):
    other = make_visitor()
    other.open('/login')
    stolen = other.page.form('/login').values['csrf']
    visitor.open('/login')
    assert refused(visitor.send('/login', email=user.email, password=user.password, csrf=stolen))


def test_a_login_form_without_its_cookie_is_refused(visitor, user):
    """Otherwise another site could log a person in to the attacker's account."""
    visitor.open('/login')
    visitor.session.cookies.clear()
    assert refused(visitor.send('/login', email=user.email, password=user.password))


@pytest.mark.parametrize(('header', 'value'), [
    ('Origin', 'https://evil.example'), ('Origin', 'null'), ('Origin', 'http://127.0.0.1.evil.example'),
    ('Sec-Fetch-Site', 'cross-site'), ('Sec-Fetch-Site', 'same-site')])
def test_a_form_that_another_site_sends_is_refused(member, header, value):
    member.open('/profile/edit')
    member.session.headers[header] = value
    assert refused(member.send('/profile/edit'))


def test_the_browsers_own_headers_are_accepted(member, stack):
    member.open('/profile/edit')
    member.session.headers.update({'Origin': stack.base_url, 'Sec-Fetch-Site': 'same-origin'})
    assert member.send('/profile/edit').message == 'Saved.'


def test_a_login_starts_a_new_session(visitor, make_visitor, user):
    """A cookie that was planted before the login is worth nothing after it."""
    visitor.open('/login')
    planted = [copy.copy(cookie) for cookie in visitor.session.cookies]
    visitor.send('/login', email=user.email, password=user.password)
    attacker = make_visitor()
    attacker.take(planted)
    assert not attacker.is_logged_in
    assert not {cookie.value for cookie in planted} & {
        cookie.value for cookie in visitor.session.cookies}


def test_the_cookies_serve_the_pages_alone(member, api):
    cookie = member.cookie()
    assert (cookie.path, cookie.has_nonstandard_attr('HttpOnly')) == ('/account/', True)
    assert cookie.get_nonstandard_attr('SameSite') == 'Lax'
    answer = api.get('/api/auth/profile', headers={'Cookie': f'{cookie.name}={cookie.value}'})
    assert answer.status == 401
    assert api.get('/api/auth/profile', token=cookie.value).status == 401


def test_a_token_of_the_api_is_no_session(visitor, member, make_visitor, login, user):
    name = member.cookie().name
    other = make_visitor()
    other.secure.add(name)
    other.session.cookies.set(name, login(user))
    assert not other.is_logged_in


def test_two_cookies_of_one_name_count_as_none(member):
    cookie = member.cookie()
    member.session.cookies.clear()
    member.session.headers['Cookie'] = f'{cookie.name}=x; {cookie.name}={cookie.value}'
    assert not member.is_logged_in


PAGES = ['/', '/login', '/register', '/reset', '/confirm?token=x', '/about', '/policy', '/nothing']


@pytest.mark.parametrize('path', PAGES)
def test_pages_are_not_framed_stored_or_given_to_other_sites(visitor, path):
    headers = visitor.open(path).headers
    assert headers['Content-Security-Policy'] == (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
        "frame-ancestors 'none'; base-uri 'none'")
    assert headers['Cache-Control'] == 'no-store'
    assert headers['Referrer-Policy'] == 'same-origin'
    assert headers['X-Content-Type-Options'] == 'nosniff'


EVIL = '"><script>alert(1)</script><x y=\''


def test_stored_texts_never_become_markup(visitor, make_user, db):
    account = make_user(first_name=EVIL, last_name=EVIL, location=EVIL, bio=EVIL, timezone=EVIL[:50],
                        email_to_confirm=EVIL, date_format=EVIL[:50], picture=EVIL)
    visitor.log_in(account)
    for path in ('/', '/profile/edit', '/preferences', '/credentials'):
        assert '<script' not in visitor.open(path).body, path


@pytest.mark.parametrize('path', ['/login?next=', '/confirm?token=', '/email?token=', '/new-password?token=',
                                  '/?message=', '/'])
def test_parameters_never_become_markup(visitor, path):
    assert '<script' not in visitor.request('GET', '/account' + path + EVIL).body


@pytest.mark.parametrize('link', ['/account-confirmation', '/password-reset', '/email-update'])
@pytest.mark.parametrize('token', ['x%0d%0aSet-Cookie:%20a=b', '"><script>', '../../..', '%00'])
def test_the_paths_of_links_pass_on_nothing_but_tokens(visitor, link, token):
    page = visitor.request('GET', f'{link}?token={token}', follow=False)
    assert page.status == 303
    assert page.headers['Location'].startswith('/account/') and '?' not in page.headers['Location']
    assert 'Set-Cookie' not in page.headers


@pytest.mark.parametrize('prefix', ['/v0.6', '/v0.2'])
def test_there_are_no_pages_in_older_dialects(api, prefix):
    assert api.get(f'{prefix}/account/login').status == 404


def test_tokens_of_links_are_in_no_log(visitor, stack):
    token = unique('secret')
    for path in (f'/account-confirmation?token={token}', f'/account/new-password?token={token}'):
        visitor.request('GET', path)
    visitor.send('/new-password', password='another password')
    assert token not in stack.log_text()


def test_an_unknown_page_is_not_found_and_a_wrong_method_is_refused(visitor):
    assert visitor.open('/nothing').status == 404
    page = visitor.request('PUT', '/account/login')
    assert page.status == 405 and 'GET' in page.headers['Allow']


@pytest.mark.parametrize(('body', 'content_type', 'status'), [
    (b'x=%zz', 'application/x-www-form-urlencoded',
     400), (b'x=%00', 'application/x-www-form-urlencoded', 400),
    (b'x=%ff', 'application/x-www-form-urlencoded', 400), (b'{}', 'application/json', 400),
    (b'x=' + b'y' * 70000, 'application/x-www-form-urlencoded', 413),
    (b'&'.join(b'a=1' for _ in range(101)), 'application/x-www-form-urlencoded', 400)])
def test_a_damaged_form_is_refused(visitor, body, content_type, status):
    page = visitor.request(
        'POST',
        '/account/login',
        data=body,
        headers={
            'Content-Type': content_type})
    assert page.status == status


def test_guessing_passwords_is_limited_as_in_the_api(stack_with_limits, transcript, db_with_limits):
    from tests.api.support.visitor import Visitor
    from tests.harness.people import insert_user
    account = insert_user(db_with_limits)
    visitor = Visitor(stack_with_limits, transcript)
    statuses = []
    for _ in range(12):
        visitor.open('/login')
        page = visitor.send('/login', email=account.email, password='wrong password')
        statuses.append(page.status)
    assert statuses[0] == 401 and statuses[-1] == 429
    assert int(page.headers['Retry-After']) > 0
