/*
 * Applications of OAuth 2.0 (contract §18): each user registers their own.
 */
#ifndef FITGATE_ACCOUNT_OAUTH_APP_H
#define FITGATE_ACCOUNT_OAUTH_APP_H

#include "account/context.h"

enum {
	OAUTH_APP_NAME_MAX = 100,        /* code points */
	OAUTH_APP_DESCRIPTION_MAX = 200, /* code points */
	OAUTH_APP_REDIRECT_URIS = 10,
	OAUTH_APP_PAGE_SIZE = 5,
};

/* A row of oauth2_client. Texts are in the arena; NULL where an imported application lacks them. */
struct oauth_app {
	int64_t id, user_id; /* user_id 0: none */
	const char *client_id;
	instant issued_at;
	const char *name, *website, *description;
	const char *scope; /* words separated by spaces */
	const char *redirect_uris[OAUTH_APP_REDIRECT_URIS];
	int redirect_uri_count;
	const char *secret; /* only of an application that has just been created */
};

/* ---- creating ---------------------------------------------------------------------------------- */

/* What a new application is made of. NULL: missing, or of another type than text. */
struct oauth_app_draft {
	const char *name, *website, *scope;
	const char *description;  /* NULL: none */
	bool description_invalid; /* it is of another type than text */
	const char *const
		*redirect_uris; /* NULL: not a list; an element that is NULL is not a text */
	int redirect_uri_count;
};

/* Which values break a rule of contract §18.1. */
enum {
	OAUTH_APP_NAME_INVALID = 1,
	OAUTH_APP_WEBSITE_INVALID = 2,
	OAUTH_APP_REDIRECT_URIS_INVALID = 4,
	OAUTH_APP_DESCRIPTION_INVALID = 8,
};

enum oauth_app_creation {
	OAUTH_APP_CREATED,
	OAUTH_APP_SCOPE_INVALID,   /* not a text, or without a known scope */
	OAUTH_APP_VALUES_INVALID,  /* see `invalid` */
	OAUTH_APP_CREATION_FAILED, /* it has been logged */
};

/* Create an application of the user. Fills `app`, with its secret, which is not shown again. */
enum oauth_app_creation oauth_app_create(const struct account_context *context, int64_t user_id,
	const struct oauth_app_draft *draft, struct oauth_app *app, unsigned *invalid);

/* ---- reading ----------------------------------------------------------------------------------- */

/* How many applications the user has. DB_OK, DB_FAILED. */
enum db_result oauth_app_count(
	const struct account_context *context, int64_t user_id, int64_t *count);

/*
 * The user's applications, the newest first, from `offset` on, at most OAUTH_APP_PAGE_SIZE. DB_OK, DB_FAILED.
 */
enum db_result oauth_app_list(const struct account_context *context, int64_t user_id,
	int64_t offset, struct oauth_app apps[OAUTH_APP_PAGE_SIZE], int *count);

/* An application of this user. DB_OK; DB_NO_ROW: unknown or another user's; DB_FAILED. */
enum db_result oauth_app_find(const struct account_context *context, int64_t user_id,
	const char *client_id, struct oauth_app *app);
enum db_result oauth_app_find_by_id(
	const struct account_context *context, int64_t user_id, int64_t id, struct oauth_app *app);

/* Without regard to its owner; for an application that has authenticated (account/oauth/app_login.h). */
enum db_result oauth_app_read(
	const struct account_context *context, const char *client_id, struct oauth_app *app);

/* ---- ending ------------------------------------------------------------------------------------ */

/* Delete an application of the user with its tokens and codes. DB_OK, DB_NO_ROW, DB_FAILED. */
enum db_result oauth_app_delete(const struct account_context *context, int64_t user_id, int64_t id);

/*
 * Revoke all tokens of an application of the user, and the codes that it has not used. DB_OK, DB_NO_ROW,
 * DB_FAILED. The application may ask for new ones.
 */
enum db_result oauth_app_revoke(const struct account_context *context, int64_t user_id, int64_t id);

/* The same for any user's application, or one without an owner, for an administrator. DB_OK, DB_NO_ROW, DB_FAILED. */
enum db_result oauth_app_revoke_any(const struct account_context *context, const char *client_id);

#endif
