/*
 * Opening and making by openat() and mkdirat(): a folder is only ever entered through the descriptor of
 * the one above it, so that nobody can slip a link in between.
 */
#include "files/folder.h"

#include "core/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

enum { FOLDER_MODE = 02770, FILE_MODE = 0640, OLD_SECONDS = 15 * 60 };

enum { TO_OPEN = O_RDONLY | O_DIRECTORY | O_CLOEXEC };

/*
 * The mode is set apart from the making, so that no umask takes the group's rights away. Who may not set
 * S_ISGID (systemd's RestrictSUIDSGID) has it from the folder above or does without it.
 */
static bool set_mode(int parent, const char *name)
{
	struct stat status;

	if (fstatat(parent, name, &status, AT_SYMLINK_NOFOLLOW) != 0)
		return false;
	if ((status.st_mode & 07777) == FOLDER_MODE || fchmodat(parent, name, FOLDER_MODE, 0) == 0)
		return true;
	return errno == EPERM && ((status.st_mode & 0777) == (FOLDER_MODE & 0777) ||
					 fchmodat(parent, name, FOLDER_MODE & 0777, 0) == 0);
}

/* The folder above is synced: what is stored below is not to be lost with its folder. */
static bool make_folder(int parent, const char *name)
{
	if (mkdirat(parent, name, FOLDER_MODE & 0777) != 0)
		return errno == EEXIST;
	return set_mode(parent, name) && fsync(parent) == 0;
}

/* `flags`: O_NOFOLLOW or 0. */
static int open_within(int parent, const char *name, bool make, int flags)
{
	int folder = openat(parent, name, TO_OPEN | flags);

	if (folder >= 0 || errno != ENOENT || !make || !make_folder(parent, name))
		return folder;
	return openat(parent, name, TO_OPEN | flags);
}

int folder_open_within(int parent, const char *name, bool make)
{
	return open_within(parent, name, make, O_NOFOLLOW);
}

/* close() that leaves errno as it was. */
static void close_quietly(int descriptor)
{
	int error = errno;

	if (descriptor >= 0)
		close(descriptor);
	errno = error;
}

static int make_category(const char *upload_folder, const char *category)
{
	int root = open(upload_folder, TO_OPEN);
	int uploads = root < 0 ? -1 : open_within(root, "uploads", true, 0);
	int folder = uploads < 0 ? -1 : open_within(uploads, category, true, 0);

	close_quietly(uploads);
	close_quietly(root);
	return folder;
}

int folder_open_category(const char *upload_folder, const char *category, bool make)
{
	char path[PATH_MAX];
	int length = snprintf(path, sizeof(path), "%s/uploads/%s", upload_folder, category);
	int folder;

	if (*upload_folder == '\0') {
		errno = ENOENT; /* and not /uploads */
		return -1;
	}
	if (length < 0 || (size_t)length >= sizeof(path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	folder = open(path, TO_OPEN);
	if (folder >= 0 || errno != ENOENT || !make)
		return folder;
	return make_category(upload_folder, category);
}

void folder_user_name(int64_t user_id, char name[FOLDER_USER_SIZE])
{
	snprintf(name, FOLDER_USER_SIZE, "%lld", (long long)user_id);
}

int folder_open_user(const char *upload_folder, const char *category, int64_t user_id, bool make)
{
	int parent = folder_open_category(upload_folder, category, make), folder;
	char name[FOLDER_USER_SIZE];

	if (parent < 0)
		return -1;
	folder_user_name(user_id, name);
	folder = folder_open_within(parent, name, make);
	close_quietly(parent);
	return folder;
}

int folder_make_file(int folder, const char *name)
{
	int file = openat(folder, name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (file >= 0 && fchmod(file, FILE_MODE) != 0) {
		close_quietly(file);
		unlinkat(folder, name, 0);
		return -1;
	}
	return file;
}

int folder_scratch_file(int folder)
{
	char id[SECRET_ID_SIZE], name[SECRET_ID_SIZE + 8];
	int file;

	if (!secret_random_id(id)) {
		errno = EIO;
		return -1;
	}
	snprintf(name, sizeof(name), ".%s.tmp", id);
	file = folder_make_file(folder, name);
	if (file >= 0 && unlinkat(folder, name, 0) != 0) {
		close_quietly(file);
		return -1;
	}
	return file;
}

int folder_open_file(int folder, const char *name, struct stat *status)
{
	/* O_NONBLOCK: whoever put a pipe there is not waited for */
	int file = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

	if (file >= 0 && (fstat(file, status) != 0 || !S_ISREG(status->st_mode))) {
		close(file);
		errno = ENOENT;
		return -1;
	}
	return file;
}

struct file_identity folder_identify(int folder, const char *name)
{
	struct stat status;

	if (fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(status.st_mode))
		return (struct file_identity){0};
	return (struct file_identity){status.st_dev, status.st_ino};
}

bool folder_remove_identified(int folder, const char *name, struct file_identity identity)
{
	struct file_identity present = folder_identify(folder, name);

	if (present.inode == 0 || present.inode != identity.inode ||
		present.device != identity.device)
		return true;
	return unlinkat(folder, name, 0) == 0 || errno == ENOENT;
}

bool folder_is_old(int folder, const char *name, bool *there)
{
	struct stat status;

	*there = fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
		 !S_ISDIR(status.st_mode);
	return *there && status.st_mtime < time(NULL) - OLD_SECONDS;
}

DIR *folder_list(int folder)
{
	int again = openat(folder, ".", TO_OPEN);
	DIR *listing = again < 0 ? NULL : fdopendir(again);

	if (listing == NULL)
		close_quietly(again);
	return listing;
}
