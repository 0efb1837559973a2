"""How the tests see the pages: once in `make check`, in every way in `make check-browser`."""

import os

from tests.browser.chromium import NARROW, Look
from tests.harness.tree import SOURCE

WHOLE = os.environ.get('FITGATE_BROWSER') == 'all'
LANGUAGES = sorted(path.name for path in (SOURCE / 'lib/mail/templates').iterdir() if path.is_dir())
LOOKS = {'no-script': Look(script=False)}
if WHOLE:
    LOOKS.update({
        'script': Look(),
        'narrow': Look(size=NARROW),
        'dark': Look(dark=True),
        **{f'{language}-narrow-dark': Look(size=NARROW, dark=True, language=language)
           for language in LANGUAGES},
    })
