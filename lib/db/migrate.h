/*
 * Upgrades a database to the newest schema.
 *
 * The migrations are the files of sql/, embedded at build time, each a list of statements. The table
 * schema_version records which of them the database has, with a checksum and the number of the next
 * statement. DDL commits by itself, so an interrupted migration resumes at that statement. When several
 * processes migrate at the same time, one holds a lease in the table schema_lease; the others wait, and then find
 * nothing to do. If a single statement takes longer than the lease, a waiting process may take the lease
 * and fail on the locked rows; running it again is safe. No server-wide lock is used, so it works on a
 * cluster.
 */
#ifndef FITGATE_DB_MIGRATE_H
#define FITGATE_DB_MIGRATE_H

#include "db/db.h"

struct migration {
	int version;      /* from the file's name: 0001 ... */
	const char *name; /* the rest of the file's name */
	bool optional; /* recorded as skipped if the database account lacks the privileges for it */
	const char *const *statements; /* NULL at its end */
};

/* All migrations in order, the last one with version 0. Made by scripts/embed-sql from sql/. */
extern const struct migration MIGRATIONS[];

/*
 * Apply the missing migrations; `say` receives one line of text for each step. Optional migrations that
 * were skipped earlier are tried again. false: `say` has received the reason; completed statements stay,
 * and the next run resumes after them.
 */
bool migrate(struct db *db, void (*say)(const char *line));

enum schema_state {
	SCHEMA_CURRENT,
	SCHEMA_BEHIND,  /* migrations are missing, or one was interrupted */
	SCHEMA_OTHER,   /* made by another program or a newer one */
	SCHEMA_UNKNOWN, /* the query failed, or there is no table of versions */
};

/* What migrate() would find; changes nothing. `skipped`: an optional migration is recorded as skipped. */
enum schema_state migrate_state(struct db *db, bool *skipped);

#endif
