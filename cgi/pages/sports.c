/*
 * What a user prefers about each sport.
 */
#include "handlers.h"

#include "account/sport.h"
#include "core/text.h"
#include "pages/page_form.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The contract has no upper limit; a column of the table has. */
static const double THRESHOLD_MAX = 1000;

/* The sports of the first migration; their names are the database's. */
static const char *const SPORTS[] = {N_("Cycling (Sport)"), N_("Cycling (Transport)"),
	N_("Cycling (Virtual)"), N_("Hiking"), N_("Mountain Biking"),
	N_("Mountain Biking (Electric)"), N_("Mountaineering"), N_("Rowing"), N_("Running"),
	N_("Skiing (Alpine)"), N_("Skiing (Cross Country)"), N_("Snowshoes"), N_("Trail"),
	N_("Walking")};

/* A sport that this site has added keeps its name. */
static const char *name_of(const struct page *page, const struct sport *sport)
{
	for (size_t i = 0; i < sizeof(SPORTS) / sizeof(*SPORTS); i++)
		if (strcmp(SPORTS[i], sport->label) == 0)
			return page_tr(page, sport->label);
	return sport->label;
}

/* ---- the list ---------------------------------------------------------------------------------- */

struct sport_list {
	struct page *page;
	struct sport sport;
};

static bool show_row(void *context)
{
	struct sport_list *list = context;
	struct page *page = list->page;

	page_links_row(page, arena_printf(page->arena, "/sports/%" PRId64, list->sport.id),
		name_of(page, &list->sport), list->sport.active_for_user ? NULL : N_("hidden"));
	return true;
}

/* GET /sports */
enum handled show_sports(struct page *page)
{
	struct sport_list list = {.page = page};

	page_begin(page, N_("Sports"));
	page_links_begin(page);
	if (sport_each(page->service->db, page->arena, page_user(page), 0, &list.sport, show_row,
		    &list) != DB_OK)
		return HANDLER_FAILED;
	page_links_end(page);
	return page_end(page, 200);
}

/* ---- one sport --------------------------------------------------------------------------------- */

/* A unit of the form: what was typed counts in the unit that its label named. */
struct speed_unit {
	const char *name;
	double km_per_hour;
	const char *label;
};

static const struct speed_unit UNITS[] = {
	{"km/h", 1, N_("Speed in km/h below which a pause begins")},
	{"mph", 1.609344, N_("Speed in mph below which a pause begins")},
};

struct sport_form {
	struct control controls[5];
	const struct speed_unit *unit;
	struct page_form form;
};

static int64_t sport_id(const struct page *page)
{
	int64_t id;

	return text_integer(page->http->parameters[0], 1, INT32_MAX, &id) ? id : 0;
}

/* The unit of a form that has been sent, or the one that the user prefers. */
static const struct speed_unit *unit_of(const struct page *page)
{
	const char *name = page_input(page, "unit");

	for (size_t i = 0; i < sizeof(UNITS) / sizeof(*UNITS); i++)
		if (strcmp(UNITS[i].name, name) == 0)
			return &UNITS[i];
	return &UNITS[page_user(page)->imperial_units];
}

static void prepare_form(const struct page *page, struct sport_form *sport)
{
	const struct speed_unit *unit = unit_of(page);
	const struct control controls[] = {
		{.name = "active", .kind = CONTROL_CHECKBOX, .label = N_("Offer this sport")},
		{.name = "color", .kind = CONTROL_COLOR, .label = N_("Color")},
		{.name = "threshold",
			.kind = CONTROL_NUMBER,
			.label = unit->label,
			.max = 20,
			.required = true},
		{.name = "unit", .kind = CONTROL_HIDDEN},
		{0},
	};

	memcpy(sport->controls, controls, sizeof(controls));
	sport->unit = unit;
	sport->form = (struct page_form){
		.controls = sport->controls,
		.action = arena_printf(page->arena, "/sports/%" PRId64, sport_id(page)),
		.submit = N_("Save"),
	};
	page_form_set(&sport->form, "unit", unit->name);
}

/* A stored threshold, as the form shows it. NULL: out of memory. */
static const char *threshold_text(
	const struct page *page, double stored, const struct speed_unit *unit)
{
	return arena_printf(page->arena, "%g", stored / unit->km_per_hour);
}

static bool found_one(void *context)
{
	bool *found = context;

	*found = true;
	return true;
}

/* DB_NO_ROW: there is no such sport. */
static enum db_result find_sport(struct page *page, struct sport *sport)
{
	bool found = false;
	enum db_result result;

	if (sport_id(page) == 0)
		return DB_NO_ROW;
	result = sport_each(page->service->db, page->arena, page_user(page), sport_id(page), sport,
		found_one, &found);
	return result == DB_OK && !found ? DB_NO_ROW : result;
}

static enum handled show_sport_form(
	struct page *page, const struct sport *sport, const struct page_form *form, int status)
{
	page_begin_named(page, name_of(page, sport));
	page_form_show(page, form);
	page_form_show_button(page,
		arena_printf(page->arena, "/sports/%" PRId64 "/reset", sport->id),
		N_("Back to the default values"));
	page_link(page, "/sports", N_("All sports"));
	return page_end(page, status);
}

static enum handled report_unknown(struct page *page)
{
	return page_sentence(page, 404, N_("Page not found"), N_("There is no such sport."));
}

/* GET /sports/<id> */
enum handled show_sport(struct page *page)
{
	struct sport_form form;
	struct sport sport;

	switch (find_sport(page, &sport)) {
	case DB_OK:
		break;
	case DB_NO_ROW:
		return report_unknown(page);
	default:
		return HANDLER_FAILED;
	}
	prepare_form(page, &form);
	page_form_set(&form.form, "active", sport.active_for_user ? "1" : "");
	page_form_set(&form.form, "color", sport.color == NULL ? "#000000" : sport.color);
	page_form_set(&form.form, "threshold",
		threshold_text(page, sport.stopped_speed_threshold, form.unit));
	return show_sport_form(page, &sport, &form.form, 200);
}

/* A form that is sent back as it was shown keeps the stored value, of which it shows six digits alone. */
static bool read_threshold(const struct page *page, const struct sport_form *form,
	const struct sport *sport, double *value)
{
	const char *text = page_form_value(&form->form, "threshold");
	const char *shown = threshold_text(page, sport->stopped_speed_threshold, form->unit);
	char *end;

	*value = sport->stopped_speed_threshold;
	if (shown != NULL && strcmp(text, shown) == 0)
		return true;
	*value = strtod(text, &end) * form->unit->km_per_hour;
	return *end == '\0' && isfinite(*value) && *value > 0 && *value <= THRESHOLD_MAX;
}

/* false: the form has errors. */
static bool read_change(const struct page *page, struct sport_form *sport_form,
	const struct sport *sport, struct sport_change *change)
{
	struct page_form *form = &sport_form->form;

	(void)page_form_read(form, page);
	change->has_active = true;
	change->active = *page_form_value(form, "active") != '\0';
	change->color = page_form_value(form, "color");
	if (*change->color == '\0')
		change->color = NULL;
	else if (!sport_color_is_valid(change->color))
		page_form_refuse(form, "color", N_("This is not a color."));
	if (!read_threshold(page, sport_form, sport, &change->stopped_speed_threshold))
		page_form_refuse(form, "threshold", N_("This is not a number above 0."));
	return !page_form_has_errors(form);
}

/* POST /sports/<id> */
enum handled edit_sport(struct page *page)
{
	struct sport_change change = {0};
	struct sport_preference stored;
	struct sport_form form;
	struct sport sport;
	enum db_result found = find_sport(page, &sport);

	if (found != DB_OK)
		return found == DB_NO_ROW ? report_unknown(page) : HANDLER_FAILED;
	prepare_form(page, &form);
	if (!read_change(page, &form, &sport, &change))
		return show_sport_form(page, &sport, &form.form, 400);
	if (sport_change_preference(page->service->db, page->arena, page_user(page)->id, sport.id,
		    &change, &stored) != SPORT_CHANGED)
		return HANDLER_FAILED;
	return page_redirect(page, "/sports", PAGE_SAVED);
}

/* POST /sports/<id>/reset */
enum handled reset_sport(struct page *page)
{
	if (sport_id(page) == 0)
		return report_unknown(page);
	switch (sport_reset_preference(page->service->db, page_user(page)->id, sport_id(page))) {
	case SPORT_CHANGED:
		return page_redirect(page, "/sports", PAGE_SPORT_RESET);
	case SPORT_UNKNOWN:
		return report_unknown(page);
	case SPORT_FAILED:
		break;
	}
	return HANDLER_FAILED;
}
