/*
 * Directories are only opened through the descriptor of the parent, with openat() and unlinkat(), so that no other
 * process can replace a component of the path by a link.
 */
#include "files/store.h"

#include "files/category.h"
#include "files/directory.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Deeper than any directory that Fitgate creates. Limited, because each level holds a descriptor. */
enum { MAX_DEPTH = 32 };

/* Every category: the files of a deleted account are removed from all of them. */
static const char *const CATEGORIES[] = {UPLOAD_PICTURES, UPLOAD_EXPORTS, UPLOAD_WORKOUTS};

enum { CATEGORY_COUNT = sizeof(CATEGORIES) / sizeof(*CATEGORIES) };

/* NOLINTBEGIN(misc-no-recursion): these two functions call each other, at most MAX_DEPTH levels deep */

static bool remove_tree(int parent, const char *name, int depth, struct error *error);

/* Remove the content of an open directory. Closes the descriptor. */
static bool empty_directory(int directory, const char *name, int depth, struct error *error)
{
	DIR *listing = fdopendir(directory);
	const struct dirent *entry;
	bool emptied = true;

	if (listing == NULL) {
		error_set_errno(error, errno, "could not list directory \"%s\"", name);
		close(directory);
		return false;
	}
	while ((entry = readdir(listing)) != NULL) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		if (!remove_tree(dirfd(listing), entry->d_name, depth + 1, error))
			emptied = false;
	}
	closedir(listing);
	return emptied;
}

/* Remove a file, a link, or a directory with its content. */
static bool remove_tree(int parent, const char *name, int depth, struct error *error)
{
	int directory;

	if (unlinkat(parent, name, 0) == 0 || errno == ENOENT)
		return true;
	if (errno != EISDIR)
		return error_set_errno(error, errno, "could not remove file \"%s\"", name);
	if (depth > MAX_DEPTH)
		return error_set_errno(error, ELOOP, "could not remove directory \"%s\"", name);
	directory = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (directory < 0)
		return errno == ENOENT ||
		       error_set_errno(error, errno, "could not open directory \"%s\"", name);
	if (!empty_directory(directory, name, depth, error))
		return false;
	if (unlinkat(parent, name, AT_REMOVEDIR) == 0 || errno == ENOENT)
		return true;
	return error_set_errno(error, errno, "could not remove directory \"%s\"", name);
}

/* NOLINTEND(misc-no-recursion) */

static bool remove_from_category(
	const char *upload_folder, const char *category, const char *user, struct error *error)
{
	int directory = directory_open_category(upload_folder, category, false);
	bool removed;

	if (directory < 0)
		return errno == ENOENT ||
		       error_set_errno(error, errno, "could not open directory \"%s\"", category);
	removed = remove_tree(directory, user, 0, error);
	if (removed && fsync(directory) != 0)
		removed =
			error_set_errno(error, errno, "could not write directory \"%s\"", category);
	close(directory);
	return removed;
}

bool store_remove_user(const char *upload_folder, int64_t user_id, struct error *error)
{
	char user[DIRECTORY_USER_SIZE];
	bool removed = true;

	/* If UPLOAD_FOLDER is set but missing, for example not mounted, the files still exist: fail. */
	if (*upload_folder != '\0' && access(upload_folder, F_OK) != 0)
		return error_set_errno(
			error, errno, "could not open directory \"%s\"", upload_folder);
	directory_user_name(user_id, user);
	for (int i = 0; i < CATEGORY_COUNT; i++)
		if (!remove_from_category(upload_folder, CATEGORIES[i], user, error))
			removed = false;
	return removed;
}

/* Remove a regular file of an open directory; `bytes` gets its size. */
static bool remove_file(int directory, const char *name, int64_t *bytes, struct error *error)
{
	struct stat status;

	if (fstatat(directory, name, &status, AT_SYMLINK_NOFOLLOW) != 0)
		return errno == ENOENT ||
		       error_set_errno(error, errno, "could not remove file \"%s\"", name);
	if (unlinkat(directory, name, 0) != 0)
		return errno == ENOENT ||
		       error_set_errno(error, errno, "could not remove file \"%s\"", name);
	*bytes = status.st_size;
	return true;
}

bool store_remove_export(const char *upload_folder, int64_t user_id, const char *name,
	int64_t *bytes, struct error *error)
{
	int directory;
	bool removed;

	*bytes = -1;
	if (*name == '\0' || strchr(name, '/') != NULL || strcmp(name, ".") == 0 ||
		strcmp(name, "..") == 0)
		return error_set_errno(error, EINVAL, "could not remove file \"%s\"", name);
	directory = directory_open_user(upload_folder, UPLOAD_EXPORTS, user_id, false);
	if (directory < 0)
		return errno == ENOENT ||
		       error_set_errno(
			       error, errno, "could not open directory \"" UPLOAD_EXPORTS "\"");
	removed = remove_file(directory, name, bytes, error);
	close(directory);
	return removed;
}
