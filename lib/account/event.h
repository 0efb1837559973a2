/*
 * The security log of an account (contract §27.3): what its owner should be able to see. Each use case records its
 * event within its own transaction, so that a change and its event are stored together or not at all.
 *
 * To add a kind: add it to enum event_kind, and its name to event.c; describe it in the contract; and call
 * account_event() in the use case. The program needs the privilege to insert rows into the table events.
 */
#ifndef FITGATE_ACCOUNT_EVENT_H
#define FITGATE_ACCOUNT_EVENT_H

#include "account/context.h"

/* What has happened; the comment says what `detail` is, if there is one. */
enum event_kind {
	EVENT_LOGIN,
	EVENT_LOGIN_FAILED, /* also a wrong password for a change */
	EVENT_LOGOUT,
	EVENT_REGISTERED, /* dialect 0.2 */
	EVENT_CONFIRMED,
	EVENT_PASSWORD_CHANGED,
	EVENT_PASSWORD_RESET,         /* by a link */
	EVENT_EMAIL_CHANGE_REQUESTED, /* the new address */
	EVENT_EMAIL_CHANGED,          /* the new address */
	EVENT_PICTURE_CHANGED,
	EVENT_PICTURE_REMOVED,
	EVENT_SESSION_ENDED, /* the network of the session */
	EVENT_OTHER_SESSIONS_ENDED,
	EVENT_TOKEN_CREATED,          /* the token's name */
	EVENT_TOKEN_REVOKED,          /* the token's name */
	EVENT_APPLICATION_AUTHORIZED, /* the application's name */
	EVENT_APPLICATION_REVOKED,    /* the application's name */
	EVENT_EXPORT_REQUESTED,
	EVENT_ACTIVATED,
	EVENT_SUSPENDED,
	EVENT_RESUMED,
	EVENT_ADMIN_GRANTED,
	EVENT_ADMIN_WITHDRAWN,
	EVENT_KIND_COUNT
};

/* Its name in the database and in the API: "login". */
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
	const char *detail;           /* see enum event_kind; NULL: none */
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
