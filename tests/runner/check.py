"""`make check`, `make check-fast` and `make check-databases`: python3 -m tests.runner.check
[--fast | --databases] [PART ...].

Runs the jobs of the parts side by side, one more than there are processors: tests often wait. Everything is temporary and
on free ports, so that neither a running `make run` nor another check is disturbed. The log of each
job is in build/check/ when it has ended; those of failed jobs are printed. The last line is
"N passed, N failed"; the exit status is 0 only if tests ran and none failed.
"""

import argparse
import shutil
import sys
import tempfile
import time
from pathlib import Path

from tests.runner import counts
from tests.runner.database_parts import DATABASE_PARTS
from tests.runner.jobs import Interrupted, Runner
from tests.runner.parts import CORES, FAST_PARTS, PARTS, jobs_of

LOGS = Path('build/check')
SLOTS = CORES + 1


def duration(seconds):
    return f'{seconds // 60:.0f} min {seconds % 60:.0f} s' if seconds >= 60 else f'{seconds:.1f} s'


def keep(log):
    """Move a log to LOGS. Another check in this tree may do the same: a file appears whole."""
    LOGS.mkdir(parents=True, exist_ok=True)
    kept = LOGS / log.name
    temporary = Path(tempfile.mkstemp(dir=LOGS, prefix='.')[1])
    shutil.copyfile(log, temporary)
    temporary.replace(kept)
    return kept


def report(job):
    """Tell about a job that has ended."""
    log = keep(job.log)
    if job.status == counts.SKIPPED:
        print(
            f'{job.name:24} skipped: {log.read_text(errors="replace").splitlines()[-1]}',
            flush=True)
        return
    if job.failed or job.status != 0:
        print(f'\n== {job.name}: failed with exit status {job.status}; {log}:\n')
        print(log.read_text(errors='replace'))
        print(f'== end of {log}\n')
    if job.seconds >= 10 or job.failed:
        tests = '' if job.part == 'build' else f'{job.passed} passed, {job.failed} failed, '
        print(f'{job.name:24} {tests}{duration(job.took)}, {duration(job.cpu)} of CPU', flush=True)


def summarize(names, jobs):
    """Print a line for each part and the totals; returns whether all is well."""
    done = [job for job in jobs if job.status is not None]
    print('\n== summary, with the CPU time of each part')
    for name in ('build', *names):
        mine = [job for job in done if job.part == name]
        passed, failed = sum(job.passed for job in mine), sum(job.failed for job in mine)
        if name != 'build' or failed:
            print(f'{name:10} {passed:5d} passed {failed:5d} failed   '
                  f'{duration(sum(job.cpu for job in mine))}')
    passed, failed = sum(job.passed for job in done), sum(job.failed for job in done)
    return passed, failed


def read_arguments():
    parser = argparse.ArgumentParser(prog='check', description='Run the tests of Fitgate.')
    kind = parser.add_mutually_exclusive_group()
    kind.add_argument('--fast', action='store_true', help='lints, unit tests, some of the API')
    kind.add_argument('--databases', action='store_true',
                      help='the API with other database servers and client libraries')
    parser.add_argument('parts', nargs='*', metavar='PART', help=', '.join(PARTS))
    arguments = parser.parse_args()
    parts = FAST_PARTS if arguments.fast else DATABASE_PARTS if arguments.databases else PARTS
    unknown = [name for name in arguments.parts if name not in parts]
    if unknown:
        parser.error(f'unrecognized part {unknown[0]}; the parts are {", ".join(parts)}')
    return arguments.parts or list(parts), parts


def main():
    names, parts = read_arguments()
    jobs = jobs_of(names, parts)
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix='fitgate-check-') as directory:
        Path(directory).chmod(0o711)  # PostgreSQL, which refuses to run as root, must reach its files
        print(f'{len(jobs)} jobs, {SLOTS} at the same time; logs in {directory}, then in {LOGS}',
              flush=True)
        try:
            with Runner(jobs, SLOTS, Path(directory), report) as runner:
                runner.run()
        except Interrupted as signal:
            print(f'\ncheck: stopped by {signal}')
            return 128 + signal.number
    passed, failed = summarize(names, jobs)
    print(f'{duration(time.monotonic() - started)}, '
          f'{duration(sum(job.cpu for job in jobs))} of CPU on {CORES} processors')
    print(f'{passed} passed, {failed} failed')
    return 0 if passed and not failed else 1


if __name__ == '__main__':
    sys.exit(main())
