"""POST oauth/token with a refresh token, against the floor with an UPDATE."""

import contextlib

from tests.bench.measure import CONNECTIONS, compare_rates, wrk
from tests.bench.people import NEW
from tests.bench.processor_time import print_breakdown
from tests.bench.site import FLOOR_UPDATE

TOKEN = '/api/oauth/token'
APP, SECRET = 'bench', 's' * 48


class Application:
    """An application with grants of a thousand users."""

    def __init__(self, site):
        self.site = site
        self.made = 0
        with contextlib.closing(site.connect()) as database, database.cursor() as cursor:
            cursor.execute('INSERT INTO oauth2_client (client_id, client_secret, client_metadata, user_id) '
                           "VALUES (%s, SHA2(%s, 256), '{}', %s)", (APP, SECRET, NEW.id))
            cursor.execute('SELECT id FROM users WHERE is_active = 1 LIMIT 1000')
            self.users = [row[0] for row in cursor.fetchall()]

    def grant(self, count):
        """A file with the refresh tokens of new grants."""
        numbers = range(self.made, self.made + count)
        with contextlib.closing(self.site.connect()) as database, database.cursor() as cursor:
            cursor.executemany(
                'INSERT INTO oauth2_token (client_id, token_type, access_token, refresh_token, scope, '
                'issued_at, expires_in, user_id, grant_id) VALUES (%s, %s, SHA2(%s, 256), SHA2(%s, 256), %s, '
                'UNIX_TIMESTAMP(), 864000, %s, %s)',
                [(APP, 'Bearer', f'a{n}', f'r{n}', 'profile:read', self.users[n % len(self.users)], f'{n:032x}')
                 for n in numbers])
            database.commit()
        self.made += count
        path = self.site.stack.directory / 'refresh.tokens'
        path.write_text(''.join(f'r{n}\n' for n in numbers))
        return path

    def refresh(self, seconds):
        """Each token is exchanged once, as an application does it: the next request has the token that the last
        one got."""
        return wrk(self.site, TOKEN, 'refresh', self.grant(
            2 * CONNECTIONS), APP, SECRET, seconds=seconds)


def refresh(bench, site):
    """One query reads the application and the token; one statement revokes the row and inserts another."""
    if not bench.wants('oauth_refresh_vs_floor'):
        return
    application = Application(site)
    cases = {'refresh': lambda: application.refresh(bench.seconds),
             'floor with an UPDATE': lambda: wrk(site, FLOOR_UPDATE, 'edit',
                                                 site.token_file('refresher', [NEW.id]),
                                                 seconds=bench.seconds)}
    bench.figures['oauth_refresh_vs_floor'] = compare_rates(
        f'POST oauth/token, {bench.rounds} rounds of {bench.seconds} s', cases, bench.rounds)
    programs = {'refresh': 'oauth', 'floor with an UPDATE': 'floor_update'}
    print_breakdown({name: (site, programs[name], run) for name, run in cases.items()})
