/*
 * fitgate-admin clean: deletes rows and files that are no longer needed (contract §11).
 */
#ifndef FITGATE_ADMIN_CLEAN_H
#define FITGATE_ADMIN_CLEAN_H

#include "admin/admin.h"

/* The commands; each returns the exit status. */
int clean_tokens(const struct admin_context *admin);
int clean_archives(const struct admin_context *admin);
int clean_jobs(const struct admin_context *admin);
int clean_accounts(const struct admin_context *admin);

#endif
