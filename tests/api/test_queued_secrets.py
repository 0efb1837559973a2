"""No usable token is in the queue while a message waits, or after it has failed (contract §6.16)."""

import re

import pytest

from tests.api.support.mail import Catcher
from tests.harness.people import insert_user, unique

REGISTER = '/api/auth/register'
ACCOUNT = '/api/auth/profile/edit/account'
RESEND = '/api/auth/account/resend-confirmation'
RESET = '/api/auth/password/reset-request'
TOKEN = re.compile(r'[A-Za-z0-9_-]{40}|eyJ')


@pytest.fixture
def sql(shared_scratch):
    with shared_scratch.connect() as connection:
        connection.run('DELETE FROM jobs')
        yield connection
        connection.run('DELETE FROM jobs')


@pytest.fixture
def cause_mail(programs, shared_scratch, sql, minter, registration):
    """Send every kind of request that causes a message with a link; returns the recipients."""
    settings = {'DATABASE_URL': shared_scratch.url}

    def ask(path, body, method='POST', **options):
        assert programs.cgi(method, path, json=body, settings=settings, **options).status == 200

    def cause():
        active, inactive = insert_user(sql), insert_user(sql, active=False)
        body, new_email = registration(), f'{unique()}@example.org'
        ask(REGISTER, body)
        ask(REGISTER, registration(email=body['email']))
        ask(RESEND, {'email': inactive.email})
        ask(RESET, {'email': active.email})
        ask(ACCOUNT, {**active.credentials, 'email': new_email}, 'PATCH',
            token=minter.token(active.id))
        return [body['email'], inactive.email, active.email, new_email]
    return cause


def payloads(sql):
    return [row['payload'] for row in sql.rows("SELECT payload FROM jobs WHERE kind = 'mail'")]


def is_free_of_tokens(text):
    return 'token' not in text and 'http' not in text and TOKEN.search(text) is None


def test_a_waiting_message_holds_no_token(sql, cause_mail):
    cause_mail()
    assert len(payloads(sql)) == 6
    assert all(map(is_free_of_tokens, payloads(sql)))


@pytest.mark.parametrize('server', ['smtp://127.0.0.1:9', 'refusing'])
def test_a_failed_message_holds_no_token(sql, cause_mail, stack, shared_scratch, tmp_path, server):
    """A closed port is a temporary failure; a server that refuses the message makes it permanent."""
    addresses = cause_mail()
    settings = {'DATABASE_URL': shared_scratch.url}
    if server == 'refusing':
        options = [word for address in addresses for word in ('--refuse', address)]
        with Catcher(tmp_path, *options) as catcher:
            settings['EMAIL_URL'] = f'smtp://127.0.0.1:{catcher.port}'
            stack.run_worker_once(settings=settings)
        assert sql.value('SELECT COUNT(*) FROM jobs WHERE failed_at IS NOT NULL') == 6
    else:
        stack.run_worker_once(settings={**settings, 'EMAIL_URL': server})
    assert len(payloads(sql)) == 6
    assert all(map(is_free_of_tokens, payloads(sql)))


def test_the_tables_hold_no_token_either(sql, cause_mail, stack, shared_scratch, mailbox):
    """After the messages are sent, the database holds only hashes of the tokens."""
    addresses = cause_mail()
    done = stack.run_worker_once(settings={'DATABASE_URL': shared_scratch.url})
    assert done.returncode == 0
    tokens = [mail.token for address in addresses for mail in mailbox.to(address)
              if '?token=' in mail.text]
    assert len(tokens) == 5
    everything = str([sql.rows(f'SELECT * FROM {table}')
                      for table in ('users', 'registrations', 'jobs', 'throttle')])
    assert not any(token in everything for token in tokens)


def test_a_message_that_is_sent_again_has_the_same_link(sql, cause_mail, stack, shared_scratch,
                                                        programs, registration, mailbox):
    """A worker died after the server had accepted the message: both copies can confirm the account."""
    body = registration()
    settings = {'DATABASE_URL': shared_scratch.url}
    assert programs.cgi('POST', REGISTER, json=body, settings=settings).status == 200
    job = sql.row('SELECT * FROM jobs')
    for _ in range(2):
        assert stack.run_worker_once(settings=settings).returncode == 0
        sql.insert('jobs', **job)
    sql.run('DELETE FROM jobs')
    first, second = mailbox.to(body['email'])
    assert first.token == second.token
    assert first.message['Message-ID'] == second.message['Message-ID']
    answer = programs.cgi('POST', '/api/auth/account/confirm', json={'token': first.token},
                          settings=settings)
    assert answer.status == 200
