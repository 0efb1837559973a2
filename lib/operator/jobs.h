/*
 * fitgate-admin jobs: what waits in the queue, and what failed there.
 */
#ifndef FITGATE_OPERATOR_JOBS_H
#define FITGATE_OPERATOR_JOBS_H

#include "operator/operator.h"

/* The commands; each returns the exit status. */
int jobs_list(const struct desk *desk);
int jobs_show(const struct desk *desk);
int jobs_retry(const struct desk *desk);
int jobs_drop(const struct desk *desk);

#endif
