/*
 * Changing the picture of an account: POST and DELETE picture. This is a separate program, so that slow uploads do
 * not occupy the processes that show pictures.
 */
#include "api/views/profile_view.h"
#include "api/service.h"
#include "files/picture_upload.h"
#include "files/user_picture.h"

/* ---- POST /api/auth/picture (contract §6.11) --------------------------------------------------- */

static enum reply reply_for(enum picture_upload_result result)
{
	switch (result) {
	case PICTURE_UPLOAD_DONE:
		return REPLY_PICTURE_UPDATED;
	case PICTURE_UPLOAD_NO_FILE:
		return REPLY_NO_FILE_PART;
	case PICTURE_UPLOAD_NO_NAME:
		return REPLY_NO_FILE_NAME;
	case PICTURE_UPLOAD_EXTENSION:
		return REPLY_BAD_EXTENSION;
	case PICTURE_UPLOAD_TOO_MANY_PIXELS:
		return REPLY_TOO_MANY_PIXELS;
	case PICTURE_UPLOAD_INVALID:
		return REPLY_INVALID_FILE;
	case PICTURE_UPLOAD_TOO_LARGE: /* its reply has parameters */
	case PICTURE_UPLOAD_REFUSED:
	case PICTURE_UPLOAD_FAILED:
		break;
	}
	return REPLY_PICTURE_UPDATE_FAILED;
}

/* Receive a picture and store it. REPLY_PICTURE_UPDATED: the caller replies; otherwise the refusal has been sent. */
static enum handled receive_picture(
	struct service *service, struct api_request *request, enum reply *result)
{
	const struct account_context account = service_account(service, request);
	struct picture_upload upload = {
		.account = &account,
		.request = request->http,
		.user_id = request->principal->profile.user.id,
	};
	enum picture_upload_result received = picture_upload_receive(&upload);

	*result = reply_for(received);
	if (received == PICTURE_UPLOAD_TOO_LARGE)
		return reply_file_too_large(request, upload.size, upload.limit);
	return *result == REPLY_PICTURE_UPDATED ? HANDLED : reply(request, *result);
}

static enum handled post_picture(struct service *service, struct api_request *request)
{
	enum reply result;

	if (receive_picture(service, request, &result) != HANDLED)
		return HANDLER_FAILED;
	return result == REPLY_PICTURE_UPDATED ? reply(request, result) : HANDLED;
}

/* In 0.2 the profile is shown (dialects §4.7). */
static enum handled post_picture_and_show(struct service *service, struct api_request *request)
{
	struct profile profile = request->principal->profile;
	enum reply result;

	if (receive_picture(service, request, &result) != HANDLED)
		return HANDLER_FAILED;
	if (result != REPLY_PICTURE_UPDATED)
		return HANDLED;
	profile.user.picture = UPLOAD_PICTURES; /* the reply shows whether it exists */
	return reply_data_with_message(
		request, REPLY_PICTURE_UPDATED, profile_object(&profile, request->dialect));
}

/* ---- DELETE /api/auth/picture (contract §6.12) ------------------------------------------------- */

static enum handled delete_picture(struct service *service, struct api_request *request)
{
	const struct account_context account = service_account(service, request);
	const struct user *user = &request->principal->profile.user;

	if (user->picture != NULL && user_picture_remove(&account, user->id) != FILE_REPLACED)
		return HANDLER_FAILED;
	return reply_no_content(request);
}

static const struct api_route ROUTES[] = {
	{{HTTP_POST, "/api/auth/picture", SINCE_0_6}, .handler = post_picture,
		.access = &ACCESS_PROFILE_WRITE, .failure = REPLY_PICTURE_UPDATE_FAILED},
	{{HTTP_POST, "/api/auth/picture", IN_0_2}, .handler = post_picture_and_show,
		.access = &ACCESS_PROFILE_WRITE_AND_SHOW, .failure = REPLY_PICTURE_UPDATE_FAILED},
	{{HTTP_DELETE, "/api/auth/picture", IN_ALL}, .handler = delete_picture,
		.access = &ACCESS_PROFILE_WRITE, .failure = REPLY_PICTURE_DELETION_FAILED},
	{.handler = NULL},
};

int main(int argc, char **argv)
{
	return service_main(
		argc, argv, "upload", SETTINGS_NEED_DATABASE | SETTINGS_NEED_SECRET, ROUTES);
}
