/*
 * The picture of an account: POST, DELETE picture; GET users/<name>/picture.
 */
#include "account/service.h"

static void not_yet(struct service *service, struct request *request, struct response *response)
{
	(void)service;
	(void)request;
	answer(response, ANSWER_SERVER_ERROR);
}

static const struct route ROUTES[] = {
	{HTTP_DELETE, "/api/auth/picture", &ACCESS_PROFILE_WRITE, not_yet, IN_0_7},
	{0},
};

int main(int argc, char **argv)
{
	return service_main(
		argc, argv, "picture", SETTINGS_NEED_DATABASE | SETTINGS_NEED_SECRET, ROUTES);
}
