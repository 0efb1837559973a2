"""Finding what the sanitisers of a build have to say."""

import os

MARKS = ('ERROR: AddressSanitizer', 'ERROR: LeakSanitizer', 'runtime error:',
         'AddressSanitizer:DEADLYSIGNAL')


def turn_on(folder):
    """Set the options for every program started from now on; a build without ignores them."""
    folder.mkdir()
    common = f'log_path={folder}/report:log_exe_name=1'
    os.environ['ASAN_OPTIONS'] = f'{common}:detect_leaks=1:strict_string_checks=1'
    os.environ['UBSAN_OPTIONS'] = f'{common}:print_stacktrace=1'


def reports(folder, logs):
    """All reports: of the files of `folder`, and of the log files."""
    found = [path.read_text(errors='replace') for path in sorted(folder.iterdir())]
    for path in logs:
        lines = path.read_text(errors='replace').splitlines()
        found += [f'{path.name}: {line}' for line in lines if any(mark in line for mark in MARKS)]
    return found
