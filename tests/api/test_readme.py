"""The walk-throughs of README.md: their very commands, in their order, print what it says."""

import os
import re
import subprocess

import pytest

from support import SOURCE

BLOCK = re.compile(r'^```(sh|json|text)\n(.*?)^```$', re.MULTILINE | re.DOTALL)
SITE = 'http://127.0.0.1:8080'
SEPARATOR = '---- end of a block ----'


def walk_through(title):
    """[(commands, what they print)] of a section; what is left out there is written as …"""
    section = (SOURCE / 'README.md').read_text(encoding='utf-8').partition(f'\n## {title}\n')[2]
    blocks = BLOCK.findall(section.partition('\n## ')[0])
    kinds = [kind == 'sh' for kind, _text in blocks]
    assert kinds == [True, False] * (len(kinds) // 2), 'commands and output do not alternate'
    return list(zip([text for _kind, text in blocks[::2]], [text for _kind, text in blocks[1::2]]))


def pattern_of(printed):
    return '.*'.join(map(re.escape, printed.strip().split('…')))


@pytest.mark.parametrize('title, least', [('Walk-through', 6), ('From the shell', 3)])
def test_a_walk_through_prints_what_the_readme_says(make_stack, journal, tmp_path, title, least):
    stack = make_stack(f'readme_{least}', settings={})  # as `make run` starts it
    (tmp_path / 'var').symlink_to(stack.folder)
    (tmp_path / 'scripts').symlink_to(SOURCE / 'scripts')
    pairs = walk_through(title)
    assert len(pairs) >= least
    script = ''.join(f'{commands}\necho "{SEPARATOR}"\n' for commands, _printed in pairs)
    done = subprocess.run(['bash'], input=script.replace(SITE, stack.base_url), cwd=tmp_path,
                          env={'PATH': os.environ['PATH'], 'HOME': str(tmp_path), 'LANG': 'C.UTF-8'}, text=True,
                          capture_output=True, timeout=120, check=False)
    journal.add(f'{done.stdout}\nstandard error: {done.stderr}')
    outputs = done.stdout.replace('\r', '').replace(stack.base_url, SITE).split(SEPARATOR)
    assert len(outputs) == len(pairs) + 1 and done.stderr == ''
    for output, (commands, printed) in zip(outputs, pairs):
        assert re.fullmatch(pattern_of(printed), output.strip(), re.DOTALL), (commands, output)
