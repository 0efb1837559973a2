/*
 * Unit tests of api/reply: the constant bodies and headers of the contract.
 */
#include "../unit.h"

#include "api/reply_table.h"
#include "account/validation.h"

#define BAD_TOKEN                                                                                  \
	"The access token provided is expired, revoked, malformed, or invalid "                    \
	"for other reasons."

/* A request in a dialect, with room for its response; in the arena. */
static struct api_request *request_in(struct arena *arena, enum dialect_id dialect)
{
	struct request *http = arena_zero(arena, sizeof(*http));
	struct response *response = arena_zero(arena, sizeof(*response));
	struct api_request *request = arena_zero(arena, sizeof(*request));

	http->arena = arena;
	*request = (struct api_request){
		.http = http, .response = response, .dialect = &DIALECTS[dialect]};
	return request;
}

static const char *header_of(const struct response *response, const char *name)
{
	for (int i = 0; i < response->header_count; i++)
		if (strcmp(response->headers[i].name, name) == 0)
			return response->headers[i].value;
	return NULL;
}

static void assert_reply(const struct api_request *request, int status, const char *body)
{
	const struct response *response = request->response;

	assert_int_equal(response->status, status);
	assert_string_equal(header_of(response, "Content-Type"), "application/json");
	assert_int_equal(response->body_length, strlen(response->body));
	unit_assert_json(json_parse(response->body, response->body_length), body);
}

static const struct {
	enum reply reply;
	int status;
	const char *body;
} CONSTANT[] = {
	{REPLY_INVALID_PAYLOAD, 400, "{\"status\":\"error\",\"message\":\"invalid payload\"}"},
	{REPLY_NO_TOKEN, 401, "{\"status\":\"error\",\"message\":\"provide a valid auth token\"}"},
	{REPLY_SERVER_ERROR, 500,
		"{\"status\":\"error\",\"message\":"
		"\"error, please try again or contact the administrator\"}"},
	{REPLY_UNKNOWN_URL, 404,
		"{\"status\":\"not found\",\"message\":"
		"\"the requested URL was not found on the server\"}"},
	{REPLY_METHOD_NOT_ALLOWED, 405,
		"{\"status\":\"error\",\"message\":\"method not allowed\"}"},
	{REPLY_BODY_TOO_LARGE, 413,
		"{\"status\":\"error\",\"message\":\"request body too large\"}"},
	{REPLY_REGISTRATION_DISABLED, 403,
		"{\"status\":\"error\",\"message\":\"error, registration is disabled\"}"},
	{REPLY_POLICY_NOT_ACCEPTED, 400,
		"{\"status\":\"error\",\"message\":"
		"\"sorry, you must agree privacy policy to register\"}"},
	{REPLY_USERNAME_TAKEN, 400,
		"{\"status\":\"error\",\"message\":"
		"\"sorry, that username is already taken\"}"},
	{REPLY_CONFIRMED, 200,
		"{\"status\":\"success\",\"message\":\"account confirmation successful\"}"},
	{REPLY_CONFIRMATION_RESENT, 200,
		"{\"status\":\"success\",\"message\":\"confirmation email resent\"}"},
	{REPLY_BAD_CREDENTIALS, 401, "{\"status\":\"error\",\"message\":\"invalid credentials\"}"},
	{REPLY_LOGGED_IN, 200, "{\"status\":\"success\",\"message\":\"successfully logged in\"}"},
	{REPLY_LOGGED_OUT, 200, "{\"status\":\"success\",\"message\":\"successfully logged out\"}"},
	{REPLY_LOGOUT_FAILED, 500,
		"{\"status\":\"error\",\"message\":\"error on token blacklist\"}"},
	{REPLY_CONFIG_FAILED, 500,
		"{\"status\":\"error\",\"message\":\"error on getting configuration\"}"},
	{REPLY_PONG, 200, "{\"status\":\"success\",\"message\":\"pong!\"}"},
};

static void the_constant_replies_are_those_of_the_contract(void **state)
{
	for (size_t i = 0; i < UNIT_COUNT(CONSTANT); i++) {
		struct api_request *request = request_in(*state, DIALECT_0_7);

		assert_int_equal(reply(request, CONSTANT[i].reply), HANDLED);
		assert_reply(request, CONSTANT[i].status, CONSTANT[i].body);
		assert_int_equal(request->response->header_count, 2);
	}
}

static void every_reply_has_a_status(void **state)
{
	(void)state;
	for (enum reply which = REPLY_SERVER_ERROR; which < REPLY_NONE; which++)
		for (enum dialect_id dialect = DIALECT_0_7; dialect < DIALECT_COUNT; dialect++)
			assert_in_range(reply_cell(which, dialect)->status, 200, 500);
}

static void a_reply_can_carry_a_token(void **state)
{
	struct api_request *request = request_in(*state, DIALECT_0_7);

	assert_int_equal(reply_with_token(request, REPLY_LOGGED_IN, "a.b.c"), HANDLED);
	assert_reply(request, 200,
		"{\"auth_token\":\"a.b.c\","
		"\"message\":\"successfully logged in\",\"status\":\"success\"}");
}

static void a_reply_is_in_the_dialect_of_the_request(void **state)
{
	struct api_request *request = request_in(*state, DIALECT_0_2);

	assert_int_equal(reply(request, REPLY_BAD_CREDENTIALS), HANDLED);
	assert_reply(request, 404, "{\"status\":\"error\",\"message\":\"Invalid credentials.\"}");
	assert_int_equal(reply(request, REPLY_BAD_TOKEN), HANDLED);
	assert_reply(request, 401,
		"{\"status\":\"error\",\"message\":\"Invalid token. Please log in again.\"}");
	assert_null(header_of(request->response, "WWW-Authenticate"));
	assert_int_equal(
		reply_registration_violations(request, VIOLATION_EMAIL | VIOLATION_PASSWORD_TWICE),
		HANDLED);
	assert_reply(request, 400,
		"{\"status\":\"error\",\"message\":\"Errors: Valid email must be provided.\\n"
		"Password and password confirmation don't match.\\n\"}");
	assert_int_equal(reply_violations(request, VIOLATION_PASSWORD), HANDLED);
	assert_reply(request, 400,
		"{\"status\":\"error\",\"message\":\"Password: 8 characters required.\\n\"}");
}

static void a_dialect_without_its_own_message_uses_that_of_0_7(void **state)
{
	struct api_request *request = request_in(*state, DIALECT_0_6);

	assert_int_equal(reply(request, REPLY_BAD_CREDENTIALS), HANDLED);
	assert_reply(request, 401, "{\"status\":\"error\",\"message\":\"invalid credentials\"}");
	assert_int_equal(reply(request, REPLY_EXPIRED_TOKEN), HANDLED);
	assert_reply(request, 401,
		"{\"status\":\"error\",\"message\":\"signature expired, please log in again\"}");
}

static void a_too_large_file_gets_its_size_and_the_limit(void **state)
{
	struct api_request *request = request_in(*state, DIALECT_0_7);

	assert_int_equal(reply_file_too_large(request, 1229, 1024), HANDLED);
	assert_reply(request, 413,
		"{\"status\":\"fail\",\"message\":"
		"\"Error during picture upload, file size (1.2KB) exceeds 1.0KB.\"}");
	request->dialect = &DIALECTS[DIALECT_0_2];
	assert_int_equal(reply_file_too_large(request, 1229, 1048576), HANDLED);
	assert_reply(request, 413,
		"{\"status\":\"fail\",\"message\":"
		"\"Error during picture update: file size exceeds 1.0MB.\"}");
}

static void success_has_only_a_status(void **state)
{
	struct api_request *request = request_in(*state, DIALECT_0_7);

	assert_int_equal(reply_success(request), HANDLED);
	assert_reply(request, 200, "{\"status\":\"success\"}");
}

static void data_has_no_message(void **state)
{
	struct api_request *request = request_in(*state, DIALECT_0_7);

	assert_int_equal(reply_data(request, json_parse("{\"a\":[1,null]}", 14)), HANDLED);
	assert_reply(request, 200, "{\"status\":\"success\",\"data\":{\"a\":[1,null]}}");
}

static void data_or_a_token_that_could_not_be_made_is_a_failure(void **state)
{
	struct api_request *request = request_in(*state, DIALECT_0_7);

	assert_int_equal(reply_data(request, NULL), HANDLER_FAILED);
	assert_int_equal(reply_with_token(request, REPLY_LOGGED_IN, NULL), HANDLER_FAILED);
}

static void a_failure_is_said_without_memory_in_the_words_of_the_table(void **state)
{
	for (int i = 0; i < DIALECT_COUNT; i++) {
		struct api_request *request = request_in(*state, (enum dialect_id)i);
		const char *body;

		reply_failure(request);
		body = request->response->body;
		assert_int_equal(reply(request, REPLY_SERVER_ERROR), HANDLED);
		assert_reply(request, 500, body);
	}
}

static void who_tries_too_often_is_told_when_to_come_back(void **state)
{
	struct api_request *request = request_in(*state, DIALECT_0_7);

	assert_int_equal(reply_too_many_attempts(request, 900), HANDLED);
	assert_reply(request, 429,
		"{\"status\":\"error\",\"message\":\"too many attempts, please try again later\"}");
	assert_string_equal(header_of(request->response, "Retry-After"), "900");
}

static void all_violations_are_named_in_order(void **state)
{
	struct api_request *request = request_in(*state, DIALECT_0_7);

	assert_int_equal(
		reply_violations(request, VIOLATION_PASSWORD | VIOLATION_USERNAME_CHARACTERS |
						  VIOLATION_EMAIL | VIOLATION_USERNAME_LENGTH),
		HANDLED);
	assert_reply(request, 400,
		"{\"status\":\"error\",\"message\":\"username: 3 to 30 characters required\\n"
		"username: only alphanumeric characters and the underscore "
		"character \\\"_\\\" allowed\\n"
		"email: valid email must be provided\\npassword: 8 characters required\\n\"}");
	assert_int_equal(reply_violations(request, VIOLATION_EMAIL), HANDLED);
	assert_reply(request, 400,
		"{\"status\":\"error\",\"message\":\"email: valid email must be provided\\n\"}");
	assert_int_equal(
		reply_violations(request, VIOLATION_USERNAME_LENGTH | VIOLATION_PASSWORD), HANDLED);
	assert_reply(request, 400,
		"{\"status\":\"error\",\"message\":\"username: 3 to 30 characters required\\n"
		"password: 8 characters required\\n\"}");
}

static void assert_oauth_headers(const struct response *response, const char *challenge)
{
	assert_string_equal(header_of(response, "WWW-Authenticate"), challenge);
	assert_string_equal(header_of(response, "Cache-Control"), "no-store");
	assert_string_equal(header_of(response, "Pragma"), "no-cache");
}

static void an_invalid_token_gets_the_reply_of_rfc_6750(void **state)
{
	struct api_request *request = request_in(*state, DIALECT_0_7);

	assert_int_equal(reply(request, REPLY_BAD_TOKEN), HANDLED);
	assert_reply(request, 401,
		"{\"error\":\"invalid_token\",\"error_description\":\"" BAD_TOKEN "\"}");
	assert_oauth_headers(request->response,
		"Bearer error=\"invalid_token\", error_description=\"" BAD_TOKEN "\"");
}

static void an_unsupported_token_type_gets_the_reply_of_rfc_6750(void **state)
{
	struct api_request *request = request_in(*state, DIALECT_0_7);

	assert_int_equal(reply(request, REPLY_BAD_TOKEN_TYPE), HANDLED);
	assert_reply(request, 401, "{\"error\":\"unsupported_token_type\"}");
	assert_oauth_headers(request->response,
		"bearer error=\"unsupported_token_type\", error_description=\"\"");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ARENA_TEST(the_constant_replies_are_those_of_the_contract),
		ARENA_TEST(every_reply_has_a_status),
		ARENA_TEST(a_reply_can_carry_a_token),
		ARENA_TEST(a_reply_is_in_the_dialect_of_the_request),
		ARENA_TEST(a_dialect_without_its_own_message_uses_that_of_0_7),
		ARENA_TEST(a_too_large_file_gets_its_size_and_the_limit),
		ARENA_TEST(success_has_only_a_status),
		ARENA_TEST(data_has_no_message),
		ARENA_TEST(data_or_a_token_that_could_not_be_made_is_a_failure),
		ARENA_TEST(a_failure_is_said_without_memory_in_the_words_of_the_table),
		ARENA_TEST(who_tries_too_often_is_told_when_to_come_back),
		ARENA_TEST(all_violations_are_named_in_order),
		ARENA_TEST(an_invalid_token_gets_the_reply_of_rfc_6750),
		ARENA_TEST(an_unsupported_token_type_gets_the_reply_of_rfc_6750),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
