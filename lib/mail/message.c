/*
 * Header lines. A value that could end a line is rejected, never escaped.
 */
#include "mail/message.h"

#include "core/text.h"

#include <openssl/evp.h>
#include <stdint.h>
#include <string.h>

/* A line with an encoded-word has at most 76 characters (RFC 2047 §2): "Subject: ", "=?UTF-8?B?" and "?="
 * leave 55, 52 of base64. */
enum { WORD_BYTES = 39, WORD_BASE64 = 53, PLAIN_MAX = 70, LINE_MAX_LENGTH = 998 };

enum { SHORT_NAME = 20 }; /* bytes; after a longer name, the address gets a line of its own */

static bool is_plain(const char *text)
{
	size_t length = strlen(text);

	for (size_t i = 0; i < length; i++)
		if (text_is_control(text[i]) || (unsigned char)text[i] > 127)
			return false;
	return length <= PLAIN_MAX && strstr(text, "=?") == NULL;
}

/* How many bytes of the text fit one encoded-word without cutting a character. */
static size_t word_length(const char *text)
{
	size_t length = strlen(text);

	if (length <= WORD_BYTES)
		return length;
	length = WORD_BYTES;
	while (length > 1 && ((unsigned char)text[length] & 0xC0) == 0x80)
		length--;
	return length;
}

char *message_encode_header(struct arena *arena, const char *text)
{
	char *line = NULL;

	if (is_plain(text))
		return arena_copy(arena, text, strlen(text));
	while (*text != '\0') {
		char word[WORD_BASE64];
		size_t length = word_length(text);

		EVP_EncodeBlock((unsigned char *)word, (const unsigned char *)text, (int)length);
		line = arena_printf(arena, "%s%s=?UTF-8?B?%s?=", line == NULL ? "" : line,
			line == NULL ? "" : "\r\n ", word);
		if (line == NULL)
			return NULL;
		text += length;
	}
	return line;
}

/* A quoted-string (RFC 5322 §3.2.4). */
static char *quote(struct arena *arena, const char *text)
{
	char *quoted = arena_alloc(arena, 2 * strlen(text) + 3), *to = quoted;

	if (quoted == NULL)
		return NULL;
	*to++ = '"';
	for (; *text != '\0'; text++) {
		if (*text == '"' || *text == '\\')
			*to++ = '\\';
		*to++ = *text;
	}
	*to++ = '"';
	*to = '\0';
	return quoted;
}

char *message_mailbox(struct arena *arena, const char *name, const char *address)
{
	static const char PHRASE[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
		"!#$%&'*+-/=?^_`{|}~ ";
	const char *phrase;

	if (*name == '\0')
		return arena_copy(arena, address, strlen(address));
	if (is_plain(name) && name[strspn(name, PHRASE)] != '\0')
		phrase = quote(arena, name);
	else
		phrase = message_encode_header(arena, name);
	if (phrase == NULL)
		return NULL;
	/* encoded-words may fill the line, and in a long name a line break costs nothing */
	return arena_printf(
		arena, "%s%s<%s>", phrase, strlen(phrase) > SHORT_NAME ? "\r\n " : " ", address);
}

bool message_is_seven_bit(const char *text)
{
	size_t line = 0;

	for (; *text != '\0'; text++) {
		line = *text == '\n' ? 0 : line + 1;
		if ((unsigned char)*text >= 127 || *text == '\r' || line > LINE_MAX_LENGTH)
			return false;
	}
	return true;
}

char *message_wire_text(struct arena *arena, const char *text)
{
	char *wire = arena_alloc(arena, 2 * strlen(text) + 1), *to = wire;

	if (wire == NULL)
		return NULL;
	for (; *text != '\0'; text++) {
		if (*text == '\n')
			*to++ = '\r';
		*to++ = *text;
	}
	*to = '\0';
	return wire;
}

/* "Sun, 14 Jul 2019 14:09:58 +0000" */
static char *date_header(struct arena *arena, instant date)
{
	char text[CLOCK_HTTP_DATE_SIZE];

	clock_http_date(date, text);
	return arena_printf(arena, "Date: %.25s +0000", text);
}

bool message_headers(
	struct arena *arena, const struct message *message, char *headers[MESSAGE_HEADERS])
{
	const char *subject, *from;

	if (!text_is_plain_address(message->from) || !text_is_plain_address(message->to) ||
		text_has_control(message->subject) || text_has_control(message->from_name) ||
		text_has_control(message->id))
		return false;
	subject = message_encode_header(arena, message->subject);
	from = message_mailbox(arena, message->from_name, message->from);
	if (subject == NULL || from == NULL)
		return false;
	headers[0] = date_header(arena, message->date);
	headers[1] = arena_printf(arena, "From: %s", from);
	headers[2] = arena_printf(arena, "To: %s", message->to);
	headers[3] = arena_printf(arena, "Subject: %s", subject);
	headers[4] = arena_printf(arena, "Message-ID: <%s>", message->id);
	/* automatic responders must not reply (RFC 3834) */
	headers[5] = arena_printf(arena, "Auto-Submitted: auto-generated");
	headers[6] = arena_printf(arena, "Content-Type: multipart/alternative");
	headers[7] = NULL;
	for (int i = 0; i < MESSAGE_HEADERS - 1; i++)
		if (headers[i] == NULL)
			return false;
	return true;
}
