"""Measure Fitgate: python3 -m tests.bench.run [--quick] BUILD PROGRAMS DIRECTORY [FIGURE ...].

BUILD is build/<variant>, PROGRAMS the directory of the compiled floor and hashrate, DIRECTORY the place
for databases and logs during the run, and for figures.svg after it. The benchmarks start complete stacks, as `make run` does.
Everything runs on this machine, so the figures are ratios (measure.py). Each figure is also printed as
a line `figure <name> <value>`.
"""

import argparse
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.bench import cgi, databases, exports, footprint, gate, logins, pictures, profiles, tokens
from tests.bench.figures import FIGURES, picture, table
from tests.bench.logins import CORES
from tests.bench.people import ALL
from tests.bench.site import FLOOR_LOCATIONS, Site
from tests.harness.errors import StackError
from tests.harness.processes import tool
from tests.harness.stack import Stack


# In this order: the stack stops the worker for exports, and login gets more processes.
MEASUREMENTS = (profiles.profile, profiles.dialects, profiles.edit, gate.gate, tokens.refresh, pictures.upload,
                pictures.download, pictures.download_during_uploads, exports.exports, cgi.cgi, logins.storm, logins.login,
                logins.refused_logins, logins.imported_logins, databases.mysql, profiles.large_table)


class Bench:
    """The state of a run: the options, the duration of measurements, and the figures so far."""

    def __init__(self, options, directory):
        self.options = options
        self.directory = directory
        self.wanted = options.figures or list(FIGURES)
        self.figures = {}
        self.seconds = 1 if options.quick else 4
        self.rounds = 3 if options.quick else 7

    def wants(self, *names):
        return any(name in self.wanted for name in names)

    def site(self, name, users, people=ALL, database=None):
        """`database`: the name of another server than the system's (tests/harness/database_programs.py)."""
        print(f'\nStarting a stack with {users:,} users', flush=True)
        stack = Stack(self.directory / name, self.options.build, database=database,
                      extra_locations=FLOOR_LOCATIONS + pictures.LOCATIONS + gate.LOCATIONS)
        return Site(stack, users, people)

    def run(self):
        site = self.site('thousand', 1000)
        with site.stack:
            site.fill()
            footprint.footprint(self, site)
            site.start_floors(self.options.programs)
            for measurement in MEASUREMENTS:
                measurement(self, site)
        self.summary()

    def summary(self):
        drawing = self.directory.parent / 'figures.svg'
        drawing.write_text(picture(self.figures))
        print(f'\n{table(self.figures)}\n\nThe same as a picture: {drawing}\n')
        for name, value in self.figures.items():
            print(f'figure {name} {value:.3f}')


def read_arguments():
    parser = argparse.ArgumentParser(description='Measure Fitgate.')
    parser.add_argument('--quick', action='store_true',
                        help='short runs to check that everything works; the figures are meaningless')
    # absolute: programs start in directories of their own
    for name in ('build', 'programs', 'directory'):
        parser.add_argument(name, type=lambda text: Path(text).resolve())
    parser.add_argument('figures', nargs='*', metavar='FIGURE', help=', '.join(FIGURES))
    options = parser.parse_args()
    for name in options.figures:
        if name not in FIGURES:
            parser.error(f'unrecognized figure {name}; the figures are {", ".join(FIGURES)}')
    return options


def describe_machine():
    version = subprocess.run([tool('mariadbd'), '--version'], stdout=subprocess.PIPE, text=True,
                             check=True).stdout.split('Ver ')[-1].split()[0]
    print(f'{CORES} cores for everything, wrk included; MariaDB {version}; processes '
          f'of each service as in an installation; load average before the start {os.getloadavg()[0]:.2f}')


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit('bench: stopped'))
    options = read_arguments()
    describe_machine()
    try:
        with tempfile.TemporaryDirectory(prefix='run-', dir=options.directory) as directory:
            Bench(options, Path(directory)).run()
    except StackError as error:
        sys.exit(f'bench: {error}')
    except KeyboardInterrupt:
        sys.exit('bench: stopped')


if __name__ == '__main__':
    main()
