/*
 * The text of an outcome.
 */
#include "admin/doctor/doctor_report.h"

#include "core/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define DEFINE_OUTCOME(name, result)                                                               \
	void name(struct doctor *doctor, const char *check, const char *format, ...)               \
	{                                                                                          \
		char text[1024];                                                                   \
		va_list arguments;                                                                 \
		va_start(arguments, format);                                                       \
		vsnprintf(text, sizeof(text), format, arguments);                                  \
		va_end(arguments);                                                                 \
		text_make_utf8(text);                                                              \
		text_hide_controls(text);                                                          \
		doctor->failures += strcmp(result, "FAIL") == 0;                                   \
		doctor->report(doctor->context, result, check, text);                              \
	}

DEFINE_OUTCOME(doctor_ok, "OK")
DEFINE_OUTCOME(doctor_warn, "WARN")
DEFINE_OUTCOME(doctor_fail, "FAIL")
