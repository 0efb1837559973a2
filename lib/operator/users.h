/*
 * fitgate-admin users: accounts, made, looked at, changed and deleted.
 */
#ifndef FITGATE_OPERATOR_USERS_H
#define FITGATE_OPERATOR_USERS_H

#include "account/password.h"
#include "operator/operator.h"

/* An account as the operator sees it. */
struct person {
	int64_t id;
	const char *username, *email, *language, *email_to_confirm;
	bool admin, confirmed;
	instant created_at, suspended_at;
};

/* The columns of `users AS u` that fill a struct person, and where each goes. */
#define PERSON_COLUMNS                                                                             \
	"u.id, u.username, u.email, u.language, u.email_to_confirm, u.admin, u.is_active, "        \
	"u.created_at, u.suspended_at"
#define PERSON_CELLS(person)                                                                       \
	DB_TO_INT(&(person)->id), DB_TO_TEXT(&(person)->username), DB_TO_TEXT(&(person)->email),   \
		DB_TO_TEXT(&(person)->language), DB_TO_TEXT(&(person)->email_to_confirm),          \
		DB_TO_BOOL(&(person)->admin), DB_TO_BOOL(&(person)->confirmed),                    \
		DB_TO_TIME(&(person)->created_at), DB_TO_TIME(&(person)->suspended_at)

/*
 * Find an account by what was typed: #ID, an e-mail address, or a username; the case of ASCII letters
 * does not matter. DB_OK; DB_NO_ROW: standard error says that there is none; DB_FAILED.
 */
enum db_result users_find(const struct desk *desk, const char *typed, struct person *person);

/*
 * The hash of a new password: one that is typed, or a random one (--random-password), which `random` then
 * holds, else it is "". false: standard error says why not.
 */
enum { USERS_RANDOM_SIZE = 21 };
bool users_new_password(
	const struct desk *desk, char hash[PASSWORD_HASH_SIZE], char random[USERS_RANDOM_SIZE]);

/* The rules (account/rules.h) that are broken, told on standard error; whether there is none. */
bool users_obey_rules(unsigned broken);

/* The commands; each returns the exit status. */
int users_create(const struct desk *desk);
int users_list(const struct desk *desk);
int users_show(const struct desk *desk);
int users_update(const struct desk *desk);
int users_delete(const struct desk *desk);

#endif
