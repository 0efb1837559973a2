/*
 * See page_table.h.
 */
#include "pages/page_table.h"

void page_table_begin(struct page *page, const char *const *headings)
{
	html_markup(&page->html, "<table>\n<thead><tr>");
	for (; *headings != NULL; headings++) {
		html_markup(&page->html, "<th scope=\"col\">");
		html_text(&page->html, page_tr(page, *headings));
		html_markup(&page->html, "</th>");
	}
	html_markup(&page->html, "</tr></thead>\n<tbody>\n");
}

void page_row_begin(struct page *page)
{
	html_markup(&page->html, "<tr>");
}

void page_cell(struct page *page, const char *text)
{
	html_markup(&page->html, "<td>");
	html_text(&page->html, text == NULL ? "" : text);
	html_markup(&page->html, "</td>");
}

void page_english_cell(struct page *page, const char *text)
{
	html_markup(&page->html, "<td lang=\"en\">");
	html_text(&page->html, text == NULL ? "" : text);
	html_markup(&page->html, "</td>");
}

void page_link_cell(struct page *page, const char *path, const char *text)
{
	html_markup(&page->html, "<td><a");
	html_attribute(&page->html, "href", page_path(page, path));
	html_markup(&page->html, ">");
	html_text(&page->html, text);
	html_markup(&page->html, "</a></td>");
}

void page_row_end(struct page *page)
{
	html_markup(&page->html, "</tr>\n");
}

void page_table_end(struct page *page)
{
	html_markup(&page->html, "</tbody>\n</table>\n");
}
