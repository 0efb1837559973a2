/*
 * Applications and tokens of OAuth 2.0 as JSON (contract §18, §20).
 */
#ifndef FITGATE_API_OAUTH_VIEW_H
#define FITGATE_API_OAUTH_VIEW_H

#include "account/oauth/app.h"
#include "account/oauth/token_grant.h"
#include "core/json/json.h"

/* The object of an application, with its secret if it has one. NULL when out of memory. */
cJSON *oauth_app_object(struct arena *arena, const struct oauth_app *app);

/* The reply that issues tokens. NULL when out of memory. */
cJSON *oauth_tokens_object(const struct oauth_tokens *tokens);

/* The metadata of the server at this address (RFC 8414). NULL when out of memory. */
cJSON *oauth_metadata_object(struct arena *arena, const char *ui_url);

#endif
