/*
 * Unit tests of core/settings: sources of settings, and which values are rejected (contract §1).
 */
#include "settings_fixture.h"

/* ---- where they come from ---------------------------------------------------------------------- */

static void without_settings_the_defaults_of_the_contract_apply(void **state)
{
	const struct settings *settings = assert_loaded(*state);

	assert_int_equal(settings->token_lifetime, 30 * 86400);
	assert_int_equal(settings->password_token_lifetime, 3600);
	assert_int_equal(settings->confirmation_token_lifetime, 604800);
	assert_string_equal(settings->password_hash_prefix, "$y$");
	assert_int_equal(settings->password_hash_cost, 7);
	assert_string_equal(settings->map_attribution,
		"&copy; <a href=\"http://www.openstreetmap.org/copyright\" target=\"_blank\" "
		"rel=\"noopener noreferrer\">OpenStreetMap</a> contributors");
	assert_null(settings->weather_provider);
	assert_false(settings->mail_enabled);
	assert_string_equal(settings->mail_ca_file, "");
	assert_string_equal(settings->log_path, "");
	assert_string_equal(settings->ui_url, "");
}

static void the_environment_wins_over_the_file_and_the_file_over_the_default(void **state)
{
	static const char FILE_TEXT[] =
		"LOG=from-file\nUPLOAD_FOLDER=/from-file\nAPP_SECRET_KEY=from-file\n";
	const struct settings *settings;

	write_file(*state, FILE_TEXT, strlen(FILE_TEXT));
	set("LOG", "from-environment");
	set("UPLOAD_FOLDER", "");
	settings = assert_loaded(*state);
	assert_string_equal(settings->log_path, "from-environment");
	assert_string_equal(settings->upload_folder, "");
	assert_secret(*state, "from-file");
}

static void the_settings_outlive_the_environment(void **state)
{
	const struct fixture *fixture = *state;

	set("APP_SECRET_KEY", "secret");
	assert_secret(*state, "secret");
	set("APP_SECRET_KEY", "changed");
	clearenv();
	assert_string_equal(fixture->settings.secret_key, "secret");
}

static void every_text_setting_is_stored_in_its_member(void **state)
{
	const struct settings *settings;

	set("APP_SECRET_KEY", "k e y");
	assert_secret(*state, "k e y");
	set("LOG", "/log/file");
	set("UPLOAD_FOLDER", "/up/load");
	set("EMAIL_CA_FILE", "/ca.pem");
	set("SENDER_EMAIL", "fitgate@example.com");
	set("MAP_ATTRIBUTION", "maps");
	settings = assert_loaded(*state);
	assert_string_equal(settings->log_path, "/log/file");
	assert_string_equal(settings->upload_folder, "/up/load");
	assert_string_equal(settings->mail_ca_file, "/ca.pem");
	assert_string_equal(settings->sender, "fitgate@example.com");
	assert_string_equal(settings->map_attribution, "maps");
}

static void a_relative_upload_folder_is_rejected(void **state)
{
	static const char *const DIRECTORIES[] = {
		"uploads", "./uploads", "../uploads", " /uploads"};

	for (size_t i = 0; i < UNIT_COUNT(DIRECTORIES); i++) {
		set("UPLOAD_FOLDER", DIRECTORIES[i]);
		assert_rejected(*state, 0, "UPLOAD_FOLDER");
	}
}

static void a_missing_required_setting_is_named(void **state)
{
	struct fixture *fixture = *state;

	assert_rejected(fixture, SETTINGS_NEED_SECRET, "APP_SECRET_KEY");
	assert_rejected(fixture, SETTINGS_NEED_DATABASE, "DATABASE_URL");
	set("APP_SECRET_KEY", "");
	assert_rejected(fixture, SETTINGS_NEED_SECRET, "APP_SECRET_KEY");
	set("APP_SECRET_KEY", "x");
	assert_true(load_for(fixture, "login", SETTINGS_NEED_SECRET));
	set("DATABASE_URL", "mysql://u:p@h/d");
	assert_true(load_for(fixture, "login", SETTINGS_NEED_SECRET | SETTINGS_NEED_DATABASE));
}

static void mail_settings_are_required_only_if_mail_is_enabled(void **state)
{
	struct fixture *fixture = *state;

	assert_true(load_for(fixture, "register", SETTINGS_NEED_MAIL));
	set("EMAIL_URL", "smtp://mail");
	assert_true(load_for(fixture, "profile", 0));
	assert_rejected(fixture, SETTINGS_NEED_MAIL, "SENDER_EMAIL");
	set("SENDER_EMAIL", "fitgate@example.com");
	assert_rejected(fixture, SETTINGS_NEED_MAIL, "UI_URL");
	set("UI_URL", "https://fit.example.com");
	assert_true(load_for(fixture, "register", SETTINGS_NEED_MAIL));
}

/* ---- the database ------------------------------------------------------------------------------ */

static void the_database_url_is_parsed(void **state)
{
	const struct settings *settings;

	set("DATABASE_URL",
		"mysql://fitgate:p%40ss@localhost/fit?unix_socket=/run/db.sock&ssl=required");
	settings = assert_loaded(*state);
	assert_string_equal(settings->database.user, "fitgate");
	assert_string_equal(settings->database.password, "p@ss");
	assert_string_equal(settings->database.host, "localhost");
	assert_string_equal(settings->database.path, "fit");
	assert_string_equal(url_parameter(&settings->database, "unix_socket"), "/run/db.sock");
}

static void a_program_may_have_a_database_url_of_its_own(void **state)
{
	static const char FILE_TEXT[] = "DATABASE_URL_LOGIN=mysql://h/of-login\n";
	struct fixture *fixture = *state;

	write_file(fixture, FILE_TEXT, strlen(FILE_TEXT));
	assert_true(load_for(fixture, "login", SETTINGS_NEED_DATABASE));
	assert_string_equal(fixture->settings.database.path, "of-login");
	set("DATABASE_URL", "mysql://h/of-all");
	assert_true(load_for(fixture, "login", SETTINGS_NEED_DATABASE));
	assert_string_equal(fixture->settings.database.path, "of-login");
	assert_true(load_for(fixture, "profile", SETTINGS_NEED_DATABASE));
	assert_string_equal(fixture->settings.database.path, "of-all");
	set("DATABASE_URL_LOGIN", "nonsense");
	assert_rejected(fixture, 0, "DATABASE_URL_LOGIN");
	set("DATABASE_URL_LOGIN", "");
	assert_true(load_for(fixture, "login", SETTINGS_NEED_DATABASE));
	assert_string_equal(fixture->settings.database.path, "of-all");
}

static void malformed_database_urls_are_rejected(void **state)
{
	static const char *const URLS[] = {"x", "mysql://h", "mysql://h/", "postgresql://h/d",
		"mysql://h:0/d", "mysql://h/d?ssl=maybe", "mysql://h/d?ssl=", "mysql://h/d?ssl=OFF",
		"mysql://u:%zz@h/d"};
	static const char *const ACCEPTED[] = {
		"mysql://h/d?ssl=off", "mysql://h/d?ssl=required", "mysql://h/d?ssl=verify"};

	for (size_t i = 0; i < UNIT_COUNT(URLS); i++) {
		set("DATABASE_URL", URLS[i]);
		assert_rejected(*state, 0, "DATABASE_URL");
	}
	for (size_t i = 0; i < UNIT_COUNT(ACCEPTED); i++) {
		set("DATABASE_URL", ACCEPTED[i]);
		assert_loaded(*state);
	}
}

static void no_message_shows_a_password(void **state)
{
	static const struct {
		const char *name, *value;
	} URLS[] = {
		{"DATABASE_URL", "mysql://user:swordfish@h"},
		{"DATABASE_URL", "mysql://user:12/swordfish@h/db"},
		{"DATABASE_URL", "mysql://user:x@y:1?swordfish=1@h/db"},
		{"DATABASE_URL_LOGIN", "mysql://user:12/swordfish@h/db"},
		{"EMAIL_URL", "http://user:swordfish@h"},
		{"EMAIL_URL", "smtp://user:12?swordfish@h:587"},
		{"EMAIL_URL", "smtp://user:x@12?swordfish=1&tls=True"},
		{"EMAIL_URL", "smtp://user:x@y:swordfish"},
		{"EMAIL_URL", "smtp://user:%swordfish@h"},
	};
	struct fixture *fixture = *state;

	for (size_t i = 0; i < UNIT_COUNT(URLS); i++) {
		set(URLS[i].name, URLS[i].value);
		assert_rejected(fixture, 0, URLS[i].name);
		if (strstr(fixture->error.text, "swordfish") != NULL)
			fail_msg("%s", fixture->error.text);
		unsetenv(URLS[i].name);
	}
}

/* ... and keeps its digits out of the port. */
static void a_password_that_is_not_percent_encoded_is_rejected_with_a_hint(void **state)
{
	static const char *const NAMES[] = {"DATABASE_URL", "DATABASE_URL_LOGIN", "EMAIL_URL"};
	static const char *const PASSWORDS[] = {"12/34", "12?34", "12?a=b", "50%", "%zz", "1/%2F"};

	for (size_t i = 0; i < UNIT_COUNT(NAMES) * UNIT_COUNT(PASSWORDS); i++) {
		const char *name = NAMES[i / UNIT_COUNT(PASSWORDS)];
		bool is_mail = strcmp(name, "EMAIL_URL") == 0;

		set(name,
			arena_printf(&((struct fixture *)*state)->arena, "%s://user:%s@h/db",
				is_mail ? "smtp" : "mysql", PASSWORDS[i % UNIT_COUNT(PASSWORDS)]));
		assert_rejected(*state, 0, "must be percent-encoded: %25 for %, %2F for /");
		unsetenv(name);
	}
}

static void a_line_break_in_a_value_does_not_split_the_message(void **state)
{
	set("TOKEN_EXPIRATION_DAYS", "1\n2");
	assert_rejected(*state, 0, "'1?2'");
}

/* ---- mail -------------------------------------------------------------------------------------- */

static void the_mail_server_is_read_with_its_port_and_encryption(void **state)
{
	static const struct {
		const char *url;
		int port;
		enum settings_tls tls;
	} SERVERS[] = {
		{"smtp://mail", 25, SETTINGS_TLS_OFF},
		{"smtp://mail:2525", 2525, SETTINGS_TLS_OFF},
		{"smtp://user:pass@mail:587?tls=True", 587, SETTINGS_TLS_STARTTLS},
		{"smtp://mail?tls=true", 25, SETTINGS_TLS_STARTTLS},
		{"smtp://user:pass@mail:465?ssl=True", 465, SETTINGS_TLS_IMPLICIT},
		{"smtp://mail/?ssl=True", 25, SETTINGS_TLS_IMPLICIT},
		{"smtp://mail?tls=False&ssl=False", 25, SETTINGS_TLS_OFF},
		{"smtp://mail?tls=False&ssl=True", 25, SETTINGS_TLS_IMPLICIT},
	};

	for (size_t i = 0; i < UNIT_COUNT(SERVERS); i++) {
		const struct settings *settings;

		set("EMAIL_URL", SERVERS[i].url);
		settings = assert_loaded(*state);
		assert_true(settings->mail_enabled);
		assert_string_equal(settings->mail_server.host, "mail");
		assert_int_equal(settings->mail_server.port, SERVERS[i].port);
		assert_int_equal(settings->mail_tls, SERVERS[i].tls);
	}
}

static void an_empty_email_url_disables_mail(void **state)
{
	const struct settings *settings;

	set("EMAIL_URL", "");
	set("EMAIL_CA_FILE", "");
	settings = assert_loaded(*state);
	assert_false(settings->mail_enabled);
	assert_string_equal(settings->mail_ca_file, "");
}

static void malformed_mail_server_urls_are_rejected(void **state)
{
	static const char *const URLS[] = {"mail", "smtps://mail", "http://mail", "SMTP//mail",
		"smtp://", "smtp://:25", "smtp://mail:x", "smtp://mail:0",
		"smtp://mail?tls=True&ssl=True", "smtp://mail?tls=yes", "smtp://mail?ssl=required",
		"smtp://mail?TLS=True", "smtp://mail?timeout=1", "smtp://us%er@mail"};

	for (size_t i = 0; i < UNIT_COUNT(URLS); i++) {
		set("EMAIL_URL", URLS[i]);
		assert_rejected(*state, 0, "EMAIL_URL");
	}
}

static void a_sender_is_an_address_that_may_have_a_name(void **state)
{
	static const struct {
		const char *value, *name;
	} ACCEPTED[] = {
		{"fitgate@example.com", ""},
		{" fitgate@example.com\t", ""},
		{"<fitgate@example.com>", ""},
		{"Fitgate <fitgate@example.com>", "Fitgate"},
		{"  Fit, Gate \t <fitgate@example.com> ", "Fit, Gate"},
		{"Fitgate<fitgate@example.com>", "Fitgate"},
		{"\"Fit Gate\" <fitgate@example.com>", "Fit Gate"},
		{"\"\\\"Fit\\\" \\\\Gate\" <fitgate@example.com>", "\"Fit\" \\Gate"},
		{"\"\" <fitgate@example.com>", ""},
		{"\" <fitgate@example.com>", "\""},
		{"a <b> <fitgate@example.com>", "a <b>"},
		{"caf\xc3\xa9 <fitgate@example.com>", "caf\xc3\xa9"},
	};

	for (size_t i = 0; i < UNIT_COUNT(ACCEPTED); i++) {
		const struct settings *settings;

		set("SENDER_EMAIL", ACCEPTED[i].value);
		settings = assert_loaded(*state);
		assert_string_equal(settings->sender, "fitgate@example.com");
		assert_string_equal(settings->sender_name, ACCEPTED[i].name);
	}
}

static void malformed_senders_are_rejected(void **state)
{
	static const char *const SENDERS[] = {"fitgate", "@example.com", "fitgate@", "a@b@c",
		"a@@c", "Fitgate fitgate@example.com", "Fitgate <fitgate@example.com",
		"Fitgate <fitgate@example.com> x", "Fitgate <>", "<", ">", "<>",
		"a@example.com,b@example.com", "a b@example.com",
		"a@example.com\r\nBcc: b@example.com", "caf\xc3\xa9@example.com",
		"a\nBcc: b@example.com <a@example.com>", "caf\xe9 <a@example.com>",
		"\"a\"@example.com", "a@example.com\x7f"};

	for (size_t i = 0; i < UNIT_COUNT(SENDERS); i++) {
		set("SENDER_EMAIL", SENDERS[i]);
		assert_rejected(*state, 0, "SENDER_EMAIL");
	}
}

static void the_name_in_ehlo_is_a_complete_domain_name(void **state)
{
	static const struct {
		const char *ehlo, *ui_url, *sender, *expected;
	} NAMES[] = {
		{"", "https://fit.example.com", "a@mail.example.net", "fit.example.com"},
		{"", "https://u:p@fit.example.com:8443/app?x", "", "fit.example.com"},
		{"", "http://localhost:5000", "a@mail.example.net", "mail.example.net"},
		{"", "http://192.0.2.7:5000", "N <a@mail.example.net>", "mail.example.net"},
		{"", "http://[2001:db8::7]", "a@mail.example.net", "mail.example.net"},
		{"", "http://localhost", "a@host", "host"},
		{"", "http://localhost", "", "localhost"},
		{"", "", "", ""},
		{"web1", "https://fit.example.com", "a@mail.example.net", "web1"},
		{"[192.0.2.7]", "", "", "[192.0.2.7]"},
		{"[IPv6:2001:db8::7]", "", "", "[IPv6:2001:db8::7]"},
	};

	for (size_t i = 0; i < UNIT_COUNT(NAMES); i++) {
		set("EMAIL_EHLO_NAME", NAMES[i].ehlo);
		set("UI_URL", NAMES[i].ui_url);
		set("SENDER_EMAIL", NAMES[i].sender);
		assert_string_equal(assert_loaded(*state)->ehlo_name, NAMES[i].expected);
	}
	set("EMAIL_EHLO_NAME", "a b");
	assert_rejected(*state, 0, "EMAIL_EHLO_NAME");
}

static void the_ui_url_is_http_without_a_trailing_slash(void **state)
{
	static const struct {
		const char *value, *expected;
	} ACCEPTED[] = {
		{"http://0.0.0.0:5000", "http://0.0.0.0:5000"},
		{"https://fit.example.com/", "https://fit.example.com"},
		{"https://fit.example.com/app//", "https://fit.example.com/app"},
	};
	static const char *const REFUSED[] = {"fit.example.com", "ftp://fit.example.com",
		"javascript:alert(1)", "https://fit.example.com/a b", "https://fit.example.com/\"",
		"https://fit.example.com/<b>", "https://caf\xc3\xa9.example.com",
		"https://fit.example.com\n", "https://", "http:///"};

	for (size_t i = 0; i < UNIT_COUNT(ACCEPTED); i++) {
		set("UI_URL", ACCEPTED[i].value);
		assert_string_equal(assert_loaded(*state)->ui_url, ACCEPTED[i].expected);
	}
	for (size_t i = 0; i < UNIT_COUNT(REFUSED); i++) {
		set("UI_URL", REFUSED[i]);
		assert_rejected(*state, 0, "UI_URL");
	}
}

/* ---- the rest ---------------------------------------------------------------------------------- */

static void the_lifetime_of_a_token_is_days_plus_seconds(void **state)
{
	set("TOKEN_EXPIRATION_DAYS", "2");
	set("TOKEN_EXPIRATION_SECONDS", "3");
	assert_int_equal(assert_loaded(*state)->token_lifetime, 2 * 86400 + 3);
	set("TOKEN_EXPIRATION_DAYS", "0");
	assert_int_equal(assert_loaded(*state)->token_lifetime, 3);
	set("TOKEN_EXPIRATION_SECONDS", "0");
	assert_rejected(*state, 0, "TOKEN_EXPIRATION_DAYS");
}

static void other_lifetimes_are_in_seconds(void **state)
{
	const struct settings *settings;

	set("PASSWORD_TOKEN_EXPIRATION_SECONDS", "5");
	set("CONFIRMATION_TOKEN_EXPIRATION_SECONDS", "7");
	settings = assert_loaded(*state);
	assert_int_equal(settings->password_token_lifetime, 5);
	assert_int_equal(settings->confirmation_token_lifetime, 7);
}

static void malformed_and_out_of_range_numbers_are_rejected(void **state)
{
	static const struct {
		const char *name, *value;
	} NUMBERS[] = {
		{"TOKEN_EXPIRATION_DAYS", "x"},
		{"TOKEN_EXPIRATION_DAYS", "1.5"},
		{"TOKEN_EXPIRATION_DAYS", " 1"},
		{"TOKEN_EXPIRATION_DAYS", "-1"},
		{"TOKEN_EXPIRATION_DAYS", "36501"},
		{"TOKEN_EXPIRATION_DAYS", "99999999999999999999"},
		{"TOKEN_EXPIRATION_SECONDS", "-1"},
		{"TOKEN_EXPIRATION_SECONDS", "2147483648"},
		{"PASSWORD_TOKEN_EXPIRATION_SECONDS", "0"},
		{"CONFIRMATION_TOKEN_EXPIRATION_SECONDS", "0"},
	};

	for (size_t i = 0; i < UNIT_COUNT(NUMBERS); i++) {
		set(NUMBERS[i].name, NUMBERS[i].value);
		assert_rejected(*state, 0, NUMBERS[i].name);
		unsetenv(NUMBERS[i].name);
	}
}

static void an_empty_number_means_the_default(void **state)
{
	set("TOKEN_EXPIRATION_DAYS", "");
	set("PASSWORD_TOKEN_EXPIRATION_SECONDS", "");
	assert_int_equal(assert_loaded(*state)->token_lifetime, 30 * 86400);
	assert_int_equal(assert_loaded(*state)->password_token_lifetime, 3600);
}

static void a_password_hash_is_a_prefix_and_a_cost(void **state)
{
	static const struct {
		const char *value, *prefix;
		unsigned long cost;
	} ACCEPTED[] = {{"$y$7", "$y$", 7}, {"$2b$12", "$2b$", 12}, {"$2b$04", "$2b$", 4},
		{"$6$", "$6$", 0}, {"$6$10000", "$6$", 10000}};
	static const char *const REFUSED[] = {"", "y", "7", "$", "$7", "$y", "y$7", "$y$x", "$y$-1",
		"$y$7x", "$y$ 7", " $y$7", "$zz$9", "$2b$99"};

	for (size_t i = 0; i < UNIT_COUNT(ACCEPTED); i++) {
		const struct settings *settings;

		set("PASSWORD_HASH", ACCEPTED[i].value);
		settings = assert_loaded(*state);
		assert_string_equal(settings->password_hash_prefix, ACCEPTED[i].prefix);
		assert_int_equal(settings->password_hash_cost, ACCEPTED[i].cost);
	}
	for (size_t i = 0; i < UNIT_COUNT(REFUSED); i++) {
		set("PASSWORD_HASH", REFUSED[i]);
		assert_rejected(*state, 0, "PASSWORD_HASH");
	}
}

static void a_known_weather_provider_is_accepted_in_any_case(void **state)
{
	set("WEATHER_API_PROVIDER", "DarkSky");
	assert_string_equal(assert_loaded(*state)->weather_provider, "darksky");
	set("WEATHER_API_PROVIDER", "visualcrossing");
	assert_string_equal(assert_loaded(*state)->weather_provider, "visualcrossing");
	set("WEATHER_API_PROVIDER", "darksk");
	assert_null(assert_loaded(*state)->weather_provider);
	set("WEATHER_API_PROVIDER", "");
	assert_null(assert_loaded(*state)->weather_provider);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SETTINGS_TEST(without_settings_the_defaults_of_the_contract_apply),
		SETTINGS_TEST(the_environment_wins_over_the_file_and_the_file_over_the_default),
		SETTINGS_TEST(the_settings_outlive_the_environment),
		SETTINGS_TEST(every_text_setting_is_stored_in_its_member),
		SETTINGS_TEST(a_relative_upload_folder_is_rejected),
		SETTINGS_TEST(a_missing_required_setting_is_named),
		SETTINGS_TEST(mail_settings_are_required_only_if_mail_is_enabled),
		SETTINGS_TEST(the_database_url_is_parsed),
		SETTINGS_TEST(a_program_may_have_a_database_url_of_its_own),
		SETTINGS_TEST(malformed_database_urls_are_rejected),
		SETTINGS_TEST(no_message_shows_a_password),
		SETTINGS_TEST(a_password_that_is_not_percent_encoded_is_rejected_with_a_hint),
		SETTINGS_TEST(a_line_break_in_a_value_does_not_split_the_message),
		SETTINGS_TEST(the_mail_server_is_read_with_its_port_and_encryption),
		SETTINGS_TEST(an_empty_email_url_disables_mail),
		SETTINGS_TEST(malformed_mail_server_urls_are_rejected),
		SETTINGS_TEST(a_sender_is_an_address_that_may_have_a_name),
		SETTINGS_TEST(malformed_senders_are_rejected),
		SETTINGS_TEST(the_name_in_ehlo_is_a_complete_domain_name),
		SETTINGS_TEST(the_ui_url_is_http_without_a_trailing_slash),
		SETTINGS_TEST(the_lifetime_of_a_token_is_days_plus_seconds),
		SETTINGS_TEST(other_lifetimes_are_in_seconds),
		SETTINGS_TEST(malformed_and_out_of_range_numbers_are_rejected),
		SETTINGS_TEST(an_empty_number_means_the_default),
		SETTINGS_TEST(a_password_hash_is_a_prefix_and_a_cost),
		SETTINGS_TEST(a_known_weather_provider_is_accepted_in_any_case),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
