/*
 * Authorization codes; see token_grant.h.
 */
#include "account/oauth/authorization.h"
#include "account/oauth/token_grant.h"
#include "account/oauth/token_row.h"
#include "core/text.h"

#include <string.h>

enum { VERIFIER_MIN = 43, VERIFIER_MAX = 128 };

struct code_row {
	int64_t id, user_id;
	const char *client_id, *redirect_uri, *scope, *challenge, *grant_id;
	bool expired, used, active;
};

static enum db_result read_code(
	const struct account_context *context, const char *code, struct code_row *row)
{
	static const struct db_field FIELDS[] = {
		DB_FIELD(struct code_row, id, "c.id"),
		DB_FIELD(struct code_row, user_id, "c.user_id"),
		DB_FIELD(struct code_row, client_id, "c.client_id"),
		DB_FIELD(struct code_row, redirect_uri, "c.redirect_uri"),
		DB_FIELD(struct code_row, scope, "c.scope"),
		DB_FIELD(struct code_row, challenge, "c.code_challenge"),
		DB_FIELD(struct code_row, grant_id, "c.grant_id"),
		DB_FIELD(struct code_row, expired, "UNIX_TIMESTAMP() > c.auth_time + ?"),
		DB_FIELD(struct code_row, used, "c.used_at <> 0"),
		DB_FIELD(struct code_row, active, "u.active"),
		{0},
	};
	static const struct db_query READ = {
		FIELDS, .text = "FROM oauth2_code AS c LEFT JOIN users AS u ON u.id = c.user_id "
				"WHERE c.code = ?"};
	char hash[CRYPTO_SHA256_HEX_SIZE];

	if (!crypto_sha256_hex(code, strlen(code), hash))
		return DB_FAILED;
	return db_query_row(context->db, context->arena, &READ,
		DB_PARAMS(DB_INT(OAUTH_CODE_SECONDS), DB_TEXT(hash)), row);
}

static bool is_verifier(const char *text)
{
	size_t length = strlen(text);

	return length >= VERIFIER_MIN && length <= VERIFIER_MAX &&
	       strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~") ==
		       length;
}

/* The challenge is the SHA-256 of the verifier in base64url (RFC 7636 §4.2). */
static enum oauth_code_result compare(const char *challenge, const char *verifier)
{
	unsigned char bytes[OAUTH_CHALLENGE_LENGTH];
	char expected[TEXT_HEX_SIZE(sizeof(bytes))], actual[CRYPTO_SHA256_HEX_SIZE];
	ptrdiff_t size;

	if (challenge == NULL || strlen(challenge) != OAUTH_CHALLENGE_LENGTH)
		return OAUTH_CODE_VERIFIER_DIFFERS;
	size = text_base64url_decode(challenge, OAUTH_CHALLENGE_LENGTH, bytes);
	if (size < 0)
		return OAUTH_CODE_VERIFIER_DIFFERS;
	if (!crypto_sha256_hex(verifier, strlen(verifier), actual))
		return OAUTH_CODE_FAILED;
	text_hex(bytes, (size_t)size, expected);
	return crypto_equal_text(expected, actual) ? OAUTH_CODE_EXCHANGED
						   : OAUTH_CODE_VERIFIER_DIFFERS;
}

static enum oauth_code_result check_verifier(const char *challenge, const char *verifier)
{
	if (verifier == NULL)
		return challenge == NULL ? OAUTH_CODE_EXCHANGED : OAUTH_CODE_VERIFIER_MISSING;
	if (!is_verifier(verifier))
		return OAUTH_CODE_VERIFIER_MALFORMED;
	return compare(challenge, verifier);
}

/* All that can be decided without changing anything. */
static enum oauth_code_result check_code(
	const struct oauth_code_exchange *exchange, const struct code_row *row)
{
	enum oauth_code_result verified;

	if (row->expired)
		return OAUTH_CODE_INVALID;
	if (row->redirect_uri != NULL &&
		(exchange->redirect_uri == NULL ||
			strcmp(row->redirect_uri, exchange->redirect_uri) != 0))
		return OAUTH_CODE_REDIRECT_DIFFERS;
	verified = check_verifier(row->challenge, exchange->verifier);
	if (verified != OAUTH_CODE_EXCHANGED)
		return verified;
	return row->active ? OAUTH_CODE_EXCHANGED : OAUTH_CODE_USER_INACTIVE;
}

struct redemption {
	const struct code_row *row;
	const struct token_pair *pair;
	bool used;
};

/* One conditional change decides which of several uses comes first. */
static enum db_result redeem(struct db *db, void *context)
{
	static const struct db_query USE = {
		.text = "UPDATE oauth2_code SET used_at = UNIX_TIMESTAMP() "
			"WHERE id = ? AND used_at = 0"};
	struct redemption *redemption = context;
	enum db_result result = db_execute_one(db, &USE, DB_PARAMS(DB_INT(redemption->row->id)));

	redemption->used = result == DB_NO_ROW;
	return result == DB_OK ? token_pair_store(db, redemption->pair) : result;
}

static enum oauth_code_result issue(const struct account_context *context,
	const struct code_row *row, struct oauth_tokens *tokens)
{
	struct token_pair *pair = token_pair_make(context);
	struct redemption redemption = {.row = row, .pair = pair};

	if (pair == NULL)
		return OAUTH_CODE_FAILED;
	pair->client_id = row->client_id;
	pair->user_id = row->user_id;
	pair->scope = row->scope == NULL ? "" : row->scope;
	pair->grant_id = row->grant_id;
	switch (db_transaction(context->db, redeem, &redemption)) {
	case DB_OK:
		break;
	case DB_NO_ROW:
		return redemption.used ? OAUTH_CODE_INVALID : OAUTH_CODE_USER_INACTIVE;
	default:
		return OAUTH_CODE_FAILED;
	}
	*tokens = token_pair_tokens(pair);
	return OAUTH_CODE_EXCHANGED;
}

/* A code that is used again may have been stolen: the tokens of its first use end. */
static enum oauth_code_result revoke_reused(
	const struct account_context *context, const struct code_row *row)
{
	return token_revoke_grant(context->db, row->grant_id) == DB_OK ? OAUTH_CODE_INVALID
								       : OAUTH_CODE_FAILED;
}

enum oauth_code_result oauth_exchange_code(const struct account_context *context,
	const struct oauth_code_exchange *exchange, struct oauth_tokens *tokens)
{
	struct code_row row;
	enum oauth_code_result result;

	switch (read_code(context, exchange->code, &row)) {
	case DB_OK:
		break;
	case DB_NO_ROW:
		return OAUTH_CODE_INVALID;
	default:
		return OAUTH_CODE_FAILED;
	}
	if (row.client_id == NULL || strcmp(row.client_id, exchange->client_id) != 0)
		return OAUTH_CODE_INVALID;
	if (row.used)
		return revoke_reused(context, &row);
	result = check_code(exchange, &row);
	if (result != OAUTH_CODE_EXCHANGED)
		return result;
	result = issue(context, &row, tokens);
	/* another request has used it since it was read */
	return result == OAUTH_CODE_INVALID ? revoke_reused(context, &row) : result;
}
