"""How the cost of a request grows: python3 -m tests.bench.growth [--quick] [TABLE ...] BUILD DIRECTORY.

Prints the tables of GROWTH.md, in Markdown. Their main unit is CPU time, which hardly depends on what else the machine
does. Rates are ratios.
"""

import argparse
import contextlib
import statistics
import tempfile
import uuid
from pathlib import Path

from tests.bench.calls import Call, cheapest
from tests.bench.lists import USERS, make_administrator
from tests.bench.logins import LOGIN
from tests.bench.measure import CONNECTIONS, take_turns, wrk
from tests.bench.people import EXPORTED, FEW, MANY, NEW, USUAL, USUAL_CROWD
from tests.bench.processor_time import daemons_of, times_of
from tests.bench.profiles import EDIT
from tests.bench.site import PROFILE, Site
from tests.harness.memory import pss
from tests.harness.population import PASSWORD
from tests.harness.stack import Stack

CHEAP_HASH = {'PASSWORD_HASH': '$2b$4'}  # so that the rest of a login shows
SIZES = (1000, 10_000, 100_000, 1_000_000)
SLOW = 2  # requests in a row of those that read much
WORKOUTS = '/api/workouts'


def edit_of(_number):
    return {'first_name': 'Sam', 'last_name': 'Smith', 'location': 'Paris', 'birth_date': '1980-01-01',
            'bio': uuid.uuid4().hex}


def login_of(_number):
    return {'email': NEW.email, 'password': PASSWORD}


def print_table(title, head, rows):
    """`rows`: {name: [text, ...]}"""
    print(f'\n{title}\n\n| {" | ".join(head)} |\n|{"---|" * len(head)}')
    for name, cells in rows.items():
        print(f'| {name} | {" | ".join(cells)} |')
    print(flush=True)


class Growth:
    def __init__(self, options, directory):
        self.options = options
        self.directory = directory
        self.rounds = 1 if options.quick else 5
        self.requests = 20 if options.quick else 100
        self.seconds = 1 if options.quick else 4

    @contextlib.contextmanager
    def sites(self, sizes, people):
        """Stacks with these numbers of users, all at the same time."""
        with contextlib.ExitStack() as running:
            sites = [Site(Stack(self.directory / str(size), self.options.build, settings=CHEAP_HASH), size, people)
                     for size in sizes]
            for site in sites:
                running.enter_context(site.stack)
                site.fill()
                make_administrator(site)
            yield sites

    def costs(self, calls, times):
        """The cheapest Cost of each of these Calls, which take turns."""
        runs = take_turns({number: lambda call=call: call.cost(times) for number, call in enumerate(calls)},
                          self.rounds)
        return [cheapest(each) for each in runs.values()]

    def cells(self, calls, times=None):
        return [f'{cost.cpu:,.0f}' for cost in self.costs(calls, times or self.requests)]

    # ---- the tables ------------------------------------------------------------------------------

    def users(self):
        requests = {
            'GET profile': ('profile', 'GET', PROFILE),
            'POST profile/edit': ('profile', 'POST', EDIT, edit_of),
            'login, with the cheapest hash': ('login', 'POST', LOGIN, login_of),
            'GET users, first page': ('users', 'GET', USERS),
            'GET users, page 100': ('users', 'GET', f'{USERS}?page=100'),
            'GET users, last page': ('users', 'GET', f'{USERS}?page={{last}}'),
            'GET users?q=': ('users', 'GET', f'{USERS}?q=ser17'),
        }
        with self.sites(SIZES if not self.options.quick else SIZES[:2], [NEW]) as sites:
            rows = {}
            for name, (program, method, path, *body) in requests.items():
                calls = [Call(site, program, method, path.format(last=site.users // 10), site.token(NEW.id), *body)
                         for site in sites]
                reads_much = 'last' in name or 'q=' in name
                rows[name] = self.cells(calls, SLOW if reads_much else None)
            print_table('By the number of users, µs of CPU time for a request',
                        ['users', *(f'{site.users:,}' for site in sites)], rows)

    def workouts(self):
        people = [NEW, FEW, USUAL, EXPORTED, MANY]
        requests = {
            'GET profile': ('profile', lambda person: PROFILE),
            'GET records': ('workouts', lambda person: '/api/records'),
            'GET workouts, first page': ('workouts', lambda person: WORKOUTS),
            'GET workouts, last page': ('workouts', lambda person: f'{WORKOUTS}?page={max(1, person.workouts // 5)}'),
            'GET stats by year': ('workouts', lambda person: f'/api/stats/{person.username}/by_time?time=year'),
        }
        with self.sites(SIZES[:1], people) as (site,):
            rows = {name: self.cells([Call(site, program, 'GET', path(person), site.token(person.id))
                                      for person in people]) for name, (program, path) in requests.items()}
            print_table('By the number of workouts of the user, µs of CPU time for a request',
                        ['workouts', *(f'{person.workouts:,}' for person in people)], rows)

    def load(self, site, connections):
        """(CPU time in nginx, program and database server, Load) of GET profile. wrk does not count the requests that
        it abandons at its end: one for each connection."""
        loads = []

        def run():
            loads.append(wrk(site, PROFILE, *site.profile_of(*USUAL_CROWD),
                         seconds=self.seconds, connections=connections))
            return loads[0].requests + connections
        return sum(times_of(daemons_of(site, 'profile'), run)), loads[0]

    def processes(self):
        def run(number):
            if site.stack.processes != number:
                site.stack.processes = number
                site.stack.restart_service('profile')
            cost, load = self.load(site, CONNECTIONS)
            return cost, load, sum(pss(pid) for pid in site.stack.daemons['profile'].members())
        with self.sites(SIZES[:1], [NEW, *USUAL_CROWD]) as (site,):
            runs = take_turns({number: lambda number=number: run(number)
                              for number in (1, 2, 4, 8)}, self.rounds)
        self.print_loads(f'GET profile by the number of processes, {CONNECTIONS} connections', 'processes', runs,
                         {'MiB of all processes': lambda each: f'{statistics.median(run[2] for run in each):.1f}'})

    def connections(self):
        with self.sites(SIZES[:1], [NEW, *USUAL_CROWD]) as (site,):
            runs = take_turns({number: lambda number=number: self.load(site, number) for number in (1, 10, 100, 1000)},
                              self.rounds)
        self.print_loads('GET profile by the number of connections', 'connections', runs, {
            f'ms until the reply, {key}': lambda each, key=key:
                f'{statistics.median(run[1].percentiles[key] for run in each):.1f}' for key in ('p50', 'p99')})

    @staticmethod
    def print_loads(title, unit, runs, more):
        """`runs`: {number: [(CPU time, Load, ...) of each round]}; `more`: {row: a function of that list}"""
        rates = [statistics.median(run[1].rate for run in each) for each in runs.values()]
        rows = {'µs of CPU time': [f'{min(run[0] for run in each):,.0f}' for each in runs.values()],
                'requests/s, the first = 1': [f'{rate / rates[0]:.2f}' for rate in rates]}
        rows |= {name: [cell(each) for each in runs.values()] for name, cell in more.items()}
        print_table(title, [unit, *(f'{number:,}' for number in runs)], rows)


TABLES = ('users', 'workouts', 'processes', 'connections')


def main():
    parser = argparse.ArgumentParser(description='Print how the cost of a request grows.')
    parser.add_argument(
        '--quick',
        action='store_true',
        help='short runs to check that everything works')
    parser.add_argument('tables', nargs='*', metavar='TABLE', help=', '.join(TABLES))
    for name in ('build', 'directory'):
        parser.add_argument(name, type=lambda text: Path(text).resolve())
    options = parser.parse_args()
    for name in options.tables:
        if name not in TABLES:
            parser.error(f'unrecognized table {name}; the tables are {", ".join(TABLES)}')
    with tempfile.TemporaryDirectory(prefix='growth-', dir=options.directory) as directory:
        growth = Growth(options, Path(directory))
        for name in options.tables or TABLES:
            getattr(growth, name)()


if __name__ == '__main__':
    main()
