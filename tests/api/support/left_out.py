"""Tables of tests that are left out of a run: a pattern of test ids (fnmatch, beginning with the file's name),
and the reason."""

from fnmatch import fnmatchcase


def reason(table, test):
    """Why the table leaves this test out; None when it does not."""
    return next((why for pattern, why in table if fnmatchcase(test, pattern)), None)


def stale(table, tests):
    """Patterns for one of these tests' files that match none of them."""
    tests = list(tests)
    files = {test.partition('::')[0] for test in tests}
    return [pattern for pattern, _why in table
            if pattern.partition('::')[0] in files
            and not any(fnmatchcase(test, pattern) for test in tests)]
