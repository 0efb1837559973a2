/*
 * What a command of the operator works with, and how it ends.
 */
#ifndef FITGATE_OPERATOR_OPERATOR_H
#define FITGATE_OPERATOR_OPERATOR_H

#include "core/settings.h"
#include "db/db.h"
#include "operator/options.h"

struct desk {
	const struct settings *settings;
	struct arena *arena; /* of the whole command */
	struct db *db;
	const struct options *options; /* as typed behind the command's words */
};

/* Exit status; 0 and 1 are the C library's. The caller shows the usage. */
enum { OPERATOR_WRONG_USAGE = 2 };

#endif
