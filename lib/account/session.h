/*
 * Beginning and ending the use of an account: the tokens that log-in and confirmation hand out, and the
 * list of those that were logged out.
 */
#ifndef FITGATE_ACCOUNT_SESSION_H
#define FITGATE_ACCOUNT_SESSION_H

#include "account/bearer.h"

/* A new auth token for the account, valid from now on as long as the settings say. NULL: out of memory. */
char *session_begin(
	const struct settings *settings, struct arena *arena, int64_t user_id, int64_t token_epoch);

/* Refuse the caller's token, of whatever kind, from now on. Doing it twice is no error. DB_OK, DB_FAILED. */
enum db_result session_end(struct db *db, const struct caller *caller);

#endif
