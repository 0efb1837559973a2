/*
 * Encodings and checks on text. All functions are pure.
 */
#include "core/text.h"

#include <errno.h>
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
	/* the second byte excludes overlong forms, surrogates and what lies beyond U+10FFFF */
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

size_t text_length(const char *utf8)
{
	size_t count = 0;

	for (; *utf8 != '\0'; utf8++)
		if (((unsigned char)*utf8 & 0xC0) != 0x80)
			count++;
	return count;
}

static char ascii_lower(char c)
{
	if (c >= 'A' && c <= 'Z')
		return (char)(c - 'A' + 'a');
	return c;
}

bool text_equal_ignoring_case(const char *a, const char *b)
{
	for (; *a != '\0' && ascii_lower(*a) == ascii_lower(*b); a++, b++)
		;
	return *a == '\0' && *b == '\0';
}

static int hex_value(char c)
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

size_t text_control(const char *text)
{
	const unsigned char *bytes = (const unsigned char *)text;

	if ((bytes[0] < ' ' && bytes[0] != '\0') || bytes[0] == 127)
		return 1;
	return bytes[0] == 0xC2 && bytes[1] >= 0x80 && bytes[1] < 0xA0 ? 2 : 0;
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
			int high = hex_value(text[1]);
			int low = high < 0 ? -1 : hex_value(text[2]);

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
		snprintf(text, TEXT_BYTES_SIZE, "%lld byte%s", (long long)bytes,
			bytes == 1 ? "" : "s");
	else
		snprintf(text, TEXT_BYTES_SIZE, "%.1f%s", value, UNITS[unit]);
}
