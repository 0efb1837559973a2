"""What the bench measures of CGI: how long a program takes that is started for one request.

GET profile as the folder of `make shared-hosting` has it, against the floor, a CGI program that connects to
the same database and asks it one question. Both are started alike, one after the other, and linked
alike: with the database's client in the program itself.
"""

import os
import subprocess
import time

TURNS = 50  # requests in a row


def start_and_wait(command, environment):
    """Seconds that a CGI program takes."""
    started = time.perf_counter()
    with open(os.devnull, 'rb') as nothing:
        done = subprocess.run(command, stdin=nothing, stdout=subprocess.PIPE, env=environment,
                              check=True)
    took = time.perf_counter() - started
    head, _, body = done.stdout.partition(b'\r\n\r\n')
    if not body.startswith(b'{"') or (b'Status:' in head and b'Status: 200' not in head):
        raise RuntimeError(f'{command[0]} answers {done.stdout[:300]}')
    return took


def several(command, environment):
    return sum(start_and_wait(command, environment) for _ in range(TURNS)) / TURNS


def cases(stack, build, programs, person, token):
    """{name: a call that returns the seconds of one request}."""
    request = {'GATEWAY_INTERFACE': 'CGI/1.1', 'SERVER_PROTOCOL': 'HTTP/1.1', 'REQUEST_METHOD': 'GET',
               'PATH_INFO': '/api/auth/profile', 'REMOTE_ADDR': '127.0.0.1',
               'HTTP_AUTHORIZATION': f'Bearer {token}', 'LOG': os.devnull, **stack.environment}
    profile = [build / 'profile']
    floor = [programs / 'floor_static', stack.folder / 'floor.cnf', str(person.id)]
    return {'GET profile as CGI': lambda: several(profile, request),
            'floor as CGI': lambda: several(floor, request)}
