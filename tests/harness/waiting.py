"""Waiting for a condition, never for a time."""

import time

# Seconds after which a condition that a test waits for counts as hung. It does not affect how long
# a test takes, and it is large enough that a busy machine does not make tests fail.
LIMIT = 600


def poll(condition, seconds=LIMIT):
    """Wait until the condition holds. Returns its result, or None when it did not hold in time."""
    deadline = time.monotonic() + seconds
    while True:
        result = condition()
        if result:
            return result
        if time.monotonic() > deadline:
            return None
        time.sleep(0.02)
