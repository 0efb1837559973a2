"""Mail servers that differ in what they expect: how to log in, the name in EHLO, IPv6; and the sender's name."""

import email
import email.header
import email.utils

import pytest

from tests.api.delivery.mail_queue import smtp

PASSWORD = 'a passw0rd'
CREDENTIALS = 'sam:a%20passw0rd@'


@pytest.fixture
def account(tmp_path):
    """The options of a catcher that knows one user."""
    (tmp_path / 'password').write_text(PASSWORD)
    return '--user', 'sam', '--password-file', tmp_path / 'password'


def logins(server):
    """The mechanisms of the logins that were tried."""
    path = server.mails.path / 'logins'
    return path.read_text().split() if path.exists() else []


# ---- login -------------------------------------------------------------------------------------

@pytest.mark.parametrize('response', ['--initial-response', '--no-initial-response'])
@pytest.mark.parametrize('mechanism', ['PLAIN', 'LOGIN'])
def test_credentials_are_sent_with_auth_or_after_it_as_the_server_wants(
        queue, catcher, account, mechanism, response):
    addresses = [queue.register() for _ in range(2)]
    server = catcher(*account, '--auth', mechanism, response)
    assert queue.work(smtp(server, credentials=CREDENTIALS)).returncode == 0
    assert [mail.recipients for mail in server.mails.all()] == [[one] for one in addresses]
    assert logins(server) == [mechanism]  # both mails on one connection


@pytest.mark.parametrize('response', ['--initial-response', '--no-initial-response'])
def test_a_rejected_password_is_not_sent_twice(queue, catcher, account, response):
    """A server may lock the account after a few."""
    queue.register()
    server = catcher(*account, response)
    queue.work(smtp(server, credentials='sam:other@'))
    assert logins(server) == ['PLAIN']
    assert queue.job()['failed_at'] is None


def test_the_hourly_check_does_not_send_a_rejected_password_again(queue, catcher, account):
    queue.sql.run('DELETE FROM findings')
    queue.register()
    server = catcher(*account)
    queue.work(smtp(server, credentials='sam:other@'))
    assert logins(server) == ['PLAIN']
    found = {row['name']: row['result']
             for row in queue.sql.rows('SELECT name, result FROM findings')}
    assert found['queued mail'] == 'FAIL' and 'mail' not in found


# ---- EHLO --------------------------------------------------------------------------------------

@pytest.mark.parametrize(('settings', 'name'), [
    ({}, 'fitgate.example'),
    ({'UI_URL': 'https://user@fit.example.com:8443/app'}, 'fit.example.com'),
    ({'UI_URL': 'http://web123:5000'}, 'example.org'),
    ({'UI_URL': 'http://192.0.2.7'}, 'example.org'),
    ({'UI_URL': 'http://[2001:db8::7]/'}, 'example.org'),
    ({'UI_URL': 'http://localhost', 'SENDER_EMAIL': 'Fitgate <a@mail.example.net>'},
     'mail.example.net'),
    ({'EMAIL_EHLO_NAME': 'relay-1.example.com'}, 'relay-1.example.com'),
    ({'EMAIL_EHLO_NAME': '[192.0.2.7]'}, '[192.0.2.7]'),
    ({'EMAIL_EHLO_NAME': '[IPv6:2001:db8::7]'}, '[IPv6:2001:db8::7]')], ids=str)
def test_the_server_is_greeted_with_a_complete_name(queue, catcher, settings, name):
    address = queue.register()
    server = catcher()
    assert queue.work(smtp(server), **settings).returncode == 0
    assert server.mails.to(address)[0].message['X-Ehlo'] == name


@pytest.mark.parametrize('name', ['a b', 'a/b', 'a\r\nMAIL', '[', '[]', '[1', 'é.example', 'x' * 256,
                                  '[1.2.3.4]x', 'a?b', 'a%20b'])
def test_a_name_that_is_none_is_refused(queue, catcher, name):
    done = queue.work(smtp(catcher()), EMAIL_EHLO_NAME=name)
    assert done.returncode == 1 and len(done.stderr.splitlines()) == 1
    assert b'EMAIL_EHLO_NAME' in done.stderr


# ---- IPv6 --------------------------------------------------------------------------------------

def test_a_mail_server_may_have_an_ipv6_address(queue, catcher):
    address = queue.register()
    server = catcher('--address', '::1')
    assert queue.work(smtp(server, host='[::1]')).returncode == 0
    assert len(server.mails.to(address)) == 1


def test_the_certificate_of_an_ipv6_address_is_verified(queue, catcher, keys, tls):
    option, parameters = tls
    address = queue.register()
    with_address, without = (catcher('--address', '::1', option, *keys[which])
                             for which in ('good', 'other host'))
    settings = {'EMAIL_CA_FILE': str(keys['ca'])}
    queue.work(smtp(without, parameters, host='[::1]'), **settings)
    assert without.mails.all() == [] and 'EMAIL_CA_FILE' in queue.job()['last_error']
    queue.make_due()
    assert queue.work(smtp(with_address, parameters, host='[::1]'), **settings).returncode == 0
    assert len(with_address.mails.to(address)) == 1


# ---- the sender --------------------------------------------------------------------------------

def sender_of(mail):
    """The name and the address. The parser of the current policy puts a space between encoded-words."""
    name, address = email.utils.parseaddr(email.message_from_bytes(mail.content)['From'])
    return str(email.header.make_header(email.header.decode_header(name))), address


LONG = 'Le service des comptes de Zoë et François, à Saint-Étienne-de-Saint-Geoirs (Isère)'


@pytest.mark.parametrize(('sender', 'name'), [
    ('fitgate@example.org', ''), ('<fitgate@example.org>', ''),
    ('Fitgate <fitgate@example.org>', 'Fitgate'),
    ('  Fit Gate\t<fitgate@example.org> ', 'Fit Gate'),
    ('"Fit, Gate" <fitgate@example.org>', 'Fit, Gate'),
    ('"Sam \\"Fit\\" \\\\" <fitgate@example.org>', 'Sam "Fit" \\'),
    ('Fit, Gate; (the "one") <b> <fitgate@example.org>', 'Fit, Gate; (the "one") <b>'),
    ('a@b.example <fitgate@example.org>', 'a@b.example'),
    ('Zoë 東京 😀 <fitgate@example.org>', 'Zoë 東京 😀'),
    ('=?UTF-8?B?eA==?= <fitgate@example.org>', '=?UTF-8?B?eA==?='),
    (f'{LONG} <fitgate@example.org>', LONG), (f'{"x " * 60}<fitgate@example.org>', ('x ' * 60).strip())])
def test_the_sender_may_have_a_name(queue, catcher, sender, name):
    address = queue.register()
    server = catcher()
    assert queue.work(smtp(server), SENDER_EMAIL=sender).returncode == 0
    mail, = server.mails.to(address)
    assert sender_of(mail) == (name, 'fitgate@example.org')
    assert mail.message['X-Envelope-From'] == 'fitgate@example.org'
    assert mail.message['Message-ID'].endswith('@example.org>')
    head = mail.content.partition(b'\r\n\r\n')[0]
    assert head.isascii() and max(map(len, head.split(b'\r\n'))) <= 150
    assert not mail.message.defects


def test_a_name_without_special_characters_is_sent_as_it_is(queue, catcher):
    queue.register()
    server = catcher()
    queue.work(smtp(server), SENDER_EMAIL='Fit Gate <fitgate@example.org>')
    mail, = server.mails.all()
    assert b'\r\nFrom: Fit Gate <fitgate@example.org>\r\n' in mail.content
    assert email.utils.parseaddr(mail.message['From'])[0] == 'Fit Gate'


@pytest.mark.parametrize('sender', [
    'Fitgate', 'Fitgate <>', 'Fitgate <fitgate>', 'Fitgate <a@b.example', 'Fitgate a@b.example',
    'Fitgate <a@b.example> x', 'Fit\nBcc: c@d.example <a@b.example>', 'Fit\x7f <a@b.example>',
    'Fitgate <a@b.example, c@d.example>', b'\xff <a@b.example>'.decode(errors='surrogateescape')])
def test_a_sender_that_is_none_is_refused(queue, catcher, sender):
    done = queue.work(smtp(catcher()), SENDER_EMAIL=sender)
    assert done.returncode == 1 and len(done.stderr.splitlines()) == 1
    assert b'SENDER_EMAIL' in done.stderr
