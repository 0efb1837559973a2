/*
 * A scripted database in place of lib/db: the input determines its results, which are any row that the schema
 * allows and every kind of failure. Without a server, a target gets thousands of results per second.
 *
 * A script has one line for each result, in the order of the statements:
 *
 *	row|12|sam|NULL     a row with these cells; an empty or missing cell gets a plausible value
 *	none                no row; an update of no row
 *	duplicate, again, undecided, failed
 *
 * After the end of the script, and for unrecognized lines, statements succeed: with one row of a valid account,
 * and with updates and commits without errors.
 */
#ifndef FITGATE_FUZZ_DATABASE_H
#define FITGATE_FUZZ_DATABASE_H

#include "db/db.h"

/* The hash of "correct horse battery": the password of every account for which the script has no other. */
#define DATABASE_PASSWORD_HASH "$3$$3d211b74dd729be1e552b4727594f3eb"

/* Set the script of the following statements. It must outlive them. */
void database_begin(const char *script);

/* Whether a statement has failed, or returned a row from the script, since database_begin(). */
bool database_was_odd(void);

#endif
