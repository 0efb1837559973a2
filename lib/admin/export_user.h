/*
 * fitgate-admin export: builds the data archive of a user into a file, without the worker.
 */
#ifndef FITGATE_ADMIN_EXPORT_USER_H
#define FITGATE_ADMIN_EXPORT_USER_H

#include "admin/admin.h"

/* The command; returns the exit status. */
int export_user(const struct admin_context *admin);

#endif
