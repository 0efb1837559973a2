/*
 * What a command tells: one line on standard error when something is wrong, and on standard output what
 * was asked for, as a table, as a sheet of one thing, or as JSON, one object a line.
 */
#ifndef FITGATE_OPERATOR_REPORT_H
#define FITGATE_OPERATOR_REPORT_H

#include "core/json.h"
#include "db/db.h"

/* Print "fitgate-admin: ..." on standard error; returns EXIT_FAILURE. */
int report_failure(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The same, returning OPERATOR_WRONG_USAGE. */
int report_wrong_usage(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The exit status for what the database said. What failed in it has been logged already. */
int report_result(enum db_result result);

/* ---- things with named values ------------------------------------------------------------------ */

enum report_form { REPORT_TABLE, REPORT_SHEET, REPORT_JSON };

enum { REPORT_CELLS = 24 };

struct report {
	enum report_form form;
	bool headed; /* the table's head has been printed */
	int count;
	struct report_cell {
		const char *name;
		int width; /* of the table's column */
		enum { REPORT_TEXT, REPORT_NUMBER, REPORT_FLAG, REPORT_TIME, REPORT_TREE } type;
		union {
			const char *text; /* NULL: none */
			int64_t number;   /* also a time, a flag */
			const cJSON *tree;
		};
	} cells[REPORT_CELLS];
};

/* Add a value to the thing at hand; what it points to must live until report_print(). */
void report_text(struct report *report, const char *name, int width, const char *text);
void report_number(struct report *report, const char *name, int width, int64_t number);
void report_flag(struct report *report, const char *name, bool flag);
void report_time(struct report *report, const char *name, instant when);
void report_tree(struct report *report, const char *name, const cJSON *tree);

/* Print the thing and begin the next. Control characters do not reach a terminal. */
void report_print(struct report *report);

#endif
