"""What the bench measures of pictures and archives.

Like all of its figures: ratios of what takes turns in one run. The measure is always the tool that
somebody would use who needs no account service: nginx storing a body by WebDAV PUT, nginx sending a
static file, `zip -r`.
"""

import contextlib
import io
import json
import os
import random
import secrets
import shutil
import subprocess
import time

from PIL import Image, ImageDraw

PICTURE = '/api/auth/picture'
EXPORT_REQUEST = '/api/auth/account/export/request'
EXPORT = '/api/auth/account/export'
BOUNDARY = 'fitgate-bench-boundary'

# One file on the same disk, sent by nginx without asking anybody; and nginx's own way to store one.
LOCATIONS = '''
location /bench/static/ {
	alias @UPLOADS@/;
}
location /bench/dav/ {
	alias @UPLOADS@/dav/;
	dav_methods PUT;
	create_full_put_path on;
	client_max_body_size 33m;
}
'''

MIB = 1024 * 1024


def picture(size):
    """A JPEG photograph of about so many bytes, with Exif: noise, with the edges that photographs
    have, as large as it takes."""
    width = 64
    while True:
        image = Image.effect_noise((width, width * 3 // 4), 90).convert('RGB')
        ImageDraw.Draw(image).ellipse((8, 8, width // 2, width // 2), fill=(200, 80, 40))
        exif = Image.Exif()
        exif[0x0112] = 6  # orientation
        exif[0x010F] = 'Bench'  # maker
        output = io.BytesIO()
        image.save(output, 'JPEG', quality=88, exif=exif)
        if output.tell() >= size:
            return output.getvalue()
        width = width * 21 // 20 + 1


def form(octets):
    """The body of an upload (RFC 7578)."""
    head = (f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="me.jpg"\r\n'
            'Content-Type: image/jpeg\r\n\r\n')
    return head.encode() + octets + f'\r\n--{BOUNDARY}--\r\n'.encode()


def track(points, generator):
    """A GPX track of so many points: a walk whose coordinates change in the last digits, as real
    ones do."""
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


def write_tracks(folder, count, size):
    """So many GPX files of about so many bytes each, no two alike."""
    generator = random.Random(1)
    folder.mkdir(parents=True, exist_ok=True)
    per_point = len(track(1000, generator)) / 1000
    tracks = [track(round(size / per_point), generator) for _ in range(20)]
    for number in range(count):
        text = tracks[number % len(tracks)]
        cut = len(text) * (number // len(tracks) % 97) // 97
        (folder / f'{number:05}.gpx').write_bytes(text[cut:] + text[:cut])


# ---- pictures ------------------------------------------------------------------------------------

def upload_once(site, person, octets):
    """The picture, uploaded as a client does it; the path of the file in the upload folder."""
    path = site.stack.folder / 'one.form'
    path.write_bytes(form(octets))
    done = subprocess.run(
        ['curl', '-sS', '-o', '/dev/null', '-w', '%{http_code}', '-H',
         f'Authorization: Bearer {site.token(person.id)}', '-H',
         f'Content-Type: multipart/form-data; boundary={BOUNDARY}', '--data-binary', f'@{path}',
         site.stack.base_url + PICTURE], stdout=subprocess.PIPE, text=True, check=True)
    if done.stdout != '200':
        raise RuntimeError(f'the upload was answered {done.stdout}')
    return f'pictures/{person.id}/me.jpg'


def measure_upload(site, wrk, take_turns, people, seconds, rounds):
    """{name: loads} of a 1 MB picture by POST picture and by WebDAV PUT; several accounts (and as
    many files) in turn, so that they do not queue up at one row (or one name)."""
    octets = picture(1_000_000)
    body = site.stack.folder / 'picture.form'
    body.write_bytes(form(octets))
    plain = site.stack.folder / 'picture.jpg'
    plain.write_bytes(octets)
    dav = site.stack.upload_folder / 'uploads' / 'dav'
    dav.mkdir(parents=True, exist_ok=True)
    tokens = site.token_file('uploaders', [person.id for person in people])
    return take_turns({
        'upload': lambda: wrk(site, PICTURE, 'upload', tokens, body, BOUNDARY, seconds=seconds,
                              connections=16),
        'WebDAV PUT': lambda: wrk(site, '/bench/dav/', 'put', str(len(people)), plain,
                                  seconds=seconds, connections=16),
    }, rounds)


def measure_download(site, wrk, take_turns, person, name, seconds, rounds):
    stored = upload_once(site, person, picture(200_000))
    return take_turns({
        'picture': lambda: wrk(site, f'/api/users/{name}/picture', seconds=seconds),
        'static file': lambda: wrk(site, f'/bench/static/{stored}', seconds=seconds),
    }, rounds)


# ---- the export ----------------------------------------------------------------------------------

def request_export(site, person):
    """A new request for an archive, whatever there was before."""
    with contextlib.closing(site.connect()) as database, database.cursor() as cursor:
        cursor.execute('DELETE FROM users_data_export WHERE user_id = %s', person.id)
    shutil.rmtree(site.stack.upload_folder / 'uploads' / 'exports', ignore_errors=True)
    answer = site.ask('POST', EXPORT_REQUEST, token=site.token(person.id))
    if answer.status != 200:
        raise RuntimeError(f'the request for an export was answered {answer.status}: {answer.text}')


def run_worker(site, high_water):
    """(seconds, MiB of memory at most) of a worker that does what is due and ends."""
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
        raise RuntimeError(f'the worker ended with {program.returncode}')
    return time.monotonic() - started, peak


def check_archive(site, person, entries):
    """That the archive is there, whole, and holds what it should."""
    state = json.loads(site.ask('GET', EXPORT, token=site.token(person.id)).text)['request']
    archive = (site.stack.upload_folder / 'uploads' / 'exports' / str(person.id) /
               (state['file_name'] or 'none'))
    listed = subprocess.run(['unzip', '-Z1', archive], stdout=subprocess.PIPE, text=True,
                            check=False).stdout.splitlines()
    if state['status'] != 'successful' or len(listed) != entries:
        raise RuntimeError(f'the archive is {state["status"]} with {len(listed)} of {entries} files')


def export(site, person, high_water):
    request_export(site, person)
    return run_worker(site, high_water)


def zip_files(site, folder):
    """Seconds of `zip -r` of the same files."""
    target = site.stack.folder / f'{secrets.token_hex(8)}.zip'
    started = time.monotonic()
    subprocess.run(['zip', '-r', '-q', target, '.'], cwd=folder, check=True)
    took = time.monotonic() - started
    target.unlink()
    return took


def measure_export(site, person, take_turns, high_water, rounds):
    """{name: seconds of each round} for a user's GPX files of 200 KB."""
    folder = site.stack.upload_folder / 'uploads' / 'workouts' / str(person.id)
    write_tracks(folder, person.workouts, 200_000)
    results = take_turns({
        'export': lambda: export(site, person, high_water)[0],
        'zip -r': lambda: zip_files(site, folder),
    }, rounds)
    check_archive(site, person, person.workouts + 2)
    shutil.rmtree(folder)
    return results


def measure_export_memory(site, person, high_water):
    """(seconds, MiB at most) for 1 GB of GPX."""
    folder = site.stack.upload_folder / 'uploads' / 'workouts' / str(person.id)
    write_tracks(folder, person.workouts, 1_000_000_000 // person.workouts)
    seconds, peak = export(site, person, high_water)
    check_archive(site, person, person.workouts + 2)
    shutil.rmtree(folder)
    return seconds, peak

