/*
 * What an account's owner changes without the password: personal data, preferences, the acceptance of the privacy
 * policy (contract §6.6, §6.8, §6.18; dialects §4.6). The values come in a struct user that has been read before and
 * changed; check their lengths by the limits below.
 */
#ifndef FITGATE_ACCOUNT_PROFILE_EDIT_H
#define FITGATE_ACCOUNT_PROFILE_EDIT_H

#include "account/context.h"
#include "account/tokens/principal.h"

enum { PROFILE_NAME_MAX = 80, PROFILE_BIO_MAX = 200, PROFILE_FORMAT_MAX = 50 }; /* code points */

enum edit_result {
	EDIT_DONE,
	EDIT_PASSWORD_FORBIDDEN, /* this token must not set a password */
	EDIT_FAILED,             /* it has been logged */
};

/* Store first_name, last_name, location, bio and birth_date. */
enum edit_result account_edit_personal_data(struct db *db, const struct user *user);

/* Which preferences a client knows. The others are left alone: another client may be changing them. */
enum preference_set {
	PREFERENCES_ALL,
	PREFERENCES_BEFORE_0_7, /* timezone, language, display_ascent, imperial_units, weekm */
};

/* Store the preferences of this set. EDIT_DONE, EDIT_FAILED. */
enum edit_result account_edit_preferences(
	struct db *db, enum preference_set set, const struct user *user);

/* The user accepts the privacy policy now. */
enum edit_result account_accept_policy(struct db *db, int64_t user_id);

/*
 * The edit of dialect 0.2: personal data, timezone and weekm. Unless `new_password` is NULL, also sets this
 * password without checking the old one. Only a session that may set a password can do that
 * (account/tokens/session.h); it revokes all other tokens of the account, cancels a pending change of address, and
 * notifies the owner.
 */
enum edit_result account_edit_with_password(const struct account_context *context,
	const struct principal *principal, const struct user *user, const char *new_password);

#endif
