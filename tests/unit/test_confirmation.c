/*
 * Unit tests of account/confirmation: the token of a confirmation e-mail (contract §6.16).
 */
#include "unit.h"

#include "account/confirmation.h"
#include "core/text.h"

static void a_token_is_30_random_bytes_in_base64url(void **state)
{
	struct confirmation first, second;
	unsigned char bytes[CONFIRMATION_TOKEN_SIZE];

	(void)state;
	assert_true(confirmation_make(&first));
	assert_true(confirmation_make(&second));
	assert_int_equal(strlen(first.token), 40);
	assert_int_equal(text_base64url_decode(first.token, 40, bytes), 30);
	assert_string_not_equal(first.token, second.token);
	/* the last bytes are random too */
	assert_string_not_equal(first.token + 30, second.token + 30);
}

static void what_is_kept_is_the_hash_of_the_token_as_text(void **state)
{
	struct confirmation confirmation;
	char hash[SECRET_SHA256_HEX_SIZE];

	(void)state;
	assert_true(confirmation_make(&confirmation));
	assert_true(secret_sha256_hex(confirmation.token, 40, hash));
	assert_string_equal(confirmation.hash, hash);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_token_is_30_random_bytes_in_base64url),
		cmocka_unit_test(what_is_kept_is_the_hash_of_the_token_as_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
