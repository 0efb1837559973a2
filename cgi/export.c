/*
 * The data export: GET account/export, POST account/export/request, GET account/export/<file> (contract §6.19).
 * The worker builds the archive.
 */
#include "api/service.h"
#include "export/export.h"
#include "files/category.h"
#include "files/serve.h"

#include <string.h>

static const char *status_of(const struct data_export *row)
{
	if (!row->completed)
		return "in_progress";
	return row->file_name == NULL ? "errored" : "successful";
}

/* NULL: out of memory. */
static cJSON *export_object(const struct data_export *row)
{
	bool successful = row->completed && row->file_name != NULL;
	cJSON *object = cJSON_CreateObject();

	if (object == NULL || !json_add_time(object, "created_at", row->created_at) ||
		!json_add_text(object, "file_name", successful ? row->file_name : NULL) ||
		!(successful ? json_add_number(object, "file_size", (double)row->file_size)
			     : json_add_text(object, "file_size", NULL)) ||
		!json_add_text(object, "status", status_of(row)))
		return NULL;
	return object;
}

/* GET /api/auth/account/export */
static enum handled get_export(struct service *service, struct api_request *request)
{
	struct data_export row;

	switch (export_read(
		service->db, request->http->arena, request->principal->profile.user.id, &row)) {
	case DB_OK:
		return reply_member(request, "request", export_object(&row));
	case DB_NO_ROW:
		return reply_member(request, "request", cJSON_CreateNull());
	default:
		return HANDLER_FAILED;
	}
}

/* POST /api/auth/account/export/request */
static enum handled ask_for_export(struct service *service, struct api_request *request)
{
	const struct account_context account = service_account(service, request);
	struct data_export row;

	switch (export_request(&account, request->principal->profile.user.id, &row)) {
	case EXPORT_REQUESTED:
		return reply_member(request, "request", export_object(&row));
	case EXPORT_ONGOING:
		return reply(request, REPLY_EXPORT_ONGOING);
	case EXPORT_RECENT:
		return reply(request, REPLY_EXPORT_COMPLETED);
	case EXPORT_FAILED:
		break;
	}
	return HANDLER_FAILED;
}

/* {"archive":[]} */
static enum handled reply_no_archive(struct api_request *request)
{
	cJSON *data = cJSON_CreateObject();

	if (cJSON_AddArrayToObject(data, "archive") == NULL)
		return HANDLER_FAILED;
	return reply_data_with_message(request, REPLY_NO_ARCHIVE, data);
}

/* GET /api/auth/account/export/<file> */
static enum handled get_archive(struct service *service, struct api_request *request)
{
	struct data_export row;
	struct served_file file = {
		.category = UPLOAD_EXPORTS,
		.user_id = request->principal->profile.user.id,
		.name = request->http->parameters[0],
		.content_type = "application/zip",
		.disposition = "attachment",
		.cache_control = "private, no-store",
	};

	switch (export_read(service->db, request->http->arena, file.user_id, &row)) {
	case DB_OK:
		break;
	case DB_NO_ROW:
		return reply_no_archive(request);
	default:
		return HANDLER_FAILED;
	}
	if (!row.completed || row.file_name == NULL || strcmp(row.file_name, file.name) != 0)
		return reply_no_archive(request);
	switch (serve_file(&service->settings, request->http, request->response, &file)) {
	case SERVE_SENT:
		return HANDLED;
	case SERVE_MISSING:
		return reply_no_archive(request);
	case SERVE_FAILED:
		break;
	}
	return HANDLER_FAILED;
}

static const struct api_route ROUTES[] = {
	{{HTTP_GET, "/api/auth/account/export", IN_0_7}, .handler = get_export,
		.access = &ACCESS_EXPORT},
	{{HTTP_POST, "/api/auth/account/export/request", IN_0_7}, .handler = ask_for_export,
		.access = &ACCESS_EXPORT},
	{{HTTP_GET, "/api/auth/account/export/:file_name", IN_0_7}, .handler = get_archive,
		.access = &ACCESS_EXPORT},
	{.handler = NULL},
};

int main(int argc, char **argv)
{
	return service_main(
		argc, argv, "export", SETTINGS_NEED_DATABASE | SETTINGS_NEED_SECRET, ROUTES);
}
