"""Small random pictures from encoders that are not ours, and the faults of pictures in practice.

A picture with faults shows the same as without, as decoders ignore them. JPEGs, and the pixels of most PNGs, are Pillow's; faults are made byte by byte. GIFs are
assembled here: Pillow cannot write most of what they contain.
"""

import io
import struct
import subprocess
import zlib

from PIL import Image, ImageCms

from tests.harness.pictures import chunk, exif, segment

HIDDEN = b'my home address'
SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile('sRGB')).tobytes()
MAGIC = b'\x89PNG\r\n\x1a\n'
JUNK = [b'\0', b'\0\xE1', HIDDEN, b'\xFF\0\xFF\xFF', b'\xFF\x01', b'\xFF\0' + HIDDEN]


def noise(rng, mode):
    size = rng.randint(1, 40), rng.randint(1, 40)
    bands = len(Image.new(mode, (1, 1)).getbands())
    image = Image.frombytes('L', (size[0] * bands, size[1]),
                            rng.randbytes(size[0] * bands * size[1]))
    if mode in ('1', 'P'):
        return image.convert(mode)
    if mode == 'I;16':
        return Image.frombytes(mode, size, rng.randbytes(2 * size[0] * size[1]))
    return Image.frombytes(mode, size, image.tobytes())


def save(image, kind, **options):
    output = io.BytesIO()
    image.save(output, kind, **options)
    return output.getvalue()


def some(rng, choices):
    """One or more of them, in their order."""
    wanted = rng.sample(range(len(choices)), rng.randint(1, min(3, len(choices))))
    return [choices[i] for i in sorted(wanted)]


# ---- JPEG --------------------------------------------------------------------------------------

def split_jpeg(data):
    """The segments, each scan's data with its header, from the start marker to the end marker."""
    parts, at = [data[:2]], 2
    while data[at + 1] != 0xD9:
        end = at + 2 + struct.unpack_from('>H', data, at + 2)[0]
        while data[at + 1] == 0xDA and (data[end] != 0xFF or data[end + 1] == 0 or
                                        0xD0 <= data[end + 1] <= 0xD7):
            end += 1
        parts.append(data[at:end])
        at = end
    return [*parts, data[at:]]


def marker(part):
    return part[1]


def scans(parts):
    return [i for i, part in enumerate(parts) if marker(part) == 0xDA]


def is_sequential(parts):
    return any(marker(part) == 0xC0 for part in parts)


def insert_junk(rng, parts, at):
    """Before a marker: after 0xFF at the end of other junk, it would itself be one."""
    if parts[at - 1].endswith(b'\xFF') or parts[at][0] != 0xFF:
        return parts
    return [*parts[:at], rng.choice(JUNK), *parts[at:]]


def junk_between_segments(rng, parts):
    return insert_junk(rng, parts, rng.randint(1, len(parts) - 1))


def junk_before_a_restart(rng, parts):
    index = scans(parts)[0]
    for number in range(0xD0, 0xD8):
        found = parts[index].find(bytes([0xFF, number]))
        if found > 0:
            parts[index] = parts[index][:found] + rng.choice(JUNK[:3]) + parts[index][found:]
            break
    return parts


def empty_huffman_table(rng, parts):
    at = rng.choice(scans(parts))
    return [*parts[:at], segment(0xC4, bytes([rng.choice([0x13, 0x03])]) + bytes(16)), *parts[at:]]


def components_of_one_number(rng, parts):
    if not is_sequential(parts):
        return parts
    number = rng.randint(0, 255)

    def rename(part):
        if marker(part) not in (0xC0, 0xDA):
            return part
        part = bytearray(part)
        first, step = (10, 3) if marker(part) == 0xC0 else (5, 2)
        for i in range(part[first - 1]):
            part[first + step * i] = number
        return bytes(part)
    return [rename(part) for part in parts]


def no_huffman_tables(_rng, parts):
    """As in Motion JPEG, if the tables are the standard ones."""
    tables = [part for part in parts if marker(part) == 0xC4]
    if not is_sequential(parts) or sum(map(len, tables)) not in (33 + 183, 2 * (33 + 183)):
        return parts
    return [part for part in parts if marker(part) != 0xC4]


def other_progression(rng, parts):
    if is_sequential(parts):
        at = scans(parts)[0]
        size = struct.unpack_from('>H', parts[at], 2)[0]
        parts[at] = parts[at][:size - 1] + rng.randbytes(3) + parts[at][size + 2:]
    return parts


def no_end(_rng, parts):
    return parts[:-1]


def bytes_after_the_data(rng, parts):
    return insert_junk(rng, parts, len(parts) - 1)


def metadata(rng, parts):
    more = [segment(0xFE, HIDDEN), exif(rng.randint(1, 8), HIDDEN), segment(0xED, HIDDEN),
            segment(0xDC, b'\0\1')]
    for part in some(rng, more):
        at = rng.randint(1, len(parts) - 1)
        parts = [*parts[:at], part, *parts[at:]]
    return parts


JPEG_FAULTS = [junk_before_a_restart, no_huffman_tables, components_of_one_number,
               other_progression, empty_huffman_table, metadata, junk_between_segments,
               bytes_after_the_data, no_end]


def make_jpeg(rng):
    options = {'quality': rng.randint(1, 100), 'progressive': rng.random() < 0.5,
               'optimize': rng.random() < 0.3}
    mode = rng.choice(['L', 'RGB', 'RGB', 'CMYK'])
    if mode == 'RGB':
        options['subsampling'] = rng.randint(0, 2)
        options['icc_profile'] = rng.choice([None, SRGB])
    picture = save(noise(rng, mode), 'JPEG', **options)
    if rng.random() < 0.3:
        picture = add_restarts(picture, options['progressive'], rng.randint(1, 9))
    return picture, some(rng, JPEG_FAULTS)


def add_restarts(picture, is_progressive, blocks):
    command = ['jpegtran', '-copy', 'all', '-restart', f'{blocks}B']
    command += ['-progressive'] * is_progressive
    return subprocess.run(command, input=picture, check=True, capture_output=True).stdout


# ---- PNG ---------------------------------------------------------------------------------------

def split_png(data):
    """[(type, content)] of the chunks."""
    at, result = 8, []
    while at < len(data):
        size = struct.unpack_from('>I', data, at)[0]
        result.append((data[at + 4:at + 8], data[at + 8:at + 8 + size]))
        at += 12 + size
    return result


def join_png(chunks):
    """A third member of a chunk replaces its CRC."""
    return MAGIC + b''.join(chunk(*one) if len(one) == 2 else chunk(*one[:2])[:-4] + one[2]
                            for one in chunks)


def first(chunks, kind):
    return [one[0] for one in chunks].index(kind)


def last(chunks, kind):
    return max(i for i, one in enumerate(chunks) if one[0] == kind)


def bytes_after_the_pixels(rng, chunks):
    at = last(chunks, b'IDAT')
    chunks[at] = (b'IDAT', chunks[at][1] + rng.randbytes(rng.randint(1, 50)))
    if rng.random() < 0.5:
        chunks[at + 1:at + 1] = [(b'tEXt', b'a\0b'), (b'IDAT', HIDDEN)]
    return chunks


def pixels_in_small_chunks(rng, chunks):
    pixels = b''.join(content for kind, content in chunks if kind == b'IDAT')
    at, size = first(chunks, b'IDAT'), rng.randint(1, 20)
    chunks = [one for one in chunks if one[0] != b'IDAT']
    chunks[at:at] = [(b'IDAT', pixels[i:i + size]) for i in range(0, len(pixels), size)]
    return chunks


def wrong_adler(_rng, chunks):
    at = last(chunks, b'IDAT')
    content = chunks[at][1]
    chunks[at] = (b'IDAT', content[:-1] + bytes([content[-1] ^ 1]))
    return chunks


def broken_ancillary_chunks(rng, chunks):
    kinds = [(b'tEXt', HIDDEN), (b'gAMA', bytes(4)), (b'iCCP', b'x\0\0' + HIDDEN),
             (b'eXIf', exif(6, HIDDEN)[10:]), (b'zzZz', HIDDEN)]
    for kind, content in some(rng, kinds):
        chunks.insert(rng.randint(1, first(chunks, b'IDAT')), (kind, content, b'CRC!'))
    return chunks


def needless_palette(rng, chunks):
    """Of gray levels, or after the pixels; or more colors than pixels can have."""
    depth, color = chunks[0][1][8:10]
    if color in (0, 4):
        chunks.insert(1, (b'PLTE', HIDDEN))
    elif color in (2, 6):
        chunks.insert(len(chunks) - 1, (b'PLTE', HIDDEN))
    elif depth < 8:
        at = first(chunks, b'PLTE')
        chunks[at] = (b'PLTE', chunks[at][1] + HIDDEN * (3 * (1 << depth)))
    return chunks


def profile_of_other_colors(_rng, chunks):
    if chunks[0][1][9] in (0, 4):
        chunks.insert(1, (b'iCCP', b'x\0\0' + zlib.compress(SRGB)))
    return chunks


def broken_animation(rng, chunks):
    """Frames of an animation that nothing announces, or whose numbers have a gap, or that lack data."""
    header = chunks[0][1][:8]
    control = struct.pack('>II', rng.randint(0, 3), 0)
    frame = header + bytes(8) + b'\0\1\0\x0A\0\0'
    extra = [(b'acTL', control), (b'fcTL', struct.pack('>I', rng.randint(0, 1)) + frame),
             (b'fcTL', bytes(4) + frame), (b'fdAT', struct.pack('>I', 9) + HIDDEN)]
    for one in some(rng, extra):
        chunks.insert(rng.choice([1, len(chunks) - 1]), one)
    # breaks an animation that the others happen to form
    chunks.insert(len(chunks) - 1, (b'fdAT', struct.pack('>I', 77) + HIDDEN))
    return chunks


def png_metadata(rng, chunks):
    for kind in some(rng, [b'tEXt', b'zTXt', b'iTXt', b'caBX', b'tIME']):
        chunks.insert(rng.choice([1, len(chunks) - 1]), (kind, HIDDEN))
    return chunks


def no_end_chunk(_rng, chunks):
    return chunks[:-1]


PNG_FAULTS = [wrong_adler, bytes_after_the_pixels, pixels_in_small_chunks, needless_palette,
              broken_ancillary_chunks, profile_of_other_colors, broken_animation, png_metadata, no_end_chunk]
ADAM7 = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2),
         (0, 1, 1, 2)]


def interlaced(image):
    """Pillow does not write these."""
    bands, pixels = len(image.getbands()), image.load()
    rows = b''
    for left, top, across, down in ADAM7:
        for y in range(top, image.height, down):
            row = [pixels[x, y] for x in range(left, image.width, across)]
            if row:
                rows += b'\0' + (bytes(row) if bands == 1 else b''.join(map(bytes, row)))
    color = {1: 0, 2: 4, 3: 2, 4: 6}[bands]
    header = struct.pack('>IIBBBBB', *image.size, 8, color, 0, 0, 1)
    return join_png([(b'IHDR', header), (b'IDAT', zlib.compress(rows)), (b'IEND', b'')])


def make_png(rng):
    faults = some(rng, PNG_FAULTS)
    if rng.random() < 0.3:
        return interlaced(noise(rng, rng.choice(['L', 'LA', 'RGB', 'RGBA']))), faults
    mode = rng.choice(['1', 'L', 'LA', 'P', 'RGB', 'RGBA', 'I;16'])
    image = noise(rng, mode)
    if mode == 'P' and rng.random() < 0.5:
        image = image.quantize(rng.choice([2, 4, 16]))
    profile = SRGB if mode in ('RGB', 'RGBA') and rng.random() < 0.5 else None
    return save(image, 'PNG', icc_profile=profile), faults


# ---- GIF ---------------------------------------------------------------------------------------

class Gif:
    """A GIF of one or more frames, with the faults that are asked for."""

    def __init__(self, rng):
        self.depth = rng.randint(1, 8)
        self.palette = rng.randbytes(3 << self.depth)
        self.size = rng.randint(1, 40), rng.randint(1, 40)
        self.is_interlaced = rng.random() < 0.3
        self.clear_every = rng.choice([10, 200, 10 ** 9])
        self.frames = [self._frame(rng) for _ in range(rng.choice([1, 1, 3]))]
        self.repeats = rng.choice([None, 0, 7])

    def _frame(self, rng):
        pixels = [rng.randrange(1 << self.depth) for _ in range(self.size[0] * self.size[1])]
        return pixels, rng.randint(0, 50)

    def assemble(self, faults=()):
        size = struct.pack('<HH', *self.size)
        screen = size
        if 'no screen' in faults:
            screen = bytes(4)
        if 'small screen' in faults:
            screen = b'\1\0' + size[2:]
        parts = [b'GIF89a', screen, bytes([0x80 | (self.depth - 1), 0, 0]), self.palette]
        if 'metadata' in faults:
            parts += [b'!\xFE', self._sub_blocks(HIDDEN), b'!\x01', self._sub_blocks(HIDDEN),
                      b'!\xFF\x0BXMP DataXMP', self._sub_blocks(HIDDEN)]
        if self.repeats is not None:
            count = struct.pack('<H', self.repeats)
            parts.append(b'!\xFF\x0BNETSCAPE2.0\3\1' + count + b'\0')
        for pixels, duration in self.frames:
            parts += self._image(size, pixels, duration, faults)
        if 'stray bytes' in faults:
            parts.append(b'x' + HIDDEN)
        elif 'no trailer' not in faults:
            parts.append(b';')
        return b''.join(parts)

    def _image(self, size, pixels, duration, faults):
        control = struct.pack('<BHB', 4, duration, 0)
        if 'long control' in faults:
            yield b'!\xF9' + bytes([len(control + HIDDEN)]) + control + HIDDEN + b'\0'
        elif 'two controls' in faults:
            yield b'!\xF9\4' + bytes(4) + b'\0' + b'!\xF9\4' + control + b'\0'
        else:
            yield b'!\xF9\4' + control + b'\0'
        if 'zeros' in faults:
            yield bytes(3)
        yield b',' + bytes(4) + (bytes(4) if 'no frame size' in faults else size)
        yield bytes([0x40 * self.is_interlaced])
        bits = max(2, self.depth)
        for fault in faults:
            if fault.startswith('code size '):
                bits = max(int(fault[10:]), self.depth)
        yield bytes([bits]) + self._sub_blocks(self._codes(pixels, bits, faults))

    @staticmethod
    def _sub_blocks(data):
        blocks = [data[i:i + 255] for i in range(0, len(data), 255)]
        return b''.join(bytes([len(block)]) + block for block in blocks) + b'\0'

    def _codes(self, pixels, bits, faults):
        """A code for each pixel: the width of the codes grows as if strings were used."""
        clear = 1 << bits
        codes, width, following = [], bits + 1, clear + 2
        for i, pixel in enumerate(pixels):
            if i % self.clear_every == 0:
                codes.append((clear, width))
                width, following = bits + 1, clear + 2
            elif following < 4096:
                following += 1
            codes.append((pixel, width))
            if following >= 1 << width and width < 12:
                width += 1
        if 'no end code' not in faults:
            codes.append((clear + 1, width))
        number = size = 0
        for code, width in codes:
            number |= code << size
            size += width
        data = number.to_bytes((size + 7) // 8, 'little')
        return data + HIDDEN if 'bytes after the codes' in faults else data


GIF_FAULTS = ['metadata', 'no screen', 'small screen', 'long control', 'two controls', 'zeros',
              'code size 1', 'code size 9', 'code size 10', 'code size 11', 'no end code',
              'bytes after the codes', 'stray bytes', 'no trailer', 'no frame size']
CONTRADICTIONS = [{'no screen', 'no frame size'}, {'small screen', 'no frame size'}]


def make_gif(rng):
    gif = Gif(rng)
    faults = some(rng, GIF_FAULTS)
    if any(pair <= set(faults) for pair in CONTRADICTIONS):
        faults.remove('no frame size')
    return gif, faults


# ---- all of them -------------------------------------------------------------------------------

def make(rng, kind):
    """(picture, the same with faults, the names of the faults)"""
    if kind == 'gif':
        gif, faults = make_gif(rng)
        return gif.assemble(), gif.assemble(faults), faults
    picture, faults = make_jpeg(rng) if kind == 'jpg' else make_png(rng)
    parts = split_jpeg(picture) if kind == 'jpg' else split_png(picture)
    for fault in faults:
        parts = fault(rng, parts)
    faulty = b''.join(parts) if kind == 'jpg' else join_png(parts)
    return picture, faulty, [fault.__name__ for fault in faults]


def damage(rng, kind, data):
    """Change, remove or insert bytes, more often near the start. The checksums of a PNG fit afterwards."""
    data = bytearray(data)
    for _ in range(rng.choice([1, 1, 3])):
        at = rng.randrange(min(len(data), rng.choice([100, 1000, 100000])))
        length = rng.randint(1, 4)
        data[at:at + rng.choice([length, length, 0])
             ] = rng.randbytes(rng.choice([length, length, 0]))
    return repair_png(data) if kind == 'png' else bytes(data)


def repair_png(data):
    at = len(MAGIC)
    while at + 12 <= len(data):
        end = at + 8 + struct.unpack_from('>I', data, at)[0]
        if end + 4 > len(data):
            break
        data[end:end + 4] = struct.pack('>I', zlib.crc32(data[at + 4:end]))
        at = end + 4
    return bytes(data)
