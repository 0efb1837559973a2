/*
 * fitgate-admin users invite-admin, and the invitation that `migrate` prints for a new database.
 */
#ifndef FITGATE_ADMIN_INVITATION_H
#define FITGATE_ADMIN_INVITATION_H

#include "admin/admin.h"

/* Make an invitation and print its link; returns the exit status. */
int invitation_run(const struct admin_context *admin);

#endif
