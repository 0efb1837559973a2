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

struct sport_list {
	struct page *page;
	struct sport sport;
};

static bool show_row(void *context)
{
	struct sport_list *list = context;
	struct html *html = &list->page->html;

	html_markup(html, "<li><a");
	html_attribute(html, "href",
		page_path(list->page,
			arena_printf(list->page->arena, "/sports/%" PRId64, list->sport.id)));
	html_markup(html, ">");
	html_text(html, page_tr(list->page, list->sport.label));
	html_markup(html, "</a>");
	if (!list->sport.active_for_user) {
		html_markup(html, " – ");
		html_text(html, page_tr(list->page, N_("hidden")));
	}
	html_markup(html, "</li>\n");
	return !html->failed;
}

/* GET /sports */
enum handled show_sports(struct page *page)
{
	struct sport_list list = {.page = page};

	page_begin(page, N_("Sports"));
	html_markup(&page->html, "<ul>\n");
	if (sport_each(page->service->db, page->arena, page_user(page), 0, &list.sport, show_row,
		    &list) != DB_OK)
		return HANDLER_FAILED;
	html_markup(&page->html, "</ul>\n");
	return page_end(page, 200);
}

static const struct control SPORT[] = {
	{.name = "active", .kind = CONTROL_CHECKBOX, .label = N_("Offer this sport")},
	{.name = "color", .kind = CONTROL_COLOR, .label = N_("Color")},
	{.name = "threshold",
		.kind = CONTROL_NUMBER,
		.label = N_("Speed in km/h below which a pause begins"),
		.max = 10,
		.required = true},
	{0},
};

static int64_t sport_id(const struct page *page)
{
	int64_t id;

	return text_integer(page->http->parameters[0], 1, INT32_MAX, &id) ? id : 0;
}

static struct page_form sport_form(const struct page *page)
{
	return (struct page_form){
		.controls = SPORT,
		.action = arena_printf(page->arena, "/sports/%" PRId64, sport_id(page)),
		.submit = N_("Save"),
	};
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
	page_begin(page, sport->label);
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
	struct page_form form = sport_form(page);
	struct sport sport;

	switch (find_sport(page, &sport)) {
	case DB_OK:
		break;
	case DB_NO_ROW:
		return report_unknown(page);
	default:
		return HANDLER_FAILED;
	}
	page_form_set(&form, "active", sport.active_for_user ? "1" : "");
	page_form_set(&form, "color", sport.color == NULL ? "#000000" : sport.color);
	page_form_set(
		&form, "threshold", arena_printf(page->arena, "%g", sport.stopped_speed_threshold));
	return show_sport_form(page, &sport, &form, 200);
}

static bool read_threshold(const char *text, double *value)
{
	char *end;

	*value = strtod(text, &end);
	return *end == '\0' && isfinite(*value) && *value > 0 && *value <= THRESHOLD_MAX;
}

/* POST /sports/<id> */
enum handled edit_sport(struct page *page)
{
	struct page_form form = sport_form(page);
	struct sport_change change = {.has_active = true};
	struct sport_preference stored;
	struct sport sport;
	enum db_result found = find_sport(page, &sport);

	if (found != DB_OK)
		return found == DB_NO_ROW ? report_unknown(page) : HANDLER_FAILED;
	(void)page_form_read(&form, page);
	change.active = *page_form_value(&form, "active") != '\0';
	change.color = page_form_value(&form, "color");
	if (*change.color == '\0')
		change.color = NULL;
	else if (!sport_color_is_valid(change.color))
		page_form_refuse(&form, "color", N_("This is not a color."));
	if (!read_threshold(page_form_value(&form, "threshold"), &change.stopped_speed_threshold))
		page_form_refuse(&form, "threshold", N_("This is not a number above 0."));
	if (page_form_has_errors(&form))
		return show_sport_form(page, &sport, &form, 400);
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
