"""For each route of the programs, a request that reaches its end: everything it needs is there, and it is accepted."""

import subprocess
import time
import uuid
from dataclasses import dataclass

from tests.api.support.gated import basic_header
from tests.api.support.oauth import DEVICE_GRANT, SCOPE, metadata
from tests.api.support.page_cases import PAGES
from tests.api.support.route_rows import (GATE_COOKIE, NEW_PASSWORD, VERIFIER, Case, Rows, a_session, a_token,
                                          an_app, posted, with_picture)
from tests.api.support.scoped import oauth2_token, personal_token
from tests.harness.passwords import new_hash
from tests.harness.people import PASSWORD, insert_session, unique
from tests.harness.tokens import sha256_hex
from tests.harness.tree import SERVICES

PERSONAL_DATA = dict.fromkeys(('first_name', 'last_name', 'location', 'bio', 'birth_date'))
PREFERENCES = {'language': 'en', 'date_format': 'yyyy-MM-dd', 'timezone': 'UTC',
               **dict.fromkeys(('display_ascent', 'imperial_units', 'start_elevation_at_zero',
                                'use_raw_gpx_speed', 'weekm'), True)}


@dataclass
class Route:
    program: str
    name: str  # 'GET /api/ping': the key of CASES; with ' 0.2' if only that dialect has it
    method: str
    pattern: str
    dialect: str


def routes_of(build):
    """All routes of all programs, as these print them."""
    for program in SERVICES:
        lines = subprocess.run([build / program, '--routes'], env={}, capture_output=True, text=True,
                               check=True).stdout.splitlines()
        for method, pattern, dialects in map(str.split, lines):
            old = ' 0.2' if dialects == '0.2' else ''
            yield Route(program, f'{method} {pattern}{old}', method, pattern, '0.2' if old else '0.7')


def registration(**more):
    name = unique()
    return {'username': name, 'email': f'{name}@example.org', 'password': NEW_PASSWORD, **more}


def register(_rows):
    return Case(json=registration(accepted_policy=True))


def log_in(rows):
    return Case(json=rows.account().credentials)


def reset(rows):
    return Case(json={'password': NEW_PASSWORD, 'token': rows.reset_token()})


def edit_account(rows):
    account = rows.account()
    return rows.member(account, json={'email': f'{unique()}@example.org', 'password': account.password,
                                      'new_password': NEW_PASSWORD})


def create_token(rows):
    account = rows.account()
    return rows.member(
        account, json={'name': 'a', 'scope': 'profile:read', 'password': account.password})


def own_row(path, insert):
    """A request about a row of the account."""
    def make(rows):
        account = rows.account()
        return rows.member(account, path.format(insert(rows, account)))
    return make


def an_app_by_name(rows, account):
    return rows.app(account)[1]['client_id']


def change_user(rows):
    account = rows.account()
    return rows.admin(f'/api/users/{account.username}', json={
        'activate': True, 'new_email': f'{unique()}@example.org', 'reset_password': True})


def authorize(rows):
    account = rows.account()
    fields = {'client_id': rows.app(account)[1]['client_id'], 'response_type': 'code', 'confirm': 'true',
              'scope': SCOPE}
    return posted(fields, token=rows.minter.token(account.id))


def exchange_code(rows):
    account = rows.account()
    credentials = rows.app(account)[1]
    return posted({**credentials, 'grant_type': 'authorization_code', 'code_verifier': VERIFIER,
                   'code': rows.code(account, credentials['client_id'])})


def revoke(rows):
    account = rows.account()
    credentials = rows.app(account)[1]
    token = oauth2_token(rows.sql, account.id, client_id=credentials['client_id'])
    return posted({**credentials, 'token': token.text})


def statistics(kind):
    def make(rows):
        account, _workout = rows.account_with_workout()
        return rows.member(account, f'/api/stats/{account.username}/{kind}')
    return make


def get_workout(rows):
    account, workout = rows.account_with_workout()
    return rows.member(account, f'/api/workouts/{workout}')


def pass_gate(rows):
    account = rows.account()
    script = personal_token(rows.sql, account.id, 'gate')
    return Case(parameters={'GATE_REQUIRE': '',
                'HTTP_AUTHORIZATION': basic_header(account.username, script.text)})


API = {
    'POST /api/auth/register': register,
    'POST /api/auth/account/resend-confirmation': lambda rows: Case(json={
        'email': rows.account(active=False, unconfirmed=1).email}),
    'POST /api/auth/login': log_in,
    'POST /api/auth/logout': Rows.member,
    'GET /api/auth/logout 0.2': Rows.member,
    'POST /api/auth/account/confirm': lambda rows: Case(json={'token': rows.pending(active=False)}),
    'POST /api/auth/password/reset-request': lambda rows: Case(json={'email': rows.account().email}),
    'POST /api/auth/password/update': reset,
    'POST /api/auth/email/update': lambda rows: Case(json={
        'token': rows.pending(email_to_confirm=f'{unique()}@example.org')}),
    'GET /api/auth/sessions': Rows.member,
    'DELETE /api/auth/sessions': Rows.member,
    'DELETE /api/auth/sessions/#session_id': own_row('/api/auth/sessions/{}', a_session),
    'GET /api/auth/tokens': Rows.member,
    'POST /api/auth/tokens': create_token,
    'DELETE /api/auth/tokens/#token_id': own_row('/api/auth/tokens/{}', a_token),
    'GET /api/auth/events': Rows.member,
    'GET /api/auth/profile': Rows.member,
    'POST /api/auth/profile/edit': lambda rows: rows.member(json=PERSONAL_DATA),
    'POST /api/auth/profile/edit 0.2': lambda rows: rows.member(json={**PERSONAL_DATA, 'timezone': 'UTC'}),
    'PATCH /api/auth/profile/edit/account': edit_account,
    'POST /api/auth/profile/edit/preferences': lambda rows: rows.member(json=PREFERENCES),
    'POST /api/auth/profile/edit/sports': lambda rows: rows.member(json={'sport_id': 1, 'is_active': False}),
    'DELETE /api/auth/profile/reset/sports/:sport_id':
        lambda rows: rows.member(path='/api/auth/profile/reset/sports/1'),
    'POST /api/auth/account/privacy-policy': lambda rows: rows.member(json={'accepted_policy': True}),
    'POST /api/auth/picture': lambda rows: with_picture(rows.member()),
    'POST /api/auth/picture 0.2': lambda rows: with_picture(rows.member()),
    'DELETE /api/auth/picture': lambda rows: rows.member(rows.account_with_picture()),
    'GET /api/users/:user_name/picture':
        lambda rows: Case(f'/api/users/{rows.account_with_picture().username}/picture'),
    'GET /api/users/:user_id/picture 0.2': lambda rows: Case(f'/api/users/{rows.account_with_picture().id}/picture'),
    'GET /api/auth/account/export': lambda rows: rows.member(rows.account_with_archive()),
    'POST /api/auth/account/export/request': Rows.member,
    'GET /api/auth/account/export/:file_name':
        lambda rows: rows.member(
        rows.account_with_archive(),
        '/api/auth/account/export/archive_a.zip'),
    'GET /api/users': Rows.admin,
    'GET /api/users/:user_name': lambda rows: rows.admin(f'/api/users/{rows.account().username}'),
    'PATCH /api/users/:user_name': change_user,
    'DELETE /api/users/:user_name': lambda rows: rows.admin(f'/api/users/{rows.account().username}'),
    'PATCH /api/config': lambda rows: rows.admin(json={'max_users': 1_000_000}),
    'PATCH /api/sports/#sport_id': lambda rows: rows.admin('/api/sports/2', json={'is_active': True}),
    'GET /api/oauth/apps': Rows.member,
    'POST /api/oauth/apps': lambda rows: rows.member(json=metadata()),
    'GET /api/oauth/apps/:app': own_row('/api/oauth/apps/{}', an_app_by_name),
    'DELETE /api/oauth/apps/:app': own_row('/api/oauth/apps/{}', an_app),
    'GET /api/oauth/apps/:id/by_id': own_row('/api/oauth/apps/{}/by_id', an_app),
    'POST /api/oauth/apps/:id/revoke': own_row('/api/oauth/apps/{}/revoke', an_app),
    'POST /api/oauth/authorize': authorize,
    'POST /api/oauth/token': exchange_code,
    'POST /api/oauth/revoke': revoke,
    'POST /api/oauth/device': lambda rows: posted({**rows.app(rows.account())[1], 'scope': SCOPE}),
    'GET /.well-known/oauth-authorization-server': lambda _rows: Case(),
    'GET /api/workouts': lambda rows: rows.member(rows.account_with_workout()[0]),
    'GET /api/workouts/:short_id': get_workout,
    'GET /api/stats/:user_name/by_time': statistics('by_time'),
    'GET /api/stats/:user_name/by_sport': statistics('by_sport'),
    'GET /api/records': Rows.member,
    'GET /api/config': lambda _rows: Case(),
    'GET /api/ping': lambda _rows: Case(),
    'GET /api/openapi.json': lambda _rows: Case(),
    'GET /api/sports': Rows.member,
    'GET /api/sports/#sport_id': lambda rows: rows.member(path='/api/sports/1'),
    'GET /gate': pass_gate,
}


# ---- several ways through a route --------------------------------------------------------------

def in_0_2(case):
    case.parameters['API_DIALECT'] = '0.2'
    return case


def refresh(rows):
    account = rows.account()
    credentials = rows.app(account)[1]
    token = uuid.uuid4().hex
    oauth2_token(
        rows.sql,
        account.id,
        SCOPE,
        client_id=credentials['client_id'],
        refresh_token=token)
    return posted({**credentials, 'grant_type': 'refresh_token', 'refresh_token': token})


def poll(rows):
    account = rows.account()
    credentials = rows.app(account)[1]
    code, _shown = rows.device(account, credentials['client_id'], approved_at=int(time.time()))
    return posted({**credentials, 'grant_type': DEVICE_GRANT, 'device_code': code})


def set_password_02(rows):
    account = rows.account()
    return Case(token=rows.minter.token(account.id, set_pwd=True), json={
        **PERSONAL_DATA, 'timezone': 'UTC', 'password': NEW_PASSWORD, 'password_conf': NEW_PASSWORD})


def pass_gate_by_cookie(rows):
    account = rows.account()
    session = uuid.uuid4().hex
    insert_session(rows.sql, account.id, session)
    token = rows.minter.token(account.id, aud='gate', sid=sha256_hex(session))
    return Case(parameters={'GATE_REQUIRE': '', 'HTTP_COOKIE': f'{GATE_COOKIE}={token}'})


def long_ago(rows):
    """A request of a session that was last seen long ago."""
    account = rows.account()
    case = rows.member(account)
    insert_session(rows.sql, account.id, case.token, last_seen_at='2001-01-01')
    return case


# the name of the route, and of the way
VARIANTS = {
    'POST /api/auth/login | with an outdated hash': lambda rows: Case(
        json=rows.account(password_hash=new_hash(PASSWORD, '$2b$', 5)).credentials),
    'GET /api/auth/profile | after a long time': long_ago,
    'POST /api/auth/register | in 0.2': lambda rows: in_0_2(Case(json={**registration(password_conf=NEW_PASSWORD), 'username': unique()[-12:]})),
    'POST /api/auth/login | with a wrong password': lambda rows: Case(
        json={**rows.account().credentials, 'password': 'not the password'}, status=401),
    'POST /api/auth/profile/edit 0.2 | with a password': set_password_02,
    'GET /api/auth/profile | by OAuth 2.0': lambda rows: Case(token=oauth2_token(rows.sql, rows.account().id).text),
    'GET /api/auth/profile | by a personal token': lambda rows: Case(
        token=personal_token(rows.sql, rows.account().id).text),
    'GET /account/login | for the first time': lambda _rows: Case(),
    'POST /api/oauth/token | refresh': refresh,
    'POST /api/oauth/token | device': poll,
    'GET /gate | by a cookie': pass_gate_by_cookie,
    'GET /gate | with a wrong token': lambda _rows: Case(status=401, parameters={
        'GATE_REQUIRE': '', 'HTTP_AUTHORIZATION': basic_header('a', 'b')}),
}
CASES = {**API, **PAGES, **VARIANTS}
