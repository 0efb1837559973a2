/*
 * fitgate-admin settings: the row of app_config, which GET /api/config shows. It does not change the settings of
 * fitgate.conf.
 */
#ifndef FITGATE_ADMIN_SETTINGS_H
#define FITGATE_ADMIN_SETTINGS_H

#include "admin/admin.h"
#include "admin/cli/command.h"

/* What `settings set` accepts as KEY; ends with a NULL name. */
extern const struct command_choice SETTINGS_KEYS[];

/* The commands; each returns the exit status. */
int settings_list(const struct admin_context *admin);
int settings_set(const struct admin_context *admin);

#endif
