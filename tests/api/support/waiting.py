"""Waiting for a condition, never for a time."""

import time

from tests.api.support.valgrind import SLOWER
from tests.harness.waiting import LIMIT


def until(condition, what, seconds=LIMIT):
    """Poll until the condition holds; returns its value."""
    seconds *= SLOWER
    deadline = time.monotonic() + seconds
    while True:
        result = condition()
        if result:
            return result
        assert time.monotonic() < deadline, f'not within {seconds} s: {what}'
        time.sleep(0.01)
