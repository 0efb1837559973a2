"""Hundreds of small pictures with the faults that are found in practice. The cleaned picture has the same pixels and
no metadata, and libjpeg-turbo, libpng, giflib, pngcheck and Pillow decode it without a warning.

The pictures are random. SEED=number repeats those of an earlier run.
"""

import os
import random
import subprocess

import pytest

from PIL import Image

from tests.api.support.configuration import BUILD
from tests.harness.picture_decoders import DECODERS, check_png, frames
from tests.harness.picture_faults import HIDDEN, damage, make, save

COUNT = 100  # of each kind
BROKEN_ANIMATION = 5  # PICTURE_BROKEN_ANIMATION in lib/picture/picture.h
SANDBOX = 0x3F  # FILTER_STATUS_RESULT in lib/picture/isolation/filter_status.h


def run_filter(kind, data):
    done = subprocess.run([BUILD / 'picture_filter', kind], input=data, capture_output=True,
                          check=False)
    return done.returncode & SANDBOX, done.stdout


def clean(kind, data):
    """(status, picture), as for an upload: without its animation if that is broken."""
    status, cleaned = run_filter(kind, data)
    return run_filter('png-still', cleaned) if status == BROKEN_ANIMATION else (status, cleaned)


@pytest.fixture
def pictures(kind):
    """COUNT times (random.Random, picture, the same with faults); a failing test shows the seed and the faults."""
    def generate():
        seed = os.environ.get('SEED') or str(random.randrange(1 << 32))
        for number in range(COUNT):
            rng = random.Random(f'{seed}/{kind}/{number}')
            picture, faulty, faults = make(rng, kind)
            print(f'SEED={seed}: {kind} {number}: {", ".join(faults)}')
            yield rng, picture, faulty
    return generate()


def decode(kind, data, directory):
    """Its pixels; a warning fails the test."""
    if kind == 'png':
        check_png(data, directory / 'a.png')
    return DECODERS[kind](data)


@pytest.mark.parametrize('kind', DECODERS)
def test_the_pixels_are_the_same_before_and_after(kind, pictures, tmp_path):
    for _rng, picture, faulty in pictures:
        status, kept = clean(kind, faulty)
        assert status == 0
        assert decode(kind, kept, tmp_path) == DECODERS[kind](picture)
        assert frames(kept) == frames(picture)
        assert HIDDEN not in kept
        assert clean(kind, kept) == (0, kept)


def test_a_quantization_table_of_16_bits_is_kept():
    picture = save(Image.effect_noise((40, 30), 100), 'JPEG', qtables=[[300] * 64])
    assert b'\xFF\xDB\x00\x83\x10' in picture
    status, kept = clean('jpg', picture)
    assert (status, DECODERS['jpg'](kept)) == (0, DECODERS['jpg'](picture))


def test_of_the_pictures_of_an_mpo_the_first_is_kept():
    """Cameras with two lenses write this format, and cameras that add a preview (CIPA DC-007)."""
    images = [Image.new('RGB', (16, 16), color) for color in ('red', 'blue')]
    both = save(images[0], 'MPO', save_all=True, append_images=images[1:])
    assert len(frames(both)) == 2
    status, kept = clean('jpg', both)
    assert (status, frames(kept)) == (0, frames(save(images[0], 'JPEG')))
    assert b'MPF' not in kept and len(kept) < len(both) / 2


@pytest.mark.parametrize('kind', DECODERS)
def test_what_is_accepted_of_damaged_pictures_decodes_without_a_warning(kind, pictures, tmp_path):
    accepted = 0
    for rng, _picture, faulty in pictures:
        status, kept = clean(kind, damage(rng, kind, faulty))
        if status == 0:
            accepted += 1
            decode(kind, kept, tmp_path)
            assert clean(kind, kept) == (0, kept)
    assert 0 < accepted < COUNT
