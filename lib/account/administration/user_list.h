/*
 * Pages of a list of all accounts (contract §16.2).
 *
 * Without a search, every order reads an index: the first pages of a million accounts cost what those of a hundred cost,
 * and a later page costs the entries of the index before it. A search reads every name.
 */
#ifndef FITGATE_ACCOUNT_USER_LIST_H
#define FITGATE_ACCOUNT_USER_LIST_H

#include "account/profile.h"

enum { USER_LIST_MAX = 50 }; /* accounts on a page */

enum user_order {
	USER_ORDER_USERNAME,
	USER_ORDER_CREATED_AT,
	USER_ORDER_WORKOUTS_COUNT,
	USER_ORDER_ADMIN,
	USER_ORDER_ACTIVE, /* confirmed and not suspended, as the API shows it */
	USER_ORDER_COUNT,
};

struct user_list_query {
	enum user_order order;
	bool descending;
	const char *part; /* of the username, ignoring case; "": all accounts */
	int64_t offset;   /* how many accounts are before the page */
	int64_t limit;    /* how many are on it, at most USER_LIST_MAX */
};

struct user_list {
	int64_t total;            /* on all pages (account/administration/user_count.h) */
	int64_t count;            /* on this page */
	struct profile *profiles; /* complete (account/profile.h), in the arena */
};

/* Read a page. Equal values are in the order of the ids, whatever the direction. DB_OK, DB_FAILED. */
enum db_result user_list_read(struct db *db, struct arena *arena,
	const struct user_list_query *query, struct user_list *list);

#endif
