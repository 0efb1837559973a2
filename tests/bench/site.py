"""The measured stack: Fitgate with many users, and the programs that it is compared with."""

import contextlib
import json
import os
import subprocess
from pathlib import Path

from tests.bench.people import ALL, FIRST_PROBED, INACTIVE, NEW_CROWD, PROBED
from tests.harness.errors import StackError
from tests.harness.memory import high_water
from tests.harness.population import SPORTS, Population, id_of
from tests.harness.waiting import poll

PROFILE = '/api/auth/profile'
FLOOR = '/bench/floor'
FLOOR_AT_ONCE = '/bench/floor_at_once'
FLOOR_UPDATE = '/bench/floor_update'

# The floor (floor.c) runs behind the same nginx as Fitgate, with the same parameters. Before
# libfcgi closes a connection, it waits until nginx has closed it; FLOOR_AT_ONCE is the same program
# without this wait, as Fitgate is (lib/http/server_fcgi.c).
# FLOOR_UPDATE changes the rows of a crowd in turn instead of reading one.
FLOORS = {
    FLOOR: ([], []),
    FLOOR_AT_ONCE: (['env', 'LIBFCGI_OS_CLOSE_POLL_TIMEOUT=0'], []),
    FLOOR_UPDATE: ([], ['update', str(len(NEW_CROWD))]),
}
FLOOR_LOCATIONS = ''.join(f'''
location = {path} {{
	include fitgate_params.conf;
	fastcgi_keep_conn off;
	fastcgi_pass unix:@SOCKETS@/{Path(path).name}.sock;
}}
''' for path in FLOORS)


class Site(Population):
    def __init__(self, stack, users, people=ALL):
        super().__init__(stack, users, people)

    def fill(self):
        super().fill()
        with contextlib.closing(self.connect()) as database, database.cursor() as cursor:
            cursor.execute('UPDATE users SET is_active = 0 WHERE username = %s', INACTIVE.username)

    def start_floors(self, programs):
        """`programs` is the directory of the compiled floor."""
        database = self.stack.database
        options = self.stack.directory / 'floor.cnf'
        options.touch(mode=0o600)
        options.write_text(f'[client]\nsocket={database.socket}\nuser={database.user}\n'
                           f'password={database.password}\ndatabase={database.name}\n')
        for path, (prefix, arguments) in FLOORS.items():
            program = [*prefix, programs / 'floor', options, NEW_CROWD[0].id, *arguments]
            self.stack.start_program(Path(path).name, program)
            if poll(lambda path=path: self.ask('GET', path).status == 200, 30) is None:
                raise StackError(f'{path} does not answer: {self.stack.log_text(Path(path).name)}')

    def list_users(self, build):
        """(lines, peak memory in MiB) of `admin users list`. The memory is read while the command runs: the
        figure that the system gives afterward includes the memory of the process that forked it."""
        with subprocess.Popen([build / 'admin', 'users', 'list'], stdout=subprocess.PIPE,
                              env={**os.environ, **self.stack.environment}) as program:
            lines, peak = 0, 0
            for lines, _line in enumerate(program.stdout, 1):
                if lines % 1000 == 1:
                    peak = max(peak, high_water(program.pid))
        if program.returncode != 0:
            raise StackError(f'admin users list failed with exit status {program.returncode}')
        return lines, peak

    def profile_of(self, *people):
        """The arguments of wrk.lua that read these profiles in turn, after a check of what they show."""
        for person in people:
            answer = self.ask('GET', PROFILE, token=self.token(person.id))
            if answer.status != 200:
                raise StackError(f'the answer to GET profile was {answer.status}: {answer.text}')
            data = json.loads(answer.text)['data']
            shown = data['nb_workouts'], len(data['records'])
            expected = person.workouts, SPORTS * 5 if person.workouts else 0
            if shown != expected:
                raise StackError(
                    f'(workouts, records) of the profile are {shown} instead of {expected}')
        return 'tokens', self.token_file(people[0].username, [person.id for person in people])

    def probed_ids(self):
        step = (self.users - FIRST_PROBED) // (PROBED - 1)
        numbers = range(FIRST_PROBED, FIRST_PROBED + PROBED * step, step)
        with contextlib.closing(self.connect()) as database, database.cursor() as cursor:
            return [id_of(cursor, number) for number in numbers]
