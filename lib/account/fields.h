/*
 * The plain members of the API's objects, as data: key, where its value is, and which dialects have it.
 *
 *	static const struct field_row FIELDS[] = {
 *		{"bio", AS_TEXT, IN_ALL, offsetof(struct profile, user.bio)},
 *		{0},
 *	};
 */
#ifndef FITGATE_ACCOUNT_FIELDS_H
#define FITGATE_ACCOUNT_FIELDS_H

#include "account/dialect.h"
#include "core/json.h"

/* What lies at the offset, and so how it is written. */
enum field_type {
	AS_TEXT,   /* const char *; NULL: null */
	AS_TIME,   /* instant, as RFC 1123 has it; INSTANT_NONE: null */
	AS_FLAG,   /* bool */
	AS_NUMBER, /* int64_t */
	AS_REAL,   /* double */
};

struct field_row {
	const char *key;
	enum field_type type;
	unsigned dialects;
	size_t offset;
};

/* Add to the object what the record holds of the rows that the dialect has. The table ends with a row
 * without a key. false when memory is out. */
bool fields_add(cJSON *object, const struct dialect *dialect, const struct field_row *rows,
	const void *record);

#endif
