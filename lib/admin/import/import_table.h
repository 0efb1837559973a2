/*
 * The tables and columns of FitTrackee 0.7.18 that are imported, and the type of each value.
 *
 * The files have the columns in this order and under these names; scripts/fittrackee-export writes them.
 */
#ifndef FITGATE_ADMIN_IMPORT_IMPORT_TABLE_H
#define FITGATE_ADMIN_IMPORT_IMPORT_TABLE_H

enum { IMPORT_COLUMNS = 25 };

enum import_kind {
	IMPORT_NUMBER,      /* an INT */
	IMPORT_LIMIT,       /* the largest upload, in bytes */
	IMPORT_BIG_NUMBER,  /* a BIGINT */
	IMPORT_REAL,        /* a DOUBLE */
	IMPORT_DECIMAL_6_2, /* a DECIMAL(6, 2), and so on */
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
	IMPORT_SECRET, /* stored as its SHA-256 in lowercase hex */
};

/* The tables whose ids other tables refer to. */
enum import_ids { IMPORT_NONE, IMPORT_USERS, IMPORT_SPORTS, IMPORT_WORKOUTS, IMPORT_IDS };

enum {
	IMPORT_NULL = 1,    /* can be NULL */
	IMPORT_UNIQUE = 2,  /* unique, together with the other columns that have this flag */
	IMPORT_NAMED = 4,   /* unique if case and accents are ignored, and not empty */
	IMPORT_TRIMMED = 8, /* trailing line feeds are removed: FitTrackee accepts them */
	IMPORT_FILE = 16,   /* a path in the upload directory */
};

struct import_column {
	const char *name;
	enum import_kind kind;
	int flags, size;
	enum import_ids refers;
};

struct import_table {
	const char *name;
	enum import_ids ids; /* what its first column identifies */
	/* the number of columns at its start that are its key; the rows are sorted by it */
	int key_columns;
	struct import_column columns[IMPORT_COLUMNS + 1]; /* the last has no name */
};

/* A table comes after those that it refers to. */
enum { IMPORT_TABLES = 11 };
extern const struct import_table IMPORT_TABLE[IMPORT_TABLES];

int import_column_count(const struct import_table *table);

#endif
