"""The tests that apply only to nginx, or to FastCGI processes behind it, and not to Fitgate behind
another web server.

An entry of OF_NGINX that matches no test is an error.
"""

from tests.api.support import left_out

OUTSIDE = 'what is outside of /api/ is the site\'s own'
NGINX = 'nginx rejects it before a program gets it'
BEFORE = 'Apache answers before it reads .htaccess'
PROCESSES = 'tests the processes behind nginx and their sockets'
STREAMED = 'Apache does not send parts of a streamed file'
LOCATION = 'is about a location of nginx that does not name one for files'
TWICE = 'Apache decodes a path again: .htaccess refuses "%"'
LIMIT = 'the rate limit is nginx\'s'
GATE = 'the gate answers nginx\'s auth_request'
FILTER = 'runs the picture filter without a web server'
COMMANDS = 'runs commands beside `make run`, which starts nginx'

ALONE = 'runs commands, the worker or a program without a web server'

# of tests of the shell client, which does not know what web server it talks to
NGINX_DIRECTORIES = ('client',)

OF_NGINX = [
    *((f'{name}.py::*', ALONE) for name in (
        'test_admin*', 'test_database_tls', 'test_doctor', 'test_equal_work', 'test_export_archive',
        'test_export_worker', 'test_grants', 'test_import', 'test_isolation', 'test_mail_languages',
        'test_mail_servers', 'test_migrations', 'test_oauth_migration', 'test_picture_sandbox',
        'test_refusals', 'test_tls_and_login', 'test_worker')),
    ('test_rate_limit.py::*', LIMIT),
    ('test_gate_*', GATE),
    ('test_picture_pixels.py::*', FILTER),
    ('test_documents.py::test_commands_*', COMMANDS),
    ('test_dialects.py::test_too_many_requests_are_refused*', LIMIT),
    ('test_dialects.py::test_requests_in_all_dialects_are_counted_together', LIMIT),
    ('test_dialects.py::test_there_are_no_other_prefixes*', OUTSIDE),
    ('test_dialects.py::test_a_path_outside_the_api_is_not_found*', OUTSIDE),
    ('test_dialects.py::test_the_locations_of_nginx_itself_are_not_found*', OUTSIDE),
    *((f'test_urls_and_methods.py::test_an_unknown_path_is_not_found[[]{path}]', OUTSIDE)
      for path in ('/', '/index.html', '/favicon.ico', '/API/ping', '/apiping',
                   '/_fitgate/invalid', '/_fitgate/failure')),
    ('test_urls_and_methods.py::*[[]/nothing*', OUTSIDE),
    ('*%2F*', BEFORE),
    ('test_bearer.py::test_two_headers_are_refused*', NGINX),
    ('test_dialects.py::test_two_authorization_headers_are_refused*', NGINX),
    ('test_bearer.py::test_a_token_of_a_megabyte_is_refused_by_the_web_server*', BEFORE),
    ('test_dialects.py::test_a_header_that_is_too_long_is_refused*', BEFORE),
    ('test_dialects.py::test_a_length_that_is_not_a_number_is_refused*', BEFORE),
    ('test_dialects.py::test_a_bad_path_is_refused_with_the_message_of_its_dialect*', BEFORE),
    ('test_dialects.py::test_a_url_that_is_too_long_is_refused_with_the_message_of_its_dialect*', BEFORE),
    ('test_dialects.py::test_trace_is_refused*', BEFORE),
    ('test_urls_and_methods.py::test_a_request_that_nginx_cannot_parse_is_refused_in_json*', NGINX),
    ('test_urls_and_methods.py::test_a_url_that_is_too_long_is_refused_in_json', BEFORE),
    *((f'test_urls_and_methods.py::test_unusual_requests_are_answered_in_json[[]{name}]', BEFORE)
      for name in ('TRACE', 'unknown coding', 'encoded slash')),
    ('test_dialects.py::test_a_stopped_service_is_a_bad_gateway*', PROCESSES),
    *((f'test_failures.py::{name}*', PROCESSES) for name in (
        'test_a_process_killed_under_load_loses_at_most_the_requests_that_it_has_accepted',
        'test_a_reload_of_nginx_under_load_loses_no_request',
        'test_each_process_can_answer_alone_while_the_others_are_stopped',
        'test_every_service_is_restarted_when_it_dies', 'test_sigterm_under_load_loses_no_request',
        'test_a_request_in_flight_is_finished_when_sigterm_comes',
        'test_an_idle_process_ends_immediately_on_request',
        'test_a_stopped_service_is_a_bad_gateway_in_json',
        'test_a_stopped_service_does_not_affect_the_others',
        'test_a_service_that_hangs_is_a_timeout_in_json',
        'test_connections_that_the_server_closes_are_not_noticed',
        'test_a_silent_connection_to_the_socket_does_not_block_other_requests_for_long',
        'test_garbage_on_the_socket_stops_nothing')),
    *((pattern, STREAMED) for pattern in (
        'test_files.py::test_an_interrupted_download_resumes_where_it_stopped',
        'test_files.py::test_a_later_run_resumes_a_download',
        'test_export.py::test_a_download_can_be_resumed*',
        'test_dialect_02_picture.py::test_a_part_of_a_picture_can_be_asked_for',
        'test_picture_serving.py::test_a_part_of_a_picture_can_be_asked_for')),
    ('test_groups.py::*', PROCESSES),
    ('test_files_gone.py::*', LOCATION),
    *((f'test_picture_failures.py::{name}', LOCATION) for name in (
        'test_without_a_location_of_the_web_server_the_program_streams_pictures',
        'test_a_picture_that_shrinks_while_it_is_streamed_breaks_off',
        'test_memory_does_not_grow_with_the_size_of_pictures')),
    ('test_picture_serving.py::test_the_files_themselves_are_not_served', OUTSIDE),
    ('test_picture_serving.py::test_an_unknown_user[[]%00]', BEFORE),
    ('test_picture_serving.py::test_an_unknown_user[[]xxxx*', BEFORE),
    ('test_picture_serving.py::test_an_unknown_user[[]%25]', TWICE),
    ('test_export.py::test_a_name_with_an_encoded_slash_is_an_unknown_path', BEFORE),
    ('test_profile_totals.py::test_one_request_is_one_query*',
     'a CGI program prepares its query again'),
]


OF_OTHERS = {
    'lighttpd': [('test_picture_serving.py::test_a_picture_that_is_known_is_not_sent_again',
                  'lighttpd leaves conditional requests to the program'),
                 ('test_picture_serving.py::test_an_unknown_user[[]%FF%FE]',
                  'lighttpd rejects paths that are not UTF-8'),
                 ('test_urls_and_methods.py::test_a_status_line_has_the_reason_phrase_*413*',
                  'lighttpd has reason phrases of its own')],
    'apache-fcgid': [('test_urls_and_methods.py::test_a_status_line_has_the_reason_phrase_*3145728*',
                      'mod_fcgid truncates the body, and the program rejects the rest'),
                     ('test_hosting.py::test_a_body_that_the_web_server_refuses_is_refused_in_json*',
                      'mod_fcgid truncates the body, and the program rejects the rest')]}


def reason(test, marks, web):
    """The reason why a test with these marks does not apply to this web server, or None."""
    if web == 'lighttpd' and 'htaccess' in marks:
        return 'lighttpd reads no .htaccess'
    return left_out.reason([*OF_NGINX, *OF_OTHERS.get(web, ())], test)
