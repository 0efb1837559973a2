"""Tests of the API, over HTTP against a whole running Fitgate."""

import pytest

# Failed assertions in here show their values, like those of the tests themselves.
pytest.register_assert_rewrite('tests.api.support', 'tests.harness')
