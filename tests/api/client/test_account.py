"""Accounts and their data, with the tools of Debian and of busybox."""

import json
import re

from tests.api.client.command import mode
from tests.harness import people

NEW_PASSWORD = 'another "good" pass\\word é'


def values(printed):
    """The "key: value" lines."""
    return dict(line.split(': ', 1) for line in printed.splitlines())


# ---- accounts ----------------------------------------------------------------------------------

def test_an_account_is_registered_and_confirmed(client, registration, mail_for):
    body = registration()
    printed = client.ok('register', body['username'], body['email'], '--accept-policy',
                        '--language', 'fr', env={'FITGATE_PASSWORD': NEW_PASSWORD})
    assert printed == 'registered; confirm the address with: fitgate confirm\n'
    printed = client.ok('confirm', stdin=mail_for(body['email']).link + '\n')
    assert printed == 'account confirmation successful\n'
    assert values(client.ok('whoami')) == {
        'username': body['username'], 'email': body['email'], 'server': client.url}
    assert client.ok('profile', 'get', 'language') == 'fr\n'
    client.ok('logout')
    client.ok('login', body['email'], '--password-stdin', stdin=NEW_PASSWORD + '\n')


def test_the_confirmation_is_sent_again(one_client, register, mails_for):
    account = register()
    mails_for(account.email, 1)
    assert one_client.ok('resend', account.email) == 'confirmation email resent\n'
    token = mails_for(account.email, 2)[-1].token
    one_client.ok('confirm', stdin=token)


def test_login_and_logout(client, user):
    assert client.ok('login', user.email, '--password-stdin', stdin=user.password + '\n') == \
        'successfully logged in\n'
    token = re.search('token (.*)', (client.directory / 'default.session').read_text())[1]
    assert client.ok('logout') == 'successfully logged out\n'
    assert token not in (client.directory / 'default.session').read_text()
    assert 'not logged in' in client.refused(4, 'whoami')
    assert 'invalid' in client.refused(4, 'whoami', env={'FITGATE_TOKEN': token})


def test_blanks_around_the_address_do_not_matter(client, user):
    client.ok('login', f' {user.email} ', '--password-stdin', stdin=user.password + '\n')
    assert values(client.ok('whoami'))['email'] == user.email
    client.refused(1, 'login', user.email, '--password-stdin', stdin=f' {user.password}\n')


def test_only_the_owner_can_read_the_saved_login(one_client, user):
    one_client.log_in(user)
    assert mode(one_client.directory) == 0o700
    assert {path.name: mode(path) for path in one_client.directory.iterdir()} == \
        {'default.session': 0o600}


def test_the_saved_login_is_in_the_configuration_directory(one_client, user, tmp_path):
    directory = tmp_path / 'a directory'
    env = {'XDG_CONFIG_HOME': str(directory)}
    one_client.ok('login', user.email, env={**env, 'FITGATE_PASSWORD': user.password})
    assert (directory / 'fitgate' / 'default.session').exists()
    assert values(one_client.ok('whoami', env=env))['username'] == user.username


def test_the_server_of_the_login_is_remembered(one_client, user):
    one_client.log_in(user)
    assert user.username in one_client.ok('whoami', env={'FITGATE_URL': None})
    one_client.ok('logout', env={'FITGATE_URL': None})
    one_client.ok('login', user.email, env={'FITGATE_URL': None,
                                            'FITGATE_PASSWORD': user.password})


def test_a_token_is_sent_only_to_the_server_that_issued_it(one_client, user, stack):
    one_client.log_in(user)
    message = one_client.refused(4, 'whoami', '--url', f'http://localhost:{stack.port}')
    assert 'not logged in at http://localhost' in message


def test_two_logins_are_saved_side_by_side(one_client, make_user):
    first, second = make_user(), make_user()
    for name, account in (('one', first), ('two', second)):
        one_client.ok('login', account.email, '--account', name,
                      env={'FITGATE_PASSWORD': account.password})
    assert first.username in one_client.ok('--account=one', 'whoami')
    assert second.username in one_client.ok('--account=two', 'whoami')
    assert 'not logged in' in one_client.refused(4, 'whoami')
    one_client.refused(2, 'whoami', '--account', '../one')


def test_a_token_in_the_environment_replaces_the_saved_one(one_client, make_user, minter):
    saved, given = make_user(), make_user()
    one_client.log_in(saved)
    env = {'FITGATE_TOKEN': minter.token(given.id)}
    assert given.username in one_client.ok('whoami', env=env)
    one_client.ok('logout', env=env)
    assert saved.username in one_client.ok('whoami')


# ---- account data ---------------------------------------------------------------------

def test_the_profile_is_read(logged_in, user, profile, minter):
    printed = values(logged_in.ok('profile', 'get'))
    for key, value in profile(minter.token(user.id)).items():
        if isinstance(value, (bool, str)):
            assert printed[key] == str(value).lower() if isinstance(value, bool) else value
    assert printed['bio'] == '' and printed['sports_list'] == '[]'
    assert logged_in.ok('profile', 'get', 'username') == user.username + '\n'
    assert "no value with the key 'nothing'" in logged_in.refused(2, 'profile', 'get', 'nothing')
    answer = json.loads(logged_in.ok('profile', 'get', '--json'))
    assert answer['data']['username'] == user.username


BIO = 'two "lines"\n\\backslash\\ \té € 😀 \x1b[31m \x7f;$(id) %s \\n\n'


def test_a_change_of_the_profile_leaves_the_other_values_alone(logged_in, user, profile, minter):
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
    message = logged_in.refused(2, 'preferences', 'set', 'weekm=maybe')
    assert "invalid value 'maybe' for weekm" in message


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


def test_the_policy_is_accepted(one_client, make_user, db):
    user = make_user(accepted_policy_date=None)
    one_client.log_in(user)
    one_client.ok('policy', 'accept')
    assert one_client.ok('profile', 'get', 'accepted_privacy_policy') == 'true\n'


def test_the_configuration_of_the_server_is_shown(client):
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


def test_a_forgotten_password_is_reset(client, user, mail_for):
    assert client.ok('password', 'reset', user.email) == 'password reset request processed\n'
    link = mail_for(user.email).link
    assert client.ok('password', 'set', stdin=link, env={'FITGATE_NEW_PASSWORD': NEW_PASSWORD}) == \
        'password updated\n'
    client.ok('login', user.email, env={'FITGATE_PASSWORD': NEW_PASSWORD})
    assert 'invalid token' in client.refused(1, 'password', 'set', '--password-stdin',
                                             stdin=f'{link}\n{NEW_PASSWORD}\n')


def test_the_address_is_changed(logged_in, user, mail_for):
    address = f'{people.unique()}@example.org'
    logged_in.ok('email', 'change', address, env={'FITGATE_PASSWORD': user.password})
    assert logged_in.ok('email', 'confirm', stdin=mail_for(address).token + '\n') == \
        'email updated\n'
    assert values(logged_in.ok('whoami'))['email'] == address
