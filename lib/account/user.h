/*
 * A row of the table users, as far as the API shows it or decides by it. The password hash is not part
 * of it: only those read that who check a password.
 */
#ifndef FITGATE_ACCOUNT_USER_H
#define FITGATE_ACCOUNT_USER_H

#include "db/db.h"

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
};

/* The columns of `users AS u` that fill a struct user, and where each goes. */
#define USER_COLUMNS                                                                                \
	"u.id, u.username, u.email, u.created_at, u.admin, u.first_name, u.last_name, u.location, " \
	"u.bio, u.birth_date, u.picture, u.timezone, u.date_format, u.language, u.weekm, "          \
	"u.imperial_units, u.display_ascent, u.start_elevation_at_zero, u.use_raw_gpx_speed, "      \
	"u.is_active AND u.suspended_at IS NULL, u.email_to_confirm, u.accepted_policy_date, "      \
	"u.token_epoch, u.kept_token"
#define USER_CELLS(user)                                                                           \
	DB_TO_INT(&(user)->id), DB_TO_TEXT(&(user)->username), DB_TO_TEXT(&(user)->email),         \
		DB_TO_TIME(&(user)->created_at), DB_TO_BOOL(&(user)->admin),                       \
		DB_TO_TEXT(&(user)->first_name), DB_TO_TEXT(&(user)->last_name),                   \
		DB_TO_TEXT(&(user)->location), DB_TO_TEXT(&(user)->bio),                           \
		DB_TO_TIME(&(user)->birth_date), DB_TO_TEXT(&(user)->picture),                     \
		DB_TO_TEXT(&(user)->timezone), DB_TO_TEXT(&(user)->date_format),                   \
		DB_TO_TEXT(&(user)->language), DB_TO_BOOL(&(user)->weekm),                         \
		DB_TO_BOOL(&(user)->imperial_units), DB_TO_BOOL(&(user)->display_ascent),          \
		DB_TO_BOOL(&(user)->start_elevation_at_zero),                                      \
		DB_TO_BOOL(&(user)->use_raw_gpx_speed), DB_TO_BOOL(&(user)->active),               \
		DB_TO_TEXT(&(user)->email_to_confirm), DB_TO_TIME(&(user)->accepted_policy_date),  \
		DB_TO_INT(&(user)->token_epoch), DB_TO_TEXT(&(user)->kept_token)

/* Read an account. DB_OK, DB_NO_ROW, DB_AGAIN, DB_FAILED. */
enum db_result user_read(struct db *db, int64_t id, struct user *user);

/* Who has this e-mail address, by the address typed. */
struct user_by_email {
	int64_t id;
	const char *username, *email, *language;
	const char *password; /* the hash */
	bool confirmed;       /* users.is_active */
	bool suspended;
	int64_t token_epoch;
};

/*
 * Find an account by its e-mail address, ASCII case ignored and nothing else (schema §1: the database's
 * collation ignores more). DB_OK, DB_NO_ROW, DB_AGAIN, DB_FAILED.
 */
enum db_result user_find_by_email(struct db *db, const char *email, struct user_by_email *user);

/* Whether the address is taken, compared in the same way; needs no right to read password hashes. */
enum db_result user_find_email(struct db *db, const char *email);

/* Whether the username is taken, case ignored: DB_OK, DB_NO_ROW when it is free, DB_AGAIN, DB_FAILED. */
enum db_result user_find_username(struct db *db, const char *username);

#endif
