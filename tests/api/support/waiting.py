"""Waiting for a condition, never for a time."""

import time

from support.valgrind import SLOWER


def until(condition, what, seconds=30):
    """Ask again and again until the condition holds; returns what it returned."""
    seconds *= SLOWER
    deadline = time.monotonic() + seconds
    while True:
        result = condition()
        if result:
            return result
        assert time.monotonic() < deadline, f'not within {seconds} s: {what}'
        time.sleep(0.01)
