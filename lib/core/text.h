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
#define TEXT_BASE64URL_SIZE(n) (((n)*4 + 2) / 3 + 1)

/* Lowercase hex, NUL-terminated; `text` has TEXT_HEX_SIZE(length) bytes. */
void text_hex(const void *bytes, size_t length, char *text);

/* base64url without padding (RFC 4648 §5, RFC 7515 §2); `text` has TEXT_BASE64URL_SIZE(length) bytes. */
void text_base64url(const void *bytes, size_t length, char *text);

/*
 * Strict reverse: alphabet only, no '=', unused bits of the last character zero, so that one value
 * has one spelling. `bytes` has room for `length` bytes. Returns the number of bytes, -1 if refused.
 */
ptrdiff_t text_base64url_decode(const char *text, size_t length, unsigned char *bytes);

enum { TEXT_DECIMAL_SIZE = 32 };

/*
 * `value` / 10^digits in decimal, exactly: 12345 with 2 digits is "123.45", 1200 is "12". Written into
 * `text`, not always from its start: returns where it begins. GET profile writes dozens of numbers, too
 * many for printf().
 */
const char *text_decimal(int64_t value, int digits, char text[TEXT_DECIMAL_SIZE]);

/* Decimal digits only, with an optional minus; the whole of `text`; within [low, high]. */
bool text_integer(const char *text, int64_t low, int64_t high, int64_t *value);

/* Whether the bytes are well-formed UTF-8 (RFC 3629: no surrogates, nothing overlong, at most U+10FFFF). */
bool text_is_utf8(const char *text, size_t length);

/* Make the text well-formed UTF-8: each byte that is not part of such becomes a "?". */
void text_make_utf8(char *text);

/* The number of code points of well-formed UTF-8. */
size_t text_length(const char *utf8);

/* Whether two strings are equal but for the case of ASCII letters. */
bool text_equal_ignoring_case(const char *a, const char *b);

/* Whether an e-mail address can stand in a header and in an SMTP command as it is: one '@', printable
 * ASCII without spaces, quotes and brackets. */
bool text_is_plain_address(const char *address);

/* How many bytes the control character has that UTF-8 text begins with (U+0001 to U+001F, U+007F to U+009F);
 * 0: it begins with something else. */
size_t text_control(const char *text);

/* Put '?' in place of each control character, so that the text is one line and moves no terminal. */
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
