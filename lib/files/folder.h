/*
 * Working in the folders of users, UPLOAD_FOLDER/uploads/<category>/<user id>, by their descriptors: no
 * symbolic link from there on is followed. The folders above may be links; the operator may have put
 * them elsewhere. What is made belongs to the group of the folder above, so that the web server, the
 * executables and the worker may be different Unix users.
 */
#ifndef FITGATE_FILES_FOLDER_H
#define FITGATE_FILES_FOLDER_H

#include <dirent.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

enum { FOLDER_USER_SIZE = 24 }; /* a user's number in decimal */

/*
 * The folder of all users of a category; with `make`, it is made where it is missing. -1: errno says why
 * not; ENOENT where the upload folder is "", that is, not set.
 */
int folder_open_category(const char *upload_folder, const char *category, bool make);

/* A folder within an open one. -1: errno says why not. */
int folder_open_within(int parent, const char *name, bool make);

/* The folder of a user. -1: errno says why not. */
int folder_open_user(const char *upload_folder, const char *category, int64_t user_id, bool make);

/* A user's number as the name of the folder. */
void folder_user_name(int64_t user_id, char name[FOLDER_USER_SIZE]);

/* A new file, open for writing and reading. -1: errno says why not, EEXIST when there is one already. */
int folder_make_file(int folder, const char *name);

/* A new file that has no name any more and goes when it is closed. -1: errno says why not. */
int folder_scratch_file(int folder);

/* A file, open for reading, and what it is. -1: there is no plain file of this name, or it cannot be read. */
int folder_open_file(int folder, const char *name, struct stat *status);

/* Which file a name stands for: another one under the same name is not equal. */
struct file_identity {
	dev_t device;
	ino_t inode; /* 0: none */
};

/* The plain file of this name; none when there is no such file. */
struct file_identity folder_identify(int folder, const char *name);

/*
 * Remove the file of this name if it is still that one. false: it is there and cannot be removed; errno
 * says why.
 */
bool folder_remove_identified(int folder, const char *name, struct file_identity identity);

/*
 * Whether an entry that is no folder has not been written to for a quarter of an hour: nobody can be at work
 * on it any more, and the clocks of two hosts differ by far less. `there`: whether there is such an entry.
 */
bool folder_is_old(int folder, const char *name, bool *there);

/* Go through an open folder, which stays open. NULL: errno says why not. Released by closedir(). */
DIR *folder_list(int folder);

#endif
