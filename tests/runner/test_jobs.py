"""Running jobs: which of them count as hung."""

import re
from concurrent.futures import ProcessPoolExecutor

import pytest

from tests.runner.jobs import HUNG, Job, Runner, Silence


def run_job(directory, command, limit):
    job = Job('job', 'part', ['sh', '-c', command])
    with Runner([job], 1, directory, lambda _job: None, limit) as runner:
        runner.run()
    return job


@pytest.fixture
def run(tmp_path):
    """Run a shell command as the only job; returns the job that has ended. In a process of its own: a runner
    changes what signals do, and ends all descendants of its process."""
    with ProcessPoolExecutor(max_workers=1) as pool:
        yield lambda command, limit: pool.submit(run_job, tmp_path, command, limit).result()


def test_a_log_that_grows_is_not_silent_however_long_the_job_runs(tmp_path):
    log = tmp_path / 'log'
    log.touch()
    silence = Silence(log)
    for now in range(0, 100_000, 1000):
        log.write_text(log.read_text() + '.')
        assert silence.seconds(now) == 0


def test_a_log_is_silent_since_it_last_grew(tmp_path):
    log = tmp_path / 'log'
    log.write_text('.')
    silence = Silence(log)
    assert [silence.seconds(now) for now in (1000, 1300)] == [0, 300]
    log.write_text('..')
    assert [silence.seconds(now) for now in (1400, 1450)] == [0, 50]


def test_a_job_that_prints_nothing_is_ended_and_fails(run):
    job = run('exec sleep infinity', limit=0)
    assert (job.status, job.passed, job.failed) == (HUNG, 0, 1)
    assert re.search('no output for 0 seconds: sending SIGTERM$', job.log.read_text(), re.MULTILINE)


def test_a_hung_job_fails_even_if_it_ends_without_an_error(run):
    job = run('trap "exit 0" TERM; sleep infinity & wait', limit=0)
    assert (job.status, job.passed, job.failed) == (HUNG, 0, 1)


def test_a_job_that_ends_in_time_keeps_its_status(run):
    assert run('exit 0', limit=600).status == 0
