/*
 * The picture of an account: a file in uploads/pictures/<user id>/, and the column users.picture, which names it
 * (contract §6.11, §6.12, §7.4, §8).
 */
#ifndef FITGATE_FILES_USER_PICTURE_H
#define FITGATE_FILES_USER_PICTURE_H

#include "account/context.h"
#include "files/replacement.h"

struct user_picture {
	int64_t user_id;
	const char
		*name; /* of the file in the user's directory; NULL: users.picture is empty, or does
			     not name a file in that directory */
};

/* Find a picture by user name, compared exactly. DB_OK, DB_NO_ROW: no account has this name; DB_FAILED. */
enum db_result user_picture_find_by_username(
	struct db *db, struct arena *arena, const char *username, struct user_picture *picture);

/* A picture that is read together with others, by user_picture_prefetch(). */
struct user_picture_prefetch {
	const char *username;
	bool found; /* and not been taken */
	struct user_picture picture;
};

/* In the arena; NULL: there can be no account of this name, or out of memory. */
struct user_picture_prefetch *user_picture_prefetch_begin(
	struct arena *arena, const char *username);

enum { USER_PICTURE_PREFETCH_MAX = 8 };

/*
 * Find the pictures of at most USER_PICTURE_PREFETCH_MAX users by one query. The names of the files are in the arena. false:
 * the query failed, which has been logged as a warning.
 */
bool user_picture_prefetch(struct db *db, struct arena *arena,
	struct user_picture_prefetch *const list[], size_t count);

/*
 * Take what has been found for `prefetch` (NULL: nothing). false: it has not been found, or has been taken: the second time, the
 * row must be read again.
 */
bool user_picture_take_prefetched(
	struct user_picture_prefetch *prefetch, struct user_picture *picture);

/* Find a picture by the user's id. The same results. */
enum db_result user_picture_find_by_id(
	struct db *db, struct arena *arena, int64_t user_id, struct user_picture *picture);

/* A new picture, to be stored under this name. */
struct user_picture_upload {
	const char *name; /* shorter than PICTURE_NAME_SIZE, see picture/picture_name.h */
	bool (*write)(void *context, int file); /* as in struct file_replacement */
	void *context;
};

/* Give the user a new picture. */
enum file_replace_result user_picture_replace(const struct account_context *context,
	int64_t user_id, const struct user_picture_upload *upload);

/* Remove the user's picture. FILE_REPLACED, FILE_NOT_REPLACED. */
enum file_replace_result user_picture_remove(
	const struct account_context *context, int64_t user_id);

/* Remove the files that interrupted uploads have left behind: file_replace_sweep(). false: some remain; call it later again. */
bool user_picture_sweep(struct db *db, struct arena *arena, const char *upload_folder);

#endif
