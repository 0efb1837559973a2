"""What all suites that pytest runs have in common."""

import signal


def interrupt(_number, _frame):
    """A request to stop: like Ctrl-C, so that what the tests started is stopped, but not twice."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise KeyboardInterrupt


def pytest_configure():
    signal.signal(signal.SIGTERM, interrupt)
