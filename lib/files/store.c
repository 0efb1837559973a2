/*
 * Removing by openat() and unlinkat(): a folder is only ever entered through the descriptor of the one
 * above it, so that nobody can slip a link in between.
 */
#include "files/store.h"

#include "files/folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Deeper than any folder of ours; a limit, because each level holds a descriptor. */
enum { MAX_DEPTH = 32 };

static const char *const CATEGORIES[] = {"pictures", "exports", "workouts"};

enum { CATEGORY_COUNT = sizeof(CATEGORIES) / sizeof(*CATEGORIES) };

static bool blame(char reason[STORE_REASON_SIZE], const char *what)
{
	snprintf(reason, STORE_REASON_SIZE, "%.250s: %s", what, strerror(errno));
	return false;
}

/* NOLINTBEGIN(misc-no-recursion): these two call each other, MAX_DEPTH deep at most */

static bool remove_tree(int parent, const char *name, int depth, char reason[STORE_REASON_SIZE]);

/* Remove what is in an open folder; takes the descriptor. */
static bool empty_folder(int folder, const char *name, int depth, char reason[STORE_REASON_SIZE])
{
	DIR *listing = fdopendir(folder);
	const struct dirent *entry;
	bool emptied = true;

	if (listing == NULL) {
		blame(reason, name);
		close(folder);
		return false;
	}
	while ((entry = readdir(listing)) != NULL) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		if (!remove_tree(dirfd(listing), entry->d_name, depth + 1, reason))
			emptied = false;
	}
	closedir(listing);
	return emptied;
}

/* Remove a file, a link, or a folder with what is in it. */
static bool remove_tree(int parent, const char *name, int depth, char reason[STORE_REASON_SIZE])
{
	int folder;

	if (unlinkat(parent, name, 0) == 0 || errno == ENOENT)
		return true;
	if (errno != EISDIR)
		return blame(reason, name);
	if (depth > MAX_DEPTH) {
		errno = ELOOP;
		return blame(reason, name);
	}
	folder = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (folder < 0)
		return errno == ENOENT || blame(reason, name);
	if (!empty_folder(folder, name, depth, reason))
		return false;
	if (unlinkat(parent, name, AT_REMOVEDIR) == 0 || errno == ENOENT)
		return true;
	return blame(reason, name);
}

/* NOLINTEND(misc-no-recursion) */

static bool remove_from_category(const char *upload_folder, const char *category, const char *user,
	char reason[STORE_REASON_SIZE])
{
	int folder = folder_open_category(upload_folder, category, false);
	bool removed;

	if (folder < 0)
		return errno == ENOENT || blame(reason, category);
	removed = remove_tree(folder, user, 0, reason);
	if (removed && fsync(folder) != 0)
		removed = blame(reason, category);
	close(folder);
	return removed;
}

bool store_remove_user(const char *upload_folder, int64_t user_id, char reason[STORE_REASON_SIZE])
{
	char user[FOLDER_USER_SIZE];
	bool removed = true;

	/* without the setting nothing was stored; with a folder that is away, nobody knows */
	if (*upload_folder != '\0' && access(upload_folder, F_OK) != 0)
		return blame(reason, upload_folder);
	folder_user_name(user_id, user);
	for (int i = 0; i < CATEGORY_COUNT; i++)
		if (!remove_from_category(upload_folder, CATEGORIES[i], user, reason))
			removed = false;
	return removed;
}

/* Remove a plain file of an open folder and tell its size. */
static bool remove_file(
	int folder, const char *name, int64_t *bytes, char reason[STORE_REASON_SIZE])
{
	struct stat status;

	if (fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) != 0)
		return errno == ENOENT || blame(reason, name);
	if (unlinkat(folder, name, 0) != 0)
		return errno == ENOENT || blame(reason, name);
	*bytes = status.st_size;
	return true;
}

bool store_remove_export(const char *upload_folder, int64_t user_id, const char *name,
	int64_t *bytes, char reason[STORE_REASON_SIZE])
{
	int folder;
	bool removed;

	*bytes = -1;
	if (*name == '\0' || strchr(name, '/') != NULL || strcmp(name, ".") == 0 ||
		strcmp(name, "..") == 0) {
		errno = EINVAL;
		return blame(reason, name);
	}
	folder = folder_open_user(upload_folder, "exports", user_id, false);
	if (folder < 0)
		return errno == ENOENT || blame(reason, "exports");
	removed = remove_file(folder, name, bytes, reason);
	close(folder);
	return removed;
}
