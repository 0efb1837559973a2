/*
 * An account as the administrator's commands name, find and list it.
 */
#ifndef FITGATE_ADMIN_ACCOUNT_ROW_H
#define FITGATE_ADMIN_ACCOUNT_ROW_H

#include "account/context.h"
#include "admin/admin.h"

struct account_row {
	int64_t id;
	const char *username, *email, *language, *email_to_confirm;
	bool admin, confirmed;
	instant created_at, suspended_at;
};

/* The columns of `users AS u`. */
extern const struct db_field ACCOUNT_ROW[];

/* An e-mail address of the command line without the blanks at its ends, as the API reads it. In the arena; NULL for
 * NULL. */
const char *account_typed_email(const struct admin_context *admin, const char *argument);

/*
 * Find an account by an argument of the command line: #ID, an e-mail address, or a username; ASCII case does not
 * matter, nor do blanks around an address. DB_OK; DB_NO_ROW: there is none, and standard error says so; DB_FAILED.
 */
enum db_result account_find(
	const struct admin_context *admin, const char *argument, struct account_row *account);

/* For use cases of lib/account: events say that an administrator acts. */
struct account_context account_administrator(const struct admin_context *admin);

#endif
