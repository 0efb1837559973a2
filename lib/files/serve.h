/*
 * Sends a user's file.
 *
 * If nginx has given its internal location in ACCEL_PREFIX, the response names the file in X-Accel-Redirect, and nginx
 * sends it; nginx then also handles conditional and range requests. Otherwise this program streams the file.
 */
#ifndef FITGATE_FILES_SERVE_H
#define FITGATE_FILES_SERVE_H

#include "core/settings.h"
#include "http/request.h"
#include "http/response.h"

#include <stdbool.h>
#include <stdint.h>

struct served_file {
	const char *category; /* "pictures" */
	int64_t user_id;
	const char *name; /* of a file in the user's directory */
	const char *content_type;
	const char *disposition; /* "inline" or "attachment" */
	const char *cache_control;
};

/* Whether a name is safe to serve: letters, digits, '_', '.' and '-', and no dot at the beginning. */
bool serve_name_is_plain(const char *name);

enum serve_result {
	SERVE_SENT,
	SERVE_MISSING, /* there is no regular file of this name, or the name is not plain */
	SERVE_FAILED,  /* it has been logged */
};

/* Fill the response. It is unchanged unless the result is SERVE_SENT. */
enum serve_result serve_file(const struct settings *settings, const struct request *request,
	struct response *response, const struct served_file *file);

#endif
