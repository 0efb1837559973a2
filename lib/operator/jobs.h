/*
 * fitgate-admin jobs: what waits in the queue, and what failed there.
 */
#ifndef FITGATE_OPERATOR_JOBS_H
#define FITGATE_OPERATOR_JOBS_H

#include "operator/operator.h"

/* The commands; each returns the exit status. */
int jobs_list(const struct operator *operator);
int jobs_show(const struct operator *operator);
int jobs_retry(const struct operator *operator);
int jobs_drop(const struct operator *operator);

#endif
