/*
 * fitgate-admin users update: all changes of one command are made in one transaction.
 */
#ifndef FITGATE_ADMIN_USERS_UPDATE_H
#define FITGATE_ADMIN_USERS_UPDATE_H

#include "admin/admin.h"

/* The command; returns the exit status. */
int users_update(const struct admin_context *admin);

#endif
