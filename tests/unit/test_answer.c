/*
 * Unit tests of account/answer: the constant bodies and headers of the contract.
 */
#include "unit.h"

#include "account/answer.h"
#include "account/rules.h"

#define BAD_TOKEN                                                                                  \
	"The access token provided is expired, revoked, malformed, or invalid "                    \
	"for other reasons."

static const char *header_of(const struct response *response, const char *name)
{
	for (int i = 0; i < response->header_count; i++)
		if (strcmp(response->headers[i].name, name) == 0)
			return response->headers[i].value;
	return NULL;
}

static void assert_answer(const struct response *response, int status, const char *body)
{
	assert_int_equal(response->status, status);
	assert_string_equal(header_of(response, "Content-Type"), "application/json");
	assert_int_equal(response->body_length, strlen(response->body));
	unit_assert_json(json_parse(response->body, response->body_length), body);
}

static void the_constant_answers_are_those_of_the_contract(void **state)
{
	static const struct {
		enum answer answer;
		int status;
		const char *body;
	} ANSWERS_EXPECTED[] = {
		{ANSWER_INVALID_PAYLOAD, 400,
			"{\"status\":\"error\",\"message\":\"invalid payload\"}"},
		{ANSWER_NO_TOKEN, 401,
			"{\"status\":\"error\",\"message\":\"provide a valid auth token\"}"},
		{ANSWER_SERVER_ERROR, 500,
			"{\"status\":\"error\",\"message\":"
			"\"error, please try again or contact the administrator\"}"},
		{ANSWER_UNKNOWN_URL, 404,
			"{\"status\":\"not found\",\"message\":"
			"\"the requested URL was not found on the server\"}"},
		{ANSWER_METHOD_NOT_ALLOWED, 405,
			"{\"status\":\"error\",\"message\":\"method not allowed\"}"},
		{ANSWER_BODY_TOO_LARGE, 413,
			"{\"status\":\"error\",\"message\":\"request body too large\"}"},
		{ANSWER_REGISTRATION_DISABLED, 403,
			"{\"status\":\"error\",\"message\":\"error, registration is disabled\"}"},
		{ANSWER_POLICY_NOT_ACCEPTED, 400,
			"{\"status\":\"error\",\"message\":"
			"\"sorry, you must agree privacy policy to register\"}"},
		{ANSWER_USERNAME_TAKEN, 400,
			"{\"status\":\"error\",\"message\":"
			"\"sorry, that username is already taken\"}"},
		{ANSWER_CONFIRMED, 200,
			"{\"status\":\"success\",\"message\":\"account confirmation successful\"}"},
		{ANSWER_CONFIRMATION_RESENT, 200,
			"{\"status\":\"success\",\"message\":\"confirmation email resent\"}"},
		{ANSWER_BAD_CREDENTIALS, 401,
			"{\"status\":\"error\",\"message\":\"invalid credentials\"}"},
		{ANSWER_LOGGED_IN, 200,
			"{\"status\":\"success\",\"message\":\"successfully logged in\"}"},
		{ANSWER_LOGGED_OUT, 200,
			"{\"status\":\"success\",\"message\":\"successfully logged out\"}"},
		{ANSWER_LOGOUT_FAILED, 500,
			"{\"status\":\"error\",\"message\":\"error on token blacklist\"}"},
		{ANSWER_CONFIG_FAILED, 500,
			"{\"status\":\"error\",\"message\":\"error on getting configuration\"}"},
		{ANSWER_PONG, 200, "{\"status\":\"success\",\"message\":\"pong!\"}"},
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(ANSWERS_EXPECTED); i++) {
		struct response response = {0};

		answer(&response, ANSWERS_EXPECTED[i].answer);
		assert_answer(&response, ANSWERS_EXPECTED[i].status, ANSWERS_EXPECTED[i].body);
		assert_int_equal(response.header_count, 1);
	}
}

static void an_answer_can_carry_a_token(void **state)
{
	struct response response = {0};

	(void)state;
	answer_with_token(&response, ANSWER_LOGGED_IN, "a.b.c");
	assert_answer(&response, 200,
		"{\"auth_token\":\"a.b.c\","
		"\"message\":\"successfully logged in\",\"status\":\"success\"}");
}

static void an_answer_is_said_in_the_dialect_of_the_request(void **state)
{
	struct response response = {.dialect = &DIALECTS[DIALECT_0_2]};

	(void)state;
	answer(&response, ANSWER_BAD_CREDENTIALS);
	assert_answer(
		&response, 404, "{\"status\":\"error\",\"message\":\"Invalid credentials.\"}");
	answer(&response, ANSWER_BAD_TOKEN);
	assert_answer(&response, 401,
		"{\"status\":\"error\",\"message\":\"Invalid token. Please log in again.\"}");
	assert_null(header_of(&response, "WWW-Authenticate"));
	answer_broken_registration(&response, RULE_EMAIL | RULE_PASSWORD_TWICE);
	assert_answer(&response, 400,
		"{\"status\":\"error\",\"message\":\"Errors: Valid email must be provided.\\n"
		"Password and password confirmation don't match.\\n\"}");
	answer_broken_rules(&response, RULE_PASSWORD);
	assert_answer(&response, 400,
		"{\"status\":\"error\",\"message\":\"Password: 8 characters required.\\n\"}");
}

static void a_dialect_says_what_0_7_says_unless_told_otherwise(void **state)
{
	struct response response = {.dialect = &DIALECTS[DIALECT_0_6]};

	(void)state;
	answer(&response, ANSWER_BAD_CREDENTIALS);
	assert_answer(&response, 401, "{\"status\":\"error\",\"message\":\"invalid credentials\"}");
	answer(&response, ANSWER_EXPIRED_TOKEN);
	assert_answer(&response, 401,
		"{\"status\":\"error\",\"message\":\"signature expired, please log in again\"}");
}

static void a_file_that_is_too_large_is_told_its_size_and_the_limit(void **state)
{
	struct response response = {0};

	(void)state;
	answer_file_too_large(&response, 1229, 1024);
	assert_answer(&response, 413,
		"{\"status\":\"fail\",\"message\":"
		"\"Error during picture upload, file size (1.2KB) exceeds 1.0KB.\"}");
	response.dialect = &DIALECTS[DIALECT_0_2];
	answer_file_too_large(&response, 1229, 1048576);
	assert_answer(&response, 413,
		"{\"status\":\"fail\",\"message\":"
		"\"Error during picture update: file size exceeds 1.0MB.\"}");
}

static void success_is_one_word(void **state)
{
	struct response response = {0};

	(void)state;
	answer_success(&response);
	assert_answer(&response, 200, "{\"status\":\"success\"}");
}

static void data_has_no_message(void **state)
{
	struct response response = {0};

	(void)state;
	answer_data(&response, json_parse("{\"a\":[1,null]}", 14));
	assert_answer(&response, 200, "{\"status\":\"success\",\"data\":{\"a\":[1,null]}}");
}

static void data_that_could_not_be_made_is_an_error(void **state)
{
	struct response response = {0};

	(void)state;
	answer_data(&response, NULL);
	assert_answer(&response, 500,
		"{\"status\":\"error\",\"message\":"
		"\"error, please try again or contact the administrator\"}");
}

static void broken_rules_are_all_named_in_their_order(void **state)
{
	struct response response = {0};

	(void)state;
	answer_broken_rules(&response,
		RULE_PASSWORD | RULE_USERNAME_CHARACTERS | RULE_EMAIL | RULE_USERNAME_LENGTH);
	assert_answer(&response, 400,
		"{\"status\":\"error\",\"message\":\"username: 3 to 30 characters required\\n"
		"username: only alphanumeric characters and the underscore "
		"character \\\"_\\\" allowed\\n"
		"email: valid email must be provided\\npassword: 8 characters required\\n\"}");
	answer_broken_rules(&response, RULE_EMAIL);
	assert_answer(&response, 400,
		"{\"status\":\"error\",\"message\":\"email: valid email must be provided\\n\"}");
	answer_broken_rules(&response, RULE_USERNAME_LENGTH | RULE_PASSWORD);
	assert_answer(&response, 400,
		"{\"status\":\"error\",\"message\":\"username: 3 to 30 characters required\\n"
		"password: 8 characters required\\n\"}");
}

static void assert_oauth_headers(const struct response *response, const char *challenge)
{
	assert_string_equal(header_of(response, "WWW-Authenticate"), challenge);
	assert_string_equal(header_of(response, "Cache-Control"), "no-store");
	assert_string_equal(header_of(response, "Pragma"), "no-cache");
}

static void a_bad_token_is_answered_in_the_manner_of_rfc_6750(void **state)
{
	struct response response = {0};

	(void)state;
	answer(&response, ANSWER_BAD_TOKEN);
	assert_answer(&response, 401,
		"{\"error\":\"invalid_token\",\"error_description\":\"" BAD_TOKEN "\"}");
	assert_oauth_headers(
		&response, "Bearer error=\"invalid_token\", error_description=\"" BAD_TOKEN "\"");
}

static void a_bad_token_type_is_answered_in_the_manner_of_rfc_6750(void **state)
{
	struct response response = {0};

	(void)state;
	answer(&response, ANSWER_BAD_TOKEN_TYPE);
	assert_answer(&response, 401, "{\"error\":\"unsupported_token_type\"}");
	assert_oauth_headers(
		&response, "bearer error=\"unsupported_token_type\", error_description=\"\"");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ARENA_TEST(the_constant_answers_are_those_of_the_contract),
		ARENA_TEST(an_answer_can_carry_a_token),
		ARENA_TEST(an_answer_is_said_in_the_dialect_of_the_request),
		ARENA_TEST(a_dialect_says_what_0_7_says_unless_told_otherwise),
		ARENA_TEST(a_file_that_is_too_large_is_told_its_size_and_the_limit),
		ARENA_TEST(success_is_one_word),
		ARENA_TEST(data_has_no_message),
		ARENA_TEST(data_that_could_not_be_made_is_an_error),
		ARENA_TEST(broken_rules_are_all_named_in_their_order),
		ARENA_TEST(a_bad_token_is_answered_in_the_manner_of_rfc_6750),
		ARENA_TEST(a_bad_token_type_is_answered_in_the_manner_of_rfc_6750),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
