/*
 * See user_search.h.
 */
#include "account/administration/user_search.h"

#include <string.h>

static const struct db_field FIELDS[] = {
	DB_FIELD(struct found_user, id, "id"),
	DB_FIELD(struct found_user, username, "username"),
	DB_FIELD(struct found_user, email, "email"),
	DB_FIELD(struct found_user, email_to_confirm, "email_to_confirm"),
	DB_FIELD_TIME(struct found_user, created_at, "created_at"),
	DB_FIELD(struct found_user, admin, "admin"),
	DB_FIELD(struct found_user, confirmed, "is_active"),
	DB_FIELD(struct found_user, suspended, "suspended_at IS NOT NULL"),
	{0},
};

struct collection {
	struct user_search_page *page;
	struct found_user row;
};

static bool collect(void *context)
{
	struct collection *collection = context;
	struct user_search_page *page = collection->page;

	if (page->count == USER_SEARCH_PAGE) {
		page->has_more = true;
		return false;
	}
	page->users[page->count++] = collection->row;
	return true;
}

/* The text as the start of a LIKE pattern. NULL: out of memory. */
static const char *pattern_of(struct arena *arena, const char *text)
{
	char *pattern = arena_alloc(arena, 2 * strlen(text) + 2), *to = pattern;

	if (pattern == NULL)
		return NULL;
	for (const char *c = text; *c != '\0'; c++) {
		if (*c == '%' || *c == '_' || *c == '\\')
			*to++ = '\\';
		*to++ = *c;
	}
	*to++ = '%';
	*to = '\0';
	return pattern;
}

enum db_result user_search_read(struct db *db, struct arena *arena,
	const struct user_search *search, struct user_search_page *page)
{
	static const struct db_query BY_NAME = {FIELDS,
		.text = "FROM users WHERE username LIKE ? AND username > ? ORDER BY username "
			"LIMIT ?"};
	static const struct db_query BY_EMAIL = {FIELDS,
		.text = "FROM users WHERE email = ? AND username > ? ORDER BY username LIMIT ?"};
	struct collection collection = {.page = page};
	bool by_email = strchr(search->text, '@') != NULL;
	const char *value = by_email ? search->text : pattern_of(arena, search->text);

	page->count = 0;
	page->has_more = false;
	if (value == NULL)
		return DB_FAILED;
	return db_query_each(db, arena, by_email ? &BY_EMAIL : &BY_NAME,
		DB_PARAMS(DB_TEXT(value), DB_TEXT(search->after), DB_INT(USER_SEARCH_PAGE + 1)),
		&collection.row, collect, &collection);
}

enum db_result user_search_find(
	struct db *db, struct arena *arena, int64_t id, struct found_user *user)
{
	static const struct db_query FIND = {FIELDS, .text = "FROM users WHERE id = ?"};

	return db_query_row(db, arena, &FIND, DB_PARAMS(DB_INT(id)), user);
}
