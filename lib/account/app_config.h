/*
 * The one row of app_config: what the administrator has configured. It is read at each request that needs it and
 * never cached (contract W29).
 */
#ifndef FITGATE_ACCOUNT_APP_CONFIG_H
#define FITGATE_ACCOUNT_APP_CONFIG_H

#include "core/settings.h"
#include "db/db.h"

enum {
	APP_CONFIG_MAX_BYTES = 32 * 1024 * 1024
}; /* client_max_body_size of the nginx configuration */

struct app_config {
	int64_t max_users; /* 0: no limit */
	int64_t gpx_limit_import;
	int64_t max_single_file_size, max_zip_file_size; /* bytes */
	const char *admin_contact, *about, *privacy_policy;
	instant privacy_policy_date;
};

/* DB_OK; DB_NO_ROW when the table does not have exactly one row; DB_RETRY, DB_FAILED. */
enum db_result app_config_read(struct db *db, struct arena *arena, struct app_config *config);

/* The size limits of an upload, in bytes. */
struct app_config_sizes {
	int64_t file;    /* max_single_file_size */
	int64_t request; /* max_zip_file_size */
};

/* Read the size limits alone. DB_OK, DB_NO_ROW, DB_RETRY, DB_FAILED. */
enum db_result app_config_read_sizes(struct db *db, struct app_config_sizes *sizes);

/* Whether max_users allows another account (account/registration/unconfirmed.h). DB_OK, DB_RETRY, DB_FAILED. */
enum db_result app_config_registration_open(struct db *db, const struct settings *settings,
	const struct app_config *config, bool *open);

#endif
