/*
 * Sending a file of a user.
 *
 * The web server does it where it can: nginx told so by X-Accel-Redirect (it then answers conditional and
 * range requests too), if it has given its location in ACCEL_PREFIX. Else it is streamed from here.
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
	const char *name; /* of a file in the user's folder */
	const char *content_type;
	const char *disposition; /* "inline" or "attachment" */
};

/* Whether it is a name as all files have that are served: letters, digits, '_', '.' and '-'. */
bool serve_name_is_plain(const char *name);

/*
 * Fill the response. false, and the response is as it was: there is no such file, it cannot be read, or
 * its name is not plain.
 */
bool serve_file(const struct settings *settings, const struct request *request,
	struct response *response, const struct served_file *file);

#endif
