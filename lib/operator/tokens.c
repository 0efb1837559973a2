/*
 * Making personal tokens, and taking them back.
 */
#include "operator/tokens.h"

#include "account/personal_token.h"
#include "core/text.h"
#include "operator/pages.h"
#include "operator/report.h"
#include "operator/users.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_DAYS = 36500, MAX_WORD = 32 };

static const instant DAY = 86400 * MICROSECONDS;

/* ---- create ------------------------------------------------------------------------------------ */

struct new_token {
	int64_t user_id;
	const char *name;
	char scope[PERSONAL_TOKEN_SCOPE_MAX + 1];
	instant expires_at; /* INSTANT_NONE: never */
	struct personal_token token;
};

/* Add a word to the scope unless it is there already. The list of all words fits in. */
static bool add_scope(struct new_token *new, const char *word)
{
	size_t length = strlen(new->scope);

	if (!text_has_word(PERSONAL_TOKEN_SCOPES, word)) {
		report_failure(
			"there is no scope '%s'; there are: %s", word, PERSONAL_TOKEN_SCOPES);
		return false;
	}
	if (!text_has_word(new->scope, word))
		snprintf(new->scope + length, sizeof(new->scope) - length, "%s%s",
			length == 0 ? "" : " ", word);
	return true;
}

static bool read_scopes(struct new_token *new, const char *scopes)
{
	for (scopes += strspn(scopes, " "); *scopes != '\0'; scopes += strspn(scopes, " ")) {
		char word[MAX_WORD];
		size_t length = strcspn(scopes, " ");

		snprintf(word, sizeof(word), "%.*s", (int)length, scopes);
		if (!add_scope(new, word))
			return false;
		scopes += length;
	}
	if (*new->scope != '\0')
		return true;
	report_failure("--scopes is empty; there are: %s", PERSONAL_TOKEN_SCOPES);
	return false;
}

static bool check_name(const char *name)
{
	if (text_is_utf8(name, strlen(name)) && *name != '\0' &&
		text_length(name) <= PERSONAL_TOKEN_NAME_MAX)
		return true;
	report_failure("--name is a text of 1 to %d characters", PERSONAL_TOKEN_NAME_MAX);
	return false;
}

static enum db_result insert(struct db *db, const struct new_token *new)
{
	static const char INSERT[] = "INSERT INTO personal_tokens "
				     "(user_id, name, token, scope, created_at, expires_at) "
				     "VALUES (?, ?, ?, ?, ?, ?)";

	return db_change(db, INSERT,
		DB_PARAMS(DB_INT(new->user_id), DB_TEXT(new->name), DB_TEXT(new->token.hash),
			DB_TEXT(new->scope), DB_TIME(clock_now()), DB_TIME(new->expires_at)),
		NULL);
}

int tokens_create(const struct desk *desk)
{
	const struct options *options = desk->options;
	const char *scopes = options_value(options, "scopes");
	struct new_token new = {.name = options_value(options, "name"), .expires_at = INSTANT_NONE};
	struct person person;
	enum db_result result;
	int64_t days;

	if (new.name == NULL || scopes == NULL)
		return report_wrong_usage("--name and --scopes are needed");
	if (!options_number(options, "days", 1, MAX_DAYS, 0, &days))
		return OPERATOR_WRONG_USAGE;
	if (!check_name(new.name) || !read_scopes(&new, scopes) ||
		users_find(desk, options->arguments[0], &person) != DB_OK)
		return EXIT_FAILURE;
	new.user_id = person.id;
	if (days > 0)
		new.expires_at = clock_now() + days *DAY;
	if (!personal_token_make(&new.token))
		return report_failure("the system has no randomness");
	result = insert(desk->db, &new);
	if (result != DB_OK)
		return report_result(result);
	/* standard output is the token alone: for scripts */
	fprintf(stderr, "created token %lld of %s; it is shown this once\n",
		(long long)db_inserted_id(desk->db), person.username);
	puts(new.token.text);
	explicit_bzero(&new.token, sizeof(new.token));
	return EXIT_SUCCESS;
}

/* ---- list -------------------------------------------------------------------------------------- */

struct listing {
	struct report report;
	struct token_row {
		int64_t id;
		const char *username, *name, *scope;
		instant created_at, expires_at, last_used_at, revoked_at;
	} row;
};

static bool list_token(void *context)
{
	struct listing *listing = context;
	struct report *report = &listing->report;
	const struct token_row *row = &listing->row;

	report_number(report, "id", 6, row->id);
	report_text(report, "username", 20, row->username);
	report_text(report, "name", 20, row->name);
	report_time(report, "created_at", row->created_at);
	report_time(report, "expires_at", row->expires_at);
	report_time(report, "last_used_at", row->last_used_at);
	report_time(report, "revoked_at", row->revoked_at);
	report_text(report, "scope", 0, row->scope);
	report_print(report);
	return true;
}

int tokens_list(const struct desk *desk)
{
	static const char LIST[] =
		"SELECT t.id, u.username, t.name, t.scope, t.created_at, t.expires_at, t.last_used_at, "
		"t.revoked_at FROM personal_tokens AS t JOIN users AS u ON u.id = t.user_id "
		"WHERE t.id > ? AND (? = 0 OR t.user_id = ?) ORDER BY t.id LIMIT ?";
	const char *typed = desk->options->arguments[0];
	struct listing listing = {
		.report.form = options_has(desk->options, "json") ? REPORT_JSON : REPORT_TABLE};
	struct token_row *row = &listing.row;
	const struct db_column columns[] = {DB_TO_INT(&row->id), DB_TO_TEXT(&row->username),
		DB_TO_TEXT(&row->name), DB_TO_TEXT(&row->scope), DB_TO_TIME(&row->created_at),
		DB_TO_TIME(&row->expires_at), DB_TO_TIME(&row->last_used_at),
		DB_TO_TIME(&row->revoked_at)};
	struct person person = {.id = 0};

	if (typed != NULL && users_find(desk, typed, &person) != DB_OK)
		return EXIT_FAILURE;
	return report_result(pages_each(desk,
		&(const struct pages){
			.sql = LIST,
			.params = (const struct db_param[]){DB_INT(person.id), DB_INT(person.id)},
			.param_count = 2,
			.columns = columns,
			.column_count = sizeof(columns) / sizeof(*columns),
			.row = row,
			.row_size = sizeof(*row),
			.id = &row->id,
		},
		list_token, &listing));
}

/* ---- revoke ------------------------------------------------------------------------------------ */

int tokens_revoke(const struct desk *desk)
{
	static const char REVOKE[] =
		"UPDATE personal_tokens SET revoked_at = COALESCE(revoked_at, ?) WHERE id = ?";
	const char *typed = desk->options->arguments[0];
	int64_t id, changed = 0;
	enum db_result result;

	if (!text_integer(typed, 1, INT32_MAX, &id))
		return report_failure("there is no token %s", typed);
	result = db_change(desk->db, REVOKE, DB_PARAMS(DB_TIME(clock_now()), DB_INT(id)), &changed);
	if (result != DB_OK)
		return report_result(result);
	if (changed == 0) /* rows found count as changed */
		return report_failure("there is no token %lld", (long long)id);
	printf("revoked token %lld\n", (long long)id);
	return EXIT_SUCCESS;
}
