/*
 * The profile object of the API (contract §5), and what of it an administrator sees (contract §16.1).
 */
#ifndef FITGATE_API_PROFILE_VIEW_H
#define FITGATE_API_PROFILE_VIEW_H

#include "account/profile.h"
#include "api/dialect.h"
#include "core/json/json.h"

/* The profile, complete (account/profile.h), as an object of the dialect; NULL when out of memory. */
cJSON *profile_object(const struct profile *profile, const struct dialect *dialect);

/* The same without what only the owner of the account sees: the preferences. */
cJSON *user_object(const struct profile *profile, const struct dialect *dialect);

#endif
