"""The command blocks of the documents in the tree, for the tests that run them.

A block is fenced by ``` and a language. After "sh", a word says where its commands run:

    sh              a walk-through: the next block has the output, with … for what varies
    sh run          in the tree, while `make run` is running
    sh make         in the tree; these run for a long time, so the tests check them and do not run them
    sh admin        on an installation, by an administrator
    sh root         on a fresh machine, by root
    sh host         on a shared host
    sh fittrackee   on the machine of a FitTrackee
    sh perf         in the tree, with perf
    sh browser      a step of a walk-through in a browser; the next block has the output

tests/api/test_documents.py, tests/install/test_documents.py and tests/browser/test_readme.py run or check every one of
them.
"""

import os
import re
import subprocess
from dataclasses import dataclass

from tests.harness.tree import SOURCE
from tests.harness.waiting import LIMIT

SITE = 'http://127.0.0.1:8080'  # where `make run` serves

SKIPPED_DIRECTORIES = {'build', 'var', '.git', 'corpus'}
FENCE = re.compile(
    r'^(?P<indent> *)```(?P<info>[^\n`]*)\n(?P<text>.*?)^(?P=indent)```$',
    re.MULTILINE | re.DOTALL)
MARKS = {'', 'run', 'make', 'admin', 'root', 'host', 'fittrackee', 'perf', 'browser'}
OTHER_LANGUAGES = {'json', 'text', 'nginx', 'crontab'}


@dataclass
class Block:
    """A fenced block of a document."""

    document: str  # relative to the top of the tree
    line: int
    language: str
    mark: str
    text: str

    def __str__(self):
        return f'{self.document}:{self.line}'

    @property
    def lines(self):
        return self.text.splitlines()


def documents():
    return sorted(path for path in SOURCE.rglob('*.md')
                  if not SKIPPED_DIRECTORIES & set(path.relative_to(SOURCE).parts))


def blocks_of(path):
    """All blocks of a document, in order."""
    text = path.read_text(encoding='utf-8')
    for match in FENCE.finditer(text):
        language, _, mark = match['info'].partition(' ')
        content = re.sub(f'^{match["indent"]}', '', match['text'], flags=re.MULTILINE)
        yield Block(str(path.relative_to(SOURCE)), text.count('\n', 0, match.start()) + 1, language, mark, content)


def blocks(language, mark=''):
    """All blocks of a language with a mark, of every document."""
    return [block for path in documents() for block in blocks_of(path)
            if (block.language, block.mark) == (language, mark)]


def walk_through(document, title):
    """[(commands, their output)] of a section with the given title."""
    path = SOURCE / document
    text = path.read_text(encoding='utf-8')
    first = text.index(f'\n## {title}\n')
    last = text.find('\n## ', first + 1)
    section = text[first:last] if last > 0 else text[first:]
    first_line = text[:first].count('\n') + 1
    lines = range(first_line, first_line + section.count('\n') + 1)
    found = [block for block in blocks_of(path) if block.line in lines]
    kinds = [block.language == 'sh' for block in found]
    assert kinds == [True, False] * (len(kinds) // 2), 'commands and output do not alternate'
    return [(commands.text, output.text) for commands, output in zip(found[::2], found[1::2])]


def prints(output, printed):
    """Whether `output` is what a document says; … stands for any text."""
    return re.fullmatch('.*'.join(map(re.escape, printed.strip().split('…'))),
                        output.strip(), re.DOTALL) is not None


def run(stack, directory, text, typed='', **environment):
    """Run commands in a directory that looks like the tree during `make run`; `typed` is their input. Returns a
    CompletedProcess."""
    for name, target in (('var', stack.directory), ('build/release', stack.build), ('scripts', SOURCE / 'scripts'),
                         ('tests', SOURCE / 'tests')):
        link = directory / name
        link.parent.mkdir(exist_ok=True)
        if not link.is_symlink():
            link.symlink_to(target)
    return subprocess.run(
        ['bash', '-c', text.replace(SITE, stack.base_url)], input=typed, cwd=directory, text=True, capture_output=True,
        env={'PATH': os.environ['PATH'], 'HOME': str(directory), 'LANG': 'C.UTF-8', **environment},
        timeout=LIMIT, check=False)
