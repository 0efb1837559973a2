"""Inject faults into a running Fitgate, and check that no accepted write is lost:
python3 -m tests.fault.run BUILD DIRECTORY SECONDS [SEED].

Clients use the whole API and the pages, and maintain a model of what was accepted (clients.py, browser.py, apps.py,
model.py). Meanwhile processes are killed, the database is restarted, networks are cut, disks filled, mail rejected,
clocks stepped (faults.py). At the end everything is compared with the model (checker.py). The seed determines the
sequence of the faults of each kind and the requests of each client, but not their timing.
"""

import random
import sys
import time
from pathlib import Path

from tests.fault.clients import Client, accepted
from tests.fault.faults import ALL
from tests.fault.fixtures import Fixtures
from tests.fault.model import Model
from tests.harness import pictures
from tests.harness.people import insert_user
from tests.harness.waiting import poll
from tests.fault.checker import Checker, seen_by_kernel
from tests.fault.system import System

CLIENTS = 14
MANY_FINDINGS = 20  # end early after this number


def read_sports(system):
    """{sport: (color, active, threshold) for a user without preferences}"""
    with system.sql() as sql:
        rows = sql.rows('SELECT id, is_active, stopped_speed_threshold FROM sports ORDER BY id')
    return {row['id']: (None, bool(row['is_active']), float(row['stopped_speed_threshold']))
            for row in rows}


def learn_pictures(system, model, fixtures, sports):
    """Upload each picture once, with an account for this purpose only."""
    client = Client('first', 0, system, model, fixtures, sports)
    account = client.register()
    assert poll(lambda: client.confirm(account), 60), 'could not register without faults'
    for number, (extension, octets) in enumerate(fixtures.originals):
        body, headers = pictures.form(pictures.part('file', octets, f'a.{extension}'))
        answer = client.write(account, [(account.picture, number)], 'POST', pictures.PATH,
                              body=body, headers=headers)
        assert accepted(answer), answer
        fixtures.learn(number, client.ask('GET', f'/api/users/{account.username}/picture').body)


FORCED = 'processes killed because they did not stop'


def note(model, text):
    """Count the stack's messages about processes that did not stop: a request may wait for an unreachable
    database."""
    if 'did not stop' in text:
        model.count(FORCED)


def show(model, started):
    figures = ', '.join(f'{what} {number}' for what, number in sorted(model.counts.items()))
    print(f'{time.monotonic() - started:.0f} s: {figures}', flush=True)


def run_clients_and_faults(clients, faults, seconds, model):
    """Run until the time has passed, or until there are many findings."""
    started = time.monotonic()
    for one in (*clients, *faults):
        one.thread.start()
    while time.monotonic() - started < seconds and len(model.findings) < MANY_FINDINGS:
        left = seconds - (time.monotonic() - started)
        time.sleep(max(min(60, left), 0))  # until the next figures
        show(model, started)
    for group in (faults, clients):
        for one in group:
            one.stopping.set()
        for one in group:
            one.thread.join()


def prepare(system, model, fixtures, server):
    """What clients need: the sports, an administrator, and known pictures. `server`: whose database can be written."""
    sports = read_sports(system)
    with server.sql() as sql:
        model.administrator = insert_user(sql, admin=1)
    learn_pictures(system, model, fixtures, sports)
    return sports


def main(build, directory, seconds, seed):
    print(f'seed {seed}, {seconds} s, {CLIENTS} clients', flush=True)
    model, fixtures = Model(), Fixtures(seed)
    started, crashes = time.monotonic(), seen_by_kernel()
    with System(directory, build, lambda text: note(model, text)) as system:
        sports = prepare(system, model, fixtures, system)
        clients = [Client(f'c{number}', seed, system, model, fixtures, sports)
                   for number in range(CLIENTS)]
        run_clients_and_faults(clients, [kind(seed, system, model) for kind in ALL], seconds, model)
        print('all faults have ended', flush=True)
        Checker(system, model, fixtures, sports, crashes).check_all(seconds)
        messages, copies = system.mail_server.mailbox.counts()
        model.count('mails', messages)
        model.count('mails sent again', copies)
        if model.findings:
            system.keep_files()
        forced = model.counts[FORCED]
    if model.counts[FORCED] > forced:
        model.finding('processes did not stop, although all faults had ended')
    show(model, started)
    print(f'seed {seed}: {len(model.findings)} findings')
    return 1 if model.findings else 0


if __name__ == '__main__':
    sys.exit(main(Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve(), int(sys.argv[3]),
                  int(sys.argv[4]) if len(sys.argv) > 4 else random.randrange(2**32)))
