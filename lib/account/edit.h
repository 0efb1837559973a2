/*
 * What an account's owner may change without a password: personal data, preferences, the acceptance of
 * the privacy policy (contract §6.6, §6.8, §6.18). Each is one statement that may be repeated.
 */
#ifndef FITGATE_ACCOUNT_EDIT_H
#define FITGATE_ACCOUNT_EDIT_H

#include "account/user.h"

enum { EDIT_NAME_MAX = 80, EDIT_BIO_MAX = 200, EDIT_FORMAT_MAX = 50 }; /* code points */

/* Store first_name, last_name, location, bio and birth_date as they stand in `user`. */
enum db_result edit_personal_data(struct db *db, const struct user *user);

/* Store timezone and weekm alone. */
enum db_result edit_time_and_week(struct db *db, const struct user *user);

/* Store the eight preferences as they stand in `user`. */
enum db_result edit_preferences(struct db *db, const struct user *user);

/* Store the five that there were before 0.7 alone: timezone, language, display_ascent, imperial_units, weekm. */
enum db_result edit_first_preferences(struct db *db, const struct user *user);

/* The privacy policy was accepted at this moment. */
enum db_result edit_accept_policy(struct db *db, int64_t user_id, instant when);

#endif
