"""`make test T=NAME`: build, and run the tests of one name: python3 -m tests.runner.one NAME [BUILD].

NAME is the first of these that matches:

    a file         tests/unit/core/test_url.c, tests/api/test_login.py, also with ::test_name
    its name       test_login or login: the unit program and the pytest file of this name
    a unit test    a part of the name of a function in tests/unit
    an expression  for pytest -k, over tests/api, tests/install, tests/browser and tests/runner

Prints what it runs. The exit status is 0 only if tests ran and none failed.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

from tests.harness.tree import PYTHON, SOURCE
from tests.runner.parts import CORES

UNIT = Path('tests/unit')
PYTEST_DIRECTORIES = tuple(Path('tests') / name for name in ('api', 'install', 'browser', 'runner'))
UNIT_TEST = re.compile(r'^static void (\w+)\(void \*\*\w*\)', re.MULTILINE)
NO_TESTS = 5  # pytest's exit status if it finds none


class NotFound(Exception):
    """No test has this name."""


def files_of(name):
    """The unit program and the pytest files that the name stands for: (paths of C files, arguments of
    pytest)."""
    path, _, test = name.partition('::')
    if Path(path).is_file() or Path(path).is_dir():
        return ([Path(path)], []) if path.endswith('.c') else ([], [name])
    stem = path if path.startswith('test_') else f'test_{path}'
    c_files = sorted(UNIT.glob(f'*/{stem}.c')) if not test else []
    python_files = [directory / f'{stem}.py' for directory in PYTEST_DIRECTORIES]
    return (c_files, [f'{file}::{test}' if test else str(file)
            for file in python_files if file.exists()])


def unit_tests(name):
    """The unit tests whose names contain this one: {C file: [functions]}."""
    found = {}
    if re.fullmatch(r'\w+', name):
        for file in sorted(UNIT.glob('*/test_*.c')):
            functions = [test for test in UNIT_TEST.findall(file.read_text()) if name in test]
            if functions:
                found[file] = functions
    return found


def run(command, environment=None):
    print('$', ' '.join(command), flush=True)
    return subprocess.run(command, env={**os.environ, **
                          (environment or {})}, check=False).returncode


def run_unit(file, build, filter_=None):
    environment = {'UNIT_TEST_FILTER': filter_} if filter_ else {}
    print(f'{file}{": tests named " + filter_ if filter_ else ""}', flush=True)
    return run([f'build/{build}/tests/{file.relative_to(UNIT).with_suffix("")}'], environment)


def run_pytest(arguments, build):
    environment = {'FITGATE_BUILD': f'build/{build}'}
    return run([PYTHON, '-B', '-m', 'pytest', '-q', *arguments], environment)


def run_tests(name, build):
    """Run what the name stands for; returns the exit statuses."""
    c_files, python_files = files_of(name)
    if c_files or python_files:
        statuses = [run_unit(file, build) for file in c_files]
        return statuses + ([run_pytest(python_files, build)] if python_files else [])
    found = unit_tests(name)
    if found:
        return [run_unit(file, build, f'*{name}*') for file in found]
    status = run_pytest([*map(str, PYTEST_DIRECTORIES), '-k', name], build)
    if status == NO_TESTS:
        raise NotFound
    return [status]


def main(name='', build='release'):
    os.chdir(SOURCE)
    if not name:
        sys.exit('usage: make test T=NAME')
    made = run(['make', '-s', f'-j{CORES}', f'BUILD={build}', 'all', 'unit'])
    if made != 0:
        return made
    try:
        return max(run_tests(name, build))
    except NotFound:
        sys.exit(f'test: no file, unit test or pytest test matches "{name}"')


if __name__ == '__main__':
    sys.exit(main(*sys.argv[1:]))
