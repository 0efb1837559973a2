/*
 * Unit tests of api/profile_view: the 28 keys of contract §5.
 */
#include "../unit.h"

#include "api/views/profile_view.h"

/* A new account: only the values that registration requires. */
static struct profile bare_profile(void)
{
	return (struct profile){
		.user =
			{
				.id = 1,
				.username = "sam",
				.email = "Sam@example.com",
				.created_at = INT64_C(1563113398000000),
				.birth_date = INSTANT_NONE,
				.accepted_policy_date = INSTANT_NONE,
			},
		.totals = {.ready = true, .sports = "{}", .records = "{}"},
		.privacy_policy_date = INSTANT_NONE,
	};
}

static void a_new_account_shows_nulls_and_zeros(void **state)
{
	const struct profile profile = bare_profile();
	cJSON *object = profile_object(&profile, &DIALECTS[DIALECT_0_7]);

	(void)state;
	assert_int_equal(cJSON_GetArraySize(object), 28);
	unit_assert_json(object,
		"{\"accepted_privacy_policy\":false,\"admin\":false,\"bio\":null,"
		"\"birth_date\":null,\"created_at\":\"Sun, 14 Jul 2019 14:09:58 GMT\","
		"\"date_format\":null,\"display_ascent\":false,\"email\":\"Sam@example.com\","
		"\"email_to_confirm\":null,\"first_name\":null,\"imperial_units\":false,"
		"\"is_active\":false,\"language\":null,\"last_name\":null,\"location\":null,"
		"\"nb_sports\":0,\"nb_workouts\":0,\"picture\":false,\"records\":[],"
		"\"sports_list\":[],\"start_elevation_at_zero\":false,\"timezone\":null,"
		"\"total_ascent\":0,\"total_distance\":0,\"total_duration\":\"0:00:00\","
		"\"use_raw_gpx_speed\":false,\"username\":\"sam\",\"weekm\":false}");
}

/* A profile whose every member has a value of its own. */
static const struct profile FULL = {
	.user =
		{
			.id = 1,
			.username = "sam",
			.email = "sam@example.com",
			.created_at = 0,
			.admin = true,
			.first_name = "S\xc3\xa1m",
			.last_name = "\"Smith\"",
			.location = "",
			.bio = "line\nline",
			.birth_date = INT64_C(315532800000000),
			.picture = "pictures/1/me.png",
			.timezone = "Europe/Paris",
			.date_format = "MM/dd/yyyy",
			.language = "fr",
			.weekm = true,
			.imperial_units = true,
			.display_ascent = true,
			.start_elevation_at_zero = true,
			.use_raw_gpx_speed = true,
			.active = true,
			.email_to_confirm = "new@example.com",
			.accepted_policy_date = 1,
			.token_epoch = 4,
			.kept_token = "secret",
		},
	.totals =
		{
			.ready = true,
			.nb_workouts = 12,
			.distance = 123.25,
			.ascent = 1000.5,
			.duration = 90061,
			.sports = "{\"10\":4,\"2\":8}",
			.records = "{\"5\":[2,\"FD\",18125,\"2019-07-14 14:09:58\","
				   "\"e060bde0-5e3f-4906-a329-13b102c814cb\"]}",
		},
	.privacy_policy_date = INSTANT_NONE,
};

static void every_value_is_shown(void **state)
{
	(void)state;
	unit_assert_json(profile_object(&FULL, &DIALECTS[DIALECT_0_7]),
		"{\"accepted_privacy_policy\":true,\"admin\":true,\"bio\":\"line\\nline\","
		"\"birth_date\":\"Tue, 01 Jan 1980 00:00:00 GMT\","
		"\"created_at\":\"Thu, 01 Jan 1970 00:00:00 GMT\","
		"\"date_format\":\"MM/dd/yyyy\",\"display_ascent\":true,"
		"\"email\":\"sam@example.com\",\"email_to_confirm\":\"new@example.com\","
		"\"first_name\":\"S\xc3\xa1m\",\"imperial_units\":true,\"is_active\":true,"
		"\"language\":\"fr\",\"last_name\":\"\\\"Smith\\\"\",\"location\":\"\","
		"\"nb_sports\":2,\"nb_workouts\":12,\"picture\":true,\"records\":[{\"id\":5,"
		"\"record_type\":\"FD\",\"sport_id\":2,\"user\":\"sam\",\"value\":18.125,"
		"\"workout_date\":\"Sun, 14 Jul 2019 14:09:58 GMT\","
		"\"workout_id\":\"hvYBqYBRa7wwXpaStWR4V2\"}],\"sports_list\":[2,10],"
		"\"start_elevation_at_zero\":true,\"timezone\":\"Europe/Paris\","
		"\"total_ascent\":1000.5,\"total_distance\":123.25,"
		"\"total_duration\":\"1 day, 1:01:01\",\"use_raw_gpx_speed\":true,"
		"\"username\":\"sam\",\"weekm\":true}");
}

/* The value of `key` when this member of the user is true and all others are false. */
static void assert_only(const struct profile *profile, const char *key)
{
	static const char *const KEYS[] = {"admin", "display_ascent", "imperial_units", "is_active",
		"start_elevation_at_zero", "use_raw_gpx_speed", "weekm"};
	const cJSON *object = profile_object(profile, &DIALECTS[DIALECT_0_7]);

	for (size_t i = 0; i < UNIT_COUNT(KEYS); i++)
		if (cJSON_IsTrue(json_member(object, KEYS[i])) != (strcmp(KEYS[i], key) == 0))
			fail_msg("%s while %s is set", KEYS[i], key);
}

static void each_flag_is_shown_under_its_own_key(void **state)
{
	struct profile profile = bare_profile();

	(void)state;
	profile.user.admin = true;
	assert_only(&profile, "admin");
	profile = bare_profile();
	profile.user.display_ascent = true;
	assert_only(&profile, "display_ascent");
	profile = bare_profile();
	profile.user.imperial_units = true;
	assert_only(&profile, "imperial_units");
	profile = bare_profile();
	profile.user.active = true;
	assert_only(&profile, "is_active");
	profile = bare_profile();
	profile.user.start_elevation_at_zero = true;
	assert_only(&profile, "start_elevation_at_zero");
	profile = bare_profile();
	profile.user.use_raw_gpx_speed = true;
	assert_only(&profile, "use_raw_gpx_speed");
	profile = bare_profile();
	profile.user.weekm = true;
	assert_only(&profile, "weekm");
}

static void the_policy_is_accepted_if_older_than_the_acceptance(void **state)
{
	static const struct {
		instant policy, accepted;
		bool expected;
	} CASES[] = {
		{INSTANT_NONE, INSTANT_NONE, false},
		{1000, INSTANT_NONE, false},
		{INSTANT_NONE, 1000, true},
		{INSTANT_NONE, -1000, true},
		{999, 1000, true}, /* microseconds count */
		{1000, 1000, false},
		{1001, 1000, false},
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(CASES); i++) {
		struct profile profile = bare_profile();
		const cJSON *shown;

		profile.privacy_policy_date = CASES[i].policy;
		profile.user.accepted_policy_date = CASES[i].accepted;
		shown = json_member(profile_object(&profile, &DIALECTS[DIALECT_0_7]),
			"accepted_privacy_policy");
		assert_true(cJSON_IsBool(shown));
		if (cJSON_IsTrue(shown) != CASES[i].expected)
			fail_msg("row %zu", i);
	}
}

static void malformed_totals_give_no_profile(void **state)
{
	struct profile profile = bare_profile();

	(void)state;
	profile.totals.sports = "x";
	assert_null(profile_object(&profile, &DIALECTS[DIALECT_0_7]));
	profile = bare_profile();
	profile.totals.records = "x";
	assert_null(profile_object(&profile, &DIALECTS[DIALECT_0_7]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ARENA_TEST(a_new_account_shows_nulls_and_zeros),
		ARENA_TEST(every_value_is_shown),
		ARENA_TEST(each_flag_is_shown_under_its_own_key),
		ARENA_TEST(the_policy_is_accepted_if_older_than_the_acceptance),
		ARENA_TEST(malformed_totals_give_no_profile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
