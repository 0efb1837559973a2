/*
 * See scope_labels.h.
 */
#include "pages/scope_labels.h"

#include "account/tokens/scopes.h"
#include "core/text.h"

const struct choice SCOPE_CHOICES[] = {
	{SCOPE_PROFILE_READ, N_("Read the profile")},
	{SCOPE_PROFILE_WRITE, N_("Change the profile")},
	{SCOPE_WORKOUTS_READ, N_("Read workouts")},
	{SCOPE_WORKOUTS_WRITE, N_("Change workouts")},
	{SCOPE_USERS_READ, N_("Read user accounts, for administrators all of them")},
	{SCOPE_USERS_WRITE, N_("Change user accounts, and delete your own")},
	{SCOPE_APPLICATION_WRITE, N_("Change the settings of the site, for administrators")},
	{0},
};

const struct choice PERSONAL_SCOPE_CHOICES[] = {
	{SCOPE_GATE, N_("Open other applications of this site")},
	{0},
};

/* Add those that are among the scopes to the list, which begins with the first. */
static void show_choices(
	struct page *page, const struct choice *choice, const char *scopes, bool *begun)
{
	for (; choice->value != NULL; choice++) {
		if (!text_has_word(scopes, choice->value))
			continue;
		html_append(&page->html, *begun ? "<li>" : "<ul>\n<li>", *begun ? 4 : 9);
		html_text(&page->html, page_tr(page, choice->label));
		html_markup(&page->html, "</li>\n");
		*begun = true;
	}
}

void scope_labels_show(struct page *page, const char *scopes)
{
	bool begun = false;

	show_choices(page, SCOPE_CHOICES, scopes, &begun);
	show_choices(page, PERSONAL_SCOPE_CHOICES, scopes, &begun);
	if (begun)
		html_markup(&page->html, "</ul>\n");
	else
		page_paragraph(page, N_("It gets no access to your data."));
}
