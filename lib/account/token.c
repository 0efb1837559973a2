/*
 * Signing and checking tokens. The signature is checked before anything that the token says about itself
 * is believed, but for the one word "HS256", which is a condition and no choice.
 */
#include "account/token.h"

#include "core/json.h"
#include "core/secret.h"
#include "core/text.h"

#include <limits.h>
#include <string.h>

/* The last second of the year 9999; clocks of several hosts may differ by so much. */
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
	unsigned char mac[SECRET_SHA256_SIZE];

	if (!secret_hmac_sha256(key, signed_text, length, mac))
		return false;
	text_base64url(mac, sizeof(mac), signature);
	return true;
}

/* The token with this payload. NULL when memory is out. */
static char *seal(struct arena *arena, const char *key, const char *json)
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

char *token_issue(struct arena *arena, const char *key, const struct token_claims *claims)
{
	char jti[SECRET_ID_SIZE];

	if (!secret_random_id(jti))
		return NULL;
	return seal(arena, key,
		arena_printf(arena,
			"{\"exp\":%lld,\"iat\":%lld,\"sub\":%lld,\"gen\":%lld,\"jti\":\"%s\"}",
			(long long)claims->expires_at, (long long)claims->issued_at,
			(long long)claims->user_id, (long long)claims->generation, jti));
}

/* ---- checking ---------------------------------------------------------------------------------- */

/* One part of a token: its JSON text, and the object that it is. */
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

/* alg is HS256, and there is no extension that we would have to understand (RFC 7515 §4.1.11). */
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

/* A claim that is written as an integer, in [low, high]. */
static bool read_integer(
	const struct part *payload, const char *name, int64_t low, int64_t high, int64_t *value)
{
	return json_integer(json_member(payload->object, name), low, high, value) &&
	       json_written_as_integer(payload->text, payload->length, name);
}

/* The same for one that may be absent; then it is 0. */
static bool read_optional(
	const struct part *payload, const char *name, int64_t high, int64_t *value)
{
	*value = 0;
	return json_member(payload->object, name) == NULL ||
	       read_integer(payload, name, 0, high, value);
}

/* What every token must say: whose it is, and when it is valid. */
static bool read_times(const struct part *payload, int64_t now, struct token_claims *claims)
{
	int64_t not_before;

	return read_integer(payload, "sub", 1, INT_MAX, &claims->user_id) &&
	       read_integer(payload, "exp", 0, LATEST_TIME, &claims->expires_at) &&
	       read_integer(payload, "iat", 0, LATEST_TIME, &claims->issued_at) &&
	       read_optional(payload, "nbf", LATEST_TIME, &not_before) &&
	       claims->issued_at <= now + CLOCK_LEEWAY && not_before <= now + CLOCK_LEEWAY;
}

static bool read_claims(const struct part *payload, int64_t now, struct token_claims *claims)
{
	const cJSON *id = json_member(payload->object, "jti");

	if (!read_times(payload, now, claims) ||
		!read_optional(payload, "gen", INT_MAX, &claims->generation))
		return false;
	if (id != NULL && !cJSON_IsString(id))
		return false;
	/* a token with an audience was made for another purpose, such as a password reset */
	return is_empty(json_member(payload->object, "aud"));
}

/* The payload of a token of the right form and signature. */
static bool open_sealed(
	struct arena *arena, const char *key, const char *token, struct part *payload)
{
	size_t length = strnlen(token, TOKEN_MAX_LENGTH + 1);
	const char *first_dot = strchr(token, '.');
	const char *second_dot = first_dot == NULL ? NULL : strchr(first_dot + 1, '.');
	char expected[SIGNATURE_LENGTH + 1];
	struct part header;

	if (length > TOKEN_MAX_LENGTH || second_dot == NULL || strchr(second_dot + 1, '.') != NULL)
		return false;
	if (!sign(key, token, (size_t)(second_dot - token), expected) ||
		!secret_equal_text(expected, second_dot + 1))
		return false;
	return decode_part(arena, token, (size_t)(first_dot - token), &header) &&
	       header_is_ours(header.object) &&
	       decode_part(arena, first_dot + 1, (size_t)(second_dot - first_dot - 1), payload);
}

enum token_verdict token_verify(struct arena *arena, const char *key, const char *token,
	int64_t now, struct token_claims *claims)
{
	struct part payload;

	if (!open_sealed(arena, key, token, &payload) || !read_claims(&payload, now, claims))
		return TOKEN_INVALID;
	return claims->expires_at <= now ? TOKEN_EXPIRED : TOKEN_VALID;
}

/* ---- password reset ---------------------------------------------------------------------------- */

static const char RESET_AUDIENCE[] = "password-reset";
enum { BINDING_LENGTH = 16 };

static bool make_binding(const char *password_hash, char binding[SECRET_SHA256_HEX_SIZE])
{
	if (!secret_sha256_hex(password_hash, strlen(password_hash), binding))
		return false;
	binding[BINDING_LENGTH] = '\0';
	return true;
}

char *token_issue_reset(struct arena *arena, const char *key, int64_t user_id,
	const char *password_hash, int64_t now, int64_t lifetime)
{
	char binding[SECRET_SHA256_HEX_SIZE];

	if (!make_binding(password_hash, binding))
		return NULL;
	return seal(arena, key,
		arena_printf(arena,
			"{\"aud\":\"%s\",\"exp\":%lld,\"iat\":%lld,\"pwd\":\"%s\",\"sub\":%lld}",
			RESET_AUDIENCE, (long long)now + lifetime, (long long)now, binding,
			(long long)user_id));
}

enum token_verdict token_verify_reset(struct arena *arena, const char *key, const char *token,
	int64_t now, int64_t *user_id, const char **binding)
{
	struct part payload;
	struct token_claims claims = {0};
	const char *audience;

	if (!open_sealed(arena, key, token, &payload) || !read_times(&payload, now, &claims))
		return TOKEN_INVALID;
	audience = cJSON_GetStringValue(json_member(payload.object, "aud"));
	*binding = cJSON_GetStringValue(json_member(payload.object, "pwd"));
	if (audience == NULL || strcmp(audience, RESET_AUDIENCE) != 0 || *binding == NULL)
		return TOKEN_INVALID;
	*user_id = claims.user_id;
	return claims.expires_at <= now ? TOKEN_EXPIRED : TOKEN_VALID;
}

bool token_reset_fits(const char *binding, const char *password_hash)
{
	char expected[SECRET_SHA256_HEX_SIZE];

	return make_binding(password_hash, expected) && secret_equal_text(binding, expected);
}
