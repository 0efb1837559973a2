/*
 * Checks that the file exists also when nginx sends it: the response for a missing file depends on the endpoint, which
 * nginx does not know.
 */
#include "files/serve.h"

#include "core/clock.h"
#include "core/log.h"
#include "files/directory.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

bool serve_name_is_plain(const char *name)
{
	static const char PLAIN[] =
		"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_.-";

	return *name != '\0' && name[strspn(name, PLAIN)] == '\0' && *name != '.';
}

/* Nor does the user have a file where there is a symbolic link, a socket, or a file in place of a directory. */
static enum serve_result not_opened(const struct served_file *file)
{
	if (errno == ENOENT || errno == ENOTDIR || errno == ELOOP || errno == ENXIO)
		return SERVE_MISSING;
	log_error("could not open file \"%s\" of user %" PRId64 " in \"%s\": %s", file->name,
		file->user_id, file->category, strerror(errno));
	return SERVE_FAILED;
}

/* nginx adds Content-Length, Last-Modified and ETag. */
static enum serve_result redirect(const struct request *request, struct response *response,
	int directory, const struct served_file *file)
{
	/* a plain name needs no encoding */
	const char *path = arena_printf(request->arena, "%s/%s/%" PRId64 "/%s",
		request->accel_prefix, file->category, file->user_id, file->name);

	if (path == NULL)
		return SERVE_FAILED;
	if (directory_identify(directory, file->name).inode == 0)
		return not_opened(file);
	response_empty(response, 200);
	response_header(response, "X-Accel-Redirect", path);
	return SERVE_SENT;
}

/* Stream the file, with the same Last-Modified and ETag as nginx. */
static enum serve_result stream(const struct request *request, struct response *response,
	int directory, const struct served_file *file)
{
	struct stat status;
	int descriptor = directory_open_file(directory, file->name, &status);
	char *date;
	const char *tag;

	if (descriptor < 0)
		return not_opened(file);
	date = arena_alloc(request->arena, CLOCK_HTTP_DATE_SIZE);
	tag = arena_printf(request->arena, "\"%" PRIx64 "-%" PRIx64 "\"", (uint64_t)status.st_mtime,
		(uint64_t)status.st_size);
	if (date == NULL || tag == NULL ||
		!response_file(response, request->arena, descriptor, status.st_size)) {
		close(descriptor);
		return SERVE_FAILED;
	}
	clock_http_date((instant)status.st_mtime * MICROSECONDS, date);
	response_header(response, "Last-Modified", date);
	response_header(response, "ETag", tag);
	return SERVE_SENT;
}

enum serve_result serve_file(const struct settings *settings, const struct request *request,
	struct response *response, const struct served_file *file)
{
	const char *disposition =
		arena_printf(request->arena, "%s; filename=%s", file->disposition, file->name);
	int directory;
	enum serve_result result;

	if (disposition == NULL)
		return SERVE_FAILED;
	if (!serve_name_is_plain(file->name))
		return SERVE_MISSING;
	directory =
		directory_open_user(settings->upload_folder, file->category, file->user_id, false);
	if (directory < 0)
		return not_opened(file);
	result = *request->accel_prefix != '\0' ? redirect(request, response, directory, file)
						: stream(request, response, directory, file);
	close(directory);
	if (result != SERVE_SENT)
		return result;
	response_header(response, "Content-Type", file->content_type);
	response_header(response, "Content-Disposition", disposition);
	response_header(response, "Cache-Control", file->cache_control);
	response_header(response, "X-Content-Type-Options", "nosniff");
	response_header(response, "Content-Security-Policy", "default-src 'none'; sandbox");
	return SERVE_SENT;
}
