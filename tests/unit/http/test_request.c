/*
 * Unit tests of http/request: the parameters from the web server, and the body with its limits, read whole
 * or in pieces.
 */
#include "../memory_source.h"

enum { BIG = 50000 };

static struct request begin(struct arena *arena, const char *const *parameters)
{
	struct memory_source *memory = arena_zero(arena, sizeof(*memory));
	struct request_source *source = arena_zero(arena, sizeof(*source));

	memory->parameters = parameters;
	return memory_request(arena, source, memory);
}

/* ---- parameters -------------------------------------------------------------------------------- */

static void a_request_has_the_values_of_its_parameters(void **state)
{
	static const char *const PARAMETERS[] = {"REQUEST_METHOD", "POST", "PATH_INFO",
		"/api/auth/login", "REQUEST_ID", "6f1c-_@Z9", "API_DIALECT", "0.7",
		"HTTP_AUTHORIZATION", "Bearer x", "CONTENT_TYPE", "application/json",
		"CONTENT_LENGTH", "17", "HTTP_USER_AGENT", "curl/8", "REMOTE_ADDR", "192.0.2.7",
		NULL};
	struct request request = begin(*state, PARAMETERS);

	assert_int_equal(request.method, HTTP_POST);
	assert_string_equal(request.method_text, "POST");
	assert_string_equal(request.path, "/api/auth/login");
	assert_string_equal(request.id, "6f1c-_@Z9");
	assert_string_equal(request.authorization, "Bearer x");
	assert_string_equal(request.content_type, "application/json");
	assert_int_equal(request.content_length, 17);
	assert_string_equal(request.user_agent, "curl/8");
	assert_string_equal(request.remote_address, "192.0.2.7");
}

static void an_absent_parameter_is_empty(void **state)
{
	static const char *const PARAMETERS[] = {NULL};
	struct request request = begin(*state, PARAMETERS);

	assert_int_equal(request.method, HTTP_OTHER);
	assert_string_equal(request.method_text, "");
	assert_string_equal(request.path, "");
	assert_string_equal(request.authorization, "");
	assert_string_equal(request.content_type, "");
	assert_int_equal(request.content_length, -1);
	assert_string_equal(request.user_agent, "");
	assert_string_equal(request.remote_address, "");
	assert_null(request.route);
	assert_null(request.parameters[0]);
}

static void parameters_are_copied(void **state)
{
	char path[] = "/api/ping";
	const char *const parameters[] = {"PATH_INFO", path, NULL};
	struct request request = begin(*state, parameters);

	memset(path, 'x', strlen(path));
	assert_string_equal(request.path, "/api/ping");
}

static void any_other_parameter_can_be_read_too(void **state)
{
	static const char *const PARAMETERS[] = {"API_DIALECT", "0.6", NULL};
	struct memory_source memory = {.parameters = PARAMETERS};
	struct request_source source;
	struct request request = memory_request(*state, &source, &memory);

	assert_string_equal(request_parameter(&request, "API_DIALECT"), "0.6");
	assert_string_equal(request_parameter(&request, "SCRIPT_NAME"), "");
}

static void methods_are_recognized_by_their_exact_names(void **state)
{
	static const struct {
		const char *text;
		enum http_method method;
	} METHODS[] = {
		{"GET", HTTP_GET},
		{"HEAD", HTTP_HEAD},
		{"POST", HTTP_POST},
		{"PATCH", HTTP_PATCH},
		{"DELETE", HTTP_DELETE},
		{"OPTIONS", HTTP_OPTIONS},
		{"PUT", HTTP_OTHER},
		{"get", HTTP_OTHER},
		{"GETS", HTTP_OTHER},
		{"", HTTP_OTHER},
	};

	for (size_t i = 0; i < UNIT_COUNT(METHODS); i++) {
		const char *const parameters[] = {"REQUEST_METHOD", METHODS[i].text, NULL};

		assert_int_equal(begin(*state, parameters).method, METHODS[i].method);
	}
}

static void the_header_renamed_by_a_rewrite_counts_if_the_other_is_absent(void **state)
{
	static const char *const RENAMED[] = {"REDIRECT_HTTP_AUTHORIZATION", "Bearer b", NULL};
	static const char *const BOTH[] = {
		"HTTP_AUTHORIZATION", "Bearer a", "REDIRECT_HTTP_AUTHORIZATION", "Bearer b", NULL};

	assert_string_equal(begin(*state, RENAMED).authorization, "Bearer b");
	assert_string_equal(begin(*state, BOTH).authorization, "Bearer a");
}

static void a_malformed_request_id_is_replaced(void **state)
{
	static const char LONG[] =
		"0123456789012345678901234567890123456789012345678901234567890123x";
	static const char *const IDS[] = {"", "a b", "a\nb", "a\r\nSet-Cookie: x", "a=b", "\"a\"",
		"caf\xc3\xa9", "\x7f", LONG};

	for (size_t i = 0; i < UNIT_COUNT(IDS); i++) {
		const char *const parameters[] = {"REQUEST_ID", IDS[i], NULL};
		struct request first = begin(*state, parameters),
			       second = begin(*state, parameters);

		assert_int_equal(strlen(first.id), 32);
		assert_int_equal(strspn(first.id, "0123456789abcdef"), 32);
		assert_string_not_equal(first.id, second.id);
	}
}

static void a_request_id_has_at_most_64_characters(void **state)
{
	static const char *const PARAMETERS[] = {"REQUEST_ID",
		"0123456789012345678901234567890123456789012345678901234567890123", NULL};

	assert_string_equal(begin(*state, PARAMETERS).id, PARAMETERS[1]);
}

static void a_malformed_length_is_an_unknown_length(void **state)
{
	static const char *const LENGTHS[] = {
		"", "-1", "x", "1x", " 1", "1e3", "99999999999999999999"};

	for (size_t i = 0; i < UNIT_COUNT(LENGTHS); i++) {
		const char *const parameters[] = {"CONTENT_LENGTH", LENGTHS[i], NULL};

		assert_int_equal(begin(*state, parameters).content_length, -1);
	}
}

/* ---- the body ---------------------------------------------------------------------------------- */

/* Read a body with this Content-Length; NULL: none. */
static enum request_body read_body(struct arena *arena, struct memory_source *memory,
	const char *announced, size_t limit, const char **body, size_t *length)
{
	const char *const parameters[] = {
		"CONTENT_LENGTH", announced == NULL ? "" : announced, NULL};
	struct request_source source;
	struct request request;

	/* cppcheck-suppress autoVariables ; read before this function returns */
	memory->parameters = parameters;
	request = memory_request(arena, &source, memory);
	return request_read_body(&request, limit, body, length);
}

static void a_body_of_known_length_is_read_in_pieces_of_any_size(void **state)
{
	static const size_t STEPS[] = {0, 1, 3, 7};

	for (size_t i = 0; i < UNIT_COUNT(STEPS); i++) {
		struct memory_source memory = {
			.body = "0123456789", .length = 10, .step = STEPS[i]};
		const char *body;
		size_t length;

		assert_int_equal(
			read_body(*state, &memory, "10", 10, &body, &length), REQUEST_BODY_OK);
		assert_int_equal(length, 10);
		assert_string_equal(body, "0123456789");
	}
}

static void nothing_is_read_beyond_the_content_length(void **state)
{
	struct memory_source memory = {.body = "0123456789", .length = 10};
	const char *body;
	size_t length;

	assert_int_equal(read_body(*state, &memory, "4", 100, &body, &length), REQUEST_BODY_OK);
	assert_int_equal(memory.taken, 4);
	assert_int_equal(length, 4);
	assert_string_equal(body, "0123");
}

static void a_body_with_a_too_large_content_length_is_not_read(void **state)
{
	struct memory_source memory = {.body = "0123456789", .length = 10};
	const char *body;
	size_t length;

	assert_int_equal(
		read_body(*state, &memory, "11", 10, &body, &length), REQUEST_BODY_TOO_LARGE);
	assert_int_equal(read_body(*state, &memory, "9223372036854775807", 10, &body, &length),
		REQUEST_BODY_TOO_LARGE);
	assert_int_equal(memory.taken, 0);
}

static void a_body_that_ends_early_is_malformed(void **state)
{
	struct memory_source memory = {.body = "0123456789", .length = 10};
	const char *body;
	size_t length;

	assert_int_equal(
		read_body(*state, &memory, "11", 100, &body, &length), REQUEST_BODY_BROKEN);
}

static void a_body_that_cannot_be_read_is_malformed(void **state)
{
	struct memory_source announced = {.body = "01234", .length = 5, .fails = true};
	struct memory_source not_announced = {.body = "01234", .length = 5, .fails = true};
	const char *body;
	size_t length;

	assert_int_equal(
		read_body(*state, &announced, "10", 100, &body, &length), REQUEST_BODY_BROKEN);
	assert_int_equal(
		read_body(*state, &not_announced, NULL, 100, &body, &length), REQUEST_BODY_BROKEN);
}

static void a_body_of_unknown_length_is_read_to_its_end(void **state)
{
	/* around the sizes at which a buffer may grow */
	static const size_t LENGTHS[] = {0, 1, 8191, 8192, 8193, 16383, 16384, 16385, BIG};
	char *bytes = arena_alloc(*state, BIG);

	for (size_t i = 0; i < BIG; i++)
		bytes[i] = (char)(i * 7 % 251);
	for (size_t i = 0; i < UNIT_COUNT(LENGTHS); i++) {
		struct memory_source memory = {.body = bytes, .length = LENGTHS[i], .step = 1000};
		const char *body;
		size_t length;

		assert_int_equal(
			read_body(*state, &memory, NULL, BIG, &body, &length), REQUEST_BODY_OK);
		assert_int_equal(length, LENGTHS[i]);
		assert_memory_equal(body, bytes, length);
		assert_int_equal(body[length], 0);
	}
}

static void the_limit_applies_to_a_body_of_unknown_length(void **state)
{
	static const size_t LIMITS[] = {0, 10, 8191, 8192, 8193, 20000};
	char *bytes = arena_zero(*state, BIG);

	for (size_t i = 0; i < UNIT_COUNT(LIMITS); i++) {
		struct memory_source fits = {.body = bytes, .length = LIMITS[i]};
		struct memory_source too_large = {.body = bytes, .length = LIMITS[i] + 1};
		const char *body;
		size_t length;

		assert_int_equal(
			read_body(*state, &fits, NULL, LIMITS[i], &body, &length), REQUEST_BODY_OK);
		assert_int_equal(read_body(*state, &too_large, NULL, LIMITS[i], &body, &length),
			REQUEST_BODY_TOO_LARGE);
	}
}

static void an_empty_body_is_an_empty_string(void **state)
{
	struct memory_source memory = {.body = "not of this request", .length = 19};
	const char *body;
	size_t length;

	assert_int_equal(read_body(*state, &memory, "0", 10, &body, &length), REQUEST_BODY_OK);
	assert_int_equal(length, 0);
	assert_string_equal(body, "");
	assert_int_equal(memory.taken, 0);
}

/* ---- the body piece by piece ------------------------------------------------------------------- */

/* A request with this Content-Length (NULL: none), allocated in the arena. */
static struct request request_with_body(
	struct arena *arena, struct memory_source *memory, const char *announced)
{
	struct request_source *source = arena_zero(arena, sizeof(*source));
	const char **parameters = arena_zero(arena, 3 * sizeof(*parameters));

	parameters[0] = "CONTENT_LENGTH";
	parameters[1] = announced == NULL ? "" : announced;
	memory->parameters = parameters;
	return memory_request(arena, source, memory);
}

/* Read to the end in pieces of 4 bytes. Returns the result of the last read: 0 or -1. */
static ssize_t read_in_pieces(const struct source *source, char *text)
{
	for (;;) {
		ssize_t got = source->read(source->state, text, 4);

		if (got <= 0) {
			*text = '\0';
			return got;
		}
		text += got;
	}
}

static void a_streamed_body_ends_at_its_content_length(void **state)
{
	struct memory_source memory = {.body = "0123456789", .length = 10, .step = 3};
	struct request request = request_with_body(*state, &memory, "7");
	struct request_body_stream stream;
	struct source source = request_body_source(&stream, &request, 7);
	char text[UNIT_TEXT_MAX];

	assert_int_equal(read_in_pieces(&source, text), 0);
	assert_string_equal(text, "0123456");
	assert_int_equal(memory.taken, 7);
	assert_int_equal(stream.length, 7);
	assert_int_equal(stream.state, REQUEST_BODY_OK);
	assert_int_equal(source.read(source.state, text, 4), 0);
	assert_int_equal(memory.taken, 7);
}

static void a_streamed_body_that_ends_early_is_malformed(void **state)
{
	struct memory_source memory = {.body = "0123456789", .length = 10};
	struct request request = request_with_body(*state, &memory, "11");
	struct request_body_stream stream;
	struct source source = request_body_source(&stream, &request, 100);
	char text[UNIT_TEXT_MAX];

	assert_int_equal(read_in_pieces(&source, text), -1);
	assert_string_equal(text, "0123456789");
	assert_int_equal(stream.length, 10);
	assert_int_equal(stream.state, REQUEST_BODY_BROKEN);
	assert_int_equal(source.read(source.state, text, 4), -1);
}

static void a_streamed_body_that_cannot_be_read_is_malformed(void **state)
{
	struct memory_source memory = {.body = "0123456789", .length = 10, .fails = true};
	struct request request = request_with_body(*state, &memory, NULL);
	struct request_body_stream stream;
	struct source source = request_body_source(&stream, &request, 100);
	char text[UNIT_TEXT_MAX];

	assert_int_equal(read_in_pieces(&source, text), -1);
	assert_string_equal(text, "0123456789");
	assert_int_equal(stream.state, REQUEST_BODY_BROKEN);
}

static void a_streamed_body_with_a_too_large_content_length_is_not_read(void **state)
{
	struct memory_source memory = {.body = "0123456789", .length = 10};
	struct request request = request_with_body(*state, &memory, "10");
	struct request_body_stream stream;
	struct source source = request_body_source(&stream, &request, 9);
	char text[UNIT_TEXT_MAX];

	assert_int_equal(stream.state, REQUEST_BODY_TOO_LARGE);
	assert_int_equal(read_in_pieces(&source, text), -1);
	assert_int_equal(memory.taken, 0);
	assert_int_equal(stream.state, REQUEST_BODY_TOO_LARGE);
}

static void the_limit_applies_to_a_streamed_body_of_unknown_length(void **state)
{
	static const struct {
		size_t limit;
		ssize_t end;
		enum request_body state;
	} LIMITS[] = {
		{0, -1, REQUEST_BODY_TOO_LARGE},
		{8, -1, REQUEST_BODY_TOO_LARGE},
		{9, -1, REQUEST_BODY_TOO_LARGE},
		{10, 0, REQUEST_BODY_OK},
		{11, 0, REQUEST_BODY_OK},
		{SIZE_MAX, 0, REQUEST_BODY_OK},
	};

	for (size_t i = 0; i < UNIT_COUNT(LIMITS); i++) {
		struct memory_source memory = {.body = "0123456789", .length = 10};
		struct request request = request_with_body(*state, &memory, NULL);
		struct request_body_stream stream;
		struct source source = request_body_source(&stream, &request, LIMITS[i].limit);
		char text[UNIT_TEXT_MAX];

		assert_int_equal(read_in_pieces(&source, text), LIMITS[i].end);
		assert_int_equal(stream.state, LIMITS[i].state);
		assert_true(strlen(text) <= LIMITS[i].limit);
		assert_true(memory.taken <= LIMITS[i].limit || memory.taken == LIMITS[i].limit + 1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ARENA_TEST(a_request_has_the_values_of_its_parameters),
		ARENA_TEST(an_absent_parameter_is_empty),
		ARENA_TEST(parameters_are_copied),
		ARENA_TEST(any_other_parameter_can_be_read_too),
		ARENA_TEST(methods_are_recognized_by_their_exact_names),
		ARENA_TEST(the_header_renamed_by_a_rewrite_counts_if_the_other_is_absent),
		ARENA_TEST(a_malformed_request_id_is_replaced),
		ARENA_TEST(a_request_id_has_at_most_64_characters),
		ARENA_TEST(a_malformed_length_is_an_unknown_length),
		ARENA_TEST(a_body_of_known_length_is_read_in_pieces_of_any_size),
		ARENA_TEST(nothing_is_read_beyond_the_content_length),
		ARENA_TEST(a_body_with_a_too_large_content_length_is_not_read),
		ARENA_TEST(a_body_that_ends_early_is_malformed),
		ARENA_TEST(a_body_that_cannot_be_read_is_malformed),
		ARENA_TEST(a_body_of_unknown_length_is_read_to_its_end),
		ARENA_TEST(the_limit_applies_to_a_body_of_unknown_length),
		ARENA_TEST(an_empty_body_is_an_empty_string),
		ARENA_TEST(a_streamed_body_ends_at_its_content_length),
		ARENA_TEST(a_streamed_body_that_ends_early_is_malformed),
		ARENA_TEST(a_streamed_body_that_cannot_be_read_is_malformed),
		ARENA_TEST(a_streamed_body_with_a_too_large_content_length_is_not_read),
		ARENA_TEST(the_limit_applies_to_a_streamed_body_of_unknown_length),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
