/*
 * The e-mails that tell of a change of credentials, and that an export is ready (contract §9). Within the
 * transaction of what they tell.
 */
#ifndef FITGATE_MAIL_NOTICE_H
#define FITGATE_MAIL_NOTICE_H

#include "account/confirmation.h"
#include "account/user.h"
#include "mail/outbox.h"

/* Tell an account that its password was changed, if mail is sent at all. DB_OK, DB_AGAIN, DB_FAILED. */
enum db_result notice_password_changed(struct db *db, const struct settings *settings,
	const struct user *user, struct user_agent device);

/*
 * Tell the present address of a change to `email`, and send the link to the new one; the latter not to
 * an address that is somebody else's (W7).
 */
enum db_result notice_email_change(struct db *db, struct arena *arena,
	const struct settings *settings, const struct user *user, struct user_agent device,
	const char *email, const struct confirmation *confirmation);

/* Tell an account that its archive can be downloaded, if mail is sent at all. DB_OK, DB_AGAIN, DB_FAILED. */
enum db_result notice_export_ready(struct db *db, struct arena *arena,
	const struct settings *settings, const struct user *user);

#endif
