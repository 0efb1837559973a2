/*
 * Unit tests of core/crypto: vectors of FIPS 180-4, RFC 4231 and RFC 7515, comparison in constant time,
 * random numbers.
 */
#include "../unit.h"

#include "core/crypto.h"
#include "core/text.h"

static void sha256_matches_the_vectors_of_fips_180(void **state)
{
	static const struct {
		const char *text, *digest;
	} VECTORS[] = {
		{"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
		{"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
		{"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
			"248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(VECTORS); i++) {
		char text[CRYPTO_SHA256_HEX_SIZE];

		assert_true(crypto_sha256_hex(VECTORS[i].text, strlen(VECTORS[i].text), text));
		assert_string_equal(text, VECTORS[i].digest);
	}
}

static void sha256_hashes_bytes_not_text(void **state)
{
	char with_nul[CRYPTO_SHA256_HEX_SIZE], cut_off[CRYPTO_SHA256_HEX_SIZE];

	(void)state;
	assert_true(crypto_sha256_hex("a\0b", 3, with_nul));
	assert_true(crypto_sha256_hex("a", 1, cut_off));
	assert_string_not_equal(with_nul, cut_off);
}

static void assert_hmac(const char *key, const void *bytes, size_t length, const char *expected)
{
	unsigned char mac[CRYPTO_SHA256_SIZE];
	char text[CRYPTO_SHA256_HEX_SIZE];

	assert_true(crypto_hmac_sha256(key, bytes, length, mac));
	text_hex(mac, sizeof(mac), text);
	assert_string_equal(text, expected);
}

static void hmac_matches_the_vectors_of_rfc_4231(void **state)
{
	char key[132] = "", bytes[50];

	(void)state;
	memset(key, 0x0b, 20);
	assert_hmac(key, "Hi There", 8,
		"b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
	assert_hmac("Jefe", "what do ya want for nothing?", 28,
		"5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
	memset(key, 0xaa, 20);
	memset(bytes, 0xdd, 50);
	assert_hmac(
		key, bytes, 50, "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe");
	for (int i = 0; i < 25; i++)
		key[i] = (char)(i + 1);
	memset(bytes, 0xcd, 50);
	assert_hmac(
		key, bytes, 50, "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b");
	memset(key, 0xaa, 131);
	assert_hmac(key, "Test Using Larger Than Block-Size Key - Hash Key First", 54,
		"60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

static void hmac_matches_the_example_of_rfc_7515(void **state)
{
	/* appendix A.1; the key contains no NUL */
	static const unsigned char KEY[] = {3, 35, 53, 75, 43, 15, 165, 188, 131, 126, 6, 101, 119,
		123, 166, 143, 90, 179, 40, 230, 240, 84, 201, 40, 169, 15, 132, 178, 210, 80, 46,
		191, 211, 251, 90, 146, 210, 6, 71, 239, 150, 138, 180, 195, 119, 98, 61, 34, 61,
		46, 33, 114, 5, 46, 79, 8, 192, 205, 154, 245, 103, 208, 128, 163, 0};
	static const char SIGNED[] = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9"
				     ".eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9l"
				     "eGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
	unsigned char mac[CRYPTO_SHA256_SIZE];
	char text[TEXT_BASE64URL_SIZE(CRYPTO_SHA256_SIZE)];

	(void)state;
	assert_true(crypto_hmac_sha256((const char *)KEY, SIGNED, strlen(SIGNED), mac));
	text_base64url(mac, sizeof(mac), text);
	assert_string_equal(text, "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
}

static void equality_compares_every_byte(void **state)
{
	unsigned char a[40], b[40];

	(void)state;
	memset(a, 0, sizeof(a)); /* a comparison of strings would find no difference */
	for (size_t i = 0; i < sizeof(a); i++) {
		memcpy(b, a, sizeof(a));
		assert_true(crypto_equal(a, b, sizeof(a)));
		b[i] ^= 0x80;
		assert_false(crypto_equal(a, b, sizeof(a)));
		assert_true(crypto_equal(a, b, i));
	}
}

static void texts_of_different_length_are_not_equal(void **state)
{
	(void)state;
	assert_true(crypto_equal_text("", ""));
	assert_true(crypto_equal_text("secret", "secret"));
	assert_false(crypto_equal_text("secret", "Secret"));
	assert_false(crypto_equal_text("secret", "secret "));
	assert_false(crypto_equal_text("secret", "secre"));
	assert_false(crypto_equal_text("secret", ""));
	assert_false(crypto_equal_text("", "secret"));
}

static void random_bytes_fill_the_whole_buffer(void **state)
{
	static const unsigned char ZERO[16];
	unsigned char bytes[4096] = {0};
	const size_t length = sizeof(bytes) - sizeof(ZERO);

	(void)state;
	assert_true(crypto_random(bytes, length));
	for (size_t at = 0; at < length; at += sizeof(ZERO))
		assert_memory_not_equal(bytes + at, ZERO, sizeof(ZERO));
	assert_memory_equal(bytes + length, ZERO, sizeof(ZERO));
}

static void a_single_byte_is_random(void **state)
{
	unsigned char seen = 0;

	(void)state;
	for (int i = 0; i < 64; i++) {
		unsigned char byte = 0;

		assert_true(crypto_random(&byte, 1));
		seen |= byte;
	}
	assert_int_not_equal(seen, 0);
}

static void random_ids_are_32_hex_digits_and_differ(void **state)
{
	enum { COUNT = 64 };
	char ids[COUNT][CRYPTO_ID_SIZE];

	(void)state;
	for (int i = 0; i < COUNT; i++) {
		assert_true(crypto_random_id(ids[i]));
		assert_int_equal(strlen(ids[i]), 32);
		assert_int_equal(strspn(ids[i], "0123456789abcdef"), 32);
		for (int j = 0; j < i; j++)
			assert_string_not_equal(ids[i], ids[j]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sha256_matches_the_vectors_of_fips_180),
		cmocka_unit_test(sha256_hashes_bytes_not_text),
		cmocka_unit_test(hmac_matches_the_vectors_of_rfc_4231),
		cmocka_unit_test(hmac_matches_the_example_of_rfc_7515),
		cmocka_unit_test(equality_compares_every_byte),
		cmocka_unit_test(texts_of_different_length_are_not_equal),
		cmocka_unit_test(random_bytes_fill_the_whole_buffer),
		cmocka_unit_test(a_single_byte_is_random),
		cmocka_unit_test(random_ids_are_32_hex_digits_and_differ),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
