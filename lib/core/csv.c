/*
 * Reads byte by byte through a buffer. A broken record is read to its end, so that problems of later records can
 * be reported too. Text after a closing quote is read like an unquoted field, so the end of the line ends the
 * record.
 */
#include "core/csv.h"

#include "core/text.h"

enum { NOTHING_LEFT = -1 };

void csv_begin(struct csv *csv, struct source source)
{
	csv->source = source;
	csv->next_line = 1;
	csv->at = csv->end = 0;
	csv->ended = csv->failed = false;
}

static bool fill(struct csv *csv)
{
	ssize_t got;

	if (csv->ended)
		return false;
	got = csv->source.read(csv->source.state, csv->buffer, CSV_BUFFER);
	csv->failed = got < 0;
	csv->ended = got <= 0;
	csv->at = 0;
	csv->end = got > 0 ? (size_t)got : 0;
	return got > 0;
}

/* The next byte, or NOTHING_LEFT. */
static int take(struct csv *csv)
{
	unsigned char c;

	if (csv->at == csv->end && !fill(csv))
		return NOTHING_LEFT;
	c = (unsigned char)csv->buffer[csv->at++];
	if (c == '\n')
		csv->next_line++;
	return c;
}

/* Only the first problem is reported. */
static void set_problem(struct csv *csv, const char *problem)
{
	if (csv->problem == NULL)
		csv->problem = problem;
}

static void keep(struct csv *csv, int c)
{
	if (c == '\0')
		set_problem(csv, "there is a NUL in it");
	if (csv->used == CSV_RECORD_SIZE - 1) /* room for the NUL at a field's end */
		set_problem(csv, "it is longer than 1 MiB");
	else
		csv->record[csv->used++] = (char)c;
}

static bool ends_field(int c)
{
	return c == ',' || c == '\n' || c == NOTHING_LEFT;
}

/* Read a field without quotes, which begins with `c`; returns the character that ends it. */
static int read_bare(struct csv *csv, int c)
{
	while (!ends_field(c)) {
		int before = c;

		c = take(csv);
		if (before == '\r' && c == '\n')
			break;
		if (before == '\r')
			set_problem(csv, "there is a carriage return outside quotes");
		if (before == '"')
			set_problem(csv, "there is a quote within a field that is not quoted");
		keep(csv, before);
	}
	return c;
}

/* Read a quoted field, from the character after its opening quote; returns the character that ends it. */
static int read_quoted(struct csv *csv)
{
	size_t length;
	int c;

	while (true) {
		c = take(csv);
		if (c == NOTHING_LEFT) {
			set_problem(csv, "a quote is not closed");
			return c;
		}
		if (c == '"') {
			c = take(csv);
			if (c != '"')
				break;
		}
		keep(csv, c);
	}
	length = csv->used;
	c = read_bare(csv, c);
	if (csv->used != length)
		set_problem(csv, "there is text after a closing quote");
	return c;
}

/* Read a field that begins with `c`; returns the character that ends it. */
static int read_field(struct csv *csv, int c)
{
	struct csv_field field = {.text = csv->record + csv->used};
	size_t start = csv->used;
	bool quoted = c == '"';

	c = quoted ? read_quoted(csv) : read_bare(csv, c);
	field.length = csv->used - start;
	csv->record[csv->used] = '\0';
	if (csv->used < CSV_RECORD_SIZE - 1)
		csv->used++;
	if (!quoted && field.length == 0)
		field.text = NULL;
	if (csv->field_count == CSV_FIELDS)
		set_problem(csv, "it has more than 64 fields");
	else
		csv->fields[csv->field_count++] = field;
	return c;
}

enum csv_result csv_next(struct csv *csv)
{
	int c;

	csv->line = csv->next_line;
	csv->problem = NULL;
	csv->field_count = 0;
	csv->used = 0;
	c = take(csv);
	if (c == NOTHING_LEFT)
		return csv->failed ? CSV_UNREADABLE : CSV_END;
	while (read_field(csv, c) == ',')
		c = take(csv);
	if (csv->failed)
		return CSV_UNREADABLE;
	if (!text_is_utf8(csv->record, csv->used))
		set_problem(csv, "it is not UTF-8");
	return csv->problem == NULL ? CSV_RECORD : CSV_BROKEN;
}
