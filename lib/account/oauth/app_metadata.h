/*
 * The JSON text of oauth2_client.client_metadata, with the member names of RFC 7591, as FitTrackee writes it.
 */
#ifndef FITGATE_ACCOUNT_OAUTH_APP_METADATA_H
#define FITGATE_ACCOUNT_OAUTH_APP_METADATA_H

#include "account/oauth/app.h"

/* The text for a new application. NULL when out of memory. */
const char *app_metadata_write(const struct oauth_app *app);

/*
 * Fill name, website, description, scope and redirect URIs. Members that are missing or of another type stay empty;
 * a redirect_uris that is a text counts as a list of one (W39).
 */
void app_metadata_read(const char *text, struct oauth_app *app);

#endif
