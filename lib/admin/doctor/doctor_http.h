/*
 * Checks of a site from outside, as its clients see it, for fitgate-admin doctor --url: what only the web server
 * decides, for example whether it passes the Authorization header on.
 */
#ifndef FITGATE_ADMIN_DOCTOR_DOCTOR_HTTP_H
#define FITGATE_ADMIN_DOCTOR_DOCTOR_HTTP_H

#include "admin/doctor/doctor_report.h"

/*
 * The checks "site", "site paths", "site authorization", "site methods" and "site privacy" of the site whose API is at
 * `url`/api/. If the first fails, only the last is made.
 */
void doctor_check_site(struct doctor *doctor, const char *url);

#endif
