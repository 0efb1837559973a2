"""Tests of the shell client, which is assembled from scripts/client, against a complete running server."""

import pytest

pytest.register_assert_rewrite('tests.api.client.command')
