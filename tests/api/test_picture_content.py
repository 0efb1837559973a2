"""Which pictures are accepted, and which parts of them are stored: pictures of an independent
encoder, pictures with common faults, and pictures made to attack their viewers."""

import io
import random
import struct
import zlib

import pytest
from PIL import Image

from tests.harness.answers import INVALID_FILE, PICTURE_UPDATED, TOO_MANY_PIXELS, exact
from tests.harness.picture_decoders import DECODERS, frames
from tests.harness.picture_faults import (HIDDEN, SRGB, add_restarts, join_png, make, save,
                                          split_png)
from tests.harness.pictures import (Store, chunk, exif, gif, jpeg, png, png_of, segment, upload)


@pytest.fixture
def store(stack, db):
    return Store(stack.upload_folder, db)


@pytest.fixture
def stored(api, store, user, token):
    """Upload a picture, and return the stored file."""
    def upload_and_read(data, name):
        exact(upload(api, token, data, name), PICTURE_UPDATED)
        return store.current(user)
    return upload_and_read


# ---- what decoders ignore ------------------------------------------------------------------------

@pytest.mark.parametrize('kind', DECODERS)
def test_a_picture_with_faults_that_decoders_ignore_is_stored_without_them(stored, kind):
    for number in range(10):
        picture, faulty, faults = make(random.Random(f'pictures/{kind}/{number}'), kind)
        kept = stored(faulty, f'a.{kind}')
        assert DECODERS[kind](kept) == DECODERS[kind](picture), faults
        assert HIDDEN not in kept


def test_of_a_broken_animation_the_still_image_is_kept(stored):
    images = [Image.new('RGB', (8, 8), color) for color in ('red', 'green', 'blue')]
    animation = save(images[0], 'PNG', save_all=True, append_images=images[1:])
    assert len(frames(stored(animation, 'a.png'))) == 3
    chunks = split_png(animation)
    last = max(i for i, (kind, _) in enumerate(chunks) if kind == b'fdAT')
    kept = stored(join_png(chunks[:last] + chunks[last + 1:]), 'a.png')
    assert frames(kept) == frames(save(images[0], 'PNG'))
    assert b'acTL' not in kept and b'fdAT' not in kept


def test_the_orientation_of_a_png_is_kept(stored):
    tiff = exif(6, HIDDEN)[10:]
    kept = stored(png(2, 3, chunk(b'eXIf', tiff)), 'a.png')
    assert Image.open(io.BytesIO(kept)).getexif()[0x0112] == 6
    assert HIDDEN not in kept


def test_the_colors_of_a_png_are_kept(stored):
    chunks = (chunk(b'cICP', b'\x09\x10\0\1'), chunk(b'mDCV', bytes(24)), chunk(b'cLLI', bytes(8)))
    picture = png(2, 3, *chunks)
    assert stored(picture, 'a.png') == picture


@pytest.mark.parametrize('name', ['IMG_0001.jpeg', 'a.JPEG'])
def test_jpeg_is_an_extension_too(stored, store, user, name):
    assert stored(jpeg(), name) == jpeg()
    assert store.names(user) == [name]


# ---- pictures that browsers do not show ----------------------------------------------------------

def restarts_out_of_order():
    picture = save(Image.new('RGB', (64, 64)), 'JPEG')
    return add_restarts(picture, is_progressive=False, blocks=4).replace(b'\xFF\xD1', b'\xFF\xD2')


REFUSED = {
    'lossless': ('a.jpg', jpeg().replace(b'\xFF\xC0', b'\xFF\xC3'), 'JPEG: lossless'),
    'arithmetic': ('a.jpg', jpeg().replace(b'\xFF\xC0', b'\xFF\xC9'), 'JPEG: lossless, arithmetic'),
    'progressive arithmetic': ('a.jpg', jpeg().replace(b'\xFF\xC0', b'\xFF\xCA'),
                               'JPEG: lossless, arithmetic'),
    '12 bits': ('a.jpg', jpeg().replace(b'\xFF\xC0\0\x0B\x08', b'\xFF\xC1\0\x0B\x0C'),
                'JPEG: lossless, arithmetic or 12-bit coding'),
    'restart markers': ('a.jpg', restarts_out_of_order(),
                        'JPEG: restart markers are missing or out of order'),
    'half a JPEG': ('a.jpg', save(Image.effect_noise((64, 64), 99), 'JPEG')[:-999],
                    'the file ends before the picture is complete'),
    'critical chunk': ('a.png', png(2, 2, chunk(b'CgBI', bytes(4))), 'PNG: an unknown critical chunk'),
    'code size': ('a.gif', gif().replace(b'\x02\x02\x44', b'\x0C\x02\x44'), 'GIF: a code size'),
    **{f'{kind} for another kind': (
        f'a.{extension}', content, f'the content does not match the extension of the file name: it is {kind}"')
       for kind, extension, content in [
           ('PNG', 'gif', png()), ('GIF', 'jpg', gif()), ('JPEG', 'png', jpeg()),
           *((kind, 'jpg', save(Image.new('RGB', (9, 9)), kind))
             for kind in ('WebP', 'TIFF', 'BMP')),
           ('HEIC', 'jpg', b'\0\0\0\x18ftypheic\0\0\0\0mif1heic'),
           ('AVIF', 'png', b'\0\0\0\x18ftypavif\0\0\0\0mif1avif')]},
    'text': ('a.png', b'my picture', 'the content does not match the extension of the file name"'),
}


@pytest.mark.parametrize('name', REFUSED)
def test_a_picture_is_refused_and_the_log_names_the_rule(api, stack, token, name):
    file_name, picture, rule = REFUSED[name]
    answer = upload(api, token, picture, file_name)
    exact(answer, INVALID_FILE)
    line = next(line for line in stack.log_text('upload').splitlines()
                if answer.headers['X-Request-Id'] in line and 'picture refused' in line)
    assert f'picture refused: {rule}' in line


# ---- pictures that attack their viewers ----------------------------------------------------------

def progressive_jpeg(scans, codes):
    """6320 x 6320 gray pixels in `scans` scans. Each AC scan has `codes` bytes; a code stands for 16384 blocks."""
    one_code = bytes([1] + [0] * 15)
    blocks = (6320 // 8) ** 2
    return b''.join([
        b'\xFF\xD8', segment(0xDB, b'\0' + bytes([1] * 64)),
        segment(0xC2, struct.pack('>BHHBBBB', 8, 6320, 6320, 1, 1, 0x11, 0)),
        segment(0xC4, b'\x00' + one_code + b'\0'), segment(0xC4, b'\x10' + one_code + b'\xE0'),
        segment(0xDA, bytes([1, 1, 0, 0, 0, 0])), bytes((blocks + 7) // 8),
        (segment(0xDA, bytes([1, 1, 0, 1, 63, 0])) + bytes(codes)) * (scans - 1), b'\xFF\xD9'])


def test_a_jpeg_of_more_than_a_hundred_scans_is_refused(api, stack, token):
    exact(upload(api, token, progressive_jpeg(100, 74), 'a.jpg'), PICTURE_UPDATED)
    exact(upload(api, token, progressive_jpeg(101, 74), 'a.jpg'), INVALID_FILE)
    assert 'picture refused: JPEG: more than 100 scans' in stack.log_text('upload')


def test_a_scan_shorter_than_its_blocks_need_is_refused(api, stack, token):
    exact(upload(api, token, progressive_jpeg(2, 73), 'a.jpg'), INVALID_FILE)
    assert 'picture refused: JPEG: a scan is too short' in stack.log_text('upload')


def test_the_pixels_of_all_frames_have_a_limit(api, stack, token):
    def animation(count):
        image = split_png(png_of(8000, 5000))
        chunks = [image[0], (b'acTL', struct.pack('>II', count, 0)), image[1]]
        for number in range(count):
            chunks.append(
                (b'fcTL',
                 struct.pack(
                     '>IIIIIHHBB',
                     2 * number,
                     8000,
                     5000,
                     0,
                     0,
                     1,
                     1,
                     0,
                     0)))
            chunks.append((b'fdAT', struct.pack('>I', 2 * number + 1) + image[1][1]))
        return join_png([*chunks, image[-1]])
    exact(upload(api, token, animation(3), 'a.png'), PICTURE_UPDATED)
    exact(upload(api, token, animation(4), 'a.png'), INVALID_FILE)
    assert 'picture refused: more than 160 megapixels in all frames' in stack.log_text('upload')


@pytest.mark.parametrize('name', ['a.png', 'a.jpg'])
def test_too_many_pixels_are_reported(api, token, name):
    large = png_of(8000, 5001) if name == 'a.png' else jpeg().replace(
        struct.pack('>BHH', 8, 8, 8), struct.pack('>BHH', 8, 8000, 5001))
    exact(upload(api, token, large, name), TOO_MANY_PIXELS)


# ---- hidden data ---------------------------------------------------------------------------------

@pytest.mark.parametrize('hiding', [
    segment(0xE0, b'JFIF\0\1\1\0\0\1\0\1\0\0' + HIDDEN), segment(0xE0, b'JFXX\0\x13' + HIDDEN),
    segment(0xEE, b'Adobe\0\x64\0\0\0\0\1' + HIDDEN), segment(0xE2, b'ICC_PROFILE\0\1\1' + HIDDEN),
    segment(0xE2, b'ICC_PROFILE\0\1\1' + SRGB + HIDDEN), HIDDEN],
    ids=['JFIF', 'JFXX', 'Adobe', 'no profile', 'behind the profile', 'between segments'])
def test_nothing_is_hidden_in_the_segments_of_a_jpeg(stored, hiding):
    assert HIDDEN not in stored(jpeg(hiding), 'a.jpg')


@pytest.mark.parametrize('hiding', [
    b'icc\0\0' + HIDDEN, HIDDEN + b'\0\0' + zlib.compress(SRGB),
    b'icc\0\0' + zlib.compress(SRGB) + HIDDEN], ids=['no profile', 'name', 'behind the profile'])
def test_nothing_is_hidden_in_the_profile_of_a_png(stored, hiding):
    assert HIDDEN not in stored(png(2, 3, chunk(b'iCCP', hiding)), 'a.png')


def test_nothing_is_hidden_in_a_gif(stored):
    control = b'!\xF9\x15\0\0\0\0' + HIDDEN + b'..\0'
    assert HIDDEN not in stored(gif(control) + HIDDEN, 'a.gif')


def test_a_color_profile_is_kept(stored):
    for kind, name in (('JPEG', 'a.jpg'), ('PNG', 'a.png')):
        picture = save(Image.new('RGB', (8, 8)), kind, icc_profile=SRGB)
        kept = Image.open(io.BytesIO(stored(picture, name)))
        assert kept.info['icc_profile'] == SRGB
