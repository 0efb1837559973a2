/*
 * See app_login.h. The secret is random, so its hash need not be slow.
 */
#include "account/oauth/app_login.h"

#include "account/passwords/password_attempt.h"
#include "core/crypto.h"

#include <string.h>

struct credentials {
	const char *client_id, *secret;
	struct oauth_refresh_token *refresh; /* NULL: there is none to read */
};

struct app_row {
	const char *client_id, *secret;
	struct oauth_refresh_token refresh;
};

static const struct db_field APP_FIELDS[] = {
	DB_FIELD(struct app_row, client_id, "c.client_id"),
	DB_FIELD(struct app_row, secret, "c.client_secret"),
	{0},
};

static const struct db_field APP_AND_TOKEN_FIELDS[] = {
	DB_MORE(APP_FIELDS),
	DB_INNER(struct app_row, refresh, "", OAUTH_REFRESH_TOKEN_FIELDS),
	{0},
};

static enum db_result read_app(const struct account_context *context,
	const struct credentials *credentials, struct app_row *row)
{
	static const struct db_query READ = {
		APP_FIELDS, .text = "FROM oauth2_client AS c WHERE c.client_id = ?"};
	static const struct db_query READ_WITH_REFRESH_TOKEN = {APP_AND_TOKEN_FIELDS,
		.text = "FROM oauth2_client AS c LEFT JOIN oauth2_token AS t "
			"ON t.refresh_token = ? AND t.client_id = c.client_id "
			"LEFT JOIN users AS u ON u.id = t.user_id WHERE c.client_id = ?"};
	const char *token = credentials->refresh == NULL ? NULL : credentials->refresh->text;
	const struct db_param client_id = DB_BYTES(credentials->client_id);
	char hash[CRYPTO_SHA256_HEX_SIZE];
	enum db_result result;

	if (token == NULL)
		return db_query_row(context->db, context->arena, &READ, DB_PARAMS(client_id), row);
	if (!crypto_sha256_hex(token, strlen(token), hash))
		return DB_FAILED;
	result = db_query_row(context->db, context->arena, &READ_WITH_REFRESH_TOKEN,
		DB_PARAMS(DB_TEXT(hash), client_id), row);
	row->refresh.text = token;
	*credentials->refresh = row->refresh;
	return result;
}

/* DB_OK: the secret is correct; DB_NO_ROW: it is not, or there is no such application; DB_FAILED. */
static enum db_result check_secret(
	const struct account_context *context, const struct credentials *credentials)
{
	struct app_row row = {0};
	char hash[CRYPTO_SHA256_HEX_SIZE];
	enum db_result result = read_app(context, credentials, &row);

	if (result != DB_OK && result != DB_NO_ROW)
		return result;
	if (!crypto_sha256_hex(credentials->secret, strlen(credentials->secret), hash))
		return DB_FAILED;
	/* the column's collation ignores spaces at the end of the identifier */
	if (result == DB_OK && *credentials->secret != '\0' && row.client_id != NULL &&
		strcmp(row.client_id, credentials->client_id) == 0 && row.secret != NULL &&
		crypto_equal_text(row.secret, hash))
		return DB_OK;
	return DB_NO_ROW;
}

static enum oauth_app_login refuse(
	const struct account_context *context, struct password_attempt *attempt)
{
	switch (password_attempt_failed(context, attempt)) {
	case PASSWORD_ATTEMPT_COUNTED:
		return OAUTH_APP_REFUSED;
	case PASSWORD_ATTEMPT_LIMITED:
		return OAUTH_APP_LIMITED;
	case PASSWORD_ATTEMPT_ERROR:
		break;
	}
	return OAUTH_APP_FAILED;
}

/* Without earlier failures there is nothing to forget, and no query. */
static enum oauth_app_login accept(
	const struct account_context *context, struct password_attempt *attempt)
{
	if (attempt->account.hits > 0 &&
		password_attempt_succeeded(context, attempt) == PASSWORD_ATTEMPT_ERROR)
		return OAUTH_APP_FAILED;
	return OAUTH_APP_ACCEPTED;
}

static enum oauth_app_login log_in(const struct account_context *context,
	const struct credentials *credentials, struct password_attempt *attempt)
{
	/* no e-mail address begins like this, so the count is not that of an account */
	const char *subject = arena_printf(context->arena, "oauth2 %s", credentials->client_id);

	if (subject == NULL)
		return OAUTH_APP_FAILED;
	switch (password_attempt_begin(context, subject, attempt)) {
	case PASSWORD_ATTEMPT_COUNTED:
		break;
	case PASSWORD_ATTEMPT_LIMITED:
		return OAUTH_APP_LIMITED;
	case PASSWORD_ATTEMPT_ERROR:
		return OAUTH_APP_FAILED;
	}
	switch (check_secret(context, credentials)) {
	case DB_OK:
		return accept(context, attempt);
	case DB_NO_ROW:
		return refuse(context, attempt);
	default:
		return OAUTH_APP_FAILED;
	}
}

enum oauth_app_login oauth_app_log_in(const struct account_context *context, const char *client_id,
	const char *secret, struct oauth_refresh_token *refresh, int64_t *wait)
{
	const struct credentials credentials = {
		.client_id = client_id == NULL ? "" : client_id,
		.secret = secret == NULL ? "" : secret,
		.refresh = refresh,
	};
	struct password_attempt attempt = {0};
	enum oauth_app_login result = log_in(context, &credentials, &attempt);

	*wait = attempt.wait;
	return result;
}
