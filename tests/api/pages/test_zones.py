"""Time zones on a host that has none: the program reads those beside it, which `make shared-hosting` packs."""

import os
import shutil

import pytest

from tests.api.support.configuration import BUILD
from tests.api.support.programs import Programs
from tests.api.support.visitor import Parser
from tests.harness.files import write_private
from tests.harness.processes import tool

SYSTEM = '/usr/share/zoneinfo'
# runs the program with an empty directory in the place of the system's
# zones, in a name space of its own
WITHOUT_ZONES = f'''#!/bin/sh
exec {{unshare}} sh -c 'mount -t tmpfs none {SYSTEM} && exec "$0"' {{program}}
'''


@pytest.fixture(scope='module')
def packed(tmp_path_factory):
    """A directory with the program and the zones."""
    directory = tmp_path_factory.mktemp('packed')
    shutil.copy(BUILD / 'pages', directory)
    shutil.copytree(SYSTEM, directory / 'zoneinfo', ignore=shutil.ignore_patterns('right', 'posix'))
    return directory


@pytest.fixture
def begun(stack, transcript, packed, tmp_path, make_user, make_visitor, db):
    """When the page of the sessions says that a session has begun, on a host with these programs and without zones."""
    unshare = [tool('unshare'), '--mount']
    if os.geteuid() != 0:
        unshare += ['--user', '--map-root-user']
    script = tmp_path / 'pages'

    def ask(zone, created_at, programs=packed):
        write_private(
            script,
            WITHOUT_ZONES.format(
                unshare=' '.join(unshare),
                program=programs /
                'pages'))
        script.chmod(0o700)
        account, visitor = make_user(timezone=zone), make_visitor()
        visitor.log_in(account)
        db.run('UPDATE sessions SET created_at = %s WHERE user_id = %s', created_at, account.id)
        cookies = '; '.join(f'{cookie.name}={cookie.value}' for cookie in visitor.session.cookies)
        answer = Programs(stack, tmp_path, transcript).cgi(
            'GET', '/account/sessions', program='pages', parameters={'HTTP_COOKIE': cookies})
        assert answer.status == 200, answer.stderr
        page = Parser()
        page.feed(answer.body.decode())
        values = [text for element, _, text in page.texts if element == 'dd']
        return values[2]
    return ask


@pytest.mark.parametrize(('zone', 'created_at', 'shown'), [
    ('America/New_York', '2020-01-01 03:00:00', '12/31/2019 22:00 EST'),
    ('America/New_York', '2020-07-01 03:00:00', '06/30/2020 23:00 EDT'),
    ('Asia/Tokyo', '2020-01-01 03:00:00', '01/01/2020 12:00 JST'),
    ('Europe/Paris', '2035-07-01 03:00:00', '07/01/2035 05:00 CEST'),
    (None, '2020-01-01 03:00:00', '01/01/2020 03:00 UTC'),
    ('Europe/Nowhere', '2020-01-01 03:00:00', '01/01/2020 03:00 UTC'),
    ('../zoneinfo/Asia/Tokyo', '2020-01-01 03:00:00', '01/01/2020 03:00 UTC')])
def test_a_host_without_zones_shows_local_times(begun, zone, created_at, shown):
    assert begun(zone, created_at) == shown


def test_without_the_packed_zones_the_time_is_utc(begun, packed, tmp_path):
    """The tests above would see the system's zones otherwise."""
    copy = tmp_path / 'copy'
    shutil.copytree(packed, copy, ignore=shutil.ignore_patterns('zoneinfo'))
    assert begun('Asia/Tokyo', '2020-01-01 03:00:00', copy) == '01/01/2020 03:00 UTC'
