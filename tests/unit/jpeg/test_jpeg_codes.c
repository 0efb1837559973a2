/*
 * Unit tests of picture/jpeg: the Huffman codes of random pictures, against a reader that takes bit by bit.
 */
#include "jpeg_bytes.h"

enum {
	PICTURES = 10000,
	COMPONENTS_MAX = 4,
	CODES_MAX = 60,
	DC_SIZE_MAX = 11,
	END_OF_BLOCK = 0,
	RUN_OF_ZEROS = 0xf0,
	COEFFICIENTS = 64,
	RESTARTS = 8
};

/* ---- random numbers ---------------------------------------------------------------------------- */

/* xorshift64: the same numbers in every run */
static uint64_t random_state = 88172645463325252;

static unsigned below(unsigned limit)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return (unsigned)(random_state >> 32) % limit;
}

/* ---- pictures ---------------------------------------------------------------------------------- */

struct code {
	unsigned length;
	unsigned bits;
	unsigned value;
};

struct table {
	unsigned counts[17]; /* of codes, by their length */
	unsigned total;
	struct code codes[CODES_MAX];
};

struct frame {
	unsigned components;
	unsigned blocks[COMPONENTS_MAX]; /* of each component in an MCU */
	unsigned mcus;
	unsigned interval; /* MCUs between restarts; 0: no restarts */
	struct table dc;
	struct table ac;
};

/* Split codes at random until there are `total` and one. That of one bits only must not be used. */
static void split_codes(struct table *table)
{
	unsigned longest = 16;

	table->counts[0] = 1;
	for (unsigned codes = 1; codes <= table->total;) {
		unsigned length = below(16);

		if (table->counts[length] == 0)
			continue;
		table->counts[length]--;
		table->counts[length + 1] += 2;
		codes++;
	}
	while (table->counts[longest] == 0)
		longest--;
	table->counts[longest]--;
}

static unsigned make_value(bool is_dc)
{
	unsigned kind = below(8);

	if (is_dc)
		return kind == 0 ? below(15) : below(DC_SIZE_MAX + 1);
	if (kind < 2)
		return kind == 0 ? END_OF_BLOCK : RUN_OF_ZEROS;
	return kind < 7 ? below(4) << 4 | below(6) : below(256);
}

static struct table make_table(bool is_dc)
{
	struct table table = {.total = 1 + below(CODES_MAX)};
	unsigned bits = 0, number = 0;

	split_codes(&table);
	for (unsigned length = 1; length <= 16; length++, bits <<= 1)
		for (unsigned i = 0; i < table.counts[length]; i++)
			table.codes[number++] = (struct code){length, bits++, make_value(is_dc)};
	table.codes[below(table.total)].value = 0; /* there is one that is valid */
	return table;
}

static void add_table(struct bytes *jpeg, unsigned selector, const struct table *table)
{
	ADD(jpeg, "\xff\xc4");
	add_be16(jpeg, 19 + table->total);
	add_byte(jpeg, selector);
	for (unsigned length = 1; length <= 16; length++)
		add_byte(jpeg, table->counts[length]);
	for (unsigned i = 0; i < table->total; i++)
		add_byte(jpeg, table->codes[i].value);
}

static struct frame make_frame(void)
{
	static const unsigned COUNTS[] = {1, 3, 4};
	struct frame frame = {.components = COUNTS[below(3)], .mcus = 1 + below(40)};

	for (unsigned i = 0; i < frame.components; i++)
		frame.blocks[i] = i == 0 && frame.components > 1 ? 1 + below(2) : 1;
	if (below(3) == 0)
		frame.interval = 1 + below(frame.mcus);
	frame.dc = make_table(true);
	frame.ac = make_table(false);
	return frame;
}

/* All MCUs are in one row. */
static void add_headers(struct bytes *jpeg, const struct frame *frame)
{
	add_table(jpeg, 0x00, &frame->dc);
	add_table(jpeg, 0x10, &frame->ac);
	ADD(jpeg, "\xff\xdd\0\4");
	add_be16(jpeg, frame->interval);
	ADD(jpeg, "\xff\xc0");
	add_be16(jpeg, 8 + 3 * frame->components);
	ADD(jpeg, "\x08\0\x08");
	add_be16(jpeg, 8 * frame->blocks[0] * frame->mcus);
	add_byte(jpeg, frame->components);
	for (unsigned i = 0; i < frame->components; i++) {
		add_byte(jpeg, 1 + i);
		add_byte(jpeg, frame->blocks[i] << 4 | 1);
		add_byte(jpeg, 0);
	}
	ADD(jpeg, "\xff\xda");
	add_be16(jpeg, 6 + 2 * frame->components);
	add_byte(jpeg, frame->components);
	for (unsigned i = 0; i < frame->components; i++) {
		add_byte(jpeg, 1 + i);
		add_byte(jpeg, 0);
	}
	ADD(jpeg, "\0\x3f\0");
}

/* ---- data -------------------------------------------------------------------------------------- */

struct writer {
	struct bytes *bytes;
	unsigned byte;
	unsigned count; /* bits in `byte` */
};

static void write_bits(struct writer *writer, unsigned bits, unsigned count)
{
	while (count-- > 0) {
		writer->byte = writer->byte << 1 | (bits >> count & 1);
		if (++writer->count < 8)
			continue;
		add_byte(writer->bytes, writer->byte & 0xff);
		if ((writer->byte & 0xff) == 0xff)
			add_byte(writer->bytes, 0);
		writer->count = 0;
	}
}

/* Write a code and a value. Returns the value of the code. */
static unsigned write_code(struct writer *writer, const struct table *table, unsigned size_max)
{
	const struct code *code;

	do
		code = &table->codes[below(1 + below(table->total))]; /* short ones more often */
	while ((code->value & 0x0f) > size_max);
	write_bits(writer, code->bits, code->length);
	/* one bits are what may become 0xff */
	write_bits(writer, below(2) == 0 ? below(0x10000) : 0xffff, code->value & 0x0f);
	return code->value;
}

static void write_block(struct writer *writer, const struct frame *frame)
{
	write_code(writer, &frame->dc, DC_SIZE_MAX);
	for (unsigned at = 1; at < COEFFICIENTS;) {
		unsigned value = write_code(writer, &frame->ac, 15);

		at += (value & 0x0f) == 0 && value != RUN_OF_ZEROS ? COEFFICIENTS
								   : (value >> 4) + 1;
	}
}

static void write_mcu(struct writer *writer, const struct frame *frame)
{
	for (unsigned i = 0; i < frame->components; i++)
		for (unsigned j = 0; j < frame->blocks[i]; j++)
			write_block(writer, frame);
}

/* The data of all MCUs, with restarts between them. */
static void add_scan(struct bytes *jpeg, const struct frame *frame)
{
	struct writer writer = {.bytes = jpeg};

	for (unsigned mcu = 0; mcu < frame->mcus; mcu++) {
		if (mcu > 0 && frame->interval > 0 && mcu % frame->interval == 0) {
			write_bits(&writer, 0x7f, (8 - writer.count) % 8);
			ADD(jpeg, "\xff");
			add_byte(jpeg, 0xd0 + (mcu / frame->interval - 1) % RESTARTS);
		}
		write_mcu(&writer, frame);
	}
	write_bits(&writer, below(0x80), (8 - writer.count) % 8);
}

static void damage(struct bytes *jpeg, size_t headers)
{
	size_t length = jpeg->length - headers;
	unsigned char *byte;

	if (length == 0)
		return;
	byte = &jpeg->data[headers + below((unsigned)length)];
	switch (below(5)) {
	case 0:
		for (unsigned i = below(40); i > 0; i--)
			add_byte(jpeg, below(256));
		break;
	case 1:
		jpeg->length -= below(length < 20 ? (unsigned)length : 20);
		break;
	case 2:
		*byte = (unsigned char)below(256);
		break;
	case 3:
		*byte = 0xff;
		break;
	default:
		break;
	}
}

/* ---- the reader -------------------------------------------------------------------------------- */

struct reader {
	const struct bytes *bytes;
	size_t at; /* the next byte */
	unsigned byte;
	unsigned left; /* bits of `byte` that are not read */
	bool has_failed;
};

static unsigned read_bit(struct reader *reader)
{
	const unsigned char *next = reader->bytes->data + reader->at;
	size_t available = reader->bytes->length - reader->at;

	if (reader->left == 0) {
		if (available == 0 || (next[0] == 0xff && (available == 1 || next[1] != 0))) {
			reader->has_failed = true;
			return 0;
		}
		reader->byte = next[0];
		reader->left = 8;
		reader->at += next[0] == 0xff ? 2 : 1;
	}
	return reader->byte >> --reader->left & 1;
}

static unsigned read_code(struct reader *reader, const struct table *table)
{
	unsigned bits = 0, length = 0;

	for (unsigned i = 0; i < table->total; i++) {
		for (; length < table->codes[i].length; length++)
			bits = bits << 1 | read_bit(reader);
		if (bits == table->codes[i].bits)
			return table->codes[i].value;
	}
	reader->has_failed = true;
	return 0;
}

static void read_value(struct reader *reader, unsigned size)
{
	for (unsigned i = 0; i < size; i++)
		read_bit(reader);
}

static void read_block(struct reader *reader, const struct frame *frame)
{
	unsigned size = read_code(reader, &frame->dc);

	reader->has_failed |= size > DC_SIZE_MAX;
	read_value(reader, size);
	for (unsigned at = 1; at < COEFFICIENTS && !reader->has_failed; at++) {
		unsigned code = read_code(reader, &frame->ac);

		if ((code & 0x0f) == 0 && code != RUN_OF_ZEROS)
			break;
		at += code >> 4;
		read_value(reader, code & 0x0f);
	}
}

/* Read the MCUs up to a restart or the end. false: the data is invalid or too short. */
static bool read_interval(
	struct reader *reader, const struct frame *frame, unsigned first, unsigned end)
{
	reader->left = 0;
	for (unsigned mcu = first; mcu < end; mcu++)
		for (unsigned i = 0; i < frame->components; i++)
			for (unsigned j = 0; j < frame->blocks[i] && !reader->has_failed; j++)
				read_block(reader, frame);
	return !reader->has_failed;
}

static unsigned interval_end(const struct frame *frame, unsigned first)
{
	return frame->interval == 0 || frame->mcus - first < frame->interval
		       ? frame->mcus
		       : first + frame->interval;
}

/* Go to the next marker. false: there is none, or it is another than the next restart. */
static bool find_restart(struct reader *reader, unsigned number)
{
	const struct bytes *bytes = reader->bytes;

	for (; reader->at + 1 < bytes->length; reader->at++)
		if (bytes->data[reader->at] == 0xff && bytes->data[reader->at + 1] != 0 &&
			bytes->data[reader->at + 1] != 0xff)
			return bytes->data[reader->at + 1] == 0xd0 + number % RESTARTS;
	return false;
}

/* The clean copy of a picture whose headers have `headers` bytes. false: it must be rejected. */
static bool copy_plainly(
	const struct frame *frame, const struct bytes *jpeg, size_t headers, struct bytes *copy)
{
	struct reader reader = {.bytes = jpeg, .at = headers};

	copy->length = 0;
	add(copy, jpeg->data, headers);
	for (unsigned mcu = 0, number = 0; mcu < frame->mcus; number++) {
		size_t begin;

		if (mcu > 0 && !find_restart(&reader, number - 1))
			return false;
		begin = reader.at;
		reader.at += mcu > 0 ? 2 : 0;
		if (!read_interval(&reader, frame, mcu, interval_end(frame, mcu)))
			return false;
		add(copy, jpeg->data + begin, reader.at - begin);
		mcu = interval_end(frame, mcu);
	}
	ADD(copy, EOI);
	return true;
}

/* ---- tests ------------------------------------------------------------------------------------- */

static bool check_picture(const struct frame *frame, const struct bytes *jpeg, size_t headers)
{
	static struct bytes expected, cleaned;
	static const size_t STEPS[] = {0, 0, 1, 7, 40, 1000};
	struct picture_input input = {
		.bytes = jpeg, .length = jpeg->length, .step = STEPS[below(6)]};
	struct picture_output output = {&cleaned, PICTURE_BYTES_MAX};
	bool is_valid = copy_plainly(frame, jpeg, headers, &expected);
	enum picture_result result = picture_pass(PICTURE_JPEG, &input, &output);

	assert_int_equal(result == PICTURE_OK, is_valid);
	if (!is_valid) {
		assert_true(picture_is_refused(result));
		return false;
	}
	assert_int_equal(cleaned.length, expected.length);
	assert_memory_equal(cleaned.data, expected.data, expected.length);
	return true;
}

static void codes_are_followed_as_one_bit_after_the_other(void **state)
{
	unsigned valid = 0;

	(void)state;
	for (unsigned i = 0; i < PICTURES; i++) {
		struct bytes *jpeg = begin();
		struct frame frame = make_frame();
		size_t headers;

		add_headers(jpeg, &frame);
		headers = jpeg->length;
		add_scan(jpeg, &frame);
		damage(jpeg, headers);
		valid += check_picture(&frame, jpeg, headers);
	}
	/* of both kinds there are many */
	assert_in_range(valid, PICTURES / 5, PICTURES * 4 / 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(codes_are_followed_as_one_bit_after_the_other),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
