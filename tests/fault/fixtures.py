"""The pictures that clients upload, and what is served for each: learned from a first upload without faults."""

import random

from tests.harness import pictures

WIDTHS = (4, 40, 80, 120, 150)  # of square PNGs of random pixels: up to 68 KB


class Fixtures:
    def __init__(self, seed):
        rng = random.Random(f'{seed}/pictures')
        self.originals = [('png', pictures.png(width, width, pixels=b''.join(
            b'\0' + rng.randbytes(3 * width) for _ in range(width)))) for width in WIDTHS]
        self.originals += [
            ('jpg', pictures.jpeg(pictures.exif(number, b'taken at home')))
            for number in (1, 6)]
        self.originals += [('gif', pictures.gif(pictures.gif_comment(b'at home')))]
        self._numbers = {}

    def __len__(self):
        return len(self.originals)

    def learn(self, number, served):
        """Record what is served after the upload of a picture."""
        assert served not in self._numbers, f'picture {number} is served like another one'
        self._numbers[served] = number

    def number_of(self, served):
        """The number of the picture that is served; -1: no complete upload has this content."""
        return self._numbers.get(served, -1)
