/*
 * The first of an import's two passes: finds everything that cannot be imported.
 */
#ifndef FITGATE_ADMIN_IMPORT_IMPORT_CHECK_H
#define FITGATE_ADMIN_IMPORT_IMPORT_CHECK_H

#include "admin/import/import_rows.h"

/* The number of files that rows name and that are not in the upload directory. */
struct import_missing {
	int64_t pictures, tracks;
};

/*
 * Check every row of every file: values, keys, references, and names that the database considers equal. Each problem
 * is printed and counted in `import->problems`; the database's tables are not changed. false: the check could not be
 * completed, and standard error has the reason.
 */
bool import_check(struct import *import, struct import_missing *missing);

#endif
