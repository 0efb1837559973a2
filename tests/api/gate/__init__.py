"""Tests of the gate: nginx's auth_request for other applications."""
