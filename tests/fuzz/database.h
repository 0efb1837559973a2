/*
 * A database that answers as the input says, in place of lib/db: any row that the schema allows, and
 * every way to fail. Behind it stands no server, so that a target sees thousands of answers a second.
 *
 * A script is a text of lines, an answer each, in the order of the questions:
 *
 *	row|12|sam|NULL     a row, by its cells; an empty or missing one is what suits its column
 *	none                no row; a change that changes nothing
 *	duplicate, again, undecided, failed
 *
 * Where it has come to its end, or the line is something else, the database answers well: with one row
 * of an account in order, with changes and commits that succeed.
 */
#ifndef FITGATE_FUZZ_DATABASE_H
#define FITGATE_FUZZ_DATABASE_H

#include "db/db.h"

/* Of "correct horse battery": the hash of every account that the script says nothing else of. */
#define DATABASE_PASSWORD_HASH "$3$$3d211b74dd729be1e552b4727594f3eb"

/* The script of all that is asked from now on; it must live as long. */
void database_begin(const char *script);

/* Whether something was other than well since then. */
bool database_was_odd(void);

#endif
