/*
 * The security log of an account (contract §27.3): what its owner should be able to see. Each use case records its
 * event within its own transaction, so that a change and its event are stored together or not at all.
 *
 * To add a kind: add it to EVENT_KINDS, describe it in the contract, and call account_event() in the use case. The program
 * needs the privilege to insert rows into the table events.
 */
#ifndef FITGATE_ACCOUNT_EVENT_H
#define FITGATE_ACCOUNT_EVENT_H

#include "account/context.h"

/* Name in C, name in the database and in the API; the last column says what `detail` is. */
#define EVENT_KINDS(A)                                                                             \
	A(LOGIN, "login")                       /* none */                                         \
	A(LOGIN_FAILED, "login_failed")         /* none; also a wrong password for a change */     \
	A(LOGOUT, "logout")                     /* none */                                         \
	A(REGISTERED, "registered")             /* none; dialect 0.2 */                            \
	A(CONFIRMED, "account_confirmed")       /* none */                                         \
	A(PASSWORD_CHANGED, "password_changed") /* none */                                         \
	A(PASSWORD_RESET, "password_reset")     /* none; by a link */                              \
	A(EMAIL_CHANGE_REQUESTED, "email_change_requested") /* the new address */                  \
	A(EMAIL_CHANGED, "email_changed")                   /* the new address */                  \
	A(PICTURE_CHANGED, "picture_changed")               /* none */                             \
	A(PICTURE_REMOVED, "picture_removed")               /* none */                             \
	A(SESSION_ENDED, "session_ended")                   /* the network of the session */       \
	A(OTHER_SESSIONS_ENDED, "other_sessions_ended")     /* none */                             \
	A(TOKEN_CREATED, "token_created")                   /* the token's name */                 \
	A(TOKEN_REVOKED, "token_revoked")                   /* the token's name */                 \
	A(APPLICATION_AUTHORIZED, "application_authorized") /* the application's name */           \
	A(APPLICATION_REVOKED, "application_revoked")       /* the application's name */           \
	A(EXPORT_REQUESTED, "export_requested")             /* none */                             \
	A(ACTIVATED, "account_activated")                   /* none */                             \
	A(SUSPENDED, "account_suspended")                   /* none */                             \
	A(RESUMED, "account_resumed")                       /* none */                             \
	A(ADMIN_GRANTED, "admin_granted")                   /* none */                             \
	A(ADMIN_WITHDRAWN, "admin_withdrawn")               /* none */

enum event_kind {
#define EVENT_ENUM(name, text) EVENT_##name,
	EVENT_KINDS(EVENT_ENUM)
#undef EVENT_ENUM
		EVENT_KIND_COUNT
};

/* "login". */
const char *event_kind_name(enum event_kind kind);

/*
 * Record an event of an account, within the caller's transaction, after its change of the row in users: the insert locks
 * that row for reading. `detail` is cut to what the column holds; NULL: none. DB_OK, DB_RETRY, DB_FAILED.
 */
enum db_result account_event(struct db *db, const struct account_context *context, int64_t user_id,
	enum event_kind kind, const char *detail);

/*
 * Record a wrong password for an account, named by its address as typed. All of one hour from one network are one event.
 * `user_id` 0: no account has the address; the same statements run, and its row belongs to no account. DB_OK, DB_FAILED.
 */
enum db_result account_event_failure(
	const struct account_context *context, const char *email, int64_t user_id);

/* ---- the owner's view ----------------------------------------------------------------------------- */

enum { EVENT_LIST_MAX = 100 };

struct event {
	int64_t id;
	const char *kind; /* event_kind_name() */
	instant created_at;
	int64_t occurrences;          /* of failed logins; 1 for other kinds */
	bool by_administrator;        /* then system, browser and network are NULL */
	const char *system, *browser; /* account/user_agent.h; NULL: unknown */
	const char *network;          /* account/network.h; NULL: unknown */
	const char *detail;           /* see EVENT_KINDS; NULL: none */
};

struct event_list {
	struct event events[EVENT_LIST_MAX];
	int count;
};

/* The last events, the newest first; at most EVENT_LIST_MAX. Texts are in the arena. DB_OK, DB_FAILED. */
enum db_result account_list_events(
	struct db *db, struct arena *arena, int64_t user_id, struct event_list *list);

/* ---- maintenance ---------------------------------------------------------------------------------- */

/* Remove events older than the setting EVENT_DAYS, and those of no account after a day. DB_OK, DB_FAILED. */
enum db_result account_events_clean(struct db *db, const struct settings *settings);

#endif
