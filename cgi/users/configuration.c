/*
 * The configuration of the site.
 */
#include "handlers.h"

#include "account/administration/app_config_change.h"
#include "core/log.h"
#include "core/text.h"
#include "pages/page_form.h"

#include <inttypes.h>
#include <string.h>

static const struct control CONFIGURATION[] = {
	{.name = "max_users",
		.kind = CONTROL_NUMBER,
		.label = N_("Accounts at most"),
		.hint = N_("0: no limit."),
		.required = true},
	{.name = "gpx_limit_import",
		.kind = CONTROL_NUMBER,
		.label = N_("Files in an uploaded archive at most"),
		.required = true},
	{.name = "max_single_file_size",
		.kind = CONTROL_NUMBER,
		.label = N_("Size of an uploaded file at most, in bytes"),
		.required = true},
	{.name = "max_zip_file_size",
		.kind = CONTROL_NUMBER,
		.label = N_("Size of an uploaded archive at most, in bytes"),
		.required = true},
	{.name = "admin_contact",
		.kind = CONTROL_EMAIL,
		.label = N_("E-mail address for questions")},
	{.name = "about",
		.kind = CONTROL_LONG_TEXT,
		.label = N_("About this site"),
		.max = APP_CONFIG_TEXT_MAX},
	{.name = "privacy_policy",
		.kind = CONTROL_LONG_TEXT,
		.label = N_("Privacy policy"),
		.hint = N_("After a change, every user is asked to accept it."),
		.max = APP_CONFIG_TEXT_MAX},
	{.name = "preview",
		.kind = CONTROL_CHECKBOX,
		.label = N_("Only show a preview of the texts")},
	{0},
};

static struct page_form configuration_form(void)
{
	return (struct page_form){
		.controls = CONFIGURATION, .action = "/admin/configuration", .submit = N_("Save")};
}

static void show_preview(struct page *page, const struct page_form *form)
{
	static const char *const TEXTS[] = {"about", "privacy_policy"};
	static const char *const HEADINGS[] = {N_("About this site"), N_("Privacy policy")};

	for (size_t i = 0; i < sizeof(TEXTS) / sizeof(*TEXTS); i++) {
		page_heading(page, HEADINGS[i]);
		page_text(page, page_form_value(form, TEXTS[i]));
	}
}

static enum handled show_form(struct page *page, const struct page_form *form, int status)
{
	page_begin(page, N_("Configuration"));
	if (*page_form_value(form, "preview") != '\0')
		show_preview(page, form);
	page_form_show(page, form);
	return page_end(page, status);
}

static const char *number_text(const struct page *page, int64_t number)
{
	return arena_printf(page->arena, "%" PRId64, number);
}

/* GET /admin/configuration */
enum handled show_configuration(struct page *page)
{
	struct page_form form = configuration_form();
	struct app_config config;

	if (app_config_read(page->service->db, page->arena, &config) != DB_OK)
		return HANDLER_FAILED;
	page_form_set(&form, "max_users", number_text(page, config.max_users));
	page_form_set(&form, "gpx_limit_import", number_text(page, config.gpx_limit_import));
	page_form_set(
		&form, "max_single_file_size", number_text(page, config.max_single_file_size));
	page_form_set(&form, "max_zip_file_size", number_text(page, config.max_zip_file_size));
	page_form_set(&form, "admin_contact", config.admin_contact);
	page_form_set(&form, "about", config.about);
	page_form_set(&form, "privacy_policy", config.privacy_policy);
	return show_form(page, &form, 200);
}

static int64_t read_number(struct page_form *form, const char *name)
{
	int64_t number = 0;

	if (!text_integer(page_form_value(form, name), 0, INT32_MAX, &number))
		page_form_refuse(form, name, N_("This is not a number."));
	return number;
}

static const char *read_text(const struct page_form *form, const char *name)
{
	const char *text = page_form_value(form, name);

	return *text == '\0' ? NULL : text;
}

static void show_violations(struct page_form *form, unsigned violations)
{
	static const struct {
		unsigned violation;
		const char *control, *text;
	} RULES[] = {
		{APP_CONFIG_GPX_LIMIT_TOO_SMALL, "gpx_limit_import", N_("This has to be above 0.")},
		{APP_CONFIG_SINGLE_SIZE_TOO_SMALL, "max_single_file_size",
			N_("This has to be above 0.")},
		{APP_CONFIG_ZIP_SIZE_TOO_SMALL, "max_zip_file_size", N_("This has to be above 0.")},
		{APP_CONFIG_ZIP_SIZE_TOO_LARGE, "max_zip_file_size", N_("At most 32 MB.")},
		{APP_CONFIG_CONTACT_INVALID, "admin_contact",
			N_("This is not a valid e-mail address.")},
		{APP_CONFIG_MAX_USERS_NEGATIVE, "max_users", N_("This is not a number.")},
		{APP_CONFIG_TEXT_TOO_LONG, "privacy_policy", N_("This is too long.")},
	};

	for (size_t i = 0; i < sizeof(RULES) / sizeof(*RULES); i++)
		if (violations & RULES[i].violation)
			page_form_refuse(form, RULES[i].control, RULES[i].text);
}

static enum handled store(
	struct page *page, struct page_form *form, const struct app_config_change *change)
{
	const struct account_context account = page_account(page);

	switch (account_change_app_config(&account, change, NULL)) {
	case APP_CONFIG_CHANGED:
		log_info("administrator %s: change configuration", page_user(page)->username);
		return page_redirect(page, "/admin/configuration", PAGE_SAVED);
	case APP_CONFIG_SIZES_DISORDERED:
		page_form_refuse(form, "max_zip_file_size",
			N_("An archive must not be smaller than a single file."));
		return show_form(page, form, 400);
	case APP_CONFIG_NOT_ONE_ROW:
	case APP_CONFIG_FAILED:
		break;
	}
	return HANDLER_FAILED;
}

/* POST /admin/configuration */
enum handled change_configuration(struct page *page)
{
	struct page_form form = configuration_form();
	struct app_config_change change = {
		.fields = APP_CONFIG_MAX_USERS | APP_CONFIG_GPX_LIMIT_IMPORT |
			  APP_CONFIG_MAX_SINGLE_FILE_SIZE | APP_CONFIG_MAX_ZIP_FILE_SIZE |
			  APP_CONFIG_ADMIN_CONTACT | APP_CONFIG_ABOUT | APP_CONFIG_PRIVACY_POLICY};

	(void)page_form_read(&form, page);
	change.values.max_users = read_number(&form, "max_users");
	change.values.gpx_limit_import = read_number(&form, "gpx_limit_import");
	change.values.max_single_file_size = read_number(&form, "max_single_file_size");
	change.values.max_zip_file_size = read_number(&form, "max_zip_file_size");
	change.values.admin_contact = read_text(&form, "admin_contact");
	change.values.about = read_text(&form, "about");
	change.values.privacy_policy = read_text(&form, "privacy_policy");
	show_violations(&form, app_config_violations(&change));
	if (page_form_has_errors(&form))
		return show_form(page, &form, 400);
	if (*page_form_value(&form, "preview") != '\0')
		return show_form(page, &form, 200);
	return store(page, &form, &change);
}
