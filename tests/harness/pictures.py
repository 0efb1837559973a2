"""Hand-made pictures, with and without the data that must be removed, and uploads of them."""

import os
import struct
import uuid
import zlib

PATH = '/api/auth/picture'
CONTENT_TYPES = {'jpg': 'image/jpeg', 'png': 'image/png', 'gif': 'image/gif'}


# ---- PNG ---------------------------------------------------------------------------------------

def chunk(kind, data=b''):
    return struct.pack('>I', len(data)) + kind + data + struct.pack('>I', zlib.crc32(kind + data))


def png(width=8, height=8, *chunks, pixels=None):
    """An RGB picture; `chunks` come before its pixels. Random pixels cannot be compressed."""
    row = 1 + 3 * width
    rows = pixels if pixels is not None else b''.join(
        b'\0' + os.urandom(row - 1) for _ in range(height))
    header = struct.pack('>IIBBBBB', width, height, 8, 2, 0, 0, 0)
    return (b'\x89PNG\r\n\x1a\n' + chunk(b'IHDR', header) + b''.join(chunks) +
            chunk(b'IDAT', zlib.compress(rows, 1)) + chunk(b'IEND'))


def large_png(size):
    """A PNG of about this size in bytes."""
    width = 1000
    return png(width, size // (3 * width + 1))


def png_of(width, height):
    """A complete PNG of this size in pixels that is a small file: one bit per pixel, all black."""
    rows = zlib.compress(bytes((1 + (width + 7) // 8) * height), 9)
    header = struct.pack('>IIBBBBB', width, height, 1, 0, 0, 0, 0)
    return b'\x89PNG\r\n\x1a\n' + chunk(b'IHDR', header) + chunk(b'IDAT', rows) + chunk(b'IEND')


# ---- JPEG --------------------------------------------------------------------------------------

def segment(marker, data):
    return struct.pack('>BBH', 0xFF, marker, len(data) + 2) + data


def exif(orientation, note):
    """An Exif segment (big-endian) with the orientation and a text of the photographer."""
    text = note + b'\0'
    behind = 8 + 2 + 2 * 12 + 4
    entries = (struct.pack('>HHII', 0x010E, 2, len(text), behind) +
               struct.pack('>HHIHH', 0x0112, 3, 1, orientation, 0))
    tiff = b'MM\0*' + struct.pack('>IH', 8, 2) + entries + struct.pack('>I', 0) + text
    return segment(0xE1, b'Exif\0\0' + tiff)


def jpeg(*segments):
    """A gray square of 8 by 8 pixels; `segments` come first."""
    one_code = bytes([1] + [0] * 15) + b'\0'
    return b''.join([
        b'\xFF\xD8', segment(0xE0, b'JFIF\0\1\1\0\0\1\0\1\0\0'), *segments,
        segment(0xDB, b'\0' + bytes([1] * 64)),
        segment(0xC0, struct.pack('>BHHBBBB', 8, 8, 8, 1, 1, 0x11, 0)),
        segment(0xC4, b'\x00' + one_code), segment(0xC4, b'\x10' + one_code),
        segment(0xDA, bytes([1, 1, 0, 0, 63, 0])), b'\x3F', b'\xFF\xD9'])


# ---- GIF ---------------------------------------------------------------------------------------

def gif(*extensions):
    """One black pixel; `extensions` come before it."""
    screen = struct.pack('<HHBBB', 1, 1, 0x80, 0, 0) + bytes(6)
    image = b',' + struct.pack('<HHHHB', 0, 0, 1, 1, 0) + b'\x02\x02\x44\x01\x00'
    return b'GIF89a' + screen + b''.join(extensions) + image + b';'


def gif_comment(text):
    return b'!\xFE' + bytes([len(text)]) + text + b'\0'


PICTURES = {'jpg': jpeg, 'png': png, 'gif': gif}


# ---- uploads -----------------------------------------------------------------------------------

def part(name, data, filename=None):
    """`filename` is written as it is: quotes are not escaped."""
    named = b'' if filename is None else b'; filename="' + _encoded(filename) + b'"'
    return (b'Content-Disposition: form-data; name="' + _encoded(name) + b'"' + named +
            b'\r\n\r\n' + data)


def _encoded(text):
    return text if isinstance(text, bytes) else text.encode()


def form(*parts, boundary=None, end=True):
    """(body, headers) of a multipart/form-data request."""
    boundary = boundary or uuid.uuid4().hex
    mark = f'--{boundary}'.encode()
    body = b''.join(mark + b'\r\n' + one + b'\r\n' for one in parts) + (mark + b'--\r\n') * end
    return body, {'Content-Type': f'multipart/form-data; boundary={boundary}'}


def padded_form(data, filename, size):
    """A form of exactly `size` bytes, filled up by a meaningless second field."""
    body, headers = form(part('file', data, filename), part('pad', b''))
    missing = size - len(body)
    assert missing >= 0
    boundary = headers['Content-Type'].partition('=')[2]
    body, headers = form(part('file', data, filename), part('pad', b'x' * missing),
                         boundary=boundary)
    assert len(body) == size
    return body, headers


def upload(api, token, data, filename='avatar.png', prefix=''):
    body, headers = form(part('file', data, filename))
    return api.post(prefix + PATH, data=body, headers=headers, token=token)


# ---- stored files ------------------------------------------------------------------------------

class Store:
    """The files of the accounts of one stack."""

    def __init__(self, upload_folder, sql):
        self.directory = upload_folder / 'uploads' / 'pictures'
        self.incoming = self.directory / '.incoming'
        self.sql = sql

    def of(self, account):
        return self.directory / str(account.id)

    def row(self, account):
        """The stored path below uploads/, or None."""
        return self.sql.value('SELECT picture FROM users WHERE id = %s', account.id)

    def names(self, account):
        directory = self.of(account)
        return sorted(path.name for path in directory.iterdir()) if directory.is_dir() else []

    def current(self, account):
        """The content of the only file, which is the one that the row names."""
        names, row = self.names(account), self.row(account)
        assert [f'pictures/{account.id}/{name}' for name in names] == [row]
        return (self.directory.parent / row).read_bytes()

    def put(self, account, name, data):
        """A picture that another program has stored."""
        self.of(account).mkdir(parents=True, exist_ok=True)
        (self.of(account) / name).write_bytes(data)
        self.sql.run('UPDATE users SET picture = %s WHERE id = %s',
                     f'pictures/{account.id}/{name}', account.id)

    def leftovers(self, account):
        """The files in .incoming/ of an account."""
        return sorted(path.name for path in self.incoming.glob(f'{account.id}-*'))
