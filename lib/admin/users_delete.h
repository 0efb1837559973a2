/*
 * fitgate-admin users delete: removes an account, everything that belongs to it, and its files.
 */
#ifndef FITGATE_ADMIN_USERS_DELETE_H
#define FITGATE_ADMIN_USERS_DELETE_H

#include "admin/admin.h"

/* The command; returns the exit status. */
int users_delete(const struct admin_context *admin);

#endif
