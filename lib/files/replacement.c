/*
 * The directory .incoming/ holds new files that are being written ("<user id>-<random>.new"), dirty markers ("<user
 * id>-<random>.mark"), and the file "lock". A user's lock is an fcntl() lock on one byte of that file, at the offset of
 * the user's id: it also works over NFS, and the kernel releases it when the process ends.
 */
#include "files/replacement.h"

#include "core/clock.h"
#include "core/crypto.h"
#include "core/log.h"
#include "files/directory.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define INCOMING      ".incoming"
#define LOCK          "lock"
#define NEW_SUFFIX    ".new"
#define MARKER_SUFFIX ".mark"

/* LOCK_SECONDS: how long to wait for the lock. Short, because the client waits too. */
enum { LOCK_SECONDS = 5, LOCK_PAUSE_MS = 20, NAME_SIZE = 64 };

/* The state of replacing or sweeping one user's file. */
struct replacing {
	const struct file_replacement *replacement;
	int64_t user_id;
	int category, incoming, directory, lock, file; /* -1: not open */
	char new_name[NAME_SIZE], marker[NAME_SIZE];   /* in .incoming/; "": there is none */
	bool placed;      /* the new file has been moved to the user's directory */
	bool needs_sweep; /* the user's directory may hold more than the current file */
	const char *old_name;
	struct file_identity old;
};

#define REPLACING(replacement, user)                                                               \
	((struct replacing){replacement, .user_id = (user), .category = -1, .incoming = -1,        \
		.directory = -1, .lock = -1, .file = -1})

static bool failed(const char *attempt, const char *name)
{
	log_error("could not %s \"%s\": %s", attempt, name, strerror(errno));
	return false;
}

static void close_one(int *descriptor)
{
	if (*descriptor >= 0)
		close(*descriptor);
	*descriptor = -1;
}

/* ---- directories ------------------------------------------------------------------------------- */

/* If the category's directory is missing and `make` is false, `incoming` stays closed: there are no files. */
static bool open_incoming(
	struct replacing *r, const char *upload_folder, const char *category, bool make)
{
	r->category = directory_open_category(upload_folder, category, make);
	if (r->category < 0)
		return (!make && errno == ENOENT) || failed("open directory", category);
	r->incoming = directory_open_within(r->category, INCOMING, true);
	return r->incoming >= 0 || failed("open directory", INCOMING);
}

/* Open the user's directory. false: errno has the reason. */
static bool open_directory(struct replacing *r, bool make)
{
	char name[DIRECTORY_USER_SIZE];

	if (r->directory >= 0)
		return true;
	directory_user_name(r->user_id, name);
	if (r->category >= 0)
		r->directory = directory_open_within(r->category, name, make);
	return r->directory >= 0;
}

static bool make_name(const struct replacing *r, const char *suffix, char name[NAME_SIZE])
{
	char id[CRYPTO_ID_SIZE];

	if (!crypto_random_id(id))
		return false;
	snprintf(name, NAME_SIZE, "%" PRId64 "-%s%s", r->user_id, id, suffix);
	return true;
}

/* ---- the lock and the dirty marker ------------------------------------------------------------- */

static int open_lock(const struct replacing *r)
{
	enum { FLAGS = O_RDWR | O_NOFOLLOW | O_CLOEXEC, MODE = 0660 };
	int lock = openat(r->incoming, LOCK, FLAGS);

	if (lock >= 0 || errno != ENOENT)
		return lock;
	lock = openat(r->incoming, LOCK, FLAGS | O_CREAT, MODE);
	if (lock >= 0 && fchmod(lock, MODE) != 0 && errno != EPERM) {
		close(lock);
		return -1;
	}
	return lock;
}

/* Try for `seconds` seconds. false: another process holds the lock, or the file could not be opened. */
static bool take_lock(struct replacing *r, int seconds)
{
	const struct timespec pause = {.tv_nsec = LOCK_PAUSE_MS * 1000000L};
	struct flock range = {
		.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = (off_t)r->user_id, .l_len = 1};
	int64_t deadline = clock_monotonic() + seconds * MICROSECONDS;

	r->lock = open_lock(r);
	if (r->lock < 0)
		return failed("open file", LOCK);
	while (fcntl(r->lock, F_OFD_SETLK, &range) != 0) {
		/* a file system without locks reports any other error */
		if (errno != EAGAIN && errno != EACCES && errno != EINTR)
			return true;
		if (clock_monotonic() >= deadline) {
			if (seconds > 0)
				log_error(
					"could not lock the user's directory: another replacement has held the lock for %d s",
					seconds);
			return false;
		}
		nanosleep(&pause, NULL);
	}
	return true;
}

/* Create the marker as a second name of the new file, if there is one: that is faster than creating a file. */
static bool set_marker(struct replacing *r)
{
	char name[NAME_SIZE];

	if (!make_name(r, MARKER_SUFFIX, name))
		return false;
	if (r->file < 0 || linkat(r->incoming, r->new_name, r->incoming, name, 0) != 0) {
		int file = directory_make_file(r->incoming, name);

		if (file < 0)
			return failed("make file", name);
		close(file);
	}
	memcpy(r->marker, name, NAME_SIZE);
	return true;
}

/* ---- the steps of a replacement ---------------------------------------------------------------- */

static bool make_new_file(struct replacing *r)
{
	char name[NAME_SIZE];

	if (!make_name(r, NEW_SUFFIX, name))
		return false;
	r->file = directory_make_file(r->incoming, name);
	if (r->file < 0)
		return failed("make file", name);
	memcpy(r->new_name, name, NAME_SIZE);
	return true;
}

/* Sync the new file, then take the lock and set the marker, so that no other process changes the user's directory. */
static bool begin_change(struct replacing *r)
{
	if (r->incoming < 0)
		return true;
	if (r->file >= 0 && fsync(r->file) != 0)
		return failed("write file", r->new_name);
	return take_lock(r, LOCK_SECONDS) && set_marker(r);
}

/* Move the new file to its name in the user's directory, unless an earlier attempt of the transaction has. */
static bool place(struct replacing *r)
{
	const char *name = r->replacement->name;

	if (r->placed)
		return true;
	if (!open_directory(r, true))
		return failed("open directory of", r->replacement->category);
	if (renameat(r->incoming, r->new_name, r->directory, name) != 0)
		return failed("rename file to", name);
	r->placed = true;
	return fsync(r->directory) == 0 || failed("write directory of", name);
}

/* Moving the file is the last step before COMMIT, so that little can fail after it. */
static enum db_result change_row(struct db *db, void *context)
{
	struct replacing *r = context;
	const struct file_replacement *replacement = r->replacement;
	enum db_result result;

	r->old_name = NULL;
	result = replacement->update(db, replacement->context, &r->old_name);
	if (result != DB_OK)
		return result;
	r->old = r->old_name != NULL && open_directory(r, false)
			 ? directory_identify(r->directory, r->old_name)
			 : (struct file_identity){0};
	return replacement->name == NULL || place(r) ? DB_OK : DB_FAILED;
}

static void remove_old(struct replacing *r)
{
	const char *name = r->replacement->name;

	if (r->old_name == NULL || (name != NULL && strcmp(r->old_name, name) == 0) ||
		r->old.inode == 0 || directory_remove_identified(r->directory, r->old_name, r->old))
		return;
	failed("remove file", r->old_name);
	r->needs_sweep = true;
}

static enum file_replace_result replace(struct db *db, struct replacing *r)
{
	const struct file_replacement *replacement = r->replacement;
	bool has_file = replacement->name != NULL;
	enum db_result result;

	if (!open_incoming(r, replacement->upload_folder, replacement->category, has_file) ||
		(has_file && !make_new_file(r)))
		return FILE_NOT_REPLACED;
	if (has_file && !replacement->write(replacement->context, r->file))
		return FILE_NOT_WRITTEN;
	if (!begin_change(r))
		return FILE_NOT_REPLACED;
	result = db_transaction(db, change_row, r);
	if (result == DB_OK)
		remove_old(r);
	else
		r->needs_sweep = r->placed || result == DB_COMMIT_UNKNOWN;
	return result == DB_OK ? FILE_REPLACED : FILE_NOT_REPLACED;
}

static void finish(struct replacing *r)
{
	if (*r->new_name != '\0' && !r->placed && unlinkat(r->incoming, r->new_name, 0) != 0)
		failed("remove temporary file", r->new_name);
	if (*r->marker != '\0' && !r->needs_sweep && unlinkat(r->incoming, r->marker, 0) != 0)
		failed("remove dirty marker", r->marker);
	close_one(&r->file);
	close_one(&r->directory);
	close_one(&r->lock); /* after the marker is removed: now another replacement can begin */
	close_one(&r->incoming);
	close_one(&r->category);
}

enum file_replace_result file_replace(struct db *db, const struct file_replacement *replacement)
{
	struct replacing replacing = REPLACING(replacement, replacement->user_id);
	enum file_replace_result result = replace(db, &replacing);

	finish(&replacing);
	return result;
}

/* ---- the sweep --------------------------------------------------------------------------------- */

/*
 * Remove the old files from the user's directory, except the current one. (A picture was last modified when its last
 * byte was written, just before it got its name.) false: some files are too new, or could not be removed.
 */
static bool sweep_directory(struct replacing *r, const char *current)
{
	DIR *listing;
	const struct dirent *entry;
	bool done = true;

	if (!open_directory(r, false))
		return errno == ENOENT || failed("open directory of", "the user");
	listing = directory_list(r->directory);
	if (listing == NULL)
		return failed("list directory of", "the user");
	while ((entry = readdir(listing)) != NULL) {
		bool exists;

		if (current != NULL && strcmp(entry->d_name, current) == 0)
			continue;
		if (!directory_is_old(r->directory, entry->d_name, &exists))
			done = done && !exists;
		else if (unlinkat(r->directory, entry->d_name, 0) != 0)
			done = failed("remove file", entry->d_name);
	}
	closedir(listing);
	return done;
}

/* Read the user's id from the name of a new file or a marker. false: the name is not one of these. */
static bool parse_name(const char *name, int64_t *user_id)
{
	enum { ID_LENGTH = CRYPTO_ID_SIZE - 1 };
	char *rest;

	if (*name < '1' || *name > '9')
		return false;
	errno = 0;
	*user_id = strtoll(name, &rest, 10);
	if (errno != 0 || *rest != '-')
		return false;
	rest++;
	if (strspn(rest, "0123456789abcdef") != ID_LENGTH)
		return false;
	return strcmp(rest + ID_LENGTH, NEW_SUFFIX) == 0 ||
	       strcmp(rest + ID_LENGTH, MARKER_SUFFIX) == 0;
}

/* Sweep the directory of the user that an entry of .incoming/ names, then remove the entry. */
static bool sweep_entry(
	struct replacing *r, const char *name, file_replace_current *current, void *context)
{
	const char *file = NULL;
	bool done = false;

	if (take_lock(r, 0) && current(context, r->user_id, &file) == DB_OK &&
		sweep_directory(r, file))
		done = unlinkat(r->incoming, name, 0) == 0 || errno == ENOENT ||
		       failed("remove file", name);
	close_one(&r->directory);
	close_one(&r->lock);
	return done;
}

bool file_replace_sweep(const char *upload_folder, const char *category,
	file_replace_current *current, void *context)
{
	struct replacing r = REPLACING(NULL, 0); /* used for one user after the other */
	DIR *listing;
	const struct dirent *entry;
	bool done = open_incoming(&r, upload_folder, category, false), exists;

	listing = r.incoming < 0 ? NULL : directory_list(r.incoming);
	if (listing == NULL && r.incoming >= 0)
		done = failed("list directory", INCOMING);
	while (listing != NULL && (entry = readdir(listing)) != NULL)
		if (parse_name(entry->d_name, &r.user_id) &&
			directory_is_old(r.incoming, entry->d_name, &exists) &&
			!sweep_entry(&r, entry->d_name, current, context))
			done = false;
	if (listing != NULL)
		closedir(listing);
	finish(&r);
	return done;
}
