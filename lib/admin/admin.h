/*
 * What a command of fitgate-admin works with, and how it ends.
 */
#ifndef FITGATE_ADMIN_ADMIN_H
#define FITGATE_ADMIN_ADMIN_H

#include "core/settings.h"
#include "db/db.h"
#include "admin/cli/options.h"

struct admin_context {
	const struct settings *settings;
	struct arena *arena; /* lives as long as the command runs */
	struct db *db;
	const struct options *options; /* the command's arguments and options */
};

/* The exit status after wrong usage; EXIT_SUCCESS and EXIT_FAILURE are the other two. */
enum { ADMIN_USAGE_ERROR = 2 };

#endif
