/*
 * The last count is the row of user_count: how many accounts there were, and the greatest id among them.
 */
#include "account/administration/user_count.h"

struct last_count {
	int64_t total, last_id;
	bool fresh;
};

static enum db_result count_some(struct db *db, int64_t *count)
{
	static const struct db_field FIELDS[] = {DB_VALUE(int64_t, "COUNT(*)"), {0}};
	static const struct db_query COUNT = {
		FIELDS, .text = "FROM (SELECT 1 AS one FROM users LIMIT ?) AS counted"};

	return db_query_row(db, NULL, &COUNT, DB_PARAMS(DB_INT(USER_COUNT_EXACT + 1)), count);
}

static enum db_result count_added(struct db *db, int64_t last_id, int64_t *count)
{
	static const struct db_field FIELDS[] = {DB_VALUE(int64_t, "COUNT(*)"), {0}};
	static const struct db_query COUNT = {FIELDS, .text = "FROM users WHERE id > ?"};

	return db_query_row(db, NULL, &COUNT, DB_PARAMS(DB_INT(last_id)), count);
}

static enum db_result read_last(struct db *db, struct last_count *last)
{
	static const struct db_field FIELDS[] = {
		DB_FIELD(struct last_count, fresh,
			"COALESCE(counted_at > UTC_TIMESTAMP(6) - INTERVAL ? SECOND, 0)"),
		DB_FIELD(struct last_count, total, "total"),
		DB_FIELD(struct last_count, last_id, "last_id"),
		{0},
	};
	static const struct db_query READ = {FIELDS, .text = "FROM user_count WHERE id = 1"};

	return db_query_row(db, NULL, &READ, DB_PARAMS(DB_INT(USER_COUNT_SECONDS)), last);
}

static enum db_result count_all(struct db *db, struct last_count *last)
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
	enum db_result result = db_query_row(db, NULL, &COUNT, DB_NO_PARAMS, last);

	if (result != DB_OK)
		return result;
	return db_execute(db, &STORE, DB_PARAMS(DB_INT(last->total), DB_INT(last->last_id)), NULL);
}

enum db_result user_count(struct db *db, int64_t *count)
{
	struct last_count last = {0};
	int64_t added = 0;
	enum db_result result = count_some(db, count);

	if (result != DB_OK || *count <= USER_COUNT_EXACT)
		return result;
	result = read_last(db, &last);
	if (result == DB_NO_ROW || (result == DB_OK && !last.fresh))
		result = count_all(db, &last);
	if (result == DB_OK)
		result = count_added(db, last.last_id, &added);
	*count = last.total + added;
	return result;
}

enum db_result user_count_deleted(struct db *db, int64_t user_id)
{
	static const struct db_query DELETED = {
		.text = "UPDATE user_count SET total = total - 1 WHERE id = 1 AND last_id >= ?"};

	return db_execute(db, &DELETED, DB_PARAMS(DB_INT(user_id)), NULL);
}
