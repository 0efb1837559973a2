/*
 * What every use case of lib/account works with.
 *
 * A use case is one function for what a person can do: register, log in, change a password. It takes
 * plain values, checks the rules, changes the database in one transaction, and returns an enum that names every
 * outcome. It knows nothing of HTTP, JSON or HTML: the API, the account pages and fitgate-admin all call it.
 *
 * E-mails that a use case causes are written in the same transaction, as mail requests (account/mail_request.h):
 * rows of the job queue that say who gets which message. lib/mail composes and sends them later; lib/account does
 * not depend on it.
 */
#ifndef FITGATE_ACCOUNT_CONTEXT_H
#define FITGATE_ACCOUNT_CONTEXT_H

#include "core/settings.h"
#include "db/db.h"

struct account_context {
	struct db *db;
	struct arena *arena; /* texts that a use case returns or reads from the database */
	const struct settings *settings;
	const char *remote_address; /* of the client, for limits, sessions and events */
	const char *user_agent;     /* its header, for the same; NULL: they name no device */
	bool for_pages; /* sessions that start are for the account pages alone (pages/session.h) */
	bool by_administrator; /* an administrator acts, not the owner: events say so, and do not name the client */
};

#endif
