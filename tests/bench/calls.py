"""Requests one after the other over one connection, and what each costs."""

import contextlib
import http.client
import statistics
import time
import typing

from tests.bench.processor_time import daemons_of, times_of
from tests.harness.errors import StackError
from tests.harness.population import request


class Cost(typing.NamedTuple):
    cpu: float  # microseconds, in nginx, the program and the database server together
    wait: float  # milliseconds until the reply, the median


class Call(typing.NamedTuple):
    """A request, and the program that serves it. `body`: a function of the number of the request."""

    site: object
    program: str
    method: str
    path: str
    token: str | None = None
    body: typing.Callable | None = None

    def repeat(self, times):
        """The seconds that each request took."""
        seconds = []
        connection = http.client.HTTPConnection('127.0.0.1', self.site.stack.port, timeout=120)
        with contextlib.closing(connection):
            for number in range(times):
                body = self.body(number) if self.body else None
                started = time.perf_counter()
                answer = request(connection, self.method, self.path, body, self.token)
                seconds.append(time.perf_counter() - started)
                if answer.status != 200:
                    raise StackError(
                        f'the answer to {self.method} {self.path} was {answer.status}: {answer.text}')
        return seconds

    def cost(self, times):
        """Of one of this number of requests."""
        seconds = []

        def run():
            seconds.extend(self.repeat(times))
            return times
        cpu = sum(times_of(daemons_of(self.site, self.program), run))
        return Cost(cpu, statistics.median(seconds) * 1000)


def cheapest(runs):
    """What else the machine does only adds to a cost: caches are cold, other programs interrupt."""
    return Cost(min(run.cpu for run in runs), min(run.wait for run in runs))
