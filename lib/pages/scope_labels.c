/*
 * See scope_labels.h.
 */
#include "pages/scope_labels.h"

#include "core/text.h"

static const struct {
	const char *scope, *label;
} LABELS[] = {
#define SCOPE_ROW(scope, text) {(scope), (text)}
	PERSONAL_SCOPE_LABELS(SCOPE_ROW),
#undef SCOPE_ROW
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
