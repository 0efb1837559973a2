"""The expected answer of GET profile, computed from the tables (contract §4, §5)."""

import uuid
from datetime import timedelta, timezone
from decimal import Decimal
from email.utils import format_datetime

ALPHABET = '23456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'
AS_THEY_ARE = ('bio', 'date_format', 'email', 'email_to_confirm', 'first_name', 'language',
               'last_name', 'location', 'timezone', 'username')
BOOLEANS = ('admin', 'display_ascent', 'imperial_units', 'is_active', 'start_elevation_at_zero',
            'use_raw_gpx_speed', 'weekm')
KEYS = sorted((
    *AS_THEY_ARE, *BOOLEANS, 'accepted_privacy_policy', 'birth_date', 'created_at', 'nb_sports',
    'nb_workouts', 'picture', 'records', 'sports_list', 'total_ascent', 'total_distance',
    'total_duration'))

OF_ANOTHER = sorted(set(KEYS) - {
    'accepted_privacy_policy', 'date_format', 'display_ascent', 'imperial_units', 'language',
    'start_elevation_at_zero', 'timezone', 'use_raw_gpx_speed', 'weekm'})  # that an administrator sees
NOT_IN_06 = ('accepted_privacy_policy', 'date_format', 'start_elevation_at_zero',
             'use_raw_gpx_speed')
IN_02_TOO = ('admin', 'bio', 'birth_date', 'created_at', 'email', 'first_name', 'last_name',
             'location', 'nb_sports', 'picture', 'timezone', 'total_distance', 'total_duration',
             'username', 'weekm')


def shortuuid(text):
    number = uuid.UUID(text).int
    digits = ''
    while number:
        number, digit = divmod(number, len(ALPHABET))
        digits = ALPHABET[digit] + digits
    return digits.rjust(22, ALPHABET[0])


def date_text(moment):
    """The date as in RFC 1123; microseconds are dropped."""
    return None if moment is None else format_datetime(
        moment.replace(tzinfo=timezone.utc), usegmt=True)


def duration_text(seconds):
    return str(timedelta(seconds=int(seconds)))


def record_value(record_type, value):
    if value is None:
        return None
    if record_type == 'LD':
        return duration_text(value)
    return value / (100 if record_type in ('AS', 'MS') else 1000)


def expected_record(row, username):
    return {'id': row['id'], 'record_type': row['record_type'], 'sport_id': row['sport_id'],
            'user': username, 'value': record_value(row['record_type'], row['value']),
            'workout_date': date_text(row['workout_date']),
            'workout_id': shortuuid(row['workout_uuid'])}


def _accepted_policy(accepted, policy):
    return accepted is not None and (policy is None or policy < accepted)


def expected_profile(sql, user_id):
    user = sql.row('SELECT * FROM users WHERE id = %s', user_id)
    policy_date = sql.value('SELECT privacy_policy_date FROM app_config')
    workouts = sql.rows('SELECT sport_id, duration, distance, ascent FROM workouts '
                        'WHERE user_id = %s', user_id)
    records = sql.rows('SELECT * FROM records WHERE user_id = %s', user_id)
    sports = sorted({workout['sport_id'] for workout in workouts})

    profile = {name: user[name] for name in AS_THEY_ARE}
    profile.update({name: bool(user[name]) for name in BOOLEANS})
    profile['is_active'] = profile['is_active'] and user['suspended_at'] is None
    profile.update({
        'accepted_privacy_policy': _accepted_policy(user['accepted_policy_date'], policy_date),
        'birth_date': date_text(user['birth_date']),
        'created_at': date_text(user['created_at']),
        'nb_sports': len(sports),
        'nb_workouts': len(workouts),
        'picture': user['picture'] is not None,
        'records': [expected_record(row, user['username']) for row in
                    sorted(records, key=lambda row: (row['sport_id'], row['record_type']))],
        'sports_list': sports,
        'total_ascent': float(sum((w['ascent'] or Decimal(0) for w in workouts), Decimal(0))),
        'total_distance': float(sum((w['distance'] or Decimal(0) for w in workouts), Decimal(0))),
        'total_duration': duration_text(sum(w['duration'] for w in workouts)),
    })
    return profile


def expected_profile_06(sql, user_id):
    profile = expected_profile(sql, user_id)
    return {key: value for key, value in profile.items() if key not in NOT_IN_06}


def expected_profile_02(sql, user_id):
    profile = expected_profile(sql, user_id)
    return {'id': user_id, 'nb_activities': profile['nb_workouts'],
            **{key: profile[key] for key in IN_02_TOO}}


def expected_user(sql, user_id):
    """The account as an administrator sees it who is not its owner (contract §16.1)."""
    profile = expected_profile(sql, user_id)
    return {key: profile[key] for key in OF_ANOTHER}


PROFILE_OF = {'0.7': expected_profile, '0.6': expected_profile_06, '0.2': expected_profile_02}
