"""How replies are parsed, and what the client prints of them on a terminal."""

import json
import re

import pytest

from tests.api.client.command import AWKS, SHELLS, make_tools, replace_tool
from tests.api.client.servers import FixedReply

# ---- reading JSON ------------------------------------------------------------------------------

DOCUMENTS = [
    r'{"a":1}', r' { "a" : [ ] , "b" : { } , "c":null,"d":true,"e":false,"f":"" } ',
    r'{"a":[1,-2.50,10.0,0.0,100,0.1,[["x"],{"k":{"l":"m"}}]]}',
    r'{"s":"\"\\\/\b\f\n\r\t\u0041\u00e9\u20ac\ud83d\ude00\u009b\u007f\u001b end\n"}',
    '{"é":"é€😀\u0085 raw","a b":"c: d","q\\"\\n":"","":"empty"}',
    '{"right to left":"\u202eevil\u202c \u2066x\u2069 \u200f","\\u2028":"\u2029\u061c"}',
    '{"a":"' + 'x' * 20000 + '"}', '{"n":12345678,"z":"\\\\n\\\\0101"}',
    '{"a":' * 20 + '[]' + '}' * 20, '{"status":"success"}\n\n']
BROKEN = [
    '', '{}', '[]', '[{"a":1}]', '1', '"x"', '{', '{"a"}', '{"a":}', '{"a":1,}', '{"a":1}x',
    '{"a":tru}', '{"a":"x', '{"a":"\\x"}', '{"a":"\\u12g4"}', '<html></html>', '{a:1}', '{"a" 1}',
    '{"a":[1 2]}', '{"a":[1,]}', '{"a":"\n"}',
    '{"a":' * 60 + '1' + '}' * 60,
    # not UTF-8: a lone continuation byte, truncated, overlong, a surrogate, above U+10FFFF
    b'{"a":"\x9b"}', b'{"a":"\xe2\x82"}', b'{"a":"\xc0\xaf"}', b'{"a":"\xe0\x80\xaf"}',
    b'{"a":"\xed\xa0\x80"}', b'{"a":"\xf4\x90\x80\x80"}', b'{"a":"\xff"}']
CONTROL = re.compile('[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u206f]')


def read(command, text):
    """The client's reading of a document; None if the client rejects it."""
    content = text if isinstance(text, bytes) else text.encode()
    done = command.call_function('lines=$(read_json) && [ -n "$lines" ] && printf "%s\\n" "$lines"',
                                 'text', 'json', stdin=content)
    return done.stdout.decode() if done.returncode == 0 else None


def escaped(text):
    special = {'\\': '\\\\', '\n': '\\n', '\t': '\\t', '\r': '\\r'}
    return ''.join(
        special[one] if one in special else
        ''.join(f'\\0{octet:03o}' for octet in one.encode()) if CONTROL.match(one) else one
        for one in text)


def leaves(value, path=()):
    """The same reading, by Python."""
    if isinstance(value, (dict, list)) and value:
        members = value.items() if isinstance(value, dict) else enumerate(value)
        return ''.join(leaves(member, (*path, key)) for key, member in members)
    kind, text = ('s', escaped(value)) if isinstance(value, str) else (
        'z', '') if value is None else (
        'e', json.dumps(value)) if isinstance(value, (dict, list)) else (
        'n', json.dumps(value).removesuffix('.0'))
    return f'{kind} {".".join(escaped(str(part)) for part in path)}: {text}\n'


def check_reading(command):
    for text in DOCUMENTS:
        assert read(command, text) == leaves(json.loads(text)), text
    assert [text for text in BROKEN if read(command, text) is not None] == []


@pytest.mark.parametrize('shell', SHELLS)
def test_every_shell_parses_json_equally(make_client, shell):
    check_reading(make_client(shell))


@pytest.mark.parametrize('awk', AWKS)
def test_every_awk_parses_json_equally(one_client, tmp_path, awk):
    one_client.tools = make_tools(tmp_path / awk, awk=awk)
    check_reading(one_client)


# ---- control characters ------------------------------------------------------------------------

ATTACK = 'a\x1b]0;title\x07\x1b[2J\x9b31m\x7f\r\b\u202egnp\u202c \u2066x\u2069 \u200f\u2028é😀'
SHOWN = 'é😀'  # its harmless end
DATA = {'username': ATTACK, 'email': ATTACK, 'about': ATTACK,
        'sports': [{'id': 1, 'label': ATTACK, 'is_active_for_user': True}],
        **dict.fromkeys(('date_format', 'timezone', 'language', 'display_ascent', 'imperial_units',
                         'start_elevation_at_zero', 'use_raw_gpx_speed', 'weekm'), ATTACK)}
HOSTILE = {'message': ATTACK, 'data': DATA, ATTACK: ATTACK, 'auth_token': 'x'}
COMMANDS = ['ping', 'config', 'config about', 'whoami', 'preferences get', 'profile get',
            'profile get about', 'sport list', 'sport get 1']


def what_a_terminal_shows(client, *arguments, env=None):
    with client.on_terminal(*arguments, env=env) as terminal:
        terminal.status()
        return terminal.shown.replace('\r\n', '\n')


def dangerous(text):
    return set(CONTROL.findall(text)) - {'\n', '\t'}


@pytest.mark.parametrize('status', [200, 400])
@pytest.mark.parametrize('raw', [(), ('--json',)], ids=['text', 'json'])
def test_control_characters_of_a_reply_are_not_sent_to_a_terminal(one_client, status, raw):
    assert dangerous(ATTACK) >= set('\x1b\x07\x9b\x7f\b\u202e\u2066\u2028')
    for body in (json.dumps(HOSTILE, ensure_ascii=False), json.dumps(HOSTILE), ATTACK):
        with FixedReply(status, body.encode()) as server:
            env = {'FITGATE_URL': server.url, 'FITGATE_TOKEN': 'x'}
            for command in COMMANDS:
                shown = what_a_terminal_shows(one_client, *command.split(), *raw, env=env)
                assert dangerous(shown) == set(), (command, body)
                assert SHOWN in shown or '\\ud83d' in shown or 'is this a Fitgate server' in shown


def test_bytes_that_are_not_utf8_are_not_sent_to_a_terminal(one_client):
    """A terminal that is not set to UTF-8 can interpret them: there, 0x9b begins a control sequence."""
    with FixedReply(200, b'{"message":"\x9b31m\xff"}') as server:
        shown = what_a_terminal_shows(one_client, 'ping', '--json', '--url', server.url)
    assert shown.splitlines()[0] == '{"message":"\\x9b31m\\xff"}'


def test_control_characters_of_a_profile_are_not_sent_to_a_terminal(logged_in):
    logged_in.ok('profile', 'set', f'bio={ATTACK}\nand a second\tline')
    shown = what_a_terminal_shows(logged_in, 'profile', 'get', 'bio')
    assert dangerous(shown) == set()
    assert shown.startswith(
        'a\\u001b]0;title\\u0007\\u001b[2J\\u009b31m\\u007f\\u000d\\u0008\\u202egnp')
    assert re.search(r'é😀\nand a second\t? *line\n', shown)


def test_a_file_or_a_pipe_gets_a_value_unchanged(logged_in):
    logged_in.ok('profile', 'set', f'bio={ATTACK}')
    assert logged_in.ok('profile', 'get', 'bio') == ATTACK + '\n'


def test_messages_of_curl_are_printed_without_control_characters(one_client, tmp_path):
    """They can quote data of the server, such as the name in its certificate."""
    one_client.tools = make_tools(tmp_path / 'tools')
    replace_tool(one_client.tools, 'curl', """#!/bin/sh
printf 'curl: (60) \\033]0;x\\007\\302\\233\\n' >&2
exit 60
""")
    done = one_client('ping')
    assert (done.returncode, done.stdout) == (3, '')
    assert done.stderr == ('curl: (60) \\u001b]0;x\\u0007\\u009b\n'
                           f'fitgate: no reply from {one_client.url}\n')
