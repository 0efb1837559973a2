/*
 * Opens and creates users' directories, UPLOAD_FOLDER/uploads/<category>/<user id>, and files in them, by descriptor.
 *
 * From a user's directory on, no symbolic link is followed. The directories above can be links: the administrator may
 * have moved them. New directories and files belong to the group of the parent directory, so that the web server, the
 * programs and the worker can run as different Unix users.
 */
#ifndef FITGATE_FILES_DIRECTORY_H
#define FITGATE_FILES_DIRECTORY_H

#include <dirent.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

enum { DIRECTORY_USER_SIZE = 24 }; /* a user's id in decimal, and the NUL */

/*
 * The functions below return a descriptor, which the caller closes; -1: errno has the reason. With `make`, a missing
 * directory is created.
 */

/* Open the directory of a category. ENOENT also if `upload_folder` is "", that is, not set. */
int directory_open_category(const char *upload_folder, const char *category, bool make);

/* Open a directory in an open one. */
int directory_open_within(int parent, const char *name, bool make);

/* Open the directory of a user. */
int directory_open_user(
	const char *upload_folder, const char *category, int64_t user_id, bool make);

/* Create a file and open it for reading and writing. EEXIST: the name is taken. */
int directory_make_file(int directory, const char *name);

/* Create a file without a name, which disappears when it is closed. */
int directory_scratch_file(int directory);

/* Open a regular file for reading; `status` describes it. ENOENT also if the name is not that of a regular file. */
int directory_open_file(int directory, const char *name, struct stat *status);

/* Write the name of a user's directory. */
void directory_user_name(int64_t user_id, char name[DIRECTORY_USER_SIZE]);

/* Identifies a file: another file that takes the same name has another identity. */
struct file_identity {
	dev_t device;
	ino_t inode; /* 0: none */
};

/* The identity of the regular file of this name; inode 0 if there is none: errno has the reason. */
struct file_identity directory_identify(int directory, const char *name);

/* Remove the file of this name if it still has this identity. false: it could not be removed; errno has the reason. */
bool directory_remove_identified(int directory, const char *name, struct file_identity identity);

/*
 * Whether an entry that is not a directory was last modified at least 15 minutes ago: by then, no process still works
 * on it, and the clocks of two hosts differ by far less. *exists: whether there is an entry that is not a directory.
 */
bool directory_is_old(int directory, const char *name, bool *exists);

/* List an open directory, which stays open. The caller calls closedir(). NULL: errno has the reason. */
DIR *directory_list(int directory);

#endif
