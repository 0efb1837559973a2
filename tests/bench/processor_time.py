"""Where the time of a request goes: the CPU time of each program involved. Unlike rates, it hardly depends on what
else the machine does."""

import os
from pathlib import Path
import time


def cpu_clock(pid):
    """The clock of a process, of all its threads and of those that have ended: what clock_getcpuclockid(3) computes."""
    return ~pid << 3 | 2


def of_ended_children(pid):
    """Microseconds, in steps of a clock tick: the decoders of pictures (fields 16 and 17 of proc_pid_stat(5))."""
    fields = Path(f'/proc/{pid}/stat').read_text().rsplit(')', 1)[1].split()
    return sum(int(ticks) for ticks in fields[13:15]) * 1_000_000 // os.sysconf('SC_CLK_TCK')


def microseconds(daemon):
    """CPU time of the processes of a daemon so far, and of the programs that they have started."""
    return sum(time.clock_gettime_ns(cpu_clock(pid)) // 1000 + of_ended_children(pid)
               for pid in daemon.members())


def times_of(daemons, run):
    """The microseconds for each request in each of these daemons; `run` makes requests and returns their number."""
    before = [microseconds(daemon) for daemon in daemons]
    requests = run()
    after = [microseconds(daemon) for daemon in daemons]
    return [(b - a) / requests for a, b in zip(before, after)]


def daemons_of(site, program):
    """Those that answer a request which this program serves."""
    return [site.stack.daemons[each] for each in ('nginx', program, 'mariadb')]


def print_breakdown(cases):
    """`cases`: {name: (site, the program that serves the requests, a function that returns their Load)}. Prints the
    microseconds for each request in nginx, in that program, and in the database server."""
    print(f'  {"CPU time of a request, in µs":34}{"nginx":>8}{"program":>9}{"database":>9}{"sum":>8}')
    for name, (site, program, run) in cases.items():
        times = times_of(daemons_of(site, program), lambda run=run: run().requests)
        print(f'  {name:34}' + ''.join(f'{time:{width}.1f}' for time, width in
                                       zip((*times, sum(times)), (8, 9, 9, 8))), flush=True)
