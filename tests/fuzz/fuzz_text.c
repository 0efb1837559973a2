/*
 * Rules for short texts: core/text, core/clock, account/validation, account/user_agent, account/throttle,
 * mail/validity and the names of pictures. The input is one text, up to its first NUL. Each rule is compared
 * with a second implementation, mostly a regular expression.
 */
#include "shared/input.h"

#include "api/validation_messages.h"
#include "account/throttle.h"
#include "account/user_agent.h"
#include "core/clock.h"
#include "core/text.h"
#include "picture/picture_name.h"
#include "files/serve.h"
#include "mail/validity.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* ---- encodings --------------------------------------------------------------------------------- */

static void check_encodings(struct arena *arena, const char *text)
{
	size_t length = strlen(text), count;
	char *hex = arena_alloc(arena, TEXT_HEX_SIZE(length));
	char *percent = arena_alloc(arena, 3 * length + 1), *to = percent;
	bool utf8 = model_is_utf8(text, length, &count);

	require(hex != NULL && percent != NULL);
	require(text_is_utf8(text, length) == utf8);
	require(!utf8 || text_length(text) == count);
	text_hex(text, length, hex);
	for (size_t i = 0; i < length; i++)
		to += snprintf(to, 4, "%%%.2s", hex + 2 * i);
	*to = '\0';
	require(text_percent_decode(percent) && strcmp(percent, text) == 0);
	/* decoding never makes a text longer, and changes nothing without an escape */
	percent = arena_copy(arena, text, length);
	require(percent != NULL);
	if (text_percent_decode(percent))
		require(strlen(percent) <= length);
	require(strchr(text, '%') != NULL || strcmp(percent, text) == 0);
}

/* Each control character becomes one '?'; nothing else changes. */
static void check_controls(struct arena *arena, const char *text)
{
	char *clean = arena_copy(arena, text, strlen(text));
	const char *was = text;

	require(clean != NULL);
	text_hide_controls(clean);
	for (; *clean != '\0'; clean++) {
		size_t control = text_control(was);

		require(text_control(clean) == 0);
		require(control > 0 ? *clean == '?' : *clean == *was);
		was += control > 0 ? control : 1;
	}
	require(*was == '\0');
}

static void check_words(const char *text)
{
	static const char LANGUAGES[] = "en fr de it nb nl es gl pl";
	const char *language = validation_language(LANGUAGES, text);

	require(matches_regex(language, "^(en|fr|de|it|nb|nl|es|gl|pl)$"));
	require(strcmp(language, text) == 0 || strcmp(language, "en") == 0);
	require(text_has_word(text, "profile:read") ==
		matches_regex(text, "(^| )profile:read( |$)"));
	require(text_equal_ignoring_case(text, text));
}

/* ---- numbers ----------------------------------------------------------------------------------- */

static void check_decimal(int64_t value)
{
	static const uint64_t POWERS[] = {1, 10, 100, 1000};

	for (int digits = 0; digits < 4; digits++) {
		char text[TEXT_DECIMAL_SIZE], expected[64];
		uint64_t positive = value < 0 ? -(uint64_t)value : (uint64_t)value;
		int length = snprintf(expected, sizeof(expected), "%s%" PRIu64 ".%0*" PRIu64,
			value < 0 ? "-" : "", positive / POWERS[digits], digits == 0 ? 1 : digits,
			positive % POWERS[digits]);

		while (expected[length - 1] == '0')
			expected[--length] = '\0';
		if (expected[length - 1] == '.')
			expected[--length] = '\0';
		require(strcmp(text_decimal(value, digits, text), expected) == 0);
	}
}

static void check_integer(const char *text)
{
	const char *digits = text + (*text == '-');
	int64_t value;
	char again[32];

	if (!text_integer(text, INT64_MIN, INT64_MAX, &value)) {
		require(!matches_regex(text, "^-?0*[0-9]{1,18}$"));
		return;
	}
	require(matches_regex(text, "^-?[0-9]+$"));
	digits += strspn(digits, "0");
	snprintf(again, sizeof(again), "%" PRId64, value);
	require(strcmp(again + (*again == '-'), *digits == '\0' ? "0" : digits) == 0);
	require((value < 0) == (*text == '-' && *digits != '\0'));
	require(text_integer(text, value, value, &value));
	require(value == INT64_MAX || !text_integer(text, value + 1, INT64_MAX, &value));
	check_decimal(value);
}

static void check_sizes(int64_t number)
{
	char bytes[TEXT_BYTES_SIZE], duration[CLOCK_DURATION_SIZE];

	text_bytes(number, bytes);
	require(number < 0 ||
		matches_regex(bytes, "^([01] bytes?|[0-9]+\\.[0-9]( bytes|[KMGT]B))$"));
	/* seconds of some thousand years, in both directions */
	number %= INT64_C(1) << 40;
	clock_duration(number, duration);
	require(matches_regex(duration, "^(-?[0-9]+ days?, )?[0-9]{1,2}:[0-5][0-9]:[0-5][0-9]$"));
	require((number < 0) == (*duration == '-'));
}

/* ---- times ------------------------------------------------------------------------------------- */

static void check_time(instant when)
{
	char http[CLOCK_HTTP_DATE_SIZE], iso[CLOCK_ISO_SIZE];
	struct civil civil = clock_to_civil(when);
	struct tm tm = {0};

	require(clock_from_civil(&civil) == when);
	require(clock_date_exists(civil.year, civil.month, civil.day));
	clock_http_date(when, http);
	require(strptime(http, "%a, %d %b %Y %H:%M:%S GMT", &tm) == http + strlen(http));
	require((instant)timegm(&tm) * MICROSECONDS == when);
	clock_iso(when, iso);
	tm = (struct tm){0};
	require(civil.year < 1000 || strptime(iso, "%Y-%m-%dT%H:%M:%SZ", &tm) == iso + strlen(iso));
	require(civil.year < 1000 || (instant)timegm(&tm) * MICROSECONDS == when);
}

static void check_times(const char *text)
{
	instant when;
	char again[CLOCK_SQL_SIZE];
	int year, month, day;

	if (clock_parse_sql(text, &when)) {
		clock_sql(when, again);
		require(strcmp(again, text) == 0);
		check_time(when);
	}
	if (!clock_parse_day(text, &when))
		return;
	require(matches_regex(text, "^[1-9][0-9]{3}-[0-9]{1,2}-[0-9]{1,2}$"));
	/* NOLINTNEXTLINE(cert-err34-c): the expression above allows four digits at most */
	require(sscanf(text, "%d-%d-%d", &year, &month, &day) == 3);
	require(clock_to_civil(when).year == year && clock_to_civil(when).month == month &&
		clock_to_civil(when).day == day && when % (86400 * MICROSECONDS) == 0);
	check_time(when);
}

/* ---- accounts ---------------------------------------------------------------------------------- */

static void check_rules(const char *text)
{
	char messages[VALIDATION_MESSAGES_SIZE];
	unsigned broken =
		validation_username(text, 30) | validation_email(text) | validation_password(text);

	require((validation_username(text, 30) == 0) ==
		matches_regex(text, "^[A-Za-z0-9_]{3,30}$"));
	require((validation_email(text) == 0) ==
		(strlen(text) <= 255 &&
			matches_regex(text, "^[A-Za-z0-9_.+-]+@[A-Za-z0-9-]+\\.[A-Za-z0-9.-]+$")));
	/* an e-mail can be sent to every valid account's address */
	require(validation_email(text) != 0 || text_is_plain_address(text));
	require(!text_is_plain_address(text) ||
		matches_regex(text, "^[^] \t@\"(),:;<>[\\\\]+@[^] \t@\"(),:;<>[\\\\]+$"));
	for (int i = 0; i < DIALECT_COUNT; i++) {
		validation_messages(&DIALECTS[i], broken, messages, sizeof(messages));
		require((*messages == '\0') == (broken == 0));
		require(broken == 0 || messages[strlen(messages) - 1] == '\n');
	}
	require(dialect_find(text) == NULL || *text == '\0' ||
		strcmp(dialect_find(text)->name, text) == 0);
}

static void check_device(const char *text)
{
	struct user_agent device = user_agent_parse(text);

	require(matches_regex(device.system, "^(Linux|Windows|Mac OS X|Android|iOS|Other)$"));
	require(matches_regex(device.browser, "^(Firefox|Chrome|Safari|Edge|Opera|curl|Other)$"));
}

/* The text as an e-mail address, and as the client's address. */
static void check_throttle(const char *text)
{
	static const struct settings SETTINGS = {.secret_key = "a key for tests"};
	struct throttle lower, upper, address;
	char *shouted = strdup(text);

	for (char *c = shouted; *c != '\0'; c++)
		if (*c >= 'a' && *c <= 'z')
			*c = (char)(*c - 32);
	require(throttle_for(&SETTINGS, THROTTLE_LOGIN_ACCOUNT, text, text, &lower));
	require(throttle_for(&SETTINGS, THROTTLE_LOGIN_ACCOUNT, shouted, text, &upper));
	require(throttle_for(&SETTINGS, THROTTLE_LOGIN_ADDRESS, "", text, &address));
	require(matches_regex(lower.key, "^[0-9a-f]{64}$"));
	require(strcmp(lower.key, upper.key) == 0);
	require(strcmp(lower.key, address.key) != 0);
	free(shouted);
}

static void check_picture_name(const char *text)
{
	const char *extension = picture_name_extension(text);
	char name[PICTURE_NAME_SIZE];

	require((extension == NULL) == (strchr(text, '.') == NULL));
	if (extension == NULL || !matches_regex(extension, "^[A-Za-z]{3,4}$"))
		return;
	picture_name_make(text, name);
	require(serve_name_is_plain(name) && *name != '_');
	require(strcmp(picture_name_extension(name), extension) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct arena arena;
	struct input input = input_begin(data, size);
	const char *text = input_text(&input, &arena, '\0');
	int64_t number = 0;

	check_encodings(&arena, text);
	check_controls(&arena, text);
	check_words(text);
	check_integer(text);
	check_times(text);
	check_rules(text);
	check_device(text);
	check_throttle(text);
	check_picture_name(text);
	memcpy(&number, data, size < sizeof(number) ? size : sizeof(number));
	check_decimal(number);
	check_sizes(number);
	require(validity_words(&arena, text, number) != NULL);
	arena_reset(&arena);
	return 0;
}
