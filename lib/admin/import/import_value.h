/*
 * Checks one value of an import and converts it to what its column stores.
 */
#ifndef FITGATE_ADMIN_IMPORT_IMPORT_VALUE_H
#define FITGATE_ADMIN_IMPORT_IMPORT_VALUE_H

#include "core/arena.h"
#include "core/csv.h"
#include "admin/import/import_table.h"

/*
 * Check a field and convert it to the text that the column stores; NULL is SQL NULL. `value` is in the field or in the
 * arena. Returns NULL, or the problem, in words that follow the column's name.
 */
const char *import_value(const struct import_column *column, const struct csv_field *field,
	struct arena *arena, const char **value);

#endif
