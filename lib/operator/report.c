/*
 * The values are collected and printed at the end of each thing, so that one description of it serves
 * every form.
 */
#include "operator/report.h"

#include "core/text.h"
#include "operator/operator.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TIME_WIDTH = 20, FLAG_WIDTH = 3, SHEET_WIDTH = 24 };

static void print_problem(const char *format, va_list arguments)
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
	print_problem(format, arguments);
	va_end(arguments);
	return EXIT_FAILURE;
}

int report_wrong_usage(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	print_problem(format, arguments);
	va_end(arguments);
	return OPERATOR_WRONG_USAGE;
}

int report_result(enum db_result result)
{
	switch (result) {
	case DB_OK:
		return EXIT_SUCCESS;
	case DB_FAILED:
	case DB_UNDECIDED:
		return EXIT_FAILURE;
	case DB_NO_ROW:
	case DB_DUPLICATE:
	case DB_REFUSED:
	case DB_AGAIN:
		break;
	}
	return report_failure("somebody else changed the same thing; please try again");
}

/* ---- collecting -------------------------------------------------------------------------------- */

static struct report_cell *add(struct report *report, const char *name, int width)
{
	struct report_cell *cell =
		&report->cells[report->count < REPORT_CELLS ? report->count++ : 0];

	*cell = (struct report_cell){.name = name, .width = width};
	return cell;
}

void report_text(struct report *report, const char *name, int width, const char *text)
{
	struct report_cell *cell = add(report, name, width);

	cell->type = REPORT_TEXT;
	cell->text = text;
}

void report_number(struct report *report, const char *name, int width, int64_t number)
{
	struct report_cell *cell = add(report, name, width);

	cell->type = REPORT_NUMBER;
	cell->number = number;
}

void report_flag(struct report *report, const char *name, bool flag)
{
	struct report_cell *cell = add(report, name, FLAG_WIDTH);

	cell->type = REPORT_FLAG;
	cell->number = flag;
}

void report_time(struct report *report, const char *name, instant when)
{
	struct report_cell *cell = add(report, name, TIME_WIDTH);

	cell->type = REPORT_TIME;
	cell->number = when;
}

void report_tree(struct report *report, const char *name, const cJSON *tree)
{
	struct report_cell *cell = add(report, name, 0);

	cell->type = REPORT_TREE;
	cell->tree = tree;
}

/* ---- printing ---------------------------------------------------------------------------------- */

static bool add_member(cJSON *object, const struct report_cell *cell)
{
	char time[CLOCK_ISO_SIZE];

	switch (cell->type) {
	case REPORT_TEXT:
		return json_add_text(object, cell->name, cell->text);
	case REPORT_NUMBER:
		return json_add_number(object, cell->name, (double)cell->number);
	case REPORT_FLAG:
		return json_add_bool(object, cell->name, cell->number != 0);
	case REPORT_TIME:
		if (cell->number == INSTANT_NONE)
			return json_add_text(object, cell->name, NULL);
		clock_iso(cell->number, time);
		return json_add_text(object, cell->name, time);
	case REPORT_TREE:
		return cJSON_AddItemToObject(object, cell->name, cJSON_Duplicate(cell->tree, true));
	}
	return false;
}

/* What cJSON leaves as it is are the control characters behind ASCII's first 32. */
static void print_escaped(const char *json)
{
	while (*json != '\0') {
		size_t control = text_control(json);

		if (control > 0)
			printf("\\u%04x", (unsigned char)json[control - 1]);
		else
			putchar(*json);
		json += control > 0 ? control : 1;
	}
	putchar('\n');
}

static void print_json(const struct report *report)
{
	cJSON *object = cJSON_CreateObject();
	const char *text;

	for (int i = 0; i < report->count; i++)
		if (object == NULL || !add_member(object, &report->cells[i])) {
			report_failure("out of memory");
			return;
		}
	text = json_text(object);
	if (text == NULL)
		report_failure("out of memory");
	else
		print_escaped(text);
}

/* A text filled up to so many characters. */
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

static void print_value(const struct report_cell *cell, int width)
{
	char buffer[CLOCK_ISO_SIZE + 4] = "-";
	const char *text = buffer;

	switch (cell->type) {
	case REPORT_TEXT:
		text = cell->text == NULL ? "-" : cell->text;
		break;
	case REPORT_NUMBER:
		snprintf(buffer, sizeof(buffer), "%lld", (long long)cell->number);
		break;
	case REPORT_FLAG:
		text = cell->number != 0 ? "yes" : "no";
		break;
	case REPORT_TIME:
		if (cell->number != INSTANT_NONE)
			clock_iso(cell->number, buffer);
		break;
	case REPORT_TREE:
		text = json_text(cell->tree);
		break;
	}
	print_padded(text == NULL ? "-" : text, width);
}

/* The width of a column: as asked for, and its name fits in. The last needs none. */
static int column_width(const struct report *report, int i)
{
	int name = (int)strlen(report->cells[i].name);

	if (i == report->count - 1)
		return 0;
	return name > report->cells[i].width ? name : report->cells[i].width;
}

static void print_row(struct report *report)
{
	for (int i = 0; !report->headed && i < report->count; i++) {
		print_padded(report->cells[i].name, column_width(report, i));
		fputs(i == report->count - 1 ? "\n" : "  ", stdout);
	}
	report->headed = true;
	for (int i = 0; i < report->count; i++) {
		print_value(&report->cells[i], column_width(report, i));
		fputs(i == report->count - 1 ? "\n" : "  ", stdout);
	}
}

static void print_sheet(const struct report *report)
{
	for (int i = 0; i < report->count; i++) {
		print_padded(report->cells[i].name, SHEET_WIDTH);
		fputs("  ", stdout);
		print_value(&report->cells[i], 0);
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
