"""Pictures: POST and DELETE picture (contract §6.11, §6.12, §8), and their older dialects."""

import stat
import zlib

import pytest

from tests.harness.answers import (BAD_EXTENSION, DELETION_FAILED, INVALID_FILE, NO_FILE_NAME,
                                   NO_FILE_PART, PICTURE_UPDATED, TOO_MANY_PIXELS, UPDATE_FAILED, exact, is_bad_token,
                                   is_no_auth)
from tests.harness.people import user_row
from tests.harness.pictures import (PATH, PICTURES, Store, chunk, exif, form, gif, gif_comment, jpeg,
                                    large_png, padded_form, part, png, png_of, segment, upload)
from tests.api.support.profile import expected_profile

KB = 1024
MIB = 1024 * KB
FILE_LIMIT = MIB
REQUEST_LIMIT = 10 * MIB


@pytest.fixture
def store(stack, db):
    return Store(stack.upload_folder, db)


def too_large(size, limit):
    return 413, {'status': 'fail', 'message': 'Error during picture upload, file size '
                                              f'({size}) exceeds {limit}.'}


def post(api, token, body, headers):
    return api.post(PATH, data=body, headers=headers, token=token)


@pytest.fixture
def refuses(api, store, user, token):
    """Assert that the upload gets this answer, and that the stored picture stays the current one."""
    before = png()
    exact(upload(api, token, before), PICTURE_UPDATED)

    def check(expected, body, headers):
        exact(post(api, token, body, headers), expected)
        assert store.current(user) == before
        assert store.leftovers(user) == []
    return check


# ---- authentication ---------------------------------------------------------------------------

def test_the_token_is_checked_before_the_body_whatever_its_size(api):
    body, headers = form(part('file', b'x' * (REQUEST_LIMIT + 1), 'a.png'))
    is_no_auth(post(api, None, body, headers))
    is_bad_token(post(api, 'x.y.z', body, headers))
    is_no_auth(api.request('DELETE', PATH))
    is_bad_token(api.request('DELETE', PATH, token='x.y.z'))


# ---- sizes ------------------------------------------------------------------------------------

def test_a_request_larger_than_the_larger_limit_is_refused_whatever_it_is(refuses):
    refuses(too_large('10.0MB', '10.0MB'), b'x' * (REQUEST_LIMIT + 1), {})
    refuses(too_large('11.0MB', '10.0MB'), *padded_form(png(), 'a.txt', 11 * MIB))


def test_the_limit_applies_to_the_whole_request(refuses):
    refuses(too_large('1.0MB', '1.0MB'), *padded_form(png(), 'a.png', FILE_LIMIT + 1))
    refuses(too_large('10.0MB', '1.0MB'), *padded_form(png(), 'a.png', REQUEST_LIMIT))


def test_a_request_exactly_at_the_limit_passes(api, token):
    exact(post(api, token, *padded_form(png(), 'a.png', FILE_LIMIT)), PICTURE_UPDATED)


def test_a_picture_that_nearly_fills_the_request_passes(api, store, user, token):
    picture = large_png(FILE_LIMIT - 4000)
    exact(upload(api, token, picture), PICTURE_UPDATED)
    assert store.current(user) == picture


@pytest.mark.parametrize(('file_limit', 'request_limit', 'size', 'expected'), [
    (400, 500, 1229, ('1.2KB', '500.0 bytes')), (400, 1024, 1025, ('1.0KB', '1.0KB')),
    (0, 1, 500, ('500.0 bytes', '1 byte')), (0, 0, 500, ('500.0 bytes', '0 bytes')),
    (0, 1000, 500, ('500.0 bytes', '0 bytes')), (1, 1000, 500, ('500.0 bytes', '1 byte')),
    (1024, 1048575, 1048576, ('1.0MB', '1024.0KB')), (1536, MIB, 2000, ('2.0KB', '1.5KB'))])
def test_the_limits_are_those_of_app_config(api, app_config, token, file_limit, request_limit, size,
                                            expected):
    app_config(max_single_file_size=file_limit, max_zip_file_size=request_limit)
    exact(post(api, token, *padded_form(b'', 'a.png', size)), too_large(*expected))


def test_a_body_sent_in_chunks_is_measured_too(api, refuses):
    body, headers = padded_form(png(), 'a.png', FILE_LIMIT + 1)
    refuses(too_large('1.0MB', '1.0MB'), iter([body]), headers)


def test_a_picture_sent_in_chunks_is_stored(api, store, user, token):
    picture = png()
    body, headers = form(part('file', picture, 'a.png'))
    exact(post(api, token, iter([body[:100], body[100:]]), headers), PICTURE_UPDATED)
    assert store.current(user) == picture


def test_a_refusal_by_nginx_is_json_too(api, token):
    answer = post(api, token, b'x' * (33 * MIB + 1), {})
    exact(answer, (413, {'status': 'error', 'message': 'request body too large'}))


# ---- forms ------------------------------------------------------------------------------------

FILE = part('file', png(), 'a.png')
NO_FILE_PARTS = {
    'empty body': (b'', {}),
    'no content type': (form(FILE)[0], {}),
    'empty form': form(),
    'empty multipart body': (b'', form()[1]),
    'other content type': (form(FILE)[0], {'Content-Type': 'image/png'}),
    'urlencoded': (b'file=a.png', {'Content-Type': 'application/x-www-form-urlencoded'}),
    'JSON': (b'{"file": "a.png"}', {'Content-Type': 'application/json'}),
    'no boundary': (form(FILE)[0], {'Content-Type': 'multipart/form-data'}),
    'other boundary': (form(FILE)[0], {'Content-Type': 'multipart/form-data; boundary=x'}),
    'no closing delimiter': form(FILE, end=False),
    'cut within the picture': (form(FILE, boundary='b')[0][:150], form(boundary='b')[1]),
    'cut within the headers': (form(FILE, boundary='b')[0][:30], form(boundary='b')[1]),
    'plain field': form(part('file', png())),
    'other name': form(part('picture', png(), 'a.png')),
    'name in capitals': form(part('File', png(), 'a.png')),
}


@pytest.mark.parametrize('body', NO_FILE_PARTS.values(), ids=NO_FILE_PARTS)
def test_without_a_file_part_it_is_refused(refuses, body):
    refuses(NO_FILE_PART, *body)


def test_a_body_cut_after_a_bad_name_has_no_file_part(refuses):
    refuses(NO_FILE_PART, *form(part('file', png(), 'a.txt'), end=False))
    refuses(NO_FILE_PART, *form(part('file', b'no picture', 'a.png'), end=False))


def test_a_file_without_a_name_is_refused(refuses):
    refuses(NO_FILE_NAME, *form(part('file', png(), '')))
    refuses(NO_FILE_NAME, *form(part('file', b'', '')))


@pytest.mark.parametrize('name', [
    'png', 'a', 'a.jpe', 'a.bmp', 'a.png.', 'a.png ', 'a.', '.', 'a.png.txt', 'a.svg', 'a.p',
    'a.pngx', 'a.png/', 'a.jpg\t', 'pngé', 'a.pnġ'])
def test_other_extensions_are_refused(refuses, name):
    refuses(BAD_EXTENSION, *form(part('file', png(), name)))


def test_the_name_is_checked_before_the_size_and_the_content(refuses):
    refuses(NO_FILE_NAME, *padded_form(png(), '', FILE_LIMIT + 1))
    refuses(BAD_EXTENSION, *padded_form(png(), 'a.txt', FILE_LIMIT + 1))
    refuses(BAD_EXTENSION, *form(part('file', b'no picture', 'a.txt')))
    refuses(too_large('1.0MB', '1.0MB'), *padded_form(b'no picture', 'a.png', FILE_LIMIT + 1))


@pytest.mark.parametrize('name', ['a.png', 'a.PNG', 'a.Png', 'a.b.png'])
def test_the_extension_is_accepted_in_any_case(api, token, name):
    exact(upload(api, token, png(), name), PICTURE_UPDATED)


def test_of_several_files_the_first_counts(api, store, user, token):
    first, second = png(), png()
    body, headers = form(part('x', b'1'), part('file', b'a field'), part('file', first, 'a.png'),
                         part('file', second, 'b.png'), part('other', second, 'c.png'))
    exact(post(api, token, body, headers), PICTURE_UPDATED)
    assert store.current(user) == first
    assert store.names(user) == ['a.png']


def test_a_valid_later_file_does_not_replace_an_invalid_first_one(refuses):
    refuses(BAD_EXTENSION, *form(part('file', png(), 'a.txt'), part('file', png(), 'b.png')))
    refuses(NO_FILE_NAME, *form(part('file', b'', ''), part('file', png(), 'b.png')))
    refuses(INVALID_FILE, *form(part('file', b'x', 'a.png'), part('file', png(), 'b.png')))


# ---- content ----------------------------------------------------------------------------------

@pytest.mark.parametrize('extension', PICTURES)
def test_a_picture_of_each_kind_is_stored(api, store, user, token, extension):
    picture = PICTURES[extension]()
    exact(upload(api, token, picture, f'a.{extension}'), PICTURE_UPDATED)
    assert store.current(user) == picture


@pytest.mark.parametrize('extension', PICTURES)
@pytest.mark.parametrize('kind', PICTURES)
def test_the_content_is_of_the_kind_that_the_extension_says(api, token, extension, kind):
    answer = upload(api, token, PICTURES[kind](), f'a.{extension}')
    exact(answer, PICTURE_UPDATED if kind == extension else INVALID_FILE)


@pytest.mark.parametrize('kind', PICTURES)
def test_an_incomplete_picture_is_refused(refuses, kind):
    whole = PICTURES[kind]()
    name = f'a.{kind}'
    for content in (b'', b'x', whole[:1], whole[:20], whole[:-3], whole[:len(whole) // 2],
                    b'x' + whole, b'<html><script>alert(1)</script>'):
        refuses(INVALID_FILE, *form(part('file', content, name)))


def test_a_picture_of_too_many_pixels_is_refused(api, refuses, token):
    refuses(TOO_MANY_PIXELS, *form(part('file', png_of(8000, 5001), 'a.png')))
    refuses(INVALID_FILE, *form(part('file', png_of(0, 5), 'a.png')))
    exact(upload(api, token, png_of(8000, 5000)), PICTURE_UPDATED)


@pytest.mark.parametrize('kind', PICTURES)
def test_data_after_the_end_is_removed(api, store, user, token, kind):
    picture = PICTURES[kind]()
    hidden = b'<?php system($_GET["x"]); ?>' * 3000
    exact(upload(api, token, picture + hidden, f'a.{kind}'), PICTURE_UPDATED)
    assert store.current(user) == picture


def test_a_photograph_loses_its_metadata_and_keeps_its_orientation(api, store, user, token):
    place = b'47.37N 8.54E on a Sunday'
    photograph = jpeg(exif(6, place), segment(0xE1, b'http://ns.adobe.com/xap/1.0/\0' + place),
                      segment(0xED, b'Photoshop 3.0\0' + place), segment(0xFE, place))
    exact(upload(api, token, photograph, 'a.jpg'), PICTURE_UPDATED)
    stored = store.current(user)
    assert place not in stored and b'adobe' not in stored and b'Photoshop' not in stored
    plain = jpeg()
    assert stored.startswith(plain[:20]) and stored.endswith(plain[20:])
    assert b'\x01\x12\0\x03\0\0\0\x01\0\x06' in stored  # the tag, a SHORT, one of them, 6


def test_other_pictures_lose_their_texts(api, store, user, token):
    secret = b'47.37N 8.54E'
    pixels = b'\0\1\2\3'
    exact(upload(api, token, png(
        1, 1, chunk(b'tEXt', b'Comment\0' + secret), chunk(b'eXIf', b'MM\0*' + secret),
        chunk(b'tIME', bytes(7)), chunk(b'zTXt', b'Comment\0\0' + zlib.compress(secret)),
        pixels=pixels)), PICTURE_UPDATED)
    assert store.current(user) == png(1, 1, pixels=pixels)
    exact(upload(api, token, gif(gif_comment(secret)), 'a.gif'), PICTURE_UPDATED)
    assert store.current(user) == gif()


# ---- the stored file --------------------------------------------------------------------------

@pytest.mark.parametrize(('sent', 'stored'), [
    ('avatar.png', 'avatar.png'), ('../../etc/a.png', 'etc_a.png'),
    ('  my  pic .png', 'my_pic_.png'), ('...a..b.png', 'a..b.png'), ('a%2Fb.png', 'a2Fb.png'),
    ('ééé.png', 'picture.png'), ('.png', 'picture.png'), ('日本.png', 'picture.png'),
    ('A.PNG', 'A.PNG'), ('x' * 300 + '.png', 'x' * 96 + '.png'), ('a\tb.png', 'a_b.png'),
    ('C:\\dir\\a.png', 'Cdira.png'), ('.htaccess.png', 'htaccess.png'),
    (b'\xff.png', 'picture.png')])
def test_the_name_of_the_file(api, store, user, token, sent, stored):
    picture = png()
    exact(upload(api, token, picture, sent), PICTURE_UPDATED)
    assert store.names(user) == [stored]
    assert store.current(user) == picture


def test_a_new_picture_replaces_the_old_one(api, store, user, token):
    for name in ('a.png', 'b.png', 'b.png', 'a.png', 'A.png'):
        picture = png()
        exact(upload(api, token, picture, name), PICTURE_UPDATED)
        assert store.names(user) == [name]
        assert store.current(user) == picture
    assert store.leftovers(user) == []


def test_nothing_but_the_picture_is_changed(api, db, user, token, profile):
    before = user_row(db, user)
    assert profile(token)['picture'] is False
    exact(upload(api, token, png(), 'a.png'), PICTURE_UPDATED)
    assert user_row(db, user) == {**before, 'picture': f'pictures/{user.id}/a.png'}
    assert profile(token)['picture'] is True
    assert api.request('DELETE', PATH, token=token).status == 204
    assert user_row(db, user) == before
    assert profile(token)['picture'] is False


def test_the_group_can_read_and_no_other_user(api, store, user, token):
    exact(upload(api, token, png(), 'a.png'), PICTURE_UPDATED)
    assert stat.S_IMODE((store.of(user) / 'a.png').stat().st_mode) == 0o640
    for directory in (store.directory, store.incoming, store.of(user)):
        assert stat.S_IMODE(directory.stat().st_mode) == 0o2770, directory


def test_an_old_picture_of_another_program_is_replaced(api, store, user, token):
    store.put(user, 'old.jpg', b'six by')
    exact(upload(api, token, png(), 'a.png'), PICTURE_UPDATED)
    assert store.names(user) == ['a.png']


@pytest.mark.parametrize('path', [
    '../../{id}.png', 'pictures/{id}/../{id}.png', 'pictures/1/../x.png', '/etc/passwd',
    'pictures/{id}/', 'pictures', '', 'workouts/{id}/a.png', 'pictures/{id}/.hidden.png',
    'pictures/0/a.png'])
def test_a_row_that_names_a_foreign_file_removes_nothing(api, stack, db, store, user, token,
                                                         path):
    bystander = stack.upload_folder / f'{user.id}.png'
    bystander.write_bytes(b'x')
    hidden = store.of(user) / '.hidden.png'
    exact(upload(api, token, png(), 'a.png'), PICTURE_UPDATED)
    hidden.write_bytes(b'x')
    db.run('UPDATE users SET picture = %s WHERE id = %s', path.format(id=user.id), user.id)
    assert api.request('DELETE', PATH, token=token).status == 204
    assert store.row(user) is None
    assert bystander.exists() and hidden.exists()
    assert api.get(f'/api/users/{user.username}/picture').status == 404


# ---- DELETE -----------------------------------------------------------------------------------

def test_a_picture_is_deleted(api, store, user, token):
    exact(upload(api, token, png(), 'a.png'), PICTURE_UPDATED)
    exact(api.request('DELETE', PATH, token=token), (204, None))
    assert (store.row(user), store.names(user), store.leftovers(user)) == (None, [], [])


def test_without_a_picture_there_is_nothing_to_delete(api, store, user, token):
    exact(api.request('DELETE', PATH, token=token), (204, None))
    exact(upload(api, token, png(), 'a.png'), PICTURE_UPDATED)
    for _ in range(2):
        exact(api.request('DELETE', PATH, token=token), (204, None))
    assert store.row(user) is None


def test_a_picture_whose_file_is_missing_is_deleted(api, store, user, token):
    exact(upload(api, token, png(), 'a.png'), PICTURE_UPDATED)
    (store.of(user) / 'a.png').unlink()
    exact(api.request('DELETE', PATH, token=token), (204, None))
    assert store.row(user) is None


# ---- unusual directories -----------------------------------------------

def test_a_link_in_the_users_directory_is_not_followed(api, stack, store, user, token):
    outside = stack.upload_folder / f'outside-{user.id}'
    outside.write_bytes(b'precious')
    exact(upload(api, token, png(), 'a.png'), PICTURE_UPDATED)
    link = store.of(user) / 'a.png'
    link.unlink()
    link.symlink_to(outside)
    assert api.get(f'/api/users/{user.username}/picture').status == 404
    picture = png()
    exact(upload(api, token, picture, 'a.png'), PICTURE_UPDATED)
    assert store.current(user) == picture and not link.is_symlink()
    link.unlink()
    link.symlink_to(outside)
    exact(api.request('DELETE', PATH, token=token), (204, None))
    assert outside.read_bytes() == b'precious'


def test_a_users_directory_that_is_a_link_is_not_entered(api, stack, store, user, token):
    outside = stack.upload_folder / f'outside-{user.id}'
    outside.mkdir()
    (outside / 'a.png').write_bytes(png())
    store.directory.mkdir(parents=True, exist_ok=True)
    store.of(user).symlink_to(outside)
    exact(upload(api, token, png(), 'a.png'), UPDATE_FAILED)
    assert (store.row(user), store.leftovers(user)) == (None, [])
    store.sql.run('UPDATE users SET picture = %s WHERE id = %s',
                  f'pictures/{user.id}/a.png', user.id)
    assert api.get(f'/api/users/{user.username}/picture').status == 404
    exact(api.request('DELETE', PATH, token=token), (204, None))
    assert [path.name for path in outside.iterdir()] == ['a.png']


@pytest.mark.parametrize('nowhere', ['/nonexistent', '/proc', '', '/dev/null'])
def test_without_a_directory_to_write_to_it_is_an_error(programs, store, user, token, nowhere):
    body, headers = form(part('file', png(), 'a.png'))
    answer = programs.cgi('POST', PATH, data=body, token=token,
                          parameters={'CONTENT_TYPE': headers['Content-Type']},
                          settings={'UPLOAD_FOLDER': nowhere})
    exact(answer, UPDATE_FAILED)
    assert store.row(user) is None


def test_without_a_directory_to_write_to_a_picture_is_not_deleted(programs, db, store, user, token):
    row = f'pictures/{user.id}/a.png'
    db.run('UPDATE users SET picture = %s WHERE id = %s', row, user.id)
    answer = programs.cgi('DELETE', PATH, token=token, settings={'UPLOAD_FOLDER': '/dev/null'})
    exact(answer, DELETION_FAILED)
    assert store.row(user) == row


# ---- concurrent requests ----------------------------------------------------------------------

def test_concurrent_uploads_leave_exactly_one_picture(
        api, in_parallel, store, user, token):
    pictures = {f'{character}.png': png() for character in 'abcd'}
    calls = [lambda name=name: upload(api, token, pictures[name], name) for name in pictures] * 2
    for _ in range(8):
        for answer in in_parallel(calls):
            exact(answer, PICTURE_UPDATED)
        assert store.current(user) == pictures[store.names(user)[0]]
        assert store.leftovers(user) == []


def test_a_concurrent_upload_and_deletion_leave_all_or_nothing(api, in_parallel, store, user,
                                                               token):
    picture = png()
    calls = [lambda: upload(api, token, picture, 'a.png'),
             lambda: api.request('DELETE', PATH, token=token)] * 3
    for _ in range(8):
        in_parallel(calls)
        if store.row(user) is None:
            assert store.names(user) == []
        else:
            assert store.current(user) == picture
        assert store.leftovers(user) == []


# ---- older dialects ---------------------------------------------------------------------------

def test_0_6_equals_0_7(api, store, user, token):
    exact(upload(api, token, png(), 'a.txt', '/v0.6'), BAD_EXTENSION)
    exact(upload(api, token, png(), 'a.png', '/v0.6'), PICTURE_UPDATED)
    assert api.get(f'/v0.6/api/users/{user.username}/picture').status == 200
    exact(api.request('DELETE', f'/v0.6{PATH}', token=token), (204, None))
    assert store.row(user) is None


def test_0_2_has_its_own_messages(api, token, app_config):
    def fail(message, status=400):
        return status, {'status': 'fail', 'message': message}

    exact(api.post(f'/v0.2{PATH}', token=token), fail('No file part.'))
    exact(upload(api, token, png(), '', '/v0.2'), fail('No selected file.'))
    exact(upload(api, token, png(), 'a.txt', '/v0.2'), fail('File extension not allowed.'))
    exact(upload(api, token, b'x', 'a.png', '/v0.2'), fail('Invalid file.'))
    text = 'Error during picture update: file size exceeds {}.'
    app_config(max_single_file_size=100, max_zip_file_size=1000)
    exact(upload(api, token, png(), 'a.png', '/v0.2'), fail(text.format('100.0 bytes'), 413))
    exact(upload(api, token, png(60, 60), 'a.png', '/v0.2'), fail(text.format('1000.0 bytes'), 413))


def test_in_0_2_the_profile_is_shown(api, db, store, user, token):
    picture = png()
    answer = upload(api, token, picture, 'a.png', '/v0.2')
    body = answer.json()
    assert body.keys() == {'data', 'message', 'status'}
    assert (answer.status, body['message']) == (200, 'User picture updated.')
    assert body['status'] == 'success'
    shown = api.get('/v0.2/api/auth/profile', token=token).json()['data']
    assert body['data'] == shown and shown['picture'] is True
    assert store.current(user) == picture
    assert expected_profile(db, user.id)['picture'] is True
    exact(api.request('DELETE', f'/v0.2{PATH}', token=token), (204, None))
    assert store.names(user) == []


def test_in_0_2_a_failure_has_its_message(programs, db, user, token):
    body, headers = form(part('file', png(), 'a.png'))
    answer = programs.cgi('POST', PATH, data=body, token=token,
                          settings={'UPLOAD_FOLDER': '/dev/null'},
                          parameters={'CONTENT_TYPE': headers['Content-Type'],
                                      'API_DIALECT': '0.2'})
    exact(answer, (500, {'status': 'fail', 'message': 'Error during picture update.'}))
    db.run("UPDATE users SET picture = 'x' WHERE id = %s", user.id)
    answer = programs.cgi('DELETE', PATH, token=token, parameters={'API_DIALECT': '0.2'},
                          settings={'UPLOAD_FOLDER': '/dev/null'})
    exact(answer, (500, {'status': 'fail', 'message': 'Error during picture deletion.'}))
