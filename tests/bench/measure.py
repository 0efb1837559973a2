"""How the benchmarks measure: the compared cases take turns, A B A B ..., so that other activity of the
machine affects both, and a figure is the ratio of the medians."""

import statistics
import subprocess

from tests.harness.errors import StackError
from tests.harness.wrk import Load, read_result, wrk_command

CONNECTIONS = 64


def wrk(site, path, *arguments, seconds, connections=CONNECTIONS, settle=True):
    """The Load of one kind of request over this number of connections. StackError: a reply is not 2xx."""
    command = wrk_command(site.stack.base_url + path, *arguments, seconds=seconds,
                          connections=connections)
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          check=False)
    if settle:
        site.settle(path)
    result = read_result(done.stdout)
    if result['failed'] or not result['requests']:
        raise StackError(f'{path}: {result["failed"]} of {result["requests"]} requests failed; '
                         f'the logs end with:\n{site.stack.log_text()[-3000:]}')
    return Load(result)


def take_turns(cases, rounds):
    """Run each of the cases (functions) once in every round: {name: [result of each round]}. The
    first round warms up pages, connections and statements, and does not count."""
    results = {name: [] for name in cases}
    for number in range(rounds + 1):
        for name, run in cases.items():
            result = run()
            if number > 0:
                results[name].append(result)
    return results


def compare(text, over, under):
    """The ratio of two medians; prints it with the spread between the rounds."""
    ratio = statistics.median(over) / statistics.median(under)
    each = [a / b for a, b in zip(over, under)]
    print(f'{text}: {ratio:.3f} (single rounds {min(each):.3f} to {max(each):.3f})', flush=True)
    return ratio


def rates_of(loads):
    """{name: [requests per second in each round]}"""
    return {name: [load.rate for load in runs] for name, runs in loads.items()}


def print_loads(loads):
    print(f'  {"":26}{"requests/s":>11}   latency in ms: {"50%":>7}{"75%":>8}{"90%":>8}'
          f'{"99%":>8}{"max":>8}')
    for name, runs in loads.items():
        latency = ''.join(f'{statistics.median(load.percentiles[key] for load in runs):8.2f}'
                          for key in ('p50', 'p75', 'p90', 'p99', 'max'))
        rate = statistics.median(load.rate for load in runs)
        print(f'  {name:26}{rate:11.0f}   {"":14}{latency}')


def compare_rates(text, cases, rounds):
    """Let two cases, which return a Load, take turns; prints their loads. Returns the ratio of the
    first one's rate to that of the second."""
    print(f'\n{text}')
    loads = take_turns(cases, rounds)
    print_loads(loads)
    return compare(' / '.join(loads), *rates_of(loads).values())
