"""Finds the reports of the sanitizers of a build."""

import os
import re

MARKS = ('ERROR: AddressSanitizer', 'ERROR: LeakSanitizer', 'AddressSanitizer:DEADLYSIGNAL')

# an illegal instruction is undefined behavior that the other sanitizer has found
OPTIONS = 'detect_leaks=1:strict_string_checks=1:handle_sigill=2'

# A test can kill a program that is already checking for leaks because it is about to end. The
# process that checks then reports that the other one is gone, which is not a finding.
KILLED = re.compile(r'==[\w-]+==\d+==Unable to get registers from thread \d+\.')


def turn_on(directory):
    """Set the options for every program started from now on; a build without sanitizers ignores them."""
    directory.mkdir()
    os.environ['ASAN_OPTIONS'] = f'{OPTIONS}:log_path={directory}/report:log_exe_name=1'


def reports(directory, logs):
    """All reports: from the files in `directory`, and from the log files."""
    found = [report for path in sorted(directory.iterdir())
             if (report := KILLED.sub('', path.read_text(errors='replace'))).strip()]
    for path in logs:
        lines = path.read_text(errors='replace').splitlines()
        found += [f'{path.name}: {line}' for line in lines if any(mark in line for mark in MARKS)]
    return found
