"""A file behind the gate, against the same file behind a check by the floor that does not wait before it closes the connection."""

from tests.bench.measure import compare_rates, wrk
from tests.bench.people import NEW_CROWD
from tests.bench.processor_time import print_breakdown

GATED = '/bench/gated'
FLOORED = '/bench/floored'
LOCATIONS = f'''
location = {GATED} {{
	include fitgate_gate.conf;
	alias protected/index.html;
}}
location = {FLOORED} {{
	auth_request /bench/floor_check;
	alias protected/index.html;
}}
location = /bench/floor_check {{
	internal;
	include fitgate_params.conf;
	fastcgi_pass_request_body off;
	fastcgi_keep_conn off;
	fastcgi_pass unix:@SOCKETS@/floor_at_once.sock;
}}
'''


def gate(bench, site):
    if not bench.wants('gate_vs_fast_floor'):
        return
    tokens = site.token_file('gated', [person.id for person in NEW_CROWD])
    cases = {name: lambda path=path: wrk(site, path, 'tokens', tokens, seconds=bench.seconds)
             for name, path in (('gate', GATED), ('floor with early close', FLOORED))}
    bench.figures['gate_vs_fast_floor'] = compare_rates(
        f'a file behind a check, {bench.rounds} rounds of {bench.seconds} s', cases, bench.rounds)
    print_breakdown({name: (site, program, cases[name])
                     for name, program in zip(cases, ('gate', 'floor_at_once'))})
