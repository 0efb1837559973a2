"""What is different for programs that run under valgrind (scripts/valgrind), where everything takes longer."""

import os
from pathlib import Path

ON = Path(os.environ.get('FITGATE_BUILD', '')).name == 'valgrind'
SLOWER = 10 if ON else 1  # what takes seconds is made smaller by this, and time limits are longer
CHEAPER = 2 if ON else 0  # the same in the cost of a bcrypt hash, which is a power of two
DEARER = 1 if ON else 0   # and this is for one that must take longer than a program's start

MEMORY = 'measures memory, and most of it would be valgrind\'s'
NO_FILE = 'a program that may write no file cannot be started by valgrind, which writes files itself'
LEFT_OUT = [
    ('test_admin_export.py::test_memory_stays_flat_for_many_files', MEMORY),
    ('test_admin_users.py::test_the_list_takes_no_more_memory_for_many_users', MEMORY),
    ('test_picture_failures.py::test_memory_does_not_grow_with_what_is_sent', MEMORY),
    ('test_picture_failures.py::'
     'test_a_limit_on_the_size_of_files_does_not_hide_what_is_wrong_with_the_request', NO_FILE),
]
