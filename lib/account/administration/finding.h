/*
 * What the worker of each host has found out about the site: the outcome of the checks of `fitgate-admin doctor` that the
 * worker can make with its own privileges (lib/admin/doctor/doctor_worker.h), for the pages of the administration.
 */
#ifndef FITGATE_ACCOUNT_ADMINISTRATION_FINDING_H
#define FITGATE_ACCOUNT_ADMINISTRATION_FINDING_H

#include "db/db.h"

enum {
	FINDING_LIST_MAX = 200,
	FINDING_TEXT_SIZE = 1024,
	FINDING_MINUTES = 60, /* how often to check */
};

struct finding {
	const char *host;
	const char *name;   /* of the check: "upload directory" */
	const char *result; /* "OK", "WARN" or "FAIL" */
	const char *text;   /* in English; unless the result is "OK", how to fix it */
	instant checked_at; /* by the database's clock, like `outdated`; both are set by findings_read() */
	bool outdated; /* older than three hours: the worker is not running */
};

struct finding_list {
	struct finding findings[FINDING_LIST_MAX];
	int count;
};

/* Whether the last findings of a host are older than FINDING_MINUTES. false also if that could not be queried. */
bool findings_are_due(struct db *db, const char *host);

/* Replace the findings of a host, which those in the list need not name; remove those of hosts that have not reported for
 * a week. DB_OK, DB_FAILED. */
enum db_result findings_store(struct db *db, const char *host, const struct finding_list *list);

/* Read the findings of all hosts, failures first; at most FINDING_LIST_MAX. Texts are in the arena. DB_OK, DB_FAILED. */
enum db_result findings_read(struct db *db, struct arena *arena, struct finding_list *list);

#endif
