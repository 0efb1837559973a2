"""What the tests of workouts have in common."""

import pytest

from tests.api.support.workouts import WORKOUTS
from tests.harness.people import insert_workout


@pytest.fixture
def add(db, user):
    """Insert a workout of the user: add('2024-05-01 10:00:00', distance='8.1'); returns its row."""
    def insert(date='2024-05-01 10:00:00', sport_id=1, owner=user, **columns):
        number = insert_workout(db, owner.id, sport_id, workout_date=date, **columns)
        return db.row('SELECT * FROM workouts WHERE id = %s', number)
    return insert


@pytest.fixture
def listed(api, token):
    """The workouts on a page, and the pagination object."""
    def get(query=''):
        answer = api.get(f'{WORKOUTS}{query}', token=token)
        assert answer.status == 200, answer.body
        body = answer.json()
        assert body.keys() == {'data', 'pagination', 'status'} and body['status'] == 'success'
        assert body['data'].keys() == {'workouts'}
        return body['data']['workouts'], body['pagination']
    return get


@pytest.fixture
def found(listed):
    """The titles of all workouts that match a query, in their order."""
    def get(query):
        workouts, pagination = listed(f'?per_page=100&{query}')
        assert pagination['total'] == len(workouts)
        return [workout['title'] for workout in workouts]
    return get
