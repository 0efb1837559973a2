"""Adjustments for programs that run under valgrind (scripts/valgrind), where everything takes longer."""

import os
from pathlib import Path

ON = Path(os.environ.get('FITGATE_BUILD', '')).name == 'valgrind'
SLOWER = 10 if ON else 1  # divides the size of long tests, and multiplies time limits
CHEAPER = 2 if ON else 0  # the same for the cost of a bcrypt hash, whose effect is exponential
DEARER = 1 if ON else 0   # the same for a hash that must take longer than the start of a program

MEMORY = 'measures memory, and most of the memory would be valgrind\'s'
NO_FILE = 'valgrind writes files itself, so it cannot start a program that must not write files'
LEFT_OUT = [
    ('test_admin_export.py::test_memory_stays_flat_for_many_files', MEMORY),
    ('test_admin_users.py::test_the_memory_of_the_list_does_not_grow_with_the_users', MEMORY),
    ('test_picture_failures.py::test_memory_does_not_grow_with_the_size_of_pictures', MEMORY),
    ('test_picture_failures.py::'
     'test_a_limit_on_the_size_of_files_does_not_hide_an_error_of_the_request', NO_FILE),
]
