/*
 * What administrators do: GET users, GET, PATCH and DELETE users/<name>, PATCH config, PATCH sports/<id>. `config` serves
 * the other methods of the last two paths.
 */
#include "account/administration/account_deletion.h"
#include "account/administration/administration.h"
#include "account/administration/app_config_change.h"
#include "account/administration/user_list.h"
#include "account/passwords/password.h"
#include "api/parameters.h"
#include "api/views/config_view.h"
#include "api/views/profile_view.h"
#include "api/service.h"
#include "api/views/sport_view.h"
#include "core/crypto.h"
#include "core/log.h"
#include "core/text.h"
#include "users/handlers.h"

#include <math.h>
#include <string.h>

/* ---- the objects ------------------------------------------------------------------------------- */

/* What the principal sees of an account: all of its own, less of another (contract §16.1). */
static cJSON *view_of(const struct api_request *request, const struct profile *profile)
{
	return profile->user.id == request->principal->profile.user.id
		       ? profile_object(profile, request->dialect)
		       : user_object(profile, request->dialect);
}

/* ---- GET /api/users (contract §16.2) ----------------------------------------------------------- */

static enum reply read_order(const struct request *http, struct user_list_query *query)
{
	static const char *const NAMES[USER_ORDER_COUNT] = {
		[USER_ORDER_USERNAME] = "username",
		[USER_ORDER_CREATED_AT] = "created_at",
		[USER_ORDER_WORKOUTS_COUNT] = "workouts_count",
		[USER_ORDER_ADMIN] = "admin",
		[USER_ORDER_ACTIVE] = "is_active",
	};
	int order = USER_ORDER_USERNAME;
	enum reply refusal = parameter_choice(http, "order_by", NAMES, USER_ORDER_COUNT, &order);

	query->order = (enum user_order)order;
	return refusal == REPLY_NONE ? parameter_order(http, &query->descending) : refusal;
}

static cJSON *view_list(const struct api_request *request, const struct user_list *list)
{
	cJSON *array = cJSON_CreateArray();

	for (int64_t i = 0; i < list->count; i++)
		if (!cJSON_AddItemToArray(array, view_of(request, &list->profiles[i])))
			return NULL;
	return array;
}

/* GET /api/users */
static enum handled list_users(struct service *service, struct api_request *request)
{
	const struct request *http = request->http;
	struct user_list_query query = {.part = ""};
	struct pagination pagination;
	struct user_list list;
	static const struct page_sizes SIZES = {.usual = 10, .most = USER_LIST_MAX, .low = 20};
	enum reply refusal = parameter_pages(http, &SIZES, &pagination);

	if (refusal == REPLY_NONE)
		refusal = read_order(http, &query);
	if (refusal == REPLY_NONE)
		refusal = parameter_text(http, "q", &query.part);
	if (refusal != REPLY_NONE)
		return reply(request, refusal);
	query.offset = pagination_offset(&pagination);
	query.limit = pagination.size;
	if (user_list_read(service->db, http->arena, &query, &list) != DB_OK)
		return HANDLER_FAILED;
	pagination.total = list.total;
	return reply_page(request, "users", view_list(request, &list), &pagination);
}

/* ---- GET /api/users/<name> (contract §16.3) ---------------------------------------------------- */

static bool is_own(const struct api_request *request)
{
	return strcmp(request->http->parameters[0], request->principal->profile.user.username) == 0;
}

static bool may_administer(const struct api_request *request)
{
	return is_own(request) || request->principal->profile.user.admin;
}

/* The account that the path names. */
static enum db_result find_named(
	struct service *service, const struct api_request *request, struct user *user)
{
	return user_find_by_username(
		service->db, request->http->arena, request->http->parameters[0], user);
}

/* {"users":[user]}, as the database has the account now. */
static enum handled reply_user(
	struct service *service, struct api_request *request, int64_t user_id)
{
	struct profile profile;
	cJSON *data = cJSON_CreateObject(), *users = cJSON_AddArrayToObject(data, "users");
	enum db_result result = profile_read(service->db, request->http->arena, user_id, &profile);

	if (result == DB_NO_ROW) /* deleted meanwhile */
		return reply(request, REPLY_UNKNOWN_USER);
	if (result != DB_OK || users == NULL ||
		!cJSON_AddItemToArray(users, view_of(request, &profile)))
		return HANDLER_FAILED;
	return reply_data(request, data);
}

/* GET /api/users/<name> */
static enum handled get_user(struct service *service, struct api_request *request)
{
	struct user user;

	if (!may_administer(request))
		return reply(request, REPLY_FORBIDDEN);
	switch (find_named(service, request, &user)) {
	case DB_OK:
		return reply_user(service, request, user.id);
	case DB_NO_ROW:
		return reply(request, REPLY_UNKNOWN_USER);
	default:
		return HANDLER_FAILED;
	}
}

/* ---- PATCH /api/users/<name> (contract §16.4) -------------------------------------------------- */

struct user_edit {
	struct administration change;
	bool resets_password;
	char password_hash[PASSWORD_HASH_SIZE];
};

/* false: a field has another type. */
static bool read_edit(const struct payload *payload, struct user_edit *edit)
{
	struct administration *change = &edit->change;
	enum field admin = payload_flag(payload, "admin", &change->admin);

	change->sets_admin = admin == FIELD_VALID;
	if (admin == FIELD_INVALID ||
		payload_flag(payload, "activate", &change->activate) == FIELD_INVALID ||
		payload_flag(payload, "reset_password", &edit->resets_password) == FIELD_INVALID ||
		payload_email(payload, "new_email", &change->email) == FIELD_INVALID)
		return false;
	change->activate |= change->sets_admin && change->admin;
	change->keeps_administrator = true;
	change->email_must_differ = true;
	change->confirm_email = true;
	change->offers_reset = true;
	return true;
}

static enum handled store_edit(struct service *service, struct api_request *request,
	int64_t user_id, const struct user_edit *edit)
{
	struct account_context account = service_account(service, request);

	account.user_agent = NULL; /* the owner does not know it */
	switch (account_administrate(&account, user_id, &edit->change)) {
	case ADMINISTRATION_DONE:
		return reply_user(service, request, user_id);
	case ADMINISTRATION_LAST_ADMINISTRATOR:
		return reply(request, REPLY_LAST_ADMIN_DEMOTED);
	case ADMINISTRATION_EMAIL_INVALID:
		return reply(request, REPLY_NEW_EMAIL_INVALID);
	case ADMINISTRATION_EMAIL_SAME:
		return reply(request, REPLY_NEW_EMAIL_SAME);
	case ADMINISTRATION_EMAIL_TAKEN:
		return reply(request, REPLY_NEW_EMAIL_TAKEN);
	case ADMINISTRATION_USER_GONE:
		return reply(request, REPLY_UNKNOWN_USER);
	case ADMINISTRATION_FAILED:
		break;
	}
	return HANDLER_FAILED;
}

/* PATCH /api/users/<name> */
static enum handled change_user(struct service *service, struct api_request *request)
{
	struct user_edit edit = {0};
	struct user user;
	enum db_result found = find_named(service, request, &user);

	if (found == DB_NO_ROW)
		return reply(request, REPLY_UNKNOWN_USER);
	if (found != DB_OK)
		return HANDLER_FAILED;
	if (!read_edit(&request->payload, &edit))
		return reply(request, REPLY_INVALID_PAYLOAD);
	if (edit.resets_password) {
		edit.change.password_hash = edit.password_hash;
		if (!password_hash_unknown(&service->settings, edit.password_hash))
			return HANDLER_FAILED;
	}
	return store_edit(service, request, user.id, &edit);
}

/* ---- DELETE /api/users/<name> (contract §16.5) ------------------------------------------------- */

/* DELETE /api/users/<name> */
static enum handled delete_user(struct service *service, struct api_request *request)
{
	const struct account_context account = service_account(service, request);
	struct account_deletion deletion = {.keeps_administrator = true};
	struct user user;
	enum db_result found = find_named(service, request, &user);

	if (found == DB_NO_ROW)
		return reply(request, REPLY_UNKNOWN_USER);
	if (found != DB_OK)
		return HANDLER_FAILED;
	if (!may_administer(request))
		return reply(request, REPLY_FORBIDDEN);
	deletion.user_id = user.id;
	switch (account_delete(&account, &deletion)) {
	case ACCOUNT_DELETION_DONE:
		return reply_no_content(request);
	case ACCOUNT_DELETION_USER_GONE:
		return reply(request, REPLY_UNKNOWN_USER);
	case ACCOUNT_DELETION_LAST_ADMINISTRATOR:
		return reply(request, REPLY_LAST_ADMIN_DELETED);
	case ACCOUNT_DELETION_FAILED:
		break;
	}
	return HANDLER_FAILED;
}

/* ---- PATCH /api/config (contract §17) ---------------------------------------------------------- */

/* A whole number of 32 bits; a fraction is rounded: clients multiply megabytes. false: the field is invalid. */
static bool read_config_number(const struct payload *payload, const char *key, unsigned field,
	struct app_config_change *change, int64_t *value)
{
	double number;

	if (!payload_has(payload, key))
		return true;
	if (payload_number(payload, key, &number) != FIELD_VALID)
		return false;
	number = round(number);
	if (number > INT32_MAX)
		return false;
	*value = number < INT32_MIN ? INT32_MIN : (int64_t)number;
	change->fields |= field;
	return true;
}

/* A text, an address, or null, which "" stands for as well. false: the field is invalid. */
static bool read_config_text(const struct payload *payload, const char *key, unsigned field,
	struct app_config_change *change, const char **value)
{
	if (!payload_has(payload, key))
		return true;
	if ((field == APP_CONFIG_ADMIN_CONTACT
			    ? payload_email(payload, key, value)
			    : payload_text(payload, key, value)) == FIELD_INVALID)
		return false;
	if (*value != NULL && **value == '\0')
		*value = NULL;
	change->fields |= field;
	return true;
}

static bool read_config_change(const struct payload *payload, const struct dialect *dialect,
	struct app_config_change *change)
{
	struct app_config *values = &change->values;

	if (!read_config_number(payload, "gpx_limit_import", APP_CONFIG_GPX_LIMIT_IMPORT, change,
		    &values->gpx_limit_import) ||
		!read_config_number(payload, "max_single_file_size",
			APP_CONFIG_MAX_SINGLE_FILE_SIZE, change, &values->max_single_file_size) ||
		!read_config_number(payload, "max_zip_file_size", APP_CONFIG_MAX_ZIP_FILE_SIZE,
			change, &values->max_zip_file_size) ||
		!read_config_number(
			payload, "max_users", APP_CONFIG_MAX_USERS, change, &values->max_users) ||
		!read_config_text(payload, "admin_contact", APP_CONFIG_ADMIN_CONTACT, change,
			&values->admin_contact))
		return false;
	return !dialect->has_site_texts ||
	       (read_config_text(payload, "about", APP_CONFIG_ABOUT, change, &values->about) &&
		       read_config_text(payload, "privacy_policy", APP_CONFIG_PRIVACY_POLICY,
			       change, &values->privacy_policy));
}

static enum handled reply_config_violations(struct api_request *request, unsigned violations)
{
	static const struct {
		unsigned violation;
		enum reply reply;
	} MESSAGES[] = {
		{APP_CONFIG_GPX_LIMIT_TOO_SMALL, REPLY_CONFIG_GPX_LIMIT},
		{APP_CONFIG_SINGLE_SIZE_TOO_SMALL, REPLY_CONFIG_SINGLE_SIZE},
		{APP_CONFIG_ZIP_SIZE_TOO_SMALL, REPLY_CONFIG_ZIP_SIZE},
		{APP_CONFIG_ZIP_SIZE_TOO_LARGE, REPLY_CONFIG_ZIP_SIZE_LIMIT},
		{APP_CONFIG_CONTACT_INVALID, REPLY_CONFIG_CONTACT},
	};
	enum { MESSAGE_COUNT = sizeof(MESSAGES) / sizeof(*MESSAGES) };
	enum reply replies[MESSAGE_COUNT];
	size_t count = 0;

	if ((violations & (APP_CONFIG_MAX_USERS_NEGATIVE | APP_CONFIG_TEXT_TOO_LONG)) != 0)
		return reply(request, REPLY_INVALID_PAYLOAD);
	for (size_t i = 0; i < MESSAGE_COUNT; i++)
		if ((violations & MESSAGES[i].violation) != 0)
			replies[count++] = MESSAGES[i].reply;
	return reply_list(request, replies, count);
}

/* PATCH /api/config */
static enum handled change_config(struct service *service, struct api_request *request)
{
	const struct account_context account = service_account(service, request);
	struct app_config_change change = {0};
	struct app_config config;
	unsigned violations;

	if (!read_config_change(&request->payload, request->dialect, &change))
		return reply(request, REPLY_INVALID_PAYLOAD);
	violations = app_config_violations(&change);
	if (violations != 0)
		return reply_config_violations(request, violations);
	switch (account_change_app_config(&account, &change, &config)) {
	case APP_CONFIG_CHANGED:
		return reply_data(request,
			config_view(service->db, &service->settings, &config, request->dialect));
	case APP_CONFIG_SIZES_DISORDERED:
		return reply(request, REPLY_CONFIG_SIZES_DISORDERED);
	case APP_CONFIG_NOT_ONE_ROW:
		log_error("table app_config must have exactly one row");
		break;
	case APP_CONFIG_FAILED:
		break;
	}
	return HANDLER_FAILED;
}

/* ---- PATCH /api/sports/<sport_id> (contract §7.3) ---------------------------------------------- */

/* PATCH /api/sports/<sport_id> */
static enum handled change_sport(struct service *service, struct api_request *request)
{
	const cJSON *active = json_member(request->payload.object, "is_active");
	int64_t id = sport_view_id(request->http->parameters[0]);

	if (!cJSON_IsBool(active))
		return reply(request, REPLY_INVALID_PAYLOAD);
	if (sport_set_active(service->db, id, cJSON_IsTrue(active)) == SPORT_FAILED)
		return HANDLER_FAILED;
	return sport_view_reply(service->db, request, id);
}

static const struct api_route ROUTES[] = {
	{{HTTP_GET, "/api/users", SINCE_0_6}, .handler = list_users,
		.access = &ACCESS_ADMIN_USERS_READ},
	{{HTTP_GET, "/api/users/:user_name", SINCE_0_6}, .handler = get_user,
		.access = &ACCESS_USERS_READ},
	{{HTTP_PATCH, "/api/users/:user_name", SINCE_0_6}, .handler = change_user,
		.access = &ACCESS_ADMIN_USERS_WRITE, .reads_json = true},
	{{HTTP_DELETE, "/api/users/:user_name", SINCE_0_6}, .handler = delete_user,
		.access = &ACCESS_USERS_WRITE},
	{{HTTP_GET, "/api/config", SINCE_0_6}, .elsewhere = true},
	{{HTTP_PATCH, "/api/config", SINCE_0_6}, .handler = change_config,
		.access = &ACCESS_ADMIN_APPLICATION_WRITE, .failure = REPLY_CONFIG_UPDATE_FAILED,
		.reads_json = true},
	{{HTTP_GET, "/api/sports/#sport_id", IN_ALL}, .elsewhere = true},
	{{HTTP_PATCH, "/api/sports/#sport_id", SINCE_0_6}, .handler = change_sport,
		.access = &ACCESS_ADMIN_WORKOUTS_WRITE, .reads_json = true},
	{.handler = NULL},
};

int main(int argc, char **argv)
{
	static struct page_service pages = {.routes = ADMINISTRATION_PAGES};
	static const struct service_part PART = {
		.path = "/account/admin",
		.open = page_service_open,
		.handle = page_service_handle,
		.print_routes = page_service_print_routes,
		.state = &pages,
	};

	return service_main_with(argc, argv, "users",
		SETTINGS_NEED_DATABASE | SETTINGS_NEED_SECRET | SETTINGS_NEED_MAIL, ROUTES, &PART);
}
