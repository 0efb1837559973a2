/*
 * Changing the configuration of the application (contract §17, W53).
 */
#ifndef FITGATE_ACCOUNT_APP_CONFIG_CHANGE_H
#define FITGATE_ACCOUNT_APP_CONFIG_CHANGE_H

#include "account/app_config.h"
#include "account/context.h"

enum {
	APP_CONFIG_TEXT_MAX = 65535, /* bytes of privacy_policy and about */
};

/* Bits: which values to change. */
enum app_config_field {
	APP_CONFIG_MAX_USERS = 1,
	APP_CONFIG_GPX_LIMIT_IMPORT = 2,
	APP_CONFIG_MAX_SINGLE_FILE_SIZE = 4,
	APP_CONFIG_MAX_ZIP_FILE_SIZE = 8,
	APP_CONFIG_ADMIN_CONTACT = 16,
	APP_CONFIG_ABOUT = 32,
	/* also sets privacy_policy_date: none without a text, now with another text; with the same one it stays */
	APP_CONFIG_PRIVACY_POLICY = 64,
	APP_CONFIG_PRIVACY_POLICY_DATE = 128,
};

struct app_config_change {
	unsigned fields;          /* of enum app_config_field */
	struct app_config values; /* only these of them count */
};

/* Bits: the rules that the values to change break, in the order of their messages. */
enum app_config_violation {
	APP_CONFIG_GPX_LIMIT_TOO_SMALL = 1,
	APP_CONFIG_SINGLE_SIZE_TOO_SMALL = 2,
	APP_CONFIG_ZIP_SIZE_TOO_SMALL = 4,
	APP_CONFIG_ZIP_SIZE_TOO_LARGE = 8, /* above APP_CONFIG_MAX_BYTES */
	APP_CONFIG_CONTACT_INVALID = 16,   /* not an e-mail address; NULL is valid */
	APP_CONFIG_MAX_USERS_NEGATIVE = 32,
	APP_CONFIG_TEXT_TOO_LONG = 64,
};

/* The rules that the values to change break; 0: none. */
unsigned app_config_violations(const struct app_config_change *change);

enum app_config_change_result {
	APP_CONFIG_CHANGED,
	APP_CONFIG_SIZES_DISORDERED, /* max_zip_file_size would be less than max_single_file_size */
	APP_CONFIG_NOT_ONE_ROW,      /* the table does not have exactly one row */
	APP_CONFIG_FAILED,           /* it has been logged */
};

/*
 * Store values that break no rule. `config`, unless NULL, gets the whole configuration afterwards; its texts are in the
 * arena or in the change. The context needs no remote_address and no device.
 */
enum app_config_change_result account_change_app_config(const struct account_context *context,
	const struct app_config_change *change, struct app_config *config);

#endif
