/*
 * Changing the password and the e-mail address of an account (contract §6.7, §6.15, W4, W7; dialects §4.6).
 */
#ifndef FITGATE_ACCOUNT_ACCOUNT_CHANGE_H
#define FITGATE_ACCOUNT_ACCOUNT_CHANGE_H

#include "account/context.h"
#include "account/tokens/principal.h"

/* ---- by the owner, who knows the password -------------------------------------------------------- */

struct account_change_form {
	const char *email;        /* the present address, or a new one */
	const char *password;     /* the present one */
	const char *new_password; /* NULL: stays */
};

enum account_change_result {
	ACCOUNT_CHANGE_DONE,
	ACCOUNT_CHANGE_PASSWORD_WRONG,
	ACCOUNT_CHANGE_INVALID, /* see `violations`; also a taken address while no mail is sent */
	ACCOUNT_CHANGE_LIMITED, /* too many attempts or too many changes of address; see `wait` */
	ACCOUNT_CHANGE_FAILED,  /* it has been logged */
};

struct account_change_outcome {
	unsigned violations; /* of enum violation (account/validation.h) */
	int64_t wait;        /* seconds */
	/* the account's addresses after the change; in the arena or the form */
	const char *email, *email_to_confirm;
};

/*
 * Change the password, the address, or both. Either all of it is stored or nothing.
 *
 * A new password revokes the account's first-party tokens, except the principal's, and notifies the owner. A new
 * address is pending until the link mailed to it is used; the present address is notified. While no mail is sent it
 * takes effect immediately. The present address cancels a pending change, and so does a new password.
 */
enum account_change_result account_change(const struct account_context *context,
	const struct principal *principal, const struct account_change_form *form,
	struct account_change_outcome *outcome);

/* ---- by the link in an e-mail -------------------------------------------------------------------- */

enum email_confirmation_result {
	EMAIL_CONFIRMATION_DONE,
	EMAIL_CONFIRMATION_TOKEN_INVALID, /* no pending change has it, or it has expired */
	EMAIL_CONFIRMATION_TAKEN,  /* another account has the address now; the change is canceled */
	EMAIL_CONFIRMATION_FAILED, /* it has been logged */
};

/* Make a pending address the account's address, and notify the old one. */
enum email_confirmation_result account_confirm_email(
	const struct account_context *context, const char *token);

/* ---- by the administrator, within the caller's transaction ---------------------------------------- */

/* Set an account's address and notify the old one. DB_OK; DB_DUPLICATE: another account has it; DB_RETRY,
 * DB_FAILED. */
enum db_result account_set_email(struct db *db, const struct account_context *context,
	const struct user *user, const char *email);

/* Make an address pending, and mail both addresses. DB_OK, DB_RETRY, DB_FAILED. */
enum db_result account_request_email(struct db *db, const struct account_context *context,
	const struct user *user, const char *email);

#endif
