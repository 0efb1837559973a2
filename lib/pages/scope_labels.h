/*
 * What each scope allows, in words, for the consent of a user and the form of a personal token.
 */
#ifndef FITGATE_PAGES_SCOPE_LABELS_H
#define FITGATE_PAGES_SCOPE_LABELS_H

#include "pages/page.h"

#define LABEL_PROFILE_READ      N_("Read the profile")
#define LABEL_PROFILE_WRITE     N_("Change the profile")
#define LABEL_WORKOUTS_READ     N_("Read workouts")
#define LABEL_WORKOUTS_WRITE    N_("Change workouts")
#define LABEL_USERS_READ        N_("Read user accounts, for administrators all of them")
#define LABEL_USERS_WRITE       N_("Change user accounts, and delete your own")
#define LABEL_APPLICATION_WRITE N_("Change the settings of the site, for administrators")
#define LABEL_GATE              N_("Open other applications of this site")

/* Show a list of scopes, words separated by spaces, in words; or that there are none. */
void scope_labels_show(struct page *page, const char *scopes);

#endif
