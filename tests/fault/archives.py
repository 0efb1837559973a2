"""Checks that an archive is complete, and contains what its owner had stored at some time."""

import io
import json
import zipfile

FIELDS = ('first_name', 'last_name', 'bio', 'location', 'birth_date')


def problem_of_archive(octets, account, fixtures):
    """A description of the first problem; None: there is none."""
    try:
        with zipfile.ZipFile(io.BytesIO(octets)) as archive:
            if archive.testzip() is not None:
                return f'its member {archive.testzip()} is corrupt'
            tracks = {one.filename: (one.file_size, one.CRC) for one in archive.infolist()
                      if one.filename.startswith('gpx/')}
            entries = {name: archive.read(name)
                       for name in archive.namelist() if name not in tracks}
    except zipfile.BadZipFile as problem:
        return str(problem)
    user = json.loads(entries.pop('user_data.json'))
    workouts = json.loads(entries.pop('user_workouts_data.json'))
    json.loads(entries.pop('user_security_data.json'))
    if user['username'] != account.username:
        return f'it belongs to {user["username"]}'
    birth_date = user['birth_date'] and user['birth_date'].partition(' ')[0]
    profile = tuple(birth_date if name == 'birth_date' else user[name] for name in FIELDS)
    if profile not in account.profile.ever:
        return f'its profile was never stored: {profile}'
    if sorted(workout['title'] for workout in workouts) != sorted(account.workouts):
        return f'{len(workouts)} of {len(account.workouts)} workouts'
    if tracks != ({'gpx/track.gpx': account.track} if account.track else {}):
        return f'its tracks are {tracks}'
    return problem_of_picture(entries, account, fixtures)


def problem_of_picture(entries, account, fixtures):
    if len(entries) > 1:
        return f'it contains {sorted(entries)}'
    picture = fixtures.number_of(next(iter(entries.values()))) if entries else None
    if picture not in account.picture.ever:
        return f'its picture was never stored: {sorted(entries)}'
    return None
