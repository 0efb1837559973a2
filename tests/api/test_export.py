"""The data export (contract §6.19): request, state and download."""

import io
import zipfile
from datetime import timedelta

import pytest

from tests.harness.answers import error, exact
from tests.harness.exports import NO_ARCHIVE, REQUEST, STATUS, file_path
from tests.harness.people import insert_user, insert_workout, now, unique
from tests.api.support.profile import date_text
from tests.api.support.scoped import oauth2_token
from tests.api.support.waiting import until

ONGOING = error('ongoing request exists')
RECENT = error('completed request already exists')
DAY = timedelta(hours=24)
PATHS = [('GET', STATUS), ('POST', REQUEST), ('GET', file_path('x.zip'))]


@pytest.fixture
def insert_export(db):
    """Insert a row into users_data_export: insert_export(user, age=..., any column=...)."""
    def insert(user, age=timedelta(), **columns):
        return db.insert('users_data_export',
                         **{'user_id': user.id, 'created_at': now() - age, **columns})
    return insert


@pytest.fixture
def insert_archive(stack, insert_export):
    """Insert a completed export with its file; returns (name, content)."""
    def insert(user, content=b'PK and more', **columns):
        name = f'archive_{unique()}.zip'
        directory = stack.upload_folder / 'uploads' / 'exports' / str(user.id)
        directory.mkdir(parents=True, exist_ok=True)
        (directory / name).write_bytes(content)
        insert_export(user, completed=1, file_name=name, file_size=len(content), **columns)
        return name, content
    return insert


@pytest.fixture
def export_row(db):
    return lambda user: db.row('SELECT * FROM users_data_export WHERE user_id = %s', user.id)


def state(row, status, file_name=None, file_size=None):
    return (200, {'status': 'success', 'request': {
        'created_at': date_text(row['created_at']), 'file_name': file_name,
        'file_size': file_size, 'status': status}})


# ---- state -------------------------------------------------------------------------------------

def test_without_a_request_there_is_no_export(api, token):
    exact(api.get(STATUS, token=token), (200, {'status': 'success', 'request': None}))


@pytest.mark.parametrize('columns, status', [
    ({}, 'in_progress'),
    ({'file_name': 'x.zip', 'file_size': 3}, 'in_progress'),
    ({'completed': 1}, 'errored'),
    ({'completed': 1, 'file_name': '', 'file_size': 3}, 'errored')])
def test_only_a_successful_export_names_its_file(api, user, token, insert_export, export_row,
                                                 columns, status):
    insert_export(user, **columns)
    exact(api.get(STATUS, token=token), state(export_row(user), status))


@pytest.mark.parametrize('size', [0, 1, 2 ** 31, 2 ** 40 + 1])
def test_a_successful_export_names_its_file_and_its_size(api, user, token, insert_export,
                                                         export_row, size):
    insert_export(user, completed=1, file_name='archive_x.zip', file_size=size)
    exact(api.get(STATUS, token=token),
          state(export_row(user), 'successful', 'archive_x.zip', size))


def test_the_export_of_another_user_is_not_shown(api, make_user, token, insert_export):
    insert_export(make_user(), completed=1, file_name='archive_x.zip', file_size=1)
    exact(api.get(STATUS, token=token), (200, {'status': 'success', 'request': None}))


# ---- request -----------------------------------------------------------------------------------

def test_a_request_is_in_progress(api_without_mail, db_without_mail, minter):
    user = insert_user(db_without_mail)
    token = minter.token(user.id)
    answer = api_without_mail.post(REQUEST, token=token)
    row = db_without_mail.row('SELECT * FROM users_data_export WHERE user_id = %s', user.id)
    exact(answer, state(row, 'in_progress'))
    exact(api_without_mail.get(STATUS, token=token), state(row, 'in_progress'))
    assert abs(row['created_at'] - now()) < timedelta(minutes=1)
    jobs = db_without_mail.rows("SELECT payload FROM jobs WHERE kind = 'export' AND "
                                "JSON_VALUE(payload, '$.user_id') = %s", user.id)
    assert [job['payload'] for job in jobs] == [
        f'{{"export_id":{row["id"]},"user_id":{user.id}}}']


@pytest.mark.parametrize('age', [timedelta(), timedelta(days=400)])
def test_while_an_export_is_in_progress_another_request_is_refused(
        api, user, token, insert_export, export_row, age):
    insert_export(user, age)
    before = export_row(user)
    exact(api.post(REQUEST, token=token), ONGOING)
    assert export_row(user) == before


@pytest.mark.parametrize('columns', [{}, {'file_name': 'archive_x.zip', 'file_size': 3}],
                         ids=['errored', 'successful'])
def test_within_a_day_of_an_export_another_request_is_refused(
        api, user, token, insert_export, export_row, columns):
    insert_export(user, DAY - timedelta(seconds=60), completed=1, **columns)
    before = export_row(user)
    exact(api.post(REQUEST, token=token), RECENT)
    assert export_row(user) == before


@pytest.mark.parametrize('columns', [{}, {'file_name': 'archive_gone.zip', 'file_size': 3}],
                         ids=['errored', 'successful'])
def test_after_a_day_another_export_can_be_requested(
        api, user, token, insert_export, export_row, columns):
    old = insert_export(user, DAY, completed=1, **columns)
    assert api.post(REQUEST, token=token).status == 200
    assert export_row(user)['id'] != old


def test_the_old_archive_is_removed_with_its_row(api, stack, user, token, insert_archive):
    name, _content = insert_archive(user, age=DAY)
    path = stack.upload_folder / 'uploads' / 'exports' / str(user.id) / name
    assert path.exists()
    assert api.post(REQUEST, token=token).status == 200
    assert not path.exists()


def test_the_export_of_another_user_changes_nothing(api, make_user, token, insert_export,
                                                    export_row):
    other = make_user()
    insert_export(other)
    before = export_row(other)
    assert api.post(REQUEST, token=token).status == 200
    assert export_row(other) == before


@pytest.mark.parametrize('content, content_type', [
    (b'', None), (b'{', 'application/json'), (b'[1]', 'application/json'), (b'x', 'text/plain')])
def test_the_body_of_a_request_is_ignored(api, token, content, content_type):
    headers = {'Content-Type': content_type} if content_type else {}
    assert api.post(REQUEST, data=content, headers=headers, token=token).status == 200


@pytest.mark.parametrize('old', [False, True], ids=['first', 'another'])
def test_of_concurrent_requests_one_succeeds(api, db, make_user, minter, insert_export,
                                             in_parallel, old):
    for _ in range(5):
        user = make_user()
        if old:
            insert_export(user, DAY, completed=1)
        token = minter.token(user.id)
        answers = in_parallel([lambda: api.post(REQUEST, token=token)] * 4)
        assert sorted(answer.status for answer in answers) == [200, 400, 400, 400]
        # the worker can already have finished
        for answer in answers:
            assert answer.status == 200 or answer.json() in (ONGOING[1], RECENT[1])
        assert db.value('SELECT COUNT(*) FROM users_data_export WHERE user_id = %s', user.id) == 1


# ---- download ----------------------------------------------------------------------------------

def test_the_archive_with_its_headers(api, user, token, insert_archive):
    name, content = insert_archive(user)
    answer = api.get(file_path(name), token=token)
    assert (answer.status, answer.body) == (200, content)
    assert answer.headers['Content-Type'] == 'application/zip'
    assert answer.headers['Content-Disposition'] == f'attachment; filename={name}'
    assert answer.headers['Content-Length'] == str(len(content))
    assert answer.headers['Cache-Control'] == 'private, no-store'
    assert answer.headers['Last-Modified'] and answer.headers['ETag']
    assert answer.headers['X-Content-Type-Options'] == 'nosniff'
    assert 'X-Accel-Redirect' not in answer.headers


def test_head_has_the_headers_alone(api, user, token, insert_archive):
    name, content = insert_archive(user)
    answer = api.request('HEAD', file_path(name), token=token)
    assert (answer.status, answer.body) == (200, b'')
    assert answer.headers['Content-Length'] == str(len(content))
    assert answer.headers['Content-Type'] == 'application/zip'


@pytest.mark.parametrize('wanted, status, part', [
    ('bytes=0-3', 206, b'0123'), ('bytes=5-', 206, b'56789'), ('bytes=-2', 206, b'89'),
    ('bytes=100-', 416, None)])
def test_a_download_can_be_resumed(api, user, token, insert_archive, wanted, status, part):
    name, _content = insert_archive(user, b'0123456789')
    answer = api.get(file_path(name), token=token, headers={'Range': wanted})
    assert answer.status == status
    if part is not None:
        assert answer.body == part
        assert answer.headers['Content-Range'].endswith('/10')


def test_an_archive_that_is_known_is_not_sent_again(api, user, token, insert_archive):
    name, _content = insert_archive(user)
    tag = api.get(file_path(name), token=token).headers['ETag']
    assert api.get(file_path(name), token=token, headers={'If-None-Match': tag}).status == 304


def test_under_cgi_the_program_sends_the_archive(programs, user, token, insert_archive):
    name, content = insert_archive(user, b'\0\1\2' * 100000)
    answer = programs.cgi('GET', file_path(name), token=token)
    assert (answer.status, answer.body) == (200, content)
    assert answer.headers['Content-Type'] == 'application/zip'
    assert answer.headers['Content-Disposition'] == f'attachment; filename={name}'


def test_only_its_owner_gets_an_archive(api, make_user, minter, user, insert_archive):
    name, _content = insert_archive(user)
    other = make_user()
    insert_archive(other)
    exact(api.get(file_path(name), token=minter.token(other.id)), NO_ARCHIVE)
    exact(api.get(file_path(name), token=minter.token(make_user(admin=1).id)), NO_ARCHIVE)


@pytest.mark.parametrize('asked', ['request', 'archive', '{name}x', 'x{name}', '{upper}',
                                   '.htaccess', 'a%20b', '%C3%A9', '{name}%0A'])
def test_only_the_name_of_the_archive_is_found(api, user, token, insert_archive, asked):
    name, _content = insert_archive(user)
    exact(api.get(file_path(asked.format(name=name, upper=name.upper())), token=token), NO_ARCHIVE)


def test_a_name_with_an_encoded_slash_is_an_unknown_path(api, token):
    answer = api.get(file_path('a%2Fb.zip'), token=token)
    assert answer.status == 404 and 'data' not in answer.json()


@pytest.mark.parametrize('columns', [{'completed': 0}, {'file_name': None}, {'file_name': ''}])
def test_without_a_successful_export_there_is_no_file(api, db, user, token, insert_archive,
                                                      columns):
    name, _content = insert_archive(user)
    names = ', '.join(f'{column} = %s' for column in columns)
    db.run(f'UPDATE users_data_export SET {names} WHERE user_id = %s', *columns.values(), user.id)
    exact(api.get(file_path(name), token=token), NO_ARCHIVE)


def test_an_archive_whose_file_is_missing_is_not_found(api, stack, user, token, insert_archive):
    name, _content = insert_archive(user)
    (stack.upload_folder / 'uploads' / 'exports' / str(user.id) / name).unlink()
    exact(api.get(file_path(name), token=token), NO_ARCHIVE)


def test_no_link_is_followed(api, stack, user, token, insert_archive, tmp_path):
    name, _content = insert_archive(user)
    path = stack.upload_folder / 'uploads' / 'exports' / str(user.id) / name
    path.unlink()
    (tmp_path / 'elsewhere').write_text('x')
    path.symlink_to(tmp_path / 'elsewhere')
    exact(api.get(file_path(name), token=token), NO_ARCHIVE)


# ---- scopes ------------------------------------------------------------------------------------

@pytest.mark.parametrize('call', PATHS, ids=' '.join)
@pytest.mark.parametrize('scope, status', [
    ('profile:read workouts:read', True), ('workouts:read x profile:read', True),
    ('profile:read', False), ('workouts:read', False), ('profile:write workouts:write', False),
    ('', False)])
def test_both_scopes_are_needed(api, db, user, call, scope, status):
    answer = api.request(*call, token=oauth2_token(db, user.id, scope).text)
    assert (answer.status != 403) == status


# ---- from request to download ------------------------------------------------------------------

def test_from_the_request_to_the_download(api, db, stack, user, token, mail_for):
    """With the worker, the mail, and the file."""
    insert_workout(db, user.id)
    assert api.post(REQUEST, token=token).status == 200

    def export():
        return api.get(STATUS, token=token).json()['request']

    until(lambda: export()['status'] == 'successful', 'the worker has built the archive')
    done = export()
    answer = api.get(file_path(done['file_name']), token=token)
    assert answer.status == 200 and len(answer.body) == done['file_size']
    with zipfile.ZipFile(io.BytesIO(answer.body)) as archive:
        assert archive.namelist() == ['user_data.json', 'user_security_data.json',
                                      'user_workouts_data.json']
        assert archive.testzip() is None
    mail = mail_for(user.email)
    assert f'{stack.settings["UI_URL"]}/profile/edit/account' in mail.text
    exact(api.post(REQUEST, token=token), RECENT)
