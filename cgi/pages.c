/*
 * The account pages: HTML forms for everything that a person can do with an account, which work without JavaScript.
 * The handlers are in cgi/pages/; the frame is pages/service.h. The web server replaces the prefix of the pages
 * (PAGES_PATH) by "/account" in the paths, and passes the paths of the links in e-mails as they are.
 */
#include "pages/handlers.h"

#define GET(pattern)  {HTTP_GET, pattern, 1}
#define POST(pattern) {HTTP_POST, pattern, 1}

static const struct page_route ROUTES[] = {
	{GET("/account"), .handler = go_to_overview},
	{GET("/account/"), .handler = show_overview, .access = PAGE_FOR_PROFILE},
	{GET("/account/login"), .handler = show_login},
	{POST("/account/login"), .handler = log_in},
	{POST("/account/logout"), .handler = log_out},
	{GET("/account/register"), .handler = show_register},
	{POST("/account/register"), .handler = register_account},
	{GET("/account/resend"), .handler = show_resend, .needs_mail = true},
	{POST("/account/resend"), .handler = resend_confirmation, .needs_mail = true},
	{GET("/account/confirm"), .handler = show_confirm},
	{POST("/account/confirm"), .handler = confirm_account},
	{GET("/account/email"), .handler = show_email_link},
	{POST("/account/email"), .handler = confirm_email},
	{GET("/account/reset"), .handler = show_reset_request, .needs_mail = true},
	{POST("/account/reset"), .handler = request_reset, .needs_mail = true},
	{GET("/account/new-password"), .handler = show_reset},
	{POST("/account/new-password"), .handler = reset_password},
	{GET("/account/profile/edit"), .handler = show_profile_form, .access = PAGE_FOR_USERS},
	{POST("/account/profile/edit"), .handler = edit_profile, .access = PAGE_FOR_USERS},
	{GET("/account/preferences"), .handler = show_preferences, .access = PAGE_FOR_USERS},
	{POST("/account/preferences"), .handler = edit_preferences, .access = PAGE_FOR_USERS},
	{GET("/account/sports"), .handler = show_sports, .access = PAGE_FOR_USERS},
	{GET("/account/sports/#id"), .handler = show_sport, .access = PAGE_FOR_USERS},
	{POST("/account/sports/#id"), .handler = edit_sport, .access = PAGE_FOR_USERS},
	{POST("/account/sports/#id/reset"), .handler = reset_sport, .access = PAGE_FOR_USERS},
	{GET("/account/picture"), .handler = show_picture_form, .access = PAGE_FOR_USERS},
	{POST("/account/picture"), .handler = upload_picture, .access = PAGE_FOR_USERS,
		.reads_body = true},
	{POST("/account/picture/remove"), .handler = remove_picture, .access = PAGE_FOR_USERS},
	{GET("/account/sessions"), .handler = show_sessions, .access = PAGE_FOR_USERS},
	{POST("/account/sessions/#id/end"), .handler = end_session, .access = PAGE_FOR_USERS},
	{POST("/account/sessions/end-others"), .handler = end_other_sessions,
		.access = PAGE_FOR_USERS},
	{GET("/account/events"), .handler = show_events, .access = PAGE_FOR_USERS},
	{GET("/account/tokens"), .handler = show_tokens, .access = PAGE_FOR_USERS},
	{POST("/account/tokens"), .handler = create_token, .access = PAGE_FOR_USERS},
	{POST("/account/tokens/#id/revoke"), .handler = revoke_token, .access = PAGE_FOR_USERS},
	{GET("/account/apps"), .handler = show_apps, .access = PAGE_FOR_USERS},
	{GET("/account/apps/new"), .handler = show_app_form, .access = PAGE_FOR_USERS},
	{POST("/account/apps/new"), .handler = create_app, .access = PAGE_FOR_USERS},
	{POST("/account/apps/#id/revoke"), .handler = revoke_app, .access = PAGE_FOR_USERS},
	{POST("/account/apps/:app/disconnect"), .handler = disconnect_app,
		.access = PAGE_FOR_USERS},
	{POST("/account/apps/#id/delete"), .handler = delete_app, .access = PAGE_FOR_USERS},
	{GET("/account/authorize"), .handler = show_consent, .access = PAGE_FOR_USERS},
	{POST("/account/authorize"), .handler = decide_consent, .access = PAGE_FOR_USERS},
	{GET("/account/device"), .handler = show_device, .access = PAGE_FOR_USERS},
	{POST("/account/device"), .handler = find_device, .access = PAGE_FOR_USERS},
	{POST("/account/device/decide"), .handler = decide_device, .access = PAGE_FOR_USERS},
	{GET("/account/credentials"), .handler = show_credentials, .access = PAGE_FOR_USERS},
	{POST("/account/credentials/email"), .handler = change_email, .access = PAGE_FOR_USERS},
	{POST("/account/credentials/password"), .handler = change_password,
		.access = PAGE_FOR_USERS},
	{GET("/account/delete"), .handler = show_deletion, .access = PAGE_FOR_USERS},
	{POST("/account/delete"), .handler = delete_account, .access = PAGE_FOR_USERS},
	{GET("/account/policy"), .handler = show_policy},
	{POST("/account/policy"), .handler = accept_policy, .access = PAGE_FOR_USERS},
	{GET("/account/export"), .handler = show_export, .access = PAGE_FOR_USERS},
	{POST("/account/export"), .handler = request_export, .access = PAGE_FOR_USERS},
	{GET("/account/export/:file"), .handler = get_archive, .access = PAGE_FOR_USERS},
	{GET("/account/about"), .handler = show_about},
	{GET("/account/style.css"), .handler = send_style},
	/* where applications send their users (contract §23) */
	{GET("/profile/apps/authorize"), .handler = go_to_authorize},
	/* what the links in e-mails start with (mail/compose.h) */
	{GET("/account-confirmation"), .handler = go_to_confirm},
	{GET("/password-reset"), .handler = go_to_reset},
	{GET("/email-update"), .handler = go_to_email_link},
	{GET("/profile/edit/account"), .handler = go_to_export},
	{.handler = NULL},
};

int main(int argc, char **argv)
{
	return page_service_main(argc, argv, "pages", ROUTES);
}
