/*
 * The checks of the settings and of what they name outside the database.
 */
#ifndef FITGATE_ADMIN_DOCTOR_DOCTOR_SETTINGS_H
#define FITGATE_ADMIN_DOCTOR_DOCTOR_SETTINGS_H

#include "admin/doctor/doctor_report.h"

/* Load the settings. false: not even the database's are valid, so the other checks are not possible. */
bool doctor_check_settings(struct doctor *doctor);

void doctor_check_secret(struct doctor *doctor);
void doctor_check_password_hash(struct doctor *doctor);
void doctor_check_upload_directory(struct doctor *doctor);
void doctor_check_picture_filter(struct doctor *doctor);
void doctor_check_mail(struct doctor *doctor);

#endif
