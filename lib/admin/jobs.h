/*
 * fitgate-admin jobs: lists the jobs in the queue, runs failed ones again, or deletes them.
 */
#ifndef FITGATE_ADMIN_JOBS_H
#define FITGATE_ADMIN_JOBS_H

#include "admin/admin.h"

/* The commands; each returns the exit status. */
int jobs_list(const struct admin_context *admin);
int jobs_show(const struct admin_context *admin);
int jobs_retry(const struct admin_context *admin);
int jobs_drop(const struct admin_context *admin);

#endif
