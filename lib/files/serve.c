/*
 * Checks that the file exists also when nginx sends it: the response for a missing file depends on the endpoint, which
 * nginx does not know.
 */
#include "files/serve.h"

#include "core/clock.h"
#include "files/directory.h"

#include <inttypes.h>
#include <string.h>
#include <unistd.h>

bool serve_name_is_plain(const char *name)
{
	static const char PLAIN[] =
		"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_.-";

	return *name != '\0' && name[strspn(name, PLAIN)] == '\0' && *name != '.';
}

/* nginx adds Content-Length, Last-Modified and ETag. */
static bool redirect(const struct request *request, struct response *response, int directory,
	const struct served_file *file)
{
	/* a plain name needs no encoding */
	const char *path = arena_printf(request->arena, "%s/%s/%" PRId64 "/%s",
		request->accel_prefix, file->category, file->user_id, file->name);

	if (path == NULL || directory_identify(directory, file->name).inode == 0)
		return false;
	response_empty(response, 200);
	response_header(response, "X-Accel-Redirect", path);
	return true;
}

/* Stream the file, with the same Last-Modified and ETag as nginx. */
static bool stream(const struct request *request, struct response *response, int directory,
	const struct served_file *file)
{
	struct stat status;
	int descriptor = directory_open_file(directory, file->name, &status);
	char *date = arena_alloc(request->arena, CLOCK_HTTP_DATE_SIZE);
	const char *tag;

	if (descriptor < 0)
		return false;
	tag = arena_printf(request->arena, "\"%" PRIx64 "-%" PRIx64 "\"", (uint64_t)status.st_mtime,
		(uint64_t)status.st_size);
	if (date == NULL || tag == NULL ||
		!response_file(response, request->arena, descriptor, status.st_size)) {
		close(descriptor);
		return false;
	}
	clock_http_date((instant)status.st_mtime * MICROSECONDS, date);
	response_header(response, "Last-Modified", date);
	response_header(response, "ETag", tag);
	return true;
}

bool serve_file(const struct settings *settings, const struct request *request,
	struct response *response, const struct served_file *file)
{
	const char *disposition =
		arena_printf(request->arena, "%s; filename=%s", file->disposition, file->name);
	int directory;
	bool found;

	if (disposition == NULL || !serve_name_is_plain(file->name))
		return false;
	directory =
		directory_open_user(settings->upload_folder, file->category, file->user_id, false);
	if (directory < 0)
		return false;
	found = *request->accel_prefix != '\0' ? redirect(request, response, directory, file)
					       : stream(request, response, directory, file);
	close(directory);
	if (!found)
		return false;
	response_header(response, "Content-Type", file->content_type);
	response_header(response, "Content-Disposition", disposition);
	response_header(response, "Cache-Control", file->cache_control);
	response_header(response, "X-Content-Type-Options", "nosniff");
	response_header(response, "Content-Security-Policy", "default-src 'none'; sandbox");
	return true;
}
