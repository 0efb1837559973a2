/*
 * See scope_labels.h.
 */
#include "pages/scope_labels.h"

#include "account/tokens/scopes.h"
#include "core/text.h"

static const struct {
	const char *scope, *label;
} LABELS[] = {
	{SCOPE_PROFILE_READ, LABEL_PROFILE_READ},
	{SCOPE_PROFILE_WRITE, LABEL_PROFILE_WRITE},
	{SCOPE_WORKOUTS_READ, LABEL_WORKOUTS_READ},
	{SCOPE_WORKOUTS_WRITE, LABEL_WORKOUTS_WRITE},
	{SCOPE_USERS_READ, LABEL_USERS_READ},
	{SCOPE_USERS_WRITE, LABEL_USERS_WRITE},
	{SCOPE_APPLICATION_WRITE, LABEL_APPLICATION_WRITE},
	{SCOPE_GATE, LABEL_GATE},
};

void scope_labels_show(struct page *page, const char *scopes)
{
	bool any = false;

	for (size_t i = 0; i < sizeof(LABELS) / sizeof(*LABELS); i++) {
		if (!text_has_word(scopes, LABELS[i].scope))
			continue;
		html_append(&page->html, any ? "<li>" : "<ul>\n<li>", any ? 4 : 9);
		html_text(&page->html, page_tr(page, LABELS[i].label));
		html_markup(&page->html, "</li>\n");
		any = true;
	}
	if (any)
		html_markup(&page->html, "</ul>\n");
	else
		page_paragraph(page, N_("It gets no access to your data."));
}
