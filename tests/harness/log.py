"""Reading the programs' log: lines of key=value, as core/log.h writes them."""

import re

PAIR = re.compile(r'([a-z]+)=("(?:[^"\\]|\\.)*"|[^ "=\\]+)(?: |$)')


def parse_line(line):
    """The fields of one line, in order. Raises ValueError if the line is malformed."""
    fields, at = {}, 0
    while at < len(line):
        found = PAIR.match(line, at)
        if found is None or found[1] in fields:
            raise ValueError(f'not a log line: {line!r}')
        value = found[2]
        fields[found[1]] = re.sub(r'\\(.)', r'\1', value[1:-1]) if value[0] == '"' else value
        at = found.end()
    return fields


def entries(text, **wanted):
    """The parsed lines of a log that have these fields."""
    parsed = (parse_line(line) for line in text.splitlines())
    return [entry for entry in parsed
            if all(entry.get(key) == value for key, value in wanted.items())]
