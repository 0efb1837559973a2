"""Tests of what `make install`, `make dist` and `make deb` produce."""
