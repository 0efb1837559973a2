"""Exports of users' data: their parts, and the expected content of an archive."""

import json
import os
import zipfile
from contextlib import contextmanager
from decimal import Decimal

from tests.harness.exports import REQUEST
from tests.harness.people import insert_user
from tests.api.support.profile import duration_text, expected_profile, record_value, shortuuid
from tests.api.support.queue import JobQueue
from tests.api.support.valgrind import SLOWER
from tests.api.support.waiting import until
from tests.harness.waiting import LIMIT

SLOW_FILE = (40 << 20) // SLOWER


class Exports(JobQueue):
    """A database and an upload directory separate from the stack's, with their own workers."""

    kind = 'export'

    def __init__(self, programs, database, sql, minter, root):
        self.programs = programs
        self.sql = sql
        self.minter = minter
        self.root = root
        self.settings = {'DATABASE_URL': database.url, 'UPLOAD_FOLDER': str(root), 'EMAIL_URL': ''}

    def user(self, **columns):
        return insert_user(self.sql, **columns)

    def directory(self, category, user):
        return self.root / 'uploads' / category / str(user.id)

    def add_file(self, user, name, content=b'<gpx/>', category='workouts'):
        """Add a file of a user as another program does; the name can be bytes."""
        directory = self.directory(category, user)
        directory.mkdir(parents=True, exist_ok=True)
        path = os.path.join(os.fsencode(directory), os.fsencode(name))
        with open(path, 'wb') as file:
            file.write(content)
        return path

    def add_slow_file(self, user):
        """Add a file that takes a second or more to compress."""
        self.add_file(user, 'slow.gpx', os.urandom(SLOW_FILE // 40) * 40)

    def request(self, user):
        """Request an export as the user; returns the answer."""
        return self.programs.cgi('POST', REQUEST, token=self.minter.token(user.id),
                                 settings=self.settings)

    def requested(self, user):
        assert self.request(user).status == 200
        return user

    def work(self, *arguments, **options):
        """Run a worker until nothing is due; returns its log."""
        with self.start('--once', *arguments, **options) as worker:
            _output, log = worker.communicate(timeout=LIMIT)
        assert worker.returncode == 0, log
        return log.decode()

    @contextmanager
    def start(self, *arguments, settings=None, **options):
        """A running worker, which is stopped at the end of the `with` block."""
        process = self.programs.start('worker', *arguments,
                                      settings={**self.settings, **(settings or {})}, **options)
        with process:
            try:
                yield process
            finally:
                process.kill()

    def row(self, user):
        return self.sql.row('SELECT * FROM users_data_export WHERE user_id = %s', user.id)

    def files(self, user):
        """The names in the directory of the user's archives."""
        directory = self.directory('exports', user)
        return sorted(path.name for path in directory.iterdir()) if directory.exists() else []

    def until_written(self, user, size=1):
        """Wait until a worker has written this much of an archive."""
        def there():
            paths = list(self.directory('exports', user).glob('archive_*.tmp'))
            return paths and paths[0].stat().st_size >= size
        until(there, 'an archive is being written')

    def is_successful(self, user):
        """Assert that there is one complete archive, and that the database says so; returns its path."""
        row = self.row(user)
        assert self.files(user) == [row['file_name']]
        path = self.directory('exports', user) / row['file_name']
        assert (row['completed'], row['file_size']) == (1, path.stat().st_size)
        assert self.jobs() == []
        with zipfile.ZipFile(path) as archive:
            assert archive.testzip() is None
        return path

    def archive(self, user):
        """Request an archive, build it, and read it: {name: content}."""
        self.requested(user)
        self.work()
        return read_archive(self.is_successful(user))


def read_archive(path):
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        assert len(names) == len(set(names))
        return {name: archive.read(name) for name in names}


# ---- the expected content ------------------------------------------------------------------------

def plain_date(moment):
    """A date as Python prints it."""
    return None if moment is None else str(moment)


def amount(value):
    return None if value is None else float(value)


def measure(value):
    return float(value) if value else None


def duration(seconds):
    return duration_text(seconds) if seconds else None


def base_name(path):
    return None if path is None else path.rpartition('/')[2]


def stored_json(text):
    return None if text is None else json.loads(text)


def expected_record(row, username):
    value = record_value(row['record_type'], row['value'])
    return {'id': row['id'], 'user': username, 'sport_id': row['sport_id'],
            'workout_id': shortuuid(row['workout_uuid']), 'record_type': row['record_type'],
            'workout_date': plain_date(row['workout_date']), 'value': value}


def expected_segment(row):
    return {'workout_id': shortuuid(row['workout_uuid']), 'segment_id': row['segment_id'],
            **{key: duration(row[key]) for key in ('duration', 'pauses', 'moving')},
            **{key: measure(row[key]) for key in
               ('distance', 'min_alt', 'max_alt', 'descent', 'ascent', 'max_speed', 'ave_speed')}}


def expected_workout(sql, row, username):
    records = sql.rows('SELECT * FROM records WHERE workout_id = %s ORDER BY sport_id, record_type',
                       row['id'])
    segments = sql.rows('SELECT * FROM workout_segments WHERE workout_id = %s ORDER BY segment_id',
                        row['id'])
    return {
        'id': shortuuid(row['uuid']),
        'sport_id': row['sport_id'],
        'title': row['title'],
        **{key: plain_date(row[key]) for key in
           ('creation_date', 'modification_date', 'workout_date')},
        **{key: duration(row[key]) for key in ('duration', 'pauses', 'moving')},
        **{key: measure(row[key]) for key in ('distance', 'min_alt', 'max_alt')},
        'descent': amount(row['descent']),
        'ascent': amount(row['ascent']),
        **{key: measure(row[key]) for key in ('max_speed', 'ave_speed')},
        'records': [expected_record(record, username) for record in records],
        'segments': [expected_segment(segment) for segment in segments],
        'weather_start': stored_json(row['weather_start']),
        'weather_end': stored_json(row['weather_end']),
        'notes': row['notes'],
        'sport_label': sql.value('SELECT label FROM sports WHERE id = %s', row['sport_id']),
        'gpx': base_name(row['gpx']),
    }


def expected_workouts(sql, user):
    rows = sql.rows('SELECT * FROM workouts WHERE user_id = %s ORDER BY id', user.id)
    return [expected_workout(sql, row, user.username) for row in rows]


def expected_user(sql, user):
    row = sql.row('SELECT * FROM users WHERE id = %s', user.id)
    records = sql.rows('SELECT * FROM records WHERE user_id = %s ORDER BY sport_id, record_type',
                       user.id)
    return {**expected_profile(sql, user.id),
            'birth_date': plain_date(row['birth_date']),
            'created_at': plain_date(row['created_at']),
            'records': [expected_record(record, user.username) for record in records]}


def insert_segment(sql, workout_id, segment_id, **columns):
    values = {'workout_id': workout_id, 'segment_id': segment_id, 'duration': 1800,
              'workout_uuid': sql.value('SELECT uuid FROM workouts WHERE id = %s', workout_id),
              'distance': Decimal('5.250'), **columns}
    sql.insert('workout_segments', **values)
