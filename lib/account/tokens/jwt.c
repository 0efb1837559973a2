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
	/* {"alg":"HS256","typ":"JWT"} */
	static const char HEADER[] = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9";
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

/* One part of a token: its JSON text, and the object that the text is. */
struct part {
	const char *text;
	size_t length;
	const cJSON *object;
};

/* Decode one part and parse it as a JSON object. */
static bool decode_part(struct arena *arena, const char *text, size_t length, struct part *part)
{
	unsigned char *bytes = arena_zero(arena, length + 1);
	ptrdiff_t size = bytes == NULL ? -1 : text_base64url_decode(text, length, bytes);

	if (size < 0)
		return false;
	part->text = (const char *)bytes;
	part->length = (size_t)size;
	part->object = json_parse(part->text, part->length);
	return cJSON_IsObject(part->object);
}

/* alg is HS256, and there is no extension that must be understood (RFC 7515 §4.1.11). */
static bool header_is_ours(const cJSON *header)
{
	const cJSON *algorithm = json_member(header, "alg");

	return cJSON_IsString(algorithm) && strcmp(algorithm->valuestring, "HS256") == 0 &&
	       json_member(header, "crit") == NULL;
}

static bool is_empty(const cJSON *item)
{
	if (item == NULL || cJSON_IsNull(item))
		return true;
	if (cJSON_IsString(item))
		return *item->valuestring == '\0';
	return (cJSON_IsArray(item) || cJSON_IsObject(item)) && item->child == NULL;
}

/* Read a claim that is written as an integer in [low, high]: 1, but not 1.0. */
static bool read_integer(
	const struct part *payload, const char *name, int64_t low, int64_t high, int64_t *value)
{
	return json_integer(json_member(payload->object, name), low, high, value) &&
	       json_written_as_integer(payload->text, payload->length, name);
}

/* The same for a claim that may be absent; then it is 0. */
static bool read_optional(
	const struct part *payload, const char *name, int64_t high, int64_t *value)
{
	*value = 0;
	return json_member(payload->object, name) == NULL ||
	       read_integer(payload, name, 0, high, value);
}

/* Read the claims that every token must have: its user, and when it is valid. */
static bool read_times(const struct part *payload, int64_t now, struct jwt_claims *claims)
{
	int64_t not_before;

	return read_integer(payload, "sub", 1, INT_MAX, &claims->user_id) &&
	       read_integer(payload, "exp", 0, LATEST_TIME, &claims->expires_at) &&
	       read_integer(payload, "iat", 0, LATEST_TIME, &claims->issued_at) &&
	       read_optional(payload, "nbf", LATEST_TIME, &not_before) &&
	       claims->issued_at <= now + CLOCK_LEEWAY && not_before <= now + CLOCK_LEEWAY;
}

/* The session that a token for the gate belongs to. */
static bool read_session(const struct part *payload, struct jwt_claims *claims)
{
	const char *session = cJSON_GetStringValue(json_member(payload->object, "sid"));

	if (session == NULL || strlen(session) != sizeof(claims->session) - 1)
		return false;
	memcpy(claims->session, session, sizeof(claims->session));
	claims->audience = JWT_FOR_GATE;
	return true;
}

/* A token with another audience has another purpose, such as a password reset. */
static bool read_audience(const struct part *payload, struct jwt_claims *claims)
{
	const cJSON *audience = json_member(payload->object, "aud");

	claims->audience = JWT_FOR_API;
	if (is_empty(audience))
		return true;
	if (!cJSON_IsString(audience))
		return false;
	if (strcmp(audience->valuestring, "gate") == 0)
		return read_session(payload, claims);
	claims->audience = JWT_FOR_PAGES;
	return strcmp(audience->valuestring, "pages") == 0;
}

static bool read_claims(const struct part *payload, int64_t now, struct jwt_claims *claims)
{
	const cJSON *id = json_member(payload->object, "jti");

	if (!read_times(payload, now, claims) ||
		!read_optional(payload, "gen", INT_MAX, &claims->generation))
		return false;
	if (id != NULL && !cJSON_IsString(id))
		return false;
	claims->sets_password = cJSON_IsTrue(json_member(payload->object, "set_pwd"));
	return read_audience(payload, claims);
}

/* JWT_VALID: form and signature are valid, and `payload` is filled. */
static enum jwt_result verify_signature(
	struct arena *arena, const char *key, const char *token, struct part *payload)
{
	size_t length = strnlen(token, JWT_MAX_LENGTH + 1);
	const char *first_dot = strchr(token, '.');
	const char *second_dot = first_dot == NULL ? NULL : strchr(first_dot + 1, '.');
	char expected[SIGNATURE_LENGTH + 1];
	struct part header;

	if (length > JWT_MAX_LENGTH || second_dot == NULL || strchr(second_dot + 1, '.') != NULL)
		return JWT_INVALID;
	if (!sign(key, token, (size_t)(second_dot - token), expected))
		return JWT_FAILED;
	if (crypto_equal_text(expected, second_dot + 1) &&
		decode_part(arena, token, (size_t)(first_dot - token), &header) &&
		header_is_ours(header.object) &&
		decode_part(arena, first_dot + 1, (size_t)(second_dot - first_dot - 1), payload))
		return JWT_VALID;
	return JWT_INVALID;
}

enum jwt_result jwt_verify(struct arena *arena, const char *key, const char *token, int64_t now,
	struct jwt_claims *claims)
{
	struct part payload;
	enum jwt_result result = verify_signature(arena, key, token, &payload);

	if (result != JWT_VALID)
		return result;
	if (!read_claims(&payload, now, claims))
		return JWT_INVALID;
	return claims->expires_at <= now ? JWT_EXPIRED : JWT_VALID;
}

/* ---- password reset ---------------------------------------------------------------------------- */

static const char RESET_AUDIENCE[] = "password-reset";
enum { BINDING_LENGTH = 16, BINDING_TEXT_SIZE = 2048 };

/*
 * Make the binding of a reset token: a digest of the password hash and the address. The address is put in lower
 * case, because its case does not matter.
 */
static bool make_binding(
	const char *password_hash, const char *email, char binding[CRYPTO_SHA256_HEX_SIZE])
{
	char text[BINDING_TEXT_SIZE];
	int length = snprintf(text, sizeof(text), "%s|%s", password_hash, email);

	if (length < 0 || (size_t)length >= sizeof(text)) {
		log_error("could not bind a reset token: hash and address are too long");
		return false;
	}
	text_lower_ascii(text + strlen(password_hash));
	if (!crypto_sha256_hex(text, (size_t)length, binding))
		return false;
	binding[BINDING_LENGTH] = '\0';
	return true;
}

char *jwt_sign_reset(struct arena *arena, const char *key, int64_t user_id,
	const char *password_hash, const char *email, int64_t now, int64_t lifetime)
{
	char binding[CRYPTO_SHA256_HEX_SIZE];

	if (!make_binding(password_hash, email, binding))
		return NULL;
	return serialize(arena, key,
		arena_printf(arena,
			"{\"aud\":\"%s\",\"exp\":%" PRId64 ",\"iat\":%" PRId64
			",\"pwd\":\"%s\",\"sub\":%" PRId64 "}",
			RESET_AUDIENCE, now + lifetime, now, binding, user_id));
}

enum jwt_result jwt_verify_reset(struct arena *arena, const char *key, const char *token,
	int64_t now, int64_t *user_id, const char **binding)
{
	struct part payload;
	struct jwt_claims claims = {0};
	const char *audience;
	enum jwt_result result = verify_signature(arena, key, token, &payload);

	if (result != JWT_VALID)
		return result;
	if (!read_times(&payload, now, &claims))
		return JWT_INVALID;
	audience = cJSON_GetStringValue(json_member(payload.object, "aud"));
	*binding = cJSON_GetStringValue(json_member(payload.object, "pwd"));
	if (audience == NULL || strcmp(audience, RESET_AUDIENCE) != 0 || *binding == NULL)
		return JWT_INVALID;
	*user_id = claims.user_id;
	return claims.expires_at <= now ? JWT_EXPIRED : JWT_VALID;
}

enum jwt_result jwt_reset_matches(const char *binding, const char *password_hash, const char *email)
{
	char expected[CRYPTO_SHA256_HEX_SIZE];

	if (!make_binding(password_hash, email, expected))
		return JWT_FAILED;
	return crypto_equal_text(binding, expected) ? JWT_VALID : JWT_INVALID;
}
