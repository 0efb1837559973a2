/*
 * fitgate-admin export: the archive of a user, made at once.
 */
#ifndef FITGATE_OPERATOR_EXPORT_H
#define FITGATE_OPERATOR_EXPORT_H

#include "operator/operator.h"

/* Returns the exit status. */
int export_user(const struct desk *desk);

#endif
