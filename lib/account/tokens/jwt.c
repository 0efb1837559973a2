/*
 * Signing and checking tokens. The signature is checked before any of the token's content is used. The algorithm
 * named in the header selects nothing: it has to be "HS256".
 */
#include "account/tokens/jwt.h"

#include "core/json/json.h"
#include "core/log.h"
#include "core/crypto.h"
#include "core/text.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

/* The last second of the year 9999. */
static const int64_t LATEST_TIME = 253402300799;
enum { CLOCK_LEEWAY = 60, SIGNATURE_LENGTH = 43 };

/* {"alg":"HS256","typ":"JWT"} */
static const char HEADER[] = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9";

static char *encode_part(struct arena *arena, const char *json)
{
	size_t length = strlen(json);
	char *text = arena_alloc(arena, TEXT_BASE64URL_SIZE(length));

	if (text != NULL)
		text_base64url(json, length, text);
	return text;
}

/* The signature over "header.payload", as base64url. */
static bool sign(const char *key, const char *signed_text, size_t length,
	char signature[SIGNATURE_LENGTH + 1])
{
	unsigned char mac[CRYPTO_SHA256_SIZE];

	if (!crypto_hmac_sha256(key, signed_text, length, mac))
		return false;
	text_base64url(mac, sizeof(mac), signature);
	return true;
}

/* The token with this payload. NULL when out of memory. */
static char *serialize(struct arena *arena, const char *key, const char *json)
{
	char signature[SIGNATURE_LENGTH + 1];
	char *payload = json == NULL ? NULL : encode_part(arena, json);
	char *signed_text = payload == NULL ? NULL : arena_printf(arena, "%s.%s", HEADER, payload);

	if (signed_text == NULL || !sign(key, signed_text, strlen(signed_text), signature))
		return NULL;
	return arena_printf(arena, "%s.%s", signed_text, signature);
}

/* The claims that restrict a token to its audience. */
static const char *audience_claims(struct arena *arena, const struct jwt_claims *claims)
{
	switch (claims->audience) {
	case JWT_FOR_PAGES:
		return ",\"aud\":\"pages\"";
	case JWT_FOR_GATE:
		return arena_printf(arena, ",\"aud\":\"gate\",\"sid\":\"%s\"", claims->session);
	case JWT_FOR_API:
		break;
	}
	return "";
}

char *jwt_sign(struct arena *arena, const char *key, const struct jwt_claims *claims)
{
	const char *audience = audience_claims(arena, claims);
	char jti[CRYPTO_ID_SIZE];

	if (audience == NULL || !crypto_random_id(jti))
		return NULL;
	return serialize(arena, key,
		arena_printf(arena,
			"{\"exp\":%" PRId64 ",\"iat\":%" PRId64 ",\"sub\":%" PRId64
			",\"gen\":%" PRId64 ",\"jti\":\"%s\"%s%s}",
			claims->expires_at, claims->issued_at, claims->user_id, claims->generation,
			jti, claims->sets_password ? ",\"set_pwd\":true" : "", audience));
}

/* ---- checking ---------------------------------------------------------------------------------- */

enum claim { EXP, IAT, NBF, SUB, GEN, JTI, AUD, SID, PWD, SET_PWD, CLAIM_COUNT };

/* The claims of a token as its payload writes them. */
struct payload {
	unsigned char json[JWT_MAX_LENGTH];
	struct json_value claims[CLAIM_COUNT];
};

/* Decode one part of a token and find the values of these keys in its object. */
static bool read_part(const char *text, size_t length, unsigned char json[JWT_MAX_LENGTH],
	struct json_value *values, size_t count)
{
	ptrdiff_t size = text_base64url_decode(text, length, json);

	return size >= 0 && json_find_values((const char *)json, (size_t)size, values, count);
}

/* alg is HS256, and there is no extension that must be understood (RFC 7515 §4.1.11). */
static bool header_is_ours(const char *text, size_t length)
{
	enum { ALG, CRIT };
	unsigned char json[JWT_MAX_LENGTH];
	struct json_value values[] = {[ALG] = {.key = "alg"}, [CRIT] = {.key = "crit"}};

	if (length == strlen(HEADER) && memcmp(text, HEADER, length) == 0)
		return true;
	return read_part(text, length, json, values, 2) &&
	       json_value_is(&values[ALG], "\"HS256\"") && values[CRIT].text == NULL;
}

static bool read_payload(const char *text, size_t length, struct payload *payload)
{
	static const char *const KEYS[] = {
		[EXP] = "exp",
		[IAT] = "iat",
		[NBF] = "nbf",
		[SUB] = "sub",
		[GEN] = "gen",
		[JTI] = "jti",
		[AUD] = "aud",
		[SID] = "sid",
		[PWD] = "pwd",
		[SET_PWD] = "set_pwd",
	};

	for (int i = 0; i < CLAIM_COUNT; i++)
		payload->claims[i].key = KEYS[i];
	return read_part(text, length, payload->json, payload->claims, CLAIM_COUNT);
}

static bool is_absent(const struct json_value *value)
{
	return value->text == NULL || json_value_is(value, "null");
}

/* Read a claim that may be absent; then it is 0. */
static bool read_optional(const struct json_value *value, int64_t high, int64_t *integer)
{
	*integer = 0;
	return value->text == NULL || json_value_integer(value, 0, high, integer);
}

/* Read the claims that every token must have: its user, and when it is valid. */
static bool read_times(const struct payload *payload, int64_t now, struct jwt_claims *claims)
{
	const struct json_value *values = payload->claims;
	int64_t not_before;

	return json_value_integer(&values[SUB], 1, INT_MAX, &claims->user_id) &&
	       json_value_integer(&values[EXP], 0, LATEST_TIME, &claims->expires_at) &&
	       json_value_integer(&values[IAT], 0, LATEST_TIME, &claims->issued_at) &&
	       read_optional(&values[NBF], LATEST_TIME, &not_before) &&
	       claims->issued_at <= now + CLOCK_LEEWAY && not_before <= now + CLOCK_LEEWAY;
}

/* Read a text of exactly this length, which our tokens write without an escape. */
static bool read_text(const struct json_value *value, size_t length, char *text)
{
	if (value->text == NULL || *value->text != '"' || value->length != length + 2 ||
		memchr(value->text, '\\', value->length) != NULL)
		return false;
	memcpy(text, value->text + 1, length);
	text[length] = '\0';
	return true;
}

/* A token with another audience has another purpose, such as a password reset. */
static bool read_audience(const struct payload *payload, struct jwt_claims *claims)
{
	const struct json_value *audience = &payload->claims[AUD];

	claims->audience = JWT_FOR_API;
	if (is_absent(audience) || json_value_is(audience, "\"\"") ||
		json_value_is(audience, "[]") || json_value_is(audience, "{}"))
		return true;
	claims->audience = JWT_FOR_PAGES;
	if (json_value_is(audience, "\"pages\""))
		return true;
	claims->audience = JWT_FOR_GATE;
	/* the session that a token for the gate belongs to */
	return json_value_is(audience, "\"gate\"") &&
	       read_text(&payload->claims[SID], sizeof(claims->session) - 1, claims->session);
}

static bool read_claims(const struct payload *payload, int64_t now, struct jwt_claims *claims)
{
	const struct json_value *values = payload->claims;

	if (!read_times(payload, now, claims) ||
		!read_optional(&values[GEN], INT_MAX, &claims->generation))
		return false;
	if (values[JTI].text != NULL && *values[JTI].text != '"')
		return false;
	claims->sets_password = json_value_is(&values[SET_PWD], "true");
	return read_audience(payload, claims);
}

/* JWT_VALID: form and signature are valid, and `payload` is filled. */
static enum jwt_result verify_signature(const char *key, const char *token, struct payload *payload)
{
	size_t length = strnlen(token, JWT_MAX_LENGTH + 1);
	const char *first_dot = strchr(token, '.');
	const char *second_dot = first_dot == NULL ? NULL : strchr(first_dot + 1, '.');
	char expected[SIGNATURE_LENGTH + 1];

	if (length > JWT_MAX_LENGTH || second_dot == NULL || strchr(second_dot + 1, '.') != NULL)
		return JWT_INVALID;
	if (!sign(key, token, (size_t)(second_dot - token), expected))
		return JWT_FAILED;
	if (crypto_equal_text(expected, second_dot + 1) &&
		header_is_ours(token, (size_t)(first_dot - token)) &&
		read_payload(first_dot + 1, (size_t)(second_dot - first_dot - 1), payload))
		return JWT_VALID;
	return JWT_INVALID;
}

enum jwt_result jwt_verify(
	const char *key, const char *token, int64_t now, struct jwt_claims *claims)
{
	struct payload payload;
	enum jwt_result result = verify_signature(key, token, &payload);

	if (result != JWT_VALID)
		return result;
	if (!read_claims(&payload, now, claims))
		return JWT_INVALID;
	return claims->expires_at <= now ? JWT_EXPIRED : JWT_VALID;
}

/* ---- password reset ---------------------------------------------------------------------------- */

#define RESET_AUDIENCE "password-reset"
enum { BINDING_TEXT_SIZE = 2048 };

/*
 * Make the binding of a reset token: a digest of the password hash and the address. The address is put in lower
 * case, because its case does not matter.
 */
static bool make_binding(
	const char *password_hash, const char *email, char binding[JWT_BINDING_SIZE])
{
	char text[BINDING_TEXT_SIZE], digest[CRYPTO_SHA256_HEX_SIZE];
	int length = snprintf(text, sizeof(text), "%s|%s", password_hash, email);

	if (length < 0 || (size_t)length >= sizeof(text)) {
		log_error("could not bind a reset token: hash and address are too long");
		return false;
	}
	text_lower_ascii(text + strlen(password_hash));
	if (!crypto_sha256_hex(text, (size_t)length, digest))
		return false;
	memcpy(binding, digest, JWT_BINDING_SIZE - 1);
	binding[JWT_BINDING_SIZE - 1] = '\0';
	return true;
}

char *jwt_sign_reset(struct arena *arena, const char *key, int64_t user_id,
	const char *password_hash, const char *email, int64_t now, int64_t lifetime)
{
	char binding[JWT_BINDING_SIZE];

	if (!make_binding(password_hash, email, binding))
		return NULL;
	return serialize(arena, key,
		arena_printf(arena,
			"{\"aud\":\"%s\",\"exp\":%" PRId64 ",\"iat\":%" PRId64
			",\"pwd\":\"%s\",\"sub\":%" PRId64 "}",
			RESET_AUDIENCE, now + lifetime, now, binding, user_id));
}

enum jwt_result jwt_verify_reset(const char *key, const char *token, int64_t now, int64_t *user_id,
	char binding[JWT_BINDING_SIZE])
{
	struct payload payload;
	struct jwt_claims claims = {0};
	enum jwt_result result = verify_signature(key, token, &payload);

	if (result != JWT_VALID)
		return result;
	if (!read_times(&payload, now, &claims) ||
		!json_value_is(&payload.claims[AUD], "\"" RESET_AUDIENCE "\"") ||
		!read_text(&payload.claims[PWD], JWT_BINDING_SIZE - 1, binding))
		return JWT_INVALID;
	*user_id = claims.user_id;
	return claims.expires_at <= now ? JWT_EXPIRED : JWT_VALID;
}

enum jwt_result jwt_reset_matches(const char *binding, const char *password_hash, const char *email)
{
	char expected[JWT_BINDING_SIZE];

	if (!make_binding(password_hash, email, expected))
		return JWT_FAILED;
	return crypto_equal_text(binding, expected) ? JWT_VALID : JWT_INVALID;
}
