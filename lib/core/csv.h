/*
 * CSV (RFC 4180), record by record, as it streams in.
 *
 * Strict: UTF-8 without NUL; quotes only around a whole field, and doubled within; lines end in LF or CRLF.
 * As in PostgreSQL's COPY, a field that is empty and not quoted is NULL, and "" is the empty text.
 */
#ifndef FITGATE_CORE_CSV_H
#define FITGATE_CORE_CSV_H

#include "core/stream.h"

#include <stdint.h>

enum { CSV_FIELDS = 64, CSV_RECORD_SIZE = 1024 * 1024, CSV_BUFFER = 64 * 1024 };

struct csv_field {
	char *text; /* NUL-terminated; NULL: no value. May be changed in place */
	size_t length;
};

enum csv_result {
	CSV_RECORD,
	CSV_END,
	CSV_BROKEN, /* `problem` says why; the next call continues after that record */
	CSV_UNREADABLE,
};

/* More than a MiB: not for the stack. */
struct csv {
	struct csv_field fields[CSV_FIELDS]; /* they live until the next record */
	int field_count;
	int64_t line;        /* in which the record begins, the first is 1 */
	const char *problem; /* of a broken record */

	/* the reader's own */
	struct source source;
	int64_t next_line;
	size_t at, end; /* in the buffer */
	bool ended, failed;
	size_t used; /* of the record */
	char record[CSV_RECORD_SIZE];
	char buffer[CSV_BUFFER];
};

/* Begin to read; the state of the source must live as long as `csv`. */
void csv_begin(struct csv *csv, struct source source);

/* Read the next record. */
enum csv_result csv_next(struct csv *csv);

#endif
