"""The limit on wrong codes of devices: an account may guess a few, and no account uses up the guesses of another one."""

import pytest

from tests.api.support.client import Api
from tests.api.support.network import Bound, unused_address
from tests.api.support.oauth import DEVICE, create_app, post_form
from tests.api.support.visitor import Visitor
from tests.harness.people import insert_user

ACCOUNT_LIMIT, ADDRESS_LIMIT = 10, 100
WRONG = 'BCDF-GHJK'
TOO_MANY = (429, 'Too many attempts')


@pytest.fixture
def log_in(stack_with_limits, transcript):
    """A visitor from a network of its own, logged in."""
    def make(account, address=None):
        visitor = Visitor(stack_with_limits, transcript)
        visitor.session.mount('http://', Bound(address or unused_address()))
        assert visitor.log_in(account).status == 200
        return visitor
    return make


@pytest.fixture
def account(db_with_limits):
    return insert_user(db_with_limits)


@pytest.fixture
def stranger(db_with_limits):
    return insert_user(db_with_limits)


@pytest.fixture
def code(stack_with_limits, transcript, db_with_limits, account, minter):
    """A code that waits for the decision of `account`."""
    api = Api(stack_with_limits, transcript)
    app = create_app(api, db_with_limits, account, minter.token(account.id))
    answer = post_form(api, DEVICE, {**app.credentials, 'scope': 'profile:read'})
    assert answer.status == 200, answer.body
    return answer.json()['user_code']


def guess(visitor, code):
    """Type a code: status and title of the page."""
    visitor.open('/device')
    page = visitor.send('/device', user_code=code)
    return page.status, page.title


def use_up(visitor, code=WRONG):
    assert [guess(visitor, code) for _ in range(ACCOUNT_LIMIT)] == [
        (400, 'Connect a program')] * ACCOUNT_LIMIT
    assert guess(visitor, code) == TOO_MANY


def test_after_ten_wrong_codes_even_the_right_one_has_to_wait(log_in, account, code):
    visitor = log_in(account)
    use_up(visitor)
    assert guess(visitor, code) == TOO_MANY
    assert 0 < int(visitor.page.headers['Retry-After']) <= 900


def test_the_limit_holds_for_the_decision_too(log_in, account, code, db_with_limits):
    visitor = log_in(account)
    assert guess(visitor, code) == (200, 'Access for a program')
    form = next(form for form in visitor.page.parsed.forms if form.values.get('decision') == 'allow')
    for _ in range(ACCOUNT_LIMIT):
        assert visitor.request(
            'POST', form.action, data={
                **form.values, 'user_code': WRONG}).status == 400
    assert visitor.request('POST', form.action, data=form.values).status == 429
    assert db_with_limits.value(
        'SELECT MAX(approved_at) FROM oauth2_device_code WHERE user_id = %s',
        account.id) == 0


def test_the_limit_of_an_account_holds_in_every_network(log_in, account, code):
    use_up(log_in(account))
    assert guess(log_in(account), code) == TOO_MANY


@pytest.mark.parametrize('known', [False, True])
def test_a_stranger_cannot_use_it_against_the_owner(log_in, account, stranger, code, known):
    """Not even with the code that the owner is about to type."""
    use_up(log_in(stranger), code if known else WRONG)
    assert guess(log_in(account), code) == (200, 'Access for a program')


def test_a_right_code_does_not_count(log_in, account, code):
    visitor = log_in(account)
    for _ in range(ACCOUNT_LIMIT + 1):
        assert guess(visitor, code) == (200, 'Access for a program')


def test_many_accounts_in_one_network_have_a_limit_together(log_in, account, code, db_with_limits):
    address = unused_address()
    # logged in first: the limit is that of failed logins
    visitors = [log_in(insert_user(db_with_limits), address)
                for _ in range(ADDRESS_LIMIT // ACCOUNT_LIMIT + 1)]
    for visitor in visitors[1:]:
        assert [guess(visitor, WRONG)[0] for _ in range(ACCOUNT_LIMIT)] == [400] * ACCOUNT_LIMIT
    assert guess(visitors[0], WRONG) == TOO_MANY
    assert guess(log_in(account), code) == (200, 'Access for a program')
