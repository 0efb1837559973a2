/*
 * The checks of Fitgate's own database: schema, privileges, triggers, settings, jobs.
 */
#ifndef FITGATE_ADMIN_DOCTOR_DOCTOR_DATABASE_H
#define FITGATE_ADMIN_DOCTOR_DOCTOR_DATABASE_H

#include "admin/doctor/doctor_report.h"

void doctor_check_schema(struct doctor *doctor);
void doctor_check_privileges(struct doctor *doctor);
void doctor_check_triggers(struct doctor *doctor);
void doctor_check_app_config(struct doctor *doctor);
void doctor_check_jobs(struct doctor *doctor);
void doctor_check_queued_mail(struct doctor *doctor);

#endif
