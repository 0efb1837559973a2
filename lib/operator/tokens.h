/*
 * fitgate-admin tokens: personal access tokens for scripts.
 */
#ifndef FITGATE_OPERATOR_TOKENS_H
#define FITGATE_OPERATOR_TOKENS_H

#include "operator/operator.h"

/* The commands; each returns the exit status. */
int tokens_create(const struct desk *desk);
int tokens_list(const struct desk *desk);
int tokens_revoke(const struct desk *desk);

#endif
