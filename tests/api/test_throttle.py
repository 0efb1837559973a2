"""The program's own throttles: failed logins, and requests that cause mail (contract §2.6, W33).
Most tests run the programs as CGI, so that the test can choose the client's address."""

import resource
import time
from collections import Counter

import pytest

from tests.harness.answers import (INVALID, REFUSED_CREDENTIALS, RESENT, RESET_REQUESTED,
                                   TOO_MANY_ATTEMPTS, error, exact)
from tests.harness.database_programs import identified_by
from tests.harness.sql import root_sql
from tests.harness.people import insert_user, unique, user_row
from tests.api.support.scoped import oauth2_token
from tests.api.support.valgrind import DEARER

LOGIN = '/api/auth/login'
REGISTER = '/api/auth/register'
REQUEST = '/api/auth/password/reset-request'
RESEND = '/api/auth/account/resend-confirmation'
ACCOUNT = '/api/auth/profile/edit/account'
HERE, ELSEWHERE = '192.0.2.1', '198.51.100.7'
OFF = '0'


def is_too_many(answer, at_most):
    exact(answer, TOO_MANY_ATTEMPTS)
    assert 1 <= int(answer.headers['Retry-After']) <= at_most


class Door:
    """Sends requests from any address to programs with throttles, in a separate database."""

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
        """Assert that even the right password is refused."""
        is_too_many(self.log_in(account, address), 900)

    def is_let_in(self, account, address=HERE):
        assert self.log_in(account, address).status == 200

    def change_email(self, account, email, address=HERE):
        return self.ask(ACCOUNT, {**account.credentials, 'email': email}, address, 'PATCH',
                        token=self.minter.token(account.id))

    def counts(self):
        return sorted(row['hits'] for row in self.sql.rows('SELECT hits FROM throttle'))

    def let_time_pass(self):
        """Make all windows end."""
        self.sql.run('UPDATE throttle SET resets_at = UTC_TIMESTAMP(6) - INTERVAL 1 SECOND')
        self.sql.run('UPDATE jobs SET run_after = UTC_TIMESTAMP(6)')

    def mails(self, directory):
        """Send the waiting mails; returns {recipient: number}."""
        before = len(directory.all())
        assert self.stack.run_worker_once(settings=self.settings).returncode == 0
        return Counter(one for mail in directory.all()[before:] for one in mail.recipients)


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


# ---- failed logins: an account from an address ---------------------------------------------------

def test_at_the_limit_even_the_right_password_is_refused(door, account):
    door.fail(account, 3)
    door.is_refused(account)


def test_below_the_limit_the_right_password_is_accepted(door, account):
    door.fail(account, 2)
    door.is_let_in(account)


def test_the_owner_at_another_address_is_not_locked_out(door, account):
    door.fail(account, 3)
    door.is_let_in(account, ELSEWHERE)
    door.is_refused(account)


def test_another_account_at_the_same_address_is_not_locked_out(door, account):
    door.fail(account, 3)
    door.is_let_in(insert_user(door.sql))


def test_blanks_around_the_email_give_no_more_guesses(door, account):
    for email in (account.email, f' {account.email}', f'{account.email}\u00a0'):
        exact(door.log_in(account, email=email, password='wrong password'), REFUSED_CREDENTIALS)
    door.is_refused(account)


def test_a_password_that_is_compared_in_two_forms_is_one_attempt(door, account):
    for _ in range(3):
        exact(door.log_in(account, password='e\u0301' * 8), REFUSED_CREDENTIALS)
    door.is_refused(account)


def test_an_unknown_account_is_counted_equally(door, account):
    account.email = f'{unique()}@example.org'
    door.fail(account, 3)
    door.is_refused(account)


@pytest.mark.parametrize('columns', [{'active': False}, {'suspended_at': '2024-01-01'}])
def test_an_account_that_cannot_log_in_is_counted_equally(door, columns):
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


def test_a_malformed_body_is_not_counted(door, account):
    for body in ({}, {'email': account.email, 'password': 1}, {'email': 1, 'password': 'x'}):
        exact(door.ask(LOGIN, body), INVALID)
    assert door.counts() == []


def test_after_the_window_the_count_starts_again(door, account):
    door.fail(account, 3)
    door.is_refused(account)
    door.let_time_pass()
    door.fail(account, 2)
    door.is_let_in(account)
    door.fail(account, 3)
    door.is_refused(account)


def test_the_window_starts_with_the_first_failure(door, account):
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
    """The check of the hash takes half a second of CPU, which is longer than the start of a program."""
    account = insert_user(door.sql, password_hash=f'$2b${13 + DEARER}$' + 'a' * 53)

    def seconds(expected):
        before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
        assert door.log_in(account).status == expected
        return resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before

    slow = [seconds(401) for _ in range(3)]
    assert seconds(429) < min(slow) / 3


# ---- failed logins: an address -------------------------------------------------------------------

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
def test_each_limit_of_logins_can_be_off(door, account, name):
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


def test_the_table_does_not_reveal_addresses(door, account):
    door.fail(account, 1)
    rows = str(door.sql.rows('SELECT * FROM throttle'))
    assert account.email not in rows and account.username not in rows and HERE not in rows


# ---- addresses -----------------------------------------------------------------------------------

def test_the_addresses_of_one_ipv6_network_are_counted_as_one(door, account):
    for host in ('::1', '::2', ':ffff:ffff:ffff:ffff'):
        door.fail(account, 1, f'2001:db8:1:2{host}')
    door.is_refused(account, '2001:db8:1:2:aaaa::9')
    door.is_refused(account, '2001:DB8:0001:0002::77')
    for network in ('2001:db8:1:3::1', '2001:db8:2:2::1', '2001:db9:1:2::1'):
        door.is_let_in(account, network)


def test_two_ipv4_addresses_written_as_ipv6_are_two(door, account):
    """A web server with one socket for both protocols reports IPv4 addresses in this form."""
    door.fail(account, 3, f'::ffff:{HERE}')
    door.is_refused(account, f'::ffff:{HERE}')
    door.is_let_in(account, f'::ffff:{ELSEWHERE}')


@pytest.mark.parametrize('address', ['', 'unix:', 'fe80::1%eth0', 'x' * 300])
def test_an_address_of_another_form_is_counted_as_it_is(door, account, address):
    door.fail(account, 3, address)
    door.is_refused(account, address)
    door.is_let_in(account, HERE)


# ---- a successful login --------------------------------------------------------------------------

def test_a_login_without_earlier_failures_adds_only_its_session_and_event(door, stack, account):
    """The program runs with a database account that can write nothing else."""
    name, password = unique('t')[:16], 'a password'
    with root_sql(stack) as root:
        root.run(f'CREATE USER {name}@localhost {identified_by(password)}')
        try:
            schema = door.sql.value('SELECT DATABASE()')
            root.run(f'GRANT SELECT ON {schema}.* TO {name}@localhost')
            for table in ('sessions', 'events'):
                root.run(f'GRANT INSERT ON {schema}.{table} TO {name}@localhost')
            url = (f'mysql://{name}:a%20password@localhost/{schema}'
                   f'?unix_socket={stack.database.socket}')
            door.settings['DATABASE_URL'] = url
            door.is_let_in(account)
        finally:
            root.run(f'DROP USER {name}@localhost')


def test_a_login_after_a_failure_removes_only_its_own_count(door, account):
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


def test_more_mail_for_an_account_waits_until_the_limit_ends(door, account, resets, mailbox):
    resets(account.email, 4)
    assert door.mails(mailbox) == {account.email: 2}
    assert door.mails(mailbox) == {}
    door.let_time_pass()
    assert door.mails(mailbox) == {account.email: 1}  # one mail is as good as two
    assert door.sql.value('SELECT COUNT(*) FROM jobs') == 0


def test_confirmations_beyond_the_limit_wait_too(door, mailbox):
    account = insert_user(door.sql, active=False)
    for _ in range(3):
        exact(door.ask(RESEND, {'email': account.email}), RESENT)
    assert door.mails(mailbox) == {account.email: 2}
    door.let_time_pass()
    assert door.mails(mailbox) == {account.email: 1}
    token = mailbox.to(account.email)[-1].token
    assert door.ask('/api/auth/account/confirm', {'token': token}).status == 200


def test_a_message_that_could_not_be_sent_counts_once(door, account, resets, mailbox):
    resets(account.email, 1)
    for _ in range(3):  # no server listens on this port
        done = door.stack.run_worker_once(
            settings={
                **door.settings,
                'EMAIL_URL': 'smtp://127.0.0.1:9'})
        assert done.returncode == 1
        door.sql.run('UPDATE jobs SET run_after = UTC_TIMESTAMP(6)')
    assert door.mails(mailbox) == {account.email: 1}


@pytest.mark.parametrize(('first', 'second'), [(REQUEST, RESEND), (RESEND, REQUEST)])
def test_requests_that_send_no_mail_do_not_count_for_the_account(door, mailbox, first, second):
    """An unconfirmed account gets both kinds of mail; an active account never gets a confirmation."""
    account = insert_user(door.sql, active=second == REQUEST)
    for address in (HERE, ELSEWHERE):
        for _ in range(3):
            door.ask(first, {'email': account.email}, address)
    door.mails(mailbox)
    before = len(mailbox.to(account.email))
    assert door.ask(second, {'email': account.email}, '203.0.113.9').status == 200
    door.mails(mailbox)
    assert len(mailbox.to(account.email)) == before + 1


def test_the_mail_of_an_account_is_counted_over_all_addresses(door, account, resets, mailbox):
    for address in (HERE, ELSEWHERE, '2001:db8::1'):
        resets(account.email, 1, address)
    assert door.mails(mailbox) == {account.email: 2}


def test_another_account_still_gets_mail(door, account, resets, mailbox):
    other = insert_user(door.sql)
    resets(account.email, 3)
    resets(other.email, 1)
    assert door.mails(mailbox) == {account.email: 2, other.email: 1}


def test_the_case_of_the_email_does_not_make_another_account_for_mail(
        door, account, resets, mailbox):
    for form in (str, str.upper, str.swapcase):
        resets(form(account.email), 1)
    assert door.mails(mailbox) == {account.email: 2}


def test_confirmations_are_left_out_in_the_same_way(door, mailbox):
    account = insert_user(door.sql, active=False)
    for _ in range(4):
        exact(door.ask(RESEND, {'email': account.email}), RESENT)
    assert door.mails(mailbox) == {account.email: 2}


def test_each_purpose_has_a_limit_of_its_own(door, mailbox):
    account = insert_user(door.sql, active=False)
    exact(door.ask(RESEND, {'email': account.email}), RESENT)
    exact(door.ask(REQUEST, {'email': account.email}), RESET_REQUESTED)
    exact(door.ask(RESEND, {'email': account.email}), RESENT)
    exact(door.ask(REQUEST, {'email': account.email}), RESET_REQUESTED)
    assert door.mails(mailbox) == {account.email: 4}


def test_a_left_out_confirmation_leaves_the_last_link_good(door, mailbox):
    account = insert_user(door.sql, active=False)
    for _ in range(3):
        exact(door.ask(RESEND, {'email': account.email}), RESENT)
    door.mails(mailbox)
    token = mailbox.to(account.email)[-1].token
    assert door.ask('/api/auth/account/confirm', {'token': token}).status == 200


def test_email_changes_beyond_the_limit_are_refused_and_store_nothing(door, account, mailbox):
    addresses = [f'{unique()}@example.org' for _ in range(3)]
    for address in addresses[:2]:
        answer = door.change_email(account, address)
        assert answer.status == 200 and answer.json()['data']['email_to_confirm'] == address
    before = user_row(door.sql, account)
    is_too_many(door.change_email(account, addresses[2]), 3600)
    assert user_row(door.sql, account) == before
    door.mails(mailbox)
    assert len(mailbox.to(addresses[1])) == 1 and not mailbox.to(addresses[2])


def test_a_new_password_is_not_stored_beyond_the_limit_either(door, account):
    for _ in range(2):
        assert door.change_email(account, f'{unique()}@example.org').status == 200
    before = user_row(door.sql, account)
    body = {**account.credentials, 'email': f'{unique()}@example.org',
            'new_password': 'second password'}
    is_too_many(door.ask(ACCOUNT, body, method='PATCH', token=door.minter.token(account.id)), 3600)
    assert user_row(door.sql, account) == before


def test_wrong_passwords_do_not_use_up_changes_of_the_address(door, account):
    """So a stolen token without the password does not use them up, either."""
    for address in (HERE, ELSEWHERE):
        body = {'email': f'{unique()}@example.org', 'password': 'wrong password'}
        token = door.minter.token(account.id)
        for _ in range(2):
            exact(door.ask(ACCOUNT, body, address, 'PATCH', token=token), REFUSED_CREDENTIALS)
    assert door.change_email(account, f'{unique()}@example.org', '203.0.113.9').status == 200


def test_notifications_beyond_the_limit_wait(door, account, mailbox):
    """Five changes of the password within a moment do not send five messages."""
    token = door.minter.token(account.id)
    for number in range(5):
        body = {**account.credentials, 'new_password': f'password {number} of {account.username}'}
        assert door.ask(ACCOUNT, body, method='PATCH', token=token).status == 200
        account.password = body['new_password']
    assert door.mails(mailbox) == {account.email: 2}
    door.let_time_pass()
    assert door.mails(mailbox) == {account.email: 1}


def test_links_to_one_new_address_are_limited_over_all_accounts(door, mailbox):
    address = f'{unique()}@example.org'
    for _ in range(3):
        assert door.change_email(insert_user(door.sql), address).status == 200
    door.mails(mailbox)
    assert len(mailbox.to(address)) == 2


def test_of_twenty_concurrent_requests_exactly_the_limit_is_accepted(
        door, account, mailbox, in_parallel):
    door.settings['THROTTLE_MAIL_ADDRESS'] = '3'
    answers = in_parallel([lambda: door.ask(REQUEST, {'email': account.email})] * 20)
    assert Counter(answer.status for answer in answers) == {200: 3, 429: 17}


def test_of_twenty_concurrent_passwords_only_the_limit_is_checked(door, account, in_parallel):
    answers = in_parallel([lambda: door.log_in(account, password='wrong password')] * 20)
    assert Counter(answer.status for answer in answers) == {401: 3, 429: 17}
    door.is_refused(account)


def test_of_twenty_concurrent_changes_of_the_address_only_the_limit_is_stored(
        door, account, in_parallel):
    door.settings['THROTTLE_MAIL_ADDRESS'] = OFF
    answers = in_parallel([lambda: door.change_email(account, f'{unique()}@example.org')] * 8)
    assert Counter(answer.status for answer in answers) == {200: 2, 429: 6}


# ---- registrations -------------------------------------------------------------------------------

@pytest.fixture
def register(door, registration):
    return lambda address=HERE, **changes: door.ask(REGISTER, registration(**changes), address)


def test_registrations_count_as_mail_for_the_address(door, register):
    for _ in range(5):
        assert register().status == 200
    is_too_many(register(), 3600)
    is_too_many(door.ask(REQUEST, {'email': f'{unique()}@example.org'}), 3600)
    assert register(ELSEWHERE).status == 200


def test_a_registration_with_a_known_address_counts_equally(door, account, register):
    for _ in range(5):
        assert register(email=account.email).status == 200
    is_too_many(register(email=account.email), 3600)


def test_beyond_the_limit_a_registration_stores_and_hashes_nothing(door, register):
    for _ in range(5):
        register()
    before = {table: door.sql.value(f'SELECT COUNT(*) FROM {table}')
              for table in ('users', 'registrations', 'jobs')}
    # a hash with this setting would take many seconds
    door.settings['PASSWORD_HASH'] = '$2b$20'
    started = time.monotonic()
    is_too_many(register(), 3600)
    assert time.monotonic() - started < 10
    assert before == {table: door.sql.value(f'SELECT COUNT(*) FROM {table}') for table in before}


def test_the_mails_of_registrations_of_one_address_are_limited_and_none_is_lost(
        door, register, mailbox):
    email = f'{unique()}@example.org'
    for _ in range(4):
        assert register(email=email).status == 200
    assert door.mails(mailbox) == {email: 2}
    door.let_time_pass()
    assert door.mails(mailbox) == {email: 2}
    assert len({mail.token for mail in mailbox.to(email)}) == 4


# ---- passwords checked elsewhere -----------------------------------------------------------------

@pytest.fixture
def guess(door):
    """PATCH account with a password, correct or not."""
    def ask(account, password, address=HERE, token=None):
        return door.ask(ACCOUNT, {'email': account.email, 'password': password}, address, 'PATCH',
                        token=token or door.minter.token(account.id))
    return ask


def test_guesses_through_the_account_are_limited_like_logins(door, account, guess):
    for _ in range(3):
        exact(guess(account, 'wrong password'), REFUSED_CREDENTIALS)
    is_too_many(guess(account, account.password), 900)
    assert guess(account, account.password, ELSEWHERE).status == 200


def test_guesses_with_an_oauth2_token_are_limited_equally(door, account, guess):
    token = oauth2_token(door.sql, account.id, 'profile:write').text
    for _ in range(3):
        exact(guess(account, 'wrong password', token=token), REFUSED_CREDENTIALS)
    is_too_many(guess(account, account.password, token=token), 900)


def test_guesses_are_counted_together_with_logins(door, account, guess):
    door.fail(account, 2)
    exact(guess(account, 'wrong password'), REFUSED_CREDENTIALS)
    door.is_refused(account)
    is_too_many(guess(account, account.password), 900)


def test_a_right_password_forgets_the_failures_there_too(door, account, guess):
    door.fail(account, 2)
    assert guess(account, account.password).status == 200
    door.fail(account, 2)
    door.is_let_in(account)


# ---- mail, by address ----------------------------------------------------------------------------

def test_requests_for_many_accounts_close_the_address(door, account, resets, mailbox):
    for _ in range(5):
        resets(f'{unique()}@example.org', 1)
    for path in (REQUEST, RESEND):
        is_too_many(door.ask(path, {'email': account.email}), 3600)
    is_too_many(door.change_email(account, f'{unique()}@example.org'), 3600)
    assert door.mails(mailbox) == {}
    resets(account.email, 1, ELSEWHERE)
    assert door.mails(mailbox) == {account.email: 1}


def test_a_limited_address_cannot_change_the_email(door, account, resets):
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


def test_after_the_window_mail_is_sent_again(door, account, resets, mailbox):
    resets(account.email, 5)
    door.mails(mailbox)
    door.let_time_pass()
    resets(account.email, 1)
    assert door.mails(mailbox) == {account.email: 2}  # this mail, and one that has waited


def test_each_limit_of_mail_can_be_off(door, account, resets, mailbox):
    door.settings['THROTTLE_MAIL_ADDRESS'] = OFF
    resets(account.email, 8)
    assert door.mails(mailbox) == {account.email: 2}
    door.settings['THROTTLE_MAIL_ACCOUNT'] = OFF
    resets(account.email, 8)
    assert door.mails(mailbox) == {account.email: 8}


def test_logins_and_mail_are_counted_separately(door, account, resets):
    door.fail(account, 3)
    resets(account.email, 2)
    door.is_refused(account)
    door.is_let_in(account, ELSEWHERE)


# ---- the worker and the defaults -----------------------------------------------------------------

def test_the_worker_deletes_expired_counters(door, stack):
    door.sql.insert('throttle', throttle_key='0' * 64, hits=9, resets_at='2020-01-01 00:00:00')
    for bit in range(12):  # the same number each time
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
