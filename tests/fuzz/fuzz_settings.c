/*
 * core/settings and core/url. The lowest three bits of the first byte are the needs of the program. Its other
 * bits select the input: a raw settings file, one URL, or the value of one setting, which must be read
 * unchanged.
 */
#include "shared/input.h"

#include "core/settings.h"
#include "core/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { IS_URL = 0x80, IS_VALUE = 0x40 };

static int file = -1;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	char path[64];

	(void)argc;
	(void)argv;
	file = memfd_create("settings", 0);
	require(file >= 0 && fchmod(file, 0600) == 0);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", file);
	clearenv();
	setenv("FITGATE_CONFIG", path, 1);
	return 0;
}

/* ---- a file ------------------------------------------------------------------------------------ */

static void check_url(const struct url *url)
{
	require(url->scheme != NULL && *url->scheme != '\0' && url->host != NULL &&
		url->path != NULL);
	require(url->port >= 0 && url->port <= 65535);
	require(url->parameter_count >= 0 && url->parameter_count <= URL_PARAMETERS);
}

static void check_mail(const struct settings *settings, unsigned needs)
{
	if (*settings->sender != '\0' || (settings->mail_enabled && needs & SETTINGS_NEED_MAIL))
		require(text_is_plain_address(settings->sender));
	if (*settings->ui_url != '\0' || (settings->mail_enabled && needs & SETTINGS_NEED_MAIL))
		require(matches_regex(settings->ui_url, "^https?://[^/?#]") &&
			settings->ui_url[strlen(settings->ui_url) - 1] != '/' &&
			strpbrk(settings->ui_url, " \t\r\"<>") == NULL);
	if (!settings->mail_enabled)
		return;
	check_url(&settings->mail_server);
	require(strcmp(settings->mail_server.scheme, "smtp") == 0);
	require(*settings->mail_server.host != '\0' && settings->mail_server.port > 0);
}

static void check_numbers(const struct settings *settings)
{
	require(settings->token_lifetime > 0 && settings->password_token_lifetime > 0 &&
		settings->confirmation_token_lifetime > 0);
	require(settings->throttle_login_seconds > 0 && settings->throttle_mail_seconds > 0);
	require(settings->throttle_login_account >= 0 && settings->throttle_login_address >= 0 &&
		settings->throttle_mail_account >= 0 && settings->throttle_mail_address >= 0);
}

static void check_settings(const struct settings *settings, unsigned needs)
{
	check_numbers(settings);
	check_mail(settings, needs);
	if (needs & SETTINGS_NEED_SECRET)
		require(*settings->secret_key != '\0');
	if (needs & SETTINGS_NEED_DATABASE || settings->database.scheme != NULL) {
		check_url(&settings->database);
		require(strcmp(settings->database.scheme, "mysql") == 0);
		require(*settings->database.path != '\0');
	}
	require(settings->log_path != NULL && settings->upload_folder != NULL &&
		settings->map_attribution != NULL);
	require(*settings->password_hash_prefix == '$');
}

static bool load(struct settings *settings, struct arena *arena, const char *text, size_t length,
	unsigned needs)
{
	struct error error = ERROR_NONE;
	bool loaded;

	require(ftruncate(file, 0) == 0 && pwrite(file, text, length, 0) == (ssize_t)length);
	loaded = settings_load(settings, arena, "picture", needs, &error);
	/* an error message is one line */
	require(loaded || (*error.text != '\0' && strchr(error.text, '\n') == NULL));
	return loaded;
}

/* ---- one value --------------------------------------------------------------------------------- */

/* A quoted value is the text between the quotes; a value without special characters needs no quotes. */
static void fuzz_value(struct input *input, struct arena *arena)
{
	const char *value = input_rest(input, arena), *line;
	struct settings settings;
	size_t length = strlen(value);
	bool quotable = strpbrk(value, "\"\r\n") == NULL;
	bool plain = length > 0 && strpbrk(value, "#\r\n") == NULL &&
		     strchr(" \t\"'", *value) == NULL &&
		     strchr(" \t\v\f", value[length - 1]) == NULL;

	for (int quoted = 0; quoted < 2; quoted++) {
		if (quoted ? !quotable : !plain)
			continue;
		line = arena_printf(arena,
			quoted ? "export  MAP_ATTRIBUTION= \"%s\" # x\n" : "MAP_ATTRIBUTION=%s\n",
			value);
		require(line != NULL && load(&settings, arena, line, strlen(line), 0));
		require(strcmp(settings.map_attribution, value) == 0);
	}
}

/* ---- a URL ------------------------------------------------------------------------------------- */

static const char *encoded(struct arena *arena, const char *text)
{
	char *to = arena_alloc(arena, 3 * strlen(text) + 1), *start = to;

	require(to != NULL);
	for (; *text != '\0'; text++)
		to += snprintf(to, 4, "%%%02X", (unsigned char)*text);
	*to = '\0';
	return start;
}

static bool same(const char *a, const char *b)
{
	return a == NULL ? b == NULL : b != NULL && strcmp(a, b) == 0;
}

/* The same URL, with every character percent-encoded. */
static const char *url_text(struct arena *arena, const struct url *url)
{
	char port[16] = "";
	const char *text = arena_printf(arena, "%s://%s%s%s%s", url->scheme,
		url->user == NULL ? "" : encoded(arena, url->user),
		url->password == NULL ? "" : ":",
		url->password == NULL ? "" : encoded(arena, url->password),
		url->user == NULL ? "" : "@");

	if (url->port > 0)
		snprintf(port, sizeof(port), ":%d", url->port);
	text = arena_printf(arena, "%s%s%s/%s", text, encoded(arena, url->host), port,
		encoded(arena, url->path));
	for (int i = 0; i < url->parameter_count; i++)
		text = arena_printf(arena, "%s%c%s=%s", text, i == 0 ? '?' : '&',
			encoded(arena, url->parameters[i].name),
			encoded(arena, url->parameters[i].value));
	return text;
}

static void fuzz_url(struct input *input, struct arena *arena)
{
	const char *text = input_rest(input, arena);
	struct url url, again;

	if (url_parse(arena, text, &url) != URL_PARSED)
		return;
	check_url(&url);
	text = url_text(arena, &url);
	require(url_parse(arena, text, &again) == URL_PARSED);
	require(same(url.scheme, again.scheme) && same(url.user, again.user) &&
		same(url.password, again.password) && same(url.host, again.host) &&
		same(url.path, again.path) && url.port == again.port &&
		url.parameter_count == again.parameter_count);
	for (int i = 0; i < url.parameter_count; i++)
		require(same(url.parameters[i].name, again.parameters[i].name) &&
			same(url.parameters[i].value, again.parameters[i].value) &&
			url_parameter(&url, url.parameters[i].name) != NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct arena arena;
	struct input input = input_begin(data, size);
	unsigned char kind = input_byte(&input);
	struct settings settings;

	if (kind & IS_URL)
		fuzz_url(&input, &arena);
	else if (kind & IS_VALUE)
		fuzz_value(&input, &arena);
	else if (load(&settings, &arena, input.at, (size_t)(input.end - input.at), kind & 7))
		check_settings(&settings, kind & 7);
	arena_reset(&arena);
	return 0;
}
