"""How much memory a process uses, in MiB."""

import re
from pathlib import Path


def rollup(pid):
    """The lines of /proc/PID/smaps_rollup: {name: MiB}."""
    lines = Path(f'/proc/{pid}/smaps_rollup').read_text().splitlines()[1:]
    return {line.split(':')[0]: int(line.split()[1]) / 1024 for line in lines}


def pss(pid):
    """Proportional set size: a page shared by n processes counts as 1/n in each."""
    return rollup(pid)['Pss']


def private(pid):
    """Memory that is not shared with another process."""
    sizes = rollup(pid)
    return sizes['Private_Clean'] + sizes['Private_Dirty']


def _status_line(pid, name):
    found = re.search(rf'^{name}:\s*(\d+) kB$', Path(f'/proc/{pid}/status').read_text(),
                      re.MULTILINE)
    return int(found[1]) / 1024 if found else 0


def resident(pid):
    """Resident memory; 0 if the process has ended."""
    return _status_line(pid, 'VmRSS')


def high_water(pid):
    """The peak resident memory of the process so far; 0 if it has ended."""
    return _status_line(pid, 'VmHWM')
