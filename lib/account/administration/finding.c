/*
 * Rows of the table findings.
 */
#include "account/administration/finding.h"

bool findings_are_due(struct db *db, const char *host)
{
	static const struct db_field COUNT[] = {DB_VALUE(int64_t, "COUNT(*)"), {0}};
	static const struct db_query READ = {
		COUNT, .text = "FROM findings WHERE host = ? AND "
			       "checked_at > UTC_TIMESTAMP(6) - INTERVAL ? MINUTE"};
	int64_t count;

	return db_query_row(db, NULL, &READ, DB_PARAMS(DB_TEXT(host), DB_INT(FINDING_MINUTES)),
		       &count) == DB_OK &&
	       count == 0;
}

/* ---- writing ------------------------------------------------------------------------------------ */

struct storing {
	const char *host;
	const struct finding_list *list;
};

static enum db_result store(struct db *db, void *context)
{
	static const struct db_query DELETE = {
		.text = "DELETE FROM findings "
			"WHERE host = ? OR checked_at < UTC_TIMESTAMP(6) - INTERVAL 7 DAY"};
	static const struct db_query INSERT = {
		.text = "INSERT INTO findings (host, name, result, explanation, checked_at) "
			"VALUES (?, ?, ?, ?, UTC_TIMESTAMP(6))"};
	const struct storing *storing = context;
	enum db_result result = db_execute(db, &DELETE, DB_PARAMS(DB_TEXT(storing->host)), NULL);

	for (int i = 0; i < storing->list->count && result == DB_OK; i++) {
		const struct finding *finding = &storing->list->findings[i];

		result = db_execute(db, &INSERT,
			DB_PARAMS(DB_TEXT(storing->host), DB_TEXT(finding->name),
				DB_TEXT(finding->result), DB_TEXT(finding->text)),
			NULL);
	}
	return result == DB_DUPLICATE ? DB_RETRY
				      : result; /* another worker of the host stores its own */
}

enum db_result findings_store(struct db *db, const char *host, const struct finding_list *list)
{
	struct storing storing = {.host = host, .list = list};

	return db_transaction(db, store, &storing);
}

/* ---- reading ------------------------------------------------------------------------------------ */

struct listing {
	struct finding_list *list;
	struct finding row;
};

static bool list_finding(void *context)
{
	struct listing *listing = context;

	listing->list->findings[listing->list->count++] = listing->row;
	return listing->list->count < FINDING_LIST_MAX;
}

enum db_result findings_read(struct db *db, struct arena *arena, struct finding_list *list)
{
	static const struct db_field FIELDS[] = {
		DB_FIELD(struct finding, host, "host"),
		DB_FIELD(struct finding, name, "name"),
		DB_FIELD(struct finding, result, "result"),
		DB_FIELD(struct finding, text, "explanation"),
		DB_FIELD_TIME(struct finding, checked_at, "checked_at"),
		DB_FIELD(struct finding, outdated,
			"checked_at < UTC_TIMESTAMP(6) - INTERVAL 3 HOUR"),
		{0},
	};
	static const struct db_query LIST = {
		FIELDS, .text = "FROM findings ORDER BY FIELD(result, 'FAIL', 'WARN', 'OK'), host, "
				"name LIMIT ?"};
	struct listing listing = {.list = list};

	list->count = 0;
	return db_query_each(db, arena, &LIST, DB_PARAMS(DB_INT(FINDING_LIST_MAX)), &listing.row,
		list_finding, &listing);
}
