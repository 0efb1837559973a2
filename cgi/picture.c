/*
 * The picture of an account: POST, DELETE picture; GET users/<name>/picture.
 */
#include "account/app_config.h"
#include "account/service.h"
#include "core/text.h"
#include "files/picture.h"
#include "files/picture_name.h"
#include "files/serve.h"
#include "files/user_picture.h"
#include "http/multipart.h"

#include <string.h>

/* ---- POST /api/auth/picture (contract §6.11) --------------------------------------------------- */

/* What is known of an upload when its body has ended. Memory does not grow with the body. */
struct upload {
	struct request_body_stream body;
	struct multipart multipart;
	enum multipart_result form;
	struct app_config_sizes limits;
	const char *filename; /* as the client calls the file; NULL: there is none */
	enum picture_kind kind;
	enum picture_result picture;
};

/* The whole request counts, not the file; where its length was not announced, as far as it is known. */
static int64_t size_of(const struct upload *upload)
{
	return upload->body.announced >= 0 ? upload->body.announced : (int64_t)upload->body.length;
}

static bool is_too_large(const struct upload *upload)
{
	return size_of(upload) > upload->limits.file;
}

/* Nothing of a body that has turned out too large is stored any more. */
static ssize_t read_file(void *state, void *buffer, size_t size)
{
	struct upload *upload = state;
	ssize_t got = multipart_read(&upload->multipart, buffer, size);

	return is_too_large(upload) ? -1 : got;
}

/* Store the file as it comes, if there is any chance that it is wanted. */
static void receive_file(struct service *service, struct upload *upload, struct change *change)
{
	const struct source source = {read_file, upload};
	const struct sink sink = change_sink(change);
	const char *extension = picture_name_extension(upload->filename);

	upload->kind = extension == NULL ? PICTURE_UNKNOWN : picture_kind_by_extension(extension);
	if (upload->kind == PICTURE_UNKNOWN || is_too_large(upload))
		return;
	if (!change_open(change, service->settings.upload_folder, USER_PICTURE_CATEGORY, true) ||
		!change_new_file(change))
		upload->picture = PICTURE_UNWRITABLE;
	else
		upload->picture = picture_clean(upload->kind, &source, &sink);
}

static bool is_the_file(const struct upload *upload, const struct multipart_part *part)
{
	return upload->filename == NULL && part->filename != NULL &&
	       strcmp(part->name, "file") == 0;
}

/* Take the body apart to its end. false: memory is out. */
static bool receive(struct service *service, const struct request *request, struct upload *upload,
	struct change *change)
{
	const struct source body =
		request_body_source(&upload->body, request, (size_t)upload->limits.request);
	struct multipart_part part;

	upload->form = MULTIPART_BROKEN;
	if (!multipart_begin(&upload->multipart, request->content_type, &body))
		return true;
	while ((upload->form = multipart_next(&upload->multipart, &part)) == MULTIPART_PART) {
		if (!is_the_file(upload, &part))
			continue;
		upload->filename = arena_copy(request->arena, part.filename, strlen(part.filename));
		if (upload->filename == NULL)
			return false;
		receive_file(service, upload, change);
	}
	return true;
}

/* Steps 2 to 7. false: refused, and the response says so. */
static bool accept_upload(const struct upload *upload, struct response *response)
{
	if (upload->body.state == REQUEST_BODY_TOO_LARGE)
		answer_file_too_large(response, size_of(upload), upload->limits.request);
	else if (upload->form != MULTIPART_END || upload->filename == NULL)
		answer(response, ANSWER_NO_FILE_PART);
	else if (*upload->filename == '\0')
		answer(response, ANSWER_NO_FILE_NAME);
	else if (upload->kind == PICTURE_UNKNOWN)
		answer(response, ANSWER_BAD_EXTENSION);
	else if (is_too_large(upload))
		answer_file_too_large(response, size_of(upload), upload->limits.file);
	else if (upload->picture == PICTURE_INVALID)
		answer(response, ANSWER_INVALID_FILE);
	else if (upload->picture != PICTURE_OK)
		answer(response, ANSWER_PICTURE_UPDATE_FAILED);
	else
		return true;
	return false;
}

/* All steps but the last. false: refused or failed, and the response says so. */
static bool upload_picture(
	struct service *service, struct request *request, struct response *response)
{
	struct upload *upload = arena_zero(request->arena, sizeof(*upload));
	struct change change = CHANGE_OF(request->caller->profile.user.id);
	char name[PICTURE_NAME_SIZE];
	bool stored = false;

	if (upload == NULL || app_config_read_sizes(service->db, &upload->limits) != DB_OK ||
		!receive(service, request, upload, &change)) {
		answer(response, ANSWER_PICTURE_UPDATE_FAILED);
	} else if (accept_upload(upload, response)) {
		picture_name_make(upload->filename, name);
		stored = user_picture_set(service->db, &change, name);
		if (!stored)
			answer(response, ANSWER_PICTURE_UPDATE_FAILED);
	}
	change_close(&change);
	return stored;
}

static void post_picture(
	struct service *service, struct request *request, struct response *response)
{
	if (upload_picture(service, request, response))
		answer(response, ANSWER_PICTURE_UPDATED);
}

/* In 0.2 the profile is shown (dialects §4.7). */
static void post_picture_and_show(
	struct service *service, struct request *request, struct response *response)
{
	struct profile profile = request->caller->profile;

	if (!upload_picture(service, request, response))
		return;
	profile.user.picture = USER_PICTURE_CATEGORY; /* that there is one is all that is shown */
	answer_data_with_message(
		response, ANSWER_PICTURE_UPDATED, profile_object(&profile, request->dialect));
}

/* ---- DELETE /api/auth/picture (contract §6.12) ------------------------------------------------- */

static void delete_picture(
	struct service *service, struct request *request, struct response *response)
{
	const struct user *user = &request->caller->profile.user;
	struct change change = CHANGE_OF(user->id);

	if (user->picture == NULL) {
		response_empty(response, 204);
		return;
	}
	if (change_open(&change, service->settings.upload_folder, USER_PICTURE_CATEGORY, false) &&
		user_picture_set(service->db, &change, NULL))
		response_empty(response, 204);
	else
		answer(response, ANSWER_PICTURE_DELETION_FAILED);
	change_close(&change);
}

/* ---- GET /api/users/<name>/picture (contract §7.4) --------------------------------------------- */

enum { GET_TRIES = 3 }; /* as often the row is read */

static const char *content_type_of(const char *name)
{
	const char *extension = picture_name_extension(name);
	const char *type = extension == NULL
				   ? NULL
				   : picture_content_type(picture_kind_by_extension(extension));

	return type == NULL ? "application/octet-stream"
			    : type; /* of a file that another program stored */
}

/* Whose picture a request asks for; DB_NO_ROW: nobody's. */
typedef enum db_result find_picture(
	struct service *service, const struct request *request, struct user_picture *picture);

static bool serve_picture(struct service *service, const struct request *request,
	struct response *response, const struct user_picture *picture)
{
	return serve_file(&service->settings, request, response,
		&(struct served_file){.category = USER_PICTURE_CATEGORY,
			.user_id = picture->user_id,
			.name = picture->name,
			.content_type = content_type_of(picture->name),
			.disposition = "inline"});
}

/*
 * A file that is not there may have been replaced since the row was read: then the row names another one by
 * now. Once more is enough but for uploads that follow each other at once.
 */
static void get_picture(struct service *service, const struct request *request,
	struct response *response, find_picture *find)
{
	for (int tries = 0; tries < GET_TRIES; tries++) {
		struct user_picture picture = {0};
		enum db_result found = find(service, request, &picture);

		if (found != DB_OK) {
			answer(response,
				found == DB_NO_ROW ? ANSWER_UNKNOWN_USER : ANSWER_SERVER_ERROR);
			return;
		}
		if (picture.name == NULL)
			break;
		if (serve_picture(service, request, response, &picture))
			return;
	}
	answer(response, ANSWER_NO_PICTURE);
}

static enum db_result find_by_username(
	struct service *service, const struct request *request, struct user_picture *picture)
{
	return user_picture_find_by_username(service->db, request->parameters[0], picture);
}

static void get_picture_by_username(
	struct service *service, struct request *request, struct response *response)
{
	get_picture(service, request, response, find_by_username);
}

/* In 0.2 the account is named by its number (dialects §4.9). One beyond all numbers has nobody. */
static enum db_result find_by_id(
	struct service *service, const struct request *request, struct user_picture *picture)
{
	const char *text = request->parameters[0], *digits = text + (*text == '-');
	int64_t id;

	if (*digits == '\0' || digits[strspn(digits, "0123456789")] != '\0')
		return DB_OK; /* no picture of nobody in particular */
	if (!text_integer(text, 1, INT32_MAX, &id))
		return DB_NO_ROW;
	return user_picture_find_by_id(service->db, id, picture);
}

static void get_picture_by_id(
	struct service *service, struct request *request, struct response *response)
{
	get_picture(service, request, response, find_by_id);
}

static const struct route ROUTES[] = {
	{HTTP_POST, "/api/auth/picture", &ACCESS_PROFILE_WRITE, post_picture, SINCE_0_6},
	{HTTP_POST, "/api/auth/picture", &ACCESS_PROFILE_WRITE_AND_SHOW, post_picture_and_show,
		IN_0_2},
	{HTTP_DELETE, "/api/auth/picture", &ACCESS_PROFILE_WRITE, delete_picture, IN_ALL},
	{HTTP_GET, "/api/users/:user_name/picture", NULL, get_picture_by_username, SINCE_0_6},
	{HTTP_GET, "/api/users/:user_id/picture", NULL, get_picture_by_id, IN_0_2},
	{0},
};

int main(int argc, char **argv)
{
	return service_main(
		argc, argv, "picture", SETTINGS_NEED_DATABASE | SETTINGS_NEED_SECRET, ROUTES);
}
