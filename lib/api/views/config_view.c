/*
 * What clients see of the configuration: the row of app_config, and some settings.
 */
#include "api/views/config_view.h"

#include "api/json_view.h"

/* The settings and the configuration that clients see. */
struct shown_config {
	struct app_config stored;
	bool mail_enabled, registration_open;
	const char *map_attribution, *version, *weather_provider;
};

static const struct json_field FIELDS[] = {
#define FIELD(key, type, dialects, member)                                                         \
	{key, type, dialects, offsetof(struct shown_config, member)}
	FIELD("about", AS_TEXT, IN_0_7, stored.about),
	FIELD("admin_contact", AS_TEXT, SINCE_0_6, stored.admin_contact),
	FIELD("gpx_limit_import", AS_NUMBER, SINCE_0_6, stored.gpx_limit_import),
	FIELD("is_email_sending_enabled", AS_FLAG, SINCE_0_6, mail_enabled),
	FIELD("is_registration_enabled", AS_FLAG, SINCE_0_6, registration_open),
	FIELD("map_attribution", AS_TEXT, SINCE_0_6, map_attribution),
	FIELD("max_single_file_size", AS_NUMBER, SINCE_0_6, stored.max_single_file_size),
	FIELD("max_users", AS_NUMBER, SINCE_0_6, stored.max_users),
	FIELD("max_zip_file_size", AS_NUMBER, SINCE_0_6, stored.max_zip_file_size),
	FIELD("privacy_policy", AS_TEXT, IN_0_7, stored.privacy_policy),
	FIELD("privacy_policy_date", AS_TIME, IN_0_7, stored.privacy_policy_date),
	FIELD("version", AS_TEXT, SINCE_0_6, version),
	FIELD("weather_provider", AS_TEXT, IN_0_7, weather_provider),
#undef FIELD
	{0},
};

cJSON *config_view(struct db *db, const struct settings *settings, const struct app_config *config,
	const struct dialect *dialect)
{
	struct shown_config shown = {
		.stored = *config,
		.mail_enabled = settings->mail_enabled,
		.map_attribution = settings->map_attribution,
		.version = dialect->version,
		.weather_provider = settings->weather_provider,
	};
	cJSON *object = cJSON_CreateObject();

	if (object == NULL || app_config_registration_open(
				      db, settings, config, &shown.registration_open) != DB_OK)
		return NULL;
	return json_view_add(object, dialect, FIELDS, &shown) ? object : NULL;
}
