/*
 * The loader: finds the value of each setting of the table and parses it.
 *
 * A value that is set in the environment, even to nothing, takes precedence over the files. Within the files, the
 * last line with the name counts, as in a shell.
 */
#include "core/settings.h"

#include "core/log.h"
#include "core/settings/settings_value.h"
#include "core/text.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_SIZE = 64, DAY_SECONDS = 86400 };

struct loader {
	struct settings_source source;
	const char *program;
	unsigned needs;
	struct settings *settings;
};

/* false: it is set nowhere. */
static bool look_up(struct settings_source *source, const char *name, struct setting_value *value)
{
	const char *text = getenv(name);

	if (text != NULL) {
		*value = (struct setting_value){
			.name = name, .text = arena_copy(source->arena, text, strlen(text))};
		return true;
	}
	for (int i = source->count - 1; i >= 0; i--) {
		const struct settings_line *line = &source->lines[i];

		if (strcmp(line->name, name) == 0) {
			*value = (struct setting_value){
				.name = name, .text = line->value, .path = line->path};
			return true;
		}
	}
	return false;
}

/* The same setting for this program alone, such as DATABASE_URL_LOGIN, where it is not empty. */
static bool look_up_own(
	struct loader *loader, const struct setting *setting, struct setting_value *value)
{
	char *name = arena_printf(loader->source.arena, "%s_%s", setting->name, loader->program);

	if (setting->type != SETTING_DATABASE || name == NULL)
		return false;
	for (char *c = name; *c != '\0'; c++)
		*c = (char)toupper((unsigned char)*c);
	return look_up(&loader->source, name, value) && value->text != NULL && *value->text != '\0';
}

/* SENDER_EMAIL and UI_URL are needed only where mail is sent; EMAIL_URL is before them in the table. */
static bool is_needed(const struct loader *loader, const struct setting *setting)
{
	unsigned needs = setting->needs & loader->needs;

	return needs != 0 && (needs != SETTINGS_NEED_MAIL || loader->settings->mail_enabled);
}

static bool load_one(struct loader *loader, const struct setting *setting)
{
	struct setting_value value = {.name = setting->name, .text = setting->fallback};

	if (!look_up_own(loader, setting, &value) &&
		!look_up(&loader->source, setting->name, &value))
		value = (struct setting_value){.name = setting->name, .text = setting->fallback};
	if (value.text == NULL)
		return error_set(loader->source.error, "out of memory");
	if (*value.text == '\0' && is_needed(loader, setting))
		return error_set(loader->source.error, "%s is missing: it is %s", setting->name,
			setting->purpose);
	return setting_value_parse(&loader->source, setting, value, loader->settings);
}

/* The host of an http or https URL; "" if it is an address. NULL: out of memory. */
static const char *site_domain(struct arena *arena, const char *url)
{
	const char *start = strstr(url, "://"), *end;

	if (start == NULL)
		return "";
	start += 3;
	end = start + strcspn(start, "/?#");
	for (const char *c = start; c < end; c++)
		if (*c == '@')
			start = c + 1;
	end = start + strcspn(start, ":/?#");
	if (strspn(start, "0123456789.") == (size_t)(end - start) || *start == '[')
		return "";
	return arena_copy(arena, start, (size_t)(end - start));
}

/* Many mail servers reject a name that is not a complete domain, such as a container's host name. */
static bool derive_ehlo_name(struct loader *loader)
{
	struct settings *settings = loader->settings;
	const char *at = strchr(settings->sender, '@');
	const char *domain;

	if (*settings->ehlo_name != '\0')
		return true;
	domain = site_domain(loader->source.arena, settings->ui_url);
	if (domain == NULL)
		return error_set(loader->source.error, "out of memory");
	settings->ehlo_name = strchr(domain, '.') == NULL && at != NULL ? at + 1 : domain;
	return true;
}

static bool load_all(struct loader *loader)
{
	struct settings *settings = loader->settings;

	for (const struct setting *setting = SETTINGS; setting->name != NULL; setting++)
		if (!load_one(loader, setting))
			return false;
	if (!derive_ehlo_name(loader))
		return false;
	settings->token_lifetime =
		settings->token_lifetime_days * DAY_SECONDS + settings->token_lifetime_seconds;
	return settings->token_lifetime > 0 ||
	       error_set(loader->source.error,
		       "TOKEN_EXPIRATION_DAYS and TOKEN_EXPIRATION_SECONDS are both 0");
}

/* A program that does not need the key must not keep it in its memory. */
static void forget_secret(struct loader *loader)
{
	for (int i = 0; i < loader->source.count; i++)
		if (strcmp(loader->source.lines[i].name, "APP_SECRET_KEY") == 0)
			explicit_bzero(loader->source.lines[i].value,
				strlen(loader->source.lines[i].value));
	loader->settings->secret_key = "";
}

bool settings_load(struct settings *settings, struct arena *arena, const char *program,
	unsigned needs, struct error *error)
{
	struct loader *loader = arena_zero(arena, sizeof(*loader));

	*settings = (struct settings){0};
	if (loader == NULL)
		return error_set(error, "out of memory");
	loader->source.arena = arena;
	loader->source.error = error;
	loader->program = program;
	loader->needs = needs;
	loader->settings = settings;
	if (!settings_file_read(&loader->source) || !load_all(loader)) {
		text_hide_controls(error->text); /* a quoted value may hold anything */
		return false;
	}
	settings->file = loader->source.paths;
	if ((needs & SETTINGS_NEED_SECRET) == 0)
		forget_secret(loader);
	return true;
}

void settings_warn_of_short_key(const struct settings *settings)
{
	size_t length = strlen(settings->secret_key);

	if (length > 0 && length < SETTINGS_SECRET_KEY_BYTES)
		log_warning(
			"APP_SECRET_KEY has only %zu bytes and can be guessed: replace it by %d "
			"random bytes or more",
			length, SETTINGS_SECRET_KEY_BYTES);
}
