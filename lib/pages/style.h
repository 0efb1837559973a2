/*
 * The style sheet of the pages: lib/pages/style.css, which is embedded, after the color of the site.
 */
#ifndef FITGATE_PAGES_STYLE_H
#define FITGATE_PAGES_STYLE_H

#include "pages/page.h"

/* Made by scripts/embed-style. */
extern const char STYLE[];

/* Send the style sheet. */
enum handled style_send(struct page *page) HANDLED_MUST_BE_USED;

#endif
