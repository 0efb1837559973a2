"""Which tests cannot hold for programs that run under valgrind (scripts/valgrind)."""

MEMORY = 'measures memory, and most of it would be valgrind\'s'
SECONDS = 'has a time to keep, and valgrind takes some twenty times as long for a password hash'

LEFT_OUT = [
    ('test_admin_export.py::test_memory_stays_flat_for_many_files', MEMORY),
    ('test_admin_users.py::test_the_list_takes_no_more_memory_for_many_users', MEMORY),
    ('test_picture_failures.py::test_memory_does_not_grow_with_what_is_sent', MEMORY),
    ('test_failures.py::test_a_request_in_flight_is_finished_when_sigterm_comes', SECONDS),
]
