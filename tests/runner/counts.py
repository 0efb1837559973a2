"""How many tests of a job passed and failed.

Each function takes the finished job and returns (passed, failed). What fails outside of a test, such
as a leak that is found when all tests have ended, counts as one more failure.
"""

import re
from xml.etree import ElementTree


SKIPPED = 77  # the exit status of a job that cannot run on this machine; its last line says why


def one(job):
    """The job itself is the test."""
    if job.status == SKIPPED:
        return 0, 0
    return (1, 0) if job.status == 0 else (0, 1)


def none(job):
    """A build: no test, unless it fails."""
    return (0, 0) if job.status == 0 else (0, 1)


def cmocka(job):
    """The tests of a cmocka program, from its output. It prints the name of a failed test twice: where
    it fails, and in the list at the end."""
    output = job.log.read_text(errors='replace')
    passed = len(re.findall(r'^\[       OK \]', output, re.MULTILINE))
    failed = len(set(re.findall(r'^\[  FAILED  \] (\S+)$', output, re.MULTILINE)))
    if failed == 0 and (job.status != 0 or passed == 0):
        failed = 1
    return passed, failed


def pytest(job):
    """The tests of a pytest run, from the report that `--junitxml` writes beside the log."""
    try:
        suite = ElementTree.parse(report_of(job.log)).getroot().find('testsuite').attrib
    except (OSError, ElementTree.ParseError):
        return 0, 1
    failed = int(suite['failures']) + int(suite['errors'])
    passed = int(suite['tests']) - failed - int(suite['skipped'])
    if failed == 0 and job.status != 0:
        failed = 1
    return passed, failed


def report_of(log):
    """Where the report of a pytest run is."""
    return log.with_suffix('.xml')
