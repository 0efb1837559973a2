/*
 * The sports and records of the profile object (contract §5), from the texts of account/totals.h.
 */
#ifndef FITGATE_API_TOTALS_VIEW_H
#define FITGATE_API_TOTALS_VIEW_H

#include "account/totals.h"
#include "core/json/json.h"

/*
 * sports_list: the ids, ascending; `count` is set to their number. NULL when out of memory, or when the text
 * does not have the form that account/totals.h gives.
 */
cJSON *totals_view_sports(const struct totals *totals, int *count);

/* records: the record objects by sport and type, as one raw text in the tree. NULL as above. */
cJSON *totals_view_records(const struct totals *totals, const char *username);

#endif
