"""The memory of the programs."""

from pathlib import Path

from tests.bench.gate import GATED
from tests.bench.logins import LOGIN, write_body
from tests.bench.measure import wrk
from tests.bench.people import NEW, USUAL_CROWD
from tests.bench.pictures import picture, upload_once
from tests.bench.site import PROFILE
from tests.harness.errors import StackError
from tests.harness.memory import private, pss
from tests.harness.population import PASSWORD
from tests.harness.tree import SERVICES
from tests.harness.waiting import poll

# What has each program do its usual work: (program, method, path), with the token of an account.
REQUESTS = (
    ('upload', 'DELETE', '/api/auth/picture'),
    ('export', 'GET', '/api/auth/account/export'),
    ('config', 'GET', '/api/config'),
    ('users', 'GET', f'/api/users/{NEW.username}'),
    ('oauth', 'GET', '/api/oauth/apps'),
    ('workouts', 'GET', '/api/workouts'),
    ('pages', 'GET', '/account/login'),
)
TIMES = 50  # enough for each process of a program to get some


def footprint(bench, site):
    """The memory of all programs, after each of them has served requests."""
    if not bench.wants('memory_mib'):
        return
    body = write_body(site, 'login', NEW.email, PASSWORD)
    crowd = site.profile_of(*USUAL_CROWD)
    wrk(site, PROFILE, *crowd, seconds=bench.seconds)
    wrk(site, GATED, *crowd, seconds=bench.seconds)
    upload_once(site, NEW, picture(20_000))
    wrk(site, f'/api/users/{NEW.username}/picture', seconds=bench.seconds)
    wrk(site, LOGIN, 'body', body, seconds=bench.seconds)
    use_all(site)
    register_some(site)
    wait_idle(site)
    bench.figures['memory_mib'] = print_memory(site)


def use_all(site):
    token = site.token(NEW.id)
    for program, method, path in REQUESTS:
        for _ in range(TIMES):
            answer = site.ask(method, path, token=token)
            if answer.status >= 500:
                raise StackError(f'the answer of {program} was {answer.status}: {answer.text}')


def register_some(site):
    for number in range(20):
        answer = site.ask('POST', '/api/auth/register', body={
            'username': f'later{number}', 'email': f'later{number}@example.com',
            'password': PASSWORD, 'accepted_policy': True})
        if answer.status != 200:
            raise StackError(f'the answer to a registration was {answer.status}: {answer.text}')


def wait_idle(site):
    """Wait until the worker has sent all e-mails and has become small. All requests have completed before."""
    def is_idle():
        return all(Path('/proc', str(pid), 'comm').read_text() == 'idle_worker\n'
                   for pid in site.stack.program_pids('worker'))
    if poll(is_idle, 120) is None:
        raise StackError(
            f'the worker did not send all e-mails: {site.stack.log_text("worker")[-3000:]}')


def print_memory(site):
    """Returns the sum, in MiB. PSS: a page that several processes share counts once."""
    total = 0
    print('\nMemory, idle after load (MiB)')
    for name in (*SERVICES, 'worker'):
        pids = all_processes(site.stack, name)
        memory = sum(pss(pid) for pid in pids)
        total += memory
        print(f'  {name:10}{memory:7.2f} PSS in {len(pids)} processes, '
              f'{sum(private(pid) for pid in pids):.2f} of it private')
    print(f'  total     {total:7.2f} PSS')
    return total


def all_processes(stack, name):
    """Those of a program that run in an installation: those that serve, and their parent; of the worker, one."""
    return stack.program_pids(name) if name == 'worker' else stack.daemons[name].members()
