/*
 * fitgate-admin import: taking over everything from another program.
 *
 * FitTrackee 0.7.18: from the CSV files that scripts/fittrackee-export has written from its PostgreSQL
 * database, into a database of Fitgate without accounts. Everything is checked first, and what cannot be
 * taken over is listed: "FILE:LINE: what is wrong" on standard output. Then all is written in one
 * transaction. Numbers (ids) stay what they were.
 */
#ifndef FITGATE_OPERATOR_IMPORT_H
#define FITGATE_OPERATOR_IMPORT_H

#include "operator/operator.h"

/* The command; it returns the exit status. */
int import_fittrackee(const struct desk *desk);

#endif
