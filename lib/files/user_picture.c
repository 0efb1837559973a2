/*
 * users.picture is "pictures/<user id>/<name>". A value of any other form counts as no picture, because other programs
 * write to the table too.
 */
#include "files/user_picture.h"

#include "account/event.h"
#include "core/log.h"
#include "core/text.h"
#include "files/directory.h"
#include "files/serve.h"
#include "picture/picture_name.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { PREFIX_SIZE = sizeof(UPLOAD_PICTURES) + DIRECTORY_USER_SIZE + 2 };

static size_t write_prefix(int64_t user_id, char prefix[PREFIX_SIZE])
{
	return (size_t)snprintf(prefix, PREFIX_SIZE, UPLOAD_PICTURES "/%" PRId64 "/", user_id);
}

/* The file name in a path of the database; NULL: the path is not in this user's directory. */
static const char *name_of(const char *path, int64_t user_id)
{
	char prefix[PREFIX_SIZE];
	size_t length = write_prefix(user_id, prefix);

	if (path == NULL || strncmp(path, prefix, length) != 0)
		return NULL;
	return serve_name_is_plain(path + length) ? path + length : NULL;
}

/*
 * Treat accounts that were registered but never confirmed as missing. Otherwise the endpoint would reveal whether a
 * registered address already had an account.
 */
#define NOT_HIDDEN "NOT (unconfirmed <> 0 AND is_active = 0)"

struct row {
	int64_t user_id;
	const char *username, *path;
};

static const struct db_field ROW[] = {
	DB_FIELD(struct row, user_id, "id"),
	DB_FIELD(struct row, username, "username"),
	DB_FIELD(struct row, path, "picture"),
	{0},
};

enum db_result user_picture_find_by_username(
	struct db *db, struct arena *arena, const char *username, struct user_picture *picture)
{
	static const struct db_query FIND = {
		ROW, .text = "FROM users WHERE username = ? AND " NOT_HIDDEN};
	struct row row;
	enum db_result result;

	if (!text_is_utf8(username, strlen(username)))
		return DB_NO_ROW;
	result = db_query_row(db, arena, &FIND, DB_PARAMS(DB_TEXT(username)), &row);
	/* the collation of the database ignores case and accents */
	if (result == DB_OK && strcmp(row.username, username) != 0)
		return DB_NO_ROW;
	if (result == DB_OK)
		*picture = (struct user_picture){row.user_id, name_of(row.path, row.user_id)};
	return result;
}

struct user_picture_prefetch *user_picture_prefetch_begin(struct arena *arena, const char *username)
{
	struct user_picture_prefetch *prefetch = text_is_utf8(username, strlen(username))
							 ? arena_zero(arena, sizeof(*prefetch))
							 : NULL;

	if (prefetch != NULL)
		prefetch->username = username;
	return prefetch;
}

struct prefetching {
	struct user_picture_prefetch *const *list;
	size_t count;
	struct row row;
};

/* Requests can have the same user name. */
static bool assign_row(void *context)
{
	const struct prefetching *reading = context;
	const struct row *row = &reading->row;

	for (size_t i = 0; i < reading->count; i++) {
		struct user_picture_prefetch *prefetch = reading->list[i];

		if (strcmp(prefetch->username, row->username) != 0)
			continue;
		prefetch->picture =
			(struct user_picture){row->user_id, name_of(row->path, row->user_id)};
		prefetch->found = true;
	}
	return true;
}

bool user_picture_prefetch(struct db *db, struct arena *arena,
	struct user_picture_prefetch *const list[], size_t count)
{
	static const struct db_field FIELDS[] = {
		DB_INNER(struct prefetching, row, "", ROW),
		{0},
	};
	static const struct db_query FIND = {FIELDS,
		.text = "FROM users WHERE username IN (?, ?, ?, ?, ?, ?, ?, ?) AND " NOT_HIDDEN};
	struct db_param names[USER_PICTURE_PREFETCH_MAX];
	struct prefetching reading = {.list = list, .count = count};
	enum db_result result;

	/* one statement for any number: the last name is repeated */
	for (size_t i = 0; i < USER_PICTURE_PREFETCH_MAX; i++)
		names[i] = DB_TEXT(list[i < count ? i : count - 1]->username);
	log_set_optional(true);
	result = db_query_each(db, arena, &FIND,
		(struct db_params){names, USER_PICTURE_PREFETCH_MAX}, &reading, assign_row,
		&reading);
	log_set_optional(false);
	return result == DB_OK;
}

bool user_picture_take_prefetched(
	struct user_picture_prefetch *prefetch, struct user_picture *picture)
{
	if (prefetch == NULL || !prefetch->found)
		return false;
	*picture = prefetch->picture;
	prefetch->found = false;
	return true;
}

enum db_result user_picture_find_by_id(
	struct db *db, struct arena *arena, int64_t user_id, struct user_picture *picture)
{
	static const struct db_query FIND = {
		ROW, .text = "FROM users WHERE id = ? AND " NOT_HIDDEN};
	struct row row;
	enum db_result result = db_query_row(db, arena, &FIND, DB_PARAMS(DB_INT(user_id)), &row);

	if (result == DB_OK)
		*picture = (struct user_picture){user_id, name_of(row.path, user_id)};
	return result;
}

/* ---- replacing --------------------------------------------------------------------------------- */

struct change {
	const struct account_context *account;
	int64_t user_id;
	const char *path; /* the new value of users.picture; NULL: no picture */
	bool (*write)(void *context, int file);
	void *context;
};

static bool write_content(void *context, int file)
{
	const struct change *change = context;

	return change->write(change->context, file);
}

static enum db_result update(struct db *db, void *context, const char **current)
{
	static const struct db_query READ = {ROW, .text = "FROM users WHERE id = ? FOR UPDATE"};
	static const struct db_query WRITE = {.text = "UPDATE users SET picture = ? WHERE id = ?"};
	const struct change *change = context;
	struct row row;
	enum db_result result = db_query_row(
		db, change->account->arena, &READ, DB_PARAMS(DB_INT(change->user_id)), &row);

	if (result != DB_OK)
		return result;
	*current = name_of(row.path, change->user_id);
	result = db_execute(
		db, &WRITE, DB_PARAMS(DB_TEXT(change->path), DB_INT(change->user_id)), NULL);
	if (result != DB_OK || (change->path == NULL && row.path == NULL))
		return result;
	return account_event(db, change->account, change->user_id,
		change->path == NULL ? EVENT_PICTURE_REMOVED : EVENT_PICTURE_CHANGED, NULL);
}

static enum file_replace_result replace(const char *name, struct change *change)
{
	const struct account_context *account = change->account;

	return file_replace(account->db,
		&(struct file_replacement){.upload_folder = account->settings->upload_folder,
			.category = UPLOAD_PICTURES,
			.user_id = change->user_id,
			.name = name,
			.write = write_content,
			.update = update,
			.context = change});
}

enum file_replace_result user_picture_replace(const struct account_context *context,
	int64_t user_id, const struct user_picture_upload *upload)
{
	char path[PREFIX_SIZE + PICTURE_NAME_SIZE];
	struct change change = {context, user_id, path, upload->write, upload->context};
	size_t length = write_prefix(user_id, path);

	snprintf(path + length, sizeof(path) - length, "%s", upload->name);
	return replace(upload->name, &change);
}

enum file_replace_result user_picture_remove(const struct account_context *context, int64_t user_id)
{
	struct change change = {.account = context, .user_id = user_id};

	return replace(NULL, &change);
}

/* ---- the sweep --------------------------------------------------------------------------------- */

struct sweep {
	struct db *db;
	struct arena *arena;
};

static enum db_result current(void *context, int64_t user_id, const char **name)
{
	const struct sweep *sweep = context;
	struct user_picture picture = {0};
	enum db_result result = user_picture_find_by_id(sweep->db, sweep->arena, user_id, &picture);

	*name = picture.name;
	return result == DB_NO_ROW ? DB_OK : result;
}

bool user_picture_sweep(struct db *db, struct arena *arena, const char *upload_folder)
{
	struct sweep sweep = {db, arena};

	return file_replace_sweep(upload_folder, UPLOAD_PICTURES, current, &sweep);
}
