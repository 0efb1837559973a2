/*
 * users.picture is "pictures/<user id>/<name>". The table is shared with other programs, so what does not
 * look like that is no picture.
 */
#include "files/user_picture.h"

#include "core/text.h"
#include "files/picture_name.h"
#include "files/serve.h"

#include <stdio.h>
#include <string.h>

enum { PREFIX_SIZE = sizeof(USER_PICTURE_CATEGORY) + FOLDER_USER_SIZE + 2 };

static size_t write_prefix(int64_t user_id, char prefix[PREFIX_SIZE])
{
	return (size_t)snprintf(
		prefix, PREFIX_SIZE, USER_PICTURE_CATEGORY "/%lld/", (long long)user_id);
}

/* The file's name in a path of the database; NULL: it is none of that user. */
static const char *name_of(const char *path, int64_t user_id)
{
	char prefix[PREFIX_SIZE];
	size_t length = write_prefix(user_id, prefix);

	if (path == NULL || strncmp(path, prefix, length) != 0)
		return NULL;
	return serve_name_is_plain(path + length) ? path + length : NULL;
}

enum db_result user_picture_find_by_username(
	struct db *db, const char *username, struct user_picture *picture)
{
	static const char FIND[] = "SELECT id, username, picture FROM users WHERE username = ?";
	const char *found, *path;
	enum db_result result;

	if (!text_is_utf8(username, strlen(username)))
		return DB_NO_ROW;
	result = db_row(db, FIND, DB_PARAMS(DB_TEXT(username)),
		DB_COLUMNS(DB_TO_INT(&picture->user_id), DB_TO_TEXT(&found), DB_TO_TEXT(&path)));
	/* the database compares without regard to case and more */
	if (result == DB_OK && strcmp(found, username) != 0)
		return DB_NO_ROW;
	if (result == DB_OK)
		picture->name = name_of(path, picture->user_id);
	return result;
}

enum db_result user_picture_find_by_id(struct db *db, int64_t user_id, struct user_picture *picture)
{
	static const char FIND[] = "SELECT picture FROM users WHERE id = ?";
	const char *path;
	enum db_result result =
		db_row(db, FIND, DB_PARAMS(DB_INT(user_id)), DB_COLUMNS(DB_TO_TEXT(&path)));

	if (result == DB_OK)
		*picture = (struct user_picture){user_id, name_of(path, user_id)};
	return result;
}

struct replacement {
	struct change *change;
	const char *name, *path; /* of the new picture; NULL: none */
	const char *old_name;    /* NULL: there was none */
	struct file_identity old;
};

/* The file gets its name as the last step before COMMIT: little is left then that can go wrong. */
static enum db_result replace(struct db *db, void *context)
{
	static const char READ[] = "SELECT picture FROM users WHERE id = ? FOR UPDATE";
	static const char WRITE[] = "UPDATE users SET picture = ? WHERE id = ?";
	struct replacement *r = context;
	int64_t user_id = r->change->user_id;
	const char *old_path;
	enum db_result result =
		db_row(db, READ, DB_PARAMS(DB_INT(user_id)), DB_COLUMNS(DB_TO_TEXT(&old_path)));

	if (result != DB_OK)
		return result;
	r->old_name = name_of(old_path, user_id);
	r->old = change_identify(r->change, r->old_name);
	result = db_change(db, WRITE, DB_PARAMS(DB_TEXT(r->path), DB_INT(user_id)), NULL);
	if (result == DB_OK && r->name != NULL && !change_place(r->change, r->name))
		return DB_FAILED;
	return result;
}

bool user_picture_set(struct db *db, struct change *change, const char *name)
{
	char path[PREFIX_SIZE + PICTURE_NAME_SIZE];
	struct replacement replacement = {.change = change, .name = name};
	enum db_result result;

	if (name != NULL) {
		size_t length = write_prefix(change->user_id, path);

		snprintf(path + length, sizeof(path) - length, "%s", name);
		replacement.path = path;
	}
	if (!change_begin(change))
		return false;
	result = db_transaction(db, replace, &replacement);
	if (result != DB_OK)
		change->left_over = change->placed || result == DB_UNDECIDED;
	else if (replacement.old_name != NULL &&
		 (name == NULL || strcmp(replacement.old_name, name) != 0))
		change_remove(change, replacement.old_name, replacement.old);
	return result == DB_OK;
}

static enum db_result in_force(void *context, int64_t user_id, const char **name)
{
	struct user_picture picture = {0};
	enum db_result result = user_picture_find_by_id(context, user_id, &picture);

	*name = picture.name;
	return result == DB_NO_ROW ? DB_OK : result;
}

bool user_picture_sweep(struct db *db, const char *upload_folder)
{
	return change_sweep(upload_folder, USER_PICTURE_CATEGORY, in_force, db);
}
