/*
 * The JSON body that creates an application (contract §18.1).
 */
#ifndef FITGATE_API_APP_DRAFT_H
#define FITGATE_API_APP_DRAFT_H

#include "account/oauth/app.h"
#include "api/service.h"

/*
 * Read the body. REPLY_NONE, or the reply that refuses it; with REPLY_APP_KEYS_MISSING, *names is set to the keys that are
 * missing, separated by commas (NULL when out of memory).
 */
enum reply app_draft_read(
	struct api_request *request, struct oauth_app_draft *draft, const char **names);

/* The keys of the values that break a rule (account/oauth/app.h). In the arena; NULL when out of memory. */
const char *app_draft_names(struct arena *arena, unsigned invalid);

#endif
