/*
 * Showing the picture of an account: GET users/<name>/picture. No token is needed, so this program checks none
 * and holds no key.
 */
#include "api/service.h"
#include "core/text.h"
#include "files/category.h"
#include "files/serve.h"
#include "files/user_picture.h"
#include "picture/picture.h"
#include "picture/picture_name.h"

#include <string.h>

enum { GET_TRIES = 3 }; /* as often the row is read */

_Static_assert((int)SERVER_GROUP_MAX <= (int)USER_PICTURE_PREFETCH_MAX, "a group is one query");

static const char *content_type_of(const char *name)
{
	const char *extension = picture_name_extension(name);
	const char *type = extension == NULL
				   ? NULL
				   : picture_content_type(picture_kind_by_extension(extension));

	return type == NULL ? "application/octet-stream"
			    : type; /* of a file that another program stored */
}

/* Whose picture a request asks for. DB_NO_ROW: there is no such account. */
typedef enum db_result find_picture(
	struct service *service, const struct request *request, struct user_picture *picture);

static enum serve_result serve_picture(
	struct service *service, struct api_request *request, const struct user_picture *picture)
{
	return serve_file(&service->settings, request->http, request->response,
		&(struct served_file){.category = UPLOAD_PICTURES,
			.user_id = picture->user_id,
			.name = picture->name,
			.content_type = content_type_of(picture->name),
			.disposition = "inline",
			.cache_control = "no-cache"});
}

/*
 * A file that is missing may have been replaced since the row was read; then the row names another one now.
 * Reading it again is enough unless uploads follow each other immediately.
 */
static enum handled get_picture(
	struct service *service, struct api_request *request, find_picture *find)
{
	for (int tries = 0; tries < GET_TRIES; tries++) {
		struct user_picture picture = {0};
		enum db_result found = find(service, request->http, &picture);

		if (found == DB_NO_ROW)
			return reply(request, REPLY_UNKNOWN_USER);
		if (found != DB_OK)
			return HANDLER_FAILED;
		if (picture.name == NULL)
			break;
		switch (serve_picture(service, request, &picture)) {
		case SERVE_SENT:
			return HANDLED;
		case SERVE_MISSING:
			continue;
		case SERVE_FAILED:
			return HANDLER_FAILED;
		}
	}
	return reply(request, REPLY_NO_PICTURE);
}

static enum db_result find_by_username(
	struct service *service, const struct request *request, struct user_picture *picture)
{
	if (user_picture_take_prefetched(request->prefetched, picture))
		return DB_OK;
	return user_picture_find_by_username(
		service->db, request->arena, request->parameters[0], picture);
}

static enum handled get_picture_by_username(struct service *service, struct api_request *request)
{
	return get_picture(service, request, find_by_username);
}

/* In 0.2 the account is named by its number (dialects §4.9). An id out of range belongs to no account. */
static enum db_result find_by_id(
	struct service *service, const struct request *request, struct user_picture *picture)
{
	const char *text = request->parameters[0], *digits = text + (*text == '-');
	int64_t id;

	if (*digits == '\0' || digits[strspn(digits, "0123456789")] != '\0')
		return DB_OK; /* no id: there is no picture */
	if (!text_integer(text, 1, INT32_MAX, &id))
		return DB_NO_ROW;
	return user_picture_find_by_id(service->db, request->arena, id, picture);
}

static enum handled get_picture_by_id(struct service *service, struct api_request *request)
{
	return get_picture(service, request, find_by_id);
}

static void *begin(const struct service *service, const struct api_route *route,
	const struct api_request *request)
{
	const struct request *http = request->http;

	(void)service;
	(void)route;
	if (*http->accel_prefix == '\0')
		return NULL; /* sending a file itself is not quick */
	return user_picture_prefetch_begin(http->arena, http->parameters[0]);
}

static bool read_pictures(struct service *service, struct request *const requests[], size_t count)
{
	struct user_picture_prefetch *list[SERVER_GROUP_MAX];

	for (size_t i = 0; i < count; i++)
		list[i] = requests[i]->prefetched;
	return user_picture_prefetch(service->db, requests[0]->arena, list, count);
}

static const struct api_group GROUP_OF_PICTURES = {.begin = begin, .read = read_pictures};

static const struct api_route ROUTES[] = {
	{{HTTP_GET, "/api/users/:user_name/picture", SINCE_0_6}, .handler = get_picture_by_username,
		.group = &GROUP_OF_PICTURES},
	{{HTTP_GET, "/api/users/:user_id/picture", IN_0_2}, .handler = get_picture_by_id},
	{.handler = NULL},
};

int main(int argc, char **argv)
{
	return service_main(argc, argv, "picture", SETTINGS_NEED_DATABASE, ROUTES);
}
