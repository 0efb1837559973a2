/*
 * See serve.h. That there is such a file is found out here in either case: what to answer when there is none
 * is not the web server's to know.
 */
#include "files/serve.h"

#include "core/clock.h"
#include "files/folder.h"

#include <string.h>
#include <unistd.h>

bool serve_name_is_plain(const char *name)
{
	static const char PLAIN[] =
		"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_.-";

	return *name != '\0' && name[strspn(name, PLAIN)] == '\0' && *name != '.';
}

/* The web server adds what is said about the content itself. */
static bool name_to_web_server(const struct request *request, struct response *response, int folder,
	const struct served_file *file)
{
	/* nothing to encode: it is a plain name */
	const char *path = arena_printf(request->arena, "%s/%s/%lld/%s", request->accel_prefix,
		file->category, (long long)file->user_id, file->name);

	if (path == NULL || folder_identify(folder, file->name).inode == 0)
		return false;
	response_empty(response, 200);
	response_header(response, "X-Accel-Redirect", path);
	return true;
}

/* Last-Modified and ETag are those that nginx would give. */
static bool stream(const struct request *request, struct response *response, int folder,
	const struct served_file *file)
{
	struct stat status;
	int descriptor = folder_open_file(folder, file->name, &status);
	char *date = arena_alloc(request->arena, CLOCK_HTTP_DATE_SIZE);
	const char *tag;

	if (descriptor < 0)
		return false;
	tag = arena_printf(request->arena, "\"%llx-%llx\"", (unsigned long long)status.st_mtime,
		(unsigned long long)status.st_size);
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
	int folder;
	bool found;

	if (disposition == NULL || !serve_name_is_plain(file->name))
		return false;
	folder = folder_open_user(settings->upload_folder, file->category, file->user_id, false);
	if (folder < 0)
		return false;
	found = *request->accel_prefix != '\0' ? name_to_web_server(request, response, folder, file)
					       : stream(request, response, folder, file);
	close(folder);
	if (!found)
		return false;
	response_header(response, "Content-Type", file->content_type);
	response_header(response, "Content-Disposition", disposition);
	response_header(response, "Cache-Control", "no-cache");
	response_header(response, "X-Content-Type-Options", "nosniff");
	response_header(response, "Content-Security-Policy", "default-src 'none'; sandbox");
	return true;
}
