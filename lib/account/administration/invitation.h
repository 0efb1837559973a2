/*
 * The link by which the first administrator creates an account in the browser: on a shared host there may be no shell
 * to do it with a command. It works once, for a day, and only while no account is an active administrator.
 */
#ifndef FITGATE_ACCOUNT_INVITATION_H
#define FITGATE_ACCOUNT_INVITATION_H

#include "account/context.h"
#include "account/registration/registration.h"

enum { INVITATION_SECONDS = 24 * 3600 };

enum invitation_result {
	INVITATION_VALID,    /* or made */
	INVITATION_INVALID,  /* the token is unknown, used, replaced or too old */
	INVITATION_NEEDLESS, /* there is an active administrator already */
	INVITATION_FAILED,   /* it has been logged */
};

/* Make an invitation, which replaces the one before. `token` is set to its token, in the arena; the database holds its hash. */
enum invitation_result invitation_make(struct db *db, struct arena *arena, const char **token);

/* Whether a token is valid now. */
enum invitation_result invitation_check(struct db *db, const char *token);

/*
 * Create the administrator's account, and use the token up, in one transaction. Check the form with
 * account/validation.h first. REGISTRATION_DONE sets `user_id`; REGISTRATION_CLOSED: the token is not valid;
 * REGISTRATION_USERNAME_TAKEN, REGISTRATION_EMAIL_TAKEN, REGISTRATION_FAILED.
 */
enum registration_result invitation_accept(const struct account_context *context, const char *token,
	const struct registration_form *form, int64_t *user_id);

/* Use a token up, within the caller's transaction; `hash` is its SHA-256. DB_OK; DB_NO_ROW: it is not valid; DB_RETRY,
 * DB_FAILED. */
enum db_result invitation_use(struct db *db, const char *hash);

#endif
