/*
 * How the value of each type of setting is read and checked.
 */
#ifndef FITGATE_CORE_SETTINGS_VALUE_H
#define FITGATE_CORE_SETTINGS_VALUE_H

#include "core/settings.h"
#include "core/settings/settings_file.h"
#include "core/settings/settings_table.h"

/* A value, and where it was found. */
struct setting_value {
	const char *name; /* the setting's, or one such as DATABASE_URL_LOGIN; for error messages */
	const char *text;
	const char *path; /* the settings file; NULL: the environment or the default */
};

/*
 * Store the value in the setting's member of `settings`. false: it is refused, and source->error names the
 * setting. No message quotes a value that may hold a password.
 */
bool setting_value_parse(struct settings_source *source, const struct setting *setting,
	struct setting_value value, struct settings *settings);

#endif
