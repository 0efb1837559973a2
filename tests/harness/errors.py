"""The exception of everything that starts and stops programs."""


class StackError(Exception):
    """A stack could not be started or does not work; the text is shown to the user."""
