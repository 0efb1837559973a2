"""GET profile on MySQL, compared with MariaDB."""

from tests.bench.measure import compare, print_loads, rates_of, take_turns, wrk
from tests.bench.people import NEW, USUAL
from tests.bench.processor_time import print_breakdown
from tests.bench.site import PROFILE
from tests.harness.database_programs import is_unpacked

MYSQL = 'mysql'  # a directory of scripts/databases


def mysql(bench, mariadb):
    if not bench.wants('profile_mysql_vs_mariadb'):
        return
    if not is_unpacked(MYSQL):
        print(
            f'\nGET profile on MySQL: not measured. "scripts/databases {MYSQL}" or "make check-mysql" unpacks the server.')
        return
    site = bench.site(MYSQL, mariadb.users, [NEW, USUAL], MYSQL)
    with site.stack:
        site.fill()
        sites = {'MySQL': site, 'MariaDB': mariadb}
        cases = {name: lambda each=each, what=each.profile_of(USUAL): wrk(each, PROFILE, *what, seconds=bench.seconds)
                 for name, each in sites.items()}
        print(f'\nGET profile on two servers, {bench.rounds} rounds of {bench.seconds} s')
        loads = take_turns(cases, bench.rounds)
        print_loads(loads)
        print_breakdown({name: (each, 'profile', cases[name]) for name, each in sites.items()})
    bench.figures['profile_mysql_vs_mariadb'] = compare(
        ' / '.join(loads), *rates_of(loads).values())
