/*
 * fitgate-admin clean: what has been of no use for some days (contract §11).
 */
#ifndef FITGATE_OPERATOR_CLEAN_H
#define FITGATE_OPERATOR_CLEAN_H

#include "operator/operator.h"

/* The commands; each returns the exit status. */
int clean_tokens(const struct desk *desk);
int clean_archives(const struct desk *desk);
int clean_jobs(const struct desk *desk);

#endif
