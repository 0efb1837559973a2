"""Pictures as independent decoders see them: libjpeg-turbo, libpng, giflib, and Pillow. A warning is an error."""

import io
import subprocess

from PIL import Image


def _run(command, data):
    done = subprocess.run(command, input=data, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b''), (command, done.returncode, done.stderr)
    return done.stdout


def decode_jpeg(data):
    return _run(['djpeg', '-pnm'], data)


def decode_png(data):
    return _run(['pngtopam', '-alphapam', '-'], data)


def decode_gif(data):
    """All frames with their colors, durations and pixels, as text."""
    lines = _run(['gifbuild', '-d'], data).splitlines()
    return [line for line in lines if not line.startswith(b'#')]


def check_png(data, path):
    """Have pngcheck look at every chunk. It does not know the chunks of the third edition of PNG."""
    path.write_bytes(data)
    done = subprocess.run(['pngcheck', '-q', path], capture_output=True, check=False)
    assert (done.returncode, done.stdout + done.stderr) == (0, b'')


def frames(data):
    """The pixels of all frames as Pillow shows them."""
    image = Image.open(io.BytesIO(data))
    result = []
    for number in range(getattr(image, 'n_frames', 1)):
        image.seek(number)
        result.append((image.size, image.info.get('transparency'), image.convert('RGBA').tobytes()))
    return result


DECODERS = {'jpg': decode_jpeg, 'png': decode_png, 'gif': decode_gif}
