"""Who may read workouts, with which token, by which method and in which dialect (contract §29.1)."""

import pytest

from tests.api.support.dialects import DIALECTS
from tests.api.support.profile import shortuuid
from tests.api.support.scoped import SCOPES, oauth2_token, personal_token
from tests.harness.answers import NOT_ALLOWED, exact, is_bad_scope, is_bad_token, is_no_auth

PATHS = ('/api/workouts', '/api/workouts/{short}', '/api/stats/{name}/by_time', '/api/stats/{name}/by_sport',
         '/api/records')


@pytest.fixture(params=PATHS)
def path(request, user, add):
    return request.param.format(short=shortuuid(add()['uuid']), name=user.username)


def test_a_token_is_needed(api, path, minter, user):
    is_no_auth(api.get(path))
    is_no_auth(api.get(f'{path}?page=x'))
    is_bad_token(api.get(path, token=minter.token(user.id, exp=1)))
    assert api.get(path, token=minter.token(user.id)).status == 200


@pytest.mark.parametrize('issue', [oauth2_token, personal_token], ids=['OAuth 2.0', 'personal'])
def test_only_the_scope_workouts_read_opens_them(api, path, db, user, issue):
    for scope in SCOPES:
        answer = api.get(path, token=issue(db, user.id, scope).text)
        if scope == 'workouts:read':
            assert answer.status == 200
        else:
            is_bad_scope(answer)


def test_an_account_that_is_suspended_reads_nothing(api, path, db, user, token):
    db.run('UPDATE users SET suspended_at = UTC_TIMESTAMP() WHERE id = %s', user.id)
    is_no_auth(api.get(path, token=token))


@pytest.mark.parametrize('method', ['POST', 'PUT', 'PATCH', 'DELETE'])
def test_they_are_only_read(api, path, token, method):
    answer = api.request(method, path, token=token)
    exact(answer, NOT_ALLOWED)
    assert answer.headers['Allow'] == 'GET, HEAD, OPTIONS'
    as_delete = {'X-HTTP-Method-Override': 'DELETE'}
    exact(api.request('POST', path, token=token, headers=as_delete), NOT_ALLOWED)


@pytest.mark.parametrize('query', [
    'workouts?page=1&per_page=5&order=desc&order_by=workout_date',
    'workouts?from=2024-04-28&to=2024-06-01&page=1&per_page=100&order=desc&order_by=workout_date',
    'workouts?page=1&per_page=10&order=asc&order_by=ave_speed&distance_from=1&distance_to=16.09&duration_from=0:30&'
    'duration_to=23:59&ave_speed_from=1.61&max_speed_to=80&sport_id=1&title=a%20b',
    'stats/{}/by_time?from=2024-05-01&to=2024-05-31&time=week', 'stats/{}/by_time?from=2024-03-01&to=2024-05-31&time=weekm',
    'stats/{}/by_time?from=2023-06-01&to=2024-05-31&time=month', 'stats/{}/by_time?from=2015-01-01&to=2024-12-31&time=year'])
def test_each_request_of_the_web_client_is_answered(api, token, user, add, query):
    add(ave_speed='10', max_speed='20', title='A b')
    body = api.get(f'/api/{query.format(user.username)}', token=token).json()
    assert body['status'] == 'success'
    (found,) = body['data'].values()
    assert len(found) == 1


def test_a_workout_without_a_file_is_added_elsewhere(api, token):
    exact(api.post('/api/workouts/no_gpx', token=token, json={'a': 1}), NOT_ALLOWED)


def test_head_and_options_work_as_everywhere(api, path, token):
    head, get = api.request('HEAD', path, token=token), api.get(path, token=token)
    assert (head.status, head.body) == (200, b'')
    assert head.headers['Content-Length'] == get.headers['Content-Length']
    options = api.request('OPTIONS', path)
    assert (options.status, options.headers['Allow']) == (200, 'GET, HEAD, OPTIONS')


@pytest.mark.parametrize('name', ['0.6', '0.2'])
def test_older_dialects_do_not_have_them(api_in, path, token, name):
    exact(api_in(name).get(path, token=token), DIALECTS[name].no_url)


def test_replies_are_not_stored_by_caches(api, path, token):
    assert api.get(path, token=token).headers['Cache-Control'] == 'no-store'
