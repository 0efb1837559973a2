"""Registering, logging in and out, and the links of e-mails, with a browser without JavaScript."""

import pytest

from tests.harness.people import PASSWORD, unique


def register(visitor, **changes):
    name = unique()
    values = {'username': name, 'email': f'{name}@example.org', 'password': PASSWORD, 'policy': '1',
              **changes}
    visitor.open('/register')
    return visitor.send('/register', **values), values


def test_a_person_registers_confirms_by_the_mailed_link_and_is_logged_in(visitor, mail_for):
    page, values = register(visitor)
    assert (page.status, page.title) == (200, 'Please look into your mailbox')
    page = visitor.request('GET', mail_for(values['email']).link)
    assert page.title == 'Activate your account'
    page = visitor.send('/confirm')
    assert page.message == 'Your account is active. You are logged in.'
    assert page.rows['User name'] == values['username']


def test_opening_the_link_of_a_mail_changes_nothing(visitor, mail_for, db):
    """Programs that scan mail open links."""
    _page, values = register(visitor)
    link = mail_for(values['email']).link
    for _ in range(2):
        assert visitor.request('GET', link).status == 200
    assert not db.value('SELECT is_active FROM users WHERE email = %s', values['email'])


def test_a_used_confirmation_link_offers_another_one(visitor, mail_for):
    _page, values = register(visitor)
    link = mail_for(values['email']).link
    visitor.request('GET', link)
    visitor.send('/confirm')
    visitor.request('GET', link)
    page = visitor.send('/confirm')
    assert (page.status, page.title) == (400, 'The link is not valid')
    assert page.parsed.links['Ask for another link'] == '/account/resend'


def test_registering_a_known_address_looks_the_same(visitor, make_visitor, user):
    known, _ = register(visitor, email=user.email)
    unknown, _ = register(make_visitor())
    assert (known.status, known.title, known.texts('p')) == (
        unknown.status, unknown.title, unknown.texts('p'))


@pytest.mark.parametrize(('changes', 'error'), [
    ({'username': 'ab'}, 'The user name has to have 3 to 30 characters.'),
    ({'username': 'a b c'}, 'Only letters, digits and underscores are allowed.'),
    ({'email': 'nothing'}, 'This is not a valid e-mail address.'),
    ({'password': '1234567'}, 'The password has to have at least 8 characters.'),
    ({'password': 'x' * 600}, 'This is too long.'),
    ({'username': ''}, 'Please fill in this field.'),
    ({'policy': None}, 'Please tick this box.'),
])
def test_a_registration_with_an_error_says_so_beside_the_field_and_keeps_the_rest(
        visitor, changes, error):
    page, values = register(visitor, **changes)
    assert page.status == 400
    assert page.errors == [
        'Nothing was saved. Please correct the fields that are marked.', error]
    form = page.form('/register')
    name, = changes
    assert form.controls[name]['aria-invalid'] == 'true'
    assert f'{name}-error' in form.controls[name]['aria-describedby']
    kept = {key: value for key, value in values.items() if key not in ('password', name)}
    assert kept.items() <= form.values.items()
    assert form.values['password'] == ''


def test_a_taken_user_name_is_reported(visitor, user):
    page, _ = register(visitor, username=user.username)
    assert 'This user name is taken.' in page.errors


def test_a_registration_stores_the_language_of_the_page(make_visitor, db):
    _page, values = register(make_visitor(headers={'Accept-Language': 'fr-CH, fr;q=0.9, en;q=0.8'}))
    assert db.value('SELECT language FROM users WHERE email = %s', values['email']) == 'fr'


def test_logging_in_leads_to_the_overview(visitor, user):
    page = visitor.log_in(user)
    assert (page.title, page.rows['E-mail address']) == ('Overview', user.email)


@pytest.mark.parametrize('wrong', ['password', 'email'])
def test_a_refused_login_does_not_tell_whether_the_account_exists(visitor, user, wrong):
    values = {**user.credentials, wrong: 'x@example.org'}
    visitor.open('/login')
    page = visitor.send('/login', **values)
    assert page.status == 401
    assert page.errors == ['E-mail address and password do not match an active account.']
    assert page.form('/login').values['email'] == values['email']
    assert not visitor.is_logged_in


def test_a_page_that_needs_a_login_is_shown_after_it(visitor, user):
    page = visitor.open('/export')
    assert page.title == 'Log in'
    page = visitor.send('/login', email=user.email, password=user.password)
    assert page.title == 'Data export'


@pytest.mark.parametrize('target', [
    '//evil.example', 'https://evil.example', '/\\evil.example', 'javascript:1', '/%2F%2Fe', '/a b',
    '/x\r\nSet-Cookie: a=b', '@evil.example', '.evil.example'])
def test_a_login_never_leads_to_another_site(visitor, user, target, stack):
    visitor.open('/login', params={'next': target})
    page = visitor.send('/login', email=user.email, password=user.password)
    assert page.url.startswith(f'{stack.base_url}/account/')
    assert visitor.is_logged_in


def test_logging_out_ends_the_session_everywhere(member, make_visitor):
    copy = make_visitor()
    copy.take(member.session.cookies)
    assert copy.is_logged_in
    member.open('/')
    page = member.send('/logout')
    assert page.message == 'You are logged out.'
    assert not member.is_logged_in
    assert not copy.is_logged_in


def test_a_session_ends_with_the_browser_unless_the_user_stays_logged_in(
        visitor, make_visitor, user):
    for visitor, values, lasts in ((visitor, {}, False), (make_visitor(), {'stay': '1'}, True)):
        visitor.log_in(user, **values)
        for gate in (False, True):
            assert (visitor.cookie(gate=gate).expires is not None) == lasts


def test_a_forgotten_password_is_replaced_by_the_mailed_link(visitor, user, mail_for):
    visitor.open('/reset')
    page = visitor.send('/reset', email=user.email)
    assert page.title == 'Please look into your mailbox'
    page = visitor.request('GET', mail_for(user.email).link)
    assert page.title == 'Set a new password'
    page = visitor.send('/new-password', password='short')
    assert 'The password has to have at least 8 characters.' in page.errors
    page = visitor.send('/new-password', password='another password')
    assert page.message == 'Your password has been changed.'
    user.password = 'another password'
    assert visitor.log_in(user).title == 'Overview'


def test_a_reset_for_an_unknown_address_looks_the_same(visitor, user):
    pages = []
    for email in (user.email, f'{unique()}@example.org'):
        visitor.open('/reset')
        page = visitor.send('/reset', email=email)
        pages.append((page.status, page.title, page.texts('p')))
    assert pages[0] == pages[1]


def test_another_confirmation_link_can_be_asked_for(visitor, mails_for):
    _page, values = register(visitor)
    mails_for(values['email'])
    visitor.open('/resend')
    assert visitor.send('/resend', email=values['email']).status == 200
    visitor.request('GET', mails_for(values['email'], 2)[1].link)
    assert visitor.send('/confirm').title == 'Overview'


def test_without_mail_there_is_no_page_that_needs_it(stack_without_mail, transcript):
    from tests.api.support.visitor import Visitor
    visitor = Visitor(stack_without_mail, transcript)
    for path in ('/reset', '/resend'):
        assert visitor.open(path).status == 404
    assert 'Forgotten password' not in visitor.open('/login').parsed.links
    page, _values = register(visitor)
    assert page.title == 'Registered'
