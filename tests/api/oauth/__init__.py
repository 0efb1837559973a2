"""Tests of OAuth 2.0: applications, authorization, and the endpoints that applications call."""
