/*
 * The frame that all services of the API share: it starts the service, and takes each request from its route to
 * its handler.
 *
 * The frame itself replies where the route table is enough to decide: 404, 405, OPTIONS, a missing or insufficient
 * token, and a body that is not JSON where the route reads JSON. A failure becomes the 500 that the route names.
 *
 *	static enum handled ping(struct service *service, struct api_request *request)
 *	{
 *		(void)service;
 *		return reply(request, REPLY_PONG);
 *	}
 *
 *	static const struct api_route ROUTES[] = {
 *		{{HTTP_GET, "/api/ping", IN_ALL}, .handler = ping},
 *		{.handler = NULL},
 *	};
 */
#ifndef FITGATE_API_SERVICE_H
#define FITGATE_API_SERVICE_H

#include "account/context.h"
#include "api/auth.h"
#include "api/dialect.h"
#include "api/reply.h"
#include "api/request.h"
#include "core/settings.h"
#include "db/db.h"
#include "http/router.h"
#include "http/server.h"

struct api_route;
struct service_part;

/* What every handler works with. */
struct service {
	struct settings settings;
	struct db *db;
	const struct api_route *routes;
	const struct service_part *part; /* NULL: none */
	int64_t no_groups_until; /* by clock_monotonic(): after a failure of api_group.read() */
};

/*
 * Handles a request: fills in its response, usually by one of reply.h. HANDLER_FAILED: the cause has been
 * logged, in one line, and the frame sends the route's reply to a failure.
 */
typedef enum handled api_handler(
	struct service *service, struct api_request *request) HANDLED_MUST_BE_USED;

/* The requirements of a route: a token of an active account, and these properties. */
struct route_access {
	const char *scopes; /* that a token of a kind with scopes must have; NULL: none */
	bool with_totals; /* the handler shows the profile: read it with the account, in one query */
	bool owner_only;  /* a token with scopes is not enough, whatever its scopes */
	bool administrator; /* others get FORBIDDEN, before the query string and the body are read */
};

/* The combinations that routes have. */
extern const struct route_access ACCESS_ANY_TOKEN;
extern const struct route_access ACCESS_PROFILE_READ; /* with totals */
extern const struct route_access ACCESS_PROFILE_WRITE;
extern const struct route_access ACCESS_PROFILE_WRITE_AND_SHOW; /* with totals */
extern const struct route_access ACCESS_WORKOUTS_READ;
extern const struct route_access ACCESS_OWNER;  /* only first-party tokens */
extern const struct route_access ACCESS_EXPORT; /* the archive holds profile and workouts */
extern const struct route_access ACCESS_USERS_READ;
extern const struct route_access ACCESS_USERS_WRITE;
extern const struct route_access ACCESS_ADMIN_USERS_READ; /* of administrators, as below */
extern const struct route_access ACCESS_ADMIN_USERS_WRITE;
extern const struct route_access ACCESS_ADMIN_APPLICATION_WRITE;
extern const struct route_access ACCESS_ADMIN_WORKOUTS_WRITE;

/* What is read by one query for several requests (struct server_program of http/server.h). */
struct api_group {
	/*
	 * What to read for a request; NULL: nothing. The request is only looked at: when it is handled, it starts again. It has
	 * its route's parameters and its dialect, but no response.
	 */
	void *(*begin)(const struct service *service, const struct api_route *route,
		const struct api_request *request);
	/* Read it; request->prefetched is what begin() has returned. false: failed; the handlers read what is missing. */
	bool (*read)(struct service *service, struct request *const requests[], size_t count);
	/* Whether a request is not to be read together with an earlier one. NULL: never. */
	bool (*excludes)(const struct request *earlier, const struct request *request);
};

/* The read() of a group whose begin() returns a struct principal_prefetch. */
bool service_prefetch_accounts(
	struct service *service, struct request *const requests[], size_t count);

/* The account that a route with totals demands. */
extern const struct api_group GROUP_OF_PROFILES;

/* An element of a table of routes, which ends with an element without a pattern. */
struct api_route {
	struct route route; /* its versions are a mask of dialects */
	api_handler *handler;
	const struct route_access
		*access;    /* NULL: no token needed; request->principal is NULL then */
	enum reply failure; /* the reply if the token check or the handler fails */
	bool needs_mail;    /* the reply is 404 while no mail can be sent */
	/* NULL: its requests are handled by themselves. Only for handlers that are quick; the same for all routes of a program
	   that have one. */
	const struct api_group *group;
	bool reads_json; /* request->payload is the body, an object with at least one member */
	/*
	 * Another program serves this method of a path whose other methods are served here. The route is only named in
	 * Allow; the web server must not pass its requests to this program.
	 */
	bool elsewhere;
};

/* A part of a program that handles the requests below a path itself: the pages of the administration. */
struct service_part {
	const char *path; /* "/account/admin" */
	/* Called once, before the first request. false: failed, which has been logged. */
	bool (*open)(
		void *state, const struct settings *settings, struct db *db, struct arena *arena);
	server_handler *handle;
	void (*print_routes)(const void *state);
	void *state;
};

/* The same as service_main() below, for a program with another part. */
int service_main_with(int argc, char **argv, const char *name, unsigned needs,
	const struct api_route *routes, const struct service_part *part);

/*
 * Reads the settings, serves, and returns the exit status of the process. `needs` is of enum settings_need.
 * With the argument --routes, unless a web server has started the program: prints the routes and their
 * dialects, one a line.
 */
int service_main(
	int argc, char **argv, const char *name, unsigned needs, const struct api_route *routes);

/*
 * Reads the JSON body into request->payload, as the frame does for a route that reads JSON; for a handler that
 * checks another condition first. REPLY_NONE, or the reply that refuses the body.
 */
enum reply service_read_payload(struct api_request *request);

/* The context for the use cases of lib/account, for this request. */
struct account_context service_account(
	const struct service *service, const struct api_request *request);

#endif
