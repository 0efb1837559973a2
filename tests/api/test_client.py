"""scripts/fitgate, the shell client: against a whole running server, under every shell it is for,
with and without jq."""

import http.server
import json
import os
import re
import signal
import stat
import subprocess
import threading
import zipfile

import pytest

from scripts.stack import reserve_port
from support import SOURCE, people
from support.client_command import (SCRIPT, SHELLS, Command, CuttingProxy, make_recorders,
                                    make_tools)
from support.pictures import png
from support.scoped import oauth2_token

VARIANTS = [('dash', True), ('busybox', False)]  # each command with each shell and each reader
NEW_PASSWORD = 'another "good" pass\\word é'


@pytest.fixture(scope='module')
def tools(tmp_path_factory):
    """Folders for PATH: tools(busybox, jq)."""
    folder = tmp_path_factory.mktemp('tools')
    made = {(busybox, jq): make_tools(folder / f'{busybox}{jq}', busybox=busybox, jq=jq)
            for busybox in (True, False) for jq in (True, False)}
    return lambda busybox, jq: made[busybox, jq]


@pytest.fixture
def make_client(stack, journal, tools, tmp_path):
    def make(shell='dash', jq=False, url=stack.base_url, name='home'):
        return Command(shell, tools(shell == 'busybox', jq), tmp_path / name, url, journal)
    return make


@pytest.fixture(params=VARIANTS, ids=['dash-jq', 'busybox-awk'])
def client(request, make_client):
    return make_client(*request.param)


@pytest.fixture
def one_client(make_client):
    """For what does not depend on the shell or on how answers are read."""
    return make_client()


@pytest.fixture
def logged_in(client, user):
    client.log_in(user)
    return client


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def values(printed):
    """The "key: value" lines."""
    return dict(line.split(': ', 1) for line in printed.splitlines())


# ---- accounts ----------------------------------------------------------------------------------

def test_an_account_begins(client, registration, mail_for):
    body = registration()
    printed = client.ok('register', body['username'], body['email'], '--accept-policy',
                        '--language', 'fr', env={'FITGATE_PASSWORD': NEW_PASSWORD})
    assert printed == 'registered; the link in the e-mail is for: fitgate confirm\n'
    printed = client.ok('confirm', stdin=mail_for(body['email']).link + '\n')
    assert printed == 'account confirmation successful\n'
    assert values(client.ok('whoami')) == {
        'username': body['username'], 'email': body['email'], 'server': client.url}
    assert client.ok('profile', 'get', 'language') == 'fr\n'
    client.ok('logout')
    client.ok('login', body['email'], '--password-stdin', stdin=NEW_PASSWORD + '\n')


def test_a_confirmation_is_sent_again(one_client, register, mails_for):
    account = register()
    mails_for(account.email, 1)
    assert one_client.ok('resend', account.email) == 'confirmation email resent\n'
    token = mails_for(account.email, 2)[-1].token
    one_client.ok('confirm', stdin=token)


def test_a_line_may_end_as_in_an_email(one_client, register, mail_for):
    account = register()
    one_client.ok('confirm', stdin=mail_for(account.email).link + '\r\n')


def test_login_and_logout(client, user):
    assert client.ok('login', user.email, '--password-stdin', stdin=user.password + '\n') == \
        'successfully logged in\n'
    token = re.search('token (.*)', (client.folder / 'default.session').read_text())[1]
    assert client.ok('logout') == 'successfully logged out\n'
    assert token not in (client.folder / 'default.session').read_text()
    assert 'not logged in' in client.refused(4, 'whoami')
    assert 'invalid' in client.refused(4, 'whoami', env={'FITGATE_TOKEN': token})


def test_what_is_kept_is_its_owners_alone(one_client, user):
    one_client.log_in(user)
    assert mode(one_client.folder) == 0o700
    assert {path.name: mode(path) for path in one_client.folder.iterdir()} == \
        {'default.session': 0o600}


def test_the_config_folder_moves(one_client, user, tmp_path):
    folder = tmp_path / 'a folder'
    env = {'XDG_CONFIG_HOME': str(folder)}
    one_client.ok('login', user.email, env={**env, 'FITGATE_PASSWORD': user.password})
    assert (folder / 'fitgate' / 'default.session').exists()
    assert values(one_client.ok('whoami', env=env))['username'] == user.username


def test_the_server_of_the_login_is_remembered(one_client, user):
    one_client.log_in(user)
    assert user.username in one_client.ok('whoami', env={'FITGATE_URL': None})
    one_client.ok('logout', env={'FITGATE_URL': None})
    one_client.ok('login', user.email, env={'FITGATE_URL': None,
                                            'FITGATE_PASSWORD': user.password})


def test_a_token_goes_to_no_other_server(one_client, user, stack):
    one_client.log_in(user)
    message = one_client.refused(4, 'whoami', '--url', f'http://localhost:{stack.port}')
    assert 'not logged in at http://localhost' in message


def test_two_accounts_side_by_side(one_client, make_user):
    first, second = make_user(), make_user()
    for name, account in (('one', first), ('two', second)):
        one_client.ok('login', account.email, '--account', name,
                      env={'FITGATE_PASSWORD': account.password})
    assert first.username in one_client.ok('--account=one', 'whoami')
    assert second.username in one_client.ok('--account=two', 'whoami')
    assert 'not logged in' in one_client.refused(4, 'whoami')
    one_client.refused(2, 'whoami', '--account', '../one')


def test_a_token_from_the_environment_wins(one_client, make_user, minter):
    kept, given = make_user(), make_user()
    one_client.log_in(kept)
    env = {'FITGATE_TOKEN': minter.token(given.id)}
    assert given.username in one_client.ok('whoami', env=env)
    one_client.ok('logout', env=env)
    assert kept.username in one_client.ok('whoami')


# ---- what is in an account ---------------------------------------------------------------------

def test_the_profile_is_read(logged_in, user, profile, minter):
    printed = values(logged_in.ok('profile', 'get'))
    for key, value in profile(minter.token(user.id)).items():
        if isinstance(value, (bool, str)):
            assert printed[key] == str(value).lower() if isinstance(value, bool) else value
    assert printed['bio'] == '' and printed['sports_list'] == '[]'
    assert logged_in.ok('profile', 'get', 'username') == user.username + '\n'
    assert 'no such key' in logged_in.refused(2, 'profile', 'get', 'nothing')
    answer = json.loads(logged_in.ok('profile', 'get', '--json'))
    assert answer['data']['username'] == user.username


BIO = 'two "lines"\n\\backslash\\ \té € 😀 \x1b[31m \x7f;$(id) %s \\n\n'


def test_the_profile_is_changed_and_what_is_not_named_stays(logged_in, user, profile, minter):
    logged_in.ok('profile', 'set', f'bio={BIO}', 'birth_date=1980-02-29', 'first_name=S=m')
    after = profile(minter.token(user.id))
    assert (after['bio'], after['first_name'], after['last_name']) == (BIO, 'S=m', None)
    assert after['birth_date'] == 'Fri, 29 Feb 1980 00:00:00 GMT'
    assert logged_in.ok('profile', 'set', 'location=Gap', 'location=') == 'user profile updated\n'
    after = profile(minter.token(user.id))
    assert (after['bio'], after['location']) == (BIO, '')
    assert after['birth_date'] == 'Fri, 29 Feb 1980 00:00:00 GMT'
    assert logged_in.ok('profile', 'get', 'bio') == BIO + '\n'
    shown = values(logged_in.ok('profile', 'get'))['bio']
    assert shown == 'two "lines"\\n\\\\backslash\\\\ \\té € 😀 \\0033[31m \\0177;$(id) %s \\\\n\\n'


def test_preferences(logged_in, user, profile, minter):
    before = values(logged_in.ok('preferences', 'get'))
    assert before == {'date_format': 'MM/dd/yyyy', 'timezone': 'Europe/Paris', 'language': 'en',
                      'display_ascent': 'true', 'imperial_units': 'false',
                      'start_elevation_at_zero': 'true', 'use_raw_gpx_speed': 'false',
                      'weekm': 'false'}
    logged_in.ok('preferences', 'set', 'weekm=yes', 'display_ascent=false', 'language=de')
    assert values(logged_in.ok('preferences', 'get')) == {
        **before, 'weekm': 'true', 'display_ascent': 'false', 'language': 'de'}
    assert logged_in.ok('preferences', 'get', 'language') == 'de\n'
    assert 'weekm is true or false' in logged_in.refused(2, 'preferences', 'set', 'weekm=maybe')


def test_sports(logged_in, user, db):
    lines = [line.split('\t') for line in logged_in.ok('sport', 'list').splitlines()]
    assert [(int(line[0]), line[1]) for line in lines] == [
        (row['id'], row['label']) for row in db.rows('SELECT id, label FROM sports ORDER BY id')]
    assert lines[0][2:4] == ['true', '']
    logged_in.ok('sport', 'set', '1', 'color=#00ff00', 'is_active=no',
                 'stopped_speed_threshold=0.25')
    sport = values(logged_in.ok('sport', 'get', '1'))
    assert (sport['color'], sport['is_active_for_user'], sport['stopped_speed_threshold']) == \
        ('#00ff00', 'false', '0.25')
    assert logged_in.ok('sport', 'list').splitlines()[0].split('\t')[2:] == \
        ['false', '#00ff00', '0.25']
    assert logged_in.ok('sport', 'reset', '1') == 'sport reset\n'
    assert logged_in.ok('sport', 'list').splitlines()[0].split('\t') == lines[0]
    assert logged_in.refused(1, 'sport', 'reset', '9999') == 'sport does not exist'


def test_an_accepted_policy(one_client, make_user, db):
    user = make_user(accepted_policy_date=None)
    one_client.log_in(user)
    one_client.ok('policy', 'accept')
    assert one_client.ok('profile', 'get', 'accepted_privacy_policy') == 'true\n'


def test_what_the_server_says_of_itself(client):
    assert client.ok('ping') == 'pong!\n'
    assert client.ok('config', 'version') == '0.7.18\n'
    assert values(client.ok('config'))['gpx_limit_import'] == '10'


# ---- passwords and addresses -------------------------------------------------------------------

def test_the_password_is_changed(logged_in, user):
    assert logged_in.refused(1, 'password', 'change', '--password-stdin',
                             stdin=f'wrong password\n{NEW_PASSWORD}\n') == 'invalid credentials'
    logged_in.ok('password', 'change', '--password-stdin',
                 stdin=f'{user.password}\n{NEW_PASSWORD}')
    assert user.username in logged_in.ok('whoami')
    logged_in.ok('login', user.email, env={'FITGATE_PASSWORD': NEW_PASSWORD})


def test_a_forgotten_password(client, user, mail_for):
    assert client.ok('password', 'reset', user.email) == 'password reset request processed\n'
    link = mail_for(user.email).link
    assert client.ok('password', 'set', stdin=link, env={'FITGATE_NEW_PASSWORD': NEW_PASSWORD}) == \
        'password updated\n'
    client.ok('login', user.email, env={'FITGATE_PASSWORD': NEW_PASSWORD})
    assert 'invalid token' in client.refused(1, 'password', 'set', '--password-stdin',
                                             stdin=f'{link}\n{NEW_PASSWORD}\n')


def test_another_address(logged_in, user, mail_for):
    address = f'{people.unique()}@example.org'
    logged_in.ok('email', 'change', address, env={'FITGATE_PASSWORD': user.password})
    assert logged_in.ok('email', 'confirm', stdin=mail_for(address).token + '\n') == \
        'email updated\n'
    assert values(logged_in.ok('whoami'))['email'] == address


# ---- errors ------------------------------------------------------------------------------------

def test_the_servers_refusal_is_told_on_one_line(client, registration, user):
    body = registration()
    assert client.refused(1, 'login', user.email, env={'FITGATE_PASSWORD': 'wrong'}) == \
        'invalid credentials'
    assert client.refused(1, 'register', 'a!', body['email'], '--accept-policy',
                          env={'FITGATE_PASSWORD': 'short'}) == (
        'username: 3 to 30 characters required; username: only alphanumeric characters and the '
        'underscore character "_" allowed; password: 8 characters required')


def test_the_raw_answer_of_a_refusal(one_client, user):
    done = one_client('login', user.email, '--json', env={'FITGATE_PASSWORD': 'wrong'})
    assert done.returncode == 1 and done.stderr == 'fitgate: invalid credentials\n'
    assert json.loads(done.stdout) == {'status': 'error', 'message': 'invalid credentials'}


def test_an_expired_token(logged_in, user, minter):
    session = logged_in.folder / 'default.session'
    expired = minter.token(user.id, iat=1, exp=2)
    session.write_text(f'url {logged_in.url}\ntoken {expired}\n')
    assert 'log in with' in logged_in.refused(4, 'profile', 'get')
    logged_in.refused(4, 'logout')
    assert session.read_text() == f'url {logged_in.url}\n'


def test_a_token_without_the_scope(one_client, user, db):
    token = oauth2_token(db, user.id, 'profile:write').text
    assert 'higher privileges' in one_client.refused(1, 'whoami', env={'FITGATE_TOKEN': token})


def test_no_server(client):
    with reserve_port() as port:
        done = client('ping', '--url', 'http://127.0.0.1:%d' % port.getsockname()[1])
    assert done.returncode == 3 and done.stdout == ''
    assert 'fitgate: no answer from http://127.0.0.1' in done.stderr


def test_another_kind_of_server(client, tmp_path):
    with http.server.ThreadingHTTPServer(('127.0.0.1', 0), http.server.SimpleHTTPRequestHandler) \
            as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        message = client.refused(5, 'ping', '--url', 'http://127.0.0.1:%d' % server.server_port)
        server.shutdown()
    assert "none of Fitgate's" in message


@pytest.mark.parametrize('arguments', [
    (), ('nonsense',), ('login',), ('login', 'a', 'b'), ('--nonsense', 'ping'), ('ping', '--url'),
    ('profile',), ('profile', 'nonsense'), ('profile', 'set'), ('profile', 'set', 'nonsense=1'),
    ('profile', 'set', 'bio'), ('profile', 'get', 'a/b'), ('sport', 'set', 'x', 'color=#fff'),
    ('sport', 'set', '1', 'stopped_speed_threshold=1e3'), ('sport', 'reset', '../1'),
    ('ping', '--url', 'ftp://x'), ('ping', '--url', 'http://x y'), ('ping', '--url', 'http://x"y'),
    ('register', 'name', 'a@example.org'), ('picture', 'get', 'a/b'),
    ('login', 'x@example.org'), ('login', 'x@example.org', '--password-stdin'),
    ('login', b'\xff@example.org', '--password-stdin')], ids=str)
def test_wrong_usage(one_client, user, token, arguments):
    done = one_client(*map(os.fsdecode, arguments), env={'FITGATE_TOKEN': token})
    assert (done.returncode, done.stdout) == (2, '')
    assert done.stderr.startswith('fitgate: ' if arguments else 'usage: ')


def test_without_a_server_or_curl(one_client, tmp_path):
    assert 'which server' in one_client.refused(2, 'ping', env={'FITGATE_URL': None})
    one_client.tools = make_tools(tmp_path / 'bare')
    (one_client.tools / 'curl').unlink()
    assert one_client.refused(6, 'ping') == 'curl is not installed'


def test_a_home_that_cannot_be_written(one_client, user):
    (one_client.home / '.config').write_text('a file')
    env = {'FITGATE_PASSWORD': user.password}
    done = one_client('login', user.email, env=env)
    assert done.returncode == 6 and 'cannot write' in done.stderr
    assert 'cannot be kept' in one_client.refused(6, 'login', user.email, env={**env, 'HOME': None})


# ---- secrets -----------------------------------------------------------------------------------

@pytest.mark.parametrize('shell', SHELLS)
def test_no_process_has_a_secret_in_its_arguments_or_environment(
        make_client, make_user, tmp_path, mails_for, shell):
    client = make_client(shell, jq=True)
    log = tmp_path / 'log'
    client.tools = make_recorders(tmp_path / 'recorders', client.tools, log)
    old, new = people.unique('old'), people.unique('new')  # which no other process has either
    user = make_user(password=old)
    exported = {name: 'x' for name in re.findall(r'\b([a-z_]+)=', SCRIPT.read_text())}
    client.ok('login', user.email, env={**exported, 'FITGATE_PASSWORD': old})
    token = re.search('token (.*)', (client.folder / 'default.session').read_text())[1]
    client.ok('whoami', env=exported)
    client.ok('whoami', env={**exported, 'FITGATE_TOKEN': token})
    client.ok('password', 'change',
              env={**exported, 'FITGATE_PASSWORD': old, 'FITGATE_NEW_PASSWORD': new})
    client.ok('password', 'reset', user.email)
    mail_token, = (mail.token for mail in mails_for(user.email, 2) if 'reset' in mail.text)
    client.ok('password', 'set', '--password-stdin', stdin=f'{mail_token}\n{old}\n', env=exported)
    recorded = log.read_text(errors='replace')
    assert f'{client.tools}/curl' in recorded and str(SCRIPT) in recorded
    assert [secret for secret in (old, new, token, mail_token) if secret in recorded] == []


@pytest.mark.parametrize('shell', SHELLS)
def test_a_password_is_typed_unseen(make_client, user, shell):
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
        terminal.type('\x03')
        assert terminal.status() in (-2, 130)
        assert terminal.echoes()
    assert not client.folder.exists()


def test_a_new_password_is_typed_twice(one_client, user):
    one_client.log_in(user)
    env = {'FITGATE_PASSWORD': user.password}
    for again, status in (('a different one', 2), (NEW_PASSWORD, 0)):
        with one_client.on_terminal('password', 'change', env=env) as terminal:
            terminal.wait_for('New password: ', echo=False)
            terminal.type(NEW_PASSWORD + '\n')
            terminal.wait_for('The same again: ', echo=False)
            terminal.type(again + '\n')
            assert terminal.status() == status
    one_client.ok('login', user.email, env={'FITGATE_PASSWORD': NEW_PASSWORD})


# ---- reading JSON ------------------------------------------------------------------------------

DOCUMENTS = [
    r'{"a":1}', r' { "a" : [ ] , "b" : { } , "c":null,"d":true,"e":false,"f":"" } ',
    r'{"a":[1,-2.50,10.0,0.0,100,0.1,[["x"],{"k":{"l":"m"}}]]}',
    r'{"s":"\"\\\/\b\f\n\r\t\u0041\u00e9\u20ac\ud83d\ude00\u009b\u007f\u001b end\n"}',
    '{"é":"é€😀\u0085 raw","a b":"c: d","q\\"\\n":"","":"empty"}',
    '{"a":"' + 'x' * 20000 + '"}', '{"n":12345678,"z":"\\\\n\\\\0101"}',
    '{"status":"success"}\n\n']
BROKEN = ['', '{}', '[]', '[{"a":1}]', '1', '"x"', '{', '{"a"}', '{"a":}', '{"a":1,}', '{"a":1}x',
          '{"a":tru}', '{"a":"x', '{"a":"\\x"}', '{"a":"\\u12g4"}', '<html></html>', '{a:1}',
          '{"a" 1}', '{"a":[1 2]}', '{"a":[1,]}']


def flattened(command, reader, text):
    """What one of the readers of the script makes of a document; None: it refuses it."""
    functions = SCRIPT.read_text().partition('\n# ---- the command line')[0]
    done = subprocess.run(
        [*command.shell, '-c', f'{functions}\nflat=$(flatten_with_{reader}) && [ -n "$flat" ] && '
         'printf "%s\\n" "$flat"'],
        input=text.encode(), capture_output=True, env=command.environment(), timeout=60,
        check=False)
    return done.stdout.decode() if done.returncode == 0 else None


def escaped(text):
    special = {'\\': '\\\\', '\n': '\\n', '\t': '\\t', '\r': '\\r'}
    return ''.join(
        special[one] if one in special else
        ''.join(f'\\0{octet:03o}' for octet in one.encode())
        if ord(one) < 32 or 127 <= ord(one) < 160 else one for one in text)


def leaves(value, path=()):
    """The same, by Python."""
    if isinstance(value, (dict, list)) and value:
        members = value.items() if isinstance(value, dict) else enumerate(value)
        return ''.join(leaves(member, (*path, key)) for key, member in members)
    kind, text = ('s', escaped(value)) if isinstance(value, str) else (
        'z', '') if value is None else (
        'e', json.dumps(value)) if isinstance(value, (dict, list)) else (
        'n', json.dumps(value).removesuffix('.0'))
    return f'{kind} {".".join(escaped(str(part)) for part in path)}: {text}\n'


@pytest.mark.parametrize('shell, reader', [*((shell, 'awk') for shell in SHELLS), ('dash', 'jq')])
def test_an_answer_is_read_right_by_either_reader(make_client, shell, reader):
    command = make_client(shell, jq=True)
    for text in DOCUMENTS:
        assert flattened(command, reader, text) == leaves(json.loads(text)), text
    assert [text for text in BROKEN if flattened(command, reader, text) is not None] == []


# ---- pictures and archives ---------------------------------------------------------------------
AWKWARD = 'my "best", pic;ture\\ é.png'


def test_a_picture_goes_up_and_comes_back(logged_in, user):
    octets = png()
    (logged_in.home / AWKWARD).write_bytes(octets)
    assert logged_in.ok('picture', 'set', AWKWARD) == 'user picture updated\n'
    assert logged_in('picture', 'get', text=False).stdout == octets
    logged_in.ok('picture', 'get', user.username, '-o', 'got.png', env={'HOME': None})
    assert (logged_in.home / 'got.png').read_bytes() == octets
    assert mode(logged_in.home / 'got.png') == 0o600
    assert logged_in.ok('picture', 'delete') == 'picture deleted\n'
    before = sorted(logged_in.home.iterdir())
    assert logged_in.refused(1, 'picture', 'get', '-o', 'other.png') == 'No picture.'
    assert sorted(logged_in.home.iterdir()) == before


def test_what_is_no_picture(one_client, user):
    one_client.log_in(user)
    (one_client.home / 'a.txt').write_text('text')
    assert one_client.refused(1, 'picture', 'set', 'a.txt') == 'file extension not allowed'
    assert 'no file that can be read' in one_client.refused(6, 'picture', 'set', 'nothing.png')


def test_the_archive_is_asked_for_awaited_and_downloaded(logged_in, user):
    name = logged_in.ok('export').rstrip('\n')
    assert re.fullmatch(r'archive_[\w-]{20}\.zip', name)
    archive = logged_in.home / name
    with zipfile.ZipFile(archive) as entries:
        assert json.loads(entries.read('user_data.json'))['username'] == user.username
    assert mode(archive) == 0o600
    assert logged_in.ok('export', '-o', 'again.zip') == 'again.zip\n'
    assert (logged_in.home / 'again.zip').read_bytes() == archive.read_bytes()
    assert list(logged_in.home.glob('*.part')) == []


@pytest.fixture
def archive(one_client, user, stack):
    """The name of an archive of some size, downloaded already, of the one who is logged in."""
    folder = stack.upload_folder / 'uploads' / 'workouts' / str(user.id)
    folder.mkdir(parents=True)
    (folder / 'a.gpx').write_bytes(os.urandom(300_000))
    one_client.log_in(user)
    return one_client.ok('export').rstrip('\n')


def tokens_at(client, url):
    """The environment for the same login through another address."""
    token = re.search('token (.*)', (client.folder / 'default.session').read_text())[1]
    return {'FITGATE_URL': url, 'FITGATE_TOKEN': token}


def test_a_cut_download_goes_on_where_it_stopped(one_client, archive, stack):
    with CuttingProxy(stack.port, '/export/archive_', cuts=2, after=100_000) as proxy:
        done = one_client('export', '-o', 'out.zip', env=tokens_at(one_client, proxy.url))
    assert done.returncode == 0, done.stderr
    ranges = [int(number) for request in proxy.requests
              for number in re.findall(r'(?i)\nRange: bytes=(\d+)-', request)]
    assert len(proxy.requests) == 3 and len(ranges) == 2 and 0 < ranges[0] < ranges[1]
    assert (one_client.home / 'out.zip').read_bytes() == (one_client.home / archive).read_bytes()


def test_a_later_call_goes_on_with_a_download(one_client, archive, stack):
    whole = (one_client.home / archive).read_bytes()
    part = one_client.home / f'out.zip.{archive}.part'
    part.write_bytes(whole[:200_000])
    (one_client.home / 'out.zip.archive_of_another_day.zip.part').write_bytes(b'other')
    with CuttingProxy(stack.port, '/export/archive_', cuts=0, after=0) as proxy:
        one_client.ok('export', '-o', 'out.zip', env=tokens_at(one_client, proxy.url))
    assert '\nrange: bytes=200000-' in proxy.requests[0].lower()
    assert (one_client.home / 'out.zip').read_bytes() == whole and not part.exists()


def test_a_download_that_never_gets_on_is_given_up(one_client, archive, stack):
    with CuttingProxy(stack.port, '/export/archive_', cuts=99, after=0) as proxy:
        done = one_client('export', '-o', 'out.zip', env=tokens_at(one_client, proxy.url))
    assert done.returncode == 3 and 'the same command again goes on with it' in done.stderr
    assert not (one_client.home / 'out.zip').exists()


def test_an_archive_that_is_gone_or_was_never_made(one_client, archive, user, db, stack):
    (stack.upload_folder / 'uploads' / 'exports' / str(user.id) / archive).unlink()
    done = one_client('export')
    assert done.returncode == 1 and 'no longer has this archive' in done.stderr
    db.run('UPDATE users_data_export SET file_name = NULL WHERE user_id = %s', user.id)
    assert 'could not make the archive' in one_client.refused(1, 'export')


@pytest.fixture
def busy_worker(stack):
    """One that does nothing until it is told to: what gets it going again."""
    workers = stack.executable_pids('worker')
    for pid in workers:
        os.kill(pid, signal.SIGSTOP)

    def go_on():
        for pid in workers:
            os.kill(pid, signal.SIGCONT)

    yield go_on
    go_on()


def test_who_waits_at_a_terminal_sees_it(one_client, user, busy_worker):
    one_client.log_in(user)
    with one_client.on_terminal('export', '-o', 'out.zip') as terminal:
        terminal.wait_for('the archive is being made: 0 s', echo=True)
        busy_worker()
        assert terminal.status() == 0
        assert terminal.shown.splitlines()[-1] == 'out.zip'


# ---- what is shipped with it -------------------------------------------------------------------

def commands_of_the_summary():
    """{'profile set', …} as `fitgate --help` has them."""
    done = subprocess.run(['dash', SCRIPT, '--help'], capture_output=True, text=True, check=True)
    text = done.stdout.partition('\noptions')[0]
    commands = re.findall(r'^  ([a-z]+(?: [a-z]+)?)\b', text, re.MULTILINE)
    return set(commands), set(re.findall(r'--[a-z-]+', done.stdout))


def test_the_manual_is_well_formed_and_has_every_command_and_option():
    manual = SOURCE / 'scripts' / 'deploy' / 'man' / 'fitgate.1'
    done = subprocess.run(['mandoc', '-T', 'lint', '-W', 'warning', manual], capture_output=True,
                          text=True, check=False)
    assert (done.returncode, done.stdout) == (0, ''), done.stdout
    text = manual.read_text()
    commands, options = commands_of_the_summary()
    assert len(commands) == 26 and len(options) >= 8
    assert [name for name in commands if f'.It Cm {name}' not in text] == []
    assert [name for name in options if f'Fl \\-{name[2:]}' not in text] == []


def complete(*words):
    """What bash offers for the last of the words."""
    script = f'''source {SOURCE}/scripts/deploy/completion/fitgate.bash
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _fitgate; printf '%s\\n' "${{COMPREPLY[@]}}"'''
    done = subprocess.run(['bash', '-c', script, 'bash', 'fitgate', *words], capture_output=True,
                          text=True, check=True)
    assert done.stderr == ''
    return done.stdout.split()


def test_bash_completes_every_command_and_option():
    commands, options = commands_of_the_summary()
    offered = {f'{first} {second}'.rstrip() for first in complete('')
               for second in complete(first, '') or ['']}
    assert offered == commands
    assert set(complete('--')) == options
    assert complete('--url', 'https://example.org', 'sport', 'set', '1', 'co') == ['color=']
    assert complete('preferences', 'set', 'week') == ['weekm=']
    assert complete('picture', 'set', '/etc/host.con') == ['/etc/host.conf']


def test_zsh_completes_every_command_and_option():
    text = (SOURCE / 'scripts' / 'deploy' / 'completion' / '_fitgate').read_text()
    subprocess.run(['zsh', '-f', '-n'], input=text, text=True, check=True)
    commands, options = commands_of_the_summary()
    words = set(re.findall(r'[a-z]+', text))
    assert {word for name in commands for word in name.split()} - words == set()
    assert [name for name in options if name not in text] == []
