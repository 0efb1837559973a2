/*
 * What each scope allows, in words, for the consent of a user and the form of a personal token.
 */
#ifndef FITGATE_PAGES_SCOPE_LABELS_H
#define FITGATE_PAGES_SCOPE_LABELS_H

#include "pages/page_form.h"

/* The choices of CONTROL_CHECKBOXES for the scopes that an application can ask for, in the order of the pages. */
extern const struct choice SCOPE_CHOICES[];

/* The same for the scopes that a personal token can have, and an application cannot. */
extern const struct choice PERSONAL_SCOPE_CHOICES[];

/* Show a list of scopes, words separated by spaces, in words; or that there are none. */
void scope_labels_show(struct page *page, const char *scopes);

#endif
