"""Building archives under failures: workers that die, race or are asked to stop; full disks; jobs
that fail permanently, and how the administrator handles them."""

import os
import resource
import signal
import uuid
from contextlib import ExitStack, contextmanager

import pytest

from tests.harness.log import entries
from tests.harness.sql import root_sql
from tests.api.support.exports import SLOW_FILE
from tests.api.support.mail import Catcher
from tests.api.support.admin_command import Command
from tests.harness.people import insert_workout
from tests.api.support.waiting import until

ATTEMPTS = 8
MANY = 400
ENDLESS = 1 << 40  # bytes, of a file that takes an hour to compress


@pytest.fixture
def admin(programs, shared_scratch, exports):
    return Command(programs, shared_scratch, exports.settings)


@pytest.fixture
def waiting(exports):
    """A user with an export that waits for the worker."""
    user = exports.user()
    insert_workout(exports.sql, user.id)
    return exports.requested(user)


@pytest.fixture
def slow(exports):
    """A user with a waiting export that takes a while."""
    user = exports.user()
    exports.add_slow_file(user)
    return exports.requested(user)


def end(worker, seconds=60):
    """Wait until a process ends; returns its log."""
    return worker.communicate(timeout=seconds)[1].decode()


@contextmanager
def standing_still(worker):
    """Stop the worker for the duration of the block."""
    worker.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        worker.send_signal(signal.SIGCONT)


# ---- jobs without an export --------------------------------------------------------------------

@pytest.mark.parametrize('change', [
    'DELETE FROM users_data_export WHERE user_id = {}',
    'UPDATE users_data_export SET completed = 1 WHERE user_id = {}',
    "UPDATE users_data_export SET completed = 1, file_name = 'x' WHERE user_id = {}",
    'DELETE FROM users WHERE id = {}'])
def test_a_job_whose_export_is_completed_or_deleted_ends(exports, change):
    user = exports.requested(exports.user())
    exports.sql.run(change.format(user.id))
    before = exports.sql.rows('SELECT * FROM users_data_export')
    exports.work()
    assert exports.jobs() == [] and exports.files(user) == []
    assert exports.sql.rows('SELECT * FROM users_data_export') == before


@pytest.mark.parametrize('payload', ['', 'x', '{}', '[]', '{"export_id":1}', '{"export_id":0.5}'])
def test_a_job_that_cannot_be_read_is_given_up(exports, payload):
    exports.sql.run("INSERT INTO jobs (kind, payload, run_after, created_at) VALUES "
                    "('export', %s, UTC_TIMESTAMP(6), UTC_TIMESTAMP(6))", payload)
    exports.work()
    assert exports.job()['failed_at'] and exports.job()['last_error']


def test_the_option_only_export_builds_only_archives(exports, waiting):
    exports.sql.run("INSERT INTO jobs (kind, payload, run_after, created_at) VALUES "
                    "('cleanup', '{\"user_id\":2000000000}', UTC_TIMESTAMP(6), UTC_TIMESTAMP(6))")
    with exports.start('--once', '--only', 'export') as worker:
        end(worker)
    exports.is_successful(waiting)
    assert exports.sql.value("SELECT attempts FROM jobs WHERE kind = 'cleanup'") == 0
    exports.sql.run('DELETE FROM jobs')


# ---- mail --------------------------------------------------------------------------------------

def test_its_owner_is_notified_once(exports, slow, tmp_path):
    with Catcher(tmp_path / 'smtp') as server:
        exports.settings['EMAIL_URL'] = f'smtp://127.0.0.1:{server.port}'
        exports.work()
        exports.work()
        exports.is_successful(slow)
        assert [mail.recipients for mail in server.mails.all()] == [[slow.email]]


def test_with_sending_disabled_there_is_no_mail(exports, waiting):
    exports.work()
    exports.is_successful(waiting)
    assert exports.sql.value('SELECT COUNT(*) FROM jobs') == 0


# ---- workers that end --------------------------------------------------------------------------

def test_a_worker_killed_at_any_point_leaves_one_export(exports, slow):
    for size in (0, 1, SLOW_FILE // 8, SLOW_FILE // 2):
        with exports.start() as worker:
            exports.until_written(slow, size)
            worker.kill()
        for name in exports.files(slow):  # files that the sweep removes when they are old
            (exports.directory('exports', slow) / name).unlink()
        exports.make_due()
    exports.work()
    exports.is_successful(slow)


def test_a_worker_killed_before_the_commit_leaves_one_export(exports, waiting):
    """The archive has been renamed; the transaction waits for a lock of another connection."""
    directory = exports.directory('exports', waiting)
    with exports.sql.another() as other:
        other.run('START TRANSACTION')
        other.run('SELECT * FROM users_data_export WHERE user_id = %s FOR UPDATE', waiting.id)
        with exports.start() as worker:
            until(lambda: list(directory.glob('archive_*.zip')), 'the archive is in its place')
            worker.kill()
        other.run('ROLLBACK')
    first = exports.files(waiting)
    exports.make_due()
    exports.work()
    row = exports.row(waiting)
    assert set(exports.files(waiting)) == {*first, row['file_name']}
    for name in exports.files(waiting):
        os.utime(directory / name, (1, 1))
    exports.work()
    exports.is_successful(waiting)


def test_a_worker_asked_to_stop_releases_a_long_export(exports, slow):
    endless = exports.add_file(slow, 'endless.gpx', os.urandom(1 << 21))
    os.truncate(endless, ENDLESS)
    with exports.start() as worker:
        exports.until_written(slow, 1 << 20)
        worker.send_signal(signal.SIGTERM)
        end(worker)
    assert worker.returncode == 0
    os.unlink(endless)
    job = exports.job()
    assert (job['attempts'], job['owner'], job['waits']) == (0, None, 0)
    assert exports.files(slow) == [] and exports.row(slow)['completed'] == 0
    exports.work()
    exports.is_successful(slow)


# ---- several workers ---------------------------------------------------------------------------

def test_of_two_workers_on_one_job_one_completes_it(exports, slow):
    """The first worker is stopped until its lease has expired and another one has done the work."""
    with exports.start('--once') as first:
        exports.until_written(slow, 1 << 20)
        with standing_still(first):
            exports.make_due()
            exports.work()
            done = exports.row(slow)
            assert len(exports.files(slow)) == 2
        end(first)
    assert first.returncode == 0
    assert exports.row(slow) == done
    exports.is_successful(slow)


def test_a_worker_that_lost_its_lease_does_not_complete_the_export(exports, slow):
    """Another worker has the job and continues it."""
    other = uuid.uuid4().hex
    with exports.start('--once') as worker:
        exports.until_written(slow)
        exports.sql.run("UPDATE jobs SET owner = %s, "
                        "run_after = UTC_TIMESTAMP(6) + INTERVAL 2 MINUTE", other)
        end(worker)
    assert exports.job()['owner'] == other and exports.row(slow)['completed'] == 0
    assert exports.files(slow) == []


def test_many_workers_make_one_archive_for_each(exports):
    users = [exports.requested(exports.user()) for _ in range(10)]
    with ExitStack() as stack:
        workers = [stack.enter_context(exports.start('--once')) for _ in range(4)]
        for worker in workers:
            end(worker)
            assert worker.returncode == 0
    for user in users:
        exports.is_successful(user)


def test_a_user_deleted_meanwhile_leaves_nothing(exports, slow, admin):
    with exports.start('--once') as worker:
        exports.until_written(slow, 1 << 20)
        with standing_still(worker):
            admin.done('users', 'delete', f'#{slow.id}', '--yes')
        end(worker)
    exports.make_due()
    exports.work()
    assert exports.jobs() == [] and exports.files(slow) == []


# ---- failures ----------------------------------------------------------------------------------

def block(exports):
    """Make the creation of archives fail: a file takes the place of their directory."""
    path = exports.root / 'uploads' / 'exports'
    path.parent.mkdir(exist_ok=True)
    path.write_text('')
    return path


def test_a_failed_export_is_retried_and_the_reason_is_logged(exports, waiting, admin):
    path = block(exports)
    log = exports.work()
    job = exports.job()
    assert (job['attempts'], job['waits'], job['failed_at']) == (1, 1, None)
    assert 'Not a directory' in job['last_error'] and job['last_error'] in log
    assert job['last_error'] in admin.done('jobs', 'list')
    path.unlink()
    exports.make_due()
    exports.work()
    exports.is_successful(waiting)


def fail_for_good(exports):
    path = block(exports)
    for _ in range(ATTEMPTS):
        exports.make_due()
        exports.work()
    return path


def test_an_export_that_keeps_failing_is_given_up(exports, waiting, admin):
    fail_for_good(exports)
    row, job = exports.row(waiting), exports.job()
    assert (row['completed'], row['file_name'], row['file_size']) == (1, None, None)
    assert row['updated_at'] is not None
    assert job['failed_at'] and job['attempts'] == ATTEMPTS
    assert 'Not a directory' in admin.done('jobs', 'list', '--failed')
    assert exports.request(waiting).json()['message'] == 'completed request already exists'


def test_an_archive_that_cannot_be_committed_is_retried_for_that_reason(
        exports, stack, waiting, shared_scratch):
    with root_sql(stack, shared_scratch.name) as root:
        root.run("CREATE TRIGGER refuse BEFORE UPDATE ON users_data_export FOR EACH ROW "
                 "SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'no, thank you'")
        try:
            log = exports.work()
        finally:
            root.run('DROP TRIGGER refuse')
    job = exports.job()
    assert (job['attempts'], job['waits'], job['failed_at']) == (1, 1, None)
    assert 'no, thank you' in job['last_error'] and job['last_error'] in log
    assert exports.files(waiting) == []


def test_attempts_that_killed_the_worker_count(exports, waiting):
    exports.sql.run('UPDATE jobs SET attempts = %s', ATTEMPTS)
    exports.work()
    assert exports.job()['failed_at'] and exports.job()['last_error']
    assert exports.row(waiting)['completed'] == 1


def test_a_full_disk_fails_the_export(exports, slow):
    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20))

    log = exports.work(preexec_fn=limit)
    assert ': File too large' in exports.job()['last_error']
    assert 'File too large' in log
    assert exports.files(slow) == []


def test_a_full_disk_for_the_data_fails_the_export(exports):
    user = exports.user()
    for _ in range(MANY):
        insert_workout(exports.sql, user.id, notes='x' * 500)
    exports.requested(user)
    exports.work(preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 17, 1 << 17)))
    assert ': File too large' in exports.job()['last_error']
    assert exports.files(user) == []


def test_without_an_upload_directory_no_archive_can_be_made(exports, waiting):
    exports.work(settings={'UPLOAD_FOLDER': ''})
    assert 'UPLOAD_FOLDER' in exports.job()['last_error']


# ---- the administrator -------------------------------------------------------------------------

def test_a_retried_job_puts_its_export_in_progress_again(exports, waiting, admin):
    path = fail_for_good(exports)
    admin.done('jobs', 'retry', exports.job()['id'])
    assert exports.row(waiting)['completed'] == 0
    assert (exports.job()['attempts'], exports.job()['failed_at']) == (0, None)
    path.unlink()
    exports.work()
    exports.is_successful(waiting)


def test_retrying_all_resumes_failed_exports_alone(exports, admin):
    users = [exports.requested(exports.user()) for _ in range(2)]
    fail_for_good(exports).unlink()
    done = exports.user()
    exports.requested(done)
    exports.sql.run("UPDATE jobs SET run_after = UTC_TIMESTAMP(6) WHERE failed_at IS NULL")
    exports.work()
    before = exports.row(done)
    exports.sql.run("INSERT INTO jobs (kind, payload, run_after, created_at, failed_at) VALUES "
                    "('export', 'x', UTC_TIMESTAMP(6), UTC_TIMESTAMP(6), UTC_TIMESTAMP(6))")
    admin.done('jobs', 'retry', '--all')
    assert [exports.row(user)['completed'] for user in users] == [0, 0]
    assert exports.row(done) == before
    exports.sql.run("DELETE FROM jobs WHERE payload = 'x'")
    exports.work()
    for user in users:
        exports.is_successful(user)


def test_a_dropped_job_ends_its_export(exports, waiting, admin):
    admin.done('jobs', 'drop', exports.job()['id'])
    row = exports.row(waiting)
    assert (row['completed'], row['file_name']) == (1, None) and exports.jobs() == []


def test_a_job_dropped_while_it_runs_leaves_nothing(exports, slow, admin):
    with exports.start('--once') as worker:
        exports.until_written(slow, 1 << 20)
        with standing_still(worker):
            admin.done('jobs', 'drop', exports.job()['id'])
        end(worker)
    assert exports.files(slow) == [] and exports.row(slow)['file_name'] is None
    assert exports.row(slow)['completed'] == 1


def test_the_progress_can_be_followed(exports, waiting, admin):
    shown = admin.object('jobs', 'show', exports.job()['id'])
    assert shown['progress'] is None
    exports.sql.run('UPDATE jobs SET progress = 42')
    assert '42 %' in admin.done('jobs', 'show', exports.job()['id'])


# ---- the sweep ---------------------------------------------------------------------------------

def test_old_files_without_an_export_are_removed(exports, waiting):
    exports.work()
    archive = exports.is_successful(waiting)
    gone = exports.user()
    for user in (waiting, gone):
        exports.add_file(user, 'archive_old.zip', category='exports')
        exports.add_file(user, '.x.tmp', category='exports')
        exports.add_file(user, 'young.tmp', category='exports')
        for name in exports.files(user):
            if name != 'young.tmp':
                os.utime(exports.directory('exports', user) / name, (1, 1))
    exports.work()
    assert exports.files(waiting) == sorted([archive.name, 'young.tmp'])
    assert exports.files(gone) == ['young.tmp']


def test_an_archive_that_is_about_to_be_committed_stays_whatever_its_age(exports, waiting):
    exports.add_file(waiting, 'archive_new.zip', category='exports')
    os.utime(exports.directory('exports', waiting) / 'archive_new.zip', (1, 1))
    exports.work('--only', 'cleanup')
    assert exports.files(waiting) == ['archive_new.zip']
    exports.work()
    archive = exports.is_successful(waiting)
    exports.work()
    assert exports.files(waiting) == [archive.name]


def test_the_sweep_leaves_other_directories(exports, tmp_path):
    elsewhere = tmp_path / 'elsewhere'
    elsewhere.mkdir()
    root = tmp_path / 'uploads' / 'exports'
    (root / 'notes').mkdir(parents=True)
    (root / '2000000000').symlink_to(elsewhere)
    (root / '2000000001' / 'directory').mkdir(parents=True)
    kept = [
        elsewhere /
        'x',
        root /
        'notes' /
        'x',
        root /
        'x',
        root /
        '2000000001' /
        'directory' /
        'x']
    for path in kept:
        path.write_text('x')
        os.utime(path, (1, 1))
    exports.work()
    assert all(path.exists() for path in kept)


def test_a_sweep_that_cannot_read_the_directory_reports_it(exports):
    block(exports)
    messages = [line['message'] for line in entries(exports.work(), level='warning')]
    assert messages == ['could not open directory "exports": Not a directory']


def test_a_sweep_without_any_export_is_silent(exports):
    assert 'archives' not in exports.work()
