"""`make run`: a complete Fitgate until Ctrl-C: python3 -m tests.harness.serve DIRECTORY BUILD PORT."""

import os
import signal
import sys

from tests.harness.errors import StackError
from tests.harness.stack import Stack

WELCOME = '''
Fitgate answers on {url}; Ctrl-C stops it.
    pages      {url}/account/
    protected  {url}/protected/, the directory {directory}/nginx/protected
    mail       {directory}/mail
    logs       {directory}/log
    settings   {directory}/fitgate.conf
    database   mariadb --no-defaults --socket={socket} --user=root fitgate

Register, then read the mail with the link that confirms the account:

    curl -X POST {url}/api/auth/register -H 'Content-Type: application/json' \\
        -d '{{"username": "sam", "email": "sam@example.com", "password": "correct horse battery",
             "accepted_policy": true}}'
    cat {directory}/mail/*.eml

README.md shows the next steps.
'''


class Stopped(Exception):
    """A signal requested the end."""


def on_signal(_number, _frame):
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # a second signal must not interrupt the stop
    raise Stopped


def say(text):
    try:
        print(text, flush=True)
    except OSError:
        pass  # the terminal is gone; the programs must still be stopped


def main(directory, build, port):
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, on_signal)
    stack = Stack(directory, build, port=int(port), keep_database=True, limits=True, say=say)
    try:
        with stack:
            say(WELCOME.format(url=stack.base_url, directory=os.path.relpath(stack.directory),
                               socket=stack.database.socket))
            stack.wait()
    except Stopped:
        say('stopped')
    except StackError as error:
        sys.exit(f'fitgate: {error}')


if __name__ == '__main__':
    main(*sys.argv[1:])
