"""Data archives, against `zip -r` of the same files."""

import contextlib
import json
import os
import random
import secrets
import shutil
import statistics
import subprocess
import time

from tests.bench.measure import compare, take_turns
from tests.bench.people import EXPORTED, MANY
from tests.harness.errors import StackError
from tests.harness.exports import REQUEST, STATUS
from tests.harness.memory import high_water


DOCUMENTS = 3  # in each archive: user_data.json, user_security_data.json, user_workouts_data.json


def track(points, generator):
    """A GPX track with this number of points: a walk whose coordinates change in the last digits, as in
    real tracks."""
    latitude, longitude, height = 48.85, 2.35, 35.0
    lines = ['<?xml version="1.0" encoding="UTF-8"?>\n<gpx version="1.1" creator="bench" '
             'xmlns="http://www.topografix.com/GPX/1/1"><trk><trkseg>']
    for second in range(points):
        latitude += generator.gauss(0, 3e-5)
        longitude += generator.gauss(0, 3e-5)
        height += generator.gauss(0, 0.4)
        lines.append(f'<trkpt lat="{latitude:.7f}" lon="{longitude:.7f}"><ele>{height:.1f}</ele>'
                     f'<time>2020-01-01T{8 + second // 3600:02}:{second // 60 % 60:02}:'
                     f'{second % 60:02}Z</time></trkpt>')
    return '\n'.join([*lines, '</trkseg></trk></gpx>\n']).encode()


def write_tracks(directory, count, size):
    """Create `count` different GPX files of about `size` bytes each."""
    generator = random.Random(1)
    directory.mkdir(parents=True, exist_ok=True)
    per_point = len(track(1000, generator)) / 1000
    tracks = [track(round(size / per_point), generator) for _ in range(20)]
    for number in range(count):
        text = tracks[number % len(tracks)]
        cut = len(text) * (number // len(tracks) % 97) // 97
        (directory / f'{number:05}.gpx').write_bytes(text[cut:] + text[:cut])


def request_export(site, person):
    """Request a new archive in place of an earlier one."""
    with contextlib.closing(site.connect()) as database, database.cursor() as cursor:
        cursor.execute('DELETE FROM users_data_export WHERE user_id = %s', person.id)
    shutil.rmtree(site.stack.upload_folder / 'uploads' / 'exports', ignore_errors=True)
    answer = site.ask('POST', REQUEST, token=site.token(person.id))
    if answer.status != 200:
        raise StackError(f'the answer to an export request was {answer.status}: {answer.text}')


def run_worker(site):
    """(seconds, peak memory in MiB) of a worker that runs all due jobs and ends."""
    environment = {**os.environ, **site.stack.environment}
    started = time.monotonic()
    peak = 0
    with subprocess.Popen([site.stack.build / 'worker', '--once'], env=environment,
                          stderr=subprocess.DEVNULL) as program:
        while True:
            try:
                program.wait(0.05)
                break
            except subprocess.TimeoutExpired:
                peak = max(peak, high_water(program.pid))
    if program.returncode != 0:
        raise StackError(f'the worker failed with exit status {program.returncode}')
    return time.monotonic() - started, peak


def check_archive(site, person, entries):
    """Raise StackError unless the archive exists and has this number of entries."""
    state = json.loads(site.ask('GET', STATUS, token=site.token(person.id)).text)['request']
    archive = (site.stack.upload_folder / 'uploads' / 'exports' / str(person.id) /
               (state['file_name'] or 'none'))
    listed = subprocess.run(['unzip', '-Z1', archive], stdout=subprocess.PIPE, text=True,
                            check=False).stdout.splitlines()
    if state['status'] != 'successful' or len(listed) != entries:
        raise StackError(f'the archive is {state["status"]} with {len(listed)} of {entries} files')


def export(site, person):
    request_export(site, person)
    return run_worker(site)


def zip_files(site, directory):
    """Seconds of `zip -r` of the same files."""
    target = site.stack.directory / f'{secrets.token_hex(8)}.zip'
    started = time.monotonic()
    subprocess.run(['zip', '-r', '-q', target, '.'], cwd=directory, check=True)
    took = time.monotonic() - started
    target.unlink()
    return took


@contextlib.contextmanager
def tracks_of(site, person, size):
    """Create a GPX file of this size for each workout; yields their directory."""
    directory = site.stack.upload_folder / 'uploads' / 'workouts' / str(person.id)
    write_tracks(directory, person.workouts, size)
    yield directory
    check_archive(site, person, person.workouts + DOCUMENTS)
    shutil.rmtree(directory)


def exports(bench, site):
    if not bench.wants('export_vs_zip', 'export_mib'):
        return
    site.stack.stop_worker()
    if bench.wants('export_vs_zip'):
        rounds = 1 if bench.options.quick else 3
        print(
            f'\nExport of {EXPORTED.workouts:,} workouts with GPX files of 200 KB, {rounds} rounds')
        with tracks_of(site, EXPORTED, 200_000) as directory:
            times = take_turns({'export': lambda: export(site, EXPORTED)[0],
                                'zip -r': lambda: zip_files(site, directory)}, rounds)
        for name, each in times.items():
            print(f'  {name:26}{statistics.median(each):8.2f} s')
        bench.figures['export_vs_zip'] = compare(' / '.join(times), *times.values())
    if bench.wants('export_mib'):
        with tracks_of(site, MANY, 1_000_000_000 // MANY.workouts):
            seconds, peak = export(site, MANY)
        print(f'\nExport of {MANY.workouts:,} workouts with 1 GB of GPX: {seconds:.1f} s, '
              f'{peak:.2f} MiB at most')
        bench.figures['export_mib'] = peak
