/*
 * The profile object of the API (contract §5).
 */
#ifndef FITGATE_ACCOUNT_PROFILE_H
#define FITGATE_ACCOUNT_PROFILE_H

#include "account/totals.h"
#include "account/user.h"

struct profile {
	struct user user;
	struct totals totals;
	instant privacy_policy_date; /* of app_config */
};

/* The object with its 28 keys; NULL when memory is out. */
cJSON *profile_object(const struct profile *profile);

#endif
