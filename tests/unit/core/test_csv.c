/*
 * Unit tests of core/csv. Each text is read in one piece, and in pieces of several sizes.
 */
#include "../unit.h"

#include "core/csv.h"

#include <stdio.h>

enum { TRANSCRIPT = 8 * 1024 };

struct pieces {
	const char *bytes;
	size_t length, step;
	bool fails; /* reading fails at the end of the bytes */
};

static ssize_t read_piece(void *state, void *buffer, size_t size)
{
	struct pieces *pieces = state;

	if (pieces->length == 0)
		return pieces->fails ? -1 : 0;
	if (size > pieces->length)
		size = pieces->length;
	if (pieces->step > 0 && size > pieces->step)
		size = pieces->step;
	memcpy(buffer, pieces->bytes, size);
	pieces->bytes += size;
	pieces->length -= size;
	return (ssize_t)size;
}

static const char *transcribe_field(const struct csv_field *field, char *text)
{
	if (field->text == NULL)
		return "-";
	assert_int_equal(strlen(field->text), field->length);
	snprintf(text, TRANSCRIPT, "[%s]", field->text);
	return text;
}

/* Each record as "line:[field][field]", NULL as "-", a malformed one as "line!problem"; then the end. */
static const char *transcribe(struct csv *csv, struct pieces pieces, char text[TRANSCRIPT])
{
	char *at = text, field[TRANSCRIPT];
	enum csv_result result;

	csv_begin(csv, (struct source){read_piece, &pieces});
	while ((result = csv_next(csv)) == CSV_RECORD || result == CSV_BROKEN) {
		at += sprintf(at, "%lld%s", (long long)csv->line, result == CSV_RECORD ? ":" : "!");
		for (int i = 0; result == CSV_RECORD && i < csv->field_count; i++)
			at += sprintf(at, "%s", transcribe_field(&csv->fields[i], field));
		at += sprintf(at, "%s|", result == CSV_BROKEN ? csv->problem : "");
	}
	sprintf(at, "%s", result == CSV_END ? "end" : "unreadable");
	/* cppcheck-suppress uninitvar ; written through `at` */
	return text;
}

static void assert_reads_bytes(const char *bytes, size_t length, const char *expected)
{
	struct csv *csv = malloc(sizeof(*csv));
	char text[TRANSCRIPT];

	for (size_t step = 0; step < 5; step++)
		assert_string_equal(
			transcribe(csv, (struct pieces){bytes, length, step, false}, text),
			expected);
	free(csv);
}

static void assert_reads(const char *bytes, const char *expected)
{
	assert_reads_bytes(bytes, strlen(bytes), expected);
}

static void test_records_and_fields(void **state)
{
	(void)state;
	assert_reads("", "end");
	assert_reads("a,b\nc,d\n", "1:[a][b]|2:[c][d]|end");
	assert_reads("a,b\r\nc,d\r\n", "1:[a][b]|2:[c][d]|end");
	assert_reads(" a , b ", "1:[ a ][ b ]|end");
	assert_reads("é,\xF0\x9F\x9A\xB2\n", "1:[é][\xF0\x9F\x9A\xB2]|end");
}

static void test_the_last_line_needs_no_line_end(void **state)
{
	(void)state;
	assert_reads("a\nb", "1:[a]|2:[b]|end");
	assert_reads("a\n\"b\"", "1:[a]|2:[b]|end");
	assert_reads("a,", "1:[a]-|end");
}

static void test_null_and_empty_text_differ(void **state)
{
	(void)state;
	assert_reads(",\"\",\n", "1:-[]-|end");
	assert_reads("\n\"\"\n", "1:-|2:[]|end");
}

static void test_quotes(void **state)
{
	(void)state;
	assert_reads("\"a,b\",c\n", "1:[a,b][c]|end");
	assert_reads("\"say \"\"a\"\"\"\n", "1:[say \"a\"]|end");
	assert_reads("\"\"\"\"\n", "1:[\"]|end");
	assert_reads("\"\"\"\",\"\"\"\"\"\"\n", "1:[\"][\"\"]|end");
}

static void test_lines_within_quotes_count(void **state)
{
	(void)state;
	assert_reads("\"a\nb\r\n\rc\",d\ne\n", "1:[a\nb\r\n\rc][d]|4:[e]|end");
}

static void test_a_malformed_record_is_reported_and_reading_continues(void **state)
{
	(void)state;
	assert_reads("a\"b\nc\n", "1!there is a quote within a field that is not quoted|2:[c]|end");
	assert_reads("\"a\"b,c\nd\n", "1!there is text after a closing quote|2:[d]|end");
	assert_reads("\"a\" ,c\nd\n", "1!there is text after a closing quote|2:[d]|end");
	assert_reads("a\rb\nc\n", "1!there is a carriage return outside quotes|2:[c]|end");
	assert_reads("a\r", "1!there is a carriage return outside quotes|end");
	assert_reads("\"a\"\rb\nc\n", "1!there is a carriage return outside quotes|2:[c]|end");
	assert_reads("a\n\"b\nc", "1:[a]|2!a quote is not closed|end");
	assert_reads("\xC3(\nc\n", "1!it is not UTF-8|2:[c]|end");
	assert_reads("\xED\xA0\x80\nc\n", "1!it is not UTF-8|2:[c]|end");
	assert_reads("\xC3,\xA9\nc\n", "1!it is not UTF-8|2:[c]|end");
	assert_reads_bytes("a\0b\nc\n", 6, "1!there is a NUL in it|2:[c]|end");
	assert_reads_bytes("\"a\0b\"\nc\n", 8, "1!there is a NUL in it|2:[c]|end");
}

static void test_the_number_of_fields_is_limited(void **state)
{
	char most[2 * CSV_FIELDS + 8], more[2 * CSV_FIELDS + 8], expected[TRANSCRIPT] = "1:";

	(void)state;
	memset(most, ',', CSV_FIELDS - 1);
	memcpy(most + CSV_FIELDS - 1, "\n", sizeof("\n"));
	memset(expected + 2, '-', CSV_FIELDS);
	memcpy(expected + 2 + CSV_FIELDS, "|end", sizeof("|end"));
	assert_reads(most, expected);
	memset(more, ',', CSV_FIELDS);
	memcpy(more + CSV_FIELDS, "\na\n", sizeof("\na\n"));
	assert_reads(more, "1!it has more than 64 fields|2:[a]|end");
}

/* A record whose last field has this many bytes, between two short records. */
static void read_long(size_t length, enum csv_result expected)
{
	struct csv *csv = malloc(sizeof(*csv));
	char *text = malloc(length + 16);
	struct pieces pieces = {text, length + 8, 0, false};

	memcpy(text, "a\nb,", 4);
	memset(text + 4, 'x', length);
	memcpy(text + 4 + length, "\nc,d", 4);
	csv_begin(csv, (struct source){read_piece, &pieces});
	assert_int_equal(csv_next(csv), CSV_RECORD);
	assert_int_equal(csv_next(csv), expected);
	if (expected == CSV_RECORD)
		assert_int_equal(csv->fields[1].length, length);
	else
		assert_string_equal(csv->problem, "it is longer than 1 MiB");
	assert_int_equal(csv_next(csv), CSV_RECORD);
	assert_string_equal(csv->fields[1].text, "d");
	assert_int_equal(csv_next(csv), CSV_END);
	free(text);
	free(csv);
}

static void test_the_length_of_a_record_is_limited(void **state)
{
	(void)state;
	read_long(CSV_RECORD_SIZE - 3, CSV_RECORD); /* "b", two NULs */
	read_long(CSV_RECORD_SIZE - 2, CSV_BROKEN);
	read_long((size_t)3 * CSV_RECORD_SIZE, CSV_BROKEN);
}

static void test_a_read_error_is_not_the_end(void **state)
{
	struct csv *csv = malloc(sizeof(*csv));
	char text[TRANSCRIPT];

	(void)state;
	assert_string_equal(
		transcribe(csv, (struct pieces){"a\n", 2, 0, true}, text), "1:[a]|unreadable");
	assert_string_equal(
		transcribe(csv, (struct pieces){"a\nb", 3, 0, true}, text), "1:[a]|unreadable");
	free(csv);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_records_and_fields),
		cmocka_unit_test(test_the_last_line_needs_no_line_end),
		cmocka_unit_test(test_null_and_empty_text_differ),
		cmocka_unit_test(test_quotes),
		cmocka_unit_test(test_lines_within_quotes_count),
		cmocka_unit_test(test_a_malformed_record_is_reported_and_reading_continues),
		cmocka_unit_test(test_the_number_of_fields_is_limited),
		cmocka_unit_test(test_the_length_of_a_record_is_limited),
		cmocka_unit_test(test_a_read_error_is_not_the_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
