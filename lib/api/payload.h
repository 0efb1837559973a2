/*
 * The JSON body of a request, and its fields (contract §2.2, §2.3).
 *
 * A field is absent (not there, or null), valid, or of the wrong type; a handler distinguishes the three
 * and never looks at raw input.
 */
#ifndef FITGATE_API_PAYLOAD_H
#define FITGATE_API_PAYLOAD_H

#include "core/json/json.h"
#include "http/request.h"

enum { PAYLOAD_MAX_SIZE = 1024 * 1024 };

struct payload {
	const cJSON *object;
};

enum payload_result {
	PAYLOAD_OK,
	PAYLOAD_INVALID,   /* not JSON by its type or its text, or not an object with a member */
	PAYLOAD_TOO_LARGE, /* more than PAYLOAD_MAX_SIZE bytes */
	PAYLOAD_FAILED,    /* out of memory; it has been logged */
};

/* Read and parse the body. It lives in the request's arena. */
enum payload_result payload_read(const struct request *request, struct payload *payload);

enum field {
	FIELD_ABSENT, /* the key is not there, or its value is null */
	FIELD_VALID,
	FIELD_INVALID, /* a value of another type */
};

/* Whether the key is there, even with the value null. */
bool payload_has(const struct payload *payload, const char *key);

/* Whether there is a member with another key than this one. */
bool payload_has_other(const struct payload *payload, const char *key);

/* Whether the key is not there, or its value is null. */
bool payload_is_absent(const struct payload *payload, const char *key);

/* A string. *text is NULL unless the field is valid. */
enum field payload_text(const struct payload *payload, const char *key, const char **text);

/*
 * An e-mail address: a string, without the blanks at its ends (core/text.h). Keyboards of phones add one when they
 * complete an address, and no address has any.
 */
enum field payload_email(const struct payload *payload, const char *key, const char **email);

/* true, false, or the numbers 1 and 0. */
enum field payload_flag(const struct payload *payload, const char *key, bool *flag);

/* A number. */
enum field payload_number(const struct payload *payload, const char *key, double *number);

/* Whether the value is the JSON literal true. */
bool payload_is_true(const struct payload *payload, const char *key);

#endif
