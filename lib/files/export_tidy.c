/*
 * A file is looked at before the database is asked, and left alone while an export of its user is in work: so
 * what is not referred to then, nobody is about to refer to. That does not depend on anybody's clock. The age,
 * which does, is only so that what other workers are writing in vain is not taken from under them.
 */
#include "files/export_job.h"

#include "core/log.h"
#include "core/text.h"
#include "files/export.h"
#include "files/folder.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

static void complain(int64_t user_id, const char *what)
{
	log_warning("archives of user %lld: %s: %s", (long long)user_id, what, strerror(errno));
}

/*
 * The archive of a user, or NULL. false: nothing of theirs is to be touched now: the database cannot be
 * asked, or an export is in work.
 */
static bool read_name(struct db *db, int64_t user_id, const char **name)
{
	struct data_export row;
	enum db_result result = export_read(db, user_id, &row);

	if (result == DB_OK && !row.completed)
		return false;
	*name = result == DB_OK ? row.file_name : NULL;
	return result == DB_OK || result == DB_NO_ROW;
}

static void tidy_folder(struct db *db, int64_t user_id, int folder, DIR *listing)
{
	const struct dirent *entry;
	const char *archive;

	while ((entry = readdir(listing)) != NULL) {
		const char *name = entry->d_name;
		bool there;

		if (!folder_is_old(folder, name, &there))
			continue;
		if (!read_name(db, user_id, &archive))
			return;
		if (archive != NULL && strcmp(name, archive) == 0)
			continue;
		if (unlinkat(folder, name, 0) == 0)
			log_info("user %lld: removed a file that no export refers to: %s",
				(long long)user_id, name);
		else if (errno != ENOENT)
			complain(user_id, name);
	}
}

static void tidy_user(struct db *db, const struct settings *settings, const char *user)
{
	int64_t user_id;
	int folder;
	DIR *listing;

	if (!text_integer(user, 1, INT32_MAX, &user_id))
		return;
	folder = folder_open_user(settings->upload_folder, "exports", user_id, false);
	listing = folder < 0 ? NULL : folder_list(folder);
	if (listing != NULL) {
		tidy_folder(db, user_id, folder, listing);
		closedir(listing);
	} else if (errno != ENOENT) {
		complain(user_id, "the folder");
	}
	if (folder >= 0)
		close(folder);
}

void export_job_tidy(const struct export_worker *worker)
{
	int category = folder_open_category(worker->settings->upload_folder, "exports", false);
	DIR *listing = category < 0 ? NULL : fdopendir(category);
	const struct dirent *entry;

	if (listing == NULL && errno != ENOENT)
		log_warning("archives: their folder: %s", strerror(errno));
	if (listing == NULL && category >= 0)
		close(category);
	if (listing == NULL)
		return;
	db_use_arena(worker->db, worker->arena);
	while (!worker->asked_to_stop(worker->context) && (entry = readdir(listing)) != NULL) {
		tidy_user(worker->db, worker->settings, entry->d_name);
		arena_reset(worker->arena);
	}
	closedir(listing);
}
