/*
 * The last count is the row of user_count: how many accounts there were, and the greatest id among them.
 */
#include "account/administration/user_count.h"

struct last_count {
	int64_t total, last_id;
};

/*
 * The last count, with the accounts that were added since. DB_NO_ROW: it is too old, or so small that all accounts are
 * counted each time. It comes first, because counting USER_COUNT_EXACT entries is a fifth of the cost of a page.
 */
static enum db_result read_last(struct db *db, int64_t *count)
{
	static const struct db_field FIELDS[] = {
		DB_VALUE(int64_t, "total + (SELECT COUNT(*) FROM users WHERE id > last_id)"), {0}};
	static const struct db_query READ = {
		FIELDS, .text = "FROM user_count WHERE id = 1 AND total > ? "
				"AND counted_at > UTC_TIMESTAMP(6) - INTERVAL ? SECOND"};

	return db_query_row(db, NULL, &READ,
		DB_PARAMS(DB_INT(USER_COUNT_EXACT), DB_INT(USER_COUNT_SECONDS)), count);
}

static enum db_result count_some(struct db *db, int64_t *count)
{
	static const struct db_field FIELDS[] = {DB_VALUE(int64_t, "COUNT(*)"), {0}};
	static const struct db_query COUNT = {
		FIELDS, .text = "FROM (SELECT 1 AS one FROM users LIMIT ?) AS counted"};

	return db_query_row(db, NULL, &COUNT, DB_PARAMS(DB_INT(USER_COUNT_EXACT + 1)), count);
}

static enum db_result count_all(struct db *db, int64_t *count)
{
	static const struct db_field FIELDS[] = {
		DB_FIELD(struct last_count, total, "COUNT(*)"),
		DB_FIELD(struct last_count, last_id, "COALESCE(MAX(id), 0)"),
		{0},
	};
	static const struct db_query COUNT = {FIELDS, .text = "FROM users"};
	static const struct db_query STORE = {
		.text = "UPDATE user_count SET total = ?, last_id = ?, counted_at = UTC_TIMESTAMP(6) "
			"WHERE id = 1"};
	struct last_count now = {0};
	enum db_result result = db_query_row(db, NULL, &COUNT, DB_NO_PARAMS, &now);

	*count = now.total;
	if (result != DB_OK)
		return result;
	return db_execute(db, &STORE, DB_PARAMS(DB_INT(now.total), DB_INT(now.last_id)), NULL);
}

enum db_result user_count(struct db *db, int64_t *count)
{
	enum db_result result = read_last(db, count);

	if (result != DB_NO_ROW)
		return result;
	result = count_some(db, count);
	return result == DB_OK && *count > USER_COUNT_EXACT ? count_all(db, count) : result;
}

enum db_result user_count_deleted(struct db *db, int64_t user_id)
{
	static const struct db_query DELETED = {
		.text = "UPDATE user_count SET total = total - 1 WHERE id = 1 AND last_id >= ?"};

	return db_execute(db, &DELETED, DB_PARAMS(DB_INT(user_id)), NULL);
}
