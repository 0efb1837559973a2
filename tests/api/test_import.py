"""`fitgate-admin import fittrackee`: from the database of a FitTrackee in a real PostgreSQL server,
through scripts/fittrackee-export."""

import json
import os
import pty
import re
import signal
import stat
import subprocess
import time
from datetime import datetime, timedelta
from decimal import Decimal
from urllib.parse import urlencode

import pytest

from tests.harness.tree import SOURCE
from tests.harness.sql import SHARED_HOST_RIGHTS
from tests.api.support.fittrackee import Fittrackee
from tests.api.support.admin_command import Command
from tests.harness.people import PASSWORD, cheap_hash, now
from tests.api.support.postgres import Postgres
from tests.harness.tokens import ABSENT, sha256_hex
from tests.api.support.waiting import until
from tests.harness.waiting import LIMIT

EXPORT = SOURCE / 'scripts' / 'fittrackee-export'
IMPORTED = ('users', 'users_sports_preferences', 'workouts', 'workout_segments', 'records',
            'blacklisted_tokens', 'users_data_export', 'oauth2_client', 'oauth2_token')


@pytest.fixture(scope='module')
def postgres(directory):
    server = Postgres(directory / 'postgres.log')
    try:
        server.start()
        yield server
    finally:
        server.stop()


@pytest.fixture
def source(postgres):
    """A FitTrackee without users."""
    made = Fittrackee(postgres)
    yield made
    made.drop()


@pytest.fixture
def export(source, tmp_path):
    """Export the source to files; returns their directory."""
    def run(name='exported', status=0):
        environment = {**source.postgres.environment,
                       'PATH': f'{source.postgres.bin}:{os.environ["PATH"]}'}
        done = subprocess.run([EXPORT, tmp_path / name, '-d', source.name], env=environment,
                              capture_output=True, text=True, check=False)
        assert done.returncode == status, done.stderr
        return done.stderr if status else tmp_path / name
    return run


@pytest.fixture
def admin(programs, scratch, tmp_path):
    (tmp_path / 'files' / 'uploads').mkdir(parents=True)
    return Command(programs, scratch, {'UPLOAD_FOLDER': str(tmp_path / 'files')})


@pytest.fixture
def take_over(admin, export):
    """Export and import; returns standard output and standard error."""
    def run():
        done = admin.run('import', 'fittrackee', export())
        assert done.returncode == 0, (done.stdout, done.stderr)
        return done.stdout, done.stderr
    return run


@pytest.fixture
def sql(scratch):
    with scratch.connect() as connection:
        yield connection


@pytest.fixture
def request_of(programs, scratch):
    """Sends requests that use the imported database."""
    def send(method, path, **options):
        return programs.cgi(method, path, settings={'DATABASE_URL': scratch.url}, **options)
    return send


def assert_fresh(sql):
    for table in IMPORTED:
        assert sql.value(f'SELECT COUNT(*) FROM {table}') == 0, table
    assert sql.value('SELECT COUNT(*) FROM sports') == 14
    assert sql.value('SELECT max_users FROM app_config') == 0


# ---- imported data -----------------------------------------------------

def test_old_users_log_in_and_see_their_old_totals_and_records(
        source, take_over, request_of, admin):
    # a hash as FitTrackee creates it
    sam = source.user('Sam', password=cheap_hash('old password'), bio='à vélo 🚲')
    source.user('alex')
    first = source.workout(sam, distance='10.5', ascent='100.25', duration='1:00:00')
    second = source.workout(sam, distance=None, ascent=None, duration='26:30:10.9', sport_id=3)
    source.record(first, 'HA', 100250)
    source.record(first, 'AS', 1050)
    source.record(second, 'LD', 95410)
    take_over()

    answer = request_of('POST', '/api/auth/login',
                        json={'email': 'sam@example.org', 'password': 'old password'})
    assert answer.status == 200
    data = request_of('GET', '/api/auth/profile', token=answer.json()['auth_token']).json()['data']
    assert (data['username'], data['bio'], data['language']) == ('Sam', 'à vélo 🚲', 'fr')
    assert data['created_at'] == 'Wed, 03 Feb 2021 04:05:06 GMT'
    assert (data['nb_workouts'], data['nb_sports'], data['sports_list']) == (2, 2, [1, 3])
    assert (data['total_distance'], data['total_ascent']) == (10.5, 100.25)
    assert data['total_duration'] == '1 day, 3:30:10'
    assert [(record['sport_id'], record['record_type'], record['value']) for record in data['records']] \
        == [(1, 'AS', 10.5), (1, 'HA', 100.25), (3, 'LD', '1 day, 2:30:10')]
    assert admin.done('totals', 'verify') == ''


def test_old_users_see_their_old_workouts(source, take_over, minter, request_of):
    sam = source.user('sam')
    source.workout(source.user('alex'))
    first = source.workout(sam, title='old', workout_date='2022-04-30 10:00:00', bounds='{48.85,2.35,48.9,2.4}',
                           weather_start='{"icon": "rain"}', ave_speed='10.68')
    source.workout(sam, workout_date='2022-05-01 10:00:00', sport_id=3)
    uuid = source.run(f'SELECT uuid FROM workouts WHERE id = {first}').strip()
    source.insert('workout_segments', workout_id=first, workout_uuid=uuid, segment_id=0,
                  duration='0:30:00')
    source.record(first, 'AS', 1068)
    take_over()

    token = minter.token(sam)
    newer, older = request_of('GET', '/api/workouts', token=token).json()['data']['workouts']
    assert (older['title'], older['moving'], older['distance']) == ('old', '0:59:00', 10.5)
    assert older['bounds'] == [48.85, 2.35, 48.9, 2.4]
    assert older['weather_start'] == {'icon': 'rain'}
    assert older['segments'][0]['duration'] == '0:30:00' and older['records'][0]['value'] == 10.68
    assert (older['next_workout'], newer['previous_workout']) == (newer['id'], older['id'])
    shown = request_of('GET', f'/api/workouts/{older["id"]}', token=token)
    assert shown.json()['data']['workouts'] == [older]
    shown = request_of('GET', '/api/stats/sam/by_time', token=token)
    sports = shown.json()['data']['statistics']['2022']
    assert {sport: sports[sport]['nb_workouts'] for sport in sports} == {'1': 1, '3': 1}


def test_every_value_arrives(source, take_over, sql):
    user = source.user(
        'Zoë_1', email='Zoe@Example.org', admin=True, first_name='Zoë', last_name='', bio='a "b", c\nd\r\ne',
        birth_date='1980-01-02', location='\\N', picture='pictures/1/x.png', weekm=True,
        imperial_units=True, is_active=False, email_to_confirm='new@example.org\n',
        confirmation_token='clear token', display_ascent=False, accepted_policy_date=None,
        start_elevation_at_zero=False, use_raw_gpx_speed=True, timezone=None)
    source.insert('users_sports_preferences', user_id=user, sport_id=4, color='#123456\n',
                  is_active=False, stopped_speed_threshold='0.1')
    workout = source.workout(
        user, title='', gpx='workouts/1/a.gpx', creation_date='2022-05-01 10:00:00.000001',
        modification_date='2022-05-02 00:00:00', pauses='0:00:05', min_alt='-12.34', max_alt='8848.86',
        descent='0', max_speed='99.99', ave_speed='9999.99', bounds='{48.85,2.35,-1e-7,179.9999999999}',
        map='workouts/1/a.png', map_id='abc', weather_start='{"t": 1.50, "é": null}', weather_end='null',
        notes='one\ntwo')
    uuid = source.run(f'SELECT uuid FROM workouts WHERE id = {workout}').strip()
    source.insert('workout_segments', workout_id=workout, workout_uuid=uuid, segment_id=0,
                  duration='0:30:00', pauses=None, moving='0:29:59', distance='5.25')
    source.insert('users_data_export', user_id=user, created_at='2023-01-01', completed=True,
                  updated_at='2023-01-02', file_name='archive.zip', file_size=123)
    source.insert('oauth2_client', client_id='client', client_secret='secret', client_id_issued_at=1,
                  client_secret_expires_at=0, client_metadata='{"a": "é"}', user_id=user)
    source.insert('oauth2_token', access_token='abc', refresh_token='def', scope='profile:read',
                  user_id=user, expires_in=864000)
    take_over()

    row = sql.row('SELECT * FROM users')
    assert (row['id'], row['username'], row['email']) == (user, 'Zoë_1', 'Zoe@Example.org')
    assert (row['first_name'], row['last_name'], row['location']) == ('Zoë', '', '\\N')
    assert row['bio'] == 'a "b", c\nd\r\ne' and row['timezone'] is None
    assert row['birth_date'] == datetime(1980, 1, 2)
    assert row['created_at'] == datetime(2021, 2, 3, 4, 5, 6, 789012)
    assert row['email_to_confirm'] == 'new@example.org'
    assert row['confirmation_token'] == sha256_hex('clear token')
    assert [row[name] for name in ('admin', 'weekm', 'imperial_units', 'is_active', 'display_ascent',
                                   'start_elevation_at_zero', 'use_raw_gpx_speed')] == [1, 1, 1, 0, 0, 0, 1]
    row = sql.row('SELECT * FROM users_sports_preferences')
    assert (row['color'], row['stopped_speed_threshold']) == ('#123456', 0.1)
    row = sql.row('SELECT * FROM workouts')
    assert (row['id'], row['uuid'], row['title'], row['map_id']) == (workout, uuid, '', 'abc')
    assert (row['duration'], row['pauses'], row['moving']) == (3600, 5, 3540)
    assert (row['min_alt'], row['max_alt']) == (Decimal('-12.34'), Decimal('8848.86'))
    # MySQL keeps the value of JSON, MariaDB the text
    assert json.loads(row['bounds']) == [48.85, 2.35, -1e-7, 179.9999999999]
    assert json.loads(row['weather_start']) == {'t': 1.5, 'é': None}
    assert row['weather_end'] == 'null'
    assert row['creation_date'] == datetime(2022, 5, 1, 10, 0, 0, 1)
    row = sql.row('SELECT * FROM workout_segments')
    assert (row['workout_uuid'], row['duration'], row['pauses']) == (uuid, 1800, None)
    assert sql.row('SELECT * FROM users_data_export')['file_name'] == 'archive.zip'
    row = sql.row('SELECT * FROM oauth2_client')
    assert (row['client_metadata'], row['client_secret']) == ('{"a": "é"}', sha256_hex('secret'))
    row = sql.row('SELECT * FROM oauth2_token')
    assert [row[name] for name in ('scope', 'access_token', 'refresh_token')] == [
        'profile:read', sha256_hex('abc'), sha256_hex('def')]
    row = sql.row('SELECT * FROM app_config')
    assert (row['max_users'], row['about']) == (7, '')
    assert row['privacy_policy'] == 'Line one\nLine "two", with é'
    assert row['privacy_policy_date'] == datetime(2023, 1, 2, 3, 4, 5, 678901)
    assert [(row['id'], row['label']) for row in sql.rows('SELECT * FROM sports ORDER BY id')][3] == \
        (4, 'Kite, "big"')
    assert sql.value('SELECT COUNT(*) FROM sports') == 4


def test_an_unfinished_archive_is_left_out(source, take_over, sql):
    source.insert('users_data_export', user_id=source.user('sam'), created_at='2023-01-01',
                  completed=False)
    take_over()
    assert sql.value('SELECT COUNT(*) FROM users_data_export') == 0


def test_old_tokens_work_and_logged_out_ones_do_not(source, take_over, minter, request_of):
    user = source.user('sam')
    good, ended = (minter.token(user, jti=ABSENT, gen=ABSENT, iat=1700000000 + i) for i in range(2))
    source.insert('blacklisted_tokens', token=ended, expired_at=2000000000,
                  blacklisted_on='2023-01-01')
    source.insert('oauth2_token', access_token='of an application', scope='profile:read',
                  user_id=user)
    take_over()
    assert request_of('GET', '/api/auth/profile', token=good).status == 200
    assert request_of('GET', '/api/auth/profile', token=ended).status == 401


def test_the_accounts_have_sessions_from_before(source, take_over, sql):
    source.user('sam')
    take_over()
    since = sql.value('SELECT sessions_since FROM users')
    assert now() - timedelta(minutes=10) < since <= now()


def test_tokens_of_applications_work(source, take_over, request_of):
    source.insert(
        'oauth2_token',
        access_token='x' * 42,
        scope='profile:read',
        user_id=source.user('sam'))
    take_over()
    assert request_of('GET', '/api/auth/profile', token='x' * 42).status == 200


def test_an_application_refreshes_its_token_as_before(source, take_over, request_of):
    user, metadata = source.user('sam'), {'client_name': 'Uploader', 'scope': 'profile:read',
                                          'redirect_uris': ['https://localhost/']}
    source.insert('oauth2_client', client_id='c' * 24, client_secret='s' * 48, client_id_issued_at=1,
                  client_secret_expires_at=0, client_metadata=json.dumps(metadata), user_id=user)
    source.insert('oauth2_token', client_id='c' * 24, access_token='a' * 42, refresh_token='r' * 48,
                  scope='profile:read', user_id=user, issued_at=int(time.time()) - 15 * 86400, expires_in=864000)
    take_over()
    fields = {'grant_type': 'refresh_token', 'client_id': 'c' * 24, 'client_secret': 's' * 48}
    old = {**fields, 'refresh_token': 'r' * 48}
    form = {'CONTENT_TYPE': 'application/x-www-form-urlencoded'}
    first = request_of('POST', '/api/oauth/token', data=urlencode(old).encode(), parameters=form)
    assert first.status == 200, first.body
    assert first.json()['scope'] == 'profile:read'
    assert request_of('GET', '/api/auth/profile', token=first.json()['access_token']).status == 200
    new = {**fields, 'refresh_token': first.json()['refresh_token']}
    second = request_of('POST', '/api/oauth/token', data=urlencode(new).encode(), parameters=form)
    assert second.status == 200, second.body


def test_a_pending_confirmation_link_works(source, take_over, request_of):
    source.user('sam', is_active=False, confirmation_token='the token of the mail')
    take_over()
    answer = request_of('POST', '/api/auth/account/confirm',
                        json={'token': 'the token of the mail'})
    assert answer.status == 200


def test_trailing_line_feeds_of_names_are_removed(source, take_over, request_of):
    source.user('sam\n', email='sam@example.org\n')
    take_over()
    answer = request_of('POST', '/api/auth/login',
                        json={'email': 'sam@example.org', 'password': PASSWORD})
    assert answer.status == 200


def test_the_id_of_a_deleted_account_is_not_assigned_again(source, take_over, sql):
    source.user('sam')
    gone = source.user('gone')
    source.run(f'DELETE FROM users WHERE id = {gone}')
    take_over()
    assert sql.value('SELECT COUNT(*) FROM users') == 1
    assert sql.value('SELECT COUNT(*) FROM user_totals') == 1
    new = sql.insert('users', username='new', email='new', password='', created_at='2024-01-01')
    assert new > gone


def test_new_ids_follow_the_imported_ones(source, take_over, sql):
    source.workout(source.user('sam', id=40), id=500)
    take_over()
    columns = {'user_id': 40, 'sport_id': 1, 'workout_date': '2024-01-01', 'duration': 1}
    assert sql.insert('workouts', uuid='x', **columns) == 501
    assert sql.value('SELECT nb_workouts FROM user_totals') == 2


def test_many_rows(source, take_over, sql, admin):
    """More rows than one statement holds, in every table that grows."""
    source.run("""
        INSERT INTO users (username, email, password, created_at, admin, weekm, imperial_units, is_active,
            display_ascent, start_elevation_at_zero, use_raw_gpx_speed)
        SELECT 'user' || n, 'user' || n || '@example.org', 'x', '2020-01-01', false, false, false, true,
            true, true, false FROM generate_series(1, 101) AS n;
        INSERT INTO workouts (uuid, user_id, sport_id, workout_date, duration, distance, notes)
        SELECT gen_random_uuid(), n % 101 + 1, n % 4 + 1, '2020-01-01', n * interval '1 second', n / 10.0,
            repeat('é', 500) FROM generate_series(1, 2003) AS n;
        INSERT INTO workout_segments (workout_id, workout_uuid, segment_id, duration)
        SELECT id, uuid, n, '0:00:01' FROM workouts, generate_series(0, 1) AS n;
        INSERT INTO blacklisted_tokens (token, expired_at, blacklisted_on)
        SELECT 'token ' || n, n, '2020-01-01' FROM generate_series(1, 300) AS n""")
    said, _ = take_over()
    assert re.findall('(workouts|workout_segments|users) +([0-9]+)\n', said) == [
        ('users', '101'), ('workouts', '2003'), ('workout_segments', '4006')]
    assert sql.value('SELECT COUNT(*) FROM workout_segments') == 4006
    tenths = sum(range(1, 2004))
    assert sql.value('SELECT SUM(distance) FROM workouts') == Decimal(tenths) / 10
    assert sql.value('SELECT SUM(nb_workouts) FROM user_totals') == 2003
    assert admin.done('totals', 'verify') == ''


def test_without_triggers_an_import_stores_no_totals(
        source, export, programs, empty_database):
    """The account can create neither triggers nor temporary tables."""
    database = empty_database(SHARED_HOST_RIGHTS)
    assert programs.migrate(database).returncode == 0
    source.workout(source.user('sam'))
    Command(programs, database).done('import', 'fittrackee', export())
    with database.connect() as sql:
        assert sql.value('SELECT COUNT(*) FROM workouts') == 1
        assert sql.value('SELECT COUNT(*) FROM user_totals') == 0


def test_missing_files_are_counted(source, take_over, tmp_path):
    user = source.user('sam', picture='pictures/1/there.png')
    source.user('alex', picture='pictures/2/lost.png')
    source.workout(user, gpx='workouts/1/lost.gpx')
    path = tmp_path / 'files' / 'uploads' / 'pictures' / '1' / 'there.png'
    path.parent.mkdir(parents=True)
    path.write_bytes(b'x')
    _, said = take_over()
    assert said.startswith('warning: 1 pictures and 1 GPX files are not in ')


# ---- data that cannot be imported --------------------------------------

def test_every_problem_is_listed_and_nothing_is_written(source, export, admin, sql):
    source.user('Sam')
    source.user('sam', email='SAM@example.org')
    source.user('sám', email='other@example.org')
    odd = source.user('odd', created_at='infinity', password='pässword', bio='a\nb',
                      accepted_policy_date='0044-03-15 BC', birth_date='20000-01-01')
    source.insert('users_sports_preferences', user_id=odd, sport_id=1, is_active=True,
                  stopped_speed_threshold='Infinity')
    source.insert('sports', label='HIKING', is_active=True, stopped_speed_threshold='NaN')
    source.workout(odd, distance='NaN', duration='1000000 days', bounds='{1,2,3}',
                   weather_start='{"a": "\\u0000"}')
    source.workout(odd, bounds='{1,2,NaN,4}')
    source.run("UPDATE app_config SET about = repeat('é', 40000), max_zip_file_size = 104857600")
    source.insert('oauth2_client', client_id='with space ', client_id_issued_at=1,
                  client_secret_expires_at=0, user_id=odd)
    before = sql.checksums()
    done = admin.run('import', 'fittrackee', export())
    assert done.returncode == 1
    assert done.stderr == ('fitgate-admin: nothing was imported: fix these problems in FitTrackee, then export and '
                           'import again\n')

    def same(other, line):
        return f'equals {other} (line {line}) if case and accents are ignored: rename one'
    assert sorted(done.stdout.splitlines()) == sorted([
        'users.csv:5: password is too long, or has characters that are not ASCII, or a trailing space',
        'users.csv:5: created_at is not a time from the year 1000 to the year 9999',
        'users.csv:5: birth_date is not a time from the year 1000 to the year 9999',
        'users.csv:5: accepted_policy_date is not a time from the year 1000 to the year 9999',
        'sports.csv:6: stopped_speed_threshold is not a finite number',
        'users_sports_preferences.csv:2: stopped_speed_threshold is not a finite number',
        'workouts.csv:2: duration is not a whole number of 32 bits',
        'workouts.csv:2: distance is not a number with at most 3 digits before and 3 after the point',
        'workouts.csv:2: bounds is not four finite numbers',
        'workouts.csv:2: weather_start is not JSON, or has a NUL character',
        'workouts.csv:3: bounds is not four finite numbers',
        'app_config.csv:2: about is longer than 65535 bytes',
        'app_config.csv:2: max_zip_file_size is not from 1 to 33554432 (32 MiB): nginx rejects larger '
        'requests',
        'oauth2_client.csv:2: client_id is too long, or has characters that are not ASCII, or a trailing '
        'space',
        f'users.csv:3: username: sam {same("Sam", 2)}',
        f'users.csv:4: username: sám {same("Sam", 2)}',
        f'users.csv:3: email: SAM@example.org {same("Sam@example.org", 2)}',
        f'sports.csv:6: label: HIKING {same("Hiking", 4)}',
    ])
    assert sql.checksums() == before


@pytest.mark.parametrize(('one', 'other'), [
    ('ss@example.org', 'ß@example.org'), ('a@b ', 'a@b'), ('a@b \xad', 'a@b'), ('a👍@b', 'a👎@b'),
    ('a b@c', 'ab@c')])
def test_names_are_compared_as_the_database_does(source, export, admin, sql, one, other):
    source.user('one', email=one)
    source.user('other', email=other)
    same = sql.value('SELECT %s = %s COLLATE utf8mb4_unicode_ci', one, other)
    done = admin.run('import', 'fittrackee', export())
    assert ('if case and accents are ignored' in done.stdout) == bool(same), done


@pytest.mark.parametrize(('file', 'old', 'new', 'problem'), [
    ('users.csv', ',t,', ',yes,', 'users.csv:2: is_active is neither t nor f'),
    ('users.csv', 'sam,', '"s"am,', 'users.csv:2: there is text after a closing quote'),
    ('users.csv', 'sam,', ',', 'users.csv:2: username has no value'),
    ('users.csv', '1,sam', '0,sam', 'users.csv:2: id is less than 1'),
    ('users.csv', '1,sam', '1,sam,', 'users.csv:2: 25 fields instead of 24'),
    ('users.csv', '2,alex', '1,alex', 'users.csv:3: id is repeated, or not in the order of the export'),
    ('workouts.csv', ',1,1,', ',3,1,', 'workouts.csv:2: user_id 3 is not in users.csv'),
    ('workouts.csv', ',1,1,', ',1,9,', 'workouts.csv:2: sport_id 9 is not in sports.csv'),
    ('records.csv', 'FD', 'XX', 'records.csv:2: record_type is not one of AS FD HA LD MS'),
    ('blacklisted_tokens.csv', 'two', 'one',
     'blacklisted_tokens.csv:3: token: same value as in line 2, must be unique'),
    ('sports.csv', 'Hiking', 'x' * 51, 'sports.csv:4: label is too long'),
])
def test_a_problem_of_a_row_is_reported(source, export, admin, sql, file, old, new, problem):
    user = source.user('sam')
    source.user('alex')
    source.record(source.workout(user), 'FD', 1)
    for token in ('one', 'two'):
        source.insert('blacklisted_tokens', token=token, expired_at=1, blacklisted_on='2023-01-01')
    directory = export()
    text = (directory / file).read_text()
    assert old in text
    (directory / file).write_text(text.replace(old, new, 1))
    done = admin.run('import', 'fittrackee', directory)
    assert done.returncode == 1 and problem in done.stdout.splitlines()
    assert_fresh(sql)


def cut_a_row(directory):
    path = directory / 'users.csv'
    path.write_text('\n'.join(path.read_text().splitlines()[:-1]) + '\n')


def test_a_truncated_file_is_noticed(source, export, admin, sql):
    source.user('sam')
    source.user('alex')
    directory = export()
    cut_a_row(directory)
    done = admin.run('import', 'fittrackee', directory)
    assert done.returncode == 1
    assert 'users.csv:3: 1 rows, but 2 were exported: export again' in done.stdout
    assert_fresh(sql)


def write(name, text):
    return lambda directory: (directory / name).write_bytes(text)


@pytest.mark.parametrize(('spoil', 'said'), [
    (lambda directory: (directory / 'manifest.csv').unlink(), 'manifest.csv": No such file'),
    (lambda directory: (directory / 'records.csv').unlink(), 'records.csv": No such file'),
    (write('manifest.csv', b'name,number\nversion,2\n'), 'manifest.csv: not written by'),
    (write('manifest.csv', b''), 'manifest.csv: not written by'),
    (write('users.csv', b'id,username\n'), 'users.csv: the first line does not name'),
    (write('users.csv', b''), 'users.csv: the first line does not name'),
    (lambda directory: (directory / 'users.csv').rename(directory / 'x') and
     (directory / 'users.csv').symlink_to('x'), 'users.csv": Too many levels'),
], ids=range(7))
def test_an_incomplete_directory_is_rejected(source, export, admin, sql, spoil, said):
    directory = export()
    spoil(directory)
    assert said in admin.refused('import', 'fittrackee', directory)
    assert_fresh(sql)


def test_a_missing_directory_is_rejected(admin, tmp_path):
    assert 'No such file' in admin.refused('import', 'fittrackee', tmp_path / 'nothing')


def test_a_database_with_accounts_is_not_changed(source, export, admin, sql):
    sql.insert('users', username='here', email='here@example.org', password='',
               created_at='2024-01-01')
    source.user('sam')
    before = sql.checksums()
    assert 'has accounts already' in admin.refused('import', 'fittrackee', export())
    assert sql.checksums() == before


def test_a_waiting_job_of_earlier_accounts_prevents_an_import(source, export, admin, sql):
    """The job could remove the files of the imported account with the same id."""
    sql.insert('jobs', kind='cleanup', payload='{"user_id":1}', run_after='2024-01-01',
               created_at='2024-01-01')
    assert 'a new database' in admin.refused('import', 'fittrackee', export())


def test_an_outdated_schema_is_reported(export, admin, sql):
    sql.run('DELETE FROM schema_version ORDER BY version DESC LIMIT 1')
    assert "run 'fitgate-admin migrate'" in admin.refused('import', 'fittrackee', export())


# ---- all or nothing ----------------------------------------------------

def waiting_import(sql, other):
    """Wait until the import waits for the row that `other` has written; returns the number of its connection. MySQL
    may show the statement of `other` for a moment after its end."""
    own = other.value('SELECT CONNECTION_ID()')
    found = until(lambda: sql.rows('SELECT ID FROM information_schema.PROCESSLIST '
                                   "WHERE ID NOT IN (CONNECTION_ID(), %s) AND INFO LIKE 'INSERT INTO oauth2_token%%'",
                                   own), 'the import waits')
    return found[0]['ID']


def test_a_killed_import_leaves_nothing_and_can_be_run_again(source, export, admin, sql, programs):
    user = source.user('sam')
    source.workout(user)
    source.insert('oauth2_token', access_token='abc', user_id=user)
    directory = export()
    with sql.another() as other:
        # the import waits for this row after it has written everything else
        other.run('START TRANSACTION')
        other.run("INSERT INTO oauth2_token (id, access_token, issued_at) VALUES (1, 'x', 0)")
        process = programs.start('admin', 'import', 'fittrackee', directory,
                                 settings=admin.settings)
        waiting_import(sql, other)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        other.run('ROLLBACK')
    until(lambda: sql.value('SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE DB = DATABASE() '
                            'AND ID <> CONNECTION_ID()') == 0, 'the server has let go')
    assert_fresh(sql)
    admin.done('import', 'fittrackee', directory)
    assert sql.value('SELECT nb_workouts FROM user_totals') == 1


def test_a_lost_connection_does_not_leave_half_an_import(source, export, admin, sql, programs):
    """The transaction is repeated."""
    user = source.user('sam')
    source.workout(user)
    source.insert('oauth2_token', access_token='abc', user_id=user)
    directory = export()
    with sql.another() as other:
        other.run('START TRANSACTION')
        other.run("INSERT INTO oauth2_token (id, access_token, issued_at) VALUES (1, 'x', 0)")
        process = programs.start('admin', 'import', 'fittrackee', directory,
                                 settings=admin.settings)
        sql.run(f'KILL {waiting_import(sql, other)}')
        other.run('ROLLBACK')
    output, errors = process.communicate(timeout=LIMIT)
    assert process.returncode == 0, (output, errors)
    for table in ('users', 'workouts', 'oauth2_token', 'user_totals'):
        assert sql.value(f'SELECT COUNT(*) FROM {table}') == 1
    assert admin.done('totals', 'verify') == ''


# ---- the export --------------------------------------------------------

def test_only_the_owner_can_read_the_files(export):
    directory = export()
    assert stat.S_IMODE(directory.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in directory.iterdir()} == {0o600}
    assert len(list(directory.iterdir())) == 12


def test_an_export_does_not_touch_an_existing_directory(export):
    export('there')
    assert 'File exists' in export('there', status=1)


def test_an_export_that_fails_has_no_manifest(source, export, tmp_path):
    source.run('ALTER TABLE oauth2_token DROP COLUMN scope')
    assert 'could not export' in export(status=1)
    assert not (tmp_path / 'exported' / 'manifest.csv').exists()


# ---- at a terminal -----------------------------------------------------

def read_all(terminal):
    """The rest of the output on a terminal that no process has open any more; it is read in pieces."""
    shown = b''
    try:
        while piece := os.read(terminal, 65536):
            shown += piece
    except OSError:  # the end of the output
        pass
    return shown.decode()


def test_a_terminal_shows_the_progress(source, export, admin, programs):
    source.user('sam')
    master, slave = pty.openpty()
    done = subprocess.run([programs.build / 'admin', 'import', 'fittrackee', export()], stderr=slave,
                          env=programs.environment(admin.settings), stdout=subprocess.PIPE, check=False)
    os.close(slave)
    shown = read_all(master)
    os.close(master)
    assert done.returncode == 0
    assert 'checking users: 1 of 1' in shown and 'writing users: 1 of 1' in shown
    assert shown.endswith('\r\x1b[K')


def test_help(admin):
    assert 'fittrackee-export' in admin.done('import', 'fittrackee', '--help', DATABASE_URL='')
    admin.misused('import', 'fittrackee')
    admin.misused('import', 'fittrackee', 'a', 'b')
