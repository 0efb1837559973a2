"""The parts of `make check`, each a list of jobs.

    unit     the cmocka programs of tests/unit
    lint     what tests/lint checks in the whole tree
    static   clang-tidy, cppcheck and gcc's analyzer over the C sources
    client   compiling against libmysqlclient; skipped if its headers cannot be downloaded
    install  make install, dist and deb, the systemd units, and our files in a stock nginx
    api      some of tests/api against the release build behind nginx; asan and cgi run all
    cgi      tests/api against the directory of `make shared-hosting` under Apache: everything but the shell
             client with mod_cgid, tests/api/test_hosting.py also with mod_cgi
    fcgid    some of them with mod_fcgid
    lighttpd some of them as CGI under lighttpd
    browser  the account pages in Chromium: each flow without JavaScript, accessibility, the keyboard
    fuzz     each program of tests/fuzz over its corpus, and over inputs that follow from it
    runner   the package that runs all these
    asan     unit and api with the address and undefined-behavior sanitizers, leaks included

`seconds` is about what a job takes on an idle machine.
"""

import os

from tests.api.support import sanitizer
from tests.api.support.web_servers import NGINX_DIRECTORIES
from tests.harness.tree import PYTHON, SOURCE
from tests.runner import counts
from tests.runner.jobs import Job

PYTEST = [PYTHON, '-B', '-m', 'pytest', '-q', '--basetemp={tmp}/t', '--junitxml={report}']
# What shows most about a web server.
WEB_SERVER_TESTS = [f'tests/api/test_{name}.py'
                    for name in ('hosting', 'login', 'picture_serving', 'profile', 'register')]
# What shows most about Fitgate in half a minute.
SMOKE_TESTS = [f'tests/api/{name}.py' for name in (
    'test_login', 'test_register', 'test_confirm', 'test_password_reset', 'test_profile', 'test_logout',
    'test_config', 'test_export', 'delivery/test_worker', 'test_admin_users')]
# What depends on the build: processes, memory and times.
RELEASE_TESTS = [f'tests/api/test_{name}.py'
                 for name in ('log', 'log_files', 'failures', 'groups', 'equal_work', 'picture_failures')]
CORES = len(os.sched_getaffinity(0))


def build(variant, *targets, seconds):
    """Builds of one tree run one after the other: a second check finds everything built."""
    return Job(f'build {variant}', 'build', [
        'flock', 'build/.lock', 'make', '-s', f'-j{CORES}', 'WERROR=1', f'BUILD={variant}', *targets],
        seconds=1000 + seconds, count=counts.none)


BUILDS = {
    'release': build('release', 'all', 'unit', seconds=40),
    'asan': build('asan', 'all', 'unit', seconds=60),
    'hosting': build('hosting', 'all', seconds=20),
    'fuzz': build('fuzz', 'fuzz-programs', seconds=50),
}


def unit(part, variant, environment=None):
    """A job for each program."""
    directory = SOURCE / 'tests/unit'
    programs = sorted(path.relative_to(directory).with_suffix('')
                      for path in directory.glob('*/test_*.c'))
    return [Job(f'unit {variant} {name.stem}', part, [f'build/{variant}/tests/{name}'],
                needs=(f'build {variant}',), count=counts.cmocka, environment=environment or {})
            for name in programs]


def suite(part, name, variant, tests, *, seconds, web='nginx'):
    """Tests that pytest runs against one build behind one web server."""
    return Job(name, part, [*PYTEST, *tests], seconds=seconds, needs=(f'build {variant}',),
               count=counts.pytest,
               environment={'FITGATE_BUILD': f'build/{variant}', 'FITGATE_WEB': web})


def with_sanitizers():
    """The API in two jobs, which take about the same time: each ignores what the other one runs."""
    directory = SOURCE / 'tests/api'
    first = set(directory.glob('test_[a-l]*.py'))
    others = {path for path in directory.iterdir() if path.is_dir()
              or path.name.startswith('test_')} - first

    def api_without(paths):
        return ['tests/api', *sorted(f'--ignore={path.relative_to(SOURCE)}' for path in paths)]
    return [*unit('asan', 'asan', {'ASAN_OPTIONS': sanitizer.OPTIONS}),
            suite('asan', 'api asan a-l', 'asan', api_without(others), seconds=400),
            suite('asan', 'api asan m-z', 'asan', api_without(first), seconds=399)]


def lints():
    paths = [path for path in sorted((SOURCE / 'tests/lint').iterdir())
             if path.is_file() and os.access(path, os.X_OK)]
    seconds = {'format': 15, 'shell': 10}
    needs = {'binaries': ('build release',), 'routes': ('build release',)}
    return [Job(f'lint {path.name}', 'lint', [path.relative_to(SOURCE), '.'],
                seconds=seconds.get(path.name, 1), needs=needs.get(path.name, ())) for path in paths]


def static_analysis():
    return [Job(f'static {name}', 'static', ['scripts/static', name], seconds=seconds)
            for name, seconds in (('clang-tidy', 90), ('cppcheck', 20), ('gcc', 60))]


def fuzzing():
    names = sorted(path.stem.removeprefix('fuzz_')
                   for path in (SOURCE / 'tests/fuzz').glob('fuzz_*.c'))
    return [Job(f'fuzz {name}', 'fuzz', ['scripts/fuzz', '--check', name], seconds=7,
                needs=('build fuzz',)) for name in names]


PARTS = {
    'unit': lambda: unit('unit', 'release'),
    'lint': lints,
    'static': static_analysis,
    'client': lambda: [Job('compile libmysqlclient', 'client', ['scripts/compile-libmysqlclient'],
                           seconds=20)],
    'install': lambda: [suite('install', 'install', 'release', ['tests/install'], seconds=60)],
    'api': lambda: [suite('api', 'api release', 'release', RELEASE_TESTS, seconds=90),
                    *FAST_PARTS['api']()],
    'cgi': lambda: [
        suite('cgi', 'api mod_cgid', 'hosting', ['tests/api', *(f'--ignore=tests/api/{name}' for name in NGINX_DIRECTORIES)],
              seconds=310, web='apache-cgid'),
        suite('cgi', 'api mod_cgi', 'hosting', ['tests/api/test_hosting.py'], seconds=10,
              web='apache-cgi')],
    'fcgid': lambda: [suite('fcgid', 'api mod_fcgid', 'hosting', WEB_SERVER_TESTS, seconds=30,
                            web='apache-fcgid')],
    'lighttpd': lambda: [suite('lighttpd', 'api lighttpd', 'hosting', WEB_SERVER_TESTS, seconds=30,
                               web='lighttpd')],
    'browser': lambda: [suite('browser', 'browser', 'release', ['tests/browser'], seconds=70)],
    'fuzz': fuzzing,
    'runner': lambda: [Job('runner', 'runner', [*PYTEST, 'tests/runner'], seconds=2, count=counts.pytest)],
    'asan': with_sanitizers,
}
FAST_PARTS = {
    'unit': PARTS['unit'],
    'lint': lints,
    'api': lambda: [suite('api', 'api smoke', 'release', SMOKE_TESTS, seconds=60)],
}


def jobs_of(names, parts):
    """The jobs of these parts, and the builds that they need."""
    jobs = {job.name: job for name in names for job in parts[name]()}
    needed = {name for job in jobs.values() for name in job.needs}
    return [job for job in BUILDS.values() if job.name in needed] + list(jobs.values())
