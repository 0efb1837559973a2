"""Exit statuses and messages, usage errors, secrets, prompts."""

import http.server
import json
import os
import re
import threading
from contextlib import closing

import pytest

from tests.api.client.command import PARTS, SHELLS, make_recorders, make_tools
from tests.api.support.scoped import oauth2_token
from tests.harness import people
from tests.harness.ports import ReservedPort

NEW_PASSWORD = 'another "good" pass\\word é'


# ---- errors ------------------------------------------------------------------------------------

def test_the_message_of_the_server_is_printed_on_one_line(client, registration, user):
    body = registration()
    assert client.refused(1, 'login', user.email, env={'FITGATE_PASSWORD': 'wrong'}) == \
        'invalid credentials'
    assert client.refused(1, 'register', 'a!', body['email'], '--accept-policy',
                          env={'FITGATE_PASSWORD': 'short'}) == (
        'username: 3 to 30 characters required; username: only alphanumeric characters and the '
        'underscore character "_" allowed; password: 8 characters required')


def test_the_raw_reply_of_a_refusal_is_printed(one_client, user):
    done = one_client('login', user.email, '--json', env={'FITGATE_PASSWORD': 'wrong'})
    assert done.returncode == 1 and done.stderr == 'fitgate: invalid credentials\n'
    assert json.loads(done.stdout) == {'status': 'error', 'message': 'invalid credentials'}


def test_an_expired_token(logged_in, user, minter):
    session = logged_in.directory / 'default.session'
    expired = minter.token(user.id, iat=1, exp=2)
    session.write_text(f'url {logged_in.url}\ntoken {expired}\n')
    assert 'log in with' in logged_in.refused(4, 'profile', 'get')
    logged_in.refused(4, 'logout')
    assert session.read_text() == f'url {logged_in.url}\n'


def test_a_token_without_the_scope(one_client, user, db):
    token = oauth2_token(db, user.id, 'profile:write').text
    assert 'higher privileges' in one_client.refused(1, 'whoami', env={'FITGATE_TOKEN': token})


def test_no_server(client):
    with closing(ReservedPort()) as port:
        done = client('ping', '--url', 'http://127.0.0.1:%d' % port.number)
    assert done.returncode == 3 and done.stdout == ''
    assert 'fitgate: no reply from http://127.0.0.1' in done.stderr


def test_another_kind_of_server(client):
    with http.server.ThreadingHTTPServer(('127.0.0.1', 0), http.server.SimpleHTTPRequestHandler) \
            as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        message = client.refused(5, 'ping', '--url', 'http://127.0.0.1:%d' % server.server_port)
        server.shutdown()
    assert message == 'unexpected reply with status 404: is this a Fitgate server?'


USAGE_ERRORS = [
    ((), 'usage: fitgate'),
    (('nonsense',), "unknown command 'nonsense'"),
    (('login|EMAIL', 'a'), "unknown command 'login|EMAIL'"),
    (('#', 'account'), "unknown command '#'"),
    (('login',), 'login: missing argument EMAIL'),
    (('login', 'a', 'b'), "login: unexpected argument 'b'"),
    (('--nonsense', 'ping'), "unknown option '--nonsense'"),
    (('-x', 'ping'), "unknown option '-x'"),
    (('ping', '--url'), 'option --url requires a value'),
    (('ping', '-o'), 'option -o requires a value'),
    (('ping', '--json=yes'), 'option --json takes no value'),
    (('profile', 'get', '-o', 'x'), 'profile get: option --output does not apply'),
    (('login', 'x', '--language=fr'), 'login: option --language does not apply'),
    (('profile',), "incomplete command 'profile'"),
    (('profile', 'nonsense'), "unknown command 'profile nonsense'"),
    (('profile', 'set'), 'profile set: missing argument KEY=VALUE...'),
    (('profile', 'set', 'nonsense=1'),
     "profile set: unknown key 'nonsense'; the keys are: first_name"),
    (('profile', 'set', 'bio'), "profile set: expected KEY=VALUE, not 'bio'"),
    (('profile', 'get', 'a/b'), "invalid key 'a/b'"),
    (('preferences', 'get', 'bio'), "preferences get: unknown key 'bio'"),
    (('sport', 'set', '1'), 'sport set: missing argument KEY=VALUE...'),
    (('sport', 'set', 'x', 'color=#fff'), "invalid ID 'x'"),
    (('sport', 'set', '1', 'stopped_speed_threshold=1e3'),
     "invalid value '1e3' for stopped_speed_threshold"),
    (('sport', 'reset', '../1'), "invalid ID '../1'"),
    (('ping', '--url', 'ftp://x'), 'the URL of the server must begin with https:// or http://'),
    (('ping', '--url', 'http://x y'), 'invalid character in the URL'),
    (('ping', '--url', 'http://x"y'), 'invalid character in the URL'),
    (('register', 'name', 'a@example.org'), '--accept-policy is required'),
    (('picture', 'get', 'a/b'), "invalid user name 'a/b'"),
    (('login', 'x@example.org'), 'no terminal to ask for a password'),
    (('login', 'x@example.org', '--password-stdin'), 'no line with the password on standard input'),
    (('login', '--password-stdin', '--', '-x'), 'no line with the password'),
    (('resend', b'\xff@example.org'), 'the value for email is not UTF-8 text')]


@pytest.mark.parametrize('arguments, message', USAGE_ERRORS, ids=str)
def test_a_usage_error_is_reported(one_client, token, arguments, message):
    done = one_client(*map(os.fsdecode, arguments), env={'FITGATE_TOKEN': token})
    assert (done.returncode, done.stdout) == (2, '')
    assert done.stderr.startswith(f'fitgate: {message}' if arguments else message)


def test_without_a_server_or_curl(one_client, tmp_path):
    assert 'no server given' in one_client.refused(2, 'ping', env={'FITGATE_URL': None})
    one_client.tools = make_tools(tmp_path / 'bare')
    (one_client.tools / 'curl').unlink()
    assert one_client.refused(6, 'ping') == 'could not find curl: install it'


def test_a_home_that_cannot_be_written(one_client, user):
    (one_client.home / '.config').write_text('a file')
    env = {'FITGATE_PASSWORD': user.password}
    done = one_client('login', user.email, env=env)
    assert done.returncode == 6 and 'could not write file' in done.stderr
    assert 'could not save the token' in one_client.refused(
        6, 'login', user.email, env={**env, 'HOME': None})


# ---- secrets -----------------------------------------------------------------------------------

def variables_of_the_client():
    """The name of every variable that the client assigns."""
    return {name for part in PARTS.glob('*.sh')
            for name in re.findall(r'\b([a-z_]+)=', part.read_text())}


@pytest.mark.parametrize('shell', SHELLS)
def test_no_process_has_a_secret_in_its_arguments_or_environment(
        make_client, make_user, tmp_path, mails_for, shell):
    client = make_client(shell)
    log = tmp_path / 'log'
    client.tools = make_recorders(tmp_path / 'recorders', client.tools, log)
    # unique, so that no other process has these values
    old, new = people.unique('old'), people.unique('new')
    user = make_user(password=old)
    exported = dict.fromkeys(variables_of_the_client(), 'x')
    client.ok('login', user.email, env={**exported, 'FITGATE_PASSWORD': old})
    token = re.search('token (.*)', (client.directory / 'default.session').read_text())[1]
    client.ok('whoami', env=exported)
    client.ok('whoami', env={**exported, 'FITGATE_TOKEN': token})
    client.ok('password', 'change',
              env={**exported, 'FITGATE_PASSWORD': old, 'FITGATE_NEW_PASSWORD': new})
    client.ok('password', 'reset', user.email)
    mail, = (mail for mail in mails_for(user.email, 2) if 'reset' in mail.text)
    client.ok('password', 'set', stdin=mail.content, env={**exported, 'FITGATE_NEW_PASSWORD': old})
    recorded = log.read_text(errors='replace')
    assert f'{client.tools}/curl' in recorded and str(client.script) in recorded
    assert [secret for secret in (old, new, token, mail.token) if secret in recorded] == []


@pytest.mark.parametrize('shell', SHELLS)
def test_a_password_is_typed_without_echo(make_client, user, shell):
    client = make_client(shell)
    with client.on_terminal('login', user.email) as terminal:
        terminal.wait_for('Password: ', echo=False)
        terminal.type(user.password + '\n')
        assert terminal.status() == 0
        assert terminal.echoes()
        assert terminal.shown.split() == 'Password: successfully logged in'.split()


@pytest.mark.parametrize('shell', SHELLS)
def test_ctrl_c_at_the_prompt_leaves_the_terminal_as_it_was(make_client, user, shell):
    client = make_client(shell)
    with client.on_terminal('login', user.email) as terminal:
        terminal.wait_for('Password: ', echo=False)
        assert terminal.interrupt() in (-2, 130)
        assert terminal.echoes()
    assert not client.directory.exists()


def test_a_new_password_is_typed_twice(one_client, user):
    one_client.log_in(user)
    env = {'FITGATE_PASSWORD': user.password}
    for repeated, status in (('a different one', 2), (NEW_PASSWORD, 0)):
        with one_client.on_terminal('password', 'change', env=env) as terminal:
            terminal.wait_for('New password: ', echo=False)
            terminal.type(NEW_PASSWORD + '\n')
            terminal.wait_for('Repeat password: ', echo=False)
            terminal.type(repeated + '\n')
            assert terminal.status() == status
    one_client.ok('login', user.email, env={'FITGATE_PASSWORD': NEW_PASSWORD})


# ---- standard input from Windows ---------------------------------------------------------------

def test_a_line_of_standard_input_can_end_in_a_carriage_return(one_client, user):
    one_client.ok('login', user.email, '--password-stdin', stdin=user.password + '\r\n')


def test_a_byte_order_mark_in_front_of_standard_input_is_dropped(client, user):
    """PowerShell sends one: 'password' | fitgate login EMAIL --password-stdin."""
    client.ok('login', user.email, '--password-stdin', stdin=f'\ufeff{user.password}\r\n')
    client.ok('password', 'change', '--password-stdin',
              stdin=f'\ufeff{user.password}\r\n\ufeff{NEW_PASSWORD}\r\n')
    client.ok('login', user.email, env={'FITGATE_PASSWORD': '\ufeff' + NEW_PASSWORD})
