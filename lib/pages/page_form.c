/*
 * See page_form.h.
 */
#include "pages/page_form.h"

#include "core/text.h"
#include "pages/session.h"

#include <string.h>

enum { DEFAULT_MAX = 255 };

static size_t find(const struct page_form *form, const char *name)
{
	size_t i = 0;

	while (strcmp(form->controls[i].name, name) != 0)
		i++;
	return i;
}

const char *page_form_value(const struct page_form *form, const char *name)
{
	const char *value = form->values[find(form, name)];

	return value == NULL ? "" : value;
}

void page_form_set(struct page_form *form, const char *name, const char *value)
{
	form->values[find(form, name)] = value;
}

void page_form_refuse(struct page_form *form, const char *name, const char *error)
{
	size_t i = find(form, name);

	if (form->errors[i] == NULL)
		form->errors[i] = error;
}

static bool has_field_errors(const struct page_form *form)
{
	for (size_t i = 0; form->controls[i].name != NULL; i++)
		if (form->errors[i] != NULL)
			return true;
	return false;
}

bool page_form_has_errors(const struct page_form *form)
{
	return form->error != NULL || has_field_errors(form);
}

/* ---- reading ----------------------------------------------------------------------------------- */

static bool is_a_choice(const struct control *control, const char *value)
{
	for (const struct choice *choice = control->choices; choice->value != NULL; choice++)
		if (strcmp(choice->value, value) == 0)
			return true;
	return false;
}

/* What is wrong with a value (N_()); NULL: nothing. */
static const char *problem(const struct control *control, const char *value)
{
	if (*value == '\0')
		return !control->required                  ? NULL
		       : control->kind == CONTROL_CHECKBOX ? N_("Please tick this box.")
							   : N_("Please fill in this field.");
	if (text_length(value) > (control->max == 0 ? DEFAULT_MAX : control->max))
		return N_("This is too long.");
	if (control->kind == CONTROL_CHOICE && !is_a_choice(control, value))
		return N_("Please choose one of the values.");
	return NULL;
}

/* Line breaks as the API stores them, and no blanks around an e-mail address. */
static const char *normalize(
	const struct page *page, const struct control *control, const char *value)
{
	char *copy = arena_copy(page->arena, value, strlen(value));
	char *to = copy;

	if (copy == NULL)
		return "";
	if (control->kind == CONTROL_LONG_TEXT) {
		for (const char *from = copy; *from != '\0'; from++)
			if (*from != '\r')
				*to++ = *from;
		*to = '\0';
	} else if (control->kind == CONTROL_EMAIL) {
		text_trim(copy);
	}
	return copy;
}

/* The boxes that are ticked, as words. */
static const char *read_checkboxes(const struct page *page, const struct control *control)
{
	const char *words = "";

	for (const struct choice *box = control->choices; box->value != NULL && words != NULL;
		box++)
		if (*page_input(page, box->value) != '\0')
			words = arena_printf(page->arena, "%s%s%s", words,
				*words == '\0' ? "" : " ", box->value);
	return words;
}

bool page_form_read(struct page_form *form, const struct page *page)
{
	for (size_t i = 0; form->controls[i].name != NULL; i++) {
		const struct control *control = &form->controls[i];

		if (control->kind == CONTROL_FILE)
			continue;
		if (control->kind == CONTROL_CHECKBOXES) {
			form->values[i] = read_checkboxes(page, control);
			continue;
		}
		form->values[i] = normalize(page, control, page_input(page, control->name));
		form->errors[i] = problem(control, form->values[i]);
	}
	return !page_form_has_errors(form);
}

static void check_registration(struct page_form *form, const struct registration_form *input)
{
	unsigned violations = validation_username(input->username, VALIDATION_USERNAME_MAX) |
			      validation_email(input->email) | validation_password(input->password);

	if (violations & VIOLATION_USERNAME_LENGTH)
		page_form_refuse(
			form, "username", N_("The user name has to have 3 to 30 characters."));
	if (violations & VIOLATION_USERNAME_CHARACTERS)
		page_form_refuse(
			form, "username", N_("Only letters, digits and underscores are allowed."));
	if (violations & VIOLATION_EMAIL)
		page_form_refuse(form, "email", N_("This is not a valid e-mail address."));
	if (violations & VIOLATION_PASSWORD)
		page_form_refuse(
			form, "password", N_("The password has to have at least 8 characters."));
	if (!validation_password_fits(input->password))
		page_form_refuse(form, "password", N_("This is too long."));
}

bool page_form_read_registration(
	struct page_form *form, const struct page *page, struct registration_form *input)
{
	(void)page_form_read(form, page);
	input->username = page_form_value(form, "username");
	input->email = page_form_value(form, "email");
	input->password = page_form_value(form, "password");
	check_registration(form, input);
	return !page_form_has_errors(form);
}

/* ---- showing ----------------------------------------------------------------------------------- */

static const char *type_of(enum control_kind kind)
{
	switch (kind) {
	case CONTROL_EMAIL:
		return "email";
	case CONTROL_PASSWORD:
		return "password";
	case CONTROL_DATE:
		return "date";
	case CONTROL_COLOR:
		return "color";
	case CONTROL_NUMBER:
		return "text";
	case CONTROL_CHECKBOX:
		return "checkbox";
	case CONTROL_FILE:
		return "file";
	case CONTROL_HIDDEN:
		return "hidden";
	default:
		return "text";
	}
}

/* What a screen reader says with the input: the hint and the error beside it. */
static void show_description(struct html *html, const struct control *control, const char *error)
{
	if (error != NULL)
		html_attribute(html, "aria-invalid", "true");
	if (control->hint == NULL && error == NULL)
		return;
	html_markup(html, " aria-describedby=\"");
	if (error != NULL) {
		html_text(html, control->name);
		html_markup(html, "-error");
	}
	if (control->hint != NULL) {
		if (error != NULL)
			html_markup(html, " ");
		html_text(html, control->name);
		html_markup(html, "-hint");
	}
	html_markup(html, "\"");
}

static void show_attributes(
	struct html *html, const struct control *control, const char *error, bool focus)
{
	if (control->kind != CONTROL_HIDDEN) /* a page can have it in two forms */
		html_attribute(html, "id", control->name);
	html_attribute(html, "name", control->name);
	if (control->autocomplete != NULL)
		html_attribute(html, "autocomplete", control->autocomplete);
	if (control->required)
		html_markup(html, " required");
	if (focus)
		html_markup(html, " autofocus");
	show_description(html, control, error);
}

static void show_choices(struct page *page, const struct control *control, const char *value)
{
	struct html *html = &page->html;

	for (const struct choice *choice = control->choices; choice->value != NULL; choice++) {
		html_markup(html, "<option");
		html_attribute(html, "value", choice->value);
		if (strcmp(choice->value, value) == 0)
			html_markup(html, " selected");
		html_markup(html, ">");
		html_text(
			html, choice->label == NULL ? choice->value : page_tr(page, choice->label));
		html_markup(html, "</option>");
	}
}

static void show_input(struct page *page, const struct page_form *form, size_t i, bool focus)
{
	const struct control *control = &form->controls[i];
	const char *value = form->values[i] == NULL ? "" : form->values[i];
	struct html *html = &page->html;

	if (control->kind == CONTROL_CHOICE) {
		html_markup(html, "<select");
		show_attributes(html, control, form->errors[i], focus);
		html_markup(html, ">");
		show_choices(page, control, value);
		html_markup(html, "</select>");
		return;
	}
	if (control->kind == CONTROL_LONG_TEXT) {
		html_markup(html, "<textarea rows=\"4\"");
		show_attributes(html, control, form->errors[i], focus);
		/* HTML drops a line break that follows the tag */
		html_markup(html, ">\n");
		html_text(html, value);
		html_markup(html, "</textarea>");
		return;
	}
	html_markup(html, "<input");
	html_attribute(html, "type", type_of(control->kind));
	show_attributes(html, control, form->errors[i], focus);
	if (control->kind == CONTROL_CHECKBOX) {
		html_markup(html, " value=\"1\"");
		if (*value != '\0')
			html_markup(html, " checked");
	} else if (control->kind != CONTROL_PASSWORD && control->kind != CONTROL_FILE) {
		html_attribute(html, "value", value);
	}
	html_markup(html, ">");
}

static void show_label(struct page *page, const struct control *control)
{
	struct html *html = &page->html;

	html_markup(html, "<label");
	html_attribute(html, "for", control->name);
	html_markup(html, ">");
	html_text(html, page_tr(page, control->label));
	html_markup(html, "</label>");
}

static void show_remark(
	struct page *page, const struct control *control, const char *kind, const char *text)
{
	struct html *html = &page->html;

	html_markup(html, "<p class=\"");
	html_text(html, kind);
	html_markup(html, "\" id=\"");
	html_text(html, control->name);
	html_markup(html, "-");
	html_text(html, kind);
	html_markup(html, "\">");
	html_text(html, page_tr(page, text));
	html_markup(html, "</p>\n");
}

static void show_control(struct page *page, const struct page_form *form, size_t i, bool focus)
{
	const struct control *control = &form->controls[i];
	struct html *html = &page->html;

	if (control->kind == CONTROL_HIDDEN) {
		show_input(page, form, i, false);
		return;
	}
	html_append(html, "<div class=\"", strlen("<div class=\""));
	html_text(html, control->kind == CONTROL_CHECKBOX ? "field check" : "field");
	html_markup(html, "\">\n");
	if (control->kind == CONTROL_CHECKBOX)
		show_input(page, form, i, focus);
	show_label(page, control);
	if (form->errors[i] != NULL)
		show_remark(page, control, "error", form->errors[i]);
	if (control->hint != NULL)
		show_remark(page, control, "hint", control->hint);
	if (control->kind != CONTROL_CHECKBOX)
		show_input(page, form, i, focus);
	html_markup(html, "</div>\n");
}

/* The boxes, each like a CONTROL_CHECKBOX. */
static void show_checkboxes(struct page *page, const struct control *control, const char *ticked)
{
	for (const struct choice *choice = control->choices; choice->value != NULL; choice++) {
		const struct control box = {
			.name = choice->value, .kind = CONTROL_CHECKBOX, .label = choice->label};
		const struct page_form form = {.controls = &box,
			.values = {text_has_word(ticked, choice->value) ? "1" : ""}};

		show_control(page, &form, 0, false);
	}
}

static bool has_file(const struct page_form *form)
{
	for (const struct control *control = form->controls; control->name != NULL; control++)
		if (control->kind == CONTROL_FILE)
			return true;
	return false;
}

static void open_form(struct page *page, const char *action, bool with_file)
{
	struct html *html = &page->html;
	char csrf[SESSION_CSRF_SIZE];

	if (!session_csrf(page, csrf)) {
		html->failed = true;
		return;
	}
	html_markup(html, "<form method=\"post\"");
	html_attribute(html, "action", page_path(page, action));
	if (with_file)
		html_markup(html, " enctype=\"multipart/form-data\"");
	html_markup(html, ">\n<input type=\"hidden\" name=\"csrf\"");
	html_attribute(html, "value", csrf);
	html_markup(html, ">\n");
}

static void show_form_error(struct page *page, const struct page_form *form)
{
	struct html *html = &page->html;

	if (!page_form_has_errors(form))
		return;
	html_markup(html, "<p class=\"error\" role=\"alert\"");
	/* else the first field with an error gets the focus */
	if (!has_field_errors(form))
		html_markup(html, " tabindex=\"-1\" autofocus");
	html_markup(html, ">");
	html_text(html, page_tr(page, form->error != NULL
					      ? form->error
					      : N_("Nothing was saved. Please correct the fields "
						   "that are marked.")));
	html_markup(html, "</p>\n");
}

static void close_form(struct page *page, const char *submit, bool dangerous)
{
	struct html *html = &page->html;

	html_markup(html, "<button type=\"submit\"");
	if (dangerous)
		html_markup(html, " class=\"danger\"");
	html_markup(html, ">");
	html_text(html, page_tr(page, submit));
	html_markup(html, "</button>\n</form>\n");
}

void page_form_show(struct page *page, const struct page_form *form)
{
	bool focused = false;

	show_form_error(page, form);
	open_form(page, form->action, has_file(form));
	for (size_t i = 0; form->controls[i].name != NULL; i++) {
		const struct control *control = &form->controls[i];
		bool focus = !focused && form->errors[i] != NULL;

		if (control->kind == CONTROL_CHECKBOXES)
			show_checkboxes(page, control, page_form_value(form, control->name));
		else
			show_control(page, form, i, focus);
		focused = focused || focus;
	}
	close_form(page, form->submit, form->dangerous);
}

void page_form_show_search(
	struct page *page, const char *action, const char *label, const char *value)
{
	struct html *html = &page->html;

	html_markup(html, "<form method=\"get\" role=\"search\"");
	html_attribute(html, "action", page_path(page, action));
	html_markup(html, ">\n<div class=\"field\">\n<label for=\"q\">");
	html_text(html, page_tr(page, label));
	html_markup(html, "</label>\n<input type=\"search\" id=\"q\" name=\"q\"");
	html_attribute(html, "value", value);
	html_markup(html, "></div>\n");
	close_form(page, N_("Search"), false);
}

void page_form_show_button(struct page *page, const char *action, const char *text)
{
	open_form(page, action, false);
	close_form(page, text, false);
}
