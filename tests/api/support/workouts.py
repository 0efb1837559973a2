"""The expected objects of workouts and statistics, computed from the tables (contract §29)."""

import json
from collections import defaultdict
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal

from tests.api.support.exports import amount, duration, expected_segment, measure
from tests.api.support.profile import date_text, expected_record, shortuuid

WORKOUTS = '/api/workouts'
RECORDS = '/api/records'
NO_WORKOUT = (404, {'status': 'not found', 'data': {'workouts': []}})
COLUMNS = {'workout_date': 'workout_date', 'distance': 'distance', 'duration': 'moving',
           'ave_speed': 'ave_speed'}


def stored(text, otherwise=None):
    return otherwise if text is None else json.loads(text)


def expected_workout(sql, row, username, previous=None, following=None):
    """The object of a row of workouts; `previous` and `following` are rows, too."""
    records = sql.rows('SELECT * FROM records WHERE workout_id = %s ORDER BY sport_id, record_type',
                       row['id'])
    segments = sql.rows('SELECT * FROM workout_segments WHERE workout_id = %s ORDER BY segment_id',
                        row['id'])
    return {
        'id': shortuuid(row['uuid']), 'user': username,
        **{key: row[key] for key in ('sport_id', 'title', 'notes')},
        **{key: date_text(row[key]) for key in ('creation_date', 'modification_date', 'workout_date')},
        **{key: duration(row[key]) for key in ('duration', 'moving', 'pauses')},
        **{key: measure(row[key]) for key in
           ('distance', 'ave_speed', 'max_speed', 'min_alt', 'max_alt')},
        'ascent': amount(row['ascent']), 'descent': amount(row['descent']),
        'with_gpx': row['gpx'] is not None,
        'map': row['map_id'] if row['map'] else None,
        'bounds': stored(row['bounds'], []),
        'segments': [expected_segment(segment) for segment in segments],
        'records': [expected_record(record, username) for record in records],
        'weather_start': stored(row['weather_start']), 'weather_end': stored(row['weather_end']),
        'previous_workout': previous and shortuuid(previous['uuid']),
        'next_workout': following and shortuuid(following['uuid']),
    }


def in_time(rows):
    return sorted(rows, key=lambda row: (row['workout_date'], row['id']))


def neighbors(rows):
    """{id: (previous row, next row)} among these rows."""
    rows = in_time(rows)
    return {row['id']: (before, after)
            for before, row, after in zip([None, *rows], rows, [*rows[1:], None])}


def ordered(rows, order_by='workout_date', order='desc'):
    """NULL is larger than every value, and equal values are by id."""
    column = COLUMNS[order_by]
    return sorted(rows, reverse=order != 'asc',
                  key=lambda row: (row[column] is None, row[column] or 0 if row[column] is None
                                   else row[column], row['id']))


def expected_page(sql, user, rows, page=1, size=5, **order):
    """The objects on a page of the list of these rows, which match the filters."""
    around = neighbors(rows)
    return [expected_workout(sql, row, user.username, *around[row['id']])
            for row in ordered(rows, **order)[(page - 1) * size:page * size]]


def rows_of(sql, user):
    return sql.rows('SELECT * FROM workouts WHERE user_id = %s ORDER BY id', user.id)


# ---- statistics ----------------------------------------------------------------------------------

def first_day(day, time):
    if time == 'week':
        return str(day - timedelta(days=day.isoweekday() % 7))
    if time == 'weekm':
        return str(day - timedelta(days=day.weekday()))
    return str(day)[:{'month': 7, 'year': 4}[time]]


def figures(rows):
    def total(column):
        return sum((row[column] or Decimal(0) for row in rows), Decimal(0))
    speeds = [row['ave_speed'] for row in rows if row['ave_speed'] is not None]
    mean = sum(speeds) / len(speeds) if speeds else Decimal(0)
    return {'average_speed': float(mean.quantize(Decimal('0.01'), ROUND_HALF_UP)),
            'nb_workouts': len(rows), 'total_ascent': float(total('ascent')),
            'total_descent': float(total('descent')), 'total_distance': float(total('distance')),
            'total_duration': int(total('moving'))}


def by_sport(rows):
    sports = defaultdict(list)
    for row in rows:
        sports[str(row['sport_id'])].append(row)
    return {sport: figures(of_sport) for sport, of_sport in sports.items()}


def by_time(rows, time='year'):
    periods = defaultdict(list)
    for row in rows:
        periods[first_day(row['workout_date'].date(), time)].append(row)
    return {period: by_sport(of_period) for period, of_period in periods.items()}
