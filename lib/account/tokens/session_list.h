/*
 * The sessions of an account, for its owner: list them, end one, end all others (contract §27.1).
 *
 * A session is a login, a confirmation or a registration that has issued a first-party token, until the token expires
 * or is revoked. Ending one revokes its token as a logout does (table blacklisted_tokens), ending all others as a change
 * of the password does (token_epoch). Only the owner's own first-party token may do this: the caller checks that the
 * principal is PRINCIPAL_FIRST_PARTY.
 */
#ifndef FITGATE_ACCOUNT_SESSION_LIST_H
#define FITGATE_ACCOUNT_SESSION_LIST_H

#include "account/context.h"
#include "account/tokens/principal.h"

enum { SESSION_LIST_MAX = 100 };

struct session {
	int64_t id;                   /* 0: tokens issued before sessions were recorded */
	bool current;                 /* the principal's own */
	const char *system, *browser; /* account/user_agent.h; NULL: not known */
	const char *network;          /* account/network.h; NULL: not known */
	instant created_at;           /* INSTANT_NONE: not known, as below */
	instant last_seen_at;         /* to the hour */
	instant expires_at;
};

struct session_list {
	struct session sessions[SESSION_LIST_MAX + 1];
	int count;
};

/*
 * The sessions that are valid now, the current one first, then the one seen last; at most SESSION_LIST_MAX. All tokens
 * that were issued before sessions were recorded are one entry at the end, or the first if the principal's token is one
 * of them. Texts are in the arena. DB_OK, DB_FAILED.
 */
enum db_result account_list_sessions(const struct account_context *context,
	const struct principal *principal, struct session_list *list);

enum session_end_result {
	SESSION_END_DONE,
	SESSION_END_UNKNOWN, /* the account has no valid session with this id */
	SESSION_END_FAILED,  /* it has been logged */
};

/* End one session; the principal's own one too. */
enum session_end_result account_end_session(
	const struct account_context *context, const struct principal *principal, int64_t id);

/* End all sessions except the principal's, also those that are in no row. Never SESSION_END_UNKNOWN. */
enum session_end_result account_end_other_sessions(
	const struct account_context *context, const struct principal *principal);

#endif
