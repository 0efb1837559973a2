/*
 * Encodings and checks on text. All functions are pure.
 */
#include "core/text.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

void text_hex(const void *bytes, size_t length, char *text)
{
	static const char DIGITS[] = "0123456789abcdef";
	const unsigned char *from = bytes;

	for (size_t i = 0; i < length; i++) {
		*text++ = DIGITS[from[i] >> 4];
		*text++ = DIGITS[from[i] & 15];
	}
	*text = '\0';
}

static const char BASE64URL[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

void text_base64url(const void *bytes, size_t length, char *text)
{
	const unsigned char *from = bytes;
	uint32_t bits = 0;
	int held = 0;

	for (size_t i = 0; i < length; i++) {
		bits = bits << 8 | from[i];
		for (held += 8; held >= 6; held -= 6)
			*text++ = BASE64URL[bits >> (held - 6) & 63];
	}
	if (held > 0)
		*text++ = BASE64URL[bits << (6 - held) & 63];
	*text = '\0';
}

static int base64url_value(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '-' ? 62 : c == '_' ? 63 : -1;
}

ptrdiff_t text_base64url_decode(const char *text, size_t length, unsigned char *bytes)
{
	unsigned char *to = bytes;
	uint32_t bits = 0;
	int held = 0;

	if (length % 4 == 1)
		return -1;
	for (size_t i = 0; i < length; i++) {
		int value = base64url_value(text[i]);

		if (value < 0)
			return -1;
		bits = bits << 6 | (uint32_t)value;
		held += 6;
		if (held >= 8) {
			held -= 8;
			*to++ = (unsigned char)(bits >> held & 255);
		}
	}
	if ((bits & ((1U << held) - 1)) != 0)
		return -1;
	return to - bytes;
}

const char *text_decimal(int64_t value, int digits, char text[TEXT_DECIMAL_SIZE])
{
	uint64_t rest = value < 0 ? -(uint64_t)value : (uint64_t)value;
	char *at = text + TEXT_DECIMAL_SIZE - 1;

	/* from the last digit to the first; zeros at the end of the fraction are left out */
	*at = '\0';
	for (int i = 0; i < digits; i++, rest /= 10)
		if (rest % 10 != 0 || *at != '\0')
			*--at = (char)('0' + rest % 10);
	if (*at != '\0')
		*--at = '.';
	do
		*--at = (char)('0' + rest % 10);
	while ((rest /= 10) > 0);
	if (value < 0)
		*--at = '-';
	return at;
}

bool text_integer(const char *text, int64_t low, int64_t high, int64_t *value)
{
	const char *digits = text[0] == '-' ? text + 1 : text;
	long long number;

	if (*digits == '\0' || digits[strspn(digits, "0123456789")] != '\0')
		return false;
	errno = 0;
	number = strtoll(text, NULL, 10);
	if (errno != 0 || number < low || number > high)
		return false;
	*value = number;
	return true;
}

static size_t count_digits(const char *text)
{
	return strspn(text, "0123456789");
}

/* The end of a decimal number without sign and exponent; NULL: there is none. */
static const char *skip_decimal(const char *text)
{
	size_t whole = count_digits(text), fraction = 0;

	text += whole;
	if (*text == '.') {
		fraction = count_digits(text + 1);
		text += 1 + fraction;
	}
	return whole + fraction == 0 ? NULL : text;
}

static const char *skip_sign(const char *text)
{
	return *text == '-' || *text == '+' ? text + 1 : text;
}

bool text_real(const char *text, double *value)
{
	const char *end = skip_decimal(skip_sign(text));
	double number;

	if (end != NULL && (*end == 'e' || *end == 'E')) {
		const char *exponent = skip_sign(end + 1);

		end = exponent + count_digits(exponent);
		if (end == exponent)
			return false;
	}
	if (end == NULL || *end != '\0')
		return false;
	number = strtod(text, NULL);
	if (!isfinite(number))
		return false;
	*value = number;
	return true;
}

/* The length of the well-formed sequence at `s`, 0 if there is none. */
static size_t utf8_sequence(const unsigned char *s, size_t left)
{
	unsigned char lead = s[0], low = 0x80, high = 0xBF;
	size_t length;

	if (lead < 0x80)
		return 1;
	if (lead < 0xC2 || lead > 0xF4)
		return 0;
	length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
	if (length > left)
		return 0;
	/* the second byte excludes overlong forms, surrogates and values beyond U+10FFFF */
	if (lead == 0xE0)
		low = 0xA0;
	else if (lead == 0xED)
		high = 0x9F;
	else if (lead == 0xF0)
		low = 0x90;
	else if (lead == 0xF4)
		high = 0x8F;
	if (s[1] < low || s[1] > high)
		return 0;
	for (size_t i = 2; i < length; i++)
		if ((s[i] & 0xC0) != 0x80)
			return 0;
	return length;
}

bool text_is_utf8(const char *text, size_t length)
{
	const unsigned char *s = (const unsigned char *)text;

	while (length > 0) {
		size_t step = utf8_sequence(s, length);

		if (step == 0)
			return false;
		s += step;
		length -= step;
	}
	return true;
}

void text_make_utf8(char *text)
{
	for (size_t left = strlen(text); left > 0;) {
		size_t step = utf8_sequence((const unsigned char *)text, left);

		if (step == 0) {
			*text = '?';
			step = 1;
		}
		text += step;
		left -= step;
	}
}

const char *text_code_point(const char *utf8, unsigned *code)
{
	static const unsigned LOWEST[] = {0, 0, 0x80, 0x800, 0x10000};
	unsigned char lead = (unsigned char)*utf8++;
	int length = lead < 0x80 ? 1 : lead < 0xC0 ? 0 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;

	*code = length < 2 ? lead : lead & (0x7FU >> length);
	for (int i = 1; i < length; i++) {
		if ((*utf8 & 0xC0) != 0x80) {
			*code = TEXT_REPLACEMENT;
			return utf8;
		}
		*code = *code << 6 | (*utf8++ & 0x3F);
	}
	if (length == 0 || *code < LOWEST[length] || *code > 0x10FFFF || (*code >> 11) == 0x1B)
		*code = TEXT_REPLACEMENT;
	return utf8;
}

size_t text_length(const char *utf8)
{
	size_t count = 0;

	for (; *utf8 != '\0'; utf8++)
		if (((unsigned char)*utf8 & 0xC0) != 0x80)
			count++;
	return count;
}

static char lower_ascii(char c)
{
	if (c >= 'A' && c <= 'Z')
		return (char)(c - 'A' + 'a');
	return c;
}

void text_lower_ascii(char *text)
{
	for (; *text != '\0'; text++)
		*text = lower_ascii(*text);
}

bool text_equal_ignoring_case(const char *a, const char *b)
{
	for (; *a != '\0' && lower_ascii(*a) == lower_ascii(*b); a++, b++)
		;
	return *a == '\0' && *b == '\0';
}

/* Unicode's property White_Space: in ASCII the space and U+0009 to U+000D, beyond it 19 characters more. */
static bool is_blank(unsigned code)
{
	static const unsigned BLANKS[] = {
		' ', 0x85, 0xA0, 0x1680, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000};

	if ((code >= '\t' && code <= '\r') || (code >= 0x2000 && code <= 0x200A))
		return true;
	for (size_t i = 0; i < sizeof(BLANKS) / sizeof(*BLANKS); i++)
		if (code == BLANKS[i])
			return true;
	return false;
}

void text_trim(char *text)
{
	const char *start = NULL, *end = text, *next;
	unsigned code;

	for (const char *at = text; *at != '\0'; at = next) {
		next = text_code_point(at, &code);
		if (is_blank(code))
			continue;
		if (start == NULL)
			start = at;
		end = next;
	}
	if (start != NULL)
		memmove(text, start, (size_t)(end - start));
	text[start == NULL ? 0 : end - start] = '\0';
}

int text_hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

bool text_is_plain_address(const char *address)
{
	const char *at = strchr(address, '@');

	if (at == NULL || at == address || at[1] == '\0' || strchr(at + 1, '@') != NULL)
		return false;
	for (; *address != '\0'; address++)
		if (*address <= ' ' || *address >= 127 || strchr("<>(),;:\"[]\\", *address) != NULL)
			return false;
	return true;
}

/* U+061C, U+200E, U+200F, U+202A to U+202E, U+2066 to U+2069 (Unicode property Bidi_Control). */
static size_t direction_control(const unsigned char *bytes)
{
	if (bytes[0] == 0xD8)
		return bytes[1] == 0x9C ? 2 : 0;
	if (bytes[0] != 0xE2)
		return 0;
	if (bytes[1] == 0x80)
		return bytes[2] == 0x8E || bytes[2] == 0x8F ||
				       (bytes[2] >= 0xAA && bytes[2] <= 0xAE)
			       ? 3
			       : 0;
	return bytes[1] == 0x81 && bytes[2] >= 0xA6 && bytes[2] <= 0xA9 ? 3 : 0;
}

bool text_is_control(char c)
{
	return (unsigned char)c < ' ' || c == 127;
}

bool text_has_control(const char *text)
{
	for (; *text != '\0'; text++)
		if (text_is_control(*text))
			return true;
	return false;
}

size_t text_control(const char *text)
{
	const unsigned char *bytes = (const unsigned char *)text;

	if (text_is_control(*text) && *text != '\0')
		return 1;
	if (bytes[0] == 0xC2)
		return bytes[1] >= 0x80 && bytes[1] < 0xA0 ? 2 : 0;
	return direction_control(bytes);
}

void text_hide_controls(char *text)
{
	char *to = text;

	while (*text != '\0') {
		size_t control = text_control(text);

		if (control == 0) {
			*to++ = *text++;
			continue;
		}
		*to++ = '?';
		text += control;
	}
	*to = '\0';
}

bool text_percent_decode(char *text)
{
	char *to = text;

	for (; *text != '\0'; text++) {
		if (*text == '%') {
			int high = text_hex_value(text[1]);
			int low = high < 0 ? -1 : text_hex_value(text[2]);

			if (low < 0 || high * 16 + low == 0)
				return false;
			*to++ = (char)(high * 16 + low);
			text += 2;
		} else {
			*to++ = *text;
		}
	}
	*to = '\0';
	return true;
}

bool text_has_word(const char *list, const char *word)
{
	size_t length = strlen(word);

	while (list != NULL && *list != '\0') {
		size_t here = strcspn(list, " ");

		if (here == length && memcmp(list, word, length) == 0)
			return true;
		list += here;
		list += strspn(list, " ");
	}
	return false;
}

void text_bytes(int64_t bytes, char text[TEXT_BYTES_SIZE])
{
	static const char *const UNITS[] = {" bytes", "KB", "MB", "GB", "TB"};
	enum { UNIT_COUNT = sizeof(UNITS) / sizeof(*UNITS) };
	double value = (double)bytes;
	int unit = 0;

	while (value >= 1024 && unit < UNIT_COUNT - 1) {
		value /= 1024;
		unit++;
	}
	if (bytes < 2)
		snprintf(text, TEXT_BYTES_SIZE, "%" PRId64 " byte%s", bytes, bytes == 1 ? "" : "s");
	else
		snprintf(text, TEXT_BYTES_SIZE, "%.1f%s", value, UNITS[unit]);
}
