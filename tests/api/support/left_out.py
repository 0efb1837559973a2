"""Tables of tests that are left out of a run: patterns of test ids (fnmatch, beginning with the
file's name), and the reasons."""

from fnmatch import fnmatchcase


def reason(table, test):
    """The reason why the table leaves this test out, or None."""
    return next((why for pattern, why in table if fnmatchcase(test, pattern)), None)


def stale(table, tests):
    """The patterns that name the file of one of these tests, but match none of the tests."""
    tests = list(tests)
    files = {test.partition('::')[0] for test in tests}
    return [pattern for pattern, _why in table
            if pattern.partition('::')[0] in files
            and not any(fnmatchcase(test, pattern) for test in tests)]
