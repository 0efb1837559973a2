/*
 * Text: encodings, strict numbers, UTF-8.
 */
#ifndef FITGATE_CORE_TEXT_H
#define FITGATE_CORE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Characters needed for `n` bytes, the NUL included. */
#define TEXT_HEX_SIZE(n)       (2 * (n) + 1)
#define TEXT_BASE64URL_SIZE(n) (((n) * 4 + 2) / 3 + 1)

/* Lowercase hex, NUL-terminated; `text` has TEXT_HEX_SIZE(length) bytes. */
void text_hex(const void *bytes, size_t length, char *text);

/* base64url without padding (RFC 4648 §5, RFC 7515 §2); `text` has TEXT_BASE64URL_SIZE(length) bytes. */
void text_base64url(const void *bytes, size_t length, char *text);

/*
 * Strict decoding: only characters of the alphabet, no '=', unused bits of the last character zero, so that one
 * value has one spelling. `bytes` has room for `length` bytes. Returns the number of bytes, -1 if refused.
 */
ptrdiff_t text_base64url_decode(const char *text, size_t length, unsigned char *bytes);

enum { TEXT_DECIMAL_SIZE = 32 };

/*
 * `value` / 10^digits in decimal, exactly: 12345 with 2 digits is "123.45", 1200 is "12". Written into
 * `text`, not always from its start: returns where it begins. GET profile writes dozens of numbers, too
 * many for printf().
 */
const char *text_decimal(int64_t value, int digits, char text[TEXT_DECIMAL_SIZE]);

/* Parse the whole text as an integer in [low, high]: only decimal digits, with an optional minus. */
bool text_integer(const char *text, int64_t low, int64_t high, int64_t *value);

/*
 * Parse the whole text as a finite decimal number: an optional sign, digits with an optional point among or beside them,
 * and an optional exponent, as in "-1.5e3".
 */
bool text_real(const char *text, double *value);

/* Whether the bytes are well-formed UTF-8 (RFC 3629: no surrogates, nothing overlong, at most U+10FFFF). */
bool text_is_utf8(const char *text, size_t length);

/* Make the text well-formed UTF-8: each byte that is not part of a valid sequence becomes a "?". */
void text_make_utf8(char *text);

/* The number of code points of well-formed UTF-8. */
size_t text_length(const char *utf8);

/* Make ASCII letters lower case, in place. */
void text_lower_ascii(char *text);

/* The value of a hexadecimal digit in either case; -1 for any other character. */
int text_hex_value(char c);

/* Whether the byte is a control character of ASCII (below U+0020, or U+007F). */
bool text_is_control(char c);

/* Whether the text contains a control character of ASCII. A header, or a name in a message, must not. */
bool text_has_control(const char *text);

enum { TEXT_REPLACEMENT = 0xFFFD };

/*
 * Read the code point at `utf8` (not at its end) and return what follows it. Bytes that are not well-formed
 * give TEXT_REPLACEMENT.
 */
const char *text_code_point(const char *utf8, unsigned *code);

/* Whether two strings are equal, ignoring the case of ASCII letters. */
bool text_equal_ignoring_case(const char *a, const char *b);

/* Remove the blanks at both ends of UTF-8 text, in place: the characters with Unicode's property White_Space. */
void text_trim(char *text);

/* Whether an e-mail address can stand in a header and in an SMTP command as it is: one '@', printable
 * ASCII without spaces, quotes and brackets. */
bool text_is_plain_address(const char *address);

/*
 * The length in bytes of the control character at the start of UTF-8 text: U+0001 to U+001F, U+007F to U+009F,
 * and the characters that change the direction of writing, which can make text read as another text. 0: it
 * starts with another character.
 */
size_t text_control(const char *text);

/* Put '?' in place of each control character, so that the text is one line and does not control a terminal. */
void text_hide_controls(char *text);

/* Decode %XX in place; a '%' without two hex digits, or %00, is refused. */
bool text_percent_decode(char *text);

enum { TEXT_BYTES_SIZE = 32 };

/* A size as people read it, 1024-based with one decimal: "0 bytes", "1 byte", "100.0 bytes", "1.2KB",
 * "1024.0KB", "11.0MB" (contract §6.11). */
void text_bytes(int64_t bytes, char text[TEXT_BYTES_SIZE]);

/* Whether `list`, words separated by single spaces, holds `word` exactly. */
bool text_has_word(const char *list, const char *word);

#endif
