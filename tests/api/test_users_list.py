"""GET /api/users: the list of all accounts, for administrators (contract §16.1 and §16.2)."""

from datetime import timedelta
from urllib.parse import quote

import pytest

from tests.api.support.administrators import FORBIDDEN, admin, admin_token  # noqa: F401
from tests.api.support.dialects import BOTH, DIALECTS
from tests.api.support.profile import (NOT_IN_06, OF_ANOTHER, expected_profile, expected_user)
from tests.api.support.scoped import oauth2_token
from tests.harness.answers import INVALID, NOT_ALLOWED, exact, is_bad_scope, is_no_auth
from tests.harness.log import parse_line
from tests.harness.people import insert_record, insert_user, insert_workout, now, unique

USERS = '/api/users'
ORDERS = ('username', 'created_at', 'workouts_count', 'admin', 'is_active')


@pytest.fixture
def listed(api, admin_token):
    """The usernames on a page, and the pagination object."""
    def get(query=''):
        answer = api.get(f'{USERS}{query}', token=admin_token)
        assert answer.status == 200, answer.body
        body = answer.json()
        assert body.keys() == {'data', 'pagination', 'status'}
        assert body['data'].keys() == {'users'} and body['status'] == 'success'
        return [user['username'] for user in body['data']['users']], body['pagination']
    return get


@pytest.fixture
def some(make_user, db):
    """Accounts with a common part in their names, which a search finds; the part is `some.part`."""
    class Some:
        part = unique('part').replace('_', '')

        def make(self, name, workouts=0, **columns):
            user = make_user(username=f'{name}{self.part}', **columns)
            for _ in range(workouts):
                insert_workout(db, user.id)
            return user.username
    return Some()


# ---- who may ------------------------------------------------------------------------------------

def test_only_administrators_see_the_list(api, user, minter, admin, db):
    is_no_auth(api.get(USERS))
    exact(api.get(USERS, token=minter.token(user.id)), FORBIDDEN)
    exact(api.get(USERS, token=oauth2_token(db, user.id, 'users:read').text), FORBIDDEN)
    is_bad_scope(api.get(USERS, token=oauth2_token(db, admin.id, 'users:write').text))
    assert api.get(USERS, token=oauth2_token(db, admin.id, 'users:read').text).status == 200


def test_the_permission_is_checked_before_the_query(api, user, minter):
    exact(api.get(f'{USERS}?page=x&order_by=password', token=minter.token(user.id)), FORBIDDEN)


def test_the_list_is_only_read(api, admin_token):
    for method in ('POST', 'PATCH', 'DELETE'):
        answer = api.request(method, USERS, token=admin_token)
        exact(answer, NOT_ALLOWED)
        assert answer.headers['Allow'] == 'GET, HEAD, OPTIONS'


# ---- the objects --------------------------------------------------------------------------------

def test_an_account_has_the_19_keys_that_an_administrator_sees(api, admin_token, some, db):
    name = some.make('a', bio='x <b>', picture='pictures/1/a.png', suspended_at=now(),
                     email_to_confirm='new@example.org', workouts=2)
    number = db.value('SELECT id FROM users WHERE username = %s', name)
    insert_record(
        db,
        db.value(
            'SELECT MAX(id) FROM workouts WHERE user_id = %s',
            number),
        'AS',
        1250)
    answer = api.get(f'{USERS}?q={name}', token=admin_token)
    exact(answer, (200, {'status': 'success', 'data': {'users': [expected_user(db, number)]},
                         'pagination': {'has_next': False, 'has_prev': False, 'page': 1,
                                        'pages': 1, 'total': 1}}))
    shown = answer.json()['data']['users'][0]
    assert len(shown) == 19 and shown['is_active'] is False and shown['nb_workouts'] == 2


def test_administrators_see_their_own_whole_profile(api, admin, admin_token, db):
    answer = api.get(f'{USERS}?q={admin.username}', token=admin_token)
    assert answer.json()['data']['users'] == [expected_profile(db, admin.id)]


@pytest.mark.parametrize('name', BOTH)
def test_each_dialect_has_its_objects(api_in, name, admin, admin_token, some, db):
    some.make('a')
    for number, keys in ((admin.id, expected_profile(db, admin.id).keys()),
                         (db.value('SELECT MAX(id) FROM users'), OF_ANOTHER)):
        username = db.value('SELECT username FROM users WHERE id = %s', number)
        shown = api_in(name).get(f'{USERS}?q={username}', token=admin_token).json()['data']['users']
        assert sorted(shown[0]) == sorted(set(keys) - (set(NOT_IN_06) if name == '0.6' else set()))


def test_0_6_has_its_own_401(api_06, minter, admin):
    DIALECTS['0.6'].refuses(api_06.get(USERS, token=minter.token(admin.id, exp=1)),
                            DIALECTS['0.6'].expired)


def test_0_2_does_not_have_the_list(api_02, admin_token):
    exact(api_02.get(USERS, token=admin_token), DIALECTS['0.2'].no_url)


# ---- pages --------------------------------------------------------------------------------------

@pytest.mark.parametrize(('query', 'page', 'size'), [
    ('', 1, 10), ('per_page=3', 1, 3), ('page=2&per_page=3', 2, 3), ('page=4&per_page=3', 4, 3),
    ('page=5&per_page=3', 5, 3), ('page=0', 1, 10), ('page=-7', 1, 10), ('per_page=0', 1, 20),
    ('per_page=-1', 1, 20), ('per_page=51', 1, 50), ('page=2147483647&per_page=50', 2147483647, 50),
    ('page=1&page=2', 1, 10), ('page=%2B2&per_page=%2B3', 2, 3), ('page=%32&per_page=3', 2, 3), ('unknown=x', 1, 10)])
def test_a_page_has_its_part_of_the_list(listed, some, query, page, size):
    names = sorted(some.make(f'a{number:02}') for number in range(11))
    found, pagination = listed(f'?q={some.part}&{query}')
    assert found == names[(page - 1) * size:page * size]
    pages = -(-11 // size)
    assert pagination == {'has_next': page < pages, 'has_prev': page > 1, 'page': page,
                          'pages': pages, 'total': 11}


def test_nothing_found_is_no_page(listed):
    assert listed(f'?q={unique()}') == ([], {'has_next': False, 'has_prev': False, 'page': 1,
                                             'pages': 0, 'total': 0})


@pytest.mark.parametrize('query', [
    'page=x', 'page=', 'page', 'page=1.0', 'page=%201', 'page=+1', 'page=%2B', 'page=%2B-1', 'page=2147483648', 'page=1e3',
    'per_page=x', 'per_page=-2147483649', 'per_page=%00', 'order_by=password', 'order_by=',
    'order_by=USERNAME', 'order_by=id', 'order_by=confirmation_token', 'q=%00',
    'q=%FF', 'order=%80'])
def test_a_bad_parameter_is_refused(api, admin_token, query):
    exact(api.get(f'{USERS}?{query}', token=admin_token), INVALID)


@pytest.mark.parametrize('query', ['q=%', 'q=%zz', 'page=1%'])
def test_a_badly_encoded_parameter_is_refused(api, admin_token, query):
    """(The library of the other tests would encode it correctly.)"""
    exact(api.get_with_header(f'{USERS}?{query}', f'Authorization: Bearer {admin_token}'), INVALID)


# ---- searching ----------------------------------------------------------------------------------

def test_a_search_finds_a_part_of_the_name_in_any_case(listed, some):
    names = [some.make('Abc'), some.make('xabCx'), some.make('ab')]
    for part in ('abc', 'ABC'):
        found, _ = listed(f'?q={part}&per_page=50')
        assert set(names) & set(found) == set(names[:2])


def test_percent_and_underscore_are_characters_like_others(listed, some):
    name = some.make('a_b')
    other = some.make('aXb')
    assert listed(f'?q=a_b{some.part}')[0] == [name]
    for part in ('a%25b', '%25', '!', '%5C', f'a%25{some.part}'):
        assert other not in listed(f'?q={part}&per_page=50')[0], part


def test_accents_are_not_ignored_and_the_address_is_not_searched(listed, some):
    email = f'{unique("mail")}@example.org'
    name = some.make('cafe', email=email)
    assert listed(f'?q={quote("café" + some.part)}')[0] == []
    assert listed(f'?q={quote(email)}')[0] == []
    assert listed(f'?q=cafe{some.part}')[0] == [name]


# ---- orders -------------------------------------------------------------------------------------

@pytest.fixture
def varied(some):
    """Accounts that differ in each order, with equal values: rows in the order of their ids."""
    start = now() - timedelta(days=1000)
    rows = []
    for number in range(12):
        columns = {'admin': number % 3 == 0, 'active': number % 2 == 0,
                   'suspended_at': now() if number % 4 == 0 else None,
                   'created_at': start - timedelta(days=number // 3)}
        name = some.make(f'u{(number * 7) % 12:02}', workouts=number % 3, **columns)
        rows.append({'username': name, 'workouts_count': number % 3, 'admin': columns['admin'],
                     'created_at': columns['created_at'],
                     'is_active': columns['active'] and columns['suspended_at'] is None})
    return rows


@pytest.mark.parametrize('order', ORDERS)
@pytest.mark.parametrize('direction', ['asc', 'desc', 'ASC', ''])
def test_the_list_is_ordered_and_equal_values_are_by_id(listed, some, varied, order, direction):
    expected = sorted(varied, key=lambda row: row[order], reverse=direction != 'asc')
    assert expected == sorted(varied, key=lambda row: row[order], reverse=direction != 'asc')
    if direction != 'asc':  # sorted() keeps the order of equal values, reversed or not
        values = sorted({row[order] for row in varied}, reverse=True)
        expected = [row for value in values for row in varied if row[order] == value]
    found, _ = listed(f'?q={some.part}&order_by={order}&order={direction}&per_page=50')
    assert found == [row['username'] for row in expected]


@pytest.mark.parametrize('direction', ['asc', 'desc'])
@pytest.mark.parametrize('order', ORDERS)
def test_the_pages_of_all_accounts_have_each_account_once_and_in_order(
        listed, varied, db, order, direction):
    """Without a search, pages come from the index of the order."""
    assert varied
    column = {'workouts_count': '(SELECT COUNT(*) FROM workouts AS w WHERE w.user_id = u.id)',
              'is_active': '(u.is_active = 1 AND u.suspended_at IS NULL)'}.get(order, f'u.{order}')
    total = db.value('SELECT COUNT(*) FROM users')
    names = [row['username'] for row in db.rows(
        f'SELECT username FROM users AS u ORDER BY {column} {direction}, id')]
    for size, page in ((50, 1), (7, 1), (7, 2), (3, 3), (50, -(-total // 50))):
        found, pagination = listed(
            f'?order_by={order}&order={direction}&per_page={size}&page={page}')
        assert found == names[(page - 1) * size:page * size], (size, page)
        assert pagination['total'] == total


# ---- cost ---------------------------------------------------------------------------------------

ADD = 'INSERT INTO users (username, email, password, created_at) '
INDEXES = {'username': 'users_username_key', 'created_at': 'ix_users_created_at',
           'workouts_count': 'ix_user_totals_nb_workouts', 'admin': 'ix_users_admin',
           'is_active': 'ix_users_active'}


def page_queries(programs, token, query):
    """The queries for a page of ids that a request makes, each with a number for every parameter."""
    answer = programs.cgi('GET', USERS, token=token, settings={'LOG_LEVEL': 'debug', 'LOG': ''},
                          parameters={'QUERY_STRING': query})
    assert answer.status == 200
    texts = [parse_line(line).get('query', '') for line in answer.stderr.splitlines()]
    return [text.replace('?', '1') for text in texts if ' AS value' in text]


@pytest.mark.parametrize('direction', ['asc', 'desc'])
@pytest.mark.parametrize('order', ORDERS)
def test_each_order_reads_an_index_and_sorts_no_table(
        programs, admin_token, db, varied, order, direction):
    """Only the rows of a page may be sorted."""
    assert varied
    queries = page_queries(programs, admin_token, f'order_by={order}&order={direction}')
    assert queries
    for text in queries:
        plan = db.plan(f'SELECT 1 {text}')
        scans = [row for row in plan if row['table'] in ('users', 'user_totals')]
        assert scans and {row['key'] for row in scans} == {INDEXES[order]}, plan
        for row in scans:
            assert 'filesort' not in (row['Extra'] or ''), row
            assert 'Using index' in row['Extra'], row


def add_many(sql, name):
    """Add 1,001 accounts whose names begin with `name`. They have not been counted."""
    sql.run(f'{ADD} SELECT CONCAT(%s, seq), CONCAT(%s, seq, "@example.org"), "*", UTC_TIMESTAMP() '
            'FROM (SELECT @seq := @seq + 1 AS seq FROM (SELECT @seq := 0) AS start, '
            'information_schema.COLLATIONS AS a, information_schema.COLLATIONS AS b LIMIT 1001) AS s', name, name)
    sql.run('UPDATE user_count SET counted_at = NULL')


@pytest.fixture
def large(db):
    """The beginning of the names of more than 1,000 accounts."""
    name = unique('large')[:20]
    add_many(db, name)
    yield name
    db.run('DELETE FROM users WHERE username LIKE %s', f'{name}%')
    db.run("DELETE FROM jobs WHERE kind = 'cleanup'")
    db.run('UPDATE user_count SET counted_at = NULL')


def test_a_large_table_is_not_counted_for_every_page(listed, db, programs, admin_token, large):
    """Above 1,000 accounts, the last count is used, with the accounts that were added since."""
    assert listed()[1]['total'] == db.value('SELECT COUNT(*) FROM users')
    db.run(f'{ADD} VALUES (%s, %s, "*", UTC_TIMESTAMP())', f'{large}more', f'{large}@example.org')
    assert listed()[1]['total'] == db.value('SELECT COUNT(*) FROM users')
    answer = programs.cgi('DELETE', f'{USERS}/{large}7', token=admin_token)
    assert answer.status == 204
    assert listed()[1]['total'] == db.value('SELECT COUNT(*) FROM users')
    db.run('DELETE FROM users WHERE username = %s', f'{large}8')  # by another program
    assert listed()[1]['total'] == db.value('SELECT COUNT(*) FROM users') + 1
    db.run('UPDATE user_count SET counted_at = counted_at - INTERVAL 301 SECOND')
    assert listed()[1]['total'] == db.value('SELECT COUNT(*) FROM users')


def test_a_table_that_is_no_longer_large_is_counted(programs, scratch, apart_db, minter):
    token = minter.token(insert_user(apart_db, admin=True).id)

    def total():
        answer = programs.cgi('GET', USERS, token=token, settings={'DATABASE_URL': scratch.url})
        return answer.json()['pagination']['total']

    add_many(apart_db, 'many')
    assert total() == 1002
    apart_db.run("DELETE FROM users WHERE username LIKE 'many%%'")  # by another program
    apart_db.run('UPDATE user_count SET counted_at = counted_at - INTERVAL 301 SECOND')
    assert total() == 1


@pytest.fixture
def reads(db, listed):
    """How many entries the server reads for a page, the number of accounts included."""
    def count():
        return sum(int(row['Value']) for row in db.rows("SHOW GLOBAL STATUS LIKE 'Handler_read%%'"))

    def get(query):
        listed(query)  # counts the accounts
        before = count()
        for _ in range(10):
            listed(query)
        return (count() - before) / 10
    return get


@pytest.mark.parametrize('direction', ['asc', 'desc'])
@pytest.mark.parametrize('order', ORDERS)
def test_a_page_of_a_large_table_reads_few_entries(reads, large, order, direction):
    assert large
    assert reads(f'?order_by={order}&order={direction}&page=2') < 300


@pytest.mark.parametrize('direction', ['asc', 'desc'])
def test_a_later_page_reads_the_names_before_it_and_no_others(reads, large, direction):
    assert large
    assert 890 < reads(f'?order={direction}&page=90') < 1300
