/*
 * The plain members of the API's objects, as data: key, where its value is, and which dialects have it.
 *
 *	static const struct json_field FIELDS[] = {
 *		{"bio", AS_TEXT, IN_ALL, offsetof(struct profile, user.bio)},
 *		{0},
 *	};
 */
#ifndef FITGATE_API_JSON_VIEW_H
#define FITGATE_API_JSON_VIEW_H

#include "api/dialect.h"
#include "core/json/json.h"

/* The type of the member at the offset, which decides how it is written. */
enum json_field_type {
	AS_TEXT,     /* const char *; NULL: null */
	AS_TIME,     /* instant, as RFC 1123 has it; INSTANT_NONE: null */
	AS_FLAG,     /* bool */
	AS_NUMBER,   /* int64_t */
	AS_REAL,     /* double */
	AS_UUID,     /* const char *: a UUID, as a shortuuid; any other text as it is; NULL: null */
	AS_DURATION, /* int64_t: seconds, as H:MM:SS; 0: null */
	AS_DECIMAL,  /* const char *: a decimal number as text; NULL: null */
	AS_MEASURE,  /* the same; zero, too: null */
	AS_JSON,     /* const char *: JSON; NULL and what is not JSON: null */
};

struct json_field {
	const char *key;
	enum json_field_type type;
	unsigned dialects;
	size_t offset;
};

/*
 * Add to the object the value of each member that the dialect has, from the record. The table ends with a row
 * without a key. false when out of memory.
 */
bool json_view_add(cJSON *object, const struct dialect *dialect, const struct json_field *rows,
	const void *record);

#endif
