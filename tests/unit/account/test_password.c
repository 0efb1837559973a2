/*
 * Unit tests of account/password: hashing, verifying, detecting outdated hashes (contract §1, W10, W31).
 */
#include "../unit.h"

#include "account/passwords/password.h"

#include <time.h>

static struct settings setting(const char *prefix, unsigned long cost)
{
	return (struct settings){.password_hash_prefix = prefix, .password_hash_cost = cost};
}

/* Cheap settings of the kinds that the contract names, and of one without an explicit cost. */
static const struct {
	const char *prefix;
	unsigned long cost;
	const char *start; /* of a hash */
} KINDS[] = {
	{"$y$", 1, "$y$j75$"},
	{"$2b$", 4, "$2b$04$"},
	{"$6$", 1000, "$6$rounds=1000$"},
	{"$5$", 0, "$5$"},
};

static void a_hash_verifies_its_password_and_no_other(void **state)
{
	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(KINDS); i++) {
		const struct settings settings = setting(KINDS[i].prefix, KINDS[i].cost);
		char hash[PASSWORD_HASH_SIZE];

		assert_true(password_hash(&settings, "correct horse caf\xc3\xa9", hash));
		assert_memory_equal(hash, KINDS[i].start, strlen(KINDS[i].start));
		assert_true(password_verify("correct horse caf\xc3\xa9", hash));
		assert_false(password_verify("correct horse cafe", hash));
		assert_false(password_verify("Correct horse caf\xc3\xa9", hash));
		assert_false(password_verify("correct horse caf\xc3\xa9 ", hash));
		assert_false(password_verify("", hash));
	}
}

static void every_hash_has_a_salt_of_its_own(void **state)
{
	const struct settings settings = setting("$2b$", 4);
	char first[PASSWORD_HASH_SIZE], second[PASSWORD_HASH_SIZE];

	(void)state;
	assert_true(password_hash(&settings, "12345678", first));
	assert_true(password_hash(&settings, "12345678", second));
	/* "$2b$04$", 22 characters of salt, 31 of the hash */
	assert_memory_not_equal(first + 7, second + 7, 22);
}

static void hashes_made_elsewhere_verify(void **state)
{
	/* test vectors of crypt_blowfish and of the specification of SHA-crypt */
	static const char BCRYPT[] = "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW";
	static const char SHA512[] =
		"$6$saltstring$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjl/O817G3uBnIFNjnQJuesI68u4OTL"
		"iBFdcbYEdFCoEOfaS35inz1";

	(void)state;
	assert_true(password_verify("U*U", BCRYPT));
	assert_false(password_verify("U*V", BCRYPT));
	assert_true(password_verify("Hello world!", SHA512));
	assert_false(password_verify("Hello world", SHA512));
}

static void a_malformed_hash_verifies_no_password(void **state)
{
	static const char *const HASHES[] = {"", "*", "*0", "*1", "!", "x", "$", "$$", "$y$",
		"$y$j75$", "$2b$04$", "$2b$04$CCCCCCCCCCCCCCCCCCCCC.", "$zz$1$2$3", "12345678",
		"\xc3\xa9\xc3\xa9", "$6$salt$"};
	static const char *const PASSWORDS[] = {"", "*0", "12345678"};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(HASHES); i++)
		for (size_t j = 0; j < UNIT_COUNT(PASSWORDS); j++)
			if (password_verify(PASSWORDS[j], HASHES[i]))
				fail_msg("'%s' verifies '%s'", HASHES[i], PASSWORDS[j]);
}

static void a_truncated_hash_verifies_no_password(void **state)
{
	const struct settings settings = setting("$2b$", 4);
	char hash[PASSWORD_HASH_SIZE];

	(void)state;
	assert_true(password_hash(&settings, "12345678", hash));
	hash[strlen(hash) - 1] = '\0';
	assert_false(password_verify("12345678", hash));
}

static void yescrypt_uses_all_511_bytes(void **state)
{
	const struct settings settings = setting("$y$", 1);
	char password[513] = "", hash[PASSWORD_HASH_SIZE];

	(void)state;
	memset(password, 'x', 511);
	assert_true(password_hash(&settings, password, hash));
	assert_true(password_verify(password, hash));
	password[510] = 'y';
	assert_false(password_verify(password, hash));
}

static void a_password_too_long_for_crypt_is_rejected_and_never_matches(void **state)
{
	const struct settings settings = setting("$2b$", 4);
	char password[513] = "", hash[PASSWORD_HASH_SIZE];

	(void)state;
	memset(password, 'x', 512);
	assert_false(password_hash(&settings, password, hash));
	/* bcrypt uses 72 bytes, so this hash would match */
	assert_true(password_hash(&settings, password + 440, hash));
	assert_false(password_verify(password, hash));
}

static void a_setting_unknown_to_crypt_gives_no_hash(void **state)
{
	const struct settings unknown = setting("$zz$", 1), too_costly = setting("$2b$", 99);
	char hash[PASSWORD_HASH_SIZE];

	(void)state;
	assert_false(password_hash(&unknown, "12345678", hash));
	assert_false(password_hash(&too_costly, "12345678", hash));
	/* without a setting, no hash is up to date */
	assert_false(password_is_outdated(&unknown, "$2b$04$CCCCCCCCCCCCCCCCCCCCC."));
}

static void a_hash_of_the_setting_is_not_outdated(void **state)
{
	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(KINDS); i++) {
		const struct settings settings = setting(KINDS[i].prefix, KINDS[i].cost);

		for (int round = 0; round < 8; round++) { /* with any salt */
			char hash[PASSWORD_HASH_SIZE];

			assert_true(password_hash(&settings, "12345678", hash));
			if (password_is_outdated(&settings, hash))
				fail_msg("%s", hash);
		}
	}
}

static void a_hash_of_another_format_or_cost_is_outdated(void **state)
{
	static const struct {
		const char *prefix;
		unsigned long cost;
	} OTHERS[] = {{"$y$", 2}, {"$2b$", 5}, {"$2y$", 4}, {"$2a$", 4}, {"$6$", 1001}, {"$6$", 0},
		{"$5$", 1000}, {"$gy$", 1}, {"$1$", 0}};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(KINDS); i++) {
		const struct settings wanted = setting(KINDS[i].prefix, KINDS[i].cost);
		char hash[PASSWORD_HASH_SIZE];

		for (size_t j = 0; j < UNIT_COUNT(OTHERS); j++) {
			const struct settings other = setting(OTHERS[j].prefix, OTHERS[j].cost);

			assert_true(password_hash(&other, "12345678", hash));
			if (!password_is_outdated(&wanted, hash))
				fail_msg("%s under %s", hash, KINDS[i].start);
		}
		for (size_t j = 0; j < UNIT_COUNT(KINDS); j++) {
			const struct settings other = setting(KINDS[j].prefix, KINDS[j].cost);

			assert_true(password_hash(&other, "12345678", hash));
			assert_int_equal(password_is_outdated(&wanted, hash), i != j);
		}
	}
}

static void a_default_cost_and_an_explicit_cost_are_distinguished(void **state)
{
	const struct settings wanted = setting("$6$", 0);

	(void)state;
	assert_false(password_is_outdated(&wanted, "$6$salt$hash"));
	assert_true(password_is_outdated(&wanted, "$6$rounds=1000$salt$hash"));
}

/* The CPU time of this process, which other processes do not affect. */
static int64_t work_done(void)
{
	struct timespec time;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
	return (int64_t)time.tv_sec * 1000000 + time.tv_nsec / 1000;
}

static void an_unknown_account_takes_as_long_as_a_known_one(void **state)
{
	const struct settings settings = setting("$2b$", 8);
	char hash[PASSWORD_HASH_SIZE];
	int64_t existing = INT64_MAX, missing = INT64_MAX;

	(void)state;
	assert_true(password_hash(&settings, "12345678", hash));
	for (int round = 0; round < 5; round++) {
		int64_t start = work_done(), middle, end;

		password_verify("87654321", hash);
		middle = work_done();
		password_verify_nothing(&settings, "87654321");
		end = work_done();
		existing = middle - start < existing ? middle - start : existing;
		missing = end - middle < missing ? end - middle : missing;
	}
	assert_in_range(missing, existing * 3 / 4, existing * 4 / 3);
}

static void assert_format(const char *hash, const char *expected)
{
	char format[PASSWORD_FORMAT_SIZE];

	password_format(hash, format);
	assert_string_equal(format, expected);
}

static void the_format_of_a_hash_is_its_algorithm_and_parameters(void **state)
{
	(void)state;
	assert_format("$2b$13$abcdefghijklmnopqrstuvwxyz", "$2b$13$");
	assert_format("$y$j9T$salt$hash", "$y$j9T$");
	assert_format("$6$salt$hash", "$6$");
	assert_format("$6$rounds=5000$salt$hash", "$6$rounds=5000$");
	assert_format("ab1234567890.", "");
	assert_format("*", "");
	assert_format("", "");
	assert_format("$", "$");
}

static void a_text_that_is_no_hash_is_not_usable(void **state)
{
	(void)state;
	assert_false(password_is_usable("*"));
	assert_false(password_is_usable(""));
	assert_false(password_is_usable("!"));
	assert_true(
		password_is_usable("$2b$04$abcdefghijklmnopqrstuuaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_hash_verifies_its_password_and_no_other),
		cmocka_unit_test(every_hash_has_a_salt_of_its_own),
		cmocka_unit_test(hashes_made_elsewhere_verify),
		cmocka_unit_test(a_malformed_hash_verifies_no_password),
		cmocka_unit_test(a_truncated_hash_verifies_no_password),
		cmocka_unit_test(yescrypt_uses_all_511_bytes),
		cmocka_unit_test(a_password_too_long_for_crypt_is_rejected_and_never_matches),
		cmocka_unit_test(a_setting_unknown_to_crypt_gives_no_hash),
		cmocka_unit_test(a_hash_of_the_setting_is_not_outdated),
		cmocka_unit_test(a_hash_of_another_format_or_cost_is_outdated),
		cmocka_unit_test(a_default_cost_and_an_explicit_cost_are_distinguished),
		cmocka_unit_test(an_unknown_account_takes_as_long_as_a_known_one),
		cmocka_unit_test(the_format_of_a_hash_is_its_algorithm_and_parameters),
		cmocka_unit_test(a_text_that_is_no_hash_is_not_usable),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
