/*
 * Changing an account: all that one command asks for in one transaction.
 */
#include "operator/users.h"

#include "account/credentials.h"
#include "account/rules.h"
#include "mail/notice.h"
#include "operator/report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What no e-mail client said: the operator has no device to name. */
static const struct user_agent NO_DEVICE = {"Other", "Other"};

struct update {
	const struct desk *desk;
	int64_t user_id;
	struct user user;  /* as the transaction finds it */
	const char *admin; /* "yes", "no"; NULL: stays */
	bool activate, suspend, resume;
	bool new_password;
	char hash[PASSWORD_HASH_SIZE], random[USERS_RANDOM_SIZE];
	const char *email; /* NULL: stays */
	bool confirm_email;
	struct confirmation confirmation;
	bool email_taken;
};

/* ---- the changes one by one -------------------------------------------------------------------- */

static enum db_result set_admin(struct db *db, const struct update *update)
{
	static const char SET[] = "UPDATE users SET admin = ? WHERE id = ?";

	return db_change(db, SET,
		DB_PARAMS(DB_INT(strcmp(update->admin, "yes") == 0), DB_INT(update->user_id)),
		NULL);
}

/* The token of an account that is active already is that of an e-mail change, and stays. */
static enum db_result activate(struct db *db, const struct update *update)
{
	static const char ACTIVATE[] = "UPDATE users SET is_active = 1, confirmation_token = NULL, "
				       "confirmation_sent_at = NULL WHERE id = ? AND is_active = 0";

	return db_change(db, ACTIVATE, DB_PARAMS(DB_INT(update->user_id)), NULL);
}

/* All tokens die with it, and stay dead when the account is resumed. */
static enum db_result suspend(struct db *db, const struct update *update)
{
	static const char SUSPEND[] =
		"UPDATE users SET suspended_at = COALESCE(suspended_at, ?), token_epoch = token_epoch + 1, "
		"kept_token = NULL WHERE id = ?";
	enum db_result result = db_change(
		db, SUSPEND, DB_PARAMS(DB_TIME(clock_now()), DB_INT(update->user_id)), NULL);

	return result == DB_OK ? credentials_revoke(db, update->user_id) : result;
}

static enum db_result resume(struct db *db, const struct update *update)
{
	static const char RESUME[] = "UPDATE users SET suspended_at = NULL WHERE id = ?";

	return db_change(db, RESUME, DB_PARAMS(DB_INT(update->user_id)), NULL);
}

static enum db_result change_password(struct db *db, const struct update *update)
{
	const char *old_hash;
	enum db_result result = credentials_hash(db, update->user_id, &old_hash);

	if (result == DB_OK)
		result = credentials_change_password(
			db, update->user_id, old_hash, update->hash, NULL);
	if (result == DB_NO_ROW)
		return DB_AGAIN; /* its owner changed it in between */
	if (result == DB_OK)
		result = credentials_revoke(db, update->user_id);
	if (result != DB_OK)
		return result;
	return notice_password_changed(db, update->desk->settings, &update->user, NO_DEVICE);
}

static enum db_result change_email(struct db *db, struct update *update)
{
	const struct desk *desk = update->desk;
	enum db_result result;

	if (strcmp(update->email, update->user.email) == 0)
		return DB_OK;
	result = credentials_email_is_taken(
		db, update->user_id, update->email, &update->email_taken);
	if (result != DB_OK || update->email_taken)
		return result == DB_OK ? DB_REFUSED : result;
	if (!update->confirm_email)
		return credentials_set_email(db, update->user_id, update->email);
	result = credentials_request_email(
		db, update->user_id, update->email, &update->confirmation);
	if (result != DB_OK)
		return result;
	return notice_email_change(db, desk->arena, desk->settings, &update->user, NO_DEVICE,
		update->email, &update->confirmation);
}

static enum db_result store(struct db *db, void *context)
{
	struct update *update = context;
	enum db_result result = user_read(db, update->user_id, &update->user);

	if (result == DB_OK && update->admin != NULL)
		result = set_admin(db, update);
	if (result == DB_OK && update->activate)
		result = activate(db, update);
	if (result == DB_OK && update->suspend)
		result = suspend(db, update);
	if (result == DB_OK && update->resume)
		result = resume(db, update);
	if (result == DB_OK && update->new_password)
		result = change_password(db, update);
	if (result == DB_OK && update->email != NULL)
		result = change_email(db, update);
	return result;
}

/* ---- the command ------------------------------------------------------------------------------- */

static int read_options(const struct options *options, struct update *update)
{
	bool typed = options_has(options, "reset-password");
	bool random = options_has(options, "random-password");

	update->admin = options_value(options, "admin");
	update->activate = options_has(options, "activate");
	update->suspend = options_has(options, "suspend");
	update->resume = options_has(options, "resume");
	update->new_password = typed || random;
	update->email = options_value(options, "email");
	update->confirm_email = options_has(options, "confirm");
	if (options->given_count == 0)
		return report_wrong_usage("there is nothing to change");
	if (update->admin != NULL && strcmp(update->admin, "yes") != 0 &&
		strcmp(update->admin, "no") != 0)
		return report_wrong_usage("--admin is yes or no");
	if (update->suspend && update->resume)
		return report_wrong_usage("--suspend and --resume exclude each other");
	if (typed && random)
		return report_wrong_usage(
			"--reset-password and --random-password exclude each other");
	if (update->confirm_email && update->email == NULL)
		return report_wrong_usage("--confirm goes with --email");
	if (update->admin != NULL && strcmp(update->admin, "yes") == 0)
		update->activate = true;
	return EXIT_SUCCESS;
}

/* What can be told before the database is changed. */
static bool prepare(struct update *update)
{
	if (update->email != NULL && !users_obey_rules(rules_email(update->email)))
		return false;
	if (update->confirm_email && !update->desk->settings->mail_enabled) {
		report_failure("--confirm: no e-mail can be sent, EMAIL_URL is empty");
		return false;
	}
	if (update->confirm_email && !confirmation_make(&update->confirmation)) {
		report_failure("the system has no randomness");
		return false;
	}
	return !update->new_password ||
	       users_new_password(update->desk, update->hash, update->random);
}

int users_update(const struct desk *desk)
{
	struct update update = {.desk = desk};
	struct person person;
	enum db_result result;
	int status = read_options(desk->options, &update);

	if (status != EXIT_SUCCESS)
		return status;
	if (users_find(desk, desk->options->arguments[0], &person) != DB_OK)
		return EXIT_FAILURE;
	update.user_id = person.id;
	if (!prepare(&update))
		return EXIT_FAILURE;
	result = db_transaction(desk->db, store, &update);
	if (update.email_taken || result == DB_DUPLICATE)
		return report_failure(
			"the e-mail address %s belongs to another account", update.email);
	if (result != DB_OK)
		return report_result(result);
	fprintf(*update.random == '\0' ? stdout : stderr, "updated user #%lld %s\n",
		(long long)person.id, person.username);
	if (*update.random != '\0')
		puts(update.random);
	return EXIT_SUCCESS;
}
