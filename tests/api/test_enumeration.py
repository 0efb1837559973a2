"""No sequence of answers reveals whether an address has an account (W11): after registering with a known address,
every answer is the same as after registering with an unknown one."""

import pytest

from tests.harness.people import now, unique

NAME, OTHER, EMAIL, PASSWORD = '{name}', '{other}', '{email}', 'password of an attacker'
SINCE_0_6 = ('0.7', '0.6')


def register(username, email):
    return 'POST', '/api/auth/register', {'username': username, 'email': email,
                                          'password': PASSWORD, 'accepted_policy': True}


# requests without a token, in the order in which an attacker could try them
WALK = [
    ('GET', '/api/users/{name}/picture', None),
    register(NAME, '{other}@example.org'),
    register(NAME, EMAIL),
    register(OTHER, EMAIL),
    ('GET', '/api/users/{other}/picture', None),
    ('POST', '/api/auth/login', {'email': EMAIL, 'password': PASSWORD}),
    ('POST', '/api/auth/password/reset-request', {'email': EMAIL}),
    ('POST', '/api/auth/account/resend-confirmation', {'email': EMAIL}),
    ('POST', '/api/auth/account/confirm', {'token': EMAIL}),
    ('POST', '/api/auth/email/update', {'token': EMAIL}),
    ('POST', '/api/auth/password/update', {'token': EMAIL, 'password': PASSWORD}),
    ('GET', '/api/users/{name}/picture', None),
    ('GET', '/api/config', None),
    ('GET', '/api/auth/profile', None),
]


def fill(value, names):
    if isinstance(value, str):
        return value.format(**names)
    if isinstance(value, dict):
        return {key: fill(one, names) for key, one in value.items()}
    return value


def shape(answer, names):
    """The parts of an answer that must not differ; names are replaced by their keys."""
    body = answer.body.decode()
    for key, name in names.items():
        body = body.replace(name, key)
    return answer.status, body, sorted(set(answer.headers) - {'X-Request-Id', 'Date'})


def walk(api, email):
    names = {'name': unique('n'), 'other': unique('o'), 'email': email}
    steps = [register(NAME, EMAIL), *WALK]
    return [shape(api.request(method, fill(path, names), json=fill(body, names)), names)
            for method, path, body in steps]


@pytest.fixture(params=['active', 'suspended', 'inactive', 'unconfirmed'])
def known(request, make_user, register):
    """An address that has an account."""
    if request.param == 'unconfirmed':
        return register().email
    return make_user(active=request.param == 'active',
                     suspended_at=now() if request.param == 'suspended' else None).email


@pytest.mark.parametrize('dialect', SINCE_0_6)
def test_every_answer_after_a_registration_is_the_same(api_in, known, work_off, dialect):
    api = api_in(dialect)
    unknown = walk(api, f'{unique()}@example.org')
    assert walk(api, known) == unknown


def test_the_answers_are_the_same_after_the_mail_too(api, known, work_off):
    def later(email):
        names = {'name': unique('n'), 'other': unique('o'), 'email': email}
        method, path, body = register(NAME, EMAIL)
        api.request(method, fill(path, names), json=fill(body, names))
        work_off()
        return [shape(api.request(method, fill(path, names), json=fill(body, names)), names)
                for method, path, body in WALK]
    assert later(known) == later(f'{unique()}@example.org')


def test_both_registrations_count_for_max_users(api, db, app_config, known, registration):
    """GET config says whether registration is open, and register says when it is not."""
    def places_left_after(email):
        taken = (db.value('SELECT COUNT(*) FROM users') +
                 db.value('SELECT COUNT(*) FROM registrations'))
        app_config(max_users=taken + 1)
        assert api.get('/api/config').json()['data']['is_registration_enabled']
        assert api.post('/api/auth/register', json=registration(email=email)).status == 200
        return api.get('/api/config').json()['data']['is_registration_enabled']
    assert not places_left_after(known)
    assert not places_left_after(f'{unique()}@example.org')


def test_the_numbers_of_accounts_do_not_differ(api, api_02, known, registration):
    """An attacker can compare the ids of accounts created before and after: dialect 0.2 shows them."""
    def own_number():
        name = unique()[:12]
        answer = api_02.post('/api/auth/register', json={
            'username': name, 'email': f'{name}@example.org', 'password': PASSWORD,
            'password_conf': PASSWORD})
        token = answer.json()['auth_token']
        return api_02.get('/api/auth/profile', token=token).json()['data']['id']

    def numbers_taken(email):
        before = own_number()
        assert api.post('/api/auth/register', json=registration(email=email)).status == 200
        return own_number() - before
    assert numbers_taken(known) == numbers_taken(f'{unique()}@example.org')


def test_the_picture_by_number_hides_unconfirmed_accounts(api_02, db, register):
    account = register()
    unconfirmed = api_02.get(f'/api/users/{account.id}/picture')
    unknown = api_02.get('/api/users/2000000000/picture')
    assert shape(unconfirmed, {}) == shape(unknown, {})
    db.run('UPDATE users SET is_active = 1, unconfirmed = 0 WHERE id = %s', account.id)
    assert api_02.get(f'/api/users/{account.id}/picture').body != unknown.body


def test_the_work_of_both_registrations_is_the_same(api, db, known, registration):
    """Each writes one row and one mail; none is written and rolled back."""
    tables = ('users', 'registrations', 'jobs')

    def rows_written(email):
        before = [db.value(f'SELECT COUNT(*) FROM {table}') for table in tables[:2]]
        assert api.post('/api/auth/register', json=registration(email=email)).status == 200
        after = [db.value(f'SELECT COUNT(*) FROM {table}') for table in tables[:2]]
        return sum(after) - sum(before)
    assert rows_written(known) == rows_written(f'{unique()}@example.org') == 1
