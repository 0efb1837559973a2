"""Processes that hang: they are stopped for the length of a `with` block."""

import os
import signal
from contextlib import contextmanager
from pathlib import Path

from tests.api.support.waiting import until


def has_stopped(pid):
    return Path(f'/proc/{pid}/stat').read_text().rpartition(')')[2].split()[0] == 'T'


@contextmanager
def frozen(pids):
    """The block begins when they have stopped: until then, one can still be woken up for a connection."""
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        until(lambda: all(has_stopped(pid) for pid in pids), 'the processes have stopped')
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)
