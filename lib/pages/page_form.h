/*
 * Forms: a table of controls says what is asked for; reading, checking and showing follow from it.
 *
 *	static const struct control CONTROLS[] = {
 *		{.name = "email", .kind = CONTROL_EMAIL, .label = N_("E-mail address"), .autocomplete = "username", .required = true},
 *		{.name = "password", .kind = CONTROL_PASSWORD, .label = N_("Password"), .autocomplete = "current-password", .required = true},
 *		{0},
 *	};
 *
 * A form that is shown again after an error keeps what was typed, except passwords, and says beside each field what is
 * wrong with it. The markup connects label, hint and error with the input for screen readers.
 */
#ifndef FITGATE_PAGES_PAGE_FORM_H
#define FITGATE_PAGES_PAGE_FORM_H

#include "account/registration/registration.h"
#include "account/validation.h"
#include "pages/page.h"

enum { PAGE_FORM_CONTROLS = 16 };

enum control_kind {
	CONTROL_TEXT,
	CONTROL_LONG_TEXT, /* several lines */
	CONTROL_EMAIL,
	CONTROL_PASSWORD,
	CONTROL_DATE,
	CONTROL_COLOR,
	CONTROL_NUMBER,
	CONTROL_CHECKBOX, /* its value is "1" or "" */
	/* a box for each choice, whose value is the name of the box; their value: those that are ticked, separated by spaces */
	CONTROL_CHECKBOXES,
	CONTROL_CHOICE,
	CONTROL_FILE,
	CONTROL_HIDDEN,
};

/* A choice of a CONTROL_CHOICE, or a box of CONTROL_CHECKBOXES; a table of them ends with {0}. */
struct choice {
	const char *value;
	const char *label; /* N_(); NULL: the value is shown as it is */
};

struct control {
	const char *name;
	enum control_kind kind;
	const char *label;        /* N_(); of CONTROL_CHECKBOXES, each box has its own */
	const char *hint;         /* N_(); NULL: none */
	const char *autocomplete; /* HTML's token, such as "email"; NULL: none */
	size_t max;               /* code points; 0: 255 */
	bool required;
	const struct choice *choices;
};

/* ---- controls of several forms ----------------------------------------------------------------- */

/* The user's password, which is asked for again before what a session alone must not do. */
#define YOUR_PASSWORD_CONTROL(field)                                                               \
	{                                                                                          \
		.name = (field),                                                                   \
		.kind = CONTROL_PASSWORD,                                                          \
		.label = N_("Your password"),                                                      \
		.autocomplete = "current-password",                                                \
		.required = true,                                                                  \
	}

/* The e-mail address of a new account, or of one that is not logged in. */
#define EMAIL_ADDRESS_CONTROL                                                                      \
	{                                                                                          \
		.name = "email",                                                                   \
		.kind = CONTROL_EMAIL,                                                             \
		.label = N_("E-mail address"),                                                     \
		.autocomplete = "email",                                                           \
		.required = true,                                                                  \
	}

/* A password that the user chooses; the text is the label (N_()). */
#define NEW_PASSWORD_CONTROL(field, text)                                                          \
	{                                                                                          \
		.name = (field),                                                                   \
		.kind = CONTROL_PASSWORD,                                                          \
		.label = (text),                                                                   \
		.hint = N_("At least 8 characters."),                                              \
		.autocomplete = "new-password",                                                    \
		.required = true,                                                                  \
	}

/* The user name of a new account. */
#define NEW_USERNAME_CONTROL                                                                       \
	{                                                                                          \
		.name = "username",                                                                \
		.label = N_("User name"),                                                          \
		.hint = N_("3 to 30 letters, digits and underscores. Others can see it."),         \
		.autocomplete = "nickname",                                                        \
		.max = VALIDATION_USERNAME_MAX,                                                    \
		.required = true,                                                                  \
	}

/* ---- functions --------------------------------------------------------------------------------- */

struct page_form {
	const struct control *controls; /* ends with {0} */
	const char *action;             /* the path of the page that gets the form */
	const char *submit;             /* N_(), the text of the button */
	const char *values[PAGE_FORM_CONTROLS];
	const char *errors[PAGE_FORM_CONTROLS]; /* N_(); NULL: none */
	const char *error;                      /* N_(), about the whole form; NULL: none */
	bool dangerous;                         /* the button deletes data */
};

/* Read the values from the page's input, and check what the table says: required, length, choices. true: no errors. */
bool page_form_read(struct page_form *form, const struct page *page);

/*
 * The same for a form with the controls of a new account, whose values have to follow account/validation.h, too. Sets the
 * user name, the address and the password of `input`.
 */
bool page_form_read_registration(
	struct page_form *form, const struct page *page, struct registration_form *input);

/* The value of a field; never NULL. */
const char *page_form_value(const struct page_form *form, const char *name);

void page_form_set(struct page_form *form, const char *name, const char *value);

/* Say what is wrong with a field (N_()); the first error of a field stays. */
void page_form_refuse(struct page_form *form, const char *name, const char *error);

/* Whether there is an error, in a field or about the whole form. */
bool page_form_has_errors(const struct page_form *form);

/* Add the form to the page. */
void page_form_show(struct page *page, const struct page_form *form);

/* A form of one field, "q", that sends a GET with the start of what to look for. `label` is N_(). */
void page_form_show_search(
	struct page *page, const char *action, const char *label, const char *value);

/* A form without fields: a button that sends a POST. */
void page_form_show_button(struct page *page, const char *action, const char *text);

#endif
