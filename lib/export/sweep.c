/*
 * The sweep first finds a file, then queries the database, and skips users with an export in progress. So if the row
 * does not refer to the file, no row will refer to it later: this does not depend on any clock. The minimum age, which
 * does, only protects the temporary files of workers that have lost their job.
 */
#include "export/export_job.h"

#include "core/log.h"
#include "core/text.h"
#include "export/export.h"
#include "files/category.h"
#include "files/directory.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

static void log_failure(int64_t user_id, const char *attempt, const char *name)
{
	log_warning("archives of user %" PRId64 ": could not %s \"%s\": %s", user_id, attempt, name,
		strerror(errno));
}

/*
 * Read the name of a user's archive (NULL: none). false: the query failed, or an export is in progress, so none of the
 * user's files can be removed now.
 */
static bool read_name(const struct export_worker *worker, int64_t user_id, const char **name)
{
	struct data_export row;
	enum db_result result = export_read(worker->db, worker->arena, user_id, &row);

	if (result == DB_OK && !row.completed)
		return false;
	*name = result == DB_OK ? row.file_name : NULL;
	return result == DB_OK || result == DB_NO_ROW;
}

static void sweep_directory(
	const struct export_worker *worker, int64_t user_id, int directory, DIR *listing)
{
	const struct dirent *entry;
	const char *archive;

	while ((entry = readdir(listing)) != NULL) {
		const char *name = entry->d_name;
		bool exists;

		if (!directory_is_old(directory, name, &exists))
			continue;
		if (!read_name(worker, user_id, &archive))
			return;
		if (archive != NULL && strcmp(name, archive) == 0)
			continue;
		if (unlinkat(directory, name, 0) == 0)
			log_info("user %" PRId64 ": removed file \"%s\", which no export refers to",
				user_id, name);
		else if (errno != ENOENT)
			log_failure(user_id, "remove file", name);
	}
}

static void sweep_user(const struct export_worker *worker, const char *user)
{
	int64_t user_id;
	int directory;
	DIR *listing;

	if (!text_integer(user, 1, INT32_MAX, &user_id))
		return;
	directory = directory_open_user(
		worker->settings->upload_folder, UPLOAD_EXPORTS, user_id, false);
	listing = directory < 0 ? NULL : directory_list(directory);
	if (listing != NULL) {
		sweep_directory(worker, user_id, directory, listing);
		closedir(listing);
	} else if (errno != ENOENT) {
		log_failure(user_id, "open directory", user);
	}
	if (directory >= 0)
		close(directory);
}

void export_sweep(const struct export_worker *worker)
{
	int category =
		directory_open_category(worker->settings->upload_folder, UPLOAD_EXPORTS, false);
	DIR *listing = category < 0 ? NULL : fdopendir(category);
	const struct dirent *entry;

	if (listing == NULL && errno != ENOENT)
		log_warning("could not open directory \"%s\": %s", UPLOAD_EXPORTS, strerror(errno));
	if (listing == NULL && category >= 0)
		close(category);
	if (listing == NULL)
		return;
	while (!worker->asked_to_stop(worker->context) && (entry = readdir(listing)) != NULL) {
		sweep_user(worker, entry->d_name);
		arena_reset(worker->arena);
	}
	closedir(listing);
}
