/*
 * Unit tests of api/request: which dialect a request is in.
 */
#include "../unit.h"

#include "api/request.h"
#include "../memory_source.h"

static struct api_request begin(
	struct arena *arena, const char *path, const char *dialect, bool *known)
{
	const char *const parameters[] = {
		"PATH_INFO", path, dialect == NULL ? NULL : "API_DIALECT", dialect, NULL};
	struct memory_source memory = {.parameters = parameters};
	struct request_source source;
	struct request *http = arena_zero(arena, sizeof(*http));
	struct api_request request;

	*http = memory_request(arena, &source, &memory);
	*known = api_request_begin(&request, http, NULL);
	http->source = NULL; /* the source ends with this function */
	return request;
}

static void the_path_selects_the_dialect_if_the_web_server_does_not(void **state)
{
	static const struct {
		const char *path, *parameter, *expected_path, *expected_dialect;
	} CASES[] = {
		{"/v0.6/api/ping", NULL, "/api/ping", "0.6"},
		{"/v0.2/api/", "", "/api/", "0.2"},
		{"/v0.7/api/", "", "/api/", "0.7"},
		{"/v0.6/api/ping", "0.7", "/v0.6/api/ping", "0.7"},
		{"/api/ping", "0.2", "/api/ping", "0.2"},
		{"/v0.6/api", NULL, "/v0.6/api", "0.7"},
		{"/v/api/ping", NULL, "/v/api/ping", "0.7"},
		{"/v0.6x/api/ping", NULL, "/v0.6x/api/ping", "0.7"},
		{"/v0.6/v0.2/api/ping", NULL, "/v0.6/v0.2/api/ping", "0.7"},
		{"/v", NULL, "/v", "0.7"},
		{"/", NULL, "/", "0.7"},
		{"", NULL, "", "0.7"},
	};

	for (size_t i = 0; i < UNIT_COUNT(CASES); i++) {
		bool known;
		struct api_request request =
			begin(*state, CASES[i].path, CASES[i].parameter, &known);

		assert_true(known);
		assert_string_equal(request.http->path, CASES[i].expected_path);
		assert_string_equal(request.dialect->name, CASES[i].expected_dialect);
	}
}

static void an_unknown_dialect_is_rejected_in_0_7(void **state)
{
	static const struct {
		const char *path, *parameter;
	} CASES[] = {{"/v9/api/ping", NULL}, {"/v0.6.1/api/ping", ""}, {"/api/ping", "0.5"},
		{"/api/ping", "0.6 "}};

	for (size_t i = 0; i < UNIT_COUNT(CASES); i++) {
		bool known;
		struct api_request request =
			begin(*state, CASES[i].path, CASES[i].parameter, &known);

		assert_false(known);
		assert_int_equal(request.dialect->id, DIALECT_0_7);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ARENA_TEST(the_path_selects_the_dialect_if_the_web_server_does_not),
		ARENA_TEST(an_unknown_dialect_is_rejected_in_0_7),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
