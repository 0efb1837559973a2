"""Tests of the worker and the queue: what a mail server says, TLS, AUTH, and workers that die."""
