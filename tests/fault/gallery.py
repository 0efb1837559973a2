"""The pictures that are uploaded, and what is made of each: learnt from the first upload, before any fault."""

import random

from support import pictures

WIDTHS = (4, 40, 80, 120, 150)  # of square PNGs of random pixels: up to 68 KB


class Gallery:
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
        """What is served after the upload of a picture."""
        assert served not in self._numbers, f'picture {number} is served as another one'
        self._numbers[served] = number

    def number_of(self, served):
        """Which picture it is; -1: none that was ever uploaded whole."""
        return self._numbers.get(served, -1)
