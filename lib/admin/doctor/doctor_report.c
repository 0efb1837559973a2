/*
 * One line for each check.
 */
#include "admin/doctor/doctor_report.h"

#include "core/text.h"
#include "admin/cli/report.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void print_outcome(
	const struct doctor *doctor, const char *result, const char *check, const char *text)
{
	struct report report = {.form = REPORT_JSON};

	if (!doctor->json) {
		printf("%s %s: %s\n", result, check, text);
		return;
	}
	report_text(&report, "check", 0, check);
	report_flag(&report, "ok", strcmp(result, "FAIL") != 0);
	report_text(&report, "result", 0, result);
	report_text(&report, "text", 0, text);
	report_print(&report);
}

#define DEFINE_OUTCOME(name, result)                                                               \
	void name(struct doctor *doctor, const char *check, const char *format, ...)               \
	{                                                                                          \
		char text[1024];                                                                   \
		va_list arguments;                                                                 \
		va_start(arguments, format);                                                       \
		vsnprintf(text, sizeof(text), format, arguments);                                  \
		va_end(arguments);                                                                 \
		text_hide_controls(text);                                                          \
		doctor->failures += strcmp(result, "FAIL") == 0;                                   \
		print_outcome(doctor, result, check, text);                                        \
	}

DEFINE_OUTCOME(doctor_ok, "OK")
DEFINE_OUTCOME(doctor_warn, "WARN")
DEFINE_OUTCOME(doctor_fail, "FAIL")
