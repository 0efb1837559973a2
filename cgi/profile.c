/*
 * An account's own data: GET profile.
 */
#include "account/service.h"

/* GET /api/auth/profile (contract §6.5). The profile came with the check of the token. */
static void get_profile(struct service *service, struct request *request, struct response *response)
{
	(void)service;
	answer_data(response, profile_object(&request->caller->profile));
}

static const struct route ROUTES[] = {
	{HTTP_GET, "/api/auth/profile", &ACCESS_ACCOUNT_WITH_PROFILE, get_profile},
	{0},
};

int main(int argc, char **argv)
{
	return service_main(argc, argv, "profile", SETTINGS_NEED_DATABASE | SETTINGS_NEED_SECRET, ROUTES);
}
