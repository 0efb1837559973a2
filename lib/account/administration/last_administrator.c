/*
 * Locking reads see what is committed, and start no snapshot; the read of the other administrators starts it, when this
 * transaction has the shared row.
 */
#include "account/administration/last_administrator.h"

static enum db_result lock_account(struct db *db, int64_t user_id, bool *admin)
{
	static const struct db_field FIELDS[] = {DB_VALUE(bool, "admin"), {0}};
	static const struct db_query LOCK = {FIELDS, .text = "FROM users WHERE id = ? FOR UPDATE"};

	return db_query_row(db, NULL, &LOCK, DB_PARAMS(DB_INT(user_id)), admin);
}

enum db_result last_administrator_check(struct db *db, int64_t user_id, bool *last)
{
	static const struct db_query PASS = {
		.text = "UPDATE administrator_gate SET passes = passes + 1 WHERE id = 1"};
	static const struct db_field FIELDS[] = {DB_VALUE(int64_t, "id"), {0}};
	static const struct db_query OTHER = {
		FIELDS, .text = "FROM users WHERE admin = 1 AND active = 1 AND id <> ? LIMIT 1"};
	bool admin = false;
	int64_t other;
	enum db_result result = lock_account(db, user_id, &admin);

	*last = false;
	if (result != DB_OK || !admin)
		return result;
	result = db_execute(db, &PASS, DB_NO_PARAMS, NULL);
	if (result != DB_OK)
		return result;
	result = db_query_row(db, NULL, &OTHER, DB_PARAMS(DB_INT(user_id)), &other);
	*last = result == DB_NO_ROW;
	return *last ? DB_OK : result;
}
