/*
 * account/jwt, shortuuids and base64url. The first byte selects:
 *
 *	s   a header and a payload, one line each: signed with the key, so that the claims are read
 *	r   a raw token; its signature can only be invalid
 *	i   an issued token, with one character of it changed
 *	b   base64url, both directions
 *	u   a UUID
 */
#include "shared/input.h"

#include "account/shortuuid.h"
#include "account/tokens/jwt.h"
#include "core/json/json.h"
#include "core/crypto.h"
#include "core/text.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char KEY[] = "a key for tests, not a secret";
static const char EMAIL[] = "sam@example.com";
static const int64_t NOW = 1700000000;

/* ---- tokens ------------------------------------------------------------------------------------ */

static char *base64url(struct arena *arena, const void *bytes, size_t length)
{
	char *text = arena_alloc(arena, TEXT_BASE64URL_SIZE(length));

	require(text != NULL);
	text_base64url(bytes, length, text);
	require(strlen(text) + 1 == TEXT_BASE64URL_SIZE(length));
	return text;
}

static char *signature(struct arena *arena, const char *text, size_t length)
{
	unsigned char mac[CRYPTO_SHA256_SIZE];

	require(crypto_hmac_sha256(KEY, text, length, mac));
	return base64url(arena, mac, sizeof(mac));
}

static void check_claims(const struct jwt_claims *claims)
{
	require(claims->user_id >= 1 && claims->user_id <= INT_MAX);
	require(claims->generation >= 0 && claims->generation <= INT_MAX);
	require(claims->issued_at >= 0 && claims->issued_at <= NOW + 60);
	require(claims->expires_at >= 0 && claims->expires_at <= 253402300799);
}

/* Check what holds for every token. Returns whether one of the two functions accepts it. */
static bool check_token(struct arena *arena, const char *token)
{
	struct jwt_claims claims;
	char binding[JWT_BINDING_SIZE] = "";
	const char *last_dot = strrchr(token, '.');
	int64_t user_id = 0;
	enum jwt_result auth = jwt_verify(KEY, token, NOW, &claims);
	enum jwt_result reset = jwt_verify_reset(KEY, token, NOW, &user_id, binding);

	/* a reset token is never an auth token, and an auth token never a reset token */
	require(auth == JWT_INVALID || reset == JWT_INVALID);
	if (auth == JWT_INVALID && reset == JWT_INVALID)
		return false;
	require(strlen(token) <= JWT_MAX_LENGTH);
	require(strcmp(signature(arena, token, (size_t)(last_dot - token)), last_dot + 1) == 0);
	if (auth != JWT_INVALID) {
		check_claims(&claims);
		require((auth == JWT_EXPIRED) == (claims.expires_at <= NOW));
		return true;
	}
	require(user_id >= 1 && user_id <= INT_MAX);
	require(strlen(binding) == JWT_BINDING_SIZE - 1);
	return true;
}

/* Whether header or payload make every token with them invalid. */
static bool is_invalid(const char *header, const char *payload)
{
	const cJSON *head = json_parse(header, strlen(header));
	const cJSON *body = json_parse(payload, strlen(payload));
	const char *algorithm = cJSON_GetStringValue(json_member(head, "alg"));
	const cJSON *user = json_member(body, "sub"), *expiry = json_member(body, "exp");

	return algorithm == NULL || strcmp(algorithm, "HS256") != 0 ||
	       json_member(head, "crit") != NULL || !cJSON_IsNumber(user) ||
	       !cJSON_IsNumber(expiry) || user->valuedouble < 1 || expiry->valuedouble < 0 ||
	       user->valuedouble > INT_MAX || json_member(body, "iat") == NULL;
}

static void fuzz_signed(struct input *input, struct arena *arena)
{
	const char *header = input_text(input, arena, '\n'), *payload = input_rest(input, arena);
	const char *text = arena_printf(arena, "%s.%s", base64url(arena, header, strlen(header)),
		base64url(arena, payload, strlen(payload)));

	require(text != NULL);
	text = arena_printf(arena, "%s.%s", text, signature(arena, text, strlen(text)));
	require(text != NULL);
	require(!check_token(arena, text) || !is_invalid(header, payload));
}

static void fuzz_issued(struct input *input, struct arena *arena)
{
	static const char ALPHABET[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=+/ ,";
	struct jwt_claims claims = {.issued_at = NOW}, read = {0};
	bool reset = input_byte(input) % 2 == 1;
	unsigned char place, with;
	char binding[JWT_BINDING_SIZE];
	char *token, was;
	int64_t user_id;
	size_t at;

	claims.user_id = 1 + input_byte(input) * 8421504LL;
	claims.generation = input_byte(input) * 8421504LL;
	claims.expires_at = NOW + 1 + input_byte(input) * 800000000LL;
	place = input_byte(input);
	with = input_byte(input);
	token = reset ? jwt_sign_reset(arena, KEY, claims.user_id, "$3$$00", EMAIL, NOW, 1 + with)
		      : jwt_sign(arena, KEY, &claims);
	require(token != NULL && check_token(arena, token));
	if (reset) {
		require(jwt_verify_reset(KEY, token, NOW, &user_id, binding) == JWT_VALID);
		require(user_id == claims.user_id &&
			jwt_reset_matches(binding, "$3$$00", EMAIL) == JWT_VALID);
		require(jwt_reset_matches(binding, "$3$$01", EMAIL) == JWT_INVALID);
		require(jwt_reset_matches(binding, "$3$$00", "other@example.com") == JWT_INVALID);
	} else {
		require(jwt_verify(KEY, token, NOW, &read) == JWT_VALID);
		require(read.user_id == claims.user_id && read.issued_at == claims.issued_at &&
			read.expires_at == claims.expires_at &&
			read.generation == claims.generation);
	}
	require(jwt_verify("another", token, NOW, &read) == JWT_INVALID);
	at = (size_t)place * 7 % strlen(token);
	was = token[at];
	token[at] = ALPHABET[with % (sizeof(ALPHABET) - 1)];
	require(check_token(arena, token) == (token[at] == was));
	token[at] = '\0';
	require(!check_token(arena, token));
}

/* ---- encodings --------------------------------------------------------------------------------- */

static void fuzz_base64url(struct input *input, struct arena *arena)
{
	size_t length = (size_t)(input->end - input->at);
	unsigned char *bytes = malloc(length + 1);
	const char *text = input->at, *encoded;
	ptrdiff_t decoded = text_base64url_decode(text, length, bytes);

	if (decoded >= 0) {
		/* each value has one encoding */
		require((size_t)decoded <= length);
		encoded = base64url(arena, bytes, (size_t)decoded);
		require(strlen(encoded) == length && memcmp(encoded, text, length) == 0);
	}
	free(bytes);
	encoded = base64url(arena, text, length);
	bytes = malloc(strlen(encoded) + 1);
	require(text_base64url_decode(encoded, strlen(encoded), bytes) == (ptrdiff_t)length);
	require(length == 0 || memcmp(bytes, text, length) == 0);
	free(bytes);
}

static unsigned __int128 number_of(const char *text, const char *alphabet)
{
	unsigned __int128 number = 0;

	for (; *text != '\0'; text++) {
		require(strchr(alphabet, *text) != NULL);
		number = number * strlen(alphabet) + (unsigned)(strchr(alphabet, *text) - alphabet);
	}
	return number;
}

static void fuzz_uuid(struct input *input, struct arena *arena)
{
	const char *uuid = input_rest(input, arena);
	char text[SHORTUUID_SIZE] = "", digits[33] = "";
	size_t count = 0;
	bool proper = shortuuid_encode(uuid, text);

	for (const char *c = uuid; *c != '\0'; c++) {
		bool digit = strchr("0123456789abcdefABCDEF", *c) != NULL;

		if (count == 32 || (!digit && *c != '-')) {
			require(!proper || (*c == '-' && count == 32));
			if (!proper)
				return;
		}
		if (digit)
			digits[count++] = (char)(*c | ('A' <= *c && *c <= 'F' ? 0x20 : 0));
	}
	require(proper == (count == 32));
	if (!proper)
		return;
	require(strlen(text) == SHORTUUID_SIZE - 1);
	require(number_of(digits, "0123456789abcdef") ==
		number_of(text, "23456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct arena arena;
	struct input input = input_begin(data, size);

	json_use_arena(&arena);
	switch (input_byte(&input)) {
	case 's':
		fuzz_signed(&input, &arena);
		break;
	case 'i':
		fuzz_issued(&input, &arena);
		break;
	case 'b':
		fuzz_base64url(&input, &arena);
		break;
	case 'u':
		fuzz_uuid(&input, &arena);
		break;
	default:
		/* only this program has the key */
		check_token(&arena, input_rest(&input, &arena));
	}
	arena_reset(&arena);
	return 0;
}
