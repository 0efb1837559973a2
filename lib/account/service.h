/*
 * What all executables have in common: start, and the way of a request from its route to its handler.
 *
 * 404, 405, OPTIONS and 401 are answered from the route table, not by handlers. A handler that leaves
 * the response empty has failed: ERR500 is sent.
 */
#ifndef FITGATE_ACCOUNT_SERVICE_H
#define FITGATE_ACCOUNT_SERVICE_H

#include "account/answer.h"
#include "account/bearer.h"
#include "account/dialect.h"
#include "core/settings.h"
#include "db/db.h"
#include "http/payload.h"
#include "http/router.h"

/* What a handler works with. */
struct service {
	struct settings settings;
	struct db *db;
	const struct route *routes;
};

/* Who may call a route: any account, by a token that has the scopes, if it is of a kind with scopes. */
struct route_access {
	const char *scopes; /* NULL: none needed */
	bool with_totals;   /* the handler shows the profile: read it with the account */
};

/* The combinations that routes have. */
extern const struct route_access ACCESS_ANY_TOKEN;
extern const struct route_access ACCESS_PROFILE_READ; /* with totals */
extern const struct route_access ACCESS_PROFILE_WRITE;
extern const struct route_access ACCESS_PROFILE_WRITE_AND_SHOW; /* with totals */
extern const struct route_access ACCESS_WORKOUTS_READ;
extern const struct route_access ACCESS_EXPORT; /* the archive holds profile and workouts */

/*
 * Read the settings, serve, and return the exit status of the process. `needs` is of enum settings_need.
 * With the argument --routes: print the routes and their dialects, one a line.
 */
int service_main(
	int argc, char **argv, const char *name, unsigned needs, const struct route *routes);

/*
 * Read the JSON body. false: it is refused, and the response says so.
 */
bool service_read_payload(
	const struct request *request, struct response *response, struct payload *payload);

/* The languages that the dialect's clients may ask for, as words separated by spaces. */
const char *service_languages(const struct service *service, const struct dialect *dialect);

/* 429: come back in so many seconds. */
void service_refuse_for_now(
	const struct request *request, struct response *response, int64_t seconds);

#endif
