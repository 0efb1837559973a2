/*
 * The applications that have access to an account, as its owner sees and ends it. Most are the owner's own (W37); tokens
 * that an import has taken over may be of applications of other users.
 */
#ifndef FITGATE_ACCOUNT_OAUTH_CONNECTION_H
#define FITGATE_ACCOUNT_OAUTH_CONNECTION_H

#include "account/oauth/app.h"

enum { OAUTH_CONNECTIONS_MAX = 100 };

/* One grant: a token that can be used or refreshed. Texts are in the arena. */
struct oauth_connection {
	struct oauth_app app;
	const char *scope; /* "": none */
};

/*
 * The connections of an account, the newest first, at most OAUTH_CONNECTIONS_MAX; `connections` has room for them.
 * DB_OK, DB_FAILED.
 */
enum db_result oauth_connections_list(const struct account_context *context, int64_t user_id,
	struct oauth_connection *connections, int *count);

/*
 * End every access that an application has to the account: tokens, and codes that are not used. The application
 * itself stays. DB_OK; DB_NO_ROW: it has no token and no code of this account; DB_FAILED.
 */
enum db_result oauth_connection_end(
	const struct account_context *context, int64_t user_id, const char *client_id);

#endif
