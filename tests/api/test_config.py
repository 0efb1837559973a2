"""GET /api/ping and GET /api/config (contract §7.1 and §7.2)."""

import pytest

from tests.harness.answers import PONG, error, exact
from tests.api.support.profile import date_text

CONFIG = '/api/config'
ATTRIBUTION = ('&copy; <a href="http://www.openstreetmap.org/copyright" target="_blank" '
               'rel="noopener noreferrer">OpenStreetMap</a> contributors')
BROKEN = error('error on getting configuration', 500)


@pytest.fixture
def config(api):
    def get():
        answer = api.get(CONFIG)
        exact(answer, (200, {'data': answer.json()['data'], 'status': 'success'}))
        return answer.json()['data']
    return get


def test_ping_answers_pong(api):
    exact(api.get('/api/ping'), PONG)


@pytest.mark.parametrize('header', ['', 'Bearer', 'Bearer x', 'Basic x'])
@pytest.mark.parametrize('path', ['/api/ping', CONFIG])
def test_authentication_is_ignored(api, path, header):
    assert api.get_with_header(path, f'Authorization: {header}').status == 200


def test_the_configuration_of_a_fresh_installation(api):
    exact(api.get(CONFIG), (200, {'status': 'success', 'data': {
        'about': None, 'admin_contact': None, 'gpx_limit_import': 10,
        'is_email_sending_enabled': True, 'is_registration_enabled': True,
        'map_attribution': ATTRIBUTION, 'max_single_file_size': 1048576, 'max_users': 0,
        'max_zip_file_size': 10485760, 'privacy_policy': None, 'privacy_policy_date': None,
        'version': '0.7.18', 'weather_provider': None}}))


def test_all_columns_are_shown(config, app_config, db):
    app_config(about='about – ü "x" 😀', admin_contact='admin@example.org', gpx_limit_import=7,
               max_single_file_size=11, max_zip_file_size=2147483647, max_users=1000000,
               privacy_policy='# Policy\r\n\ttext',
               privacy_policy_date='2024-02-29 23:59:59.999999')
    data = config()
    row = db.row('SELECT * FROM app_config')
    for name in ('about', 'admin_contact', 'gpx_limit_import', 'max_single_file_size',
                 'max_zip_file_size', 'max_users', 'privacy_policy'):
        assert data[name] == row[name], name
    assert data['privacy_policy_date'] == 'Thu, 29 Feb 2024 23:59:59 GMT'
    assert data['privacy_policy_date'] == date_text(row['privacy_policy_date'])


def test_long_texts_are_shown_completely(config, app_config):
    app_config(about='ä' * 30000, privacy_policy='p' * 65535)
    data = config()
    assert data['about'] == 'ä' * 30000
    assert data['privacy_policy'] == 'p' * 65535


def test_empty_texts_stay_empty(config, app_config):
    app_config(about='', admin_contact='', privacy_policy='')
    data = config()
    assert (data['about'], data['admin_contact'], data['privacy_policy']) == ('', '', '')


@pytest.mark.parametrize(('free', 'enabled'), [(1, True), (0, False), (-1, False)])
def test_registration_is_enabled_while_there_are_free_places(config, app_config, db, make_user,
                                                             free,
                                                             enabled):
    make_user(active=False)
    make_user()
    taken = sum(db.value(f'SELECT COUNT(*) FROM {table}') for table in ('users', 'registrations'))
    app_config(max_users=taken + free)
    assert config()['is_registration_enabled'] is enabled


def test_the_configuration_is_read_at_every_request(config, app_config):
    for value in (5, 6, 7, 8):
        app_config(gpx_limit_import=value)
        assert config()['gpx_limit_import'] == value


def test_without_a_row_it_is_an_error(api, db, app_config):
    row = db.row('SELECT * FROM app_config')
    db.run('DELETE FROM app_config')
    try:
        exact(api.get(CONFIG), BROKEN)
    finally:
        db.insert('app_config', **row)


def test_with_two_rows_it_is_an_error(api, db):
    second = db.insert('app_config', max_users=0)
    try:
        exact(api.get(CONFIG), BROKEN)
    finally:
        db.run('DELETE FROM app_config WHERE id = %s', second)


def test_with_sending_disabled_the_configuration_shows_it(api_without_mail):
    assert api_without_mail.get(CONFIG).json()['data']['is_email_sending_enabled'] is False


@pytest.mark.parametrize(('value', 'shown'), [
    ('darksky', 'darksky'), ('DarkSky', 'darksky'), ('visualcrossing', 'visualcrossing'),
    ('VISUALCROSSING', 'visualcrossing'), ('', None), ('other', None), ('darkskyx', None)])
def test_the_weather_provider_is_one_of_two(programs, value, shown):
    answer = programs.cgi('GET', CONFIG, settings={'WEATHER_API_PROVIDER': value})
    assert answer.json()['data']['weather_provider'] == shown


def test_the_map_attribution_is_a_setting(programs):
    answer = programs.cgi('GET', CONFIG, settings={'MAP_ATTRIBUTION': '<b>"me" & é</b>'})
    assert answer.json()['data']['map_attribution'] == '<b>"me" & é</b>'
