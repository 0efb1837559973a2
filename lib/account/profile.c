/*
 * Reading profiles.
 */
#include "account/profile.h"

const struct db_field PROFILE_FIELDS[] = {
	DB_FIELD_TIME(struct profile, privacy_policy_date, "c.privacy_policy_date"),
	DB_INNER(struct profile, user, "", USER_FIELDS),
	DB_INNER(struct profile, totals, "", TOTALS_FIELDS),
	{0},
};

enum db_result profile_read(
	struct db *db, struct arena *arena, int64_t user_id, struct profile *profile)
{
	static const struct db_query READ = {
		PROFILE_FIELDS, .text = "FROM users AS u" PROFILE_JOIN " WHERE u.id = ?"};
	enum db_result result = db_query_row(db, arena, &READ, DB_PARAMS(DB_INT(user_id)), profile);

	return result == DB_OK ? profile_complete(db, arena, profile) : result;
}

enum db_result profile_complete(struct db *db, struct arena *arena, struct profile *profile)
{
	return profile->totals.ready
		       ? DB_OK
		       : totals_from_tables(db, arena, profile->user.id, &profile->totals);
}

bool profile_has_accepted_policy(const struct profile *profile)
{
	instant accepted = profile->user.accepted_policy_date;

	if (accepted == INSTANT_NONE)
		return false;
	return profile->privacy_policy_date == INSTANT_NONE ||
	       profile->privacy_policy_date < accepted;
}
