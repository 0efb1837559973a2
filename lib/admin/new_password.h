/*
 * Reads and checks the new password that an administrator gives for an account.
 */
#ifndef FITGATE_ADMIN_NEW_PASSWORD_H
#define FITGATE_ADMIN_NEW_PASSWORD_H

#include "account/passwords/password.h"
#include "admin/admin.h"

enum { NEW_PASSWORD_RANDOM_SIZE = 21 };

struct new_password {
	char hash[PASSWORD_HASH_SIZE];
	char random[NEW_PASSWORD_RANDOM_SIZE]; /* "": the password was read */
};

/*
 * Read a password from the terminal or standard input, or generate one (--random-password), and hash it. false:
 * standard error has the reason.
 */
bool new_password_get(const struct admin_context *admin, struct new_password *password);

/*
 * Report that a command is done: `done` on standard output, or, with a random password, on standard error, so that
 * standard output holds only the password. Erases the password. Always EXIT_SUCCESS.
 */
int new_password_report(struct new_password *password, const char *done);

/* Report violations (account/validation.h) on standard error; true if there are none. */
bool report_violations(unsigned violations);

#endif
