/*
 * core/csv with arbitrary bytes, and every valid field as a value of every kind of column. The first byte of the
 * input is the number of bytes per read of the rest; 0: all of it. The records must not depend on it. Fields
 * are text without NUL, and line numbers only increase.
 */
#include "shared/input.h"

#include "core/csv.h"
#include "core/json/json.h"
#include "core/text.h"
#include "admin/import/import_value.h"

#include <string.h>

static void compare_records(const struct csv *one, const struct csv *other)
{
	require(one->line == other->line && one->field_count == other->field_count);
	require((one->problem == NULL) == (other->problem == NULL));
	for (int i = 0; i < one->field_count; i++) {
		const struct csv_field *a = &one->fields[i], *b = &other->fields[i];

		require((a->text == NULL) == (b->text == NULL) && a->length == b->length);
		require(a->text == NULL || memcmp(a->text, b->text, a->length) == 0);
	}
}

static void import_field(const struct csv_field *field, struct arena *arena)
{
	for (int kind = IMPORT_NUMBER; kind <= IMPORT_SECRET; kind++) {
		const struct import_column column = {.name = "x", .kind = kind, .size = 8};
		const char *value;

		if (import_value(&column, field, arena, &value) == NULL)
			require(value != NULL && text_is_utf8(value, strlen(value)));
	}
}

static void check_record(const struct csv *csv, struct arena *arena)
{
	for (int i = 0; i < csv->field_count; i++) {
		const struct csv_field *field = &csv->fields[i];

		if (field->text == NULL)
			continue;
		require(strlen(field->text) == field->length);
		require(text_is_utf8(field->text, field->length));
		import_field(field, arena);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* large, so allocated once for all inputs; the sanitizer still detects a write beyond the end */
	static struct csv *whole, *pieced;
	struct arena arena = ARENA_EMPTY;
	struct pieces all, some;
	enum csv_result result;
	int64_t line = 0;

	if (size == 0)
		return 0;
	if (whole == NULL)
		whole = malloc(sizeof(*whole));
	if (pieced == NULL)
		pieced = malloc(sizeof(*pieced));
	all = (struct pieces){data + 1, size - 1, 0};
	some = (struct pieces){data + 1, size - 1, data[0]};
	csv_begin(whole, (struct source){pieces_read, &all});
	csv_begin(pieced, (struct source){pieces_read, &some});
	while ((result = csv_next(whole)) != CSV_END) {
		require(result != CSV_UNREADABLE && csv_next(pieced) == result);
		require(whole->line > line);
		line = whole->line;
		compare_records(whole, pieced);
		if (result == CSV_RECORD)
			check_record(whole, &arena);
		arena_reset(&arena);
	}
	require(csv_next(pieced) == CSV_END);
	arena_free(&arena);
	return 0;
}
