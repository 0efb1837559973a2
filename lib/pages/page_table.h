/*
 * A table of a page:
 *
 *	static const char *const HEADINGS[] = {N_("Time"), N_("Event"), NULL};
 *
 *	page_table_begin(page, HEADINGS);
 *	for (int i = 0; i < count; i++) {
 *		page_row_begin(page);
 *		page_cell(page, local_time(page, events[i].time));
 *		page_cell(page, events[i].text);
 *		page_row_end(page);
 *	}
 *	page_table_end(page);
 */
#ifndef FITGATE_PAGES_PAGE_TABLE_H
#define FITGATE_PAGES_PAGE_TABLE_H

#include "pages/page.h"

/* The headings of the columns are N_(); the list ends with NULL. */
void page_table_begin(struct page *page, const char *const *headings);
void page_table_end(struct page *page);

void page_row_begin(struct page *page);
void page_row_end(struct page *page);

/* A cell of a text as it is; NULL: an empty one. page_english_cell() is for a text that is never translated, such as the
 * reason of a failure, so that screen readers pronounce it as English. */
void page_cell(struct page *page, const char *text);
void page_english_cell(struct page *page, const char *text);

/* A cell with a link to another page. */
void page_link_cell(struct page *page, const char *path, const char *text);

#endif
