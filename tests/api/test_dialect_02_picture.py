"""Dialect 0.2: the picture of an account (dialects §4.7 to §4.9); 0.6 equals 0.7."""

import pytest

from tests.harness.answers import exact, is_bad_scope
from tests.api.support.dialects import ALL, BOTH, DIALECTS
from tests.harness.pictures import PATH, PICTURES, Store, form, gif, padded_form, part, png, upload
from tests.harness.people import unique, user_row
from tests.api.support.profile import expected_profile_02
from tests.api.support.scoped import oauth2_token

DIALECT = DIALECTS['0.2']
NO_PICTURE = (404, {'status': 'not found', 'message': 'No picture.'})
NO_USER = (404, {'status': 'fail', 'message': 'User does not exist.'})
KIB = 1024


def fail(message, status=400):
    return status, {'status': 'fail', 'message': message}


def too_large(limit):
    return fail(f'Error during picture update: file size exceeds {limit}.', 413)


@pytest.fixture
def api(api_02):
    """Requests in this file are made in 0.2, unless a test uses another client."""
    return api_02


@pytest.fixture
def store(stack, db):
    return Store(stack.upload_folder, db)


@pytest.fixture
def send(api, token):
    """POST a form with the token of `user`."""
    def post(body, headers):
        return api.post(PATH, data=body, headers=headers, token=token)
    return post


@pytest.fixture
def is_updated(db, user):
    def check(answer):
        exact(answer, (200, {'data': expected_profile_02(db, user.id), 'status': 'success',
                             'message': 'User picture updated.'}))
        assert answer.json()['data']['picture'] is True
    return check


def picture_of(account):
    return f'/api/users/{account.id}/picture'


# ---- uploading -----------------------------------------------------------------------------------

@pytest.mark.parametrize('kind', PICTURES)
def test_a_picture_is_stored_and_the_profile_shown(api, token, store, user, is_updated, kind):
    is_updated(upload(api, token, PICTURES[kind](), f'avatar.{kind}'))
    assert store.row(user) == f'pictures/{user.id}/avatar.{kind}'
    assert store.current(user)


def test_the_second_replaces_the_first(api, token, store, user, is_updated):
    is_updated(upload(api, token, png(), 'first.png'))
    is_updated(upload(api, token, gif(), 'second.gif'))
    assert store.names(user) == ['second.gif']


def test_it_keeps_sessions_and_changes_nothing_else(api, db, token, user):
    before = user_row(db, user)
    assert upload(api, token, png()).status == 200
    after = user_row(db, user)
    assert {name for name in after if after[name] != before[name]} == {'picture'}


@pytest.mark.parametrize(('body', 'headers'), [
    (b'', {}), (b'', {'Content-Type': 'multipart/form-data; boundary=x'}),
    (b'{"file": "x"}', {'Content-Type': 'application/json'}),
    (b'x', {'Content-Type': 'multipart/form-data'}),
    form(part('file', b'x')), form(part('other', b'x', 'a.png')), form(),
    form(part('file', png(), 'a.png'), end=False)],
    ids=['nothing', 'no part', 'JSON', 'no boundary', 'no file name', 'another name', 'only the end',
         'no end'])
def test_a_missing_file_part_is_reported(send, store, user, body, headers):
    exact(send(body, headers), fail('No file part.'))
    assert store.row(user) is None


def test_an_empty_file_name_is_refused(send):
    exact(send(*form(part('file', png(), ''))), fail('No selected file.'))


@pytest.mark.parametrize('name', ['a', 'a.', 'a.bmp', 'a.jpe', 'png', 'a.png.exe', 'a.png '])
def test_another_extension_is_refused(send, store, user, name):
    exact(send(*form(part('file', png(), name))), fail('File extension not allowed.'))
    assert store.row(user) is None


@pytest.mark.parametrize('data', [b'', b'x', b'\x89PNG\r\n\x1a\n', png()[:-20], gif()],
                         ids=['nothing', 'x', 'signature', 'cut', 'GIF'])
def test_a_file_that_does_not_match_its_extension_is_refused(send, store, user, data):
    exact(send(*form(part('file', data, 'a.png'))), fail('Invalid file.'))
    assert store.row(user) is None


def test_a_request_over_the_limit_of_a_file_is_refused_by_the_limit_alone(send, app_config, store,
                                                                          user, is_updated):
    app_config(max_single_file_size=KIB)
    exact(send(*padded_form(png(), 'a.png', KIB + 1)), too_large('1.0KB'))
    assert store.row(user) is None
    is_updated(send(*padded_form(png(), 'a.png', KIB)))


def test_a_request_over_the_limit_of_an_archive_is_refused_whatever_it_is(send, app_config):
    app_config(max_zip_file_size=2 * KIB)
    exact(send(*padded_form(png(), 'a.bmp', 2 * KIB + 1)), too_large('2.0KB'))
    exact(send(b'x' * (2 * KIB + 1), {'Content-Type': 'text/plain'}), too_large('2.0KB'))


def test_configured_limits_are_shown_in_megabytes(send):
    exact(send(*padded_form(png(), 'a.png', KIB * KIB + 1)), too_large('1.0MB'))
    exact(send(*padded_form(png(), 'a.png', 10 * KIB * KIB + 1)), too_large('10.0MB'))


def test_a_bad_extension_is_reported_before_the_size(send, app_config):
    app_config(max_single_file_size=KIB)
    exact(send(*padded_form(png(), 'a.bmp', KIB + 1)), fail('File extension not allowed.'))


def test_authentication_is_checked_before_the_body(api, minter, user, db):
    for body, headers in ((b'x', {}), form(part('file', png(), 'a.png'))):
        def post(**options):
            return api.post(PATH, data=body, headers=headers, **options)

        DIALECT.refuses(post(), DIALECT.no_auth)
        DIALECT.refuses(post(token='x'), DIALECT.bad_token)
        DIALECT.refuses(post(token=minter.token(user.id, exp=1)), DIALECT.expired)
        DIALECT.refuses(post(token=oauth2_token(db, user.id).text), DIALECT.bad_token)


def test_in_06_it_needs_the_scope(api_06, db, user):
    is_bad_scope(upload(api_06, oauth2_token(db, user.id, 'profile:read').text, png()))
    exact(upload(api_06, oauth2_token(db, user.id, 'profile:write').text, png()),
          (200, {'status': 'success', 'message': 'user picture updated'}))


def test_a_picture_that_cannot_be_stored_is_an_error(programs, tmp_path, token, store, user):
    """There is a file in place of the directory of uploads."""
    (tmp_path / 'file').write_bytes(b'')
    body, headers = form(part('file', png(), 'a.png'))
    answer = programs.cgi('POST', PATH, data=body, token=token, program='upload',
                          settings={'UPLOAD_FOLDER': str(tmp_path / 'file')},
                          parameters={'API_DIALECT': '0.2',
                                      'CONTENT_TYPE': headers['Content-Type']})
    exact(answer, fail('Error during picture update.', 500))
    assert store.row(user) is None


# ---- deleting ------------------------------------------------------------------------------------

def test_a_picture_is_deleted(api, token, store, user):
    assert upload(api, token, png()).status == 200
    for _ in range(2):
        answer = api.request('DELETE', PATH, token=token)
        assert (answer.status, answer.body) == (204, b'')
        assert store.row(user) is None and store.names(user) == []
    exact(api.get(picture_of(user)), NO_PICTURE)


def test_a_picture_that_cannot_be_deleted_is_an_error(programs, tmp_path, token, store, user):
    store.put(user, 'a.png', png())
    (tmp_path / 'file').write_bytes(b'')
    answer = programs.cgi('DELETE', PATH, token=token, program='upload',
                          settings={'UPLOAD_FOLDER': str(tmp_path / 'file')},
                          parameters={'API_DIALECT': '0.2'})
    exact(answer, fail('Error during picture deletion.', 500))
    assert store.row(user) is not None


# ---- showing -------------------------------------------------------------------------------------

@pytest.mark.parametrize('kind', PICTURES)
def test_a_picture_is_shown_to_all_by_the_number_of_the_account(api, token, store, user, kind):
    assert upload(api, token, PICTURES[kind](), f'avatar.{kind}').status == 200
    answer = api.get(picture_of(user))
    assert (answer.status, answer.body) == (200, store.current(user))
    content_type = {'jpg': 'image/jpeg', 'png': 'image/png', 'gif': 'image/gif'}[kind]
    assert answer.headers['Content-Type'] == content_type
    assert answer.headers['X-Content-Type-Options'] == 'nosniff'
    assert answer.headers['Content-Security-Policy'] == "default-src 'none'; sandbox"
    again = api.get(picture_of(user), headers={'If-None-Match': answer.headers['ETag']})
    assert (again.status, again.body) == (304, b'')


def test_a_part_of_a_picture_can_be_asked_for(api, token, store, user):
    assert upload(api, token, PICTURES['png'](), 'avatar.png').status == 200
    piece = api.get(picture_of(user), headers={'Range': 'bytes=0-3'})
    assert (piece.status, piece.body) == (206, store.current(user)[:4])


@pytest.mark.parametrize('number', ['2000000000', '0', '-1'])
def test_an_unknown_number_is_not_a_user(api, number):
    exact(api.get(f'/api/users/{number}/picture'), NO_USER)


@pytest.mark.parametrize('name', ['abc', '1x', 'x1', '1.0', '0x1', '1%20', '1%0A', '%EF%BC%91'])
def test_a_user_id_that_is_not_a_number_has_no_picture(api, name):
    exact(api.get(f'/api/users/{name}/picture'), NO_PICTURE)


def test_a_number_beyond_all_is_not_found(api):
    assert api.get(f'/api/users/{"9" * 40}/picture').status == 404


def test_without_a_picture_or_its_file_nothing_is_found(api, store, user):
    exact(api.get(picture_of(user)), NO_PICTURE)
    store.put(user, 'a.png', png())
    (store.of(user) / 'a.png').unlink()
    exact(api.get(picture_of(user)), NO_PICTURE)


def test_the_username_is_for_the_others_and_the_number_for_02(api_in, make_user, store):
    first = make_user()
    second = make_user(username=str(first.id) + '0' * 6)
    third = make_user(username=unique())
    for account in (first, second):
        store.put(account, 'a.png', png())
    for name in BOTH:
        client = api_in(name)
        for account in (first, second):
            answer = client.get(f'/api/users/{account.username}/picture')
            assert (answer.status, answer.body) == (200, store.current(account))
        exact(client.get(f'/api/users/{third.username}/picture'), NO_PICTURE)
        exact(client.get(f'/api/users/{unique()}/picture'),
              (404, {'status': 'not found', 'message': 'user does not exist'}))
    answer = api_in('0.2').get(picture_of(first))
    assert answer.body == store.current(first)
    exact(api_in('0.2').get(f'/api/users/{second.username}/picture'), NO_USER)
    exact(api_in('0.2').get(f'/api/users/{third.username}/picture'), NO_PICTURE)


def test_pictures_of_inactive_accounts_are_shown_too(api, make_user, store):
    account = make_user(active=False)
    store.put(account, 'a.png', png())
    assert api.get(picture_of(account)).status == 200


@pytest.mark.parametrize('name', ALL)
def test_a_picture_stored_in_one_dialect_is_shown_in_all(api_in, token, store, user, name):
    assert upload(api_in(name), token, png()).status == 200
    for other in ALL:
        path = picture_of(user) if other == '0.2' else f'/api/users/{user.username}/picture'
        assert api_in(other).get(path).body == store.current(user)
        data = api_in(other).get('/api/auth/profile', token=token).json()['data']
        assert data['picture'] is True


# ---- 0.6 -----------------------------------------------------------------------------------------

def test_06_has_the_messages_of_07(api_in, token, app_config):
    app_config(max_single_file_size=KIB, max_zip_file_size=2 * KIB)
    uploads = [(b'', {}), form(part('file', b'x')), form(part('file', png(), '')),
               form(part('file', png(), 'a.bmp')), form(part('file', b'x', 'a.png')),
               padded_form(png(), 'a.png', 1229), padded_form(png(), 'a.png', 3 * KIB),
               form(part('file', png(), 'a.png'))]
    messages = []
    for body, headers in uploads:
        newer, older = (api_in(name).post(PATH, data=body, headers=headers, token=token)
                        for name in BOTH)
        assert (older.status, older.body) == (newer.status, newer.body)
        messages.append(older.json()['message'])
    assert messages[1:4] == ['no file part', 'no selected file', 'file extension not allowed']
    assert messages[5] == 'Error during picture upload, file size (1.2KB) exceeds 1.0KB.'
    assert messages[7] == 'user picture updated'
