/*
 * The order of the checks: settings, what they name, the database, the site.
 */
#include "admin/doctor/doctor.h"

#include "core/log.h"
#include "admin/cli/report.h"
#include "admin/doctor/doctor_database.h"
#include "admin/doctor/doctor_http.h"
#include "admin/doctor/doctor_server.h"
#include "admin/doctor/doctor_settings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void check_database(struct doctor *doctor)
{
	doctor->db = db_open(&doctor->settings.database);
	if (doctor->db == NULL) {
		doctor_fail(doctor, "database", "out of memory");
		return;
	}
	if (doctor_check_server(doctor)) {
		doctor_check_schema(doctor);
		doctor_check_privileges(doctor);
		doctor_check_triggers(doctor);
		doctor_check_app_config(doctor);
		doctor_check_charset(doctor);
		doctor_check_clock(doctor);
		doctor_check_cluster(doctor);
		doctor_check_jobs(doctor);
		doctor_check_queued_mail(doctor);
	}
	db_close(doctor->db);
}

/* One line for each check. */
static void print_outcome(void *context, const char *result, const char *check, const char *text)
{
	const struct admin_context *admin = context;
	struct report report = {.form = REPORT_JSON};

	if (!options_has(admin->options, "json")) {
		printf("%s %s: %s\n", result, check, text);
		return;
	}
	report_text(&report, "check", 0, check);
	report_flag(&report, "ok", strcmp(result, "FAIL") != 0);
	report_text(&report, "result", 0, result);
	report_text(&report, "text", 0, text);
	report_print(&report);
}

int doctor(const struct admin_context *admin)
{
	struct admin_context context = *admin;
	struct doctor doctor = {
		.arena = admin->arena,
		.report = print_outcome,
		.context = &context,
	};

	/* the lines of the checks have the reasons */
	log_open("admin", "/dev/null");
	if (!doctor_check_settings(&doctor))
		return EXIT_FAILURE;
	doctor_check_secret(&doctor);
	doctor_check_password_hash(&doctor);
	doctor_check_upload_directory(&doctor);
	doctor_check_picture_filter(&doctor);
	doctor_check_mail(&doctor);
	check_database(&doctor);
	if (options_has(admin->options, "url"))
		doctor_check_site(&doctor, options_value(admin->options, "url"));
	return doctor.failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
