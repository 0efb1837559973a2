"""The content of the confirmation e-mail (contract §9)."""

import email.utils
import re
import time
from html import unescape

import pytest

from tests.harness.people import insert_user, unique
from tests.harness.tokens import sha256_hex

UI_URL = 'https://fitgate.example'
SENDER = 'fitgate@example.org'
FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:98.0) Gecko/20100101 Firefox/98.0'
RESEND = '/api/auth/account/resend-confirmation'
SYSTEMS = {'Linux', 'Windows', 'Mac OS X', 'Android', 'iOS', 'Other'}
BROWSERS = {'Firefox', 'Chrome', 'Safari', 'Edge', 'Opera', 'curl', 'Other'}

MAC = 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/'
WINDOWS = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64)'
WINDOWS_CHROME = f'{WINDOWS} AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0.0.0 Safari/537.36'
IPHONE = ('Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 '
          '(KHTML, like Gecko)')
ANDROID = 'Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko)'
DEVICES = [
    (FIREFOX, 'Linux', 'Firefox'),
    (f'{WINDOWS[:-1]}; rv:125.0) Gecko/20100101 Firefox/125.0', 'Windows', 'Firefox'),
    (f'{WINDOWS} AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0.0.0 Safari/537.36', 'Windows',
     'Chrome'),
    (f'{WINDOWS_CHROME} Edg/124.0.0.0', 'Windows', 'Edge'),
    (f'{WINDOWS_CHROME} OPR/109.0.0.0', 'Windows', 'Opera'),
    (f'{MAC}605.1.15 (KHTML, like Gecko) Version/17.4 Safari/605.1.15', 'Mac OS X', 'Safari'),
    (f'{MAC}537.36 (KHTML, like Gecko) Chrome/124.0.0.0 Safari/537.36', 'Mac OS X', 'Chrome'),
    (f'{IPHONE} Version/17.4 Mobile/15E148 Safari/604.1', 'iOS', 'Safari'),
    (f'{IPHONE} CriOS/124.0.6367.88 Mobile/15E148 Safari/604.1', 'iOS', 'Chrome'),
    (f'{IPHONE.replace("iPhone;", "iPad;")} Version/17.4 Mobile/15E148 Safari/604.1', 'iOS',
     'Safari'),
    (f'{ANDROID} Chrome/124.0.0.0 Mobile Safari/537.36', 'Android', 'Chrome'),
    ('Mozilla/5.0 (Android 14; Mobile; rv:125.0) Gecko/125.0 Firefox/125.0', 'Android', 'Firefox'),
    ('curl/7.88.1', 'Other', 'curl'),
    ('', 'Other', 'Other'),
    ('something/1.0 <script>alert(1)</script>', 'Other', 'Other'),
    ('é\x80', 'Other', 'Other'),
]


@pytest.fixture
def confirmation(register, mail_for):
    """A new account and the mail that it got."""
    account = register(headers={'User-Agent': FIREFOX})
    return account, mail_for(account.email)


def test_it_is_an_alternative_of_plain_text_and_html(confirmation):
    message = confirmation[1].message
    assert message.get_content_type() == 'multipart/alternative'
    assert [part.get_content_type() for part in message.iter_parts()] == ['text/plain', 'text/html']
    assert [part.get_content_charset() for part in message.iter_parts()] == ['utf-8', 'utf-8']
    assert message['MIME-Version'] == '1.0'
    assert not message.defects


def test_its_headers_are_complete(confirmation):
    account, mail = confirmation
    message = mail.message
    assert [address.addr_spec for address in message['From'].addresses] == [SENDER]
    assert [address.addr_spec for address in message['To'].addresses] == [account.email]
    assert message['Subject'].strip()
    assert re.fullmatch(r'<[^<>@\s]+@[^<>@\s]+>', message['Message-ID'])
    sent = email.utils.parsedate_to_datetime(message['Date'])
    assert abs(sent.timestamp() - time.time()) < 300
    for name in ('From', 'To', 'Subject', 'Date', 'Message-ID', 'MIME-Version', 'Content-Type'):
        assert len(message.get_all(name)) == 1, name


def test_its_envelope_names_sender_and_recipient(confirmation):
    account, mail = confirmation
    assert mail.message['X-Envelope-From'] == SENDER
    assert mail.recipients == [account.email]


def test_its_lines_are_as_the_standard_asks(confirmation):
    content = confirmation[1].content
    assert content.count(b'\n') == content.count(b'\r\n') == content.count(b'\r')
    assert max(map(len, content.split(b'\r\n'))) <= 998
    assert content.isascii()


def test_both_parts_name_the_account_and_the_link(confirmation):
    account, mail = confirmation
    link = f'{UI_URL}/account-confirmation?token={mail.token}'
    assert account.username in mail.text and account.username in mail.html
    assert link in mail.text
    assert f'"{link}"' in unescape(mail.html)


def test_both_parts_show_the_site_and_say_what_to_do_if_it_was_not_you(confirmation):
    for part in (confirmation[1].text, confirmation[1].html):
        assert part.replace(f'{UI_URL}/account-confirmation', '').count(UI_URL) >= 1
        assert 'ignore' in part


def test_it_contains_no_secret_except_the_token(confirmation):
    account, mail = confirmation
    whole = mail.text + mail.html
    assert account.password not in whole and sha256_hex(mail.token) not in whole


def test_each_mail_has_a_message_id_of_its_own(register, mail_for):
    first, second = register(), register()
    assert (mail_for(first.email).message['Message-ID'] !=
            mail_for(second.email).message['Message-ID'])


def test_a_mail_sent_again_has_another_message_id(api, register, mails_for):
    account = register()
    api.post(RESEND, json={'email': account.email})
    first, second = mails_for(account.email, 2)
    assert first.message['Message-ID'] != second.message['Message-ID']


@pytest.mark.parametrize(('agent', 'system', 'browser'), DEVICES)
def test_the_device_is_read_from_the_user_agent(register, mail_for, agent, system, browser):
    mail = mail_for(register(headers={'User-Agent': agent.encode()}).email)
    for part in (mail.text, mail.html):
        named = {name for name in SYSTEMS | BROWSERS if re.search(rf'\b{name}\b', part)}
        assert named == {system, browser}
        assert 'script' not in part and 'alert' not in part


def test_a_resent_mail_names_the_device_that_asked(api, make_user, mail_for):
    account = make_user(active=False)
    api.post(RESEND, json={'email': account.email}, headers={'User-Agent': FIREFOX})
    text = mail_for(account.email).text
    assert 'Linux' in text and 'Firefox' in text


@pytest.mark.parametrize('language', ['en', None, '', 'xx', '../en'])
def test_every_stored_language_gets_a_mail(api, make_user, mail_for, language):
    account = make_user(active=False, language=language)
    api.post(RESEND, json={'email': account.email})
    assert 'ignore' in mail_for(account.email).text


def test_a_long_address_gets_its_mail_with_the_header_in_one_piece(register, mail_for):
    name = unique()
    address = f'{name}{"x" * (64 - len(name))}@{"d" * 60}.{"e" * 60}.example.org'
    mail = mail_for(register(username=name, email=address).email)
    assert [one.addr_spec for one in mail.message['To'].addresses] == [address]


# ---- imported data -----------------------------------------------------------------------------

def test_an_imported_name_is_escaped_in_html(api, make_user, mail_for):
    name = f'<b>"&\'{unique()[:20]}</b>'
    account = make_user(active=False, username=name, email=f'{unique()}@example.org')
    api.post(RESEND, json={'email': account.email})
    mail = mail_for(account.email)
    assert name in mail.text
    assert name not in mail.html and '<b>"' not in mail.html
    assert name in unescape(mail.html)


def test_an_imported_name_in_another_script_arrives_unchanged(api, make_user, mail_for):
    name = f'Zoë 東京 😀 {unique()}'
    account = make_user(active=False, username=name, email=f'{unique()}@example.org')
    api.post(RESEND, json={'email': account.email})
    mail = mail_for(account.email)
    assert name in mail.text and name in mail.html
    assert mail.content.isascii()


def test_a_name_like_a_placeholder_is_only_a_name(api, make_user, mail_for):
    account = make_user(active=False, username='{link} {site} %s', email=f'{unique()}@example.org')
    api.post(RESEND, json={'email': account.email})
    assert '{link} {site} %s' in mail_for(account.email).text


@pytest.mark.parametrize('form', ['{}\r\nBcc: victim@example.org', '{}\nX: y', '{}\r\n\r\nbody',
                                  '{}>\r\nRCPT TO:<victim@example.org',
                                  '{}, victim@example.org', 'victim@example.org <{}>'])
def test_an_imported_address_cannot_add_headers_or_recipients(shared_scratch, programs, stack,
                                                              mailbox, form):
    settings = {'DATABASE_URL': shared_scratch.url}
    address = form.format(f'{unique()}@example.org')
    before = len(mailbox.all())
    with shared_scratch.connect() as sql:
        sql.run('DELETE FROM jobs')
        insert_user(sql, active=False, email=address)
        answer = programs.cgi('POST', RESEND, json={'email': address}, settings=settings)
        assert answer.status == 200
        done = stack.run_worker_once(settings=settings)
        assert done.returncode in (0, 1)
        mails = mailbox.all()[before:]
        assert not [mail for mail in mails if 'victim@example.org' in mail.recipients]
        assert not [mail for mail in mails if mail.message['Bcc'] or mail.message['X']]
        sql.run('DELETE FROM jobs')


def test_a_site_with_an_ampersand_is_escaped_in_html(programs, shared_scratch, registration, stack,
                                                     mailbox):
    settings = {'DATABASE_URL': shared_scratch.url, 'UI_URL': 'https://fitgate.example/?a=1&b=2'}
    body = registration()
    assert programs.cgi('POST', '/api/auth/register', json=body, settings=settings).status == 200
    assert stack.run_worker_once(settings=settings).returncode == 0
    mail, = mailbox.to(body['email'])
    assert 'a=1&b=2/account-confirmation' in mail.text
    assert 'a=1&amp;b=2/account-confirmation' in mail.html and 'a=1&b=2' not in mail.html
