"""The requests of a test and their answers, so that a failing test can show them."""

import threading

SHOWN_ENTRIES = 30
SHOWN_CHARACTERS = 4000


def shorten(content):
    text = content.decode('utf-8', 'backslashreplace') if isinstance(content, bytes) else content
    if len(text) <= SHOWN_CHARACTERS:
        return text
    return f'{text[:SHOWN_CHARACTERS]} ... ({len(text)} in all)'


class Transcript:
    """The requests, answers and program runs of one test."""

    def __init__(self):
        self._entries = []
        self._lock = threading.Lock()

    def add(self, text, request_id=None, stack=None):
        with self._lock:
            self._entries.append((text, request_id, stack))

    def text(self):
        shown = self._entries[-SHOWN_ENTRIES:]
        left_out = len(self._entries) - len(shown)
        parts = [f'({left_out} earlier ones are left out)\n'] if left_out else []
        logs = {}
        for text, request_id, stack in shown:
            parts.append(text)
            if request_id:
                if stack not in logs:
                    logs[stack] = stack.log_text().splitlines()
                mark = f'request={request_id}'
                parts.extend(f'    log: {line}' for line in logs[stack] if mark in line)
            parts.append('')
        return '\n'.join(parts)
