"""GET users/<name>/picture (contract §7.4), through nginx and directly from the program."""

import os
import re

import pytest

from tests.harness.answers import NO_PICTURE, NOT_ALLOWED, NOURL, PICTURE_UPDATED, UNKNOWN_USER, exact
from tests.harness.people import unique
from tests.harness.pictures import CONTENT_TYPES, PICTURES, Store, jpeg, large_png, png, upload
from tests.api.support.programs import parse_cgi
from tests.harness.waiting import LIMIT

SAFE = {'Cache-Control': 'no-cache', 'X-Content-Type-Options': 'nosniff',
        'Content-Security-Policy': "default-src 'none'; sandbox"}


@pytest.fixture
def store(stack, db):
    return Store(stack.upload_folder, db)


def path_of(account):
    return f'/api/users/{account.username}/picture'


@pytest.fixture
def picture(api, token):
    """The content of the picture `me.png` of `user`."""
    content = png(40, 40)
    exact(upload(api, token, content, 'me.png'), PICTURE_UPDATED)
    return content


@pytest.fixture(params=['nginx', 'CGI'])
def get(request, api, programs):
    """GET through nginx, or from the program."""
    return api.get if request.param == 'nginx' else lambda path: programs.cgi('GET', path)


# ---- the picture ------------------------------------------------------------------------------

@pytest.mark.parametrize('kind', PICTURES)
def test_a_picture_is_served_with_security_headers(api, get, token, user, kind):
    content = PICTURES[kind]()
    exact(upload(api, token, content, f'my me.{kind}'), PICTURE_UPDATED)
    answer = get(path_of(user))
    assert (answer.status, answer.body) == (200, content)
    assert answer.headers['Content-Type'] == CONTENT_TYPES[kind]
    assert answer.headers['Content-Length'] == str(len(content))
    assert answer.headers['Content-Disposition'] == f'inline; filename=my_me.{kind}'
    assert {name: answer.headers.get(name) for name in SAFE} == SAFE
    assert re.fullmatch(r'[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT',
                        answer.headers['Last-Modified'])
    assert re.fullmatch(r'"[^"]+"', answer.headers['ETag'])
    assert answer.headers['X-Request-Id']
    assert 'X-Accel-Redirect' not in answer.headers


def test_both_ways_tell_the_same_of_it(api, programs, user, picture):
    behind, direct = api.get(path_of(user)), programs.cgi('GET', path_of(user))
    assert direct.body == behind.body == picture
    assert direct.exit_status == 0
    for name in ('Content-Type', 'Content-Length', 'Last-Modified', 'ETag', 'Content-Disposition',
                 *SAFE):
        assert direct.headers[name] == behind.headers[name], name


def test_head_is_get_without_the_picture(api, programs, user, picture):
    for answer in (api.request('HEAD', path_of(user)), programs.cgi('HEAD', path_of(user))):
        assert (answer.status, answer.body) == (200, b'')
        assert answer.headers['Content-Length'] == str(len(picture))
        assert answer.headers['Content-Type'] == 'image/png'
        assert {name: answer.headers.get(name) for name in SAFE} == SAFE


def test_a_picture_that_is_known_is_not_sent_again(api, token, user, picture):
    first = api.get(path_of(user))
    for condition in ({'If-None-Match': first.headers['ETag']},
                      {'If-Modified-Since': first.headers['Last-Modified']}):
        answer = api.get(path_of(user), headers=condition)
        assert (answer.status, answer.body) == (304, b'')
    exact(upload(api, token, jpeg(), 'me.jpg'), PICTURE_UPDATED)
    answer = api.get(path_of(user), headers={'If-None-Match': first.headers['ETag']})
    assert (answer.status, answer.body) == (200, jpeg())


def test_a_part_of_a_picture_can_be_asked_for(api, user, picture):
    answer = api.get(path_of(user), headers={'Range': 'bytes=10-19'})
    assert (answer.status, answer.body) == (206, picture[10:20])
    assert answer.headers['Content-Range'] == f'bytes 10-19/{len(picture)}'
    assert {name: answer.headers.get(name) for name in SAFE} == SAFE
    answer = api.get(path_of(user), headers={'Range': f'bytes={len(picture)}-'})
    assert answer.status == 416 and answer.json()['status'] == 'error'


def test_a_query_string_and_a_token_change_nothing(api, user, picture):
    assert api.get(f'{path_of(user)}?x=1').body == picture
    assert api.get(path_of(user), token='x.y.z').body == picture


def test_the_picture_of_an_account_that_cannot_log_in_is_served(api, make_user, store):
    account = make_user(active=False)
    store.put(account, 'a.gif', b'GIF')
    assert api.get(path_of(account)).body == b'GIF'


@pytest.mark.parametrize(('name', 'content_type'), [
    ('a.JPG', 'image/jpeg'), ('a..b_-.Png', 'image/png'), ('a.jpeg', 'image/jpeg'),
    ('png', 'application/octet-stream'), ('a.svg', 'application/octet-stream'),
    ('a.html', 'application/octet-stream')])
def test_a_picture_stored_by_another_program_is_served_safely(get, store, user, name, content_type):
    store.put(user, name, b'<svg onload="alert(1)"/>')
    answer = get(path_of(user))
    assert (answer.status, answer.body) == (200, b'<svg onload="alert(1)"/>')
    assert answer.headers['Content-Type'] == content_type
    assert {name: answer.headers.get(name) for name in SAFE} == SAFE


def test_a_large_picture_is_sent_completely(get, store, user):
    content = os.urandom(5_000_000)
    store.put(user, 'a.png', content)
    assert get(path_of(user)).body == content


# ---- no picture -------------------------------------------------------------------------------

def test_an_account_without_a_picture(get, user):
    exact(get(path_of(user)), NO_PICTURE)


def test_a_picture_whose_file_is_missing(get, store, user):
    store.put(user, 'a.png', png())
    (store.of(user) / 'a.png').unlink()
    exact(get(path_of(user)), NO_PICTURE)
    store.of(user).rmdir()
    exact(get(path_of(user)), NO_PICTURE)


def test_only_a_regular_file_is_a_picture(get, store, user):
    store.put(user, 'a.png', png())
    path = store.of(user) / 'a.png'
    path.unlink()
    path.mkdir()
    exact(get(path_of(user)), NO_PICTURE)
    path.rmdir()
    os.mkfifo(path)
    exact(get(path_of(user)), NO_PICTURE)


@pytest.mark.parametrize('path', [
    'pictures/{other}/a.png', 'pictures/{id}/../{other}/a.png', '/pictures/{id}/a.png', 'a.png',
    'pictures/{id}//a.png', 'pictures/{id}/./a.png', 'pictures/{id}/a.png/', 'pictures/{id}/', '',
    'pictures/{id}', 'pictures/0{id}/a.png', 'pictures/{id}/a.png\n', 'exports/{id}/a.png',
    'pictures/{id}/a%2epng', 'Pictures/{id}/a.png', 'pictures/{id}/.', 'pictures/{id}/..'])
def test_a_row_that_names_a_foreign_file_is_not_a_picture(get, db, make_user, store, user, path):
    other = make_user()
    for account in (user, other):
        store.put(account, 'a.png', png())
    db.run('UPDATE users SET picture = %s WHERE id = %s',
           path.format(id=user.id, other=other.id), user.id)
    exact(get(path_of(user)), NO_PICTURE)


def test_the_name_of_the_user_must_match_exactly(get, make_user, store):
    account = make_user(username=unique('Zoë'))
    store.put(account, 'a.png', b'x')
    assert get(path_of(account)).body == b'x'
    for name in (account.username.lower(), account.username.upper(), account.username + ' ',
                 account.username.replace('ë', 'e'), account.username[:-1], str(account.id)):
        exact(get(f'/api/users/{name}/picture'), UNKNOWN_USER)


@pytest.mark.parametrize('name', [
    'nobody_at_all', '%FF%FE', '%00', "'%20OR%201=1--%20", 'x' * 5000, '%E2%80%AE', '..%5C..',
    '%25', '*'])
def test_an_unknown_user(api, name):
    answer = api.get(f'/api/users/{name}/picture')
    if '%00' in name:
        assert answer.status == 400  # nginx
    else:
        exact(answer, UNKNOWN_USER)


def test_a_name_that_is_not_utf_8_is_unknown(programs):
    exact(programs.cgi('GET', b'/api/users/\xff\xfe\xc3/picture'.decode('utf-8', 'surrogateescape'),
                       program='picture'), UNKNOWN_USER)


@pytest.mark.parametrize('path', ['/api/users/a/b/picture', '/api/users/a%2Fb/picture',
                                  '/api/users/a/picture/', '/api/users/a/pictures'])
def test_other_paths_are_unknown(api, path):
    exact(api.get(path), NOURL)


def test_other_methods_are_not_offered(api, user):
    answer = api.post(path_of(user))
    exact(answer, NOT_ALLOWED)
    assert answer.headers['Allow'] == 'GET, HEAD, OPTIONS'


# ---- other ways to the files ------------------------------------------------------------------

def test_the_files_themselves_are_not_served(api, user, picture):
    for path in (f'/_fitgate/uploads/pictures/{user.id}/me.png', '/_fitgate/uploads/',
                 f'/uploads/pictures/{user.id}/me.png',
                 f'/api/../_fitgate/uploads/pictures/{user.id}/me.png'):
        exact(api.get(path), NOURL)


def test_pictures_are_not_counted(api_with_limits):
    path = f'/api/users/{unique()}/picture'
    for _ in range(320):
        exact(api_with_limits.get(path), UNKNOWN_USER)


# ---- streaming --------------------------------------------------------------------------------

def test_a_picture_that_shrinks_while_it_is_sent_is_an_incomplete_answer(programs, store, user):
    store.put(user, 'a.png', large_png(3_000_000))
    path = store.of(user) / 'a.png'
    size = path.stat().st_size
    process = programs.start_cgi('GET', path_of(user))
    first = process.stdout.read(1000)  # most of the rest does not fit in the pipe
    os.truncate(path, 1_000_000)
    output, _ = process.communicate(timeout=LIMIT)
    answer = parse_cgi(first + output)
    assert answer.headers['Content-Length'] == str(size)
    assert len(answer.body) < size
    assert process.returncode != 0


def test_a_picture_that_grows_while_it_is_sent_is_sent_as_it_was(programs, store, user):
    content = large_png(3_000_000)
    store.put(user, 'a.png', content)
    process = programs.start_cgi('GET', path_of(user))
    first = process.stdout.read(1000)
    with open(store.of(user) / 'a.png', 'ab') as file:
        file.write(b'x' * 1000)
    output, _ = process.communicate(timeout=LIMIT)
    assert parse_cgi(first + output).body == content
    assert process.returncode == 0


# ---- older dialects ---------------------------------------------------------------------------

def test_in_0_2_the_user_is_named_by_number(api, db, make_user, user, picture):
    path = f'/v0.2/api/users/{user.id}/picture'
    answer = api.get(path)
    assert (answer.status, answer.body) == (200, picture)
    assert {name: answer.headers.get(name) for name in SAFE} == SAFE
    exact(api.get(f'/v0.2/api/users/{make_user().id}/picture'), NO_PICTURE)
    unknown = (404, {'status': 'fail', 'message': 'User does not exist.'})
    for number in ('0', '999999999', '-1', '9223372036854775807', '9' * 40):
        exact(api.get(f'/v0.2/api/users/{number}/picture'), unknown)
    for name in (user.username, f'{user.id}x', '1.5', '0x1', '%20', f'{user.id}%20'):
        exact(api.get(f'/v0.2/api/users/{name}/picture'), NO_PICTURE)
