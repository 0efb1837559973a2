/*
 * fitgate-admin apps: the applications of users (OAuth 2.0).
 */
#ifndef FITGATE_ADMIN_APPS_H
#define FITGATE_ADMIN_APPS_H

#include "admin/admin.h"

/* The commands; each returns the exit status. */
int apps_list(const struct admin_context *admin);
int apps_revoke(const struct admin_context *admin);

#endif
