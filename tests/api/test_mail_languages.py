"""Every e-mail in every language, as an SMTP server gets it (contract §9)."""

import base64
import email.header
import json
import re
from html import unescape

import pytest

from tests.harness.answers import EMAIL_UPDATED, RESENT, RESET_REQUESTED, exact
from tests.api.support.client import Api
from tests.api.support.transcript import Transcript
from tests.harness.people import insert_user, now, unique
from tests.api.support.waiting import until
from tests.harness.tree import SOURCE

LANGUAGES = sorted(units.parent.name for units in (SOURCE / 'lib/mail/templates').glob('*/units'))
UI_URL = 'https://fitgate.example'
SENDER = 'fitgate@example.org'
HEADERS = {'User-Agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:98.0) Gecko/20100101 Firefox/98.0'}
RESEND = '/api/auth/account/resend-confirmation'
REQUEST = '/api/auth/password/reset-request'
ACCOUNT = '/api/auth/profile/edit/account'
EMAIL_UPDATE = '/api/auth/email/update'
LINKS = {'account confirmation': f'{UI_URL}/account-confirmation?token=',
         'password reset': f'{UI_URL}/password-reset?token=',
         'password changed': None, 'old address': None, 'address changed': None,
         'new address': f'{UI_URL}/email-update?token=',
         'export ready': f'{UI_URL}/profile/edit/account'}
HOUR = {'en': 'an hour', 'fr': 'une heure', 'de': 'eine Stunde', 'it': "un'ora", 'nl': 'een uur',
        'es': 'una hora', 'pl': 'godzina', 'gl': 'unha hora', 'nb': 'en time'}
DELAYS = {  # of 3 s, 1 minute, 5 hours
    'en': ('3 seconds', 'a minute', '5 hours'), 'fr': ('3 secondes', 'une minute', '5 heures'),
    'de': ('3 Sekunden', 'eine Minute', '5 Stunden'), 'it': ('3 secondi', 'un minuto', '5 ore'),
    'nl': ('3 seconden', 'een minuut', '5 uur'), 'es': ('3 segundos', 'un minuto', '5 horas'),
    'pl': ('3 sekundy', 'minuta', '5 godzin'), 'gl': ('3 segundos', 'un minuto', '5 horas'),
    'nb': ('3 sekunder', 'et minutt', '5 timer')}


class Recipient:
    """An account whose name is difficult to encode, and the mails that it received."""

    def __init__(self, sql, language):
        self.language = language
        self.name = f'<i>Zoë & "{unique()}" \'東京\' 😀</i>'
        self.new_email = f'{unique("new")}+{language}@example.org'
        self.account = insert_user(sql, active=False, username=self.name, language=language,
                                   email=f'{unique()}@example.org')
        self.mails = {}

    def ask_for_confirmation(self, api):
        exact(api.post(RESEND, json={'email': self.account.email}, headers=HEADERS), RESENT)

    def ask_for_the_others(self, api, sql, minter):
        """Cause the mails of the other requests, and the message of an export."""
        sql.run('UPDATE users SET is_active = 1 WHERE id = %s', self.account.id)
        exact(api.post(REQUEST, json={'email': self.account.email}, headers=HEADERS),
              RESET_REQUESTED)
        body = {**self.account.credentials, 'email': self.new_email,
                'new_password': 'another password'}
        answer = api.request('PATCH', ACCOUNT, json=body, token=minter.token(self.account.id),
                             headers=HEADERS)
        assert answer.status == 200, answer.body
        message = {'mail': 'export_ready', 'to': self.account.email, 'username': self.name,
                   'language': self.language, 'user_id': str(self.account.id)}
        sql.insert('jobs', kind='mail', payload=json.dumps(message), run_after=now(),
                   created_at=now())

    def confirm_the_new_address(self, api):
        """Confirm the new address, which notifies the old one."""
        exact(api.post(EMAIL_UPDATE, json={'token': self.mails['new address'].token},
                       headers=HEADERS), EMAIL_UPDATED)

    def find_the_last(self, directory):
        left = [
            mail for mail in directory.to(
                self.account.email) if mail not in self.mails.values()]
        if left:
            self.mails['address changed'], = left
        return bool(left)

    def sort(self, directory):
        """Distinguish the mails by text that only one of them has; returns whether all have arrived."""
        to_old = directory.to(self.account.email)
        to_new = directory.to(self.new_email)
        if len(to_old) < 5 or len(to_new) < 1:
            return False
        marks = {'account confirmation': '/account-confirmation?',
                 'password reset': '/password-reset?', 'export ready': LINKS['export ready'],
                 'old address': self.new_email}
        for kind, mark in marks.items():
            self.mails[kind], = (mail for mail in to_old if mark in mail.text)
        self.mails['password changed'], = (mail for mail in to_old
                                           if mail not in self.mails.values())
        self.mails['new address'], = to_new
        return True


@pytest.fixture(scope='module')
def recipients(stack, db, minter, mailbox):
    """One recipient per language, after all mails have arrived."""
    api = Api(stack, Transcript())
    made = {language: Recipient(db, language) for language in LANGUAGES}

    def wait_for(condition, what):
        def worked_off():
            stack.run_worker_once()
            return all(map(condition, made.values()))
        until(worked_off, what)

    for recipient in made.values():
        recipient.ask_for_confirmation(api)
    wait_for(lambda recipient: mailbox.to(recipient.account.email), 'the confirmations')
    for recipient in made.values():
        recipient.ask_for_the_others(api, db, minter)
    wait_for(lambda recipient: recipient.sort(mailbox), 'six mails in every language')
    for recipient in made.values():
        recipient.confirm_the_new_address(api)
    wait_for(lambda recipient: recipient.find_the_last(mailbox), 'the last mails')
    return made


@pytest.fixture(params=LANGUAGES)
def language(request):
    return request.param


@pytest.fixture(params=LINKS)
def kind(request):
    return request.param


@pytest.fixture
def recipient(recipients, language):
    return recipients[language]


@pytest.fixture
def mail(recipient, kind):
    return recipient.mails[kind]


def raw_header(mail, name):
    """The header as sent, with folded lines joined."""
    head = mail.content.partition(b'\r\n\r\n')[0].decode('ascii')
    found = re.findall(rf'^{name}: ([^\r\n]*(?:\r\n[ \t][^\r\n]*)*)', head, re.MULTILINE)
    assert len(found) == 1, head
    return found[0]


def test_the_words_of_every_language_are_expected():
    where = f'HOUR and DELAYS in {__file__} have words for each language'
    assert sorted(HOUR) == sorted(DELAYS) == LANGUAGES, where


# ---- the headers --------------------------------------------------------------------------------

def test_the_subject_is_one_header_that_decodes(mail):
    subject = raw_header(mail, 'Subject')
    decoded = str(email.header.make_header(email.header.decode_header(subject)))
    for word in subject.split():
        if word.startswith('=?'):  # each word can be decoded by itself (RFC 2047, section 5)
            assert len(word) <= 75
            base64.b64decode(word[len('=?UTF-8?B?'):-2], validate=True).decode('utf-8')
    assert decoded.strip() and '=?' not in decoded and decoded.isprintable()
    assert mail.message['Subject'] == decoded


def test_the_headers_are_correct(mail, recipient, kind):
    message = mail.message
    assert [address.addr_spec for address in message['From'].addresses] == [SENDER]
    to = recipient.new_email if kind == 'new address' else recipient.account.email
    assert [address.addr_spec for address in message['To'].addresses] == [to] == mail.recipients
    assert message['Auto-Submitted'] == 'auto-generated'
    assert message['X-Envelope-From'] == SENDER
    for name in ('From', 'To', 'Subject', 'Date', 'Message-ID', 'MIME-Version', 'Auto-Submitted'):
        assert len(message.get_all(name)) == 1, name
    assert not message.defects


def test_the_message_is_ascii_in_short_lines(mail):
    assert mail.content.isascii()
    assert mail.content.count(b'\n') == mail.content.count(b'\r\n') == mail.content.count(b'\r')
    assert max(map(len, mail.content.split(b'\r\n'))) <= 998


def test_it_is_an_alternative_of_plain_text_and_html(mail):
    assert mail.message.get_content_type() == 'multipart/alternative'
    parts = list(mail.message.iter_parts())
    assert [part.get_content_type() for part in parts] == ['text/plain', 'text/html']
    assert [part.get_content_charset() for part in parts] == ['utf-8', 'utf-8']


# ---- the texts ----------------------------------------------------------------------------------

def test_both_parts_name_the_account_and_the_site(mail, recipient):
    assert recipient.name in mail.text
    assert recipient.name in unescape(mail.html)
    assert mail.text.rstrip().endswith(UI_URL) and f'"{UI_URL}"' in mail.html


def test_html_has_every_value_escaped(mail, recipient):
    assert '<i>' not in mail.html and '</i>' not in mail.html
    assert ' & ' not in mail.html and recipient.name not in mail.html
    assert '&lt;i&gt;Zoë &amp; &quot;' in mail.html


def test_the_link_is_in_both_parts(mail, kind):
    if LINKS[kind] is None:
        assert 'token=' not in mail.text and mail.text.count('://') == 1
        return
    link, = re.findall(rf'{re.escape(LINKS[kind])}[A-Za-z0-9_.-]*', mail.text)
    assert f'<a href="{link}">' in mail.html
    assert ('token=' in link) is (kind != 'export ready')


def test_the_device_is_named_except_for_the_export(mail, kind):
    for part in (mail.text, mail.html):
        assert ('Linux' in part, 'Firefox' in part) == ((kind != 'export ready',) * 2)


def test_the_mail_to_the_old_address_names_the_new_one(recipient):
    for kind in ('old address', 'address changed'):
        for part in (recipient.mails[kind].text, recipient.mails[kind].html):
            assert recipient.new_email in unescape(part)


def test_nothing_is_left_to_fill_in(mail):
    for part in (mail.text, mail.html):
        assert not re.search(r'[{}]|%s|\(null\)|None', part)


def test_the_validity_is_in_words(recipient, language):
    mail = recipient.mails['password reset']
    for part in (mail.text, unescape(mail.html)):
        assert HOUR[language] in part and '3600' not in part


def test_html_declares_its_language(mail, language):
    assert f'<html lang="{language}">' in mail.html


def test_every_language_has_words_of_its_own(recipients, kind):
    subjects = [recipients[language].mails[kind].message['Subject'] for language in LANGUAGES]
    assert len(set(subjects)) == len(LANGUAGES)
    for number in range(2, 4):  # the paragraphs: the reason for the mail, and the instructions
        texts = [re.split(r'(?:\r?\n){2}', recipients[language].mails[kind].text)[number - 1]
                 for language in LANGUAGES]
        assert len(set(texts)) == len(LANGUAGES)


def test_each_kind_has_a_subject_of_its_own(recipient):
    subjects = {mail.message['Subject'] for mail in recipient.mails.values()}
    assert len(subjects) == len(LINKS)


# ---- other validities of the link ---------------------------------------------------------------

@pytest.mark.parametrize(('seconds', 'which'), [(3, 0), (60, 1), (18000, 2)])
def test_other_validities_are_in_words_too(programs, shared_scratch, stack, mailbox, seconds,
                                           which):
    settings = {'DATABASE_URL': shared_scratch.url,
                'PASSWORD_TOKEN_EXPIRATION_SECONDS': str(seconds)}
    with shared_scratch.connect() as sql:
        sql.run('DELETE FROM jobs')
        accounts = {language: insert_user(sql, language=language) for language in LANGUAGES}
        for account in accounts.values():
            exact(programs.cgi('POST', REQUEST, json={'email': account.email}, settings=settings),
                  RESET_REQUESTED)
        assert stack.run_worker_once(settings=settings).returncode == 0
    for language, account in accounts.items():
        mail, = mailbox.to(account.email)
        for part in (mail.text, unescape(mail.html)):
            assert DELAYS[language][which] in part


# ---- unsupported languages -----------------------------------------------------------------------

@pytest.mark.parametrize('stored', [None, '', 'xx', 'EN', 'fr-FR', 'fr ', '../fr', 'é',
                                    'en\r\nX: y'])
def test_english_is_the_fallback(api, make_user, mail_for, recipients, stored):
    account = make_user(language=stored)
    exact(api.post(REQUEST, json={'email': account.email}), RESET_REQUESTED)
    mail = mail_for(account.email)
    assert mail.message['Subject'] == recipients['en'].mails['password reset'].message['Subject']
    assert 'an hour' in mail.text and 'ignore' in mail.text


def test_the_language_is_that_of_the_account_and_not_of_the_browser(api, make_user, mail_for,
                                                                    recipients):
    account = make_user(language='de')
    exact(api.post(REQUEST, json={'email': account.email}, headers={'Accept-Language': 'fr'}),
          RESET_REQUESTED)
    assert (mail_for(account.email).message['Subject'] ==
            recipients['de'].mails['password reset'].message['Subject'])


@pytest.mark.parametrize('language', LANGUAGES)
def test_a_registration_is_answered_in_the_language_that_it_names(register, mail_for, recipients,
                                                                  language):
    mail = mail_for(register(language=language).email)
    expected = recipients[language].mails['account confirmation']
    assert mail.message['Subject'] == expected.message['Subject']


# ---- imported data -------------------------------------------------------------------------------

NAMES = ['x\r\nBcc: victim@example.org', 'x\nX-Injected: y', 'x\r\n\r\nbody', '=?UTF-8?B?eA==?=',
         '"x" <victim@example.org>', "x', 'y", '\r\n.\r\n', '.', 'x\ry', '\x01\x1b', '{link}{site}',
         '<script>alert(1)</script>', '</body>', '&amp;', '\u202e\u2028']


@pytest.mark.parametrize('name', NAMES)
def test_a_name_adds_no_header_and_no_recipient(api, make_user, mail_for, name):
    name = f'{unique()}{name}'
    account = make_user(username=name, email=f'{unique()}@example.org')
    exact(api.post(REQUEST, json={'email': account.email}), RESET_REQUESTED)
    mail = mail_for(account.email)
    assert mail.recipients == [account.email]
    assert not mail.message['Bcc'] and not mail.message['X-Injected'] and not mail.message.defects
    assert list(mail.message.iter_parts())[1].get_content_type() == 'text/html'
    assert '<script' not in mail.html and mail.html.count('</body>') == 1
    assert mail.content.count(b'\n') == mail.content.count(b'\r\n') == mail.content.count(b'\r')
    for part in (mail.text, unescape(mail.html)):
        assert name.replace('\r', '') in part.replace('\r', '')


@pytest.mark.parametrize('form', [
    '{}\r\nBcc: victim@example.org', '{}\nX-Injected: y', '{}\r\n\r\nbody',
    '{}>\r\nRCPT TO:<victim@example.org', '{}, victim@example.org', 'victim@example.org <{}>',
    '"{}" victim@example.org', '{}\x00'])
@pytest.mark.parametrize('path', [REQUEST, ACCOUNT])
def test_an_address_adds_no_header_and_no_recipient(programs, shared_scratch, stack, minter,
                                                    mailbox, path, form):
    settings = {'DATABASE_URL': shared_scratch.url}
    new_email = f'{unique()}@example.org'
    before = len(mailbox.all())
    with shared_scratch.connect() as sql:
        sql.run('DELETE FROM jobs')
        account = insert_user(sql, email=form.format(f'{unique()}@example.org'))
        if path == REQUEST:
            answer = programs.cgi('POST', path, json={'email': account.email.replace('\x00', '')},
                                  settings=settings)
        else:
            answer = programs.cgi('PATCH', path, json={'email': new_email,
                                                       'password': account.password},
                                  token=minter.token(account.id), settings=settings)
        assert answer.status == 200
        stack.run_worker_once(settings=settings)
        sql.run('DELETE FROM jobs')
    mails = mailbox.all()[before:]
    assert 'victim@example.org' not in [one for mail in mails for one in mail.recipients]
    assert not [mail for mail in mails if mail.message['Bcc'] or mail.message['X-Injected']]
    if path == ACCOUNT:  # the valid address still gets its mail
        assert [mail.recipients for mail in mails if new_email in mail.recipients] == [[new_email]]
