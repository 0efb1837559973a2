/*
 * Finding accounts for an administrator who looks through them: by the start of the user name or by the whole e-mail
 * address, page by page in the order of the names. Each page costs the same, wherever it is and however many accounts
 * there are: it begins after a name, and reads an index.
 */
#ifndef FITGATE_ACCOUNT_USER_SEARCH_H
#define FITGATE_ACCOUNT_USER_SEARCH_H

#include "db/db.h"

enum { USER_SEARCH_PAGE = 50 };

struct found_user {
	int64_t id;
	const char *username, *email, *email_to_confirm;
	instant created_at;
	bool admin, confirmed, suspended;
};

struct user_search {
	const char *text; /* the start of user names, or an address with an "@"; "": all accounts */
	const char *after; /* the page begins after this user name; "": the first page */
};

struct user_search_page {
	struct found_user users[USER_SEARCH_PAGE + 1];
	int count;     /* at most USER_SEARCH_PAGE */
	bool has_more; /* there is another page */
};

/* Read a page. Texts are in the arena. DB_OK, DB_FAILED. */
enum db_result user_search_read(struct db *db, struct arena *arena,
	const struct user_search *search, struct user_search_page *page);

/* Read one account. DB_OK, DB_NO_ROW, DB_RETRY, DB_FAILED. */
enum db_result user_search_find(
	struct db *db, struct arena *arena, int64_t id, struct found_user *user);

#endif
