/*
 * fitgate-admin tokens: personal access tokens for scripts.
 */
#ifndef FITGATE_ADMIN_TOKENS_H
#define FITGATE_ADMIN_TOKENS_H

#include "admin/admin.h"

/* The commands; each returns the exit status. */
int tokens_create(const struct admin_context *admin);
int tokens_list(const struct admin_context *admin);
int tokens_revoke(const struct admin_context *admin);

#endif
