/*
 * Directories are only opened through the descriptor of the parent, with openat() and mkdirat(), so that no other
 * process can replace a component of the path by a link.
 */
#include "files/directory.h"

#include "core/crypto.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

enum { DIRECTORY_MODE = 02770, FILE_MODE = 0640, OLD_SECONDS = 15 * 60 };

enum { TO_OPEN = O_RDONLY | O_DIRECTORY | O_CLOEXEC };

/*
 * Set the mode separately, so that the umask cannot remove the group's permissions. If the process must not set
 * S_ISGID (systemd's RestrictSUIDSGID), the directory inherits it from its parent or does not have it.
 */
static bool set_mode(int parent, const char *name)
{
	struct stat status;

	if (fstatat(parent, name, &status, AT_SYMLINK_NOFOLLOW) != 0)
		return false;
	if ((status.st_mode & 07777) == DIRECTORY_MODE ||
		fchmodat(parent, name, DIRECTORY_MODE, 0) == 0)
		return true;
	return errno == EPERM && ((status.st_mode & 0777) == (DIRECTORY_MODE & 0777) ||
					 fchmodat(parent, name, DIRECTORY_MODE & 0777, 0) == 0);
}

/* Sync the parent too: otherwise a power failure could remove the new directory with the files stored in it. */
static bool make_directory(int parent, const char *name)
{
	if (mkdirat(parent, name, DIRECTORY_MODE & 0777) != 0)
		return errno == EEXIST;
	return set_mode(parent, name) && fsync(parent) == 0;
}

/* `flags`: O_NOFOLLOW or 0. */
static int open_within(int parent, const char *name, bool make, int flags)
{
	int directory = openat(parent, name, TO_OPEN | flags);

	if (directory >= 0 || errno != ENOENT || !make || !make_directory(parent, name))
		return directory;
	return openat(parent, name, TO_OPEN | flags);
}

int directory_open_within(int parent, const char *name, bool make)
{
	return open_within(parent, name, make, O_NOFOLLOW);
}

/* Close a descriptor without changing errno. */
static void close_keeping_errno(int descriptor)
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
	int directory = uploads < 0 ? -1 : open_within(uploads, category, true, 0);

	close_keeping_errno(uploads);
	close_keeping_errno(root);
	return directory;
}

int directory_open_category(const char *upload_folder, const char *category, bool make)
{
	char path[PATH_MAX];
	int length = snprintf(path, sizeof(path), "%s/uploads/%s", upload_folder, category);
	int directory;

	if (*upload_folder == '\0') {
		errno = ENOENT; /* otherwise the path would be /uploads */
		return -1;
	}
	if (length < 0 || (size_t)length >= sizeof(path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	directory = open(path, TO_OPEN);
	if (directory >= 0 || errno != ENOENT || !make)
		return directory;
	return make_category(upload_folder, category);
}

void directory_user_name(int64_t user_id, char name[DIRECTORY_USER_SIZE])
{
	snprintf(name, DIRECTORY_USER_SIZE, "%" PRId64, user_id);
}

int directory_open_user(const char *upload_folder, const char *category, int64_t user_id, bool make)
{
	int parent = directory_open_category(upload_folder, category, make), directory;
	char name[DIRECTORY_USER_SIZE];

	if (parent < 0)
		return -1;
	directory_user_name(user_id, name);
	directory = directory_open_within(parent, name, make);
	close_keeping_errno(parent);
	return directory;
}

int directory_make_file(int directory, const char *name)
{
	int file =
		openat(directory, name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (file >= 0 && fchmod(file, FILE_MODE) != 0) {
		close_keeping_errno(file);
		unlinkat(directory, name, 0);
		return -1;
	}
	return file;
}

int directory_scratch_file(int directory)
{
	char id[CRYPTO_ID_SIZE], name[CRYPTO_ID_SIZE + 8];
	int file;

	if (!crypto_random_id(id))
		return -1;
	snprintf(name, sizeof(name), ".%s.tmp", id);
	file = directory_make_file(directory, name);
	if (file >= 0 && unlinkat(directory, name, 0) != 0) {
		close_keeping_errno(file);
		return -1;
	}
	return file;
}

int directory_open_file(int directory, const char *name, struct stat *status)
{
	/* O_NONBLOCK: opening a FIFO must not wait for its writer */
	int file = openat(directory, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

	if (file >= 0 && (fstat(file, status) != 0 || !S_ISREG(status->st_mode))) {
		close(file);
		errno = ENOENT;
		return -1;
	}
	return file;
}

struct file_identity directory_identify(int directory, const char *name)
{
	struct stat status;

	if (fstatat(directory, name, &status, AT_SYMLINK_NOFOLLOW) != 0)
		return (struct file_identity){0};
	if (!S_ISREG(status.st_mode)) {
		errno = ENOENT;
		return (struct file_identity){0};
	}
	return (struct file_identity){status.st_dev, status.st_ino};
}

bool directory_remove_identified(int directory, const char *name, struct file_identity identity)
{
	struct file_identity present = directory_identify(directory, name);

	if (present.inode == 0 || present.inode != identity.inode ||
		present.device != identity.device)
		return true;
	return unlinkat(directory, name, 0) == 0 || errno == ENOENT;
}

bool directory_is_old(int directory, const char *name, bool *exists)
{
	struct stat status;

	*exists = fstatat(directory, name, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
		  !S_ISDIR(status.st_mode);
	return *exists && status.st_mtime < time(NULL) - OLD_SECONDS;
}

DIR *directory_list(int directory)
{
	int again = openat(directory, ".", TO_OPEN);
	DIR *listing = again < 0 ? NULL : fdopendir(again);

	if (listing == NULL)
		close_keeping_errno(again);
	return listing;
}
