/*
 * Parameters of the query string, which endpoints have in common (contract §15).
 *
 * Each function returns REPLY_NONE, REPLY_INVALID_PAYLOAD for an invalid value, or REPLY_SERVER_ERROR. Where the parameter
 * is absent, the value that the caller has set stays.
 */
#ifndef FITGATE_API_PARAMETERS_H
#define FITGATE_API_PARAMETERS_H

#include "api/reply.h"

/* Any text: valid UTF-8 without NUL, in the request's arena. */
enum reply parameter_text(const struct request *http, const char *name, const char **text);

/* A number of 32 bits: an optional sign and decimal digits. */
enum reply parameter_number(const struct request *http, const char *name, int64_t *number);

/* One of these names; *index is its place among them. */
enum reply parameter_choice(const struct request *http, const char *name,
	const char *const *choices, int count, int *index);

/* "order": "asc", or (any other value) descending. */
enum reply parameter_order(const struct request *http, bool *descending);

/* "page"; below 1 it is 1, as where it is absent. */
enum reply parameter_page(const struct request *http, struct pagination *pagination);

/* How many entries a page has, by "per_page". */
struct page_sizes {
	int64_t usual; /* without the parameter */
	int64_t most;  /* for all above */
	int64_t low;   /* for all below 1 */
};

/* "page" and "per_page". */
enum reply parameter_pages(
	const struct request *http, const struct page_sizes *sizes, struct pagination *pagination);

#endif
