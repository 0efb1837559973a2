/*
 * Values are collected and printed at the end of each object, so that one description of an object serves
 * every form.
 */
#include "admin/cli/report.h"

#include "core/text.h"
#include "admin/admin.h"

#include <assert.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TIME_WIDTH = 20, FLAG_WIDTH = 3, SHEET_WIDTH = 24 };

static void print_failure(const char *format, va_list arguments)
{
	char line[1024];

	vsnprintf(line, sizeof(line), format, arguments);
	text_hide_controls(line);
	fprintf(stderr, "fitgate-admin: %s\n", line);
}

int report_failure(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	print_failure(format, arguments);
	va_end(arguments);
	return EXIT_FAILURE;
}

int report_usage_error(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	print_failure(format, arguments);
	va_end(arguments);
	return ADMIN_USAGE_ERROR;
}

int report_result(enum db_result result)
{
	switch (result) {
	case DB_OK:
		return EXIT_SUCCESS;
	case DB_FAILED:
	case DB_COMMIT_UNKNOWN:
		return EXIT_FAILURE;
	case DB_NO_ROW:
	case DB_DUPLICATE:
	case DB_ROLLBACK:
	case DB_RETRY:
		break;
	}
	return report_failure("another program changed the same rows at the same time: try again");
}

/* ---- collecting -------------------------------------------------------------------------------- */

struct report report_new(const struct options *options, enum report_form form)
{
	return (struct report){.form = options_has(options, "json") ? REPORT_JSON : form};
}

static void add(struct report *report, struct report_value value)
{
	assert(report->count < REPORT_VALUES);
	report->values[report->count++] = value;
}

void report_text(struct report *report, const char *name, int width, const char *text)
{
	add(report, (struct report_value){name, width, REPORT_TEXT, .text = text});
}

void report_number(struct report *report, const char *name, int width, int64_t number)
{
	add(report, (struct report_value){name, width, REPORT_NUMBER, .number = number});
}

void report_flag(struct report *report, const char *name, bool flag)
{
	add(report, (struct report_value){name, FLAG_WIDTH, REPORT_FLAG, .number = flag});
}

void report_time(struct report *report, const char *name, instant when)
{
	add(report, (struct report_value){name, TIME_WIDTH, REPORT_TIME, .number = when});
}

void report_tree(struct report *report, const char *name, const cJSON *tree)
{
	add(report, (struct report_value){name, 0, REPORT_TREE, .tree = tree});
}

/* ---- printing ---------------------------------------------------------------------------------- */

static bool add_member(cJSON *object, const struct report_value *value)
{
	char time[CLOCK_ISO_SIZE];

	switch (value->type) {
	case REPORT_TEXT:
		return json_add_text(object, value->name, value->text);
	case REPORT_NUMBER:
		return json_add_number(object, value->name, (double)value->number);
	case REPORT_FLAG:
		return json_add_bool(object, value->name, value->number != 0);
	case REPORT_TIME:
		if (value->number == INSTANT_NONE)
			return json_add_text(object, value->name, NULL);
		clock_iso(value->number, time);
		return json_add_text(object, value->name, time);
	case REPORT_TREE:
		return cJSON_AddItemToObject(
			object, value->name, cJSON_Duplicate(value->tree, true));
	}
	return false;
}

/* cJSON escapes only the first 32 control characters. */
static void print_escaped(const char *json)
{
	while (*json != '\0') {
		unsigned code;

		if (text_control(json) == 0) {
			putchar(*json++);
			continue;
		}
		json = text_code_point(json, &code);
		printf("\\u%04x", code);
	}
	putchar('\n');
}

static void print_json(const struct report *report)
{
	cJSON *object = cJSON_CreateObject();
	const char *text;

	for (int i = 0; i < report->count; i++)
		if (object == NULL || !add_member(object, &report->values[i])) {
			report_failure("out of memory");
			return;
		}
	text = json_text(object);
	if (text == NULL)
		report_failure("out of memory");
	else
		print_escaped(text);
}

/* Print a text padded to `width` characters. */
static void print_padded(const char *text, int width)
{
	int length = (int)text_length(text);

	while (*text != '\0') {
		size_t control = text_control(text);

		putchar(control > 0 ? '?' : *text);
		text += control > 0 ? control : 1;
	}
	for (; length < width; length++)
		putchar(' ');
}

static void print_value(const struct report_value *value, int width)
{
	char buffer[CLOCK_ISO_SIZE + 4] = "-";
	const char *text = buffer;

	switch (value->type) {
	case REPORT_TEXT:
		text = value->text == NULL ? "-" : value->text;
		break;
	case REPORT_NUMBER:
		snprintf(buffer, sizeof(buffer), "%" PRId64, value->number);
		break;
	case REPORT_FLAG:
		text = value->number != 0 ? "yes" : "no";
		break;
	case REPORT_TIME:
		if (value->number != INSTANT_NONE)
			clock_iso(value->number, buffer);
		break;
	case REPORT_TREE:
		text = json_text(value->tree);
		break;
	}
	print_padded(text == NULL ? "-" : text, width);
}

/* The width of a column: as given, but wide enough for its name. The last column is not padded. */
static int column_width(const struct report *report, int i)
{
	int name = (int)strlen(report->values[i].name);

	if (i == report->count - 1)
		return 0;
	return name > report->values[i].width ? name : report->values[i].width;
}

static void print_row(struct report *report)
{
	for (int i = 0; !report->headed && i < report->count; i++) {
		print_padded(report->values[i].name, column_width(report, i));
		fputs(i == report->count - 1 ? "\n" : "  ", stdout);
	}
	report->headed = true;
	for (int i = 0; i < report->count; i++) {
		print_value(&report->values[i], column_width(report, i));
		fputs(i == report->count - 1 ? "\n" : "  ", stdout);
	}
}

static void print_sheet(const struct report *report)
{
	for (int i = 0; i < report->count; i++) {
		print_padded(report->values[i].name, SHEET_WIDTH);
		fputs("  ", stdout);
		print_value(&report->values[i], 0);
		putchar('\n');
	}
}

void report_print(struct report *report)
{
	if (report->form == REPORT_JSON)
		print_json(report);
	else if (report->form == REPORT_SHEET)
		print_sheet(report);
	else
		print_row(report);
	report->count = 0;
}
