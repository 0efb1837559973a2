/*
 * fitgate-admin migrate: create the database's tables, or update them to this version.
 */
#ifndef FITGATE_ADMIN_MIGRATE_H
#define FITGATE_ADMIN_MIGRATE_H

#include "admin/admin.h"

/* The command; returns the exit status. */
int migrate_run(const struct admin_context *admin);

#endif
