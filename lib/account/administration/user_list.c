/*
 * Indexes have the ids of equal values in ascending order. Read backward, an index also has the ids backward, which is
 * not the order of the list. So a descending page is put together from the value that it begins with, those between,
 * and the value that it ends with: each is read forward.
 *
 * The statements name their index. The optimizer sometimes prefers to sort the whole table or, for the ids of a value that
 * many accounts have, to read the primary key, where all other accounts can come first.
 */
#include "account/administration/user_list.h"

#include "account/administration/user_count.h"

#include <string.h>

/* The page: `ids` is a query for the ids on it and the values that they are ordered by. */
#define PAGE(ids, direction)                                                                       \
	"FROM (" ids ") AS page JOIN users AS u ON u.id = page.id" PROFILE_JOIN                    \
	" ORDER BY page.value" direction ", page.id"

#define VALUES_OF(table, id, column) "SELECT " id " AS id, " column " AS value FROM " table

/* Parameters: limit, offset. */
#define ASCENDING(table, id, column)                                                               \
	{PROFILE_FIELDS, .text = PAGE(VALUES_OF(table, id, column) " ORDER BY " column ", " id     \
								   " LIMIT ? OFFSET ?",            \
				 "")}

/* Parameters: the greatest value of the page, limit, how many rows of it are on earlier pages; the greatest and the least
 * value; the least value, limit of its rows; limit. */
#define DESCENDING(table, id, column)                                                              \
	{PROFILE_FIELDS,                                                                           \
		.text = PAGE(                                                                      \
			"(" VALUES_OF(table, id,                                                   \
				column) " WHERE " column " = ? ORDER BY " id " LIMIT ? OFFSET ?) " \
					"UNION ALL (" VALUES_OF(table, id,                         \
						column) " WHERE " column " < ? AND " column        \
							" > ?) "                                   \
							"UNION ALL (" VALUES_OF(table, id,         \
								column) " WHERE " column " = ? "   \
									"ORDER BY " id             \
									" LIMIT ?)",               \
			" DESC") " LIMIT ?"}

/* The least and the greatest value of the page. Parameters: limit, offset. */
#define BOUNDS(table, column, field_list)                                                          \
	{field_list, .text = "FROM (SELECT " column " AS value FROM " table " ORDER BY " column    \
			     " DESC LIMIT ? OFFSET ?) AS page"}

/* How many rows have a greater value than this parameter. */
#define GREATER(table, column) {COUNTED, .text = "FROM " table " WHERE " column " > ?"}

#define MATCHES "LOWER(f.username) COLLATE utf8mb4_bin LIKE LOWER(?) " DB_LIKE_ESCAPE

/* Of a search. Parameters: the pattern, limit, offset. */
#define FILTERED(value, direction)                                                                 \
	{PROFILE_FIELDS,                                                                           \
		.text = PAGE("SELECT f.id AS id, " value " AS value FROM users AS f "              \
			     "LEFT JOIN user_totals AS n ON n.user_id = f.id WHERE " MATCHES       \
			     " ORDER BY value" direction ", f.id LIMIT ? OFFSET ?",                \
			direction)}

struct bounds {
	int64_t least, greatest; /* a number, or an instant */
};

static const struct db_field NUMBERS[] = {
	DB_FIELD(struct bounds, least, "MIN(page.value)"),
	DB_FIELD(struct bounds, greatest, "MAX(page.value)"),
	{0},
};

static const struct db_field TIMES[] = {
	DB_FIELD_TIME(struct bounds, least, "MIN(page.value)"),
	DB_FIELD_TIME(struct bounds, greatest, "MAX(page.value)"),
	{0},
};

static const struct db_field COUNTED[] = {DB_VALUE(int64_t, "COUNT(*)"), {0}};

/* The statements of an order. */
struct order {
	enum db_type type;
	bool unique; /* no two accounts have one value: `descending` takes limit and offset alone */
	struct db_query ascending, descending, bounds, greater;
	struct db_query matching[2]; /* ascending, descending */
};

/* NOLINTBEGIN(bugprone-macro-parentheses): parts of SQL texts, which are concatenated */
#define ORDER(value_type, table, id, column, field_list, expression)                               \
	{                                                                                          \
		.type = value_type, .ascending = ASCENDING(table, id, column),                     \
		.descending = DESCENDING(table, id, column),                                       \
		.bounds = BOUNDS(table, column, field_list), .greater = GREATER(table, column),    \
		.matching = {                                                                      \
			FILTERED(expression, ""),                                                  \
			FILTERED(expression, " DESC")                                              \
		}                                                                                  \
	}

/* NOLINTEND(bugprone-macro-parentheses) */

#define BY_USERNAME "users FORCE INDEX (users_username_key)"

static const struct order ORDERS[USER_ORDER_COUNT] = {
	[USER_ORDER_USERNAME] =
		{
			.unique = true,
			.ascending = {PROFILE_FIELDS,
				.text = PAGE("SELECT id, username AS value FROM " BY_USERNAME
					     " ORDER BY username LIMIT ? OFFSET ?",
					"")},
			.descending = {PROFILE_FIELDS,
				.text = PAGE("SELECT id, username AS value FROM " BY_USERNAME
					     " ORDER BY username DESC LIMIT ? OFFSET ?",
					" DESC")},
			.matching = {FILTERED("f.username", ""), FILTERED("f.username", " DESC")},
		},
	[USER_ORDER_CREATED_AT] = ORDER(DB_TYPE_TIME, "users FORCE INDEX (ix_users_created_at)",
		"id", "created_at", TIMES, "f.created_at"),
	[USER_ORDER_WORKOUTS_COUNT] =
		ORDER(DB_TYPE_INT, "user_totals FORCE INDEX (ix_user_totals_nb_workouts)",
			"user_id", "nb_workouts", NUMBERS,
			"COALESCE(n.nb_workouts, "
			"(SELECT COUNT(*) FROM workouts AS w WHERE w.user_id = f.id))"),
	[USER_ORDER_ADMIN] = ORDER(DB_TYPE_INT, "users FORCE INDEX (ix_users_admin)", "id", "admin",
		NUMBERS, "f.admin"),
	[USER_ORDER_ACTIVE] = ORDER(DB_TYPE_INT, "users FORCE INDEX (ix_users_active)", "id",
		"active", NUMBERS, "f.active"),
};

/* ---- reading a page ---------------------------------------------------------------------------- */

struct reading {
	struct db *db;
	struct arena *arena;
	const struct user_list_query *query;
	const struct order *order;
	struct profile row;
	struct user_list *list;
};

static bool add_profile(void *context)
{
	struct reading *r = context;

	r->list->profiles[r->list->count++] = r->row;
	return r->list->count < r->query->limit;
}

static enum db_result read_rows(
	struct reading *r, const struct db_query *query, struct db_params params)
{
	return db_query_each(r->db, r->arena, query, params, &r->row, add_profile, r);
}

static struct db_param value_param(const struct order *order, int64_t value)
{
	return order->type == DB_TYPE_TIME ? DB_TIME(value) : DB_INT(value);
}

static enum db_result read_descending(struct reading *r)
{
	const struct order *order = r->order;
	const struct db_param limit = DB_INT(r->query->limit);
	struct bounds bounds = {0};
	int64_t greater = 0;
	struct db_param least, greatest;
	enum db_result result = db_query_row(
		r->db, NULL, &order->bounds, DB_PARAMS(limit, DB_INT(r->query->offset)), &bounds);

	least = value_param(order, bounds.least);
	greatest = value_param(order, bounds.greatest);
	if (result == DB_OK && r->query->offset > 0)
		result = db_query_row(r->db, NULL, &order->greater, DB_PARAMS(greatest), &greater);
	if (result != DB_OK)
		return result;
	if (greater > r->query->offset) /* an account was added meanwhile */
		greater = r->query->offset;
	return read_rows(r, &order->descending,
		DB_PARAMS(greatest, limit, DB_INT(r->query->offset - greater), greatest, least,
			least, DB_INT(bounds.least == bounds.greatest ? 0 : r->query->limit),
			limit));
}

static enum db_result read_matching(struct reading *r, const char *pattern)
{
	if (pattern == NULL)
		return DB_FAILED;
	return read_rows(r, &r->order->matching[r->query->descending],
		DB_PARAMS(DB_TEXT(pattern), DB_INT(r->query->limit), DB_INT(r->query->offset)));
}

/* Whether user_totals has every account: an installation without the triggers has none. */
static enum db_result totals_are_complete(struct db *db, bool *complete)
{
	static const struct db_field FIELDS[] = {
		DB_VALUE(bool, "NOT EXISTS (SELECT 1 FROM user_totals WHERE nb_workouts IS NULL) "
			       "AND EXISTS (SELECT 1 FROM user_totals "
			       "WHERE user_id = (SELECT MAX(id) FROM users))"),
		{0},
	};
	static const struct db_query READ = {FIELDS, .text = "FROM app_config LIMIT 1"};

	return db_query_row(db, NULL, &READ, DB_NO_PARAMS, complete);
}

static enum db_result read_all(struct reading *r)
{
	bool indexed = true;
	enum db_result result = DB_OK;

	if (r->query->order == USER_ORDER_WORKOUTS_COUNT)
		result = totals_are_complete(r->db, &indexed);
	if (result != DB_OK && result != DB_NO_ROW)
		return result;
	if (!indexed)
		return read_matching(r, "%");
	if (r->query->descending && !r->order->unique)
		return read_descending(r);
	return read_rows(r, r->query->descending ? &r->order->descending : &r->order->ascending,
		DB_PARAMS(DB_INT(r->query->limit), DB_INT(r->query->offset)));
}

static enum db_result count_matching(struct db *db, const char *pattern, int64_t *count)
{
	static const struct db_query COUNT = {COUNTED, .text = "FROM users AS f WHERE " MATCHES};

	if (pattern == NULL)
		return DB_FAILED;
	return db_query_row(db, NULL, &COUNT, DB_PARAMS(DB_TEXT(pattern)), count);
}

static enum db_result complete(struct reading *r)
{
	enum db_result result = DB_OK;

	for (int64_t i = 0; i < r->list->count && result == DB_OK; i++)
		result = profile_complete(r->db, r->arena, &r->list->profiles[i]);
	return result;
}

enum db_result user_list_read(struct db *db, struct arena *arena,
	const struct user_list_query *query, struct user_list *list)
{
	struct reading r = {
		.db = db,
		.arena = arena,
		.query = query,
		.order = &ORDERS[query->order],
		.list = list,
	};
	const char *pattern = *query->part == '\0' ? NULL : db_like_pattern(arena, query->part);
	enum db_result result;

	*list = (struct user_list){
		.profiles = arena_zero(arena, (size_t)query->limit * sizeof(*list->profiles))};
	if (list->profiles == NULL)
		return DB_FAILED;
	result = *query->part == '\0' ? user_count(db, &list->total)
				      : count_matching(db, pattern, &list->total);
	if (result != DB_OK || query->offset >= list->total)
		return result;
	result = *query->part == '\0' ? read_all(&r) : read_matching(&r, pattern);
	return result == DB_OK ? complete(&r) : result;
}
