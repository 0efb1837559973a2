/*
 * fitgate-admin totals: compares user_totals with the workouts and records, and computes it again.
 */
#ifndef FITGATE_ADMIN_TOTALS_H
#define FITGATE_ADMIN_TOTALS_H

#include "admin/admin.h"

/* The commands; each returns the exit status. */
int totals_verify(const struct admin_context *admin);
int totals_rebuild(const struct admin_context *admin);

/*
 * Within a transaction: compute every user's totals, if triggers maintain them. DB_OK, DB_RETRY, DB_FAILED.
 */
enum db_result totals_rebuild_all(const struct admin_context *admin);

#endif
