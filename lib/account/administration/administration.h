/*
 * What an administrator changes in an account. See account_create() (account/registration/registration.h) for new accounts.
 */
#ifndef FITGATE_ACCOUNT_ADMINISTRATION_H
#define FITGATE_ACCOUNT_ADMINISTRATION_H

#include "account/context.h"

/* What to change, in one transaction and in this order. Check the password with account/validation.h first. */
struct administration {
	bool sets_admin, admin;   /* make the account an administrator, or no longer */
	bool keeps_administrator; /* do not demote the last active administrator */
	bool activate;            /* confirm the account; nothing changes if it is active */
	bool suspend,
		resume; /* a suspended account counts as inactive; all its tokens are revoked */
	const char *password_hash; /* of a new password: revokes every token; NULL: stays */
	bool offers_reset;         /* the owner gets a link to set another one */
	const char *email;         /* NULL: stays */
	bool email_must_differ;    /* else the present address cancels a pending change */
	/*
	 * The address is pending until its link is used. That of an account which waits for its own confirmation changes
	 * immediately, and a new link goes there. Without effect while no mail is sent.
	 */
	bool confirm_email;
};

enum administration_result {
	ADMINISTRATION_DONE,
	ADMINISTRATION_LAST_ADMINISTRATOR, /* no other one is active */
	ADMINISTRATION_EMAIL_INVALID,      /* it violates the rule */
	ADMINISTRATION_EMAIL_SAME,         /* it is the present one, and must differ */
	ADMINISTRATION_EMAIL_TAKEN,        /* another account has the address */
	ADMINISTRATION_USER_GONE,          /* there is no such account */
	ADMINISTRATION_FAILED,             /* it has been logged */
};

/*
 * Change an account. Either all of it is stored or nothing. Its owner is notified of a new password and of a new address. A new password, a suspension and
 * an address that takes effect cancel a pending change of address. The context needs no remote_address.
 */
enum administration_result account_administrate(const struct account_context *context,
	int64_t user_id, const struct administration *change);

#endif
