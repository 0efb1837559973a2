/*
 * The checks of doctor that the worker makes, for the pages of the administration.
 *
 * They are those that the worker's own privileges allow: it sends the e-mails and writes the archives, so it knows the
 * mail server, the upload directory and the database. It cannot tell whether a registration would run its trigger, what
 * the account of DATABASE_URL may do, or what the web server passes on: only `fitgate-admin doctor` finds that out.
 */
#ifndef FITGATE_ADMIN_DOCTOR_DOCTOR_WORKER_H
#define FITGATE_ADMIN_DOCTOR_DOCTOR_WORKER_H

#include "core/arena.h"
#include "core/settings.h"
#include "db/db.h"

/* Make the checks if this host has not made them for FINDING_MINUTES, and store the findings. A failure is logged. */
void doctor_run_in_worker(struct db *db, struct arena *arena, const struct settings *settings);

#endif
