"""What each figure means, its goal, and how the results are shown: as a table and as a picture."""

from dataclasses import dataclass
from html import escape


@dataclass(frozen=True)
class Figure:
    meaning: str
    least: float | None = None  # the goal: a rate has a lowest value,
    most: float | None = None  # a time or an amount of memory a highest one

    def is_reached(self, value):
        return (self.least is None or value >= self.least) and (
            self.most is None or value <= self.most)

    def progress(self, value):
        """1 at the goal, less before it."""
        ways = []
        if self.least is not None:
            ways.append(value / self.least)
        if self.most is not None:
            ways.append(self.most / value)
        return min(ways)

    def goal(self):
        bounds = ([f'at least {self.least:.2f}'] if self.least is not None else []) + (
            [f'at most {self.most:.2f}'] if self.most is not None else [])
        return ' and '.join(bounds)


# The limit in all of them: what the other side of the ratio does with the same nginx and database.
FIGURES = {
    'profile_vs_fast_floor': Figure(
        'GET profile with 25 records / one row by primary key, closed without a wait', 0.75),
    'profile_new_user_vs_fast_floor': Figure(
        'the same of a new user', 0.85),
    'profile_vs_floor': Figure(
        'GET profile with 25 records / one row, closed as libfcgi does', 0.60),
    'profile_new_user_vs_floor': Figure('the same of a new user', 0.70),
    'profile_20000_vs_5_workouts': Figure('GET profile with 20,000 workouts / with 5', 0.95),
    'profile_1m_vs_1k_users': Figure('GET profile among a million users / a thousand', 0.95),
    'users_list_1m_vs_100': Figure(
        'CPU time: a page of a million users / of a hundred, in the worst order', None, 1.25),
    'profile_mysql_vs_mariadb': Figure(
        'GET profile with 25 records on MySQL / on MariaDB, if scripts/databases has MySQL', 0.70),
    'profile_06_vs_07': Figure('GET profile in dialect 0.6 / 0.7', 0.95),
    'profile_02_vs_07': Figure('GET profile in dialect 0.2 / 0.7', 0.95),
    'edit_vs_floor': Figure('POST profile/edit / an UPDATE of one row', 0.95),
    'gate_vs_fast_floor': Figure('a file behind the gate / behind a check by the fast floor', 0.85),
    'oauth_refresh_vs_floor': Figure('refresh of a token / an UPDATE of one row', 0.70),
    'login_vs_hash_limit': Figure('logins / password hashes, on all cores', 0.95),
    'login_unknown_vs_wrong': Figure('time: unknown address / wrong password', 0.95, 1.05),
    'login_inactive_vs_wrong': Figure('time: inactive account / wrong password', 0.95, 1.05),
    'login_imported_vs_unknown': Figure('time: imported slow hash / unknown address', 0.95, 1.05),
    'storm_vs_idle': Figure('time: GET profile during 50 logins together / idle', None, 2.0),
    'upload_vs_nginx': Figure('upload of a picture of 1 MB / WebDAV PUT by nginx', 0.55),
    'picture_vs_static': Figure('GET picture of 200 KB / the same static file', 0.66),
    'picture_during_uploads_vs_idle': Figure(
        "time: GET picture during another user's uploads / idle", None, 2.0),
    'export_vs_zip': Figure('time: export of 2,000 files / zip -r', None, 0.80),
    'export_mib': Figure('MiB: the worker during that export', None, 32),
    'cgi_vs_floor': Figure('time: CGI request / the floor as CGI', None, 1.25),
    'memory_mib': Figure('MiB: the processes of all programs, as many as in an installation, their parents, and the worker', None, 24),
    'users_list_mib': Figure('MiB: the list of a million users on the command line', None, 16),
}


def table(values):
    """A line for each measured figure."""
    lines = []
    for name, value in values.items():
        figure = FIGURES[name]
        result = 'reached' if figure.is_reached(value) else \
            f'NOT REACHED: {figure.progress(value):.2f} of it'
        lines.append(f'{name:31}{value:8.3f}   goal: {figure.goal():28}{result:24}{figure.meaning}')
    return '\n'.join(lines)


# ---- the picture ---------------------------------------------------------------------------------

ROW, TOP, NAMES, SCALE, WIDTH = 26, 40, 250, 320, 1060
GOAL = NAMES + SCALE  # the place of progress 1
MOST = 1.5  # longer bars are cut


def bar(number, name, value):
    figure = FIGURES[name]
    y = TOP + number * ROW
    length = min(figure.progress(value), MOST) * SCALE
    color = '#2e7d32' if figure.is_reached(value) else '#c62828'
    return (f'<text x="{NAMES - 8}" y="{y + 13}" text-anchor="end">{escape(name)}</text>'
            f'<rect x="{NAMES}" y="{y}" width="{length:.1f}" height="{ROW - 8}" fill="{color}"/>'
            f'<text x="{NAMES + 6}" y="{y + 13}" fill="#ffffff">{value:.3f}</text>'
            f'<text x="{GOAL + SCALE // 2 + 16}" y="{y + 13}">{escape(figure.goal())}</text>')


def picture(values):
    """The same as SVG: bars of the part of each goal that is reached; the line is the goal."""
    height = TOP + len(values) * ROW + 10
    bars = '\n'.join(bar(number, *each) for number, each in enumerate(values.items()))
    return f'''<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="sans-serif" \
font-size="12">
<title>Figures of make bench, as parts of their goals</title>
<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>
<text x="{GOAL}" y="24" text-anchor="middle">goal</text>
{bars}
<line x1="{GOAL}" y1="{TOP - 10}" x2="{GOAL}" y2="{height - 6}" stroke="#000000" stroke-dasharray="4 3"/>
</svg>
'''
