"""The README's walk-through: its very commands are run, and print what it says they print."""

import re
import subprocess
from pathlib import Path

README = Path(__file__).resolve().parents[2] / 'README.md'
MARK = '---- end of block ----'


def walk_through():
    """The commands of each block, and what the README shows below it ('' where it shows nothing)."""
    section = README.read_text().split('\n## Walk-through\n')[1].split('\n## ')[0]
    blocks = re.findall(r'```sh\n(.*?)```\n(?:```(?:json|text)\n(.*?)```\n)?', section, re.S)
    assert len(blocks) >= 7
    return blocks


def matches(expected, printed):
    """What varies is an ellipsis in the README."""
    pattern = '.*'.join(re.escape(part) for part in expected.strip().split('…'))
    return re.fullmatch(pattern, printed.strip(), re.S)


def run_as_printed(commands, stack, folder):
    """All blocks in one shell, in a folder with var/mail, as the reader of the README has it."""
    (folder / 'var').mkdir()
    (folder / 'var' / 'mail').symlink_to(stack.mail_folder)
    script = f'echo; echo "{MARK}"\n'.join(block.rstrip('\n') + '\n' for block in commands)
    result = subprocess.run(
        ['bash', '-c', script.replace('http://127.0.0.1:8080', stack.base_url)],
        cwd=folder, capture_output=True, text=True, timeout=120, check=False)
    return result.stdout.replace(stack.base_url, 'http://127.0.0.1:8080').split(MARK)


def test_the_walk_through_prints_what_the_readme_says(make_stack, tmp_path):
    # as make run has it, and with no mail but its own
    stack = make_stack('readme', settings={})
    blocks = walk_through()
    printed = run_as_printed([commands for commands, _ in blocks], stack, tmp_path)
    assert len(printed) == len(blocks)
    for (commands, expected), output in zip(blocks, printed):
        assert matches(expected, output), f'{commands}\nprinted {output!r}\nnot {expected!r}'
