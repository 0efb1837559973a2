/*
 * Unit tests of http/router: the route of a request (contract §2.1).
 */
#include "../unit.h"

#include "http/router.h"

static const struct route ROUTES[] = {
	{HTTP_GET, "/api/auth/profile", 3},
	{HTTP_POST, "/api/auth/profile/edit", 3},
	{HTTP_POST, "/api/auth/picture", 3},
	{HTTP_DELETE, "/api/auth/picture", 3},
	{HTTP_PATCH, "/api/auth/profile/edit/account", 1},
	{HTTP_GET, "/api/users/:user_name/picture", 3},
	{HTTP_POST, "/api/auth/account/export/request", 3},
	{HTTP_GET, "/api/auth/account/export/:file_name", 3},
	{HTTP_GET, "/api/:first/of/:second", 3},
	{0},
};

/* The router's result with everything that it sets. */
struct found {
	enum routing routing;
	const struct route *route;
	struct request request;
	char allow[ROUTER_ALLOW_SIZE];
};

static struct found ask(struct arena *arena, enum http_method method, const char *path)
{
	/* initial values that the router must overwrite */
	struct found found = {
		.route = ROUTES,
		.request = {.arena = arena, .method = method, .path = path},
	};

	found.routing =
		router_find(ROUTES, sizeof(*ROUTES), 1, &found.request, &found.route, found.allow);
	return found;
}

static void a_route_is_found_by_method_and_whole_path(void **state)
{
	for (const struct route *route = ROUTES; route->pattern != NULL; route++) {
		struct found found;

		if (strchr(route->pattern, ':') != NULL)
			continue;
		found = ask(*state, route->method, route->pattern);
		assert_int_equal(found.routing, ROUTING_FOUND);
		assert_ptr_equal(found.route, route);
		assert_string_equal(found.request.route, route->pattern);
	}
}

static void similar_paths_are_unknown(void **state)
{
	static const char *const PATHS[] = {"", "/", "/api", "/api/auth/profil",
		"/api/auth/profile/", "/api/auth/profilee", "/api/auth/profile/edit/",
		"api/auth/profile", "//api/auth/profile", "/api/auth//profile", "/API/auth/profile",
		"/api/auth/profile?x=1", "/api/auth/profile ", "/api/users/sam", "/api/users/sam/",
		"/api/users/sam/picture/", "/api/users//picture", "/api/users/sam/x/picture",
		"/api/users/sam/pictures", "/api/auth/account/export/",
		"/api/auth/account/export/a/b", "/api/a/of/", "/api//of/b"};

	for (size_t i = 0; i < UNIT_COUNT(PATHS); i++) {
		struct found found = ask(*state, HTTP_GET, PATHS[i]);

		if (found.routing != ROUTING_UNKNOWN)
			fail_msg("known: %s", PATHS[i]);
		assert_null(found.route);
		assert_null(found.request.route);
	}
}

static void an_unknown_path_is_unknown_for_every_method(void **state)
{
	for (enum http_method method = HTTP_GET; method <= HTTP_OTHER; method++)
		assert_int_equal(ask(*state, method, "/api/nothing").routing, ROUTING_UNKNOWN);
}

static void head_finds_the_route_of_get(void **state)
{
	struct found found = ask(*state, HTTP_HEAD, "/api/auth/profile");

	assert_int_equal(found.routing, ROUTING_FOUND);
	assert_string_equal(found.route->pattern, "/api/auth/profile");
	assert_int_equal(found.route->method, HTTP_GET);
	assert_int_equal(ask(*state, HTTP_HEAD, "/api/auth/picture").routing, ROUTING_METHOD);
}

static void an_unsupported_method_is_distinguished_from_an_unknown_path(void **state)
{
	static const enum http_method OTHERS[] = {HTTP_POST, HTTP_PATCH, HTTP_DELETE, HTTP_OTHER};

	for (size_t i = 0; i < UNIT_COUNT(OTHERS); i++) {
		struct found found = ask(*state, OTHERS[i], "/api/auth/profile");

		assert_int_equal(found.routing, ROUTING_METHOD);
		assert_null(found.route);
		assert_string_equal(found.request.route, "/api/auth/profile");
		assert_string_equal(found.allow, "GET, HEAD, OPTIONS");
	}
}

static void options_is_supported_on_a_known_path(void **state)
{
	assert_int_equal(ask(*state, HTTP_OPTIONS, "/api/auth/profile").routing, ROUTING_OPTIONS);
	assert_int_equal(
		ask(*state, HTTP_OPTIONS, "/api/users/sam/picture").routing, ROUTING_OPTIONS);
}

static void allow_names_all_methods_of_the_path_and_head_where_get_is(void **state)
{
	assert_string_equal(
		ask(*state, HTTP_OPTIONS, "/api/auth/profile").allow, "GET, HEAD, OPTIONS");
	assert_string_equal(
		ask(*state, HTTP_OPTIONS, "/api/auth/picture").allow, "POST, DELETE, OPTIONS");
	assert_string_equal(
		ask(*state, HTTP_GET, "/api/auth/picture").allow, "POST, DELETE, OPTIONS");
	assert_string_equal(ask(*state, HTTP_OPTIONS, "/api/auth/account/export/request").allow,
		"POST, GET, HEAD, OPTIONS");
	assert_string_equal(ask(*state, HTTP_OPTIONS, "/api/auth/account/export/x").allow,
		"GET, HEAD, OPTIONS");
}

static void allow_has_room_for_every_method(void **state)
{
	static const struct route ALL[] = {
		{HTTP_GET, "/x", 3},
		{HTTP_POST, "/x", 3},
		{HTTP_PATCH, "/x", 3},
		{HTTP_DELETE, "/x", 3},
		{0},
	};
	struct request request = {.arena = *state, .method = HTTP_OPTIONS, .path = "/x"};
	const struct route *found;
	char allow[ROUTER_ALLOW_SIZE];

	assert_int_equal(
		router_find(ALL, sizeof(*ALL), 1, &request, &found, allow), ROUTING_OPTIONS);
	assert_string_equal(allow, "GET, HEAD, POST, PATCH, DELETE, OPTIONS");
}

static void a_placeholder_becomes_a_parameter(void **state)
{
	struct found found = ask(*state, HTTP_GET, "/api/users/sam_1/picture");

	assert_int_equal(found.routing, ROUTING_FOUND);
	assert_string_equal(found.request.parameters[0], "sam_1");
	assert_null(found.request.parameters[1]);
	assert_string_equal(found.request.route, "/api/users/:user_name/picture");

	found = ask(*state, HTTP_GET, "/api/auth/account/export/archive_x.zip");
	assert_string_equal(found.request.parameters[0], "archive_x.zip");

	found = ask(*state, HTTP_GET, "/api/a:b/of/:c");
	assert_int_equal(found.routing, ROUTING_FOUND);
	assert_string_equal(found.request.parameters[0], "a:b");
	assert_string_equal(found.request.parameters[1], ":c");
}

static void a_route_that_the_version_lacks_is_not_there(void **state)
{
	static const struct route TABLE[] = {
		{HTTP_GET, "/x", 1},
		{HTTP_POST, "/x", 2},
		{HTTP_POST, "/y", 2},
		{0},
	};
	struct request request = {.arena = *state, .method = HTTP_POST, .path = "/x"};
	const struct route *found;
	char allow[ROUTER_ALLOW_SIZE];

	assert_int_equal(
		router_find(TABLE, sizeof(*TABLE), 1, &request, &found, allow), ROUTING_METHOD);
	assert_string_equal(allow, "GET, HEAD, OPTIONS");
	assert_int_equal(
		router_find(TABLE, sizeof(*TABLE), 2, &request, &found, allow), ROUTING_FOUND);
	assert_ptr_equal(found, &TABLE[1]);
	request = (struct request){.arena = *state, .method = HTTP_POST, .path = "/y"};
	assert_int_equal(
		router_find(TABLE, sizeof(*TABLE), 1, &request, &found, allow), ROUTING_UNKNOWN);
}

static void a_pattern_with_too_many_placeholders_never_matches(void **state)
{
	static const struct route GREEDY[] = {
		{HTTP_GET, "/:a/:b/:c", 3},
		{0},
	};
	struct request request = {.arena = *state, .method = HTTP_GET, .path = "/1/2/3"};
	const struct route *found;
	char allow[ROUTER_ALLOW_SIZE];

	assert_int_equal(
		router_find(GREEDY, sizeof(*GREEDY), 1, &request, &found, allow), ROUTING_UNKNOWN);
}

static void a_placeholder_matches_the_literal_of_another_route(void **state)
{
	/* contract §2.1: GET .../export/request is the download of a file called "request" */
	struct found found = ask(*state, HTTP_GET, "/api/auth/account/export/request");

	assert_int_equal(found.routing, ROUTING_FOUND);
	assert_string_equal(found.route->pattern, "/api/auth/account/export/:file_name");
	assert_string_equal(found.request.parameters[0], "request");

	found = ask(*state, HTTP_POST, "/api/auth/account/export/request");
	assert_int_equal(found.routing, ROUTING_FOUND);
	assert_string_equal(found.route->pattern, "/api/auth/account/export/request");
}

static void a_table_may_keep_more_beside_each_route(void **state)
{
	static const struct {
		struct route route;
		const char *more;
		int still_more;
	} TABLE[] = {
		{{HTTP_GET, "/x", 1}, "of x", 1},
		{{HTTP_GET, "/y", 1}, "of y", 2},
		{.more = NULL},
	};
	struct request request = {.arena = *state, .method = HTTP_GET, .path = "/y"};
	const struct route *found;
	char allow[ROUTER_ALLOW_SIZE];

	assert_int_equal(router_find(&TABLE[0].route, sizeof(*TABLE), 1, &request, &found, allow),
		ROUTING_FOUND);
	assert_ptr_equal(found, &TABLE[1]);
}

static void methods_have_their_names(void **state)
{
	(void)state;
	assert_string_equal(router_method_name(HTTP_GET), "GET");
	assert_string_equal(router_method_name(HTTP_HEAD), "HEAD");
	assert_string_equal(router_method_name(HTTP_POST), "POST");
	assert_string_equal(router_method_name(HTTP_PATCH), "PATCH");
	assert_string_equal(router_method_name(HTTP_DELETE), "DELETE");
	assert_string_equal(router_method_name(HTTP_OPTIONS), "OPTIONS");
	assert_non_null(router_method_name(HTTP_OTHER));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ARENA_TEST(a_route_is_found_by_method_and_whole_path),
		ARENA_TEST(similar_paths_are_unknown),
		ARENA_TEST(an_unknown_path_is_unknown_for_every_method),
		ARENA_TEST(head_finds_the_route_of_get),
		ARENA_TEST(an_unsupported_method_is_distinguished_from_an_unknown_path),
		ARENA_TEST(options_is_supported_on_a_known_path),
		ARENA_TEST(allow_names_all_methods_of_the_path_and_head_where_get_is),
		ARENA_TEST(allow_has_room_for_every_method),
		ARENA_TEST(a_placeholder_becomes_a_parameter),
		ARENA_TEST(a_route_that_the_version_lacks_is_not_there),
		ARENA_TEST(a_pattern_with_too_many_placeholders_never_matches),
		ARENA_TEST(a_placeholder_matches_the_literal_of_another_route),
		ARENA_TEST(a_table_may_keep_more_beside_each_route),
		cmocka_unit_test(methods_have_their_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
