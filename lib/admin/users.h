/*
 * fitgate-admin users: creates, lists and shows accounts. Changing one is in users_update.h, deleting one in
 * users_delete.h.
 */
#ifndef FITGATE_ADMIN_USERS_H
#define FITGATE_ADMIN_USERS_H

#include "admin/admin.h"

/* The commands; each returns the exit status. */
int users_create(const struct admin_context *admin);
int users_list(const struct admin_context *admin);
int users_show(const struct admin_context *admin);

#endif
