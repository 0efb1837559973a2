"""GET /api/users of a million users, compared with a hundred: CPU time."""

import contextlib

from tests.bench.calls import Call, cheapest
from tests.bench.measure import take_turns
from tests.bench.people import ALL, NEW

USERS = '/api/users'
ORDERS = ('username', 'created_at', 'workouts_count', 'admin', 'is_active')
REQUESTS = 25  # in a row: the shorter, the likelier is a round without a disturbance

# By contract §16.2, these cost the same, however many users there are.
CONSTANT = ['', '?per_page=50']
CONSTANT += [f'?order_by={order}&order={direction}&page={page}'
             for order in ORDERS for direction in ('asc', 'desc') for page in (1, 2)]
# These cannot: they read what is before the page, or every name.
GROWING = [
    '?page=1001',
    '?page=100000',
    '?order_by=created_at&order=desc&page=100000',
    '?q=ser17',
    '?q=unused']


def call_of(site, query):
    """The request of an administrator."""
    return Call(site, 'users', 'GET', USERS + query, site.token(NEW.id))


def make_administrator(site):
    with contextlib.closing(site.connect()) as database, database.cursor() as cursor:
        cursor.execute('UPDATE users SET admin = 1 WHERE id = %s', NEW.id)


def measure(sites, query, requests, rounds):
    """The Cost on each of these sites."""
    costs = take_turns({site.users: lambda site=site: call_of(site, query).cost(requests)
                        for site in sites}, rounds)
    return [cheapest(costs[site.users]) for site in sites]


def users_list(bench, large):
    if not bench.wants('users_list_1m_vs_100'):
        return
    # with the same workouts of the first users as the large site
    small = bench.site('hundred', 100, [person for person in ALL if person.number <= 100])
    with small.stack:
        small.fill()
        for site in (small, large):
            make_administrator(site)
        print(f'\nGET {USERS}, {REQUESTS} requests in a row, the cheapest of {bench.rounds} rounds')
        print(f'  {"":48}{"CPU time in µs":>20}{"":8}{"reply after ms":>16}\n'
              f'  {"":48}{small.users:10,}{large.users:10,}{"ratio":>8}{small.users:8,}{large.users:10,}')
        ratios = [growth((small, large), query, REQUESTS, bench.rounds) for query in CONSTANT]
        for query in GROWING:
            growth((small, large), query, 2, 1)
    bench.figures['users_list_1m_vs_100'] = max(ratios)


def growth(sites, query, requests, rounds):
    """Measure and print a query; returns the ratio of the CPU times on these two sites."""
    few, many = measure(sites, query, requests, rounds)
    ratio = many.cpu / few.cpu
    print(f'  {query or "default order":48}{few.cpu:10.0f}{many.cpu:10.0f}{ratio:8.2f}{few.wait:8.2f}{many.wait:10.2f}',
          flush=True)
    return ratio
