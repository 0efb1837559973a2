#!/usr/bin/python3
"""Break a running Fitgate in every way for so long, and see that nothing is lost: run.py BUILD FOLDER SECONDS [SEED].

Clients use all of the API and keep a model of what was accepted (model.py, clients.py); meanwhile processes
are killed, the database is restarted, networks are cut, disks filled, mail refused, clocks stepped (faults.py). At
the end everything is held against the model (verdict.py). The sequence of the faults of each kind, and what
each client wants to do, follow from the seed; when they meet does not.
"""

import random
import sys
import time
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(SOURCE), str(SOURCE / 'tests/api')]

from clients import Client, accepted  # noqa: E402
from faults import ALL  # noqa: E402
from gallery import Gallery  # noqa: E402
from model import Model  # noqa: E402
from support import pictures  # noqa: E402
from verdict import Verdict, seen_by_kernel  # noqa: E402
from victim import Victim  # noqa: E402

from scripts.stack import poll  # noqa: E402

CLIENTS = 14
MANY_FINDINGS = 20  # after which it is not worth going on


def read_sports(victim):
    """{sport: (color, active, threshold) as a user sees it who never changed it}"""
    with victim.sql() as sql:
        rows = sql.rows('SELECT id, is_active, stopped_speed_threshold FROM sports ORDER BY id')
    return {row['id']: (None, bool(row['is_active']), float(row['stopped_speed_threshold']))
            for row in rows}


def learn_pictures(victim, model, gallery, sports):
    """By an account that is there for nothing else."""
    client = Client('first', 0, victim, model, gallery, sports)
    account = client.register()
    assert poll(lambda: client.confirm(account), 60), 'nobody can register even without faults'
    for number, (extension, octets) in enumerate(gallery.originals):
        body, headers = pictures.form(pictures.part('file', octets, f'a.{extension}'))
        answer = client.write(account, [(account.picture, number)], 'POST', pictures.PATH,
                              body=body, headers=headers)
        assert accepted(answer), answer
        gallery.learn(number, client.ask('GET', f'/api/users/{account.username}/picture').body)


FORCED = 'ended by force only'


def note(model, text):
    """What the stack says: one that works at a request may wait for a database that does not answer."""
    if 'did not stop' in text:
        model.count(FORCED)


def show(model, started):
    figures = ', '.join(f'{what} {number}' for what, number in sorted(model.counts.items()))
    print(f'{time.monotonic() - started:.0f} s: {figures}', flush=True)


def let_them_fight(clients, faults, seconds, model):
    """Until the time is up, or there is too much to report."""
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


def main(build, folder, seconds, seed):
    print(f'seed {seed}, {seconds} s, {CLIENTS} clients', flush=True)
    model, gallery = Model(), Gallery(seed)
    started, crashes = time.monotonic(), seen_by_kernel()
    with Victim(folder, build, lambda text: note(model, text)) as victim:
        sports = read_sports(victim)
        learn_pictures(victim, model, gallery, sports)
        clients = [Client(f'c{number}', seed, victim, model, gallery, sports)
                   for number in range(CLIENTS)]
        let_them_fight(clients, [kind(seed, victim, model) for kind in ALL], seconds, model)
        print('all faults have ended', flush=True)
        Verdict(victim, model, gallery, sports, crashes).pass_judgement(seconds)
        messages, copies = victim.smtp.mailbox.counts()
        model.count('mails', messages)
        model.count('mails sent again', copies)
        if model.findings:
            victim.keep_files()
        forced = model.counts[FORCED]
    if model.counts[FORCED] > forced:
        model.finding('somebody was stuck: not all could be stopped, though nothing was in their way')
    show(model, started)
    print(f'seed {seed}: {len(model.findings)} findings')
    return 1 if model.findings else 0


if __name__ == '__main__':
    sys.exit(main(Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve(), int(sys.argv[3]),
                  int(sys.argv[4]) if len(sys.argv) > 4 else random.randrange(2**32)))
