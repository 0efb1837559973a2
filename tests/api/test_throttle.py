"""The program's own throttles: failed log-ins, and requests that cause mail (contract section 2.6,
weakness 33). Most tests run the programs as CGI, where the test names the client's address."""

import time
from collections import Counter

import pytest

from support.answers import (INVALID, REFUSED_CREDENTIALS, RESENT, RESET_REQUESTED,
                             TOO_MANY_ATTEMPTS, error, exact)
from support.database import root_sql
from support.people import insert_user, unique, user_row
from support.valgrind import DEARER

LOGIN = '/api/auth/login'
REQUEST = '/api/auth/password/reset-request'
RESEND = '/api/auth/account/resend-confirmation'
ACCOUNT = '/api/auth/profile/edit/account'
HERE, ELSEWHERE = '192.0.2.1', '198.51.100.7'
OFF = '0'


def is_too_many(answer, at_most):
    exact(answer, TOO_MANY_ATTEMPTS)
    assert 1 <= int(answer.headers['Retry-After']) <= at_most


class Door:
    """Requests from any address to programs with throttles, in a database of their own."""

    def __init__(self, programs, stack, database, sql, minter):
        self.programs = programs
        self.stack = stack
        self.sql = sql
        self.minter = minter
        self.settings = {'DATABASE_URL': database.url, 'THROTTLE_LOGIN_ACCOUNT': '3',
                         'THROTTLE_LOGIN_ADDRESS': '6', 'THROTTLE_LOGIN_SECONDS': '900',
                         'THROTTLE_MAIL_ACCOUNT': '2', 'THROTTLE_MAIL_ADDRESS': '5',
                         'THROTTLE_MAIL_SECONDS': '3600'}

    def ask(self, path, body, address=HERE, method='POST', **options):
        return self.programs.cgi(method, path, json=body, settings=self.settings,
                                 parameters={'REMOTE_ADDR': address}, **options)

    def log_in(self, account, address=HERE, **changes):
        return self.ask(LOGIN, {**account.credentials, **changes}, address)

    def fail(self, account, count, address=HERE):
        for _ in range(count):
            exact(self.log_in(account, address, password='wrong password'), REFUSED_CREDENTIALS)

    def is_refused(self, account, address=HERE):
        """Even with the right password."""
        is_too_many(self.log_in(account, address), 900)

    def is_let_in(self, account, address=HERE):
        assert self.log_in(account, address).status == 200

    def change_email(self, account, email, address=HERE):
        return self.ask(ACCOUNT, {**account.credentials, 'email': email}, address, 'PATCH',
                        token=self.minter.token(account.id))

    def counts(self):
        return sorted(row['hits'] for row in self.sql.rows('SELECT hits FROM throttle'))

    def let_time_pass(self):
        """The windows end."""
        self.sql.run('UPDATE throttle SET resets_at = UTC_TIMESTAMP(6) - INTERVAL 1 SECOND')

    def mails(self, folder):
        """Whom the mails that wait are sent to: {address: number}."""
        before = len(folder.all())
        assert self.stack.run_worker_once(settings=self.settings).returncode == 0
        return Counter(one for mail in folder.all()[before:] for one in mail.recipients)


@pytest.fixture
def door(programs, stack, shared_scratch, minter):
    with shared_scratch.connect() as sql:
        for table in ('throttle', 'jobs'):
            sql.run(f'DELETE FROM {table}')
        yield Door(programs, stack, shared_scratch, sql, minter)
        sql.run('DELETE FROM jobs')


@pytest.fixture
def account(door):
    return insert_user(door.sql)


# ---- failed log-ins: an account from an address --------------------------------------------------

def test_after_so_many_failures_the_right_password_is_refused_too(door, account):
    door.fail(account, 3)
    door.is_refused(account)


def test_before_that_the_right_password_is_good(door, account):
    door.fail(account, 2)
    door.is_let_in(account)


def test_the_owner_at_another_address_is_not_locked_out(door, account):
    door.fail(account, 3)
    door.is_let_in(account, ELSEWHERE)
    door.is_refused(account)


def test_another_account_at_the_same_address_is_not_locked_out(door, account):
    door.fail(account, 3)
    door.is_let_in(insert_user(door.sql))


def test_an_unknown_account_is_counted_alike(door, account):
    account.email = f'{unique()}@example.org'
    door.fail(account, 3)
    door.is_refused(account)


@pytest.mark.parametrize('columns', [{'active': False}, {'suspended_at': '2024-01-01'}])
def test_an_account_that_may_not_log_in_is_counted_alike(door, columns):
    account = insert_user(door.sql, **columns)
    for _ in range(3):
        exact(door.log_in(account), REFUSED_CREDENTIALS)
    door.is_refused(account)


def test_the_answers_are_the_same_for_known_and_unknown_accounts(door, account):
    stranger = insert_user(door.sql)
    stranger.email = f'{unique()}@example.org'
    for one, address in ((account, HERE), (stranger, ELSEWHERE)):
        door.fail(one, 3, address)
    known, unknown = door.log_in(account), door.log_in(stranger, ELSEWHERE)
    assert (known.status, known.body) == (unknown.status, unknown.body)
    assert known.headers.keys() == unknown.headers.keys()


def test_the_case_of_the_email_does_not_make_another_account(door, account):
    for form in (str.upper, str.swapcase, str.capitalize):
        exact(door.log_in(account, email=form(account.email), password='wrong'),
              REFUSED_CREDENTIALS)
    door.is_refused(account)


def test_a_success_forgets_the_failures_of_the_pair(door, account):
    door.fail(account, 2)
    door.is_let_in(account)
    door.fail(account, 2)
    door.is_let_in(account)


def test_a_refusal_is_not_counted_and_does_not_prolong(door, account):
    door.fail(account, 3)
    before = door.sql.rows('SELECT * FROM throttle')
    for _ in range(3):
        door.is_refused(account)
    assert door.sql.rows('SELECT * FROM throttle') == before


def test_a_body_that_is_no_attempt_is_not_counted(door, account):
    for body in ({}, {'email': account.email, 'password': 1}, {'email': 1, 'password': 'x'}):
        exact(door.ask(LOGIN, body), INVALID)
    assert door.counts() == []


def test_when_the_window_has_passed_the_count_starts_over(door, account):
    door.fail(account, 3)
    door.is_refused(account)
    door.let_time_pass()
    door.fail(account, 2)
    door.is_let_in(account)
    door.fail(account, 3)
    door.is_refused(account)


def test_the_window_is_that_of_the_first_failure(door, account):
    door.fail(account, 1)
    door.sql.run('UPDATE throttle SET resets_at = UTC_TIMESTAMP(6) + INTERVAL 100 SECOND')
    door.fail(account, 2)
    is_too_many(door.log_in(account), 100)


def test_retry_after_is_the_rest_of_the_window(door, account):
    door.fail(account, 3)
    assert 890 <= int(door.log_in(account).headers['Retry-After']) <= 900
    door.sql.run('UPDATE throttle SET resets_at = UTC_TIMESTAMP(6) + INTERVAL 100 SECOND')
    assert 95 <= int(door.log_in(account).headers['Retry-After']) <= 100


def test_the_window_is_a_setting(door, account):
    door.settings['THROTTLE_LOGIN_SECONDS'] = '20'
    door.fail(account, 3)
    is_too_many(door.log_in(account), 20)


def test_no_password_is_hashed_beyond_the_limit(door):
    """A hash that takes half a second to check, and longer than a program needs to start."""
    account = insert_user(door.sql, password_hash=f'$2b${13 + DEARER}$' + 'a' * 53)

    def seconds(expected):
        started = time.monotonic()
        assert door.log_in(account).status == expected
        return time.monotonic() - started

    slow = [seconds(401) for _ in range(3)]
    assert seconds(429) < min(slow) / 3


# ---- failed log-ins: an address ------------------------------------------------------------------

def test_failures_with_many_accounts_close_the_address(door):
    accounts = [insert_user(door.sql) for _ in range(7)]
    for account in accounts[:6]:
        door.fail(account, 1)
    door.is_refused(accounts[6])
    door.is_let_in(accounts[6], ELSEWHERE)


def test_a_success_does_not_clear_the_address(door):
    accounts = [insert_user(door.sql) for _ in range(3)]
    door.fail(accounts[0], 2)
    door.is_let_in(accounts[0])
    door.fail(accounts[1], 2)
    door.is_let_in(accounts[1])
    door.fail(accounts[2], 2)
    door.is_refused(accounts[0])


@pytest.mark.parametrize('name', ['LOGIN_ACCOUNT', 'LOGIN_ADDRESS'])
def test_each_limit_of_log_ins_can_be_off(door, account, name):
    door.settings[f'THROTTLE_{name}'] = OFF
    if name == 'LOGIN_ACCOUNT':
        door.fail(account, 6)
    else:
        for _ in range(7):
            door.fail(insert_user(door.sql), 1)
        door.fail(account, 3)
    door.is_refused(account)


def test_with_both_off_nothing_is_written(door, account):
    door.settings.update(THROTTLE_LOGIN_ACCOUNT=OFF, THROTTLE_LOGIN_ADDRESS=OFF)
    door.fail(account, 8)
    door.is_let_in(account)
    assert door.counts() == []


def test_the_table_names_nobody(door, account):
    door.fail(account, 1)
    rows = str(door.sql.rows('SELECT * FROM throttle'))
    assert account.email not in rows and account.username not in rows and HERE not in rows


# ---- addresses -----------------------------------------------------------------------------------

def test_the_addresses_of_one_ipv6_network_count_as_one(door, account):
    for host in ('::1', '::2', ':ffff:ffff:ffff:ffff'):
        door.fail(account, 1, f'2001:db8:1:2{host}')
    door.is_refused(account, '2001:db8:1:2:aaaa::9')
    door.is_refused(account, '2001:DB8:0001:0002::77')
    for network in ('2001:db8:1:3::1', '2001:db8:2:2::1', '2001:db9:1:2::1'):
        door.is_let_in(account, network)


def test_two_ipv4_addresses_written_as_ipv6_are_two(door, account):
    """As a web server that listens on one socket for both writes them."""
    door.fail(account, 3, f'::ffff:{HERE}')
    door.is_refused(account, f'::ffff:{HERE}')
    door.is_let_in(account, f'::ffff:{ELSEWHERE}')


@pytest.mark.parametrize('address', ['', 'unix:', 'fe80::1%eth0', 'x' * 300])
def test_an_address_of_another_form_is_counted_as_it_is(door, account, address):
    door.fail(account, 3, address)
    door.is_refused(account, address)
    door.is_let_in(account, HERE)


# ---- a successful log-in -------------------------------------------------------------------------

def test_a_log_in_without_failures_writes_nothing(door, stack, account):
    """The account of the database that it runs under may only read."""
    name, password = unique('t')[:16], 'a password'
    with root_sql(stack) as root:
        root.run(f"CREATE USER {name}@localhost IDENTIFIED BY '{password}'")
        try:
            schema = door.sql.value('SELECT DATABASE()')
            root.run(f'GRANT SELECT ON {schema}.* TO {name}@localhost')
            url = (f'mysql://{name}:a%20password@localhost/{schema}'
                   f'?unix_socket={stack.database_socket}')
            door.settings['DATABASE_URL'] = url
            door.is_let_in(account)
        finally:
            root.run(f'DROP USER {name}@localhost')


def test_a_log_in_after_a_failure_removes_its_count_only(door, account):
    door.fail(account, 1)
    assert door.counts() == [1, 1]
    door.is_let_in(account)
    assert door.counts() == [1]


# ---- mail ----------------------------------------------------------------------------------------

@pytest.fixture
def resets(door):
    def ask(email, count, address=HERE):
        for _ in range(count):
            exact(door.ask(REQUEST, {'email': email}, address), RESET_REQUESTED)
    return ask


def test_more_mail_for_an_account_is_left_out_silently(door, account, resets, mail_folder):
    resets(account.email, 4)
    assert door.mails(mail_folder) == {account.email: 2}


def test_the_mail_of_an_account_is_counted_over_all_addresses(door, account, resets, mail_folder):
    for address in (HERE, ELSEWHERE, '2001:db8::1'):
        resets(account.email, 1, address)
    assert door.mails(mail_folder) == {account.email: 2}


def test_another_account_still_gets_mail(door, account, resets, mail_folder):
    other = insert_user(door.sql)
    resets(account.email, 3)
    resets(other.email, 1)
    assert door.mails(mail_folder) == {account.email: 2, other.email: 1}


def test_the_case_of_the_email_makes_no_other_account_for_mail(door, account, resets, mail_folder):
    for form in (str, str.upper, str.swapcase):
        resets(form(account.email), 1)
    assert door.mails(mail_folder) == {account.email: 2}


def test_confirmations_are_left_out_alike(door, mail_folder):
    account = insert_user(door.sql, active=False)
    for _ in range(4):
        exact(door.ask(RESEND, {'email': account.email}), RESENT)
    assert door.mails(mail_folder) == {account.email: 2}


def test_all_kinds_of_mail_count_together(door, mail_folder):
    account = insert_user(door.sql, active=False)
    exact(door.ask(RESEND, {'email': account.email}), RESENT)
    exact(door.ask(REQUEST, {'email': account.email}), RESET_REQUESTED)
    exact(door.ask(RESEND, {'email': account.email}), RESENT)
    exact(door.ask(REQUEST, {'email': account.email}), RESET_REQUESTED)
    assert door.mails(mail_folder) == {account.email: 2}


def test_a_left_out_confirmation_leaves_the_last_link_good(door, mail_folder):
    account = insert_user(door.sql, active=False)
    for _ in range(3):
        exact(door.ask(RESEND, {'email': account.email}), RESENT)
    door.mails(mail_folder)
    token = mail_folder.to(account.email)[-1].token
    assert door.ask('/api/auth/account/confirm', {'token': token}).status == 200


def test_email_changes_beyond_the_limit_are_answered_alike_without_mail(door, account, mail_folder):
    addresses = [f'{unique()}@example.org' for _ in range(4)]
    for address in addresses:
        answer = door.change_email(account, address)
        assert answer.status == 200 and answer.json()['data']['email_to_confirm'] == address
    assert door.mails(mail_folder) == {account.email: 2, addresses[0]: 1, addresses[1]: 1}


def test_a_change_of_the_password_alone_is_not_counted(door, account, mail_folder):
    token = door.minter.token(account.id)
    for old, new in ((account.password, 'second password'), ('second password', 'third password'),
                     ('third password', 'fourth password')):
        body = {'email': account.email, 'password': old, 'new_password': new}
        assert door.ask(ACCOUNT, body, method='PATCH', token=token).status == 200
    assert door.counts() == []
    assert door.mails(mail_folder) == {account.email: 3}


def test_the_password_changes_though_the_mail_of_the_address_is_left_out(door, account, resets,
                                                                         mail_folder):
    resets(account.email, 2)
    door.mails(mail_folder)
    before = user_row(door.sql, account)
    body = {**account.credentials, 'email': f'{unique()}@example.org',
            'new_password': 'second password'}
    answer = door.ask(ACCOUNT, body, method='PATCH', token=door.minter.token(account.id))
    assert answer.status == 200
    assert user_row(door.sql, account)['password'] != before['password']
    assert door.mails(mail_folder) == {account.email: 1}  # that the password was changed


def test_requests_for_many_accounts_close_the_address(door, account, resets, mail_folder):
    for _ in range(5):
        resets(f'{unique()}@example.org', 1)
    for path in (REQUEST, RESEND):
        is_too_many(door.ask(path, {'email': account.email}), 3600)
    is_too_many(door.change_email(account, f'{unique()}@example.org'), 3600)
    assert door.mails(mail_folder) == {}
    resets(account.email, 1, ELSEWHERE)
    assert door.mails(mail_folder) == {account.email: 1}


def test_a_closed_address_stores_no_change_of_the_email(door, account, resets):
    for _ in range(5):
        resets(f'{unique()}@example.org', 1)
    before = user_row(door.sql, account)
    body = {**account.credentials, 'email': f'{unique()}@example.org',
            'new_password': 'second password'}
    is_too_many(door.ask(ACCOUNT, body, method='PATCH', token=door.minter.token(account.id)), 3600)
    assert user_row(door.sql, account) == before


def test_requests_that_are_left_out_silently_count_for_the_address(door, account, resets):
    resets(account.email, 5)
    is_too_many(door.ask(REQUEST, {'email': account.email}), 3600)


def test_a_request_that_is_refused_as_invalid_is_not_counted(door, account):
    for body in ({'email': 1}, {'x': 1}):
        exact(door.ask(REQUEST, body), INVALID)
    exact(door.change_email(account, 'x'), error('email: valid email must be provided\n'))
    assert door.counts() == []


def test_when_the_window_has_passed_mail_is_sent_again(door, account, resets, mail_folder):
    resets(account.email, 5)
    door.mails(mail_folder)
    door.let_time_pass()
    resets(account.email, 1)
    assert door.mails(mail_folder) == {account.email: 1}


def test_each_limit_of_mail_can_be_off(door, account, resets, mail_folder):
    door.settings['THROTTLE_MAIL_ADDRESS'] = OFF
    resets(account.email, 8)
    assert door.mails(mail_folder) == {account.email: 2}
    door.settings['THROTTLE_MAIL_ACCOUNT'] = OFF
    resets(account.email, 8)
    assert door.mails(mail_folder) == {account.email: 8}


def test_log_ins_and_mail_do_not_count_for_each_other(door, account, resets):
    door.fail(account, 3)
    resets(account.email, 2)
    door.is_refused(account)
    door.is_let_in(account, ELSEWHERE)


# ---- the whole -----------------------------------------------------------------------------------

def test_the_worker_clears_away_what_is_over(door, stack):
    door.sql.insert('throttle', throttle_key='0' * 64, hits=9, resets_at='2020-01-01 00:00:00')
    for bit in range(12):  # each time as many again
        door.sql.run('INSERT INTO throttle (throttle_key, hits, resets_at) '
                     "SELECT SHA2(CONCAT(throttle_key, %s), 256), hits, resets_at FROM throttle", bit)
    door.sql.insert('throttle', throttle_key='1' * 64, hits=8, resets_at='2999-01-01 00:00:00')
    assert stack.run_worker_once(settings=door.settings).returncode == 0
    assert door.counts() == [8]


def test_with_the_defaults_ten_failures_close_the_pair_and_a_hundred_the_address(
        api_with_limits, db_with_limits):
    account, other = insert_user(db_with_limits), insert_user(db_with_limits)

    def fail(email):
        return api_with_limits.post(LOGIN, json={'email': email, 'password': 'wrong password'})

    for _ in range(10):
        exact(fail(account.email), REFUSED_CREDENTIALS)
    is_too_many(fail(account.email), 900)
    is_too_many(api_with_limits.post(LOGIN, json=account.credentials), 900)
    assert api_with_limits.post(LOGIN, json=other.credentials).status == 200
    for _ in range(90):
        exact(fail(f'{unique()}@example.org'), REFUSED_CREDENTIALS)
    is_too_many(api_with_limits.post(LOGIN, json=other.credentials), 900)
    db_with_limits.run('DELETE FROM throttle')
    assert api_with_limits.post(LOGIN, json=account.credentials).status == 200
