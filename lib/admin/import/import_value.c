/*
 * A server in strict mode stores every accepted value exactly: without rounding, truncation or replacement.
 */
#include "admin/import/import_value.h"

#include "account/app_config.h"
#include "account/shortuuid.h"
#include "core/clock.h"
#include "core/json/json.h"
#include "core/crypto.h"
#include "core/text.h"

#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT_BYTES = 65535, FIRST_YEAR = 1000, SQL_TIME_LENGTH = 19 };

/* The text has no NUL: the reader rejects it. */
static bool is_number(const char *text, int64_t low, int64_t high)
{
	int64_t number;

	return text_integer(text, low, high, &number);
}

/* The form in which PostgreSQL writes a numeric: no exponent, no NaN. */
static bool is_decimal(const char *text, size_t digits, size_t behind)
{
	const char *whole = text + (*text == '-');
	size_t length = strspn(whole, "0123456789"), fraction = 0;
	const char *end = whole + length;

	if (*end == '.') {
		fraction = strspn(end + 1, "0123456789");
		end += 1 + fraction;
		if (fraction == 0)
			return false;
	}
	return *end == '\0' && length > 0 && length <= digits - behind && fraction <= behind;
}

static bool is_finite(const char *text)
{
	char *end;
	double number;

	if (*text == '\0' || text[strspn(text, "0123456789+-.e")] != '\0')
		return false;
	errno = 0;
	number = strtod(text, &end);
	return *end == '\0' && isfinite(number);
}

static bool is_time(char *text)
{
	char *fraction = strlen(text) > SQL_TIME_LENGTH ? text + SQL_TIME_LENGTH : NULL;
	size_t digits;
	instant when;
	bool real;

	if (fraction != NULL) {
		digits = strspn(fraction + 1, "0123456789");
		if (*fraction != '.' || digits == 0 || digits > 6 || fraction[1 + digits] != '\0')
			return false;
		*fraction = '\0';
	}
	real = clock_parse_sql(text, &when) && clock_to_civil(when).year >= FIRST_YEAR;
	if (fraction != NULL)
		*fraction = '.';
	return real;
}

/* Compared byte by byte; the column ignores trailing spaces, so they are not accepted. */
static bool is_ascii(const char *text)
{
	size_t length = strlen(text);

	for (const char *c = text; *c != '\0'; c++)
		if (*c < ' ' || *c > '~')
			return false;
	return length == 0 || text[length - 1] != ' ';
}

static bool is_bounds(const char *text, size_t length, struct arena *arena)
{
	const cJSON *array, *item;

	json_use_arena(arena);
	array = json_parse(text, length);
	if (!cJSON_IsArray(array) || cJSON_GetArraySize(array) != 4)
		return false;
	cJSON_ArrayForEach (item, array) {
		if (!cJSON_IsNumber(item))
			return false;
	}
	return true;
}

/* The form in which PostgreSQL writes a UUID. */
static bool is_uuid(const char *text)
{
	char shortuuid[SHORTUUID_SIZE];

	return strlen(text) == 36 && text[8] == '-' && text[13] == '-' && text[18] == '-' &&
	       text[23] == '-' && text[strspn(text, "0123456789abcdef-")] == '\0' &&
	       shortuuid_encode(text, shortuuid);
}

static bool is_record_type(const char *text)
{
	return strlen(text) == 2 && text_has_word("AS FD HA LD MS", text);
}

static bool hash(struct arena *arena, const char **value)
{
	char *hex = arena_alloc(arena, CRYPTO_SHA256_HEX_SIZE);

	if (hex == NULL || !crypto_sha256_hex(*value, strlen(*value), hex))
		return false;
	*value = hex;
	return true;
}

/* The problem of a value that the kind of column does not accept, in words that follow the column's name. */
static const char *const PROBLEMS[] = {
	[IMPORT_NUMBER] = "is not a whole number of 32 bits",
	[IMPORT_LIMIT] = "is not from 1 to 33554432 (32 MiB): nginx rejects larger requests",
	[IMPORT_BIG_NUMBER] = "is not a whole number of 64 bits",
	[IMPORT_REAL] = "is not a finite number",
	[IMPORT_DECIMAL_6_2] = "is not a number with at most 4 digits before and 2 after the point",
	[IMPORT_DECIMAL_6_3] = "is not a number with at most 3 digits before and 3 after the point",
	[IMPORT_DECIMAL_8_3] = "is not a number with at most 5 digits before and 3 after the point",
	[IMPORT_FLAG] = "is neither t nor f",
	[IMPORT_TIME] = "is not a time from the year 1000 to the year 9999",
	[IMPORT_WORDS] = "is too long",
	[IMPORT_TEXT] = "is longer than 65535 bytes",
	[IMPORT_ASCII] = "is too long, or has characters that are not ASCII, or a trailing space",
	[IMPORT_JSON] = "is not JSON, or has a NUL character",
	[IMPORT_BOUNDS] = "is not four finite numbers",
	[IMPORT_UUID] = "is not a UUID",
	[IMPORT_RECORD_TYPE] = "is not one of AS FD HA LD MS",
	[IMPORT_SECRET] = "could not be hashed: out of memory",
};

/*
 * Convert a field. *value is `text` at first; it is changed if the column stores another text. false: the column
 * does not accept the field.
 */
static bool convert(
	const struct import_column *column, struct arena *arena, char *text, const char **value)
{
	switch (column->kind) {
	case IMPORT_NUMBER:
		return is_number(text, INT32_MIN, INT32_MAX);
	case IMPORT_LIMIT:
		return is_number(text, 1, APP_CONFIG_MAX_BYTES);
	case IMPORT_BIG_NUMBER:
		return is_number(text, INT64_MIN, INT64_MAX);
	case IMPORT_REAL:
		return is_finite(text);
	case IMPORT_DECIMAL_6_2:
		return is_decimal(text, 6, 2);
	case IMPORT_DECIMAL_6_3:
		return is_decimal(text, 6, 3);
	case IMPORT_DECIMAL_8_3:
		return is_decimal(text, 8, 3);
	case IMPORT_FLAG:
		*value = *text == 't' ? "1" : "0";
		return strcmp(text, "t") == 0 || strcmp(text, "f") == 0;
	case IMPORT_TIME:
		return is_time(text);
	case IMPORT_WORDS:
		return text_length(text) <= (size_t)column->size;
	case IMPORT_TEXT:
		return strlen(text) <= TEXT_BYTES;
	case IMPORT_ASCII:
		return is_ascii(text) && strlen(text) <= (size_t)column->size;
	case IMPORT_JSON:
		return json_is_strict(text, strlen(text));
	case IMPORT_BOUNDS:
		return is_bounds(text, strlen(text), arena);
	case IMPORT_UUID:
		return is_uuid(text);
	case IMPORT_RECORD_TYPE:
		return is_record_type(text);
	case IMPORT_SECRET:
		return hash(arena, value);
	}
	return false;
}

static void trim(char *text)
{
	size_t length = strlen(text);

	while (length > 0 && text[length - 1] == '\n')
		text[--length] = '\0';
}

const char *import_value(const struct import_column *column, const struct csv_field *field,
	struct arena *arena, const char **value)
{
	*value = field->text;
	if (field->text == NULL)
		return (column->flags & IMPORT_NULL) != 0 ? NULL : "has no value";
	if ((column->flags & IMPORT_TRIMMED) != 0)
		trim(field->text);
	if ((column->flags & IMPORT_NAMED) != 0 && *field->text == '\0')
		return "is empty";
	return convert(column, arena, field->text, value) ? NULL : PROBLEMS[column->kind];
}
