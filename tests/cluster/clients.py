"""The clients of tests/fault, which also note how long each request took and whether it failed."""

import concurrent.futures
import threading
import time

from tests.fault.clients import Client

CHECK = 'check'  # the names of accounts that the model does not know begin with it


class TimedClient(Client):
    def __init__(self, name, seed, system, model, fixtures, sports, history):
        super().__init__(name, seed, system, model, fixtures, sports)
        self.history = history

    def ask(self, method, path, **options):
        begin = time.monotonic()
        answer = super().ask(method, path, **options)
        self.history.request(begin, method, path, answer)
        return answer


def together(calls):
    """Make these calls at the same time, and return their results in order."""
    barrier = threading.Barrier(len(calls))

    def call(one):
        barrier.wait()
        return one()

    with concurrent.futures.ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(call, calls))
