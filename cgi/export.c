/*
 * The data export: GET account/export, POST account/export/request, GET account/export/<file>.
 */
#include "account/service.h"

static void not_yet(struct service *service, struct request *request, struct response *response)
{
	(void)service;
	(void)request;
	answer(response, ANSWER_SERVER_ERROR);
}

static const struct route ROUTES[] = {
	{HTTP_GET, "/api/auth/account/export", &ACCESS_EXPORT, not_yet, IN_0_7},
	{0},
};

int main(int argc, char **argv)
{
	return service_main(
		argc, argv, "export", SETTINGS_NEED_DATABASE | SETTINGS_NEED_SECRET, ROUTES);
}
