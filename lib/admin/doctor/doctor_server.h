/*
 * The checks of the database server and of the connection to it.
 */
#ifndef FITGATE_ADMIN_DOCTOR_DOCTOR_SERVER_H
#define FITGATE_ADMIN_DOCTOR_DOCTOR_SERVER_H

#include "admin/doctor/doctor_report.h"

/* Connect, and check the server's version. false: no query is possible. */
bool doctor_check_server(struct doctor *doctor);

/* Whether every character arrives: some servers ignore the client's character set. */
void doctor_check_charset(struct doctor *doctor);

void doctor_check_clock(struct doctor *doctor);

/* The settings on which Fitgate relies in a Galera cluster; reports nothing elsewhere. */
void doctor_check_cluster(struct doctor *doctor);

#endif
