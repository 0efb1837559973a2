/*
 * The overview, and what a user changes without the password: personal data and preferences.
 */
#include "handlers.h"

#include "account/profile_edit.h"
#include "account/validation.h"
#include "core/languages.h"
#include "core/text.h"
#include "core/time_zone.h"
#include "pages/local_time.h"
#include "pages/page_form.h"

#include <inttypes.h>
#include <string.h>

/* ---- overview ---------------------------------------------------------------------------------- */

/* GET / */
enum handled show_overview(struct page *page)
{
	const struct profile *profile = &page->principal->profile;
	const struct user *user = &profile->user;
	const char *workouts = arena_printf(page->arena, "%" PRId64, profile->totals.nb_workouts);

	if (workouts == NULL)
		return HANDLER_FAILED;
	page_begin(page, N_("Overview"));
	if (!profile_has_accepted_policy(profile)) {
		page_paragraph(page, N_("The privacy policy has changed since you accepted it."));
		page_link(page, "/policy", N_("Read and accept the privacy policy"));
	}
	page_picture(page);
	page_list_begin(page);
	page_list_row(page, N_("User name"), user->username);
	page_list_row(page, N_("E-mail address"), user->email);
	if (user->email_to_confirm != NULL && *user->email_to_confirm != '\0')
		page_list_row(
			page, N_("New e-mail address, not yet confirmed"), user->email_to_confirm);
	page_list_row(page, N_("First name"), user->first_name);
	page_list_row(page, N_("Last name"), user->last_name);
	page_list_row(page, N_("Birth date"), local_day(page, user->birth_date));
	page_list_row(page, N_("Location"), user->location);
	page_list_row(page, N_("About you"), user->bio);
	page_list_row(page, N_("Registered"), local_date(page, user->created_at));
	page_list_row(page, N_("Workouts"), workouts);
	page_list_end(page);
	return page_end(page, 200);
}

/* ---- personal data ----------------------------------------------------------------------------- */

static const struct control PROFILE[] = {
	{.name = "first_name",
		.kind = CONTROL_TEXT,
		.label = N_("First name"),
		.autocomplete = "given-name",
		.max = PROFILE_NAME_MAX},
	{.name = "last_name",
		.kind = CONTROL_TEXT,
		.label = N_("Last name"),
		.autocomplete = "family-name",
		.max = PROFILE_NAME_MAX},
	{.name = "birth_date",
		.kind = CONTROL_DATE,
		.label = N_("Birth date"),
		.autocomplete = "bday"},
	{.name = "location",
		.kind = CONTROL_TEXT,
		.label = N_("Location"),
		.autocomplete = "address-level2",
		.max = PROFILE_NAME_MAX},
	{.name = "bio",
		.kind = CONTROL_LONG_TEXT,
		.label = N_("About you"),
		.hint = N_("At most 200 characters."),
		.max = PROFILE_BIO_MAX},
	{0},
};

static struct page_form profile_form(void)
{
	return (struct page_form){
		.controls = PROFILE, .action = "/profile/edit", .submit = N_("Save")};
}

static enum handled show_profile(struct page *page, const struct page_form *form, int status)
{
	page_begin(page, N_("Profile"));
	page_form_show(page, form);
	return page_end(page, status);
}

/* "2001-02-03", as a date input of HTML requires it. */
static const char *input_day(const struct page *page, instant midnight)
{
	struct civil day;

	if (midnight == INSTANT_NONE)
		return "";
	day = clock_to_civil(midnight);
	return arena_printf(page->arena, "%04d-%02d-%02d", day.year, day.month, day.day);
}

/* GET /profile/edit */
enum handled show_profile_form(struct page *page)
{
	const struct user *user = page_user(page);
	struct page_form form = profile_form();

	page_form_set(&form, "first_name", user->first_name);
	page_form_set(&form, "last_name", user->last_name);
	page_form_set(&form, "birth_date", input_day(page, user->birth_date));
	page_form_set(&form, "location", user->location);
	page_form_set(&form, "bio", user->bio);
	return show_profile(page, &form, 200);
}

static const char *null_if_empty(const char *text)
{
	return *text == '\0' ? NULL : text;
}

/* POST /profile/edit */
enum handled edit_profile(struct page *page)
{
	struct page_form form = profile_form();
	struct user user = *page_user(page);
	const char *date;

	(void)page_form_read(&form, page);
	user.first_name = null_if_empty(page_form_value(&form, "first_name"));
	user.last_name = null_if_empty(page_form_value(&form, "last_name"));
	user.location = null_if_empty(page_form_value(&form, "location"));
	user.bio = null_if_empty(page_form_value(&form, "bio"));
	user.birth_date = INSTANT_NONE;
	date = page_form_value(&form, "birth_date");
	if (*date != '\0' && !clock_parse_day(date, &user.birth_date))
		page_form_refuse(&form, "birth_date", N_("This is not a date."));
	if (page_form_has_errors(&form))
		return show_profile(page, &form, 400);
	if (account_edit_personal_data(page->service->db, &user) != EDIT_DONE)
		return HANDLER_FAILED;
	return page_redirect(page, "/", PAGE_SAVED);
}

/* ---- preferences ------------------------------------------------------------------------------- */

static const struct choice DATE_FORMATS[] = {
	{"MM/dd/yyyy", NULL},
	{"dd/MM/yyyy", NULL},
	{"yyyy-MM-dd", NULL},
	{"date_string", N_("Month in words")},
	{0},
};

static const struct choice LANGUAGE_NAMES[] = {
	{"de", "Deutsch"},
	{"en", "English"},
	{"es", "Español"},
	{"fr", "Français"},
	{"gl", "Galego"},
	{"it", "Italiano"},
	{"nb", "Norsk bokmål"},
	{"nl", "Nederlands"},
	{"pl", "Polski"},
	{0},
};

static const struct choice FIRST_DAYS[] = {
	{"0", N_("Sunday")},
	{"1", N_("Monday")},
	{0},
};

static const struct control PREFERENCES[] = {
	{.name = "language",
		.kind = CONTROL_CHOICE,
		.label = N_("Language"),
		.choices = LANGUAGE_NAMES,
		.required = true},
	{.name = "timezone",
		.kind = CONTROL_TEXT,
		.label = N_("Time zone"),
		.hint = N_("A name such as Europe/Paris."),
		.max = PROFILE_FORMAT_MAX,
		.required = true},
	{.name = "date_format",
		.kind = CONTROL_CHOICE,
		.label = N_("Date format"),
		.choices = DATE_FORMATS,
		.required = true},
	{.name = "weekm",
		.kind = CONTROL_CHOICE,
		.label = N_("First day of the week"),
		.choices = FIRST_DAYS,
		.required = true},
	{.name = "imperial_units", .kind = CONTROL_CHECKBOX, .label = N_("Show miles and feet")},
	{.name = "display_ascent", .kind = CONTROL_CHECKBOX, .label = N_("Show the ascent")},
	{.name = "start_elevation_at_zero",
		.kind = CONTROL_CHECKBOX,
		.label = N_("Start charts of the elevation at zero")},
	{.name = "use_raw_gpx_speed",
		.kind = CONTROL_CHECKBOX,
		.label = N_("Use the speed as recorded, without smoothing")},
	{0},
};

static struct page_form preferences_form(void)
{
	return (struct page_form){
		.controls = PREFERENCES, .action = "/preferences", .submit = N_("Save")};
}

static enum handled show_preferences_form(
	struct page *page, const struct page_form *form, int status)
{
	page_begin(page, N_("Preferences"));
	page_form_show(page, form);
	return page_end(page, status);
}

static const char *checked(bool on)
{
	return on ? "1" : "";
}

/* GET /preferences */
enum handled show_preferences(struct page *page)
{
	const struct user *user = page_user(page);
	struct page_form form = preferences_form();

	page_form_set(&form, "language", user->language == NULL ? "en" : user->language);
	page_form_set(&form, "timezone", user->timezone);
	page_form_set(&form, "date_format", user->date_format);
	page_form_set(&form, "weekm", user->weekm ? "1" : "0");
	page_form_set(&form, "imperial_units", checked(user->imperial_units));
	page_form_set(&form, "display_ascent", checked(user->display_ascent));
	page_form_set(&form, "start_elevation_at_zero", checked(user->start_elevation_at_zero));
	page_form_set(&form, "use_raw_gpx_speed", checked(user->use_raw_gpx_speed));
	return show_preferences_form(page, &form, 200);
}

static bool is_checked(const struct page_form *form, const char *name)
{
	return *page_form_value(form, name) != '\0';
}

/* POST /preferences */
enum handled edit_preferences(struct page *page)
{
	struct page_form form = preferences_form();
	struct user user = *page_user(page);

	(void)page_form_read(&form, page);
	user.language = page_form_value(&form, "language");
	user.timezone = page_form_value(&form, "timezone");
	user.date_format = page_form_value(&form, "date_format");
	user.weekm = strcmp(page_form_value(&form, "weekm"), "1") == 0;
	user.imperial_units = is_checked(&form, "imperial_units");
	user.display_ascent = is_checked(&form, "display_ascent");
	user.start_elevation_at_zero = is_checked(&form, "start_elevation_at_zero");
	user.use_raw_gpx_speed = is_checked(&form, "use_raw_gpx_speed");
	if (!time_zone_exists(user.timezone))
		page_form_refuse(&form, "timezone", N_("There is no time zone with this name."));
	if (page_form_has_errors(&form))
		return show_preferences_form(page, &form, 400);
	if (account_edit_preferences(page->service->db, PREFERENCES_ALL, &user) != EDIT_DONE)
		return HANDLER_FAILED;
	return page_redirect(page, "/preferences", PAGE_SAVED);
}
