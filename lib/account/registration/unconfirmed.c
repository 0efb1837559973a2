/*
 * Both kinds of rows of one address last until the newest of them has expired: otherwise the order in which names
 * become free would reveal whether the address has an account.
 */
#include "account/registration/unconfirmed.h"

#include "account/tokens/mail_token.h"

/* Accounts whose link expired before the time of the two parameters. */
#define EXPIRED_ACCOUNT                                                                            \
	"u.unconfirmed <> 0 AND u.is_active = 0 AND u.suspended_at IS NULL AND "                   \
	"u.confirmation_sent_at < ? AND "                                                          \
	"NOT EXISTS (SELECT 1 FROM workouts AS w WHERE w.user_id = u.id) AND "                     \
	"NOT EXISTS (SELECT 1 FROM registrations AS r "                                            \
	"WHERE r.email = u.email AND COALESCE(r.sent_at < ?, 0) = 0)"

/* Links sent before this moment have expired. INSTANT_NONE while no mail is sent: no time is before it. */
static instant oldest_link(const struct settings *settings)
{
	return settings->mail_enabled ? mail_token_oldest(settings) : INSTANT_NONE;
}

enum db_result unconfirmed_count_users(
	struct db *db, const struct settings *settings, int64_t limit, int64_t *count)
{
	static const struct db_field FIELDS[] = {DB_VALUE(int64_t, "COUNT(*)"), {0}};
	static const struct db_query COUNT_EXPIRED = {
		FIELDS, .text = "FROM users AS u WHERE " EXPIRED_ACCOUNT};
	static const struct db_query COUNT = {
		FIELDS, .text = "FROM ((SELECT 1 AS one FROM users LIMIT ?) UNION ALL "
				"(SELECT 1 AS one FROM registrations "
				"WHERE COALESCE(sent_at < ?, 0) = 0 LIMIT ?)) AS counted"};
	const struct db_param oldest = DB_TIME(oldest_link(settings));
	int64_t expired = 0;
	enum db_result result =
		db_query_row(db, NULL, &COUNT_EXPIRED, DB_PARAMS(oldest, oldest), &expired);

	if (result == DB_OK)
		result = db_query_row(db, NULL, &COUNT,
			DB_PARAMS(DB_INT(limit + expired), oldest, DB_INT(limit)), count);
	*count -= expired;
	return result;
}

/* ---- removal ----------------------------------------------------------------------------------- */

/* Rows are looked up and removed one by one, so that no statement locks many of them. */
struct removal {
	const struct db_query *next;   /* the id of a row to remove; parameters: the time, twice */
	const struct db_query *delete; /* parameters: its id, and the time twice */
};

static enum db_result remove_each(
	struct db *db, const struct removal *removal, struct db_param oldest, int64_t *removed)
{
	for (;;) {
		int64_t id, changed = 0;
		enum db_result result =
			db_query_row(db, NULL, removal->next, DB_PARAMS(oldest, oldest), &id);

		if (result != DB_OK)
			return result == DB_NO_ROW ? DB_OK : result;
		result = db_execute(
			db, removal->delete, DB_PARAMS(DB_INT(id), oldest, oldest), &changed);
		if (result != DB_OK || changed == 0)
			return result; /* another process is removing the same rows */
		*removed += changed;
	}
}

static enum db_result remove_accounts(struct db *db, struct db_param oldest, int64_t *removed)
{
/* a row of preferences would prevent the removal of the account (schema §13) */
#define REMOVABLE                                                                                  \
	EXPIRED_ACCOUNT " AND NOT EXISTS "                                                         \
			"(SELECT 1 FROM users_sports_preferences AS p WHERE p.user_id = u.id)"
	static const struct db_field FIELDS[] = {DB_VALUE(int64_t, "u.id"), {0}};
	static const struct db_query NEXT = {
		FIELDS, .text = "FROM users AS u WHERE " REMOVABLE
				" ORDER BY u.confirmation_sent_at LIMIT 1"};
	static const struct db_query DELETE = {
		.text = "DELETE u FROM users AS u WHERE u.id = ? AND " REMOVABLE};
	static const struct removal ACCOUNTS = {&NEXT, &DELETE};

	return remove_each(db, &ACCOUNTS, oldest, removed);
}

static enum db_result remove_reservations(struct db *db, struct db_param oldest, int64_t *removed)
{
#define EXPIRED_RESERVATION                                                                        \
	"FROM registrations AS r LEFT JOIN registrations AS newer "                                \
	"ON newer.email = r.email AND COALESCE(newer.sent_at < ?, 0) = 0 "                         \
	"WHERE r.sent_at < ? AND newer.id IS NULL"
	static const struct db_field FIELDS[] = {DB_VALUE(int64_t, "r.id"), {0}};
	static const struct db_query NEXT = {
		FIELDS, .text = EXPIRED_RESERVATION " ORDER BY r.sent_at LIMIT 1"};
	static const struct db_query DELETE = {
		.text = "DELETE FROM registrations WHERE id = ? AND sent_at < ? AND sent_at < ?"};
	static const struct removal RESERVATIONS = {&NEXT, &DELETE};

	return remove_each(db, &RESERVATIONS, oldest, removed);
}

enum db_result unconfirmed_clean(
	struct db *db, const struct settings *settings, struct unconfirmed_removed *removed)
{
	/* accounts that an administrator or another program has activated are confirmed */
	static const struct db_query CONFIRM = {
		.text = "UPDATE users SET unconfirmed = 0 WHERE unconfirmed <> 0 AND is_active = 1"};
	const struct db_param oldest = DB_TIME(oldest_link(settings));
	enum db_result result = db_execute(db, &CONFIRM, DB_NO_PARAMS, NULL);

	*removed = (struct unconfirmed_removed){0};
	if (result != DB_OK || !settings->mail_enabled)
		return result;
	result = remove_accounts(db, oldest, &removed->accounts);
	return result == DB_OK ? remove_reservations(db, oldest, &removed->reservations) : result;
}
