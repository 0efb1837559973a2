/*
 * Unit tests of http/response: the head of a response.
 */
#include "../unit.h"

#include "http/response.h"

#include <fcntl.h>
#include <unistd.h>

static void the_head_of_a_json_response_is_complete(void **state)
{
	struct response response = {0};

	response_json(&response, 200, "{\"status\":\"success\"}");
	assert_string_equal(response_head(&response, *state), "Status: 200 OK\r\n"
							      "Content-Length: 20\r\n"
							      "Content-Type: application/json\r\n"
							      "\r\n");
	assert_string_equal(response.body, "{\"status\":\"success\"}");
	assert_int_equal(response.body_length, 20);
}

static void every_status_has_its_reason(void **state)
{
	static const struct {
		int status;
		const char *line;
	} STATUSES[] = {
		{200, "Status: 200 OK\r\n"},
		{201, "Status: 201 Created\r\n"},
		{204, "Status: 204 No Content\r\n"},
		{400, "Status: 400 Bad Request\r\n"},
		{401, "Status: 401 Unauthorized\r\n"},
		{403, "Status: 403 Forbidden\r\n"},
		{404, "Status: 404 Not Found\r\n"},
		{405, "Status: 405 Method Not Allowed\r\n"},
		{413, "Status: 413 Request Entity Too Large\r\n"},
		{429, "Status: 429 Too Many Requests\r\n"},
		{500, "Status: 500 Internal Server Error\r\n"},
	};

	for (size_t i = 0; i < UNIT_COUNT(STATUSES); i++) {
		struct response response = {0};

		response_empty(&response, STATUSES[i].status);
		assert_memory_equal(response_head(&response, *state), STATUSES[i].line,
			strlen(STATUSES[i].line));
	}
}

static void headers_are_sent_in_the_order_of_adding(void **state)
{
	struct response response = {0};

	response_empty(&response, 405);
	response_header(&response, "Allow", "GET, HEAD, OPTIONS");
	response_header(&response, "X-Request-Id", "");
	assert_string_equal(response_head(&response, *state), "Status: 405 Method Not Allowed\r\n"
							      "Content-Length: 0\r\n"
							      "Allow: GET, HEAD, OPTIONS\r\n"
							      "X-Request-Id: \r\n"
							      "\r\n");
}

static void a_response_without_content_has_no_length(void **state)
{
	struct response response = {0};

	response_empty(&response, 204);
	assert_null(strstr(response_head(&response, *state), "Content-Length"));
	assert_null(response.body);
}

static void a_later_response_replaces_the_earlier_one(void **state)
{
	struct response response = {0};

	response_json(&response, 200, "{\"a\":1}");
	response_header(&response, "Cache-Control", "no-store");
	response_json(&response, 500, "{}");
	assert_string_equal(response_head(&response, *state),
		"Status: 500 Internal Server Error\r\n"
		"Content-Length: 2\r\n"
		"Content-Type: application/json\r\n"
		"\r\n");
	response_empty(&response, 200);
	assert_string_equal(response_head(&response, *state), "Status: 200 OK\r\n"
							      "Content-Length: 0\r\n"
							      "\r\n");
	assert_null(response.body);
}

/* The read end of a pipe in place of a file; the write end shows whether it is still open. */
static int open_pipe(int *writing)
{
	int ends[2];

	assert_int_equal(pipe(ends), 0);
	*writing = ends[1];
	return ends[0];
}

static bool is_open(int descriptor)
{
	return fcntl(descriptor, F_GETFD) >= 0;
}

static void a_file_is_sent_with_its_length(void **state)
{
	struct response response = {0};
	int writing, file = open_pipe(&writing);

	response_json(&response, 500, "{}");
	assert_true(response_file(&response, *state, file, INT64_C(5000000000)));
	response_header(&response, "Content-Type", "image/png");
	assert_string_equal(response_head(&response, *state), "Content-Length: 5000000000\r\n"
							      "Content-Type: image/png\r\n"
							      "\r\n");
	assert_null(response.body);
	assert_true(is_open(file));
	response_close(&response);
	assert_false(is_open(file));
	close(writing);
}

static void the_file_of_a_replaced_response_is_closed(void **state)
{
	struct response response = {0};

	for (int i = 0; i < 3; i++) {
		int writing, file = open_pipe(&writing), other = -1;

		assert_true(response_file(&response, *state, file, 1));
		if (i == 0)
			response_json(&response, 500, "{}");
		else if (i == 1)
			response_empty(&response, 204);
		else
			assert_true(response_file(&response, *state, other = dup(writing), 1));
		assert_false(is_open(file));
		assert_true((response.file != NULL) == (i == 2));
		response_close(&response);
		assert_true(i < 2 || !is_open(other));
		close(writing);
	}
}

static void there_is_room_for_many_long_headers(void **state)
{
	struct response response = {0};
	char *value = arena_zero(*state, 5001), *head;

	memset(value, 'v', 5000);
	response_empty(&response, 500);
	for (int i = 0; i < RESPONSE_HEADERS; i++)
		response_header(&response, "X-Long", value);
	head = response_head(&response, *state);
	assert_int_equal(strlen(head),
		strlen("Status: 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n") +
			RESPONSE_HEADERS * (5000 + strlen("X-Long: \r\n")));
	assert_string_equal(head + strlen(head) - 5, "v\r\n\r\n");
}

static bool is_invalid_with(const char *value, int count)
{
	struct response response = {0};

	response_empty(&response, 200);
	for (int i = 0; i < count; i++)
		response_header(&response, "X-Test", value);
	assert_true(response.header_count <= RESPONSE_HEADERS);
	assert_true(response.invalid || response.header_count == count);
	return response.invalid;
}

static void a_header_with_a_control_character_is_not_added_and_makes_the_response_invalid(
	void **state)
{
	(void)state;
	assert_true(is_invalid_with("a\r\nSet-Cookie: b", 1));
	assert_true(is_invalid_with("a\nb", 1));
	assert_true(is_invalid_with("a\tb", 1));
	assert_true(is_invalid_with("\x7f", 1));
	assert_false(is_invalid_with("plain, \"quoted\" and caf\xc3\xa9", 1));
}

static void one_header_too_many_makes_the_response_invalid(void **state)
{
	(void)state;
	assert_false(is_invalid_with("x", RESPONSE_HEADERS));
	assert_true(is_invalid_with("x", RESPONSE_HEADERS + 1));
}

static void an_invalid_response_that_is_replaced_is_valid_again(void **state)
{
	struct response response = {0};

	(void)state;
	response_header(&response, "X-Test", "\n");
	response_empty(&response, 500);
	assert_false(response.invalid);
	assert_int_equal(response.header_count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ARENA_TEST(the_head_of_a_json_response_is_complete),
		ARENA_TEST(every_status_has_its_reason),
		ARENA_TEST(headers_are_sent_in_the_order_of_adding),
		ARENA_TEST(a_response_without_content_has_no_length),
		ARENA_TEST(a_later_response_replaces_the_earlier_one),
		ARENA_TEST(a_file_is_sent_with_its_length),
		ARENA_TEST(the_file_of_a_replaced_response_is_closed),
		ARENA_TEST(there_is_room_for_many_long_headers),
		cmocka_unit_test(
			a_header_with_a_control_character_is_not_added_and_makes_the_response_invalid),
		cmocka_unit_test(one_header_too_many_makes_the_response_invalid),
		cmocka_unit_test(an_invalid_response_that_is_replaced_is_valid_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
