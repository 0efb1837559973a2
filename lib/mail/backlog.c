/*
 * An update locks every row that it reads. It is preceded by a query without locks, so that workers seldom wait for each
 * other's rows.
 */
#include "mail/backlog.h"

#include "core/log.h"

#include <inttypes.h>

#define WAITING "FROM jobs WHERE kind = 'mail' AND failed_at IS NULL "

enum db_result backlog_read(struct db *db, struct arena *arena, struct backlog *backlog)
{
	static const struct db_field COUNTS[] = {
		DB_FIELD(struct backlog, blocked,
			"COUNT(CASE WHEN last_error LIKE '" BACKLOG_BLOCKED "%' THEN 1 END)"),
		DB_FIELD(struct backlog, limited,
			"COUNT(CASE WHEN last_error LIKE '" BACKLOG_LIMITED "%' THEN 1 END)"),
		DB_FIELD(struct backlog, others, "COUNT(last_error)"),
		{0},
	};
	static const struct db_query COUNT = {COUNTS, .text = WAITING};
	static const struct db_field REASON[] = {
		DB_FIELD(struct backlog, reason, "last_error"), {0}};
	static const struct db_query FIND = {REASON,
		.text = WAITING "AND last_error IS NOT NULL ORDER BY "
				"last_error LIKE '" BACKLOG_BLOCKED "%' DESC, "
				"last_error LIKE '" BACKLOG_LIMITED "%' DESC, run_after DESC "
				"LIMIT 1"};
	enum db_result result;

	*backlog = (struct backlog){0};
	result = db_query_row(db, arena, &COUNT, DB_NO_PARAMS, backlog);
	if (result != DB_OK)
		return result;
	backlog->others -= backlog->blocked + backlog->limited;
	result = db_query_row(db, arena, &FIND, DB_NO_PARAMS, backlog);
	return result == DB_NO_ROW ? DB_OK : result;
}

bool backlog_has(struct db *db, const char *start)
{
	static const struct db_field ONE[] = {DB_VALUE(int64_t, "1"), {0}};
	static const struct db_query FIND = {
		ONE, .text = WAITING "AND LEFT(last_error, CHAR_LENGTH(?)) = ? LIMIT 1"};
	int64_t one;

	return db_query_row(db, NULL, &FIND, DB_PARAMS(DB_TEXT(start), DB_TEXT(start)), &one) ==
	       DB_OK;
}

void backlog_release(struct db *db)
{
	static const struct db_query RELEASE = {
		.text = "UPDATE jobs SET run_after = UTC_TIMESTAMP(6), last_error = NULL "
			"WHERE kind = 'mail' AND failed_at IS NULL AND owner IS NULL "
			"AND last_error LIKE '" BACKLOG_BLOCKED "%'"};
	int64_t released = 0;

	if (backlog_has(db, BACKLOG_BLOCKED) &&
		db_execute(db, &RELEASE, DB_NO_PARAMS, &released) == DB_OK)
		log_info("e-mails that waited for the mail server are due: %" PRId64, released);
}
