"""The content of an archive (contract §10), and that common unpacking programs can read it."""

import json
import os
import stat
import subprocess
import zipfile
from datetime import datetime

import pytest

from tests.api.support.exports import expected_user, expected_workouts, insert_segment
from tests.api.support.scoped import personal_token
from tests.harness.people import insert_record, insert_session, insert_workout

DATA = {'user_data.json', 'user_security_data.json', 'user_workouts_data.json'}
UNSAFE = set('\\:\x7f') | {chr(code) for code in range(32)}


@pytest.fixture
def user(exports):
    return exports.user()


def is_formatted(content, value):
    """Assert that the content is exactly the JSON that Python writes for the value."""
    assert content.decode('ascii') == json.dumps(value, indent=4)


# ---- JSON --------------------------------------------------------------------------------------

def test_the_archive_of_a_user_without_anything(exports, user):
    archive = exports.archive(user)
    assert archive.keys() == DATA
    assert archive['user_workouts_data.json'] == b'[]'
    assert json.loads(archive['user_data.json']) == expected_user(exports.sql, user)
    security = json.loads(archive['user_security_data.json'])
    assert [event['kind'] for event in security['events']] == ['export_requested']
    assert security == {'sessions': [], 'personal_tokens': [], 'events': security['events']}


def test_it_has_the_sessions_tokens_and_events_of_the_user_without_secrets(exports, user):
    sql = exports.sql
    when, end = datetime(2024, 5, 1, 10, 0, 0), datetime(2024, 5, 31, 10, 0, 0)
    insert_session(sql, user.id, 'a token', os='Linux', browser='Firefox', network='192.0.2.0/24',
                   created_at=when, last_seen_at=when, expires_at=end)
    personal_token(sql, user.id, name='sauvegarde', scope='gate', created_at=when)
    sql.insert('events', user_id=user.id, kind='token_created', created_at=when, detail='sauvegarde',
               network='2001:db8:1::/48')
    security = json.loads(exports.archive(user)['user_security_data.json'])
    assert security['events'].pop()['kind'] == 'export_requested'
    client = {'system': None, 'browser': None, 'network': '2001:db8:1::/48'}
    assert security == {
        'sessions': [{'system': 'Linux', 'browser': 'Firefox', 'network': '192.0.2.0/24',
                      'created_at': str(when), 'last_seen_at': str(when), 'expires_at': str(end)}],
        'personal_tokens': [{'name': 'sauvegarde', 'scope': 'gate', 'created_at': str(when),
                             'expires_at': None, 'last_used_at': None, 'revoked_at': None}],
        'events': [{'kind': 'token_created', 'created_at': str(when), 'occurrences': 1,
                    'by_administrator': False, 'detail': 'sauvegarde', **client}]}


def test_user_data_is_the_profile_with_other_dates(exports):
    user = exports.user(first_name='Zoë', bio='a "quoted"\\ \U0001f600\nline\t\x7f', admin=1,
                        birth_date='1980-01-01', created_at='2019-07-14 14:09:58.000120',
                        picture='pictures/1/gone.png', email_to_confirm='new@example.org')
    for sport_id in (2, 1):
        workout = insert_workout(exports.sql, user.id, sport_id,
                                 workout_date='2024-05-01 10:00:00.500000')
        for record_type, value in (('MS', 3025), ('LD', 90061), ('AS', 2000), ('HA', None)):
            insert_record(exports.sql, workout, record_type, value)
    content = exports.archive(user)['user_data.json']
    data = json.loads(content)
    is_formatted(content, data)
    assert data == expected_user(exports.sql, user)
    assert (data['birth_date'], data['created_at']) == ('1980-01-01 00:00:00',
                                                        '2019-07-14 14:09:58.000120')
    assert data['records'][0]['workout_date'] == '2024-05-01 10:00:00.500000'


NOTHING = {name: None for name in (
    'title', 'gpx', 'creation_date', 'modification_date', 'pauses', 'moving', 'distance', 'min_alt',
    'max_alt', 'descent', 'ascent', 'max_speed', 'ave_speed', 'notes')}
ZERO = {name: 0 for name in (
    'duration', 'pauses', 'moving', 'distance', 'min_alt', 'max_alt', 'descent', 'ascent',
    'max_speed', 'ave_speed')}
EVERYTHING = {
    'title': 'Über "die" Brücke \U0001f6b4\x01\x1f', 'notes': 'a\r\nb\\c/d\b\f',
    'gpx': 'workouts/1/x_1.gpx', 'creation_date': '2024-05-01 10:00:00.000001',
    'modification_date': '2024-05-02 10:00:00', 'duration': 200000, 'pauses': 59, 'moving': 86400,
    'distance': '999.999', 'min_alt': '-10.50', 'max_alt': '4807.81', 'descent': '0.001',
    'ascent': '99999.990', 'max_speed': '0.10', 'ave_speed': '20.00',
    'weather_start': '{"icon":"rain","temperature":10.0,"wind":-0.5,"windBearing":0,"x":[],"y":{}}',
    'weather_end': '{ "ö\\/" : [ 1 , 2.50 , true , null , "\\u00E9\\t" ] , "s": {"a": [[]]} }'}


@pytest.mark.parametrize('columns', [NOTHING, ZERO, EVERYTHING],
                         ids=['nothing', 'zero', 'everything'])
def test_workouts_are_written_as_python_would(exports, user, columns):
    for number in range(2):
        workout = insert_workout(exports.sql, user.id, 1 + number, **columns)
        for segment in range(2):
            insert_segment(exports.sql, workout, segment, **{
                name: value for name, value in columns.items()
                if name in ZERO and (name, value) != ('duration', None)})
    insert_record(exports.sql, workout, 'FD', 10250)
    expected = expected_workouts(exports.sql, user)
    content = exports.archive(user)['user_workouts_data.json']
    if columns is EVERYTHING:  # 2.50 stays 2.50
        assert json.loads(content) == expected
        assert content.replace(b'2.50,', b'2.5,').decode('ascii') == json.dumps(expected, indent=4)
    else:
        is_formatted(content, expected)


def test_more_workouts_than_a_page_holds(exports, user):
    """With another user's workouts between them, and with segments at the page boundaries."""
    other = exports.user()
    exports.sql.run('START TRANSACTION')
    for number in range(1003):
        insert_workout(exports.sql, (user if number % 500 else other).id, title=str(number))
        workout = insert_workout(exports.sql, user.id)
        if number % 250 in (0, 249):
            for segment in range(3):
                insert_segment(exports.sql, workout, segment)
    exports.sql.run('COMMIT')
    content = exports.archive(user)['user_workouts_data.json']
    rows = json.loads(content)
    assert len(rows) == 2003
    is_formatted(content, expected_workouts(exports.sql, user))


# ---- files -------------------------------------------------------------------------------------

def test_every_gpx_file_of_the_directory_is_in_the_archive(exports, user):
    insert_workout(exports.sql, user.id, gpx=f'workouts/{user.id}/listed.gpx')
    expected = {f'gpx/{name}': os.urandom(size) for name, size in (
        ('listed.gpx', 10), ('not listed.gpx', 100000), ('empty.gpx', 0), ('.gpx', 1),
        ('é日本.gpx', 5))}
    for name, content in expected.items():
        exports.add_file(user, name.removeprefix('gpx/'), content)
    for name in ('UPPER.GPX', 'map.png', 'gpx', 'x.gpx.bak'):
        exports.add_file(user, name)
    archive = exports.archive(user)
    assert {name: archive[name] for name in archive.keys() - DATA} == expected


def test_only_regular_files_are_in_the_archive(exports, user, tmp_path):
    secret = tmp_path / 'secret'
    secret.write_text('secret')
    exports.add_file(user, 'good.gpx')
    directory = exports.directory('workouts', user)
    (directory / 'link.gpx').symlink_to(secret)
    (directory / 'dangling.gpx').symlink_to('nothing')
    (directory / 'directory.gpx').mkdir()
    (directory / 'directory.gpx' / 'inner.gpx').write_text('x')
    os.mkfifo(directory / 'pipe.gpx')
    assert exports.archive(user).keys() - DATA == {'gpx/good.gpx'}


@pytest.mark.parametrize('category', ['workouts', 'pictures', 'exports'])
def test_a_directory_that_is_a_link_is_not_entered(exports, tmp_path, category):
    user = exports.user(picture='pictures/1/a.png')
    elsewhere = tmp_path / 'elsewhere'
    elsewhere.mkdir()
    (elsewhere / 'x.gpx').write_text('secret')
    (elsewhere / 'a.png').write_text('secret')
    directory = exports.directory(category, user)
    directory.parent.mkdir(parents=True)
    directory.symlink_to(elsewhere)
    exports.requested(user)
    exports.work()
    assert exports.job()['last_error'] and exports.row(user)['completed'] == 0
    assert {path.name for path in elsewhere.iterdir()} == {'x.gpx', 'a.png'}


def test_names_cannot_lead_out_of_the_archive_and_stay_unique(exports, user):
    names = ['..\\..\\evil.gpx', 'a\\b.gpx', 'a:b.gpx', 'a_b.gpx', 'line\nfeed.gpx', '\x1b[2J.gpx',
             '..gpx', '...gpx', 'del\x7f.gpx', '2-a_b.gpx', '-rf.gpx', b'\xff\xfe.gpx',
             b'\xc3\xa9\xff.gpx']
    contents = {f'{number}'.encode() for number in range(len(names))}
    for name, content in zip(names, sorted(contents)):
        exports.add_file(user, name, content)
    archive = exports.archive(user)
    gpx = {name: archive[name] for name in archive.keys() - DATA}
    assert set(gpx.values()) == contents and len(gpx) == len(names)
    for name in gpx:
        directory, _, base = name.partition('/')
        assert directory == 'gpx' and '/' not in base and not UNSAFE & set(base)
        assert base.endswith('gpx')


def test_the_picture_is_at_the_root(exports):
    user = exports.user()
    exports.sql.run('UPDATE users SET picture = %s WHERE id = %s', f'pictures/{user.id}/me.png',
                    user.id)
    exports.add_file(user, 'me.png', b'\x89PNG', category='pictures')
    exports.add_file(user, 'older.png', category='pictures')
    archive = exports.archive(user)
    assert archive.keys() == DATA | {'me.png'} and archive['me.png'] == b'\x89PNG'


@pytest.mark.parametrize('picture', ['pictures/1/gone.png', 'gone.png', '../../etc/passwd',
                                     'pictures/..', '/'])
def test_a_missing_picture_is_left_out(exports, picture):
    user = exports.user(picture=picture)
    exports.add_file(user, 'x.png', category='pictures')
    assert exports.archive(user).keys() == DATA


# ---- the archive -------------------------------------------------------------------------------

def test_its_name_cannot_be_guessed_and_others_cannot_read_it(exports, user):
    exports.archive(user)
    path = exports.is_successful(user)
    assert len(path.name) == len('archive_.zip') + 20
    assert path.name.startswith('archive_') and path.suffix == '.zip'
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o2770


def test_entries_are_deflated_and_keep_their_date(exports, user):
    path = exports.add_file(user, 'a.gpx', b'<trkpt/>' * 10000)
    os.utime(path, (1577934245, 1577934245))
    exports.archive(user)
    with zipfile.ZipFile(exports.is_successful(user)) as archive:
        entry = archive.getinfo('gpx/a.gpx')
    assert entry.compress_type == zipfile.ZIP_DEFLATED and entry.compress_size < 1000
    assert entry.date_time[:2] == (2020, 1)


def test_only_the_owner_can_read_the_unpacked_files(exports, user):
    exports.add_file(user, 'a.gpx')
    exports.archive(user)
    with zipfile.ZipFile(exports.is_successful(user)) as archive:
        assert {entry.external_attr >> 16 for entry in archive.infolist()} == {0o100600}


@pytest.fixture
def full_archive(exports, user, tmp_path):
    """(path, {name: content})"""
    for number in range(50):
        exports.add_file(user, f'é {number}.gpx', os.urandom(1000) * number)
    contents = exports.archive(user)
    return exports.is_successful(user), contents


def unpacked(directory):
    return {path.relative_to(directory).as_posix(): path.read_bytes()
            for path in directory.rglob('*') if path.is_file()}


def test_unzip_and_bsdtar_read_it(full_archive, tmp_path):
    path, contents = full_archive
    environment = {**os.environ, 'LC_ALL': 'C.UTF-8'}
    subprocess.run(['unzip', '-tqq', path], check=True, env=environment)
    for name, command in (('unzip', ['unzip', '-qq', path, '-d', tmp_path / 'unzip']),
                          ('bsdtar', ['bsdtar', '-xf', path, '-C', tmp_path / 'bsdtar'])):
        (tmp_path / name).mkdir()
        subprocess.run(command, check=True, env=environment)
        assert unpacked(tmp_path / name) == contents


def test_more_entries_than_the_old_format_can_count(exports, user, tmp_path):
    """Zip64 is needed for more than 65,535 entries. All are links to one file, because that is
    faster to create."""
    directory = exports.directory('workouts', user)
    directory.mkdir(parents=True)
    for number in range(65540):
        if number % 30000 == 0:
            first = directory / f'{number}.gpx'
            first.touch()
        else:
            os.link(first, directory / f'{number}.gpx')
    exports.requested(user)
    exports.work()
    path = exports.is_successful(user)
    listed = subprocess.run(['bsdtar', '-tf', path], check=True, capture_output=True).stdout
    assert len(listed.splitlines()) == 65543
    subprocess.run(['unzip', '-tqq', path], check=True)
    with zipfile.ZipFile(path) as archive:
        assert len(archive.namelist()) == 65543
