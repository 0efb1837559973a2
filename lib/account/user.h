/*
 * Rows of the table users, and finding them.
 */
#ifndef FITGATE_ACCOUNT_USER_H
#define FITGATE_ACCOUNT_USER_H

#include "db/db.h"

/* The columns that an account's owner sees or that access depends on. The password hash is not among them:
 * only code that checks a password reads it. */
struct user {
	int64_t id;
	const char *username, *email;
	instant created_at;
	bool admin;
	const char *first_name, *last_name, *location, *bio; /* NULL: not given, as below */
	instant birth_date;
	const char *picture, *timezone, *date_format, *language;
	bool weekm, imperial_units, display_ascent, start_elevation_at_zero, use_raw_gpx_speed;
	bool active; /* confirmed, and not suspended */
	const char *email_to_confirm;
	instant accepted_policy_date;
	int64_t token_epoch;
	const char *kept_token;
	const char *proven_email; /* to which a link was mailed that the owner has followed */
};

/* The columns of `users AS u` that fill a struct user. */
extern const struct db_field USER_FIELDS[];

/* Those of them that say who it is and what access depends on. The other members stay as they are. */
extern const struct db_field USER_IDENTITY_FIELDS[];

/* Whether the owner has followed a link that was mailed to the account's address. */
bool user_has_proven_email(const struct user *user);

/* Read an account. DB_OK, DB_NO_ROW, DB_RETRY, DB_FAILED. */
enum db_result user_read(struct db *db, struct arena *arena, int64_t id, struct user *user);

/* Find an account by exactly this username: the database's collation ignores case and accents (schema §1). The text may be
 * any bytes. DB_OK, DB_NO_ROW, DB_RETRY, DB_FAILED. */
enum db_result user_find_by_username(
	struct db *db, struct arena *arena, const char *username, struct user *user);

/* Whether there is an account with this id: DB_OK, DB_NO_ROW, DB_RETRY, DB_FAILED. */
enum db_result user_exists(struct db *db, int64_t id);

/* The columns that login, password reset and mail need of an account, which they find by its e-mail address. */
struct user_by_email {
	int64_t id;
	const char *username, *email, *language;
	const char *password; /* the hash */
	bool confirmed;       /* users.is_active */
	bool suspended;
	int64_t token_epoch;
};

/*
 * Find an account by its e-mail address. Only the case of ASCII letters is ignored: the database's collation
 * ignores more (schema §1). DB_OK, DB_NO_ROW, DB_RETRY, DB_FAILED.
 */
enum db_result user_find_by_email(
	struct db *db, struct arena *arena, const char *email, struct user_by_email *user);

#endif
