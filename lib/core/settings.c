/*
 * Where a value comes from (environment, file, default) and what makes it valid. A value is looked at
 * once; nothing else in the program reads the environment for settings.
 */
#include "core/settings.h"

#include "core/text.h"

#include <crypt.h>
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MAX_FILE_SIZE = 64 * 1024, MAX_FILE_SETTINGS = 256 };

static const char POINTER[] = "fitgate.path";

struct source {
	struct arena *arena;
	struct {
		const char *name, *value;
	} file[MAX_FILE_SETTINGS];
	int file_count;
	const char *path; /* of the file; NULL when there is none */
	char *error;
	size_t error_size;
};

static bool refuse(struct source *source, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static bool refuse(struct source *source, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(source->error, source->error_size, format, arguments);
	va_end(arguments);
	/* a value that was quoted may hold anything */
	text_hide_controls(source->error);
	return false;
}

/* ---- the file ---------------------------------------------------------------------------------- */

/* The value behind "NAME=": quoted text up to its quote, else up to " #" or the end, trimmed. */
static bool unquote(char *value)
{
	size_t blanks = strspn(value, " \t");
	char quote = value[blanks];
	char *end;

	memmove(value, value + blanks, strlen(value + blanks) + 1);
	if (quote == '"' || quote == '\'') {
		end = strchr(value + 1, quote);
		if (end == NULL)
			return false;
		memmove(value, value + 1, (size_t)(end - value - 1));
		end[-1] = '\0';
		end++;
		end += strspn(end, " \t");
		return *end == '\0' || *end == '#';
	}
	for (end = value; *end != '\0'; end++)
		if (*end == '#' && (end == value || end[-1] == ' ' || end[-1] == '\t'))
			break;
	while (end > value && isspace((unsigned char)end[-1]))
		end--;
	*end = '\0';
	return true;
}

static bool add_line(struct source *source, char *line, int number, const char *path)
{
	char *value;

	line += strspn(line, " \t");
	if (strncmp(line, "export ", 7) == 0)
		line += 7 + strspn(line + 7, " \t");
	if (*line == '\0' || *line == '#')
		return true;
	value = strchr(line, '=');
	if (value == NULL || value == line)
		return refuse(source, "%s: line %d is not NAME=VALUE", path, number);
	*value++ = '\0';
	if (line[strspn(line, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_")] !=
		'\0')
		return refuse(source, "%s: line %d has no proper name before '='", path, number);
	if (!unquote(value))
		return refuse(
			source, "%s: line %d: %s has a quote without its end", path, number, line);
	if (source->file_count == MAX_FILE_SETTINGS)
		return refuse(source, "%s: more than %d settings", path, MAX_FILE_SETTINGS);
	source->file[source->file_count].name = line;
	source->file[source->file_count].value = value;
	source->file_count++;
	return true;
}

/* On a shared host all customers may be in one group; where root owns the file, root has chosen it. */
static bool is_private(const struct stat *status)
{
	return (status->st_mode & S_IRWXO) == 0 &&
	       ((status->st_mode & S_IRWXG) == 0 || status->st_uid == 0);
}

static char *read_private_file(struct source *source, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat status;
	char *text = NULL;
	ssize_t got;

	if (fd < 0) {
		refuse(source, "FITGATE_CONFIG: cannot read %s: %s", path, strerror(errno));
		return NULL;
	}
	if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)) {
		refuse(source, "FITGATE_CONFIG: %s is not a file", path);
	} else if (!is_private(&status)) {
		refuse(source, "FITGATE_CONFIG: %s may be read by others; run: chmod 600 %s", path,
			path);
	} else if (status.st_size > MAX_FILE_SIZE) {
		refuse(source, "FITGATE_CONFIG: %s is larger than %d bytes", path, MAX_FILE_SIZE);
	} else if ((text = arena_zero(source->arena, MAX_FILE_SIZE + 1)) == NULL) {
		refuse(source, "out of memory");
	} else {
		got = read(fd, text, MAX_FILE_SIZE);
		if (got < 0 || strlen(text) != (size_t)got) {
			refuse(source, "FITGATE_CONFIG: %s is not a text file", path);
			text = NULL;
		}
	}
	close(fd);
	return text;
}

/* The folder of the running program, with a slash at its end. false: it cannot be told. */
static bool own_folder(char *folder, size_t size)
{
	ssize_t length = readlink("/proc/self/exe", folder, size - 1);
	char *slash;

	if (length <= 0 || (size_t)length >= size - 1)
		return false;
	folder[length] = '\0';
	slash = strrchr(folder, '/');
	if (slash == NULL)
		return false;
	slash[1] = '\0';
	return true;
}

/*
 * The path that the file fitgate.path, beside the program, has in its first line; one that does not begin
 * with a slash begins in that folder. It is for hosts whose web server hands no variable on (Apache's
 * suexec), and asks for no trust: who can write there can replace the program. NULL: there is none.
 */
static const char *path_beside_program(struct arena *arena)
{
	char folder[PATH_MAX], name[PATH_MAX + sizeof(POINTER)], path[PATH_MAX];
	ssize_t got;
	int fd;

	if (!own_folder(folder, sizeof(folder)))
		return NULL;
	snprintf(name, sizeof(name), "%s%s", folder, POINTER);
	fd = open(name, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return NULL;
	got = read(fd, path, sizeof(path) - 1);
	close(fd);
	path[got < 0 ? 0 : got] = '\0';
	path[strcspn(path, "\r\n")] = '\0';
	return arena_printf(arena, "%s%s", *path == '/' ? "" : folder, path);
}

static bool read_file(struct source *source)
{
	const char *path = getenv("FITGATE_CONFIG");
	char *line, *next;
	int number = 0;

	if (path == NULL)
		path = path_beside_program(source->arena);
	if (path == NULL || *path == '\0')
		return true;
	source->path = path;
	line = read_private_file(source, path);
	if (line == NULL)
		return false;
	for (; line != NULL; line = next) {
		next = strchr(line, '\n');
		if (next != NULL)
			*next++ = '\0';
		line[strcspn(line, "\r")] = '\0';
		if (!add_line(source, line, ++number, path))
			return false;
	}
	return true;
}

/* ---- looking up -------------------------------------------------------------------------------- */

/* The value of a setting, or `fallback`. The last line of the file wins, as it would in a shell. */
static const char *lookup(const struct source *source, const char *name, const char *fallback)
{
	const char *value = getenv(name);

	if (value != NULL)
		return arena_copy(source->arena, value, strlen(value));
	for (int i = source->file_count - 1; i >= 0; i--)
		if (strcmp(source->file[i].name, name) == 0)
			return source->file[i].value;
	return fallback;
}

/* A path of the file that does not begin with a slash begins in the folder of the file. */
static const char *lookup_path(const struct source *source, const char *name)
{
	const char *value = lookup(source, name, "");
	const char *slash = source->path == NULL ? NULL : strrchr(source->path, '/');

	if (*value == '\0' || *value == '/' || slash == NULL || getenv(name) != NULL)
		return value;
	return arena_printf(
		source->arena, "%.*s/%s", (int)(slash - source->path), source->path, value);
}

static bool lookup_number(struct source *source, const char *name, const char *fallback,
	int64_t low, int64_t high, int64_t *number)
{
	const char *value = lookup(source, name, fallback);

	if (*value == '\0')
		value = fallback;
	if (text_integer(value, low, high, number))
		return true;
	return refuse(source, "%s: '%s' is not a whole number from %lld to %lld", name, value,
		(long long)low, (long long)high);
}

/* ---- the settings one by one ------------------------------------------------------------------- */

static bool load_secret(struct settings *settings, struct source *source, unsigned needs)
{
	settings->secret_key = lookup(source, "APP_SECRET_KEY", "");
	if ((needs & SETTINGS_NEED_SECRET) != 0 && *settings->secret_key == '\0')
		return refuse(source, "APP_SECRET_KEY is missing: it signs every token");
	return true;
}

static const char *database_url(
	const struct source *source, const char *program, char *name, size_t size)
{
	const char *value;
	int length = snprintf(name, size, "DATABASE_URL_%s", program);

	for (int i = 0; i < length; i++)
		name[i] = (char)toupper((unsigned char)name[i]);
	value = lookup(source, name, "");
	if (*value != '\0')
		return value;
	snprintf(name, size, "DATABASE_URL");
	return lookup(source, name, "");
}

static bool load_database(
	struct settings *settings, struct source *source, const char *program, unsigned needs)
{
	char name[64];
	const char *value = database_url(source, program, name, sizeof(name));
	const char *ssl;

	if (*value == '\0') {
		if ((needs & SETTINGS_NEED_DATABASE) == 0)
			return true;
		return refuse(
			source, "DATABASE_URL is missing: mysql://user:password@host/database");
	}
	if (!url_parse(source->arena, value, &settings->database) ||
		strcmp(settings->database.scheme, "mysql") != 0 || *settings->database.path == '\0')
		return refuse(source,
			"%s is not of the form mysql://user:password@host[:port]/database", name);
	ssl = url_parameter(&settings->database, "ssl");
	if (ssl != NULL && strcmp(ssl, "off") != 0 && strcmp(ssl, "required") != 0 &&
		strcmp(ssl, "verify") != 0)
		return refuse(source, "%s: ssl is none of off, required, verify", name);
	return true;
}

/* A parameter of EMAIL_URL that is True or False; false where it is absent. */
static bool read_switch(struct source *source, const struct url *url, const char *name, bool *on)
{
	const char *value = url_parameter(url, name);

	*on = value != NULL && (text_equal_ignoring_case(value, "true") || strcmp(value, "1") == 0);
	if (value == NULL || *on || text_equal_ignoring_case(value, "false") ||
		strcmp(value, "0") == 0)
		return true;
	return refuse(source, "EMAIL_URL: %s is neither True nor False", name);
}

/* A misspelt parameter must not mean a connection without TLS. */
static bool check_parameters(struct source *source, const struct url *url)
{
	for (int i = 0; i < url->parameter_count; i++)
		if (strcmp(url->parameters[i].name, "tls") != 0 &&
			strcmp(url->parameters[i].name, "ssl") != 0)
			return refuse(source,
				"EMAIL_URL: there is no parameter %s, only tls and ssl",
				url->parameters[i].name);
	return true;
}

static bool load_mail_server(struct settings *settings, struct source *source)
{
	const char *value = lookup(source, "EMAIL_URL", "");
	bool tls, ssl;

	if (*value == '\0')
		return true;
	if (!url_parse(source->arena, value, &settings->mail_server) ||
		strcmp(settings->mail_server.scheme, "smtp") != 0 ||
		*settings->mail_server.host == '\0')
		return refuse(source, "EMAIL_URL is not of the form "
				      "smtp://[user:password@]host[:port][?tls=True or ?ssl=True]");
	if (!check_parameters(source, &settings->mail_server) ||
		!read_switch(source, &settings->mail_server, "tls", &tls) ||
		!read_switch(source, &settings->mail_server, "ssl", &ssl))
		return false;
	if (tls && ssl)
		return refuse(source, "EMAIL_URL: tls and ssl exclude each other");
	settings->mail_enabled = true;
	settings->mail_tls = tls   ? SETTINGS_TLS_STARTTLS
			     : ssl ? SETTINGS_TLS_IMPLICIT
				   : SETTINGS_TLS_OFF;
	if (settings->mail_server.port == 0)
		settings->mail_server.port = 25;
	return true;
}

static bool is_plain_text(const char *text)
{
	for (; *text != '\0'; text++)
		if (*text <= ' ' || *text >= 127 || *text == '"' || *text == '<' || *text == '>')
			return false;
	return true;
}

static bool load_mail_texts(struct settings *settings, struct source *source, unsigned needs)
{
	const char *ui_url = lookup(source, "UI_URL", "");
	bool needed = settings->mail_enabled && (needs & SETTINGS_NEED_MAIL) != 0;
	size_t length = strlen(ui_url);

	settings->sender = lookup(source, "SENDER_EMAIL", "");
	if ((needed || *settings->sender != '\0') && !text_is_plain_address(settings->sender))
		return refuse(source, "SENDER_EMAIL is %s: it is the From of every e-mail",
			*settings->sender == '\0' ? "missing" : "not an e-mail address");
	if ((needed || *ui_url != '\0') &&
		((strncmp(ui_url, "http://", 7) != 0 && strncmp(ui_url, "https://", 8) != 0) ||
			!is_plain_text(ui_url) ||
			strchr("/?#", ui_url[strcspn(ui_url, ":") + 3]) != NULL))
		return refuse(source, "UI_URL is %s: the links in e-mails begin with it",
			*ui_url == '\0' ? "missing" : "not an http:// or https:// URL");
	while (length > 0 && ui_url[length - 1] == '/')
		length--;
	settings->ui_url = arena_copy(source->arena, ui_url, length);
	return settings->ui_url != NULL || refuse(source, "out of memory");
}

static bool load_lifetimes(struct settings *settings, struct source *source)
{
	int64_t days, seconds;

	if (!lookup_number(source, "TOKEN_EXPIRATION_DAYS", "30", 0, 36500, &days) ||
		!lookup_number(source, "TOKEN_EXPIRATION_SECONDS", "0", 0, INT_MAX, &seconds) ||
		!lookup_number(source, "PASSWORD_TOKEN_EXPIRATION_SECONDS", "3600", 1, INT_MAX,
			&settings->password_token_lifetime) ||
		!lookup_number(source, "CONFIRMATION_TOKEN_EXPIRATION_SECONDS", "604800", 1,
			INT_MAX, &settings->confirmation_token_lifetime))
		return false;
	settings->token_lifetime = days * 86400 + seconds;
	if (settings->token_lifetime == 0)
		return refuse(
			source, "TOKEN_EXPIRATION_DAYS and TOKEN_EXPIRATION_SECONDS are both 0");
	return true;
}

static bool load_throttles(struct settings *settings, struct source *source)
{
	const struct {
		const char *name, *fallback;
		int64_t low, *value;
	} NUMBERS[] = {
		{"THROTTLE_LOGIN_ACCOUNT", "10", 0, &settings->throttle_login_account},
		{"THROTTLE_LOGIN_ADDRESS", "100", 0, &settings->throttle_login_address},
		{"THROTTLE_LOGIN_SECONDS", "900", 1, &settings->throttle_login_seconds},
		{"THROTTLE_MAIL_ACCOUNT", "3", 0, &settings->throttle_mail_account},
		{"THROTTLE_MAIL_ADDRESS", "30", 0, &settings->throttle_mail_address},
		{"THROTTLE_MAIL_SECONDS", "3600", 1, &settings->throttle_mail_seconds},
	};

	for (size_t i = 0; i < sizeof(NUMBERS) / sizeof(*NUMBERS); i++)
		if (!lookup_number(source, NUMBERS[i].name, NUMBERS[i].fallback, NUMBERS[i].low,
			    1000000, NUMBERS[i].value))
			return false;
	return true;
}

static bool load_registration(struct settings *settings, struct source *source)
{
	const char *value = lookup(source, "REGISTRATION_0_2", "on");

	settings->registration_0_2 = strcmp(value, "off") != 0;
	return strcmp(value, "on") == 0 || strcmp(value, "off") == 0 ||
	       refuse(source, "REGISTRATION_0_2: '%s' is neither on nor off", value);
}

/* "$y$7", "$2b$12", "$6$": everything up to the last '$' is the prefix, the rest the cost. */
static bool load_password_hash(struct settings *settings, struct source *source)
{
	const char *value = lookup(source, "PASSWORD_HASH", "$y$7");
	const char *cost = strrchr(value, '$');
	char salt[64] = {0}, setting[CRYPT_GENSALT_OUTPUT_SIZE];
	int64_t number = 0;

	if (*value != '$' || cost == value ||
		(cost[1] != '\0' && !text_integer(cost + 1, 0, INT_MAX, &number)))
		return refuse(source, "PASSWORD_HASH: '%s' is not a prefix and a cost such as $y$7",
			value);
	settings->password_hash_prefix =
		arena_copy(source->arena, value, (size_t)(cost - value) + 1);
	settings->password_hash_cost = (unsigned long)number;
	if (settings->password_hash_prefix == NULL)
		return refuse(source, "out of memory");
	return crypt_gensalt_rn(settings->password_hash_prefix, settings->password_hash_cost, salt,
		       sizeof(salt), setting, sizeof(setting)) != NULL ||
	       refuse(source, "PASSWORD_HASH: crypt(3) knows no '%s'", value);
}

/* The programs are started in different folders, and must not store their files in different ones. */
static bool check_upload_folder(const struct settings *settings, struct source *source)
{
	const char *value = settings->upload_folder;

	return *value == '\0' || *value == '/' ||
	       refuse(source, "UPLOAD_FOLDER: '%s' does not begin with /", value);
}

static void load_display(struct settings *settings, struct source *source)
{
	static const char *const PROVIDERS[] = {"darksky", "visualcrossing"};
	const char *provider = lookup(source, "WEATHER_API_PROVIDER", "");

	settings->languages = "en fr de it nb nl es gl pl";
	settings->map_attribution = lookup(source, "MAP_ATTRIBUTION",
		"&copy; <a href=\"http://www.openstreetmap.org/copyright\" target=\"_blank\" "
		"rel=\"noopener noreferrer\">OpenStreetMap</a> contributors");
	for (size_t i = 0; i < sizeof(PROVIDERS) / sizeof(*PROVIDERS); i++)
		if (text_equal_ignoring_case(provider, PROVIDERS[i]))
			settings->weather_provider = PROVIDERS[i];
}

bool settings_load(struct settings *settings, struct arena *arena, const char *program,
	unsigned needs, char *error, size_t error_size)
{
	struct source *source = arena_zero(arena, sizeof(*source));

	*settings = (struct settings){0};
	if (source == NULL) {
		snprintf(error, error_size, "out of memory");
		return false;
	}
	source->arena = arena;
	source->error = error;
	source->error_size = error_size;
	if (!read_file(source))
		return false;
	settings->file = source->path == NULL ? "" : source->path;
	settings->log_path = lookup_path(source, "LOG");
	settings->upload_folder = lookup_path(source, "UPLOAD_FOLDER");
	settings->mail_ca_file = lookup_path(source, "EMAIL_CA_FILE");
	if (settings->log_path == NULL || settings->upload_folder == NULL ||
		settings->mail_ca_file == NULL)
		return refuse(source, "out of memory");
	if (*settings->mail_ca_file == '\0')
		settings->mail_ca_file = NULL;
	load_display(settings, source);
	return check_upload_folder(settings, source) && load_secret(settings, source, needs) &&
	       load_database(settings, source, program, needs) &&
	       load_mail_server(settings, source) && load_mail_texts(settings, source, needs) &&
	       load_lifetimes(settings, source) && load_password_hash(settings, source) &&
	       load_throttles(settings, source) && load_registration(settings, source);
}
