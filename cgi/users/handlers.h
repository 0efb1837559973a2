/*
 * The pages of the administration, which the program `users` serves below /account/admin.
 */
#ifndef FITGATE_CGI_USERS_HANDLERS_H
#define FITGATE_CGI_USERS_HANDLERS_H

#include "pages/service.h"

/* Ends with an element without a pattern. */
extern const struct page_route ADMINISTRATION_PAGES[];

/* accounts.c: the list of accounts, and one of them */
page_handler show_accounts, show_account;

/* account_acts.c: what an administrator does with an account */
page_handler show_act, act;

/* invitation.c: the first administrator */
page_handler show_invitation, accept_invitation;

/* queue.c */
page_handler show_jobs, show_job_page, retry_jobs, drop_job;

/* exports.c */
page_handler show_exports;

/* site_state.c */
page_handler show_findings, show_errors;

/* configuration.c */
page_handler show_configuration, change_configuration;

#endif
