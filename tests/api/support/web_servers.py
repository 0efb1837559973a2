"""Which tests say something about nginx, or about FastCGI processes behind it, and nothing about Fitgate as
another web server runs it.

An entry of OF_NGINX that matches nothing any more is an error.
"""

from support import left_out

OUTSIDE = 'what is outside of /api/ is the site\'s own'
NGINX = 'nginx refuses it before a program sees it'
BEFORE = 'Apache answers it before it reads .htaccess'
PROCESSES = 'is about the processes behind nginx and their sockets'
STREAMED = 'Apache sends no parts of what a program streams'
LOCATION = 'is about a location of nginx that names none for files'
TWICE = 'Apache decodes a path once more: .htaccess refuses "%"'
LIMIT = 'the limit of requests is nginx\'s'

OF_NGINX = [
    ('test_rate_limit.py::*', LIMIT),
    ('test_dialects.py::test_too_many_requests_are_refused*', LIMIT),
    ('test_dialects.py::test_requests_in_all_dialects_are_counted_together', LIMIT),
    ('test_dialects.py::test_there_are_no_other_prefixes*', OUTSIDE),
    ('test_dialects.py::test_what_is_outside_is_not_found*', OUTSIDE),
    ('test_dialects.py::test_the_locations_of_nginx_itself_are_not_found*', OUTSIDE),
    *((f'test_urls_and_methods.py::test_an_unknown_path_is_not_found[[]{path}]', OUTSIDE)
      for path in ('/', '/index.html', '/favicon.ico', '/API/ping', '/apiping',
                   '/_fitgate/invalid', '/_fitgate/failure')),
    ('test_urls_and_methods.py::*[[]/nothing*', OUTSIDE),
    ('*%2F*', BEFORE),
    ('test_bearer.py::test_two_headers_are_refused*', NGINX),
    ('test_dialects.py::test_two_authorization_headers_are_refused*', NGINX),
    ('test_bearer.py::test_a_token_of_a_megabyte_is_refused_by_the_web_server*', BEFORE),
    ('test_dialects.py::test_a_header_too_long_is_refused*', BEFORE),
    ('test_dialects.py::test_a_length_that_is_no_number_is_refused*', BEFORE),
    ('test_dialects.py::test_a_bad_path_is_refused_in_the_words_of_its_dialect*', BEFORE),
    ('test_dialects.py::test_a_url_too_long_is_refused_in_the_words_of_its_dialect*', BEFORE),
    ('test_dialects.py::test_trace_is_refused*', BEFORE),
    ('test_urls_and_methods.py::test_what_nginx_cannot_read_is_refused_in_json*', NGINX),
    ('test_urls_and_methods.py::test_a_url_too_long_is_refused_in_json', BEFORE),
    *((f'test_urls_and_methods.py::test_what_is_odd_is_answered_in_json[[]{name}]', BEFORE)
      for name in ('TRACE', 'unknown coding', 'encoded slash')),
    ('test_dialects.py::test_an_executable_that_is_away_is_a_bad_gateway*', PROCESSES),
    *((f'test_failures.py::{name}*', PROCESSES) for name in (
        'test_a_process_killed_under_load_costs_its_own_request_at_most',
        'test_while_one_process_is_dead_the_other_answers',
        'test_every_executable_is_restarted_when_it_dies', 'test_sigterm_under_load_loses_no_request',
        'test_a_request_in_flight_is_finished_when_sigterm_comes',
        'test_an_idle_process_ends_at_once_when_asked_to',
        'test_an_executable_that_is_down_is_a_bad_gateway_in_json',
        'test_an_executable_that_is_down_takes_no_other_with_it',
        'test_an_executable_that_hangs_is_a_timeout_in_json',
        'test_connections_that_the_server_closes_are_not_noticed',
        'test_a_connection_to_the_socket_that_says_nothing_holds_up_nobody_for_long',
        'test_garbage_on_the_socket_stops_nothing')),
    *((pattern, STREAMED) for pattern in (
        'test_client.py::test_a_cut_download_goes_on_where_it_stopped',
        'test_client.py::test_a_later_call_goes_on_with_a_download',
        'test_export.py::test_a_download_can_be_resumed*',
        'test_dialect_02_picture.py::test_a_part_of_a_picture_can_be_asked_for',
        'test_picture_serving.py::test_a_part_of_a_picture_can_be_asked_for')),
    ('test_files_gone.py::*', LOCATION),
    *((f'test_picture_failures.py::{name}', LOCATION) for name in (
        'test_pictures_are_streamed_where_the_web_server_names_no_location',
        'test_a_picture_that_shrinks_while_it_is_streamed_breaks_off',
        'test_memory_does_not_grow_with_what_is_sent')),
    ('test_picture_serving.py::test_the_files_themselves_are_not_served', OUTSIDE),
    ('test_picture_serving.py::test_an_unknown_user[[]%00]', BEFORE),
    ('test_picture_serving.py::test_an_unknown_user[[]xxxx*', BEFORE),
    ('test_picture_serving.py::test_an_unknown_user[[]%25]', TWICE),
    ('test_export.py::test_a_name_with_an_encoded_slash_is_an_unknown_path', BEFORE),
    ('test_profile_totals.py::test_one_request_is_one_question_to_the_database*',
     'a CGI program prepares its question anew'),
]


OF_OTHERS = {
    'lighttpd': [('test_picture_serving.py::test_a_picture_that_is_known_is_not_sent_again',
                  'lighttpd leaves conditional requests to the program'),
                 ('test_picture_serving.py::test_an_unknown_user[[]%FF%FE]',
                  'lighttpd refuses what is no UTF-8')],
    'apache-fcgid': [('test_hosting.py::test_a_body_that_the_web_server_refuses_is_refused_in_json*',
                      'mod_fcgid cuts such a body off, and the program refuses what is left')]}


def reason(test, marks, web):
    """Why a test with these marks says nothing behind this web server; None when it does."""
    if web == 'lighttpd' and 'htaccess' in marks:
        return 'lighttpd reads no .htaccess'
    return left_out.reason([*OF_NGINX, *OF_OTHERS.get(web, ())], test)
