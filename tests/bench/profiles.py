"""GET profile against the floor, in all dialects and in a large table; POST profile/edit; the list of
all users."""

from tests.bench import lists
from tests.bench.measure import (CONNECTIONS, compare, compare_rates, print_loads, rates_of,
                                 take_turns, wrk)
from tests.bench.people import FEW, MANY, NEW_CROWD, PROBED, USUAL, USUAL_CROWD
from tests.bench.processor_time import print_breakdown
from tests.bench.site import FLOOR, FLOOR_AT_ONCE, FLOOR_UPDATE, PROFILE
from tests.harness.errors import StackError

EDIT = '/api/auth/profile/edit'
RECORDS, FRESH = '500 workouts, 25 records', 'a new user'
SLOW, FAST = 'floor', 'floor with early close'


def profile(bench, site):
    pairs = {
        'profile_vs_fast_floor': (RECORDS, FAST),
        'profile_new_user_vs_fast_floor': (FRESH, FAST),
        'profile_vs_floor': (RECORDS, SLOW),
        'profile_new_user_vs_floor': (FRESH, SLOW),
        'profile_20000_vs_5_workouts': ('20,000 workouts', '5 workouts'),
    }
    pairs = {figure: pair for figure, pair in pairs.items() if bench.wants(figure)}
    if not pairs:
        return
    people = {
        RECORDS: USUAL_CROWD,
        FRESH: NEW_CROWD,
        '20,000 workouts': [MANY],
        '5 workouts': [FEW]}
    requests = {name: (PROFILE, *site.profile_of(*crowd)) for name, crowd in people.items()}
    requests |= {SLOW: (FLOOR,), FAST: (FLOOR_AT_ONCE,)}
    cases = {name: lambda request=requests[name]: wrk(site, *request, seconds=bench.seconds)
             for name in requests if any(name in pair for pair in pairs.values())}
    print(f'\nGET profile: wrk with 1 thread and {CONNECTIONS} connections, {bench.rounds} '
          f'rounds of {bench.seconds} s each; medians')
    loads = take_turns(cases, bench.rounds)
    print_loads(loads)
    programs = {SLOW: 'floor', FAST: 'floor_at_once'}
    print_breakdown({name: (site, programs.get(name, 'profile'), run)
                    for name, run in cases.items()})
    rates = rates_of(loads)
    for figure, (over, under) in pairs.items():
        bench.figures[figure] = compare(f'{over} / {under}', rates[over], rates[under])


def dialects(bench, site):
    """The same profile in the older dialects."""
    figures = {'profile_06_vs_07': '/v0.6', 'profile_02_vs_07': '/v0.2'}
    if not bench.wants(*figures):
        return
    what = site.profile_of(USUAL)
    cases = {prefix or '0.7': lambda prefix=prefix: wrk(site, prefix + PROFILE, *what,
                                                        seconds=bench.seconds)
             for prefix in ('', *figures.values())}
    print(f'\nGET profile in the dialects, {bench.rounds} rounds of {bench.seconds} s')
    loads = take_turns(cases, bench.rounds)
    print_loads(loads)
    rates = rates_of(loads)
    for figure, prefix in figures.items():
        bench.figures[figure] = compare(f'{prefix} / 0.7', rates[prefix], rates['0.7'])


def edit(bench, site):
    """Edit the profiles of a crowd and update their rows, in turn, each time with a different value."""
    if not bench.wants('edit_vs_floor'):
        return
    tokens = site.token_file('editors', [person.id for person in NEW_CROWD])
    cases = {name: lambda path=path: wrk(site, path, 'edit', tokens, seconds=bench.seconds)
             for name, path in (('edit', EDIT), ('floor with an UPDATE', FLOOR_UPDATE))}
    bench.figures['edit_vs_floor'] = compare_rates(
        f'POST profile/edit, {bench.rounds} rounds of {bench.seconds} s', cases, bench.rounds)
    print_breakdown({name: (site, program, cases[name])
                     for name, program in zip(cases, ('profile', 'floor_update'))})


def large_table(bench, small):
    """GET profile with a million users, compared with the thousand of the site `small`."""
    if not bench.wants('profile_1m_vs_1k_users', 'users_list_mib', 'users_list_1m_vs_100'):
        return
    large = bench.site('million', 1000000)
    with large.stack:
        large.fill()
        lists.users_list(bench, large)
        users_list_memory(bench, large, small)
        table_size(bench, large, small)


def users_list_memory(bench, large, small):
    """The peak memory of the command that lists all users."""
    if not bench.wants('users_list_mib'):
        return
    print('\nadmin users list')
    for site in (small, large):
        lines, peak = site.list_users(bench.options.build)
        if lines < site.users:
            raise StackError(f'admin users list printed {lines} lines for {site.users} users')
        print(f'  {site.users:9,} users: {peak:.2f} MiB at most, {lines:,} lines')
    bench.figures['users_list_mib'] = peak


def table_size(bench, large, small):
    """The same number of users, spread over a small and a large table. They are read in turn, so that the reads
    are spread over the table."""
    if not bench.wants('profile_1m_vs_1k_users'):
        return
    cases = {}
    for site in (large, small):
        tokens = site.token_file('probed', site.probed_ids())
        cases[f'{site.users:,} users'] = lambda site=site, tokens=tokens: wrk(
            site, PROFILE, 'tokens', tokens, seconds=bench.seconds)
    bench.figures['profile_1m_vs_1k_users'] = compare_rates(
        f'GET profile of {PROBED} users in turn, {bench.rounds} rounds of {bench.seconds} s',
        cases, bench.rounds)
