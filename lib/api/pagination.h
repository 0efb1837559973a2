/*
 * The pages of a list: which one a request asks for, and the pagination object of the reply (contract §15).
 */
#ifndef FITGATE_API_PAGINATION_H
#define FITGATE_API_PAGINATION_H

#include "core/json/json.h"
#include "http/request.h"

struct pagination {
	int64_t page;  /* from 1 */
	int64_t size;  /* entries of a page */
	int64_t total; /* entries of the whole list */
};

enum pagination_result {
	PAGINATION_READ,
	PAGINATION_INVALID, /* a parameter is not a number of 32 bits */
	PAGINATION_FAILED,  /* out of memory; it has been logged */
};

/*
 * Read a number of 32 bits from the query string: an optional minus and decimal digits. *number stays as it is where the
 * parameter is absent.
 */
enum pagination_result pagination_number(
	const struct request *request, const char *name, int64_t *number);

/* Read the parameter "page", 1 by default; below 1, it counts as 1. */
enum pagination_result pagination_page(
	const struct request *request, struct pagination *pagination);

/* How many entries are before the page. */
int64_t pagination_offset(const struct pagination *pagination);

/* The pagination object; NULL when out of memory. */
cJSON *pagination_object(const struct pagination *pagination);

#endif
