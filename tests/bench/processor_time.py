"""Where the time of a request goes: the CPU time of each program involved. Unlike rates, it hardly depends on what
else the machine does."""

from pathlib import Path


def _microseconds(daemon):
    """CPU time of the processes of a daemon so far (proc(5): schedstat, in nanoseconds)."""
    total = 0
    for pid in daemon.members():
        for thread in Path(f'/proc/{pid}/task').glob('*/schedstat'):
            total += int(thread.read_text().split()[0]) // 1000
    return total


def print_breakdown(site, cases):
    """`cases`: {name: (the program that serves the requests, a function that returns their Load)}. Prints the
    microseconds for each request in nginx, in that program, and in the database server."""
    print(f'  {"CPU time of a request, in µs":34}{"nginx":>8}{"program":>9}{"MariaDB":>9}{"sum":>8}')
    for name, (program, run) in cases.items():
        daemons = [site.stack.daemons[each] for each in ('nginx', program, 'mariadb')]
        before = [_microseconds(daemon) for daemon in daemons]
        requests = run().requests
        after = [_microseconds(daemon) for daemon in daemons]
        times = [(b - a) / requests for a, b in zip(before, after)]
        print(f'  {name:34}' + ''.join(f'{time:{width}.1f}' for time, width in
                                       zip((*times, sum(times)), (8, 9, 9, 8))), flush=True)
