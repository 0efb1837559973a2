/*
 * fitgate-admin totals: whether user_totals says what the tables say, and counting anew.
 */
#ifndef FITGATE_OPERATOR_RECOUNT_H
#define FITGATE_OPERATOR_RECOUNT_H

#include "operator/operator.h"

/* The commands; each returns the exit status. */
int recount_verify(const struct desk *desk);
int recount_rebuild(const struct desk *desk);

/*
 * Within a transaction: count every user's totals, where triggers keep them. DB_OK, DB_AGAIN, DB_FAILED.
 */
enum db_result recount_all(const struct desk *desk);

#endif
