/*
 * What is taken over from FitTrackee 0.7.18: its tables and columns as data, and what a value must be like.
 *
 * The files have the columns in this order and under these names; scripts/fittrackee-export writes them.
 */
#ifndef FITGATE_OPERATOR_IMPORT_TABLE_H
#define FITGATE_OPERATOR_IMPORT_TABLE_H

#include "core/arena.h"
#include "core/csv.h"

enum { IMPORT_COLUMNS = 25 };

enum import_kind {
	IMPORT_NUMBER,      /* an INT */
	IMPORT_LIMIT,       /* the largest upload, in bytes */
	IMPORT_BIG_NUMBER,  /* a BIGINT */
	IMPORT_REAL,        /* a DOUBLE */
	IMPORT_DECIMAL_6_2, /* a DECIMAL of so many digits, of which so many are behind the point */
	IMPORT_DECIMAL_6_3,
	IMPORT_DECIMAL_8_3,
	IMPORT_FLAG,
	IMPORT_TIME,  /* UTC, up to microseconds */
	IMPORT_WORDS, /* a VARCHAR of `size` characters */
	IMPORT_TEXT,  /* a TEXT */
	IMPORT_ASCII, /* an ascii_bin VARCHAR of `size` characters */
	IMPORT_JSON,
	IMPORT_BOUNDS, /* a JSON array of four numbers */
	IMPORT_UUID,
	IMPORT_RECORD_TYPE,
	IMPORT_SECRET, /* becomes its SHA-256 in lowercase hex */
};

/* Rows whose ids others refer to. */
enum import_ids { IMPORT_NONE, IMPORT_USERS, IMPORT_SPORTS, IMPORT_WORKOUTS, IMPORT_IDS };

enum {
	IMPORT_NULL = 1,    /* may be without a value */
	IMPORT_UNIQUE = 2,  /* unique, together with the other columns that say so */
	IMPORT_NAMED = 4,   /* unique even when case and accents do not count */
	IMPORT_TRIMMED = 8, /* line feeds at the end go: FitTrackee lets them in */
	IMPORT_FILE = 16,   /* a path in the upload folder */
};

struct import_column {
	const char *name;
	enum import_kind kind;
	int flags, size;
	enum import_ids refers;
};

struct import_table {
	const char *name;
	enum import_ids ids; /* its own, in the first column */
	/* The first so many columns are its key; the rows are in that order. */
	int key_columns;
	struct import_column columns[IMPORT_COLUMNS + 1]; /* the last has no name */
};

/* In the order in which they refer to each other. */
enum { IMPORT_TABLES = 11 };
extern const struct import_table IMPORT_TABLE[IMPORT_TABLES];

int import_column_count(const struct import_table *table);

/*
 * Check a field and make it what the column takes, as text; NULL is SQL NULL. `value` lives in the field
 * or in the arena. Returns NULL, or what is wrong with it, in words that follow the column's name.
 */
const char *import_value(const struct import_column *column, const struct csv_field *field,
	struct arena *arena, const char **value);

#endif
