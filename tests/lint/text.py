"""What the lints about language share: the files of the tree that people read, and the prose in them."""

import io
import re
import sys
import tokenize
from pathlib import Path

SKIPPED_DIRECTORIES = {
    '.git',
    'build',
    'var',
    '__pycache__',
    '.pytest_cache',
    'corpus',
    'screenshots'}
# licenses are quoted; the lists of this directory name what they reject
SKIPPED_FILES = re.compile(r'LICENSE|scripts/deploy/debian/copyright|tests/lint/(?:words|text|messages|references)\b.*|'
                           r'.*/templates/(?!en/)[a-z]{2}/.*|.*/catalogs/(?!en\b)[a-z]{2}\b.*')
SHELL_SUFFIXES = ('.bash', '.sh', '.zsh')
TEXT_SUFFIXES = {'.c', '.h', '.py', '.sql', '.conf', '.md', '.txt', '.json', '.lua', *SHELL_SUFFIXES, '.html',
                 '.css', '.service', '.socket', '.timer', '.target', '.htaccess', '.yml', '.mdoc',
                 '.1', '.5', '.8'}
TEXT_NAMES = {'Makefile', 'control', 'changelog', 'rules', 'commit-msg', '.htaccess', '.clang-tidy',
              '.clang-format', '.editorconfig', '.gitattributes', '.gitignore'}
C_TOKEN = re.compile(r'"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'|/\*.*?\*/|//[^\n]*', re.DOTALL)


class Source:
    """A file: its name relative to the top, its kind, its text, and the text with only prose left."""

    def __init__(self, root, path):
        self.name = path.relative_to(root).as_posix()
        self.text = path.read_text(encoding='utf-8')
        self.kind = kind_of(path, self.text)
        self.prose = PROSE.get(self.kind, str)(self.text)

    def line(self, position):
        return self.text.count('\n', 0, position) + 1


def kind_of(path, text):
    first_line = text.partition('\n')[0]
    if path.suffix in ('.c', '.h'):
        return 'c'
    if path.suffix == '.py' or re.match(r'#!.*\bpython3?\b', first_line):
        return 'python'
    if path.suffix in SHELL_SUFFIXES or re.match(r'#!.*\b(?:sh|bash)\b|#compdef', first_line):
        return 'shell'
    return 'text'


def blanked(text, spans):
    """The text with everything outside of the spans replaced by spaces; lines stay where they are."""
    pieces = []
    end = 0
    for start, stop in spans:
        pieces += [re.sub(r'[^\n]', ' ', text[end:start]), text[start:stop]]
        end = stop
    pieces.append(re.sub(r'[^\n]', ' ', text[end:]))
    return ''.join(pieces)


def c_prose(text):
    """Comments and strings, without the names of included files."""
    spans = [match.span() for match in C_TOKEN.finditer(text) if match[0][0] != "'"]
    return re.sub(r'(?m)^(\s*#\s*include\b).*$', lambda match: ' ' *
                  len(match[0]), blanked(text, spans))


def python_prose(text):
    """Comments and strings."""
    starts = [0]
    for line in text.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    spans = []
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type in (tokenize.COMMENT, tokenize.STRING):
            begin = starts[token.start[0] - 1] + token.start[1]
            spans.append((begin, starts[token.end[0] - 1] + token.end[1]))
    return blanked(text, spans)


PROSE = {'c': c_prose, 'python': python_prose}


def is_read_by_people(root, path):
    name = path.relative_to(root)
    if SKIPPED_DIRECTORIES & set(name.parts) or SKIPPED_FILES.fullmatch(name.as_posix()):
        return False
    if path.suffix in TEXT_SUFFIXES or path.name in TEXT_NAMES or path.suffix in ('.rules',):
        return True
    with path.open('rb') as file:
        return file.read(2) == b'#!' or path.name.startswith(('_', 'fitgate.'))


def sources(root, prefixes):
    """The files whose names begin with one of the prefixes; without any, all files."""
    for path in sorted(root.rglob('*')):
        name = path.relative_to(root).as_posix()
        if not path.is_file() or path.is_symlink() or not name.startswith(tuple(prefixes or [''])):
            continue
        if is_read_by_people(root, path):
            yield Source(root, path)


def report(files, findings):
    """Print what `findings(source)` yields of each file, as file:line: text. 1 when there is any, else 0."""
    count = 0
    for source in files:
        for position, message in sorted(findings(source)):
            print(f'{source.name}:{source.line(position)}: {message}')
            count += 1
    return 1 if count else 0


def run(findings):
    """Report on the files that the command line names: [ROOT [PREFIX...]]."""
    root = Path(sys.argv[1] if len(sys.argv) > 1 else '.').resolve()
    return report(sources(root, sys.argv[2:]), findings)
