/*
 * fitgate-admin import fittrackee: imports all data of a FitTrackee 0.7.18.
 *
 * scripts/fittrackee-export writes the CSV files that are imported, from FitTrackee's PostgreSQL database. The
 * target is a database of Fitgate without accounts. The first pass (import_check.h) checks everything and prints
 * "FILE:LINE: problem" for each row that cannot be imported; if there is none, the second pass (import_load.h)
 * writes all rows in one transaction. Ids do not change.
 */
#ifndef FITGATE_ADMIN_IMPORT_IMPORT_H
#define FITGATE_ADMIN_IMPORT_IMPORT_H

#include "admin/admin.h"

/* The command; returns the exit status. */
int import_fittrackee(const struct admin_context *admin);

#endif
