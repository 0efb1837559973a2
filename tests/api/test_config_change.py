"""PATCH /api/config (contract §17)."""

from datetime import timedelta

import pytest

from tests.api.support.administrators import FORBIDDEN, admin, admin_token  # noqa: F401
from tests.api.support.bodies import refuses_unreadable_bodies
from tests.api.support.dialects import BOTH, DIALECTS
from tests.api.support.profile import date_text
from tests.api.support.programs import cgi_variables, parse_cgi
from tests.api.support.scoped import oauth2_token
from tests.harness.answers import INVALID, NOT_ALLOWED, error, exact, is_bad_scope, is_no_auth
from tests.harness.people import now

CONFIG = '/api/config'
FILES = 'Max. files in a zip archive must be greater than 0'
SINGLE = 'Max. size of uploaded files must be greater than 0'
ZIP = 'Max. size of zip archive must be greater than 0'
ZIP_LIMIT = 'Max. size of zip archive must not exceed 32.0MB'
CONTACT = 'valid email must be provided for admin contact'
DISORDERED = error(
    'Max. size of zip archive must be equal or greater than max. size of uploaded files')
FAILED = error('error when updating configuration', 500)
NUMBERS = ('gpx_limit_import', 'max_single_file_size', 'max_zip_file_size', 'max_users')
TEXTS = ('admin_contact', 'about', 'privacy_policy')
MIB = 1024 * 1024


@pytest.fixture
def change(api, admin_token, app_config):
    """PATCH the configuration as an administrator; it is restored at the end of the test."""
    app_config(admin_contact=None, about=None, privacy_policy=None, privacy_policy_date=None)
    return lambda **body: api.request('PATCH', CONFIG, json=body, token=admin_token)


@pytest.fixture
def changed(change, api):
    """The same, successfully; returns the configuration, which GET shows, too."""
    def make(**body):
        answer = change(**body)
        exact(answer, (200, {'status': 'success', 'data': api.get(CONFIG).json()['data']}))
        return answer.json()['data']
    return make


@pytest.fixture
def refused(change, db):
    """Assert that the change is refused with this answer, and stores nothing."""
    def check(answer, **body):
        before = db.row('SELECT * FROM app_config')
        exact(change(**body), answer)
        assert db.row('SELECT * FROM app_config') == before
    return check


# ---- who may ------------------------------------------------------------------------------------

def test_only_administrators_change_it(api, db, user, token, admin):
    def patch(**options):
        return api.request('PATCH', CONFIG, data=b'{', **options)

    is_no_auth(patch())
    exact(patch(token=token), FORBIDDEN)
    is_bad_scope(patch(token=oauth2_token(db, admin.id, 'users:write').text))
    exact(patch(token=oauth2_token(db, admin.id, 'application:write').text), INVALID)


def test_the_body_is_an_object(api, admin_token, app_config):
    refuses_unreadable_bodies(
        lambda data, headers: api.request('PATCH', CONFIG, data=data, headers=headers,
                                          token=admin_token), {'gpx_limit_import': 3})


@pytest.mark.parametrize('way', ['header', 'path'])
def test_a_post_can_stand_for_it(api, admin_token, app_config, db, way):
    headers = {'X-HTTP-Method-Override': 'PATCH'} if way == 'header' else {}
    answer = api.post(CONFIG + ('/patch' if way == 'path' else ''), json={'gpx_limit_import': 4},
                      token=admin_token, headers=headers)
    assert answer.status == 200
    assert db.value('SELECT gpx_limit_import FROM app_config') == 4


@pytest.mark.parametrize('method', ['POST', 'DELETE', 'OPTIONS'])
def test_both_programs_name_all_methods(api, token, method):
    answer = api.request(method, CONFIG, token=token)
    assert answer.status == (200 if method == 'OPTIONS' else 405)
    assert answer.headers['Allow'] == 'GET, HEAD, PATCH, OPTIONS'


# ---- values -------------------------------------------------------------------------------------

def test_all_fields_are_stored(changed, db):
    body = {'gpx_limit_import': 3, 'max_single_file_size': 2 * MIB, 'max_zip_file_size': 4 * MIB,
            'max_users': 7000, 'admin_contact': 'boss@example.org', 'about': 'é <b>', 'privacy_policy': 'x'}
    data = changed(**body)
    row = db.row('SELECT * FROM app_config')
    assert {name: data[name] for name in body} == body == {name: row[name] for name in body}


def test_absent_and_unknown_fields_change_nothing(changed, db):
    before = db.row('SELECT * FROM app_config')
    changed(is_registration_enabled=False, privacy_policy_date='x', version=1)
    assert db.row('SELECT * FROM app_config') == before
    changed(gpx_limit_import=before['gpx_limit_import'] + 1)
    assert db.row('SELECT * FROM app_config') == {
        **before, 'gpx_limit_import': before['gpx_limit_import'] + 1}


@pytest.mark.parametrize('field', NUMBERS)
@pytest.mark.parametrize('value', [None, '1', True, [1], {}, '', 2**31, 2147483647.5, 1e300])
def test_a_number_is_a_number_of_32_bits(refused, field, value):
    refused(INVALID, **{field: value})


@pytest.mark.parametrize('field', TEXTS)
@pytest.mark.parametrize('value', [1, True, [], ['x'], {}])
def test_a_text_is_a_text(refused, field, value):
    refused(INVALID, **{field: value})


def test_a_limit_of_accounts_is_not_negative(refused, changed):
    refused(INVALID, max_users=-1)
    assert changed(max_users=0)['max_users'] == 0


@pytest.mark.parametrize(('value', 'stored'), [
    (1.4, 1), (1.5, 2), (1048576.49, 1048576), (0.5, 1), (3.0, 3)])
def test_fractions_are_rounded(changed, value, stored):
    assert changed(max_single_file_size=value)['max_single_file_size'] == stored


@pytest.mark.parametrize(('body', 'messages'), [
    ({'gpx_limit_import': 0}, [FILES]), ({'gpx_limit_import': 0.4}, [FILES]),
    ({'max_single_file_size': -5}, [SINGLE]), ({'max_zip_file_size': -1e300}, [ZIP]),
    ({'max_zip_file_size': 32 * MIB + 1}, [ZIP_LIMIT]), ({'admin_contact': 'x'}, [CONTACT]),
    ({'admin_contact': f'{"a" * 250}@example.org'}, [CONTACT]),
    ({'admin_contact': '@', 'max_zip_file_size': 0, 'max_single_file_size': 0, 'gpx_limit_import': 0},
     [FILES, SINGLE, ZIP, CONTACT])])
def test_broken_rules_are_an_array_in_order(refused, body, messages):
    refused((400, {'status': 'error', 'message': messages}), about='x', **body)


def test_an_invalid_field_is_reported_before_a_broken_rule(refused):
    refused(INVALID, gpx_limit_import=0, max_users=-1)
    refused(INVALID, gpx_limit_import=0, about=1)


@pytest.mark.parametrize('body', [
    {'max_zip_file_size': 1048575}, {'max_single_file_size': 10485761},
    {'max_single_file_size': 40 * MIB}, {'max_zip_file_size': 4, 'max_single_file_size': 5}])
def test_an_archive_is_not_smaller_than_a_file(refused, app_config, body):
    app_config(max_single_file_size=1048576, max_zip_file_size=10485760)
    refused(DISORDERED, about='x', **body)


def test_the_sizes_can_be_equal_and_at_their_limit(changed):
    data = changed(max_zip_file_size=32 * MIB, max_single_file_size=32 * MIB)
    assert data['max_zip_file_size'] == data['max_single_file_size'] == 33554432


@pytest.mark.parametrize('value', ['', None, ' '])
def test_without_a_contact_there_is_none(changed, app_config, value):
    app_config(admin_contact='boss@example.org')
    assert changed(admin_contact=value)['admin_contact'] is None


def test_blanks_around_a_contact_are_ignored(changed):
    assert changed(admin_contact=' boss@example.org\n')['admin_contact'] == 'boss@example.org'


@pytest.mark.parametrize('field', ['about', 'privacy_policy'])
def test_a_text_has_at_most_65535_bytes(changed, refused, field):
    refused(INVALID, **{field: 'é' * 32768})
    assert changed(**{field: 'é' * 32767 + 'x'})[field] == 'é' * 32767 + 'x'
    assert changed(**{field: ''})[field] is None
    assert changed(**{field: None})[field] is None


# ---- the date of the policy --------------------------------------------------------------------

def test_a_policy_has_the_date_of_its_text(changed, db):
    assert changed(privacy_policy='one')['privacy_policy_date'] is not None
    assert now() - db.value('SELECT privacy_policy_date FROM app_config') < timedelta(minutes=1)
    assert changed(privacy_policy='')['privacy_policy_date'] is None


def test_an_unchanged_policy_keeps_its_date(changed, app_config):
    date = now() - timedelta(days=400)
    app_config(privacy_policy='one', privacy_policy_date=date)
    assert changed(privacy_policy='one')['privacy_policy_date'] == date_text(date)
    assert changed(about='x')['privacy_policy_date'] == date_text(date)
    assert changed(privacy_policy='One')['privacy_policy_date'] != date_text(date)


# ---- dialects and failures ---------------------------------------------------------------------

@pytest.mark.parametrize('name', BOTH)
def test_each_dialect_shows_its_object(api_in, admin_token, app_config, name):
    answer = api_in(name).request('PATCH', CONFIG, json={'gpx_limit_import': 5}, token=admin_token)
    exact(answer, (200, api_in(name).get(CONFIG).json()))


def test_0_6_does_not_know_the_texts(api_06, admin_token, app_config, db):
    app_config(about='a', privacy_policy='p')
    answer = api_06.request(
        'PATCH',
        CONFIG,
        json={
            'about': 1,
            'privacy_policy': 'x'},
        token=admin_token)
    assert answer.status == 200
    assert db.row('SELECT about, privacy_policy FROM app_config') == {
        'about': 'a', 'privacy_policy': 'p'}


def test_0_2_does_not_have_it(api_02, admin_token):
    exact(api_02.request('PATCH', CONFIG, json={'x': 1}, token=admin_token), DIALECTS['0.2'].no_url)


def test_without_a_row_or_with_two_nothing_is_stored(change, db):
    row = db.row('SELECT * FROM app_config')
    db.run('DELETE FROM app_config')
    try:
        exact(change(about='x'), FAILED)
    finally:
        db.insert('app_config', **row)
    second = db.insert('app_config', max_users=0)
    try:
        exact(change(about='x'), FAILED)
        assert db.value("SELECT COUNT(*) FROM app_config WHERE about = 'x'") == 0
    finally:
        db.run('DELETE FROM app_config WHERE id = %s', second)


def test_the_database_fails_with_its_own_message(programs, admin_token):
    url = 'mysql://x:y@localhost/x?unix_socket=/nonexistent'
    exact(programs.cgi('PATCH', CONFIG, json={'about': 'x'}, token=admin_token, program='users',
                       settings={'DATABASE_URL': url}), FAILED)


def test_the_program_that_only_reads_changes_nothing(programs, admin_token):
    """As if the web server's files were of an earlier version."""
    done = programs.run('config', parameters=cgi_variables('PATCH', CONFIG, admin_token))
    exact(parse_cgi(done.stdout), NOT_ALLOWED)
    assert b'update its configuration' in done.stderr
