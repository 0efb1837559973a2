/*
 * The first of an import's two passes: is there anything that cannot be taken over?
 */
#ifndef FITGATE_OPERATOR_IMPORT_CHECK_H
#define FITGATE_OPERATOR_IMPORT_CHECK_H

#include "operator/import_rows.h"

/* Files that rows name and the upload folder lacks. */
struct import_missing {
	int64_t pictures, tracks;
};

/*
 * Check every row of every file: values, keys, references, names that the database takes for equal. All
 * that is wrong is told and counted in `import->problems`; the database's tables are not touched. false:
 * it could not be checked, and standard error says why.
 */
bool import_check(struct import *import, struct import_missing *missing);

#endif
