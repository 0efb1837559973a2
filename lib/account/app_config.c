/*
 * Reading app_config.
 */
#include "account/app_config.h"

enum db_result app_config_read(struct db *db, struct app_config *config)
{
	static const char READ[] =
		"SELECT max_users, gpx_limit_import, max_single_file_size, max_zip_file_size, admin_contact, "
		"about, privacy_policy, privacy_policy_date, (SELECT COUNT(*) FROM app_config) "
		"FROM app_config LIMIT 1";
	int64_t rows;
	enum db_result result = db_row(db, READ, DB_NO_PARAMS,
		DB_COLUMNS(DB_TO_INT(&config->max_users), DB_TO_INT(&config->gpx_limit_import),
			DB_TO_INT(&config->max_single_file_size),
			DB_TO_INT(&config->max_zip_file_size), DB_TO_TEXT(&config->admin_contact),
			DB_TO_TEXT(&config->about), DB_TO_TEXT(&config->privacy_policy),
			DB_TO_TIME(&config->privacy_policy_date), DB_TO_INT(&rows)));

	return result == DB_OK && rows != 1 ? DB_NO_ROW : result;
}

enum db_result app_config_read_sizes(struct db *db, struct app_config_sizes *sizes)
{
	static const char READ[] =
		"SELECT GREATEST(max_single_file_size, 0), GREATEST(max_zip_file_size, 0) "
		"FROM app_config LIMIT 1";

	return db_row(db, READ, DB_NO_PARAMS,
		DB_COLUMNS(DB_TO_INT(&sizes->file), DB_TO_INT(&sizes->request)));
}

enum db_result app_config_registration_open(
	struct db *db, const struct app_config *config, bool *open)
{
	static const char COUNT[] =
		"SELECT COUNT(*) FROM (SELECT id FROM users LIMIT ?) AS counted";
	int64_t count = 0;
	enum db_result result;

	*open = true;
	if (config->max_users <= 0)
		return DB_OK;
	result = db_row(
		db, COUNT, DB_PARAMS(DB_INT(config->max_users)), DB_COLUMNS(DB_TO_INT(&count)));
	*open = count < config->max_users;
	return result;
}
