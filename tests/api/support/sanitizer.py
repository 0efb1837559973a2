"""Finding what the sanitisers of a build have to say."""

import os
import re

MARKS = ('ERROR: AddressSanitizer', 'ERROR: LeakSanitizer', 'runtime error:',
         'AddressSanitizer:DEADLYSIGNAL')

# A program that a test kills may be looking for leaks already, for it was about to end: the one
# that looks says that the other is gone. That is no finding of its own.
KILLED = re.compile(r'==[\w-]+==\d+==Unable to get registers from thread \d+\.')


def turn_on(folder):
    """Set the options for every program started from now on; a build without ignores them."""
    folder.mkdir()
    common = f'log_path={folder}/report:log_exe_name=1'
    os.environ['ASAN_OPTIONS'] = f'{common}:detect_leaks=1:strict_string_checks=1'
    os.environ['UBSAN_OPTIONS'] = f'{common}:print_stacktrace=1'


def reports(folder, logs):
    """All reports: of the files of `folder`, and of the log files."""
    found = [report for path in sorted(folder.iterdir())
             if (report := KILLED.sub('', path.read_text(errors='replace'))).strip()]
    for path in logs:
        lines = path.read_text(errors='replace').splitlines()
        found += [f'{path.name}: {line}' for line in lines if any(mark in line for mark in MARKS)]
    return found
