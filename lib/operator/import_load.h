/*
 * The second of an import's two passes: writing everything, in one transaction.
 */
#ifndef FITGATE_OPERATOR_IMPORT_LOAD_H
#define FITGATE_OPERATOR_IMPORT_LOAD_H

#include "operator/import_rows.h"

/* Whether nobody has an account yet and nothing else would be in the way. DB_OK; DB_REFUSED, DB_FAILED:
 * standard error says why. */
enum db_result import_find_room(struct db *db);

/*
 * Write what import_check() found to be in order; all of it or, when this is cut short in whatever way,
 * nothing. DB_OK; else standard error says why, but for DB_UNDECIDED, as db_transaction().
 */
enum db_result import_load(struct import *import);

#endif
