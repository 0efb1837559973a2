"""Finding the token in a complete e-mail, as the server sends it and as relays change it."""

import email.charset
import email.policy
import re
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText

import pytest

from tests.api.client.command import AWKS, make_tools
from tests.harness import people

LANGUAGES = ('en', 'fr', 'de', 'it', 'nb', 'nl', 'es', 'gl', 'pl')
ASCII = ('en', 'nl')  # the languages whose texts are pure ASCII
NEW_PASSWORD = 'another "good" pass\\word é'


# ---- e-mails of the server ---------------------------------------------------------------------

def register_with(client, body):
    client.ok('register', body['username'], body['email'], '--accept-policy',
              '--language', body['language'], env={'FITGATE_PASSWORD': body['password']})


@pytest.mark.parametrize('language', LANGUAGES)
def test_a_whole_email_is_accepted_in_each_language(client, registration, mails_for, language):
    """Three commands read an e-mail: confirm, password set and email confirm."""
    body = registration(language=language)
    register_with(client, body)
    mail, = mails_for(body['email'], 1)
    assert (b'quoted-printable' in mail.content) == (language not in ASCII)
    assert client.ok('confirm', stdin=mail.content) == 'account confirmation successful\n'

    client.ok('password', 'reset', body['email'])
    mail = mails_for(body['email'], 2)[-1]
    assert client.ok('password', 'set', stdin=mail.content,
                     env={'FITGATE_NEW_PASSWORD': NEW_PASSWORD}) == 'password updated\n'

    client.ok('login', body['email'], env={'FITGATE_PASSWORD': NEW_PASSWORD})
    address = f'{people.unique()}@example.org'
    client.ok('email', 'change', address, env={'FITGATE_PASSWORD': NEW_PASSWORD})
    mail, = mails_for(address, 1)
    assert client.ok('email', 'confirm', stdin=mail.content) == 'email updated\n'


@pytest.mark.parametrize('form', [
    '{link}', '{token}\r\n', '<{link}>', '  {link} \n', '\ufeff{link}\r\n', 'token={token}\n',
    '{link}&other=1\n'], ids=repr)
def test_the_link_or_the_token_alone_is_accepted(one_client, register, mail_for, form):
    account = register()
    mail = mail_for(account.email)
    one_client.ok('confirm', stdin=form.format(link=mail.link, token=mail.token))


def test_an_email_can_be_pasted_into_a_terminal(one_client, registration, mail_for):
    """The client reads the lines after the link, too: otherwise the shell would run them."""
    body = registration(language='fr')
    register_with(one_client, body)
    text = mail_for(body['email']).text
    with one_client.on_terminal('confirm') as terminal:
        terminal.wait_for('Link from the e-mail: ', echo=True)
        terminal.type(text.replace('\r', '') + '\n')
        terminal.wait_for('end it with Ctrl-D', echo=True)
        terminal.type('\x04')
        assert terminal.status() == 0
    assert 'account confirmation successful' in terminal.shown


def test_an_email_without_a_link_is_refused(client):
    for text in ('From: a@example.org\n\nHello\n', '\n\n', 'Hello there,\n',
                 'X-Link: https://example.org/?token=abc\n\nHello\n'):
        assert client.refused(2, 'confirm', stdin=text) == 'no link with a token in the e-mail'
    assert 'no line with the link' in client.refused(2, 'confirm')


def test_the_password_does_not_follow_a_whole_email(one_client):
    assert one_client.refused(2, 'password', 'set', '--password-stdin',
                              stdin='From: a@example.org\n\nhttps://example.org/?token=x\n') == \
        'with --password-stdin, give the link from the e-mail, not the whole e-mail'


# ---- e-mails changed by relays and users -------------------------------------------------------

# A token that begins like an encoded character, as one in 4,096 does, and
# one that is longer than a line.
TOKENS = ('3D3dnsao6VV_Tgyl7-xXwQ5eDUVQhJHUTm8oaqNjh-c',
          'eyJhbGciOiJIUzI1NiJ9.' + 'eyJhdWQiOiJwYXNz' * 8 + '._-x')
TEXT = '''Bonjour Zoë,

Veuillez confirmer l’adresse pour activer le compte. Cette ligne est assez longue pour être coupée.

Confirmer le compte
https://fitgate.example/account-confirmation?token={}

La demande provient de cet appareil : système d’exploitation Linux.
'''
HTML = '''<p>Veuillez confirmer l’adresse.</p>
<p><a href="https://fitgate.example/?token={}">Confirmer</a></p>
'''


def encoded_mail(token, encoding, *, only=None, line_end=b'\n'):
    """A message encoded by Python, with a token in the header that a relay has added."""
    message = MIMEMultipart('alternative')
    message['From'] = 'fitgate@example.org'
    message['List-Unsubscribe'] = '<https://relay.example/unsubscribe?token=not-this-one>'
    charset = email.charset.Charset('utf-8')
    charset.body_encoding = {'quoted-printable': email.charset.QP, 'base64': email.charset.BASE64,
                             '8bit': None}[encoding]
    for kind, text in (('plain', TEXT), ('html', HTML)):
        if only in (None, kind):
            part = MIMEText('', kind)
            del part['Content-Transfer-Encoding']
            part.set_payload(text.format(token), charset)
            message.attach(part)
    content = message.as_bytes(policy=email.policy.compat32.clone(max_line_length=None))
    return content.replace(b'\n', line_end)


def find_token(client, content):
    done = client.call_function('find_mail_token', 'mail', stdin=content)
    return (done.returncode, done.stdout.decode().rstrip('\n'), done.stderr)


@pytest.mark.parametrize('encoding', ['quoted-printable', 'base64', '8bit'])
@pytest.mark.parametrize('awk', AWKS)
def test_the_token_is_found_in_every_encoding(one_client, tmp_path, awk, encoding):
    one_client.tools = make_tools(tmp_path / 'tools', awk=awk)
    for token in TOKENS:
        for only in (None, 'plain', 'html'):
            for line_end in (b'\n', b'\r\n'):
                content = encoded_mail(token, encoding, only=only, line_end=line_end)
                assert find_token(one_client, content) == (0, token, b''), content


@pytest.mark.parametrize('awk', AWKS)
def test_the_token_is_found_in_a_part_of_the_source(one_client, tmp_path, awk):
    """The part is copied from "show source": from the boundary on, or only the text."""
    one_client.tools = make_tools(tmp_path / 'tools', awk=awk)
    for token in TOKENS:
        content = encoded_mail(token, 'quoted-printable')
        part = content[content.index(b'\n--') + 1:]
        assert find_token(one_client, part) == (0, token, b'')
        text = part.partition(b'\n\n')[2].partition(b'\n--')[0] + b'\n'
        assert find_token(one_client, text) == (0, token, b'')
        assert find_token(one_client, b'\n' + TEXT.format(token).encode()) == (0, token, b'')


def test_a_link_can_be_copied_from_the_source_in_two_lines(one_client):
    token = TOKENS[0]
    text = f'https://fitgate.example/account-confirmation?token=3D{token[:20]}=\r\n{token[20:]}\r\n'
    assert find_token(one_client, text.encode()) == (0, token, b'')
    assert one_client.refused(1, 'confirm', stdin=text).startswith('invalid')


def test_a_soft_line_break_can_be_anywhere_in_the_link(one_client):
    token = TOKENS[0]
    link = f'https://fitgate.example/?token=3D{token}'
    for cut in range(1, len(link)):
        if re.search('=[3D]?$', link[:cut]):
            continue  # an encoded character is never split
        text = f'Content-Transfer-Encoding: Quoted-Printable\n\n{link[:cut]}=\n{link[cut:]}\n'
        assert find_token(one_client, text.encode()) == (0, token, b''), text
