/*
 * One parser for each type of setting.
 */
#include "core/settings/settings_value.h"

#include "core/text.h"

#include <crypt.h>
#include <inttypes.h>
#include <limits.h>
#include <string.h>

enum { SMTP_PORT = 25, HOST_NAME_LENGTH = 255 };

/* The member that a value goes to. */
struct target {
	struct settings_source *source;
	const struct setting *setting;
	const char *name;
	const char *path;
	struct settings *settings;
};

static void *member(const struct target *target)
{
	return (char *)target->settings + target->setting->offset;
}

static bool store_text(const struct target *target, const char *text)
{
	if (text == NULL)
		return error_set(target->source->error, "out of memory");
	*(const char **)member(target) = text;
	return true;
}

static bool parse_path(const struct target *target, const char *text)
{
	const char *slash = target->path == NULL ? NULL : strrchr(target->path, '/');

	if (*text == '\0' || *text == '/' || slash == NULL)
		return store_text(target, text);
	return store_text(target, arena_printf(target->source->arena, "%.*s/%s",
					  (int)(slash - target->path), target->path, text));
}

/* Programs start in different directories: a relative path would mean a different one for each. */
static bool parse_absolute_path(const struct target *target, const char *text)
{
	const char *path;

	if (!parse_path(target, text))
		return false;
	path = *(const char **)member(target);
	return *path == '\0' || *path == '/' ||
	       error_set(
		       target->source->error, "%s: '%s' does not begin with /", target->name, path);
}

static bool parse_number(const struct target *target, const char *text)
{
	const struct setting *setting = target->setting;

	if (*text == '\0')
		text = setting->fallback;
	return text_integer(text, setting->low, setting->high, member(target)) ||
	       error_set(target->source->error,
		       "%s: '%s' is not a whole number from %" PRId64 " to %" PRId64, target->name,
		       text, setting->low, setting->high);
}

static bool parse_switch(const struct target *target, const char *text)
{
	bool on = strcmp(text, "on") == 0;

	*(bool *)member(target) = on;
	return on || strcmp(text, "off") == 0 ||
	       error_set(
		       target->source->error, "%s: '%s' is neither on nor off", target->name, text);
}

/* The content of a quoted-string (RFC 5322), in place; another text stays as it is. */
static char *unquote_name(char *name)
{
	size_t length = strlen(name);
	char *to = name;

	if (length < 2 || *name != '"' || name[length - 1] != '"')
		return name;
	for (const char *from = name + 1; from < name + length - 1; from++) {
		if (*from == '\\' && from + 1 < name + length - 1)
			from++;
		*to++ = *from;
	}
	*to = '\0';
	return name;
}

/* "address", or "name <address>", where the name may be in quotes. */
static bool parse_sender(const struct target *target, const char *text)
{
	struct settings *settings = target->settings;
	char *copy = arena_copy(target->source->arena, text, strlen(text)), *address, *open;

	if (copy == NULL)
		return error_set(target->source->error, "out of memory");
	text_trim(copy);
	address = copy;
	open = strrchr(address, '<');
	settings->sender_name = "";
	if (open != NULL && open[strlen(open) - 1] == '>') {
		open[strlen(open) - 1] = '\0';
		*open = '\0';
		text_trim(address);
		settings->sender_name = unquote_name(address);
		address = open + 1;
	}
	settings->sender = address;
	if (*text == '\0' ||
		(text_is_plain_address(address) && !text_has_control(settings->sender_name) &&
			text_is_utf8(settings->sender_name, strlen(settings->sender_name))))
		return true;
	return error_set(target->source->error,
		"%s is not an e-mail address, or a name and an address in <>: it is %s",
		target->name, target->setting->purpose);
}

static bool is_host_name(const char *text)
{
	static const char NAME[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-_";
	size_t length = strlen(text);

	if (*text != '[')
		return length <= HOST_NAME_LENGTH && text[strspn(text, NAME)] == '\0';
	length = 1 + strspn(text + 1, "ABCDEFIPVabcdefipv0123456789.:");
	return length > 1 && length <= HOST_NAME_LENGTH && strcmp(text + length, "]") == 0;
}

static bool parse_host(const struct target *target, const char *text)
{
	return is_host_name(text) ? store_text(target, text)
				  : error_set(target->source->error, "%s: '%s' is not %s",
					    target->name, text, target->setting->form);
}

static bool is_site(const char *url)
{
	if (strncmp(url, "http://", 7) != 0 && strncmp(url, "https://", 8) != 0)
		return false;
	for (const char *c = url; *c != '\0'; c++)
		if (*c <= ' ' || *c >= 127 || *c == '"' || *c == '<' || *c == '>')
			return false;
	return strchr("/?#", url[strcspn(url, ":") + 3]) == NULL; /* has a host */
}

/* A path that needs no encoding in a URL, a header or a cookie. */
static bool parse_site_path(const struct target *target, const char *text)
{
	static const char CHARACTERS[] =
		"/abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~";
	size_t length = strlen(text);

	if (*text != '\0' &&
		(*text != '/' || text[1] == '/' || text[strspn(text, CHARACTERS)] != '\0' ||
			strstr(text, "..") != NULL))
		return error_set(target->source->error,
			"%s is not a path of letters, digits and -._~ that starts with /: it is %s",
			target->name, target->setting->purpose);
	while (length > 0 && text[length - 1] == '/')
		length--;
	return store_text(target, arena_copy(target->source->arena, text, length));
}

static bool parse_color(const struct target *target, const char *text)
{
	if (*text != '#' || strlen(text) != 7 || strspn(text + 1, "0123456789abcdefABCDEF") != 6)
		return error_set(target->source->error,
			"%s is not # and six hexadecimal digits: it is %s", target->name,
			target->setting->purpose);
	return store_text(target, text);
}

static bool parse_site(const struct target *target, const char *text)
{
	size_t length = strlen(text);

	if (*text != '\0' && !is_site(text))
		return error_set(target->source->error,
			"%s is not an http:// or https:// URL: it is %s", target->name,
			target->setting->purpose);
	while (length > 0 && text[length - 1] == '/')
		length--;
	return store_text(target, arena_copy(target->source->arena, text, length));
}

static bool reject_form(const struct target *target, const char *form)
{
	return error_set(target->source->error, "%s is not of the form %s", target->name, form);
}

/* A URL that may contain a password: no part of it is quoted. */
static bool parse_secret_url(
	const struct target *target, const char *text, struct url *url, const char *form)
{
	switch (url_parse(target->source->arena, text, url)) {
	case URL_PARSED:
		return true;
	case URL_NOT_ENCODED:
		return error_set(target->source->error,
			"%s: special characters in the user name and the password must be "
			"percent-encoded: %%25 for %%, %%2F for /, %%3F for ?, %%40 for @",
			target->name);
	case URL_MALFORMED:
		break;
	}
	return reject_form(target, form);
}

static bool parse_database(const struct target *target, const char *text)
{
	static const char FORM[] = "mysql://user:password@host[:port]/database";
	struct url *url = &target->settings->database;
	const char *ssl;

	if (*text == '\0')
		return true;
	if (!parse_secret_url(target, text, url, FORM))
		return false;
	if (strcmp(url->scheme, "mysql") != 0 || *url->path == '\0')
		return reject_form(target, FORM);
	ssl = url_parameter(url, "ssl");
	if (ssl != NULL && strcmp(ssl, "off") != 0 && strcmp(ssl, "required") != 0 &&
		strcmp(ssl, "verify") != 0)
		return error_set(target->source->error, "%s: ssl must be off, required or verify",
			target->name);
	return true;
}

/* A parameter of EMAIL_URL that is True or False; false where it is absent. */
static bool parse_url_switch(const struct target *target, const char *parameter, bool *on)
{
	const char *value = url_parameter(&target->settings->mail_server, parameter);

	*on = value != NULL && (text_equal_ignoring_case(value, "true") || strcmp(value, "1") == 0);
	if (value == NULL || *on || text_equal_ignoring_case(value, "false") ||
		strcmp(value, "0") == 0)
		return true;
	return error_set(
		target->source->error, "%s: %s is neither True nor False", target->name, parameter);
}

/* A misspelled parameter must not result in a connection without TLS. */
static bool check_url_parameters(const struct target *target, const struct url *url)
{
	for (int i = 0; i < url->parameter_count; i++)
		if (strcmp(url->parameters[i].name, "tls") != 0 &&
			strcmp(url->parameters[i].name, "ssl") != 0)
			return error_set(target->source->error,
				"%s: the parameters after the ? are tls and ssl (a ? in the password "
				"is percent-encoded as %%3F)",
				target->name);
	return true;
}

static bool parse_mail_server(const struct target *target, const char *text)
{
	static const char FORM[] = "smtp://[user:password@]host[:port][?tls=True or ?ssl=True]";
	struct settings *settings = target->settings;
	struct url *url = &settings->mail_server;
	bool tls, ssl;

	if (*text == '\0')
		return true;
	if (!parse_secret_url(target, text, url, FORM))
		return false;
	if (strcmp(url->scheme, "smtp") != 0 || *url->host == '\0')
		return reject_form(target, FORM);
	if (!check_url_parameters(target, url) || !parse_url_switch(target, "tls", &tls) ||
		!parse_url_switch(target, "ssl", &ssl))
		return false;
	if (tls && ssl)
		return error_set(
			target->source->error, "%s: tls and ssl exclude each other", target->name);
	settings->mail_enabled = true;
	settings->mail_tls = tls   ? SETTINGS_TLS_STARTTLS
			     : ssl ? SETTINGS_TLS_IMPLICIT
				   : SETTINGS_TLS_OFF;
	if (url->port == 0)
		url->port = SMTP_PORT;
	return true;
}

/* "$y$7", "$2b$12", "$6$": everything up to the last '$' is the prefix, the rest the cost. */
static bool parse_hash(const struct target *target, const char *text)
{
	struct settings *settings = target->settings;
	const char *cost = strrchr(text, '$');
	char salt[64] = {0}, setting[CRYPT_GENSALT_OUTPUT_SIZE];
	int64_t number = 0;

	if (*text != '$' || cost == text ||
		(cost[1] != '\0' && !text_integer(cost + 1, 0, INT_MAX, &number)))
		return error_set(target->source->error,
			"%s: '%s' is not a prefix and a cost such as $y$7", target->name, text);
	settings->password_hash_prefix =
		arena_copy(target->source->arena, text, (size_t)(cost - text) + 1);
	settings->password_hash_cost = (unsigned long)number;
	if (settings->password_hash_prefix == NULL)
		return error_set(target->source->error, "out of memory");
	return crypt_gensalt_rn(settings->password_hash_prefix, settings->password_hash_cost, salt,
		       sizeof(salt), setting, sizeof(setting)) != NULL ||
	       error_set(target->source->error, "%s: crypt(3) does not support '%s'", target->name,
		       text);
}

static bool parse_log_level(const struct target *target, const char *text)
{
	return log_level_find(text, member(target)) ||
	       error_set(target->source->error, "%s: '%s' is not one of %s", target->name, text,
		       target->setting->form);
}

static bool parse_weather(const struct target *target, const char *text)
{
	static const char *const PROVIDERS[] = {"darksky", "visualcrossing"};

	for (size_t i = 0; i < sizeof(PROVIDERS) / sizeof(*PROVIDERS); i++)
		if (text_equal_ignoring_case(text, PROVIDERS[i]))
			target->settings->weather_provider = PROVIDERS[i];
	return true;
}

bool setting_value_parse(struct settings_source *source, const struct setting *setting,
	struct setting_value value, struct settings *settings)
{
	static bool (*const PARSERS[])(const struct target *, const char *) = {
		[SETTING_TEXT] = store_text,
		[SETTING_PATH] = parse_path,
		[SETTING_ABSOLUTE_PATH] = parse_absolute_path,
		[SETTING_NUMBER] = parse_number,
		[SETTING_SWITCH] = parse_switch,
		[SETTING_SENDER] = parse_sender,
		[SETTING_HOST] = parse_host,
		[SETTING_SITE] = parse_site,
		[SETTING_SITE_PATH] = parse_site_path,
		[SETTING_COLOR] = parse_color,
		[SETTING_DATABASE] = parse_database,
		[SETTING_MAIL_SERVER] = parse_mail_server,
		[SETTING_HASH] = parse_hash,
		[SETTING_LOG_LEVEL] = parse_log_level,
		[SETTING_WEATHER] = parse_weather,
	};
	const struct target target = {source, setting, value.name, value.path, settings};

	return PARSERS[setting->type](&target, value.text);
}
