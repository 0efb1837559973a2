/*
 * The routes of the pages of the administration.
 */
#include "handlers.h"

#define GET(pattern)  {HTTP_GET, pattern, 1}
#define POST(pattern) {HTTP_POST, pattern, 1}

const struct page_route ADMINISTRATION_PAGES[] = {
	{GET("/account/admin"), .handler = show_accounts, .access = PAGE_FOR_ADMINISTRATORS},
	{GET("/account/admin/users"), .handler = show_accounts, .access = PAGE_FOR_ADMINISTRATORS},
	{GET("/account/admin/users/#id"), .handler = show_account,
		.access = PAGE_FOR_ADMINISTRATORS},
	{GET("/account/admin/users/#id/:act"), .handler = show_act,
		.access = PAGE_FOR_ADMINISTRATORS},
	{POST("/account/admin/users/#id/:act"), .handler = act, .access = PAGE_FOR_ADMINISTRATORS},
	{GET("/account/admin/invitation"), .handler = show_invitation},
	{POST("/account/admin/invitation"), .handler = accept_invitation},
	{GET("/account/admin/jobs"), .handler = show_jobs, .access = PAGE_FOR_ADMINISTRATORS},
	{POST("/account/admin/jobs/retry"), .handler = retry_jobs,
		.access = PAGE_FOR_ADMINISTRATORS},
	{GET("/account/admin/jobs/#id"), .handler = show_job_page,
		.access = PAGE_FOR_ADMINISTRATORS},
	{POST("/account/admin/jobs/#id/retry"), .handler = retry_jobs,
		.access = PAGE_FOR_ADMINISTRATORS},
	{POST("/account/admin/jobs/#id/drop"), .handler = drop_job,
		.access = PAGE_FOR_ADMINISTRATORS},
	{GET("/account/admin/exports"), .handler = show_exports, .access = PAGE_FOR_ADMINISTRATORS},
	{GET("/account/admin/findings"), .handler = show_findings,
		.access = PAGE_FOR_ADMINISTRATORS},
	{GET("/account/admin/errors"), .handler = show_errors, .access = PAGE_FOR_ADMINISTRATORS},
	{GET("/account/admin/configuration"), .handler = show_configuration,
		.access = PAGE_FOR_ADMINISTRATORS},
	{POST("/account/admin/configuration"), .handler = change_configuration,
		.access = PAGE_FOR_ADMINISTRATORS},
	{.handler = NULL},
};
