/*
 * The scopes of OAuth 2.0 and personal tokens (contract §3.3).
 */
#ifndef FITGATE_ACCOUNT_SCOPES_H
#define FITGATE_ACCOUNT_SCOPES_H

#define SCOPE_APPLICATION_WRITE "application:write"
#define SCOPE_PROFILE_READ      "profile:read"
#define SCOPE_PROFILE_WRITE     "profile:write"
#define SCOPE_USERS_READ        "users:read"
#define SCOPE_USERS_WRITE       "users:write"
#define SCOPE_WORKOUTS_READ     "workouts:read"
#define SCOPE_WORKOUTS_WRITE    "workouts:write"

/* All of them, separated by spaces. */
#define SCOPES                                                                                     \
	SCOPE_APPLICATION_WRITE " " SCOPE_PROFILE_READ " " SCOPE_PROFILE_WRITE                     \
				" " SCOPE_USERS_READ " " SCOPE_USERS_WRITE " " SCOPE_WORKOUTS_READ \
				" " SCOPE_WORKOUTS_WRITE

/*
 * Only for personal tokens: the token opens the applications behind nginx that these accounts protect. No endpoint of the
 * API asks for it.
 */
#define SCOPE_GATE "gate"

/* The scopes that a personal token can have. */
#define PERSONAL_SCOPES SCOPES " " SCOPE_GATE

#endif
