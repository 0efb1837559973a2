/*
 * The output of a command: one line on standard error for a failure, and on standard output what was requested,
 * as a table, as a list of one object's values, or as JSON with one object per line.
 */
#ifndef FITGATE_ADMIN_CLI_REPORT_H
#define FITGATE_ADMIN_CLI_REPORT_H

#include "core/json/json.h"
#include "db/db.h"
#include "admin/cli/options.h"

/* Print "fitgate-admin: ..." on standard error, without control characters. Always EXIT_FAILURE. */
int report_failure(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The same. Always ADMIN_USAGE_ERROR. */
int report_usage_error(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The exit status for the result of a query; reports what the database layer has not logged already. */
int report_result(enum db_result result);

/* ---- objects with named values ----------------------------------------------------------------- */

enum report_form { REPORT_TABLE, REPORT_SHEET, REPORT_JSON };

enum { REPORT_VALUES = 24 };

struct report {
	enum report_form form;
	bool headed; /* the table's head has been printed */
	int count;
	struct report_value {
		const char *name;
		int width; /* of the table's column, in characters */
		enum { REPORT_TEXT, REPORT_NUMBER, REPORT_FLAG, REPORT_TIME, REPORT_TREE } type;
		union {
			const char *text; /* NULL: none */
			int64_t number;   /* also a time or a flag */
			const cJSON *tree;
		};
	} values[REPORT_VALUES];
};

/* An empty report in this form, or as JSON with the option --json. */
struct report report_new(const struct options *options, enum report_form form);

/*
 * Add a value to the current object, at most REPORT_VALUES of them. A text or tree must live until
 * report_print().
 */
void report_text(struct report *report, const char *name, int width, const char *text);
void report_number(struct report *report, const char *name, int width, int64_t number);
void report_flag(struct report *report, const char *name, bool flag);
void report_time(struct report *report, const char *name, instant when);
void report_tree(struct report *report, const char *name, const cJSON *tree);

/*
 * Print the current object and begin the next. Control characters, and those that change the direction of
 * writing, are replaced by "?", or escaped in JSON.
 */
void report_print(struct report *report);

#endif
