/*
 * In the order of the dates, the neighbors of a workout are its neighbors in the list. In other orders, the statement
 * looks for them among all workouts that match.
 */
#include "workouts/workout_list.h"

/* 0001-01-01 00:00:00 and 9999-12-31 23:59:59.999999 */
const instant WORKOUT_DATE_FIRST = INT64_C(-62135596800000000);
const instant WORKOUT_DATE_LAST = INT64_C(253402300799999999);

/* Parameters: user, first and last date. */
#define IN_PERIOD " WHERE w.user_id = ? AND w.workout_date BETWEEN ? AND ?"

/* Parameters of each: whether the condition is given (0: not), and its value. */
#define RANGE(column) " AND (? = 0 OR " column " >= ?) AND (? = 0 OR " column " <= ?)"
#define IN_FILTER                                                                                  \
	IN_PERIOD " AND (? = 0 OR w.sport_id = ?) AND (? = 0 OR w.title LIKE ? " DB_LIKE_ESCAPE    \
		  ")" RANGE("w.distance") RANGE("w.moving") RANGE("w.ave_speed")                   \
			  RANGE("w.max_speed")

enum {
	PERIOD_PARAMS = 3,
	FILTER_PARAMS = PERIOD_PARAMS + 2 + 2 + 4 * 4,
	PAGE_PARAMS = 2, /* limit, offset */
};

static const struct db_field FIELDS_WITH_NEIGHBORS[] = {
	DB_MORE(WORKOUT_FIELDS_WITH_MAP),
	DB_FIELD(struct workout, previous, "page.previous"),
	DB_FIELD(struct workout, next, "page.next"),
	{0},
};

/* The page: `ids` is a query for the ids on it. STRAIGHT_JOIN: read it first. */
#define PAGE(ids, order)                                                                           \
	"FROM (" ids " ORDER BY " order " LIMIT ? OFFSET ?) AS page "                              \
	"STRAIGHT_JOIN workouts AS w ON w.id = page.id ORDER BY " order

#define BY_DATE(condition, direction)                                                              \
	{.fields = WORKOUT_FIELDS_WITH_MAP,                                                        \
		.text = PAGE("SELECT w.id FROM " WORKOUTS_BY_DATE condition,                       \
			"w.workout_date" direction ", w.id" direction)}

#define BY_VALUE(column, direction)                                                                   \
	{.fields = FIELDS_WITH_NEIGHBORS,                                                             \
		.text = PAGE(                                                                         \
			"SELECT w.id, LAG(w.uuid) OVER (ORDER BY w.workout_date, w.id) AS previous, " \
			"LEAD(w.uuid) OVER (ORDER BY w.workout_date, w.id) AS next "                  \
			"FROM workouts AS w" IN_FILTER,                                               \
			column " IS NULL" direction ", " column direction ", w.id" direction)}

/* NOLINTBEGIN(bugprone-macro-parentheses): parts of SQL texts, which are concatenated */
#define BOTH(column) {BY_VALUE(column, ""), BY_VALUE(column, " DESC")}
/* NOLINTEND(bugprone-macro-parentheses) */

/* By the order, and whether it is descending. */
static const struct db_query PAGES[WORKOUT_ORDER_COUNT][2] = {
	[WORKOUT_ORDER_DATE] = {BY_DATE(IN_FILTER, ""), BY_DATE(IN_FILTER, " DESC")},
	[WORKOUT_ORDER_DISTANCE] = BOTH("w.distance"),
	[WORKOUT_ORDER_MOVING] = BOTH("w.moving"),
	[WORKOUT_ORDER_AVE_SPEED] = BOTH("w.ave_speed"),
};

/* In the order of the dates without other filters, from the index alone. */
static const struct db_query PAGES_OF_PERIOD[2] = {
	BY_DATE(IN_PERIOD, ""), BY_DATE(IN_PERIOD, " DESC")};

/* ---- the filter -------------------------------------------------------------------------------- */

struct reading {
	struct db *db;
	struct arena *arena;
	const struct workout_list_query *query;
	bool filtered; /* by more than a period */
	struct db_param
		params[FILTER_PARAMS + PAGE_PARAMS]; /* of the filter, and then of the page */
	size_t count;                                /* of the parameters */
	struct workout row, *workouts;
	int64_t room, used;
};

static bool is_range(const struct workout_range *range)
{
	return range->from.given || range->to.given;
}

static bool is_filtered(const struct workout_filter *filter)
{
	return filter->has_sport || filter->title != NULL || is_range(&filter->distance) ||
	       is_range(&filter->moving) || is_range(&filter->ave_speed) ||
	       is_range(&filter->max_speed);
}

static void add_condition(struct reading *r, bool given, struct db_param value)
{
	r->params[r->count++] = DB_INT(given);
	r->params[r->count++] = value;
}

static void add_range(struct reading *r, const struct workout_range *range)
{
	add_condition(r, range->from.given, DB_DOUBLE(range->from.value));
	add_condition(r, range->to.given, DB_DOUBLE(range->to.value));
}

/* false: out of memory. */
static bool add_filter(struct reading *r)
{
	const struct workout_filter *filter = &r->query->filter;
	const char *title = filter->title == NULL ? "" : db_like_pattern(r->arena, filter->title);

	r->params[r->count++] = DB_INT(r->query->user_id);
	r->params[r->count++] = DB_TIME(filter->from);
	r->params[r->count++] = DB_TIME(filter->to);
	if (!r->filtered)
		return true;
	add_condition(r, filter->has_sport, DB_INT(filter->sport_id));
	add_condition(r, filter->title != NULL, DB_TEXT(title));
	add_range(r, &filter->distance);
	add_range(r, &filter->moving);
	add_range(r, &filter->ave_speed);
	add_range(r, &filter->max_speed);
	return title != NULL;
}

static enum db_result count_workouts(struct reading *r, int64_t *total)
{
	static const struct db_field COUNT[] = {DB_VALUE(int64_t, "COUNT(*)"), {0}};
	static const struct db_query OF_PERIOD = {
		COUNT, .text = "FROM " WORKOUTS_BY_DATE IN_PERIOD};
	static const struct db_query MATCHING = {COUNT, .text = "FROM " WORKOUTS_BY_DATE IN_FILTER};

	return db_query_row(r->db, NULL, r->filtered ? &MATCHING : &OF_PERIOD,
		(struct db_params){r->params, r->count}, total);
}

/* ---- the page ---------------------------------------------------------------------------------- */

static bool keep_workout(void *context)
{
	struct reading *r = context;

	r->workouts[r->used++] = r->row;
	return r->used < r->room;
}

/* Read `limit` workouts after `offset` others. */
static enum db_result read_rows(
	struct reading *r, const struct db_query *query, int64_t limit, int64_t offset)
{
	const struct workout none = {0};

	r->row = none;
	r->room = limit;
	r->workouts = arena_alloc(r->arena, (size_t)limit * sizeof(*r->workouts));
	if (r->workouts == NULL)
		return DB_FAILED;
	r->params[r->count] = DB_INT(limit);
	r->params[r->count + 1] = DB_INT(offset);
	return db_query_each(r->db, r->arena, query,
		(struct db_params){r->params, r->count + PAGE_PARAMS}, &r->row, keep_workout, r);
}

/* Each workout is the neighbor of the one that is before and after it in the list. */
static void link_neighbors(struct reading *r)
{
	for (int64_t i = 1; i < r->used; i++) {
		struct workout *earlier = &r->workouts[r->query->descending ? i : i - 1];
		struct workout *later = &r->workouts[r->query->descending ? i - 1 : i];

		earlier->next = later->uuid;
		later->previous = earlier->uuid;
	}
}

/* Read the page with the workouts before and after it, which are neighbors of those on it. */
static enum db_result read_by_date(struct reading *r, struct workout_list *list)
{
	const struct workout_list_query *query = r->query;
	const struct db_query *pages = r->filtered ? PAGES[WORKOUT_ORDER_DATE] : PAGES_OF_PERIOD;
	int64_t before = query->offset > 0 ? 1 : 0;
	enum db_result result = read_rows(
		r, &pages[query->descending], before + query->limit + 1, query->offset - before);

	if (result != DB_OK || r->used <= before)
		return result;
	link_neighbors(r);
	list->workouts = r->workouts + before;
	list->count = r->used - before < query->limit ? r->used - before : query->limit;
	return DB_OK;
}

static enum db_result read_by_value(struct reading *r, struct workout_list *list)
{
	const struct workout_list_query *query = r->query;
	enum db_result result =
		read_rows(r, &PAGES[query->order][query->descending], query->limit, query->offset);

	list->workouts = r->workouts;
	list->count = r->used;
	return result;
}

enum db_result workout_list_read(struct db *db, struct arena *arena,
	const struct workout_list_query *query, struct workout_list *list)
{
	struct reading *r = arena_zero(arena, sizeof(*r));
	enum db_result result;

	*list = (struct workout_list){0};
	if (r == NULL)
		return DB_FAILED;
	r->db = db;
	r->arena = arena;
	r->query = query;
	r->filtered = query->order != WORKOUT_ORDER_DATE || is_filtered(&query->filter);
	if (!add_filter(r))
		return DB_FAILED;
	result = count_workouts(r, &list->total);
	if (result != DB_OK || query->offset >= list->total)
		return result;
	result =
		query->order == WORKOUT_ORDER_DATE ? read_by_date(r, list) : read_by_value(r, list);
	return result == DB_OK ? workout_read_segments(db, arena, list->workouts, list->count)
			       : result;
}
