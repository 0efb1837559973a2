/*
 * From the header to the account.
 */
#include "account/bearer.h"

#include "account/personal_token.h"
#include "core/log.h"
#include "core/text.h"

#include <string.h>
#include <strings.h>

enum { OAUTH2_TOKEN_MAX = 255 };

static const instant LAST_USE_PRECISION = 3600 * MICROSECONDS;

/* Separate "<scheme> <token>"; the token may not hold a space, a tab or a comma. */
static enum bearer find_token(const struct request *request, const char **token)
{
	const char *header = request->authorization;
	size_t scheme = strcspn(header, " \t");
	const char *start = header + scheme + strspn(header + scheme, " \t");
	size_t length = strlen(start);
	char *copy;

	while (length > 0 && (start[length - 1] == ' ' || start[length - 1] == '\t'))
		length--;
	if (length == 0)
		return BEARER_MISSING;
	if (scheme != strlen("Bearer") || strncasecmp(header, "Bearer", scheme) != 0)
		return BEARER_BAD_TYPE;
	copy = arena_copy(request->arena, start, length);
	if (copy == NULL)
		return BEARER_FAILED;
	*token = copy;
	return strpbrk(copy, " \t,") != NULL ? BEARER_BAD_TOKEN : BEARER_ACCEPTED;
}

/* ---- first-party tokens ------------------------------------------------------------------------ */

/* One row by primary key, and whether the token has been revoked, by unique key. */
#define FROM_CALLER  " FROM users AS u LEFT JOIN blacklisted_tokens AS b ON b.token = ?"
#define WHERE_CALLER " WHERE u.id = ?"

static enum db_result read_account(struct db *db, struct caller *caller, bool *revoked)
{
	static const char READ[] =
		"SELECT b.id IS NOT NULL, " USER_COLUMNS FROM_CALLER WHERE_CALLER;

	return db_row(db, READ,
		DB_PARAMS(DB_TEXT(caller->token_hash), DB_INT(caller->claims.user_id)),
		DB_COLUMNS(DB_TO_BOOL(revoked), USER_CELLS(&caller->profile.user)));
}

static enum db_result read_profile(struct db *db, struct caller *caller, bool *revoked)
{
	static const char READ[] =
		"SELECT b.id IS NOT NULL, " PROFILE_COLUMNS FROM_CALLER PROFILE_JOIN WHERE_CALLER;

	return db_row(db, READ,
		DB_PARAMS(DB_TEXT(caller->token_hash), DB_INT(caller->claims.user_id)),
		DB_COLUMNS(DB_TO_BOOL(revoked), PROFILE_CELLS(&caller->profile)));
}

/* A password change ends all tokens issued before it but for the one that made it (W4). */
static bool is_of_another_epoch(const struct caller *caller)
{
	const struct user *user = &caller->profile.user;

	if (caller->claims.generation == user->token_epoch)
		return false;
	return user->kept_token == NULL || !secret_equal_text(user->kept_token, caller->token_hash);
}

static enum bearer check_first_party(struct db *db, const struct settings *settings,
	const struct request *request, const char *token, bool with_totals, struct caller *caller)
{
	bool revoked = false;

	switch (token_verify(
		request->arena, settings->secret_key, token, clock_seconds(), &caller->claims)) {
	case TOKEN_VALID:
		break;
	case TOKEN_EXPIRED:
		return BEARER_EXPIRED;
	case TOKEN_INVALID:
		return BEARER_BAD_TOKEN;
	}
	caller->kind = CALLER_FIRST_PARTY;
	switch (with_totals ? read_profile(db, caller, &revoked)
			    : read_account(db, caller, &revoked)) {
	case DB_OK:
		return revoked || is_of_another_epoch(caller) ? BEARER_BAD_TOKEN : BEARER_ACCEPTED;
	case DB_NO_ROW:
		return BEARER_OF_NOBODY;
	default:
		return BEARER_FAILED;
	}
}

/* ---- tokens with scopes ------------------------------------------------------------------------ */

/* What the rules of contract §3.3 look at, whichever table it comes from. */
struct scoped_token {
	bool expired, revoked;
	const char *scope;
	int64_t user_id; /* 0: none */
};

static enum db_result read_oauth2_token(
	struct db *db, const char *token, struct caller *caller, struct scoped_token *found)
{
	static const char READ[] =
		"SELECT id, access_token, expires_in <> 0 AND issued_at + expires_in < ?, "
		"access_token_revoked_at <> 0 OR refresh_token_revoked_at <> 0, scope, user_id "
		"FROM oauth2_token WHERE access_token = ?";
	const char *exact;
	enum db_result result;

	if (strlen(token) > OAUTH2_TOKEN_MAX)
		return DB_NO_ROW;
	caller->kind = CALLER_OAUTH2;
	result = db_row(db, READ, DB_PARAMS(DB_INT(clock_seconds()), DB_BYTES(token)),
		DB_COLUMNS(DB_TO_INT(&caller->row_id), DB_TO_TEXT(&exact),
			DB_TO_BOOL(&found->expired), DB_TO_BOOL(&found->revoked),
			DB_TO_TEXT(&found->scope), DB_TO_INT(&found->user_id)));
	/* the column's collation ignores spaces at the end */
	if (result == DB_OK && !secret_equal_text(exact, token))
		return DB_NO_ROW;
	return result;
}

/* When a token was used last is noted roughly: a row is not written at every request. */
static void note_use(struct db *db, int64_t row_id, instant last_used)
{
	static const char NOTE[] = "UPDATE personal_tokens SET last_used_at = ? WHERE id = ?";
	instant now = clock_now();

	if (last_used != INSTANT_NONE && now - last_used < LAST_USE_PRECISION)
		return;
	if (db_change(db, NOTE, DB_PARAMS(DB_TIME(now), DB_INT(row_id)), NULL) != DB_OK)
		log_warning("the use of personal token %lld could not be noted", (long long)row_id);
}

static enum db_result read_personal_token(
	struct db *db, struct caller *caller, struct scoped_token *found)
{
	static const char READ[] =
		"SELECT id, COALESCE(expires_at < ?, 0), revoked_at IS NOT NULL, scope, user_id, last_used_at "
		"FROM personal_tokens WHERE token = ?";
	instant last_used;
	enum db_result result;

	caller->kind = CALLER_PERSONAL;
	result = db_row(db, READ, DB_PARAMS(DB_TIME(clock_now()), DB_TEXT(caller->token_hash)),
		DB_COLUMNS(DB_TO_INT(&caller->row_id), DB_TO_BOOL(&found->expired),
			DB_TO_BOOL(&found->revoked), DB_TO_TEXT(&found->scope),
			DB_TO_INT(&found->user_id), DB_TO_TIME(&last_used)));
	if (result == DB_OK && !found->expired && !found->revoked)
		note_use(db, caller->row_id, last_used);
	return result;
}

static bool has_scopes(const char *granted, const char *needed)
{
	while (needed != NULL && *needed != '\0') {
		char word[32];
		size_t length = strcspn(needed, " ");

		if (length >= sizeof(word))
			return false;
		memcpy(word, needed, length);
		word[length] = '\0';
		if (!text_has_word(granted, word))
			return false;
		needed += length;
		needed += strspn(needed, " ");
	}
	return true;
}

static enum bearer check_scoped(
	struct db *db, const char *token, const struct bearer_terms *terms, struct caller *caller)
{
	struct scoped_token found = {0};
	/* not secret: the prefix is the same for all */
	bool personal = strncmp(token, PERSONAL_TOKEN_PREFIX, strlen(PERSONAL_TOKEN_PREFIX)) == 0;
	enum db_result result = personal ? read_personal_token(db, caller, &found)
					 : read_oauth2_token(db, token, caller, &found);

	if (result == DB_FAILED)
		return BEARER_FAILED;
	if (result != DB_OK || found.expired || found.revoked)
		return BEARER_BAD_TOKEN;
	if (!has_scopes(found.scope, terms->scopes))
		return BEARER_BAD_SCOPE;
	result = terms->with_totals ? profile_read(db, found.user_id, &caller->profile)
				    : user_read(db, found.user_id, &caller->profile.user);
	if (result == DB_NO_ROW)
		return BEARER_MISSING;
	return result == DB_OK ? BEARER_ACCEPTED : BEARER_FAILED;
}

/* ---- all together ------------------------------------------------------------------------------ */

/* A text that is no first-party token may be one with scopes; where it is neither, the first verdict
 * holds. */
static enum bearer check_token(struct db *db, const struct settings *settings,
	const struct request *request, const char *token, const struct bearer_terms *terms,
	struct caller *caller)
{
	enum bearer first =
		check_first_party(db, settings, request, token, terms->with_totals, caller);
	enum bearer second;

	if (first == BEARER_ACCEPTED || first == BEARER_FAILED || terms->first_party_only)
		return first;
	second = check_scoped(db, token, terms, caller);
	return second == BEARER_BAD_TOKEN ? first : second;
}

enum bearer bearer_check(struct db *db, const struct settings *settings,
	const struct request *request, const struct bearer_terms *terms, struct caller *caller)
{
	const char *token;
	enum bearer found = find_token(request, &token);

	if (found != BEARER_ACCEPTED)
		return found;
	if (!secret_sha256_hex(token, strlen(token), caller->token_hash))
		return BEARER_FAILED;
	found = check_token(db, settings, request, token, terms, caller);
	if (found != BEARER_ACCEPTED)
		return found;
	if (!caller->profile.user.active)
		return BEARER_MISSING;
	if (terms->with_totals && profile_complete(db, &caller->profile) != DB_OK)
		return BEARER_FAILED;
	return BEARER_ACCEPTED;
}
