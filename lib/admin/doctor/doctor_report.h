/*
 * What the checks of doctor share: the objects they examine, and how they report the outcome.
 */
#ifndef FITGATE_ADMIN_DOCTOR_DOCTOR_REPORT_H
#define FITGATE_ADMIN_DOCTOR_DOCTOR_REPORT_H

#include "admin/admin.h"

/* Gets the outcome of a check: "OK", "WARN" or "FAIL", the check's name and a text of one line. */
typedef void doctor_reporter(
	void *context, const char *result, const char *check, const char *text);

struct doctor {
	struct arena *arena;
	struct settings settings;
	struct db *db;
	doctor_reporter *report;
	void *context; /* for the reporter */
	int failures;  /* checks that failed */
};

/* Report that a check passed. */
void doctor_ok(struct doctor *doctor, const char *check, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Report what works, but not as it should, and how to fix it. */
void doctor_warn(struct doctor *doctor, const char *check, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Report what does not work, and how to fix it; the command's exit status will be 1. */
void doctor_fail(struct doctor *doctor, const char *check, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif
