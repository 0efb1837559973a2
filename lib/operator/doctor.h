/*
 * fitgate-admin doctor: is everything there that Fitgate needs, and does it work?
 *
 * With --url it also looks at the site from outside (operator/website.h).
 *
 * One line a check: "ok NAME: ..." or "WRONG NAME: what is wrong: how to mend it". Nothing is changed; what
 * is tried in the database is rolled back.
 */
#ifndef FITGATE_OPERATOR_DOCTOR_H
#define FITGATE_OPERATOR_DOCTOR_H

#include "operator/operator.h"

/*
 * The command; it reads the settings itself, so that it can tell what is wrong with them: `operator` needs
 * neither settings nor a connection. Returns the exit status: EXIT_FAILURE when anything is wrong.
 */
int doctor(const struct desk *desk);

#endif
