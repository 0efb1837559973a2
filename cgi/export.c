/*
 * The data export: GET account/export, POST account/export/request, GET account/export/<file> (contract
 * §6.19). The archive itself is made by the worker.
 */
#include "account/service.h"
#include "files/export.h"
#include "files/serve.h"

#include <string.h>

static const char *status_of(const struct data_export *row)
{
	if (!row->completed)
		return "in_progress";
	return row->file_name == NULL ? "errored" : "successful";
}

/* NULL: memory is out. */
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
static void get_export(struct service *service, struct request *request, struct response *response)
{
	struct data_export row;

	switch (export_read(service->db, request->caller->profile.user.id, &row)) {
	case DB_OK:
		answer_member(response, "request", export_object(&row));
		return;
	case DB_NO_ROW:
		answer_member(response, "request", cJSON_CreateNull());
		return;
	default:
		return;
	}
}

/* POST /api/auth/account/export/request */
static void ask_for_export(
	struct service *service, struct request *request, struct response *response)
{
	struct data_export row;

	switch (export_request(
		service->db, &service->settings, request->caller->profile.user.id, &row)) {
	case EXPORT_REQUESTED:
		answer_member(response, "request", export_object(&row));
		return;
	case EXPORT_ONGOING:
		answer(response, ANSWER_EXPORT_ONGOING);
		return;
	case EXPORT_RECENT:
		answer(response, ANSWER_EXPORT_COMPLETED);
		return;
	case EXPORT_FAILED:
		return;
	}
}

/* {"archive":[]} */
static void answer_no_archive(struct response *response)
{
	cJSON *data = cJSON_CreateObject();

	if (cJSON_AddArrayToObject(data, "archive") == NULL)
		data = NULL;
	answer_data_with_message(response, ANSWER_NO_ARCHIVE, data);
}

/* GET /api/auth/account/export/<file> */
static void get_archive(struct service *service, struct request *request, struct response *response)
{
	struct data_export row;
	struct served_file file = {
		.category = "exports",
		.user_id = request->caller->profile.user.id,
		.name = request->parameters[0],
		.content_type = "application/zip",
		.disposition = "attachment",
	};
	enum db_result result = export_read(service->db, file.user_id, &row);

	if (result != DB_OK && result != DB_NO_ROW)
		return;
	if (result == DB_NO_ROW || !row.completed || row.file_name == NULL ||
		strcmp(row.file_name, file.name) != 0 ||
		!serve_file(&service->settings, request, response, &file))
		answer_no_archive(response);
}

static const struct route ROUTES[] = {
	{HTTP_GET, "/api/auth/account/export", &ACCESS_EXPORT, get_export, IN_0_7},
	{HTTP_POST, "/api/auth/account/export/request", &ACCESS_EXPORT, ask_for_export, IN_0_7},
	{HTTP_GET, "/api/auth/account/export/:file_name", &ACCESS_EXPORT, get_archive, IN_0_7},
	{0},
};

int main(int argc, char **argv)
{
	return service_main(
		argc, argv, "export", SETTINGS_NEED_DATABASE | SETTINGS_NEED_SECRET, ROUTES);
}
