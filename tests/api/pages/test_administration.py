"""The pages of the administration."""

import pytest

from tests.api.support.waiting import until
from tests.harness.people import unique, user_row


@pytest.fixture
def administrator(make_visitor, make_user):
    visitor = make_visitor()
    visitor.account = make_user(admin=1)
    visitor.log_in(visitor.account)
    return visitor


def begin(administrator, account, act):
    return administrator.open(f'/admin/users/{account.id}/{act}')


def do(administrator, account, act, **values):
    page = begin(administrator, account, act)
    form = page.form(f'/{act}')
    if 'password' in form.controls:
        values.setdefault('password', administrator.account.password)
    return administrator.send(f'/admin/users/{account.id}/{act}', **values)


PAGES = ['/admin', '/admin/users', '/admin/users/1', '/admin/users/1/suspend', '/admin/jobs', '/admin/jobs/1',
         '/admin/configuration', '/admin/exports', '/admin/findings', '/admin/errors']


@pytest.mark.parametrize('path', PAGES)
def test_only_administrators_see_them(member, visitor, path):
    assert member.open(path).status == 403


@pytest.mark.parametrize('path', PAGES)
def test_others_log_in_first(make_visitor, path):
    assert make_visitor().open(path).title == 'Log in'


def test_a_user_cannot_do_what_an_administrator_does(member, make_user, db):
    account = make_user()
    csrf = member.open('/').form('/logout').values['csrf']
    page = member.request('POST', f'/account/admin/users/{account.id}/suspend', data={'csrf': csrf})
    assert page.status == 403
    assert user_row(db, account)['suspended_at'] is None


def test_the_navigation_leads_an_administrator_there(administrator, member):
    assert administrator.open('/').parsed.links['Accounts'] == '/account/admin/users'
    assert 'Accounts' not in member.open('/').parsed.links


def test_accounts_are_found_by_the_start_of_the_name_and_by_the_whole_address(
        administrator, make_user):
    start = unique('find')[:20]
    one, other = (make_user(username=f'{start}_{end}') for end in 'ab')
    page = administrator.open('/admin/users', params={'q': start.upper()})
    assert [name for name in page.parsed.links if name.startswith('find')] == [
        one.username, other.username]
    page = administrator.open('/admin/users', params={'q': other.email})
    assert one.username not in page.parsed.links and other.username in page.parsed.links
    page = administrator.open('/admin/users', params={'q': '%'})
    assert 'No account matches.' in page.texts('p')


def test_many_accounts_are_on_several_pages(administrator, make_user):
    start = unique('many')[:20]
    names = [make_user(username=f'{start}_{number:03}').username for number in range(51)]
    page = administrator.open('/admin/users', params={'q': start})
    assert [name for name in page.parsed.links if name.startswith('many')] == names[:50]
    page = administrator.request('GET', page.parsed.links['Next page'])
    assert [name for name in page.parsed.links if name.startswith('many')] == names[50:]
    assert 'Next page' not in page.parsed.links


@pytest.mark.parametrize('after', ['', 'm'])
def test_a_page_of_accounts_reads_an_index(db, after):
    [plan] = db.plan("SELECT id FROM users WHERE username LIKE 'm%%' AND username > %s "
                     'ORDER BY username LIMIT 51', after)
    assert plan['key'] == 'users_username_key' and 'filesort' not in (plan['Extra'] or '')


def test_an_account_is_activated(administrator, make_user, db):
    account = make_user(active=False)
    assert do(administrator, account, 'activate').message == 'Saved.'
    assert user_row(db, account)['is_active'] == 1


def test_an_account_is_suspended_and_resumed(administrator, make_user, make_visitor):
    account = make_user()
    visitor = make_visitor()
    visitor.log_in(account)
    do(administrator, account, 'suspend')
    assert not visitor.is_logged_in
    assert visitor.log_in(account).status == 401
    do(administrator, account, 'resume')
    assert visitor.log_in(account).title == 'Overview'


def test_the_password_counts_for_ten_minutes_in_this_session_alone(
        administrator, make_user, make_visitor):
    account = make_user()
    assert 'password' in begin(administrator, account, 'suspend').form('/suspend').controls
    do(administrator, account, 'suspend')
    assert 'password' not in begin(administrator, account, 'resume').form('/resume').controls
    other = make_visitor()
    other.log_in(administrator.account)
    proof = [cookie for cookie in administrator.session.cookies if cookie.name.endswith('_admin')]
    assert proof[0].path == '/account/admin/'
    other.take(proof)
    assert 'password' in begin(other, account, 'resume').form('/resume').controls


@pytest.mark.parametrize('value', ['99999999999.x', '0.x', 'x', '.', '1e9.x'])
def test_a_forged_proof_of_the_password_is_worth_nothing(administrator, make_user, value):
    account = make_user()
    name = next(cookie.name for cookie in administrator.session.cookies) + '_admin'
    administrator.secure.add(name)
    administrator.session.cookies.set(name, value, path='/account/admin/')
    assert 'password' in begin(administrator, account, 'suspend').form('/suspend').controls


@pytest.mark.parametrize('act', ['suspend', 'resume',
                         'reset-password', 'promote', 'demote', 'delete'])
def test_a_wrong_password_changes_nothing(administrator, make_user, db, act):
    account = make_user()
    before = user_row(db, account)
    page = do(administrator, account, act, password='wrong password')
    assert page.status == 401 and 'This is not your password.' in page.errors
    assert user_row(db, account) == before


def test_an_address_is_changed_by_the_link_that_is_mailed(
        administrator, make_user, mail_for, visitor, db):
    account = make_user()
    new = f'new_{account.email}'
    do(administrator, account, 'email', email=new)
    assert user_row(db, account)['email_to_confirm'] == new
    visitor.request('GET', mail_for(new).link)
    visitor.send('/email')
    assert user_row(db, account)['email'] == new


@pytest.mark.parametrize(('email', 'error'), [
    (None, 'This is the present address.'), ('nothing', 'This is not a valid e-mail address.')])
def test_a_wrong_address_is_refused(administrator, make_user, email, error):
    account = make_user()
    page = do(administrator, account, 'email', email=email or account.email)
    assert page.status == 400 and error in page.errors


def test_a_password_is_reset_by_a_link_for_the_owner(administrator, make_user, mails_for, visitor):
    account = make_user()
    do(administrator, account, 'reset-password')
    assert visitor.log_in(account).status == 401
    mail = next(mail for mail in mails_for(account.email, 2) if 'token=' in mail.text)
    visitor.request('GET', mail.link)
    visitor.send('/new-password', password='another password')
    account.password = 'another password'
    assert visitor.log_in(account).title == 'Overview'


def test_rights_are_given_and_taken_away(administrator, make_user, db):
    account = make_user()
    do(administrator, account, 'promote')
    assert user_row(db, account)['admin'] == 1
    do(administrator, account, 'demote')
    assert user_row(db, account)['admin'] == 0


def test_the_last_administrator_is_not_demoted_or_deleted(administrator, db):
    others = [row['id'] for row in db.rows('SELECT id FROM users WHERE admin = 1 AND id <> %s',
                                           administrator.account.id)]
    db.run('UPDATE users SET admin = 0 WHERE id <> %s', administrator.account.id)
    try:
        for act in ('demote', 'delete'):
            page = do(administrator, administrator.account, act)
            assert page.status == 400 and 'This is the last administrator.' in page.errors
    finally:
        for number in others:
            db.run('UPDATE users SET admin = 1 WHERE id = %s', number)


def test_an_account_is_deleted(administrator, make_user, db):
    account = make_user()
    page = do(administrator, account, 'delete')
    assert (page.title, page.message) == ('Accounts', 'Saved.')
    assert db.value('SELECT COUNT(*) FROM users WHERE id = %s', account.id) == 0


def test_another_confirmation_link_is_sent(administrator, make_user, mail_for, db):
    account = make_user(active=False, confirmation_sent_at='2999-01-01')
    do(administrator, account, 'resend')
    assert 'account-confirmation' in mail_for(account.email).link


@pytest.mark.parametrize('path', ['/admin/users/999999',
                         '/admin/users/999999/suspend', '/admin/users/1/nothing'])
def test_what_does_not_exist_is_not_found(administrator, path):
    assert administrator.open(path).status == 404


def test_each_act_is_logged_with_who_did_it(administrator, make_user, stack):
    account = make_user()
    do(administrator, account, 'suspend')
    line = f'administrator {administrator.account.username}: suspend user {account.id}'
    until(lambda: line in stack.log_text('users'), 'the line of the log')


def test_texts_of_accounts_never_become_markup(administrator, make_user):
    account = make_user(username=unique()[:10] + '<script>', email_to_confirm='"><script>')
    for path in ('/admin/users', f'/admin/users/{account.id}', f'/admin/users/{account.id}/delete'):
        page = administrator.open(path, params={'q': account.username})
        assert '<script' not in page.body


# ---- the queue ---------------------------------------------------------------------------------

@pytest.fixture
def no_worker(stack):
    stack.stop_worker()
    yield
    stack.start_worker()


@pytest.fixture
def failed_job(db, no_worker):
    return db.insert('jobs', kind='mail', payload='{}', run_after='2999-01-01', created_at='2999-01-01',
                     failed_at='2999-01-01', attempts=8, last_error='550 <no> mailbox')


def test_a_failed_job_is_shown_with_its_reason_and_tried_again(administrator, db, failed_job):
    page = administrator.open('/admin/jobs', params={'after': failed_job - 1})
    assert '550 <no> mailbox' in page.texts('td') and 'failed' in page.texts('td')
    page = administrator.request('GET', page.parsed.links[str(failed_job)])
    assert page.rows['Reason'] == '550 <no> mailbox'
    page = administrator.send(f'/admin/jobs/{failed_job}/retry')
    assert page.message == 'Saved.'
    row = db.row('SELECT failed_at, attempts FROM jobs WHERE id = %s', failed_job)
    assert (row['failed_at'], row['attempts']) == (None, 0)
    db.run('DELETE FROM jobs WHERE id = %s', failed_job)


def test_a_job_is_dropped(administrator, db, failed_job):
    administrator.open(f'/admin/jobs/{failed_job}')
    administrator.send(f'/admin/jobs/{failed_job}/drop')
    assert db.value('SELECT COUNT(*) FROM jobs WHERE id = %s', failed_job) == 0
    assert administrator.open(f'/admin/jobs/{failed_job}').status == 404


def test_all_failed_jobs_are_tried_again(administrator, db, failed_job):
    administrator.open('/admin/jobs')
    administrator.send('/admin/jobs/retry')
    assert db.value('SELECT failed_at FROM jobs WHERE id = %s', failed_job) is None
    db.run('DELETE FROM jobs WHERE id = %s', failed_job)


# ---- the configuration -------------------------------------------------------------------------

@pytest.fixture
def configuration(db):
    before = db.row('SELECT * FROM app_config')
    yield
    names = [name for name in before if name != 'id']
    db.run(f'UPDATE app_config SET {", ".join(f"{name} = %s" for name in names)}',
           *(before[name] for name in names))


def test_the_configuration_is_changed(administrator, db, configuration):
    administrator.open('/admin/configuration')
    page = administrator.send('/admin/configuration', max_users='7', about='One\r\ntwo', privacy_policy='We <keep>.',
                              admin_contact='ann@example.org')
    assert page.message == 'Saved.'
    row = db.row('SELECT * FROM app_config')
    assert (row['max_users'], row['about'], row['privacy_policy'], row['admin_contact']) == (
        7, 'One\ntwo', 'We <keep>.', 'ann@example.org')
    assert row['privacy_policy_date'] is not None


def test_the_texts_are_previewed_without_saving(administrator, db, configuration):
    administrator.open('/admin/configuration')
    page = administrator.send('/admin/configuration', about='A <b>draft</b>', preview='1')
    assert 'A <b>draft</b>' in page.texts('div')
    assert page.form('/admin/configuration').values['about'] == 'A <b>draft</b>'
    assert db.value('SELECT about FROM app_config') is None


@pytest.mark.parametrize(('name', 'value', 'error'), [
    ('max_users', '-1', 'This is not a number.'), ('max_users', 'x', 'This is not a number.'),
    ('gpx_limit_import', '0', 'This has to be above 0.'),
    ('max_zip_file_size', '33554433', 'At most 32 MB.'),
    ('max_zip_file_size', '1', 'An archive must not be smaller than a single file.'),
    ('admin_contact', 'no address', 'This is not a valid e-mail address.')])
def test_a_wrong_value_is_refused(administrator, db, configuration, name, value, error):
    before = db.row('SELECT * FROM app_config')
    administrator.open('/admin/configuration')
    page = administrator.send('/admin/configuration', **{name: value})
    assert page.status == 400 and error in page.errors
    assert db.row('SELECT * FROM app_config') == before


# ---- the first administrator -------------------------------------------------------------------

@pytest.fixture
def no_administrator(db):
    numbers = [row['id'] for row in db.rows('SELECT id FROM users WHERE admin = 1')]
    db.run('UPDATE users SET admin = 0')
    yield
    db.run('UPDATE users SET admin = 0')
    for number in numbers:
        db.run('UPDATE users SET admin = 1 WHERE id = %s', number)


@pytest.fixture
def link(programs, no_administrator):
    done = programs.run('admin', 'users', 'invite-admin')
    assert done.returncode == 0, done.stderr
    return done.stdout.decode().strip()


def accept(visitor, link, **changes):
    name = unique()
    visitor.request('GET', link)
    return name, visitor.send('/admin/invitation', **{
        'username': name, 'email': f'{name}@example.org', 'password': 'correct horse battery', **changes})


def test_the_first_administrator_creates_an_account_by_the_link(visitor, link, db):
    name, page = accept(visitor, link)
    assert page.title == 'Log in' and 'administrator' in page.message
    visitor.send('/login', email=f'{name}@example.org', password='correct horse battery')
    assert visitor.open('/admin/users').title == 'Accounts'


def test_the_link_works_once(visitor, make_visitor, link):
    accept(visitor, link)
    assert make_visitor().request('GET', link).status == 403


def test_a_link_that_was_opened_before_it_was_used_does_nothing_afterwards(
        visitor, make_visitor, link, db):
    late = make_visitor()
    late.request('GET', link)
    accept(visitor, link)
    db.run('UPDATE users SET admin = 0')
    page = late.send('/admin/invitation', username=unique(), email=f'{unique()}@example.org',
                     password='correct horse battery')
    assert page.status == 403
    assert db.value('SELECT COUNT(*) FROM users WHERE admin = 1') == 0


def test_the_link_is_dead_after_a_day_and_after_a_new_one(visitor, link, programs, db):
    programs.run('admin', 'users', 'invite-admin')
    assert visitor.request('GET', link).status == 403
    link = programs.run('admin', 'users', 'invite-admin').stdout.decode().strip()
    assert visitor.request('GET', link).status == 200
    db.run('UPDATE admin_invitation SET created_at = created_at - INTERVAL 1 DAY')
    assert visitor.request('GET', link).status == 403


def test_there_is_no_link_while_there_is_an_administrator(visitor, link, make_user, programs):
    make_user(admin=1)
    assert visitor.request('GET', link).status == 403
    done = programs.run('admin', 'users', 'invite-admin')
    assert done.returncode == 1 and b'there is an administrator already' in done.stderr


@pytest.mark.parametrize('token', ['', 'x'])
def test_a_wrong_link_is_refused(visitor, no_administrator, token):
    assert visitor.open('/admin/invitation', params={'token': token}).status == 403


def test_a_wrong_form_uses_nothing_up(visitor, link, make_user):
    taken = make_user()
    for changes in ({'username': taken.username}, {'email': taken.email}, {'password': 'short'}):
        _name, page = accept(visitor, link, **changes)
        assert page.status == 400
    assert accept(visitor, link)[1].title == 'Log in'


def test_the_database_holds_no_token(link, db):
    token = link.partition('?token=')[2]
    assert token not in str(db.rows('SELECT * FROM admin_invitation'))
