/*
 * Bringing a database to the newest schema.
 *
 * The migrations are the files of sql/, embedded at build, each a list of statements. The table
 * schema_version holds which of them the database has, with a checksum and the number of the next
 * statement: DDL commits by itself, so a migration that was killed is resumed in its middle. Of several
 * that migrate at once, one holds a lease in the table schema_lease; the others wait and then find
 * nothing to do. While a statement runs for longer than the lease, one that waits no longer fails on the
 * locks of its rows, and can be run again. No server lock is involved, so that a cluster will do.
 */
#ifndef FITGATE_DB_MIGRATE_H
#define FITGATE_DB_MIGRATE_H

#include "db/db.h"

struct migration {
	int version;      /* from the file's name: 0001 ... */
	const char *name; /* the rest of the file's name */
	bool optional; /* recorded as skipped where the server refuses its statements for lack of rights */
	const char *const *statements; /* NULL at its end */
};

/* All migrations in order, the last one with version 0. Made by scripts/embed-sql from sql/. */
extern const struct migration MIGRATIONS[];

/*
 * Apply what is missing; `say` gets a line for each thing done. Optional migrations that were skipped
 * earlier are tried again. false: `say` has told why; what was done stays done, and the next run goes on
 * from there.
 */
bool migrate(struct db *db, void (*say)(const char *line));

enum schema_state {
	SCHEMA_CURRENT,
	SCHEMA_BEHIND,  /* migrations are missing, or one was cut short */
	SCHEMA_OTHER,   /* made by another program or a newer one */
	SCHEMA_UNKNOWN, /* the database cannot be asked, or has no table of versions */
};

/*
 * What migrate() would find. `skipped`: whether an optional migration was recorded as skipped. It changes
 * nothing.
 */
enum schema_state migrate_state(struct db *db, bool *skipped);

#endif
