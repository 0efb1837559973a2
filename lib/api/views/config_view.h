/*
 * The configuration as JSON (contract §7.2).
 */
#ifndef FITGATE_API_CONFIG_VIEW_H
#define FITGATE_API_CONFIG_VIEW_H

#include "account/app_config.h"
#include "api/dialect.h"
#include "core/json/json.h"

/* The object of the dialect for a configuration that has been read. NULL: a query failed, which has been logged, or out of
 * memory. */
cJSON *config_view(struct db *db, const struct settings *settings, const struct app_config *config,
	const struct dialect *dialect);

#endif
