/*
 * What each scope allows, in words, for the consent of a user and the form of a personal token.
 */
#ifndef FITGATE_PAGES_SCOPE_LABELS_H
#define FITGATE_PAGES_SCOPE_LABELS_H

#include "account/tokens/scopes.h"
#include "pages/page.h"

/*
 * The initializers of a table: S(scope, label (N_())) for each scope that an application can ask for, in the order of the
 * pages.
 */
#define SCOPE_LABELS(S)                                                                            \
	S(SCOPE_PROFILE_READ, N_("Read the profile")),                                             \
		S(SCOPE_PROFILE_WRITE, N_("Change the profile")),                                  \
		S(SCOPE_WORKOUTS_READ, N_("Read workouts")),                                       \
		S(SCOPE_WORKOUTS_WRITE, N_("Change workouts")),                                    \
		S(SCOPE_USERS_READ, N_("Read user accounts, for administrators all of them")),     \
		S(SCOPE_USERS_WRITE, N_("Change user accounts, and delete your own")),             \
		S(SCOPE_APPLICATION_WRITE,                                                         \
			N_("Change the settings of the site, for administrators"))

/* The same for each scope that a personal token can have. */
#define PERSONAL_SCOPE_LABELS(S)                                                                   \
	SCOPE_LABELS(S), S(SCOPE_GATE, N_("Open other applications of this site"))

/* The check box of a scope, with the scope as its name: a struct control (pages/page_form.h). */
#define SCOPE_CONTROL(scope, text) {.name = (scope), .kind = CONTROL_CHECKBOX, .label = (text)}

/* Show a list of scopes, words separated by spaces, in words; or that there are none. */
void scope_labels_show(struct page *page, const char *scopes);

#endif
