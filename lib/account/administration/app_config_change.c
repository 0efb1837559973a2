/*
 * The row is locked, the values are merged in C, and the whole row is written.
 */
#include "account/administration/app_config_change.h"

#include "account/validation.h"

#include <string.h>

static bool is_too_long(const char *text)
{
	return text != NULL && strlen(text) > APP_CONFIG_TEXT_MAX;
}

unsigned app_config_violations(const struct app_config_change *change)
{
	const struct app_config *values = &change->values;
	const struct {
		unsigned field, violation;
		bool broken;
	} RULES[] = {
		{APP_CONFIG_GPX_LIMIT_IMPORT, APP_CONFIG_GPX_LIMIT_TOO_SMALL,
			values->gpx_limit_import <= 0},
		{APP_CONFIG_MAX_SINGLE_FILE_SIZE, APP_CONFIG_SINGLE_SIZE_TOO_SMALL,
			values->max_single_file_size <= 0},
		{APP_CONFIG_MAX_ZIP_FILE_SIZE, APP_CONFIG_ZIP_SIZE_TOO_SMALL,
			values->max_zip_file_size <= 0},
		{APP_CONFIG_MAX_ZIP_FILE_SIZE, APP_CONFIG_ZIP_SIZE_TOO_LARGE,
			values->max_zip_file_size > APP_CONFIG_MAX_BYTES},
		{APP_CONFIG_ADMIN_CONTACT, APP_CONFIG_CONTACT_INVALID,
			values->admin_contact != NULL &&
				validation_email(values->admin_contact) != 0},
		{APP_CONFIG_MAX_USERS, APP_CONFIG_MAX_USERS_NEGATIVE, values->max_users < 0},
		{APP_CONFIG_ABOUT, APP_CONFIG_TEXT_TOO_LONG, is_too_long(values->about)},
		{APP_CONFIG_PRIVACY_POLICY, APP_CONFIG_TEXT_TOO_LONG,
			is_too_long(values->privacy_policy)},
	};
	unsigned violations = 0;

	for (size_t i = 0; i < sizeof(RULES) / sizeof(*RULES); i++)
		if ((change->fields & RULES[i].field) != 0 && RULES[i].broken)
			violations |= RULES[i].violation;
	return violations;
}

struct work {
	const struct account_context *context;
	const struct app_config_change *change;
	struct app_config config;
	bool disordered;
};

/* With an unchanged text, users need not accept it again. */
static void set_policy(struct app_config *config, const char *policy)
{
	bool same = policy != NULL && config->privacy_policy != NULL &&
		    strcmp(policy, config->privacy_policy) == 0;

	if (!same)
		config->privacy_policy_date = policy == NULL ? INSTANT_NONE : clock_now();
	config->privacy_policy = policy;
}

static void merge(struct app_config *config, const struct app_config_change *change)
{
	const struct app_config *values = &change->values;
	unsigned fields = change->fields;

	if (fields & APP_CONFIG_MAX_USERS)
		config->max_users = values->max_users;
	if (fields & APP_CONFIG_GPX_LIMIT_IMPORT)
		config->gpx_limit_import = values->gpx_limit_import;
	if (fields & APP_CONFIG_MAX_SINGLE_FILE_SIZE)
		config->max_single_file_size = values->max_single_file_size;
	if (fields & APP_CONFIG_MAX_ZIP_FILE_SIZE)
		config->max_zip_file_size = values->max_zip_file_size;
	if (fields & APP_CONFIG_ADMIN_CONTACT)
		config->admin_contact = values->admin_contact;
	if (fields & APP_CONFIG_ABOUT)
		config->about = values->about;
	if (fields & APP_CONFIG_PRIVACY_POLICY)
		set_policy(config, values->privacy_policy);
	if (fields & APP_CONFIG_PRIVACY_POLICY_DATE)
		config->privacy_policy_date = values->privacy_policy_date;
}

/* The first query of the transaction: the next one then reads what earlier changes have stored. */
static enum db_result lock_row(struct db *db)
{
	static const struct db_field FIELDS[] = {DB_VALUE(int64_t, "id"), {0}};
	static const struct db_query LOCK = {FIELDS, .text = "FROM app_config FOR UPDATE"};
	int64_t id;

	return db_query_row(db, NULL, &LOCK, DB_NO_PARAMS, &id);
}

static enum db_result store(struct db *db, void *context)
{
	static const struct db_query STORE = {
		.text = "UPDATE app_config SET max_users = ?, gpx_limit_import = ?, "
			"max_single_file_size = ?, max_zip_file_size = ?, admin_contact = ?, "
			"about = ?, privacy_policy = ?, privacy_policy_date = ?"};
	struct work *work = context;
	struct app_config *config = &work->config;
	enum db_result result = lock_row(db);

	if (result == DB_OK)
		result = app_config_read(db, work->context->arena, config);
	if (result != DB_OK)
		return result;
	merge(config, work->change);
	work->disordered = config->max_zip_file_size < config->max_single_file_size;
	if (work->disordered)
		return DB_ROLLBACK;
	return db_execute(db, &STORE,
		DB_PARAMS(DB_INT(config->max_users), DB_INT(config->gpx_limit_import),
			DB_INT(config->max_single_file_size), DB_INT(config->max_zip_file_size),
			DB_TEXT(config->admin_contact), DB_TEXT(config->about),
			DB_TEXT(config->privacy_policy), DB_TIME(config->privacy_policy_date)),
		NULL);
}

enum app_config_change_result account_change_app_config(const struct account_context *context,
	const struct app_config_change *change, struct app_config *config)
{
	struct work work = {.context = context, .change = change};
	enum db_result result = db_transaction(context->db, store, &work);

	if (config != NULL)
		*config = work.config;
	switch (result) {
	case DB_OK:
		return APP_CONFIG_CHANGED;
	case DB_ROLLBACK:
		return APP_CONFIG_SIZES_DISORDERED;
	case DB_NO_ROW:
		return APP_CONFIG_NOT_ONE_ROW;
	default:
		return APP_CONFIG_FAILED;
	}
}
