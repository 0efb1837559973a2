"""The page of the picture."""

import pytest

from tests.harness.pictures import png


def upload(member, content, name='me.png', **values):
    member.open('/picture')
    return member.send('/picture', files={'file': (name, content)}, **values)


def test_a_picture_is_uploaded_shown_and_removed(member, user, api):
    page = upload(member, png(20, 20))
    assert page.message == 'Your picture has been changed.'
    path = f'/api/users/{user.username}/picture'
    assert f'src="{path}"' in page.body and f'src="{path}"' in member.open('/').body
    assert api.get(path).status == 200
    member.open('/picture')
    page = member.send('/picture/remove')
    assert page.message == 'Your picture has been removed.'
    assert api.get(path).status == 404 and path not in page.body


@pytest.mark.parametrize(('content', 'name', 'error'), [
    (b'', '', 'Please choose a file.'),
    (b'no picture', 'me.png', 'This is not a picture that browsers can show.'),
    (b'x', 'me.txt', 'The name of the file has to end in .jpg, .jpeg, .png or .gif.'),
    (bytes(2_000_000), 'me.png', 'The file is too large.')])
def test_another_file_is_refused_with_the_reason(member, user, db, content, name, error):
    page = upload(member, content, name)
    assert (page.status, page.errors[1:]) == (400, [error])
    assert db.value('SELECT picture FROM users WHERE id = %s', user.id) is None


@pytest.mark.parametrize('csrf', ['', 'x', None])
def test_an_upload_without_the_token_of_the_form_stores_nothing(member, user, db, csrf):
    page = upload(member, png(20, 20), csrf=csrf)
    assert page.status == 403
    assert db.value('SELECT picture FROM users WHERE id = %s', user.id) is None
