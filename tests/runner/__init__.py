"""How the tests are run: `make check`, `make check-fast` and `make test T=...`.

    parts    the parts of `make check` and their jobs
    jobs     running several programs at the same time, and ending all of them whatever happens
    counts   how many tests of a job passed
    check    `make check` and `make check-fast`: python3 -m tests.runner.check
    one      `make test`: python3 -m tests.runner.one

This package does not depend on what the tests do; tests/harness does that part.
"""
