"""The cases of route_cases.py for the pages."""

from urllib.parse import urlencode

from tests.api.support.oauth import CALLBACK, SCOPE
from tests.api.support.route_rows import NEW_PASSWORD, Rows, a_session, a_token, an_app, with_picture
from tests.api.support.scoped import oauth2_token
from tests.harness.people import PASSWORD, unique

ACT = '/account/admin/users/{}/suspend'


def member(query='', fields=None):
    return lambda rows: rows.page(query=query, fields=fields)


def member_with(make_account, path=None):
    return lambda rows: rows.page(make_account(rows), path)


def own_row(path, insert):
    """A form about a row of the account."""
    def make(rows):
        account = rows.account()
        return rows.page(account, path.format(insert(rows, account)), fields={})
    return make


def a_connection(rows, account):
    client_id = rows.app(rows.account())[1]['client_id']
    oauth2_token(rows.sql, account.id, SCOPE, client_id=client_id)
    return client_id


def log_in(rows):
    account = rows.account()
    return rows.guest(fields={'email': account.email, 'password': account.password})


def register(rows):
    name = unique()
    return rows.guest(fields={'username': name, 'email': f'{name}@example.org',
                      'password': NEW_PASSWORD, 'policy': '1'})


def upload(rows):
    case = rows.page(fields={})
    return with_picture(case, dict(pair.split('=', 1)
                        for pair in case.data.decode().split('&')).items())


def consent(rows):
    """The account, and the fields of the request of an application."""
    account = rows.account()
    return account, {'client_id': rows.app(account)[1]['client_id'], 'response_type': 'code', 'redirect_uri': CALLBACK,
                     'scope': SCOPE}


def show_consent(rows):
    account, fields = consent(rows)
    return rows.page(account, query=urlencode(fields))


def decide_consent(rows):
    account, fields = consent(rows)
    return rows.page(account, fields={**fields, 'decision': 'allow'})


def device(**more):
    def make(rows):
        account = rows.account()
        _code, shown = rows.device(account, rows.app(account)[1]['client_id'])
        return rows.page(account, fields={'user_code': shown, **more})
    return make


def invited(rows):
    name = unique()
    return rows.guest(fields={'token': rows.invitation(), 'username': name, 'email': f'{name}@example.org',
                              'password': NEW_PASSWORD})


def act(fields=None):
    return lambda rows: rows.admin_page(ACT.format(rows.account().id), fields)


def about_a_job(path, fields=None):
    return lambda rows: rows.admin_page(path.format(rows.job()), fields)


TO_ANYONE = ('/account', '/account/login', '/account/register', '/account/resend', '/account/reset',
             '/account/policy', '/account/about', '/account/style.css', '/profile/apps/authorize',
             '/account-confirmation', '/password-reset', '/email-update', '/profile/edit/account')
TO_MEMBERS = ('/account/', '/account/profile/edit', '/account/preferences', '/account/sports', '/account/picture',
              '/account/sessions', '/account/events', '/account/tokens', '/account/apps', '/account/apps/new',
              '/account/device', '/account/credentials', '/account/delete', '/account/export')
TO_ADMINISTRATORS = ('', '/users', '/jobs', '/exports', '/findings', '/errors', '/configuration')

PAGES = {
    **{f'GET {path}': Rows.guest for path in TO_ANYONE},
    **{f'GET {path}': member() for path in TO_MEMBERS},
    **{f'GET /account/admin{path}': Rows.admin_page for path in TO_ADMINISTRATORS},
    'POST /account/login': log_in,
    'POST /account/logout': member(fields={}),
    'POST /account/register': register,
    'POST /account/resend': lambda rows: rows.guest(fields={
        'email': rows.account(active=False, unconfirmed=1).email}),
    'GET /account/confirm': lambda rows: rows.guest(query=f'token={rows.pending(active=False)}'),
    'POST /account/confirm': lambda rows: rows.guest(fields={'token': rows.pending(active=False)}),
    'GET /account/email': lambda rows: rows.guest(query='token=x'),
    'POST /account/email': lambda rows: rows.guest(fields={
        'token': rows.pending(email_to_confirm=f'{unique()}@example.org')}),
    'POST /account/reset': lambda rows: rows.guest(fields={'email': rows.account().email}),
    'GET /account/new-password': lambda rows: rows.guest(query=f'token={rows.reset_token()}'),
    'POST /account/new-password': lambda rows: rows.guest(fields={
        'token': rows.reset_token(), 'password': NEW_PASSWORD}),
    'POST /account/profile/edit': member(fields={'first_name': 'Ann'}),
    'POST /account/preferences': member(fields={
        'language': 'en', 'timezone': 'UTC', 'date_format': 'yyyy-MM-dd', 'weekm': '1'}),
    'GET /account/sports/#id': lambda rows: rows.page(path='/account/sports/1'),
    'POST /account/sports/#id': lambda rows: rows.page(path='/account/sports/1', fields={
        'color': '#12ab34', 'threshold': '2.5', 'unit': 'km/h'}),
    'POST /account/sports/#id/reset': lambda rows: rows.page(path='/account/sports/1/reset', fields={}),
    'POST /account/picture': upload,
    'POST /account/picture/remove': lambda rows: rows.page(rows.account_with_picture(), fields={}),
    'POST /account/sessions/#id/end': own_row('/account/sessions/{}/end', a_session),
    'POST /account/sessions/end-others': member(fields={}),
    'POST /account/tokens': member(fields={
        'name': 'a', 'days': '30', 'password': PASSWORD, 'profile:read': '1'}),
    'POST /account/tokens/#id/revoke': own_row('/account/tokens/{}/revoke', a_token),
    'POST /account/apps/new': member(fields={
        'name': 'a', 'website': 'https://uploader.example', 'redirect_uris': CALLBACK, 'profile:read': '1'}),
    'POST /account/apps/#id/revoke': own_row('/account/apps/{}/revoke', an_app),
    'POST /account/apps/:app/disconnect': own_row('/account/apps/{}/disconnect', a_connection),
    'POST /account/apps/#id/delete': own_row('/account/apps/{}/delete', an_app),
    'GET /account/authorize': show_consent,
    'POST /account/authorize': decide_consent,
    'POST /account/device': device(),
    'POST /account/device/decide': device(decision='allow'),
    'POST /account/credentials/email': lambda rows: rows.page(fields={
        'email': f'{unique()}@example.org', 'email_password': PASSWORD}),
    'POST /account/credentials/password': member(fields={'password': PASSWORD, 'new_password': NEW_PASSWORD}),
    'POST /account/delete': member(fields={'sure': '1', 'password': PASSWORD}),
    'POST /account/policy': member(fields={}),
    'POST /account/export': member(fields={}),
    'GET /account/export/:file': member_with(Rows.account_with_archive, '/account/export/archive_a.zip'),
    'GET /account/admin/users/#id': lambda rows: rows.admin_page(f'/account/admin/users/{rows.account().id}'),
    'GET /account/admin/users/#id/:act': act(),
    'POST /account/admin/users/#id/:act': act({'password': PASSWORD}),
    'GET /account/admin/invitation': lambda rows: rows.guest(query=f'token={rows.invitation()}'),
    'POST /account/admin/invitation': invited,
    'POST /account/admin/jobs/retry': about_a_job('/account/admin/jobs/retry', {}),
    'GET /account/admin/jobs/#id': about_a_job('/account/admin/jobs/{}'),
    'POST /account/admin/jobs/#id/retry': about_a_job('/account/admin/jobs/{}/retry', {}),
    'POST /account/admin/jobs/#id/drop': about_a_job('/account/admin/jobs/{}/drop', {}),
    'POST /account/admin/configuration': lambda rows: rows.admin_page(fields={
        'max_users': '1000000', 'gpx_limit_import': '10', 'max_single_file_size': '1000000',
        'max_zip_file_size': '10000000'}),
}
