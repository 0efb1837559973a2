"""Pictures, against what nginx does with the same bytes: storing a body by WebDAV PUT, and sending a
static file; and what uploads cost those who look at pictures."""

import contextlib
import io
import signal
import struct
import subprocess
import zlib

from PIL import Image, ImageDraw

from tests.bench.measure import compare, compare_rates, print_loads, take_turns, wrk
from tests.bench.people import NEW, NEW_CROWD, UPLOADERS
from tests.bench.processor_time import print_breakdown
from tests.harness.errors import StackError
from tests.harness.waiting import poll
from tests.harness.wrk import read_result, wrk_command

PICTURE = '/api/auth/picture'
STORED = f'route={PICTURE} status=200'  # in the log of the program
BOUNDARY = 'fitgate-bench-boundary'
CONNECTIONS = 16  # for uploads
SIDE = 6324  # pixels of the most expensive picture: just under 40 megapixels
UNTIL_STOPPED = 3600  # seconds; a signal ends it

# A file on the same disk that nginx sends without a request to a program, and a location
# where nginx itself stores a file.
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


def picture(size):
    """A JPEG of about this size with Exif data: noise, with edges as in photographs."""
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


def expensive_picture():
    """The PNG of few bytes that takes the longest to inflate: 16 bits RGBA, all zero."""
    def chunk(kind, data):
        return (struct.pack('>I', len(data)) + kind + data +
                struct.pack('>I', zlib.crc32(kind + data)))

    row, compressor = bytes(1 + 8 * SIDE), zlib.compressobj(9)
    data = b''.join(compressor.compress(row) for _ in range(SIDE)) + compressor.flush()
    header = struct.pack('>IIBBBBB', SIDE, SIDE, 16, 6, 0, 0, 0)
    return b'\x89PNG\r\n\x1a\n' + chunk(b'IHDR', header) + \
        chunk(b'IDAT', data) + chunk(b'IEND', b'')


def form(octets, name='me.jpg'):
    """The body of an upload (RFC 7578)."""
    head = (f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
            'Content-Type: application/octet-stream\r\n\r\n')
    return head.encode() + octets + f'\r\n--{BOUNDARY}--\r\n'.encode()


def upload_once(site, person, octets):
    """Upload the picture; returns the path of its file in the upload directory."""
    path = site.stack.directory / 'one.form'
    path.write_bytes(form(octets))
    done = subprocess.run(
        ['curl', '-sS', '-o', '/dev/null', '-w', '%{http_code}', '-H',
         f'Authorization: Bearer {site.token(person.id)}', '-H',
         f'Content-Type: multipart/form-data; boundary={BOUNDARY}', '--data-binary', f'@{path}',
         site.stack.base_url + PICTURE], stdout=subprocess.PIPE, text=True, check=True)
    if done.stdout != '200':
        raise StackError(f'the answer to the upload was {done.stdout}')
    return f'pictures/{person.id}/me.jpg'


def upload(bench, site):
    """A picture by POST picture and by WebDAV PUT. Several accounts (and as many files) take turns, so
    that the requests do not wait for one row (or one name)."""
    if not bench.wants('upload_vs_nginx'):
        return
    octets = picture(1_000_000)
    body = site.stack.directory / 'picture.form'
    body.write_bytes(form(octets))
    plain = site.stack.directory / 'picture.jpg'
    plain.write_bytes(octets)
    (site.stack.upload_folder / 'uploads' / 'dav').mkdir(parents=True, exist_ok=True)
    tokens = site.token_file('uploaders', [person.id for person in UPLOADERS])
    cases = {
        'upload': lambda: wrk(site, PICTURE, 'upload', tokens, body, BOUNDARY,
                              seconds=bench.seconds, connections=CONNECTIONS),
        'WebDAV PUT': lambda: wrk(site, '/bench/dav/', 'put', str(len(UPLOADERS)), plain,
                                  seconds=bench.seconds, connections=CONNECTIONS),
    }
    bench.figures['upload_vs_nginx'] = compare_rates(
        f'A picture of 1 MB, uploaded, {bench.rounds} rounds of {bench.seconds} s', cases, bench.rounds)
    print_breakdown({name: (site, 'upload', run) for name, run in cases.items()})


def download(bench, site):
    if not bench.wants('picture_vs_static'):
        return
    content = picture(200_000)
    files = {f'/api/users/{person.username}/picture': f'/bench/static/{upload_once(site, person, content)}'
             for person in NEW_CROWD}
    paths = {'picture': files.keys(), 'static file': files.values()}
    cases = {}
    for name, each in paths.items():
        listed = site.stack.directory / f'{name}.paths'
        listed.write_text('\n'.join(each) + '\n')
        cases[name] = lambda path=next(
            iter(each)), listed=listed: wrk(
            site, path, 'paths', listed, seconds=bench.seconds)
    bench.figures['picture_vs_static'] = compare_rates(
        f'A picture of 200 KB, downloaded, {bench.rounds} rounds of {bench.seconds} s', cases, bench.rounds)
    print_breakdown({name: (site, 'picture', run) for name, run in cases.items()})


@contextlib.contextmanager
def uploads(site, tokens, body):
    """For the length of a `with` block, one user uploads a picture again and again over as many
    connections as there are processes that take uploads."""
    connections = len(site.stack.program_pids('upload'))
    client = subprocess.Popen(
        wrk_command(site.stack.base_url + PICTURE, 'upload', tokens, body, BOUNDARY,
                    seconds=UNTIL_STOPPED, connections=connections),
        stdout=subprocess.PIPE, text=True)
    log = site.stack.log_text
    before = log('upload').count(STORED)
    try:
        if poll(lambda: log('upload').count(STORED) > before, 60) is None:
            raise StackError(f'no upload succeeds: {log("upload")[-2000:]}')
        yield
    finally:
        client.send_signal(signal.SIGINT)
        output = client.communicate()[0]
    read_result(output)
    site.settle(PICTURE)


def download_during_uploads(bench, site):
    """The median of GET picture by one reader while another user uploads the most expensive picture
    without pause, against that of an idle machine."""
    if not bench.wants('picture_during_uploads_vs_idle'):
        return
    upload_once(site, NEW, picture(20_000))
    body = site.stack.directory / 'expensive.form'
    body.write_bytes(form(expensive_picture(), 'me.png'))
    tokens = site.token_file('uploader', [UPLOADERS[0].id])

    def read():
        return wrk(site, f'/api/users/{NEW.username}/picture', seconds=bench.seconds, connections=1,
                   settle=False)

    def read_during_uploads():
        with uploads(site, tokens, body):
            return read()

    print(f'\nGET picture by one reader while another user uploads, {bench.rounds} rounds of '
          f'{bench.seconds} s')
    loads = take_turns({'uploads': read_during_uploads, 'idle': read}, bench.rounds)
    print_loads(loads)
    over, under = ([load.percentiles['p50'] for load in each] for each in loads.values())
    bench.figures['picture_during_uploads_vs_idle'] = compare('median during uploads / idle', over,
                                                              under)
