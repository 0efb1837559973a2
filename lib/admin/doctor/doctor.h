/*
 * fitgate-admin doctor: checks that everything Fitgate needs is present and works.
 *
 * Each check prints one line: "OK NAME: ...", or "WARN NAME: ..." or "FAIL NAME: ..." with how to fix it. Nothing is
 * changed; what is tried in the database is rolled back.
 *
 * The checks are in the files beside this one: doctor_settings, doctor_server and doctor_database (of Fitgate's own
 * database), and doctor_http (of the site from outside, with --url).
 */
#ifndef FITGATE_ADMIN_DOCTOR_DOCTOR_H
#define FITGATE_ADMIN_DOCTOR_DOCTOR_H

#include "admin/admin.h"

/*
 * The command. It reads the settings itself, so that it can report what is not valid in them: `admin` needs neither
 * settings nor a connection. Returns EXIT_FAILURE if a check failed.
 */
int doctor(const struct admin_context *admin);

#endif
