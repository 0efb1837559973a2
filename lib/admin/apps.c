/*
 * The commands around account/oauth/app.h.
 */
#include "admin/apps.h"

#include "account/oauth/app.h"
#include "account/oauth/app_metadata.h"
#include "account/oauth/token_condition.h"
#include "admin/account_row.h"
#include "admin/cli/pages.h"
#include "admin/cli/report.h"

#include <stdio.h>
#include <stdlib.h>

/* ---- list -------------------------------------------------------------------------------------- */

struct app_list_row {
	int64_t id, issued_at, grants;
	const char *client_id, *username, *metadata;
};

#define GRANTS                                                                                     \
	"(SELECT COUNT(*) FROM oauth2_token AS t WHERE t.client_id = c.client_id "                 \
	"AND " OAUTH_TOKEN_USABLE("t") ")"

static const struct db_field APP_LIST_ROW[] = {
	DB_FIELD(struct app_list_row, id, "c.id"),
	DB_FIELD(struct app_list_row, issued_at, "c.client_id_issued_at"),
	DB_FIELD(struct app_list_row, grants, GRANTS),
	DB_FIELD(struct app_list_row, client_id, "c.client_id"),
	DB_FIELD(struct app_list_row, username, "u.username"),
	DB_FIELD(struct app_list_row, metadata, "c.client_metadata"),
	{0},
};

struct app_list {
	struct report report;
	struct app_list_row row;
};

static bool list_app(void *context, struct arena *arena)
{
	struct app_list *list = context;
	struct report *report = &list->report;
	const struct app_list_row *row = &list->row;
	struct oauth_app app;

	(void)arena;
	app_metadata_read(row->metadata, &app);
	report_text(report, "client_id", 24, row->client_id);
	report_text(report, "username", 20, row->username);
	report_text(report, "name", 20, app.name);
	report_time(report, "created_at", row->issued_at * MICROSECONDS);
	report_number(report, "grants", 6, row->grants);
	report_text(report, "website", 30, app.website);
	report_text(report, "scope", 0, app.scope);
	report_print(report);
	return true;
}

int apps_list(const struct admin_context *admin)
{
	static const struct db_query LIST = {APP_LIST_ROW,
		.text = "FROM oauth2_client AS c LEFT JOIN users AS u ON u.id = c.user_id "
			"WHERE c.id > ? AND ? IN (0, c.user_id) ORDER BY c.id LIMIT ?"};
	const char *argument = admin->options->arguments[0];
	struct app_list list = {.report = report_new(admin->options, REPORT_TABLE)};
	struct account_row account = {.id = 0};

	if (argument != NULL && account_find(admin, argument, &account) != DB_OK)
		return EXIT_FAILURE;
	return report_result(pages_each(admin,
		&(const struct pages){
			.query = &LIST,
			.params = DB_PARAMS(DB_INT(account.id)),
			.row = &list.row,
			.row_size = sizeof(list.row),
			.id = &list.row.id,
		},
		list_app, &list));
}

/* ---- revoke ------------------------------------------------------------------------------------ */

int apps_revoke(const struct admin_context *admin)
{
	const char *client_id = admin->options->arguments[0];
	const struct account_context context = account_administrator(admin);
	enum db_result result = oauth_app_revoke_any(&context, client_id);

	if (result == DB_NO_ROW)
		return report_failure("there is no application %s", client_id);
	if (result != DB_OK)
		return report_result(result);
	printf("revoked all tokens of application %s\n", client_id);
	return EXIT_SUCCESS;
}
