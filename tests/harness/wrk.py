"""Load from wrk(1), with the requests that wrk.lua makes."""

import json
import re
from pathlib import Path

from tests.harness.errors import StackError
from tests.harness.processes import tool

SCRIPT = Path(__file__).with_name('wrk.lua')


class Load:
    """The result of one run: requests, requests per second, and percentiles of the latency in milliseconds."""

    def __init__(self, result):
        self.requests = result['requests']
        self.rate = result['requests'] / result['microseconds'] * 1e6
        self.percentiles = {name: result[name] / 1000
                            for name in ('p50', 'p75', 'p90', 'p99', 'max')}


def wrk_command(url, *arguments, seconds, connections):
    """The command line; `arguments` are those of wrk.lua."""
    command = [tool('wrk'), '--threads', '1', '--connections', connections,
               '--duration', f'{seconds}s', '--timeout', '60s', '--script', SCRIPT,
               url, '--', *arguments]
    return list(map(str, command))


def read_result(output):
    """What wrk.lua printed at the end, as a dictionary."""
    result = re.search(r'^{.*}$', output, re.MULTILINE)
    if result is None:
        raise StackError(f'wrk failed: {output}')
    return json.loads(result.group())
