/*
 * The pages of the program `pages`; cgi/pages.c has their routes. Each file has one subject.
 */
#ifndef FITGATE_CGI_PAGES_HANDLERS_H
#define FITGATE_CGI_PAGES_HANDLERS_H

#include "pages/service.h"

/* entry.c: register, log in, log out */
page_handler show_login, log_in, log_out, show_register, register_account;

/* link_requests.c: asking for the e-mail with a link */
page_handler show_resend, resend_confirmation, show_reset_request, request_reset;

/* links.c: the links of e-mails. A GET shows what will happen, a POST does it: programs that scan e-mails open links. */
page_handler go_to_overview, go_to_confirm, go_to_reset, go_to_email_link, go_to_export;
page_handler show_confirm, confirm_account, show_email_link, confirm_email, show_reset,
	reset_password;

/* profile.c: the overview, personal data, preferences */
page_handler show_overview, show_profile_form, edit_profile, show_preferences, edit_preferences;

/* sports.c */
page_handler show_sports, show_sport, edit_sport, reset_sport;

/* credentials.c: e-mail address and password */
page_handler show_credentials, change_email, change_password;

/* events.c: the security log */
page_handler show_events;

/* deletion.c */
page_handler show_deletion, delete_account;

/* data.c: data export, privacy policy */
page_handler show_export, request_export, get_archive, show_policy, accept_policy;

/* apps.c: applications of OAuth 2.0 */
page_handler show_apps, show_app_form, create_app, revoke_app, disconnect_app, delete_app;

/* consent.c: what an application may do, in a browser and on another device */
page_handler go_to_authorize, show_consent, decide_consent, show_device, find_device, decide_device;

/* picture.c */
page_handler show_picture_form, upload_picture, remove_picture;

/* access.c: sessions and personal tokens */
page_handler show_sessions, end_session, end_other_sessions, show_tokens, create_token,
	revoke_token;

/* site.c: what the site is; its style sheet */
page_handler show_about, send_style;

#endif
