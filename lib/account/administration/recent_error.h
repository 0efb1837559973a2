/*
 * The last error lines of the logs, for administrators who have no access to the logs: on a host with systemd they are
 * in the log of the system, which no program of the site may read, and on a shared host in files of the home directory.
 *
 * Each program stores its own errors, with a privilege that lets it add a message but read none. What cannot be stored
 * is in the log alone: errors while the database is not reachable, and those before a program has its settings. The table
 * holds nothing that the log does not hold, so no secrets.
 */
#ifndef FITGATE_ACCOUNT_ADMINISTRATION_RECENT_ERROR_H
#define FITGATE_ACCOUNT_ADMINISTRATION_RECENT_ERROR_H

#include "db/db.h"

enum {
	RECENT_ERROR_SLOTS = 250, /* rows of a program; messages of one slot replace each other */
	RECENT_ERROR_LIST = 100,
	RECENT_ERROR_DAYS = 30,
};

/*
 * Store the first error that has been logged since the request or the job began (core/log.h); nothing if there is none.
 * A process stores the same message at most once a second, so that an error of every request costs little.
 */
void recent_error_store(struct db *db);

struct recent_error {
	const char *program, *message;
	const char *request;       /* the id of the last request that had it; NULL: none */
	instant first_at, last_at; /* by the database's clock */
};

struct recent_error_list {
	struct recent_error errors[RECENT_ERROR_LIST];
	int count;
};

/* Read the last errors, the newest first. Texts are in the arena. DB_OK, DB_FAILED. */
enum db_result recent_error_read(
	struct db *db, struct arena *arena, struct recent_error_list *list);

/* Remove errors that have not happened for RECENT_ERROR_DAYS. DB_OK, DB_FAILED. */
enum db_result recent_errors_clean(struct db *db);

#endif
