/*
 * From the header to the account.
 */
#include "account/bearer.h"

#include <string.h>
#include <strings.h>

/* One row by primary key, and whether the token has been revoked, by unique key. */
#define FROM_CALLER                                                      \
	" FROM users AS u LEFT JOIN blacklisted_tokens AS b ON b.token = ?"
#define WHERE_CALLER " WHERE u.id = ?"

static enum db_result read_account(struct db *db, struct caller *caller, bool *revoked)
{
	static const char READ[] =
		"SELECT b.id IS NOT NULL, " USER_COLUMNS FROM_CALLER WHERE_CALLER;

	return db_row(db, READ, DB_PARAMS(DB_TEXT(caller->token_hash), DB_INT(caller->claims.user_id)),
		DB_COLUMNS(DB_TO_BOOL(revoked), USER_CELLS(&caller->profile.user)));
}

static enum db_result read_profile(struct db *db, struct caller *caller, bool *revoked)
{
	static const char READ[] =
		"SELECT b.id IS NOT NULL, (SELECT MAX(privacy_policy_date) FROM app_config), " TOTALS_COLUMNS
		", " USER_COLUMNS FROM_CALLER
		" LEFT JOIN user_totals AS t ON t.user_id = u.id" WHERE_CALLER;
	struct profile *profile = &caller->profile;
	enum db_result result = db_row(db, READ,
		DB_PARAMS(DB_TEXT(caller->token_hash), DB_INT(caller->claims.user_id)),
		DB_COLUMNS(DB_TO_BOOL(revoked), DB_TO_TIME(&profile->privacy_policy_date),
			TOTALS_CELLS(&profile->totals), USER_CELLS(&profile->user)));

	if (result == DB_OK && !profile->totals.ready)
		return totals_from_tables(db, profile->user.id, &profile->totals);
	return result;
}

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

/* A password change ends all tokens issued before it but for the one that made it (W4). */
static bool is_of_another_epoch(const struct caller *caller)
{
	const struct user *user = &caller->profile.user;

	if (caller->claims.generation == user->token_epoch)
		return false;
	return user->kept_token == NULL || !secret_equal_text(user->kept_token, caller->token_hash);
}

enum bearer bearer_check(struct db *db, const struct settings *settings, const struct request *request,
	bool with_totals, struct caller *caller)
{
	const char *token;
	bool revoked = false;
	enum db_result result;
	enum bearer found = find_token(request, &token);

	if (found != BEARER_ACCEPTED)
		return found;
	if (token_verify(request->arena, settings->secret_key, token, clock_seconds(), &caller->claims) !=
		TOKEN_VALID)
		return BEARER_BAD_TOKEN;
	if (!secret_sha256_hex(token, strlen(token), caller->token_hash))
		return BEARER_FAILED;
	result = with_totals ? read_profile(db, caller, &revoked) : read_account(db, caller, &revoked);
	if (result == DB_NO_ROW)
		return BEARER_BAD_TOKEN;
	if (result != DB_OK)
		return BEARER_FAILED;
	if (revoked || is_of_another_epoch(caller))
		return BEARER_BAD_TOKEN;
	return caller->profile.user.active ? BEARER_ACCEPTED : BEARER_MISSING;
}
