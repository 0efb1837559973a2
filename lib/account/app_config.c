/*
 * Reading app_config.
 */
#include "account/app_config.h"

#include "account/registration/unconfirmed.h"

enum db_result app_config_read(struct db *db, struct arena *arena, struct app_config *config)
{
	struct row {
		struct app_config config;
		int64_t rows;
	} row;
	static const struct db_field FIELDS[] = {
		DB_FIELD(struct row, config.max_users, "max_users"),
		DB_FIELD(struct row, config.gpx_limit_import, "gpx_limit_import"),
		DB_FIELD(struct row, config.max_single_file_size, "max_single_file_size"),
		DB_FIELD(struct row, config.max_zip_file_size, "max_zip_file_size"),
		DB_FIELD(struct row, config.admin_contact, "admin_contact"),
		DB_FIELD(struct row, config.about, "about"),
		DB_FIELD(struct row, config.privacy_policy, "privacy_policy"),
		DB_FIELD_TIME(struct row, config.privacy_policy_date, "privacy_policy_date"),
		DB_FIELD(struct row, rows, "(SELECT COUNT(*) FROM app_config)"),
		{0},
	};
	static const struct db_query READ = {FIELDS, .text = "FROM app_config LIMIT 1"};
	enum db_result result = db_query_row(db, arena, &READ, DB_NO_PARAMS, &row);

	if (result != DB_OK)
		return result;
	*config = row.config;
	return row.rows == 1 ? DB_OK : DB_NO_ROW;
}

enum db_result app_config_read_sizes(struct db *db, struct app_config_sizes *sizes)
{
	static const struct db_field FIELDS[] = {
		DB_FIELD(struct app_config_sizes, file, "GREATEST(max_single_file_size, 0)"),
		DB_FIELD(struct app_config_sizes, request, "GREATEST(max_zip_file_size, 0)"),
		{0},
	};
	static const struct db_query READ = {FIELDS, .text = "FROM app_config LIMIT 1"};

	return db_query_row(db, NULL, &READ, DB_NO_PARAMS, sizes);
}

enum db_result app_config_registration_open(
	struct db *db, const struct settings *settings, const struct app_config *config, bool *open)
{
	int64_t count = 0;
	enum db_result result;

	*open = true;
	if (config->max_users <= 0)
		return DB_OK;
	result = unconfirmed_count_users(db, settings, config->max_users, &count);
	*open = count < config->max_users;
	return result;
}
