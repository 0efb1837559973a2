/*
 * Unit tests of account/mail_token: the token in the link of an e-mail (contract §6.16).
 */
#include "../unit.h"

#include "account/tokens/mail_token.h"
#include "core/text.h"

static const struct settings SETTINGS = {.secret_key = "a key for tests"};
static const struct settings OTHER_KEY = {.secret_key = "another key for tests"};
enum { JOB = 17 };
static const instant CREATED = INT64_C(1563113398000001);

static struct mail_token derive(const struct settings *settings, int64_t job, instant created)
{
	struct mail_token token;

	assert_true(mail_token_derive(settings, job, created, &token));
	return token;
}

static void a_token_is_30_bytes_in_base64url(void **state)
{
	struct mail_token token = derive(&SETTINGS, JOB, CREATED);
	unsigned char bytes[MAIL_TOKEN_SIZE];

	(void)state;
	assert_int_equal(strlen(token.text), 40);
	assert_int_equal(text_base64url_decode(token.text, 40, bytes), 30);
}

static void a_job_has_the_same_token_at_every_attempt(void **state)
{
	(void)state;
	assert_string_equal(
		derive(&SETTINGS, JOB, CREATED).text, derive(&SETTINGS, JOB, CREATED).text);
}

static void another_job_time_or_key_gives_another_token(void **state)
{
	struct mail_token token = derive(&SETTINGS, JOB, CREATED);

	(void)state;
	assert_string_not_equal(token.text, derive(&SETTINGS, JOB + 1, CREATED).text);
	assert_string_not_equal(token.text, derive(&SETTINGS, JOB, CREATED + 1).text);
	assert_string_not_equal(token.text, derive(&OTHER_KEY, JOB, CREATED).text);
	/* the last bytes depend on them too */
	assert_string_not_equal(token.text + 30, derive(&SETTINGS, JOB + 1, CREATED).text + 30);
}

static void the_hash_is_that_of_the_token_as_text(void **state)
{
	struct mail_token token = derive(&SETTINGS, JOB, CREATED);
	char hash[CRYPTO_SHA256_HEX_SIZE];

	(void)state;
	assert_true(crypto_sha256_hex(token.text, 40, hash));
	assert_string_equal(token.hash, hash);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_token_is_30_bytes_in_base64url),
		cmocka_unit_test(a_job_has_the_same_token_at_every_attempt),
		cmocka_unit_test(another_job_time_or_key_gives_another_token),
		cmocka_unit_test(the_hash_is_that_of_the_token_as_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
