/*
 * Unit tests of core/settings: where settings come from, and what is refused (contract §1).
 */
#include "unit.h"

#include "core/settings.h"

#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

/* What a test works with: an environment of its own, and a file for the settings. */
struct fixture {
	struct arena arena;
	struct settings settings;
	char error[UNIT_TEXT_MAX];
	char path[sizeof(P_tmpdir "/fitgate-settings-XXXXXX")];
};

static int begin(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));
	int fd;

	*state = fixture;
	if (fixture == NULL || clearenv() != 0)
		return -1;
	snprintf(fixture->path, sizeof(fixture->path), "%s/fitgate-settings-XXXXXX", P_tmpdir);
	fd = mkstemp(fixture->path);
	if (fd < 0)
		return -1;
	return close(fd);
}

static int end(void **state)
{
	struct fixture *fixture = *state;
	int result = unlink(fixture->path);

	arena_free(&fixture->arena);
	free(fixture);
	return result;
}

static void set(const char *name, const char *value)
{
	assert_int_equal(setenv(name, value, 1), 0);
}

/* Put bytes into the file, and let FITGATE_CONFIG name it. */
static void write_file(struct fixture *fixture, const char *bytes, size_t length)
{
	FILE *file = fopen(fixture->path, "w");

	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, length, file), length);
	/* cppcheck-suppress deallocuse ; the macro names its argument twice and evaluates it once */
	assert_int_equal(fclose(file), 0);
	set("FITGATE_CONFIG", fixture->path);
}

static bool load_for(struct fixture *fixture, const char *program, unsigned needs)
{
	fixture->error[0] = '\0';
	return settings_load(&fixture->settings, &fixture->arena, program, needs, fixture->error,
		sizeof(fixture->error));
}

static const struct settings *assert_loaded(struct fixture *fixture)
{
	if (!load_for(fixture, "login", 0))
		fail_msg("refused: %s", fixture->error);
	return &fixture->settings;
}

/* It is refused, in one line that has these words in it. */
static void assert_refused(struct fixture *fixture, unsigned needs, const char *words)
{
	if (load_for(fixture, "login", needs))
		fail_msg("accepted, but for %s", words);
	if (strstr(fixture->error, words) == NULL || strchr(fixture->error, '\n') != NULL)
		fail_msg("'%s' does not say '%s' in one line", fixture->error, words);
}

/* ---- where they come from ---------------------------------------------------------------------- */

static void without_any_setting_the_defaults_of_the_contract_hold(void **state)
{
	const struct settings *settings = assert_loaded(*state);

	assert_int_equal(settings->token_lifetime, 30 * 86400);
	assert_int_equal(settings->password_token_lifetime, 3600);
	assert_int_equal(settings->confirmation_token_lifetime, 604800);
	assert_string_equal(settings->password_hash_prefix, "$y$");
	assert_int_equal(settings->password_hash_cost, 7);
	assert_string_equal(settings->languages, "en fr de it nb nl es gl pl");
	assert_string_equal(settings->map_attribution,
		"&copy; <a href=\"http://www.openstreetmap.org/copyright\" target=\"_blank\" "
		"rel=\"noopener noreferrer\">OpenStreetMap</a> contributors");
	assert_null(settings->weather_provider);
	assert_false(settings->mail_enabled);
	assert_null(settings->mail_ca_file);
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
	assert_string_equal(settings->secret_key, "from-file");
}

static void the_settings_outlive_the_environment(void **state)
{
	const struct settings *settings;

	set("APP_SECRET_KEY", "secret");
	settings = assert_loaded(*state);
	set("APP_SECRET_KEY", "changed");
	clearenv();
	assert_string_equal(settings->secret_key, "secret");
}

static void every_text_setting_goes_to_its_place(void **state)
{
	const struct settings *settings;

	set("APP_SECRET_KEY", "k e y");
	set("LOG", "/log/file");
	set("UPLOAD_FOLDER", "/up/load");
	set("EMAIL_CA_FILE", "/ca.pem");
	set("SENDER_EMAIL", "fitgate@example.com");
	set("MAP_ATTRIBUTION", "maps");
	settings = assert_loaded(*state);
	assert_string_equal(settings->secret_key, "k e y");
	assert_string_equal(settings->log_path, "/log/file");
	assert_string_equal(settings->upload_folder, "/up/load");
	assert_string_equal(settings->mail_ca_file, "/ca.pem");
	assert_string_equal(settings->sender, "fitgate@example.com");
	assert_string_equal(settings->map_attribution, "maps");
}

static void an_upload_folder_that_depends_on_where_a_program_is_started_is_refused(void **state)
{
	static const char *const FOLDERS[] = {"uploads", "./uploads", "../uploads", " /uploads"};

	for (size_t i = 0; i < UNIT_COUNT(FOLDERS); i++) {
		set("UPLOAD_FOLDER", FOLDERS[i]);
		assert_refused(*state, 0, "UPLOAD_FOLDER");
	}
}

static void what_a_program_needs_is_missed_by_name(void **state)
{
	struct fixture *fixture = *state;

	assert_refused(fixture, SETTINGS_NEED_SECRET, "APP_SECRET_KEY");
	assert_refused(fixture, SETTINGS_NEED_DATABASE, "DATABASE_URL");
	set("APP_SECRET_KEY", "");
	assert_refused(fixture, SETTINGS_NEED_SECRET, "APP_SECRET_KEY");
	set("APP_SECRET_KEY", "x");
	assert_true(load_for(fixture, "login", SETTINGS_NEED_SECRET));
	set("DATABASE_URL", "mysql://u:p@h/d");
	assert_true(load_for(fixture, "login", SETTINGS_NEED_SECRET | SETTINGS_NEED_DATABASE));
}

static void the_texts_of_mails_are_needed_only_where_mail_is_sent(void **state)
{
	struct fixture *fixture = *state;

	assert_true(load_for(fixture, "register", SETTINGS_NEED_MAIL));
	set("EMAIL_URL", "smtp://mail");
	assert_true(load_for(fixture, "profile", 0));
	assert_refused(fixture, SETTINGS_NEED_MAIL, "SENDER_EMAIL");
	set("SENDER_EMAIL", "fitgate@example.com");
	assert_refused(fixture, SETTINGS_NEED_MAIL, "UI_URL");
	set("UI_URL", "https://fit.example.com");
	assert_true(load_for(fixture, "register", SETTINGS_NEED_MAIL));
}

/* ---- the file ---------------------------------------------------------------------------------- */

static void a_line_of_the_file_may_be_written_in_many_ways(void **state)
{
	static const struct {
		const char *text, *value;
	} LINES[] = {
		{"APP_SECRET_KEY=value", "value"},
		{"", ""},
		{"APP_SECRET_KEY=value\n", "value"},
		{"APP_SECRET_KEY=value\r\n", "value"},
		{"\n\n  \t APP_SECRET_KEY=value", "value"},
		{"export APP_SECRET_KEY=value", "value"},
		{"  export   APP_SECRET_KEY=value", "value"},
		{"APP_SECRET_KEY=", ""},
		{"APP_SECRET_KEY=a b  c  ", "a b  c"},
		{"APP_SECRET_KEY= \t value", "value"},
		{"APP_SECRET_KEY= \"value\"", "value"},
		{"APP_SECRET_KEY=value # comment", "value"},
		{"APP_SECRET_KEY=value\t# comment", "value"},
		{"APP_SECRET_KEY=a#b", "a#b"},
		{"APP_SECRET_KEY=#comment", ""},
		{"APP_SECRET_KEY=a=b=c", "a=b=c"},
		{"APP_SECRET_KEY=\"value\"", "value"},
		{"APP_SECRET_KEY='value'", "value"},
		{"APP_SECRET_KEY=\"value\"\r\n", "value"},
		{"APP_SECRET_KEY=\"\"", ""},
		{"APP_SECRET_KEY=''", ""},
		{"APP_SECRET_KEY=\" a # b \" # comment", " a # b "},
		{"APP_SECRET_KEY='a \"b\" c'", "a \"b\" c"},
		{"APP_SECRET_KEY=\"it's\"", "it's"},
		{"APP_SECRET_KEY=it's", "it's"},
		{"APP_SECRET_KEY='$y$7'", "$y$7"},
		{"APP_SECRET_KEY=a\\nb", "a\\nb"},
		{"# APP_SECRET_KEY=no\nAPP_SECRET_KEY=value\n#APP_SECRET_KEY=no\n   # APP_SECRET_KEY=no",
			"value"},
		{"APP_SECRET_KEY=first\nOTHER=x\nAPP_SECRET_KEY=last\n", "last"},
		{"app_secret_key=no\nAPP_SECRET_KEY=value\nAPP_SECRET_KEY2=no\nMAP=no", "value"},
	};

	for (size_t i = 0; i < UNIT_COUNT(LINES); i++) {
		const struct settings *settings;

		write_file(*state, LINES[i].text, strlen(LINES[i].text));
		settings = assert_loaded(*state);
		if (strcmp(settings->secret_key, LINES[i].value) != 0)
			fail_msg("%s\nis read as '%s'", LINES[i].text, settings->secret_key);
	}
}

static void a_broken_line_is_named_by_its_number(void **state)
{
	static const struct {
		const char *text, *words;
	} TEXTS[] = {
		{"LOG", "line 1"},
		{"A=1\n\n=value", "line 3"},
		{"A=1\nB=2\nLOG value", "line 3"},
		{"LOG =value", "line 1"},
		{"LO-G=value", "line 1"},
		{"L\xc3\x96G=value", "line 1"},
		{"export", "line 1"},
		{"LOG=\"value", "line 1: LOG"},
		{"LOG='value\"", "line 1: LOG"},
		{"LOG=\"a\"b", "line 1: LOG"},
		{"LOG=\"a\" b", "line 1: LOG"},
	};
	struct fixture *fixture = *state;

	for (size_t i = 0; i < UNIT_COUNT(TEXTS); i++) {
		write_file(fixture, TEXTS[i].text, strlen(TEXTS[i].text));
		assert_refused(fixture, 0, TEXTS[i].words);
		assert_non_null(strstr(fixture->error, fixture->path));
	}
}

static void a_file_that_others_may_read_is_refused(void **state)
{
	static const mode_t REFUSED[] = {0604, 0602, 0601, 0644, 0666, 0777};
	static const mode_t ACCEPTED[] = {0400, 0600};
	struct fixture *fixture = *state;

	write_file(fixture, "LOG=x", 5);
	for (size_t i = 0; i < UNIT_COUNT(REFUSED); i++) {
		assert_int_equal(chmod(fixture->path, REFUSED[i]), 0);
		assert_refused(fixture, 0, "chmod 600");
	}
	for (size_t i = 0; i < UNIT_COUNT(ACCEPTED); i++) {
		assert_int_equal(chmod(fixture->path, ACCEPTED[i]), 0);
		assert_loaded(fixture);
	}
}

/* The tests of root see both sides, those of others that of other users. */
static void a_file_that_its_group_may_read_is_refused_unless_it_is_root_s(void **state)
{
	static const mode_t MODES[] = {0640, 0660, 0620, 0610};
	struct fixture *fixture = *state;

	write_file(fixture, "LOG=x", 5);
	for (size_t i = 0; i < UNIT_COUNT(MODES); i++) {
		assert_int_equal(chmod(fixture->path, MODES[i]), 0);
		if (geteuid() == 0) {
			assert_loaded(fixture);
			assert_int_equal(chown(fixture->path, 1, (gid_t)-1), 0);
		}
		assert_refused(fixture, 0, "chmod 600");
		if (geteuid() == 0)
			assert_int_equal(chown(fixture->path, 0, (gid_t)-1), 0);
	}
}

static void a_path_in_the_file_begins_in_the_folder_of_the_file(void **state)
{
	static const char FILE_TEXT[] = "LOG=a/log\nUPLOAD_FOLDER=/up/load\nEMAIL_CA_FILE=ca.pem";
	const struct settings *settings;

	write_file(*state, FILE_TEXT, strlen(FILE_TEXT));
	settings = assert_loaded(*state);
	assert_string_equal(settings->log_path, P_tmpdir "/a/log");
	assert_string_equal(settings->upload_folder, "/up/load");
	assert_string_equal(settings->mail_ca_file, P_tmpdir "/ca.pem");
}

/* What a file beside the program names, as it is for shared hosts. */
static void without_fitgate_config_a_file_beside_the_program_names_the_settings(void **state)
{
	struct fixture *fixture = *state;
	char folder[PATH_MAX] = "", pointer[PATH_MAX + 16];
	FILE *file;

	assert_true(readlink("/proc/self/exe", folder, sizeof(folder) - 1) > 0);
	*strrchr(folder, '/') = '\0';
	snprintf(pointer, sizeof(pointer), "%s/fitgate.path", folder);
	write_file(fixture, "APP_SECRET_KEY=beside", 21);
	unsetenv("FITGATE_CONFIG");
	file = fopen(pointer, "w");
	assert_non_null(file);
	fprintf(file, "%s\r\nanother line\n", fixture->path);
	fclose(file);
	assert_string_equal(assert_loaded(fixture)->secret_key, "beside");
	assert_string_equal(fixture->settings.file, fixture->path);
	set("FITGATE_CONFIG", "");
	assert_string_equal(assert_loaded(fixture)->secret_key, "");
	unsetenv("FITGATE_CONFIG");
	file = fopen(pointer, "w");
	assert_non_null(file);
	fputs("nowhere/at-all.conf\n", file);
	fclose(file);
	assert_refused(fixture, 0, "/nowhere/at-all.conf");
	assert_int_equal(unlink(pointer), 0);
	assert_string_equal(assert_loaded(fixture)->secret_key, "");
}

static void what_is_no_readable_text_file_is_refused(void **state)
{
	struct fixture *fixture = *state;

	write_file(fixture, "LOG=a\0b", 7);
	assert_refused(fixture, 0, "FITGATE_CONFIG");
	set("FITGATE_CONFIG", "/");
	assert_refused(fixture, 0, "FITGATE_CONFIG");
	set("FITGATE_CONFIG", "/nowhere/at/all");
	assert_refused(fixture, 0, "FITGATE_CONFIG");
	set("FITGATE_CONFIG", "");
	assert_loaded(fixture);
}

static void a_file_may_have_64_kibibytes_and_256_settings(void **state)
{
	enum { SIZE = 64 * 1024 };
	struct fixture *fixture = *state;
	char *text = arena_alloc(&fixture->arena, SIZE + 1), *at = text;

	memset(text, '#', SIZE + 1);
	memcpy(text, "LOG=/x\n", 7);
	write_file(fixture, text, SIZE);
	assert_string_equal(assert_loaded(fixture)->log_path, "/x");
	write_file(fixture, text, SIZE + 1);
	assert_refused(fixture, 0, "FITGATE_CONFIG");

	for (int i = 0; i < 256; i++)
		at += sprintf(at, "LOG=/%d\n", i);
	write_file(fixture, text, (size_t)(at - text));
	assert_string_equal(assert_loaded(fixture)->log_path, "/255");
	at += sprintf(at, "LOG=x\n");
	write_file(fixture, text, (size_t)(at - text));
	assert_refused(fixture, 0, "256");
}

/* ---- the database ------------------------------------------------------------------------------ */

static void the_database_url_is_taken_apart(void **state)
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
	assert_refused(fixture, 0, "DATABASE_URL_LOGIN");
	set("DATABASE_URL_LOGIN", "");
	assert_true(load_for(fixture, "login", SETTINGS_NEED_DATABASE));
	assert_string_equal(fixture->settings.database.path, "of-all");
}

static void other_database_urls_are_refused(void **state)
{
	static const char *const URLS[] = {"x", "mysql://h", "mysql://h/", "postgresql://h/d",
		"mysql://h:0/d", "mysql://h/d?ssl=maybe", "mysql://h/d?ssl=", "mysql://h/d?ssl=OFF",
		"mysql://u:%zz@h/d"};
	static const char *const ACCEPTED[] = {
		"mysql://h/d?ssl=off", "mysql://h/d?ssl=required", "mysql://h/d?ssl=verify"};

	for (size_t i = 0; i < UNIT_COUNT(URLS); i++) {
		set("DATABASE_URL", URLS[i]);
		assert_refused(*state, 0, "DATABASE_URL");
	}
	for (size_t i = 0; i < UNIT_COUNT(ACCEPTED); i++) {
		set("DATABASE_URL", ACCEPTED[i]);
		assert_loaded(*state);
	}
}

static void no_message_shows_a_password(void **state)
{
	struct fixture *fixture = *state;

	set("DATABASE_URL", "mysql://user:swordfish@h");
	assert_refused(fixture, 0, "DATABASE_URL");
	assert_null(strstr(fixture->error, "swordfish"));
	set("DATABASE_URL", "");
	set("EMAIL_URL", "http://user:swordfish@h");
	assert_refused(fixture, 0, "EMAIL_URL");
	assert_null(strstr(fixture->error, "swordfish"));
}

static void a_line_break_in_a_value_does_not_break_the_message(void **state)
{
	set("EMAIL_URL", "smtp://mail?a%0ab=1");
	assert_refused(*state, 0, "no parameter a?b");
	set("EMAIL_URL", "");
	set("TOKEN_EXPIRATION_DAYS", "1\n2");
	assert_refused(*state, 0, "'1?2'");
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
	assert_null(settings->mail_ca_file);
}

static void other_mail_servers_are_refused(void **state)
{
	static const char *const URLS[] = {"mail", "smtps://mail", "http://mail", "SMTP//mail",
		"smtp://", "smtp://:25", "smtp://mail:x", "smtp://mail:0",
		"smtp://mail?tls=True&ssl=True", "smtp://mail?tls=yes", "smtp://mail?ssl=required",
		"smtp://mail?TLS=True", "smtp://us%er@mail"};

	for (size_t i = 0; i < UNIT_COUNT(URLS); i++) {
		set("EMAIL_URL", URLS[i]);
		assert_refused(*state, 0, "EMAIL_URL");
	}
}

static void a_sender_is_a_plain_address(void **state)
{
	static const char *const SENDERS[] = {"fitgate", "@example.com", "fitgate@", "a@b@c",
		"a@@c", "Fitgate <fitgate@example.com>", "<fitgate@example.com>",
		"a@example.com,b@example.com", "a b@example.com",
		"a@example.com\r\nBcc: b@example.com", "caf\xc3\xa9@example.com",
		"\"a\"@example.com", "a@example.com\x7f"};

	for (size_t i = 0; i < UNIT_COUNT(SENDERS); i++) {
		set("SENDER_EMAIL", SENDERS[i]);
		assert_refused(*state, 0, "SENDER_EMAIL");
	}
}

static void the_address_of_the_pages_is_http_and_ends_without_a_slash(void **state)
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
		assert_refused(*state, 0, "UI_URL");
	}
}

/* ---- the rest ---------------------------------------------------------------------------------- */

static void the_life_of_a_token_is_days_and_seconds(void **state)
{
	set("TOKEN_EXPIRATION_DAYS", "2");
	set("TOKEN_EXPIRATION_SECONDS", "3");
	assert_int_equal(assert_loaded(*state)->token_lifetime, 2 * 86400 + 3);
	set("TOKEN_EXPIRATION_DAYS", "0");
	assert_int_equal(assert_loaded(*state)->token_lifetime, 3);
	set("TOKEN_EXPIRATION_SECONDS", "0");
	assert_refused(*state, 0, "TOKEN_EXPIRATION_DAYS");
}

static void lives_of_other_tokens_are_set_in_seconds(void **state)
{
	const struct settings *settings;

	set("PASSWORD_TOKEN_EXPIRATION_SECONDS", "5");
	set("CONFIRMATION_TOKEN_EXPIRATION_SECONDS", "7");
	settings = assert_loaded(*state);
	assert_int_equal(settings->password_token_lifetime, 5);
	assert_int_equal(settings->confirmation_token_lifetime, 7);
}

static void numbers_that_are_none_or_out_of_range_are_refused(void **state)
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
		assert_refused(*state, 0, NUMBERS[i].name);
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
		assert_refused(*state, 0, "PASSWORD_HASH");
	}
}

static void a_weather_provider_is_known_in_any_case_or_there_is_none(void **state)
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

#define SETTINGS_TEST(function) cmocka_unit_test_setup_teardown(function, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SETTINGS_TEST(without_any_setting_the_defaults_of_the_contract_hold),
		SETTINGS_TEST(the_environment_wins_over_the_file_and_the_file_over_the_default),
		SETTINGS_TEST(the_settings_outlive_the_environment),
		SETTINGS_TEST(every_text_setting_goes_to_its_place),
		SETTINGS_TEST(
			an_upload_folder_that_depends_on_where_a_program_is_started_is_refused),
		SETTINGS_TEST(what_a_program_needs_is_missed_by_name),
		SETTINGS_TEST(the_texts_of_mails_are_needed_only_where_mail_is_sent),
		SETTINGS_TEST(a_line_of_the_file_may_be_written_in_many_ways),
		SETTINGS_TEST(a_broken_line_is_named_by_its_number),
		SETTINGS_TEST(a_file_that_others_may_read_is_refused),
		SETTINGS_TEST(a_file_that_its_group_may_read_is_refused_unless_it_is_root_s),
		SETTINGS_TEST(a_path_in_the_file_begins_in_the_folder_of_the_file),
		SETTINGS_TEST(without_fitgate_config_a_file_beside_the_program_names_the_settings),
		SETTINGS_TEST(what_is_no_readable_text_file_is_refused),
		SETTINGS_TEST(a_file_may_have_64_kibibytes_and_256_settings),
		SETTINGS_TEST(the_database_url_is_taken_apart),
		SETTINGS_TEST(a_program_may_have_a_database_url_of_its_own),
		SETTINGS_TEST(other_database_urls_are_refused),
		SETTINGS_TEST(no_message_shows_a_password),
		SETTINGS_TEST(a_line_break_in_a_value_does_not_break_the_message),
		SETTINGS_TEST(the_mail_server_is_read_with_its_port_and_encryption),
		SETTINGS_TEST(an_empty_email_url_disables_mail),
		SETTINGS_TEST(other_mail_servers_are_refused),
		SETTINGS_TEST(a_sender_is_a_plain_address),
		SETTINGS_TEST(the_address_of_the_pages_is_http_and_ends_without_a_slash),
		SETTINGS_TEST(the_life_of_a_token_is_days_and_seconds),
		SETTINGS_TEST(lives_of_other_tokens_are_set_in_seconds),
		SETTINGS_TEST(numbers_that_are_none_or_out_of_range_are_refused),
		SETTINGS_TEST(an_empty_number_means_the_default),
		SETTINGS_TEST(a_password_hash_is_a_prefix_and_a_cost),
		SETTINGS_TEST(a_weather_provider_is_known_in_any_case_or_there_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
