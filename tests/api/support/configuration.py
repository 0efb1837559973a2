"""What the API tests run against: the build, the web server, and the settings of a stack."""

import os
import secrets
from pathlib import Path

from tests.harness.tree import SOURCE

BUILD = Path(os.environ.get('FITGATE_BUILD', SOURCE / 'build' / 'release')).resolve()
WEB = os.environ.get('FITGATE_WEB', 'nginx')  # a name of harness/web_servers.py
SETTINGS = {
    'APP_SECRET_KEY': secrets.token_hex(32),
    'PASSWORD_HASH': '$2b$4',  # cheap, for speed
    'SENDER_EMAIL': 'fitgate@example.org',
    'UI_URL': 'https://fitgate.example',
}
