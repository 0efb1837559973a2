/*
 * Unit tests of account/jwt: every row of contract §3.2.
 */
#include "../unit.h"

#include "account/tokens/jwt.h"
#include "core/crypto.h"
#include "core/text.h"

static const char KEY[] = "test key";
static const char HEADER[] = "{\"alg\":\"HS256\",\"typ\":\"JWT\"}";

enum { ISSUED = 1700000000, EXPIRES = 1700003600, NOW = 1700001000 };

/* A token of user 42 that another implementation created (hmac and base64 of Python). */
static const char FOREIGN[] = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9"
			      ".eyJleHAiOjE3MDAwMDAwMDMsImlhdCI6MTcwMDAwMDAwMCwic3ViIjo0Mn0"
			      ".OHCg0xho0Z7dBlvdR1ubqytokdO99xXlqHly9bjyCwc";

static char *base64url(struct arena *arena, const void *bytes, size_t length)
{
	char *text = arena_alloc(arena, TEXT_BASE64URL_SIZE(length));

	text_base64url(bytes, length, text);
	return text;
}

/* `text` and its signature. */
static char *signed_with(struct arena *arena, const char *key, const char *text)
{
	unsigned char mac[CRYPTO_SHA256_SIZE];

	assert_true(crypto_hmac_sha256(key, text, strlen(text), mac));
	return arena_printf(arena, "%s.%s", text, base64url(arena, mac, sizeof(mac)));
}

/* A token with this header and payload and a valid signature. */
static char *token_of(struct arena *arena, const char *header, const char *payload)
{
	return signed_with(arena, KEY,
		arena_printf(arena, "%s.%s", base64url(arena, header, strlen(header)),
			base64url(arena, payload, strlen(payload))));
}

static enum jwt_result verify(const char *token)
{
	struct jwt_claims claims;

	return jwt_verify(KEY, token, NOW, &claims);
}

static enum jwt_result verify_payload(struct arena *arena, const char *payload)
{
	return verify(token_of(arena, HEADER, payload));
}

/* The part of a token before or after its first dot, parsed. */
static cJSON *part_of(struct arena *arena, const char *token, int number)
{
	const char *start = number == 0 ? token : strchr(token, '.') + 1;
	size_t length = strcspn(start, ".");
	unsigned char *bytes = arena_alloc(arena, length);
	ptrdiff_t size = text_base64url_decode(start, length, bytes);

	assert_true(size > 0);
	return json_parse((const char *)bytes, (size_t)size);
}

static char *issue(struct arena *arena)
{
	const struct jwt_claims claims = {
		.user_id = 42, .issued_at = ISSUED, .expires_at = EXPIRES, .generation = 3};

	return jwt_sign(arena, KEY, &claims);
}

/* ---- issuing --------------------------------------------------------------------------------- */

static void an_issued_token_has_the_header_and_claims_of_the_contract(void **state)
{
	const char *token = issue(*state);
	cJSON *payload = part_of(*state, token, 1);
	const cJSON *id = json_member(payload, "jti");

	unit_assert_json(part_of(*state, token, 0), HEADER);
	assert_true(cJSON_IsString(id));
	assert_int_equal(strlen(id->valuestring), 32);
	assert_int_equal(strspn(id->valuestring, "0123456789abcdef"), 32);
	cJSON_DeleteItemFromObjectCaseSensitive(payload, "jti");
	unit_assert_json(payload, "{\"exp\":1700003600,\"iat\":1700000000,\"sub\":42,\"gen\":3}");
}

static void an_issued_token_is_valid_and_has_its_claims(void **state)
{
	struct jwt_claims claims = {0};

	assert_int_equal(jwt_verify(KEY, issue(*state), NOW, &claims), JWT_VALID);
	assert_int_equal(claims.user_id, 42);
	assert_int_equal(claims.issued_at, ISSUED);
	assert_int_equal(claims.expires_at, EXPIRES);
	assert_int_equal(claims.generation, 3);
}

static void two_tokens_issued_in_the_same_second_differ(void **state)
{
	assert_string_not_equal(issue(*state), issue(*state));
}

/* ---- form and signature ---------------------------------------------------------------------- */

static void a_token_of_another_implementation_is_valid(void **state)
{
	struct jwt_claims claims = {.generation = 77};

	(void)state;
	assert_int_equal(jwt_verify(KEY, FOREIGN, 1700000002, &claims), JWT_VALID);
	assert_int_equal(claims.user_id, 42);
	assert_int_equal(claims.issued_at, 1700000000);
	assert_int_equal(claims.expires_at, 1700000003);
	assert_int_equal(claims.generation, 0);
}

static void another_key_makes_it_invalid(void **state)
{
	static const char *const KEYS[] = {"", "test", "Test key", "test key ", "test kez"};
	const char *token = issue(*state);
	struct jwt_claims claims;

	for (size_t i = 0; i < UNIT_COUNT(KEYS); i++)
		assert_int_equal(jwt_verify(KEYS[i], token, NOW, &claims), JWT_INVALID);
}

static void a_change_of_any_one_character_makes_it_invalid(void **state)
{
	const char *token = issue(*state);

	assert_int_equal(verify(token), JWT_VALID);
	for (size_t i = 0; i < strlen(token); i++) {
		char *changed = arena_copy(*state, token, strlen(token));

		/* the next character of the alphabet: in a last character, it may differ in unused bits only */
		changed[i] = (char)(token[i] == 'z' ? '0' : token[i] == '9' ? '8' : token[i] + 1);
		if (verify(changed) != JWT_INVALID)
			fail_msg("character %zu of %s", i, token);
	}
}

static void the_signature_has_one_encoding(void **state)
{
	static const char ALPHABET[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	char *token = issue(*state), *last = token + strlen(token) - 1;
	int valid = 0;

	for (const char *c = ALPHABET; *c != '\0'; c++) {
		*last = *c;
		valid += verify(token) == JWT_VALID;
	}
	assert_int_equal(valid, 1);
}

static void nothing_may_surround_a_token(void **state)
{
	static const struct {
		const char *before, *after;
	} EXTRAS[] = {{"", "="}, {"", "=="}, {"", " "}, {" ", ""}, {"", "\n"}, {"", "."}, {".", ""},
		{"", "A"}, {"", ".e30"}, {"e30.", ""}};
	const char *token = issue(*state);

	for (size_t i = 0; i < UNIT_COUNT(EXTRAS); i++) {
		const char *changed =
			arena_printf(*state, "%s%s%s", EXTRAS[i].before, token, EXTRAS[i].after);

		if (verify(changed) != JWT_INVALID)
			fail_msg("accepted: '%s'", changed);
	}
}

static void parts_that_are_not_strict_base64url_are_rejected_although_the_signature_matches(
	void **state)
{
	static const char *const TEXTS[] = {
		/* padding after either part */
		"eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9="
		".eyJleHAiOjE3MDAwMDM2MDAsImlhdCI6MTcwMDAwMDAwMCwic3ViIjo0Mn0",
		"eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9"
		".eyJleHAiOjE3MDAwMDM2MDAsImlhdCI6MTcwMDAwMDAwMCwic3ViIjo0Mn0=",
		/* unused bits set */
		"eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9"
		".eyJleHAiOjE3MDAwMDM2MDAsImlhdCI6MTcwMDAwMDAwMCwic3ViIjo0Mn1",
		/* a space */
		"eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9"
		". eyJleHAiOjE3MDAwMDM2MDAsImlhdCI6MTcwMDAwMDAwMCwic3ViIjo0Mn0",
	};
	static const char GOOD[] = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9"
				   ".eyJleHAiOjE3MDAwMDM2MDAsImlhdCI6MTcwMDAwMDAwMCwic3ViIjo0Mn0";

	assert_int_equal(verify(signed_with(*state, KEY, GOOD)), JWT_VALID);
	for (size_t i = 0; i < UNIT_COUNT(TEXTS); i++)
		if (verify(signed_with(*state, KEY, TEXTS[i])) != JWT_INVALID)
			fail_msg("accepted: %s", TEXTS[i]);
}

static void a_token_has_exactly_three_parts(void **state)
{
	static const char *const TOKENS[] = {"", ".", "..", "...", "a", "a.b", "a.b.c", "a.b.c.d",
		"a.b.", "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9",
		"eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.e30."};

	for (size_t i = 0; i < UNIT_COUNT(TOKENS); i++)
		if (verify(TOKENS[i]) != JWT_INVALID)
			fail_msg("accepted: %s", TOKENS[i]);
	/* signatures that would match if the parts were split elsewhere */
	assert_int_equal(verify(signed_with(*state, KEY, "")), JWT_INVALID);
	assert_int_equal(verify(signed_with(*state, KEY, "e30")), JWT_INVALID);
	assert_int_equal(verify(signed_with(*state, KEY, issue(*state))), JWT_INVALID);
}

static void a_token_without_a_signature_is_rejected(void **state)
{
	char *token = issue(*state);

	strrchr(token, '.')[1] = '\0';
	assert_int_equal(verify(token), JWT_INVALID);
	*strrchr(token, '.') = '\0';
	assert_int_equal(verify(token), JWT_INVALID);
}

static void a_token_has_at_most_4096_characters(void **state)
{
	static const char FRAME[] =
		"{\"exp\":1700003600,\"iat\":1700000000,\"sub\":1,\"x\":\"%*s\"}";
	const char *longest = token_of(*state, HEADER, arena_printf(*state, FRAME, 2961, ""));
	const char *too_long = token_of(*state, HEADER, arena_printf(*state, FRAME, 2962, ""));

	assert_int_equal(strlen(longest), 4096);
	assert_int_equal(verify(longest), JWT_VALID);
	assert_true(strlen(too_long) > 4096);
	assert_int_equal(verify(too_long), JWT_INVALID);
}

/* ---- the header ------------------------------------------------------------------------------ */

static void any_algorithm_but_hs256_is_rejected(void **state)
{
	static const char *const HEADERS[] = {"{\"alg\":\"none\"}", "{\"alg\":\"None\"}",
		"{\"alg\":\"\"}", "{\"alg\":\"hs256\"}", "{\"alg\":\"HS512\"}",
		"{\"alg\":\"RS256\"}", "{\"alg\":\"HS256 \"}", "{\"alg\":256}",
		"{\"alg\":[\"HS256\"]}", "{\"alg\":null}", "{\"typ\":\"JWT\"}", "{}",
		"{\"ALG\":\"HS256\"}", "{\"alg\":\"HS256\",\"alg\":\"none\"}", "[\"HS256\"]",
		"\"HS256\"", "HS256", ""};
	static const char PAYLOAD[] = "{\"exp\":1700003600,\"iat\":1700000000,\"sub\":42}";

	for (size_t i = 0; i < UNIT_COUNT(HEADERS); i++)
		if (verify(token_of(*state, HEADERS[i], PAYLOAD)) != JWT_INVALID)
			fail_msg("accepted: %s", HEADERS[i]);
}

static void unknown_header_parameters_are_ignored_unless_critical(void **state)
{
	static const char PAYLOAD[] = "{\"exp\":1700003600,\"iat\":1700000000,\"sub\":42}";
	static const char PLAIN[] = "{\"alg\":\"HS256\"}",
			  EXTRA[] = "{\"alg\":\"HS256\",\"kid\":\"1\"}";
	static const char CRITICAL[] = "{\"alg\":\"HS256\",\"crit\":[\"b64\"],\"b64\":false}";

	assert_int_equal(verify(token_of(*state, PLAIN, PAYLOAD)), JWT_VALID);
	assert_int_equal(verify(token_of(*state, EXTRA, PAYLOAD)), JWT_VALID);
	assert_int_equal(verify(token_of(*state, CRITICAL, PAYLOAD)), JWT_INVALID);
}

/* ---- times ----------------------------------------------------------------------------------- */

static void a_token_expires_at_its_second_without_leeway(void **state)
{
	const char *token = issue(*state);
	struct jwt_claims claims = {0};

	assert_int_equal(jwt_verify(KEY, token, EXPIRES - 1, &claims), JWT_VALID);
	assert_int_equal(jwt_verify(KEY, token, EXPIRES, &claims), JWT_EXPIRED);
	assert_int_equal(jwt_verify(KEY, token, EXPIRES + 1, &claims), JWT_EXPIRED);
	assert_int_equal(claims.user_id, 42); /* set for an expired token too */
}

static void a_token_issued_more_than_60_seconds_ahead_is_rejected(void **state)
{
	const char *token = issue(*state);
	struct jwt_claims claims;

	assert_int_equal(jwt_verify(KEY, token, ISSUED - 60, &claims), JWT_VALID);
	assert_int_equal(jwt_verify(KEY, token, ISSUED - 61, &claims), JWT_INVALID);
}

static void a_token_valid_more_than_60_seconds_ahead_is_rejected(void **state)
{
	static const char FRAME[] = "{\"exp\":1700003600,\"iat\":1700000000,\"sub\":1,\"nbf\":%d}";

	assert_int_equal(verify_payload(*state, arena_printf(*state, FRAME, ISSUED)), JWT_VALID);
	assert_int_equal(verify_payload(*state, arena_printf(*state, FRAME, NOW + 60)), JWT_VALID);
	assert_int_equal(
		verify_payload(*state, arena_printf(*state, FRAME, NOW + 61)), JWT_INVALID);
}

static void a_forged_token_is_invalid_and_not_expired(void **state)
{
	char *token = issue(*state);
	struct jwt_claims claims;

	token[strlen(token) - 5] ^= 1;
	assert_int_equal(jwt_verify(KEY, token, EXPIRES + 1, &claims), JWT_INVALID);
}

/* ---- claims ---------------------------------------------------------------------------------- */

static void missing_or_malformed_claims_are_rejected(void **state)
{
	static const char *const PAYLOADS[] = {
		/* exp */
		"{\"iat\":1700000000,\"sub\":42}",
		"{\"exp\":null,\"iat\":1700000000,\"sub\":42}",
		"{\"exp\":\"1700003600\",\"iat\":1700000000,\"sub\":42}",
		"{\"exp\":1700003600.5,\"iat\":1700000000,\"sub\":42}",
		"{\"exp\":1e300,\"iat\":1700000000,\"sub\":42}",
		"{\"exp\":253402300800,\"iat\":1700000000,\"sub\":42}",
		/* iat */
		"{\"exp\":1700003600,\"sub\":42}",
		"{\"exp\":1700003600,\"iat\":\"1700000000\",\"sub\":42}",
		"{\"exp\":1700003600,\"iat\":1700000000.5,\"sub\":42}",
		"{\"exp\":1700003600,\"iat\":-1,\"sub\":42}",
		/* sub */
		"{\"exp\":1700003600,\"iat\":1700000000}",
		"{\"exp\":1700003600,\"iat\":1700000000,\"sub\":null}",
		"{\"exp\":1700003600,\"iat\":1700000000,\"sub\":\"42\"}",
		"{\"exp\":1700003600,\"iat\":1700000000,\"sub\":4.2}",
		"{\"exp\":1700003600,\"iat\":1700000000,\"sub\":42.0}",
		"{\"exp\":1700003600,\"iat\":1700000000,\"sub\":42e0}",
		"{\"exp\":1700003600,\"iat\":1700000000,\"s\\u0075b\":42}",
		"{\"exp\":1700003600,\"iat\":1700000000,\"sub\":true}",
		"{\"exp\":1700003600,\"iat\":1700000000,\"sub\":[42]}",
		"{\"exp\":1700003600,\"iat\":1700000000,\"sub\":0}",
		"{\"exp\":1700003600,\"iat\":1700000000,\"sub\":-42}",
		"{\"exp\":1700003600,\"iat\":1700000000,\"sub\":2147483648}",
		"{\"exp\":1700003600,\"iat\":1700000000,\"SUB\":42}",
		"{\"exp\":1700003600,\"iat\":1700000000,\"sub\":42,\"sub\":\"42\"}",
		/* nbf */
		"{\"exp\":1700003600,\"iat\":1700000000,\"sub\":42,\"nbf\":\"0\"}",
		/* gen */
		"{\"exp\":1700003600,\"iat\":1700000000,\"sub\":42,\"gen\":\"3\"}",
		"{\"exp\":1700003600,\"iat\":1700000000,\"sub\":42,\"gen\":-1}",
		"{\"exp\":1700003600,\"iat\":1700000000,\"sub\":42,\"gen\":1.5}",
		/* jti */
		"{\"exp\":1700003600,\"iat\":1700000000,\"sub\":42,\"jti\":7}",
		"[1700003600,1700000000,42]",
		"\"x\"",
		"42",
		"{}",
		"",
		"{\"exp\":1700003600,\"iat\":1700000000,",
	};

	for (size_t i = 0; i < UNIT_COUNT(PAYLOADS); i++)
		if (verify_payload(*state, PAYLOADS[i]) != JWT_INVALID)
			fail_msg("accepted: %s", PAYLOADS[i]);
}

static void a_token_with_an_audience_is_rejected(void **state)
{
	static const char *const AUDIENCES[] = {"\"password-reset\"", "\"x\"",
		"[\"password-reset\"]", "[\"\"]", "1", "0", "true", "false", "{\"a\":1}"};
	static const char *const NONE[] = {"\"\"", "null", "[]", "{}"};
	static const char FRAME[] = "{\"exp\":1700003600,\"iat\":1700000000,\"sub\":42,\"aud\":%s}";

	for (size_t i = 0; i < UNIT_COUNT(AUDIENCES); i++)
		if (verify_payload(*state, arena_printf(*state, FRAME, AUDIENCES[i])) !=
			JWT_INVALID)
			fail_msg("accepted: %s", AUDIENCES[i]);
	for (size_t i = 0; i < UNIT_COUNT(NONE); i++)
		assert_int_equal(
			verify_payload(*state, arena_printf(*state, FRAME, NONE[i])), JWT_VALID);
}

static void unknown_claims_are_ignored(void **state)
{
	assert_int_equal(
		verify_payload(*state, "{\"exp\":1700003600,\"iat\":1700000000,\"sub\":42,"
				       "\"iss\":\"issuer\",\"scope\":[\"x\",{\"y\":null}]}"),
		JWT_VALID);
}

static void zero_is_a_number_like_any_other(void **state)
{
	assert_int_equal(verify_payload(*state,
				 "{\"exp\":1700003600,\"iat\":0,\"sub\":42,\"nbf\":0,\"gen\":0}"),
		JWT_VALID);
	assert_int_equal(verify_payload(*state, "{\"exp\":0,\"iat\":0,\"sub\":42}"), JWT_EXPIRED);
}

static void the_last_of_repeated_claims_counts(void **state)
{
	struct jwt_claims claims;
	const char *token = token_of(
		*state, HEADER, "{\"exp\":1700003600,\"iat\":1700000000,\"sub\":42,\"sub\":43}");

	assert_int_equal(jwt_verify(KEY, token, NOW, &claims), JWT_VALID);
	assert_int_equal(claims.user_id, 43);
}

/* ---- claims of our own -------------------------------------------------------------------------- */

static void only_a_token_made_for_it_may_set_a_password(void **state)
{
	struct jwt_claims claims = {
		.user_id = 42, .issued_at = ISSUED, .expires_at = EXPIRES, .sets_password = true};
	const char *token = jwt_sign(*state, KEY, &claims);

	claims.sets_password = false;
	assert_int_equal(jwt_verify(KEY, token, NOW, &claims), JWT_VALID);
	assert_true(claims.sets_password);
	claims.sets_password = true;
	assert_int_equal(jwt_verify(KEY, issue(*state), NOW, &claims), JWT_VALID);
	assert_false(claims.sets_password);
}

static void a_reset_token_is_bound_to_the_password_and_the_address(void **state)
{
	const char *token =
		jwt_sign_reset(*state, KEY, 42, "$y$j9T$a$b", "Sam@example.com", NOW, 60);
	char binding[JWT_BINDING_SIZE];
	int64_t user_id;

	assert_int_equal(jwt_verify_reset(KEY, token, NOW, &user_id, binding), JWT_VALID);
	assert_int_equal(user_id, 42);
	assert_int_equal(jwt_reset_matches(binding, "$y$j9T$a$b", "Sam@example.com"), JWT_VALID);
	assert_int_equal(jwt_reset_matches(binding, "$y$j9T$a$b", "sAM@EXAMPLE.com"), JWT_VALID);
	assert_int_equal(jwt_reset_matches(binding, "$y$j9T$a$c", "Sam@example.com"), JWT_INVALID);
	assert_int_equal(jwt_reset_matches(binding, "$y$j9T$A$b", "Sam@example.com"), JWT_INVALID);
	assert_int_equal(jwt_reset_matches(binding, "$y$j9T$a$b", "sam@example.org"), JWT_INVALID);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ARENA_TEST(an_issued_token_has_the_header_and_claims_of_the_contract),
		ARENA_TEST(an_issued_token_is_valid_and_has_its_claims),
		ARENA_TEST(two_tokens_issued_in_the_same_second_differ),
		ARENA_TEST(a_token_of_another_implementation_is_valid),
		ARENA_TEST(another_key_makes_it_invalid),
		ARENA_TEST(a_change_of_any_one_character_makes_it_invalid),
		ARENA_TEST(the_signature_has_one_encoding),
		ARENA_TEST(nothing_may_surround_a_token),
		ARENA_TEST(
			parts_that_are_not_strict_base64url_are_rejected_although_the_signature_matches),
		ARENA_TEST(a_token_has_exactly_three_parts),
		ARENA_TEST(a_token_without_a_signature_is_rejected),
		ARENA_TEST(a_token_has_at_most_4096_characters),
		ARENA_TEST(any_algorithm_but_hs256_is_rejected),
		ARENA_TEST(unknown_header_parameters_are_ignored_unless_critical),
		ARENA_TEST(a_token_expires_at_its_second_without_leeway),
		ARENA_TEST(a_token_issued_more_than_60_seconds_ahead_is_rejected),
		ARENA_TEST(a_token_valid_more_than_60_seconds_ahead_is_rejected),
		ARENA_TEST(a_forged_token_is_invalid_and_not_expired),
		ARENA_TEST(missing_or_malformed_claims_are_rejected),
		ARENA_TEST(a_token_with_an_audience_is_rejected),
		ARENA_TEST(unknown_claims_are_ignored),
		ARENA_TEST(zero_is_a_number_like_any_other),
		ARENA_TEST(the_last_of_repeated_claims_counts),
		ARENA_TEST(only_a_token_made_for_it_may_set_a_password),
		ARENA_TEST(a_reset_token_is_bound_to_the_password_and_the_address),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
