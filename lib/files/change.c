/*
 * In .incoming/ lie "<user id>-<random>.new", a file that is not in its place yet, the same with ".mark",
 * and "lock". The lock is fcntl()'s on one byte of it, that of the user's number: it works over NFS too,
 * and goes with the process.
 */
#include "files/change.h"

#include "core/clock.h"
#include "core/log.h"
#include "core/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define INCOMING    ".incoming"
#define LOCK        "lock"
#define NEW_SUFFIX  ".new"
#define MARK_SUFFIX ".mark"

/* How long a change waits for another one of the same user: a client does not wait for ever either. */
enum { LOCK_SECONDS = 5, LOCK_PAUSE_MS = 20 };

static bool complain(const struct change *change, const char *what)
{
	log_error("files of user %lld: %s: %s", (long long)change->user_id, what, strerror(errno));
	return false;
}

static void close_one(int *descriptor)
{
	if (*descriptor >= 0)
		close(*descriptor);
	*descriptor = -1;
}

/* ---- opening ----------------------------------------------------------------------------------- */

bool change_open(struct change *change, const char *upload_folder, const char *category, bool make)
{
	change->category = folder_open_category(upload_folder, category, make);
	if (change->category < 0)
		return (!make && errno == ENOENT) || complain(change, category);
	change->incoming = folder_open_within(change->category, INCOMING, true);
	return change->incoming >= 0 || complain(change, INCOMING);
}

/* The user's folder. false: there is none, or it cannot be opened. */
static bool open_folder(struct change *change, bool make)
{
	char name[FOLDER_USER_SIZE];

	if (change->folder >= 0)
		return true;
	folder_user_name(change->user_id, name);
	if (change->category >= 0)
		change->folder = folder_open_within(change->category, name, make);
	return change->folder >= 0;
}

static bool make_name(const struct change *change, const char *suffix, char name[CHANGE_NAME_SIZE])
{
	char id[SECRET_ID_SIZE];

	if (!secret_random_id(id)) {
		errno = EIO;
		return complain(change, "random numbers");
	}
	snprintf(name, CHANGE_NAME_SIZE, "%lld-%s%s", (long long)change->user_id, id, suffix);
	return true;
}

/* ---- the new file ------------------------------------------------------------------------------ */

bool change_new_file(struct change *change)
{
	if (!make_name(change, NEW_SUFFIX, change->name))
		return false;
	change->file = folder_make_file(change->incoming, change->name);
	return change->file >= 0 || complain(change, "a new file");
}

struct sink change_sink(struct change *change)
{
	return sink_to_descriptor(&change->file);
}

/* ---- one change at a time ---------------------------------------------------------------------- */

static int open_lock(const struct change *change)
{
	enum { FLAGS = O_RDWR | O_NOFOLLOW | O_CLOEXEC, MODE = 0660 };
	int lock = openat(change->incoming, LOCK, FLAGS);

	if (lock >= 0 || errno != ENOENT)
		return lock;
	lock = openat(change->incoming, LOCK, FLAGS | O_CREAT, MODE);
	if (lock >= 0 && fchmod(lock, MODE) != 0 && errno != EPERM) {
		close(lock);
		return -1;
	}
	return lock;
}

/* Try for so many seconds. false: another one has it all the time, or it cannot be opened. */
static bool take_lock(struct change *change, int seconds)
{
	const struct timespec pause = {.tv_nsec = LOCK_PAUSE_MS * 1000000L};
	struct flock range = {.l_type = F_WRLCK,
		.l_whence = SEEK_SET,
		.l_start = (off_t)change->user_id,
		.l_len = 1};
	int64_t end = clock_monotonic() + seconds * MICROSECONDS;

	change->lock = open_lock(change);
	if (change->lock < 0)
		return complain(change, LOCK);
	while (fcntl(change->lock, F_OFD_SETLK, &range) != 0) {
		/* a file system without locks says anything but "another one has it" */
		if (errno != EAGAIN && errno != EACCES && errno != EINTR)
			return true;
		if (clock_monotonic() >= end) {
			if (seconds > 0)
				log_error(
					"files of user %lld: another change has not ended in %d s",
					(long long)change->user_id, seconds);
			return false;
		}
		nanosleep(&pause, NULL);
	}
	return true;
}

/* Where there is a new file, the mark is a second name of it: no file has to be made. */
static bool set_mark(struct change *change)
{
	int mark;

	if (!make_name(change, MARK_SUFFIX, change->mark))
		return false;
	if (change->file >= 0 &&
		linkat(change->incoming, change->name, change->incoming, change->mark, 0) == 0) {
		change->marked = true;
		return true;
	}
	mark = folder_make_file(change->incoming, change->mark);
	if (mark < 0)
		return complain(change, "a mark");
	close(mark);
	change->marked = true;
	return true;
}

bool change_begin(struct change *change)
{
	if (change->incoming < 0)
		return true;
	if (change->file >= 0 && fsync(change->file) != 0)
		return complain(change, "writing");
	return take_lock(change, LOCK_SECONDS) && set_mark(change);
}

/* ---- the user's folder ------------------------------------------------------------------------- */

struct file_identity change_identify(struct change *change, const char *name)
{
	if (name == NULL || !open_folder(change, false))
		return (struct file_identity){0};
	return folder_identify(change->folder, name);
}

bool change_place(struct change *change, const char *name)
{
	if (change->placed)
		return true;
	if (!open_folder(change, true))
		return complain(change, "the folder");
	if (renameat(change->incoming, change->name, change->folder, name) != 0)
		return complain(change, name);
	change->placed = true;
	return fsync(change->folder) == 0 || complain(change, name);
}

void change_remove(struct change *change, const char *name, struct file_identity identity)
{
	if (identity.inode == 0 || !open_folder(change, false) ||
		folder_remove_identified(change->folder, name, identity))
		return;
	complain(change, name);
	change->left_over = true;
}

void change_close(struct change *change)
{
	if (change->file >= 0 && !change->placed &&
		unlinkat(change->incoming, change->name, 0) != 0)
		complain(change, "a file of no use");
	if (change->marked && !change->left_over &&
		unlinkat(change->incoming, change->mark, 0) != 0)
		complain(change, "the mark");
	close_one(&change->file);
	close_one(&change->folder);
	close_one(&change->lock); /* the mark is gone: only now may another change begin */
	close_one(&change->incoming);
	close_one(&change->category);
}

/* ---- the clean-up ------------------------------------------------------------------------------ */

/*
 * Remove what is old in the user's folder, but for the file that is in force. (A picture's time is that of its
 * last byte, which is written just before it gets its name.) false: there is more to do.
 */
static bool tidy(struct change *change, const char *in_force)
{
	DIR *listing;
	const struct dirent *entry;
	bool done = true;

	if (!open_folder(change, false))
		return errno == ENOENT || complain(change, "the folder");
	listing = folder_list(change->folder);
	if (listing == NULL)
		return complain(change, "the folder");
	while ((entry = readdir(listing)) != NULL) {
		bool there;

		if (in_force != NULL && strcmp(entry->d_name, in_force) == 0)
			continue;
		if (!folder_is_old(change->folder, entry->d_name, &there))
			done = done && !there;
		else if (unlinkat(change->folder, entry->d_name, 0) != 0)
			done = complain(change, entry->d_name);
	}
	closedir(listing);
	return done;
}

/* The user's number in the name of a new file or a mark; false: it is neither. */
static bool parse_name(const char *name, int64_t *user_id)
{
	enum { ID_LENGTH = SECRET_ID_SIZE - 1 };
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
	       strcmp(rest + ID_LENGTH, MARK_SUFFIX) == 0;
}

/* What an entry of .incoming/ stands for is set right, and then it goes. */
static bool sweep_one(
	struct change *change, const char *name, change_in_force *in_force, void *context)
{
	const char *file = NULL;
	bool done = false;

	if (take_lock(change, 0) && in_force(context, change->user_id, &file) == DB_OK &&
		tidy(change, file))
		done = unlinkat(change->incoming, name, 0) == 0 || errno == ENOENT ||
		       complain(change, name);
	close_one(&change->folder);
	close_one(&change->lock);
	return done;
}

bool change_sweep(
	const char *upload_folder, const char *category, change_in_force *in_force, void *context)
{
	struct change change = CHANGE_OF(0); /* of one user after the other */
	DIR *listing;
	const struct dirent *entry;
	bool done = change_open(&change, upload_folder, category, false), there;

	listing = change.incoming < 0 ? NULL : folder_list(change.incoming);
	if (listing == NULL && change.incoming >= 0)
		done = complain(&change, INCOMING);
	while (listing != NULL && (entry = readdir(listing)) != NULL)
		if (parse_name(entry->d_name, &change.user_id) &&
			folder_is_old(change.incoming, entry->d_name, &there) &&
			!sweep_one(&change, entry->d_name, in_force, context))
			done = false;
	if (listing != NULL)
		closedir(listing);
	change_close(&change);
	return done;
}
