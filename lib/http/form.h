/*
 * The body of a form: application/x-www-form-urlencoded (WHATWG URL Standard) or multipart/form-data (RFC 7578).
 *
 *	struct form *form = arena_alloc(request->arena, sizeof(*form));
 *
 *	switch (form_read(request, FORM_MAX_SIZE, form)) { ... }
 *	name = form_value(form, "name");
 *
 * A field may occur several times; form_value() returns the first, and form_count() counts them. The
 * query string is not read. A file in a form of several parts is skipped (http/multipart.h reads files).
 */
#ifndef FITGATE_HTTP_FORM_H
#define FITGATE_HTTP_FORM_H

#include "http/request.h"

enum {
	FORM_FIELDS = 100,         /* in one form */
	FORM_MAX_SIZE = 64 * 1024, /* bytes of the body; a usual value for `limit` */
};

/* Names and values are well-formed UTF-8 without NUL, in the request's arena. Line breaks are as sent (CR LF). */
struct form_field {
	const char *name, *value;
};

struct form {
	struct form_field fields[FORM_FIELDS];
	size_t count;
};

enum form_result {
	FORM_READ,
	FORM_OTHER_TYPE, /* the Content-Type is neither of the two; the form is empty, nothing has been read */
	/*
	 * The body ends early, is malformed, has too many fields, or has text that is not UTF-8, contains NUL or is
	 * badly percent-encoded. The form is empty, as it is after the results below.
	 */
	FORM_INVALID,
	FORM_TOO_LARGE, /* more than `limit` bytes */
	FORM_FAILED,    /* out of memory; it has been logged */
};

/* Read the whole body, at most `limit` bytes. Parameters of the Content-Type, such as charset, are ignored. */
enum form_result form_read(const struct request *request, size_t limit, struct form *form);

/* Read the fields of the query string in the same way, at most FORM_MAX_SIZE bytes. */
enum form_result form_read_query(const struct request *request, struct form *form);

/* Decode a name or a value of the first kind in place: "+" is a space. false: badly encoded, or not UTF-8. */
bool form_decode(char *text);

/* The first value of a field, which may be ""; NULL when the form does not have the field. Names are case-sensitive. */
const char *form_value(const struct form *form, const char *name);

/* How many times the form has the field. */
size_t form_count(const struct form *form, const char *name);

#endif
