/*
 * The pages of a list, and the pagination object of the reply (contract §15). api/parameters.h reads which one a request
 * asks for.
 */
#ifndef FITGATE_API_PAGINATION_H
#define FITGATE_API_PAGINATION_H

#include "core/json/json.h"

#include <stdint.h>

struct pagination {
	int64_t page;  /* from 1 */
	int64_t size;  /* entries of a page */
	int64_t total; /* entries of the whole list */
};

/* How many entries are before the page. */
int64_t pagination_offset(const struct pagination *pagination);

/* The pagination object; NULL when out of memory. */
cJSON *pagination_object(const struct pagination *pagination);

#endif
